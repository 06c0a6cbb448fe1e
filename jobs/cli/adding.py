"""`zhixun sources discover|add|catalogue|import|export`: how sources come into the configuration, and leave it for other programs."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from crawler.discover.scoring import Judged
from crawler.url import is_web
from jobs import clock
from jobs.cli.console import Cli, Json, err, fail, local, out, show, write_json
from jobs.config.load import Config
from jobs.formats import opml
from jobs.formats.opml import OpmlError
from jobs.safe_text import escaped
from jobs.services import discover
from jobs.services import sources as adding
from jobs.services.catalogue import Listed, catalogue
from jobs.services.configuration import Conflict, Refused

SHOWN_TITLES = 3


class Exchange(StrEnum):
    """What other programs read."""

    opml = "opml"


def _tell(url: str) -> None:
    """A search keeps the pace of the configuration, and takes its time: say what it waits for."""
    if err.is_terminal:
        err.print(f"asking {url}", style="dim", markup=False, highlight=False)


def _address(text: str) -> str:
    """``example.com`` is meant as an address."""
    url = text if "://" in text else f"https://{text}"
    if not is_web(url):
        raise typer.BadParameter(f"{text!r} is no web address")
    return url


def discover_sources(context: typer.Context, url: Annotated[str, typer.Argument(help="Any page of the site.")], as_json: Json = False) -> None:  # fmt: skip
    """Find what of a site could be watched: feeds, sitemaps, list pages, JSON; best first. Asks at most a dozen times."""
    cli: Cli = context.obj
    config = cli.config_or_defaults()
    found = asyncio.run(adding.discover(config, _address(url), clock.now(), _tell))
    if found.trouble:
        fail(f"{found.asked}: {found.trouble}", 1)
    if as_json:
        write_json(map(_row, found.judged))
    else:
        _print(found.judged, config)
    if found.best is None:
        raise typer.Exit(fail(f"nothing at {found.asked} can be watched as it is", 1))
    if not as_json:
        out.print(f"\nzhixun sources add {found.asked}    takes the first", markup=False)


def _row(each: Judged) -> dict[str, Any]:
    return {
        "url": each.candidate.url, "kind": each.kind, "score": each.score, "why": each.candidate.why, "state": each.reason,
        "newest": each.newest, "articles": each.count, "titles": each.titles, "entry": discover.entry_of(each),
    }  # fmt: skip


def _print(judged: Iterable[Judged], config: Config) -> None:
    """A few lines each; all of it may be a stranger's words."""
    for number, each in enumerate(judged, 1):
        newest = local(each.newest, config.zone)
        lines = [
            f"{number:2}  {each.score:.2f}  {each.kind:8} {each.candidate.url}",
            f"{each.candidate.why}: {each.reason}" + (f" ({newest})" if newest else ""),
            *(f"{key}: {value}" for key, value in each.candidate.options.items()),
            *(f"· {title}" for title in each.titles[:SHOWN_TITLES]),
        ]
        for indent, line in zip(("", *[" " * 10] * len(lines)), lines, strict=False):
            out.print(indent + escaped(line), markup=False, highlight=False)


def add_source(
    context: typer.Context,
    what: Annotated[str, typer.Argument(help="An address, or a name of the catalogue.")],
    name: Annotated[str | None, typer.Option("--name", help="What to call it.")] = None,
    tags: Annotated[list[str] | None, typer.Option("--tag", help="A group it belongs to; may be repeated.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Take the best without asking.")] = False,
) -> None:
    """Write a source into the configuration. Comments and order stay; a running daemon watches it within seconds."""
    cli: Cli = context.obj
    config = cli.config()
    entry = adding.tagged(adding.listed(what, name) or _found(config, _address(what), name, yes), tags or ())
    _write(cli, config, [entry])
    if what in catalogue() and catalogue()[what].needs_js:
        err.print(f"{entry['name']}: its list is drawn by scripts, which nothing here runs; expect no articles", markup=False)
    out.print(f"added {entry['name']}: {entry['kind']} {entry['url']}", markup=False)


def _write(cli: Cli, config: Config, entries: Sequence[Mapping[str, Any]]) -> None:
    answer = adding.add(cli.path, config, entries, os.environ)
    if isinstance(answer, Refused):
        raise typer.Exit(fail(answer.reason, 3 if answer.mistakes else 1))
    if isinstance(answer, Conflict):
        raise typer.Exit(fail(f"{cli.path} was changed meanwhile; try again", 1))


def _found(config: Config, url: str, name: str | None, yes: bool) -> dict[str, Any]:
    """The entry for what was discovered and chosen."""
    found = asyncio.run(adding.discover(config, url, clock.now(), _tell))
    if found.best is None:
        trouble = f": {found.trouble}" if found.trouble else ""
        raise typer.Exit(
            fail(f"nothing at {url} can be watched as it is{trouble}; `zhixun sources discover` shows what was tried", 1)
        )
    chosen = found.best if yes or not sys.stdin.isatty() else _choose(found.judged, config)
    entry = discover.entry_of(chosen)
    return {"name": name or discover.name_for(url, {row.name for row in config.sources}), **entry}


def _choose(judged: Sequence[Judged], config: Config) -> Judged:
    fit = [each for each in judged if each.score >= discover.USABLE]
    _print(fit, config)
    number: int = typer.prompt("Which", default=1, type=int)
    if not 1 <= number <= len(fit):
        raise typer.BadParameter(f"there is no number {number}")
    return fit[number - 1]


def show_catalogue(
    context: typer.Context,
    language: Annotated[str | None, typer.Option("--language", help="zh or en.")] = None,
    tag: Annotated[str | None, typer.Option("--tag", help="Only this group, such as 公司.")] = None,
    as_json: Json = False,
) -> None:
    """Real sources that are known to Zhixun. `sources add NAME` takes one."""
    cli: Cli = context.obj
    watched = {row.name for row in cli.config_or_defaults().sources}
    chosen = [each for each in catalogue().values() if language in (None, each.language) and (tag is None or tag in each.tags)]
    columns = {key: key for key in ("name", "title", "language", "kind", "tags", "watched", "note")}
    show((_listed_row(each, watched, as_json) for each in chosen), columns, as_json)


def _listed_row(each: Listed, watched: set[str], as_json: bool) -> dict[str, Any]:
    row: dict[str, Any] = {
        "name": each.name, "title": each.title, "language": each.language, "kind": each.entry["kind"], "tags": each.tags,
        "watched": each.name in watched, "note": each.note,
    }  # fmt: skip
    if as_json:
        return row | {"url": each.entry["url"], "default": each.default, "needs_js": each.needs_js, "entry": dict(each.entry)}
    note = f"needs a browser. {each.note}" if each.needs_js else each.note
    return row | {"tags": "、".join(each.tags), "watched": "yes" if each.name in watched else "", "note": note}


def import_sources(context: typer.Context, file: Annotated[Path, typer.Argument(help="An OPML file of a feed reader.")]) -> None:
    """Write the feeds of an OPML file into the configuration; its folders become tags. What is there already is left out."""
    cli: Cli = context.obj
    config = cli.config()
    try:
        listed = opml.read(file.read_bytes())
    except OSError as error:
        raise typer.BadParameter(f"{file} cannot be read: {error.strerror}") from None
    except OpmlError as error:
        raise typer.Exit(fail(f"{file}: {error}", 1)) from None
    fresh = adding.entries_of(listed.outlines, config)
    if fresh:
        _write(cli, config, fresh)
    for why in (*listed.left_out, *listed.merged, *adding.not_taken(listed.outlines, config)):
        fail(f"{file}: {why}", 0)
    known = len(listed.outlines) - len(fresh)
    more = f", {len(listed.left_out)} lines left out or broken" if listed.left_out else ""
    out.print(f"{len(fresh)} sources imported, {known} already there{more}", markup=False)


def export_sources(
    context: typer.Context,
    form: Annotated[Exchange, typer.Option("--format", "-f", help="What to write.")] = Exchange.opml,  # noqa: ARG001 - one so far
) -> None:
    """The configured sources as OPML, to standard output. Those that hold a secret are left out."""
    cli: Cli = context.obj
    outlines, secret = adding.outlines_of(cli.config())
    for name in secret:
        err.print(f"{name}: left out, it holds a secret", markup=False)
    sys.stdout.buffer.write(opml.write(outlines, "Zhixun", clock.now()))


def register(app: typer.Typer) -> None:
    """Give these commands their names."""
    commands: Mapping[str, Any] = {
        "discover": discover_sources,
        "add": add_source,
        "catalogue": show_catalogue,
        "import": import_sources,
        "export": export_sources,
    }
    for verb, command in commands.items():
        app.command(verb)(command)
