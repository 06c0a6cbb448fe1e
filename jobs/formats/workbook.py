"""Records as a workbook for spreadsheets (.xlsx), row by row: what is held in memory does not grow with it.

The columns and the guard against formulas are those of CSV; numbers and times are cells of that kind, times in the zone that is given.
Needs ``pip install 'zhixun[xlsx]'``.
"""

from __future__ import annotations

import importlib
import io
from collections.abc import Iterable
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

from crawler.errors import ZhixunError
from crawler.record import Record
from jobs.formats.record import CSV_COLUMNS, to_csv

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_ROWS = 1_048_576  # of a sheet; then another begins
MAX_CELL = 32_767  # characters of a cell
_FIRST_DAY = 1900  # of the calendar of spreadsheets


class Missing(ZhixunError):
    """A format needs a library that is not installed."""


def library(module: str, extra: str) -> Any:
    """The library of an optional format. Raises Missing, which says how to get it."""
    try:
        return importlib.import_module(module)
    except ImportError:
        raise Missing(f"{extra} needs the library {module.partition('.')[0]}: pip install 'zhixun[{extra}]'") from None


def write(path: Path, records: Iterable[Record], zone: tzinfo) -> int:
    """Write the workbook; how many records. Raises OSError."""
    book = library("openpyxl", "xlsx").Workbook(write_only=True)
    count, rows = 0, MAX_ROWS
    for record in records:
        if rows == MAX_ROWS:
            sheet, rows = book.create_sheet(f"records {len(book.worksheets) + 1}"), 1
            sheet.append(CSV_COLUMNS)
        sheet.append(_row(record, zone))
        count, rows = count + 1, rows + 1
    if not count:
        book.create_sheet("records 1").append(CSV_COLUMNS)
    book.save(path)
    return count


def sheet(title: str, rows: Iterable[Iterable[Any]]) -> bytes:
    """A workbook of one sheet, of cells that are numbers or guarded text."""
    book = library("openpyxl", "xlsx").Workbook(write_only=True)
    page = book.create_sheet(title)
    for row in rows:
        page.append([_text(one) if isinstance(one, str) else one for one in row])
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _row(record: Record, zone: tzinfo) -> list[Any]:
    return [_cell(getattr(record, column), text, zone) for column, text in zip(CSV_COLUMNS, to_csv(record, zone), strict=True)]


def _cell(value: Any, text: str, zone: tzinfo) -> Any:
    if isinstance(value, int) or value is None:
        return value
    if isinstance(value, datetime) and value.year > _FIRST_DAY:
        return value.astimezone(zone).replace(tzinfo=None)
    return _text(text)


def _text(value: str) -> str:
    return value.replace("\ufffe", "").replace("\uffff", "")[:MAX_CELL]  # XML has no such characters
