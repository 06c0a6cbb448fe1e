"""How alike two whole articles are worded, and whether that, with all else that speaks for one event, makes one a retelling of the other.

The words of a text are weighed by how rare they are in the news (tf-idf, Salton & Buckley 1988) and compared by the cosine of their angle.
The signs of storage/stories/proof.py are weighed beside it, by a logistic regression of its own that benchmarks/fit_retellings.py fits: their weights
there ask what proves one event, these ask what an editor would take for one.
"""

from __future__ import annotations

import marshal
import math
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from heapq import nlargest
from typing import NamedTuple

from crawler.nlp.lexicon import weighed
from crawler.text import HAN, normal
from storage.stories.verdict import Kind

READ = 4_000  # code points of a text whose words are counted
KEPT = 64  # words of a text, the weightiest
SURELY = 5.2  # log-odds of a retelling
APART = frozenset((Kind.CORRECTION, Kind.OTHER_HEAD, Kind.OTHER_TITLE_AMOUNT))  # whatever else is alike
LONG_ENDING = 4  # letters of a word that has an ending
_run = re.compile(f"[{HAN}]+|[a-z0-9][a-z0-9.%'-]*")
_ending = re.compile("(?:ies|es|s|ing|ed)$")
_number = re.compile(r"(?<![a-z\d.,])\d[\d,.]*(?:万|亿|%|million|billion)?")


class Wording(NamedTuple):
    """The weighed words of headline and text, and its numbers of two characters or more; vectors have the length of 255."""

    head: Mapping[str, int]
    whole: Mapping[str, int]
    numbers: frozenset[str]

    @classmethod
    def of(cls, packed: bytes) -> Wording:
        """What `wording` gave."""
        return cls._make(marshal.loads(packed))  # noqa: S302 - what we have packed


def wording(title: str, text: str) -> bytes:
    """How an article is worded, as a packed `Wording`: it is asked for seldom. About 0.3 ms."""
    head, whole = normal(title), normal(f"{title}\n{text}")
    numbers = frozenset(found for found in _number.findall(whole) if len(found) > 1)
    return marshal.dumps((_vector(head), _vector(whole[:READ]), numbers))


def words(form: str) -> Iterator[str]:
    """Pairs of Han, numbers, and Latin words without their endings, of a text in its normal form."""
    for run in _run.findall(form):
        if run[0] >= "\u3400":
            yield from (run[at : at + 2] for at in range(len(run) - 1))
        else:
            yield _ending.sub("", run) if len(run) > LONG_ENDING else run


def _vector(form: str) -> dict[str, int]:
    known, rarest = _rarity()
    heavy = {word: (1 + math.log(count)) * known.get(word, rarest) for word, count in Counter(words(form)).items()}
    kept = nlargest(KEPT, heavy.items(), key=lambda one: one[1])
    length = math.sqrt(sum(weight * weight for _, weight in kept)) or 1.0
    return {word: round(255 * weight / length) for word, weight in kept}


@cache
def _rarity() -> tuple[Mapping[str, float], float]:
    """Nats of surprise of the words that are often in the news, and of all others."""
    found = {word: float(rarity) for rarity, names in weighed("news_words.txt") for word in names.split(";")}
    return found, max(found.values(), default=1.0)


def _cosine(one: Mapping[str, int], other: Mapping[str, int]) -> float:
    few, many = sorted((one, other), key=len)
    return sum(weight * many.get(word, 0) for word, weight in few.items()) / 255**2


def features(one: bytes, other: bytes, found: Mapping[Kind, float]) -> dict[str, float]:
    """What is weighed of two packed wordings: signs that speak, and how alike the texts are."""
    mine, theirs = Wording.of(one), Wording.of(other)
    heads = _cosine(mine.head, theirs.whole), _cosine(mine.whole, theirs.head)
    both = len(mine.numbers & theirs.numbers)
    return {str(kind): value for kind, value in found.items()} | {
        "always": 1.0,
        "texts": _cosine(mine.whole, theirs.whole),
        "headlines": _cosine(mine.head, theirs.head),
        "headline least": min(heads),
        "headline most": max(heads),
        "numbers": math.log1p(both),
        "share of numbers": both / (min(len(mine.numbers), len(theirs.numbers)) or 1),
    }


def may_retell(said: Collection[str]) -> bool:
    """False where nothing by name is in common, where each has a figure or a name at its head that the other lacks, and of a correction;
    `said` are the signs that speak."""
    return Kind.ANCHOR in said and APART.isdisjoint(said)


def log_odds(said: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """What these features say together."""
    return sum(weights.get(name, 0.0) * value for name, value in said.items())


def retells(one: bytes, other: bytes, found: Mapping[Kind, float]) -> bool:
    """Is one article a retelling of the other, by all signs together."""
    return may_retell(found) and log_odds(features(one, other, found), _weights()) >= SURELY


@cache
def _weights() -> Mapping[str, float]:
    return {name: float(weight) for weight, name in weighed("retellings.txt")}
