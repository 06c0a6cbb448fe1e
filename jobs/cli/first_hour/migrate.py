"""`zhixun migrate SYSTEM FILE…`: sources and rules out of the files of another system."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from crawler.i18n import tr
from crawler.retold import system_fault
from jobs.cli.console import Cli, Json, asked, fail, say, write_json
from jobs.config.load import Config
from jobs.migrate.moved import Remark
from jobs.services.configuration import Conflict, Refused
from jobs.services.first_hour import migrate as moving
from jobs.services.first_hour.migrate import Plan
from jobs.services.lookup import named

System = Literal["trendradar", "miniflux", "freshrss", "urlwatch", "changedetection"]


def migrate(
    cli: Cli,
    system: Annotated[System, typer.Argument(help="The system whose files these are.")],
    files: Annotated[list[Path], typer.Argument(help="Its files, several together: docs/migration.md says which.")],
    channels: Annotated[list[str] | None, typer.Option("--channel", help="A channel that the rules alert; may be repeated. Without it those that come along.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing; show what would be written.")] = False,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Bring sources and rules of another system into the configuration. What cannot come is listed by line; then the exit code is 1."""
    config = cli.config() if cli.path.exists() else Config()
    with asked():
        told = [named("channel", name, config.channels).name for name in channels or ()]
    try:
        decided = moving.plan(moving.of_one_system(system, files), config, told)
    except OSError as error:
        wrong = tr("The file {file} cannot be read: {why}", file=error.filename or "", why=system_fault(error))
        raise typer.BadParameter(wrong) from None
    answer = moving.write(cli.path, decided, os.environ, dry=dry_run)
    if isinstance(answer, Conflict):
        raise typer.Exit(fail(tr("{path} was changed by somebody else meanwhile; run this again.", path=cli.path), 1))
    if as_json:
        write_json(moving.lines(decided.remarks))
    else:
        _print(decided.remarks)
    if isinstance(answer, Refused) and decided.edits:
        raise typer.Exit(fail(answer.reason, 3 if answer.mistakes else 1))
    if dry_run and not as_json and not isinstance(answer, Refused):
        say("\n".join(answer.difference))
    if not as_json:
        _sum_up(cli.path, decided, dry_run)
    raise typer.Exit(1 if decided.lost else 0)


def _print(remarks: Sequence[Remark]) -> None:
    for remark in remarks:
        mark = tr("left out") if remark.lost else tr("differs")
        say(f"{mark}  {remark.place}: {f'{remark.what}: ' if remark.what else ''}{remark.why}")


def _sum_up(path: Path, decided: Plan, dry: bool) -> None:
    counts = {"sources": len(decided.sources), "rules": len(decided.rules), "channels": len(decided.channels)}
    wrote = tr("Would come to {path}: sources {sources}, rules {rules}, channels {channels}.", path=path, **counts)
    if not dry:
        wrote = tr("Came to {path}: sources {sources}, rules {rules}, channels {channels}.", path=path, **counts)
    say(wrote + " " + tr("Left out: {lost}; differing: {differ}.", lost=decided.lost, differ=len(decided.remarks) - decided.lost))
    if decided.edits and not dry:
        say(tr("Next: `zhixun -c {path} check`, then `zhixun -c {path} run --once`.", path=path))
