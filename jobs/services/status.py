"""What runs, what is late, what fails; and each source with its health."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo

from sqlalchemy.orm import Session

from jobs import pacing
from jobs.config.load import Config
from jobs.monitor import source_monitor
from jobs.monitor.liveness import is_alive
from jobs.monitor.source_health import Health, cut_off
from jobs.redaction import blank
from storage.archive import indexed, queries
from storage.db.pulse import Beat
from storage.queue import gaps, inbox, leases, sources, usage, workers
from storage.queue.arrival_rate import Rhythm
from storage.queue.gaps import Gap
from storage.queue.sources import State
from storage.queue.workers import Worker

PATIENCE = timedelta(minutes=1)  # what is due is late only after so long
GAPS_SHOWN = timedelta(days=7)
GAPS_KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """One source: its row, how it does, and how long an article waits for its poll on average, where that is known. No secret is in it."""

    row: State
    health: Health
    delay: timedelta | None


@dataclass(frozen=True, slots=True)
class Status:
    """All of it. `running`: the daemon beats. `late` is by kind. `cut_off`: nearly no source can be reached, the network here is down.

    `workers`: the programs that are known, `holds`: what which of them alone may do. `to_store`: articles that one has read and another
    is to store. `not_in_index`: records of before there was one, which search reads one by one until they are in it.
    """

    running: bool
    totals: queries.Status
    late: dict[str, int]
    requests_today: int
    budget: int | None
    sources: tuple[SourceStatus, ...]
    cut_off: bool
    gaps: tuple[Gap, ...]
    not_in_index: int = 0
    workers: tuple[Worker, ...] = ()
    holds: Mapping[str, str] = field(default_factory=dict)
    to_store: int = 0

    @property
    def daemon(self) -> Beat | None:
        """The daemon's last sign of life."""
        return self.totals.beats.get("daemon")


def status(session: Session, config: Config, now: datetime) -> Status:
    """How things are."""
    totals, known = queries.status(session, now), tuple(workers.everyone(session))
    lines = tuple(sources_of(session, config, now))
    return Status(
        running=is_alive(totals.beats.get("daemon"), now) or any(one.is_alive(now) for one in known),
        totals=totals,
        late=queries.late(session, now - PATIENCE),
        requests_today=usage.of_day(session, f"{now.astimezone(config.zone):%Y-%m-%d}"),
        budget=config.crawl.budget,
        sources=lines,
        cut_off=cut_off([line.row for line in lines]),
        gaps=tuple(gaps.since(session, now - GAPS_SHOWN)),
        not_in_index=indexed.left(session),
        workers=known,
        holds=leases.holders(session, now),
        to_store=inbox.waiting(session)[0],
    )


@dataclass(frozen=True, slots=True)
class AtWork:
    """One of the programs on this database. `lag`: what it says of its queue; `alone`: what only it may do now."""

    host: str
    roles: tuple[str, ...]
    version: str
    config: int | None
    alive: bool
    seen: datetime
    lag: str
    alone: tuple[str, ...]


def at_work(known: Iterable[Worker], holds: Mapping[str, str], now: datetime) -> tuple[AtWork, ...]:
    """The programs that are known, the oldest first. Pure."""
    return tuple(
        AtWork(
            one.host, one.roles, one.version, one.config, one.is_alive(now), one.beat_at, one.detail,
            tuple(name for name, holder in holds.items() if holder == one.id),
        )
        for one in known
    )  # fmt: skip


def programs(session: Session, now: datetime) -> tuple[AtWork, ...]:
    """The same, looked up."""
    return at_work(workers.everyone(session), leases.holders(session, now), now)


def sources_of(session: Session, config: Config, now: datetime) -> list[SourceStatus]:
    """The watched sources, each with its health; those that were never polled are not among them."""
    delays = _delays(config, sources.rhythms(session), now)
    secrets = config.secrets()
    return [_shown(*one, delays.get(name), secrets) for name, one in source_monitor.judged(session, now).items()]


def source_of(session: Session, config: Config, name: str, now: datetime) -> SourceStatus | None:
    """One watched source; None if it was never polled."""
    known = source_monitor.judged(session, now, name=name).get(name)
    delays = _fixed(config, now)
    if known and name not in delays:  # polls are shared out among all of them
        delays = _delays(config, sources.rhythms(session), now)
    return _shown(*known, delays.get(name), config.secrets()) if known else None


def _shown(row: State, health: Health, delay: timedelta | None, secrets: frozenset[str]) -> SourceStatus:
    """Neither the address nor what was said of it tells a secret."""
    detail, moved = (blank(said, secrets) if said else said for said in (row.last_detail, row.moved_to))
    shown = replace(row, url=blank(row.url, secrets), last_detail=detail, moved_to=moved)
    return SourceStatus(shown, replace(health, reason=blank(health.reason, secrets)), delay)


def addresses(config: Config) -> dict[str, str]:
    """The address of each source as it may be shown: without what is secret in it."""
    secrets = config.secrets()
    return {row.name: blank(row.url, secrets) for row in config.sources}


def _delays(config: Config, known: Mapping[str, Rhythm], now: datetime) -> dict[str, timedelta]:
    """How long an article of each source waits for its poll, on average."""
    weights = {row.name: row.weight for row in config.sources if row.enabled and row.cadence() is None}
    plan = pacing.plan(weights, known, now, budget=config.crawl.budget, others=config.timed_polls(now))
    planned = {name: delay for name in plan.known if (delay := plan.delay(name)) is not None}
    return planned | _fixed(config, now)


def _fixed(config: Config, now: datetime) -> dict[str, timedelta]:
    every = {row.name: cadence(now) - now for row in config.sources if row.cron is None and (cadence := row.cadence())}
    return {name: pause / 2 for name, pause in every.items()}


@dataclass(frozen=True, slots=True)
class Detail:
    """One source in detail. `hours`: when its articles appear, by hour of the week, Monday first, as a share of the fullest hour."""

    hours: tuple[float, ...]
    gaps: tuple[Gap, ...]


def detail(session: Session, name: str, zone: tzinfo, now: datetime) -> Detail:
    """When a source's articles appear, in this zone, and what may have been missed in three months."""
    known = sources.rhythms(session, name).get(name)
    found = tuple(gap for gap in gaps.since(session, now - GAPS_KEPT) if gap.source == name)
    return Detail(_local_hours(known, zone, now) if known else (), found)


def _local_hours(known: Rhythm, zone: tzinfo, now: datetime) -> tuple[float, ...]:
    """Its weights are by the hours of UTC; the zone's offset of now turns them."""
    offset = now.astimezone(zone).utcoffset() or timedelta()
    turn = round(offset.total_seconds() / 3600)
    most = max(known.hours) or 1.0
    return tuple(round(known.hours[(hour - turn) % len(known.hours)] / most, 3) for hour in range(len(known.hours)))
