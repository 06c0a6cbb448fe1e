"""The configuration that all workers on a server's database follow: its text, as it was written, under a version that counts up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from storage.db.database import from_row
from storage.db.models import published


@dataclass(frozen=True, slots=True)
class Published:
    """One version. `digest` is of its text; `by` whom it was published."""

    version: int
    text: str
    digest: str
    at: datetime
    by: str


def latest(session: Session) -> Published | None:
    """The one that holds."""
    row = session.execute(select(published).order_by(published.c.version.desc()).limit(1)).first()
    return from_row(Published, row) if row else None


def version(session: Session) -> int | None:
    """Its version alone."""
    number: int | None = session.scalar(select(func.max(published.c.version)))
    return number


def publish(session: Session, text: str, digest: str, by: str, now: datetime) -> Published:
    """From now on this holds; nothing changes if it did already."""
    last = latest(session)
    if last is not None and last.digest == digest:
        return last
    made = Published((last.version if last else 0) + 1, text, digest, now, by)
    session.execute(insert(published).values(version=made.version, text=text, digest=digest, at=now, by=by))
    return made
