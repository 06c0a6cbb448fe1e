"""docs/rules.md says what is true: each row of its tables is run against the language itself."""

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from ruamel.yaml import YAML

from crawler.record import Record
from jobs.config.models import Config
from jobs.formats.record import from_json
from storage.rules import parser as language
from storage.rules.ast import CHINESE_FIELDS, FIELDS, looked_at
from storage.rules.parser import Query, QueryError, parse
from storage.rules.ruleset import Rule, Ruleset, search

PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text("utf-8")
ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 25, 10, 0, tzinfo=ZONE)
TAGS = ("央视", "中文")
MODES = {"word": "as words", "line": "whole", "part": "anywhere", "date": "–"}


def block(kind: str) -> Any:
    """The one code block of that kind."""
    (text,) = re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)
    return YAML(typ="safe").load(text) if kind == "yaml" else json.loads(text)


def table(head: str) -> list[list[str]]:
    """The rows of all tables with this heading, cell by cell."""
    bodies = re.findall(rf"^\| {re.escape(head)} \|\n\|[-|]+\|\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    return [[cell.strip() for cell in line.strip("|\n ").split(" | ")] for body in bodies for line in body.splitlines()]


def quoted(cell: str) -> list[str]:
    """What stands between backticks."""
    return re.findall(r"`([^`]+)`", cell)


def examples() -> list[tuple[str, str, bool]]:
    """(query, text, whether it matches) of the tables of examples."""
    rows = [(re.sub(r"(?<=`) \(.*\)$", "", queries), yes, no) for queries, yes, no in table("query | matches | does not match")]
    return [
        (query, text, wanted)
        for queries, yes, no in rows
        for query in quoted(queries)
        for cell, wanted in ((yes, True), (no, False))
        for text in quoted(cell)
    ]


def about_the_record() -> list[tuple[str, bool]]:
    """(query, whether it is true of the page's record)."""
    rows = [row[4:] for row in table("field | 中文 | looks in | a term stands there | true | false")] + table("true | false")
    return [(query, cell == 0) for row in rows for cell in (0, 1) for query in quoted(row[cell])]


ALIASES = Config.model_validate({"aliases": block("yaml")["aliases"]}).aliases
RECORD = from_json(block("json"))


def understood(query: str) -> Query:
    return parse(query, ALIASES, ZONE)


def matches(query: str, record: Record, tags: tuple[str, ...] = ()) -> bool:
    """Whether it is true, alone and as a rule; both must say the same."""
    alone = search(understood(query), record, tags, NOW) is not None
    assert bool(Ruleset([Rule("r", understood(query))]).match(record, tags, NOW)) == alone
    return alone


@pytest.mark.parametrize(("query", "text", "wanted"), examples())
def test_an_example_is_true_of_a_title_and_of_a_text(query: str, text: str, wanted: bool) -> None:
    assert matches(query, Record(title=text, link="", text="")) == wanted
    assert matches(query, Record(title="", link="", text=text)) == (wanted and looked_at(understood(query).root) != ("title",))


@pytest.mark.parametrize(("query", "wanted"), about_the_record())
def test_a_field_is_true_or_false_of_the_record(query: str, wanted: bool) -> None:
    assert matches(query, RECORD, TAGS) == wanted


@pytest.mark.parametrize(("query", "said"), table("query | what is said"))
def test_what_is_refused_is_said_in_these_words(query: str, said: str) -> None:
    with pytest.raises(QueryError) as refusal:
        understood(query.strip("`"))
    assert refusal.value.message == said


def test_the_table_has_every_field_with_its_chinese_name_and_its_way_to_match() -> None:
    rows = table("field | 中文 | looks in | a term stands there | true | false")
    chinese = {field: name for name, field in CHINESE_FIELDS.items()}
    written = {quoted(row[0])[0]: (quoted(row[1])[0], row[3]) for row in rows}
    assert written == {field: (chinese[field], MODES[mode]) for field, mode in FIELDS.items()}


def test_every_function_and_limit_is_in_the_page() -> None:
    assert all(f"{name}(" in PAGE for name in language.FUNCTIONS)
    limits = f"at most {language.MAX_LENGTH:,} characters and {language.MAX_NODES:,} terms, and is nested at most {language.MAX_DEPTH} deep"
    assert limits in PAGE


def test_the_tables_are_read() -> None:
    """A change of the page's form must not leave the tests above without work."""
    assert (len(examples()) > 100, len(about_the_record()) > 30, len(table("query | what is said")) > 15) == (True,) * 3
