"""`zhixun parse`: the record of one page, or of many."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import deque
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import tzinfo
from pathlib import Path
from typing import Annotated, Any

import typer

from crawler import url as urls
from crawler.errors import ReadError
from crawler.i18n import tr
from crawler.nlp.lexicon import UserTerm
from crawler.record import Link, Page, Record
from crawler.retold import retold, system_fault
from crawler.sandbox.pool import Readers
from jobs import clock
from jobs.cli.console import Cli, fail, write_json
from jobs.cli.record_export import Format, write_records
from jobs.cli.record_list import Summary
from jobs.formats import record as formats
from jobs.parts import fetch_rules
from jobs.services.sourcing.fetch_one import fetch_one

AHEAD = 8  # pages read ahead of the one that is printed


def parse(
    cli: Cli,
    page: Annotated[str | None, typer.Argument(help="An address, or a file with --url.")] = None,
    url: Annotated[str | None, typer.Option("--url", help="Where the file was served.")] = None,
    batch: Annotated[
        bool, typer.Option("--batch", help='Read {"url":…, "file":… or "html":…} lines from standard input.')
    ] = False,
    form: Annotated[Format, typer.Option("--format", "-f")] = "text",
    summary: Annotated[Summary, typer.Option(help="What stands under 总结.")] = "full",
) -> None:
    """Print the record of a page."""
    config = cli.config_or_defaults()
    own = config.analysis.terms.own()
    if batch:
        asyncio.run(_batch(config.zone, own))
        return
    if page is None:
        raise typer.BadParameter(tr("give an address, a file with --url, or --batch"))
    if url is not None:
        answer: Page | str = Page(url, _read_file(page), clock.now())
    elif Path(page).exists() or (not urls.is_web(page) and _is_file_name(page)):
        raise typer.BadParameter(tr("{page} is no address; for a file give --url as well: where it was served", page=page))
    else:
        address = page if urls.is_web(page) else f"https://{page}"
        answer = asyncio.run(fetch_one(fetch_rules(config), urls.desktop_twin(address) or address))
        url = address
    if isinstance(answer, str):
        raise typer.Exit(fail(f"{page}: {answer}", 1))
    try:
        record = asyncio.run(_read_one(answer, url, config.zone, own))
    except ReadError as error:
        raise typer.Exit(fail(f"{page}: {retold(str(error))}", 1)) from None
    write_records([record], form, config.zone, summary)


def _is_file_name(page: str) -> bool:
    """Would a host be named so: pages/a.html, a.html."""
    host = page.partition("/")[0]
    return "." not in host or host.lower().endswith((".html", ".htm"))


def _read_file(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise typer.BadParameter(f"{name}: {system_fault(error)}") from None


async def _read_one(page: Page, url: str, zone: tzinfo, own: tuple[UserTerm, ...]) -> Record:
    with closing(Readers(workers=1, own=own)) as readers:
        record: Record = await readers.read(page, Link(url), None, zone)
    return record


async def _batch(zone: tzinfo, own: tuple[UserTerm, ...]) -> None:
    with closing(Readers(own=own)) as readers:
        async for row in _in_order(readers, zone):
            write_json([row])
            sys.stdout.flush()


async def _in_order(readers: Readers, zone: tzinfo) -> AsyncIterator[dict[str, Any]]:
    """The answers in the order of the questions, `AHEAD` of them in the making."""
    waiting: deque[asyncio.Task[dict[str, Any]]] = deque()
    for line in filter(str.strip, sys.stdin):
        waiting.append(asyncio.create_task(_answer(readers, line, zone)))
        if len(waiting) >= AHEAD:
            yield await waiting.popleft()
    while waiting:
        yield await waiting.popleft()


async def _answer(readers: Readers, line: str, zone: tzinfo) -> dict[str, Any]:
    try:
        asked = json.loads(line)
        url = asked["url"]
        if "html" in asked:
            body, kind = asked["html"].encode("utf-8", "surrogatepass"), "text/html; charset=utf-8"
        else:
            body, kind = await asyncio.to_thread(Path(asked["file"]).read_bytes), ""
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        return {"url": _url_of(line), "error": f"not a question: {error!r}"}
    page = Page(url, body, clock.now(), kind)
    try:
        return formats.to_json(await readers.read(page, Link(url), None, zone), zone)
    except ReadError as error:
        return {"url": url, "error": str(error)}


def _url_of(line: str) -> str | None:
    try:
        return str(json.loads(line)["url"])
    except (ValueError, KeyError, TypeError):
        return None
