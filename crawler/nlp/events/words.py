"""What the words of a sentence say of the type of its event: weights of a multinomial logistic regression over them.

The words are runs of two and three Han characters, and single Latin words and pairs of them without their endings, as
`data/event_words.txt` lists them; numbers are all alike. The weights are fitted by `benchmarks/fit_events.py`.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cache, lru_cache

from crawler.nlp.lexicon import weighed
from crawler.text import HAN

SCALE = 4.0  # length of the vector of a sentence, however many words it has
OVER = 1.0  # … and of what stands over it
PATTERN = 0.25  # weight of what the patterns of `data/events.yaml` say beside it
SHORTEST_WITH_ENDING = 4  # letters
_ending = re.compile("(?:ies|es|s|ing|ed|e|y)$")
_number = re.compile(r"\d+(?:[.,]\d+)*")
_runs = re.compile(rf"[{HAN}0%]+|[a-z]+|[$€£¥₹]")


def words(line: str) -> set[str]:
    """The words by which a type is told, of a line in its normal form."""
    found: set[str] = set()
    before = ""
    for run in _runs.findall(_number.sub("0", line)):
        if run[0].isascii() or run in "€£¥₹":
            word = stem(run)
            found.add(word)
            if before:
                found.add(f"{before} {word}")
            before = word
        else:
            before = ""
            found.update(run[at : at + size] for size in (2, 3) for at in range(len(run) - size + 1))
    return found


@lru_cache(maxsize=4096)
def stem(word: str) -> str:
    return _ending.sub("", word) if len(word) > SHORTEST_WITH_ENDING else word


@lru_cache(maxsize=64)
def points(line: str, over: str = "") -> Mapping[str, float]:
    """Points of each type, as log-odds but for a constant, of a line and of what stands over it, both in their normal form."""
    found: defaultdict[str, float] = defaultdict(float)
    for length, said in ((SCALE, _said(line)), (OVER, _said(over))):
        for name, value in said.items():
            found[name] += length * value
    return found


@lru_cache(maxsize=64)
def _said(line: str) -> Mapping[str, float]:
    known, types = _tenths()
    said = words(line)
    found = [0] * len(types)
    for of in map(known.get, said):
        for at, tenths in of or ():
            found[at] += tenths
    each = 0.1 / math.sqrt(len(said) or 1)
    return {name: each * value for name, value in zip(types, found, strict=True)}


@cache
def _tenths() -> tuple[Mapping[str, tuple[tuple[int, int], ...]], tuple[str, ...]]:
    """The weights of each word, in tenths, by the number of the type, and the types: sums of floats would depend on their order."""
    types: list[str] = []
    known: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for name, weight, listed in weighed("event_words.txt"):
        if name not in types:
            types.append(name)
        for word in listed.split(";"):
            known[word].append((types.index(name), round(10 * float(weight))))
    return {word: tuple(found) for word, found in known.items()}, tuple(types)


def weights() -> tuple[Mapping[str, Mapping[str, float]], tuple[str, ...]]:
    """The weights of each word by type, and the types."""
    known, types = _tenths()
    return {word: {types[at]: tenths / 10 for at, tenths in of} for word, of in known.items()}, types
