"""`zhixun status`, `zhixun healthcheck`, and the list of sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import typer
from sqlalchemy.orm import Session

from jobs import clock, pacing
from jobs.cli.console import Cli, Json, err, out, write_json
from jobs.cli.source_table import Line, as_json, brief, counted, print_table, troubles
from jobs.config.load import Config
from jobs.monitor import source_monitor
from jobs.monitor.source_health import cut_off
from storage.archive import derived, queries
from storage.archive.queries import Beat
from storage.queue import gaps, sources, usage
from storage.queue.arrival_rate import Rhythm

AT_A_GLANCE = 60  # sources that `status` shows all, whatever their state
CUT_OFF = ": nearly none can be reached, the network here is down"
STALE = timedelta(seconds=60)  # the daemon beats every five seconds
PATIENCE = timedelta(minutes=1)  # what is due is late only after so long
GAPS_SHOWN = timedelta(days=7)


def status(context: typer.Context, json_lines: Json = False) -> None:
    """What runs, what is late, what fails."""
    cli: Cli = context.obj
    config, now = cli.config(), clock.now()
    with cli.archive() as db:
        report, unfound = db.read(lambda s: (queries.status(s, now), derived.left(s)))
        late = db.read(lambda s: queries.late(s, now - PATIENCE))
        spent = db.read(lambda s: usage.of_day(s, f"{now.astimezone(config.zone):%Y-%m-%d}"))
        lines = db.read(lambda s: _lines(s, config, now))
        found = db.read(lambda s: gaps.since(s, now - GAPS_SHOWN))
    if json_lines:
        more = {
            "not_in_index": unfound,
            "requests_today": spent,
            "budget": config.crawl.budget,
            "late": late,
            "possible_gaps": list(map(asdict, found)),
        }
        write_json([_summary(report, now) | more, *(asdict(line.row) | as_json(line) for line in lines)])
        return
    for name, text in _overview(report, unfound, late, spent, lines, config, now).items():
        out.print(f"{name:9}{text}", markup=False, highlight=False)
    _print(lines, found, config, now, most=AT_A_GLANCE)


def _lines(session: Session, config: Config, now: datetime) -> list[Line]:
    delays = _delays(config, sources.rhythms(session), now)
    return [Line(row, how, delays.get(name)) for name, (row, how) in source_monitor.judged(session, now).items()]


def _overview(
    report: queries.Status, unfound: int, late: Mapping[str, int], spent: int, lines: list[Line], config: Config, now: datetime
) -> dict[str, str]:
    beat = report.beats.get("daemon")
    seen = f"last seen {brief(beat.at, now, config.zone)}" if beat else "never seen"
    newest = f", newest {brief(report.newest_record, now, config.zone)}" if report.newest_record else ""
    ill = sum(bool(line.health.state.family) for line in lines)
    return {
        "daemon": f"running ({beat.detail})" if beat and _alive(beat, now) else f"not running, {seen}",
        "archive": f"{report.records} records, {report.reprints} of them reprints{newest}"
        + (f"; {unfound} of them are still to be put into the index" if unfound else ""),
        "sources": f"{len(lines)} watched, {ill or 'none'} in trouble"
        + (CUT_OFF if cut_off([line.row for line in lines]) else ""),
        "late": counted({"polls": late["poll"], "articles to read": late["article"]}),
        "requests": _spent(spent, config.crawl.budget),
        "alerts": f"{report.alerts} raised; deliveries: {counted(dict(sorted(report.deliveries.items())))}",
    }


def _print(lines: list[Line], found: list[gaps.Gap], config: Config, now: datetime, most: int | None = None) -> None:
    if lines:
        out.print()
        print_table(lines, now, config.zone, most)
    said = troubles(lines, found, now, config.zone)
    if said:
        out.print()
    for sentence in said:
        out.print(f"! {sentence}", markup=False, highlight=False, soft_wrap=False)


def _spent(requests: int, budget: int | None) -> str:
    if budget is None:
        return f"{requests} today"
    return f"{requests} of {budget} today" + ("; used up, polls wait until midnight" if requests >= budget else "")


def _summary(report: queries.Status, now: datetime) -> dict[str, Any]:
    tasks = {f"{kind} {state}": count for (kind, state), count in report.tasks.items()}
    beats = {name: one.at for name, one in report.beats.items()}
    return asdict(report) | {"running": _alive(report.beats.get("daemon"), now), "tasks": tasks, "beats": beats}


def list_sources(context: typer.Context, json_lines: Json = False) -> None:
    """Each source with its health and its next poll."""
    cli: Cli = context.obj
    config, now = cli.config(), clock.now()
    known = {line.row.name: line for line in cli.ask(lambda s: _lines(s, config, now))}
    if json_lines:
        write_json(
            {"name": row.name, "url": row.url, "enabled": row.enabled, "tags": row.tags}
            | (asdict(known[row.name].row) | as_json(known[row.name]) if row.name in known else {})
            for row in config.sources
        )
        return
    _print([known[row.name] for row in config.sources if row.name in known], [], config, now)
    unseen = [row.name for row in config.sources if row.name not in known]
    if unseen:
        out.print(f"not polled yet: {', '.join(unseen)}", markup=False)


def _delays(config: Config, known: Mapping[str, Rhythm], now: datetime) -> dict[str, timedelta]:
    """How long an article of each source waits for its poll, on average."""
    weights = {row.name: row.weight for row in config.sources if row.enabled and row.cadence() is None}
    plan = pacing.plan(weights, known, now, budget=config.crawl.budget, others=config.timed_polls(now))
    delays = {name: plan.delay(name) for name in plan.known}
    for row in config.sources:
        if row.cron is None and (cadence := row.cadence()):
            delays[row.name] = (cadence(now) - now) / 2
    return {name: delay for name, delay in delays.items() if delay is not None}


def healthcheck(context: typer.Context) -> None:
    """0 when the daemon's heart beats, 1 when not: for containers and supervisors."""
    cli: Cli = context.obj
    beat = cli.ask(lambda s: queries.last_beat(s, "daemon"))
    if _alive(beat, clock.now()):
        return
    err.print("no heartbeat of a daemon" + (f" since {beat.at.isoformat()}" if beat else ""))
    raise typer.Exit(1)


def _alive(beat: Beat | None, now: datetime) -> bool:
    return beat is not None and now - beat.at < STALE and beat.detail != queries.STOPPED
