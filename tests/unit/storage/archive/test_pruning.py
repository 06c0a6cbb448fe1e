"""Old records go with their alerts; their links stay known, and what is still to be sent stays."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import UniqueConstraint, func, select, update

from crawler.record import Found, Link, Record, Source
from storage.archive import articles, pruning
from storage.archive.articles import AlertDraft
from storage.db.database import Database
from storage.db.models import alert, article, delivery, metadata
from storage.queue import known_links, links, sources
from storage.queue.tasks import Task
from tests.polling import claim, found

NOW = datetime(2026, 11, 24, tzinfo=UTC)
FAR = datetime(2100, 1, 1, tzinfo=UTC)


def _add(db: Database, number: int, published: datetime) -> None:
    record = Record(f"题目{number}", f"https://example.org/{number}", f"第{number}篇的正文。" * 9, published=published)
    db.write_now(lambda s: articles.insert_record(s, record, key=f"example.org/{number}", now=NOW))


def test_no_deletion_reads_a_whole_table() -> None:
    for table in metadata.tables.values():
        unique = [one for one in table.constraints if isinstance(one, UniqueConstraint)]
        led = {next(iter(one.columns)) for one in (*table.indexes, table.primary_key, *unique)}
        assert {key.parent for key in table.foreign_keys} <= led, f"a foreign key of {table.name} has no index"


def test_what_is_older_goes_in_batches_and_the_rest_stays(db: Database) -> None:
    for number in range(7):
        _add(db, number, NOW - timedelta(days=number * 100))
    before = NOW - timedelta(days=250)
    assert db.read(lambda s: pruning.count(s, before)) == 4
    assert [db.write_now(lambda s: pruning.prune(s, before, limit=3)) for _ in range(3)] == [3, 1, 0]
    assert db.read(lambda s: s.scalar(select(func.count()).select_from(article))) == 3


def _alerted(db: Database, task: Task | None = None) -> None:
    record = Record("江湾发布模型", "https://a.example/1", "正文", published=NOW)
    draft = AlertDraft("r", "v", ("desk",), {"title": "x"})
    db.write_now(lambda s: articles.store(s, record, key="a.example/1", alerts=(draft,), task=task, now=NOW))


def test_a_record_whose_alert_is_not_sent_yet_is_kept_until_it_is(db: Database) -> None:
    _alerted(db)
    assert db.write_now(lambda s: pruning.prune(s, FAR)) == 0
    db.write_now(lambda s: s.execute(update(delivery).values(state="sent")))
    assert db.write_now(lambda s: pruning.prune(s, FAR)) == 1
    assert db.read(lambda s: s.scalar(select(func.count()).select_from(alert))) == 0


@pytest.mark.parametrize("short", [False, True], ids=["task", "known link"])
def test_the_link_of_a_deleted_record_stays_known(db: Database, short: bool) -> None:
    db.write_now(lambda s: sources.sync(s, [(Source("a", "https://a.example/feed"), NOW)], NOW))
    [poll] = claim(db, NOW)
    listed = Found((Link("https://a.example/1"),), "feed")
    found(db, poll, listed, NOW, next_due=FAR, keys=lambda _url: "a.example/1")
    [read] = claim(db, NOW)
    _alerted(db, read)
    if short:
        assert db.write_now(lambda s: known_links.take(s, lambda _url: "a.example/1", FAR)) == 1
    db.write_now(lambda s: s.execute(update(delivery).values(state="sent")))
    assert db.write_now(lambda s: pruning.prune(s, FAR)) == 1
    assert db.read(lambda s: links.known(s, ["a.example/1"])) == {"a.example/1"}
