"""`zhixun sources import|export`: lists of sources from other programs, and for them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from crawler.i18n import tr
from crawler.retold import system_fault
from jobs import clock
from jobs.cli.adding import write_entries
from jobs.cli.console import Cli, err, fail, out
from jobs.formats import opml
from jobs.formats.opml import OpmlError
from jobs.services.sourcing import sources as adding


def import_sources(cli: Cli, file: Annotated[Path, typer.Argument(help="An OPML file of a feed reader.")]) -> None:
    """Write the feeds of an OPML file into the configuration; its folders become tags. What is there already is left out."""
    config = cli.config()
    try:
        listed = opml.read(file.read_bytes())
    except OSError as error:
        raise typer.BadParameter(tr("{path} cannot be read: {why}", path=file, why=system_fault(error))) from None
    except OpmlError as error:
        raise typer.Exit(fail(f"{file}: {error}", 1)) from None
    fresh = adding.entries_of(listed.outlines, config)
    if fresh:
        write_entries(cli, config, fresh)
    for why in (*listed.left_out, *listed.merged, *adding.not_taken(listed.outlines, config)):
        fail(f"{file}: {why}", 0)
    known = len(listed.outlines) - len(fresh)
    more = tr(", {n} lines left out or broken", n=len(listed.left_out)) if listed.left_out else ""
    out.print(tr("{n} sources imported, {known} already there{more}", n=len(fresh), known=known, more=more))


def export_sources(
    cli: Cli,
    form: Annotated[Literal["opml"], typer.Option("--format", "-f", help="What to write.")] = "opml",  # noqa: ARG001 - one so far
) -> None:
    """The configured sources as OPML, to standard output. Those that hold a secret are left out."""
    outlines, secret = adding.outlines_of(cli.config())
    for name in secret:
        err.print(tr("{name}: left out, it holds a secret", name=name))
    sys.stdout.buffer.write(opml.write(outlines, "Zhixun", clock.now()))
