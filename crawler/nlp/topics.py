"""What an article is about, of all that it names or hints at: one way for technologies and for industries.

A topic has signs of several kinds: it is named, doubtfully named, hinted at, spoken for by another one. How many there are, in how many
words, where they stand, and what all other words say of it, is weighed by what labelled news say (``data/topics.yaml``, fitted by
benchmarks/fit_topics.py); a topic that an editor would rather name than not is one of the article's.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from operator import mul

from crawler.nlp.document import Match, Reading
from crawler.nlp.lexicon import names, rows, table
from crawler.nlp.topic_words import Points

BEGINNING = 150  # characters of Chinese at which a text begins; three times as many of Latin letters
HINTED = 0.3  # points of a sign that only hints, beside one that says
WITH = 0.5  # what counts of another topic that the article is known to be about
SENTENCES = 5  # of a text that is long enough for its first one to say more than others
SHORT = 300  # characters of Chinese, from which a text's length counts
SAID = frozenset(("named", "doubtful", "strong", "told"))  # kinds of signs that say a topic; others only hint at it


TITLED, EARLY = 1, 2  # where a word stands


@dataclass(slots=True)
class Signs:
    """The signs of one kind: their places (in the title or not, start, end), their words with where they stand, the first one in the text."""

    places: list[tuple[bool, int, int]] = field(default_factory=list)
    words: dict[str, int] = field(default_factory=dict)
    first: Match | None = None


Measures = list[tuple[str, tuple[float, ...]]]  # row of weights → what each of them is for


class Topics:
    """The topics of one article: by id and kind the signs of each."""

    def __init__(self, kind: str, title: Reading, text: Reading, about: tuple[str, ...] = ()) -> None:
        self.kind = kind
        self.known = names(kind)
        self.title = title
        self.text = text
        self.about = about
        self.scale = 3 if text.is_spaced else 1
        self.begins = BEGINNING * self.scale
        self.starts = [sentence.start for sentence in text.sentences]
        self.found: dict[str, dict[str, Signs]] = {}

    def sign(self, ident: str, kind: str, match: Match, in_title: bool, word: str) -> None:
        """Take note of one more sign."""
        kinds = self.found.get(ident)
        if kinds is None:
            kinds = self.found[ident] = {}
        signs = kinds.get(kind)
        if signs is None:
            signs = kinds[kind] = Signs()
        start, end, _ = match
        signs.places.append((in_title, start, end))
        stands = TITLED if in_title else EARLY * (start < self.begins)
        signs.words[word] = signs.words.get(word, 0) | stands
        if not in_title and (signs.first is None or start < signs.first.start):
            signs.first = match

    def said(self) -> list[str]:
        """The topics that are more than hinted at."""
        return [ident for ident, kinds in self.found.items() if not SAID.isdisjoint(kinds)]

    def measures(self, said: Callable[[str], float | None] | None = None) -> Iterator[tuple[str, Measures]]:
        """Each topic with what is weighed of it; `said`: what the words of the article say of one, if not what the data files know."""
        said = said or Points(self.kind, self.title, self.text).of
        counted = {ident: [(kind, *_counted(signs)) for kind, signs in kinds.items()] for ident, kinds in self.found.items()}
        most: dict[str, float] = {}
        heavy: dict[str, float] = {}
        for ident, signs in counted.items():
            heavy[ident] = sum(_points(*one) for one in signs)
            for kind, count, *_ in signs:
                most[kind] = max(most.get(kind, 0), count)
        ranked = sorted(heavy, key=lambda ident: -heavy[ident])
        rank = {ident: math.log2(1 + at) for at, ident in enumerate(ranked)}
        size = math.log2(max(0.1, len(self.text.form) / self.scale / SHORT))
        whole = (1.0, max(0.0, size), max(0.0, -size), float(self.text.is_spaced), math.log2(1 + len(self.said())))
        for ident, signs in counted.items():
            kinds = self.found[ident]
            lead = "only " if SAID.isdisjoint(kinds) else ""
            stands = (self._spread(kinds), heavy[ident] / heavy[ranked[0]], rank[ident], math.log2(0.1 + heavy[ident]))
            made: Measures = [
                (f"of {ident}", (1.0,)),
                (f"of {self.known[ident].group}:", (1.0,)),
                (lead + "text", (*whole, *stands)),
                (lead + "sentences", self._sentences(kinds)),
            ]
            points = said(ident)
            made.append((lead + "words", (points,)) if points is not None else (lead + "no words", (1.0,)))
            made += [(f"of {ident} with {one}", (WITH,)) for one in self.about]
            made += [
                (lead + kind, (math.log2(1 + count), math.log2(1 + words), min(2, titled), min(2, early), count / most[kind]))
                for kind, count, words, titled, early in signs
            ]
            yield ident, made

    def _sentences(self, kinds: dict[str, Signs]) -> tuple[float, ...]:
        """How many sentences have a sign, their share, and whether the title, the first one and the second one are among them."""
        places = [place for signs in kinds.values() for place in signs.places]
        at = {-1 if in_title else max(0, bisect_right(self.starts, start) - 1) for in_title, start, _ in places}
        stands = [float(one in at and len(self.starts) >= SENTENCES) for one in (-1, 0, 1)]
        return (math.log2(len(at)), len(at) / max(SENTENCES, 1 + len(self.starts)), *stands, stands[0] * stands[1])

    def _spread(self, kinds: dict[str, Signs]) -> float:
        """The part of the text between the first and the last sign that says it."""
        starts = [start for kind in kinds if kind in SAID for in_title, start, _ in kinds[kind].places if not in_title]
        return (max(starts) - min(starts)) / len(self.text.form) if starts else 0.0

    def odds(self, what: str) -> dict[str, float]:
        """The log-odds that the article is about each topic; `what` names the weights."""
        known = weights(what)
        return {
            ident: sum(sum(map(mul, known[row], values)) for row, values in made if row in known)
            for ident, made in self.measures()
        }


def _counted(signs: Signs) -> tuple[int, int, int, int]:
    """How many there are, of how many words, and how many of these stand in the title and at the beginning."""
    stands = signs.words.values()
    return len(signs.places), len(stands), sum(one & TITLED for one in stands), sum(one >= EARLY for one in stands)


def _points(kind: str, count: int, words: int, titled: int, early: int) -> float:
    """How much signs are, to rank topics by; the weights say more."""
    points = words + 0.3 * math.log2(1 + count) + 0.5 * titled + 0.4 * early
    return points if kind in SAID else HINTED * points


def certainty(odds: float) -> float:
    """Log-odds as a share of one."""
    return round(1 / (1 + math.exp(-odds)), 2)


@cache
def weights(what: str) -> dict[str, tuple[float, ...]]:
    """The weights of a table of the data file by row."""
    return {name: tuple(map(float, values.split())) for _, (name, values) in rows(str(table("topics.yaml")[what]))}
