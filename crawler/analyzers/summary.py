"""At most 200 characters of the article in its own whole sentences: those that together tell most of its events, else how it begins."""

from __future__ import annotations

from dataclasses import replace

from crawler.nlp.document import Sentence, reading
from crawler.nlp.headlines import clean
from crawler.record import Record
from crawler.text import is_han

KINDS: tuple[str, ...] = ()  # of facts
AFTER: tuple[str, ...] = ("events",)

MAX_CHARACTERS = 200


def add(record: Record) -> Record:
    """The record with `summary`; run after events."""
    scores = {fact.start: fact.score for fact in record.facts if fact.kind == "event"}
    sentences = reading(record.text).sentences
    events = [(scores[one.start], clean(one.text)) for one in sentences if one.start in scores]
    parts = _most_told(events) or _beginning([clean(one.text) for one in sentences if not _is_heading(one)])
    blank = "" if parts and any(map(is_han, parts[0][-6:])) else " "
    return replace(record, summary=blank.join(parts) or _cut(record.text))


def _is_heading(sentence: Sentence) -> bool:
    return len(sentence.text) <= 40 and not sentence.form.endswith((".", "。", "!", "?", "…", '"', ";", ")"))


def _most_told(events: list[tuple[float, str]]) -> tuple[str, ...]:
    """The surest one, and those beside it that fit and whose certainties sum up to most, in their order."""
    surest = max((event for event in events if len(event[1]) <= MAX_CHARACTERS), default=None, key=lambda event: event[0])
    events = [(score + MAX_CHARACTERS * ((score, text) == surest), text) for score, text in events]
    best: dict[int, tuple[float, tuple[str, ...]]] = {-1: (0.0, ())}  # by the room that is taken
    for score, text in events:
        for size, (total, taken) in list(best.items()):
            longer = size + len(text) + 1
            if longer <= MAX_CHARACTERS and (longer not in best or best[longer][0] < total + score):
                best[longer] = (total + score, (*taken, text))
    return max(best.values())[1]


def _beginning(sentences: list[str]) -> tuple[str, ...]:
    """The first sentences that fit."""
    taken: tuple[str, ...] = ()
    for text in sentences:
        if len(text) + sum(len(one) + 1 for one in taken) <= MAX_CHARACTERS:
            taken += (text,)
    return taken


def _cut(text: str) -> str:
    """The beginning of a text whose first sentences are all too long, cut at a comma where there is one."""
    text = text.strip()[: MAX_CHARACTERS - 1]
    cut = max(text.rfind(mark) for mark in "，,；;、 ")
    return (text[:cut] if cut > MAX_CHARACTERS // 2 else text) + "…" if text else ""
