"""`zhixun sources discover|add`: how a source is found and comes into the configuration."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import typer

from crawler.discover.scoring import Judged
from crawler.i18n import tr
from crawler.url import is_web
from jobs import clock
from jobs.cli.console import Cli, Json, asked, err, fail, local, out, write_json
from jobs.config.load import Config
from jobs.safe_text import escaped
from jobs.services.configuration import Conflict, Refused
from jobs.services.sourcing import discover
from jobs.services.sourcing import sources as adding
from jobs.services.sourcing.catalogue import catalogue

SHOWN_TITLES = 3


def _tell(url: str) -> None:
    """A search keeps the pace of the configuration, and takes its time: say what it waits for."""
    if err.is_terminal:
        err.print(tr("asking {url}", url=url), style="dim")


def _address(text: str) -> str:
    """``example.com`` is meant as an address."""
    url = text if "://" in text else f"https://{text}"
    if not is_web(url):
        raise typer.BadParameter(tr("{text!r} is no web address", text=text))
    return url


def discover_sources(cli: Cli, url: Annotated[str, typer.Argument(help="Any page of the site.")], as_json: Json = False) -> None:  # fmt: skip
    """Find what of a site could be watched: feeds, sitemaps, list pages, JSON; best first. Asks at most a dozen times."""
    config = cli.config_or_defaults()
    found = asyncio.run(adding.discover(config, _address(url), clock.now(), _tell))
    if found.trouble:
        fail(f"{found.asked}: {found.trouble}", 1)
    if as_json:
        write_json(map(_row, found.judged))
    else:
        _print(found.judged, config)
    if found.best is None:
        raise typer.Exit(fail(_nothing(found.asked), 1))
    if not as_json:
        out.print("\n" + tr("zhixun sources add {url}    takes the first", url=found.asked))


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
            out.print(indent + escaped(line))


def add_source(
    cli: Cli,
    what: Annotated[str, typer.Argument(help="An address, or a name of the catalogue.")],
    name: Annotated[str | None, typer.Option("--name", help="What to call it.")] = None,
    tags: Annotated[list[str] | None, typer.Option("--tag", help="A group it belongs to; may be repeated.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Take the best without asking.")] = False,
) -> None:
    """Write a source into the configuration. Comments and order stay; a running daemon watches it within seconds."""
    config = cli.config()
    with asked():
        entry = adding.listed(what, name)
    entry = adding.tagged(entry or _found(config, _address(what), name, yes), tags or ())
    write_entries(cli, config, [entry])
    if what in catalogue() and catalogue()[what].needs_js:
        err.print(tr("{name}: its list is drawn by scripts, which nothing here runs; expect no articles", name=entry["name"]))
    out.print(tr("added {name}: {kind} {url}", name=entry["name"], kind=entry["kind"], url=entry["url"]))


def write_entries(cli: Cli, config: Config, entries: Sequence[Mapping[str, Any]]) -> None:
    """Put them into the file, all or none; ends the command where that is refused."""
    answer = adding.add(cli.path, config, entries, os.environ)
    if isinstance(answer, Refused):
        raise typer.Exit(fail(answer.reason, 3 if answer.mistakes else 1))
    if isinstance(answer, Conflict):
        raise typer.Exit(fail(tr("{path} was changed meanwhile; try again", path=cli.path), 1))


def _nothing(url: str, trouble: str | None = None) -> str:
    """Why there is no source, and what to try instead."""
    advice = tr(
        "try the page that lists its news, or look for the site in `zhixun sources catalogue`; for a list that is not found by itself "
        "write the source by hand with kind: listing and links:, and render: list where scripts draw it (docs/configuration.md)"
    )
    why = f": {trouble}" if trouble else ""
    return tr("nothing at {url} can be watched as it is{why}; {advice}", url=url, why=why, advice=advice)


def _found(config: Config, url: str, name: str | None, yes: bool) -> dict[str, Any]:
    """The entry for what was discovered and chosen."""
    found = asyncio.run(adding.discover(config, url, clock.now(), _tell))
    if found.best is None:
        raise typer.Exit(fail(_nothing(url, found.trouble), 1))
    chosen = found.best if yes or not sys.stdin.isatty() else _choose(found.judged, config)
    entry = discover.entry_of(chosen)
    return {"name": name or discover.name_of(chosen, url, {row.name for row in config.sources}), **entry}


def _choose(judged: Sequence[Judged], config: Config) -> Judged:
    fit = [each for each in judged if each.score >= discover.USABLE]
    _print(fit, config)
    number: int = typer.prompt(tr("Which"), default=1, type=int)
    if not 1 <= number <= len(fit):
        raise typer.BadParameter(tr("there is no number {number}", number=number))
    return fit[number - 1]
