"""What a source's first poll may send: the newest so many alerts of a rule, whatever the order in which articles are read.

    held      an alert of a first poll waits until the first polls are read, at most HOLD
    gives way the oldest of those held, when the rule has its number and a newer article comes
    kept      silently: stored and counted as a match, without an alert

Who looks at a new site wants a taste, not its archive. All first polls of a day share the number of a rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, select, update
from sqlalchemy.orm import Session

from storage.db.database import changed, count_rows
from storage.db.models import alert, article, delivery, tally, task

HOLD = timedelta(seconds=90)
TOGETHER = timedelta(days=1)


def make_room(session: Session, rule: str, article_id: int, most: int, now: datetime) -> int | None:
    """How many older alerts, still held, gave way to the one of this article; None: there is no room for it."""
    raised = _raised(session, rule, now)
    if len(raised) < most:
        return 0
    published = session.scalar(select(article.c.published).where(article.c.id == article_id))
    held = [row for row in raised if row.held and published and row.published and row.published < published]
    if not held:
        return None
    _withdraw(session, min(held, key=lambda row: (row.published, row.id)), rule)
    return 1


def _raised(session: Session, rule: str, now: datetime) -> Sequence[Any]:
    """The rule's alerts of first polls. `held`: nothing of it has left, nobody was counted on it, and no other goes back to it."""
    left = exists().where(delivery.c.alert_id == alert.c.id, ~_waits(now))
    later = alert.alias()
    held = and_(~left, ~exists().where(later.c.follows == alert.c.id), alert.c.reprints == 0).label("held")
    query = select(alert.c.id, alert.c.created_at, article.c.published, held).join(article, article.c.id == alert.c.article_id)
    query = query.join(task, task.c.key == article.c.link_key).where(task.c.baseline, alert.c.rule == rule)
    return session.execute(query.where(alert.c.created_at > now - TOGETHER, alert.c.follows.is_(None))).all()


def _waits(now: datetime) -> ColumnElement[bool]:
    return and_(delivery.c.state == "pending", delivery.c.attempts == 0, delivery.c.next_at > now)


def _withdraw(session: Session, row: Any, rule: str) -> None:
    session.execute(delete(delivery).where(delivery.c.alert_id == row.id))
    session.execute(delete(alert).where(alert.c.id == row.id))
    less = update(tally).where(tally.c.rule == rule, tally.c.day == f"{row.created_at:%Y-%m-%d}", tally.c.alerts > 0)
    session.execute(less.values(alerts=tally.c.alerts - 1))


def is_reading(session: Session, now: datetime) -> bool:
    """Whether articles of first polls are still to be read now."""
    waits = and_(task.c.state == "due", task.c.due_at <= now) | (task.c.state == "leased")
    return count_rows(session, task, task.c.kind == "article", task.c.baseline, waits) > 0


def release(session: Session, now: datetime) -> int:
    """Let what is held leave when its rule says so; how many messages."""
    due = select(alert.c.due_at).where(alert.c.id == delivery.c.alert_id).scalar_subquery()
    recent = select(alert.c.id).where(alert.c.created_at > now - HOLD)
    held = and_(_waits(now), delivery.c.next_at <= now + HOLD, delivery.c.next_at > due, delivery.c.alert_id.in_(recent))
    return changed(session, update(delivery).where(held).values(next_at=due))
