"""The nouns as rows and JSON, and back, with nothing lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Text, cast, func

from crawler.record import Company, Event, Fact, Link, Record, plain
from storage.db.models import article
from storage.db.texts import content_hash

_PLAIN = tuple("title link text summary opening published author publisher language source fetched analysis".split())
_LISTS = ("keywords", "ai_technologies", "industries")
_SHORT = tuple("title link published author publisher language source fetched first_seen id story".split())
_OF_FIELDS = {
    "text": "text",
    "keyword": "keywords",
    "tech": "ai_technologies",
    "industry": "industries",
    "event": "events",
    "company": "companies",
}


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


_FACT = tuple(field.name for field in fields(Fact))
_DEFAULTS = tuple(field.default for field in fields(Fact))


def _fact_to_json(fact: Fact) -> list[Any]:
    """Its fields in their order, without those at the end that say nothing: facts are half of what a row costs."""
    said = [getattr(fact, name) for name in _FACT]
    while said[-1] == _DEFAULTS[len(said) - 1]:
        said.pop()
    return said


def _fact_from_json(said: Any) -> Fact:
    """The reverse; older rows have each field by its name."""
    return Fact(**said) if isinstance(said, dict) else Fact(*said)


def record_to_row(record: Record) -> dict[str, Any]:
    """The columns of `article` that are the record's own; `id`, `story` and `first_seen` are storage's."""
    own = {"facts": [_fact_to_json(fact) for fact in record.facts], "content_hash": content_hash(record)}
    return plain(record, (*_PLAIN, *_LISTS, "events", "companies")) | own


def record_from_row(row: Any) -> Record:
    """A row of `article` as a Record."""
    return replace(sketched_from_row(row), facts=tuple(map(_fact_from_json, row.facts)))


def sketched(fields: Iterable[str]) -> list[Column[Any]]:
    """What there is to read of an article for a query that looks at these fields: what is short, and of the rest only what it needs."""
    long = (_OF_FIELDS[field] for field in fields if field in _OF_FIELDS)
    return [article.c[name] for name in (*_SHORT, "tags", *long)]


def unread(fields: Iterable[str]) -> list[ColumnElement[str]]:
    """These fields as they are, "" for none, with lists in their JSON: to be looked through and not understood."""
    columns = (article.c[_OF_FIELDS.get(field, field)] for field in fields)
    return [func.coalesce(column if isinstance(column.type, Text) else cast(column, Text), "") for column in columns]


def sketched_from_row(row: Any) -> Record:
    """A row of some columns of `article` as a Record without facts, and without what is not among them."""
    given = row._asdict()
    fields: dict[str, Any] = {"text": ""} | {name: given[name] for name in (*_PLAIN, *_SHORT) if name in given}
    fields |= {name: tuple(given[name]) for name in _LISTS if name in given}
    if "events" in given:
        fields["events"] = tuple(map(_event, row.events))
    if "companies" in given:
        fields["companies"] = tuple(Company(**company) for company in row.companies or ())
    return Record(**fields)


def _event(said: Mapping[str, Any]) -> Event:
    """Events that were stored before there were types have only headline and detail."""
    actors = said.get("actors")
    return Event(**{**said, "actors": None if actors is None else tuple(actors)})
