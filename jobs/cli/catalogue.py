"""`zhixun sources catalogue`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from jobs.cli.console import Cli, Json, Wide, show
from jobs.services.catalogue import Listed, catalogue


def show_catalogue(
    context: typer.Context,
    language: Annotated[str | None, typer.Option("--language", help="zh or en.")] = None,
    tag: Annotated[str | None, typer.Option("--tag", help="Only this group, such as 公司.")] = None,
    as_json: Json = False,
    wide: Wide = False,
) -> None:
    """Real sources that are known to Zhixun. `sources add NAME` takes one."""
    cli: Cli = context.obj
    watched = {row.name for row in cli.config_or_defaults().sources}
    chosen = [each for each in catalogue().values() if language in (None, each.language) and (tag is None or tag in each.tags)]
    columns = {key: key for key in ("name", "title", "language", "watched", *(("kind", "tags", "note") if wide else ()))}
    show((_listed_row(each, watched, as_json) for each in chosen), columns, as_json, "nothing of the catalogue is like that")


def _listed_row(each: Listed, watched: set[str], as_json: bool) -> dict[str, Any]:
    row: dict[str, Any] = {
        "name": each.name, "title": each.title, "language": each.language, "kind": each.entry["kind"], "tags": each.tags,
        "watched": each.name in watched, "note": each.note,
    }  # fmt: skip
    if as_json:
        return row | {"url": each.entry["url"], "default": each.default, "needs_js": each.needs_js, "entry": dict(each.entry)}
    note = f"needs a browser. {each.note}" if each.needs_js else each.note
    return row | {"tags": "、".join(each.tags), "watched": "yes" if each.name in watched else "", "note": note}
