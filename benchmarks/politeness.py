"""How polite are we? Counted at the server, beside a bare Scrapy spider on the same sites.

    python benchmarks/politeness.py            about 90 seconds

Six local sites, each watched by three sources (feed, list page, sitemap or API), with articles that answer slowly, two of them under a
path that robots.txt forbids. One answers 429 with Retry-After first, one 503, one redirects its feed, one asks for a Crawl-delay.
Ours is `zhixun run` with the shipped limits (delay 1s, per_host 2), polling each source every 8 seconds. Scrapy has its default
settings, follows the links of the same lists and is started again every 8 seconds; once as it is, once with AUTOTHROTTLE.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import signal
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import scrapy
from aiohttp import web
from scrapy.crawler import AsyncCrawlerProcess

sys.path[:0] = [str(Path(__file__).parents[1])]

from jobs.demo.newsroom import LISTS, ROBOTS, Article, Handler, Site, World
from tests import world as worlds
from tests.flow.harness import start

EVERY = 8.0  # seconds
DELAY = 1.0
PER_HOST = 2
WAIT = 6  # Retry-After, in seconds
SLOW = 0.4  # seconds that an article takes
CRAWL_DELAY = 2.0
BUDGET = 40
OURS, THEIRS, POOR = 36.0, 16.0, 10.0  # seconds of each run
CONFIG = """\
database: sqlite:///{folder}/zhixun.db
crawl: {{delay: {delay}s, per_host: {per_host}, budget: {budget}, allow_networks: ["127.0.0.0/8"]}}
backup: {{every: 0s}}
sources:
"""


@dataclass(frozen=True, slots=True)
class Visit:
    """One request as the server saw it, in the server's seconds."""

    path: str
    began: float
    ended: float
    status: int
    conditional: bool


@dataclass
class Counted(Site):
    """A site with a quirk, one of: 429 503 moved slow; it counts everything."""

    quirk: str = ""
    visits: list[Visit] = field(default_factory=list)
    told: set[str] = field(default_factory=set)  # lists that have shown the quirk

    @web.middleware
    async def _count(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        began = time.perf_counter()
        try:
            response = await self._quirky(request, handler)
        except web.HTTPException as error:
            response = web.Response(status=error.status)
        conditional = "If-None-Match" in request.headers or "If-Modified-Since" in request.headers
        self.visits.append(Visit(request.path, began, time.perf_counter(), response.status, conditional))
        return response

    async def _quirky(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path not in LISTS.values():
            await asyncio.sleep(SLOW if request.path != "/robots.txt" else 0.1)
            return await handler(request)
        if self.quirk == "moved" and not request.query:
            return web.Response(status=301, headers={"Location": f"{request.path}?here=1"})
        if self.quirk in ("429", "503") and request.path not in self.told:
            self.told.add(request.path)
            return web.Response(status=int(self.quirk), headers={"Retry-After": str(WAIT)})
        return await handler(request)

    async def _robots(self, _request: web.Request) -> web.Response:
        return web.Response(text=ROBOTS + (f"Crawl-delay: {CRAWL_DELAY:g}\n" if self.quirk == "slow" else ""))

    def forget(self) -> None:
        """Begin anew."""
        self.visits, self.told = [], set()


class Lists(scrapy.Spider):
    """Fetches lists and what they link to."""

    name = "lists"

    def __init__(self, addresses: list[str]) -> None:
        super().__init__()
        self._addresses = addresses

    async def start(self) -> Any:
        """The lists."""
        for address in self._addresses:
            yield scrapy.Request(address)

    def parse(self, response: Any) -> Any:
        """Their links."""
        home = "/".join(response.url.split("/")[:3])
        for link in re.findall(re.escape(home) + r"/[\w/]*\.html", response.text):
            yield scrapy.Request(link, callback=lambda _: None)


def _world() -> World:
    world = worlds.build(datetime.now(UTC), sites=6, each=6)
    quirks = ("429", "503", "moved", "slow", "", "")
    sites: list[Site] = []
    for plain, quirk in zip(world.sites, quirks, strict=True):
        site = Counted(plain.name, plain.kind, quirk=quirk, articles=plain.articles)
        for number in range(2):
            hidden = worlds.article(90 + number, datetime.now(UTC).astimezone(worlds.ZONE), site=9, rng=random.Random(number))
            site.articles.append(Article(f"/private/{number}.html", hidden.title, hidden.paragraphs, hidden.published))
        sites.append(site)
    return World(sites, first=31)


def _addresses(world: World) -> list[tuple[str, str]]:
    """Kind and address of each source: three of each site."""
    kinds = [("feed", "listing", "sitemap" if place % 2 else "api") for place in range(len(world.sites))]
    return [(kind, site.address + LISTS[kind]) for site, three in zip(world.sites, kinds, strict=True) for kind in three]


async def _ours(world: World, seconds: float, budget: int | None = None) -> None:
    with tempfile.TemporaryDirectory(prefix="zhixun-polite-") as folder:
        config = Path(folder) / "config.yaml"
        every, sources = EVERY if budget is None else 1, enumerate(_addresses(world))
        rows = "".join(f"  - {{name: source-{n}, url: '{url}', kind: {kind}, every: {every:g}s}}\n" for n, (kind, url) in sources)
        config.write_text(CONFIG.format(folder=folder, delay=DELAY, per_host=PER_HOST, budget=budget or "null") + rows, "utf-8")
        process = await start(config)
        sites = [site for site in world.sites if isinstance(site, Counted)]
        while not any(site.visits for site in sites) and process.returncode is None:
            await asyncio.sleep(0.1)
        await asyncio.sleep(seconds)
        process.send_signal(signal.SIGTERM)
        await process.wait()


async def _scrapy(world: World, seconds: float, *, throttled: bool) -> None:
    """Started again every eight seconds, as cron would."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while loop.time() < until:
        began = loop.time()
        arguments = [__file__, "--peer", "throttled" if throttled else "plain", *(url for _, url in _addresses(world))]
        process = await asyncio.create_subprocess_exec(sys.executable, *arguments, env=os.environ | {"PYTHONWARNINGS": "ignore"})
        try:
            await asyncio.wait_for(process.wait(), until - began)
        except TimeoutError:
            process.kill()
            await process.wait()
        await asyncio.sleep(max(began + EVERY - loop.time(), 0))


def peer(mode: str, addresses: list[str]) -> None:
    """One crawl with Scrapy's default settings."""
    quiet = {"LOG_ENABLED": False, "TELNETCONSOLE_ENABLED": False}
    process = AsyncCrawlerProcess(quiet | {"AUTOTHROTTLE_ENABLED": mode == "throttled"})
    process.crawl(Lists, addresses=addresses)
    process.start()


# ---- counting


def _gaps(site: Counted) -> list[float]:
    begins = sorted(visit.began for visit in site.visits)
    return [b - a for a, b in pairwise(begins)]


def _at_once(site: Counted) -> int:
    """The most requests that were open at one time."""
    changes = sorted([(visit.began, 1) for visit in site.visits] + [(visit.ended, -1) for visit in site.visits])
    most = now = 0
    for _, change in changes:
        now += change
        most = max(most, now)
    return most


def _before_robots(site: Counted) -> int:
    known = min((visit.ended for visit in site.visits if visit.path == "/robots.txt"), default=float("inf"))
    return sum(visit.began < known and visit.path != "/robots.txt" for visit in site.visits)


def _early(site: Counted) -> float:
    """Seconds by which a Retry-After was not waited for: 429 speaks for the host, 503 for the address."""
    worst = 0.0
    for visit in site.visits:
        if visit.status in (429, 503):
            meant = [one.began for one in site.visits if visit.status == 429 or one.path == visit.path]
            later = [began for began in meant if began > visit.ended]
            worst = max(worst, visit.ended + WAIT - min(later, default=float("inf")))
    return worst


def _repeated(sites: list[Counted]) -> list[Visit]:
    """Polls of lists whose validators are known by then."""
    found = []
    for site in sites:
        by_path: dict[str, list[Visit]] = defaultdict(list)
        for visit in site.visits:
            by_path[visit.path].append(visit)
        for path in LISTS.values():
            good = [visit for visit in by_path[path] if visit.status in (200, 304)]
            found += [visit for visit in by_path[path] if good and visit.began > good[0].ended]
    return found


def figures(sites: list[Counted]) -> dict[str, str]:
    """What is counted, in words."""
    repeated = _repeated(sites)
    gaps = [gap for site in sites if site.quirk != "slow" for gap in _gaps(site)]
    slow = [gap for site in sites if site.quirk == "slow" for gap in _gaps(site)]
    conditional = sum(visit.conditional for visit in repeated)
    statuses = Counter(visit.status for site in sites for visit in site.visits)
    answered = [visit for visit in repeated if visit.status in (200, 304)]
    same = sum(visit.status == 304 for visit in answered)
    pages = Counter((site.name, visit.path) for site in sites for visit in site.visits if visit.path.endswith(".html"))
    return {
        "requests": str(statuses.total()),
        "smallest gap at a host, s": f"{min(gaps):.3f} (median {statistics.median(gaps):.2f})",
        f"smallest gap where Crawl-delay is {CRAWL_DELAY:g}": f"{min(slow):.3f}",
        "most at once at a host": str(max(map(_at_once, sites))),
        "before robots.txt was read": str(sum(map(_before_robots, sites))),
        "forbidden pages fetched": str(sum(visit.path.startswith("/private/") for site in sites for visit in site.visits)),
        "seconds early after Retry-After": f"{max(map(_early, sites)):.1f}",
        "repeated polls, conditional": f"{conditional} of {len(repeated)}",
        "repeated polls, answered 304": f"{same} of {len(answered)}",
        "articles fetched again": str(pages.total() - len(pages)),
    }


async def compare() -> None:
    """All of them, one after the other."""
    world = _world()
    sites = [site for site in world.sites if isinstance(site, Counted)]
    await world.start()
    runs: dict[str, Callable[[], Any]] = {
        "Zhixun": lambda: _ours(world, OURS),
        "Scrapy": lambda: _scrapy(world, THEIRS, throttled=False),
        "Scrapy, AUTOTHROTTLE": lambda: _scrapy(world, THEIRS, throttled=True),
    }
    table: dict[str, dict[str, str]] = {}
    for name, run in runs.items():
        for site in sites:
            site.forget()
        await run()
        table[name] = figures(sites)
    for site in sites:
        site.forget()
        site.articles.clear()
    await _ours(world, POOR, BUDGET)
    counted = Counter(visit.path in LISTS.values() for site in sites for visit in site.visits)
    await world.stop()
    print("| | " + " | ".join(table) + " |\n|---" * 1 + "|---" * len(table) + "|")
    for row in table["Zhixun"]:
        print(f"| {row} | " + " | ".join(column[row] for column in table.values()) + " |")
    requests = f"{counted.total()} requests, {counted[False]} of them for robots.txt"
    print(f"\nbudget {BUDGET}, eighteen sources every second for {POOR:g} s: {requests}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", nargs="+", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.peer:
        peer(chosen.peer[0], chosen.peer[1:])
    else:
        asyncio.run(compare())
