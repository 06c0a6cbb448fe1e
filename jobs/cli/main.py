"""The command line: `zhixun [-c FILE] VERB`.

Exit codes: 0 all well · 1 something failed · 2 usage · 3 configuration invalid. Logs and progress go to standard error.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import io
import logging
import os
import sys
import warnings
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from crawler.errors import ZhixunError
from crawler.i18n import Language, speak, tr
from jobs import clock, log, serve
from jobs.app import App
from jobs.cli import (
    alerts,
    channels,
    config,
    db,
    doctor,
    health,
    init,
    language,
    migrate,
    parse,
    records,
    rules,
    sources,
    stories,
    trends,
    users,
    verdicts,
)
from jobs.cli.console import Cli, fail, out
from jobs.config.load import ConfigError
from jobs.daemon import Daemon, run_once
from jobs.demo import run as newsroom_demo
from jobs.membership import ROLES
from storage.db.errors import StorageError
from storage.rules.parser import QueryError

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Zhixun (智讯): watches AI-industry news in Chinese and English, writes structured records, and alerts once.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(sources.app, name="sources")
app.add_typer(records.app, name="records")
app.add_typer(rules.app, name="rules")
app.add_typer(alerts.app, name="alerts")
app.add_typer(stories.app, name="stories")
app.add_typer(verdicts.app, name="verdicts")
app.add_typer(channels.app, name="channels")
app.add_typer(users.app, name="users")
app.add_typer(users.tokens, name="tokens")
app.add_typer(config.app, name="config")
app.add_typer(db.app, name="db")
app.add_typer(trends.app, name="trends")
app.command("check")(config.check)
app.command("parse")(parse.parse)
app.command("status")(health.status)
app.command("doctor")(doctor.doctor)
app.command("healthcheck")(health.healthcheck)
app.command("migrate", help=tr(migrate.migrate.__doc__ or ""))(migrate.migrate)
app.command("init", help=tr(init.init.__doc__ or ""))(init.init)


def _version(wanted: bool) -> None:
    if wanted:
        out.print(f"zhixun {importlib.metadata.version('zhixun')}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    config_file: Annotated[
        Path, typer.Option("--config", "-c", envvar="ZHIXUN_CONFIG", metavar="FILE", help="The configuration.")
    ] = Path("config.yaml"),
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log more.")] = False,
    log_file: Annotated[
        Path | None,
        typer.Option(
            "--log-file", envvar="ZHIXUN_LOG_FILE", metavar="FILE", help="Log there, five files of 10 MB, not to standard error."
        ),
    ] = None,
    _lang: Annotated[
        Language | None, typer.Option("--lang", help=tr("Answer in Chinese or in English (also ZHIXUN_LANG)."))
    ] = None,
    _v: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """Options that come before the verb."""
    level = "DEBUG" if verbose else os.environ.get("LOG_LEVEL", "INFO").upper()
    try:
        log.set_up(level, file=log_file)
    except OSError as error:
        raise typer.BadParameter(f"{log_file} cannot be written: {error.strerror}", param_hint="--log-file") from None
    context.obj = Cli(config_file)


@app.command()
def run(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Poll every source once, read, deliver, and exit.")] = False,
) -> None:
    """Watch the sources: the daemon, in the foreground."""
    cli: Cli = context.obj
    built = App(cli.config(), path=cli.path)
    if not once:
        asyncio.run(Daemon(built, cli.path).run())
        return
    failed = _run_once(built)
    raise typer.Exit(1 if failed else 0)


@app.command()
def worker(
    context: typer.Context,
    role: Annotated[
        str, typer.Option("--role", metavar="ROLES", help="What it does, of fetch,edit,deliver: one or several, with commas.")
    ] = ",".join(ROLES),
) -> None:
    """One of several programs on one PostgreSQL, on as many machines as wanted."""
    cli: Cli = context.obj
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


@app.command()
def web(context: typer.Context) -> None:
    """Serve the pages of an archive without watching the sources, at the address of the key `web`."""
    cli: Cli = context.obj
    config = cli.config()
    with cli.archive() as db:
        serve.alone(db, config, cli.path, clock.now, lambda address: out.print(address, highlight=False))


def _run_once(built: App) -> int:
    """Run once with a progress line on a terminal; how many polls, articles and deliveries failed."""
    console = Console(stderr=True, soft_wrap=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    if console.is_terminal:
        log.set_up("WARNING")
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


@app.command()
def demo(
    pace: Annotated[float, typer.Option(help="Seconds between two articles.")] = 2.5,
    keep: Annotated[Path | None, typer.Option(help="A new folder for its configuration and database, to go on with.")] = None,
) -> None:
    """A small newsroom on this machine, published article by article and watched by the real daemon."""
    if keep is not None:
        try:
            keep.mkdir(parents=True)
        except OSError as error:
            raise typer.BadParameter(f"{keep} cannot be made: {error.strerror}; name a new folder") from None
        keep = keep.resolve()
    raise typer.Exit(asyncio.run(newsroom_demo.run(out, pace, keep)))


def main() -> None:
    """Run the command line and turn what went wrong into a sentence and an exit code."""
    speak(language.chosen(sys.argv[1:], os.environ))
    warnings.simplefilter("ignore", DeprecationWarning)
    for stream in (sys.stdout, sys.stderr):  # a terminal that knows no Chinese gets escapes, not a traceback
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except ConfigError as error:
        sys.exit(fail(str(error), 3))
    except QueryError as error:
        sys.exit(fail(error.render(), 2))
    except (ZhixunError, StorageError) as error:
        logging.getLogger("cli").debug("failed", exc_info=True)
        sys.exit(fail(str(error), 1))
    except BrokenPipeError:  # `zhixun records list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)
