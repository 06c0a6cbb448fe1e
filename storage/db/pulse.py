"""The last sign of life of a part of the program, read by the driver alone: containers ask twice a minute, and SQLAlchemy takes longer to
import than the question to answer. The table is `heartbeat` in storage/db/models.py."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from storage.db import address
from storage.db.errors import StorageError, explain_driver

STOPPED = "stopped"  # the last beat of a daemon that ended in order
PATIENCE = 10  # seconds for a connection, and for a lock


@dataclass(frozen=True, slots=True)
class Beat:
    """The last sign of life of a part of the program."""

    at: datetime
    detail: str | None


def last_beat(url: str, name: str) -> Beat | None:
    """When the part of this name last gave one, from the database at an address as `database:` has it. Raises StorageError."""
    row = _first(url, "SELECT at, detail FROM heartbeat WHERE name = ", name)
    return Beat(_moment(row[0]), row[1]) if row else None


def last_beat_on(url: str, host: str) -> Beat | None:
    """The last sign of life of what runs on this machine, or in this container. Raises StorageError."""
    row = _first(url, "SELECT max(beat_at) FROM worker WHERE host = ", host)
    return Beat(_moment(row[0]), None) if row and row[0] else None


def _first(url: str, query: str, value: str) -> Any:
    """The first row that has the value."""
    try:
        if url.startswith("sqlite"):
            with closing(_sqlite(url)) as connection:
                return connection.execute(f"{query}?", (value,)).fetchone()
        with closing(address.connect(url, PATIENCE)) as connection:
            return connection.execute(f"{query}%s", (value,)).fetchone()
    except StorageError:
        raise
    except Exception as error:
        told = explain_driver(error, "the database")
        if told is None:
            raise
        raise told from error


def _sqlite(url: str) -> sqlite3.Connection:
    path = Path(url.partition("///")[2].partition("?")[0])
    address.must_be_file(path)
    return sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True, timeout=PATIENCE)


def _moment(said: str | datetime) -> datetime:
    """SQLite keeps the bare digits."""
    at = datetime.fromisoformat(said) if isinstance(said, str) else said
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
