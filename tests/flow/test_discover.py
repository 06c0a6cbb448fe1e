"""`sources discover` on local sites in the layouts of real ones: the right thing comes first, in a dozen requests, politely."""

import asyncio
import json
import os
import pty
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from crawler.sandbox.pool import Readers
from jobs.config.load import load as load_config
from jobs.formats import opml
from jobs.services.sourcing.discover import MAX_REQUESTS, Discovered, discover, entry_of, name_for
from jobs.services.sourcing.fetch_one import fetching
from tests.flow.discovery_sites import FOLDER, LocalSite, load
from tests.unit.crawler.fetch.local_site import Seen, http, rules, serving

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
ROOT = Path(__file__).parents[2]
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
        assert best.count >= 6, name
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


def test_a_hostile_page_is_refused_and_the_rest_goes_on() -> None:
    found = asyncio.run(_only(f"<html><body {' '.join(f'a{n}=1' for n in range(3000))}></body></html>"))
    assert found.best is None
    assert found.trouble.startswith("refused unread: a tag with")
    assert found.requests == MAX_REQUESTS


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


# ---- the command line


CONFIG = """\
# what we watch
crawl: {delay: 10ms, allow_networks: ["127.0.0.0/8"]}   # loopback only
sources:
  # the first
  - name: first      # ours
    url: https://first.example/rss
rules: []
"""


@dataclass
class CrawlContext:
    """The command line beside running sites, one configuration."""

    folder: Path
    sites: list[LocalSite]

    @property
    def config(self) -> Path:
        return self.folder / "config.yaml"

    async def run(self, *arguments: str, stdin: int = asyncio.subprocess.DEVNULL) -> tuple[int, str, str]:
        """Exit code, output, messages."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "jobs", "-c", str(self.config), "sources", *arguments,
            stdin=stdin, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, cwd=self.folder,
            env=os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "200"},
        )  # fmt: skip
        out, err = await asyncio.wait_for(process.communicate(), 60)
        return process.returncode or 0, out.decode(), err.decode()


@asynccontextmanager
async def desk(folder: Path, *numbers: int) -> AsyncIterator[CrawlContext]:
    (folder / "config.yaml").write_text(CONFIG, "utf-8")
    sites: dict[str, LocalSite] = {}
    async with served(sites) as (port, _):
        for number in numbers:
            sites[str(number)] = load(number, SITES[number - 1], port, datetime.now(UTC), ZONE)
        yield CrawlContext(folder, list(sites.values()))


async def test_discover_prints_json_lines_best_first(tmp_path: Path) -> None:
    async with desk(tmp_path, 12) as one:
        code, out, _ = await one.run("discover", one.sites[0].ask, "--json")
        rows = [json.loads(line) for line in out.splitlines()]
        assert code == 0
        assert [row["kind"] for row in rows] == ["listing", "feed"]
        assert rows[0]["entry"] == {"url": one.sites[0].best, "kind": "listing", "links": rows[0]["entry"]["links"]}
        assert len(rows[0]["titles"]) >= 3
        assert rows[1]["state"].startswith("frozen")
        code, out, _ = await one.run("discover", one.sites[0].ask)
        assert code == 0
        assert "frozen" in out


async def test_add_writes_the_best_and_keeps_every_line(tmp_path: Path) -> None:
    async with desk(tmp_path, 2) as one:
        code, out, err = await one.run("add", one.sites[0].ask, "--name", "harbour", "--tag", "媒体", "--yes")
        assert code == 0, err
        assert "added harbour: feed" in out
        added = f"  - name: harbour\n    url: {one.sites[0].best}\n    kind: feed\n    tags: [媒体]\n"
        assert one.config.read_text("utf-8") == CONFIG.replace("rules: []", f"{added}rules: []")
        code, _, err = await one.run("add", one.sites[0].ask, "--yes")
        assert (code, f"harbour watches {one.sites[0].best} already" in err) == (1, True)


async def test_add_asks_on_a_terminal_which_to_take(tmp_path: Path) -> None:
    async with desk(tmp_path, 28) as one:
        ours, theirs = pty.openpty()
        os.write(ours, b"2\n")
        code, out, err = await one.run("add", one.sites[0].ask, "--name", "front", stdin=theirs)
        os.close(ours)
        os.close(theirs)
        assert code == 0, err
        assert "Which" in out
        row = load_config(one.config, {}).sources[-1]
        assert (row.name, row.kind, row.url) == ("front", "listing", one.sites[0].ask)


async def test_add_takes_from_the_catalogue_once(tmp_path: Path) -> None:
    async with desk(tmp_path) as one:
        code, _, err = await one.run("add", "cctv-tech")
        assert code == 0, err
        entry = load_config(one.config, {}).sources[-1]
        assert (entry.name, entry.options["items"], entry.tags) == ("cctv-tech", "data.list[*]", ("央视", "央媒", "中文"))
        code, _, err = await one.run("add", "cctv-tech")
        assert (code, "already" in err) == (1, True)
        _, out, _ = await one.run("catalogue", "--language", "zh", "--tag", "央视", "--json")
        assert [(row["name"], row["watched"]) for row in map(json.loads, out.splitlines())] == [("cctv-tech", True)]


async def test_what_cannot_be_added_changes_nothing(tmp_path: Path) -> None:
    async with desk(tmp_path, 1) as one:
        here = one.sites[0].ask
        code, _, err = await one.run("add", here.replace("127.0.1.1", "127.0.1.99"))
        assert (code, "nothing at" in err) == (1, True)
        assert (await one.run("add", "no such thing"))[0] == 2
        one.config.write_text(CONFIG.replace(', allow_networks: ["127.0.0.0/8"]', ""), "utf-8")
        before = one.config.read_text("utf-8")
        code, _, err = await one.run("add", here, "--yes")
        assert (code, "refused-address" in err) == (1, True)
        assert one.config.read_text("utf-8") == before


async def test_opml_goes_in_once_and_comes_out_again(tmp_path: Path) -> None:
    async with desk(tmp_path) as one:
        feeds = "".join(f'<outline text="f{n}" xmlUrl="https://f{n}.example/rss"/>' for n in range(3))
        twin = '<outline text="first" xmlUrl="http://first.example/rss/"/><outline text="f1" xmlUrl="https://other.example/rss"/>'
        given = tmp_path / "feeds.opml"
        given.write_text(f"<opml><body><outline text='组'>{feeds}</outline>{twin}</body></opml>", "utf-8")
        code, out, err = await one.run("import", str(given))
        assert code == 0, err
        assert out.strip() == "4 sources imported, 1 already there"
        names = [(row.name, row.tags) for row in load_config(one.config, {}).sources]
        assert names == [("first", ()), ("f0", ("组",)), ("f1", ("组",)), ("f2", ("组",)), ("other", ())]
        assert (await one.run("import", str(given)))[1].strip() == "0 sources imported, 5 already there"
        exported = (await one.run("export", "--format", "opml"))[1]
        assert sorted(each.title for each in opml.read(exported.encode()).outlines) == ["f0", "f1", "f2", "first", "other"]
        given.write_text("<rss/>", "utf-8")
        assert (await one.run("import", str(given)))[0] == 1


async def test_export_tells_no_secret(tmp_path: Path) -> None:
    async with desk(tmp_path) as one:
        secret = '  - {name: closed, url: "https://c.example/", headers: {Authorization: "Bearer hunter22"}}\n'
        keyed = '  - {name: keyed, url: "https://k.example/${HOME}"}\n'
        one.config.write_text(CONFIG.replace("rules: []", f"{secret}{keyed}rules: []"), "utf-8")
        code, out, err = await one.run("export")
        assert code == 0
        assert [each.title for each in opml.read(out.encode()).outlines] == ["first"]
        assert "hunter22" not in out + err
        assert err.count("left out") == 2
