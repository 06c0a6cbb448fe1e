"""What was watched today, and what came of it: the line above the list of Today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from jobs.config.load import Config
from jobs.monitor import source_monitor
from storage.alerts import outbox
from storage.archive import queries
from storage.queue import gaps


@dataclass(frozen=True, slots=True)
class Coverage:
    """Today, in numbers. `well` of `watched` sources answer as they should; of `gaps` of them something may be missing."""

    records: int
    alerts: int
    watched: int
    well: int
    gaps: int
    failed: int


def watched(session: Session, now: datetime) -> tuple[int, int]:
    """How many sources are watched, and how many of them do well."""
    states = source_monitor.judged(session, now)
    return len(states), sum(not how.state.family for _, how in states.values())


def coverage(session: Session, config: Config, now: datetime, sources: tuple[int, int]) -> Coverage:
    """What was watched since midnight, by so many sources, so many of them well; and what came of it."""
    since = config.midnight(now.astimezone(config.zone).date())
    records, alerts = queries.count_between(session, since, now), queries.count_alerts(session, since)
    gapped = {gap.source for gap in gaps.since(session, since) if gap.filled_at is None}
    return Coverage(records, alerts, *sources, gaps=len(gapped), failed=outbox.counts(session)["dead"])
