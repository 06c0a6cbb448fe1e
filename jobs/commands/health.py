"""`zhixun status`, `zhixun healthcheck`, and the list of sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta, tzinfo
from typing import Any

import typer

from jobs import clock, pacing
from jobs.config import Config
from jobs.output import Cli, Json, err, local, out, show, write_json
from storage import queries, sources, usage
from storage.queries import Beat
from storage.rhythm import Rhythm

STALE = timedelta(seconds=60)  # the daemon beats every five seconds
COLUMNS = {
    "source": "source", "state": "state", "detail": "detail", "last_polled": "last poll", "next_poll": "next poll",
    "delay": "mean delay", "last_new": "last new", "articles": "articles", "unchanged": "304",
}  # fmt: skip


def status(context: typer.Context, as_json: Json = False) -> None:
    """What runs, what is late, what fails."""
    cli: Cli = context.obj
    config, now = cli.config(), clock.now()
    zone = config.zone
    with cli.archive() as db:
        spent = db.read(lambda s: usage.of_day(s, f"{now.astimezone(zone):%Y-%m-%d}"))
        report = db.read(lambda s: queries.status(s, now))
        states, known = db.read(sources.states), db.read(sources.rhythms)
    beat = report.beats.get("daemon")
    if as_json:
        requests = {"requests_today": spent, "budget": config.crawl.budget}
        write_json([_summary(report, beat, now) | requests, *map(asdict, states)])
        return
    if _alive(beat, now):
        out.print(f"daemon   running ({beat.detail if beat else ''})", markup=False)
    else:
        out.print(f"daemon   not running, {f'last seen {local(beat.at, zone)}' if beat else 'never seen'}", markup=False)
    late = f", the oldest since {local(report.oldest_due, zone)}" if report.oldest_due else ""
    out.print(
        f"archive  {report.records} records, {report.reprints} of them reprints, newest {local(report.newest_record, zone)}"
    )
    out.print(f"work     {report.waiting} tasks due{late}; {report.sources} sources watched, {report.failing} failing")
    out.print(f"requests {_spent(spent, config.crawl.budget)}")
    told = ", ".join(f"{count} {state}" for state, count in sorted(report.deliveries.items())) or "none"
    out.print(f"alerts   {report.alerts} raised; deliveries: {told}")
    _table(states, zone, _delays(config, known, now))


def _spent(requests: int, budget: int | None) -> str:
    if budget is None:
        return f"{requests} today"
    return f"{requests} of {budget} today" + ("; used up, polls wait until midnight" if requests >= budget else "")


def _summary(report: queries.Status, beat: Beat | None, now: datetime) -> dict[str, Any]:
    tasks = {f"{kind} {state}": count for (kind, state), count in report.tasks.items()}
    beats = {name: one.at for name, one in report.beats.items()}
    return asdict(report) | {"running": _alive(beat, now), "tasks": tasks, "beats": beats}


def list_sources(context: typer.Context, as_json: Json = False) -> None:
    """Each source with its health and its next poll."""
    cli: Cli = context.obj
    config = cli.config()
    states = {state.name: state for state in cli.ask(sources.states)}
    known = cli.ask(sources.rhythms)
    if as_json:
        write_json(
            {"name": row.name, "url": row.url, "enabled": row.enabled, "tags": row.tags}
            | (asdict(states[row.name]) if row.name in states else {})
            for row in config.sources
        )
        return
    delays = _delays(config, known, clock.now())
    _table([states[row.name] for row in config.sources if row.name in states], config.zone, delays)
    unseen = [row.name for row in config.sources if row.name not in states]
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


def _table(states: list[sources.State], zone: tzinfo, delays: Mapping[str, timedelta]) -> None:
    show((_row(state, zone, delays.get(state.name)) for state in states if state.enabled), COLUMNS, as_json=False)


def _row(state: sources.State, zone: tzinfo, delay: timedelta | None) -> dict[str, Any]:
    return {
        "source": state.name,
        "state": _state(state),
        "detail": (state.last_detail or "")[:60],
        "last_polled": local(state.last_polled_at, zone),
        "next_poll": local(state.next_due, zone),
        "delay": f"{delay / timedelta(minutes=1):.0f} min" if delay is not None else None,
        "last_new": local(state.last_new_at, zone),
        "articles": state.articles,
        "unchanged": f"{100 * state.not_modified // state.polls}%" if state.polls else None,
    }


def _state(state: sources.State) -> str:
    if state.last_polled_at is None:
        return "not polled yet"
    if not state.fail_count:
        return "healthy"
    return f"failing: {state.last_outcome}" if state.last_ok_at else f"never worked: {state.last_outcome}"


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
