"""Where a search can go on: the values that its records have, each with the search that is left to it."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date

from crawler.i18n import language
from storage.archive.facets import Facets, Value
from storage.rules.ast import CONCEPTS, Or
from storage.rules.lexer import quoted
from storage.rules.parser import Query

FIELDS = {kind: field for field, kind in CONCEPTS.items()} | {"source": "source", "language": "lang"}


@dataclass(frozen=True, slots=True)
class Search:
    """A query, and the days to which it is bound, both included."""

    query: str
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Narrower:
    """A value that so many records have. `to`: the search for these; None where that would be the same records."""

    value: Value
    to: Search | None


def narrower(asked: Search, query: Query | None, found: Facets) -> dict[str, tuple[Narrower, ...]]:
    """By kind, the values of a search with the search for each; without the kinds that no record has."""
    return {
        kind: tuple(Narrower(one, _to(asked, query, kind, one) if one.count < found.count else None) for one in values)
        for kind, values in found.values.items()
        if values
    }


def term(kind: str, name: str) -> str:
    """What a query says of records that have a value of this kind."""
    return f"{FIELDS[kind]}:{quoted(name)}"


def called(zh: str, en: str) -> str:
    """What a reader calls that which has these two names; one of them may be empty."""
    return (zh if language() == "zh" else en) or zh or en


def _to(asked: Search, query: Query | None, kind: str, one: Value) -> Search:
    if kind == "month":
        year, month = map(int, one.key.split("-"))
        first, last = date(year, month, 1), date(year, month, monthrange(year, month)[1])
        return replace(asked, since=max(asked.since or first, first), until=min(asked.until or last, last))
    more = term(kind, one.key if kind in ("source", "language") else called(one.zh, one.en))
    if query is None:
        return replace(asked, query=more)
    return replace(asked, query=f"({asked.query}) {more}" if isinstance(query.root, Or) else f"{asked.query.strip()} {more}")
