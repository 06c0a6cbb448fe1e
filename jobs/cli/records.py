"""`zhixun records show|search`: the archive, read."""

from __future__ import annotations

import itertools
import sys
from dataclasses import asdict
from datetime import tzinfo
from typing import Annotated

import typer
from rich.cells import set_cell_size

from crawler.i18n import tr
from jobs import clock
from jobs.cli.console import Cli, Json, Since, Wide, err, local, out, say, since, write_json
from jobs.cli.record_list import Summary, list_of, none_like_that
from jobs.formats import record as formats
from jobs.safe_text import escaped
from jobs.services.archive import history
from jobs.services.archive import records as archive
from storage.archive import search as searching
from storage.archive.facets import Facets
from storage.archive.search import Bounds


def show_record(
    cli: Cli, number: Annotated[int, typer.Argument(help="Its id.")], as_json: Json = False,
    summary: Annotated[Summary, typer.Option()] = "full",
    edits: Annotated[bool, typer.Option("--history", help="What its page said before, and what changed.")] = False,
) -> None:  # fmt: skip
    """One record, whole."""
    zone = cli.config().zone
    if edits:
        _history(cli, number, zone, as_json)
        return
    found = cli.ask(lambda s: archive.show(s, number))
    record, note = found.record, found.note
    if as_json:
        write_json([formats.to_json(record, zone)])
    else:
        sys.stdout.write(formats.to_text(record, summary=summary))
    made = (record.analysis or tr("not analysed")) + (f" · {note.model}: {note.detail}" if note else "")
    err.print(tr("analysis: {made}", made=made), style="dim")


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
    cli: Cli,
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
    config = cli.config()
    wanted = None if facets and not query.strip() else config.parsed(query)
    bounds = Bounds(since=since(start))
    if facets:
        _facets(cli.ask(lambda s: archive.facets(s, wanted, now=clock.now(), bounds=bounds, most=limit)), as_json)
        return
    assert wanted is not None
    with cli.reader() as session:
        found = searching.everything(session, wanted, now=clock.now(), bounds=bounds)
        list_of(itertools.islice(found, limit), config.zone, as_json, wide, none_like_that())


def _facets(found: Facets, as_json: bool) -> None:
    if as_json:
        write_json([{"count": found.count, "exact": found.exact, "facets": asdict(found)["values"]}])
        return
    about = "" if found.exact else "~"
    say(tr("{n} records", n=f"{about}{found.count}"))
    for kind, values in found.values.items():
        for one in values:
            name = one.zh if one.zh == one.en else f"{one.zh} / {one.en}"
            say(f"{set_cell_size(tr(kind), 11)} {about}{one.count:<8} {escaped(name)}")
