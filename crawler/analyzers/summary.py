"""At most 200 characters of the article in its own whole sentences."""

from __future__ import annotations

from dataclasses import replace

from crawler.lexicon import reading
from crawler.record import Record

MOST = 200


def add(record: Record) -> Record:
    """The record with `summary`."""
    taken: list[str] = []
    used = 0
    for sentence in reading(record.text).sentences:
        if used + len(sentence.text) > MOST:
            break
        taken.append(sentence.text)
        used += len(sentence.text) + 1
    return replace(record, summary="".join(taken) if taken else record.text[:MOST])
