"""Looks after the sources: judges each, tells of a trouble once and of its end, and says once a day what was watched.

Who is to be told is written in the transaction that remembers what was told, so a kill neither loses nor repeats it. Without channels
it is told in the log and in `zhixun status`.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from sqlalchemy.orm import Session

from jobs import log
from jobs.monitor import source_health
from jobs.monitor.source_health import Health, State
from storage.alerts import notices
from storage.archive import queries
from storage.db.database import Database
from storage.queue import frontier, gaps, sources, usage
from storage.queue.sources import State as Row

COVERAGE_HOUR = 9  # local time from which on the day before is summed up
BLIND_AGAIN = timedelta(hours=1)  # a network that was down so long ago is down anew
TRY_AGAIN = timedelta(minutes=5)  # while it is down: what waits for hours would wait on when it is back
NAMED = 12  # sources that one message names
CHINESE = {
    State.SILENT: "静默", State.FROZEN: "停更", State.FAILING: "失败", State.BLOCKED: "被拒", State.GONE: "已失效",
    State.NEVER: "从未成功", State.CHANGED: "变样", State.UNSTABLE: "链接不定", State.HEALTHY: "恢复正常",
}  # fmt: skip

_log = log.get("health")


@dataclass(frozen=True, slots=True)
class Change:
    """A source that is in trouble, or out of it again: what was told before, and how it does now."""

    name: str
    before: str | None
    now: Health

    @property
    def over(self) -> bool:
        """True when the trouble has ended."""
        return self.now.state is State.HEALTHY


def judged(
    session: Session, now: datetime, blind_until: datetime | None = None, name: str | None = None
) -> dict[str, tuple[Row, Health]]:
    """By name, the watched sources and how each does; or this one."""
    rhythms, habits = sources.rhythms(session, name), sources.habits_of_all(session, name)
    rows = [row for row in sources.states(session, name) if row.enabled]
    return {row.name: (row, source_health.judge(row, rhythms.get(row.name), habits[row.name], now, blind_until)) for row in rows}


def changes(known: Mapping[str, tuple[Row, Health]]) -> list[Change]:
    """What is to be told: a trouble that is sure and of another kind than the one told, and the end of one that was."""
    found = []
    for name, (row, now) in known.items():
        notified = State(row.told_state) if row.told_state else None
        began = bool(now.state.family) and now.sure and (notified is None or notified.family != now.state.family)
        if began or (notified is not None and now.state is State.HEALTHY):
            found.append(Change(name, row.told_state, now))
    return found


def message(notified: Sequence[Change], known: Mapping[str, tuple[Row, Health]], zone: tzinfo) -> tuple[str, str]:
    """Title and text of the one message that tells of these."""
    lines = [_line(change, known[change.name][0], zone) for change in notified[:NAMED]]
    if len(notified) > NAMED:
        lines.append(f"另有 {len(notified) - NAMED} 个 / and {len(notified) - NAMED} more: zhixun status")
    if len(notified) > 1:
        return f"{len(notified)} 个来源状态有变 / {len(notified)} sources have changed state", "；".join(lines)
    [one] = notified
    state = "recovered" if one.over else one.now.state.value
    return f"来源 {one.name} {CHINESE[one.now.state]} / source {one.name}: {state}", lines[0]


def _line(change: Change, row: Row, zone: tzinfo) -> str:
    if change.over:
        since = f" (since {row.told_at.astimezone(zone):%m-%d %H:%M})" if row.told_at else ""
        return f"{change.name}: healthy again, was {change.before}{since}"
    down = change.now.state.family == "down"
    good = f"; last good poll {row.last_ok_at.astimezone(zone):%m-%d %H:%M}" if down and row.last_ok_at else ""
    return f"{change.name}: {change.now.state.value}, {change.now.reason}{good}"


class Checkup:
    """Looks now and then. `channels` are told; `coverage`: they also get a line a day."""

    def __init__(self, db: Database, now: Callable[[], datetime], zone: tzinfo, channels: Sequence[str], coverage: bool) -> None:
        self.zone = zone
        self.channels = tuple(channels)
        self.coverage = coverage
        self._db = db
        self._now = now
        self._blind_until: datetime | None = None
        self._summed_up = ""

    async def look(self) -> list[Change]:
        """Judge all sources; what was told."""
        now = self._now()
        known = await asyncio.to_thread(self._db.read, lambda s: judged(s, now, self._blind_until))
        if source_health.cut_off([row for row, _ in known.values()]):
            self._blind(now)
            await self._db.write(lambda s: frontier.hurry(s, now + TRY_AGAIN, source_health.OF_THE_NETWORK))
            return []
        found = changes(known)
        notified = await self._db.write(lambda s: self._tell(s, found, known, now)) if found else []
        for change in notified:
            tell = _log.info if change.over else _log.warning
            tell("source", source=change.name, state=change.now.state.value, was=change.before, reason=change.now.reason)
        await self._sum_up(known, now)
        return notified

    def _blind(self, now: datetime) -> None:
        if self._blind_until is None or now - self._blind_until > BLIND_AGAIN:
            _log.error("nearly no source can be reached: the network here is down, no source is blamed for it")
        self._blind_until = now

    def _tell(
        self, session: Session, found: Sequence[Change], known: Mapping[str, tuple[Row, Health]], now: datetime
    ) -> list[Change]:
        def tell(one: Change) -> bool:
            return sources.tell(session, one.name, None if one.over else one.now.state, before=one.before, now=now)

        notified = list(filter(tell, found))
        if notified and self.channels:
            names = hashlib.sha256("|".join(change.name for change in notified).encode()).hexdigest()[:8]
            title, note = message(notified, known, self.zone)
            notices.add(session, f"health-{now:%Y%m%d%H%M%S}-{names}", self.channels, title=title, note=note, now=now)
        return notified

    async def _sum_up(self, known: Mapping[str, tuple[Row, Health]], now: datetime) -> None:
        local = now.astimezone(self.zone)
        day = f"{local - timedelta(days=1):%Y-%m-%d}"
        if local.hour < COVERAGE_HOUR or self._summed_up == day:
            return
        self._summed_up = day
        end = local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
        line = self._db.read(lambda s: coverage(s, known, day, end - timedelta(days=1), end))
        if line is None:
            return
        _log.info("coverage", day=day, text=line)
        if self.coverage and self.channels:
            title = f"{day} 覆盖情况 / coverage"
            await self._db.write(lambda s: notices.add(s, f"coverage-{day}", self.channels, title=title, note=line, now=now))


def coverage(session: Session, known: Mapping[str, tuple[Row, Health]], day: str, start: datetime, end: datetime) -> str | None:
    """What was watched on a day, in a line; None when nothing was."""
    polls = usage.polls_of_day(session, day)
    if not polls:
        return None
    found = [gap for gap in gaps.since(session, start) if gap.found_at < end and gap.filled_at is None]
    articles = queries.count_between(session, start, end)
    ill = [f"{name} ({now.state.value})" for name, (_, now) in known.items() if now.state.family and now.sure]
    named = f"; {', '.join(ill[:NAMED])}" if ill else ""
    return (
        f"{len(known)} 个来源，{len(known) - len(ill)} 个正常 · {len(known)} sources, {len(known) - len(ill)} healthy, "
        f"{polls:,} polls, {articles:,} articles, possible gaps: {len(found)}{named}"
    )
