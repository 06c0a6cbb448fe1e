"""The archive by query: pages by cursor, each record once, and what was found where."""

from functools import partial

import pytest

from jobs.services.archive import records
from jobs.services.lookup import Unknown
from storage.archive import queries
from storage.archive.search import Bounds
from storage.db.database import Database
from storage.rules.parser import parse
from tests.archive import HOUR, NOW, TITLES, fill, survives_json


def search(db: Database, text: str = "大模型", **more: object) -> records.Page:
    return db.read(lambda s: records.search(s, parse(text), NOW, **more))  # type: ignore[arg-type]


def titles(page: records.Page) -> list[str]:
    return [one.record.title for one in page.found]


def test_pages_follow_each_other_and_hold_each_record_once(db: Database) -> None:
    fill(db)
    whole = search(db)
    assert titles(whole) == [TITLES[6], TITLES[4], TITLES[1], TITLES[0]]
    assert (whole.next, whole.about, whole.exact) == (None, 4, True)
    found, after = [], None
    for _ in range(9):
        page = search(db, after=after, limit=1)
        assert survives_json(page)
        found += titles(page)
        if page.next is None:
            break
        after = page.next
    assert found == titles(whole)


def test_a_page_goes_on_over_what_came_meanwhile(db: Database) -> None:
    page = search(fill(db), limit=2)
    fill_more = queries.Cursor.parse(page.next or "")
    assert fill_more.id == 5
    assert titles(search(db, after=page.next)) == [TITLES[1], TITLES[0]]


def test_a_bound_on_what_is_read_says_where_it_stands(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(db)
    with monkeypatch.context() as bound:
        bound.setattr(records.searching, "search", partial(records.searching.search, most=2))
        page = search(db, "published:>=2020-01-01 NOT 大模型")  # no index can say where a word is missing
    assert page.seen == 2
    assert page.next is not None
    rest = search(db, "published:>=2020-01-01 NOT 大模型", after=page.next)
    assert {*titles(page), *titles(rest)} == {title for title in TITLES if "大模型" not in title}


def test_only_what_may_match_is_read(db: Database) -> None:
    page = search(fill(db), "天气")
    assert (titles(page), page.seen, page.next) == ([TITLES[3]], 1, None)


def test_what_was_found_says_where_it_stood(db: Database) -> None:
    [one] = search(fill(db), "title:大模型 AND 价格").found
    assert [(e.term, e.field, e.start, e.end) for e in one.evidence] == [("大模型", "title", 0, 3), ("价格", "title", 3, 5)]


def test_evidence_is_looked_for_only_when_it_is_asked_for(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "evidence_of", lambda *_: pytest.fail("nobody asked"))
    assert len(search(fill(db), "大模型").found) > 1


def test_filters_hold_beside_the_query(db: Database) -> None:
    fill(db)
    assert titles(search(db, bounds=Bounds(source="ledger"))) == [TITLES[1]]
    assert titles(search(db, bounds=Bounds(since=NOW - 4 * HOUR))) == [TITLES[6], TITLES[4]]
    assert titles(search(db, bounds=Bounds(until=NOW - 4 * HOUR))) == [TITLES[1], TITLES[0]]


def test_what_is_no_cursor_is_refused(db: Database) -> None:
    with pytest.raises(ValueError, match="no place in the archive"):
        search(db, after="yesterday")


def test_a_record_is_shown_whole_and_one_that_is_not_there_is_unknown(db: Database) -> None:
    fill(db)
    shown = db.read(lambda s: records.show(s, 3))
    assert shown.record.title == TITLES[2]
    assert survives_json(shown)
    assert [version.title for version in db.read(lambda s: records.versions(s, 3))] == [TITLES[2]]
    for ask in (records.show, records.versions):
        with pytest.raises(Unknown, match="no record 99"):
            db.read(lambda s, ask=ask: ask(s, 99))  # type: ignore[misc]
