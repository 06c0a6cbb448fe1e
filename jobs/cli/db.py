"""`zhixun db …`: migrations, online copy, upkeep."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from jobs import clock
from jobs.cli.console import Cli, out
from storage.db.database import open_database

app = typer.Typer(no_args_is_help=True, help="The database: migrations, copy, upkeep.")


@app.command()
def upgrade(context: typer.Context) -> None:
    """Bring the schema to this version."""
    cli: Cli = context.obj
    with cli.archive(new=True) as db:
        out.print(f"{db.name}: schema is up to date", markup=False)


@app.command()
def backup(context: typer.Context, to: Annotated[Path | None, typer.Argument(help="The file to write.")] = None) -> None:
    """Copy the database while it is in use."""
    cli: Cli = context.obj
    with closing(open_database(cli.config().database)) as db:
        target = to or Path(f"zhixun-{clock.now():%Y%m%d-%H%M%S}{'.db' if db.path else '.dump'}")
        db.backup(target)
    out.print(f"copied to {target} ({target.stat().st_size:,} bytes)", markup=False)


@app.command()
def check(context: typer.Context) -> None:
    """Look for damage. The daemon may run meanwhile."""
    cli: Cli = context.obj
    with closing(open_database(cli.config().database)) as db:
        db.check()
        out.print(f"{db.name}: sound", markup=False)


@app.command()
def vacuum(context: typer.Context) -> None:
    """Check the database and give unused space back."""
    cli: Cli = context.obj
    with closing(open_database(cli.config().database)) as db:
        db.check()
        db.vacuum()
    out.print("checked, and space given back")
