"""Which stored articles a query is true of, the newest first: the index proposes, `storage.rules` decides.

Few candidates are put in order; of many, or where no index can help, the archive is gone through by time, and only what the index
does not rule out is read. A call examines so many articles at most, and says where to go on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, repeat
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, select, tuple_
from sqlalchemy.orm import Session

from crawler.record import Record
from storage.archive import indexed, search_index
from storage.archive.queries import Cursor
from storage.archive.search_index import Proposals
from storage.db.mapping import Unread, record_from_row, sketched, sketched_from_row, unread
from storage.db.models import BY_ID, article
from storage.rules import plan as planning
from storage.rules.ast import looked_at
from storage.rules.parser import Query
from storage.rules.ruleset import is_true
from storage.rules.sieve import sieve

FEW = 4_000  # candidates that are put in order; where there are more, the archive is gone through by time: a page is soon full
MOST = 4_000  # articles that one call reads: a second's work
BLOCKS = (400, 800, 1_600, 3_200, 6_400)  # articles of one look at the index; after the last, as many again
READ = (25, 50, 100, 200)  # articles fetched at once …
AT_ONCE = 20  # … and read, of those of which the query may be true


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where to look: shown at `since` (included) to `until` (excluded), of this source."""

    since: datetime | None = None
    until: datetime | None = None
    source: str | None = None


EVERYWHERE = Bounds()
ANY_OF = article.c.id.in_(bindparam("ids", expanding=True))  # taken apart once, however many there are


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
    for place, row in look.candidates():
        if len(hits) == limit or examined == most:
            return Found(_whole(session, hits), last, examined, look.about)
        examined, last = examined + 1, place
        if row is not None and is_true(query, sketched_from_row(row), tuple(row.tags), now):
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
    for _, row in _Look(session, query, narrowed(bounds, query, None), None).candidates():
        if row is not None:
            yield sketched_from_row(row), tuple(row.tags)


def count(session: Session, bounds: Bounds) -> int:
    """How many articles there are within these bounds."""
    return session.scalar(select(func.count()).select_from(article).where(*within(bounds))) or 0


def true_of(session: Session, query: Query, now: datetime, ids: Sequence[int]) -> list[int]:
    """Of these few articles, those of which the query is true."""
    rows = filter(None, _Reader(session, query).rows(ids))
    return [row.id for row in rows if is_true(query, sketched_from_row(row), tuple(row.tags), now)]


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


class _Reader:
    """Reads articles as far as a query looks at them."""

    def __init__(self, session: Session, query: Query) -> None:
        self._session = session
        self._read = select(*sketched(looked_at(query.root))).where(ANY_OF)
        self._sieve = sieve(query.root)
        self._glance = select(article.c.id, *unread(self._sieve.fields if self._sieve else ())).where(ANY_OF)

    def rows(self, ids: Sequence[int]) -> Iterator[Any | None]:
        """The rows of these articles; None in place of one of which the query is not true. What is not asked for is not looked through."""
        waiting: dict[int, bool] = {}
        for number, may_be in self._glanced(ids):
            waiting[number] = may_be
            if sum(waiting.values()) == AT_ONCE:
                yield from self._whole(waiting)
                waiting = {}
        yield from self._whole(waiting)

    def _glanced(self, ids: Sequence[int]) -> Iterator[tuple[int, bool]]:
        if self._sieve is None:
            return zip(ids, repeat(True), strict=False)
        seen = {row.id: Unread(row) for row in self._session.execute(self._glance, {"ids": ids})}
        passes = self._sieve.passes
        return ((number, number in seen and passes(seen[number])) for number in ids)

    def _whole(self, waiting: Mapping[int, bool]) -> Iterator[Any | None]:
        ids = [number for number, may_be in waiting.items() if may_be]
        found = {row.id: row for row in self._session.execute(self._read, {"ids": ids})} if ids else {}
        return map(found.get, waiting)


class _Look:
    """One look through the archive."""

    def __init__(self, session: Session, query: Query, bounds: Bounds, after: Cursor | None) -> None:
        self._session = session
        self._bounds = bounds
        self._after = after
        self._reader = _Reader(session, query)
        reach = indexed.reach(session)
        self._below = reach.below
        self._plan = planning.plan(query.root) if reach.usable else None
        self.about: int | None = None

    def candidates(self) -> Iterator[tuple[Cursor, Any | None]]:
        """What the index does not rule out, read in growing steps; None in place of its row where the query is not true of it."""
        places = self._places()
        steps = iter(READ)
        size = READ[0]
        while batch := list(islice(places, size)):
            yield from zip(batch, self._reader.rows([place.id for place in batch]), strict=True)
            size = next(steps, size)

    def _places(self) -> Iterator[Cursor]:
        if self._plan is None:
            yield from self._by_time()
            return
        proposals = search_index.Proposals(self._session, self._plan)
        ids = proposals.first(FEW + 1)
        self.about = len(ids)
        if self.about > FEW or self._below:
            yield from self._by_time(proposals)
        else:
            yield from self._those(self._older(self._after), ids)

    def _by_time(self, proposals: Proposals | None = None) -> Iterator[Cursor]:
        """Through the archive, the newest first, without what the index rules out."""
        after, blocks, size = self._after, iter(BLOCKS), BLOCKS[0]
        while True:
            inside = self._older(after)
            last = self._session.execute(inside.offset(size - 1).limit(1)).first()
            if last is not None:
                inside = inside.where(tuple_(article.c.shown_at, article.c.id) >= tuple(last))
            ids = None if proposals is None else proposals.between(*self._ends(inside))
            if ids is not None and not self._below:
                yield from self._those(inside, ids)
            else:
                known = frozenset(ids or ())
                rows = self._session.execute(inside).all()
                yield from (Cursor(*row) for row in rows if ids is None or row.id in known or row.id < self._below)
            if last is None:
                return
            after, size = Cursor(*last), next(blocks, BLOCKS[-1])

    def _ends(self, places: Select[Any]) -> tuple[int, int]:
        block = places.order_by(None).subquery()
        low, high = self._session.execute(select(func.min(block.c.id), func.max(block.c.id))).one()
        return low or 0, high or 0

    def _those(self, places: Select[Any], ids: Sequence[int]) -> Iterator[Cursor]:
        """Of these places those of these articles: by an index, which SQLite would else not take, and read the rows."""
        if ids:
            query = places.where(ANY_OF).with_hint(article, f"INDEXED BY {BY_ID.name}", "sqlite")
            yield from (Cursor(*row) for row in self._session.execute(query, {"ids": ids}))

    def _older(self, after: Cursor | None) -> Select[Any]:
        places = select(article.c.shown_at, article.c.id).where(*within(self._bounds))
        if after is not None:
            places = places.where(tuple_(article.c.shown_at, article.c.id) < (after.shown_at, after.id))
        return places.order_by(article.c.shown_at.desc(), article.c.id.desc())


def _whole(session: Session, hits: Sequence[Cursor]) -> tuple[Record, ...]:
    rows = {row.id: row for row in session.execute(select(article).where(article.c.id.in_([hit.id for hit in hits])))}
    return tuple(record_from_row(rows[hit.id]) for hit in hits)
