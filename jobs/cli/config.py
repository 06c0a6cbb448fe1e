"""`zhixun check` and `zhixun config schema`."""

from __future__ import annotations

import json
import sys

import typer

from jobs.cli.console import Cli, err, fail, out
from jobs.config.load import examples, schema, warnings
from storage.db.database import open_database

app = typer.Typer(no_args_is_help=True, help="The configuration file.")


@app.callback()
def _group() -> None:
    """The configuration file."""


def check(context: typer.Context) -> None:
    """Validate the configuration, the rules with their examples, the channels. Sends nothing."""
    cli: Cli = context.obj
    config = cli.config()
    for warning in warnings(config):
        err.print(f"warning: {warning}", style="yellow", markup=False, highlight=False)
    failures = examples(config)
    for failure in failures:
        fail(failure, 3)
    if failures:
        raise typer.Exit(3)
    active = sum(source.enabled for source in config.sources)
    out.print(
        f"{cli.path}: all well. {active} sources, {len(config.rules)} rules, {len(config.channels)} channels.", markup=False
    )
    db = open_database(config.database)
    out.print(f"database: {db.path or db.name}", markup=False, highlight=False)


@app.command("schema")
def print_schema() -> None:
    """JSON Schema of the configuration file, for editors."""
    sys.stdout.write(json.dumps(schema(), ensure_ascii=False, indent=2) + "\n")
