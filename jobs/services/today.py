"""What happened since I looked, and what needs me: alerted stories, what was watched to find them, the numbers of the menu."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy.orm import Session

from jobs.monitor import source_monitor
from jobs.services.lookup import Unknown
from storage.alerts import by_story, outbox
from storage.alerts.by_story import Entry
from storage.archive import queries
from storage.queue import gaps

MOST_LOOKS = 20  # chunks of alerts that one page goes through to find what is unread

Wanted = Callable[[Session, Sequence[int]], Collection[int]]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Today, in numbers. `well` of `watched` sources answer as they should; `gaps` of them may have missed something."""

    records: int
    alerts: int
    watched: int
    well: int
    gaps: int
    failed: int


@dataclass(frozen=True, slots=True)
class Stories:
    """Alerted stories, the newest first; `next` is where to go on."""

    entries: tuple[Entry, ...]
    next: str | None


def coverage(session: Session, now: datetime, zone: tzinfo) -> Coverage:
    """What was watched since midnight, and what came of it."""
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    states = source_monitor.judged(session, now)
    return Coverage(
        records=queries.count_between(session, midnight, now),
        alerts=queries.count_alerts(session, midnight),
        watched=len(states),
        well=sum(not how.state.family for _, how in states.values()),
        gaps=len({gap.source for gap in gaps.since(session, midnight) if gap.filled_at is None}),
        failed=outbox.counts(session).get("dead", 0),
    )


def alerted(session: Session, wanted: Wanted, after: str | None = None, limit: int = 50) -> Stories:
    """Those of the alerted stories that `wanted` keeps. Raises Unknown for a place that is none."""
    before = _place(after)
    found: list[tuple[int, int]] = []
    for _ in range(MOST_LOOKS):
        candidates = by_story.newest(session, before)
        keep = set(wanted(session, [story for _, story in candidates]))
        found += [one for one in candidates if one[1] in keep]
        before = by_story.last_looked_at(session, before)
        if before is None or len(found) > limit:
            break
    page = found[:limit]
    more = str(page[-1][0]) if len(found) > limit else str(before) if before is not None else None
    known = by_story.entries(session, [story for _, story in page])
    return Stories(tuple(known[story] for _, story in page), more)


def of_stories(session: Session, stories: Sequence[int]) -> tuple[Entry, ...]:
    """Those of these stories that were alerted, in this order."""
    known = by_story.entries(session, stories)
    return tuple(known[story] for story in stories if story in known)


def _place(after: str | None) -> int | None:
    if after is None:
        return None
    if not after.isascii() or not after.isdecimal() or len(after) > 18:
        raise Unknown(f"{after!r} is no place in the list")
    return int(after)


def troubles(session: Session) -> dict[str, int]:
    """How many sources fail, and how many deliveries did for good."""
    return {"sources": queries.count_failing(session), "deliveries": outbox.counts(session).get("dead", 0)}


def newest(session: Session) -> tuple[int, int]:
    """The highest ids of records and of alerts: they grow whenever something came."""
    return queries.newest(session)
