"""One record seen through its fields, the places where leaves stand in it, and what they make of a query.

A `View` knows the record's fields in their normal form. A `Look` answers where a leaf stands in it: `Search` looks when it is asked,
`storage.rules.ruleset` has looked for the terms of all rules at once. Everything else is the same for both.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from typing import NamedTuple, Protocol

from crawler.record import Record
from crawler.text import Normal, count_words, is_word, normalize, unquoted, word_ends, word_starts, words
from storage.rules.ast import Alias, And, AtLeast, Count, Leaf, Near, Node, Not, Or, Published, Regex, Term, leaves
from storage.rules.dates import holds

QUOTE = 120  # code points of a quoted sentence at most
MAX_PLACES = 1_000  # of one leaf in one field; the rest would only cost
_word_start = re.compile(r"(?<=\s)\S|(?<=[^\x00-\u2fff])\w")
_sentence_end = re.compile(r"[。！？!?；\n]|\.(?=\s)")


class Place(NamedTuple):
    """Where a leaf stands: a half-open span of a field, in its normal form or (regular expressions) in the original."""

    field: str
    start: int
    end: int
    original: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """A term and where it stood: code-point offsets into the original field (its values one a line), and the sentence around."""

    term: str
    field: str
    start: int
    end: int
    quote: str


class View:
    """A record's fields, as they are and in their normal form, each worked out when first asked for."""

    def __init__(self, record: Record, tags: Sequence[str] = (), now: datetime | None = None) -> None:
        self.record = record
        self.tags = tags
        self.now = now or record.first_seen or record.fetched
        self._forms: dict[str, Normal] = {}
        self._words: dict[str, list[int]] = {}

    def original(self, field: str) -> str:
        """The field as it is."""
        return _FIELDS[field](self)

    def form(self, field: str) -> Normal:
        """The field in its normal form."""
        known = self._forms.get(field)
        if known is None:
            known = self._forms[field] = normalize(unquoted(self.original(field)))
        return known

    def span(self, place: Place) -> tuple[int, int]:
        """The place in the original field."""
        return (place.start, place.end) if place.original else self.form(place.field).span(place.start, place.end)

    def words_between(self, field: str, start: int, end: int, most: int | None = None) -> int:
        """Words that begin in a span of the original field; a Han character is a word. Of more than `most` it says one more.

        Where `most` is given only so much of the field is read: of two terms that are far apart that is enough to know.
        """
        if most is not None:
            return count_words(self.original(field), start, end, most)
        if field not in self._words:
            self._words[field] = list(words(self.original(field)))
        return max(0, bisect_left(self._words[field], end) - bisect_left(self._words[field], start))

    def evidence(self, leaf: Leaf, place: Place) -> Evidence:
        """The place in the original, with the sentence around it."""
        start, end = self.span(place)
        return Evidence(leaf.written, place.field, start, end, quote(self.original(place.field), start, end))


_FIELDS: dict[str, Callable[[View], str]] = {
    "title": lambda view: view.record.title,
    "text": lambda view: view.record.text,
    "keyword": lambda view: "\n".join(view.record.keywords),
    "tech": lambda view: "\n".join(view.record.ai_technologies),
    "industry": lambda view: "\n".join(view.record.industries),
    "company": lambda view: "\n".join(company.name for company in view.record.companies),
    "event": lambda view: "\n".join(f"{event.headline}\n{event.detail}" for event in view.record.events),
    "author": lambda view: view.record.author or "",
    "publisher": lambda view: view.record.publisher or "",
    "source": lambda view: view.record.source or "",
    "tag": lambda view: "\n".join(view.tags),
    "lang": lambda view: "\n".join(dict.fromkeys((view.record.language or "", (view.record.language or "").split("-")[0]))),
    "link": lambda view: view.record.link,
}


def quote(text: str, start: int, end: int) -> str:
    """The sentence around a span, cut to QUOTE characters about it; blanks squeezed."""
    low = max((m.end() for m in _sentence_end.finditer(text, max(0, start - QUOTE), start)), default=max(0, start - QUOTE))
    stop = _sentence_end.search(text, end, end + QUOTE)
    high = stop.end() if stop else min(len(text), end + QUOTE)
    if high - low > QUOTE:
        spare = max(0, QUOTE - (end - start))
        low = max(low, start - spare // 2)
        high = min(high, low + QUOTE)
    if 0 < low < start and is_word(text[low - 1]) and is_word(text[low]):  # no half words
        low = min((m.start() for m in _word_start.finditer(text, low, start)), default=start)
    while end < high < len(text) and is_word(text[high - 1]) and is_word(text[high]):
        high -= 1
    return " ".join(text[low:high].split())


# ---- places


class Look(Protocol):
    """Where the leaves of queries stand in one record."""

    view: View

    def places(self, leaf: Term | Regex) -> Sequence[Place]:
        """All places of the leaf, by field; empty when it does not occur."""
        ...


class Search:
    """Looks for each leaf when it is asked for: right for one query, slow for many."""

    def __init__(self, view: View) -> None:
        self.view = view
        self._known: dict[Term | Regex, tuple[Place, ...]] = {}

    def places(self, leaf: Term | Regex) -> Sequence[Place]:
        known = self._known.get(leaf)
        if known is None:
            known = self._known[leaf] = places_of_regex(self.view, leaf) if isinstance(leaf, Regex) else tuple(self._term(leaf))
        return known

    def _term(self, term: Term) -> Iterator[Place]:
        for field in term.scope:
            text = self.view.form(field).text
            found: list[tuple[int, int]] = []
            for needle in term.needles:
                start = text.find(needle)
                while start >= 0:
                    if stands(text, start, start + len(needle), term.mode, term.prefix):
                        found.append((start, start + len(needle)))
                    start = text.find(needle, start + 1)
            yield from (Place(field, start, end) for start, end in sorted(found)[:MAX_PLACES])


def stands(text: str, start: int, end: int, mode: str, prefix: bool) -> bool:
    """True when a needle found at a place of a normal form stands there as its field's mode wants it."""
    if mode == "part":
        return True
    if mode == "line":
        begins = start == 0 or text[start - 1] == "\n"
        return begins and (prefix or end == len(text) or text[end] == "\n")
    return word_starts(text, start) and (prefix or word_ends(text, end))


_HALVES = re.compile("[\ud800-\udfff]")  # lone surrogates, which a page may write and RE2 cannot take


def places_of_regex(view: View, leaf: Regex) -> tuple[Place, ...]:
    """All places of an expression, in the original fields. What matches nothing (``\\b``) stands nowhere."""
    found = []
    for field in leaf.scope:
        for match in leaf.compiled.finditer(_HALVES.sub("\ufffd", view.original(field))):
            if match.end() > match.start():
                found.append(Place(field, match.start(), match.end(), True))
            if len(found) >= MAX_PLACES:
                break
    return tuple(found)


# ---- what they make of a query


def holds_in(node: Node, look: Look) -> bool:
    """The value of a query, stopping at the first part that decides."""
    if isinstance(node, Term | Regex):
        return bool(look.places(node))
    if isinstance(node, And):
        return all(holds_in(part, look) for part in node.parts)
    if isinstance(node, Or):
        return any(holds_in(part, look) for part in node.parts)
    if isinstance(node, Not):
        return not holds_in(node.part, look)
    if isinstance(node, Alias):
        return holds_in(node.part, look)
    if isinstance(node, AtLeast):
        return sum(holds_in(part, look) for part in node.parts) >= node.least
    if isinstance(node, Near):
        return bool(nearest(node, look))
    if isinstance(node, Count):
        count = occurrences(node, look)
        return node.low <= count and (node.high is None or count <= node.high)
    return holds(node, look.view.record.published, look.view.now)


def _spans(part: Node, look: Look) -> list[tuple[str, int, int]]:
    """(field, start, end) in the original of all leaves of a term, an alias or an Or, in order."""
    found = [place for leaf in leaves(part) if not isinstance(leaf, Published) for place in look.places(leaf)]
    return sorted([(place.field, *look.view.span(place)) for place in found])


def occurrences(node: Count, look: Look) -> int:
    """How often the part occurs; places that overlap are one."""
    count, last = 0, ("", 0)
    for field, start, end in _spans(node.part, look):
        if field != last[0] or start >= last[1]:
            count, last = count + 1, (field, end)
    return count


def nearest(node: Near, look: Look) -> tuple[str, int, int] | None:
    """The first stretch of a field (field, start, end in the original) that has all parts near enough, or None."""
    if _far_apart(node, look):
        return None
    return next((stretch for gap, stretch in distances(node, look, node.distance) if gap <= node.distance), None)


def distances(node: Near, look: Look, most: int | None = None) -> Iterator[tuple[int, tuple[str, int, int]]]:
    """For each stretch of a field that has all parts: the words between them, counted only to just above `most`; and the stretch."""
    spans = [_spans(part, look) for part in node.parts]
    return _stretches(spans, lambda field, start, end: look.view.words_between(field, start, end, most))


def _far_apart(node: Near, look: Look) -> bool:
    """True when the normal form alone shows that the parts are not near: most articles that have them all need no way back."""
    view = look.view
    parts = [list(leaves(part)) for part in node.parts]
    if not all(isinstance(leaf, Term) for some in parts for leaf in some):
        return False
    spans = [sorted([place[:3] for leaf in some if isinstance(leaf, Term) for place in look.places(leaf)]) for some in parts]

    def between(field: str, start: int, end: int) -> int:
        form = view.form(field)
        return max(0, count_words(form.text, start, end, node.distance + form.more) - form.more)

    return all(gap > node.distance for gap, _ in _stretches(spans, between))


def _stretches(
    spans: Sequence[Sequence[tuple[str, int, int]]], between: Callable[[str, int, int], int]
) -> Iterator[tuple[int, tuple[str, int, int]]]:
    numbered = [[(*span, number) for span in some] for number, some in enumerate(spans)]
    latest: dict[int, tuple[str, int, int, int]] = {}
    for span in merge(*numbered):
        latest[span[3]] = span
        ordered = sorted(latest.values())
        if len(latest) == len(spans) and ordered[0][0] == ordered[-1][0]:
            yield _gap(ordered, between), (span[0], ordered[0][1], max(one[2] for one in ordered))


def _gap(ordered: Sequence[tuple[str, int, int, int]], between: Callable[[str, int, int], int]) -> int:
    """Words from the first to the last of the spans that belong to none of them."""
    count, reached = 0, ordered[0][2]
    for field, start, end, _ in ordered[1:]:
        count += between(field, reached, start)
        reached = max(reached, end)
    return count


def witnesses(node: Node, look: Look) -> Iterator[tuple[Leaf, Place]]:
    """The places that make a true query true: those of the leaves in true branches, none from inside a NOT."""
    if isinstance(node, Term | Regex):
        yield from ((node, place) for place in look.places(node))
    elif isinstance(node, Near):
        yield from _near_witnesses(node, look)
    elif isinstance(node, And | Or | AtLeast | Alias | Count):
        for part in node.parts if isinstance(node, And | Or | AtLeast) else (node.part,):
            if holds_in(part, look):
                yield from witnesses(part, look)


def _near_witnesses(node: Near, look: Look) -> Iterator[tuple[Leaf, Place]]:
    stretch = nearest(node, look)
    if stretch is None:
        return
    for part in node.parts:
        for leaf, place in witnesses(part, look):
            start, end = look.view.span(place)
            if place.field == stretch[0] and stretch[1] <= start and end <= stretch[2]:
                yield leaf, place
