"""Which companies and labs an article names, by the names of the lexicon, and which of them act in its headline or an event.

The longest name at a place counts, so that 谷歌DeepMind is not also 谷歌; a doubtful name (Cursor, 苹果) counts only beside a sure one.
A company acts where a clause of the headline begins with it, or where something is done by it (被谷歌收购, backed by Google). Order:
those that act, then by how often they are named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from crawler.nlp.document import Match, Reading, reading
from crawler.nlp.languages import language_of
from crawler.nlp.lexicon import names
from crawler.record import Company, Fact, Record

AFTER = ("events",)  # those that act in one
KINDS = ("company",)
MAX_COMPANIES = 12
_clause = re.compile(r"[,，。;；:：!?|\n]|\. | - | — ")
# What may stand before the one who acts: who it is (美国芯片巨头, Chinese startup), or the one it acts with.
_who = re.compile(
    r"[^\W\d_]{0,8}(?:公司|巨头|厂商|企业|集团|大厂|初创|旗下|平台|独角兽)|(?:[a-z'’.]+ ){0,3}|(?:快讯|独家|突发|消息|刚刚|曝|传|\W)*"
)
_not_who = re.compile(
    r"\b(?:by|for|with|against|from|to|of|on|at|as|over|in|after|says?|said|sues?|than|like|into|under|about|how|why|what)\b|[对向给从为在将把称说因关于据]"
)
_does = re.compile(
    r" (?:\w+s|\w+ed|to|will|may|could|plans?|has|won|bought|built)\b|[^ a-z]"
)  # behind a name that is not the first word
_and = re.compile(r"\s*(?:、|和|与|及|携手|联手|联合|&|,|and|plus)\s*")
_by = re.compile(r"(?:被|由|获|遭|\bby )$")
_of = re.compile(
    r"的|'s\b|’s\b| ?(?:被|遭)|(?:系|股价|概念股|股东|前员工|前高管)| (?:is|was|were|are|gets|got|being) \w+(?:ed|en)\b|$"
)


@dataclass(slots=True)
class _Seen:
    """What was seen of one company."""

    first: Match
    in_text: Match | None = None
    count: int = 0
    sure: bool = False
    acts: bool = False


def add(record: Record) -> Record:
    """The record with `companies` and a Fact for each."""
    language = record.language or language_of(record.title + "\n" + record.text)
    title, text = reading(record.title), reading(record.text)
    found = _seen(title, text)
    others = {event.headline for event in record.events} - {record.title} if found else set()
    for place in (title, *map(Reading, others)):
        for ident in _acting(place):
            if ident in found:
                found[ident].acts = True
    ranked = sorted(found.items(), key=lambda item: (not item[1].acts, -item[1].count))[:MAX_COMPANIES]
    known = names("company")
    facts = tuple(_fact(ident, known[ident].in_language(language), seen, title, text) for ident, seen in ranked)
    companies = tuple(
        Company(fact.value, "actor" if seen.acts else "named") for fact, (_, seen) in zip(facts, ranked, strict=True)
    )
    return replace(record.with_facts(*facts), companies=companies)


def named_in(text: str) -> frozenset[str]:
    """Ids of the companies that stand in a text, also by names that are sure only beside others."""
    return frozenset(match.term.id for match in _named(reading(text)))


def _seen(title: Reading, text: Reading) -> dict[str, _Seen]:
    """All companies of title and text by id, without the doubtful ones where none is sure."""
    found: dict[str, _Seen] = {}
    for where in (title, text):
        for match in _named(where):
            seen = found.setdefault(match.term.id, _Seen(match))
            seen.count += 1
            seen.sure |= not match.term.unsure
            if where is text and seen.in_text is None:
                seen.in_text = match
    return found if any(seen.sure for seen in found.values()) else {}


def _named(place: Reading) -> Iterator[Match]:
    """The companies of a text, where nothing longer stands; Han of two characters must be a word of its own."""
    known = names("company")
    for match in place.longest("technology", "entity"):
        if match.term.kind == "entity" and match.term.id in known and _is_word(place, match):
            yield match


def _is_word(place: Reading, match: Match) -> bool:
    start, end, _ = match
    return end - start > 2 or place.form[start] < "\u3400" or place.is_spaced or not place.cuts_a_word(start, end)


def _acting(place: Reading) -> Iterator[str]:
    """Ids of those that act in a headline."""
    form, begins = place.form, 0
    joined = -1  # where the last one that acts ends
    borders = [match.end() for match in _clause.finditer(form)]
    for start, end, term in _named(place):
        begins = max((at for at in borders if at <= start), default=0)
        before = form[begins:start]
        with_another = joined >= 0 and _and.fullmatch(form, joined, start)
        first = _who.fullmatch(before) and not _not_who.search(before) and not _of.match(form, end)
        first = first and (not before.strip() or bool(_does.match(form, end)))
        if with_another or first or _by.search(before):
            joined = end
            yield term.id


def _fact(ident: str, value: str, seen: _Seen, title: Reading, text: Reading) -> Fact:
    score = round(min(1.0, 0.5 + 0.1 * seen.count + 0.2 * seen.acts), 2)
    match = seen.in_text
    if match is None:
        return Fact("company", value, f"title: {title.text}", "builtin", score=score, concept=ident)
    start, end = text.span(match.start, match.end)
    return Fact("company", value, text.text[start:end], "builtin", start, end, score, ident)
