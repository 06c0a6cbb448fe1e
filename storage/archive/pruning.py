"""Forgets old records. Their links stay known, so that a list which still shows one does not bring it back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, select
from sqlalchemy.orm import Session

from storage.archive import derived
from storage.db.database import changed, count_rows
from storage.db.models import alert, article, delivery
from storage.people import marks

BATCH = 100  # records of one call: their words are worked out in it, and PostgreSQL ends a transaction that does other things for long


def prune(session: Session, before: datetime, limit: int = BATCH) -> int:
    """Delete up to `limit` records that were shown before then, with their alerts; how many. Call it until it says 0.

    A record with an alert that is still to be sent, or could not be, is kept, and so is a story that a person starred, labelled or noted.
    """
    rows = session.execute(select(article).where(_old(before)).order_by(article.c.shown_at).limit(limit)).all()
    if not rows:
        return 0
    derived.drop(session, *rows)
    gone = changed(session, delete(article).where(article.c.id.in_([row.id for row in rows])))
    marks.forget(session, {row.story for row in rows})
    return gone


def count(session: Session, before: datetime) -> int:
    """How many records `prune` would delete."""
    return count_rows(session, article, _old(before))


def _old(before: datetime) -> ColumnElement[bool]:
    unsent = delivery.c.state.in_(("pending", "sending", "dead", "held"))
    waits = exists().where(alert.c.article_id == article.c.id, delivery.c.alert_id == alert.c.id, unsent)
    return and_(article.c.shown_at < before, ~waits, ~marks.kept(article.c.story))
