"""The archive: one record whole, what it said before, and all by query, in the language of the rules and with their meaning."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from crawler.record import Record
from jobs.services.lookup import Unknown
from storage.archive import annotations as annotating
from storage.archive import queries
from storage.archive.annotations import Annotation
from storage.archive.queries import Candidate, Cursor, Version
from storage.rules.match import Evidence
from storage.rules.parser import Query
from storage.rules.ruleset import search as evidence_of


@dataclass(frozen=True, slots=True)
class RecordView:
    """A record, and what became of asking a model about it."""

    record: Record
    note: Annotation | None


@dataclass(frozen=True, slots=True)
class Found:
    """A record that the query is true of, and what stood where."""

    record: Record
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Records, newest first. `next` is where to go on, as text; None when there is nothing more. `seen`: how many were looked at."""

    found: tuple[Found, ...]
    next: str | None
    seen: int


def show(session: Session, number: int) -> RecordView:
    """One record. Raises Unknown."""
    record = queries.record(session, number)
    if record is None:
        raise Unknown(f"no record {number}")
    return RecordView(record, annotating.get(session, number))


def versions(session: Session, number: int) -> tuple[Version, ...]:
    """What a record said, oldest first, the present last. Raises Unknown."""
    found = queries.versions(session, number)
    if not found:
        raise Unknown(f"no record {number}")
    return tuple(found)


def matches(session: Session, query: Query, now: datetime, **filters: Any) -> Iterator[tuple[Candidate, Found | None]]:
    """Each record that was looked at, and what was found in it; see `queries.tagged` for the filters."""
    for row in queries.candidates(session, query, **filters):
        evidence = evidence_of(query, row.record, row.tags, now)
        yield row, None if evidence is None else Found(row.record, evidence)


def search(
    session: Session,
    query: Query,
    now: datetime,
    *,
    after: str | None = None,
    limit: int = 20,
    scan: int | None = None,
    **filters: Any,
) -> Page:
    """The first `limit` records that come after a cursor and match. Looks at no more than `scan` records, and then says where it stands.

    Raises ValueError for a cursor that is none.
    """
    found: list[Found] = []
    seen, at = 0, Cursor.parse(after) if after is not None else None
    for row, hit in matches(session, query, now, after=at, **filters):
        seen, at = seen + 1, row.at
        found += [hit] if hit else []
        if len(found) >= limit or seen == scan:
            return Page(tuple(found), str(at), seen)
    return Page(tuple(found), None, seen)
