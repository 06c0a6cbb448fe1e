"""Which major events an article tells, as headline, condensed sentence and what is known of each, grounded in the text.

    sentences → points (act, time, figures, actor, title, place − opinion − background) → the likeliest are read clause by clause
    → choose → fold near-repeats → headline, detail, type, actors, object, amount, date

A short article gives its best sentences in the order of the text. A long survey or a round-up is taken section by section, so that one
section does not crowd out the others. Opinion, reviews and explainers give few or none.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, NamedTuple

import re2

from crawler.nlp import referents
from crawler.nlp.acts import verbs
from crawler.nlp.document import Reading, Sentence, reading
from crawler.nlp.events import cells as event_cells
from crawler.nlp.events import words as event_words
from crawler.nlp.events.actors import main_name
from crawler.nlp.events.fields import fields_of
from crawler.nlp.headlines import clean, condensed, is_statement, parts, told
from crawler.nlp.headlines_zh import Told
from crawler.nlp.languages import language_of
from crawler.nlp.lexicon import names, split, table
from crawler.nlp.referents import Said
from crawler.record import Event, Fact, Record
from crawler.text import is_han

KINDS: tuple[str, ...] = ("event",)  # of facts
AFTER: tuple[str, ...] = ("keywords",)

MAX_EVENTS = 8
OPENS = 3  # so many events get a line before them
BYLINE = 20  # characters: a shorter first line names authors
LEAST = -0.2  # points, as log-odds, that an event needs
FIRST = -1.5  # … that it needs before it is compared with the others
SHORT = 6
EASE = 0.5  # points less that one of a survey needs
SURVEY = 3  # headings from which a text is taken section by section
LEAD = 12  # sentences of the first paragraph that may be the lead
FOLD = 0.6  # share of the shorter sentence's character pairs that makes two sentences one event

# What each thing that a sentence has adds to its log-odds: logistic regression over the sentences with an act of all labelled news,
# features that cross-validation did not miss left out. `act` is the weight of its surest act, `title` the share of the title's
# words it repeats, `length` how often the text is twice as long as a short one.
WEIGHTS = {
    "bias": -4.02,
    "past": -2.09,
    "behind": 2.08,
    "past month": -1.97,
    "time": 1.97,
    "last paragraph": -1.91,
    "leads section": 1.89,
    "agenda": -1.87,
    "compares": -1.79,
    "lead": 1.73,
    "expects": -1.66,
    "vehicle": -1.64,
    "denies": -1.51,
    "inside section": -1.37,
    "life": -1.36,
    "quotation": -1.19,
    "act elsewhere": -1.15,
    "title": 1.13,
    "market": -1.1,
    "will": 1.09,
    "money": 1.03,
    "background": -0.94,
    "says": -0.92,
    "opinion": -0.89,
    "detail": -0.81,
    "more acts": 0.75,
    "act": 0.7,
    "begins paragraph": 0.63,
    "figure": 0.59,
    "length": -0.48,
    "main subject": 0.43,
    "day": 0.41,
    "unclear subject": -0.38,
    "definite": -0.34,
    "plan": 0.16,
}

# … and what each adds beside the other candidates of its article: a second regression over those (`benchmarks/fit_events.py`).

AMONG = {
    "zh": {
        "begins with pronoun": -1.74,
        "behind best": -0.25,
        "behind title": -1.33,
        "bias": -9.84,
        "early": -0.72,
        "frame": 1.81,
        "goes on": -0.49,
        "history": -1.66,
        "length": 1.52,
        "names": 0.47,
        "nearest title": 0.5,
        "news": 0.4,
        "one paragraph": 3.21,
        "points": 0.53,
        "short": 0.26,
        "size": -0.15,
    },
    "en": {
        "begins with pronoun": -0.08,
        "behind best": -0.05,
        "behind title": -0.71,
        "bias": -16.55,
        "early": -0.09,
        "frame": 2.73,
        "goes on": 0.21,
        "history": -0.59,
        "length": 1.27,
        "names": 0.32,
        "nearest title": 0.32,
        "news": 0.45,
        "one paragraph": 3.61,
        "points": 0.51,
        "short": 1.93,
        "size": 1.03,
    },
}


class Scored(NamedTuple):
    """A sentence with its points, the words that say what happened, the surest first, and the share of the title's words it repeats."""

    sentence: Sentence
    points: float
    acts: tuple[str, ...]
    title: float = 0.0


class Chosen(NamedTuple):
    """… and the heading of its section ("" if none), and its headline where that is known already."""

    sentence: Sentence
    points: float
    acts: tuple[str, ...]
    heading: str
    told: Told | None = None
    kind: str = ""  # of event, where it fits a frame of one
    title: float = 0.0
    at: int = 0  # sentences before it
    of: int = 1  # sentences of the text
    is_paragraph: bool = False  # the text is one


_NUMBER = re.compile(r"^(?:[一二三四五六七八九十]{1,3}[、.．]|[（(]?\d{1,2}[)）、.．]|第[一二三四五六七八九十][、，])\s*")
_NO_HEADLINE = re.compile(
    r"[?？!！；;|｜]|^(?:早报|晚报|周报|日报|快讯|首发|独家|Review|Explainer|Opinion|Exclusive)\s?[:：|]|的[^，]{0,5}(?:天|年|夜|背后|故事|原因|生意|人)$"
)
_topic = re.compile(r"(?:在|从)?[^,，。在]{2,12}(?:方面|领域)[,，]")
_many = re.compile(r"(?:[^,，、。]{2,8}、){3,}[^,，、。]{2,8}等?(?:地区?|企业|公司|部门)?(?:都|均|也|分别|相继|纷纷|陆续|联合)")


@cache
def _either() -> frozenset[str]:
    found, bare = verbs()
    return frozenset(found) | frozenset(bare)


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(split(str(table("events.yaml")[name])))


@cache
def _marks() -> tuple[list[str], Any]:
    """The names of the patterns of the data file, and all of them behind a look for the words they need: one automaton of them
    has too many states."""
    names, patterns = [], re2.Filter()
    for name, pattern in table("events.yaml")["marks"].items():
        names.append(name.split()[0])
        patterns.Add(pattern)
    patterns.Compile()
    return names, patterns


def add(record: Record) -> Record:
    """The record with `events`, `opening` and a Fact for each event."""
    language = record.language or language_of(record.title + "\n" + record.text)
    chosen = choose(record.title, record.text, language, record.published)
    everything = [one.told for one in chosen if one.told]
    chosen = [_named(record, one, everything, language) for one in chosen]
    titles = _titles(record.title, chosen, language)
    made = [_event(record, one, titles.get(one.at, ""), language) for one in chosen]
    events = tuple(event for event, _ in made)
    return replace(
        record.with_facts(*(fact for _, fact in made)), events=events, opening=opening(record) if len(events) >= OPENS else ""
    )


def _named(record: Record, one: Chosen, everything: list[Told], language: str | None) -> Chosen:
    """The same with a name where its headline has only a word for one."""
    if one.told is None:
        return one
    said = Said(record.title, record.text, one.sentence.start)
    return one._replace(told=referents.named(one.told, said, language, everything))


def _event(record: Record, one: Chosen, title: str, language: str | None) -> tuple[Event, Fact]:
    """The event with the place of its detail, which is one stretch of the sentence."""
    sentence = clean(one.sentence.text)
    offset = one.sentence.text.index(sentence)
    made = one.told or told(sentence, one.acts, language)
    first, last = condensed(sentence, made, language)
    start, end = one.sentence.start + offset + first, one.sentence.start + offset + last
    quote = record.text[start:end]
    headline = _headline(title, main_name(record.title, record.text, language), one, made, language)
    over = _NUMBER.sub("", one.heading) or record.title
    event = Event(
        headline, quote, **fields_of(made.headline, quote, made, language, record.published, record.text, over, sentence)
    )
    event = replace(event, type=one.kind or event.type)
    return event, Fact("event", headline, quote, "builtin", start, end, round(1 / (1 + math.exp(-one.points)), 2))


def _titles(title: str, chosen: list[Chosen], language: str | None) -> dict[int, str]:
    """Each statement of the title, for the sentence (by its place) that says most of it: in the lead, some of it is enough."""
    found: dict[int, str] = {}
    for part in parts(title, language) if chosen else ():
        share, at = max((_share(part, one), -one.at) for one in chosen)
        if share >= (NEAR_TITLE if -at < EARLY else MOST_OF_TITLE) and is_statement(part, language):
            found.setdefault(-at, part)
    return found


def _share(line: str, one: Chosen) -> float:
    """The share of a line's words that the sentence has; none of a line too short or no headline."""
    said = _long_words(line)
    return sum(word in one.sentence.form for word in said) / len(said) if len(said) > 2 and not _NO_HEADLINE.search(line) else 0.0


def _headline(title: str, name: str, one: Chosen, made: Told, language: str | None) -> str:
    """The heading of its section where the sentence says most of it, or what the title says of it, where that says more than the one
    made of the sentence."""
    heading = _NUMBER.sub("", one.heading)
    if heading and _share(heading, one) >= MOST_OF_TITLE and is_statement(heading, language):
        return heading
    says = made.is_clean and _worth(made.headline, name, one)
    share = _share(title, one) if title else 0.0
    return title if title and _worth(title, name, one) + (share >= 0.5) + (share >= 0.8) > says else made.headline


def _worth(headline: str, name: str, one: Chosen) -> int:
    """What a headline has of a sentence: whom the article is about, figures, names."""
    marked = {mark for mark in _marked.findall(headline) if mark in one.sentence.text}
    return 2 * int(name != "" and name in headline) + sum(2 if mark[0].isdigit() else 1 for mark in marked)


NEAR_TITLE, MOST_OF_TITLE = 0.4, 0.6  # of its words
_marked = re.compile(r"\d[\d.,]*|“[^”]+”|《[^》]+》|(?<=[a-z] )[A-Z]\w+")


@lru_cache(maxsize=16)
def _long_words(line: str) -> frozenset[str]:
    return frozenset(word for word, _ in Reading(line).words if len(word) > 1)


def choose(title: str, text: str, language: str | None = None, published: datetime | None = None) -> list[Chosen]:
    """The sentences that tell the events, in the order of the text."""
    language = language or language_of(title + "\n" + text)
    found, is_survey = candidates(title, text, language, published)
    if not is_survey:
        found = _within_reach(found, language)
    among = judged(closely(found, title, text, language), language)
    if is_survey:
        among = (one._replace(points=one.points + _side_by_side(one.sentence.form)) for one in among)
    least = LEAST - EASE * is_survey
    kept = sorted((one for one in among if one.points >= least), key=lambda one: -one.points)
    if is_survey:
        kept = _by_turns(kept)
    return sorted(_folded(kept)[:MAX_EVENTS], key=lambda one: one.sentence.start)


def candidates(title: str, text: str, language: str | None, published: datetime | None) -> tuple[list[Chosen], bool]:
    """The sentences that may tell an event, as far as they are told apart alone; and whether the text is a survey of sections."""
    headings = _headings(text)
    is_survey = len(headings) >= SURVEY
    is_round_up = sum(bool(_NUMBER.match(line)) for line in headings.values()) >= SURVEY
    name = main_name(title, text, language)
    found, heading, place = [], "", 0
    for at, one in enumerate(every := scored(title, text, published)):
        if one.sentence.paragraph in headings:
            heading, place = headings[one.sentence.paragraph], 0
            continue
        points = one.points + (_overview(one.sentence.form) if is_survey else 0.0)
        if is_round_up:
            points += WEIGHTS["leads section" if heading and place == 0 else "inside section"]
        place += 1
        if one.acts and points >= FIRST - _most_of_clause(one.sentence, name) and not _asks.search(one.sentence.text):
            found.append(
                Chosen(
                    one.sentence,
                    points,
                    one.acts,
                    heading,
                    title=one.title,
                    at=at,
                    of=len(every),
                    is_paragraph=not every[-1].sentence.paragraph,
                )
            )
    return sorted(found, key=lambda one: -one.points)[: MAX_EVENTS + 4], is_survey


def closely(found: list[Chosen], title: str, text: str, language: str | None) -> list[Chosen]:
    """The same with what their clauses and frames say."""
    name = main_name(title, text, language)
    read = (one._replace(kind=event_cells.kind_of(one.sentence.text, title, text)) for one in found)
    return [with_clause(one, language, name) for one in read]


def _within_reach(found: list[Chosen], language: str | None) -> list[Chosen]:
    """Those that have LEAST points already, or may have when all that a close reading can add is added."""
    weights = AMONG["zh" if language == "zh" else "en"]
    gain = weights["frame"] + weights["points"] * (WEIGHTS["main subject"] + WEIGHTS["will"])
    return [one for one, told in zip(found, judged(found, language), strict=True) if told.points + gain >= LEAST]


def judged(read: list[Chosen], language: str | None) -> Iterator[Chosen]:
    """The same with the points that they have among each other."""
    weights = AMONG["zh" if language == "zh" else "en"]
    for one, features in zip(read, among(read), strict=True):
        yield one._replace(points=round(sum(weights[name] * value for name, value in features.items()), 6))


def among(read: list[Chosen]) -> list[dict[str, float]]:
    """What tells each of the sentences from the others of its section."""
    sections: dict[str, list[Chosen]] = {}
    for one in read:
        sections.setdefault(one.heading, []).append(one)
    return [_beside(one, sections[one.heading]) for one in read]


def _beside(one: Chosen, others: list[Chosen]) -> dict[str, float]:
    nearest = max(other.title for other in others)
    return {
        **_by_itself(one.sentence.text, one.sentence.form),
        "bias": 1.0,
        "points": one.points,
        "behind best": max(other.points for other in others) - one.points,
        "behind title": nearest - one.title,
        "nearest title": one.title == nearest,
        "early": one.at < EARLY,
        "size": math.log2(max(SHORT + 2, one.of)),
        "short": one.of <= SHORT + 2,
        "one paragraph": one.is_paragraph,
        "frame": bool(one.kind),
    }


@lru_cache(maxsize=32)  # asked before a close reading and behind it
def _by_itself(text: str, form: str) -> dict[str, float]:
    return {
        "begins with pronoun": bool(_pronoun.match(form)),
        "goes on": bool(_goes_on.match(form)),
        "history": bool(_history.search(form)) and not _ahead.search(form),
        "names": min(4, len(_name.findall(text))),
        "length": math.log2(max(LEAST_LENGTH, len(form))),
        "news": is_news(event_words.points(form)),
    }


def is_news(points: Mapping[str, float]) -> float:
    """By how much the likeliest type of event is likelier than none."""
    return max((value for name, value in points.items() if name != "none"), default=0.0) - points.get("none", 0.0)


EARLY = 3
LEAST_LENGTH = 48  # characters: what is shorter is as likely
_asks = re.compile('[?？][”」"]?$|^(?:请(?!求|辞|愿)|如对本|如不服|先?别(?!的|处|人)|不妨|敬请|欢迎)')  # or advises
_goes_on = re.compile(  # with what the sentence before has told
    r"(?:the|its?|they|his|her|their|these|those|this|that|under|as part|along|construction|deliveries|trading|in (?:a|the) (?:statement|trial|test|paper)|s?he)\b"
    "|其中|该|其|此外|同时|根据|按照|据|对|双方|公司|条例|办法|细则|通知|项目|产品|交易|本次|这|目前|截至"
)
_history = re.compile(
    r"\b(?:last (?:year|month|week|summer|spring|autumn|winter|january|february|march|april|may|june|july|august|september|october|november|december)"
    r"|ago|earlier (?:this|in)|since|previously|so far|already|in (?:19|20)\d\d|had)\b|此前|去年|上月|曾|已有|目前|截至|以来|早在|\d{4}年"
)
_name = re.compile(r"(?<=[a-z,] )[A-Z]\w+")
_pronoun = re.compile(r"(?:it|they|he|she|this|that|these|those|the|its|their)\b|其|该|这|此|本[次轮]|上述")


def _most_of_clause(sentence: Sentence, name: str) -> float:
    """The points that reading a sentence can add at most."""
    return WEIGHTS["main subject"] * bool(name and name in sentence.text) + WEIGHTS["will"] * (" w" in sentence.form)


def _length(text: str) -> float:
    """How often a text is twice as long as a short one."""
    return math.log2(max(1.0, len(reading(text).sentences) / SHORT))


def with_clause(one: Chosen, language: str | None, name: str) -> Chosen:
    """The same with the points of its main clause."""
    made = told(clean(one.sentence.text), one.acts, language)
    points = one.points + sum(WEIGHTS[feature] * value for feature, value in _of_clause(made, one.acts, name))
    return one._replace(points=round(points, 6), told=made)


def _of_clause(made: Told, said: tuple[str, ...], name: str) -> Iterator[tuple[str, float]]:
    """What the main clause says for or against an event: an act that stands only in another clause says less."""
    acts, bare = verbs()
    headline = f"{made.headline} {made.predicate}".lower() if made.is_clean else ""
    there = max((acts.get(act, bare.get(act, 0.0)) for act in said if act in headline), default=0.0)
    surest = max((acts.get(act, bare.get(act, 0.0)) for act in said), default=0.0)
    yield "act elsewhere", (surest - there) / 3
    yield "unclear subject", bool(_unclear.match(made.subject.lower()))
    yield "denies", bool(_denies.search(made.predicate))
    yield "says", bool(_says.match(made.predicate))
    yield "will", bool(_will.match(made.predicate))
    yield "vehicle", bool(_vehicle.search(made.headline))
    yield "main subject", bool(name and name in made.subject)


_denies = re.compile(r"没有|并未|尚未|未能|不会|无法|不能|^(?:\S+ ){0,5}?(?:not|never|no|\w+n[’']t)\b", re.IGNORECASE)
_says = re.compile(r"(?:said|says|told|added|wrote)\b", re.IGNORECASE)
_will = re.compile(r"(?:will|would)\b", re.IGNORECASE)
_vehicle = re.compile(  # what it is told by, and nothing of it
    r"(?:发布|披露|举行|召开|刊发|发出)[^，]{0,8}(?:内部信|公告|年报|季报|财报|声明|发布会|通气会|通报会|说明会|电话会|会议|论坛|公开信|仪式|大会)$"
)
_unclear = re.compile(
    r"^(?:it|they|he|she|this|that|these|those|we|i|you|there|one|two|some|many|the (?:people|authors?|move|deal))\b|^(?:其|"
    r"该|这|那|他|她|我|双方|消息|市场|业内|有)"
)


def _headings(text: str) -> dict[int, str]:
    """The lines that head a section, by their paragraph."""
    return {one.paragraph: one.text for one in reading(text).sentences if _is_heading(one, text)}


def _overview(form: str) -> float:
    """Points for sentences that sum up a section of a survey: by topics, or by many actors who did the same."""
    return 2.5 * bool(_topic.match(form)) + _side_by_side(form) + 3.0 * bool(_many.match(form))


def _side_by_side(form: str) -> float:
    """Points for facts side by side under one topic: they are one item of a survey, however little each is by itself."""
    return 2.0 * bool(_topic.match(form) and ";" in form)


def _by_turns(ranked: list[Chosen]) -> list[Chosen]:
    """The best of every section first, then whatever is best."""
    first: dict[str, Chosen] = {}
    for one in ranked:
        first.setdefault(one.heading, one)
    return [*first.values(), *(one for one in ranked if first[one.heading] is not one)]


def _folded(ranked: list[Chosen]) -> list[Chosen]:
    """At most MAX_EVENTS, without those that say again what a better one says."""
    kept: list[tuple[Chosen, set[str]]] = []
    for one in ranked:
        pairs = _pairs(one.sentence.text)
        if not any(len(pairs & other) > FOLD * min(len(pairs), len(other)) for _, other in kept):
            kept.append((one, pairs))
        if len(kept) == MAX_EVENTS:
            break
    return [one for one, _ in kept]


def _is_heading(sentence: Sentence, text: str) -> bool:
    """A short paragraph of its own without a closing mark."""
    line = sentence.text
    longest = 44 if _NUMBER.match(line) else 24
    if (
        len(text) <= 200
        or len(line) > 80
        or line[-1] in "。！？!?….：:；;”"
        or (len(line) > longest and _NUMBER.sub("", line)[:1] and is_han(_NUMBER.sub("", line)[0]))
    ):
        return False
    return text[sentence.end : sentence.end + 1] in ("", "\n") and text[max(0, sentence.start - 1)] in ("\n", "　", " ", line[0])


def _pairs(text: str) -> set[str]:
    """Character pairs of Chinese, words of other languages."""
    if not any(map(is_han, text[:40])):
        return set(re.findall(r"\w{3,}", text.lower()))
    return {text[i : i + 2] for i in range(len(text) - 1)}


def scored(title: str, text: str, published: datetime | None = None) -> list[Scored]:
    """Every sentence of a text with its points."""
    wanted = frozenset(reading(title).tokens) - _words("common")
    read = reading(text)
    if not read.sentences:
        return []
    whole = WEIGHTS["length"] * _length(text) + WEIGHTS["bias"]
    first = next((place for place, one in enumerate(read.sentences) if len(one.form) >= BYLINE), 0)
    last = read.sentences[-1].paragraph
    found, paragraph = [], -1
    for at, sentence in enumerate(read.sentences):
        tokens = read.tokens[sentence.first_word : sentence.last_word]
        acts = [] if _either().isdisjoint(tokens) else sorted(_acts(tokens, read.words, sentence.first_word), reverse=True)
        share = len(wanted.intersection(tokens)) / max(4, len(wanted))
        points = WEIGHTS["title"] * share
        if acts:  # one without an act can't be an event, and is looked at no further
            place = Place(
                at - first, len(read.sentences), sentence.paragraph != paragraph, last > 2 and sentence.paragraph == last
            )
            features = (*_of_place(sentence, place), *_of_words(sentence, acts, tokens, published))
            points += whole + sum(WEIGHTS[name] * value for name, value in features)
        paragraph = sentence.paragraph
        found.append(
            Scored(sentence, round(points, 6), tuple([tokens[-at] for _, at in acts]), share)
        )  # sums of floats differ by their order
    return found


class Place(NamedTuple):
    """Where a sentence stands: how many stand before it, of how many; and whether it begins a paragraph, and whether that is the last."""

    at: int
    of: int
    begins: bool
    is_last: bool


def _of_place(sentence: Sentence, place: Place) -> Iterator[tuple[str, float]]:
    yield "lead", sentence.paragraph == 0 and place.at < LEAD
    yield "begins paragraph", place.begins
    yield "last paragraph", place.is_last
    yield "behind", place.at / max(8, place.of)


def _of_words(
    sentence: Sentence, acts: list[tuple[float, int]], tokens: tuple[str, ...], published: datetime | None
) -> Iterator[tuple[str, float]]:
    yield "act", acts[0][0]
    yield "more acts", sum(weight > 2 for weight, _ in acts[1:3])
    yield "opinion", min(3, len(_words("opinion").intersection(tokens)))
    yield "definite", bool(_definite.match(sentence.text))
    yield "past month", published is not None and _months_ago(sentence.form, published.month)
    yield from ((name, 1.0) for name in _signs(sentence.form))


_definite = re.compile(r"(?:The|Its|Their|Those|These|Such|Any|His|Her|That|This|Under|Both|Each) (?=[a-z])")
_month = re.compile(
    r"(?<!\d)(1[0-2]|[1-9])月(?!\d)|\b(january|february|march|april|june|july|august|september|october|november|december)\b"
)
_ahead = re.compile(r"将|拟|计划|预计|力争|底前|有望|起施行|\b(?:will|by|until|from|expected|plans|to begin|next)\b")
_MONTHS = {
    name: at
    for at, name in enumerate("january february march april may june july august september october november december".split(), 1)
}


def _months_ago(form: str, month: int) -> bool:
    """True for a sentence that names only months of long before, and no plan."""
    named = [int(one) if one else _MONTHS[other] for one, other in _month.findall(form)]
    return bool(named) and all(2 <= (month - one) % 12 <= 8 for one in named) and not _ahead.search(form)


def _signs(form: str) -> set[str]:
    names, patterns = _marks()
    return {names[at] for at in patterns.Match(form) or ()}


def _acts(tokens: tuple[str, ...], words: list[tuple[str, str]], first: int) -> Iterator[tuple[float, int]]:
    """(weight, minus the place) of each word of an act; a bare English verb only after will, to …: "open" is more often no "
    "act."""
    found, bare = verbs()
    either = _either()
    for at in [at for at, word in enumerate(tokens) if word in either]:
        word = tokens[at]
        if word in found and words[first + at][1] != "p":  # 通过 is more often "by" than "passed"
            yield found[word], -at
        elif word in bare and at > 1 and tokens[at - 2] in ("to", "will", "would", "also", "jointly"):
            yield bare[word], -at


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
