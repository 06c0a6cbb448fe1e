"""`zhixun rules …`: try a rule on the past, and ask why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from crawler.record import Record
from jobs import clock
from jobs.app import routing_of
from jobs.cli.console import Cli, Json, local, out, show, since, table, write_json
from jobs.config.load import Config, RuleConfig
from jobs.deliver.message import short_id
from jobs.deliver.transport import channel_for
from jobs.pipeline import RulePolicy
from jobs.services.backtest import Case, Report, case_of, simulate
from storage.alerts import ledger
from storage.archive import queries, search
from storage.archive.search import Bounds
from storage.rules.explain import explain as explain_match
from storage.rules.parser import Query, parse
from storage.rules.ruleset import Rule

app = typer.Typer(no_args_is_help=True, help="Rules: list, try on the past, explain.")
MAX_CASES = 10_000  # cases of one side of a comparison that are listed


@app.command("list")
def list_rules(context: typer.Context, as_json: Json = False) -> None:
    """The rules, with their last match and how much they matched and raised."""
    cli: Cli = context.obj
    config = cli.config()
    now = clock.now()
    tallies = cli.ask(lambda s: ledger.tallies(s, now))
    rows: list[dict[str, Any]] = []
    for rule in config.rules:
        tally = tallies.get(rule.name)
        rows.append(
            {
                "name": rule.name,
                "query": rule.query_text(),
                "channels": ", ".join(rule.channels),
                "send": str(rule.send),
                "enabled": rule.enabled,
                "last": tally.last_match if tally else None,
                "week": tally.week if tally else 0,
                "month": tally.month if tally else 0,
                "alerts": tally.alerts if tally else 0,
            }
        )
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
    rule = _rule(config, name) if name else None
    if rule is None and query is None:
        raise typer.BadParameter("give a rule's name, or --query, or both: then the query is tried in the rule's place")
    wanted = parse(query, config.aliases, config.zone) if query is not None else config.query_of(rule) if rule else None
    assert wanted is not None
    trial = Trial(rule.name if rule else "query", wanted, rule, routing_of(rule) if rule else _PLAIN, config)
    older = parse(against, config.aliases, config.zone) if against is not None else None
    with cli.archive() as db:
        copies = db.read(ledger.copies)
        bounds = Bounds(since=since(start))
        with db.reader() as session:
            seen = search.count(session, bounds)
            cases = _cases(
                search.candidates(session, wanted, bounds), trial, wanted, copies, trial.routing if trial.rule else None
            )
            old = _cases(search.candidates(session, older, bounds), trial, older, copies, None) if older else []
    report = simulate(cases, trial.routing, trial.folding())
    if as_json:
        write_json(_json(report, trial, seen, cases, old if older else None))
        return
    _tell_report(report, trial, seen, start, samples)
    if older is not None:
        _tell_difference(cases, old, samples)


_PLAIN = RulePolicy(("alert",), timedelta.max, lambda _now: None)


@dataclass(frozen=True)
class Trial:
    """A query on trial: as the rule whose name it has, or with the defaults of rules."""

    name: str
    query: Query
    rule: RuleConfig | None
    routing: RulePolicy
    config: Config

    def watches(self, record: Record, tags: Sequence[str]) -> bool:
        """Whether the rule listens to the record's source."""
        return self.rule is None or Rule(self.name, self.query, self.rule.sources).watches(record.source, tags)

    def folding(self) -> dict[str, bool]:
        """The channels, and whether each folds alerts into digests."""
        rates = {row.name: channel_for(row.url).rate for row in self.config.channels if row.name in self.routing.channels}
        return {channel: rates.get(channel) is not None for channel in self.routing.channels}


def _cases(
    rows: Iterator[tuple[Record, tuple[str, ...]]], trial: Trial, query: Query, copies: dict[int, int], routing: RulePolicy | None
) -> list[Case]:
    """The cases of a query among these records. Texts are not kept."""
    watched = ((record, tags) for record, tags in rows if trial.watches(record, tags))
    cases = (case_of(query, record, tags, copies.get(record.id or 0), routing) for record, tags in watched)
    return [case for case in cases if case is not None]


def _tell_report(report: Report, trial: Trial, seen: int, start: str, samples: int) -> None:
    told = sum(not would.again for would in report.alerts)
    again = len(report.alerts) - told
    out.print(
        f"{len(report.cases)} of {seen} records since {start} match: {told} alerts"
        + (f" and {again} told again" if again else "")
        + f", {sum(len(would.duplicates) for would in report.alerts)} later tellers counted on them"
        + "".join(f", {count} silent ({why})" for why, count in report.muted.items())
    )
    for channel, count in report.messages.items():
        out.print(f"{channel}: {_messages(count, len(report.cases))}", markup=False, highlight=False)
    zone = trial.config.zone
    table(("source", "matches", "alerts"), report.noise()[:10])
    rows = []
    for would in report.alerts[-samples:] if samples else []:
        terms = ", ".join(dict.fromkeys(one.term for one in would.case.evidence))
        more = len(would.duplicates) or None
        rows.append((would.case.place.article_id, local(would.due, zone), would.case.source, terms, more, would.case.title))
    if rows:
        table(("record", "leaves", "source", "terms", "more", "title"), rows)


def _tell_difference(new: list[Case], old: list[Case], samples: int) -> None:
    for title, cases in _difference(new, old).items():
        out.print(f"{title}: {len(cases)}")
        rows = [(case.place.article_id, case.source, case.title) for case in cases[:samples]]
        if rows and title != "in both":
            table(("record", "source", "title"), rows)


def _difference(new: list[Case], old: list[Case]) -> dict[str, list[Case]]:
    mine, theirs = ({case.place.article_id for case in cases} for cases in (new, old))
    return {
        "only in new": [case for case in new if case.place.article_id not in theirs],
        "only in old": [case for case in old if case.place.article_id not in mine],
        "in both": [case for case in new if case.place.article_id in theirs],
    }


def _json(report: Report, trial: Trial, seen: int, cases: list[Case], old: list[Case] | None) -> Iterator[dict[str, Any]]:
    """One line of figures, then a line each alert."""
    figures: dict[str, Any] = {
        "rule": trial.name,
        "records": seen,
        "matches": len(report.cases),
        "alerts": sum(not would.again for would in report.alerts),
        "again": sum(would.again for would in report.alerts),
        "silent": dict(report.muted),
        "messages": report.messages,
        "noise": [{"source": source, "matches": count, "alerts": raised} for source, count, raised in report.noise()],
    }
    if old is not None:
        parts = _difference(cases, old)
        figures |= {name.replace(" ", "_"): [case.place.article_id for case in part[:MAX_CASES]] for name, part in parts.items()}
    yield figures
    for would in report.alerts:
        yield {
            "record": would.case.place.article_id,
            "story": would.case.place.story,
            "title": would.case.title,
            "source": would.case.source,
            "published": would.case.published,
            "leaves": would.due,
            "again": would.again,
            "tellers": [case.place.article_id for case in would.duplicates],
            "matched": [{"term": one.term, "field": one.field, "quote": one.quote} for one in would.case.evidence],
        }


# ---- explain


@app.command("explain")
def explain(
    context: typer.Context,
    rule: Annotated[str | None, typer.Option("--rule", help="A rule of the configuration.")] = None,
    query: Annotated[str | None, typer.Option("--query", "-q", help="A query instead of a rule.")] = None,
    text: Annotated[str | None, typer.Option("--text", help="Some text instead of a record.")] = None,
    title: Annotated[str, typer.Option("--title", help="Its title.")] = "",
    record: Annotated[int | None, typer.Option("--record", help="A record's id.")] = None,
) -> None:
    """Why a text matches a rule, or not: each term, where it stood, which NOT stopped it. Exit code 1: no match.

    Of a record and a rule it also says what became of the match: source, age, story, hours, alert, channels.
    """
    cli: Cli = context.obj
    config = cli.config_or_defaults()
    if (rule is None) == (query is None):
        raise typer.BadParameter("give either --rule or --query")
    chosen = _rule(config, rule) if rule is not None else None
    wanted = config.query_of(chosen) if chosen else parse(query or "", config.aliases, config.zone)
    if (text is None) == (record is None):
        raise typer.BadParameter("give either --text or --record")
    if record is not None:
        subject, tags = _stored(cli, record)
    else:
        subject, tags = Record(title=title, link="", text=text or ""), ()
    why = explain_match(wanted, subject, tags)
    out.print(why.render(), markup=False, highlight=False)
    if record is not None and chosen is not None:
        for line in _journey(cli, config, chosen, subject, tags):
            out.print(line, markup=False, highlight=False)
    raise typer.Exit(0 if why.matched else 1)


def _messages(count: int, matches: int) -> str:
    return f"{count} messages" + (f", not {matches}" if count != matches else "")


def _stored(cli: Cli, number: int) -> tuple[Record, tuple[str, ...]]:
    found = cli.ask(lambda s: list(queries.tagged(s, ids=[number])))
    if not found:
        raise typer.BadParameter(f"no record {number}")
    return found[0]


def _journey(cli: Cli, config: Config, rule: RuleConfig, record: Record, tags: Sequence[str]) -> Iterator[str]:
    """What stands between a match and a message, one step a line."""
    with cli.archive() as db:
        standing = db.read(lambda s: ledger.standing(s, record.id or 0))
        entries = db.read(lambda s: queries.alerts(s, rule=rule.name, story=record.story))
        duplicates = db.read(lambda s: ledger.duplicates(s, [entry.id for entry in entries]))
    if standing is None:
        return
    routing, seen, zone = routing_of(rule), standing.first_seen, config.zone
    if not rule.enabled:
        yield "rule      is not enabled"
    listens = Rule(rule.name, config.query_of(rule), rule.sources).watches(record.source, tags)
    yield f"source    {record.source or 'none'}: {'watched' if listens else 'the rule does not listen to it'}"
    age = (
        f"{(seen - record.published).total_seconds() / 3600:.1f} h old when it was first seen" if record.published else "no date"
    )
    yield f"age       {age}: {routing.muted(record, standing.baseline, seen) or 'young enough'}"
    kind = f"a reprint of record {standing.reprint_of}" if standing.reprint_of else standing.reason or "the first of its story"
    yield f"story     {standing.story}: {kind}; the rule folds {rule.stories}"
    yield f"leaving   {_leaving(rule, routing.due(seen), zone, seen)}"
    own = [entry for entry in entries if entry.article_id == record.id]
    counted = {duplicate.alert_id: duplicate for duplicate in duplicates if duplicate.article_id == record.id}
    for entry in own or [entry for entry in entries if entry.id in counted]:
        how = f"counted on it: {counted[entry.id].reason}" if entry.id in counted else "raised for it"
        yield f"alert     {short_id(entry.id)} of record {entry.article_id}, {how}"
        for delivery in entry.deliveries:
            answer = delivery.vendor_answer or delivery.last_error or "no answer yet"
            when = local(delivery.sent_at, zone) or f"next {local(delivery.next_at, zone)}"
            yield f"  {delivery.channel}  {delivery.state}, {delivery.attempts} tries, {when}: {answer}"
    if not own and not counted:
        yield "alert     none: one of the steps above stopped it, or the record came before the rule"


def _leaving(rule: RuleConfig, due: datetime | None, zone: Any, seen: datetime) -> str:
    """When it may leave, and what decides that."""
    parts = [str(rule.send)] + [f"quiet {rule.quiet}"] * (rule.quiet is not None) + ["cooldown"] * (rule.cooldown is not None)
    return f"{', '.join(parts)}: " + ("at once" if due is None or due <= seen else f"held until {local(due, zone)}")


def _rule(config: Config, name: str) -> RuleConfig:
    rule = next((rule for rule in config.rules if rule.name == name), None)
    if rule is None:
        raise typer.BadParameter(f"no rule {name!r}; there are: {', '.join(r.name for r in config.rules) or 'none'}")
    return rule
