"""`zhixun records …`: the archive."""

from __future__ import annotations

import asyncio
import csv
import itertools
import json
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import tzinfo
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from crawler import url as urls
from crawler.record import Record
from jobs import clock
from jobs.cli.console import Cli, Json, bar, err, fail, local, out, show, since, write_json
from jobs.formats import record as formats
from jobs.safe_text import escaped
from jobs.services import annotate as again
from jobs.services import history
from jobs.services import records as archive
from storage.archive import articles, pruning, queries
from storage.archive import search as searching
from storage.archive.prepared import prepare
from storage.archive.search import Bounds
from storage.db.database import Database
from storage.rules.parser import parse

app = typer.Typer(no_args_is_help=True, help="The archive of records.")
AT_ONCE = 100  # records of an import that wait to be stored
Since = Annotated[str | None, typer.Option("--since", help="30d, 12h, 2026-11-01.")]
SourceName = Annotated[str | None, typer.Option("--source", help="Of this source only.")]
COLUMNS = {"id": "id", "published": "published", "source": "source", "title": "title", "keywords": "keywords"}


class Format(StrEnum):
    """How records are written."""

    jsonl = "jsonl"
    json = "json"
    csv = "csv"
    markdown = "markdown"
    text = "text"


class Summary(StrEnum):
    """What stands under 总结."""

    full = "full"
    short = "short"


class Engine(StrEnum):
    """Who analyses."""

    builtin = "builtin"
    openai = "openai"


@app.command("list")
def list_records(
    context: typer.Context,
    as_json: Json = False,
    start: Since = None,
    source: SourceName = None,
    limit: Annotated[int, typer.Option(min=1)] = 20,
) -> None:
    """The newest records."""
    cli: Cli = context.obj
    zone = cli.config().zone
    with cli.reader() as session:
        _list(queries.records(session, since=since(start), source=source, limit=limit), zone, as_json)


def _list(records: Iterable[Record], zone: tzinfo, as_json: bool) -> None:
    if as_json:
        write_json(formats.to_json(record, zone) for record in records)
        return
    rows = (
        {
            "id": r.id, "published": local(r.published or r.first_seen, zone), "source": r.source, "title": r.title,
            "keywords": "、".join(r.keywords[:4]),
        }
        for r in records
    )  # fmt: skip
    show(rows, COLUMNS, as_json=False)


@app.command("show")
def show_record(
    context: typer.Context, number: Annotated[int, typer.Argument(help="Its id.")], as_json: Json = False,
    summary: Annotated[Summary, typer.Option()] = Summary.full,
    edits: Annotated[bool, typer.Option("--history", help="What its page said before, and what changed.")] = False,
) -> None:  # fmt: skip
    """One record, whole."""
    cli: Cli = context.obj
    zone = cli.config().zone
    if edits:
        _history(cli, number, zone, as_json)
        return
    found = cli.ask(lambda s: archive.show(s, number))
    record, note = found.record, found.note
    if as_json:
        write_json([formats.to_json(record, zone)])
    else:
        sys.stdout.write(formats.to_text(record, summary=summary.value))
    made = record.analysis or "not analysed"
    err.print(f"analysis: {made}{f' · {note.model}: {note.detail}' if note else ''}", style="dim", markup=False, highlight=False)


def _history(cli: Cli, number: int, zone: tzinfo, as_json: bool) -> None:
    versions = cli.ask(lambda s: archive.versions(s, number))
    if as_json:
        write_json(asdict(version) for version in versions)
        return
    if len(versions) == 1:
        out.print(f"record {number} has not changed since {local(versions[0].since, zone)}")
    for line in history.differences(versions, zone):
        sys.stdout.write(escaped(line) + "\n")


@app.command("search")
def search(
    context: typer.Context,
    query: Annotated[str, typer.Argument(help="In the language of the rules: '(大模型 OR LLM) AND 上海'.")],
    as_json: Json = False,
    start: Since = None,
    limit: Annotated[int, typer.Option(min=1)] = 20,
) -> None:
    """Records that a rule with this query would match."""
    cli: Cli = context.obj
    config = cli.config()
    wanted = parse(query, config.aliases, config.zone)
    with cli.reader() as session:
        found = searching.everything(session, wanted, now=clock.now(), bounds=Bounds(since=since(start)))
        _list(itertools.islice(found, limit), config.zone, as_json)


@app.command("export")
def export(
    context: typer.Context,
    form: Annotated[Format, typer.Option("--format", "-f")] = Format.jsonl,
    start: Since = None,
    source: SourceName = None,
    summary: Annotated[Summary, typer.Option()] = Summary.full,
) -> None:
    """All records, newest first, to standard output."""
    cli: Cli = context.obj
    zone = cli.config().zone
    with cli.reader() as session:
        write_records(queries.records(session, since=since(start), source=source), form, zone, summary.value)


def write_records(records: Iterable[Record], form: Format, zone: tzinfo, summary: str) -> None:
    """Records to standard output in one of the formats."""
    if form is Format.csv:
        writer = csv.writer(sys.stdout)
        writer.writerow(formats.CSV_COLUMNS)
        writer.writerows(formats.to_csv(record, zone) for record in records)
        return
    for number, record in enumerate(records):
        if form is Format.markdown:
            sys.stdout.write(formats.to_markdown(record, zone, summary=summary) + "\n")
        elif form is Format.text:
            sys.stdout.write(("\n" if number else "") + formats.to_text(record, summary=summary))
        else:
            write_json([formats.to_json(record, zone)])


@app.command("prune")
def prune(
    context: typer.Context,
    older_than: Annotated[str, typer.Option("--older-than", help="365d, 52w, 2026-01-01.")],
    sure: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Delete old records with their alerts. Their links stay known. `zhixun db vacuum` then gives the space back."""
    cli: Cli = context.obj
    before = since(older_than)
    assert before is not None  # an option without a default
    with cli.archive() as db:
        found = db.read(lambda s: pruning.count(s, before))
        if found and not sure:
            typer.confirm(f"delete {found} records from before {before:%Y-%m-%d}?", abort=True)
        deleted = 0
        while some := db.write_now(lambda s: pruning.prune(s, before)):
            deleted += some
    out.print(f"{deleted} records deleted")


@app.command("annotate")
def annotate(
    context: typer.Context,
    start: Since = None,
    engine: Annotated[Engine | None, typer.Option(help="As configured where it is not given.")] = None,
) -> None:
    """Analyse the archive again after an upgrade, or by a model. Raises no alerts; interrupted, it goes on where it was."""
    cli: Cli = context.obj
    config, after = cli.config(), since(start)
    chosen = engine.value if engine else config.analysis.engine
    if chosen == Engine.openai and config.analysis.engine != Engine.openai:
        raise typer.BadParameter("the configuration names no model; see docs/models.md")
    with cli.archive() as db, bar() as shown:
        line = shown.add_task("records", total=again.how_many(db, config, chosen, after))
        step = partial(shown.advance, line)
        if chosen == Engine.openai:
            done = asyncio.run(again.by_model(db, config, after, clock.now, step))
        else:
            done = asyncio.run(again.builtin(db, config, after, step))
    out.print(f"{done.renewed} records analysed again by {chosen}, {done.failed} failed")
    if done.why:
        fail(f"ended early: {done.why}", 1)
    raise typer.Exit(1 if done.failed or done.why else 0)


@app.command("import")
def import_records(
    context: typer.Context, files: Annotated[list[Path], typer.Argument(help="Text layout or JSON Lines.")]
) -> None:
    """Read records into the archive. Known links are left as they are; no alerts are raised."""
    cli: Cli = context.obj
    tags = {source.name: tuple(source.tags) for source in cli.config().sources}
    new, known, broken = 0, 0, 0
    with cli.archive(new=True) as db:
        waiting: deque[Callable[[], articles.Stored]] = deque()
        for record in itertools.chain(
            _read_files(files), itertools.repeat(None, AT_ONCE)
        ):  # what waits together is one transaction
            if isinstance(record, str):
                broken += 1
                fail(record, 1)
            elif record is not None:
                waiting.append(_insert(db, record, tags.get(record.source or "", ())))
            if waiting and (record is None or len(waiting) >= AT_ONCE):
                fresh = waiting.popleft()().verdict in ("new", "reprint")
                new, known = new + fresh, known + (not fresh)
    out.print(f"{new} records imported, {known} already known, {broken} broken")
    raise typer.Exit(1 if broken else 0)


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
            yield f"{path}: cannot be read: {error}"
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
            yield f"{path}:{number}: not a record: {error}"
