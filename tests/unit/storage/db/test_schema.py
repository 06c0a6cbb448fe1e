"""Migrations are history: none is edited, and a database of every released schema opens with all its rows."""

import hashlib
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jobs.services.archive import backfill
from storage import migrations
from storage.archive import derived, queries
from storage.db.database import open_database
from tests.schemas import FOLDER

STEPS = sorted((Path(migrations.__file__).parent / "versions").glob("[!_]*.py"))
FROZEN = {  # SHA-256 of the file as it was released, its first 16 digits; a new step adds a line, and no line ever changes
    "first": "17ecdfc66b248f37",
    "second": "10a5229dde4391a9",
    "third": "2527c5dd6d7b474a",
    "fourth": "dd2d7b8832e6b36b",
    "fifth": "28ec785ab2315251",
    "sixth": "0a2e2566de624acf",
    "seventh": "cfc8ff8470fdafed",
    "eighth": "7c911be281f7e1d6",
    "ninth": "ea1e64a8e3c3f60d",
    "tenth": "60ae222dc4e4a99d",
    "eleventh": "d62e2f97fbbd070d",
    "twelfth": "b4938a10657d5269",
    "thirteenth": "a412532ac703a7a0",
    "fourteenth": "f14f1d436d48d074",
    "fifteenth": "b3bcb8329c79d93f",
    "sixteenth": "f93fe80deb65376f",
    "seventeenth": "58b98b601b7e3e18",
}
SCHEMAS = sorted(FOLDER.glob("*.sql"))


def test_a_released_migration_is_never_edited() -> None:
    assert {step.stem: hashlib.sha256(step.read_bytes()).hexdigest()[:16] for step in STEPS} == FROZEN


def test_each_step_left_a_database_to_start_from() -> None:
    assert len(SCHEMAS) == len(STEPS)


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda path: path.stem)
def test_a_database_of_an_older_version_keeps_its_rows(schema: Path, tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    with sqlite3.connect(path) as raw:
        raw.executescript(schema.read_text("utf-8"))
        rows = {table: raw.execute(f'select count(*) from "{table}"').fetchone()[0] for table in _tables(raw)}
    raw.close()
    db = open_database(f"sqlite:///{path}")
    db.upgrade()
    records = db.read(lambda s: list(queries.records(s)))
    backfill.vacuum(db, datetime(2027, 1, 1, tzinfo=UTC))
    assert db.read(lambda s: list(queries.records(s))) == records, "written as this version does, they are what they were"
    assert db.read(derived.check) == []
    alerts = db.read(lambda s: queries.alerts(s, limit=9))
    db.close()
    with sqlite3.connect(path) as raw:
        now = {table: raw.execute(f'select count(*) from "{table}"').fetchone()[0] for table in rows}
    raw.close()
    assert now == rows
    assert [record.title for record in records] == ["青禾发布大模型 3", "青禾发布大模型（更正）", "青禾发布大模型 1"]
    assert all(record.events and record.facts for record in (records[0], records[2]))
    assert {alert.rule for alert in alerts} == {"llm", "chips"}


def _tables(raw: sqlite3.Connection) -> list[str]:
    found = raw.execute(
        "select name from sqlite_master where type = 'table' and name not like 'sqlite%' and name not like 'search_index%'"
    )
    return [name for (name,) in found if name != "alembic_version"]
