"""`zhixun stories …`: undo a fold, or make one."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from crawler.i18n import tr
from jobs import clock
from jobs.cli.console import Cli, Json, out, write_json
from jobs.deliver.message import alert_of, short_id
from jobs.services.archive import stories


def split(
    cli: Cli,
    what: Annotated[str, typer.Argument(metavar="ALERT|RECORD", help="An alert such as #00A7, or the id of a record.")],
    as_json: Json = False,
) -> None:
    """Undo a fold: the record (or all that was folded into the alert) gets a story of its own, and the alert that was withheld is raised."""
    with cli.archive() as db:
        split, number = (stories.split_record, int(what)) if what.isdecimal() else (stories.split_alert, _alert(what))
        done = db.write_now(lambda s: split(s, number, clock.now()))
    if as_json:
        write_json([asdict(done)])
        return
    told = {"records": ", ".join(map(str, done.records)), "alerts": ", ".join(map(short_id, done.alerts)) or tr("none")}
    out.print(tr("set apart: record {records}; alerts raised: {alerts}", **told))


def join(
    cli: Cli,
    one: Annotated[int, typer.Argument(metavar="RECORD")],
    other: Annotated[int, typer.Argument(metavar="RECORD")],
    as_json: Json = False,
) -> None:
    """Make one story of two records' stories; what is told of it later is folded into the older one's alert."""
    with cli.archive() as db:
        done = db.write_now(lambda s: stories.join(s, one, other, clock.now()))
    if as_json:
        write_json([asdict(done)])
        return
    out.print(tr("story {story} now has record {records} too", story=done.story, records=", ".join(map(str, done.records))))


def _alert(text: str) -> int:
    try:
        return alert_of(text)
    except ValueError:
        raise typer.BadParameter(tr("{text!r} is no alert id and no record id; they look like #00A7 and 12", text=text)) from None
