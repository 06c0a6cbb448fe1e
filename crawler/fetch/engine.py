"""One always-on Scrapy engine in the caller's asyncio loop. It takes requests from `claim` and gives each end to `answered`.

The store is the frontier: the engine keeps no queue of its own beyond what is in flight, so a kill loses nothing. It claims while
it has room, follows robots.txt, the pace of each host and redirects, and answers every claimed request exactly once, with
an Outcome and never with an exception. A crashed crawl is started again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from datetime import datetime
from typing import Any, Generic
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.http import Response

from crawler.fetch.guard import Allowed
from crawler.fetch.messages import Ended, Fetch, FetchResult, Work, ended, last_modified, max_age, outcome_of, validator
from crawler.fetch.middlewares import PERMANENT, fresh_meta, header
from crawler.fetch.pace import Pace
from crawler.fetch.settings import SHORTEST_DELAY, CrawlContext, FetchRules, RobotsShelf, rings, settings
from crawler.record import Outcome, Page, Reason

__all__ = ["Engine", "Fetch", "FetchResult", "FetchRules"]

LOOK = 5.0  # seconds between two signs of life while there is no room
IDLE = 0.2  # seconds between two looks when nothing is due
AHEAD = 4  # times `concurrency`: requests that are claimed, most of which wait for their host's turn or for a slow server
MAX_HELD = 24 * 2**20  # bytes of pages that wait to be read; beyond, nothing more is claimed
AFTER_CLAIM_ERROR = 1.0  # seconds; the store may be away
RESTART = (1.0, 30.0)  # seconds before a crashed crawl is started again, first and at most
CRASHES = 5  # in a row, without one answer between them: then the engine ends, loudly
LAST_GRACE = 5.0  # seconds for what was aborted to say so, and for a browser to end

HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/rss+xml,application/atom+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8",
    "Accept-Encoding": "gzip, deflate, br, zstd",
}

_CONDITIONS = frozenset(("if-none-match", "if-modified-since"))
_log = logging.getLogger("zhixun.engine")


class Feeder(Spider):
    """The one spider: an endless start() that yields what the engine claims."""

    name = "feeder"

    def __init__(self, context: CrawlContext, engine: Engine[Any]) -> None:
        super().__init__()
        self.context = context
        self._engine = engine

    async def start(self) -> AsyncIterator[Any]:
        """Requests, for as long as the crawl runs."""
        while (request := await self._engine.next_request()) is not None:
            yield request


class Engine(Generic[Work]):
    """Fetches what `claim` gives and hands each end to `answered`.

    Raises OptionError when a network of the rules is none. `answered` may take its time. `concurrency` requests are on the
    network (crawler/fetch/handler.py sees to that); up to four times as many wait for a host's turn, or to be answered.
    """

    def __init__(
        self,
        rules: FetchRules,
        claim: Callable[[], Awaitable[Fetch[Work] | None]],
        answered: Callable[[FetchResult[Work]], Awaitable[None]],
        now: Callable[[], datetime],
        shelf: RobotsShelf | None = None,
    ) -> None:
        self._settings = settings(rules)
        self._renewal: FetchRules | None = None
        self._claim = claim
        self._answered = answered
        pace = Pace(max(rules.delay, SHORTEST_DELAY))
        self._context = CrawlContext(rules, Allowed(rules.allow_networks), pace, now, shelf=shelf)
        self._fetching: dict[int, Fetch[Work]] = {}
        self._held: dict[int, int] = {}  # bytes of each page that is being answered
        self._answering: dict[int, asyncio.Task[None]] = {}
        self._work = asyncio.Event()
        self._room = asyncio.Event()
        self._begun = asyncio.Event()
        self._halt = asyncio.Event()
        self._leaving: asyncio.Task[None] | None = None
        self._crawler: Crawler | None = None
        self._crawl: asyncio.Task[None] | None = None
        self._answers = 0
        self.last_look: float | None = None  # loop time at which it last looked for room and work; its sign of life

    @property
    def in_flight(self) -> int:
        """Requests that were claimed and are not yet answered to the end."""
        return len(self._fetching) + len(self._answering)

    @property
    def crawler(self) -> Crawler | None:
        """Scrapy's crawler that runs now."""
        return self._crawler

    def crawl_delay(self, host: str) -> float | None:
        """Seconds that the robots.txt of a host asks for between two requests."""
        return self._context.pace.asked(host.lower())

    def waiting(self) -> frozenset[str]:
        """The hosts of requests that are not yet answered."""
        return frozenset(urlsplit(fetch.url).hostname or "" for fetch in self._fetching.values())

    def keep(self, hosts: Collection[str], seconds: float) -> None:
        """These hosts are ours to ask for so long, and nobody else's."""
        self._context.pace.keep(hosts, asyncio.get_running_loop().time() + seconds)

    def further(self) -> int:
        """Requests since the last call that nobody claimed: for robots.txt, and after a redirect."""
        count, self._context.further = self._context.further, 0
        return count

    def use(self, rules: FetchRules) -> None:
        """Fetch by these rules. What is on its way ends by the old ones; when the last of it has ended, a new crawl begins.

        Raises OptionError, and changes nothing, when a network of the rules is none.
        """
        if rules != (self._renewal or self._context.rules):
            Allowed(rules.allow_networks)
            self._renewal = rules
            self._work.set()

    def wake(self) -> None:
        """There may be work: ask `claim` at once."""
        self._work.set()

    # ---- running

    async def run(self) -> None:
        """Run until `stop`. A crash is logged, and the crawl is started again; five in a row end in RuntimeError."""
        pause, crashes = RESTART[0], 0
        logging.getLogger("scrapy").setLevel(logging.ERROR)
        while not self._halt.is_set():
            before = self._answers
            try:
                await self._crawl_once()
            except Exception:  # noqa: BLE001 - whatever it was, it is logged and the crawl starts again
                _log.exception("the crawl crashed")
            if self._halt.is_set():
                return
            if self._renewal is not None:
                self._renew(self._renewal)
                continue
            crashes, pause = (crashes + 1, min(pause * 2, RESTART[1])) if self._answers == before else (1, RESTART[0])
            if crashes >= CRASHES:
                raise RuntimeError(f"the crawl ended {crashes} times in a row without fetching anything")
            _log.error("the crawl ended by itself; starting it again in %g s", pause)
            self._fetching.clear()  # their leases run out, and they are claimed again
            await rings(self._halt, pause)

    def _renew(self, rules: FetchRules) -> None:
        self._renewal = None
        self._settings = settings(rules)
        self._context.rules, self._context.allowed = rules, Allowed(rules.allow_networks)
        self._context.pace.least = max(rules.delay, SHORTEST_DELAY)

    async def _crawl_once(self) -> None:
        self._context.lines.clear()
        self._begun.clear()
        runner = AsyncCrawlerRunner(self._settings)
        self._crawler = runner.create_crawler(Feeder)
        self._crawl = runner.crawl(self._crawler, self._context, self)
        try:
            await asyncio.shield(self._crawl)
        except asyncio.CancelledError:  # our task is cancelled without a stop before it: leave nothing open
            await self._leave()
            raise

    async def stop(self, deadline: float) -> None:
        """Claim no more, let what is in flight end within `deadline` seconds, answer the rest with Reason.STOPPED. May be repeated."""
        self._wake_all()
        for line in self._context.lines:
            line.drain()
        loop = asyncio.get_running_loop()
        until = loop.time() + deadline
        while self.in_flight and loop.time() < until:
            self._room.clear()
            await rings(self._room, max(until - loop.time(), 0))
        await self._leave()

    def _wake_all(self) -> None:
        for event in (self._halt, self._work, self._room):
            event.set()

    async def _leave(self) -> None:
        if self._leaving is None:
            self._leaving = asyncio.create_task(self._end_everything())
        await asyncio.shield(self._leaving)

    async def _end_everything(self) -> None:
        """End the crawl now: Scrapy alone would wait for the slowest server."""
        self._wake_all()
        for line in self._context.lines:
            line.abort()
        for task in self._answering.values():
            task.cancel()
        crawl, crawler = self._crawl, self._crawler
        if crawl is None or crawler is None:
            return
        closing = asyncio.create_task(self._close(crawl, crawler))
        await asyncio.wait([closing], timeout=LAST_GRACE)
        for task in (closing, crawl):
            if not task.done():
                _log.error("the crawl did not end in time and is left behind")
                task.cancel()

    async def _close(self, crawl: asyncio.Task[None], crawler: Crawler) -> None:
        begun = asyncio.create_task(self._begun.wait())
        await asyncio.wait([begun, crawl], return_when=asyncio.FIRST_COMPLETED)  # Scrapy cannot stop what is just starting
        begun.cancel()
        if not crawl.done():
            await crawler.stop_async()
            await asyncio.wait([crawl])

    # ---- store → wire

    async def next_request(self) -> Request | None:
        """The next request as soon as there is room and work; None when the crawl is to end."""
        self._begun.set()
        while not self._halt.is_set():
            self.last_look = asyncio.get_running_loop().time()
            if self._renewal is not None and not self._fetching:
                return None
            if self._renewal is not None or not self._has_room():
                self._room.clear()
                await rings(self._room, LOOK)
            elif (fetch := await self._next_fetch()) is not None and (request := await self._begin(fetch)) is not None:
                return request
        return None

    def _has_room(self) -> bool:
        most = self._context.rules.concurrency
        return len(self._fetching) < AHEAD * most and len(self._answering) < AHEAD * most and sum(self._held.values()) < MAX_HELD

    async def _next_fetch(self) -> Fetch[Work] | None:
        """What is due, or None after a little sleep."""
        self._work.clear()
        wait = IDLE
        try:
            fetch = await self._claim()
        except Exception:  # noqa: BLE001 - whatever the store says, the engine lives on
            _log.exception("no work could be claimed")
            fetch, wait = None, AFTER_CLAIM_ERROR
        if fetch is None and not self._halt.is_set():
            await rings(self._work, wait)
        return fetch

    async def _begin(self, fetch: Fetch[Work]) -> Request | None:
        """The request, or None when it is refused before it begins."""
        self._fetching[id(fetch)] = fetch
        if fetch.render and self._context.rules.browser is None:
            await self._give(FetchResult(fetch, Outcome(Reason.BROWSER, "there is no browser")))
            return None
        try:
            return self._request(fetch)
        except (ValueError, TypeError) as error:
            outcome = Outcome(Reason.CLIENT_ERROR, f"no web address: {error}"[:300], permanent=True)
            await self._give(FetchResult(fetch, outcome))
            return None

    def _request(self, fetch: Fetch[Work]) -> Request:
        if not fetch.url.lower().startswith(("http://", "https://")):
            raise ValueError(fetch.url[:200])
        now = asyncio.get_running_loop().time()
        headers = {"User-Agent": self._context.rules.user_agent, **HEADERS, **fetch.headers}
        if fetch.etag:
            headers["If-None-Match"] = fetch.etag
        if fetch.last_modified:
            headers["If-Modified-Since"] = fetch.last_modified
        return Request(
            fetch.url.partition("#")[0],
            method=fetch.method,
            headers=headers,
            body=fetch.body or b"",
            dont_filter=True,
            callback=self._came,
            errback=self._failed,
            meta=fresh_meta(
                fetch=fetch,
                delay=fetch.delay,
                slot=now + fetch.wait if fetch.wait > 0 else 0.0,
                latest=None if fetch.latest is None else now + fetch.latest,
                render=fetch.render,
                call=fetch.call,
                any_type=fetch.any_type,
            ),
        )

    # ---- wire → store

    async def _came(self, response: Response) -> None:
        assert response.request is not None
        await self._give(self._answer_of(response.request, response))

    async def _failed(self, failure: Any) -> None:
        await self._give(self._answer_without(failure.request, failure.value))

    def _answer_of(self, request: Request, response: Response) -> FetchResult[Work]:
        """What a response means."""
        fetch: Fetch[Work] = request.meta["fetch"]
        now = self._context.now()
        conditional = bool(fetch.etag or fetch.last_modified) or not _CONDITIONS.isdisjoint(map(str.lower, fetch.headers))
        outcome = outcome_of(response.status, header(response, "Retry-After"), now, conditional=conditional)
        page = None
        if outcome.reason is Reason.OK:
            page = Page(response.url, response.body, now, header(response, "Content-Type") or "", response.status)
        hops = request.meta["hops"]
        sure = outcome.ok and request.meta["framed"]
        moved = outcome.ok and hops and all(status in PERMANENT for _, status in hops)
        return FetchResult(
            fetch,
            outcome,
            page,
            etag=validator(header(response, "ETag")) if sure else None,
            last_modified=last_modified(header(response, "Last-Modified"), header(response, "Date"), now) if sure else None,
            moved_to=request.url if moved else None,
            elapsed=request.meta["spent"],
            bytes=request.meta["wire_bytes"],
            max_age=None if fetch.render else max_age(header(response, "Cache-Control")),  # of the shell, not of what is in it
            also=request.meta["also"],
            partly=request.meta["partly"],
        )

    def _answer_without(self, request: Request, error: BaseException) -> FetchResult[Work]:
        """What the lack of a response means."""
        if isinstance(error, Ended):
            outcome = error.outcome
        else:
            _log.error("a request failed in a way that is not foreseen: %s", request.url, exc_info=error)
            outcome = ended(Reason.BAD_HTTP, f"{type(error).__name__}: {error}"[:300]).outcome
        return FetchResult(request.meta["fetch"], outcome, elapsed=request.meta["spent"], bytes=request.meta["wire_bytes"])

    async def _give(self, answer: FetchResult[Work]) -> None:
        """Hand an answer on, in a task of its own that a stop can cancel. Its failure is logged: the lease will run out."""
        key = id(answer.fetch)
        task = asyncio.ensure_future(self._answered(answer))
        self._answering[key] = task
        self._held[key] = len(answer.page.body) if answer.page else 0
        self._fetching.pop(key, None)
        self._answers += 1
        self._room.set()
        try:
            await task
        except asyncio.CancelledError:
            if not self._halt.is_set():
                raise
        except Exception:  # noqa: BLE001 - one answer that cannot be stored must not end the crawl
            _log.exception("an answer could not be handed on: %s", answer.fetch.url)
        finally:
            self._answering.pop(key, None)
            self._held.pop(key, None)
            self._room.set()
