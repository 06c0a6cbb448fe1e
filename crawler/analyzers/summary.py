"""A short summary in the article's own words: its main event, and as many more as fit; where none is told, how it begins."""

from __future__ import annotations

from dataclasses import replace

from crawler.nlp.document import reading
from crawler.nlp.events import choice
from crawler.nlp.headlines import clean
from crawler.record import Record
from crawler.text import has_han

KINDS: tuple[str, ...] = ()  # of facts
AFTER: tuple[str, ...] = ("events",)

MAX_CHARACTERS = 200  # of Chinese …
MAX_LATIN = 430  # … and of languages with blanks between words, which need twice as many for the same
TITLE = 2.0  # points of the main event for all of the title's words
LATER, LATEST = 0.7, 8  # … and fewer for each sentence before, up to so many
SURELY = 3  # sentences that may tell the main event though they seem to tell none: a scene at the beginning is no part of it
UNLIKELY = -1.5  # points of such a scene


def longest(text: str) -> int:
    """How many characters a summary of this text may have."""
    return MAX_LATIN if reading(text).is_spaced else MAX_CHARACTERS


def add(record: Record) -> Record:
    """The record with `summary`; run after events."""
    most = longest(record.text)
    condensed = {fact.start: fact.quote for fact in record.facts if fact.kind == "event" and fact.start is not None}
    ranked = sorted(
        choice.scored(record.title, record.text, record.language, record.published),
        key=lambda one: one.points + TITLE * one.title - LATER * min(LATEST, one.at),
        reverse=True,
    )
    told: dict[int, str] = {}
    room = most
    for rank, one in enumerate(ranked):
        quote = next((quote for start, quote in condensed.items() if one.sentence.start <= start < one.sentence.end), "")
        if not quote and (rank >= SURELY or (condensed and not one.title and one.points <= UNLIKELY)):
            continue
        if text := next((text for text in (clean(one.sentence.text), quote and ended(quote)) if text and len(text) <= room), ""):
            told[one.sentence.start] = text
            room -= len(text) + 1
    parts = [told[start] for start in sorted(told)]
    blank = "" if parts and has_han(parts[0][-6:]) else " "
    return replace(record, summary=blank.join(parts) or _cut(record.text, most))


def ended(quote: str) -> str:
    """A stretch of a sentence, with "…" where it stops before the sentence does."""
    quote = clean(quote)
    return quote if quote[-1:] in "。！？.!?…”\"'」）)" else quote.rstrip("，、；：,;: ") + "…"


def _cut(text: str, most: int) -> str:
    """The beginning of a text whose first sentences are all too long, cut at a comma where there is one."""
    text = text.strip()[: most - 1]
    cut = max(text.rfind(mark) for mark in "，,；;、 ")
    return (text[:cut] if cut > most // 2 else text) + "…" if text else ""
