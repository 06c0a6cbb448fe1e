"""The nouns as rows and JSON, and back, with nothing lost."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from crawler.record import Company, Event, Fact, Link, Record, plain
from storage.db.models import article, storable

_PLAIN = tuple("title link text summary opening published author publisher language source fetched analysis".split())
_LISTS = ("keywords", "ai_technologies", "industries")
SKETCHED = tuple(
    column for column in article.c if column.name != "facts"
)  # what rules look at; facts are half of what a row costs


def link_to_json(link: Link) -> dict[str, Any]:
    """What the spider said, without the empty fields."""
    said = {name: value for name, value in asdict(link).items() if value}
    if link.published:
        said["published"] = link.published.isoformat()
    return said


def link_from_json(said: Mapping[str, Any] | None) -> Link | None:
    """The reverse; None stays None."""
    if said is None:
        return None
    published = said.get("published")
    return Link(
        **{
            **said,
            "published": datetime.fromisoformat(published) if published else None,
            "keywords": tuple(said.get("keywords", ())),
        }
    )


def record_to_row(record: Record) -> dict[str, Any]:
    """The columns of `article` that are the record's own; `id`, `story` and `first_seen` are storage's."""
    return plain(record, (*_PLAIN, *_LISTS, "events", "companies", "facts")) | {"content_hash": content_hash(record)}


def record_from_row(row: Any) -> Record:
    """A row of `article` as a Record."""
    return replace(sketched_from_row(row), facts=tuple(Fact(**fact) for fact in row.facts))


def sketched_from_row(row: Any) -> Record:
    """A row of the columns `SKETCHED` as a Record without facts."""
    fields: dict[str, Any] = {name: getattr(row, name) for name in _PLAIN}
    fields |= {name: tuple(getattr(row, name)) for name in _LISTS}
    events = tuple(_event(event) for event in row.events)
    companies = tuple(Company(**company) for company in row.companies or ())
    return Record(**fields, events=events, companies=companies, first_seen=row.first_seen, id=row.id, story=row.story)


def as_stored(record: Record) -> Record:
    """The record as the database will have it: without the few code points that it cannot keep."""
    plain: dict[str, Any] = {name: storable(value) for name in _PLAIN if isinstance(value := getattr(record, name), str)}
    lists: dict[str, Any] = {name: tuple(map(storable, getattr(record, name))) for name in _LISTS}
    events = tuple(replace(event, headline=storable(event.headline), detail=storable(event.detail)) for event in record.events)
    companies = tuple(replace(company, name=storable(company.name)) for company in record.companies)
    return replace(record, **plain, **lists, events=events, companies=companies)


def _event(said: Mapping[str, Any]) -> Event:
    """Events that were stored before there were types have only headline and detail."""
    actors = said.get("actors")
    return Event(**{**said, "actors": None if actors is None else tuple(actors)})


def content_hash(record: Record) -> str:
    """Tells two readings of one page apart by what a reader would see: title and text, not white space."""
    seen = "\n".join(" ".join(part.split()) for part in (record.title, record.text))
    return hashlib.sha256(seen.encode("utf-8", "replace")).hexdigest()[:32]
