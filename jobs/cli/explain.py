"""`zhixun rules explain`: why a rule matched, or did not, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import asdict
from datetime import tzinfo
from typing import Annotated

import typer

from crawler.i18n import tr
from crawler.retold import retold
from jobs.cli.console import Cli, Json, asked, local, say, say_zone, write_json
from jobs.deliver.message import short_id
from jobs.services.trials import explain as explaining
from jobs.services.trials.explain import Journey
from storage.archive.queries import DeliveryView


def explain(
    cli: Cli,
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
    config = cli.config_or_defaults()
    rule, record = rule or rule_name, record if record is not None else record_id
    if (rule is None) == (query is None):
        raise typer.BadParameter(tr("give either a rule or --query"))
    if (text is None) == (record is None):
        raise typer.BadParameter(tr("give either a record or --text"))
    with nullcontext() if record is None else cli.reader() as session, asked():
        why = explaining.why(session, config, rule=rule, query=query or "", record=record, title=title, text=text or "")
    if as_json:
        write_json([asdict(why)])
    else:
        say(why.explanation.render())
        for line in _journey(why.journey, config.zone) if why.journey else ():
            say(line)
        if why.journey:
            say_zone(config.zone)
    raise typer.Exit(0 if why.explanation.matched else 1)


def _journey(way: Journey, zone: tzinfo) -> Iterator[str]:
    """What stands between a match and a message, one step a line."""
    if not way.enabled:
        yield tr("rule      is not enabled")
    heard = tr("watched") if way.watched else tr("the rule does not listen to it")
    yield tr("source    {source}: {heard}", source=way.source or tr("none"), heard=heard)
    old = tr("no date")
    if way.age is not None:
        old = tr("{hours} h old when it was first seen", hours=f"{way.age.total_seconds() / 3600:.1f}")
    yield tr("age       {age}: {verdict}", age=old, verdict=way.muted or tr("young enough"))
    kind = retold(way.reason or "") or tr("the first of its story")
    if way.reprint_of:
        kind = tr("a reprint of record {record}", record=way.reprint_of)
    yield tr("story     {story}: {kind}; the rule folds {folds}", story=way.story, kind=kind, folds=way.folds)
    quiet, pause = way.quiet and tr("quiet {hours}", hours=way.quiet), None if way.cooldown is None else tr("cooldown")
    when = tr("held until {when}", when=local(way.due, zone)) if way.due else tr("at once")
    yield tr("leaving   {how}: {when}", how=", ".join(filter(None, (way.send, quiet, pause))), when=when)
    for one in way.alerts:
        how = tr("raised for it") if one.counted is None else tr("counted on it: {why}", why=retold(one.counted))
        told = {"alert": short_id(one.alert.id), "record": one.alert.article_id, "how": how}
        yield tr("alert     {alert} of record {record}, {how}", **told)
        yield from (_delivery(delivery, zone) for delivery in one.alert.deliveries)
    if not way.alerts:
        yield tr("alert     none: one of the steps above stopped it, or the record came before the rule")


def _delivery(row: DeliveryView, zone: tzinfo) -> str:
    answer = retold(row.vendor_answer or row.last_error or "") or tr("no answer yet")
    when = local(row.sent_at, zone) or tr("next {when}", when=local(row.next_at, zone))
    told = {"channel": row.channel, "state": tr(row.state), "when": when, "answer": answer}
    return "  " + tr("{channel}  {state}, {n} tries, {when}: {answer}", n=row.attempts, **told)
