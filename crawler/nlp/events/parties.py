"""Who acts in an event: every name of its sentence, and the names that "the company" (公司) may mean, each weighed for it.

    sentence → candidates (parties_zh.py, parties_en.py) → features → log-odds → the likeliest

The weights are those of one logistic regression per language, fitted by benchmarks/fit_parties.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from crawler.nlp.document import reading
from crawler.nlp.lexicon import weighed

LEAST = 0.1  # log-odds that one of several needs
ALONE = -2.0  # … and the likeliest where no other has them
LONGEST = 600  # characters of a sentence that are read
TENTHS = 10


class Place(NamedTuple):
    """A sentence in its article, and whom the article is about."""

    sentence: str
    title: str
    text: str
    name: str

    @property
    def before(self) -> str:
        """The sentence before it."""
        at = self.text.find(self.sentence)
        told = reversed(reading(self.text).sentences) if at > 0 else ()
        return next((one.text[:LONGEST] for one in told if one.end <= at), "")


class Candidate(NamedTuple):
    """A name, and where it stands in the sentence: nowhere (-1) if it is only meant. The features of `by_type` count once more for the
    type of the event."""

    name: str
    start: int
    features: Sequence[str]
    by_type: Sequence[str]

    def features_of(self, kind: str) -> list[str]:
        return [*self.features, *self.by_type, *(f"{kind} {name}" for name in self.by_type)]

    def points(self, kind: str, known: Mapping[str, int]) -> float:
        """The log-odds."""
        return log_odds(self.features_of(kind), known)


def log_odds(features: Iterable[str], known: Mapping[str, int]) -> float:
    """What these features say together; each is `known` in tenths."""
    return sum(known.get(name, 0) for name in features) / TENTHS


def meant(
    names: Iterable[str], others: Iterable[tuple[str, str, int]], told: Callable[[str, int], Iterable[str]]
) -> Iterator[Candidate]:
    """Those of `others` (where, name, its number there) that are no part of a name of the sentence or of each other, or the other way
    round; `told`: what is weighed of each."""
    seen = list(names)
    for of, name, rank in others:
        if name and not any(name in one or one in name for one in seen):
            seen.append(name)
            yield Candidate(name, -1, (), (of, *(f"{of} {one}" for one in told(name, rank))))


def likeliest(found: Sequence[Candidate], kind: str, known: Mapping[str, int]) -> list[Candidate]:
    """Those that are likely enough, the likeliest first, none part of another; the likeliest alone may be less sure."""
    points = [one.points(kind, known) for one in found]
    kept: list[Candidate] = []
    for of, one in sorted(zip(points, found, strict=True), key=lambda pair: (-pair[0], pair[1].start)):
        if of < (LEAST if kept else ALONE):
            break
        if not any(one.name in other.name or other.name in one.name for other in kept):
            kept.append(one)
    return kept


@cache
def weights(name: str) -> Mapping[str, int]:
    """The weight of each feature in tenths, of a file such as `parties_zh.txt`."""
    rows = weighed(name)
    return {name: round(TENTHS * float(weight)) for weight, names in rows for name in names.split(";")}
