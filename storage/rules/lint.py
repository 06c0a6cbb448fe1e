"""Queries that cannot do what their author means: true without any term, or true of nothing.

Both are sought where people make them (a term required and excluded, a date before and after, a branch that its neighbours rule
out), not by a general solver: a query that passes may still be impossible, one that is refused is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from crawler.i18n import tr
from crawler.text import places, word_ends, word_starts
from storage.rules.ast import Alias, And, AtLeast, Count, Leaf, Near, Node, Not, Or, Published, Regex, Term, children

ONE_VALUE = ("source", "lang")  # fields of which an article has one
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


L = TypeVar("L", bound=Leaf)


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong, and where in the query."""

    message: str
    at: int


@dataclass(frozen=True, slots=True)
class _Known:
    """What must be true, and what must not, in the branch at hand."""

    required: tuple[Leaf, ...] = ()
    excluded: tuple[Leaf, ...] = ()


def flaw(root: Node) -> Flaw | None:
    """Why no rule should say this, or None."""
    if _true_of_nothing(root):
        return Flaw(tr("this only says what must not occur, and so matches nearly everything: say what to look for"), root.at)
    return _clash(root, _Known())


def missing(root: Node, never: Sequence[L]) -> L | None:
    """Of leaves that are true of no article, one without which the query is not either; None where it can do without them."""
    found = _clash(root, _Known(excluded=tuple(never)))
    return next((leaf for leaf in never if leaf.at == found.at), never[0]) if found and never else None


def _true_of_nothing(node: Node) -> bool:
    """The value on an article in which no leaf is true."""
    if isinstance(node, Not):
        return not _true_of_nothing(node.part)
    if isinstance(node, Or):
        return any(map(_true_of_nothing, node.parts))
    if isinstance(node, And):
        return all(map(_true_of_nothing, node.parts))
    if isinstance(node, AtLeast):
        return sum(map(_true_of_nothing, node.parts)) >= node.least
    if isinstance(node, Count):
        return node.low == 0
    return isinstance(node, Alias) and _true_of_nothing(node.part)


def _clash(node: Node, known: _Known) -> Flaw | None:
    """Why `node` cannot be true beside what is known, or None."""
    if isinstance(node, Alias):
        return _clash(node.part, known)
    if isinstance(node, Or | AtLeast):
        flaws = [_clash(part, known) for part in node.parts]
        least = node.least if isinstance(node, AtLeast) else 1
        return next(filter(None, flaws)) if sum(f is None for f in flaws) < least else None
    required, excluded = tuple(_required(node)), tuple(_excluded(node))
    inside = _Known(known.required + required, known.excluded + excluded)
    found = _contradiction(inside, known)
    if found or not isinstance(node, And):
        return found
    return next(filter(None, (_clash(part, inside) for part in node.parts if isinstance(part, And | Or | AtLeast | Alias))), None)


def _contradiction(inside: _Known, before: _Known) -> Flaw | None:
    for place, leaf in enumerate(inside.required):
        for other in inside.excluded[0 if place >= len(before.required) else len(before.excluded) :]:
            if implies(leaf, other):
                return Flaw(tr("this can never match: {both}", both=_both(leaf, other)), other.at)
    return _two_values(inside.required) or _no_time(inside.required)


def _both(required: Leaf, excluded: Leaf) -> str:
    if required == excluded:
        return tr("{written} is required, and excluded here", written=required.written)
    return tr("{written} is excluded, and {required} cannot be without it", written=excluded.written, required=required.written)


def _two_values(required: Iterable[Leaf]) -> Flaw | None:
    seen: dict[str, Term] = {}
    for leaf in required:
        if isinstance(leaf, Term) and leaf.scope[0] in ONE_VALUE:
            first = seen.setdefault(leaf.scope[0], leaf)
            if not (_term_implies(leaf, first) or _term_implies(first, leaf)):
                told = tr(
                    "this can never match: an article has one {field}, not {one} and {other}",
                    field=leaf.scope[0],
                    one=first.written,
                    other=leaf.written,
                )
                return Flaw(told, leaf.at)
    return None


def _no_time(required: Iterable[Leaf]) -> Flaw | None:
    times = [leaf for leaf in required if isinstance(leaf, Published) and leaf.ago is None]
    low = max((leaf.low or _FIRST for leaf in times), default=_FIRST)
    if low < min((leaf.high or _LAST for leaf in times), default=_LAST):
        return None
    return Flaw(tr("this can never match: no time is {times}", times=" and ".join(t.written for t in times)), times[-1].at)


def _required(node: Node) -> Iterable[Leaf]:
    """Leaves without which `node` is not true."""
    if isinstance(node, Term | Regex | Published):
        yield node
    every = isinstance(node, And | Near | Alias) or (isinstance(node, Count) and node.low > 0)
    if every or (isinstance(node, AtLeast) and node.least == len(node.parts)):
        for child in children(node):
            yield from _required(child)
    if isinstance(node, Not):
        yield from _true_without(node.part)


def _true_without(node: Node) -> Iterable[Leaf]:
    """Leaves without which `node` is true."""
    if isinstance(node, Not):
        yield from _required(node.part)
    if isinstance(node, Or | Alias):
        for child in children(node):
            yield from _true_without(child)


def _excluded(node: Node) -> Iterable[Leaf]:
    """Leaves with which `node` is not true."""
    if isinstance(node, And):
        for child in node.parts:
            yield from _excluded(child)
    if isinstance(node, Not) or (isinstance(node, Count) and node.high == 0):
        yield from _sufficient(node.part)


def _sufficient(node: Node) -> Iterable[Leaf]:
    """Leaves that make `node` true on their own."""
    if isinstance(node, Term | Regex | Published):
        yield node
    once = isinstance(node, Count) and node.low <= 1 and node.high is None
    if once or isinstance(node, Or | Alias) or (isinstance(node, AtLeast) and node.least == 1):
        for child in children(node):
            yield from _sufficient(child)


def entails(one: Node, other: Node) -> bool:
    """True when every article that `one` matches is matched by `other` too, as far as their shapes tell; False when in doubt."""
    if isinstance(one, Alias):
        return entails(one.part, other)
    if isinstance(other, Alias):
        return entails(one, other.part)
    if isinstance(one, Or):
        return all(entails(part, other) for part in one.parts)
    if isinstance(other, And):
        return all(entails(one, part) for part in other.parts)
    if isinstance(other, Or) and any(entails(one, part) for part in other.parts):
        return True
    if isinstance(one, And | Near) and any(entails(part, other) for part in one.parts):
        return True
    if isinstance(one, Not) and isinstance(other, Not):
        return entails(other.part, one.part)
    leaves = Term | Regex | Published
    return implies(one, other) if isinstance(one, leaves) and isinstance(other, leaves) else one == other


def implies(one: Leaf, other: Leaf) -> bool:
    """True when an article in which `one` stands has `other` too."""
    if one == other:
        return True
    if isinstance(one, Term) and isinstance(other, Term):
        return _term_implies(one, other)
    if isinstance(one, Published) and isinstance(other, Published) and one.ago is None and other.ago is None:
        starts = (other.low or _FIRST) <= (one.low or _FIRST)
        return starts and (one.high or _LAST) <= (other.high or _LAST)
    return False


def _term_implies(one: Term, other: Term) -> bool:
    if one.mode != other.mode or not set(one.scope) <= set(other.scope):
        return False
    return all(any(_stands_in(needle, hay, one, other) for needle in other.needles) for hay in one.needles)


def _stands_in(needle: str, hay: str, one: Term, other: Term) -> bool:
    """True when `needle` of `other` stands in `hay` of `one` wherever that one stands in a text."""
    if one.mode == "part":
        return needle in hay
    if one.mode == "line":
        return hay.startswith(needle) if other.prefix else hay == needle and not one.prefix
    for start in places(needle, hay):
        end = start + len(needle)
        closed = other.prefix or (word_ends(hay, end) if end < len(hay) else not one.prefix or word_ends(hay + "a", end))
        if closed and word_starts(hay, start):
            return True
    return False
