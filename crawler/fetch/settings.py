"""Scrapy's settings for a daemon that fetches what strangers wrote, each with its why.

Scrapy's defaults favour scraping by hand: TLS unverified, local files readable, a remote-control port, endless patience.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, Self

from crawler.fetch.guard import Allowed
from crawler.fetch.pace import Pace

SHORTEST_DELAY = 0.01  # seconds
MIB = 2**20


@dataclass(frozen=True, slots=True)
class FetchRules:
    """How we fetch. `delay` and `timeout` are in seconds, `max_page_size` in bytes after decompression.

    `allow_networks` holds CIDRs, each with an optional ``:port`` or ``:from-to``; see `crawler.fetch.guard.Allowed`.
    `browser` is where Chromium is, for the fetches that are to be rendered; None: there is none. Its `sandbox` is never had by root.
    """

    user_agent: str
    concurrency: int = 16
    per_host: int = 2
    delay: float = 1.0
    timeout: float = 30.0
    max_page_size: int = 10 * MIB
    obey_robots: bool = True
    allow_networks: tuple[str, ...] = ()
    browser: str | None = None
    sandbox: bool = True


class Line(Protocol):
    """A way out, as the engine ends it."""

    def drain(self) -> None:
        """Begin nothing more: what waits for its turn ends with Reason.STOPPED."""

    def abort(self) -> None:
        """End what is under way too."""


class RobotsShelf(Protocol):
    """Where programs that share their work keep the robots.txt files that they have read. Neither raises."""

    async def get(self, origin: str) -> tuple[bytes, float] | None:
        """The file, and for how many seconds more it holds; None if nobody has it."""

    async def put(self, origin: str, host: str, body: bytes, seconds: float, crawl_delay: float | None) -> None:
        """This is what an origin says; it holds for so long, and its host wants such a pause."""


@dataclass(slots=True)
class CrawlContext:
    """What the engine's parts share in one crawl: Scrapy builds them, and gives each the spider that carries this."""

    rules: FetchRules
    allowed: Allowed
    pace: Pace
    now: Callable[[], datetime]
    lines: list[Line] = field(default_factory=list)
    shelf: RobotsShelf | None = None
    further: int = 0  # requests that nobody claimed: for robots.txt, and after a redirect


class Part:
    """What Scrapy builds, for a crawler whose spider carries the context."""

    def __init__(self, crawler: Any) -> None:
        self._crawler = crawler
        self._context: CrawlContext = crawler.spider.context

    @classmethod
    def from_crawler(cls, crawler: Any) -> Self:
        """Scrapy's way to make a component."""
        return cls(crawler)


async def rings(event: asyncio.Event, seconds: float) -> None:
    """Wait for the event, but so many seconds at the most."""
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)


def settings(rules: FetchRules) -> dict[str, Any]:
    """Everything that Scrapy is told."""
    parts = {"DOWNLOADER_MIDDLEWARES": _MIDDLEWARES | ({_BROWSER: 50} if rules.browser else {})}
    return _LOOP | _WAY_OUT | _UNSAFE_THINGS_OFF | _PARTS | parts | _QUIET | _bounds(rules)


def _bounds(rules: FetchRules) -> dict[str, Any]:
    return {
        "USER_AGENT": rules.user_agent,
        "CONCURRENT_REQUESTS": 0,  # no bound of Scrapy's: it counts waiting requests too; the engine counts its own
        "CONCURRENT_REQUESTS_PER_DOMAIN": rules.per_host,
        # Never 0: Scrapy 2.14 to 2.19 lets a burst run past the bound per host when there is no delay. The real pace is kept by
        # crawler/fetch/pace.py: a slot of Scrapy's forgets a host's Crawl-delay after a minute, and its queue must run dry at a stop.
        "DOWNLOAD_DELAY": SHORTEST_DELAY,
        "DOWNLOAD_DELAY_JITTER": 0,  # half of the delay is less than the delay
        "DOWNLOAD_TIMEOUT": rules.timeout,
        "DOWNLOAD_MAXSIZE": rules.max_page_size,  # holds for decompressed bytes too
        "DOWNLOAD_WARNSIZE": 0,
        "SCRAPER_SLOT_MAX_ACTIVE_SIZE": 64 * MIB,  # of pages that wait to be read
        "REDIRECT_MAX_TIMES": 5,
    }


_LOOP = {
    "TWISTED_REACTOR_ENABLED": False,  # one asyncio loop for all; measured cheaper than the reactor, and flat in memory
    "SPIDER_MODULES": [],
    "JOBDIR": None,
    "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",  # the other one grows for ever and would stop the second poll
    "SCHEDULER_PRIORITY_QUEUE": "scrapy.pqueues.ScrapyPriorityQueue",
    "SCHEDULER_MEMORY_QUEUE": "scrapy.squeues.FifoMemoryQueue",  # the default turns the order round
    "CONCURRENT_ITEMS": 1,  # one task for each is started for every response; our callbacks yield no items
    "WARN_ON_GENERATOR_RETURN_VALUE": False,  # reads the source of each callback
}

_WAY_OUT = {
    "DOWNLOAD_HANDLERS": {
        "http": "crawler.fetch.handler.Wire",
        "https": "crawler.fetch.handler.Wire",
        "file": None,  # a feed's link may say file:///etc/passwd
        "data": None,
        "ftp": None,  # knows no time limit
        "s3": None,
    },
    "DOWNLOAD_VERIFY_CERTIFICATES": True,
}

_UNSAFE_THINGS_OFF = {
    "REMOTE_CONTROL_ENABLED": False,  # an HTTP port that executes Python, on by default since 2.19
    "TELNETCONSOLE_ENABLED": False,
    "COOKIES_ENABLED": False,
    "HTTPPROXY_ENABLED": False,  # else the environment decides where requests go, past the guard
    "METAREFRESH_ENABLED": False,
    "RETRY_ENABLED": False,  # the store retries, and survives a restart
    "HTTPCACHE_ENABLED": False,  # would answer from the disk without asking the site
    "AUTOTHROTTLE_ENABLED": False,
    "DNSCACHE_ENABLED": False,  # has no time to live
}

_BROWSER = "crawler.fetch.browser.Rendering"  # by name, and only where it is used: Scrapy loads what is switched off too, and the library is an extra
_MIDDLEWARES = {
    "crawler.fetch.middlewares.RobotsTxt": 100,
    "crawler.fetch.middlewares.Stubs": 580,
    "crawler.fetch.middlewares.Decompression": 590,
    "crawler.fetch.middlewares.Redirects": 600,
}

_PARTS: dict[str, Any] = {  # none of Scrapy's own: it would load those that are switched off, too
    "DOWNLOADER_MIDDLEWARES_BASE": {},
    "SPIDER_MIDDLEWARES_BASE": {},
    "EXTENSIONS_BASE": {},
}

_QUIET = {
    "LOG_ENABLED": False,
    "LOG_INSTALL_ROOT_HANDLER": False,  # the program's own log is set up elsewhere
    "STATS_CLASS": "scrapy.statscollectors.DummyStatsCollector",  # counts by status and exception for ever
    "STATS_DUMP": False,
    "LOG_FORMATTER": "crawler.fetch.middlewares.Silence",
}
