"""Who acts in an event: every name of its sentence, and the names that "the company" (公司) may mean, each weighed for it.

    sentence → candidates (parties_zh.py, parties_en.py) → features → log-odds → the likeliest

The weights are those of one logistic regression per language, fitted by benchmarks/fit_parties.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from crawler.nlp.document import Sentence, reading
from crawler.nlp.lexicon import DATA

LEAST = 0.1  # log-odds that one of several needs
ALONE = -2.0  # … and the likeliest where no other has them
LONGEST = 600  # characters of a sentence that are read
TENTHS = 10


class Place(NamedTuple):
    """A sentence in its article, the sentence before it, and whom the article is about."""

    sentence: str
    before: str
    title: str
    text: str
    name: str


class Candidate(NamedTuple):
    """A name, and where it stands in the sentence: nowhere (-1) if it is only meant. The features of `by_type` count once more for the
    type of the event."""

    name: str
    start: int
    features: Sequence[str]
    by_type: Sequence[str]

    def weighed(self, kind: str) -> list[str]:
        return [*self.features, *self.by_type, *(f"{kind} {name}" for name in self.by_type)]


def placed(sentence: str, title: str, text: str, name: str) -> Place:
    text = text or sentence
    told = reading(text).sentences
    at = text.find(sentence)
    before = next((one for one in reversed(told) if one.end <= at), None) if at > 0 else None
    return Place(sentence[:LONGEST], before.text[:LONGEST] if isinstance(before, Sentence) else "", title, text, name)


def likeliest(found: Sequence[Candidate], kind: str, language: str) -> list[Candidate]:
    """Those that are likely enough, the likeliest first, none part of another; the likeliest alone may be less sure."""
    known = weights(language)
    points = [sum(known.get(name, 0) for name in one.weighed(kind)) / TENTHS for one in found]
    kept: list[Candidate] = []
    for of, one in sorted(zip(points, found, strict=True), key=lambda pair: (-pair[0], pair[1].start)):
        if of < (LEAST if kept else ALONE):
            break
        if not any(one.name in other.name or other.name in one.name for other in kept):
            kept.append(one)
    return kept


@cache
def weights(language: str) -> Mapping[str, int]:
    """The weight of each feature in tenths."""
    lines = (DATA / f"parties_{language}.txt").read_text("utf-8").splitlines()
    rows = (line.split(" | ") for line in lines if line and line[0] != "#")
    return {name: round(TENTHS * float(weight)) for weight, names in rows for name in names.split(";")}
