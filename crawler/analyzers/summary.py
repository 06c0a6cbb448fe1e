"""A short summary in the article's own words: its main event, and as many more as fit; else the likeliest one, and how it begins."""

from __future__ import annotations

from dataclasses import replace

from crawler.nlp.document import Sentence, reading
from crawler.nlp.events import words as event_words
from crawler.nlp.headlines import clean
from crawler.record import Fact, Record
from crawler.text import is_han

KINDS: tuple[str, ...] = ()  # of facts
AFTER: tuple[str, ...] = ("events",)

FIRST = 0.15  # by so much the first event may be less sure than another, and is still the main one
MAX_CHARACTERS = 200  # of Chinese …
MAX_LATIN = 430  # … and of languages with blanks between words, which need twice as many for the same


def longest(text: str) -> int:
    """How many characters a summary of this text may have."""
    return MAX_LATIN if reading(text).is_spaced else MAX_CHARACTERS


def add(record: Record) -> Record:
    """The record with `summary`; run after events."""
    most = longest(record.text)
    sentences = reading(record.text).sentences
    events = [fact for fact in record.facts if fact.kind == "event" and fact.start is not None]
    plain = [one for one in sentences if not _is_heading(one)]
    told = _most_told(events, sentences, most)
    wanted = frozenset(word for word in reading(record.title).tokens if len(word) > 1)
    main = max(plain[:LOOKED_AT], key=lambda one: _speaks(one, wanted) + (0 if told else _news(one)), default=None)
    for one in (main, *(plain[:1] if told else plain)):  # … in the room that is left; a scene at the beginning is no part of it
        if one and (not events or _speaks(one, wanted)) and not any(one.start <= start < one.end for start in told):
            text = clean(one.text)
            if sum(len(part) + 1 for part in told.values()) + len(text) <= most:
                told[one.start] = text
    parts = [told[start] for start in sorted(told)]
    blank = "" if parts and any(map(is_han, parts[0][-6:])) else " "
    return replace(record, summary=blank.join(parts) or _cut(record.text, most))


def _speaks(one: Sentence, wanted: frozenset[str]) -> int:
    """How many of the title's words stand in a sentence."""
    return sum(word in one.form for word in wanted)


def _news(one: Sentence) -> float:
    """By how much a sentence sounds like an event, for texts in which none is sure enough."""
    points = event_words.points(one.form)
    return NEWS * (max((value for name, value in points.items() if name != "none"), default=0.0) - points.get("none", 0.0))


NEWS = 0.6  # points beside one for each word of the title
LOOKED_AT = 40  # sentences


def _is_heading(sentence: Sentence) -> bool:
    return len(sentence.text) <= 40 and not sentence.form.endswith((".", "。", "!", "?", "…", '"', ";", ")"))


def _most_told(events: list[Fact], sentences: tuple[Sentence, ...], most: int) -> dict[int, str]:
    """The surest one, whole where it fits, and those beside it that fit and whose certainties sum up to most, by their places."""
    if not events:
        return {}
    most_sure = max(fact.score for fact in events)
    surest = next(fact for fact in events if fact.score >= most_sure - FIRST)
    whole = next((clean(one.text) for one in sentences if one.start <= (surest.start or 0) < one.end), "")
    told = [
        (one.score, one.start or 0, whole if one is surest and 0 < len(whole) <= most else ended(one.quote)) for one in events
    ]
    told = [(score + most * (one is surest), start, text) for (score, start, text), one in zip(told, events, strict=True)]
    best: dict[int, tuple[float, dict[int, str]]] = {-1: (0.0, {})}  # by the room that is taken
    for score, start, text in told:
        for size, (total, taken) in list(best.items()):
            longer = size + len(text) + 1
            if longer <= most and (longer not in best or best[longer][0] < total + score):
                best[longer] = (total + score, taken | {start: text})
    return max(best.values(), key=lambda one: one[0])[1]


def ended(quote: str) -> str:
    """A stretch of a sentence, with "…" where it stops before the sentence does."""
    quote = clean(quote)
    return quote if quote[-1:] in "。！？.!?…”\"'」）)" else quote.rstrip("，、；：,;: ") + "…"


def _cut(text: str, most: int) -> str:
    """The beginning of a text whose first sentences are all too long, cut at a comma where there is one."""
    text = text.strip()[: most - 1]
    cut = max(text.rfind(mark) for mark in "，,；;、 ")
    return (text[:cut] if cut > most // 2 else text) + "…" if text else ""
