"""Which stored articles a query is true of, the newest first: the index proposes, `storage.rules` decides.

Few candidates are put in order; of many, or where no index can help, the archive is gone through by time, and only what the index
does not rule out is read. A call examines so many articles at most, and says where to go on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, bindparam, func, select, tuple_
from sqlalchemy.orm import Session

from crawler.record import Record
from storage.archive import indexed, search_index
from storage.archive.queries import Cursor, older
from storage.archive.search_index import Proposals
from storage.db.database import count_rows
from storage.db.mapping import Unread, record_from_row, sketched, sketched_from_row, unread
from storage.db.models import BY_ID, article
from storage.rules import plan as planning
from storage.rules.ast import looked_at
from storage.rules.outline import outlined
from storage.rules.parser import Query
from storage.rules.ruleset import judge
from storage.rules.sieve import Verdict, sieve

T = TypeVar("T")

FEW = 4_000  # candidates that are put in order; where there are more, the archive is gone through by time: a page is soon full
MOST = 4_000  # articles that one call reads: a second's work
READ = 200  # articles fetched at once, at most
AT_ONCE = 20  # hits, or what may be one, of which it is asked next: a page


@dataclass(frozen=True, slots=True)
class Steps:
    """How many articles of one look at the index, and how many fetched at once; after the last, as many again."""

    blocks: tuple[int, ...]
    reads: tuple[int, ...]


FOR_A_PAGE = Steps((400, 800, 1_600, 3_200, 6_400), (25, 50, 100, READ))  # which is soon full
FOR_ALL = Steps((6_400,), (READ,))


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where to look: shown at `since` (included) to `until` (excluded), of this source."""

    since: datetime | None = None
    until: datetime | None = None
    source: str | None = None


EVERYWHERE = Bounds()
ANY_OF = article.c.id.in_(bindparam("ids", expanding=True))  # taken apart once, however many there are
_SHORT = select(*sketched(())).where(ANY_OF)


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
    for place, true in look.through(partial(look.reader.truths, now=now)):
        if len(hits) == limit or examined == most:
            return Found(_whole(session, hits), last, examined, look.about)
        examined, last = examined + 1, place
        if true:
            hits.append(place)
    return Found(_whole(session, hits), None, examined, len(hits) if after is None else look.about, exact=after is None)


def everything(session: Session, query: Query, *, now: datetime | None, bounds: Bounds = EVERYWHERE) -> Iterator[Record]:
    """All articles of which the query is true as of `now`, the newest first, each as soon as it is found."""
    after, more = None, True
    while more:
        found = search(session, query, now=now, bounds=bounds, after=after, limit=READ)
        yield from found.records
        after, more = found.next, found.next is not None


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article as far as the query looks at it. `true`: the query is, whenever it is judged; then the article is here without its text."""

    record: Record
    tags: tuple[str, ...]
    true: bool


def candidates(session: Session, query: Query, bounds: Bounds, *, read_all: bool = True) -> Iterator[Candidate]:
    """All articles of which the query may be true, the newest first. `read_all`: those of which it is known before they are read, too."""
    look = _Look(session, query, narrowed(bounds, query, None), None, FOR_ALL)
    return (found for _, found in look.through(partial(look.reader.articles, read_all=read_all)) if found is not None)


def count(session: Session, bounds: Bounds) -> int:
    """How many articles there are within these bounds."""
    return count_rows(session, article, *within(bounds))


def true_of(session: Session, query: Query, now: datetime, ids: Sequence[int]) -> list[int]:
    """Of these few articles, those of which the query is true."""
    truths = _Reader(session, query, outlines=indexed.reach(session).usable).truths(ids, now=now)
    return [number for number, true in zip(ids, truths, strict=True) if true]


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

    def __init__(self, session: Session, query: Query, *, outlines: bool) -> None:
        self._session = session
        self._is_true = judge(query)
        self._outlined = outlined(query.root, cache(partial(search_index.words, session))) if outlines else None
        self._read = select(*sketched(looked_at(query.root))).where(ANY_OF)
        self._sieve = sieve(query.root)
        self._glance = select(article.c.id, *unread(self._sieve.fields if self._sieve else ())).where(ANY_OF)

    def truths(self, ids: Sequence[int], *, now: datetime | None) -> Iterator[bool]:
        """Whether the query is true of each of these articles."""
        for seen in self._in_parts(ids, AT_ONCE):
            rows = self._rows(self._read, [number for number, verdict in seen.items() if verdict is Verdict.MAYBE])
            for number, verdict in seen.items():
                row = rows.get(number)
                judged = row is not None and self._is_true(sketched_from_row(row), tuple(row.tags), now)
                yield verdict is Verdict.YES or judged

    def articles(self, ids: Sequence[int], *, read_all: bool) -> Iterator[Candidate | None]:
        """Each of these articles; None in place of one of which the query is not true."""
        for seen in self._in_parts(ids, len(ids)):
            known = [number for number, verdict in seen.items() if verdict is Verdict.YES and not read_all]
            others = [number for number, verdict in seen.items() if verdict is not Verdict.NO and number not in known]
            rows = self._rows(self._read, others) | self._rows(_SHORT, known)
            for number in seen:
                row = rows.get(number)
                yield Candidate(sketched_from_row(row), tuple(row.tags), number in known) if row is not None else None

    def _in_parts(self, ids: Sequence[int], most: int) -> Iterator[dict[int, Verdict]]:
        """What is to be thought of these articles, in parts of which `most` may be hits. What is not asked for is not looked through."""
        part: dict[int, Verdict] = {}
        left = most
        for number, verdict in self._verdicts(ids):
            part[number] = verdict
            left -= verdict is not Verdict.NO
            if not left:
                yield part
                part, left = {}, most
        yield part

    def _verdicts(self, ids: Sequence[int]) -> Iterator[tuple[int, Verdict]]:
        """Of those whose outline rules nothing out, the fields are looked through."""
        left = set(ids)
        if passes := self._outlined:
            left.difference_update(
                number for number, words in search_index.outlines(self._session, ids).items() if not passes(words)
            )
        if self._sieve is None:
            return ((number, Verdict.MAYBE if number in left else Verdict.NO) for number in ids)
        seen = self._rows(self._glance, list(left))
        verdict = self._sieve.verdict
        return ((number, verdict(Unread(seen[number])) if number in seen else Verdict.NO) for number in ids)

    def _rows(self, query: Select[Any], ids: Sequence[int]) -> dict[int, Any]:
        return {row.id: row for row in self._session.execute(query, {"ids": ids})} if ids else {}


class _Look:
    """One look through the archive."""

    def __init__(self, session: Session, query: Query, bounds: Bounds, after: Cursor | None, steps: Steps = FOR_A_PAGE) -> None:
        self._session = session
        self._steps = steps
        self._bounds = bounds
        self._after = after
        reach = indexed.reach(session)
        self.reader = _Reader(session, query, outlines=reach.usable)
        self._below = reach.below
        self._plan = planning.plan(query.root) if reach.usable else None
        self.about: int | None = None

    def through(self, read: Callable[[Sequence[int]], Iterator[T]]) -> Iterator[tuple[Cursor, T]]:
        """What the index does not rule out, with what is read of each."""
        places, steps, size = self._places(), iter(self._steps.reads), self._steps.reads[0]
        while batch := list(islice(places, size)):
            yield from zip(batch, read([place.id for place in batch]), strict=True)
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
        after, blocks, size = self._after, iter(self._steps.blocks), self._steps.blocks[0]
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
            after, size = Cursor(*last), next(blocks, size)

    def _ends(self, places: Select[Any]) -> tuple[int, int]:
        block = places.order_by(None).subquery()
        number = block.c.id + 0  # of the bare id PostgreSQL would look for the least from the archive's beginning on
        low, high = self._session.execute(select(func.min(number), func.max(number))).one()
        return low or 0, high or 0

    def _those(self, places: Select[Any], ids: Sequence[int]) -> Iterator[Cursor]:
        """Of these places those of these articles: by an index, which SQLite would else not take, and read the rows."""
        if ids:
            query = places.where(ANY_OF).with_hint(article, f"INDEXED BY {BY_ID.name}", "sqlite")
            yield from (Cursor(*row) for row in self._session.execute(query, {"ids": ids}))

    def _older(self, after: Cursor | None) -> Select[Any]:
        places = select(article.c.shown_at, article.c.id).where(*within(self._bounds))
        return older(places, after).order_by(article.c.shown_at.desc(), article.c.id.desc())


def _whole(session: Session, hits: Sequence[Cursor]) -> tuple[Record, ...]:
    rows = {row.id: row for row in session.execute(select(article).where(article.c.id.in_([hit.id for hit in hits])))}
    return tuple(record_from_row(rows[hit.id]) for hit in hits)
