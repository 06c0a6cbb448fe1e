"""Which industries an article concerns: enumerations such as 教育、医疗、交通等领域, words that speak of an industry, and technologies.

`crawler.nlp.topics` weighs the signs of each. An article with AI technologies and no industry concerns 互联网与软件.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace

from crawler.nlp.document import Match, Reading, in_name, reading
from crawler.nlp.languages import language_of
from crawler.nlp.lexicon import Term, industry_of_technology, names
from crawler.nlp.topics import Topics, certainty
from crawler.record import Fact, Record

KINDS: tuple[str, ...] = ("industry",)  # of facts
AFTER: tuple[str, ...] = ("technologies",)

MAX_INDUSTRIES = 6
DEFAULT = "internet"
SURENESS = {"strong": 0, "also": 0, "weak": 1, "technology": 2}  # of words: the surest one at a place counts
PROOFS = ("strong", "name", "weak", "technology", "told")  # kinds of signs, the best proof first

# 教育、健康、零售、交通、制造、服务等领域: what the list ends with, and where it began
_fields = re.compile(r"(?:等|和|与|及)?(?:多个|众多|重点|各个|多|[一二三四五六七八九十两\d]+[大个])*(?:领域|行业|产业|场景)")
_field = re.compile("领域|行业|产业|场景")  # the end of such a phrase, by which it is looked for: the whole at each place is slow
_list = re.compile(r"[^、,，。;；:：!?\n]{1,12}(?:、[^、,，。;；:：!?\n]{1,12})+$")


def add(record: Record) -> Record:
    """The record with `industries` and a Fact for each."""
    language = record.language or language_of(record.title + "\n" + record.text)
    topics = collected(record)
    odds = topics.odds("industries")
    listed = {match.term.id for match in _enumerated(topics.text) if match.start < topics.begins}
    ranked = sorted((ident for ident, value in odds.items() if value >= 0 or ident in listed), key=lambda ident: -odds[ident])
    known = names("industry")
    facts = [
        replace(_fact(known[ident].in_language(language), odds[ident], ident, topics, record), concept=ident)
        for ident in _with_own_words(ranked, topics)[:MAX_INDUSTRIES]
    ]
    if not facts and record.ai_technologies:
        facts = _fallback(record, known[DEFAULT].in_language(language))
    return replace(record.with_facts(*facts), industries=tuple(fact.value for fact in facts))


def _with_own_words(ranked: list[str], topics: Topics) -> list[str]:
    """The industries, the best first, without those all whose words already speak for a better one: plastics in a text on recycling."""
    kept: list[str] = []
    taken: set[tuple[bool, int, int]] = set()
    for ident in ranked:
        places = set().union(*(signs.places for signs in topics.found[ident].values()))
        if not places <= taken:
            kept.append(ident)
            taken |= places
    return kept


def collected(record: Record) -> Topics:
    """All signs of industries in a record that has its technologies."""
    title, text = reading(record.title), reading(record.text)
    topics = Topics("industry", title, text, tuple(fact.concept or "" for fact in record.facts if fact.kind == "technology"))
    for fact, technology, ident in _told(record):
        start = fact.start or 0
        match = Match(start, fact.end or start, Term("fact", ident, technology))
        topics.sign(ident, "told", match, fact.start is None, technology)
    implied = industry_of_technology()
    for place in (title, text):
        words = [(match.term.id, match) for match in place.longest("strong", "weak", "also") if _stands(match, place)]
        words += [(implied[match.term.id], match) for match in place.longest("technology") if match.term.id in implied]
        named = {(match.start, match.end) for match in place.longest("entity")}
        spoken: set[tuple[str, int]] = set()  # laptops, and laptop with an s
        for ident, match in sorted(words, key=lambda word: SURENESS[word[1].term.kind]):
            if (ident, match.start) not in spoken:
                spoken.add((ident, match.start))
                kind = "name" if (match.start, match.end) in named else match.term.kind.replace("also", "strong")
                topics.sign(ident, kind, match, place is title, match.term.alias)
    return topics


def _told(record: Record) -> Iterator[tuple[Fact, str, str]]:
    """(fact, technology, industry) of each technology that the article is about and that speaks of an industry."""
    implied = industry_of_technology()
    for fact in record.facts:
        if fact.kind == "technology" and fact.concept in implied:
            yield fact, fact.concept, implied[fact.concept]


def _stands(match: Match, place: Reading) -> bool:
    """A short word of Han must be one: 师范 is none in 分析师范晓. A word inside a name is none: 麦田 of 麦田数据, Lunar of Lunar Labs."""
    start, end, _ = match
    is_latin = place.form[start] < "\u3400"
    if is_latin or end - start > 3:
        return not (is_latin and in_name(place, start, end))
    if in_name(place, start, end):
        return False
    at = bisect_left(place.starts, start)
    return not place.cuts_a_word(start, end) and not (at < len(place.words) and place.words[at][1] == "nr")


def _enumerated(text: Reading) -> list[Match]:
    """The industries that a list of fields names."""
    lists: list[tuple[int, int]] = []
    form = text.form
    for field in _field.finditer(form) if "、" in form else ():
        match = _fields.search(form, max(0, field.start() - 12), field.end())
        end = match.start() if match else field.start()
        before = max(0, end - 100)
        if "、" in form[before:end] and (found := _list.search(form[before:end])):
            lists.append((before + found.start(), end))
    ends = [end for _, end in lists]
    matches = [(match, bisect_left(ends, match.end)) for match in text.longest("also")]
    return [match for match, at in matches if at < len(lists) and lists[at][0] <= match.start]


def _fact(value: str, odds: float, ident: str, topics: Topics, record: Record) -> Fact:
    kinds = topics.found[ident]
    kind = next(kind for kind in PROOFS if kind in kinds)
    if kind == "told":
        fact = next(fact for fact, _, told in _told(record) if told == ident)
        return replace(fact, kind="industry", value=value, score=certainty(odds))
    match = kinds[kind].first
    if match is None:
        return Fact("industry", value, f"title: {record.title}", "builtin", score=certainty(odds))
    start, end = topics.text.span(match.start, match.end)
    return Fact("industry", value, topics.text.text[start:end], "builtin", start, end, certainty(odds))


def _fallback(record: Record, value: str) -> list[Fact]:
    """AI news that names no industry is news of the industry that makes AI: the first technology is the proof."""
    proof = next((fact for fact in record.facts if fact.kind == "technology"), None)
    return [replace(proof, kind="industry", value=value, score=0.3, concept=DEFAULT)] if proof else []
