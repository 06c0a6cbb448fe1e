"""Phrases that may be keywords, and what each is worth.

Chinese: runs of one to three content words; what speaks for one (how often and where it stands, its parts of speech, how rare its
words are, how free its neighbours are, whether it stands inside longer runs) is added up with the weights of
``data/keywords.yaml``. Languages with blanks: runs of one to three words between stop words and marks, names first.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain, compress
from typing import Any

from crawler.nlp.document import Reading
from crawler.nlp.lexicon import listed, table
from crawler.nlp.segmenter import segmenter

LONG = 700  # code points from which a phrase that is told once and not in the title is no keyword
SEEN = 5  # places of a phrase that are looked at
LONGEST = 14  # code points of a Chinese phrase
MAX_SUMS = 4_000  # kept of each kind


@dataclass(slots=True)
class Candidate:
    """A phrase and what is known of its places."""

    words: tuple[str, ...]
    tags: tuple[str, ...]
    first: int  # offset of its first place in title + text
    count: int = 0
    seen: int = 1  # how many of its places were looked at
    in_title: int = 0
    ends_title: bool = False
    left: int = 0  # how many different words stand before it
    right: int = 0
    bound_left: int = 0
    bound_right: int = 0
    inside: int = 0  # times a content word stands before it
    in_text: tuple[int, int] | None = None
    capitals: int = 0  # times that every word of it begins with a capital

    @property
    def is_name(self) -> bool:
        return self.capitals * 2 > self.count


# --- Chinese


@cache
def weights() -> dict[str, float]:
    return {name: float(value) for name, value in (line.split() for line in str(table("keywords.yaml")["weights"]).splitlines())}


@lru_cache(maxsize=8_000)
def rarity(word: str) -> float:
    """How many nats of surprise a word is, by the segmenter's own word counts (they sum to 60 million)."""
    return math.log(60_101_967 / max(1, segmenter().suggest_freq(word)))


def candidates(title: Reading, text: Reading, known: Container[str] = ()) -> dict[str, Candidate]:
    """Every run of one to three content words, by its normal form. Of a long text only those that come again, stand in the title
    or are known."""
    is_long = len(text.form) > LONG
    of_title, of_text = (list(map(_fits.__getitem__, place.tags)) for place in (title, text))
    if is_long:
        counts = Counter(chain(compress(title.tokens, of_title), compress(text.tokens, of_text)))
        again = {word for word, count in counts.items() if count > 1 or word in known}
        of_text = [fit and word in again for fit, word in zip(of_text, text.tokens, strict=True)]
    runs: dict[str, list[tuple[Reading, int, int]]] = {}
    for place, content in ((title, of_title), (text, of_text)):
        for at, last, form in _runs(place.tokens, content):
            if form in runs:
                runs[form].append((place, at, last))
            else:
                runs[form] = [(place, at, last)]
    return {
        form: _candidate(places, title) if len(places) > 1 else _only(*places[0], title)
        for form, places in runs.items()
        if not is_long or len(places) > 1 or places[0][0] is title or form in known
    }


def _runs(words: tuple[str, ...], content: list[bool]) -> Iterator[tuple[int, int, str]]:
    """(first word, last word, normal form) of every run; content ends where the words do."""
    size = len(words)
    for at in compress(range(size), content):
        form = words[at]
        if 2 <= len(form) <= LONGEST:
            yield at, at, form
        for last in (at + 1, at + 2):
            if last == size or not content[last]:
                break
            form += words[last]
            if len(form) > LONGEST:
                break
            yield at, last, form


class _Tags(dict[str, bool]):
    """Whether a tag is one of those, by its first letter."""

    def __init__(self, letters: str, *more: str) -> None:
        super().__init__(dict.fromkeys(more, True))
        self._letters = letters

    def __missing__(self, tag: str) -> bool:
        self[tag] = fits = tag[:1] in self._letters and tag != ""
        return fits


_fits = _Tags("nvabljieztsfdg", "eng")  # words that may be part of a keyword
_bound = _Tags("xucp", "")  # marks, particles, conjunctions, prepositions: where a phrase may begin or end
_heavy = _Tags("nvab")
_EDGE = ("", "x")


def _candidate(places: list[tuple[Reading, int, int]], title: Reading) -> Candidate:
    """What the first places of a phrase tell. One loop with plain numbers: this runs for hundreds of phrases a text, most of one place."""
    seen = places[:SEEN]
    left, right = set(), set()
    in_title = bound_left = bound_right = inside = 0
    ends_title = False
    in_text: tuple[int, int] | None = None
    for place, at, last in seen:
        words = place.words
        before, kind = words[at - 1] if at else _EDGE
        after, next_kind = words[last + 1] if last + 1 < len(words) else _EDGE
        left.add(before)
        right.add(after)
        bound_left += _bound[kind]
        bound_right += _bound[next_kind]
        inside += _heavy[kind]
        if place is title:
            in_title = 1
            ends_title = ends_title or after == ""
        elif in_text is None:
            in_text = place.starts[at], place.starts[last + 1]
    place, at, last = places[0]
    first = place.starts[at] if place is title else len(title.form) + 1 + place.starts[at]
    return Candidate(
        place.tokens[at : last + 1], place.tags[at : last + 1], first, len(places), len(seen),
        in_title, ends_title, len(left), len(right), bound_left, bound_right, inside, in_text,
    )  # fmt: skip


def _only(place: Reading, at: int, last: int, title: Reading) -> Candidate:
    """The same of the only place of a phrase."""
    tags, start, end, is_title = place.tags, place.starts[at], last + 1, place is title
    kind = tags[at - 1] if at else ""
    next_kind = tags[end] if end < len(tags) else ""
    return Candidate(
        place.tokens[at:end], tags[at:end], start if is_title else len(title.form) + 1 + start, 1, 1,
        1 if is_title else 0, is_title and end == len(tags), 1, 1, _bound[kind], _bound[next_kind], _heavy[kind],
        None if is_title else (start, place.starts[end]),
    )  # fmt: skip


def worth_chinese(form: str, one: Candidate) -> float:
    """The sum of the weights of what speaks for or against it. The parts that come again and again are kept: one sum a shape, a place, a size."""
    heavy, bound_left, bound_right, inside = _weights_of_numbers()
    size = len(one.words)
    rare = list(map(rarity, one.words))
    total = _shapes[one.tags] + _spots[_places(one)] + _sizes[_words(form, rare)]
    total += heavy[size] * math.log(1 + one.count * sum(rare) / size / 5)
    return total + (bound_left * one.bound_left + bound_right * one.bound_right + inside * one.inside) / one.seen


@cache
def _weights_of_numbers() -> tuple[tuple[float, ...], float, float, float]:
    known = weights()
    return tuple(known.get(name, 0.0) for name in _WEIGHT), known["bound-left"], known["bound-right"], known["inside"]


class _Sums(dict[Any, float]):
    """Key of a group of features → the sum of their weights, worked out when it is first met."""

    def __init__(self, names: Callable[..., list[str]]) -> None:
        super().__init__()
        self._names = names

    def __missing__(self, key: tuple[Any, ...]) -> float:
        if len(self) >= MAX_SUMS:
            self.clear()
        self[key] = total = sum(weights().get(name, 0.0) for name in self._names(*key))
        return total


_SAME_TAG = {"nrt": "nr", "nrfg": "nr", "vd": "v", "vg": "v", "ag": "a", "ng": "n", "i": "l", "an": "n"}


def _of_shape(*tags: str) -> list[str]:
    tags = tuple(_SAME_TAG.get(tag, tag) for tag in tags)
    size = len(tags)
    return ["bias", "tags:" + "+".join(tags), f"begins:{size}{tags[0]}", f"ends:{size}{tags[-1]}"]


def _places(one: Candidate) -> tuple[int, int, int, int, int, bool]:
    place = (1 + one.first // 20).bit_length() - 1
    if one.count == 1:
        return 1, one.in_title, place if place < 5 else 5, 1, 1, one.ends_title
    return min(one.count, 6), one.in_title, min(place, 5), min(one.left, 3), min(one.right, 3), one.ends_title


def _of_places(count: int, in_title: int, place: int, left: int, right: int, ends_title: bool) -> list[str]:  # noqa: PLR0917 (a key)
    names = [f"count:{count}", f"count-title:{min(count, 3)}{in_title}", f"place:{place}", f"left:{left}", f"right:{right}"]
    return [*names, "ends-title"] if ends_title else names


def _words(form: str, rare: list[float]) -> tuple[int, int, int, int]:
    length, size, last = len(form), len(rare), int(rare[-1])
    least = last if size == 1 else int(min(rare))
    return size if size < 2 else 2, length if length < 9 else 9, least if least < 14 else 14, last if last < 14 else 14


def _of_words(size: int, length: int, least: int, last: int) -> list[str]:
    return [f"length:{length}", f"rare-least:{size}{least}", f"rare-last:{size}{last}"]


_WEIGHT = ("", "weight:1", "weight:2", "weight:3")
_shapes, _spots, _sizes = _Sums(_of_shape), _Sums(_of_places), _Sums(_of_words)


# --- languages with blanks between words

_token = re.compile(r"[^\W\d_](?:[\w.&+/-]*\w)?(?:'(?!s\b)\w+)?|'s\b|\d[\w.,%-]*|\S")
_letter = re.compile(r"[^\W\d_]")
_verbal = re.compile(r"(?:ing|ed|ly|able)$")  # no nouns, mostly
# Points, set by hand with an eye on news and crowd keywords: by size of the phrase, for 1, 2, 3, 4, 5 and more times.
_TIMES = ((0.2, 0.8, 1.1, 1.2, 1.5), (-0.5, 0.1, 0.3, 0.3, 0.3), (-1.4, -0.4, -0.2, -0.2, -0.2))


def phrases(title: Reading, text: Reading) -> dict[str, Candidate]:
    """Every run of one to three words between stop words and marks, by its normal form."""
    found: dict[str, Candidate] = {}
    stop = listed("stop", "stop_words.yaml")
    for place in (title, text):
        run: list[tuple[int, int, bool]] = []
        for match in _token.finditer(place.form):
            word = match.group()
            if len(word) > 1 and word not in stop and _letter.match(word):
                run.append((match.start(), match.end(), place.text[place.normal.origin(match.start())].isupper()))
            elif run:
                _note(run, place, title, found)
                run = []
        _note(run, place, title, found)
    return found


def _note(run: list[tuple[int, int, bool]], place: Reading, title: Reading, found: dict[str, Candidate]) -> None:
    for at in range(len(run)):
        start, has_capitals = run[at][0], True
        for last in range(at, min(len(run), at + 3)):
            _, end, is_capital = run[last]
            has_capitals = has_capitals and is_capital
            form = place.form[start:end]
            one = found.get(form)
            if one is None:
                offset = start if place is title else len(title.form) + 1 + start
                one = found[form] = Candidate(tuple(place.form[a:b] for a, b, _ in run[at : last + 1]), (), offset)
            one.count += 1
            one.bound_left += at == 0
            one.bound_right += last == len(run) - 1
            if place is title:
                one.in_title = 1
            else:
                one.in_text = one.in_text or (start, end)
                one.capitals += has_capitals


def worth_spaced(_form: str, one: Candidate) -> float:
    """How often, how early, in the title, written as a name, whole between stop words, of long words, not of verbs."""
    size = len(one.words) - 1
    name = one.capitals / one.count
    points = _TIMES[size][min(one.count, 5) - 1]
    points += (0.1, 0.5, 0.5)[size] * one.in_title + (0.6, 1.9, 2.2)[size] * name
    points += 0.65 * (one.bound_left + one.bound_right) / one.count
    points += min(0.9, 0.35 * (max(map(len, one.words)) - 6.5)) - 0.22 * min(6, int(math.log2(1 + one.first / 50)))
    if name < 0.5 and any(map(_verbal.search, one.words)):
        points -= 0.6 if size else 1.2
    return points
