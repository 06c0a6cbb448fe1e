"""Which AI technologies an article speaks of, by the names of the taxonomy and the place where each stands.

The longest name at a place counts, so that 深度学习框架 is not also 深度学习; a doubtful name (ML, CNN …) counts only beside a sure
one. Each has a weight: how often it is named, in the title, at the beginning, surely or doubtfully. What a long article only passes by
does not count; the heaviest stand first, AI before what is only near it (drones, big data).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import chain, zip_longest
from typing import Any

import re2

from crawler.nlp.document import Match, Reading, in_name, reading
from crawler.nlp.languages import language_of
from crawler.nlp.lexicon import Term, broad, names, no_context, of_words, table
from crawler.record import Fact, Record

KINDS: tuple[str, ...] = ("technology",)  # of facts
AFTER: tuple[str, ...] = ("language",)

MAX_TECHNOLOGIES = 8
IN_TITLE, EARLY, DOUBTFUL, BROAD, PRODUCT = 0.9, 0.8, -0.7, -0.5, -0.6  # weight beside log2(1 + times named)
BEGINNING = 150  # characters of Chinese at which a text begins; three times as many of Latin letters
LEAST = 0.6  # weight in a Chinese or short text, and so much more for each doubling from SHORT characters on:
MORE, SHORT = 0.12, 300
OFTEN, LONG = (
    5.0,
    600,
)  # times AI is named in an article on AI as such of so many characters; a short one need not say it so often
FLASH = 360  # characters of Chinese; in a longer one of a language with blanks the weights below decide
LIKELY = -0.45  # log-odds from which an article is about a technology
# Logistic regression over the technologies that all labelled news name or describe; `share` is that of its weight in the heaviest one's.
WEIGHTS = {
    "bias": 1.16,
    "times": 0.98,
    "early": 0.39,
    "broad": -0.61,
    "length": -0.47,
    "share": 1.08,
    "product": -1.92,
    "general": -3.2,
    "others": -0.38,
}
SHORTEST = 2  # characters of a name
GENERAL = "ai"
LANGUAGE = "llm"


@dataclass(slots=True)
class _Seen:
    """What was seen of one technology: how often, and first where (None: only in the title)."""

    first: Match
    in_title: bool
    in_text: Match | None = None
    count: int = 0
    sure: bool = False
    weight: float = 0.0
    is_early: bool = False
    quote: str = field(default="")


def add(record: Record) -> Record:
    """The record with `ai_technologies` and a Fact for each."""
    language = record.language or language_of(record.title + "\n" + record.text)
    title, text = reading(record.title), reading(record.text)
    known = names("technology")
    facts = tuple(
        _fact(ident, known[ident].in_language(language), seen, title, text)
        for ident, seen in _ranked(_weighty(_seen(title, text), text))[:MAX_TECHNOLOGIES]
    )
    return replace(record.with_facts(*facts), ai_technologies=tuple(fact.value for fact in facts))


def _seen(title: Reading, text: Reading) -> dict[str, _Seen]:
    """All technologies of title and text by id, without the doubtful ones that stand alone."""
    found: dict[str, _Seen] = {}
    for where in (title, text):
        for match in chain(_named(where), _done(where)):
            if not match.term.exact and in_name(where, match.start, match.end):
                continue
            if match.term.unsure and match.end - match.start == SHORTEST and where.cuts_a_word(match.start, match.end):
                continue  # 人形 is none in 自然人形象
            seen = found.setdefault(match.term.id, _Seen(match, where is title))
            seen.count += 1
            seen.sure |= not match.term.unsure
            if where is text and seen.in_text is None:
                seen.in_text = match
    if not any(seen.sure and ident not in no_context() for ident, seen in found.items()):
        found = {ident: seen for ident, seen in found.items() if seen.sure}
    return found


def _weighty(found: dict[str, _Seen], text: Reading) -> dict[str, _Seen]:
    """Those that the article is about; the heaviest alone where it only passes by all of them."""
    scale = 3 if text.is_spaced else 1
    size = len(text.form) / scale
    for ident, seen in found.items():
        seen.is_early = seen.in_text is not None and seen.in_text.start < BEGINNING * scale
        seen.weight = math.log2(1 + seen.count) + IN_TITLE * seen.in_title + EARLY * seen.is_early
        seen.weight += DOUBTFUL * (not seen.sure) + BROAD * (ident in broad()) + PRODUCT * ident.startswith("p_")
    if size <= FLASH or not text.is_spaced:
        least = LEAST + MORE * math.log2(max(1.0, size / SHORT))
        kept = {ident: seen for ident, seen in found.items() if seen.weight >= least}
    else:
        top, others = max((seen.weight for seen in found.values()), default=0.0), math.log2(max(1, len(found)))
        kept = {ident: seen for ident, seen in found.items() if _odds(ident, seen, size, top, others) >= LIKELY}
    often = max(OFTEN / 3, OFTEN * min(1.0, size / LONG))
    if GENERAL in kept and kept[GENERAL].count < often and len(kept.keys() - no_context()) > 1:
        del kept[GENERAL]  # AI beside its kinds says nothing of its own
    if not kept and found:
        ident = max(found, key=lambda one: (found[one].sure, found[one].weight))
        kept = {ident: found[ident]}
    return kept


def _odds(ident: str, seen: _Seen, size: float, top: float, others: float) -> float:
    """The log-odds that an article is about a technology; `size` is its length as a Chinese text would have it, `top` the heaviest weight."""
    features = {
        "bias": 1.0,
        "times": math.log2(seen.count),
        "early": seen.is_early,
        "broad": ident in broad(),
        "length": math.log2(max(1.0, size / SHORT)),
        "share": seen.weight / max(0.5, top),
        "product": ident.startswith("p_"),
        "general": ident == GENERAL,
        "others": others,
    }
    return sum(WEIGHTS[name] * value for name, value in features.items())


def _named(place: Reading) -> Iterator[Match]:
    """The technologies of a text; the AI of AI加速卡 or AI robot only goes with the name that follows."""
    matches = place.longest("technology")
    for match, following in zip_longest(matches, matches[1:]):
        if match.term.id != GENERAL or following is None or following.start > match.end + 1 or following.term.id == GENERAL:
            yield match
            if match.term.id in of_words() and place.form.endswith("大模型", match.start, match.end):  # 教育大模型 is also one
                yield match._replace(term=match.term._replace(id=LANGUAGE))


def _done(place: Reading) -> Iterator[Match]:
    """The technologies of a text that it tells by what they do: 自动编写代码, detects tumours. They are as doubtful as their rows say."""
    acts, all_of_them = _acts()
    named = {match.term.id for match in place.longest("technology")}
    surely = {match.term.id for match in place.longest("technology") if not match.term.unsure}
    for at in sorted(all_of_them.Match(place.form) or ()):
        term = acts[at]  # a sure one also speaks for what is named doubtfully
        if term.id in surely or (term.unsure and term.id in named):
            continue
        if found := _compiled(term.alias).search(place.form):
            yield Match(found.start(), found.end(), term)


@cache
def _acts() -> tuple[list[Term], Any]:
    """The terms of the data file's `acts`, whose aliases are patterns, and all of these behind a look for the words they need.
    One automaton of all of them has more states than its memory holds, and makes them anew in every text."""
    acts, together = [], re2.Filter()
    for line in str(table("taxonomy.yaml")["acts"]).splitlines():
        ident, _, written = line.partition(" | ")
        acts.append(Term("technology", ident.rstrip("?"), written, unsure=ident.endswith("?")))
        together.Add(written)
    together.Compile()
    return acts, together


_compiled = cache(re2.compile)  # few of them are ever met


def _ranked(found: dict[str, _Seen]) -> list[tuple[str, _Seen]]:
    return sorted(found.items(), key=lambda item: (item[0] in no_context(), -item[1].weight))


def _fact(ident: str, value: str, seen: _Seen, title: Reading, text: Reading) -> Fact:
    score = round(min(1.0, 0.6 + 0.1 * seen.count + 0.2 * seen.in_title), 2)
    match = seen.in_text
    if match is None:
        return Fact("technology", value, f"title: {title.text}", "builtin", score=score, concept=ident)
    start, end = text.span(match.start, match.end)
    return Fact("technology", value, text.text[start:end], "builtin", start, end, score, ident)
