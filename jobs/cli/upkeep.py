"""`zhixun records prune|annotate|import`: what changes the archive."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import typer

from crawler import url as urls
from crawler.dates import AHEAD
from crawler.i18n import tr
from crawler.record import Record
from crawler.retold import system_fault
from jobs import clock
from jobs.cli.console import Cli, Since, bar, fail, moment, out, since
from jobs.config.values import no_web_address
from jobs.formats import record as formats
from jobs.safe_text import brief
from jobs.services.archive import annotate as again
from jobs.services.archive import backfill
from storage.archive import articles, pruning
from storage.archive.prepared import prepare
from storage.db.database import Database

AT_ONCE = 100  # records of an import that wait to be stored


def prune(
    cli: Cli,
    older_than: Annotated[str, typer.Option("--older-than", help="365d, 52w, 2026-01-01.")],
    sure: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete old records with their alerts. Their links stay known. `zhixun db vacuum` then gives the space back."""
    before = moment(older_than)
    with cli.archive() as db:
        found = db.read(lambda s: pruning.count(s, before))
        if found and not sure:
            typer.confirm(tr("delete {n} records from before {day}?", n=found, day=f"{before:%Y-%m-%d}"), abort=True)
        deleted = 0
        while some := db.write_now(lambda s: pruning.prune(s, before)):
            deleted += some
    out.print(tr("{n} records deleted", n=deleted))


def annotate(
    cli: Cli,
    start: Since = None,
    engine: Annotated[Literal["builtin", "openai"] | None, typer.Option(help="As configured where it is not given.")] = None,
) -> None:
    """Analyse the archive again after an upgrade, or by a model. Raises no alerts; interrupted, it goes on where it was."""
    config, after = cli.config(), since(start)
    chosen = engine or config.analysis.engine
    if chosen == "openai" and config.analysis.engine != "openai":
        raise typer.BadParameter(tr("the configuration names no model; see docs/models.md"))
    with cli.archive() as db, bar() as shown:
        line = shown.add_task(tr("records"), total=again.how_many(db, config, chosen, after))
        step = partial(shown.advance, line)
        if chosen == "openai":
            done = asyncio.run(again.by_model(db, config, after, clock.now, step))
        else:
            done = asyncio.run(again.builtin(db, config, after, step))
    out.print(tr("{n} records analysed again by {engine}, {failed} failed", n=done.renewed, engine=chosen, failed=done.failed))
    if done.why:
        fail(tr("ended early: {why}", why=done.why), 1)
    raise typer.Exit(1 if done.failed or done.why else 0)


def import_records(cli: Cli, files: Annotated[list[Path], typer.Argument(help="Text layout or JSON Lines.")]) -> None:
    """Read records into the archive. Known links are left as they are; no alerts are raised."""
    tags = {source.name: tuple(source.tags) for source in cli.config().sources}
    new, known, broken = 0, 0, 0
    with cli.archive(new=True) as db:
        backfill.settle(db, cli.config().zone)  # the daemon may come later: their days are to be those that it counts
        waiting: deque[Callable[[], articles.Stored]] = deque()
        # what waits together is one transaction
        for record in itertools.chain(_read_files(files), itertools.repeat(None, AT_ONCE)):
            if isinstance(record, Record) and (wrong := _not_of_now(record, clock.now())):
                record = f"{brief(record.title)}: {wrong}"
            if isinstance(record, str):
                broken += 1
                fail(record, 1)
            elif record is not None:
                waiting.append(_insert(db, record, tags.get(record.source or "", ())))
            if waiting and (record is None or len(waiting) >= AT_ONCE):
                fresh = waiting.popleft()().verdict in ("new", "reprint")
                new, known = new + fresh, known + (not fresh)
    out.print(tr("{new} records imported, {known} already known, {broken} broken", new=new, known=known, broken=broken))
    raise typer.Exit(1 if broken else 0)


def _not_of_now(record: Record, now: datetime) -> str:
    """What no page that we read would say of itself: an address not of the web, a time that is to come; "" where all is well."""
    if not urls.is_web(record.link):
        return no_web_address(record.link)
    for key in ("published", "first_seen", "fetched"):
        if (at := getattr(record, key)) and at > now + AHEAD:
            return tr("{key}: {at} is still to come", key=key, at=at.isoformat())
    return ""


def _insert(db: Database, record: Record, tags: Sequence[str]) -> Callable[[], articles.Stored]:
    """Begin to store it; what is given back waits for the end."""
    key, made = urls.link_key(record.link), prepare(record)
    return db.writer.submit(lambda s: articles.insert_record(s, made, key=key, tags=tags, now=clock.now())).result


def _read_files(files: Iterable[Path]) -> Iterator[Record | str]:
    """Records, or a sentence for each entry that is none."""
    for path in files:
        try:
            text = path.read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            yield tr("{path}: cannot be read: {why}", path=path, why=system_fault(error) if isinstance(error, OSError) else error)
            continue
        if text.lstrip().startswith("{"):
            yield from _read_lines(path, text)
            continue
        try:
            yield from formats.from_text(text)
        except ValueError as error:
            yield f"{path}: {error}"


def _read_lines(path: Path, text: str) -> Iterator[Record | str]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            yield formats.from_json(json.loads(line))
        except (ValueError, KeyError, TypeError) as error:
            yield tr("{place}: not a record: {why}", place=f"{path}:{number}", why=error)
