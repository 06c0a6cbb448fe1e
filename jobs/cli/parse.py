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
from jobs.config.values import no_web_address
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
        raise typer.Exit(asyncio.run(_batch(config.zone, own)))
    if page is None:
        raise typer.BadParameter(tr("give an address, a file with --url, or --batch"))
    if url is not None and not urls.is_web(url):
        raise typer.BadParameter(no_web_address(url), param_hint="--url")
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


async def _batch(zone: tzinfo, own: tuple[UserTerm, ...]) -> int:
    """The exit code: 1 when there was something to read, and nothing of it could be."""
    asked = failed = 0
    with closing(Readers(own=own)) as readers:
        async for row in _in_order(readers, zone):
            write_json([row])
            sys.stdout.flush()
            asked, failed = asked + 1, failed + ("error" in row)
    return int(failed == asked > 0)


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
    url: str | None = None
    try:
        asked = json.loads(line)
        url = str(asked["url"]) if isinstance(asked, dict) and "url" in asked else None
        page = await asyncio.to_thread(_page, asked)
    except json.JSONDecodeError as error:
        why = tr("this line is no JSON: {why}", why=error)
    except OSError as error:
        why = f"{error.filename}: {system_fault(error)}"
    except (ValueError, RecursionError) as error:
        why = str(error)
    else:
        try:
            return formats.to_json(await readers.read(page, Link(page.url), None, zone), zone)
        except ReadError as error:
            why = str(error)
    return {"url": url, "error": why}


def _page(asked: Any) -> Page:
    """What a line of a batch asks about. Raises OSError, or ValueError where it asks nothing that can be answered."""
    given = asked if isinstance(asked, dict) else {}
    url, html, file = given.get("url"), given.get("html"), given.get("file")
    if isinstance(url, str) and not urls.is_web(url):
        raise ValueError(no_web_address(url))
    if isinstance(url, str) and isinstance(html, str):
        return Page(url, html.encode("utf-8", "surrogatepass"), clock.now(), "text/html; charset=utf-8")
    if isinstance(url, str) and isinstance(file, str):
        return Page(url, Path(file).read_bytes(), clock.now())
    raise ValueError(tr("a line asks by {form}", form='{"url": "https://…", "html": "…"}, {"url": "https://…", "file": "…"}'))
