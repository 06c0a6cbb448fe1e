"""The sources as a table that fits a terminal, one line each, and below it what is wrong with which, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, tzinfo
from typing import Any

from crawler.i18n import tr
from jobs.cli.console import out, table
from jobs.monitor.source_health import State, span
from jobs.services.status import SourceStatus
from storage.queue.gaps import Gap

HEADINGS = ("source", "state", "next", "last new", "articles", "304", "delay")
_GOOD = (State.HEALTHY, State.NEW)


def print_table(lines: Sequence[SourceStatus], now: datetime, zone: tzinfo, most: int | None = None) -> None:
    """Those in trouble first; of more than `most` only those, and how many others there are."""
    ordered = sorted(lines, key=lambda line: (line.health.state in _GOOD, line.row.name))
    if most is not None and len(ordered) > most:
        ordered = [line for line in ordered if line.health.state not in _GOOD]
    if ordered:
        table(HEADINGS, (_cells(line, now, zone) for line in ordered), figures=4)
    if others := len(lines) - len(ordered):
        well = tr("{n} more are well: zhixun sources list", n=others) if ordered else None
        out.print(well or tr("{n} are well: zhixun sources list", n=others))


def _cells(line: SourceStatus, now: datetime, zone: tzinfo) -> tuple[str, ...]:
    row, polled = line.row, line.row.polls > 0
    return (
        row.name,
        tr(line.health.state.value),
        tr("now") if row.next_due and row.next_due <= now else brief(row.next_due, now, zone),
        brief(row.last_new_at, now, zone),
        str(row.articles) if polled else "–",
        f"{100 * row.not_modified // row.polls}%" if polled else "–",
        span(line.delay) if line.delay is not None else "–",
    )


def troubles(lines: Iterable[SourceStatus], gaps: Sequence[Gap], now: datetime, zone: tzinfo) -> list[str]:
    """A sentence for each source that is not well, has moved, or may have a gap."""
    known = sorted(lines, key=lambda line: line.row.name)
    said = [_trouble(line, now, zone) for line in known if line.health.reason]
    moved = [line.row for line in known if line.row.moved_to]
    said += [tr("{source} has moved for good to {url}: put that into its url", source=r.name, url=r.moved_to) for r in moved]
    return said + [_gap(gap, now, zone) for gap in gaps if gap.filled_at is None]


def _trouble(line: SourceStatus, now: datetime, zone: tzinfo) -> str:
    row, health = line.row, line.health
    good = tr("; last good poll {when}", when=brief(row.last_ok_at, now, zone)) if row.fail_count and row.last_ok_at else ""
    notified = tr("; told {when}", when=brief(row.told_at, now, zone)) if row.told_state and row.told_at else ""
    state = "" if health.state is State.HEALTHY else tr(health.state.value) + tr(": ")
    return f"{row.name} {state}{health.reason}{good}{notified}"


def _gap(gap: Gap, now: datetime, zone: tzinfo) -> str:
    return tr(
        "{source} may have had articles between {begin} and {end} that its list no longer showed",
        source=gap.source, begin=brief(gap.begins, now, zone), end=brief(gap.ends, now, zone),
    )  # fmt: skip


def as_json(line: SourceStatus) -> dict[str, Any]:
    """For programs."""
    delay = line.delay.total_seconds() if line.delay is not None else None
    health = {"health": line.health.state.value, "reason": line.health.reason or None, "sure": line.health.sure}
    return asdict(line.row) | health | {"expected_delay": delay}


def brief(moment: datetime | None, now: datetime, zone: tzinfo) -> str:
    """``16:14`` today, ``11-23 16:14`` else, with its year where that is another; "–" for none."""
    if moment is None:
        return "–"
    local, today = moment.astimezone(zone), now.astimezone(zone)
    if local.date() == today.date():
        return f"{local:%H:%M}"
    return f"{local:%m-%d %H:%M}" if local.year == today.year else f"{local:%Y-%m-%d}"


def counted(what: Mapping[str, int]) -> str:
    """``5 sent, 1 dead``; "none"."""
    return tr(", ").join(f"{count} {tr(name)}" for name, count in what.items() if count) or tr("none")
