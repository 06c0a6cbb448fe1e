"""`zhixun web`: the pages of an archive."""

from __future__ import annotations

from jobs import clock, serve
from jobs.cli.console import Cli, out


def web(cli: Cli) -> None:
    """Serve the pages of an archive without watching the sources, at the address of the key `web`."""
    config = cli.config()
    with cli.archive() as db:
        serve.alone(db, config, cli.path, clock.now, out.print)
