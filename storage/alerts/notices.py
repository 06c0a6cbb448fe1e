"""Messages about Zhixun itself, one row a channel. They ride the outbox like alerts: see storage/alerts/outbox.py.

A key is used once, so that whoever decides twice (after a kill, a minute later) tells once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from storage.db.database import changed, insert_new
from storage.db.models import notice

KEPT = timedelta(days=30)


def add(session: Session, key: str, channels: Sequence[str], *, title: str, note: str, now: datetime) -> bool:
    """Tell these channels; False if they were told under this key already."""
    text = {"title": title, "note": note, "created_at": now, "next_at": now}
    rows = [{"key": f"{key}|{channel}", "channel": channel, **text} for channel in dict.fromkeys(channels)]
    return bool(insert_new(session, notice, rows, "key"))


def tidy(session: Session, now: datetime) -> int:
    """Forget old ones."""
    return changed(session, delete(notice).where(notice.c.created_at < now - KEPT, notice.c.state.in_(("sent", "dead"))))
