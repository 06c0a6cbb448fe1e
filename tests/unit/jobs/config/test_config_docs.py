"""docs/configuration.md and docs/config.schema.json say what the code takes, neither more nor less."""

import json
import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from jobs.config.load import schema
from jobs.config.models import Section, described, kinds
from jobs.config.schema_errors import SECTIONS

DOCS = Path(__file__).parents[4] / "docs"
PAGE = (DOCS / "configuration.md").read_text("utf-8")
TABLES: dict[str, type[BaseModel]] = {"The file": described()} | {f"`{name}`": model for name, model in SECTIONS.items()}
TABLES |= {f"Keys of kind `{name}`": kind.options for name, kind in kinds().items() if kind.options.model_fields}


def rows(model: type[BaseModel]) -> list[str]:
    """The table of a section: a row a key with its default and its meaning."""
    made = []
    for key, field in model.model_fields.items():
        default = "" if field.is_required() else model.model_construct().model_dump(mode="json", include={key}).get(key)
        shown = (
            "required"
            if field.is_required()
            else f"`{_yaml(default)}`"
            if default not in (None, [], {}) and key in _shown(model)
            else "–"
        )
        made.append(f"| `{key}` | {shown} | {field.description} |")
    return made


def _shown(model: type[BaseModel]) -> list[str]:
    """The keys whose default is a value; the others stand for a section of their own."""
    own = {
        key
        for key, field in model.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section)
    }
    return [key for key in model.model_fields if key not in own]


def _yaml(default: object) -> str:
    return json.dumps(default).strip('"') if not isinstance(default, int) or isinstance(default, bool) else _size(default)


def _size(number: int) -> str:
    return f"{number >> 20}MB" if number and number % 2**20 == 0 else str(number)


def written(heading: str) -> list[str]:
    """The rows of the first table under a heading."""
    found = re.search(rf"^##+ {re.escape(heading)}\n(.*?)(?=^##+ |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"docs/configuration.md has no heading {heading}"
    return [line for line in found[1].split("\n") if line.startswith("| `")]


@pytest.mark.parametrize(("heading", "model"), TABLES.items(), ids=list(TABLES))
def test_each_key_is_documented_with_its_default_and_meaning_and_no_other(heading: str, model: type[BaseModel]) -> None:
    assert written(heading) == rows(model)


def test_every_section_is_in_the_page() -> None:
    assert {model for model in TABLES.values() if issubclass(model, Section)} == {described(), *SECTIONS.values()}


def test_the_schema_for_editors_is_current() -> None:
    """After a change: ``zhixun config schema > docs/config.schema.json``."""
    assert json.loads((DOCS / "config.schema.json").read_text("utf-8")) == schema()
