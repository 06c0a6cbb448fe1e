"""`zhixun records list`, in a file of its own: it needs little of what the other verbs of records do."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo
from typing import Annotated, Literal

import typer

from crawler.i18n import tr
from crawler.record import Record
from jobs.cli.console import Cli, Json, Since, Wide, show, since, write_json
from jobs.formats import record as formats
from storage.archive import queries

SourceName = Annotated[str | None, typer.Option("--source", help="Of this source only.")]
Summary = Literal["full", "short"]  # what stands under 总结
COLUMNS = {"id": "id", "published": "published", "source": "source", "title": "title"}


def list_records(
    cli: Cli,
    as_json: Json = False,
    start: Since = None,
    source: SourceName = None,
    limit: Annotated[int, typer.Option(min=1)] = 20,
    wide: Wide = False,
) -> None:
    """The newest records."""
    zone, none = cli.config().zone, none_like_that()
    if start is source is None:
        none = tr("no records yet; `zhixun run` reads the news, `zhixun records import FILE` brings some")
    with cli.reader() as session:
        list_of(queries.records(session, since=since(start), source=source, limit=limit), zone, as_json, wide, none)


def none_like_that() -> str:
    """What to say of a search that finds nothing."""
    return tr("no record is like that; `zhixun records list` shows the newest")


def list_of(records: Iterable[Record], zone: tzinfo, as_json: bool, wide: bool, empty: str) -> None:
    """Records as a table, or as JSON Lines."""
    if as_json:
        write_json(formats.to_json(record, zone) for record in records)
        return
    rows = (
        {
            "id": r.id, "published": r.published or r.first_seen, "source": r.source, "title": r.title,
            "keywords": "、".join(r.keywords[:4]),
        }
        for r in records
    )  # fmt: skip
    show(rows, COLUMNS | ({"keywords": "keywords"} if wide else {}), False, empty, zone)
