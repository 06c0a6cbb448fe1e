"""Record: what an article says, on what proof, and why it was told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from crawler.record import Fact, Record
from jobs.services.archive.dossier import Dossier, Telling, dossier
from jobs.services.archive.history import Change
from jobs.services.insight import trends
from jobs.services.readers import people, reading
from jobs.services.readers.reading import Entry, Note
from jobs.web.access import Asked
from jobs.web.marks import Piece, Span, paragraphs, pieces
from jobs.web.screens import Number, RecordJson, Screen
from storage.rules.explain import Explained
from storage.rules.match import Evidence

screen = Screen("record")
FIELDS = {
    "keyword": "keywords",
    "technology": "ai_technologies",
    "industry": "industries",
    "company": "companies",
    "event": "events",
}


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a field and its proof: how many places of the text are marked, whether the headline is, and where else it stands. `key` names it on the page."""

    key: str
    value: str
    places: int
    in_title: bool
    elsewhere: tuple[str, ...]
    concept: str | None
    by: str


@dataclass(frozen=True, slots=True)
class RecordPage:
    """A record, its text and title cut at each place of evidence, its values with their proof, and its alerts."""

    record: RecordJson
    title: tuple[Piece, ...]
    paragraphs: tuple[tuple[Piece, ...], ...]
    values: Mapping[str, tuple[Value, ...]]
    reading: tuple[str, ...]
    reason: str | None
    reprint_of: int | None
    model: str | None
    tellings: tuple[Telling, ...]
    changes: tuple[Change, ...]
    versions: int
    story: Entry
    notes: tuple[Note, ...]
    people: tuple[str, ...]
    companies: Mapping[str, int]


@screen.page("/records/{number}", "record.html")
def record(ask: Asked, number: Number) -> RecordPage:
    """One record with its evidence, its alerts and its versions."""

    def work(session: Any) -> RecordPage:
        found = dossier(session, ask.config, number)
        story = reading.entry(session, ask.person, found.standing.story)
        names = tuple(one.name for one in people.people(session))
        companies = trends.companies(session, [one.name for one in found.record.companies])
        return page(found, story, reading.notes(session, story.story), names, companies)

    return ask.read(work)


def page(
    found: Dossier, story: Entry, notes: tuple[Note, ...], names: tuple[str, ...], companies: Mapping[str, int]
) -> RecordPage:
    """The dossier as it is shown; `companies` have pages of these numbers. Pure."""
    seen = found.record
    keys = _keys(seen)
    spans = [Span(fact.start, fact.end, keys[fact.kind, fact.value]) for fact in seen.facts if fact.start is not None and fact.end is not None and fact.kind in FIELDS]  # fmt: skip
    spans = [*_of_notes(seen, notes), *spans]
    return RecordPage(
        record=seen,
        title=pieces(seen.title, [*_in_title(seen, keys), *_matches(found.tellings, "title")]),
        paragraphs=paragraphs(seen.text, [*spans, *_matches(found.tellings, "text")]),
        values={field: tuple(_values(seen, kind, keys)) for kind, field in FIELDS.items()},
        reading=tuple(f"{fact.value}: {fact.quote}" for fact in seen.facts if fact.kind == "reading"),
        reason=found.standing.reason,
        reprint_of=found.standing.reprint_of,
        model=found.note.model if found.note else None,
        tellings=found.tellings,
        changes=found.changes,
        versions=found.versions,
        story=story,
        notes=notes,
        people=names,
        companies=companies,
    )


def _matches(tellings: Iterable[Telling], field: str) -> Iterable[Span]:
    """What the rules found there, under the name that the alert has on the page."""
    for telling in tellings:
        if telling.why is not None:
            places = _places(telling.why.explanation.tree)
            yield from (Span(one.start, one.end, f"why-{telling.alert.id}") for one in places if one.field == field)


def _places(part: Explained) -> Iterable[Evidence]:
    if part.true:
        yield from part.places
    for inner in part.parts:
        yield from _places(inner)


def _keys(seen: Record) -> dict[tuple[str, str], str]:
    """A short name for each value that has a fact."""
    keys: dict[tuple[str, str], str] = {}
    for fact in seen.facts:
        if fact.kind in FIELDS:
            keys.setdefault((fact.kind, fact.value), f"{fact.kind[0]}{len(keys) + 1}")
    return keys


def _of_notes(seen: Record, notes: Iterable[Note]) -> Iterable[Span]:
    """The passages that notes are on, as long as the text still says what it said."""
    for note in notes:
        if note.quote and note.record == seen.id and note.start is not None and seen.text[note.start : note.end] == note.quote:
            yield Span(note.start, note.start + len(note.quote), f"n{note.id}")


def _in_title(seen: Record, keys: Mapping[tuple[str, str], str]) -> Iterable[Span]:
    """Where the headline itself is the proof (its fact quotes all of it): the value's own words in it, if they stand there."""
    for fact in seen.facts:
        start = seen.title.find(fact.value) if fact.start is None and fact.quote.startswith("title: ") else -1
        if start >= 0 and (fact.kind, fact.value) in keys:
            yield Span(start, start + len(fact.value), keys[fact.kind, fact.value])


def _values(seen: Record, kind: str, keys: Mapping[tuple[str, str], str]) -> Iterable[Value]:
    facts: dict[str, list[Fact]] = {}
    for fact in seen.facts:
        if fact.kind == kind:
            facts.setdefault(fact.value, []).append(fact)
    for value, proof in facts.items():
        elsewhere = tuple(dict.fromkeys(fact.quote for fact in proof if fact.start is None))
        places = sum(fact.start is not None for fact in proof)
        concept = next((fact.concept for fact in proof if fact.concept), None)
        in_title = any(quote.startswith("title: ") and value in seen.title for quote in elsewhere)
        yield Value(keys[kind, value], value, places, in_title, elsewhere, concept, proof[0].by)
