"""The marks of an article as they travel and are kept: packed, for whole they take twenty times the room, and first what refuses most others.

packed(story)   → Marks: `.gist` of it costs some microseconds, `.whole` ten times as many
"""

from __future__ import annotations

import marshal
import pickle
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from zlib import crc32

from crawler.record import travels
from storage.stories.fingerprint import StoryPrint

_BITS = 2048  # some four hundred pairs of Han set a sixth of them


class Gist(NamedTuple):
    """Of headline (`title_*`) and of all that was read. `grams` are told by their count, and by a bit each in `sieve`: it may be another's too."""

    read: bool
    han: bool
    title_phases: frozenset[str]
    phases: frozenset[str]
    title_roots: frozenset[str]
    roots: frozenset[str]
    title_groups: frozenset[str]
    groups: frozenset[str]
    turns: frozenset[str]
    places: frozenset[str]
    grams: int
    sieve: int

    def share(self, other: Gist) -> float:
        """The part of the fewer grams that both may have at the most: a bit of both for each, and those that have none of their own."""
        hidden = min(one.grams - one.sieve.bit_count() for one in (self, other))
        return ((self.sieve & other.sieve).bit_count() + hidden) / max(1, min(self.grams, other.grams))


@travels
@dataclass(frozen=True, slots=True)
class Marks:
    """Those of an article published then."""

    published: datetime | None
    first: bytes
    rest: bytes

    @property
    def gist(self) -> Gist:
        return Gist._make(marshal.loads(self.first))  # noqa: S302 - what we have packed

    @property
    def whole(self) -> StoryPrint:
        return _unpacked(self.rest)


def packed(story: StoryPrint) -> Marks:
    """The marks, packed; some 0.2 ms."""
    said, words = story.said, story.said.words
    heard = story.words["roots"], words["roots"], story.words["act_groups"], words["act_groups"], words["turns"], said.places
    gist = Gist(said.read, said.han, said.title_phases, said.phases, *heard, len(said.grams), _sieve(said.grams))
    return Marks(story.published, marshal.dumps(tuple(gist)), zlib.compress(pickle.dumps(story), 1))


@lru_cache(maxsize=16)  # a new article's are asked for with each candidate
def _unpacked(rest: bytes) -> StoryPrint:
    story: StoryPrint = pickle.loads(zlib.decompress(rest))  # noqa: S301 - what we have packed
    return story


def _sieve(grams: Iterable[str]) -> int:
    bits = bytearray(b"0" * _BITS)
    for number in map(crc32, map(str.encode, grams)):
        bits[number % _BITS] = ord("1")
    return int(bits, 2)
