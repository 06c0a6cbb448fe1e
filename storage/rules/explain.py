"""Why a query is true of a record, or not: the tree with each part's value, where each term stood, which NOT stopped it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crawler.i18n import tr
from crawler.record import Record
from storage.rules.ast import BARE, Alias, And, AtLeast, Count, Near, Node, Not, Or, Published, Regex, Term, children
from storage.rules.match import Evidence, Look, Search, View, distances, holds_in, occurrences, witnesses
from storage.rules.parser import Query

MAX_PLACES = 5  # told of one term


@dataclass(frozen=True, slots=True)
class Explained:
    """One part of the query: what it says, whether it is true, where it stood, and what else there is to say."""

    label: str
    true: bool
    places: tuple[Evidence, ...] = ()
    more: int = 0  # places that are not told
    note: str = ""
    parts: tuple[Explained, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """`stopped` are the places that a NOT objects to, `missing` the terms that were looked for and are not there."""

    query: str
    matched: bool
    tree: Explained
    stopped: tuple[Evidence, ...]
    missing: tuple[str, ...]

    def render(self) -> str:
        """As plain text, one part of the query a line."""
        lines = [tr("match") if self.matched else tr("no match"), *_lines(self.tree, 0)]
        lines += [tr("stopped by NOT: {term} in {place}", term=e.term, place=_place(e)) for e in self.stopped]
        if self.missing:
            lines.append(tr("not found: {terms}", terms=tr(", ").join(self.missing)))
        return "\n".join(lines)


def explain(query: Query, record: Record, tags: Sequence[str] = ()) -> Explanation:
    """The value of the query on the record, with all its reasons."""
    look = Search(View(record, tags))
    tree = _explained(query.root, look)
    stopped = () if tree.true else tuple(dict.fromkeys(_stopped(query.root, look)))
    missing = () if tree.true else tuple(dict.fromkeys(_missing(query.root, look)))
    return Explanation(query.text, tree.true, tree, stopped, missing)


def label(node: Node) -> str:
    """What a part of a query says, as it is written."""
    if isinstance(node, Term):
        text = f'"{node.written}"' if " " in node.written else node.written
        return _in_scope(node.scope, text + "*" * node.prefix)
    if isinstance(node, Regex):
        return _in_scope(node.scope, node.written)
    if isinstance(node, Published):
        return node.written
    if isinstance(node, Alias):
        return f"@{node.name}"
    inner = ", ".join(map(label, children(node)))
    if isinstance(node, Near):
        return f"near({inner}, {node.distance})"
    if isinstance(node, AtLeast):
        return f"atleast({node.least}, {inner})"
    if isinstance(node, Count):
        return f"count({inner}) {node.written}"
    if isinstance(node, Or):
        return inner.replace(", ", " OR ")
    return {And: "AND", Not: "NOT"}[type(node)]


def _in_scope(scope: tuple[str, ...], text: str) -> str:
    return text if scope == BARE else f"{scope[0]}:{text}"


def _explained(node: Node, look: Look) -> Explained:
    true = holds_in(node, look)
    if isinstance(node, Term | Regex):
        places = look.places(node)
        told = tuple(look.view.evidence(node, place) for place in places[:MAX_PLACES])
        return Explained(label(node), true, told, len(places) - len(told))
    parts = tuple(_explained(part, look) for part in children(node))
    name = "OR" if isinstance(node, Or) else label(node)
    return Explained(name, true, note=_note(node, look), parts=parts)


def _note(node: Node, look: Look) -> str:
    if isinstance(node, Near):
        closest = min((gap for gap, _ in distances(node, look)), default=None)
        return tr("not all in one field") if closest is None else tr("closest: {n} words between", n=closest)
    if isinstance(node, Count):
        return tr("found {n} times", n=occurrences(node, look))
    if isinstance(node, AtLeast):
        return tr("{n} of {of} true", n=sum(holds_in(part, look) for part in node.parts), of=len(node.parts))
    if isinstance(node, Published):
        if published := look.view.record.published:
            return tr("published {when}", when=published.isoformat(timespec="minutes"))
        return tr("the article has no date")
    return ""


def _stopped(node: Node, look: Look) -> Iterator[Evidence]:
    """The places that the false NOTs of a false query object to."""
    if holds_in(node, look):
        return
    if isinstance(node, Not):
        yield from (look.view.evidence(leaf, place) for leaf, place in list(witnesses(node.part, look))[:MAX_PLACES])
        return
    for part in children(node):
        yield from _stopped(part, look)


def _missing(node: Node, look: Look) -> Iterator[str]:
    if holds_in(node, look) or isinstance(node, Not):
        return
    if isinstance(node, Term | Regex | Published):
        yield label(node)
    for part in children(node):
        yield from _missing(part, look)


def _place(e: Evidence) -> str:
    return f"{tr(e.field)} {e.start}–{e.end}: {e.quote}"


def _lines(part: Explained, depth: int) -> Iterator[str]:
    note = f"  ({part.note})" if part.note else ""
    yield f"{'  ' * depth}{'✓' if part.true else '✗'} {part.label}{note}"
    for place in part.places:
        yield f"{'  ' * depth}    {_place(place)}"
    if part.more:
        yield f"{'  ' * depth}    {tr('… and {n} more', n=part.more)}"
    for child in part.parts:
        yield from _lines(child, depth + 1)
