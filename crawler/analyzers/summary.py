"""At most 200 characters of the article in its own whole sentences: how it begins, then its events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from crawler.headlines import clean
from crawler.record import Record
from crawler.text import is_han
from crawler.texts import Sentence, reading

MOST = 200
LONG = 600  # code points from which the events say more than the next sentences do


def add(record: Record) -> Record:
    """The record with `summary`; run after events."""
    sentences = [one for one in reading(record.text).sentences if not _is_heading(one)] or list(reading(record.text).sentences)
    taken = _fitting(_wanted(record, sentences))
    parts = [clean(one.text) for one in sorted(taken, key=lambda one: one.start)]
    blank = "" if parts and any(map(is_han, parts[0][-6:])) else " "
    return replace(record, summary=blank.join(parts) or _cut(record.text))


def _is_heading(sentence: Sentence) -> bool:
    return len(sentence.text) <= 40 and not sentence.form.endswith((".", "。", "!", "?", "…", '"', ";", ")"))


def _wanted(record: Record, sentences: list[Sentence]) -> list[Sentence]:
    """Sentences by how much the summary wants them: the first, then the events by their certainty; of a short text all in turn."""
    if len(record.text) <= LONG:
        return sentences
    scores = {fact.start: fact.score for fact in record.facts if fact.kind == "event"}
    events = sorted((one for one in sentences if one.start in scores), key=lambda one: -scores[one.start])
    return [*sentences[:1], *(one for one in events if one is not sentences[0]), *sentences[1:]]


def _fitting(wanted: Iterable[Sentence]) -> list[Sentence]:
    taken: list[Sentence] = []
    room = MOST
    for one in wanted:
        if len(one.text) + 1 <= room and one not in taken:
            taken.append(one)
            room -= len(one.text) + 1
    return taken


def _cut(text: str) -> str:
    """The beginning of a text whose first sentences are all too long, cut at a comma where there is one."""
    text = text.strip()[: MOST - 1]
    cut = max(text.rfind(mark) for mark in "，,；;、 ")
    return (text[:cut] if cut > MOST // 2 else text) + "…" if text else ""
