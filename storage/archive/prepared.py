"""A record on its way into the archive, with all that can be worked out of it alone. Pure.

It is most of what storing costs, so whoever reads the page does it too, in a child of its own; the one writer only compares and writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crawler.record import Record
from storage.archive.mentioned import Mentioned, mentioned
from storage.archive.near_duplicates import Sketch, sketch
from storage.db.texts import as_stored
from storage.rules import plan
from storage.rules.match import View
from storage.stories.compare import StoryPrint, fingerprint


@dataclass(frozen=True, slots=True)
class Prepared:
    """`record` is as the database will have it; `tokens` are those of the index of words, tags of the source among them."""

    record: Record
    tags: tuple[str, ...]
    sketch: Sketch
    shingles: tuple[int, ...]
    story: StoryPrint
    tokens: frozenset[str]
    mentioned: frozenset[Mentioned]


def prepare(record: Record, tags: Sequence[str] = ()) -> Prepared:
    """Work it out: some milliseconds for a long article."""
    record = as_stored(record)
    near = sketch(record.title, record.text)
    tokens = plan.tokens(View(record, tags))
    return Prepared(record, tuple(tags), near, near.keys, fingerprint(record), tokens, mentioned(record))
