"""`zhixun check` and `zhixun config schema`."""

from __future__ import annotations

import json
import sys

import typer

from crawler.i18n import tr
from jobs import clock
from jobs.cli.console import Cli, err, fail, out
from jobs.config.load import failures, schema, warnings


def check(cli: Cli) -> None:
    """Validate the configuration, the rules with their examples, the channels. Sends nothing."""
    config = cli.config()
    for warning in warnings(config, clock.now()):
        err.print(tr("warning: {warning}", warning=warning), style="yellow")
    failed = [fail(config.place_of(path) + failure, 3) for path, failure in failures(config)]
    if failed:
        raise typer.Exit(3)
    active = sum(source.enabled for source in config.sources)
    counts = {"sources": active, "rules": len(config.rules), "channels": len(config.channels)}
    out.print(tr("{path}: all well. {sources} sources, {rules} rules, {channels} channels.", path=cli.path, **counts))
    out.print(tr("database: {database}", database=config.shown_database))


def print_schema() -> None:
    """JSON Schema of the configuration file, for editors."""
    sys.stdout.write(json.dumps(schema(), ensure_ascii=False, indent=2) + "\n")
