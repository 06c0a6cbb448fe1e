"""Which stored articles share keys with a new one: its shingles, or the marks of its event.

Keys lie anywhere, so a table in the order of its keys would change a page for each key of each article, and slower the larger it is.
The keys of articles after each other lie together instead, in parts: what is kept touches few pages however large the archive is,
what is asked looks each key up in the newest PARTS parts, and an old part goes as a whole. What is found is only worth a comparison.

A part has UNIT articles or more: it goes on until it has lasted for an eighth of the time that keys are remembered, or has become as large
as memory bears: each part that is asked costs. Its number is that of its first UNIT articles.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Integer, Select, Table, bindparam, delete, func, literal, select
from sqlalchemy.orm import Session

from storage.db.database import changed, dialect_of, insert_into
from storage.db.lists import each, meeting
from storage.db.models import article
from storage.db.writer import kept

UNIT = 4096  # articles, at the least in a part
UNITS = {"sqlite": 4, "postgresql": 64}  # at the most: its keys stay in the writer's cache, or that of a server
PARTS = 16  # that are asked, the newest
EIGHTHS = 8
COMMON = 64  # articles of a part that a key is looked up for where a part may be large: a name in the news has thousands
CANDIDATES = 8  # stored articles compared with a new one
STEP = 50_000  # keys that are forgotten at once: the writer has other work too
LOOK_AGAIN = timedelta(minutes=1)  # whether another program has begun a part
# A key is a 31-bit number: chance makes one false candidate in many articles, and four bytes are half of eight.
_WIDTH = (1 << 31) - 1


class SharedKeys:
    """Keys of one kind, by which an article is found for as long as they are `remembered`. `columns`: what is told of it."""

    def __init__(self, table: Table, remembered: timedelta, *columns: Any, newest_first: bool) -> None:
        self._table = table
        self._remembered = remembered
        self._columns = columns
        self._newest_first = newest_first

    def ask(self, session: Session, article_id: int, keys: Iterable[int], now: datetime) -> Sequence[Any]:
        """The articles that share most of these keys of the one that is to come next; older or newer ones first of equals."""
        question = _question(dialect_of(session), self._table, self._columns, self._newest_first)
        numbers, since = [key & _WIDTH for key in keys], now - self._remembered
        asked = {"parts": self._parts(session, article_id, now), "keys": numbers, "since": since}
        return session.connection().execute(question, asked).all()

    def remember(self, session: Session, article_id: int, keys: Iterable[int], now: datetime, newest: int | None = None) -> None:
        """Let later articles find this one; `newest` is the newest article, where it is another."""
        part = self._parts(session, newest or article_id, now)[-1]
        numbers = sorted({key & _WIDTH for key in keys})
        row = {"of_part": part, "keys": numbers, "of_article": article_id}
        session.connection().execute(_remember(dialect_of(session), self._table), row)

    def forget(self, session: Session, article_id: int, keys: Iterable[int]) -> None:
        """An article has other keys now than these. They lie in the part that it came to, or a later one if it was changed before."""
        numbers = [key & _WIDTH for key in keys]
        own = self._next(session, func.max, self._table.c.part <= article_id // UNIT)
        part = own or self._next(session, func.min)
        while part is not None:
            mine = self._table.c.part == part, self._table.c.key.in_(numbers), self._table.c.article_id == article_id
            session.execute(delete(self._table).where(*mine))
            part = self._next(session, func.min, self._table.c.part > part)

    def tidy(self, session: Session, now: datetime) -> int:
        """Forget up to STEP keys of the oldest part, once it is too old; how many. Call it until it says 0."""
        part = self._next(session, func.min)
        if part is None:
            return 0
        after = self._next(session, func.min, self._table.c.part > part)
        ended = session.scalar(_LAST.where(article.c.id < after * UNIT) if after is not None else _LAST)
        if ended is not None and ended >= now - self._remembered:
            return 0
        here = self._table.c.part == part
        rest = session.scalar(select(self._table.c.key).where(here).order_by(self._table.c.key).offset(STEP).limit(1))
        some = [here] if rest is None else [here, self._table.c.key <= rest]
        return changed(session, delete(self._table).where(*some))

    def _next(self, session: Session, way: Any, *where: Any) -> int | None:
        return session.scalar(select(way(self._table.c.part)).where(*where))

    def _parts(self, session: Session, number: int, now: datetime) -> list[int]:
        """The newest parts, the last of them the one for the article of this number."""
        known, unit = kept(session, self._table.name), number // UNIT
        if not known or not timedelta() <= now - known["looked"] < LOOK_AGAIN:
            found = sorted(session.scalars(_newest(self._table)).all())
            ends = session.scalar(_FROM, {"number": found[-1] * UNIT}) if found else None
            known |= {"looked": now, "parts": found, "ends": ends + self._remembered / EIGHTHS if ends else now}
        parts: list[int] = known["parts"]
        last = parts[-1] if parts else None
        if last is None or (unit > last and (now >= known["ends"] or unit - last >= UNITS[dialect_of(session)])):
            known |= {"parts": (parts := [*parts, unit][-PARTS:]), "ends": now + self._remembered / EIGHTHS}
        return parts


_LAST = select(article.c.updated_at).order_by(article.c.id.desc()).limit(1)
# When the first article from this number on came.
_FROM = select(article.c.updated_at).where(article.c.id >= bindparam("number")).order_by(article.c.id).limit(1)


@cache
def _newest(table: Table) -> Select[Any]:
    """The numbers of the newest parts, each found by one look into the index."""
    here = select(func.max(table.c.part).label("part"), literal(1).label("place")).cte(recursive=True)
    before = select(func.max(table.c.part)).where(table.c.part < here.c.part).scalar_subquery()
    steps = here.union_all(select(before, here.c.place + 1).where(here.c.part.is_not(None), here.c.place < PARTS))
    return select(steps.c.part).where(steps.c.part.is_not(None))


@cache
def _question(dialect: str, table: Table, columns: tuple[Any, ...], newest_first: bool) -> Select[Any]:
    met = meeting(dialect, table, COMMON, newest_first=newest_first)
    shared, number = func.sum(met.c.weight).label("shared"), met.c.article_id
    ordered = select(number, shared).group_by(number).order_by(shared.desc(), number.desc() if newest_first else number)
    best = ordered.limit(4 * CANDIDATES).subquery()
    found = select(*columns).join(best, best.c.article_id == article.c.id).where(article.c.updated_at > bindparam("since"))
    return found.order_by(best.c.shared.desc(), article.c.id.desc() if newest_first else article.c.id).limit(CANDIDATES)


@cache
def _remember(dialect: str, table: Table) -> Any:
    rows = each(dialect, "keys", bindparam("of_part", type_=Integer), bindparam("of_article", type_=BigInteger))
    return insert_into(dialect, table).from_select(["part", "key", "article_id"], rows).on_conflict_do_nothing()
