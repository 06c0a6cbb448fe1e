"""Search: the archive in the language of the rules, newest first; what is found can be narrowed, and become a rule, a feed or a sheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Annotated, Any

from fastapi import Query as Param

from jobs.formats import record as formats
from jobs.services.archive import narrow
from jobs.services.archive import records as service
from jobs.services.archive.narrow import Narrower, narrower
from jobs.web.access import Asked
from jobs.web.errors import Trouble
from jobs.web.marks import Piece, Span, pieces
from jobs.web.screens import After, Day, Limit, RecordJson, Screen
from storage.archive.search import Bounds
from storage.rules.match import Evidence
from storage.rules.parser import MAX_LENGTH, Query

screen = Screen("search")
VALUES = 8  # of each kind
AROUND = 70  # code points shown before and after the first place in a text
Words = Annotated[str, Param(description="in the language of the rules", max_length=MAX_LENGTH)]
Source = Annotated[str | None, Param(max_length=200)]


@dataclass(frozen=True, slots=True)
class Hit:
    """A record, and the place that the query is true of: its headline in pieces, and a piece of its text."""

    record: RecordJson
    title: tuple[Piece, ...]
    quote: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class SearchPage:
    """`about`: how many there may be, `exact`: so many there are; `seen`: looked at. `next`: where to go on."""

    query: str
    hits: tuple[Hit, ...]
    next: str | None
    seen: int
    about: int | None
    exact: bool


@dataclass(frozen=True, slots=True)
class FacetsPage:
    """By kind, the values of about `count` records, each with the search that is left to it; `exact`: so many there are."""

    query: str
    count: int
    exact: bool
    kinds: Mapping[str, tuple[Narrower, ...]]


def _rows(page: service.Page, zone: tzinfo) -> Iterator[Sequence[object]]:
    yield formats.CSV_COLUMNS
    yield from (formats.to_csv(one.record, zone) for one in page.found)


@screen.sheet("/records", _rows)
def found(
    ask: Asked, q: Words = "", since: Day = None, until: Day = None, source: Source = None, after: After = None, limit: Limit = 25
) -> service.Page:
    """The records that a query is true of; without a query all, newest first. `since` and `until` are included."""
    query = _parsed(ask, q)
    bounds = _bounds(ask, since, until, source)

    def work(session: Any) -> service.Page:
        if query is None:
            return service.newest(session, after=after, limit=limit, bounds=bounds)
        return service.search(session, query, ask.now, after=after, limit=limit, bounds=bounds)

    try:
        return ask.read(work)
    except ValueError:
        raise Trouble(400, "bad_parameter", f"after: {after!r}", "after") from None


@screen.page("/search", "search.html", twin="/records")
def search(
    ask: Asked, q: Words = "", since: Day = None, until: Day = None, source: Source = None, after: After = None, limit: Limit = 25
) -> SearchPage:
    """The records that a query is true of; without a query all, newest first. `since` and `until` are included."""
    page = found(ask, q, since, until, source, after, limit)
    return SearchPage(q, tuple(map(_hit, page.found)), page.next, page.seen, page.about, page.exact)


@screen.page("/search/facets", "facets.html", twin="/facets")
def facets(ask: Asked, q: Words = "", since: Day = None, until: Day = None, source: Source = None) -> FacetsPage:
    """Of which technologies, industries, companies, sources, languages and months they are, and the search for each."""
    query = _parsed(ask, q)
    bounds = _bounds(ask, since, until, source)
    kinds = ask.view(
        ("facets", q.strip(), since, until, source), lambda s: service.facets(s, query, now=ask.now, bounds=bounds, most=VALUES)
    )
    return FacetsPage(q, kinds.count, kinds.exact, narrower(narrow.Search(q, since, until), query, kinds))


def _parsed(ask: Asked, q: str) -> Query | None:
    return ask.config.parsed(q) if q.strip() else None


def _bounds(ask: Asked, since: date | None, until: date | None, source: str | None) -> Bounds:
    return Bounds(ask.midnight(since), ask.midnight(until, after=True), source or None)


def _hit(one: service.Found) -> Hit:
    record, evidence = one.record, one.evidence
    return Hit(record, pieces(record.title, _spans(evidence, "title", 0)), _quote(record.text, record.summary, evidence))


def _quote(text: str, summary: str, evidence: tuple[Evidence, ...]) -> tuple[Piece, ...]:
    places = [one for one in evidence if one.field == "text"]
    if not places:
        return pieces(summary[: 2 * AROUND], ())
    start = max(0, min(one.start for one in places) - AROUND)
    end = min(one.start for one in places) + 2 * AROUND
    shown = text[start:end].replace("\n", " ")
    return pieces(("…" if start else "") + shown, _spans(evidence, "text", start - (start > 0)))


def _spans(evidence: tuple[Evidence, ...], field: str, offset: int) -> list[Span]:
    return [Span(one.start - offset, one.end - offset, "q") for one in evidence if one.field == field]
