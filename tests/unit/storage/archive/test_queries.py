"""The reading side answers what the command line asks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from crawler.record import Record, Source
from jobs.services.archive import history
from storage.alerts import ledger
from storage.archive import articles, queries
from storage.archive.articles import AlertDraft
from storage.db.database import Database
from storage.db.pulse import Beat
from storage.queue import sources

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def archive(db: Database) -> Database:
    """Seven records of two sources: 0 is the oldest; 3 and 4 share a moment; 6 has no date and was seen now."""
    times = [NOW - 7 * HOUR, NOW - 6 * HOUR, NOW - 5 * HOUR, NOW - 4 * HOUR, NOW - 4 * HOUR, NOW - 2 * HOUR, None]

    def fill(session) -> None:
        for number, published in enumerate(times):
            record = Record(title=str(number), link=f"https://x/{number}", text="", published=published, source="ab"[number % 2])
            draft = AlertDraft("even" if number % 2 == 0 else "odd", "v", ("desk",), {"n": number})
            articles.store(session, record, key=str(number), tags=["t"], alerts=[draft], now=NOW)

    db.write_now(fill)
    return db


FILTERS = [
    ("all, newest first", {}, "6543210"),
    ("of one source", {"source": "b"}, "531"),
    ("since, included", {"since": NOW - 4 * HOUR}, "6543"),
    ("until, excluded", {"until": NOW - 4 * HOUR}, "210"),
    ("a few", {"limit": 3}, "654"),
    ("a few, further on", {"limit": 3, "after": queries.Cursor(NOW - 2 * HOUR, 6)}, "432"),
    ("further on, of one source, from a day on", {"source": "b", "since": NOW - 4 * HOUR, "after": queries.Cursor(NOW, 9)}, "53"),
    ("after the last", {"after": queries.Cursor(NOW - 99 * HOUR, 1)}, ""),
    ("none", {"limit": 0}, ""),
    ("by id", {"ids": [1, 3]}, "20"),
    ("no id", {"ids": []}, ""),
]


@pytest.mark.parametrize("chunk", [200, 2])
@pytest.mark.parametrize(("filters", "titles"), [case[1:] for case in FILTERS], ids=[case[0] for case in FILTERS])
def test_records_are_listed(archive: Database, filters: dict, titles: str, chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "CHUNK", chunk)
    assert archive.read(lambda s: "".join(record.title for record in queries.records(s, **filters))) == titles


@pytest.mark.parametrize("chunk", [200, 2])
def test_a_list_goes_on_where_any_of_its_cursors_stands(archive: Database, chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "CHUNK", chunk)
    rows = archive.read(lambda s: list(queries.tagged(s)))
    for place, row in enumerate(rows):
        at = queries.Cursor.parse(str(row.at))
        assert at == row.at
        assert archive.read(lambda s, at=at: [one.at for one in queries.tagged(s, after=at)]) == [
            one.at for one in rows[place + 1 :]
        ]


@pytest.mark.parametrize(
    "text", ["", "1", "1-", "-5", "1-2-3", "²-1", "1 -2", f"{10**18}-1", f"{10**18 - 1}-1", f"-{10**18 - 1}-1", "1-²", "x"]
)
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no place in the archive"):
        queries.Cursor.parse(text)


def test_a_cursor_may_stand_before_1970() -> None:
    at = queries.Cursor(datetime(1933, 7, 14, tzinfo=UTC), 8)
    assert queries.Cursor.parse(str(at)) == at


def test_no_chunk_of_a_period_is_sorted_again(archive: Database) -> None:
    if archive.path is None:
        pytest.skip("the plan of SQLite")
    asked: list[tuple[str, Any]] = []

    def read(session: Session) -> str:
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", lambda *said: asked.append((said[2], said[3])))
        list(queries.tagged(session, since=NOW - 6 * HOUR, until=NOW + HOUR, after=queries.Cursor(NOW, 9)))
        return str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked[0][0]}", asked[0][1]).all())

    plan = archive.read(read)
    assert "USING INDEX ix_article_shown_at_id" in plan
    assert "TEMP B-TREE" not in plan


def test_a_record_that_is_not_there_is_none(archive: Database) -> None:
    assert archive.read(lambda s: queries.record(s, 99)) is None


def test_alerts_are_listed_with_their_deliveries(archive: Database) -> None:
    even = archive.read(lambda s: queries.alerts(s, rule="even"))
    assert [entry.title for entry in even] == ["6", "4", "2", "0"]
    assert {delivery.state for entry in even for delivery in entry.deliveries} == {"pending"}
    assert archive.read(lambda s: queries.alerts(s, state="dead")) == []
    assert [entry.title for entry in archive.read(lambda s: queries.alerts(s, story=even[0].story))] == ["6"]
    assert len(archive.read(lambda s: queries.alerts(s, limit=2))) == 2
    assert archive.read(lambda s: queries.alerts(s, since=NOW + HOUR)) == []
    assert archive.read(lambda s: queries.payload(s, even[0].id)) == {"n": 6}
    tallies = archive.read(lambda s: ledger.tallies(s, NOW))
    assert tallies == {"even": ledger.Tally(4, NOW, 4, 4), "odd": ledger.Tally(3, NOW, 3, 3)}


def test_status_counts(archive: Database) -> None:
    archive.write_now(
        lambda s: sources.sync(s, [(Source("a", "https://a/feed"), NOW - HOUR), (Source("b", "https://b/"), NOW)], NOW)
    )
    archive.write_now(lambda s: sources.sync(s, [(Source("a", "https://a/feed"), NOW)], NOW))
    archive.write_now(lambda s: queries.beat(s, "daemon", NOW, "pid 1"))
    status = archive.read(lambda s: queries.status(s, NOW))
    assert (status.records, status.reprints, status.alerts, status.sources, status.failing) == (7, 0, 7, 1, 0)
    assert (status.waiting, status.oldest_due, status.newest_record) == (1, NOW - HOUR, NOW)
    assert status.tasks == {"poll due": 1, "poll paused": 1}
    assert status.deliveries["pending"] == 7
    assert status.beats == {"daemon": Beat(NOW, "pid 1")}


def test_a_heart_beats_in_place(db: Database) -> None:
    assert db.read(lambda s: queries.last_beat(s, "daemon")) is None
    for minute in range(3):
        db.write_now(lambda s, m=minute: queries.beat(s, "daemon", NOW + m * HOUR, f"{m}"))
    assert db.read(lambda s: queries.last_beat(s, "daemon")) == Beat(NOW + 2 * HOUR, "2")


def test_the_state_of_a_source_is_told_once(db: Database) -> None:
    db.write_now(lambda s: sources.sync(s, [(Source("a", "https://a/feed"), NOW)], NOW))
    db.write_now(lambda s: sources.tell(s, "a", "failing", before=None, now=NOW))
    [state] = db.read(sources.states)
    assert (state.told_state, state.next_due, state.enabled, state.polls) == ("failing", NOW, True, 0)


def test_what_a_record_said_before_is_kept_with_the_time_of_each_change(db: Database) -> None:
    record = Record("标题", "https://a.example/1", "第一句。第二句。")
    for hours, text in enumerate(("第一句。第二句。", "第一句。改过的一句。", "第一句。改过的一句。又一句。")):
        at = NOW + timedelta(hours=hours)
        db.write_now(lambda s, t=text, n=at: articles.store(s, replace(record, text=t), key="1", now=n))
    versions = db.read(lambda s: queries.versions(s, 1))
    assert [version.since for version in versions] == [NOW + timedelta(hours=hours) for hours in range(3)]
    lines = list(history.differences(versions, UTC))
    assert [line for line in lines if line[0] in "+-" and line[:3] not in ("+++", "---")] == [
        "-第二句。",
        "+改过的一句。",
        "+又一句。",
    ]
    assert db.read(lambda s: queries.versions(s, 99)) == []
