"""`zhixun config publish`: one configuration for all workers."""

from __future__ import annotations

import os

import typer

from crawler.i18n import tr
from jobs import clock
from jobs.cli.console import Cli, fail, out
from jobs.services import publication


def publish(cli: Cli) -> None:
    """Let all workers on a PostgreSQL follow this file from now on."""
    with cli.archive(new=True) as db:
        if not db.shared:
            raise typer.Exit(
                fail(tr("an SQLite database has one program, which reads its file itself; several need PostgreSQL"), 1)
            )
        made = publication.publish(db, cli.path, os.environ, clock.now())
    out.print(tr("version {version}, published {at:%Y-%m-%d %H:%M} UTC", version=made.version, at=made.at))
