"""The catalogue of real sources: crawler/data/catalogue.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML


@dataclass(frozen=True, slots=True)
class Listed:
    """One source of the catalogue. `entry` is what config.yaml holds of it beside its name; `seen` when and how it last answered."""

    name: str
    title: str
    language: str
    entry: Mapping[str, Any]
    default: bool = False
    needs_js: bool = False
    note: str = ""
    seen: Mapping[str, Any] | None = None

    @property
    def tags(self) -> tuple[str, ...]:
        """The groups it belongs to."""
        return tuple(self.entry.get("tags", ()))


def file() -> Path:
    """Where the catalogue stands."""
    return Path(str(resources.files("crawler").joinpath("data/catalogue.yaml")))


@cache
def catalogue() -> Mapping[str, Listed]:
    """All of it, by name, in its order."""
    return read(file().read_text("utf-8"))


def read(text: str) -> Mapping[str, Listed]:
    """The entries of a catalogue."""
    rows: list[dict[str, Any]] = YAML(typ="safe").load(text)
    return {row["name"]: Listed(**row) for row in rows}
