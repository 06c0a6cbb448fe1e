"""`zhixun rules explain`: why a rule matched, or did not, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import asdict
from datetime import tzinfo
from typing import Annotated

import typer

from jobs.cli.console import Cli, Json, asked, local, say, write_json
from jobs.deliver.message import short_id
from jobs.services.trials import explain as explaining
from jobs.services.trials.explain import Journey


def explain(
    context: typer.Context,
    rule_name: Annotated[str | None, typer.Argument(metavar="RULE", help="A rule of the configuration …")] = None,
    record_id: Annotated[int | None, typer.Argument(metavar="RECORD", help="… and the id of a record.")] = None,
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
    rule, record = rule or rule_name, record if record is not None else record_id
    if (rule is None) == (query is None):
        raise typer.BadParameter("give either a rule or --query")
    if (text is None) == (record is None):
        raise typer.BadParameter("give either a record or --text")
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
