"""`zhixun catalogue check`: does each source of the catalogue still answer?"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from crawler.i18n import tr
from jobs import clock
from jobs.cli.console import Cli, Json, asked, err, fail, say, table, write_json
from jobs.services import catalogue
from jobs.services.first_hour import catalogue_check
from jobs.services.first_hour.catalogue_check import WELL, Seen
from jobs.services.lookup import named

app = typer.Typer(no_args_is_help=True, help=tr("The catalogue of sources that Zhixun knows."))


def _tell(seen: Seen) -> None:
    """A check takes its time: say how far it is."""
    if err.is_terminal:
        err.print(f"{seen.state} {seen.name}", style="dim", markup=False, highlight=False)


@app.command("check")
def check(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(help=tr("Only these entries; without a name all."))] = None,
    write: Annotated[bool, typer.Option("--write", help=tr("Write into the catalogue when and how each was seen."))] = False,
    report: Annotated[Path | None, typer.Option("--report", help=tr("A folder for catalogue.md and catalogue.json."))] = None,
    file: Annotated[Path | None, typer.Option("--file", help=tr("Another catalogue than the one that is shipped."))] = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Ask each source of the catalogue once, politely: which answer, have moved, are stale, empty, blocked or gone."""
    cli: Cli = context.obj
    path, now = file or catalogue.file(), clock.now()
    try:
        known = catalogue.read(path.read_text("utf-8"))
    except OSError as error:
        raise typer.BadParameter(tr("The file {file} cannot be read: {why}", file=path, why=error.strerror)) from None
    with asked():
        entries = [named("entry", name, known.values()) for name in names or known]
    seen = asyncio.run(catalogue_check.check(entries, cli.config_or_defaults(), now, _tell))
    if as_json:
        write_json(one.row() for one in seen)
    else:
        rows = [(one.name, one.state, one.kind, one.links or None, one.newest, one.to or one.detail) for one in seen]
        table(("name", "state", "kind", "links", "newest", "what was said"), sorted(rows, key=lambda row: row[1] not in WELL))
    if catalogue_check.cut_off(seen):
        raise typer.Exit(fail(tr("Nearly none can be reached: the network here is down, and nothing is written."), 1))
    _keep(path, seen, write, report)
    raise typer.Exit(0 if all(one.state in WELL for one in seen) else 1)


def _keep(path: Path, seen: list[Seen], write: bool, report: Path | None) -> None:
    try:
        if write:
            catalogue_check.write(path, seen)
            say(tr("{path}: {n} entries carry when and how they were seen.", path=path, n=len(seen)))
        if report:
            people, programs = catalogue_check.put_report(report, seen, clock.now())
            say(tr("The report stands in {people} and {programs}.", people=people, programs=programs))
    except (OSError, ValueError) as error:
        raise typer.Exit(fail(f"{path}: {error}", 1)) from None
