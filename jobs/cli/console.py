"""What every command shares: the configuration, the open archive, tables and JSON Lines on standard output."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text
from sqlalchemy.orm import Session

from crawler.durations import parse_duration
from crawler.nlp import lexicon
from jobs import clock, log
from jobs.config.load import Config, load
from jobs.safe_text import escaped, in_json
from jobs.services.lookup import Unknown
from storage.db.database import Database, open_database

T = TypeVar("T")
out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)
Json = Annotated[bool, typer.Option("--json", help="JSON Lines on standard output.")]


@dataclass
class Cli:
    """The options before the verb. Reads the configuration and opens the archive when a command needs them."""

    path: Path
    _read: Config | None = None

    def config(self) -> Config:
        """The configuration, read now, its secrets hidden from all output from now on."""
        self._read = load(self.path, os.environ)
        log.hide(self._read.secrets())
        lexicon.use(self._read.analysis.terms.own())
        return self._read

    def config_or_defaults(self) -> Config:
        """For commands that can do without a configuration file, such as `parse`."""
        if self.path.exists() or "ZHIXUN_CONFIG" in os.environ:
            return self.config()
        return Config()

    @contextmanager
    def archive(self, new: bool = False) -> Iterator[Database]:
        """The database, at the newest schema. Safe beside a running daemon. Only with `new` is one made where there is none."""
        with closing(open_database((self._read or self.config()).database)) as db, asked():
            if not new:
                db.must_exist()
            db.upgrade()
            yield db

    @contextmanager
    def reader(self) -> Iterator[Session]:
        """A session to read from the archive."""
        with self.archive() as db, db.reader() as session:
            yield session

    def ask(self, question: Callable[[Session], T]) -> T:
        """The answer of one reading query."""
        with self.archive() as db:
            return db.read(question)


@contextmanager
def asked() -> Iterator[None]:
    """What a person asked for and does not exist is wrong usage."""
    try:
        yield
    except Unknown as error:
        raise typer.BadParameter(str(error)) from None


def say(line: str) -> None:
    """A line as it is, on standard output."""
    out.print(line, markup=False, highlight=False)


def bar() -> Progress:
    """A progress bar on standard error; nothing where that is no terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=err, disable=not err.is_terminal)


def fail(message: str, code: int) -> int:
    """Print why on standard error; the exit code."""
    err.print(log.redacted(message), style="red", markup=False, highlight=False)
    return code


def write_json(rows: Iterable[Mapping[str, Any]]) -> None:
    """JSON Lines. `sys.stdout`, not rich: a line is a line, however wide, also to a terminal and to who splits at U+2028."""
    for row in rows:
        sys.stdout.write(in_json(json.dumps(row, ensure_ascii=False, default=_plain)) + "\n")


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def table(headings: Sequence[str], rows: Iterable[Sequence[Any]], figures: int | None = None) -> None:
    """A table for people, one line a row. A terminal too narrow cuts the widest cells; a pipe gets them whole.

    `figures` is the first of the columns that stand to the right.
    """
    lines = [headings, *([escaped(str(cell)) if cell is not None else "–" for cell in row] for row in rows)]
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    if out.is_terminal or "COLUMNS" in os.environ:
        while sum(widths) + 2 * (len(widths) - 1) > out.width and max(widths) > 1:
            widths[widths.index(max(widths))] -= 1
    for number, line in enumerate(lines):
        cells = [Text(cell) for cell in line]
        for place, (cell, width) in enumerate(zip(cells, widths, strict=True)):
            cell.truncate(width, overflow="ellipsis")
            cell.align("left" if figures is None or place < figures else "right", width)
        whole = Text("  ").join(cells)
        whole.rstrip()
        out.print(whole, style="" if number else "bold", highlight=False, no_wrap=True)


def show(rows: Iterable[Mapping[str, Any]], columns: Mapping[str, str], as_json: bool) -> None:
    """A list: JSON Lines with all keys, or a table of the columns {key: heading}."""
    if as_json:
        write_json(rows)
        return
    table(list(columns.values()), ([row.get(key) for key in columns] for row in rows))


def local(moment: datetime | None, zone: tzinfo) -> str | None:
    """A time as people read it, in the configured zone."""
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M") if moment else None


def since(text: str | None) -> datetime | None:
    """``30d``, ``1h30m``, or an ISO date → the moment it means. Raises typer.BadParameter."""
    if not text:
        return None
    if (ago := parse_duration(text)) is not None:
        return clock.now() - ago
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is neither a duration such as 30d or 12h nor a date such as 2026-11-01") from None
    return moment if moment.tzinfo else moment.astimezone()
