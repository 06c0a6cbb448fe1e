"""Moving: all rows come over to either kind of database, an alert is told exactly once, and half an export is none."""

import gzip
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from crawler.record import Record, Source
from jobs.services.archive import backfill, move
from storage.alerts import outbox
from storage.archive import articles, concepts, derived, search
from storage.archive.articles import AlertDraft
from storage.db import transfer
from storage.db.database import Database, open_database
from storage.db.errors import AlreadyRunning, StorageError
from storage.db.lock import InstanceLock
from storage.db.models import alert, article, delivery
from storage.queue import sources, workers
from storage.queue.workers import Worker
from storage.rules.parser import parse
from tests.archive import NOW, deliver, fill

UTC = ZoneInfo("UTC")


@pytest.fixture
def other(request: pytest.FixtureRequest, tmp_path: Path, database_url: str) -> Iterator[Database]:
    """A new database of the other kind than `db`."""
    if database_url.startswith("sqlite"):
        url = request.getfixturevalue("postgres_url")(request.getfixturevalue("postgres_template"))
    else:
        url = f"sqlite:///{tmp_path}/other.db"
    with closing(open_database(url)) as new:
        new.upgrade()
        yield new


def rows(db: Database) -> dict[str, list[tuple[Any, ...]]]:
    return db.read(lambda s: {t.name: sorted(map(tuple, s.execute(select(t))), key=repr) for t in transfer.TABLES})


def claimed(db: Database, channel: str = "desk") -> list[str]:
    """The keys of what is sent now."""
    work = lambda s: outbox.claim(s, channel=channel, owner="t", now=NOW, limit=99, lease=timedelta(hours=1))  # noqa: E731
    return [one.idem_key for one in db.write_now(work)]


def an_archive(db: Database) -> None:
    """Records, a source, alerts that were sent, one that waits, and a record that repeats a later one."""
    db.write_now(lambda s: sources.sync(s, [(Source("a", "https://a.example/feed"), NOW)], NOW))
    fill(db)
    deliver(db)
    late = Record("南屏大模型", "https://a.example/99", "第九十九篇。\x00\ud800", published=NOW, first_seen=NOW)
    db.write_now(lambda s: articles.store(s, late, key="99", alerts=[AlertDraft("models", "1", ("desk",), {"n": 1})], now=NOW))
    db.write_now(lambda s: s.execute(update(article).where(article.c.id == 1).values(reprint_of=7)))


def test_all_rows_come_over_and_back(db: Database, other: Database, tmp_path: Path) -> None:
    an_archive(db)
    before = rows(db)
    assert move.export(db, tmp_path / "all.jsonl.gz", NOW) == sum(map(len, before.values()))
    move.load(other, tmp_path / "all.jsonl.gz", UTC, NOW)
    assert rows(other) == before
    move.export(other, tmp_path / "back.jsonl", NOW)
    with gzip.open(tmp_path / "all.jsonl.gz", "rt") as there:
        assert there.read() == (tmp_path / "back.jsonl").read_text("utf-8")


def test_all_rows_go_straight_across_and_nothing_is_put_on_top(db: Database, other: Database) -> None:
    an_archive(db)
    before, tables = rows(db), list[str]()
    address = other.url.render_as_string(hide_password=False)
    assert move.across(db, address, UTC, NOW, tables.append) == sum(map(len, before.values()))
    assert rows(other) == before == rows(db)
    assert {"article", "delivery"} < set(tables)
    assert backfill.whole(other, NOW, lambda _: None) == 8
    assert other.read(derived.check) == []
    with pytest.raises(StorageError, match="only a new, empty one"):
        move.across(db, address, UTC, NOW, lambda _: None)
    with pytest.raises(StorageError, match="name another one"):
        move.across(db, db.url.render_as_string(hide_password=False), UTC, NOW, lambda _: None)
    assert rows(other) == before


def test_what_was_delivered_stays_so_and_what_waits_is_sent_once(db: Database, other: Database, tmp_path: Path) -> None:
    an_archive(db)
    move.export(db, tmp_path / "all.jsonl", NOW)
    move.load(other, tmp_path / "all.jsonl", UTC, NOW)
    states = {row.idem_key: row.state for row in db.read(lambda s: s.execute(select(delivery)).all())}
    assert claimed(other) == [key for key, state in states.items() if state == "pending"] != []
    assert claimed(other) == []
    told = replace(Record("云港发布大模型", "https://a.example/0", "又一次。"), published=NOW, first_seen=NOW)
    draft = AlertDraft("models", "1", ("desk",), {})
    other.write_now(lambda s: articles.store(s, told, key="0", alerts=[draft], now=NOW))
    assert claimed(other) == []  # the story was told before the move


def test_new_rows_are_counted_on_and_the_index_is_made(db: Database, other: Database, tmp_path: Path) -> None:
    an_archive(db)
    move.export(db, tmp_path / "all.jsonl", NOW)
    move.load(other, tmp_path / "all.jsonl", UTC, NOW)
    assert backfill.whole(other, NOW, lambda _: None) == 8
    assert other.read(derived.check) == []
    assert other.read(concepts.total) == 8
    found = other.read(lambda s: search.search(s, parse("南屏"), now=NOW))
    assert [record.title for record in found.records] == ["南屏大模型"]
    new = Record("北原新厂", "https://a.example/100", "第一百篇。", published=NOW, first_seen=NOW)
    draft = AlertDraft("plants", "1", ("desk",), {})
    assert other.write_now(lambda s: articles.store(s, new, key="100", alerts=[draft], now=NOW)).article_id == 9
    assert len(other.read(lambda s: s.execute(select(alert)).all())) == len(db.read(lambda s: s.execute(select(alert)).all())) + 1


def cut(text: str) -> str:
    return text[: len(text) // 2]


def without_the_end(text: str) -> str:
    return text.rpartition('{"rows"')[0]


def without_a_row(text: str) -> str:
    lines = text.splitlines(keepends=True)
    del lines[next(n for n, line in enumerate(lines) if line.startswith("["))]
    return "".join(lines)


def of_another_version(text: str) -> str:
    head, _, rest = text.partition("\n")
    return json.dumps(json.loads(head) | {"schema": "0001"}) + "\n" + rest


BROKEN: list[Callable[[str], str]] = [cut, without_the_end, without_a_row, of_another_version, lambda _: "", lambda _: "[]\n"]
BROKEN += [lambda text: text + text, lambda text: text + "[1]\n"]


@pytest.mark.parametrize(
    "broken", BROKEN, ids=["cut", "no end", "a row less", "another version", "empty", "something else", "twice", "more"]
)
def test_of_a_damaged_export_nothing_is_taken(
    db: Database, other: Database, tmp_path: Path, broken: Callable[[str], str]
) -> None:
    an_archive(db)
    move.export(db, tmp_path / "all.jsonl", NOW)
    (tmp_path / "bad.jsonl").write_text(broken((tmp_path / "all.jsonl").read_text("utf-8")), "utf-8")
    with pytest.raises(StorageError):
        move.load(other, tmp_path / "bad.jsonl", UTC, NOW)
    assert {name for name, found in rows(other).items() if found} == {"person"}, "the reader without a name"


def test_a_compressed_export_is_compared_with_its_sum(db: Database, other: Database, tmp_path: Path) -> None:
    an_archive(db)
    file = tmp_path / "all.jsonl.gz"
    move.export(db, file, NOW)
    file.write_bytes(file.read_bytes()[:-8] + b"\0\0\0\0" + file.read_bytes()[-4:])
    with pytest.raises(StorageError, match="damaged"):
        move.load(other, file, UTC, NOW)


def test_a_folder_is_no_export(db: Database, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be opened"):
        move.load(db, tmp_path, UTC, NOW)


@pytest.mark.parametrize("name", ["all.jsonl", "all.jsonl.gz"])
def test_bytes_that_are_no_export_are_refused(tmp_path: Path, db: Database, name: str) -> None:
    (tmp_path / name).write_bytes(b"\x1f\x8b\xff\x00 nothing")
    with pytest.raises(StorageError, match=r"nothing was imported|no export"):
        move.load(db, tmp_path / name, UTC, NOW)


def test_an_export_goes_only_into_a_new_database(db: Database, tmp_path: Path) -> None:
    an_archive(db)
    move.export(db, tmp_path / "all.jsonl", NOW)
    with pytest.raises(StorageError, match="only a new, empty one"):
        move.load(db, tmp_path / "all.jsonl", UTC, NOW)


def test_a_running_daemon_and_a_file_that_is_there_are_respected(db: Database, tmp_path: Path) -> None:
    (tmp_path / "there").write_text("mine")
    with pytest.raises(StorageError, match="exists already"):
        move.export(db, tmp_path / "there", NOW)
    daemon = InstanceLock(db)
    daemon.acquire()
    db.write_now(lambda s: workers.beat(s, Worker("quay:7", "quay", "p", 7, ("fetch",), "1", None, NOW, NOW)))
    try:
        with pytest.raises(AlreadyRunning):
            move.export(db, tmp_path / "all.jsonl", NOW)
        with pytest.raises(AlreadyRunning):
            move.load(db, tmp_path / "there", UTC, NOW)
        with pytest.raises(AlreadyRunning):
            move.across(db, f"sqlite:///{tmp_path}/across.db", UTC, NOW, lambda _: None)
    finally:
        daemon.release()
    assert not (tmp_path / "all.jsonl").exists()
