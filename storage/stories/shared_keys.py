"""Which stored articles share keys with a new one: its shingles, or the marks of its event.

Keys lie anywhere, so a table in the order of its keys would change a page for each key of each article, and slower the larger it is.
The keys of PART articles after each other lie together instead, by number: what is kept touches few pages however large the archive is,
what is asked looks each key up in the newest PARTS parts, and an old part goes as a whole. What is found is only worth a comparison.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Integer, Select, Table, bindparam, delete, exists, func, select
from sqlalchemy.orm import Session

from storage.db.database import changed, dialect_of, insert_into
from storage.db.lists import NUMBERS, among, each
from storage.db.models import article

PART = 4096  # articles
PARTS = 16  # that are asked, the newest: a month of two thousand articles a day
CANDIDATES = 8  # stored articles compared with a new one
_WIDTH = (
    1 << 31
) - 1  # a key is a 31-bit number: chance makes one false candidate in many articles, and four bytes are half of eight


def find(table: Table, *columns: Any, newest_first: bool) -> Select[Any]:
    """The question for these columns of the articles that share most keys, to be asked by `ask`; older or newer ones first of equals."""
    count = func.count().label("shared")
    number = table.c.article_id.desc() if newest_first else table.c.article_id
    asked = among(table.c.part, bindparam("parts", type_=NUMBERS)), among(table.c.key, bindparam("keys", type_=NUMBERS))
    met = select(table.c.article_id, count).where(*asked).group_by(table.c.article_id).order_by(count.desc(), number)
    best = met.limit(4 * CANDIDATES).subquery()
    found = select(*columns).join(best, best.c.article_id == article.c.id).where(article.c.updated_at > bindparam("since"))
    return found.order_by(best.c.shared.desc(), article.c.id.desc() if newest_first else article.c.id).limit(CANDIDATES)


def ask(session: Session, question: Select[Any], article_id: int, keys: Iterable[int], since: datetime) -> Sequence[Any]:
    """The rows of `question` for these keys of the article that is to come next; of articles that were kept after `since`."""
    newest = article_id // PART
    parts = list(range(max(0, newest - PARTS + 1), newest + 1))
    return session.connection().execute(question, {"parts": parts, "keys": [key & _WIDTH for key in keys], "since": since}).all()


def remember(session: Session, table: Table, article_id: int, keys: Iterable[int], newest: int | None = None) -> None:
    """Let later articles find this one; `newest` is the newest article, where it is another."""
    part = (newest or article_id) // PART
    numbers = sorted({key & _WIDTH for key in keys})
    row = {"of_part": part, "keys": numbers, "of_article": article_id}
    session.connection().execute(_remember(dialect_of(session), table), row)


@cache
def _remember(dialect: str, table: Table) -> Any:
    rows = each(dialect, "keys", bindparam("of_part", type_=Integer), bindparam("of_article", type_=BigInteger))
    return insert_into(dialect, table).from_select(["part", "key", "article_id"], rows).on_conflict_do_nothing()


def forget(session: Session, table: Table, article_id: int, keys: Iterable[int]) -> None:
    """An article has other keys now than these."""
    first, last = session.execute(select(func.min(table.c.part), func.max(table.c.part))).one()
    parts = range(first, last + 1) if first is not None else ()
    mine = table.c.part.in_(list(parts)), table.c.key.in_([key & _WIDTH for key in keys]), table.c.article_id == article_id
    session.execute(delete(table).where(*mine))


def tidy(session: Session, table: Table, before: datetime) -> int:
    """Forget the keys of articles that were kept before then; how many keys. Whole parts, and of the first that is not all old what is."""
    gone = 0
    while (part := session.scalar(select(func.min(table.c.part)))) is not None:
        young = exists().where(article.c.id == table.c.article_id, article.c.updated_at >= before)
        gone += changed(session, delete(table).where(table.c.part == part, ~young))
        if session.scalar(select(table.c.key).where(table.c.part == part).limit(1)) is not None:
            break
    return gone
