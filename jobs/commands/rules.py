"""`zhixun rules …`: try a rule on the past, and ask why."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

import typer

from crawler.record import Record
from jobs import clock
from jobs.config import Config
from jobs.message import short_id
from jobs.output import Cli, Json, local, out, show, since, table, write_json
from storage import queries
from storage.query import Query, parse
from storage.rules import explain as explain_match
from storage.rules import search

app = typer.Typer(no_args_is_help=True, help="Rules: list, try on the past, explain.")


@app.command("list")
def list_rules(context: typer.Context, as_json: Json = False) -> None:
    """The rules, with what each has raised so far."""
    cli: Cli = context.obj
    config = cli.config()
    tallies = cli.ask(queries.rule_tallies)
    rows: list[dict[str, Any]] = [
        {
            "name": rule.name,
            "query": rule.query_text(),
            "channels": ", ".join(rule.channels),
            "send": str(rule.send),
            "alerts": tallies[rule.name][0] if rule.name in tallies else 0,
            "last": tallies[rule.name][1] if rule.name in tallies else None,
        }
        for rule in config.rules
    ]
    if not as_json:
        rows = [row | {"last": local(row["last"], config.zone)} for row in rows]
    show(rows, {key: key for key in ("name", "query", "channels", "send", "alerts", "last")}, as_json)


@app.command("test")
def try_rule(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="A rule of the configuration.")] = None,
    query: Annotated[str | None, typer.Option("--query", "-q", help="A query instead of a rule.")] = None,
    start: Annotated[str, typer.Option("--since", help="How far back: 30d, 12h, 2026-11-01.")] = "30d",
    samples: Annotated[int, typer.Option(help="How many matches to show.")] = 10,
    as_json: Json = False,
) -> None:
    """What the rule would have alerted on, from the archive. Nothing is sent."""
    cli: Cli = context.obj
    config = cli.config()
    wanted = _query(config, name, query)
    matched: list[Record] = []
    stories: set[int] = set()
    seen = 0
    with cli.archive() as db, db.reader() as session:
        for record, tags in queries.tagged(session, since=since(start)):
            seen += 1
            if search(wanted, record, tags, clock.now()) is not None:
                matched.append(record)
                stories.add(record.story or record.id or 0)
    if as_json:
        write_json(_brief(record) for record in matched)
        return
    out.print(f"{len(matched)} of {seen} records since {start} match: {len(stories)} alerts after folding reprints.")
    noise = Counter(record.source for record in matched)
    table(("source", "matches"), noise.most_common(10))
    table(("record", "published", "title"), [(r.id, local(r.published, config.zone), r.title) for r in matched[:samples]])


@app.command("explain")
def explain(
    context: typer.Context,
    rule: Annotated[str | None, typer.Option("--rule", help="A rule of the configuration.")] = None,
    query: Annotated[str | None, typer.Option("--query", "-q", help="A query instead of a rule.")] = None,
    text: Annotated[str | None, typer.Option("--text", help="Some text instead of a record.")] = None,
    title: Annotated[str, typer.Option("--title", help="Its title.")] = "",
    record: Annotated[int | None, typer.Option("--record", help="A record's id.")] = None,
) -> None:
    """Why a text matches a rule, or not: each term, where it stood, which NOT stopped it. Exit code 1: no match."""
    cli: Cli = context.obj
    config = cli.config_or_defaults()
    wanted = _query(config, rule, query)
    if (text is None) == (record is None):
        raise typer.BadParameter("give either --text or --record")
    if record is not None:
        subject, tags = _stored(cli, record)
    else:
        subject, tags = Record(title=title, link="", text=text or ""), ()
    why = explain_match(wanted, subject, tags)
    out.print(why.render(), markup=False, highlight=False)
    if record is not None and rule is not None:
        _tell_alert(cli, rule, subject)
    raise typer.Exit(0 if why.matched else 1)


def _stored(cli: Cli, number: int) -> tuple[Record, tuple[str, ...]]:
    found = cli.ask(lambda s: list(queries.tagged(s, ids=[number])))
    if not found:
        raise typer.BadParameter(f"no record {number}")
    return found[0]


def _tell_alert(cli: Cli, rule: str, record: Record) -> None:
    entries = cli.ask(lambda s: queries.alerts(s, rule=rule, story=record.story))
    if not entries:
        out.print("no alert of this rule for this story: it was too old, or it came before the rule")
    for entry in entries:
        states = ", ".join(f"{d.channel} {d.state}" for d in entry.deliveries)
        out.print(f"alert {short_id(entry.id)} was raised for record {entry.article_id}: {states}", markup=False)


def _query(config: Config, name: str | None, query: str | None) -> Query:
    if (name is None) == (query is None):
        raise typer.BadParameter("give either a rule's name or --query")
    if query is not None:
        return parse(query, config.aliases, config.zone)
    rule = next((rule for rule in config.rules if rule.name == name), None)
    if rule is None:
        raise typer.BadParameter(f"no rule {name!r}; there are: {', '.join(r.name for r in config.rules) or 'none'}")
    return config.query_of(rule)


def _brief(record: Record) -> dict[str, Any]:
    return {
        "id": record.id,
        "story": record.story,
        "title": record.title,
        "link": record.link,
        "source": record.source,
        "published": record.published,
    }
