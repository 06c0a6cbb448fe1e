"""`zhixun run` and `zhixun worker`: the daemon, one round of its work, or one of several programs that share the work."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import nullcontext
from typing import Annotated

import typer

from crawler.i18n import tr
from jobs.app import App
from jobs.cli import live
from jobs.cli.console import Cli, err
from jobs.config.times import show_first_poll
from jobs.daemon import Daemon, run_once, take_no_hangup
from jobs.workers.membership import ROLES


def run(
    cli: Cli,
    once: Annotated[bool, typer.Option("--once", help="Poll every source once, read, deliver, and exit.")] = False,
    open_page: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
) -> None:
    """Watch the sources: the daemon, in the foreground."""
    if not once:
        take_no_hangup()
    built = App(cli.config(), path=cli.path)
    if open_page and (page := live.page_of(built.config)) and not once:
        live.open_when_up(page)
    elif open_page:
        err.print(tr("No page is served to be opened: `run` serves it where `web` of the configuration names an address."))
    shown = nullcontext() if cli.verbose else live.block(built, err, quiet=cli.log_file is None)
    if not once:
        with shown:
            asyncio.run(Daemon(built, cli.path).run())
        return
    with shown:
        sent = asyncio.run(run_once(built))
    raise typer.Exit(1 if _sum_up(built, sent) else 0)


def worker(
    cli: Cli,
    role: Annotated[
        str, typer.Option("--role", metavar="ROLES", help="What it does, of fetch,edit,deliver: one or several, with commas.")
    ] = ",".join(ROLES),
) -> None:
    """One of several programs on one PostgreSQL, on as many machines as wanted."""
    roles = tuple(part.strip() for part in role.split(",") if part.strip())
    if not roles or set(roles) - set(ROLES):
        wrong = tr("{roles} are no roles; there are {known}", roles=role, known=", ".join(ROLES))
        raise typer.BadParameter(wrong, param_hint="--role")
    take_no_hangup()
    built = App(cli.config(), tuple(part for part in ROLES if part in roles), cli.path)
    if not built.db.shared and set(roles) != set(ROLES):
        built.close()
        raise typer.BadParameter(
            tr("SQLite works with one program that has all roles; several need PostgreSQL"), param_hint="--role"
        )
    asyncio.run(Daemon(built, cli.path, pages=False).run())


def _sum_up(built: App, sent: Mapping[str, int]) -> int:
    """Say what one round brought; how many polls, articles and deliveries failed."""
    counts = built.pipeline.counts
    err.print(
        tr(
            "sources {polls} polled, {failed_polls} failed · articles {new} new ({reprints} reprints), {known} known, {failed} failed · "
            "alerts {alerts} raised; deliveries {sent} sent, {waiting} waiting ({refused} refused so far), {dead} dead",
            polls=counts["polls"], failed_polls=counts["failed polls"], new=counts["new"] + counts["reprint"], reprints=counts["reprint"],
            known=counts["same"] + counts["changed"], failed=counts["failed articles"], alerts=counts["alerts"], sent=sent["sent"],
            waiting=sent["pending"], refused=sent["refused"], dead=sent["dead"],
        ),
    )  # fmt: skip
    if silent := counts["too old"] + counts["beyond first poll"]:
        bound = show_first_poll(built.config.alerts.first_poll)
        err.print(tr("kept silently: {n} matches older than max_age, undated, or beyond a first poll's {bound}", n=silent, bound=bound))  # fmt: skip
    return counts["failed polls"] + sent["refused"] + sent["dead"]
