"""Workbooks: numbers and times are what they are, what a page wrote is text and no formula, and what is missing is named."""

import importlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.record import Record
from jobs.formats import parquet, workbook
from jobs.formats.record import CSV_COLUMNS

ZONE = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 3, 31, 20, 0, tzinfo=UTC)
RECORD = Record("青禾试产", "https://a.example/1", "正文。", published=AT, first_seen=AT, keywords=("甲", "乙"), id=7, story=3)


def rows(path: Path) -> list[dict[str, object]]:
    book = openpyxl.load_workbook(path)
    return [
        dict(zip(CSV_COLUMNS, (cell.value for cell in row), strict=True))
        for sheet in book.worksheets
        for row in sheet.iter_rows(min_row=2)
    ]


def test_numbers_and_times_are_cells_of_their_kind(tmp_path: Path) -> None:
    assert workbook.write(tmp_path / "a.xlsx", [RECORD], ZONE) == 1
    (row,) = rows(tmp_path / "a.xlsx")
    assert (row["id"], row["story"], row["title"], row["keywords"]) == (7, 3, "青禾试产", "甲; 乙")
    assert row["published"] == datetime.fromisoformat("2026-04-01T04:00")
    assert row["author"] is None


@settings(max_examples=40)
@given(st.sampled_from("=+-@＝\t\r\n \x00\ufffe#"), st.text(max_size=9))
def test_nothing_that_a_page_wrote_is_a_formula(tmp_path_factory: pytest.TempPathFactory, first: str, rest: str) -> None:
    path = tmp_path_factory.mktemp("x") / "a.xlsx"
    workbook.write(path, [replace(RECORD, title=f"{first}1+1{rest}", author=f"{first}HYPERLINK({rest})")], ZONE)
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert not [cell.value for row in sheet.iter_rows() for cell in row if cell.data_type in "fe"]


def test_a_long_text_is_cut_and_a_long_archive_has_more_sheets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_ROWS", 3)
    workbook.write(tmp_path / "a.xlsx", [replace(RECORD, id=number, text="长" * 40_000) for number in range(5)], ZONE)
    assert [row["id"] for row in rows(tmp_path / "a.xlsx")] == [0, 1, 2, 3, 4]
    assert len(openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets) == 3


def test_an_archive_without_records_is_a_sheet_of_headings(tmp_path: Path) -> None:
    assert workbook.write(tmp_path / "a.xlsx", [], ZONE) == 0
    assert rows(tmp_path / "a.xlsx") == []


@pytest.mark.parametrize(("write", "extra"), [(workbook.write, "xlsx"), (parquet.write, "parquet")])
def test_a_missing_library_is_named_with_its_cure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write, extra: str) -> None:
    def missing(name: str):
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(workbook.Missing, match=rf"pip install 'zhixun\[{extra}\]'"):
        write(tmp_path / "a", [], ZONE)
    assert not list(tmp_path.iterdir())
