"""Which AI technologies an article speaks of, by the names of the taxonomy and the place where each stands.

The longest name at a place counts, so that 深度学习框架 is not also 深度学习; a doubtful name (ML, CNN …) counts only beside a sure
one. Order: those of the title first, then AI before what is only near it (drones, big data), each as often as they are named.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import chain, zip_longest
from typing import Any

import re2

from crawler.nlp.document import Match, Reading, reading
from crawler.nlp.languages import language_of
from crawler.nlp.lexicon import Term, names, no_context, table
from crawler.record import Fact, Record

MAX_TECHNOLOGIES = 15
GENERAL = "ai"
CONTEXT = 24  # characters of the text on each side of a name that go into its quote


@dataclass(slots=True)
class _Seen:
    """What was seen of one technology: how often, and first where (None: only in the title)."""

    first: Match
    in_title: bool
    in_text: Match | None = None
    count: int = 0
    sure: bool = False
    quote: str = field(default="")


def add(record: Record) -> Record:
    """The record with `ai_technologies` and a Fact for each."""
    language = record.language or language_of(record.title + "\n" + record.text)
    title, text = reading(record.title), reading(record.text)
    known = names("technology")
    facts = tuple(
        _fact(ident, known[ident].in_language(language), seen, title, text)
        for ident, seen in _ranked(_seen(title, text))[:MAX_TECHNOLOGIES]
    )
    return replace(record.with_facts(*facts), ai_technologies=tuple(fact.value for fact in facts))


def _seen(title: Reading, text: Reading) -> dict[str, _Seen]:
    """All technologies of title and text by id, without the doubtful ones that stand alone."""
    found: dict[str, _Seen] = {}
    for where in (title, text):
        for match in chain(_named(where), _done(where)):
            seen = found.setdefault(match.term.id, _Seen(match, where is title))
            seen.count += 1
            seen.sure |= not match.term.unsure
            if where is text and seen.in_text is None:
                seen.in_text = match
    if not any(seen.sure and ident not in no_context() for ident, seen in found.items()):
        found = {ident: seen for ident, seen in found.items() if seen.sure}
    if len(found) > 1 and GENERAL in found and found[GENERAL].count < 2:  # AI said once beside its kinds says nothing of its own
        del found[GENERAL]
    return found


def _named(place: Reading) -> Iterator[Match]:
    """The technologies of a text; the AI of AI加速卡 or AI robot only goes with the name that follows."""
    matches = place.longest("technology")
    for match, following in zip_longest(matches, matches[1:]):
        if match.term.id != GENERAL or following is None or following.start > match.end + 1 or following.term.id == GENERAL:
            yield match


def _done(place: Reading) -> Iterator[Match]:
    """The technologies of a text that it tells by what they do: 自动编写代码, detects tumours. They are as doubtful as their rows say."""
    acts, all_of_them = _acts()
    for at in sorted(all_of_them.Match(place.form) or ()):
        term = acts[at]
        found = _compiled(term.alias).search(place.form)
        if found and not any(match.term.id == term.id for match in place.longest("technology")):
            yield Match(found.start(), found.end(), term)


@cache
def _acts() -> tuple[list[Term], Any]:
    """The terms of the data file's `acts`, whose aliases are patterns, and all of these as one automaton."""
    acts, together = [], re2.Set.SearchSet()
    for line in str(table("taxonomy.yaml")["acts"]).splitlines():
        ident, _, written = line.partition(" | ")
        acts.append(Term("technology", ident.rstrip("?"), written, unsure=ident.endswith("?")))
        together.Add(written)
    together.Compile()
    return acts, together


_compiled = cache(re2.compile)  # few of them are ever met


def _ranked(found: dict[str, _Seen]) -> list[tuple[str, _Seen]]:
    return sorted(found.items(), key=lambda item: (not item[1].in_title, item[0] in no_context(), -item[1].count))


def _fact(ident: str, value: str, seen: _Seen, title: Reading, text: Reading) -> Fact:
    score = round(min(1.0, 0.6 + 0.1 * seen.count + 0.2 * seen.in_title), 2)
    match = seen.in_text
    if match is None:
        return Fact("technology", value, f"title: {title.text}", "builtin", score=score, concept=ident)
    start, end = text.span(match.start, match.end)
    return Fact("technology", value, text.text[start:end], "builtin", start, end, score, ident)
