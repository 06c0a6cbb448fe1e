"""`zhixun verdicts …`: what people called wrong, as a list and as labelled data."""

from __future__ import annotations

from typing import Annotated

import typer

from crawler.i18n import tr
from jobs.cli.console import Cli, Json, say, show, write_json
from jobs.services.readers import verdicts


def export(cli: Cli) -> None:
    """JSON Lines, one a verdict: what was seen, and what would have been right."""
    with cli.reader() as session:
        write_json(verdicts.labelled(session))


def list_verdicts(
    cli: Cli,
    record: Annotated[int | None, typer.Option("--record", help="Only those on this record.")] = None,
    as_json: Json = False,
) -> None:
    """What was called wrong, and what became of it."""
    found = cli.ask(lambda s: verdicts.listed(s, record))
    rows = [
        {"id": one.id, "about": one.about, "record": one.record, "what": one.value or one.rule or one.other, "person": one.person,
         "at": one.at, "note": one.note, "settled": one.settled}
        for one in found
    ]  # fmt: skip
    columns = ("id", "about", "record", "what", "person", "at", "settled", "note")
    if rows or as_json:
        show(rows, {key: key for key in columns}, as_json, zone=cli.config().zone)
    else:
        say(tr("nobody called anything wrong"))
