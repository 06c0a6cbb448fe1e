"""`zhixun rules …`: try a rule on the past, and ask why."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import asdict, replace
from datetime import tzinfo
from typing import Annotated, Any

import typer

from jobs import clock
from jobs.cli.console import Cli, Json, asked, local, out, say, show, since, table, write_json
from jobs.deliver.message import short_id
from jobs.services import explain as explaining
from jobs.services import rules as listing
from jobs.services import trial as trying
from jobs.services.explain import Journey
from jobs.services.trial import Difference, Trial

app = typer.Typer(no_args_is_help=True, help="Rules: list, try on the past, explain.")


@app.command("list")
def list_rules(context: typer.Context, as_json: Json = False) -> None:
    """The rules, with their last match and how much they matched and raised."""
    cli: Cli = context.obj
    config = cli.config()
    rules = cli.ask(lambda s: listing.rules(s, config, clock.now()))
    rows = [asdict(rule) | {"channels": ", ".join(rule.channels)} for rule in rules]
    if not as_json:
        rows = [row | {"last": local(row["last"], config.zone)} for row in rows]
    headings = {"name": "name", "query": "query", "channels": "channels", "send": "send", "last": "last match"}
    show(rows, headings | {"week": "7 days", "month": "30 days", "alerts": "alerts"}, as_json)


# ---- test


@app.command("test")
def try_rule(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="A rule of the configuration.")] = None,
    query: Annotated[str | None, typer.Option("--query", "-q", help="A query instead of the rule's, or of a rule.")] = None,
    start: Annotated[str, typer.Option("--since", help="How far back: 30d, 12h, 2026-11-01.")] = "30d",
    against: Annotated[str | None, typer.Option("--against", help="An older query: what would only the new one match?")] = None,
    samples: Annotated[int, typer.Option(min=0, help="How many alerts to show.")] = 10,
    as_json: Json = False,
) -> None:
    """What the rule would have alerted on, from the archive, and how many messages that had been. Nothing is sent."""
    cli: Cli = context.obj
    config = cli.config()
    if name is None and query is None:
        raise typer.BadParameter("give a rule's name, or --query, or both: then the query is tried in the rule's place")
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
    out.print(
        f"{tried.matches} of {tried.records} records since {start} match: {len(tried.alerts) - again} alerts"
        + (f" and {again} told again" if again else "")
        + f", {sum(len(alert.tellers) for alert in tried.alerts)} later tellers counted on them"
        + "".join(f", {count} silent ({why})" for why, count in tried.silent.items())
    )
    for channel, count in tried.messages.items():
        say(f"{channel}: {count} messages" + (f", not {tried.matches}" if count != tried.matches else ""))
    table(("source", "matches", "alerts"), [(one.source, one.matches, one.alerts) for one in tried.noise[:10]])
    rows = []
    for alert in tried.alerts[-samples:] if samples else ():
        terms = ", ".join(dict.fromkeys(one.term for one in alert.matched))
        rows.append((alert.record, local(alert.leaves, zone), alert.source, terms, len(alert.tellers) or None, alert.title))
    if rows:
        table(("record", "leaves", "source", "terms", "more", "title"), rows)


def _print_difference(difference: Difference, samples: int) -> None:
    for name, side in (("only in new", difference.only_in_new), ("only in old", difference.only_in_old)):
        out.print(f"{name}: {side.count}")
        if rows := side.records[:samples]:
            table(("record", "source", "title"), rows)
    out.print(f"in both: {difference.in_both.count}")


def _json(tried: Trial) -> Iterator[dict[str, Any]]:
    """One line of figures, then a line each alert."""
    again = sum(alert.again for alert in tried.alerts)
    given = asdict(replace(tried, alerts=(), difference=None))
    sides = asdict(tried.difference) if tried.difference else {}
    numbers = {name: [row[0] for row in side["records"]] for name, side in sides.items()}
    yield {key: given[key] for key in ("rule", "records", "matches")} | {
        "alerts": len(tried.alerts) - again,
        "again": again,
        **{key: given[key] for key in ("silent", "messages", "noise")},
        **numbers,
    }
    for alert in tried.alerts:
        matched = [{"term": one.term, "field": one.field, "quote": one.quote} for one in alert.matched]
        yield asdict(replace(alert, matched=())) | {"matched": matched}


# ---- explain


@app.command("explain")
def explain(
    context: typer.Context,
    rule: Annotated[str | None, typer.Option("--rule", help="A rule of the configuration.")] = None,
    query: Annotated[str | None, typer.Option("--query", "-q", help="A query instead of a rule.")] = None,
    text: Annotated[str | None, typer.Option("--text", help="Some text instead of a record.")] = None,
    title: Annotated[str, typer.Option("--title", help="Its title.")] = "",
    record: Annotated[int | None, typer.Option("--record", help="A record's id.")] = None,
    as_json: Json = False,
) -> None:
    """Why a text matches a rule, or not: each term, where it stood, which NOT stopped it. Exit code 1: no match.

    Of a record and a rule it also says what became of the match: source, age, story, hours, alert, channels.
    """
    cli: Cli = context.obj
    config = cli.config_or_defaults()
    if (rule is None) == (query is None):
        raise typer.BadParameter("give either --rule or --query")
    if (text is None) == (record is None):
        raise typer.BadParameter("give either --text or --record")
    with nullcontext() if record is None else cli.reader() as session, asked():
        why = explaining.why(session, config, rule=rule, query=query or "", record=record, title=title, text=text or "")
    if as_json:
        write_json([asdict(why)])
    else:
        say(why.explanation.render())
        for line in _journey(why.journey, config.zone) if why.journey else ():
            say(line)
    raise typer.Exit(0 if why.explanation.matched else 1)


def _journey(way: Journey, zone: tzinfo) -> Iterator[str]:
    """What stands between a match and a message, one step a line."""
    if not way.enabled:
        yield "rule      is not enabled"
    yield f"source    {way.source or 'none'}: {'watched' if way.watched else 'the rule does not listen to it'}"
    age = f"{way.age.total_seconds() / 3600:.1f} h old when it was first seen" if way.age is not None else "no date"
    yield f"age       {age}: {way.muted or 'young enough'}"
    kind = f"a reprint of record {way.reprint_of}" if way.reprint_of else way.reason or "the first of its story"
    yield f"story     {way.story}: {kind}; the rule folds {way.folds}"
    parts = [way.send, *([f"quiet {way.quiet}"] if way.quiet else []), *(["cooldown"] if way.cooldown is not None else [])]
    yield f"leaving   {', '.join(parts)}: " + (f"held until {local(way.due, zone)}" if way.due else "at once")
    for one in way.alerts:
        how = "raised for it" if one.counted is None else f"counted on it: {one.counted}"
        yield f"alert     {short_id(one.alert.id)} of record {one.alert.article_id}, {how}"
        for delivery in one.alert.deliveries:
            answer = delivery.vendor_answer or delivery.last_error or "no answer yet"
            when = local(delivery.sent_at, zone) or f"next {local(delivery.next_at, zone)}"
            yield f"  {delivery.channel}  {delivery.state}, {delivery.attempts} tries, {when}: {answer}"
    if not way.alerts:
        yield "alert     none: one of the steps above stopped it, or the record came before the rule"
