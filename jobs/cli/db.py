"""`zhixun db …`: migrations, online copy, upkeep."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from crawler.i18n import tr
from jobs import clock
from jobs.cli.console import Cli, bar, fail, out
from jobs.services.archive import backfill, move
from storage.archive import derived, indexed
from storage.db.database import Database, open_database


def upgrade(cli: Cli) -> None:
    """Bring the schema to this version, and give old records what it keeps beside them. A daemon may run meanwhile."""
    with cli.archive(new=True) as db, bar() as shown:
        backfill.settle(db, cli.config().zone)
        _fill(db, shown)
        out.print(tr("{name}: schema is up to date", name=db.name))


def _fill(db: Database, shown: Progress) -> None:
    line = shown.add_task(tr("records"), total=db.read(indexed.left))
    if done := backfill.whole(db, clock.now(), partial(shown.advance, line)):
        out.print(tr("{n} records put into the index", n=done))


def backup(cli: Cli, to: Annotated[Path | None, typer.Argument(help="The file to write.")] = None) -> None:
    """Copy the database while it is in use."""
    with closing(open_database(cli.config().database)) as db:
        target = to or Path(f"zhixun-{clock.now():%Y%m%d-%H%M%S}{'.db' if db.path else '.dump'}")
        db.backup(target)
    out.print(tr("copied to {file} ({size} bytes)", file=target, size=f"{target.stat().st_size:,}"))


def move_database(
    cli: Cli, to: Annotated[str, typer.Argument(metavar="ADDRESS", help="Of an empty database, as under `database:`.")]
) -> None:
    """Copy all there is to another database, SQLite to PostgreSQL or back. Stop the daemon first; the old one stays as it is."""
    with cli.archive() as db, bar() as shown:
        line = shown.add_task("", total=None)
        rows = move.across(db, to, cli.config().zone, clock.now(), lambda name: shown.update(line, description=name))
    with closing(open_database(to)) as new, bar() as shown:
        _fill(new, shown)
        out.print(tr("{rows} rows moved to {name}; now write its address under `database:`", rows=rows, name=new.name))


def check(
    cli: Cli, rebuild: Annotated[bool, typer.Option("--rebuild", help="Make the index and the mentions anew.")] = False
) -> None:
    """Look for damage, and whether index, mentions and records agree. The daemon may run meanwhile."""
    with cli.archive() as db, bar() as shown:
        db.check()
        if rebuild:
            db.write_now(lambda s: derived.restart(s, cli.config().zone.key))
            _fill(db, shown)
        for difference in db.read(derived.check):
            told = tr("{name}: {difference}; `zhixun db check --rebuild` makes it anew", name=db.name, difference=difference)
            raise typer.Exit(fail(told, 1))
        out.print(tr("{name}: sound", name=db.name))


def vacuum(cli: Cli) -> None:
    """Check the database, write old rows as short as new ones, and give unused space back."""
    with cli.archive() as db:
        db.check()
        backfill.vacuum(db, clock.now())
    out.print(tr("checked, and space given back"))


def export_all(
    cli: Cli, to: Annotated[Path, typer.Argument(help="The file to write; compressed where it ends with .gz.")]
) -> None:
    """Everything as one file, alerts and what is still to be sent among it, for `db import` into SQLite or PostgreSQL. The daemon must rest."""
    with cli.archive() as db:
        rows = move.export(db, to, clock.now())
    out.print(tr("{n} rows written to {file}", n=rows, file=to))


def import_all(cli: Cli, file: Annotated[Path, typer.Argument(help="What `db export` wrote.")]) -> None:
    """Take an export over into the configured database, which must be new. What was delivered stays so, what waits is sent once."""
    move.must_open(file)
    with cli.archive(new=True) as db, bar() as shown:
        rows = move.load(db, file, cli.config().zone, clock.now())
        out.print(tr("{n} rows read from {file}", n=rows, file=file))
        _fill(db, shown)
