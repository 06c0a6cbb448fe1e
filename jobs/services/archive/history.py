"""What an article said before it was edited: its versions, and what changed from one to the next."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import pairwise
from typing import Literal

from storage.archive.queries import Version

_SENTENCE = re.compile(r"(?<=[。！？!?；;])|(?<=[.]\s)|\n")


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of an article that was edited: still there, gone, or new."""

    how: Literal["same", "gone", "new"]
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """What one edit did, sentence by sentence, with a neighbour on each side; a gap between two places is an empty line."""

    at: datetime
    lines: tuple[Line, ...]


def changes(versions: Sequence[Version]) -> Iterator[Change]:
    """Each edit, the newest first."""
    for old, new in reversed(list(pairwise(versions))):
        yield Change(new.since, tuple(_lines(_sentences(old), _sentences(new))))


def _lines(old: list[str], new: list[str]) -> Iterator[Line]:
    groups = difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(1)
    for number, group in enumerate(groups):
        if number:
            yield Line("same", "")
        for kind, i1, i2, j1, j2 in group:
            yield from (Line("same" if kind == "equal" else "gone", text) for text in old[i1:i2])
            yield from (Line("new", text) for text in new[j1:j2] if kind != "equal")


def differences(versions: Sequence[Version], zone: tzinfo) -> Iterator[str]:
    """Lines of unified diffs, sentence by sentence, oldest change first."""
    for old, new in pairwise(versions):
        at = f"{new.since.astimezone(zone):%Y-%m-%d %H:%M}"
        yield from difflib.unified_diff(_sentences(old), _sentences(new), f"until {at}", f"from {at}", lineterm="", n=1)


def _sentences(version: Version) -> list[str]:
    parts = (part.strip() for part in _SENTENCE.split(version.text))
    return [version.title, *filter(None, parts)]
