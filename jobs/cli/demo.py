"""`zhixun demo`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from crawler.i18n import tr
from crawler.retold import system_fault
from jobs.cli.console import out
from jobs.cli.live import open_when_up
from jobs.demo import run as newsroom_demo


def demo(
    pace: Annotated[float, typer.Option(help="Seconds between two articles.")] = newsroom_demo.PACE,
    keep: Annotated[Path | None, typer.Option(help="A new folder for its configuration and database, to go on with.")] = None,
    open_page: Annotated[
        bool, typer.Option("--open", help="Open the page in a browser; it stays until Enter is pressed.")
    ] = False,
) -> None:
    """A small newsroom on this machine, published article by article and watched by the real daemon."""
    if keep is not None:
        try:
            keep.mkdir(parents=True)
        except OSError as error:
            wrong = tr("{folder} cannot be made: {why}; name a new folder", folder=keep, why=system_fault(error))
            raise typer.BadParameter(wrong) from None
        keep = keep.resolve()
    raise typer.Exit(asyncio.run(newsroom_demo.run(out, pace, keep, open_when_up if open_page else None)))
