"""Is this text a near-copy of that one? Pure: texts in, an answer with its reason out.

A text becomes a set of 4-grams of its units, a unit being a Han (kana, hangul) character or a word. A reprint shares at least 60 % of the
shorter text's grams. Which stored texts are worth that comparison, a MinHash says (one permutation, 40 bins, 20 bands of two): texts that
share 60 % meet in a band with a probability of .98, unrelated ones (5 %) of .05. The normalised title is one more band.

Shared boilerplate makes no reprint: short texts, and texts of very different length (an excerpt, or a round-up that quotes), must have
the same title too, and the figures in them must agree (market reports repeat their words every day, not their numbers).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

from crawler.record import travels
from crawler.text import CJK, normal
from storage.rules import outline

SHARE = 0.6  # of the shorter text's grams
AKIN = 0.2  # of them, for two states of one article
SHORT = 100  # code points; below, titles count too
TINY = 12  # grams; below, the whole text must be the same
MAX_RATIO = 3  # of the lengths
BINS, ROWS = 40, 2
# Grams that are looked for of a text which may share SHARE with another, and the part that is found: less once in 400,000 and 300,000 times
FIRST, FIRST_FOUND = 32, 0.2
SAMPLES, FOUND = 96, 0.38
OF_ALL = 0.5  # of them: in some scripts an outline cuts words otherwise
TELLING = 12  # words; of fewer nothing is told

_UNITS = re.compile(f"[{CJK}]|[^\\W_{CJK}]+")
_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_MIX = 0x9E3779B97F4A7C15  # 2^64 / golden ratio: Fibonacci hashing spreads CRC-32's linear bits
_MASK = (1 << 64) - 1


@travels
@dataclass(frozen=True, slots=True)
class Sketch:
    """What is compared."""

    title: str
    length: int  # of the normal form, in code points
    grams: frozenset[int]
    figures: frozenset[str]

    @property
    def keys(self) -> tuple[int, ...]:
        """63-bit numbers; two texts are worth a comparison when they have one in common."""
        return _keys(self.title, self.grams)


@dataclass(frozen=True, slots=True)
class Likeness:
    """`share` is the part of the shorter text that stands in the longer."""

    reprint: bool
    share: float
    reason: str


def sketch(title: str, text: str) -> Sketch:
    """The sketch of an article; about 2 ms for 3,000 characters."""
    return sketch_of(title, normal(text))


def sketch_of(title: str, form: str) -> Sketch:
    """… whose text is in its normal form already."""
    plain = " ".join(_UNITS.findall(normal(title)))
    return Sketch(plain, len(form), _grams(form), frozenset(_FIGURE.findall(form)))


def compare(new: Sketch, old: Sketch) -> Likeness:
    """Is `new` a reprint of `old`?"""
    small, large = sorted((new.grams, old.grams), key=len)
    share = len(small & large) / len(small) if small else float(new.title == old.title)
    if share < SHARE:
        return Likeness(False, share, f"only {share:.0%} of the shorter text stands in the other")
    if not _figures_agree(new.figures, old.figures):
        return Likeness(False, share, "the same words with other figures")
    titles = _titles_alike(new.title, old.title)
    if len(small) < TINY and not (titles and share > 0.9):
        return Likeness(False, share, "too short to tell")
    short, long = sorted((new.length, old.length))
    if short < SHORT and not titles:
        return Likeness(False, share, "short, and with another title")
    if long > MAX_RATIO * short and not titles:
        return Likeness(False, share, "a part of a longer text with another title")
    return Likeness(True, share, f"{share:.0%} of the shorter text stands in the other")


def may_share(new: bytes, old: bytes) -> bool:
    """False for the outlines of two texts that share less than SHARE of the shorter: too few of SAMPLES of its grams, spread over it, stand in the
    longer, or too few of all. To see that takes neither text, and for a `new` one that is held against several some things only once."""
    mine, theirs = map(outline.of_text, (new, old))
    short, long = sorted((mine, theirs), key=outline.length)
    stands = (outline.windows(mine) if long is mine else long).__contains__
    if any(sum(map(stands, some)) < least * len(some) for some, least in _samples(short)):
        return False
    return outline.length(short) < TELLING or _most_shared(mine, theirs) >= OF_ALL


@lru_cache(2)
def _samples(words: bytes) -> tuple[tuple[Sequence[bytes], float], ...]:
    """Grams of a text, and what part of them stands in one that may share SHARE of it; the few first, and of a short text none."""
    grams = outline.grams(words)
    samples = grams[:: max(1, len(grams) // SAMPLES)]
    few = samples[:: max(1, len(samples) // FIRST)]
    return ((few, FIRST_FOUND), (samples, FOUND)) if len(grams) >= FIRST else ()


def _most_shared(*texts: bytes) -> float:
    """The part of the fewer grams of two texts that they share at the most. Several may look alike in an outline: as many as it has more than it shows."""
    shown = [outline.windows(text) for text in texts]
    hidden = min(outline.length(text) - 3 - len(some) for text, some in zip(texts, shown, strict=True))
    return (len(shown[0] & shown[1]) + hidden) / min(map(len, shown))


def akin(new: Sketch, old: Sketch) -> bool:
    """May `new` be a later state of `old`? Their headlines are alike, or a part of the one text stands in the other, figures too."""
    small, large = sorted((new.grams, old.grams), key=len)
    part = bool(small) and len(small & large) >= AKIN * len(small)
    return _titles_alike(new.title, old.title) or (part and _figures_agree(new.figures, old.figures))


def _grams(form: str) -> frozenset[int]:
    units = " ".join(_UNITS.findall(form)).encode().split(b" ")
    return frozenset(map(crc32, map(b" ".join, zip(units, units[1:], units[2:], units[3:], strict=False))))


def _keys(title: str, grams: Iterable[int]) -> tuple[int, ...]:
    bins = [_MASK] * BINS
    for gram in grams:
        mixed = gram * _MIX & _MASK
        place = mixed % BINS
        if mixed < bins[place]:  # noqa: PLR1730 - min() takes twice as long
            bins[place] = mixed
    bands = enumerate(zip(*(bins[row::ROWS] for row in range(ROWS)), strict=True))
    keys = [_key(band, *rows) for band, rows in bands if _MASK not in rows]
    if len(title) >= 8:  # "快讯" and "News" are nobody's title
        keys.append(_key(BINS, crc32(title.encode()), len(title)))
    return tuple(keys)


def _key(band: int, first: int, second: int) -> int:
    return ((first + band) * _MIX ^ (second * 0xC2B2AE3D27D4EB4F)) >> 1 & (_MASK >> 1)


def _figures_agree(one: frozenset[str], other: frozenset[str]) -> bool:
    few, many = sorted((one, other), key=len)
    return len(few) < 3 or len(few & many) * 2 >= len(few)


def _titles_alike(one: str, other: str) -> bool:
    if set(_FIGURE.findall(one)) ^ set(_FIGURE.findall(other)):
        return False
    pairs = [{title[i : i + 2] for i in range(len(title) - 1)} for title in (one.replace(" ", ""), other.replace(" ", ""))]
    small, large = sorted(pairs, key=len)
    return one == other or (len(small) >= 4 and len(small & large) >= SHARE * len(small))
