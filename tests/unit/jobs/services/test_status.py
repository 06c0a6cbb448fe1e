"""What runs, what is late, what fails."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from jobs.config.load import load
from jobs.monitor.liveness import STALE, is_alive
from jobs.services import status as looking
from storage.archive import queries
from storage.db.database import Database
from storage.db.pulse import STOPPED, Beat
from storage.queue import leases, sources, workers
from storage.queue.workers import Worker
from tests.archive import CONFIG, HOUR, NOW, fill, survives_json


def watched(db: Database) -> Database:
    """Both sources are watched, and were due an hour ago."""
    rows = [(row.source(), NOW - HOUR) for row in CONFIG.sources]
    db.write_now(lambda s: sources.sync(s, rows, NOW))
    return db


def test_all_of_it_in_one_answer(db: Database) -> None:
    watched(fill(db))
    db.write_now(lambda s: queries.beat(s, "daemon", NOW - timedelta(seconds=5), "pid 7"))
    found = db.read(lambda s: looking.status(s, CONFIG, NOW))
    assert survives_json(found)
    assert (found.running, found.daemon) == (True, Beat(NOW - timedelta(seconds=5), "pid 7"))
    assert (found.totals.records, found.totals.alerts, found.totals.tasks) == (7, 3, {"poll due": 2})
    assert (found.late, found.requests_today, found.budget) == ({"poll": 2, "article": 0}, 0, None)
    assert {line.row.name: line.delay for line in found.sources} == {"江湾晚报": HOUR / 2, "ledger": timedelta(minutes=7.5)}
    assert {line.health.state.value for line in found.sources} == {"not polled yet"}


def test_no_secret_of_an_address_is_shown(db: Database, tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("sources: [{name: a, url: 'https://u:pa55word@a.example/f?key=${KEY}'}]", "utf-8")
    config = load(path, {"KEY": "k3y-k3y"})
    rows = [(row.source(), NOW) for row in config.sources]
    db.write_now(lambda s: sources.sync(s, rows, NOW))
    db.write_now(lambda s: s.execute(text("update source set last_detail = 'no https://u:pa55word@a.example', fail_count = 3")))
    (found,) = db.read(lambda s: looking.sources_of(s, config, NOW))
    alone = db.read(lambda s: looking.source_of(s, config, "a", NOW))
    assert found.row.url == looking.addresses(config)["a"] == "https://u:***@a.example/f?key=***"
    assert not any(secret in str((found, alone)) for secret in ("pa55word", "k3y-k3y"))


def test_an_empty_archive_has_a_status_too(db: Database) -> None:
    found = db.read(lambda s: looking.status(s, CONFIG, NOW))
    assert (found.running, found.daemon, found.sources, found.cut_off) == (False, None, (), False)
    assert survives_json(found)


@pytest.mark.parametrize(
    ("beat", "alive"),
    [
        (None, False),
        (Beat(NOW - timedelta(seconds=59), "pid 1"), True),
        (Beat(NOW - timedelta(seconds=60), "pid 1"), False),
        (Beat(NOW, STOPPED), False),
        (Beat(NOW + HOUR, "a clock that went wrong"), True),
    ],
)
def test_a_daemon_lives_while_it_beats(beat: Beat | None, alive: bool) -> None:
    assert is_alive(beat, NOW) == alive


def test_workers_are_listed_with_what_only_they_may_do(db: Database) -> None:
    def beat(name: str, host: str, at: datetime) -> None:
        one = Worker(name, host, "p", 1, ("fetch", "edit"), "0.1.0", 3, NOW, at)
        db.write_now(lambda s: workers.beat(s, one))

    beat("one", "machine-a", NOW)
    beat("two", "machine-b", NOW - 2 * STALE)
    db.write_now(lambda s: leases.take(s, leases.EDIT, "one", NOW))
    report = db.read(lambda s: looking.status(s, CONFIG, NOW))
    assert report.running
    assert [(one.id, one.is_alive(NOW)) for one in report.workers] == [("one", True), ("two", False)]
    assert report.holds == {"edit": "one"}
