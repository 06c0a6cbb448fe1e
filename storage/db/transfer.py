"""All rows of a database as lines of JSON, and back into an empty database of either kind. Ids stay what they are.

    {"zhixun": "export", "schema": "0009"}
    {"table": "source", "columns": ["id", "name", …]}
    [1, "paper", …]                                       its rows, then the next table
    {"rows": 12345}                                       the end: where it is missing the file was cut off

What is worked out of articles is left out, and made again from them (storage/archive/derived.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from crawler.i18n import tr
from storage.db import schema
from storage.db.database import count_on
from storage.db.errors import StorageError
from storage.db.models import NOBODY, UtcDateTime, metadata, person

_MADE_AGAIN = "concept mention volume outline backfill heartbeat worker lease".split()
TABLES = [table for table in metadata.sorted_tables if table.name not in _MADE_AGAIN]
AT_ONCE = 500  # rows in memory
_DAMAGED = "the export ends too early, or is damaged: nothing was imported"


def lines(session: Session) -> Iterator[str]:
    """The export, line by line, in one snapshot."""
    yield _line({"zhixun": "export", "schema": schema.revision(session.connection())})
    count = 0
    for table in TABLES:
        yield _line({"table": table.name, "columns": [column.name for column in table.c]})
        rows = session.execute(select(table).order_by(*table.primary_key).execution_options(yield_per=AT_ONCE))
        for row in rows:
            yield _line(list(row))
            count += 1
    yield _line({"rows": count})


def load(session: Session, exported: Iterable[str]) -> int:
    """Insert what was exported; how many rows. Raises StorageError where the database has rows, or the lines are no whole export."""
    _must_be_empty(session)
    parts = _parsed(exported)
    _must_fit(next(parts, None), schema.revision(session.connection()))
    try:
        count, end = _load(session, parts)
    except (IntegrityError, DataError, ValueError, TypeError, KeyError) as error:
        raise StorageError(tr(_DAMAGED)) from error
    if end != {"rows": count} or next(parts, None) is not None:  # asked to its end, a compressed file is compared with its sum
        raise StorageError(tr(_DAMAGED))
    return count


def _load(session: Session, parts: Iterator[Any]) -> tuple[int, Any]:
    """How many rows, and what stood after the last."""
    loader, count = None, 0
    for part in parts:
        if isinstance(part, list) and loader is not None:
            loader.add(part)
            count += 1
            continue
        if loader is not None:
            loader.end()
        if not isinstance(part, dict) or "table" not in part:
            return count, part
        loader = _Loader(session, part)
    return count, None


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=datetime.isoformat) + "\n"


def _parsed(exported: Iterable[str]) -> Iterator[Any]:
    for line in exported:
        try:
            yield json.loads(line)
        except ValueError as error:
            raise StorageError(tr(_DAMAGED)) from error


def _must_be_empty(session: Session) -> None:
    """Only the reader without a name, whom the schema brings along, may be there; the export has him too."""
    session.execute(delete(person).where(person.c.id == NOBODY))
    for table in TABLES:
        if session.execute(select(table).limit(1)).first() is not None:
            raise StorageError(tr("the database has rows already; only a new, empty one can take others over"))


def _must_fit(head: Any, revision: str | None) -> None:
    if not isinstance(head, dict) or head.get("zhixun") != "export":
        raise StorageError(tr("this is no export; `zhixun db export` makes one"))
    if head.get("schema") != revision:
        told = tr(
            "the export has schema {schema}, this program {revision}: use one version for both",
            schema=head.get("schema"),
            revision=revision,
        )
        raise StorageError(told)


class _Loader:
    """Inserts the rows of one table. A row that points to a later one of the same table is given its pointer at the end."""

    def __init__(self, session: Session, head: dict[str, Any]) -> None:
        table = next((table for table in TABLES if table.name == head["table"]), None)
        if table is None or set(head["columns"]) != set(table.c.keys()):
            told = tr("the export has another table {table} than this program: use one version for both", table=head["table"])
            raise StorageError(told)
        self._session, self._table, self._names = session, table, head["columns"]
        self._times = [name for name in self._names if isinstance(table.c[name].type, UtcDateTime)]
        self._own = [key.parent.name for key in table.foreign_keys if key.column.table is table]
        self._rows: list[dict[str, Any]] = []
        self._later: list[tuple[str, int, int]] = []

    def add(self, values: list[Any]) -> None:
        """One row."""
        row = dict(zip(self._names, values, strict=True))
        row |= {name: datetime.fromisoformat(row[name]) for name in self._times if row[name]}
        for name in self._own:
            if row[name] is not None and row[name] > row["id"]:
                self._later.append((name, row["id"], row[name]))
                row[name] = None
        self._rows.append(row)
        if len(self._rows) == AT_ONCE:
            self._insert()

    def end(self) -> None:
        """There are no more rows of this table."""
        self._insert()
        for name, number, other in self._later:
            self._session.execute(update(self._table).where(self._table.c.id == number).values({name: other}))
        if "id" in self._table.c:
            count_on(self._session, self._table)

    def _insert(self) -> None:
        if self._rows:
            self._session.execute(insert(self._table), self._rows)
        self._rows = []
