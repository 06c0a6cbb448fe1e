"""Moves everything from one database to another, SQLite or PostgreSQL, in one transaction of the new one: all of it, or nothing.

What is worked out of the articles (index of words, mentions) is left out: it is made anew, see storage/archive/derived.py.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Table, func, insert, select
from sqlalchemy.orm import Session

from storage.db.database import Database, dialect_of
from storage.db.errors import StorageError
from storage.db.models import article, metadata, source

CHUNK = 500  # rows at once
WORKED_OUT = ("concept", "mention", "volume", "backfill")
OF_RUNNING_PROGRAMS = ("worker", "lease")


def move(old: Database, new: Database, moved: Callable[[str, int], object]) -> dict[str, int]:
    """Copy all rows; how many of each table. `moved` hears of each step. Raises StorageError where the new one is not empty."""
    new.upgrade()
    with old.reader() as reading:

        def copy(writing: Session) -> dict[str, int]:
            if any(writing.scalar(select(func.count()).select_from(table)) for table in (article, source)):
                raise StorageError(f"{new.name} holds records or sources already; name an empty database")
            counts = {table.name: _copy(reading, writing, table, moved) for table in _tables()}
            _count_on(writing)
            return counts

        return new.write_now(copy)


def _tables() -> list[Table]:
    """Those that others refer to first."""
    return [table for table in metadata.sorted_tables if table.name not in (*WORKED_OUT, *OF_RUNNING_PROGRAMS)]


def _copy(reading: Session, writing: Session, table: Table, moved: Callable[[str, int], object]) -> int:
    writing.execute(table.delete())  # what the migrations have put there
    rows = reading.connection().execution_options(yield_per=CHUNK).execute(select(table).order_by(*table.primary_key))
    count = 0
    for some in rows.mappings().partitions(CHUNK):
        writing.connection().execute(insert(table), [dict(row) for row in some])
        count += len(some)
        moved(table.name, count)
    return count


def _count_on(session: Session) -> None:
    """The next ids come after those that were copied. SQLite sees to that itself."""
    if dialect_of(session) == "sqlite":
        return
    for table in _tables():
        number = table.autoincrement_column
        if number is not None and not number.foreign_keys:
            sequence = func.pg_get_serial_sequence(table.name, number.name)
            after = select(func.coalesce(func.max(number), 0) + 1).scalar_subquery()
            session.execute(select(func.setval(sequence, after, False)))
