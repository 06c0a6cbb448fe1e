"""Texts as a database has them. Pure: children that read pages import it, and need no database for it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import Any

from crawler.record import Record

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # PostgreSQL takes no NUL in text, UTF-8 no lone surrogate
_PLAIN = tuple("title link text summary opening author publisher language source analysis".split())
_LISTS = ("keywords", "ai_technologies", "industries")


def storable(text: str) -> str:
    """The text with what cannot be stored replaced by U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", text)


def as_stored(record: Record) -> Record:
    """The record as the database will have it: without the few code points that it cannot keep."""
    plain: dict[str, Any] = {name: storable(value) for name in _PLAIN if isinstance(value := getattr(record, name), str)}
    lists: dict[str, Any] = {name: tuple(map(storable, getattr(record, name))) for name in _LISTS}
    events = tuple(replace(event, headline=storable(event.headline), detail=storable(event.detail)) for event in record.events)
    companies = tuple(replace(company, name=storable(company.name)) for company in record.companies)
    return replace(record, **plain, **lists, events=events, companies=companies)


def content_hash(record: Record) -> str:
    """Tells two readings of one page apart by what a reader would see: title and text, not white space."""
    seen = "\n".join(" ".join(part.split()) for part in (record.title, record.text))
    return hashlib.sha256(seen.encode("utf-8", "replace")).hexdigest()[:32]


def number_of(text: str) -> int:
    """A text as a 63-bit number: an index of numbers is a third as large."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()) >> 1
