"""Rows of older versions say in the record's own words what stands in its text as well: written again they take half the room."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from storage.db.failpoints import after_commit
from storage.db.mapping import record_from_row, record_to_row
from storage.db.models import article

STEP = 200  # articles of one call: the writer has other work too
_COLUMNS = "text", "summary", "events", "facts"


def rewrite(session: Session, first: int = 0, limit: int = STEP) -> int | None:
    """Write up to `limit` articles from this id on as this version does; the id to go on from, or None at the end.

    Those that are so already stay untouched: ended at any instant, it can begin again.
    """
    query = select(article).where(article.c.id >= first).order_by(article.c.id).limit(limit)
    rows = session.execute(query.with_for_update()).all()
    for row in rows:
        if isinstance(row.facts, list):
            new = record_to_row(record_from_row(row))
            session.execute(update(article).where(article.c.id == row.id).values({name: new[name] for name in _COLUMNS}))
    after_commit(session, "after-rewriting")
    return rows[-1].id + 1 if rows else None
