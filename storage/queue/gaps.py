"""Is a poll complete? Two polls that overlap prove that nothing came and went between them; where they do not, there may be a gap."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from crawler.record import Link
from storage.db.database import from_row
from storage.db.models import gap, source

PINNED = 2  # known links at the top of a list may be pinned there, and prove nothing


@dataclass(frozen=True, slots=True)
class Gap:
    """Of `source` nothing was seen between two moments. `filled_at`: when older pages had reached back to what was known."""

    source: str
    begins: datetime
    ends: datetime
    found_at: datetime
    filled_at: datetime | None


def between(
    listed: Mapping[str, Link], known: Set[str], last: datetime | None, now: datetime
) -> tuple[datetime, datetime] | None:
    """The time of which a list says nothing, the good poll before it having been at `last`. `listed` is in page order, by key."""
    if last is None or last >= now:
        return None
    new = [key for key in listed if key not in known]
    if len(new) < 2 or _overlaps(list(listed), known):
        return None
    dates = [date for key in new if (date := listed[key].published)]
    ends = min(dates, default=now)
    return (last, min(ends, now)) if ends > last else None


def _overlaps(keys: list[str], known: Set[str]) -> bool:
    places = [place for place, key in enumerate(keys) if key in known]
    return len(places) > PINNED or places != list(range(len(places)))


def last_good_poll(session: Session, source_id: int) -> datetime | None:
    """When the source's own address last answered well."""
    return session.scalar(select(source.c.last_ok_at).where(source.c.id == source_id))


def open_since(session: Session, source_id: int) -> datetime | None:
    """When its gap that is not filled begins; None where there is none."""
    open_ = gap.c.source_id == source_id, gap.c.filled_at.is_(None)
    return session.scalar(select(gap.c.begins).where(*open_).order_by(gap.c.id.desc()).limit(1))


def note(session: Session, source_id: int, begins: datetime, ends: datetime, now: datetime) -> None:
    """There may have been articles that nobody saw."""
    session.execute(insert(gap).values(source_id=source_id, begins=begins, ends=ends, found_at=now))


def fill(session: Session, source_id: int, now: datetime) -> None:
    """An older page of the source overlaps with what was known before its gap, which that closes."""
    session.execute(update(gap).where(gap.c.source_id == source_id, gap.c.filled_at.is_(None)).values(filled_at=now))


def since(session: Session, start: datetime) -> list[Gap]:
    """Those found since then, newest first."""
    query = select(source.c.name.label("source"), gap).join(source).where(gap.c.found_at >= start).order_by(gap.c.id.desc())
    return [from_row(Gap, row) for row in session.execute(query)]
