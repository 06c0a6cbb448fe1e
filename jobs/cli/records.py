"""`zhixun records list|show|search|export`: the archive, read."""

from __future__ import annotations

import csv
import itertools
import sys
from collections.abc import Iterable
from dataclasses import asdict
from datetime import tzinfo
from enum import StrEnum
from typing import Annotated

import typer

from crawler.record import Record
from jobs import clock
from jobs.cli.console import Cli, Json, Since, Wide, err, local, out, show, since, write_json
from jobs.formats import record as formats
from jobs.safe_text import escaped
from jobs.services import history
from jobs.services import records as archive
from storage.archive import queries
from storage.archive import search as searching
from storage.archive.search import Bounds
from storage.rules.parser import parse

SourceName = Annotated[str | None, typer.Option("--source", help="Of this source only.")]
COLUMNS = {"id": "id", "published": "published", "source": "source", "title": "title"}
EMPTY = "no records yet; `zhixun run` reads the news, `zhixun records import FILE` brings some"
NONE = "no record is like that; `zhixun records list` shows the newest"


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


def list_records(
    context: typer.Context,
    as_json: Json = False,
    start: Since = None,
    source: SourceName = None,
    limit: Annotated[int, typer.Option(min=1)] = 20,
    wide: Wide = False,
) -> None:
    """The newest records."""
    cli: Cli = context.obj
    zone = cli.config().zone
    with cli.reader() as session:
        _list(
            queries.records(session, since=since(start), source=source, limit=limit),
            zone,
            as_json,
            wide,
            EMPTY if start is source is None else NONE,
        )


def _list(records: Iterable[Record], zone: tzinfo, as_json: bool, wide: bool, empty: str) -> None:
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
    columns = COLUMNS | ({"keywords": "keywords"} if wide else {})
    show(rows, columns, as_json=False, empty=empty, zone=zone)


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


def search(
    context: typer.Context,
    query: Annotated[str, typer.Argument(help="In the language of the rules: '(大模型 OR LLM) AND 上海'.")],
    as_json: Json = False,
    start: Since = None,
    limit: Annotated[int, typer.Option(min=1)] = 20,
    wide: Wide = False,
) -> None:
    """Records that a rule with this query would match."""
    cli: Cli = context.obj
    config = cli.config()
    wanted = parse(query, config.aliases, config.zone)
    with cli.reader() as session:
        found = searching.everything(session, wanted, now=clock.now(), bounds=Bounds(since=since(start)))
        _list(itertools.islice(found, limit), config.zone, as_json, wide, NONE)


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
