"""A record on its way into the archive, with all that can be worked out of it alone. Pure.

It is most of what storing costs, so whoever reads the page does it too, in a child of its own; the one writer only compares and writes.
"""

from __future__ import annotations

from dataclasses import dataclass

from crawler.record import Record, travels
from storage.archive.mentioned import Mentioned, mentioned
from storage.archive.near_duplicates import Sketch, sketch_of
from storage.db.texts import as_stored, number_of
from storage.rules import plan
from storage.rules.match import View
from storage.rules.outline import outline
from storage.stories.compare import fingerprint, keys
from storage.stories.marks import Marks, packed


@travels
@dataclass(frozen=True, slots=True)
class Prepared:
    """`record` is as the database will have it; `words` are its tokens for the index of words, without tags, as one text."""

    record: Record
    sketch: Sketch
    shingles: tuple[int, ...]
    marks: Marks
    story_keys: tuple[int, ...]
    words: str
    outline: bytes
    mentioned: frozenset[Mentioned]

    @property
    def tokens(self) -> frozenset[str]:
        """The words as a set; a record of nothing has none."""
        return frozenset(self.words.split(" ")) if self.words else frozenset()


def prepare(record: Record) -> Prepared:
    """Work it out: some milliseconds for a long article."""
    record = as_stored(record)
    view, story = View(record), fingerprint(record)
    near = sketch_of(record.title, view.form("text").text)
    story_keys, words = tuple(map(number_of, keys(story))), " ".join(plan.tokens(view))
    return Prepared(record, near, near.keys, packed(story), story_keys, words, outline(view), mentioned(record))
