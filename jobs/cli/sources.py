"""`zhixun sources test`."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from crawler.errors import ReadError, SpiderError
from crawler.record import Found, Page
from crawler.sandbox.pool import Readers
from jobs import clock
from jobs.cli.console import Cli, Json, fail, local, out, show, table
from jobs.config.load import Config
from jobs.parts import fetch_rules, watch_of
from jobs.services.fetch_one import fetch_one
from jobs.watch import WatchedSource


def try_source(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The source's name.")],
    as_json: Json = False,
    read: Annotated[int, typer.Option(help="How many of the articles to read as well.", min=0)] = 1,
) -> None:
    """Poll one source now and show what would be found and read. Stores nothing."""
    cli: Cli = context.obj
    config = cli.config()
    watched = watch_of(config).sources.get(name)
    if watched is None:
        known = ", ".join(row.name for row in config.sources if row.enabled)
        raise typer.BadParameter(f"no enabled source {name!r}; there are: {known or 'none'}")
    raise typer.Exit(asyncio.run(_test(config, watched, as_json, read)))


async def _test(config: Config, watched: WatchedSource, as_json: bool, read: int) -> int:
    rules, source = fetch_rules(config), watched.source
    answer = await fetch_one(rules, source.url, watched.headers, watched.body, bool(watched.render))
    if isinstance(answer, str):
        return fail(f"{source.name}: {answer}", 1)
    readers = Readers(workers=1, own=config.analysis.terms.own())
    try:
        found = await readers.find(answer, source, clock.now(), config.zone)
    except (SpiderError, ReadError) as error:
        return fail(f"{source.name}: {error}", 1)
    else:
        _print_links(found, answer, config, as_json)
        return await _read_some(config, found, readers, 0 if as_json else read, watched.render is True)
    finally:
        readers.close()


def _print_links(found: Found, page: Page, config: Config, as_json: bool) -> None:
    if not as_json:
        out.print(f"{page.url}: {found.kind}, {len(found.links)} links, {len(found.more)} further lists", markup=False)
    rows = [
        {"published": link.published if as_json else local(link.published, config.zone), "title": link.title, "url": link.url}
        for link in found.links[: None if as_json else 20]
    ]
    show(rows, {"published": "published", "title": "title", "url": "link"}, as_json)


async def _read_some(config: Config, found: Found, readers: Readers, count: int, render: bool) -> int:
    failed = 0
    for link in found.links[:count]:
        page = await fetch_one(fetch_rules(config), link.url, render=render)
        if isinstance(page, str):
            failed += fail(f"{link.url}: {page}", 1)
            continue
        try:
            record = await readers.read(page, link, None, config.zone)
        except ReadError as error:
            failed += fail(f"{link.url}: {error}", 1)
            continue
        table(
            ("field", "value"),
            [
                ("标题 title", record.title),
                ("published", local(record.published, config.zone)),
                ("总结 text", f"{len(record.text)} characters: {record.text[:80]}…"),
                ("关键词 keywords", "、".join(record.keywords)),
                ("AI技术 technologies", "、".join(record.ai_technologies)),
                ("行业 industries", "、".join(record.industries)),
                ("重大事件 events", "；".join(event.headline for event in record.events)),
            ],
        )
    return 1 if failed else 0
