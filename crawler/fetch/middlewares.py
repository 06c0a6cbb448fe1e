"""What stands between the engine and the wire: robots.txt, redirects, decompression.

Each is a Scrapy downloader middleware. What may not go on is raised as `Ended`, with the reason that the user will see.
"""

from __future__ import annotations

import asyncio
import zlib
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.http.cookies import CookieJar
from scrapy.http.request import NO_CALLBACK
from scrapy.logformatter import LogFormatter
from scrapy.utils._compression import brotli, zstd  # type: ignore[attr-defined]  # what it unpacks by
from w3lib.url import safe_url_string

from crawler.fetch import robots
from crawler.fetch.handler import CHUNK, too_large
from crawler.fetch.messages import Ended, ended, max_age, retry_after
from crawler.fetch.robots import Robots
from crawler.fetch.settings import Part
from crawler.html.redirect_stub import refresh_of, target_of
from crawler.record import Outcome, Reason

DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_HOPS = 5
REDIRECTS = (301, 302, 303, 307, 308)
PERMANENT = (301, 308)
STUB = 302  # what a page counts as that sends its reader on
KEPT_ACROSS_ORIGINS = frozenset(b"User-Agent Accept Accept-Language Accept-Encoding If-None-Match If-Modified-Since".split())
MAX_ENCODINGS = 3  # one on top of the other; each costs a whole decompression

NO_RULES = Robots()
ROBOTS_KEPT = 12 * 3600.0  # seconds; RFC 9309 §2.4: not longer than a day
ROBOTS_KEPT_LEAST = 3600.0
ROBOTS_KEPT_MOST = 24 * 3600.0
ROBOTS_RETRY = 300.0  # seconds until an unreachable robots.txt is asked for again
ROBOTS_HOSTS = 2_000
ROBOTS_SIZE = 20_000_000  # characters over all hosts
NOT_ASKED = (Reason.STOPPED, Reason.OVERLOADED)
HOST_IS_AWAY = (Reason.DNS, Reason.CONNECT, Reason.TLS, Reason.REFUSED_ADDRESS, *NOT_ASKED)


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port: what a robots.txt and a credential belong to."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or DEFAULT_PORTS.get(parts.scheme, 0)


# ---- robots.txt


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one origin's robots.txt: its rules, or why it could not be had. `until` is in loop time."""

    until: float
    rules: Robots = NO_RULES
    trouble: Outcome | None = None


class RobotsTxt(Part):
    """Asks each origin for its robots.txt first, and obeys it (RFC 9309)."""

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        self._known: OrderedDict[tuple[str, str, int], Known] = OrderedDict()
        self._asking: dict[tuple[str, str, int], asyncio.Task[Known]] = {}

    async def process_request(self, request: Request) -> None:
        """Let the request pass, or raise Ended."""
        if request.meta["robots"] or request.meta["call"] or not self._context.rules.obey_robots:
            return
        known = await self._of(origin(request.url))
        if known.trouble is not None:
            raise Ended(known.trouble)
        if not known.rules.allows(request.url):
            raise ended(Reason.ROBOTS, "robots.txt does not allow it", permanent=True)

    async def _of(self, place: tuple[str, str, int]) -> Known:
        known = self._known.get(place)
        if known is not None and known.until > asyncio.get_running_loop().time():
            self._known.move_to_end(place)
            return known
        asking = self._asking.get(place)
        if asking is None:
            asking = self._asking[place] = asyncio.create_task(self._ask(place))
            asking.add_done_callback(lambda _: self._asking.pop(place, None))
        return await asyncio.shield(asking)  # others wait for the same answer

    async def _ask(self, place: tuple[str, str, int]) -> Known:
        known = await self._shared(place) or await self._fetch(place)
        if known.trouble is None:
            self._context.pace.ask(place[1], known.rules.crawl_delay)
        elif known.trouble.reason in NOT_ASKED:
            return known
        self._known[place] = known
        self._known.move_to_end(place)
        while len(self._known) > ROBOTS_HOSTS or sum(k.rules.size for k in self._known.values()) > ROBOTS_SIZE:
            self._known.popitem(last=False)
        return known

    async def _shared(self, place: tuple[str, str, int]) -> Known | None:
        """What another program has read lately."""
        if self._context.shelf is None or (found := await self._context.shelf.get(_name(place))) is None:
            return None
        body, left = found
        return Known(asyncio.get_running_loop().time() + left, robots.parse(body, self._context.rules.user_agent))

    async def _fetch(self, place: tuple[str, str, int]) -> Known:
        now = asyncio.get_running_loop().time()
        request = Request(
            f"{_name(place)}/robots.txt",
            headers={
                "User-Agent": self._context.rules.user_agent,
                "Accept": "text/plain,*/*;q=0.1",
                "Accept-Encoding": "identity",
            },
            callback=NO_CALLBACK,
            dont_filter=True,
            meta=fresh_meta(robots=True, cut=robots.MAX_BYTES),
        )
        try:
            response = await self._crawler.engine.download_async(request)
        except Ended as error:
            return self._without(error.outcome, now)
        known = self._read(response, now)
        if known.trouble is None and self._context.shelf is not None:
            body = response.body[: robots.MAX_BYTES] if known.rules.said is not None else b""
            await self._context.shelf.put(_name(place), place[1], body, known.until - now, known.rules.crawl_delay)
        return known

    def _read(self, response: Response, now: float) -> Known:
        wait = retry_after(header(response, "Retry-After"), self._context.now())
        if response.status == 429 or response.status >= 500:
            return self._without(Outcome(Reason.ROBOTS_UNREACHABLE, f"HTTP {response.status}", retry_after=wait), now)
        if not 200 <= response.status < 300:
            return Known(now + ROBOTS_KEPT)  # §2.3.1.3: no robots.txt, no rules
        age = max_age(header(response, "Cache-Control"))
        kept = ROBOTS_KEPT if age is None else min(max(age, ROBOTS_KEPT_LEAST), ROBOTS_KEPT_MOST)
        return Known(now + kept, robots.parse(response.body, self._context.rules.user_agent))

    def _without(self, outcome: Outcome, now: float) -> Known:
        """What holds when robots.txt gave no answer. A host that is away altogether is reported as that."""
        if outcome.reason is Reason.REDIRECTS:
            return Known(now + ROBOTS_KEPT)  # §2.3.1.2: after five redirects it counts as not there
        if outcome.reason not in HOST_IS_AWAY:
            detail = outcome.detail if outcome.reason is Reason.ROBOTS_UNREACHABLE else f"{outcome.reason}: {outcome.detail}"
            outcome = Outcome(Reason.ROBOTS_UNREACHABLE, f"robots.txt: {detail}", retry_after=outcome.retry_after or ROBOTS_RETRY)
        return Known(now + ROBOTS_RETRY, trouble=outcome)


def _name(place: tuple[str, str, int]) -> str:
    scheme, host, port = place
    return f"{scheme}://" + (f"[{host}]" if ":" in host else host) + ("" if port == DEFAULT_PORTS[scheme] else f":{port}")


_FRESH = {
    "robots": False,
    "cut": None,
    "delay": None,
    "slot": 0.0,
    "latest": None,
    "render": False,
    "call": False,
    "any_type": False,
    "spent": 0.0,
    "wire_bytes": 0,
    "hops": (),
    "also": 0,
    "partly": False,
    "framed": True,
}


def fresh_meta(**treated: Any) -> dict[str, Any]:
    """What our parts note on a request: seconds and bytes so far, the hops behind it, and how it is to be treated (`render`, `call` and
    `any_type` as in Fetch). `framed`: the answer says itself where it ends. `slot`, `latest`: its turn, and until when it may be taken, in loop time."""
    return _FRESH | treated


def header(response: Response, name: str) -> str | None:
    """A header's value as text, or None."""
    value = response.headers.get(name)
    return None if value is None else value.decode("utf-8", "replace").strip()


# ---- redirects


class Redirects:
    """Follows at most five redirects, each as a request of its own, to web addresses only; credentials stay at their origin.

    A site that sends back to a page where we were gets the cookies that it has set on the way: else it would for ever. None outlives the request.
    """

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """The response itself, or the request for the next hop. Raises Ended."""
        place = response.headers.get("Location")
        if response.status not in REDIRECTS or place is None:
            return response
        url = target(request.url, place)
        hops = (*request.meta["hops"], (request.url, response.status))
        if len(hops) > MAX_HOPS:
            raise ended(Reason.REDIRECTS, f"more than {MAX_HOPS} redirects, the last to {url[:200]}")
        return _with_cookies(next_request(request, response.status, url, hops), request, response)


def _with_cookies(following: Request, request: Request, response: Response) -> Request:
    """The next hop; where we were there before, with the cookies that were set since, unless the operator has given some."""
    jar = request.meta.get("cookies")
    if jar is None and ("Cookie" in request.headers or "Set-Cookie" not in response.headers):
        return following
    jar = jar or CookieJar()
    jar.extract_cookies(response, request)
    following.headers.pop("Cookie", None)
    if following.url in {url for url, _ in following.meta["hops"]}:
        jar.add_cookie_header(following)
    following.meta["cookies"] = jar
    return following


class Stubs:
    """Follows a page that holds nothing but the way to another one, as a redirect that is not for good."""

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """The response itself, or the request for the page that it sends to. Raises Ended."""
        treated = request.meta
        if response.status != 200 or "fetch" not in treated or treated["call"] or treated["render"] or request.method != "GET":
            return response
        said = header(response, "Refresh")
        place = (refresh_of(said, request.url) if said else None) or target_of(response.body, request.url)
        if place is None or place == request.url:
            return response
        url = target(request.url, place.encode())
        hops = (*treated["hops"], (request.url, STUB))
        if len(hops) > MAX_HOPS or url in {each for each, _ in hops}:
            raise ended(Reason.REDIRECTS, f"pages that send to each other, the last to {url[:200]}", permanent=True)
        return next_request(request, STUB, url, hops)


def target(base: str, location: bytes) -> str:
    """The address that a Location header means. Raises Ended unless it is a web address."""
    text = location.decode("utf-8", "replace").strip()
    try:
        url = safe_url_string(urljoin(base, text))
        parts = urlsplit(url)
        _ = parts.port  # raises when it is no number
    except ValueError as error:
        raise ended(Reason.REDIRECTS, f"redirect to no address: {text[:200]!r}") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ended(Reason.REDIRECTS, f"redirect to no web address: {text[:200]!r}", permanent=True)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="").geturl()


def next_request(request: Request, status: int, url: str, hops: tuple[tuple[str, int], ...]) -> Request:
    """The request for the next hop: a POST becomes a GET as browsers do it, other origins learn nothing of ours."""
    headers, body, method = request.headers.copy(), request.body, request.method
    if status == 303 or (status in (301, 302) and method == "POST"):
        method, body = "GET", b""
        headers.pop("Content-Type", None)
    if origin(url) != origin(request.url):
        if body:
            raise ended(Reason.REDIRECTS, f"a request with a body is not sent on to {url[:200]}")
        for name in [name for name in headers if name not in KEPT_ACROSS_ORIGINS]:
            del headers[name]
    return request.replace(url=url, method=method, body=body, headers=headers, meta={**request.meta, "hops": hops})


# ---- decompression


class Decompression(HttpCompressionMiddleware):
    """Scrapy's own, with a bound on stacked encodings and a reason for what goes wrong; a page that was cut off while packed is none.

    (Scrapy's bounds each layer's output while decompressing: gzip, deflate, br and zstd. What is cut it takes as far as it goes.)
    """

    def process_request(self, request: Request, spider: Any = None) -> None:
        """Nothing to do: the engine says what it accepts."""

    def process_response(self, request: Request, response: Response, spider: Any = None) -> Request | Response:  # noqa: ARG002
        """The response with its body decompressed. Raises Ended."""
        encodings = [part for value in response.headers.getlist("Content-Encoding") for part in value.split(b",") if part.strip()]
        if not encodings or not response.body:
            return response
        if len(encodings) > MAX_ENCODINGS:
            raise ended(Reason.BAD_HTTP, f"{len(encodings)} encodings on top of each other", permanent=True)
        try:
            made = super().process_response(request, response)
            asked_whole = response.status == 200 and request.meta["cut"] is None
            if asked_whole and not _ends(response.body, encodings[-1].strip().lower(), len(made.body)):
                raise ValueError("it is cut off")
            return made
        except IgnoreRequest:
            failure = too_large(self._max_size)
        except Exception as error:  # noqa: BLE001 - whatever a decompressor says of foreign bytes
            failure = ended(Reason.BAD_HTTP, f"broken {encodings[-1].decode('latin-1')} body: {error}"[:300])
        raise failure  # from nothing: the traceback of what went wrong holds the megabytes that were unpacked


def _ends(body: bytes, encoding: bytes, size: int) -> bool:
    """Whether what was packed comes to its end. `size`: of what came out; gzip says that of it with its last bytes."""
    if encoding == b"br":
        brotlied = brotli.Decompressor()
        left = brotlied.process(body, output_buffer_limit=CHUNK)
        while left and not brotlied.is_finished():
            left = brotlied.process(b"", output_buffer_limit=CHUNK)
        return bool(brotlied.is_finished())
    if encoding == b"zstd":
        zstandard = zstd.ZstdDecompressor()
        zstandard.decompress(body, CHUNK)
        while not (zstandard.eof or zstandard.needs_input):
            zstandard.decompress(b"", CHUNK)
        return bool(zstandard.eof)
    if encoding == b"deflate":
        inflating = zlib.decompressobj(15 if body[0] & 15 == 8 and int.from_bytes(body[:2], "big") % 31 == 0 else -15)
    elif encoding in (b"gzip", b"x-gzip") and int.from_bytes(body[-4:], "little") != size % 2**32:
        inflating = zlib.decompressobj(31)
    else:
        return True
    try:
        inflating.decompress(body, CHUNK)
        while inflating.unconsumed_tail:
            inflating.decompress(inflating.unconsumed_tail, CHUNK)
        inflating.decompress(
            b"" if inflating.eof else bytes(8)
        )  # some servers leave out the checksum: then these are a wrong one
    except zlib.error as error:
        return "incorrect" in str(error)  # a wrong checksum stands at the end
    return inflating.eof


class Silence(LogFormatter):
    """No log line of Scrapy's a request: the engine's owner logs what matters."""

    def crawled(self, request: Request, response: Response, spider: Any) -> Any:  # noqa: ARG002
        """Nothing."""
        return None

    def download_error(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ARG002
        """Nothing: it has become an Outcome."""
        return {"level": 10, "msg": "download error", "args": ()}
