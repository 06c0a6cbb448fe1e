"""`zhixun rules test`: a rule on the past."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import tzinfo
from typing import Annotated, Any

import typer

from crawler.i18n import tr
from crawler.retold import retold
from jobs.cli.console import Cli, Json, local, out, say, say_zone, since, table, write_json
from jobs.services.trials import trial as trying
from jobs.services.trials.trial import Difference, Trial


def try_rule(
    cli: Cli,
    name: Annotated[str | None, typer.Argument(help="A rule of the configuration.")] = None,
    query: Annotated[str | None, typer.Option("--query", "-q", help="A query instead of the rule's, or of a rule.")] = None,
    start: Annotated[str, typer.Option("--since", help="How far back: 30d, 12h, 2026-11-01.")] = "30d",
    against: Annotated[str | None, typer.Option("--against", help="An older query: what would only the new one match?")] = None,
    samples: Annotated[int, typer.Option(min=0, help="How many alerts to show.")] = 10,
    as_json: Json = False,
) -> None:
    """What the rule would have alerted on, from the archive, and how many messages that had been. Nothing is sent."""
    config = cli.config()
    if name is None and query is None:
        raise typer.BadParameter(tr("give a rule's name, or --query, or both: then the query is tried in the rule's place"))
    with cli.reader() as session:
        tried = trying.trial(session, config, trying.asked(config, name, query, against), since(start))
    if as_json:
        write_json(_json(tried))
        return
    _print_trial(tried, start, samples, config.zone)
    if tried.difference is not None:
        _print_difference(tried.difference, samples)


def _print_trial(tried: Trial, start: str, samples: int, zone: tzinfo) -> None:
    again = sum(alert.again for alert in tried.alerts)
    span = tr("since {start}", start=start) if start[:4].isdecimal() else tr("of the last {ago}", ago=start)
    counts = {"n": tried.matches, "of": tried.records, "alerts": len(tried.alerts) - again}
    out.print(
        tr("{n} of {of} records {span} match: {alerts} alerts", span=span, **counts)
        + (tr(" and {n} told again", n=again) if again else "")
        + tr(", {n} later tellers counted on them", n=sum(len(alert.tellers) for alert in tried.alerts))
        + "".join(tr(", {n} silent ({why})", n=count, why=retold(why)) for why, count in tried.silent.items())
    )
    for channel, count in tried.messages.items():
        fewer = tr(", not {n}", n=tried.matches) if count != tried.matches else ""
        say(tr("{channel}: {n} messages", channel=channel, n=count) + fewer)
    if tried.noise:
        table(("source", "matches", "alerts"), [(one.source, one.matches, one.alerts) for one in tried.noise[:10]])
    rows = []
    for alert in tried.alerts[-samples:] if samples else ():
        terms = tr(", ").join(dict.fromkeys(one.term for one in alert.matched))
        rows.append((alert.record, local(alert.leaves, zone), alert.source, terms, len(alert.tellers) or None, alert.title))
    if rows:
        table(("record", "leaves", "source", "terms", "more", "title"), rows)
        say_zone(zone)


def _print_difference(difference: Difference, samples: int) -> None:
    for name, side in ((tr("only in new"), difference.only_in_new), (tr("only in old"), difference.only_in_old)):
        out.print(f"{name}{tr(': ')}{side.count}")
        if rows := side.records[:samples]:
            table(("record", "source", "title"), rows)
    out.print(tr("in both: {n}", n=difference.in_both.count))


def _json(tried: Trial) -> Iterator[dict[str, Any]]:
    """One line of figures, then a line each alert."""
    again = sum(alert.again for alert in tried.alerts)
    given = asdict(replace(tried, alerts=(), difference=None))
    sides = asdict(tried.difference) if tried.difference else {}
    numbers = {name: [row[0] for row in side["records"]] for name, side in sides.items()}
    counts = {"alerts": len(tried.alerts) - again, "again": again}
    rest = {key: given[key] for key in ("silent", "messages", "noise")}
    yield {key: given[key] for key in ("rule", "records", "matches")} | counts | rest | numbers
    for alert in tried.alerts:
        matched = [{"term": one.term, "field": one.field, "quote": one.quote} for one in alert.matched]
        yield asdict(replace(alert, matched=())) | {"matched": matched}
