"""`zhixun records list|show|search|export`: the archive, read."""

from __future__ import annotations

import contextlib
import csv
import itertools
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import tzinfo
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.cells import set_cell_size
from sqlalchemy.orm import Session

from crawler.i18n import tr
from crawler.record import Record
from jobs import clock
from jobs.cli.console import Cli, Json, Since, Wide, err, fail, local, out, say, show, since, write_json
from jobs.formats import parquet, workbook
from jobs.formats import record as formats
from jobs.safe_text import escaped
from jobs.services.archive import export as exporting
from jobs.services.archive import history
from jobs.services.archive import records as archive
from storage.archive import queries
from storage.archive import search as searching
from storage.archive.facets import Facets
from storage.archive.search import Bounds
from storage.rules.parser import parse

SourceName = Annotated[str | None, typer.Option("--source", help="Of this source only.")]
COLUMNS = {"id": "id", "published": "published", "source": "source", "title": "title"}


class Format(StrEnum):
    """How records are written."""

    jsonl = "jsonl"
    json = "json"
    csv = "csv"
    markdown = "markdown"
    text = "text"


class Exported(StrEnum):
    """What an archive can be exported to: those, and two for which there must be a file and a library."""

    jsonl = "jsonl"
    json = "json"
    csv = "csv"
    markdown = "markdown"
    text = "text"
    xlsx = "xlsx"
    parquet = "parquet"


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
            tr("no records yet; `zhixun run` reads the news, `zhixun records import FILE` brings some")
            if start is source is None
            else _none(),
        )


def _none() -> str:
    return tr("no record is like that; `zhixun records list` shows the newest")


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
    made = (record.analysis or tr("not analysed")) + (f" · {note.model}: {note.detail}" if note else "")
    err.print(tr("analysis: {made}", made=made), style="dim", markup=False, highlight=False)


def _history(cli: Cli, number: int, zone: tzinfo, as_json: bool) -> None:
    versions = cli.ask(lambda s: archive.versions(s, number))
    if as_json:
        write_json(asdict(version) for version in versions)
        return
    if len(versions) == 1:
        out.print(tr("record {number} has not changed since {when}", number=number, when=local(versions[0].since, zone)))
    for line in history.differences(versions, zone):
        sys.stdout.write(escaped(line) + "\n")


def search(
    context: typer.Context,
    query: Annotated[str, typer.Argument(help="In the language of the rules: '(大模型 OR LLM) AND 上海'.")] = "",
    as_json: Json = False,
    start: Since = None,
    limit: Annotated[int, typer.Option(min=1)] = 20,
    facets: Annotated[
        bool, typer.Option("--facets", help="How many there are by technology, industry, company, source, language, month; of all without a query.")
    ] = False,
    wide: Wide = False,
) -> None:  # fmt: skip
    """Records that a rule with this query would match."""
    cli: Cli = context.obj
    config = cli.config()
    wanted = None if facets and not query.strip() else parse(query, config.aliases, config.zone)
    bounds = Bounds(since=since(start))
    if facets:
        _facets(cli.ask(lambda s: archive.facets(s, wanted, clock.now(), bounds, limit)), as_json)
        return
    assert wanted is not None
    with cli.reader() as session:
        found = searching.everything(session, wanted, now=clock.now(), bounds=bounds)
        _list(itertools.islice(found, limit), config.zone, as_json, wide, _none())


def _facets(found: Facets, as_json: bool) -> None:
    if as_json:
        write_json([{"count": found.count, "exact": found.exact, "facets": asdict(found)["values"]}])
        return
    about = "" if found.exact else "~"
    say(tr("{n} records", n=f"{about}{found.count}"))
    for kind, values in found.values.items():
        for one in values:
            say(
                f"{set_cell_size(tr(kind), 11)} {about}{one.count:<8} {escaped(one.zh if one.zh == one.en else f'{one.zh} / {one.en}')}"
            )


def export(
    context: typer.Context,
    form: Annotated[Exported, typer.Option("--format", "-f")] = Exported.jsonl,
    start: Since = None,
    source: SourceName = None,
    summary: Annotated[Summary, typer.Option()] = Summary.full,
    query: Annotated[str | None, typer.Option("--query", "-q", help="Those of which it is true.")] = None,
    rule: Annotated[str | None, typer.Option("--rule", help="Those that this rule matches.")] = None,
    to: Annotated[
        Path | None, typer.Option("--to", help="A file, of parquet a new folder; xlsx and parquet need it.")
    ] = None,
) -> None:  # fmt: skip
    """Records, newest first, to standard output or a file: all, or those that a query or a rule matches."""
    cli: Cli = context.obj
    config = cli.config()
    if query is not None and rule is not None:
        raise typer.BadParameter(tr("--query and --rule say the same: give one of them"))
    if to is None and form in (Exported.xlsx, Exported.parquet):
        raise typer.BadParameter(tr("{form} is not for standard output: name where to write with --to", form=form.value))
    bounds = Bounds(since=since(start), source=source)
    with cli.reader() as session:
        records = exporting.chosen(session, config, clock.now(), bounds, query=query, rule=rule)
        if to is None:
            write_records(records, Format(form.value), config.zone, summary.value)
            return
        try:
            _write_to(to, session, records, form, config.zone, summary.value)
        except (workbook.Missing, OSError) as error:
            raise typer.Exit(fail(f"{to}: {error}" if isinstance(error, OSError) else str(error), 1)) from None


def _write_to(to: Path, session: Session, records: Iterator[Record], form: Exported, zone: tzinfo, summary: str) -> None:
    if form is Exported.parquet:
        done = parquet.write(to, exporting.with_mentions(session, records), zone)
    elif form is Exported.xlsx:
        done = workbook.write(to, records, zone)
    else:
        with to.open("w", encoding="utf-8", newline="") as file, contextlib.redirect_stdout(file):
            done = write_records(records, Format(form.value), zone, summary)
    err.print(tr("{n} records written to {file}", n=done, file=to), markup=False, highlight=False)


def write_records(records: Iterable[Record], form: Format, zone: tzinfo, summary: str) -> int:
    """Records to standard output in one of the formats that are text; how many."""
    number = 0
    writer = csv.writer(sys.stdout) if form is Format.csv else None
    if writer:
        writer.writerow(formats.CSV_COLUMNS)
    for number, record in enumerate(records, 1):
        if writer:
            writer.writerow(formats.to_csv(record, zone))
        elif form is Format.markdown:
            sys.stdout.write(formats.to_markdown(record, zone, summary=summary) + "\n")
        elif form is Format.text:
            sys.stdout.write(("\n" if number > 1 else "") + formats.to_text(record, summary=summary))
        else:
            write_json([formats.to_json(record, zone)])
    return number
