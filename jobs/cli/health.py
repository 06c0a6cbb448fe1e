"""`zhixun status`, and the list of sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from rich.cells import set_cell_size

from crawler.i18n import tr
from jobs import clock
from jobs.cli.console import Cli, Json, err, out, say, say_zone, write_json
from jobs.cli.source_table import as_json, brief, counted, print_table, troubles
from jobs.config.load import Config
from jobs.services import status as looking
from jobs.services.status import AtWork, SourceStatus, Status
from jobs.workers.membership import ROLES
from storage.queue.gaps import Gap

AT_A_GLANCE = 60  # sources that `status` shows all, whatever their state


def status(cli: Cli, json_lines: Json = False) -> None:
    """What runs, what is late, what fails."""
    config, now = cli.config(), clock.now()
    with cli.archive() as db:
        place = db.path.absolute() if db.path else db.name
        report = db.read(lambda s: looking.status(s, config, now))
    if json_lines:
        write_json([_summary(report), *map(as_json, report.sources)])
        return
    for name, text in {tr("database"): place, **_overview(report, config, now)}.items():
        say(set_cell_size(name, 9) + str(text))
    out.print()
    _print(report.sources, report.gaps, config, now, most=AT_A_GLANCE)
    say_zone(config.zone)


def _overview(report: Status, config: Config, now: datetime) -> dict[str, str]:
    totals, beat = report.totals, report.daemon
    seen = tr("not running, last seen {when}", when=brief(beat.at, now, config.zone)) if beat else tr("not running, never seen")
    newest = tr(", newest {when}", when=brief(totals.newest_record, now, config.zone)) if totals.newest_record else ""
    waits = tr("; {n} of them are still to be put into the index", n=report.not_in_index) if report.not_in_index else ""
    stored = tr("{n} records, {reprints} reprints among them", n=totals.records, reprints=totals.reprints)
    ill = sum(bool(line.health.state.family) for line in report.sources)
    down = tr(": nearly none can be reached, the network here is down") if report.cut_off else ""
    return {
        tr("daemon"): tr("running ({detail})", detail=beat.detail) if beat and report.running else seen,
        **_workers(report, now),
        tr("archive"): stored + newest + waits,
        tr("sources"): tr("{n} watched, {ill} in trouble", n=len(report.sources), ill=ill or tr("none")) + down,
        tr("late"): counted({"polls": report.late["poll"], "articles to read": report.late["article"]}),
        tr("requests"): _spent(report.requests_today, report.budget),
        tr("alerts"): tr(
            "{n} raised; deliveries: {states}", n=totals.alerts, states=counted(dict(sorted(totals.deliveries.items())))
        ),
    }


def _workers(report: Status, now: datetime) -> dict[str, str]:
    """The programs that share the work, where there are several, or one that does only a part of it."""
    if len(report.workers) < 2 and all(set(one.roles) == set(ROLES) for one in report.workers):
        return {}
    told = [_worker(one, now) for one in looking.at_work(report.workers, report.holds, now)]
    if report.to_store:
        told.append(tr("{n} articles wait to be stored", n=report.to_store))
    return {tr("workers"): f"\n{'':9}".join(told)}


def _worker(one: AtWork, now: datetime) -> str:
    parts = [
        f"{one.host} {','.join(one.roles)}",
        one.version,
        tr("configuration {version}", version=one.config) if one.config else "",
        one.lag if one.alive else tr("silent for {n} s", n=round((now - one.seen).total_seconds())),
        tr("alone: {names}", names=", ".join(one.alone)) if one.alone else "",
    ]
    return ", ".join(filter(None, parts))


def _print(lines: Sequence[SourceStatus], gaps: Sequence[Gap], config: Config, now: datetime, most: int | None = None) -> None:
    if lines:
        print_table(lines, now, config.zone, most)
    told = troubles(lines, gaps, now, config.zone)
    if told:
        out.print()
    for sentence in told:
        out.print(f"! {sentence}", soft_wrap=False)


def _spent(requests: int, budget: int | None) -> str:
    if budget is None:
        return tr("{n} today", n=requests)
    spent = tr("{n} of {budget} today", n=requests, budget=budget)
    return spent + (tr("; used up, polls wait until midnight") if requests >= budget else "")


def _summary(report: Status) -> dict[str, Any]:
    row: dict[str, Any] = asdict(report)
    beats = {name: one.at for name, one in report.totals.beats.items()}
    first = {key: row[key] for key in ("running", "not_in_index", "requests_today", "budget", "late")}
    last = {"possible_gaps": row["gaps"], "workers": row["workers"], "leases": dict(report.holds), "to_store": report.to_store}
    return {**row["totals"], "beats": beats, **first, **last}


def list_sources(cli: Cli, json_lines: Json = False) -> None:
    """Each source with its health and its next poll."""
    config, now = cli.config(), clock.now()
    shown = looking.addresses(config)
    known = {line.row.name: line for line in cli.ask(lambda s: looking.sources_of(s, config, now))}
    if json_lines:
        write_json(
            {"name": row.name, "url": shown[row.name], "enabled": row.enabled, "tags": row.tags}
            | (as_json(known[row.name]) if row.name in known else {})
            for row in config.sources
        )
        return
    _print([known[row.name] for row in config.sources if row.name in known], [], config, now)
    if not config.sources:
        err.print(tr("no sources yet; `zhixun sources add URL` finds one, `zhixun sources catalogue` lists some"))
    elif known:
        say_zone(config.zone)
    unseen = [row.name for row in config.sources if row.name not in known]
    if unseen:
        out.print(tr("not polled yet: {names}", names=", ".join(unseen)))
