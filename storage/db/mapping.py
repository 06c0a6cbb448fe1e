"""The nouns as rows and JSON, and back, with nothing lost."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from crawler.record import Event, Fact, Link, Record

_PLAIN = tuple("title link text summary opening published author publisher language source fetched analysis".split())
_LISTS = ("keywords", "ai_technologies", "industries")


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


def plain(record: Record, names: Iterable[str]) -> dict[str, Any]:
    """These fields of a record as plain data: lists for tuples, mappings for events and facts; moments stay."""
    return {name: _plain(getattr(record, name)) for name in names}


def _plain(value: Any) -> Any:
    return [asdict(one) if isinstance(one, Event | Fact) else one for one in value] if isinstance(value, tuple) else value


def record_to_row(record: Record) -> dict[str, Any]:
    """The columns of `article` that are the record's own; `id`, `story` and `first_seen` are storage's."""
    return plain(record, (*_PLAIN, *_LISTS, "events", "facts")) | {"content_hash": content_hash(record)}


def record_from_row(row: Any) -> Record:
    """A row of `article` as a Record."""
    fields: dict[str, Any] = {name: getattr(row, name) for name in _PLAIN}
    fields |= {name: tuple(getattr(row, name)) for name in _LISTS}
    return Record(
        **fields,
        events=tuple(Event(**event) for event in row.events),
        facts=tuple(Fact(**fact) for fact in row.facts),
        first_seen=row.first_seen,
        id=row.id,
        story=row.story,
    )


def content_hash(record: Record) -> str:
    """Tells two readings of one page apart by what a reader would see: title and text, not white space."""
    seen = "\n".join(" ".join(part.split()) for part in (record.title, record.text))
    return hashlib.sha256(seen.encode("utf-8", "replace")).hexdigest()[:32]
