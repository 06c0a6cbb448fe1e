"""`zhixun web`: the pages of an archive."""

from __future__ import annotations

import typer

from jobs import clock, serve
from jobs.cli.console import Cli, out


def web(context: typer.Context) -> None:
    """Serve the pages of an archive without watching the sources, at the address of the key `web`."""
    cli: Cli = context.obj
    config = cli.config()
    with cli.archive() as db:
        serve.alone(db, config, cli.path, clock.now, lambda address: out.print(address, highlight=False))
