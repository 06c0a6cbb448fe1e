"""Which AI technologies an article is about, by the names of the taxonomy and by what hints at them.

The longest name at a place counts, so that 深度学习框架 is not also 深度学习; a doubtful name (ML, CNN …) and a hint (camera, regulator)
count only beside a sure name, or where two technologies are named. Technologies that usually go together, and the words of the
industry that a technology serves, speak for it too. `crawler.nlp.topics` weighs all that; the likeliest stand first, AI before what is
only near it (drones, big data).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import chain, zip_longest
from typing import Any

import re2

from crawler.nlp.document import Match, Reading, in_name, reading
from crawler.nlp.languages import language_of
from crawler.nlp.lexicon import Term, beside, industry_of_technology, names, no_context, of_words, table
from crawler.nlp.topics import Topics, certainty
from crawler.record import Fact, Record

KINDS: tuple[str, ...] = ("technology",)  # of facts
AFTER: tuple[str, ...] = ("language",)

MAX_TECHNOLOGIES = 8
OFTEN, LONG = 5.0, 600  # times AI is named in an article on AI as such of so many characters; a short one says it less often
HINTS = 2  # words that must hint at a technology that is not named
NAMED = 2  # kinds of AI that must be named, be it doubtfully, where none is named surely
SHORTEST = 2  # characters of a name
UNLIKELY = -2.5  # log-odds of a doubtful name that is not told even where nothing else is
GENERAL = "ai"
LANGUAGE = "llm"
PROOFS = ("named", "doubtful", "hint", "beside", "field")  # kinds of signs, the best proof first


def add(record: Record) -> Record:
    """The record with `ai_technologies` and a Fact for each."""
    language = record.language or language_of(record.title + "\n" + record.text)
    topics = collected(reading(record.title), reading(record.text))
    odds = topics.odds("technologies")
    said = [ident for ident in topics.said() if "named" in topics.found[ident] or odds[ident] > UNLIKELY]
    chosen = [ident for ident, value in odds.items() if value >= 0] or sorted(said, key=lambda ident: -odds[ident])[:1]
    chosen.sort(key=lambda ident: (ident in no_context(), -odds[ident]))
    known = names("technology")
    facts = tuple(
        _fact(ident, known[ident].in_language(language), odds[ident], topics, record.title) for ident in chosen[:MAX_TECHNOLOGIES]
    )
    return replace(record.with_facts(*facts), ai_technologies=tuple(fact.value for fact in facts))


def collected(title: Reading, text: Reading) -> Topics:
    """All signs of technologies in title and text; where only one is named, and not surely or only near AI, no hints; and it must be
    named surely, or by an article on machines."""
    topics = Topics("technology", title, text)
    for place in (title, text):
        for match in chain(_named(place), _done(place)):
            if not match.term.exact and in_name(place, match.start, match.end):
                continue
            if match.term.unsure and match.end - match.start == SHORTEST and place.cuts_a_word(match.start, match.end):
                continue  # 人形 is none in 自然人形象
            topics.sign(match.term.id, "doubtful" if match.term.unsure else "named", match, place is title, match.term.alias)
    is_general = _is_general(topics)
    if len(topics.found.keys() - {GENERAL}) >= NAMED or any(
        "named" in kinds and ident not in no_context() for ident, kinds in topics.found.items()
    ):
        _hint(topics, title, text)
    else:
        kept = {"named", "doubtful"} if _tells_of_machines(title, text) else {"named"}
        topics.found = {
            ident: {kind: kinds[kind] for kind in kinds if kind in kept}
            for ident, kinds in topics.found.items()
            if kept & kinds.keys()
        }
    if is_general:
        topics.found.pop(GENERAL, None)
    return topics


def _tells_of_machines(title: Reading, text: Reading) -> bool:
    """True where an article speaks of software or machines at all, so that a doubtful name may stand alone."""
    words = _compiled(table("taxonomy.yaml")["machines"])
    return any(words.search(place.form) for place in (title, text))


def _is_general(topics: Topics) -> bool:
    """True where AI as such is named beside its kinds, and not often: that says nothing of its own."""
    beside_it = topics.found.keys() - no_context() - {GENERAL}
    often = max(OFTEN / 3, OFTEN * min(1.0, len(topics.text.form) / topics.scale / LONG))
    return (
        GENERAL in topics.found and bool(beside_it) and sum(len(signs.places) for signs in topics.found[GENERAL].values()) < often
    )


def _hint(topics: Topics, title: Reading, text: Reading) -> None:
    """Take note of what only hints at technologies: words, other technologies, and words of the industry that they serve."""
    firsts = {ident: min(min(signs.places) for signs in kinds.values()) for ident, kinds in topics.found.items()}
    for place in (title, text):
        for match in place.longest("technology", "hint"):
            if match.term.kind == "hint":
                topics.sign(match.term.id, "hint", match, place is title, match.term.alias)
    for ident in [ident for ident, kinds in topics.found.items() if ident not in firsts and len(kinds["hint"].words) < HINTS]:
        del topics.found[ident]
    for ident, (in_title, start, end) in firsts.items():
        for one in beside().get(ident, ()):
            if one in topics.found:
                topics.sign(one, "beside", Match(start, end, Term("technology", ident, ident)), in_title, ident)
    served = {ident: industry for ident in topics.found if (industry := industry_of_technology().get(ident))}
    fields, asked = Topics("industry", title, text), set(served.values())
    for place in (title, text):
        for match in place.longest("strong", "weak", "also"):
            if match[2][1] in asked and match[2][0] != "weak":
                fields.sign(match.term.id, "field", match, place is title, match.term.alias)
    for ident, industry in served.items():
        topics.found[ident].update(fields.found.get(industry, {}))


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
    named = {match.term.id for match in place.longest("technology")}
    surely = {match.term.id for match in place.longest("technology") if not match.term.unsure}
    for acts, needed in _acts():
        for at in sorted(needed.Match(place.form) or ()):
            term = acts[at]  # a sure one also speaks for what is named doubtfully
            if term.id in surely or (term.unsure and term.id in named):
                continue
            if found := _compiled(term.alias).search(place.form):
                yield Match(found.start(), found.end(), term)


@cache
def _acts() -> list[tuple[list[Term], Any]]:
    """The terms of the data file's `acts`, whose aliases are patterns, each half behind a look for the words its patterns need.
    One automaton of Chinese and Latin words together has more states than its memory holds, and makes them anew in every text."""
    halves: list[tuple[list[Term], Any]] = [([], re2.Filter()), ([], re2.Filter())]
    for line in str(table("taxonomy.yaml")["acts"]).splitlines():
        ident, _, written = line.partition(" | ")
        acts, needed = halves[written.isascii()]
        acts.append(Term("technology", ident.rstrip("?"), written, unsure=ident.endswith("?")))
        needed.Add(written)
    for _, needed in halves:
        needed.Compile()
    return halves


_compiled = cache(re2.compile)  # few of them are ever met


def _fact(ident: str, value: str, odds: float, topics: Topics, title: str) -> Fact:
    kinds = topics.found[ident]
    match = next((kinds[kind].first for kind in PROOFS if kind in kinds and kinds[kind].first), None)
    if match is None:
        return Fact("technology", value, f"title: {title}", "builtin", score=certainty(odds), concept=ident)
    start, end = topics.text.span(match.start, match.end)
    return Fact("technology", value, topics.text.text[start:end], "builtin", start, end, certainty(odds), ident)
