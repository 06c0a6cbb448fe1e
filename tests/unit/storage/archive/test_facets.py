"""Facets: exact of few and of all, about right of many, and the same whether they were kept or counted."""

from dataclasses import replace
from datetime import timedelta

import pytest

from crawler.record import Company, Record
from storage.archive import articles, derived, facets, search
from storage.archive.facets import Facets
from storage.archive.search import Bounds
from storage.db.database import Database
from storage.rules.parser import parse
from tests.queries import NOW

DAY = timedelta(days=1)


def put(db: Database, count: int) -> None:
    """One a day; every third of chips, every fourth English, of three sources."""

    def store(session):
        derived.settle(session, "Asia/Shanghai")
        for number in range(count):
            at = NOW - number * DAY
            chips = number % 3 == 0
            record = Record(
                f"星港公司第{number}次{'谈芯片' if chips else '谈天气'}", f"https://news.example/{number}", f"正文{number}号",
                ai_technologies=("AI芯片",) if chips else (), companies=(Company("星港公司", "actor"),),
                language="en" if number % 4 == 0 else "zh", source=f"s{number % 3}", published=at, first_seen=at,
            )  # fmt: skip
            articles.store(session, record, key=record.link, now=at)

    db.write_now(store)


def ask(db: Database, query: str | None, **options) -> Facets:
    return db.read(lambda s: facets.facets(s, parse(query) if query else None, now=NOW, **options))


def counts(found: Facets, kind: str) -> dict[str, int]:
    return {one.key: one.count for one in found.values[kind]}


def test_facets_of_a_query_count_what_it_is_true_of(db: Database) -> None:
    put(db, 24)
    found = ask(db, "芯片 NOT 第3次")
    assert (found.count, found.exact) == (7, True)
    assert counts(found, "source") == {"s0": 7}
    assert counts(found, "technology") == {"chip": 7}
    assert counts(found, "language") == {"zh": 5, "en": 2}
    assert sum(counts(found, "month").values()) == 7
    assert list(counts(found, "month")) == sorted(counts(found, "month"))


def test_without_a_query_kept_counts_and_counted_ones_are_the_same(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    put(db, 24)
    for bounds in (search.EVERYWHERE, Bounds(since=NOW.replace(hour=16, minute=0) - 9 * DAY)):  # midnight in Shanghai
        kept = ask(db, None, bounds=bounds)
        monkeypatch.setattr(facets, "_kept", lambda *given: facets._counted(given[0], _all(given[0], given[1]), *given[2:]))
        assert ask(db, None, bounds=bounds) == kept
        monkeypatch.undo()
        assert kept.exact


def _all(session, bounds):
    return facets._Chosen(facets._sample(session, None, bounds, facets.SAMPLE)[0], 1.0, True)


def test_a_bound_within_a_day_makes_it_about_so_many(db: Database) -> None:
    put(db, 5)
    assert not ask(db, None, bounds=Bounds(since=NOW - 2 * DAY - timedelta(hours=1))).exact


@pytest.mark.parametrize("query", ["公司", "near(星港, 芯片, 9)", "/谈.片/"])
def test_of_many_a_sample_says_about_how_many(db: Database, monkeypatch: pytest.MonkeyPatch, query: str) -> None:
    monkeypatch.setattr(facets, "FEW", 20)
    monkeypatch.setattr(facets, "SAMPLE", 60)
    put(db, 240)
    found = ask(db, query)
    right = 240 if query == "公司" else 80
    assert not found.exact
    assert right / 2 <= found.count <= right * 2
    assert counts(found, "company").keys() == {"=星港公司"}


def test_a_period_and_a_source_bound_what_is_counted(db: Database) -> None:
    put(db, 24)
    found = ask(db, "公司", bounds=Bounds(since=NOW - 5 * DAY, source="s1"))
    assert (found.count, found.exact, counts(found, "source")) == (2, True, {"s1": 2})
    assert ask(db, None, bounds=Bounds(source="s2")).count == 8


def test_while_the_index_is_made_nothing_is_left_out(db: Database) -> None:
    put(db, 12)
    db.write_now(lambda s: derived.restart(s, "UTC"))
    found = ask(db, "芯片")
    assert (found.count, counts(found, "source")) == (4, {"s0": 4})


def test_an_empty_archive_has_no_facets(db: Database) -> None:
    for query in (None, "芯片", "/x/"):
        found = ask(db, query)
        assert (found.count, set(map(len, found.values.values()))) == (0, {0})
    assert replace(found, exact=True)
