"""Messages about Zhixun itself, one row a channel. Like an alert, one is marked after its channel has accepted it.

A key is used once, so that whoever decides twice (after a kill, a minute later) tells once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from storage.db.database import changed, insert_new
from storage.db.models import notice

KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to one channel that is due. `attempts` counts those before."""

    id: int
    key: str
    channel: str
    title: str
    note: str
    created_at: datetime
    attempts: int


def add(session: Session, key: str, channels: Sequence[str], *, title: str, note: str, now: datetime) -> bool:
    """Tell these channels; False if they were told under this key already."""
    text = {"title": title, "note": note, "created_at": now, "next_at": now}
    rows = [{"key": f"{key}|{channel}", "channel": channel, **text} for channel in dict.fromkeys(channels)]
    return bool(insert_new(session, notice, rows, "key"))


def due(session: Session, now: datetime) -> list[Notice]:
    """What is to be sent, oldest first."""
    query = select(notice).where(notice.c.next_at <= now).order_by(notice.c.id).limit(50)
    return [Notice(**{name: getattr(row, name) for name in Notice.__dataclass_fields__}) for row in session.execute(query)]


def sent(session: Session, number: int, now: datetime) -> None:
    """The channel has accepted it."""
    session.execute(update(notice).where(notice.c.id == number).values(sent_at=now, next_at=None, last_error=None))


def failed(session: Session, number: int, error: str, next_at: datetime | None) -> None:
    """The channel has not: again at `next_at`, or given up."""
    values = {"last_error": error[:500], "next_at": next_at, "attempts": notice.c.attempts + 1}
    session.execute(update(notice).where(notice.c.id == number).values(values))


def tidy(session: Session, now: datetime) -> int:
    """Forget old ones."""
    return changed(session, delete(notice).where(notice.c.created_at < now - KEPT, notice.c.next_at.is_(None)))
