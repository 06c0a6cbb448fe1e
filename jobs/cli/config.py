"""`zhixun check`, `zhixun config publish` and `zhixun config schema`."""

from __future__ import annotations

import json
import os
import sys

import typer

from crawler.i18n import tr
from jobs import clock
from jobs.cli.console import Cli, err, fail, out
from jobs.config.load import placed_examples, schema, warnings
from jobs.services import publication


def check(context: typer.Context) -> None:
    """Validate the configuration, the rules with their examples, the channels. Sends nothing."""
    cli: Cli = context.obj
    config = cli.config()
    for warning in warnings(config):
        err.print(f"warning: {warning}", style="yellow", markup=False, highlight=False)
    failures = placed_examples(config)
    for failure in failures:
        fail(failure, 3)
    if failures:
        raise typer.Exit(3)
    active = sum(source.enabled for source in config.sources)
    out.print(
        f"{cli.path}: all well. {active} sources, {len(config.rules)} rules, {len(config.channels)} channels.", markup=False
    )
    out.print(f"database: {config.shown_database}", markup=False, highlight=False)


def publish(context: typer.Context) -> None:
    """Let all workers on a PostgreSQL follow this file from now on."""
    cli: Cli = context.obj
    with cli.archive(new=True) as db:
        if not db.shared:
            fail(tr("an SQLite database has one program, which reads its file itself; several need PostgreSQL"), 1)
            raise typer.Exit(1)
        made = publication.publish(db, cli.path, os.environ, clock.now())
    out.print(tr("version {version}, published {at:%Y-%m-%d %H:%M} UTC", version=made.version, at=made.at), highlight=False)


def print_schema() -> None:
    """JSON Schema of the configuration file, for editors."""
    sys.stdout.write(json.dumps(schema(), ensure_ascii=False, indent=2) + "\n")
