"""Which major events an article tells, as headline and sentence, each grounded in the text.

    sentences → points (act, time, figures, actor, title, place − opinion − background) → choose → fold near-repeats → headline

A short article gives its best sentences in the order of the text. A long survey is taken section by section, so that one section
does not crowd out the others.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache, lru_cache
from itertools import chain
from typing import Any, NamedTuple

import re2

from crawler.nlp.document import Reading, Sentence, reading
from crawler.nlp.headlines import LONGEST, LONGEST_WORDS, clean, headline
from crawler.nlp.languages import language_of
from crawler.nlp.lexicon import names, rows, split, table
from crawler.record import Event, Fact, Record
from crawler.text import is_han

KINDS: tuple[str, ...] = ("event",)  # of facts
AFTER: tuple[str, ...] = ("keywords",)

MAX_EVENTS = 10
LEAST = 2.8  # points a sentence needs; in a text of more than LONG sentences …
LEAST_OF_LONG = 3.3  # … so many (a survey has its own way)
LONG = 12
SURVEY = 3  # headings from which a text is taken section by section
FOLD = 0.6  # share of the shorter sentence's character pairs that makes two sentences one event

# Points for what a sentence has; `act` is the weight of its surest act, `title` the share of the title's words it repeats.
WEIGHTS = {
    "act": 1.0,
    "more acts": 0.4,
    "title": 2.5,
    "first": 0.8,
    "second": 0.2,
    "time": 0.9,
    "figure": 0.4,
    "organisation": 0.4,
    "plan": 0.8,
    "background": -2.5,
    "later": -1.5,
    "told": -0.4,
    "quotation": -1.5,
    "opinion": -0.7,
    "question": -1.0,
    "short": -0.6,
}


class Scored(NamedTuple):
    """A sentence with its points and the words that say what happened, the surest first."""

    sentence: Sentence
    points: float
    acts: tuple[str, ...]


class Chosen(NamedTuple):
    """… and the heading of its section ("" if none)."""

    sentence: Sentence
    points: float
    acts: tuple[str, ...]
    heading: str


_topic = re.compile(r"(?:在|从)?[^,，。在]{2,12}(?:方面|领域)[,，]")
_many = re.compile(r"(?:[^,，、。]{2,8}、){3,}[^,，、。]{2,8}等?(?:地区?|企业|公司|部门)?(?:都|均|也|分别|相继|纷纷|陆续|联合)")


@cache
def _verbs() -> tuple[dict[str, float], dict[str, float]]:
    """Weights of the words of acts, and of English verbs in their bare form."""
    found: dict[str, float] = {}
    bare: dict[str, float] = {}
    for _, (weight, words) in rows(table("events.yaml")["verbs_zh"]):
        found.update((word, float(weight)) for word in words.split() if word not in found)
    for _, (weight, words) in rows(table("events.yaml")["verbs_en"]):
        for verb in words.split():
            base, *irregular = verb.split("/")
            if base.startswith("="):
                found.setdefault(base[1:], float(weight))
                continue
            bare.setdefault(base, float(weight))
            found.update((form, float(weight)) for form in (*_inflected(base), *irregular) if form not in found)
    return found, bare


@cache
def _either() -> frozenset[str]:
    verbs, bare = _verbs()
    return frozenset(verbs) | frozenset(bare)


def _inflected(verb: str) -> tuple[str, ...]:
    """raise → raises, raised, raising · cut → cuts … (what is no English word meets no text)."""
    stem = verb[:-1] if verb.endswith("e") else verb
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ies", verb[:-1] + "ied", verb + "ing"
    ending = "es" if verb.endswith(("s", "sh", "ch", "x")) else "s"
    return verb + ending, stem + "ed", stem + "ing", stem + stem[-1] + "ed", stem + stem[-1] + "ing"


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(split(str(table("events.yaml")[name])))


@cache
def _marks() -> tuple[list[str], Any]:
    """The names of the patterns of the data file, and all of them as one automaton."""
    names, patterns = [], re2.Set.SearchSet()
    for name, pattern in table("events.yaml")["marks"].items():
        names.append(name.split()[0])
        patterns.Add(pattern)
    patterns.Compile()
    return names, patterns


def add(record: Record) -> Record:
    """The record with `events`, `opening` and a Fact for each event."""
    language = record.language or language_of(record.title + "\n" + record.text)
    made = [(one, clean(one.sentence.text)) for one in choose(record.title, record.text)]
    events = tuple(Event(_headline(record.title, one, detail, language), detail) for one, detail in made)
    facts = tuple(
        Fact(
            "event",
            event.headline,
            one.sentence.text,
            "builtin",
            one.sentence.start,
            one.sentence.end,
            min(1.0, round(one.points / 8, 2)),
        )
        for event, (one, _) in zip(events, made, strict=True)
    )
    return replace(record.with_facts(*facts), events=events, opening=opening(record) if events else "")


def _headline(title: str, one: Chosen, detail: str, language: str | None) -> str:
    """The article's own headline or its section's where the sentence says nearly all of it, else one made of the sentence."""
    for given, share in ((title.strip(), 0.8), (one.heading, 0.6)):
        said = _long_words(given)
        fits = len(given) <= LONGEST if language == "zh" else len(given.split()) <= LONGEST_WORDS
        if fits and len(said) > 2 and sum(word in one.sentence.form for word in said) >= share * len(said):
            return given
    return headline(detail, one.acts, language)


@lru_cache(maxsize=16)
def _long_words(line: str) -> frozenset[str]:
    return frozenset(word for word, _ in Reading(line).words if len(word) > 1)


def choose(title: str, text: str) -> list[Chosen]:
    """The sentences that tell the events, in the order of the text."""
    headings = {one.paragraph: one.text for one in reading(text).sentences if _is_heading(one, text)}
    is_survey = len(headings) >= SURVEY
    least = LEAST if is_survey or len(reading(text).sentences) <= LONG else LEAST_OF_LONG
    sections: list[list[Chosen]] = [[]]
    heading = ""
    for one in scored(title, text):
        if one.sentence.paragraph in headings:
            heading = headings[one.sentence.paragraph]
            sections.append([])
            continue
        points = one.points + (_overview(one.sentence.form) if is_survey else 0.0)
        if one.acts and points >= least:
            sections[-1].append(Chosen(one.sentence, points, one.acts, heading))
    ranked = _by_turns(sections) if is_survey else sorted(chain.from_iterable(sections), key=lambda one: -one.points)
    return sorted(_folded(ranked), key=lambda one: one.sentence.start)


def _overview(form: str) -> float:
    """Points for sentences that sum up a section of a survey: by topics, or by many actors who did the same."""
    return 1.5 * bool(_topic.match(form)) + 3.0 * bool(_many.match(form))


def _by_turns(sections: list[list[Chosen]]) -> list[Chosen]:
    """The best of every section first, then whatever is best."""
    ranked = [sorted(section, key=lambda one: -one.points) for section in sections if section]
    return [section[0] for section in ranked] + sorted(
        (one for section in ranked for one in section[1:]), key=lambda one: -one.points
    )


def _folded(ranked: list[Chosen]) -> list[Chosen]:
    """At most ten, without those that say again what a better one says."""
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
    if len(text) <= 200 or len(line) > 80 or line[-1] in "。！？!?….：:；;”" or (len(line) > 24 and is_han(line[0])):
        return False
    return text[sentence.end : sentence.end + 1] in ("", "\n") and text[max(0, sentence.start - 1)] in ("\n", "　", " ", line[0])


def _pairs(text: str) -> set[str]:
    """Character pairs of Chinese, words of other languages."""
    if not any(map(is_han, text[:40])):
        return set(re.findall(r"\w{3,}", text.lower()))
    return {text[i : i + 2] for i in range(len(text) - 1)}


def scored(title: str, text: str) -> list[Scored]:
    """Every sentence of a text with its points."""
    wanted = frozenset(reading(title).tokens) - _words("common")
    read = reading(text)
    return [_score(sentence, place, wanted, read) for place, sentence in enumerate(read.sentences)]


def _score(sentence: Sentence, place: int, title: frozenset[str], read: Reading) -> Scored:
    tokens = read.tokens[sentence.first_word : sentence.last_word]
    acts = sorted(_acts(tokens, read.words, sentence.first_word), reverse=True)
    points = WEIGHTS["title"] * len(title.intersection(tokens)) / max(4, len(title))
    if place < 2:
        points += WEIGHTS["second" if place else "first"]
    if acts:  # one without an act can't be an event, and is looked at no further
        points += WEIGHTS["act"] * acts[0][0] + WEIGHTS["more acts"] * sum(weight > 2 for weight, _ in acts[1:3])
        points += sum(WEIGHTS[name] for name in _signs(sentence.form))
        points += WEIGHTS["opinion"] * min(3, len(_words("opinion").intersection(tokens)))
    return Scored(sentence, round(points, 6), tuple([tokens[-at] for _, at in acts]))  # sums of floats differ by their order


def _signs(form: str) -> Iterator[str]:
    names, patterns = _marks()
    yield from {names[at] for at in patterns.Match(form) or ()}
    if form.endswith("?"):
        yield "question"
    if len(form) < 12:
        yield "short"


def _acts(tokens: tuple[str, ...], words: list[tuple[str, str]], first: int) -> Iterator[tuple[float, int]]:
    """(weight, minus the place) of each word of an act; a bare English verb only after will, to …: "open" is more often no act."""
    verbs, bare = _verbs()
    either = _either()
    for at in [at for at, word in enumerate(tokens) if word in either]:
        word = tokens[at]
        if word in verbs and words[first + at][1] != "p":  # 通过 is more often "by" than "passed"
            yield verbs[word], -at
        elif word in bare and at > 1 and tokens[at - 2] in ("to", "will", "would", "also"):
            yield bare[word], -at


def opening(record: Record) -> str:
    """A line before the events: whom and what they are about, by the named thing and the technology that are named most."""
    language = record.language or language_of(record.title + "\n" + record.text)
    title, text = reading(record.title), reading(record.text)
    who = _most_named("entity", title, text, language)
    what = _most_named("technology", title, text, language)
    if language == "zh":
        about = f"{who}在{what}领域" if who and what else f"{who or what}领域" if what else f"“{record.title.strip()}”"
        return f"这篇文章总结了{about}的一系列重大事件和发展："
    about = f"of {who} in {what}" if who and what else f"in {what}" if what else f"of “{record.title.strip()}”"
    return f"This article sums up the major events and developments {about}:"


def _most_named(kind: str, title: Reading, text: Reading, language: str | None) -> str:
    counts = Counter(match.term.id for place in (title, text, title) for match in place.longest(kind) if not match.term.unsure)
    counts = Counter({ident: count for ident, count in counts.items() if count > 1})
    return names(kind)[counts.most_common(1)[0][0]].in_language(language) if counts else ""
