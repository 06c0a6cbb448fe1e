"""Texts as a database has them. Pure: children that read pages import it, and need no database for it."""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from dataclasses import replace
from typing import Any

from crawler.record import Record

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # PostgreSQL takes no NUL in text, UTF-8 no lone surrogate
WORTH_PACKING = 200  # bytes
_LEVEL = 3  # the highest one saves 1 % more, and takes twice as long
_RAW = -15  # without the six bytes of a header and a checksum
_PLAIN = tuple("title link text summary opening author publisher language source analysis".split())
LISTS = ("keywords", "ai_technologies", "industries")


def storable(text: str) -> str:
    """The text with what cannot be stored replaced by U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", text)


def to_json(value: Any) -> str:
    """As columns have it."""
    return storable(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def as_stored(record: Record) -> Record:
    """The record as the database will have it: without the few code points that it cannot keep."""
    plain: dict[str, Any] = {name: storable(value) for name in _PLAIN if isinstance(value := getattr(record, name), str)}
    lists: dict[str, Any] = {name: tuple(map(storable, getattr(record, name))) for name in LISTS}
    events = tuple(replace(event, headline=storable(event.headline), detail=storable(event.detail)) for event in record.events)
    companies = tuple(replace(company, name=storable(company.name)) for company in record.companies)
    return replace(record, **plain, **lists, events=events, companies=companies)


def packed(text: str) -> str | bytes:
    """The text as a file keeps it: deflated where that saves room, in some 100 µs for a long article."""
    plain = text.encode()
    small = zlib.compress(plain, _LEVEL, _RAW) if len(plain) > WORTH_PACKING else plain
    return small if len(small) < len(plain) else text


def unpacked(kept: str | bytes) -> str:
    """The reverse, in some 25 µs; rows of older versions have the text itself."""
    return kept if isinstance(kept, str) else zlib.decompress(kept, _RAW).decode()


def plain_bytes(kept: str | bytes | None) -> bytes:
    """The same in UTF-8, of nothing nothing."""
    return zlib.decompress(kept, _RAW) if isinstance(kept, bytes) else (kept or "").encode()


def content_hash(record: Record) -> str:
    """Tells two readings of one page apart by what a reader would see: title and text, not white space."""
    seen = "\n".join(" ".join(part.split()) for part in (record.title, record.text))
    return hashlib.sha256(seen.encode("utf-8", "replace")).hexdigest()[:32]


def number_of(text: str) -> int:
    """A text as a 63-bit number: an index of numbers is a third as large."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()) >> 1
