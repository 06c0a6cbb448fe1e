"""What all the words of an article say of a topic, whatever they name: a linear model over which words there are.

`data/topic_words_zh.txt` and `data/topic_words_en.txt` hold the words that are looked for and, for each topic that enough articles are
about, a character a word, its weight. It is a ridge regression, fitted by benchmarks/fit_topics.py: some thousand weak signs each of which
says next to nothing, and which together tell news on a robot from news on its maker's shares.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from functools import cache
from itertools import chain
from operator import mul
from typing import NamedTuple

from crawler.nlp.document import Reading
from crawler.nlp.events.words import stem
from crawler.nlp.lexicon import weighed

ZERO = 79  # the character of a weight that says nothing; LEVELS more are above it, and as many below
LEVELS = 46


class Model(NamedTuple):
    """The place of each word among the weights; by kind and id of a topic a step, and the weights in such steps."""

    places: Mapping[str, int]
    topics: Mapping[str, tuple[float, bytes]]


def words(title: Reading, text: Reading) -> dict[str, float]:
    """The words of an article, those of Latin letters without their endings, each with a logarithm of how often it stands there; numbers
    and marks are none."""
    said = Counter(chain(title.tokens, text.tokens))
    counts: Counter[str] = Counter()
    for word, count in said.items():
        if len(word) > 1 and word.isalpha():
            counts[stem(word) if word.isascii() else word] += count
    return {word: math.log2(1 + count) for word, count in counts.items()}


class Points:
    """What the words of one article say of topics of one kind."""

    def __init__(self, kind: str, title: Reading, text: Reading) -> None:
        self.kind = kind
        known, self.topics = model("en" if text.is_spaced else "zh")
        counts = [(known[word], count) for word, count in words(title, text).items() if word in known]
        self.places = [at for at, _ in counts]
        self.counts = [count for _, count in counts]
        self.length = math.sqrt(sum(map(mul, self.counts, self.counts)))

    def of(self, ident: str) -> float | None:
        """In standard deviations of what articles say of this topic; None: too few articles are about it to tell."""
        step, weights = self.topics.get(f"{self.kind} {ident}", (0.0, b""))
        if not weights or not self.places:
            return None
        said: float = sum(map(mul, map(weights.__getitem__, self.places), self.counts)) - ZERO * sum(self.counts)
        return step * said / self.length


@cache
def model(language: str) -> Model:
    """The model of Chinese or of English articles."""
    (_, listed), *topics = weighed(f"topic_words_{language}.txt")
    places = {word: at for at, word in enumerate(listed.split())}
    return Model(places, {ident: (float(step), weights.encode()) for ident, step, weights in topics})
