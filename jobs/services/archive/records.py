"""The archive: one record whole, what it said before, and all by query, in the language of the rules and with their meaning."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from crawler.i18n import tr
from crawler.record import Record
from jobs.services.lookup import Unknown
from storage.archive import annotations as annotating
from storage.archive import facets as faceting
from storage.archive import queries
from storage.archive import search as searching
from storage.archive.annotations import Annotation
from storage.archive.queries import Cursor, Version
from storage.archive.search import Bounds
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
    """A record that the query is true of, as of `now`; without a query any."""

    record: Record
    query: Query | None = None
    now: datetime | None = None

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """What stood where: looked for by whoever asks, since that costs as much as the record."""
        return evidence_of(self.query, self.record, (), self.now) or () if self.query else ()


@dataclass(frozen=True, slots=True)
class Page:
    """Records, newest first. `next` is where to go on, as text; None when there is nothing more. `seen`: how many were looked at.

    `about`: how many there may be, by the index; `exact`: so many there are.
    """

    found: tuple[Found, ...]
    next: str | None
    seen: int
    about: int | None = None
    exact: bool = False


def show(session: Session, number: int) -> RecordView:
    """One record. Raises Unknown."""
    record = queries.record(session, number)
    if record is None:
        raise Unknown(tr("no record {number}", number=number))
    return RecordView(record, annotating.get(session, number))


def versions(session: Session, number: int) -> tuple[Version, ...]:
    """What a record said, oldest first, the present last. Raises Unknown."""
    found = queries.versions(session, number)
    if not found:
        raise Unknown(tr("no record {number}", number=number))
    return tuple(found)


def search(
    session: Session,
    query: Query,
    now: datetime,
    *,
    after: str | None = None,
    limit: int = 20,
    bounds: Bounds = searching.EVERYWHERE,
) -> Page:
    """The first `limit` records that come after a cursor and match. Raises ValueError for a cursor that is none."""
    at = Cursor.parse(after) if after is not None else None
    found = searching.search(session, query, now=now, bounds=bounds, after=at, limit=limit)
    return Page(
        tuple(Found(record, query, now) for record in found.records),
        str(found.next) if found.next else None,
        found.examined,
        found.about,
        found.exact,
    )


def newest(session: Session, *, after: str | None = None, limit: int = 20, bounds: Bounds = searching.EVERYWHERE) -> Page:
    """The first `limit` records that come after a cursor, whatever they say. Raises ValueError for a cursor that is none."""
    at = Cursor.parse(after) if after is not None else None
    rows = list(queries.tagged(session, source=bounds.source, since=bounds.since, until=bounds.until, after=at, limit=limit + 1))
    shown = rows[:limit]
    following = str(shown[-1].at) if len(rows) > limit else None
    return Page(tuple(Found(row.record) for row in shown), following, len(shown))


facets = faceting.facets
