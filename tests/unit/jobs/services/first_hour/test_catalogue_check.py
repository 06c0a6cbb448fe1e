"""The catalogue is asked once each, politely; how it answered is written back beside every other byte."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jobs.config.load import Config
from jobs.services.first_hour import catalogue_check
from jobs.services.first_hour.catalogue_check import Seen, State
from jobs.services.sourcing import catalogue
from jobs.services.sourcing.catalogue import Listed
from tests.unit.crawler.fetch.local_site import http, serving

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
CONFIG = Config.model_validate({"crawl": {"allow_networks": ["127.0.0.0/8"], "delay": "50ms", "timeout": "5s"}})


def feed(days: int) -> bytes:
    day = f"{NOW - timedelta(days=days):%a, %d %b %Y %H:%M:%S GMT}"
    item = f"<item><title>一条新闻</title><link>https://a.example/1</link><pubDate>{day}</pubDate></item>"
    return http(
        200, f"<rss version='2.0'><channel><title>x</title>{item}</channel></rss>".encode(), Content_Type="application/rss+xml"
    )


def listed(name: str, url: str, kind: str = "feed") -> Listed:
    return Listed(name, name, "zh", {"url": url, "kind": kind, "tags": ["中文"]})


async def test_each_state_is_told_and_each_address_is_asked_once() -> None:
    pages = {
        "/good": feed(1), "/old": feed(400), "/moved": http(301, b"", Location="/good2"), "/good2": feed(2),
        "/empty": http(200, b"<html><body><p>nothing</p></body></html>", Content_Type="text/html"),
        "/blocked": http(403, b"no"), "/gone": http(410, b""), "/private/x": feed(1),
    }  # fmt: skip
    told: list[Seen] = []
    async with serving(pages, robots=http(200, b"User-agent: *\nDisallow: /private/\n")) as site:
        entries = [listed(name, site.url(f"/{name}")) for name in ("good", "old", "moved", "empty", "blocked", "gone")]
        entries += [listed("hidden", site.url("/private/x")), listed("away", "http://127.0.0.1:9/")]
        seen = await catalogue_check.check(entries, CONFIG, NOW, told.append)
        asked = site.paths()
    assert {one.name: one.state for one in seen} == {
        "good": State.ANSWERS, "old": State.STALE, "moved": State.MOVED, "empty": State.EMPTY, "blocked": State.BLOCKED,
        "gone": State.GONE, "hidden": State.BLOCKED, "away": State.UNREACHABLE,
    }  # fmt: skip
    assert sorted(asked) == ["/blocked", "/empty", "/gone", "/good", "/good2", "/moved", "/old"]
    assert sorted(told, key=lambda one: one.name) == sorted(seen, key=lambda one: one.name)
    moved = next(one for one in seen if one.name == "moved")
    assert moved.to.endswith("/good2")
    assert (moved.links, moved.newest) == (1, "2026-11-22")


FILE = """\
# the head stays

- name: one
  title: 第一  # so it is called
  language: zh
  note: A note.
  seen: {at: 2020-01-01, state: gone}
  entry:
    url: https://one.example/   # the address
    kind: feed

- name: two
  title: Two
  language: en
  entry:
    url: https://two.example/
    kind: feed
"""
SEEN = [
    Seen("one", "https://one.example/", State.ANSWERS, NOW, "feed", 30, "2026-11-23"),
    Seen("two", "https://two.example/", State.MOVED, NOW, "feed", 3, to="https://two.example/new?a=1#b, c"),
]


def test_what_was_seen_is_written_back_and_nothing_else_changes(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.yaml"
    path.write_text(FILE, "utf-8")
    catalogue_check.write(path, SEEN[:1])
    text = path.read_text("utf-8")
    assert text == FILE.replace(
        "{at: 2020-01-01, state: gone}", "{at: 2026-11-24, state: answers, kind: feed, links: 30, newest: 2026-11-23}"
    )
    catalogue_check.write(path, SEEN)
    rows = catalogue.read(path.read_text("utf-8"))
    assert rows["two"].seen is not None
    assert rows["two"].seen["to"] == "https://two.example/new?a=1#b, c"
    assert [line for line in path.read_text("utf-8").splitlines() if "seen:" not in line] == [
        line for line in FILE.splitlines() if "seen:" not in line
    ]
    catalogue_check.write(path, SEEN)
    assert path.read_text("utf-8").count("seen:") == 2


def test_the_shipped_catalogue_takes_what_was_seen_of_every_entry() -> None:
    text = catalogue.file().read_text("utf-8")
    seen = [Seen(name, row.entry["url"], State.EMPTY, NOW) for name, row in catalogue.catalogue().items()]
    made = catalogue_check.marked(text, seen)
    assert all(row.seen for row in catalogue.read(made).values())
    assert [line for line in made.splitlines() if not line.startswith("  seen:")] == text.splitlines()


def test_an_entry_without_a_place_is_refused() -> None:
    with pytest.raises(ValueError, match="three"):
        catalogue_check.marked(FILE, [Seen("three", "https://three.example/", State.GONE, NOW)])


def test_a_network_that_is_down_says_nothing_of_the_sources() -> None:
    lost = [Seen(f"s{n}", "https://x.example/", State.UNREACHABLE, NOW) for n in range(8)]
    assert catalogue_check.cut_off([*lost, *SEEN])
    assert not catalogue_check.cut_off([*lost[:3], *SEEN])


def test_the_report_tells_people_first_what_does_not_answer_and_programs_everything(tmp_path: Path) -> None:
    gone = Seen("zed", "https://z.example/", State.GONE, NOW, detail="gone: 410 | <b>*x*")
    people, programs = catalogue_check.put_report(tmp_path / "report", [*SEEN, gone], NOW)
    table = [line for line in people.read_text("utf-8").splitlines() if line.startswith("| ")]
    assert [line.split(" | ")[0] for line in table[1:]] == ["| zed", "| one", "| two"]
    assert r"\|" in table[1]
    assert r"\<b\>" in table[1]
    assert [row["name"] for row in json.loads(programs.read_text("utf-8"))] == ["one", "two", "zed"]
