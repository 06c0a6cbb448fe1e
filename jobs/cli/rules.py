"""`zhixun rules list`."""

from __future__ import annotations

from dataclasses import asdict

import typer

from jobs import clock
from jobs.cli.console import Cli, Json, local, show
from jobs.services import rules as listing


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
