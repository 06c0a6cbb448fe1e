"""`run --once` over a local world: every article once, reprints folded, a second run asks only what may have changed."""

import asyncio
import itertools
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from crawler.record import Record
from jobs.demo.newsroom import Article, Site, World
from storage.archive import queries
from storage.db.database import open_database
from tests import world as worlds
from tests.flow.harness import run_once, write_config

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


class Result:
    """Two runs over one world, and what the servers and the archive saw of them."""

    def __init__(self, world: World, codes: list[int], requests: list[list[tuple[str, int]]], records: list[Record]) -> None:
        self.world = world
        self.codes = codes
        self.requests = requests
        self.records = records
        self.articles: dict[tuple[str, str], Article] = {
            (urlsplit(site.address).netloc, article.path): article for site in world.sites for article in site.articles
        }

    def article_of(self, record: Record) -> Article:
        parts = urlsplit(record.link)
        path = parts.path.removeprefix("/m") if parts.path.startswith("/m/") else parts.path
        return self.articles[parts.netloc, path]


async def _two_runs(folder: Path) -> Result:
    world = worlds.build(datetime.now(UTC), sites=10, each=30)
    await world.start()
    try:
        config = write_config(folder, world, every="1h")
        codes, requests = [], []
        for _ in range(2):
            codes.append(await run_once(config))
            requests.append([(seen.path, seen.status) for site in world.sites for seen in site.requests])
            for site in world.sites:
                site.requests.clear()
    finally:
        await world.stop()
    with closing(open_database(f"sqlite:///{folder}/zhixun.db")) as db:
        return Result(world, codes, requests, db.read(lambda s: list(queries.records(s))))


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return asyncio.run(_two_runs(tmp_path_factory.mktemp("once")))


def test_both_runs_end_well(result: Result) -> None:
    assert result.codes == [0, 0]


def test_every_article_is_stored_once(result: Result) -> None:
    assert len(result.records) == 300
    assert len({(a.path, a.title) for a in map(result.article_of, result.records)}) == 300


def test_title_and_text_are_right(result: Result) -> None:
    wrong = [r.link for r in result.records if (r.title, r.text) != ((a := result.article_of(r)).title, a.text)]
    assert wrong == []


def test_the_minute_of_publication_and_the_publisher_are_right(result: Result) -> None:
    minute = {"second": 0, "microsecond": 0}
    for record in result.records:
        assert record.published is not None
        assert record.published.replace(**minute) == result.article_of(record).published.replace(**minute)


def test_links_are_shown_without_tracking_parameters(result: Result) -> None:
    assert [r.link for r in result.records if "utm_" in r.link] == []


def test_reprints_belong_to_one_story(result: Result) -> None:
    by_text = {}
    for record in result.records:
        by_text.setdefault(record.text, set()).add(record.story)
    assert all(len(stories) == 1 for stories in by_text.values())
    assert len({record.story for record in result.records}) == len(by_text) == 270


def test_each_story_reaches_the_webhook_exactly_once(result: Result) -> None:
    received = result.world.sink.received
    told = Counter(body["record"]["title"] for _, body in received)  # type: ignore[index]
    assert len(received) == len(dict(received)) == len(told) == 270


def test_the_second_run_fetches_no_article_and_gets_304(result: Result) -> None:
    lists = {site.url.removeprefix(site.address) for site in result.world.sites}
    second = Counter((path in lists, path == "/robots.txt", status) for path, status in result.requests[1])
    assert second == {(True, False, 304): 10}, "robots.txt is kept from one run to the next"


def test_private_pages_are_never_asked_for(result: Result) -> None:
    assert not [path for run in result.requests for path, _ in run if path.startswith("/private")]


def _one_host() -> Site:
    site = worlds.build(datetime.now(UTC), sites=1, each=3).sites[0]
    site.twins = False
    return site


async def _paced(folder: Path) -> list[float]:
    site = _one_host()
    world = World([site])
    await world.start()
    try:
        config = write_config(folder, world)
        text = config.read_text("utf-8").replace("delay: 10ms", "delay: 1s")
        second = f"sources:\n  - {{name: second, url: '{site.address}/api/list.json', every: 1h}}\n"
        config.write_text(text.replace("sources:\n", second, 1), "utf-8")
        assert await run_once(config) == 0
    finally:
        await world.stop()
    return sorted(seen.at for seen in site.requests)


def test_two_sources_of_one_host_share_its_pace(tmp_path: Path) -> None:
    times = asyncio.run(_paced(tmp_path))
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert len(times) == 6  # robots.txt, two lists, three articles
    assert min(gaps) >= 0.95, gaps
