"""`zhixun worker`: one of several programs that share the work."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from crawler.i18n import tr
from jobs.app import App
from jobs.cli.console import Cli
from jobs.daemon import Daemon
from jobs.workers.membership import ROLES


def worker(
    cli: Cli,
    role: Annotated[
        str, typer.Option("--role", metavar="ROLES", help="What it does, of fetch,edit,deliver: one or several, with commas.")
    ] = ",".join(ROLES),
) -> None:
    """One of several programs on one PostgreSQL, on as many machines as wanted."""
    roles = tuple(part.strip() for part in role.split(",") if part.strip())
    if not roles or set(roles) - set(ROLES):
        raise typer.BadParameter(
            tr("{roles} are no roles; there are {known}", roles=role, known=", ".join(ROLES)), param_hint="--role"
        )
    built = App(cli.config(), tuple(part for part in ROLES if part in roles), cli.path)
    if not built.db.shared and set(roles) != set(ROLES):
        built.close()
        raise typer.BadParameter(
            tr("SQLite works with one program that has all roles; several need PostgreSQL"), param_hint="--role"
        )
    asyncio.run(Daemon(built, cli.path, pages=False).run())
