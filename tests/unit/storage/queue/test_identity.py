"""Which links of a poll are articles that are known: by their source's name for them, as entries of a page, under changing addresses."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zlib import crc32

import pytest
from sqlalchemy import select

from crawler.record import Found, Link, Record, Source
from crawler.url import link_key
from storage.archive import articles, queries
from storage.db import models
from storage.db.database import Database
from storage.queue import frontier, known_links, sources
from storage.queue.frontier import Kept
from tests.polling import claim, found

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
STEP = timedelta(minutes=15)


class Bench:
    """One source, polled every quarter of an hour; what is found is read at once, and, if `short`, known by a short row only."""

    def __init__(self, db: Database, short: bool = False) -> None:
        self.db = db
        self.short = short
        self.now = NOW
        db.write_now(lambda s: sources.sync(s, [(Source("s", "https://s.example/feed"), NOW)], NOW))

    def poll(self, *links: Link, size: int = 0, whole: bool = True) -> Kept:
        [task] = self._claim("poll")
        asked = {"etag": '"1"', "next_due": self.now + STEP, "keys": link_key, "size": size}
        kept = found(self.db, task, Found(links, "feed", whole=whole), self.now, **asked)
        for article in self._claim("article"):
            self._read(article)
        while self.short and self.db.write_now(lambda s: known_links.take(s, link_key, self.now + 3 * DAY, 2)):
            pass
        self.now += STEP
        return kept

    def _claim(self, kind: str) -> list[frontier.Task]:
        return [task for task in claim(self.db, self.now, limit=100) if task.kind == kind]

    def _read(self, task: frontier.Task) -> None:
        hint = task.hint or Link(task.url)
        text = hint.text or f"{hint.title}，全文如下。"
        record = Record(hint.title or "", task.url, text, published=hint.published, source="s")
        place = link_key(task.url)
        moved = place if place != task.key and not hint.entry else None
        self.db.write_now(lambda s: articles.store(s, record, key=task.key, moved_to=moved, task=task, now=self.now))

    def records(self) -> list[tuple[str, str]]:
        query = select(models.article.c.title, models.article.c.link).order_by(models.article.c.id)
        return [tuple(row) for row in self.db.read(lambda s: s.execute(query).all())]

    def habits(self) -> sources.Habits:
        return self.db.read(sources.habits_of_all)["s"]

    def etag(self) -> str | None:
        return self.db.read(lambda s: s.scalar(select(models.task.c.etag).where(models.task.c.kind == "poll")))


@pytest.fixture(params=[False, True], ids=["tasks", "known links"])
def bench(request: pytest.FixtureRequest, db: Database) -> Bench:
    return Bench(db, request.param)


def link(path: str, title: str, guid: str | None = None, **more: object) -> Link:
    return Link(f"https://s.example{path}", title, guid=guid, **more)


def test_an_article_that_moves_is_read_again_at_its_new_address_and_stays_one_record(bench: Bench) -> None:
    bench.poll(link("/a", "河湾新桥通车", "tag:1"))
    assert bench.poll(link("/b", "河湾新桥通车，首日两万人走过", "tag:1")) == Kept(new=0, known=1)
    assert bench.records() == [("河湾新桥通车，首日两万人走过", "https://s.example/b")]
    assert bench.poll(link("/b", "河湾新桥通车，首日两万人走过", "tag:1")) == Kept(new=0, known=1)
    assert len(bench.records()) == 1


def test_a_name_used_again_for_another_article_makes_another_record(bench: Bench) -> None:
    bench.poll(link("/a", "河湾新桥通车", "latest", text="新桥全长两公里，连接东西两岸。"))
    bench.poll(link("/b", "南屏医院扩建", "latest", text="医院今年增加三百张病床。"))
    bench.poll(link("/b", "南屏医院扩建", "latest", text="医院今年增加三百张病床。"))
    assert [title for title, _ in bench.records()] == ["河湾新桥通车", "南屏医院扩建"]


def test_names_that_count_places_are_not_believed(bench: Bench) -> None:
    titles = ["甲项目完工", "乙项目完工", "丙项目完工", "丁项目完工"]
    for first in (0, 1, 2):
        bench.poll(*(link(f"/{n}", titles[n], str(first + 1 - n)) for n in (first + 1, first)))
    assert len(bench.records()) == 4


def test_two_listed_articles_of_one_name_are_two(bench: Bench) -> None:
    bench.poll(link("/a", "甲项目完工", "x"))
    bench.poll(link("/b", "乙项目完工", "x"), link("/a", "甲项目完工"))
    assert len(bench.records()) == 2


def test_names_of_an_older_archive_are_noted_as_they_are_listed(bench: Bench) -> None:
    bench.poll(link("/a", "甲项目完工"))
    bench.poll(link("/a", "甲项目完工", "x"))
    bench.poll(link("/b", "甲项目完工", "x"))
    assert len(bench.records()) == 1


@pytest.mark.parametrize("named", [True, False], ids=["with names", "by the fragment"])
def test_an_entry_that_comes_alone_is_new_at_each_poll(bench: Bench, named: bool) -> None:
    for n in range(4):
        bench.poll(link(f"/log#v{n}", f"版本 {n} 放行", f"v{n}" if named else None))
        bench.poll(link(f"/log#v{n}", f"版本 {n} 放行", f"v{n}" if named else None))
    assert [title for title, _ in bench.records()] == [f"版本 {n} 放行" for n in range(4)]


def test_an_entry_that_came_alone_is_known_beside_others(bench: Bench) -> None:
    bench.poll(link("/log", "版本 1 放行", "v1"))
    kept = bench.poll(link("/log", "版本 2 放行", "v2", entry="v2"), link("/log", "版本 1 放行", "v1", entry="v1"))
    assert kept == Kept(new=1, known=1)


def test_an_edited_headline_under_a_new_name_on_a_page_is_no_entry(bench: Bench) -> None:
    bench.poll(link("/a", "新桥通车", "1", published=NOW))
    assert bench.poll(link("/a", "新桥今天通车", "2", published=NOW)) == Kept(new=0, known=1)


CHANGING = {
    "a parameter": lambda path, n: f"{path}?id={path[-1]}&visit=k{n}x{n * n}z7",
    "a number as parameter, in each link": lambda path, n: f"{path}?k={4000 + 711 * n}",
    "a part of the path": lambda path, n: f"/s{n}q{n * 31}w9{path}",
    "the whole address": lambda path, n: f"/go/{crc32(f'{path} {n}'.encode())}x/{crc32(f'{n} {path}'.encode())}y",
}


@pytest.mark.parametrize("address", CHANGING.values(), ids=CHANGING)
def test_links_that_change_at_every_poll_are_kept_once_and_noticed(bench: Bench, address) -> None:
    titles = {f"/news-{n}": f"河湾第{n}座新桥今天通车" for n in range(1, 6)}
    for n in range(1, 5):
        shown = list(titles)[: 4 if n < 3 else 5]
        bench.poll(*(link(address(path, n), titles[path]) for path in shown))
    assert sorted(title for title, _ in bench.records()) == sorted(titles.values())
    assert bench.habits().renamed >= 2


def test_one_changing_link_is_known_by_its_random_parameter(bench: Bench) -> None:
    for n in range(1, 5):
        bench.poll(link(f"/news-7?v=a{n}b{n * 77}cc", "河湾新桥今天通车"))
    assert len(bench.records()) == 1


@pytest.mark.parametrize(
    "days",
    [
        [[("/daily/20261124", "芯片日报今天出刊"), ("/chips/20261124", "模型日报今天出刊")],
         [("/daily/20261125", "芯片日报今天出刊"), ("/chips/20261125", "模型日报今天出刊")]],
        [[("/show?id=771", "芯片日报今天出刊")], [("/show?id=772", "芯片日报今天出刊")]],
        [[("/a/81234567", "芯片日报今天出刊"), ("/a/81234568", "模型日报今天出刊")],
         [("/a/81234599", "芯片日报今天出刊"), ("/a/81234600", "模型日报今天出刊")]],
        [[("/weekly/ai/312", "芯片周报本周出刊"), ("/weekly/chip/312", "模型周报本周出刊")],
         [("/weekly/ai/313", "芯片周报本周出刊"), ("/weekly/chip/313", "模型周报本周出刊")]],
    ],
    ids=["a day in the address", "one number", "numbers", "issues"],
)  # fmt: skip
def test_a_series_with_one_title_is_an_article_at_each_issue(bench: Bench, days: Sequence[Sequence[tuple[str, str]]]) -> None:
    for day in days:
        bench.poll(*(link(path, title, text=f"{title}：{path}") for path, title in day))
    assert bench.db.read(lambda s: queries.status(s, NOW)).tasks["article done"] == sum(map(len, days))


def test_validators_of_an_answer_that_may_be_cut_are_not_kept(bench: Bench) -> None:
    bench.poll(link("/a", "一"), size=10_000)
    assert bench.etag() == '"1"'
    bench.poll(link("/a", "一"), size=6_000)
    assert bench.etag() is None, "much shorter than usual"
    bench.poll(link("/a", "一"), size=9_000)
    assert bench.etag() == '"1"'
    bench.poll(link("/a", "一"), size=9_000, whole=False)
    assert bench.etag() is None, "its end is missing"
    for _ in range(12):
        bench.poll(link("/a", "一"), size=6_000)
    assert bench.etag() == '"1"', "it has become shorter for good"
