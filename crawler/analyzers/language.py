"""The language of an article: zh (both scripts), en, or the best guess."""

from __future__ import annotations

from dataclasses import replace

from crawler.nlp.languages import language_of
from crawler.record import Record

KINDS: tuple[str, ...] = ()  # of facts
AFTER: tuple[str, ...] = ()


def add(record: Record) -> Record:
    """The record with `language`, from title and text; what the page itself says is kept when the text is too short to tell."""
    return replace(record, language=language_of(f"{record.title}\n{record.text}") or record.language)
