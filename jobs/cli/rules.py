"""`zhixun rules list`."""

from __future__ import annotations

from dataclasses import asdict

from crawler.i18n import tr
from jobs import clock
from jobs.cli.console import Cli, Json, Wide, show
from jobs.services import rules as listing


def list_rules(cli: Cli, as_json: Json = False, wide: Wide = False) -> None:
    """The rules, with their last match and how much they matched and raised."""
    config = cli.config()
    rules = cli.ask(lambda s: listing.rules(s, config, clock.now()))
    rows = [asdict(rule) | {"channels": ", ".join(rule.channels)} for rule in rules]
    columns = {"name": "name", "last": "last match", "week": "7 days", "month": "30 days", "alerts": "alerts", "query": "query"}
    none = tr("no rules yet; write one under `rules:` in the configuration, docs/rules.md shows how")
    show(rows, columns | ({"channels": "channels", "send": "send"} if wide else {}), as_json, none, config.zone)
