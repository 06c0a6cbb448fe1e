"""The one way out: every request that a page, a feed, a redirect or a robots.txt causes leaves through `Wire`.

Scrapy's own handler for asyncio (2.19, aiohttp) cannot be told to check the address it connects to, refuses header lines over
8 KiB, and counts its time limit per hop. This one differs in just that; what goes wrong here becomes an `Ended` with its reason.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import yarl
from aiohttp.abc import AbstractResolver, ResolveResult
from scrapy import Request
from scrapy.http import Headers, Response

from crawler.fetch.guard import Allowed, RefusedAddress
from crawler.fetch.messages import Ended, ended, never_an_article, outcome_of
from crawler.fetch.settings import Part, rings
from crawler.record import Outcome, Reason

DNS_LIMIT = 5.0  # seconds
DNS_KEPT = 30  # seconds: short, so that a moved or rebound name is looked up anew
DNS_THREADS = 16
LONGEST_HEADER = 64 * 1024  # bytes of one line: long Content-Security-Policy headers exist, 8 KiB refuses real sites
CHUNK = 64 * 1024
SMALL = 2**20  # bytes of a page that need not wait for others
MAX_UNDERWAY = 8 * 2**20  # bytes of pages that are being received
SLOW = 3.0  # seconds: a request that waits longer for its server takes no place away from others …
PASSED = 1.0  # seconds until a request that has missed its turn is claimed again
SLOW_SHARE = 4  # … until so many times `concurrency` are open


class Resolver(AbstractResolver):
    """Names to addresses, in at most five seconds, and none of them if one is refused.

    Each look-up has a daemon thread of its own: the threads of an executor are joined at exit, and a dead name server would
    hold the end of the program for half a minute.
    """

    def __init__(self, allowed: Allowed) -> None:
        self._allowed = allowed
        self._room = asyncio.Semaphore(DNS_THREADS)

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC) -> list[ResolveResult]:
        """The addresses of a host. Raises OSError (RefusedAddress among them)."""
        try:
            async with asyncio.timeout(DNS_LIMIT):
                found = await self._look_up(host, port, family)
        except TimeoutError:
            raise OSError(f"no answer from the name servers within {DNS_LIMIT:g} s") from None
        except UnicodeError as error:  # labels that are empty or too long
            raise OSError(f"no host name: {error}") from error
        for _, _, _, _, address in found:
            if why := self._allowed.refusal(str(address[0]), port):
                raise RefusedAddress(f"{host} is {why}")
        return [
            ResolveResult(hostname=host, host=str(address[0]), port=port, family=kind, proto=proto, flags=socket.AI_NUMERICHOST)
            for kind, _, proto, _, address in found
        ]

    async def _look_up(self, host: str, port: int, family: int) -> list[Any]:
        await self._room.acquire()
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[Any]] = loop.create_future()

        def settle(found: list[Any] | None, error: OSError | UnicodeError | None) -> None:
            self._room.release()
            if answer.done():  # timed out meanwhile
                return
            if error is not None:
                answer.set_exception(error)
            else:
                answer.set_result(found or [])

        def work() -> None:
            found, failure = None, None
            try:
                found = socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
            except (OSError, UnicodeError) as error:
                failure = error
            try:
                loop.call_soon_threadsafe(settle, found, failure)
            except RuntimeError:
                pass  # the loop has ended meanwhile

        threading.Thread(target=work, name="dns", daemon=True).start()
        return await answer

    async def close(self) -> None:
        """Nothing is kept."""


def guarded_socket(allowed: Allowed) -> Any:
    """A socket factory that sees the very address that is connected to, IP literals included, and refuses the wrong ones."""

    def make(info: Any) -> socket.socket:
        family, kind, proto, _, address = info
        if why := allowed.refusal(str(address[0]), address[1]):
            raise RefusedAddress(f"{why} is refused")
        return socket.socket(family=family, type=kind, proto=proto)

    return make


@cache
def verified_tls() -> ssl.SSLContext:
    """Certificates are checked. Made once: loading the authorities takes 20 ms."""
    return ssl.create_default_context()


class Wire(Part):
    """Scrapy's download handler for http and https."""

    lazy = False

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        context = self._context
        self._rules = context.rules
        self._pace = context.pace
        self._tls = verified_tls()
        self._waiting: set[asyncio.Task[Any]] = set()
        self._running: set[asyncio.Task[Any]] = set()
        self._began: dict[asyncio.Task[Any], float] = {}  # of those on the network, in loop time
        self._ended = asyncio.Event()
        self._bodies: list[bytearray] = []  # that are being received
        self._draining = False
        trace = aiohttp.TraceConfig()
        trace.on_request_headers_sent.append(self._going_out)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                resolver=Resolver(context.allowed),
                socket_factory=guarded_socket(context.allowed),
                ttl_dns_cache=DNS_KEPT,
                keepalive_timeout=5,  # seconds; a thousand hosts that are asked once a minute need no thousand open connections
                limit=0,  # the engine bounds what is in flight; a second bound here would only let time limits run while waiting
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,  # crawler/fetch/middlewares.py does it, with a bound on what comes out
            trust_env=False,  # no proxy and no .netrc from the environment
            max_line_size=LONGEST_HEADER,
            max_field_size=LONGEST_HEADER,
            skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
            trace_configs=[trace],
        )
        context.lines.append(self)

    async def download_request(self, request: Request) -> Response:
        """One request and its whole answer. Raises Ended."""
        task = asyncio.current_task()
        assert task is not None
        if self._ending():
            raise ended(Reason.STOPPED, "stopped before it began")
        try:
            return await self._in_turn(request, task)
        except asyncio.CancelledError:
            if not self._ending():
                raise
            task.uncancel()
            raise ended(Reason.STOPPED, "stopped before it was done") from None
        finally:
            self._waiting.discard(task)
            self._running.discard(task)

    def _ending(self) -> bool:
        return self._draining

    async def _in_turn(self, request: Request, task: asyncio.Task[Any]) -> Response:
        host = urlsplit(request.url).hostname or ""
        self._waiting.add(task)
        self._may_ask(host, request)
        await self._pace.turn(host, request.meta["delay"], request.meta["slot"])
        await self._place()
        self._may_ask(host, request)
        self._waiting.discard(task)
        self._context.further += bool(request.meta["robots"] or request.meta["hops"])
        self._running.add(task)
        loop = asyncio.get_running_loop()
        started = self._began[task] = loop.time()
        try:
            return await self._exchange(request, host, self._pace.last(host))
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise Ended(explain(error, self._rules.timeout)) from error
        finally:
            request.meta["spent"] += loop.time() - started
            self._began.pop(task, None)
            self._ended.set()

    def _may_ask(self, host: str, request: Request) -> None:
        """What was claimed before its host asked for a pause is given back, and what comes so late that others may ask. Raises Ended."""
        if not request.meta["hops"] and not self._pace.is_ours(host, request.meta["latest"]):
            raise ended(Reason.OVERLOADED, f"the turn at {host} has passed", retry_after=PASSED)
        if rest := self._pace.resting(host):
            raise ended(Reason.OVERLOADED, f"{host} has asked for a pause", retry_after=rest)

    async def _place(self) -> None:
        """Wait until fewer than `concurrency` requests are on the network, those left out that have long waited for their server."""
        loop = asyncio.get_running_loop()
        while True:
            ages = [loop.time() - began for began in self._began.values()]
            quick = [age for age in ages if age < SLOW]
            if len(quick) < self._rules.concurrency and len(ages) < SLOW_SHARE * self._rules.concurrency:
                return
            self._ended.clear()
            await rings(self._ended, max(SLOW - max(quick, default=0.0), 0.01))  # or one of them has become a slow one

    async def _exchange(self, request: Request, host: str, turn: float) -> Response:
        left = max(self._rules.timeout - request.meta["spent"], 0.001)  # one limit for all hops of a request together
        async with self._session.request(
            request.method,
            yarl.URL(request.url, encoded=True),  # as the site wrote it: %7E and ~ may be two pages, and signed addresses break
            data=request.body or None,
            headers=request.headers.to_tuple_list(),
            timeout=aiohttp.ClientTimeout(total=left),
            ssl=self._tls,
            allow_redirects=False,  # each hop is a request of its own, with robots.txt, pace and guard
            trace_request_ctx=(host, turn, request.meta["delay"]),
        ) as answer:
            wish = outcome_of(answer.status, answer.headers.get("Retry-After"), self._context.now())
            if wish.reason is Reason.RATE_LIMITED:
                self._pace.rest(host, wish.retry_after or 0.0)
            kind = answer.headers.get("Content-Type", "")
            if answer.status == 200 and never_an_article(kind) and not (request.meta["robots"] or request.meta["any_type"]):
                raise ended(Reason.NOT_AN_ARTICLE, kind[:80], permanent=True)
            body = await self._body(answer, request.meta["cut"] if answer.status == 200 else CHUNK)
            request.meta["wire_bytes"] += len(body)
            # An answer that ends where the connection does may have been cut, and nobody would know.
            chunked = "chunked" in answer.headers.get("Transfer-Encoding", "").lower()
            request.meta["framed"] = chunked or answer.content_length is not None
            return Response(request.url, answer.status, Headers(list(answer.headers.items())), body, request=request)

    async def _body(self, answer: aiohttp.ClientResponse, cut: int | None) -> bytes:
        """The body, up to the bound: beyond `cut` the rest is left away, beyond the page size the whole is refused."""
        most = self._rules.max_page_size
        if cut is None and (answer.content_length or 0) > most:
            raise too_large(most)
        got = bytearray()
        self._bodies.append(got)
        try:
            async for chunk in answer.content.iter_chunked(CHUNK):
                got += chunk
                if len(got) >= (most + 1 if cut is None else cut):
                    break
                await self._room_for(got)
        finally:
            self._bodies = [body for body in self._bodies if body is not got]
        if cut is None and len(got) > most:
            raise too_large(most)
        return bytes(got[:cut])

    async def _room_for(self, body: bytearray) -> None:
        """Wait while many large pages are on their way. The largest never waits, so there is always one that comes to its end."""
        while len(body) > SMALL and len(body) < max(map(len, self._bodies)) and sum(map(len, self._bodies)) > MAX_UNDERWAY:
            await asyncio.sleep(0.05)

    async def _going_out(self, _session: Any, context: Any, _params: Any) -> None:
        host, turn, wish = context.trace_request_ctx
        await self._pace.hold(host, turn, wish)

    def drain(self) -> None:
        """Begin nothing more: what waits for its turn ends with Reason.STOPPED."""
        self._draining = True
        for task in tuple(self._waiting):
            task.cancel()

    def abort(self) -> None:
        """End what is under way too."""
        self.drain()
        for task in tuple(self._running):
            task.cancel()

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()


def too_large(most: int) -> Ended:
    """The page is larger than we read."""
    return ended(Reason.TOO_LARGE, f"more than {most:,} bytes", permanent=True)


def explain(error: Exception, limit: float) -> Outcome:
    """What became of a request that aiohttp gave up, as an outcome."""
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    text = (str(cause) or type(cause).__name__)[:300]
    if isinstance(cause, RefusedAddress):
        by_name = isinstance(error, aiohttp.ClientConnectorDNSError)  # a name may stand for another address tomorrow
        cure = "to visit it all the same, name its network in crawl.allow_networks"
        return Outcome(Reason.REFUSED_ADDRESS, f"{text}; {cure}", permanent=not by_name)
    if isinstance(error, TimeoutError):
        return Outcome(Reason.TIMEOUT, f"no whole answer within {limit:g} s")
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return Outcome(Reason.DNS, text)
    if isinstance(error, aiohttp.ClientSSLError) or isinstance(cause, ssl.SSLError):
        return Outcome(Reason.TLS, text)
    if isinstance(error, aiohttp.InvalidURL):
        return Outcome(Reason.REFUSED_ADDRESS, f"no address to visit: {text}", permanent=True)
    if isinstance(error, aiohttp.ServerDisconnectedError | OSError):
        return Outcome(Reason.CONNECT, text)
    return Outcome(Reason.BAD_HTTP, text)
