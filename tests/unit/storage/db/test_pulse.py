"""The last beat, read by the driver alone, is what the model has written."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.archive import queries
from storage.db import pulse
from storage.db.database import Database
from storage.db.errors import NoArchive, NotADatabase, NotReady, StorageError, Unreachable
from storage.queue import workers
from storage.queue.workers import Worker

NOW = datetime(2026, 11, 24, 8, 0, 0, 250, tzinfo=UTC)


def test_a_beat_is_read_as_it_was_written(db: Database) -> None:
    url = db.url.render_as_string(hide_password=False)
    address = url.replace("sqlite+pysqlite", "sqlite")
    assert pulse.last_beat(address, "daemon") is None
    db.write_now(lambda s: queries.beat(s, "daemon", NOW, "pid 7"))
    assert pulse.last_beat(address, "daemon") == pulse.Beat(NOW, "pid 7") == db.read(lambda s: queries.last_beat(s, "daemon"))
    db.close()
    assert pulse.last_beat(address, "daemon") == pulse.Beat(NOW, "pid 7"), "also when nothing has the database open"


def test_a_machine_lives_by_the_last_of_its_own_workers(db: Database) -> None:
    address = db.url.render_as_string(hide_password=False).replace("sqlite+pysqlite", "sqlite")
    for name, host, minutes in (("one", "machine-a", 2), ("two", "machine-a", 1), ("three", "machine-b", 0)):
        at = NOW - timedelta(minutes=minutes)
        worker = Worker(name, host, "p", 1, ("fetch",), "0.1.0", None, NOW, at)
        db.write_now(lambda s, worker=worker: workers.beat(s, worker))
    assert pulse.last_beat_on(address, "machine-a") == pulse.Beat(NOW - timedelta(minutes=1), None)
    assert pulse.last_beat_on(address, "machine-b") == pulse.Beat(NOW, None)
    assert pulse.last_beat_on(address, "elsewhere") is None


def test_what_is_no_archive_is_said(tmp_path: Path) -> None:
    with pytest.raises(NoArchive):
        pulse.last_beat(f"sqlite:///{tmp_path}/none.db", "daemon")
    assert not list(tmp_path.iterdir())
    (tmp_path / "text.db").write_text("news " * 1000)
    with pytest.raises(NotADatabase):
        pulse.last_beat(f"sqlite:///{tmp_path}/text.db", "daemon")
    os.mkfifo(tmp_path / "pipe.db")
    with pytest.raises(Unreachable):
        pulse.last_beat(f"sqlite:///{tmp_path}/pipe.db", "daemon")
    (tmp_path / "empty.db").touch()
    with pytest.raises(NotReady):
        pulse.last_beat(f"sqlite:///{tmp_path}/empty.db", "daemon")


@pytest.mark.parametrize("end", ["/x?sslmod=require", "/%zz", "/two words"])
def test_an_address_that_the_driver_refuses_is_said_without_the_password(end: str) -> None:
    with pytest.raises(StorageError) as caught:
        pulse.last_beat(f"postgresql+psycopg://u:s3cr3t@127.0.0.1:1{end}", "daemon")
    assert "s3cr3t" not in str(caught.value)
