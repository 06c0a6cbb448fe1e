"""Which stored articles share keys with a new one: its shingles, or the marks of its event.

Keys lie anywhere, so a table in the order of its keys would change a page for each key of each article, and slower the larger it is.
The keys of articles after each other lie together instead, in parts: what is kept touches few pages however large the archive is,
what is asked looks each key up in the newest PARTS parts, and an old part goes as a whole. What is found is only worth a comparison.

A part has UNIT articles or more: it goes on until it has lasted for an eighth of the time that keys are remembered, or has become as large
as memory bears. Its number is that of its first UNIT articles. A server is asked for each key in each part, so it has few. A file has
many, and its writer remembers of each that is complete which keys lie there (`Sieve`), so that many parts cost little more than few.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Integer, Select, Table, bindparam, delete, func, literal, select
from sqlalchemy.orm import Session

from storage.db.database import changed, dialect_of, insert_into
from storage.db.lists import KEY_BITS, each, meeting, place
from storage.db.models import article
from storage.db.writer import kept

UNIT = 4096  # articles, at the least in a part
UNITS = {"sqlite": 1, "postgresql": 64}  # at the most: its keys stay in the writer's cache, or that of a server
PARTS = {"sqlite": 64, "postgresql": 16}  # that are asked at the most, the newest
GROWING = 2  # newest parts of a file: another program may still add to the one before the last
SIEVE = 1 << 21  # bits, some twenty-five for each key of a part: of keys that are not there one in twenty-five seems to be
MANY = 8  # articles of a part with the same key: older parts are not asked for it, as a name in the news has thousands
EIGHTHS = 8
COMMON = 64  # articles of a part that a key is looked up for where a part may be large
CANDIDATES = 8  # stored articles compared with a new one
STEP = 50_000  # keys that are forgotten at once: the writer has other work too
LOOK_AGAIN = timedelta(minutes=1)  # whether another program has begun a part
# A key is a 31-bit number: chance makes one false candidate in many articles, and four bytes are half of eight.
_WIDTH = (1 << KEY_BITS) - 1


class Sieve(NamedTuple):
    """The keys of a part that no more are added to: a bit each, which may be another's too, and those that MANY articles have there."""

    bits: bytes
    many: frozenset[int]

    @classmethod
    def of(cls, keys: Iterable[int]) -> Sieve:
        counts, bits = Counter(keys), bytearray(SIEVE // 8)
        for key in counts:
            bits[key % SIEVE >> 3] |= 1 << (key & 7)
        return cls(bytes(bits), frozenset(key for key, count in counts.items() if count >= MANY))


class SharedKeys:
    """Keys of one kind, by which an article is found for as long as they are `remembered`, and no more than `parts` of them are newer.
    `columns`: what is told of it."""

    def __init__(
        self, table: Table, remembered: timedelta, *columns: Any, newest_first: bool, parts: Mapping[str, int] = PARTS
    ) -> None:
        self._table = table
        self._most = parts
        self._remembered = remembered
        self._columns = columns
        self._newest_first = newest_first

    def ask(self, session: Session, article_id: int, keys: Iterable[int], now: datetime) -> Sequence[Any]:
        """The articles that share most of these keys of the one that is to come next; older or newer ones first of equals."""
        dialect = dialect_of(session)
        question = _question(dialect, self._table, self._columns, self._newest_first)
        parts, numbers = self._parts(session, article_id, now), [key & _WIDTH for key in keys]
        asked = {"places": self._places(session, parts, numbers)} if dialect == "sqlite" else {"parts": parts, "keys": numbers}
        return session.connection().execute(question, asked | {"since": now - self._remembered}).all()

    def _places(self, session: Session, parts: Sequence[int], keys: Sequence[int]) -> list[int]:
        """Where these keys may lie, from the newest part on; one sieve more is made in a call: to read a part takes some time."""
        sieves: dict[int, Sieve] = kept(session, self._table.name).setdefault("sieves", {})
        complete = parts[:-GROWING]
        for old in sieves.keys() - set(complete):
            del sieves[old]
        missing = next((part for part in reversed(complete) if part not in sieves), None)
        if missing is not None:
            sieves[missing] = Sieve.of(session.connection().execute(_keys_of(self._table), {"part": missing}).scalars())
        wanted = [(key, key % SIEVE >> 3, 1 << (key & 7)) for key in keys]
        places = []
        for part in reversed(parts):
            if (sieve := sieves.get(part)) is None:
                places += [place(part, key) for key, _, _ in wanted]
            else:
                bits = sieve.bits
                places += [place(part, key) for key, at, bit in wanted if bits[at] & bit]
                wanted = [one for one in wanted if one[0] not in sieve.many]
        return places

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
            found = sorted(session.scalars(_newest(self._table, self._most[dialect_of(session)])).all())
            ends = session.scalar(_FROM, {"number": found[-1] * UNIT}) if found else None
            known |= {"looked": now, "parts": found, "ends": ends + self._remembered / EIGHTHS if ends else now}
        parts: list[int] = known["parts"]
        last = parts[-1] if parts else None
        if last is None or (unit > last and (now >= known["ends"] or unit - last >= UNITS[dialect_of(session)])):
            known |= {
                "parts": (parts := [*parts, unit][-self._most[dialect_of(session)] :]),
                "ends": now + self._remembered / EIGHTHS,
            }
        return parts


_LAST = select(article.c.updated_at).order_by(article.c.id.desc()).limit(1)
# When the first article from this number on came.
_FROM = select(article.c.updated_at).where(article.c.id >= bindparam("number")).order_by(article.c.id).limit(1)


@cache
def _newest(table: Table, most: int) -> Select[Any]:
    """The numbers of the newest parts, each found by one look into the index."""
    here = select(func.max(table.c.part).label("part"), literal(1).label("place")).cte(recursive=True)
    before = select(func.max(table.c.part)).where(table.c.part < here.c.part).scalar_subquery()
    steps = here.union_all(select(before, here.c.place + 1).where(here.c.part.is_not(None), here.c.place < most))
    return select(steps.c.part).where(steps.c.part.is_not(None))


@cache
def _keys_of(table: Table) -> Select[Any]:
    return select(table.c.key).where(table.c.part == bindparam("part"))


@cache
def _question(dialect: str, table: Table, columns: tuple[Any, ...], newest_first: bool) -> Select[Any]:
    met = meeting(dialect, table, COMMON, newest_first=newest_first)
    shared, number = func.sum(met.c.weight).label("shared"), met.c.article_id
    ordered = select(number, shared).group_by(number).order_by(shared.desc(), number.desc() if newest_first else number)
    best = ordered.limit(2 * CANDIDATES).subquery()  # some are too old, or gone
    found = select(*columns).join(best, best.c.article_id == article.c.id).where(article.c.updated_at > bindparam("since"))
    return found.order_by(best.c.shared.desc(), article.c.id.desc() if newest_first else article.c.id).limit(CANDIDATES)


@cache
def _remember(dialect: str, table: Table) -> Any:
    rows = each(dialect, "keys", bindparam("of_part", type_=Integer), bindparam("of_article", type_=BigInteger))
    return insert_into(dialect, table).from_select(["part", "key", "article_id"], rows).on_conflict_do_nothing()
