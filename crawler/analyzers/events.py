"""Which major events an article tells, as headline, condensed sentence and what is known of each, grounded in the text.

sentences → choice → clause → headline, detail, type, actors, object, amount, date
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from crawler.nlp import referents
from crawler.nlp.document import Reading, Sentence, reading
from crawler.nlp.events import cells as event_cells
from crawler.nlp.events import choice
from crawler.nlp.events.actors import main_name
from crawler.nlp.events.fields import date_of, fields_of
from crawler.nlp.headlines import clean, condensed, is_statement, parts, told
from crawler.nlp.headlines_zh import Told
from crawler.nlp.languages import language_of
from crawler.nlp.lexicon import names
from crawler.nlp.referents import Said
from crawler.record import Event, Fact, Record

KINDS: tuple[str, ...] = ("event",)  # of facts
AFTER: tuple[str, ...] = ("keywords",)

OPENS = 3  # so many events get a line before them
EARLY = 3  # sentences of a text that may be its lead
NEWS = timedelta(days=4)  # from what happened to what is published
_NO_HEADLINE = re.compile(
    r"[?？!！；;|｜]|[:：] ?(?:what|how|why|who|when|where|为何|为什么|如何|怎么|谁)\b"
    r"|^(?:早报|晚报|周报|日报|快讯|首发|独家|Review|Explainer|Opinion|Exclusive)\s?[:：|]|的[^，]{0,5}(?:天|年|夜|背后|故事|原因|生意|人)$"
)


class Chosen(NamedTuple):
    """A sentence that tells an event, its points as log-odds, the heading of its section ("" if none), how many sentences stand before
    it, and the clause that tells the event."""

    sentence: Sentence
    points: float
    heading: str
    at: int
    told: Told


def add(record: Record) -> Record:
    """The record with `events`, `opening` and a Fact for each event."""
    language = record.language or language_of(record.title + "\n" + record.text)
    chosen = [
        Chosen(
            one.sentence,
            one.points,
            choice.NUMBER.sub("", one.heading),
            one.at,
            told(clean(one.sentence.text), one.acts, language),
        )
        for one in choice.choose(record.title, record.text, language, record.published)
    ]
    everything = [one.told for one in chosen]
    chosen = [_named(record, one, everything, language) for one in chosen]
    titles = _titles(record, chosen, language)
    made = [_event(record, one, titles.get(one.at, ""), language) for one in chosen]
    events = tuple(event for event, _ in made)
    return replace(
        record.with_facts(*(fact for _, fact in made)), events=events, opening=opening(record) if len(events) >= OPENS else ""
    )


def _named(record: Record, one: Chosen, everything: list[Told], language: str | None) -> Chosen:
    """The same with a name where its headline has only a word for one."""
    said = Said(record.title, record.text, one.sentence.start)
    return one._replace(told=referents.named(one.told, said, language, everything))


def _event(record: Record, one: Chosen, title: str, language: str | None) -> tuple[Event, Fact]:
    """The event with the place of its detail, which is one stretch of the sentence."""
    sentence = clean(one.sentence.text)
    offset = one.sentence.text.index(sentence)
    first, last = condensed(sentence, one.told, language)
    start, end = one.sentence.start + offset + first, one.sentence.start + offset + last
    quote, made = record.text[start:end], one.told.headline
    over = one.heading or record.title
    event = Event(made, quote, **fields_of(made, quote, one.told, language, record.published, record.text, over, sentence))
    event = replace(event, type=event_cells.kind_of(one.sentence.text, record.title, record.text) or event.type)
    if event.date is None and one.at < EARLY and choice.tells_of_now(one.sentence):
        event = replace(event, date=_day_of_lead(record, language))
    who = event.actors or ()
    headline = _headline(event, title, one, record, language)
    if not one.heading:
        said = Said(record.title, record.text, one.sentence.start)
        headline = referents.labelled(headline, who, said, language)
    event = replace(event, headline=headline)
    return event, Fact("event", event.headline, quote, "builtin", start, end, round(1 / (1 + math.exp(-one.points)), 2))


def _day_of_lead(record: Record, language: str | None) -> str | None:
    """The day of the news, where the first sentences name one near the day of publication."""
    if record.published is None:
        return None
    text, today = record.text, record.published.date()
    for one in reading(text).sentences[:EARLY]:
        day = date_of(one.text, record.published, language == "zh", text, one.text) or ""
        if len(day) == len("2026-01-31"):
            return day if abs(date.fromisoformat(day) - today) <= NEWS else None
    return None


def _titles(record: Record, chosen: list[Chosen], language: str | None) -> dict[int, str]:
    """Each statement of the title, for the sentence (by its place) that says most of it: in the lead some of it is enough, and little for
    the first event of all."""
    found: dict[int, str] = {}
    for part in parts(record.title, language) if chosen else ():
        for line in [part] if part == record.title else _apart(part, chosen):
            share, at = max(
                (_share(line, one) + (one.at < EARLY) * (LEADS + FIRST * (one is chosen[0])), -one.at) for one in chosen
            )
            if share >= MOST_OF_TITLE and not _VAGUE.match(line) and is_statement(line, language):
                found.setdefault(-at, line[:1].upper() + line[1:])
    return found


def _apart(part: str, chosen: list[Chosen]) -> list[str]:
    """The clauses of a list of news that are told by sentences of their own; else the part whole."""
    lines = {line: max((_share(line, one), one.at) for one in chosen) for line in re.split("，|, ", part)}
    at = {line: place for line, (share, place) in lines.items() if share >= MOST_OF_TITLE}
    return list(at) if len(set(at.values())) > 1 else [part]


def _share(line: str, one: Chosen) -> float:
    """The share of a line's words that the sentence has; none of a line too short or no headline."""
    said = _long_words(line)
    return sum(word in one.sentence.form for word in said) / len(said) if len(said) > 2 and not _NO_HEADLINE.search(line) else 0.0


def _headline(event: Event, title: str, one: Chosen, record: Record, language: str | None) -> str:
    """The heading of its section where the sentence says most of it, or what the title says of it, which an editor wrote; but what was made
    of the sentence, if that is a clause, where only it names a company or an office that acts, or the event's amount."""
    name, text = main_name(record.title, record.text, language), record.text
    if one.heading and _share(one.heading, one) >= MOST_OF_TITLE and is_statement(one.heading, language):
        return one.heading
    made, who = event.headline, [one for one in (name, *(event.actors or ())) if not referents.is_somebody(one, text, language)]
    has_amount = event.amount is not None and event.amount in made and not _figure.search(title)
    says_more = has_amount or _names(made, who) > _names(title, who)
    return title if title and not (one.told.is_clean and says_more) else made


def _names(headline: str, who: Sequence[str]) -> bool:
    """True where it names one of them, if only in part."""
    return any(word in headline for name in who for word in name.split() if word[:1].isupper()) or any(
        name[:2] in headline for name in who if name and not name.isascii()
    )


MOST_OF_TITLE, LEADS, FIRST = 0.6, 0.2, 0.15  # of the words of a title; what the lead and the first event may lack of that
_figure = re.compile(r"\d|[一两二三四五六七八九十百]成")
_VAGUE = re.compile("(?:本|该|我|双方|公司|集团)|(?:We|I|It|They|No|Yes|what|how|why|who|when|where)\\b")


@lru_cache(maxsize=16)
def _long_words(line: str) -> frozenset[str]:
    return frozenset(word for word, _ in Reading(line).words if len(word) > 1)


def opening(record: Record) -> str:
    """A line before several events: whom and what they are about; "" where the article names no such two again and again."""
    language = record.language or language_of(record.title + "\n" + record.text)
    title, text = reading(record.title), reading(record.text)
    who = _most_named("entity", title, text, language, _WHO)
    what = _most_named("technology", title, text, language)
    if not who or not what:
        return ""
    if language == "zh":
        return f"这篇文章总结了{who}在{what}领域的一系列重大事件和发展："
    return f"This article sums up the major events around {who} in {what}:"


_WHO = frozenset("company place".split())
OFTEN = 6  # times that a name stands in a text whose title has it not


def _most_named(kind: str, title: Reading, text: Reading, language: str | None, groups: frozenset[str] | None = None) -> str:
    """The name that stands in title and text most often, at least twice."""
    known = names(kind)
    counts = Counter(
        match.term.id
        for place in (title, text, title)
        for match in place.longest(kind)
        if not match.term.unsure and (groups is None or known[match.term.id].group in groups)
    )
    if title.form and groups:
        in_title = {match.term.id for match in title.longest(kind)}
        counts = Counter({ident: count for ident, count in counts.items() if ident in in_title or count >= OFTEN})
    ident, count = counts.most_common(1)[0] if counts else ("", 0)
    return known[ident].in_language(language) if count > 1 else ""
