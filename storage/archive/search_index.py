"""The index of words: which articles have these tokens. FTS5 on SQLite, a GIN of tsvectors on PostgreSQL.

Beside `storage.db.database` the only SQL that just one of the two understands. FTS5 keeps no text (`content=''`), so an article is
taken out with the tokens that it was put in with; those are made again from its row (`storage.archive.derived`).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from operator import neg
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Select, bindparam, cast, column, delete, func, select, table, text
from sqlalchemy.orm import Session

from storage.db.database import dialect_of
from storage.db.lists import NUMBERS, among
from storage.db.models import outline
from storage.rules.ast import FIELDS
from storage.rules.plan import ANY_QUERY, LONGEST, All, Expression, Has

_FTS5 = table("search_index", column("rowid", BigInteger), column("search_index"))  # the hidden column is what MATCH asks
_GIN = table("search_index", column("article_id", BigInteger), column("tokens"))
_OUTLINES = select(outline.c.article_id, outline.c.words).where(among(outline.c.article_id, bindparam("ids", type_=NUMBERS)))

FIRST_RANGE = 16_000  # ids of which a GIN is asked first
MANY_WORDS = 100  # of one beginning: to look for each of them costs more than to read


class Entry(NamedTuple):
    """An article, the tokens it is found by, and the outline in which it is seen whether they stand together."""

    article_id: int
    tokens: Collection[str]
    outline: bytes


def add(session: Session, entries: Collection[Entry]) -> None:
    """Let these articles be found. None of them may be in already."""
    _execute(session, "INSERT INTO outline (article_id, words) VALUES (:id, :outline)", entries)
    sqlite = "INSERT INTO search_index (rowid, words) VALUES (:id, :words)"
    other = "INSERT INTO search_index (article_id, tokens) VALUES (:id, array_to_tsvector(CAST(:list AS text[])))"
    _execute(session, _either(session, sqlite, other), entries)


def remove(session: Session, entries: Collection[Entry]) -> None:
    """Take articles out, with the tokens that they were put in with."""
    _execute(session, "DELETE FROM outline WHERE article_id = :id", entries)
    sqlite = "INSERT INTO search_index (search_index, rowid, words) VALUES ('delete', :id, :words)"
    _execute(session, _either(session, sqlite, "DELETE FROM search_index WHERE article_id = :id"), entries)


def outlines(session: Session, ids: Sequence[int]) -> dict[int, bytes]:
    """Those of these articles that have one."""
    return dict(map(tuple, session.connection().execute(_OUTLINES, {"ids": ids})))


def clear(session: Session) -> None:
    """Empty it."""
    session.execute(delete(outline))
    session.execute(
        text(_either(session, "INSERT INTO search_index (search_index) VALUES ('delete-all')", "TRUNCATE search_index"))
    )


def merge(session: Session) -> None:
    """Make of its parts one: a fifth smaller. PostgreSQL's has none."""
    if dialect_of(session) == "sqlite":
        session.execute(text("INSERT INTO search_index (search_index) VALUES ('optimize')"))


def terms(session: Session) -> Iterable[tuple[str, int]]:
    """Each token, and how many articles have it."""
    other = "SELECT word, ndoc FROM ts_stat('SELECT tokens FROM search_index')"
    query = text(_either(session, "SELECT term, doc FROM search_index_terms", other))
    rows = session.execute(query.execution_options(yield_per=1000))
    return ((str(token), int(count)) for token, count in rows)


def words(session: Session, beginning: str) -> Sequence[str]:
    """Those of all articles that begin so; nothing where they are many, one is kept in part, or the index does not tell: PostgreSQL's."""
    if dialect_of(session) != "sqlite":
        return ()
    query = text("SELECT term FROM search_index_terms WHERE term >= :low AND term < :high LIMIT :most")
    fields = sorted(field for field in FIELDS if field.startswith(beginning))
    ends = [
        beginning,
        *(end for field in fields for end in (f"{field}:", f"{field};")),
        f"{beginning}\U0010ffff",
    ]  # not industry:x
    found: list[str] = []
    for low, high in zip(ends[::2], ends[1::2], strict=True):
        found += session.scalars(query, {"low": low, "high": high, "most": MANY_WORDS})
    return () if len(found) >= MANY_WORDS or any(len(word) >= LONGEST for word in found) else found


class Proposals:
    """The articles whose tokens are as wanted, looked up no further than is asked for.

    They are gone through from the greatest id: to begin anew for each range costs more than to go on.
    """

    def __init__(self, session: Session, wanted: Expression) -> None:
        self._session = session
        self._wanted = wanted
        self._known: list[int] = []  # the greatest first
        self._more = self._from_above()

    def first(self, most: int) -> Sequence[int]:
        """So many of them, or all there are."""
        return self._session.scalars(matching(self._session, self._wanted).limit(most)).all()

    def between(self, low: int, high: int) -> Sequence[int]:
        """Those with ids in this range, ends included."""
        while not self._known or self._known[-1] >= low:
            if not (more := list(islice(self._more, 500))):
                break
            self._known += more
        return self._known[bisect_left(self._known, -high, key=neg) : bisect_right(self._known, -low, key=neg)]

    def _from_above(self) -> Iterator[int]:
        """All of them, the greatest first. A GIN knows no order, and looks up everything for whatever range: a few growing ones."""
        if dialect_of(self._session) == "sqlite":
            newest_first = matching(self._session, self._wanted).order_by(_FTS5.c.rowid.desc())
            yield from self._session.scalars(newest_first.execution_options(yield_per=500))
            return
        high, width = self._session.scalar(select(func.max(_GIN.c.article_id))) or 0, FIRST_RANGE
        while high > 0:
            found = self._session.scalars(matching(self._session, self._wanted, (high - width + 1, high)))
            yield from sorted(found, reverse=True)
            high, width = high - width, 4 * width


def matching(session: Session, wanted: Expression, between: tuple[int, int] | None = None) -> Select[int]:
    """The ids of articles whose tokens are as wanted, of all, or of those with an id in that range, ends included."""
    if dialect_of(session) == "sqlite":
        ids = _FTS5.c.rowid
        asked = f"({_fts5(wanted)}) OR {_fts5(Has(ANY_QUERY))}"
        query = select(ids).where(_FTS5.c.search_index.op("MATCH")(bindparam(None, asked)))
    else:
        from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - not for SQLite

        # PostgreSQL does not know what it costs to unpack the tokens of a row, and would rather read all rows than ask the index.
        session.execute(text("SET LOCAL enable_seqscan = off"))
        ids = _GIN.c.article_id
        asked = f"({_tsquery(wanted)}) | {_tsquery(Has(ANY_QUERY))}"
        query = select(ids).where(_GIN.c.tokens.op("@@")(cast(asked, postgresql.TSQUERY)))
    return query if between is None else query.where(ids.between(*between))


def _either(session: Session, sqlite: str, postgresql: str) -> str:
    return sqlite if dialect_of(session) == "sqlite" else postgresql


_OF_ENTRY: Mapping[str, Callable[[Entry], Any]] = {
    "id": lambda one: one.article_id,
    "words": lambda one: " ".join(one.tokens),
    "list": lambda one: list(one.tokens),
    "outline": lambda one: one.outline,
}


def _execute(session: Session, statement: str, entries: Collection[Entry]) -> None:
    if entries:
        needed = {name: of for name, of in _OF_ENTRY.items() if f":{name}" in statement}
        session.connection().execute(text(statement), [{name: of(one) for name, of in needed.items()} for one in entries])


def _fts5(wanted: Expression) -> str:
    if isinstance(wanted, Has):
        return f'"{wanted.token}"' + "*" * wanted.prefix
    return (" AND " if isinstance(wanted, All) else " OR ").join(f"({_fts5(part)})" for part in wanted.parts)


def _tsquery(wanted: Expression) -> str:
    if isinstance(wanted, Has):
        return f"'{wanted.token}'" + ":*" * wanted.prefix
    return (" & " if isinstance(wanted, All) else " | ").join(f"({_tsquery(part)})" for part in wanted.parts)
