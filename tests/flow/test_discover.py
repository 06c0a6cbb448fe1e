"""`sources discover` on local sites in the layouts of real ones: the right thing comes first, in a dozen requests, politely."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from crawler.pool import Readers
from jobs.discover import MAX_REQUESTS, Discovered, discover, entry_of, name_for
from jobs.fetch_one import fetching
from tests.flow.discovery_sites import FOLDER, LocalSite, load
from tests.unit.crawler.local_site import Seen, http, rules, serving

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=ZONE)
SITES = sorted(FOLDER.glob("*.site"))


@dataclass(frozen=True)
class Tried:
    """One site, what was found there, and what was asked of it."""

    site: LocalSite
    found: Discovered
    asked: list[str]


@asynccontextmanager
async def served(sites: dict[str, LocalSite]) -> AsyncIterator[tuple[int, list[Seen]]]:
    """All sites on one port; `sites` may be filled afterwards, by the third and fourth part of their address."""

    def reply(seen: Seen) -> bytes:
        host = seen.headers["host"].partition(":")[0]
        site = sites.get(host.rpartition(".")[2])
        if site is None:
            return http(404)
        answer = site.answer(host, seen.path)
        more = {"Location": answer.location} if answer.location else {}
        return http(answer.status, answer.body, Content_Type=answer.type, **more)

    async with serving(reply) as server:
        yield server.port, server.seen


async def _try_all() -> dict[str, Tried]:
    tried = {}
    readers = Readers(workers=1)
    try:
        sites: dict[str, LocalSite] = {}
        async with served(sites) as (port, seen):
            for number, path in enumerate(SITES, 1):
                site = sites[str(number)] = load(number, path, port, NOW, ZONE)
                before = len(seen)
                async with fetching(rules()) as fetcher:
                    found = await discover(site.ask, fetcher, readers, NOW, ZONE)
                tried[path.stem] = Tried(site, found, [each.path for each in seen[before:]])
    finally:
        readers.close()
    return tried


@pytest.fixture(scope="module")
def tried() -> dict[str, Tried]:
    return asyncio.run(_try_all())


def is_right(one: Tried) -> bool:
    """The best candidate is the expected address, as the expected kind."""
    best = one.found.best
    if best is None:
        return False
    return (best.kind, best.candidate.url, best.candidate.options.get("inside", "")) == (
        one.site.kind,
        one.site.best,
        one.site.inside,
    )


def test_there_are_thirty_sites_and_more() -> None:
    assert len(SITES) >= 30


@pytest.mark.parametrize("name", [path.stem for path in SITES])
def test_the_right_thing_comes_first(tried: dict[str, Tried], name: str) -> None:
    one = tried[name]
    shown = [(each.score, each.kind, each.candidate.url, each.reason) for each in one.found.judged]
    assert is_right(one), (shown, one.asked)


def test_no_search_takes_more_than_a_dozen_requests(tried: dict[str, Tried]) -> None:
    counts = {name: len(one.asked) - (len(set_of_hosts(one)) - 1) for name, one in tried.items()}
    assert max(counts.values()) <= MAX_REQUESTS, counts
    assert all(count <= one.found.requests for (name, count), one in zip(counts.items(), tried.values(), strict=True)), counts


def set_of_hosts(one: Tried) -> set[str]:
    """The hosts that were asked: each has a robots.txt of its own."""
    return {"site"} | ({"other"} if one.site.name.startswith("20-") else set())


def test_nothing_is_asked_twice(tried: dict[str, Tried]) -> None:
    for name, one in tried.items():
        twice = {path for path, count in Counter(one.asked).items() if count > 1 and path != "/robots.txt"}
        assert twice == set(), name


def test_a_frozen_feed_is_shown_as_frozen_with_its_age(tried: dict[str, Tried]) -> None:
    frozen = [each for each in tried["12-frozen-feed-fresh-list"].found.judged if each.kind == "feed"]
    assert [each.reason.partition(":")[0] for each in frozen] == ["frozen"]
    assert "1500 days old" in frozen[0].reason
    assert frozen[0].newest is not None
    assert frozen[0].score < 0.2


def test_what_robots_forbids_is_not_asked_for(tried: dict[str, Tried]) -> None:
    assert "/feed/tech.xml" not in tried["30-feed-that-robots-forbid"].asked


def test_every_candidate_comes_with_titles_and_the_newest_date(tried: dict[str, Tried]) -> None:
    for name, one in tried.items():
        best = one.found.best
        assert best is not None
        assert best.count >= 7, name
        assert (best.newest is not None and len(best.titles) >= 3) or name == "32-plain-sitemap-only", name


def test_a_page_that_refuses_us_is_told_and_the_feed_found(tried: dict[str, Tried]) -> None:
    assert tried["35-challenge-before-the-page"].found.trouble.startswith("blocked")


def test_the_entry_is_what_the_configuration_takes(tried: dict[str, Tried]) -> None:
    best = tried["12-frozen-feed-fresh-list"].found.best
    assert best is not None
    entry = entry_of(best)
    assert entry["kind"] == "listing"
    assert entry["links"]


async def _only(answers: str) -> Discovered:
    path = FOLDER / "16-list-of-a-paper.site"
    sites: dict[str, LocalSite] = {}
    readers = Readers(workers=1)
    try:
        async with served(sites) as (port, _), fetching(rules()) as fetcher:
            site = load(1, path, port, NOW, ZONE)
            body = replace(next(iter(site.answers.values())), body=answers.encode())
            sites["1"] = replace(site, answers=dict.fromkeys(site.answers, body))
            return await discover(site.ask, fetcher, readers, NOW, ZONE)
    finally:
        readers.close()


def test_a_site_with_nothing_to_watch_has_no_best() -> None:
    found = asyncio.run(_only("<html><body><p>Welcome to our shop.</p></body></html>"))
    assert found.best is None
    assert found.requests <= MAX_REQUESTS


@pytest.mark.parametrize(
    ("url", "taken", "name"),
    [
        ("https://www.example.com/feed/", set(), "example"),
        ("https://www.example.com/category/ai/feed/", {"example"}, "example-ai"),
        ("https://news.example.com.cn/rss.xml", {"example"}, "example-2"),
        ("http://127.0.0.1:8000/x", set(), "127-0-0-1"),
    ],
)
def test_a_name_comes_from_the_address(url: str, taken: set[str], name: str) -> None:
    assert name_for(url, taken) == name
