"""The words of a record's title and text in order, a byte or two each: whether those of a query stand together is seen there without the text. Pure.

    outline(view)    what is kept of a record; nothing of one that is too long or too odd
    outlined(query)  whether it may be true of a record with this outline, or None where that would say nothing
    of_text(outline) that of the text alone; `grams` of it are each four words, `windows` every four

Like an index an outline only leaves out, since other words have the same bytes; `storage.rules.ruleset` decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from zlib import crc32

from crawler.text import is_word, runs
from storage.rules.ast import BARE, Count, Near, Node, Or, Term, combined, is_of_words, terms
from storage.rules.match import View

VERSION = "1"
LONGEST = 30_000  # bytes that are kept of a record, or none
TELLING = 3  # words of a needle: of fewer the index of words knows what follows on what

HAN = 191  # codes, from 1 on; those above begin words of letters
_FIRST = bytes(range(HAN + 1, 256))
_FOUR_WORDS = re.compile(b"(?:[%c-\xff]?.){4}" % _FIRST[0], re.DOTALL)
_WORD = re.compile(b"[%c-\xff]?." % _FIRST[0], re.DOTALL)

Outline = Mapping[str, bytes]
Words = Callable[[str], Sequence[str]]
Test = Callable[[Outline, int], bool]  # with so many words that the normal form may have more between two places


def outline(view: View) -> bytes:
    """How many words more the normal form may have, the words of the title, a zero, those of the text."""
    forms = [view.form(field) for field in BARE]
    more, words = max(form.more for form in forms), b"\0".join(_codes(form.text) for form in forms)
    return bytes((more,)) + words if more < 256 and len(words) <= LONGEST else b""


def of_text(kept: bytes) -> bytes:
    """The words of the text alone."""
    return kept[1:].partition(b"\0")[2]


def grams(words: bytes) -> list[bytes]:
    """Four words, and the next four."""
    return _FOUR_WORDS.findall(words)


@lru_cache(2)  # a new text's are asked for with each that it is held against
def windows(words: bytes) -> frozenset[bytes]:
    """Each four words after each other."""
    found = _WORD.findall(words)
    return frozenset(map(b"".join, zip(found, found[1:], found[2:], found[3:], strict=False)))


def outlined(node: Node, words: Words = lambda _: ()) -> Callable[[bytes], bool] | None:
    """Whether the query may be true of a record with this outline. `words`: all that begin so, or nothing where that is not known."""
    test = _test(node, words)
    if test is None:
        return None

    def passes(kept: bytes) -> bool:
        return not kept or test(dict(zip(BARE, kept[1:].split(b"\0"), strict=True)), kept[0])

    return passes


def _codes(form: str) -> bytes:
    return b"".join([_code(one) for run, word in runs(form) for one in ((word,) if word else run)])


@lru_cache(1 << 15)
def _code(word: str) -> bytes:
    """A byte; before that of a word of letters one more, since it says as much as several Han characters."""
    number = crc32(word.encode(errors="replace"))
    code = number % HAN + 1
    return bytes((_FIRST[number // HAN % len(_FIRST)], code) if is_word(word[0]) else (code,))


def length(codes: bytes) -> int:
    """How many words these are."""
    return len(codes.translate(None, _FIRST))


def _test(node: Node, words: Words) -> Test | None:
    if isinstance(node, Near):
        return _near(node, words)
    if isinstance(node, Count):
        return _count(node, words)
    if isinstance(node, Term):
        return _phrase(node, words)
    if isinstance(node, Or):
        tests = [_test(part, words) for part in node.parts]
        return None if None in tests else lambda given, more: any(test(given, more) for test in tests if test)
    return combined(node, lambda part: _test(part, words))


def _phrase(term: Term, words: Words) -> Test | None:
    if min(length(_codes(needle)) for needle in term.needles) < TELLING:
        return None
    looks = [(field, needles) for field, (needles,) in _fields([term], words) if min(map(length, needles)) >= TELLING]
    return (lambda given, _more: any(needle in given[field] for field, needles in looks for needle in needles)) if looks else None


def _needles(some: Iterable[Term], words: Words) -> list[bytes] | None:
    """The codes of all needles of these terms; None where one has none that are known: the last word of a beginning may not be."""
    found: list[bytes] = []
    for term in some:
        for needle in term.needles:
            codes, goes_on = _codes(needle), term.prefix and is_word(needle[-1])
            ends = [_code(word) for word in words(runs(needle)[-1][1])] if goes_on else []
            found += [codes[:-2] + end for end in ends] or [codes[:-2] if goes_on else codes]
    return None if b"" in found else found


def _fields(parts: Sequence[Node], words: Words) -> Iterator[tuple[str, list[list[bytes]]]]:
    """Each field in which all of these parts look, with the needles of each; nothing where one looks elsewhere, or its needles say nothing."""
    listed = [list(terms(part)) for part in parts]
    if all(map(is_of_words, parts)) and all(set(term.scope).issubset(BARE) for some in listed for term in some):
        for field in BARE:
            needles = [_needles((term for term in some if field in term.scope), words) for some in listed]
            if None in needles:
                return
            if all(needles):
                yield field, [some for some in needles if some]


def _places(words: bytes, needles: Iterable[bytes], low: int = 0, high: int | None = None) -> Iterator[tuple[int, int]]:
    """Where one of them stands, also within another."""
    for needle in needles:
        start = words.find(needle, low, high)
        while start >= 0:
            yield start, start + len(needle)
            start = words.find(needle, start + 1, high)


def _count(node: Count, words: Words) -> Test | None:
    """Whether as many places begin there."""
    looks = [(field, needles) for field, (needles,) in _fields([node.part], words)]
    if not looks or node.low <= 1:
        return None
    return lambda given, _more: (
        sum(len({start for start, _ in _places(given[field], needles)}) for field, needles in looks) >= node.low
    )


def _near(node: Near, words: Words) -> Test | None:
    """Whether in one field, about a place of one part, there is one of each other, with so few words between that others may lie there too."""
    looks = []
    for field, parts in _fields(node.parts, words):
        first, *others = sorted(parts, key=lambda needles: (len(needles), -min(map(len, needles))))
        finds = [re.compile(b"|".join(map(re.escape, needles)), re.DOTALL).search for needles in others]
        looks.append((field, first, list(zip(finds, others, strict=True)), max(len(one) for needles in parts for one in needles)))
    if not looks:
        return None
    goes_on = any(term.prefix for term in terms(node))

    def near(given: Outline, more: int) -> bool:
        for field, first, others, longest in looks:
            most = node.distance + (len(node.parts) - 1) * more + (len(node.parts) - 2) * (longest + goes_on) + goes_on
            words, far = given[field], 2 * most + longest + goes_on
            for start, end in _places(words, first):
                here = max(0, start - far), end + far  # none beyond can be near, and mostly there is none in it
                if all(
                    find(words, *here) and _close(words, start, end, _places(words, some, *here), most) for find, some in others
                ):
                    return True
        return False

    return near


def _close(words: bytes, start: int, end: int, places: Iterable[tuple[int, int]], most: int) -> bool:
    """Whether one of these places has so few words between."""
    return any(length(words[min(end, other[1]) : max(start, other[0])]) <= most for other in places)
