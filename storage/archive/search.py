"""Which stored articles a query is true of, the newest first: the index proposes, `storage.rules` decides.

Few candidates are put in order; of many, or where no index can help, the archive is gone through by time, and only what the index
does not rule out is read. A call examines so many articles at most, and says where to go on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, tuple_
from sqlalchemy.orm import Session

from crawler.record import Record
from storage.archive import indexed, search_index
from storage.archive.queries import Cursor
from storage.db.mapping import record_from_row, sketched, sketched_from_row
from storage.db.models import BY_ID, article
from storage.rules import plan as planning
from storage.rules.ast import looked_at
from storage.rules.parser import Query
from storage.rules.plan import Expression
from storage.rules.ruleset import search as verify

FEW = 4_000  # candidates that are put in order; where there are more, the archive is gone through by time: a page is soon full
MOST = 4_000  # articles that one call reads: a second's work
BLOCKS = (400, 1_600, 6_400)  # articles of one look at the index; after the last, as many again
READ = (25, 50, 100)  # articles read at once


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where to look: shown at `since` (included) to `until` (excluded), of this source."""

    since: datetime | None = None
    until: datetime | None = None
    source: str | None = None


EVERYWHERE = Bounds()


@dataclass(frozen=True, slots=True)
class Found:
    """What a call found. `next` is where to go on, None at the end; `about`: how many the index proposes, at least, if it was asked.

    `exact`: they were all read, so that `about` is the number of hits.
    """

    records: tuple[Record, ...]
    next: Cursor | None
    examined: int
    about: int | None
    exact: bool = False


def search(
    session: Session,
    query: Query,
    *,
    now: datetime | None,
    bounds: Bounds = EVERYWHERE,
    after: Cursor | None = None,
    limit: int = 20,
    most: int = MOST,
) -> Found:
    """The newest articles older than `after` of which the query is true as of `now`: at most `limit`, of `most` examined.

    `now` None: each is judged as of when it was first seen.
    """
    look = _Look(session, query, narrowed(bounds, query, now), after)
    hits: list[Cursor] = []
    examined, last = 0, after
    for place, record, tags in look.candidates():
        if len(hits) == limit or examined == most:
            return Found(_whole(session, hits), last, examined, look.about)
        examined, last = examined + 1, place
        if verify(query, record, tags, now) is not None:
            hits.append(place)
    return Found(_whole(session, hits), None, examined, len(hits) if after is None else look.about, exact=after is None)


def everything(session: Session, query: Query, *, now: datetime | None, bounds: Bounds = EVERYWHERE) -> Iterator[Record]:
    """All articles of which the query is true as of `now`, the newest first, each as soon as it is found."""
    after, more = None, True
    while more:
        found = search(session, query, now=now, bounds=bounds, after=after, limit=READ[-1])
        yield from found.records
        after, more = found.next, found.next is not None


def candidates(session: Session, query: Query, bounds: Bounds) -> Iterator[tuple[Record, tuple[str, ...]]]:
    """All articles of which the query may be true, the newest first, whenever each is judged: as far as the query looks at them."""
    for _, record, tags in _Look(session, query, narrowed(bounds, query, None), None).candidates():
        yield record, tags


def count(session: Session, bounds: Bounds) -> int:
    """How many articles there are within these bounds."""
    return session.scalar(select(func.count()).select_from(article).where(*within(bounds))) or 0


def true_of(session: Session, query: Query, now: datetime, ids: Sequence[int]) -> list[int]:
    """Of these few articles, those of which the query is true."""
    rows = session.execute(select(*sketched(looked_at(query.root))).where(article.c.id.in_(ids)))
    return [row.id for row in rows if verify(query, sketched_from_row(row), tuple(row.tags), now) is not None]


def narrowed(bounds: Bounds, query: Query | None, now: datetime | None) -> Bounds:
    """Where an article may be of which the query is true."""
    low, high = planning.period(query.root, now) if query is not None else (None, None)
    since = max((moment for moment in (low, bounds.since) if moment), default=None)
    until = min((moment for moment in (high, bounds.until) if moment), default=None)
    return Bounds(since, until, bounds.source)


def within(bounds: Bounds) -> list[ColumnElement[bool]]:
    """What says so of an article."""
    found = [article.c.shown_at >= bounds.since] if bounds.since else []
    found += [article.c.shown_at < bounds.until] if bounds.until else []
    return found + ([article.c.source == bounds.source] if bounds.source else [])


class _Look:
    """One look through the archive."""

    def __init__(self, session: Session, query: Query, bounds: Bounds, after: Cursor | None) -> None:
        self._session = session
        self._bounds = bounds
        self._after = after
        self._read = select(*sketched(looked_at(query.root)))
        reach = indexed.reach(session)
        self._below = reach.below
        self._plan = planning.plan(query.root) if reach.usable else None
        self.about: int | None = None

    def candidates(self) -> Iterator[tuple[Cursor, Record, tuple[str, ...]]]:
        """What the index does not rule out, read in growing steps."""
        places = self._places()
        steps = iter(READ)
        size = READ[0]
        while batch := list(islice(places, size)):
            rows = self._session.execute(self._read.where(article.c.id.in_([place.id for place in batch])))
            found = {row.id: row for row in rows}
            for place in batch:
                if row := found.get(place.id):
                    yield place, sketched_from_row(row), tuple(row.tags)
            size = next(steps, size)

    def _places(self) -> Iterator[Cursor]:
        if self._plan is None:
            yield from self._by_time()
            return
        few = search_index.matching(self._session, self._plan).limit(FEW + 1).cte("few")
        count = select(func.count()).select_from(few).scalar_subquery()
        if not self._below:
            query = self._older(self._after).join(few, few.c[0] == article.c.id).where(count <= FEW).add_columns(count)
            query = query.with_hint(article, f"INDEXED BY {BY_ID.name}", "sqlite")  # which would else read the rows
            for row in self._session.execute(query.execution_options(yield_per=1000)):
                self.about = row[2]
                yield Cursor(row.shown_at, row.id)
        if self.about is None:
            self.about = self._session.scalar(select(count)) or 0
            if self.about > FEW or self._below:
                yield from self._by_time(self._plan)

    def _by_time(self, wanted: Expression | None = None) -> Iterator[Cursor]:
        """Through the archive, the newest first, without what the index rules out."""
        after, blocks, size = self._after, iter(BLOCKS), BLOCKS[0]
        while True:
            block = self._older(after).limit(size).cte("block")
            ends = self._session.execute(select(func.count(), func.min(block.c.id), func.max(block.c.id))).one()
            if not ends[0]:
                return
            last = self._session.execute(select(block).order_by(block.c.shown_at, block.c.id).limit(1)).one()
            inside = self._older(after).where(tuple_(article.c.shown_at, article.c.id) >= tuple(last))
            if wanted is not None:
                near = article.c.id.in_(search_index.matching(self._session, wanted, (ends[1], ends[2])))
                inside = inside.where(near | (article.c.id < self._below) if self._below else near)
            yield from (Cursor(*row) for row in self._session.execute(inside).all())
            if ends[0] < size:
                return
            after, size = Cursor(*last), next(blocks, BLOCKS[-1])

    def _older(self, after: Cursor | None) -> Select[Any]:
        places = select(article.c.shown_at, article.c.id).where(*within(self._bounds))
        if after is not None:
            places = places.where(tuple_(article.c.shown_at, article.c.id) < (after.shown_at, after.id))
        return places.order_by(article.c.shown_at.desc(), article.c.id.desc())


def _whole(session: Session, hits: Sequence[Cursor]) -> tuple[Record, ...]:
    rows = {row.id: row for row in session.execute(select(article).where(article.c.id.in_([hit.id for hit in hits])))}
    return tuple(record_from_row(rows[hit.id]) for hit in hits)
