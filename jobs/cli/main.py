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
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from crawler.errors import ZhixunError
from crawler.i18n import Language, speak, tr
from jobs import log
from jobs.app import App
from jobs.cli import (
    alerts,
    channels,
    config,
    db,
    doctor,
    health,
    language,
    live,
    parse,
    records,
    rules,
    sources,
    stories,
)
from jobs.cli.console import Cli, err, fail, out
from jobs.cli.first_hour import catalogue, init, migrate
from jobs.config.load import ConfigError
from jobs.config.times import show_first_poll
from jobs.daemon import Daemon, run_once
from jobs.demo import run as newsroom_demo
from storage.db.errors import StorageError
from storage.rules.parser import QueryError

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Zhixun (智讯): watches AI-industry news in Chinese and English, writes structured records, and alerts once.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(sources.app, name="sources")
app.add_typer(catalogue.app, name="catalogue")
app.add_typer(records.app, name="records")
app.add_typer(rules.app, name="rules")
app.add_typer(alerts.app, name="alerts")
app.add_typer(stories.app, name="stories")
app.add_typer(channels.app, name="channels")
app.add_typer(config.app, name="config")
app.add_typer(db.app, name="db")
app.command("check")(config.check)
app.command("parse")(parse.parse)
app.command("status")(health.status)
app.command("doctor")(doctor.doctor)
app.command("healthcheck")(health.healthcheck)
app.command("init", help=tr(init.init.__doc__ or ""))(init.init)
app.command("migrate", help=tr(migrate.migrate.__doc__ or ""))(migrate.migrate)


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
    open_page: Annotated[bool, typer.Option("--open", help=tr("Open the page in a browser."))] = False,
) -> None:
    """Watch the sources: the daemon, in the foreground."""
    cli: Cli = context.obj
    given = context.find_root().params
    built = App(cli.config())
    if open_page and (page := live.page_of(built.config)) and not once:
        live.open_when_up(page)
    elif open_page:
        err.print(
            tr("No page is served to be opened: `run` serves it where `web` of the configuration names an address."), markup=False
        )
    shown = nullcontext() if given["verbose"] else live.block(built, err, quiet=given["log_file"] is None)
    if not once:
        with shown:
            asyncio.run(Daemon(built, cli.path).run())
        return
    with shown:
        sent = asyncio.run(run_once(built))
    raise typer.Exit(1 if _sum_up(built, sent) else 0)


def _sum_up(built: App, sent: Mapping[str, int]) -> int:
    """Say what one round brought; how many polls, articles and deliveries failed."""
    counts = built.pipeline.counts
    err.print(
        f"sources {counts['polls']} polled, {counts['failed polls']} failed · articles {counts['new'] + counts['reprint']} new "
        f"({counts['reprint']} reprints), {counts['same'] + counts['changed']} known, {counts['failed articles']} failed · "
        f"alerts {counts['alerts']} raised; deliveries {sent['sent']} sent, {sent['pending']} waiting ({sent['refused']} refused so far), {sent['dead']} dead",
        highlight=False,
    )
    if silent := counts["too old"] + counts["beyond first poll"]:
        bound = show_first_poll(built.config.alerts.first_poll)
        err.print(tr("kept silently: {n} matches older than max_age, undated, or beyond a first poll's {bound}", n=silent, bound=bound), highlight=False)  # fmt: skip
    return counts["failed polls"] + sent["refused"] + sent["dead"]


@app.command()
def demo(
    pace: Annotated[float, typer.Option(help="Seconds between two articles.")] = newsroom_demo.PACE,
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
