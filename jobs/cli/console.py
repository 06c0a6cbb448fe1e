"""What commands print: tables and JSON Lines on standard output, troubles and progress on standard error."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from crawler.durations import parse_duration
from crawler.i18n import tr
from jobs import clock
from jobs.cli.given import Cli, asked
from jobs.cli.language import break_han
from jobs.redaction import redacted
from jobs.safe_text import escaped, in_json

if TYPE_CHECKING:
    from rich.progress import Progress

__all__ = ["Cli", "asked"]
break_han()
LEAST = 20  # columns of a cell that goes on below
FEWEST = 10  # columns of a cell that is cut: what is left of it then says something


class _Output(Console):
    """Standard output, whose closed pipe is told to who calls the verb; rich alone would exit with 1."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))


# A terminal gets lines that break between words, a pipe gets them whole. `:fire:` in a title is what somebody wrote.
out = _Output(soft_wrap=not sys.stdout.isatty(), markup=False, highlight=False, emoji=False)
err = Console(stderr=True, soft_wrap=not sys.stderr.isatty(), markup=False, highlight=False, emoji=False)
Json = Annotated[bool, typer.Option("--json", help="JSON Lines on standard output.")]
Wide = Annotated[bool, typer.Option("--wide", "-w", help="All columns.")]
Since = Annotated[str | None, typer.Option("--since", help="30d, 12h, 2026-11-01.")]


def say(line: str) -> None:
    """A line as it is, on standard output."""
    out.print(line)


def bar() -> Progress:
    """A progress bar on standard error; nothing where that is no terminal."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415 - few draw one

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=err, disable=not err.is_terminal)


def fail(message: str, code: int) -> int:
    """Print why on standard error; the exit code."""
    err.print(redacted(message), style="red")
    return code


def write_json(rows: Iterable[Mapping[str, Any]]) -> None:
    """JSON Lines. `sys.stdout`, not rich: a line is a line, however wide, also to a terminal and to who splits at U+2028."""
    for row in rows:
        sys.stdout.write(in_json(json.dumps(row, ensure_ascii=False, default=_plain)) + "\n")


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def table(headings: Sequence[str], rows: Iterable[Sequence[Any]], figures: int | None = None, *, whole: bool = False) -> None:
    """A table for people, one line a row. A terminal too narrow cuts the widest cells; a pipe gets them whole.

    `figures` is the first of the columns that stand to the right. `whole`: what the last column says is advice, and goes on below.
    """
    lines = [
        [heading and tr(heading) for heading in headings],
        *([escaped(str(cell)) if cell is not None else "–" for cell in row] for row in rows),
    ]
    natural = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    widths = _fitted(natural, whole) if out.is_terminal or "COLUMNS" in os.environ else natural
    if any(width < min(FEWEST, before) for width, before in zip(widths, natural, strict=True)):
        _paragraphs(lines)
        return
    for number, line in enumerate(lines):
        first, *more = Text(line[-1]).wrap(out, widths[-1]) if whole else [Text(line[-1])]
        for cells in ([*map(Text, line[:-1]), first], *([*(Text() for _ in line[1:]), rest] for rest in more)):
            for place, (cell, width) in enumerate(zip(cells, widths, strict=True)):
                cell.truncate(width, overflow="ellipsis")
                cell.align("left" if figures is None or place < figures else "right", width)
            row = Text("  ").join(cells)
            row.rstrip()
            out.print(row, style="" if number else "bold", no_wrap=True)


def _fitted(natural: Sequence[int], whole: bool) -> list[int]:
    """Widths of columns that the terminal can show beside each other."""
    widths, room = list(natural), out.width - 2 * (len(natural) - 1)
    if whole:
        widths[-1] = min(widths[-1], max(room - sum(widths[:-1]), LEAST))
    while sum(widths) > room and max(widths) > 1:
        widths[widths.index(max(widths))] -= 1
    return widths


def _paragraphs(lines: Sequence[Sequence[str]]) -> None:
    """A table of too many columns for the terminal: a paragraph a row, each cell with its heading."""
    headings, *rows = lines
    for row in rows:
        cells = [f"{heading} {cell}" for heading, cell in zip(headings, row, strict=True) if cell != "–"]
        for number, line in enumerate(Text("  ".join(cells)).wrap(out, max(out.width - 2, LEAST))):
            out.print(Text("  " if number else "") + line, no_wrap=True)


def show(
    rows: Iterable[Mapping[str, Any]], columns: Mapping[str, str], as_json: bool, empty: str = "", zone: tzinfo | None = None
) -> None:
    """A list: JSON Lines with all keys, or a table of the columns {key: heading}, times in `zone`; of none, what to do."""
    if as_json:
        write_json(rows)
        return
    lines = [[_seen(row.get(key), zone) for key in columns] for row in rows]
    if not lines:
        err.print(empty or tr("nothing to show"))
        return
    table(list(columns.values()), lines)
    if zone is not None:
        say_zone(zone)


def _seen(value: Any, zone: tzinfo | None) -> Any:
    return local(value, zone) if zone and isinstance(value, datetime) else value


def say_zone(zone: tzinfo) -> None:
    """Below a table: in which zone its times are. Not on standard output, which may be a pipe."""
    err.print(tr("times: {zone}", zone=zone), style="dim")


def local(moment: datetime | None, zone: tzinfo) -> str | None:
    """A time as people read it, in the configured zone."""
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M") if moment else None


def since(text: str | None) -> datetime | None:
    """``30d``, ``1h30m``, or an ISO date → the moment it means. Raises typer.BadParameter."""
    return moment(text) if text else None


def moment(text: str) -> datetime:
    """The same where there has to be one."""
    try:
        if (ago := parse_duration(text)) is not None:
            return clock.now() - ago
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError):  # also a day before the first year, or behind the last, of the calendar
        wrong = tr("{text!r} is neither a duration such as 30d or 12h nor a date such as 2026-11-01", text=text)
        raise typer.BadParameter(wrong) from None
