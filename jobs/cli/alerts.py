"""`zhixun alerts …`: the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, tzinfo
from typing import Annotated, Any, Literal

import typer

from crawler.i18n import tr
from crawler.retold import retold
from jobs import clock
from jobs.cli.console import Cli, Json, Wide, local, out, say, say_zone, show, table, write_json
from jobs.deliver.message import short_id
from jobs.services import ledger
from storage.archive import queries

COLUMNS = {"alert": "alert", "created": "raised", "rule": "rule", "went": "deliveries", "title": "title"}
WIDE = {
    "alert": "alert", "created": "raised", "title": "title",
    "rule": "rule", "record": "record", "reprints": "more", "channel": "channel", "state": "state", "attempts": "tries", "answer": "answer",
}  # fmt: skip

State = Literal["pending", "sending", "sent", "dead", "held"]  # of a delivery


def list_alerts(
    cli: Cli,
    as_json: Json = False,
    rule: Annotated[str | None, typer.Option(help="Of this rule only.")] = None,
    state: Annotated[State | None, typer.Option(help="pending, sending, sent, dead or held.")] = None,
    limit: Annotated[int, typer.Option(min=1)] = 50,
    wide: Wide = False,
) -> None:
    """Alerts and their deliveries, newest first."""
    zone = cli.config().zone
    entries = cli.ask(lambda s: queries.alerts(s, rule=rule, state=state, limit=limit))
    rows = list(_rows(entries, as_json))
    if not (wide or as_json):
        rows = [_one_line(entry) for entry in entries if entry.deliveries]
    none = tr("no such alerts; `zhixun alerts list` shows all")
    if rule is state is None:
        none = tr(
            "no alerts yet; `zhixun rules test NAME` shows what a rule would have raised, `zhixun rules list` what each matched"
        )
    if wide and not as_json:
        rows = [row | {"state": tr(row["state"])} for row in rows]
    show(rows, WIDE if wide else COLUMNS, as_json, none, zone)


def _one_line(entry: queries.AlertView) -> dict[str, Any]:
    """An alert, with what became of it on each of its channels."""
    went = tr(", ").join(f"{one.channel} {tr(one.state)}" for one in entry.deliveries)
    return {"alert": short_id(entry.id), "created": entry.created_at, "rule": entry.rule, "went": went, "title": entry.title}


def _rows(entries: list[queries.AlertView], as_json: bool) -> Iterator[dict[str, Any]]:
    for entry in entries:
        base = {
            "alert": short_id(entry.id),
            "created": entry.created_at,
            "rule": entry.rule,
            "record": entry.article_id,
            "story": entry.story,
            "title": entry.title,
            "reprints": entry.reprints,
        }
        for delivery in entry.deliveries:
            yield base | {
                "channel": delivery.channel,
                "state": delivery.state,
                "attempts": delivery.attempts,
                "answer": (delivery.vendor_answer or delivery.last_error) if as_json else answered(delivery),
                "next": delivery.next_at if delivery.state == "pending" else None,
                "sent": delivery.sent_at,
            }


def show_alert(cli: Cli, alert: Annotated[str, typer.Argument(help="Its id, such as #A1B2.")], as_json: Json = False) -> None:
    """One alert: why it was raised, where it went, each attempt and what the channel answered."""
    zone = cli.config().zone
    shown = cli.ask(lambda s: ledger.show(s, alert))
    if as_json:
        row = asdict(shown)
        more = {key: row[key] for key in ("payload", "tries", "tellers")}
        write_json([row["alert"] | more | {"told_again": [short_id(one.id) for one in shown.later]}])
        return
    for line in _about(shown, zone):
        say(line)
    for one in shown.later:
        say(tr("told again as {alert} on {when}", alert=short_id(one.id), when=local(one.created_at, zone)))
    if shown.tellers:
        out.print(tr("Also told by (counted here, and not alerted by themselves):"))
        tellers = [(t.article_id, tr(t.how), t.source, t.title, t.reason and retold(t.reason)) for t in shown.tellers]
        table(("record", "as", "source", "title", "why"), tellers)
    names = {delivery.id: delivery.channel for delivery in shown.alert.deliveries}
    table(("channel", "state", "tries", "next", "answer"), [_delivery(delivery, zone) for delivery in shown.alert.deliveries])
    if tries := [
        (names[a.delivery_id], a.number, local(a.started_at, zone), tr(a.outcome or "–"), a.code, retold(a.detail or ""))
        for a in shown.tries
    ]:
        table(("channel", "attempt", "began", "outcome", "code", "detail"), tries)
    say_zone(zone)


def _about(shown: ledger.Shown, zone: tzinfo) -> Iterator[str]:
    """Why it was raised: the record, the matched terms with their places, its age, when it could leave."""
    entry, payload, standing = shown.alert, shown.payload, shown.standing
    yield tr(
        "{alert}  rule {rule} (version {version})  raised {when}",
        alert=short_id(entry.id), rule=entry.rule, version=entry.rule_version, when=local(entry.created_at, zone),
    )  # fmt: skip
    if follows := payload.get("follows"):
        why = f"{tr(follows['why'])} {follows.get('detail', '')}".rstrip()
        yield tr("goes back to {alert}: {why}", alert=short_id(follows["alert"]), why=why)
    yield tr(
        "record {record} (story {story}), told by {n} others later: {title}",
        record=entry.article_id, story=entry.story, n=entry.reprints, title=entry.title,
    )  # fmt: skip
    for match in payload.get("matched", []):
        place = f"{tr(match.get('field', ''))} {match['start']}–{match['end']}: " if "start" in match else ""
        yield "  " + tr("matched {term}: {place}", term=match["term"], place=f"{place}{match['quote']}")
    published = payload.get("record", {}).get("published")
    if standing is not None:
        dated = tr("published {when}", when=local(datetime.fromisoformat(published), zone)) if published else tr("without a date")
        why = retold(standing.reason or "") or tr("the first of its story")
        yield "  " + tr("{dated}, first seen {seen}; {why}", dated=dated, seen=local(standing.first_seen, zone), why=why)
    held = tr("could leave {when}: held (send, quiet or cooldown)", when=local(entry.due_at, zone))
    yield "  " + (held if entry.due_at > entry.created_at else tr("could leave at once"))


def _delivery(row: queries.DeliveryView, zone: tzinfo) -> tuple[Any, ...]:
    due = local(row.next_at, zone) if row.state == "pending" else None
    return row.channel, tr(row.state), row.attempts, due, answered(row)


def answered(row: queries.DeliveryView) -> str | None:
    """What the channel said, or what was in the way."""
    return retold(row.vendor_answer or row.last_error or "") or None


def retry(
    cli: Cli, alerts: Annotated[list[str] | None, typer.Argument(help="Alert ids; none: all dead letters.")] = None
) -> None:
    """Send dead letters again; the running daemon picks them up."""
    with cli.archive() as db:
        count = ledger.retry(db, alerts or (), clock.now())
    out.print(tr("{count} deliveries are due again", count=count))
