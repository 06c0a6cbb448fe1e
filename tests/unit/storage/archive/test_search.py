"""Search: the index proposes, the rules decide, and nothing that they would find is left out."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update

from crawler.record import Record
from storage.archive import articles, derived, indexed, pruning, search, search_index
from storage.archive import queries as stored_records
from storage.archive.queries import Cursor
from storage.archive.search import Bounds
from storage.db.database import Database
from storage.db.mapping import sketched_from_row
from storage.db.models import outline
from storage.rules.parser import parse
from storage.rules.ruleset import search as verify
from tests.queries import ALIASES, NOW, queries, records

DAY = timedelta(days=1)


def put(db: Database, *rows: Record, tags: tuple[str, ...] = ()) -> list[int]:
    def store(session):
        return [articles.store(session, row, key=row.link, tags=tags, now=row.first_seen or NOW).article_id for row in rows]

    return db.write_now(store)


def titles(db: Database, query: str, **options) -> list[str]:
    return [record.title for record in find(db, query, **options).records]


def find(db: Database, query: str, **options) -> search.Found:
    return db.read(lambda s: search.search(s, parse(query, ALIASES), now=NOW, **options))


def article(number: int, title: str, text: str = "", **fields) -> Record:
    at = NOW - number * DAY
    return replace(
        Record(title, f"https://news.example/{number}", text or f"{title}。第{number}篇", published=at, first_seen=at), **fields
    )


@pytest.mark.parametrize("few", [search.FEW, 0], ids=["few", "many"])
def test_whatever_the_rules_would_find_is_found(db: Database, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "FEW", few)
    monkeypatch.setattr(search_index, "FIRST_RANGE", 2)
    stored: dict[int, tuple[Record, tuple[str, ...]]] = {}

    @settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(records(), min_size=1, max_size=3), queries)
    def check(new, written):
        for record, tags in new:
            record = replace(record, link=f"https://news.example/{len(stored)}/{record.link[21:]}".replace("\ud800", ""))
            (number,) = put(db, record, tags=tags)
            stored.setdefault(number, (db.read(partial(stored_records.record, number=number)), tags))
        query = parse(written, ALIASES)
        right = {number for number, (record, tags) in stored.items() if verify(query, record, tags, NOW) is not None}
        found = db.read(lambda s: search.search(s, query, now=NOW, limit=10_000))
        assert {record.id for record in found.records} == right
        assert found.next is None

    check()


def test_hits_come_newest_first_and_page_by_page(db: Database) -> None:
    put(db, *(article(number, f"芯片{number}") for number in (3, 1, 4, 2, 5)))
    first = find(db, "芯片", limit=2)
    assert [record.title for record in first.records] == ["芯片1", "芯片2"]
    assert first.about == 5
    second = find(db, "芯片", limit=2, after=Cursor.parse(str(first.next)))
    assert [record.title for record in second.records] == ["芯片3", "芯片4"]
    third = find(db, "芯片", limit=2, after=second.next)
    assert ([record.title for record in third.records], third.next) == (["芯片5"], None)
    assert not first.exact
    assert find(db, "芯片").exact


def test_what_no_index_helps_with_is_gone_through_in_parts(db: Database) -> None:
    put(db, *(article(number, "芯片" if number != 7 else "上海") for number in range(1, 10)))
    part = find(db, "/上.{1}$/ OR /^上海/", most=4)
    assert (part.records, part.examined, part.about) == ((), 4, None)
    assert part.next is not None
    assert part.next.id in (4, 3, 5, 6) or part.next.shown_at == NOW - 4 * DAY
    assert titles(db, "/^上海/", most=4, after=part.next) == ["上海"]


def test_bounds_and_dates_of_the_query_narrow_the_search(db: Database) -> None:
    put(db, *(article(number, f"芯片{number}", source="a" if number % 2 else "b") for number in range(1, 7)))
    assert titles(db, "芯片 published:<=2026-03-06") == ["芯片4", "芯片5", "芯片6"]
    assert titles(db, "芯片", bounds=Bounds(since=NOW - 2 * DAY)) == ["芯片1", "芯片2"]
    assert titles(db, "芯片", bounds=Bounds(until=NOW - 2 * DAY, source="b")) == ["芯片4", "芯片6"]
    assert titles(db, "published:>=-2d") == ["芯片1", "芯片2"]
    assert db.read(lambda s: search.count(s, Bounds(since=NOW - 2 * DAY))) == 2


def test_an_article_that_changed_is_found_by_its_new_words_only(db: Database) -> None:
    put(db, article(1, "海港公司发布芯片", "海港公司今天发布了一款芯片。"))
    put(db, article(1, "海港公司召回芯片", "海港公司今天召回了一款主板。"))
    assert titles(db, "主板") == ["海港公司召回芯片"]
    assert find(db, "发布").about == 0
    assert titles(db, "发布") == []


def test_a_deleted_article_is_a_candidate_of_nothing(db: Database) -> None:
    put(db, article(1, "新的芯片"), article(400, "旧的芯片"))
    assert find(db, "芯片").about == 2
    db.write_now(lambda s: pruning.prune(s, NOW - 300 * DAY))
    assert find(db, "芯片").about == 1


def test_a_call_that_fails_leaves_nothing_in_the_index(db: Database) -> None:
    def broken(session):
        articles.store(session, article(1, "云港发布芯片"), key="1", now=NOW)
        raise KeyError("mine")

    with pytest.raises(KeyError):
        db.write_now(broken)
    put(db, article(2, "另一篇"))
    assert find(db, "芯片").about == 0


# ---- articles from before there was an index


def without_index(db: Database, count: int) -> None:
    """An archive as an older version has left it."""
    put(db, *(article(number, f"芯片{number}") for number in range(1, count + 1)))
    db.write_now(lambda s: derived.restart(s, "UTC"))


def test_old_articles_are_found_before_during_and_after_the_index_is_made(db: Database) -> None:
    without_index(db, 9)
    everything = [f"芯片{number}" for number in range(1, 10)]
    assert titles(db, "芯片") == everything
    assert derived.advance(db, limit=4) == 4
    assert db.read(indexed.left) == 5
    put(db, article(10, "芯片10"))
    put(db, article(3, "芯片3", "改了的正文"), article(8, "芯片8", "改了的正文"))
    db.write_now(lambda s: pruning.prune(s, NOW - 9.5 * DAY))
    assert titles(db, "芯片") == everything
    assert titles(db, "改了的正文") == ["芯片3", "芯片8"]
    while derived.advance(db, limit=2):
        pass
    assert db.read(indexed.left) == 0
    found = find(db, "芯片")
    assert ([record.title for record in found.records], found.about) == (everything, 9)
    assert find(db, "改了的正文").about == 2


def test_an_index_of_another_version_is_not_asked_and_made_anew(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    put(db, *(article(number, f"芯片{number}") for number in range(1, 4)))
    monkeypatch.setattr(indexed, "LABEL", "another")
    put(db, article(4, "芯片4"))
    assert titles(db, "芯片") == ["芯片1", "芯片2", "芯片3", "芯片4"]
    assert db.write_now(lambda s: derived.settle(s, "UTC")) is True
    assert db.read(indexed.left) == 4
    assert derived.advance(db) == 4
    assert find(db, "芯片").about == 4
    assert db.write_now(lambda s: derived.settle(s, "UTC")) is False


def test_what_is_near_is_seen_in_outlines_and_read_where_there_is_none(db: Database) -> None:
    far = "，后面隔着很长很长的一段话" * 3
    put(db, article(1, "甲", f"海港{far}芯片"), article(2, "乙", "海港的芯片"), article(3, "丙", "芯片在海港"))
    assert find(db, "near(海港, 芯片, 3)").examined == 3
    assert titles(db, "near(海港, 芯片, 3)") == ["乙", "丙"]
    assert db.read(derived.check) == []
    db.write_now(lambda s: s.execute(update(outline).values(words=b"")))
    assert titles(db, "near(海港, 芯片, 3)") == ["乙", "丙"]
    assert db.read(derived.check) == ["articles whose outline is not theirs: 3"]
    db.write_now(lambda s: s.execute(delete(outline)))
    assert titles(db, "near(海港, 芯片, 3)") == ["乙", "丙"]


def test_words_that_a_beginning_stands_for_are_seen_in_outlines_where_they_are_few_and_whole(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    far, query, read = " and so on and on and on", "near(control*, system*, 3)", []
    monkeypatch.setattr(search, "sketched_from_row", lambda row: (read.append(row.title), sketched_from_row(row))[1])
    put(
        sqlite,
        article(1, "a", f"controls{far} systems"),
        article(2, "b", "controlled systems"),
        article(3, "c", f"system{far} control"),
    )
    assert titles(sqlite, query) == read == ["b"]
    put(sqlite, article(4, "d", f"{'control' * 10} systems"))
    assert titles(sqlite, query) == ["b", "d"]
    assert read == ["b", "a", "b", "c", "d"], "the index knows only how the word begins"
    monkeypatch.setattr(search_index, "MANY_WORDS", 4)
    put(sqlite, article(5, "e", f"industry{far} a system", industries=tuple("abcd")))
    read.clear()
    assert titles(sqlite, "near(industr*, system*, 3)") == read == [], "industry:a is no word"
    put(sqlite, article(6, "f", f"industrial, industries, industrious{far} a system"))
    assert titles(sqlite, "near(industr*, system*, 3)") == []
    assert read == ["e", "f"], "too many"


def test_a_search_of_an_empty_archive_finds_nothing(db: Database) -> None:
    assert find(db, "芯片") == search.Found((), None, 0, 0, exact=True)
