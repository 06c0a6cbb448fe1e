"""Which industries an article concerns: enumerations such as 教育、医疗、交通等领域, and words that speak of an industry.

Each industry collects points: a strong word 1, a weak one 0.4, in the title half as much again, repeated ones ever less; a member of
an enumeration of fields 3. From 2 points on (more in a long text), and 0.3 of the first one's, an industry is named, unless few words
in one place of a long text speak for it. An article with AI technologies and no industry concerns 互联网与软件.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from crawler.nlp.document import Match, Reading, in_name, reading
from crawler.nlp.languages import language_of
from crawler.nlp.lexicon import Term, industry_of_technology, names
from crawler.record import Fact, Record

KINDS: tuple[str, ...] = ("industry",)  # of facts
AFTER: tuple[str, ...] = ("technologies",)

POINTS = {"strong": 1.0, "weak": 0.46, "also": 1.0, "technology": 0.3, "fact": 0.4}
LEAST = 2.15
SHARE = 0.33  # … and this much of the points of the first industry
IN_TITLE = 1.38  # times the points of a word of the text
EARLY, LATE = 1.34, 0.86  # times the points of a word at the beginning, or in the last part of a long text
BEGINNING = 71  # characters of Chinese at which a text begins; three times as many of Latin letters
LAST_PART = 0.6
A_NAME = 0.77  # points of the name of a company, which says little of what an article is about
MAX_INDUSTRIES = 6
MORE, SHORT = 0.4, 600  # of the points needed for each doubling of a text of more than so many characters
LISTED = 3.0  # points of a member of a list of fields; more in a long text, as there more are needed
MAX_WEAK = 1.28  # points of all weak words together
DEFAULT = "internet"
UNLIKELY = -1.0  # log-odds below which an industry is only passed by
# What counts for an industry: logistic regression over the industries of all labelled news that any word speaks for. `share` is that of
# its points in those of the first one, `spread` the part of the text between its first and last word; universities stand in news of everything.
WEIGHTS = {
    "bias": -6.16,
    "share": 2.34,
    "strong": 1.15,
    "words": 1.08,
    "points": 0.89,
    "title": 0.85,
    "length": -0.81,
    "spread": 0.74,
}
OF_NO_FIELD = {"research": -0.98}

# 教育、健康、零售、交通、制造、服务等领域: what the list ends with, and where it began
_fields = re.compile(r"(?:等|和|与|及)?(?:多个|众多|重点|各个|多|[一二三四五六七八九十两\d]+[大个])*(?:领域|行业|产业|场景)")
_field = re.compile("领域|行业|产业|场景")  # the end of such a phrase, by which it is looked for: the whole at each place is slow
_list = re.compile(r"[^、,，。;；:：!?\n]{1,12}(?:、[^、,，。;；:：!?\n]{1,12})+$")


class _Cue(NamedTuple):
    """One word that spoke for an industry."""

    points: float
    match: Match
    in_title: bool
    fact: Fact | None = None  # of the technology that it is


def add(record: Record) -> Record:
    """The record with `industries` and a Fact for each."""
    language = record.language or language_of(record.title + "\n" + record.text)
    title, text = reading(record.title), reading(record.text)
    cues = _collect(title, text, _told_by_technology(record))
    points = {ident: _points(found) for ident, found in cues.items()}
    least = max(LEAST * _length(text), SHARE * max(points.values(), default=0.0))
    named = [ident for ident in points if points[ident] >= least and _odds(ident, cues[ident], points, text) >= UNLIKELY]
    ranked = sorted(named, key=lambda ident: -points[ident])
    chosen = _with_own_words(ranked, cues)
    known = names("industry")
    facts = [
        replace(_fact(known[ident].in_language(language), cues[ident], points[ident], title, text), concept=ident)
        for ident in chosen[:MAX_INDUSTRIES]
    ]
    if not facts and record.ai_technologies:
        facts = _fallback(record, known[DEFAULT].in_language(language))
    return replace(record.with_facts(*facts), industries=tuple(fact.value for fact in facts))


def _with_own_words(ranked: list[str], cues: dict[str, list[_Cue]]) -> list[str]:
    """The industries, the best first, without those all whose words already speak for a better one: plastics in a text on recycling."""
    kept: list[str] = []
    taken: set[tuple[bool, int, int]] = set()
    for ident in ranked:
        places = {(cue.in_title, cue.match.start, cue.match.end) for cue in cues[ident]}
        if not places <= taken:
            kept.append(ident)
            taken |= places
    return kept


def _points(cues: list[_Cue]) -> float:
    """The sum, but weak words alone never make an industry."""
    weak = sum(cue.points for cue in cues if cue.match[2][0] == "weak")
    return sum(cue.points for cue in cues) - max(0.0, weak - MAX_WEAK)


def _odds(ident: str, cues: list[_Cue], points: dict[str, float], text: Reading) -> float:
    """The log-odds that the article concerns an industry."""
    places = [cue.match.start for cue in cues if not cue.in_title]
    features = {
        "bias": 1.0,
        "share": points[ident] / max(points.values()),
        "strong": any(cue.match[2][0] in ("strong", "also") for cue in cues),
        "words": math.log(1 + len(cues)),
        "points": math.log(0.1 + points[ident]),
        "title": min(3.0, sum(cue.points for cue in cues if cue.in_title)),
        "length": math.log(max(100.0, _size(text))) - 6,
        "spread": (max(places) - min(places)) / len(text.form) if places else 0.0,
    }
    return sum(WEIGHTS[name] * value for name, value in features.items()) + OF_NO_FIELD.get(ident, 0.0)


def _length(text: Reading) -> float:
    """A long text has words of everything: from 600 characters on, more points are needed."""
    return 1.0 + MORE * max(0.0, math.log2(max(1.0, _size(text)) / SHORT))


def _size(text: Reading) -> float:
    """Characters, as a Chinese text would need them."""
    return len(text.form) / (4 if text.is_spaced else 1)


def _told_by_technology(record: Record) -> Iterator[tuple[str, _Cue]]:
    """(industry, cue) of each technology that the article is about."""
    implied = industry_of_technology()
    for fact in record.facts:
        if fact.kind == "technology" and fact.concept in implied:
            ident, start = implied[fact.concept], fact.start or 0
            term = Term("fact", ident, fact.concept)
            yield ident, _Cue(POINTS["fact"], Match(start, fact.end or start, term), fact.start is None, fact)


def _collect(title: Reading, text: Reading, told: Iterable[tuple[str, _Cue]] = ()) -> dict[str, list[_Cue]]:
    """Cues by industry; a repeated word of the text counts less each time."""
    found: defaultdict[str, list[_Cue]] = defaultdict(list)
    for ident, cue in told:
        found[ident].append(cue)
    times: dict[tuple[str, str], int] = {}
    for place in (title, text):
        cues = [
            (match[2].id, match[2].alias, match) for match in place.longest("strong", "weak", "also") if _stands(match, place)
        ]
        implied = industry_of_technology()
        cues += [(implied[match[2].id], match[2].id, match) for match in place.longest("technology") if match[2].id in implied]
        named = {(match.start, match.end) for match in place.longest("entity")}
        spoken: set[tuple[str, int]] = set()  # where an industry's surest word at a place has counted
        for ident, word, match in sorted(cues, key=lambda cue: -POINTS[cue[2][2][0]]):
            if (ident, match.start) in spoken:  # laptops, and laptop with an s
                continue
            spoken.add((ident, match.start))
            times[ident, word] = again = times.get((ident, word), 0) + 1
            points = POINTS[match[2][0]] if (match.start, match.end) not in named else A_NAME
            points *= (IN_TITLE if place is title else _standing(match, text)) / again**1.5
            found[ident].append(_Cue(points, match, place is title))
    for match in _enumerated(text):
        found[match.term.id].append(_Cue(LISTED * _length(text), match, False))
    return found


def _standing(match: Match, text: Reading) -> float:
    """A word counts for more at the beginning of a text, for less towards the end of a long one."""
    scale = 3 if text.is_spaced else 1
    if match.start < BEGINNING * scale:
        return EARLY
    return LATE if len(text.form) > 3 * BEGINNING * scale and match.start > LAST_PART * len(text.form) else 1.0


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


def _fact(value: str, cues: list[_Cue], points: float, title: Reading, text: Reading) -> Fact:
    score = round(min(1.0, points / 5), 2)
    best = max(cues, key=lambda cue: (cue.fact is None, not cue.in_title, cue.points))
    if best.fact:
        return replace(best.fact, kind="industry", value=value, score=score)
    if best.in_title:
        return Fact("industry", value, f"title: {title.text}", "builtin", score=score)
    start, end = text.span(best.match.start, best.match.end)
    return Fact("industry", value, text.text[start:end], "builtin", start, end, score)


def _fallback(record: Record, value: str) -> list[Fact]:
    """AI news that names no industry is news of the industry that makes AI: the first technology is the proof."""
    proof = next((fact for fact in record.facts if fact.kind == "technology"), None)
    return [replace(proof, kind="industry", value=value, score=0.3, concept=DEFAULT)] if proof else []
