"""`zhixun sources test`."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from crawler.i18n import tr
from crawler.record import Found, Record
from jobs import clock
from jobs.cli.console import Cli, Json, asked, fail, local, out, show, table
from jobs.config.load import Config
from jobs.services.sourcing import try_source as trying


def try_source(
    cli: Cli,
    name: Annotated[str, typer.Argument(help="The source's name.")],
    as_json: Json = False,
    read: Annotated[int, typer.Option(help="How many of the articles to read as well.", min=0)] = 1,
) -> None:
    """Poll one source now and show what would be found and read. Stores nothing."""
    config = cli.config()
    with asked():
        tried = asyncio.run(trying.try_source(config, name, 0 if as_json else read, clock.now()))
    if tried.found is None:
        raise typer.Exit(fail(f"{name}: {tried.trouble}", 1))
    _print_links(tried.found, tried.url, config, as_json)
    for one in tried.read:
        if one.record is None:
            fail(f"{one.link.url}: {one.trouble}", 1)
        else:
            _print_record(one.record, config)
    raise typer.Exit(1 if any(one.record is None for one in tried.read) else 0)


def _print_links(found: Found, url: str, config: Config, as_json: bool) -> None:
    if not as_json:
        counts = {"n": len(found.links), "more": len(found.more)}
        out.print(tr("{url}: {kind}, {n} links, {more} further lists", url=url, kind=found.kind, **counts))
    links = found.links if as_json else found.links[:20]
    rows = [{"published": link.published, "title": link.title, "url": link.url} for link in links]
    show(rows, {"published": "published", "title": "title", "url": "link"}, as_json, tr("no links"), config.zone)


def _print_record(record: Record, config: Config) -> None:
    rows = [
        (tr("title"), record.title),
        (tr("published"), local(record.published, config.zone)),
        (tr("text"), tr("{n} characters: {text}…", n=len(record.text), text=record.text[:80])),
        (tr("keywords"), "、".join(record.keywords)),
        (tr("technologies"), "、".join(record.ai_technologies)),
        (tr("industries"), "、".join(record.industries)),
        (tr("events"), "；".join(event.headline for event in record.events)),
    ]
    table(("field", "value"), rows)
