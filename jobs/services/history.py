"""What an article said before it was edited: its versions, and what changed from one to the next."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from datetime import tzinfo
from itertools import pairwise

from storage.archive.queries import Version

_SENTENCE = re.compile(r"(?<=[。！？!?；;])|(?<=[.]\s)|\n")


def differences(versions: Sequence[Version], zone: tzinfo) -> Iterator[str]:
    """Lines of unified diffs, sentence by sentence, oldest change first."""
    for old, new in pairwise(versions):
        at = f"{new.since.astimezone(zone):%Y-%m-%d %H:%M}"
        yield from difflib.unified_diff(_sentences(old), _sentences(new), f"until {at}", f"from {at}", lineterm="", n=1)


def _sentences(version: Version) -> list[str]:
    parts = (part.strip() for part in _SENTENCE.split(version.text))
    return [version.title, *filter(None, parts)]
