"""`zhixun sources catalogue`, and `zhixun catalogue check`: which sources Zhixun knows, and whether each still answers."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from crawler.i18n import tr
from crawler.retold import system_fault
from jobs import clock
from jobs.cli.console import Cli, Json, Wide, asked, err, fail, say, show, table, write_json
from jobs.services.first_hour import catalogue_check
from jobs.services.first_hour.catalogue_check import WELL, Seen
from jobs.services.lookup import named
from jobs.services.sourcing import catalogue


def show_catalogue(
    cli: Cli,
    language: Annotated[str | None, typer.Option("--language", help="zh or en.")] = None,
    tag: Annotated[str | None, typer.Option("--tag", help="Only this group, such as 公司.")] = None,
    as_json: Json = False,
    wide: Wide = False,
) -> None:
    """Real sources that are known to Zhixun. `sources add NAME` takes one."""
    watched = {row.name for row in cli.config_or_defaults().sources}
    known = catalogue.catalogue().values()
    chosen = [each for each in known if language in (None, each.language) and (tag is None or tag in each.tags)]
    some = any(each.name in watched for each in chosen)
    names = ("name", "title", "language", *(("watched",) if some else ()), *(("kind", "tags", "note") if wide else ()))
    rows, none = (_listed_row(each, watched, as_json) for each in chosen), tr("nothing of the catalogue is like that")
    show(rows, {key: key for key in names}, as_json, none)
    if chosen and not as_json:
        err.print(tr("`zhixun sources add NAME` takes one, `zhixun sources add ADDRESS` any other"))


def _listed_row(each: catalogue.Listed, watched: set[str], as_json: bool) -> dict[str, Any]:
    row: dict[str, Any] = {
        "name": each.name, "title": each.title, "language": each.language, "kind": each.entry["kind"], "tags": each.tags,
        "watched": each.name in watched, "note": each.note,
    }  # fmt: skip
    if as_json:
        seen = {"default": each.default, "needs_js": each.needs_js, "seen": each.seen}
        return row | {"url": each.entry["url"], **seen, "entry": dict(each.entry)}
    said = tr(each.note)
    note = tr("needs a browser. {note}", note=said) if each.needs_js else said
    return row | {"tags": "、".join(each.tags), "watched": tr("yes") if each.name in watched else "", "note": note}


def _tell(seen: Seen) -> None:
    """A check takes its time: say how far it is."""
    if err.is_terminal:
        err.print(f"{tr(seen.state)} {seen.name}", style="dim")


def check(
    cli: Cli,
    names: Annotated[list[str] | None, typer.Argument(help="Only these entries; without a name all.")] = None,
    write: Annotated[bool, typer.Option("--write", help="Write into the catalogue when and how each was seen.")] = False,
    report: Annotated[Path | None, typer.Option("--report", help="A folder for catalogue.md and catalogue.json.")] = None,
    file: Annotated[Path | None, typer.Option("--file", help="Another catalogue than the one that is shipped.")] = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Ask each source of the catalogue once, politely: which answer, have moved, are stale, empty, blocked or gone."""
    path, now = file or catalogue.file(), clock.now()
    try:
        known = catalogue.read(path.read_text("utf-8"))
    except OSError as error:
        raise typer.BadParameter(tr("The file {file} cannot be read: {why}", file=path, why=system_fault(error))) from None
    with asked():
        entries = [named("entry", name, known.values()) for name in names or known]
    seen = asyncio.run(catalogue_check.check(entries, cli.config_or_defaults(), now, _tell))
    if as_json:
        write_json(one.row() for one in seen)
    else:
        ordered = sorted(seen, key=lambda one: one.state not in WELL)
        rows = [(one.name, tr(one.state), one.kind, one.links or None, one.newest, one.to or one.detail) for one in ordered]
        table(("name", "state", "kind", "links", "newest", "what was said"), rows)
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
