"""`zhixun run`: the daemon, or one round of its work."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from jobs import log
from jobs.app import App
from jobs.cli.console import Cli
from jobs.daemon import Daemon, run_once


def run(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Poll every source once, read, deliver, and exit.")] = False,
) -> None:
    """Watch the sources: the daemon, in the foreground."""
    cli: Cli = context.obj
    built = App(cli.config())
    if not once:
        asyncio.run(Daemon(built, cli.path).run())
        return
    failed = _run_once(built)
    raise typer.Exit(1 if failed else 0)


def _run_once(built: App) -> int:
    """Run once with a progress line on a terminal; how many polls, articles and deliveries failed."""
    console = Console(stderr=True, soft_wrap=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    if console.is_terminal:
        log.set_up("WARNING", zone=built.config.log_zone)
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        line = bar.add_task("starting")

        def progress(part: App, _started: datetime) -> None:
            bar.update(line, description=_progress_line(part))

        sent = asyncio.run(run_once(built, progress))
    counts = built.pipeline.counts
    console.print(
        f"sources {counts['polls']} polled, {counts['failed polls']} failed · articles {counts['new'] + counts['reprint']} new "
        f"({counts['reprint']} reprints), {counts['same'] + counts['changed']} known, {counts['failed articles']} failed · "
        f"alerts {counts['alerts']} raised; deliveries {sent['sent']} sent, {sent['pending']} waiting ({sent['refused']} refused so far), {sent['dead']} dead",
        highlight=False,
    )
    return counts["failed polls"] + sent["refused"] + sent["dead"]


def _progress_line(part: App) -> str:
    counts = part.pipeline.counts
    total = len(part.pipeline.watch.sources)
    return (
        f"sources {counts['polls'] + counts['failed polls']}/{total} · links {counts['links']} · "
        f"articles {counts['new'] + counts['reprint']} · alerts {counts['alerts']}"
    )
