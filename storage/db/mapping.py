"""The nouns as rows and JSON, and back, with nothing lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, Text, cast, type_coerce
from sqlalchemy.types import NullType

from crawler.record import Company, Event, Fact, Link, Record, plain
from storage.db.models import article
from storage.db.texts import LISTS, content_hash, plain_bytes

_PLAIN = tuple("title link text summary opening published author publisher language source fetched analysis".split())
_SHORT = tuple("title link published author publisher language source fetched first_seen id story".split())
_OF_FIELDS = {
    "text": ("text",),
    "keyword": ("keywords",),
    "tech": ("ai_technologies",),
    "industry": ("industries",),
    "event": ("events", "text"),
    "company": ("companies",),
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
    published = datetime.fromisoformat(said["published"]) if said.get("published") else None
    return Link(**{**said, "published": published, "keywords": tuple(said.get("keywords", ()))})


# ---- records
#
# Summary, events and quotes are in the text's own words, so a row has places in the text instead: half of it was said twice. Rows of older
# versions have each field by its name, and all words.

_PIECE = re.compile(r"\s+|[^\s。！？.!?][^\n。！？.!?]*[。！？.!?]*|[。！？.!?]+")
_WORTH_A_PLACE = 6  # characters; of less the place takes as much room


def _placed(said: str, text: str) -> Any:
    """A string as stretches of the text, [start, end], and what stands between them; as it is where it has nothing of it."""
    parts: list[Any] = []
    end = -1
    for piece in _PIECE.findall(said):
        goes_on = end >= 0 and text.startswith(piece, end)
        start = end if goes_on else text.find(piece) if len(piece) >= _WORTH_A_PLACE else -1
        if goes_on:
            parts[-1][1] = end + len(piece)
        elif start >= 0:
            parts.append([start, start + len(piece)])
        elif parts and end < 0:
            parts[-1] += piece
        else:
            parts.append(piece)
        end = -1 if start < 0 else start + len(piece)
    return said if all(isinstance(part, str) for part in parts) else parts


def _read(placed: Any, text: str) -> Any:
    """The reverse."""
    if not isinstance(placed, list):
        return placed
    return "".join(part if isinstance(part, str) else text[part[0] : part[1]] for part in placed)


def _short(fields: list[Any], defaults: tuple[Any, ...]) -> list[Any]:
    """Without those at the end that say nothing."""
    while fields[-1] == defaults[len(fields) - 1]:
        fields.pop()
    return fields


_FACT = tuple(field.name for field in fields(Fact))
_FACT_DEFAULTS = tuple(field.default for field in fields(Fact))
_EVENT = tuple(field.name for field in fields(Event))
_EVENT_DEFAULTS = tuple(field.default for field in fields(Event))
_VALUE, _QUOTE = _FACT.index("value"), _FACT.index("quote")


def _fact_to_json(fact: Fact, text: str) -> list[Any]:
    said = [getattr(fact, name) for name in _FACT]
    if fact.start is not None and text[fact.start : fact.end] == fact.quote:
        said[_QUOTE] = None
        said[_VALUE] = None if fact.value == fact.quote else fact.value
    return _short(said, _FACT_DEFAULTS)


def _fact_from_json(said: Any, text: str) -> Fact:
    if isinstance(said, dict):
        return Fact(**said)
    if said[_QUOTE] is None:
        kind, value, _, by, start, end, *more = said
        quote = text[start:end]
        return Fact(kind, quote if value is None else value, quote, by, start, end, *more)
    return Fact(*said)


def _event_to_json(event: Event, text: str) -> list[Any]:
    headline, detail = _placed(event.headline, text), _placed(event.detail, text)
    actors = None if event.actors is None else list(event.actors)
    return _short([headline, detail, event.type, actors, event.object, event.amount, event.date], _EVENT_DEFAULTS)


def event_types(said: Sequence[Any]) -> set[str]:
    """The types of events as a row has them."""
    place = _EVENT.index("type")
    return {one.get("type", "other") if isinstance(one, dict) else one[place] if len(one) > place else "other" for one in said}


def _event_from_json(said: Any, text: str) -> Event:
    if isinstance(said, dict):
        actors = said.get("actors")
        return Event(**{**said, "actors": None if actors is None else tuple(actors)})
    headline, detail, *more = said
    if len(more) > 1 and more[1] is not None:
        more[1] = tuple(more[1])
    return Event(_read(headline, text), _read(detail, text), *more)


def record_to_row(record: Record) -> dict[str, Any]:
    """The columns of `article` that are the record's own; `id`, `story` and `first_seen` are storage's."""
    facts = [_fact_to_json(fact, record.text) for fact in record.facts]
    own = {
        "summary": "",
        "facts": {"summary": _placed(record.summary, record.text), "facts": facts},
        "events": [_event_to_json(event, record.text) for event in record.events],
        "content_hash": content_hash(record),
    }
    return plain(record, (*_PLAIN, *LISTS, "companies")) | own


def record_from_row(row: Any) -> Record:
    """A row of `article` as a Record."""
    kept = row.facts if isinstance(row.facts, dict) else {"summary": row.summary, "facts": row.facts}
    facts = tuple(_fact_from_json(fact, row.text) for fact in kept["facts"])
    return Record(**_sketch(row) | {"summary": _read(kept["summary"], row.text), "facts": facts})


def sketched(fields: Iterable[str]) -> list[Column[Any]]:
    """What there is to read of an article for a query that looks at these fields: what is short, and of the rest only what it needs."""
    long = {name: article.c[name] for field in fields for name in _OF_FIELDS.get(field, ())}
    return [*(article.c[name] for name in (*_SHORT, "tags")), *long.values()]


class Unread(dict[str, bytes]):
    """The words of some fields of an article, each made when it is first asked for: a text is inflated, lists stay in their JSON."""

    def __init__(self, row: Any) -> None:
        super().__init__()
        self._row = row

    def __missing__(self, field: str) -> bytes:
        kept = _OF_FIELDS.get(field, (field,))[0]
        self[field] = words = self._told() if field == "event" else plain_bytes(getattr(self._row, kept))
        return words

    def _told(self) -> bytes:
        text = self["text"].decode()
        events = (_event_from_json(event, text) for event in self._row.events)
        return "\n".join(f"{event.headline}\n{event.detail}" for event in events).encode()


def unread(fields: Sequence[str]) -> list[ColumnElement[Any]]:
    """What to read of an article to look through these fields, as `Unread` takes it."""
    names = dict.fromkeys(name for field in fields for name in _OF_FIELDS.get(field, (field,)))
    return [article.c[name] if name == "events" else _as_kept(article.c[name]) for name in names]


def _as_kept(column: Column[Any]) -> ColumnElement[Any]:
    """What the file has: nothing is inflated or made a list of."""
    return type_coerce(cast(column, Text) if isinstance(column.type, JSON) else column, NullType()).label(column.name)


def sketched_from_row(row: Any) -> Record:
    """A row of some columns of `article` as a Record without facts, and without what is not among them."""
    return Record(**_sketch(row))


def _sketch(row: Any) -> dict[str, Any]:
    given = row._fields
    names, values, lists = _as_they_are(given)
    fields = dict(zip(names, values(row), strict=True)) | {name: tuple(getattr(row, name)) for name in lists}
    if "text" not in given:
        fields["text"] = ""
    if "events" in given:
        fields["events"] = tuple(_event_from_json(event, row.text) for event in row.events)
    if "companies" in given:
        fields["companies"] = tuple(Company(**company) for company in row.companies or ())
    return fields


@cache
def _as_they_are(columns: tuple[str, ...]) -> tuple[Sequence[str], Callable[[Any], tuple[Any, ...]], Sequence[str]]:
    """Which of the columns a record has as they are, what takes them out of a row, and which of them are lists."""
    names = [name for name in dict.fromkeys((*_PLAIN, *_SHORT)) if name in columns]
    return names, itemgetter(*map(columns.index, names)), [name for name in LISTS if name in columns]
