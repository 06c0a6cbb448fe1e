"""The robots.txt files that were read, for all workers and over restarts; what they ask for between two requests is a column of the host."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from storage.db.database import changed, upsert
from storage.db.models import host, robots


def get(session: Session, origin: str, now: datetime) -> tuple[str, datetime] | None:
    """What an origin says, and until when that holds."""
    row = session.execute(select(robots).where(robots.c.origin == origin, robots.c.until > now)).first()
    return (row.body, row.until) if row else None


@dataclass(frozen=True, slots=True)
class Kept:
    """What an origin says, until when that holds, and what pause its host wants (seconds)."""

    origin: str
    host: str
    body: str
    until: datetime
    crawl_delay: float | None


def put(session: Session, kept: Kept) -> None:
    """Keep it for all."""
    row = {"origin": kept.origin, "body": kept.body, "until": kept.until}
    upsert(session, robots, [row], ("origin",), lambda new: {"body": new.body, "until": new.until})
    other = host.c.name == kept.host, host.c.delay.is_distinct_from(kept.crawl_delay)
    session.execute(update(host).where(*other).values(delay=kept.crawl_delay))


def tidy(session: Session, now: datetime) -> int:
    """Forget what holds no more."""
    return changed(session, delete(robots).where(robots.c.until <= now))
