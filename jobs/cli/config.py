"""`zhixun check`, `zhixun config publish` and `zhixun config schema`."""

from __future__ import annotations

import json
import os
import sys

import typer

from crawler.i18n import tr
from jobs import clock
from jobs.cli.console import Cli, err, fail, out
from jobs.config.load import examples, schema, warnings
from jobs.services import publication
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


@app.command("publish")
def publish(context: typer.Context) -> None:
    """Let all workers on a PostgreSQL follow this file from now on."""
    cli: Cli = context.obj
    with cli.archive(new=True) as db:
        if not db.shared:
            fail(tr("an SQLite database has one program, which reads its file itself; several need PostgreSQL"), 1)
            raise typer.Exit(1)
        made = publication.publish(db, cli.path, os.environ, clock.now())
    out.print(tr("version {version}, published {at:%Y-%m-%d %H:%M} UTC", version=made.version, at=made.at), highlight=False)


@app.command("schema")
def print_schema() -> None:
    """JSON Schema of the configuration file, for editors."""
    sys.stdout.write(json.dumps(schema(), ensure_ascii=False, indent=2) + "\n")
