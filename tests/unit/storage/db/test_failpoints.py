"""Killed between any two transactions, the store loses no article and no alert, and repeats at most one message, under its own key."""

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.alerts import outbox, raise_alerts
from storage.archive import derived, indexed
from storage.db import failpoints, models
from storage.db.database import Database
from storage.db.mapping import record_from_row
from storage.queue import known_links
from tests.unit.storage.db import worker

ROOT = Path(__file__).parents[4]
PLACES = [
    "before-claim-commit:2",
    "after-claim-commit:1",
    "before-found-commit:1",
    "after-found-commit:2",
    "before-store-commit:4",
    "after-store-commit:1",
    "before-delivery-claim-commit:1",
    "after-delivery-claim:1",
    "after-send:4",
    "before-ack-commit:3",
    "after-ack-commit:2",
    "after-backfill:2",
    "after-known-links:2",
    "after-rewriting:2",
    "before-commit:5",
    "after-commit:9",
]
EXPECTED = {raise_alerts.idempotency_key(f"rule|{key}", "desk") for key in worker.TEXTS}


def run_until(place: str, url: str, ledger: Path) -> int:
    command = [sys.executable, str(Path(worker.__file__)), url, str(ledger)]
    environment = os.environ | {failpoints.VARIABLE: place, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, env=environment, check=False, capture_output=True).returncode


@pytest.mark.parametrize("place", PLACES)
def test_a_kill_loses_nothing(db: Database, database_url: str, place: str, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    assert run_until(place, database_url, ledger) == -signal.SIGKILL
    db.check()
    stored = db.read(lambda s: s.scalars(select(models.article.c.link_key)).all())
    alerted = db.read(lambda s: s.scalars(select(models.article.c.link_key).join(models.alert)).all())
    assert sorted(stored) == sorted(alerted), "no article without its alert at any moment"
    assert db.read(derived.check) == [], "index, mentions and volumes agree with the articles at any moment"
    worker.work(db, ledger)
    assert (db.read(indexed.left), db.read(derived.check)) == (0, [])
    assert set(db.read(lambda s: s.scalars(select(models.article.c.link_key)).all())) == set(worker.TEXTS)
    assert {state: n for state, n in db.read(outbox.counts).items() if n} == {"sent": 4}
    rows = db.read(lambda s: s.execute(select(models.article)).all())
    assert {type(row.facts) for row in rows} == {dict}
    assert all(record_from_row(row).summary == row.text[:60] for row in rows), "written again or not"
    assert db.read(known_links.count) == len(worker.TEXTS), "each link is known by its short row, and once"
    assert db.read(lambda s: s.scalars(select(models.task.c.kind)).all()) == ["poll", "poll"]
    sent = Counter(ledger.read_text().split())
    assert set(sent) == EXPECTED
    assert sum(sent.values()) <= 5, "at most one repeat a crash"


def test_every_named_place_in_storage_is_visited() -> None:
    named = {name for name in _named() if "*" not in name}
    assert named == {place.partition(":")[0] for place in PLACES} - {"after-send"} | {"before-failed-commit"}


def _named() -> set[str]:
    lines = (failpoints.__doc__ or "").partition("In storage:")[2].partition("In jobs:")[0]
    return {word for word in lines.partition("(")[0].split() if "-" in word}


def test_without_the_variable_nothing_happens() -> None:
    failpoints.failpoint("before-commit")
    assert failpoints._visits == {}
