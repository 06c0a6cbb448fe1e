"""`zhixun records export`: records out of the archive, to standard output or a file."""

from __future__ import annotations

import contextlib
import csv
import sys
from collections.abc import Iterable, Iterator
from datetime import tzinfo
from pathlib import Path
from typing import Annotated, Literal

import typer
from sqlalchemy.orm import Session

from crawler.i18n import tr
from crawler.record import Record
from crawler.retold import system_fault
from jobs import clock, files
from jobs.cli.console import Cli, Since, err, fail, since, write_json
from jobs.cli.record_list import SourceName, Summary
from jobs.formats import parquet, workbook
from jobs.formats import record as formats
from jobs.services.archive import export as exporting
from storage.archive.search import Bounds

Format = Literal["jsonl", "json", "csv", "markdown", "text"]
Exported = Literal[Format, "xlsx", "parquet"]  # two for which there must be a file and a library


def export(
    cli: Cli,
    form: Annotated[Exported, typer.Option("--format", "-f")] = "jsonl",
    start: Since = None,
    source: SourceName = None,
    summary: Annotated[Summary, typer.Option()] = "full",
    query: Annotated[str | None, typer.Option("--query", "-q", help="Those of which it is true.")] = None,
    rule: Annotated[str | None, typer.Option("--rule", help="Those that this rule matches.")] = None,
    to: Annotated[
        Path | None, typer.Option("--to", help="A file, of parquet a new folder; xlsx and parquet need it.")
    ] = None,
) -> None:  # fmt: skip
    """Records, newest first, to standard output or a file: all, or those that a query or a rule matches."""
    config = cli.config()
    if query is not None and rule is not None:
        raise typer.BadParameter(tr("--query and --rule say the same: give one of them"))
    if to is None and form in ("xlsx", "parquet"):
        raise typer.BadParameter(tr("{form} is not for standard output: name where to write with --to", form=form))
    bounds = Bounds(since=since(start), source=source)
    with cli.reader() as session:
        records = exporting.chosen(session, config, clock.now(), bounds, query=query, rule=rule)
        if to is None:
            write_records(records, form, config.zone, summary)
            return
        try:
            _write_to(to, session, records, form, config.zone, summary)
        except OSError as error:
            raise typer.Exit(fail(tr("{path} cannot be written: {why}", path=to, why=system_fault(error)), 1)) from None


def _write_to(to: Path, session: Session, records: Iterator[Record], form: Exported, zone: tzinfo, summary: str) -> None:
    if form == "parquet":
        done = parquet.write(to, exporting.with_mentions(session, records), zone)
    else:
        with files.whole(to) as made:
            if form == "xlsx":
                done = workbook.write(made, records, zone)
            else:
                with made.open("w", encoding="utf-8", newline="") as file, contextlib.redirect_stdout(file):
                    done = write_records(records, form, zone, summary)
    err.print(tr("{n} records written to {file}", n=done, file=to))


def write_records(records: Iterable[Record], form: Exported, zone: tzinfo, summary: str) -> int:
    """Records to standard output in one of the formats that are text; how many."""
    number = 0
    writer = csv.writer(sys.stdout) if form == "csv" else None
    if writer:
        writer.writerow(formats.CSV_COLUMNS)
    for number, record in enumerate(records, 1):
        if writer:
            writer.writerow(formats.to_csv(record, zone))
        elif form == "markdown":
            sys.stdout.write(formats.to_markdown(record, zone, summary=summary) + "\n")
        elif form == "text":
            sys.stdout.write(("\n" if number > 1 else "") + formats.to_text(record, summary=summary))
        else:
            write_json([formats.to_json(record, zone)])
    return number
