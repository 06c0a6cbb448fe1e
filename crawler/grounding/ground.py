"""A model's answer, held against the text: a value counts only where the words that it quotes stand there.

A technology or an industry needs a name of ours (or, a technology, one that stands in the article) and words of the article that speak
of it; a keyword must stand there itself; an event is a sentence of the text, and the headline and the condensed sentence that the model
words may say nothing that it does not: every number, name and date stands in it, and what is only planned or denied stays so; else the
built-in wording stays. A paragraph that talks to a model instead of a reader proves nothing. What the model leaves out stays as the
built-in analysis has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import Any

from crawler.analyzers import events as builtin
from crawler.errors import ReadError
from crawler.grounding.llm_json import read_reply
from crawler.grounding.wording import says_no_more
from crawler.nlp.document import Reading, Sentence, reading
from crawler.nlp.events import choice
from crawler.nlp.events.fields import fields_of
from crawler.nlp.headlines import LONGEST, LONGEST_DETAIL, LONGEST_DETAIL_WORDS, LONGEST_WORDS, clean, condensed, told
from crawler.nlp.languages import language_of
from crawler.nlp.lexicon import all_terms, names, own
from crawler.record import Event, Fact, Grounded, Record
from crawler.stages.add import label
from crawler.text import HAN, has_han, is_han, normal, places, word_ends, word_starts

KEYS = frozenset(("technologies", "industries", "keywords", "events"))
MAX_VALUES = {"technology": 20, "industry": 6, "keyword": 8, "event": 10}
MAX_LOOKED_AT = 50  # values of a list
LONGEST_NAME = 40
LONGEST_QUOTE = 400
MOSTLY = 0.6  # of a headline's words that must stand in the article
SURE, IMPLIED = 0.9, 0.6  # scores of a name that stands in its quote, and of one that the quote only speaks of
_order = re.compile(  # what a page says to a model
    r"(?:ignore|disregard|forget)\W+(?:\w+\W+){0,3}(?:previous|prior|above|earlier|preceding)\b"
    r"|(?:忽略|无视|忘记|不要理会)[^。！？\n]{0,8}(?:指令|指示|提示词|要求|设定|规则)|system prompt|系统提示词?|<\|?(?:im_|system|assistant)"
    r"|\[/?inst\]|(?:you are|你是)[^.。\n]{0,12}(?:language model|ai assistant|语言模型|ai助手|人工智能助手)",
    re.IGNORECASE,
)
_unit = re.compile(f"[{HAN}]|[^\\W_{HAN}]+")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where quoted words stand: offsets into the text, or None in the title; `quote` is what stands there."""

    quote: str
    start: int | None = None
    end: int | None = None


def ground(record: Record, answer: str, model: str) -> Grounded:
    """The record with what the answer says and the text proves. Raises ReadError when the answer is no JSON object of ours."""
    read = read_reply(answer, KEYS)
    if read is None:
        raise ReadError("the answer is no JSON object with the keys that were asked for")
    said, how = read
    checked = _Checked(record, f"model:{model}")
    given = 0
    found: dict[str, list[Fact]] = {}
    for kind, key in (("technology", "technologies"), ("industry", "industries"), ("keyword", "keywords"), ("event", "events")):
        entries = list(_entries(said.get(key)))
        given += len(entries)
        facts = [fact for value, quote, condensed in entries if (fact := checked.fact(kind, value, quote, condensed))]
        found[kind] = list({fact.value: fact for fact in facts[::-1]}.values())[::-1][: MAX_VALUES[kind]]
    proved = sum(len(facts) for facts in found.values())
    made = _with(record, found, model, checked.events)
    kept = sum(fact.by == checked.by for fact in made.facts)  # what the page itself says already, adds nothing
    return Grounded(made if kept else record, kept, given - proved, how)


def _entries(listed: Any) -> Iterator[tuple[str, str, str]]:
    """(value, quote, condensed sentence or "") of each entry of a list: of texts, or of objects with a name or headline and a quote."""
    for entry in listed[:MAX_LOOKED_AT] if isinstance(listed, list) else ():
        if isinstance(entry, str):
            yield entry, entry, ""
        elif isinstance(entry, dict):
            value = next((entry[key] for key in ("name", "headline", "word") if isinstance(entry.get(key), str)), "")
            quote, condensed = entry.get("quote"), entry.get("sentence")
            yield value, quote if isinstance(quote, str) else value, condensed if isinstance(condensed, str) else ""
        else:
            yield "", "", ""


class _Checked:
    """One record's text, against which values are held."""

    def __init__(self, record: Record, by: str) -> None:
        self.by = by
        self.title, self.text = reading(record.title), reading(record.text)
        self.language = record.language or language_of(f"{record.title}\n{record.text}")
        self.events: dict[int | None, Event] = {}  # by the place of their facts
        self._record = record
        self._units = set(_units(record.title)) | set(_units(record.text))

    def fact(self, kind: str, value: str, quote: str, condensed: str = "") -> Fact | None:
        """The value with its proof, or None."""
        place = self._place(quote if kind != "keyword" else value)
        value = _short(value)
        if place is None or not value:
            return None
        if kind == "event":
            return self._event(value, _short(condensed), place)
        if len(value) > LONGEST_NAME:
            return None
        if kind == "keyword":
            return self._fact(kind, _short(place.quote), place, SURE)
        known = _known(kind).get(normal(value))
        if known:
            name = names(kind)[known].in_language(self.language)
            return self._fact(kind, name, place, SURE if _names_it(kind, known, place.quote) else IMPLIED)
        itself = self._place(value) if kind == "technology" else None
        return self._fact(kind, _short(itself.quote), itself, SURE) if itself else None

    def _fact(self, kind: str, value: str, place: _Place, score: float) -> Fact:
        quote = place.quote if place.start is not None else f"title: {self.title.text}"
        return Fact(kind, value, quote, self.by, place.start, place.end, score)

    def _place(self, quote: str) -> _Place | None:
        """Where the words stand in text or title, as whole words; None if nowhere, or in a paragraph that talks to a model."""
        form = normal(quote[: LONGEST_QUOTE + 1]).strip(" \n.。…\"'“”")
        if len(form) < 2 or len(quote) > LONGEST_QUOTE:
            return None
        for where in (self.text, self.title):
            start = _find(where, form)
            if start is None:
                continue
            first, last = where.span(start, start + len(form))
            if _order.search(where.text[where.text.rfind("\n", 0, first) + 1 : (where.text + "\n").find("\n", last)]):
                return None
            return _Place(where.text[first:last], *((first, last) if where is self.text else ()))
        return None

    def _event(self, value: str, condensed_by_model: str, place: _Place) -> Fact | None:
        """The sentence that holds the quote; headline and detail as the model words them, if the sentence says all that is in them."""
        sentence = self._sentence(place)
        if sentence is None:
            return None
        acts = next(
            (one.acts for one in choice.scored(self.title.text, self.text.text, self.language) if one.sentence == sentence), ()
        )
        plain = clean(sentence.text)
        made = told(plain, acts, self.language)
        offset = sentence.start + sentence.text.index(plain)
        first, last = condensed(plain, made, self.language)
        start, end = offset + first, offset + last
        quote = self.text.text[start:end]
        headline = value if self._says(value, sentence, made.headline, LONGEST, LONGEST_WORDS) else made.headline
        detail = quote
        if condensed_by_model and self._says(condensed_by_model, sentence, plain, LONGEST_DETAIL, LONGEST_DETAIL_WORDS // 5):
            detail, start, end, quote = condensed_by_model, sentence.start, sentence.end, sentence.text
        known = fields_of(made.headline, plain, made, self.language, self._record.published, self.text.text, self.title.text)
        self.events[start] = Event(headline, detail, **known)
        return Fact("event", headline, quote, self.by, start, end, SURE)

    def _sentence(self, place: _Place) -> Sentence | None:
        if place.start is None or place.end is None:
            return None
        return next((one for one in self.text.sentences if one.start <= place.start < one.end), None)

    def _says(self, value: str, sentence: Sentence, builtin_words: str, han: int, words: int) -> bool:
        """True when a wording is short enough, nearly all its words stand in the article, and it says no more than the sentence."""
        short = len(value) <= han if has_han(value) else len(value.split()) <= words
        units = _units(value)
        there = sum(unit in self._units for unit in units)
        return short and there >= MOSTLY * len(units) and says_no_more(value, sentence.text, builtin_words)


def _find(where: Reading, form: str) -> int | None:
    text, size = where.form, len(form)
    return next((at for at in places(form, text) if word_starts(text, at) and word_ends(text, at + size)), None)


def _units(text: str) -> list[str]:
    """Pairs of Han and words of other scripts."""
    units = _unit.findall(normal(text))
    pairs = [one + other for one, other in pairwise(units) if is_han(one) and is_han(other)]
    return pairs + [unit for unit in units if not is_han(unit[0])]


def _short(text: str) -> str:
    return " ".join(text.split())


@cache
def _known(kind: str) -> dict[str, str]:
    """Normal form of every name of a technology or an industry → its id."""
    known = {normal(name): ident for ident, one in names(kind).items() for name in (one.zh, one.en)}
    wanted = {"technology": ("technology",), "industry": ("also",)}[kind]
    return {normal(term.alias): term.id for term in all_terms() if term.kind in wanted and not term.unsure} | known


def _names_it(kind: str, ident: str, quote: str) -> bool:
    kinds = ("technology",) if kind == "technology" else ("also", "strong")
    return any(match.term.id == ident for match in Reading(quote).longest(*kinds))


def _with(record: Record, found: dict[str, list[Fact]], model: str, told_by_model: dict[int | None, Event]) -> Record:
    """The record with the facts of the model in place of the built-in ones of the same kind; the page's own keywords stay first."""
    own_words = [fact for fact in record.facts if fact.kind == "keyword" and fact.by == "page"]
    if found["keyword"]:
        more = [fact for fact in found["keyword"] if not _inside(fact, own_words)]
        found["keyword"] = [*own_words, *more][: MAX_VALUES["keyword"]]
    found["event"].sort(key=lambda fact: fact.start or 0)
    kinds = [kind for kind, facts in found.items() if facts]
    facts = (*(fact for fact in record.facts if fact.kind not in kinds), *(fact for kind in kinds for fact in found[kind]))
    values = {kind: tuple(fact.value for fact in found[kind]) for kind in kinds}
    events = tuple(replace(told_by_model[fact.start], headline=fact.value) for fact in found["event"]) or record.events
    return replace(
        record,
        facts=facts,
        ai_technologies=values.get("technology", record.ai_technologies),
        industries=values.get("industry", record.industries),
        keywords=values.get("keyword", record.keywords),
        events=events,
        opening=record.opening or (builtin.opening(record) if events else ""),
        analysis=f"model:{model}, {label(own())}",
    )


def _inside(fact: Fact, others: Iterable[Fact]) -> bool:
    form = normal(fact.value)
    return any(form in normal(other.value) or normal(other.value) in form for other in others)
