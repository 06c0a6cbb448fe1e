"""Which sentences of an article tell its major events: log-odds of each, from what it says, where it stands and what stands beside it.

    sentences → features (words, acts, time, figures, title, place, neighbours) → weights → the likeliest, without near-repeats

A long survey or a round-up is taken section by section, so that one section does not crowd out the others. Opinion, reviews and
explainers give few or none. The weights are fitted by benchmarks/fit_events.py, per language.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, NamedTuple

import re2

from crawler.nlp.acts import verbs
from crawler.nlp.document import Reading, Sentence, reading
from crawler.nlp.events import words as event_words
from crawler.nlp.events.actors import main_name
from crawler.nlp.languages import language_of
from crawler.nlp.lexicon import rows, split, table
from crawler.text import has_han, is_han

MAX_EVENTS = 8
LEAST = 0.3  # points, as log-odds, that an event needs
EASE = 0.5  # points less that an event of a survey needs
SURVEY = 3  # headings from which a text is taken section by section
LEAST_LENGTH = 20  # characters: what is shorter is as likely
BYLINE = math.log2(LEAST_LENGTH)  # … and as a first line names authors
FOLD = 0.6  # share of the shorter sentence's character pairs that makes two sentences one event

NUMBER = re.compile(r"^(?:[一二三四五六七八九十]{1,3}[、.．]|[（(]?\d{1,2}[)）、.．]|第[一二三四五六七八九十][、，])\s*")
_topic = re.compile(r"(?:在|从)?[^,，。在]{2,12}(?:方面|领域)[,，]")
_many = re.compile(r"(?:[^,，、。]{2,8}、){3,}[^,，、。]{2,8}等?(?:地区?|企业|公司|部门)?(?:都|均|也|分别|相继|纷纷|陆续|联合)")
_asks = re.compile(  # or advises, or guards itself
    '[?？][”」"]?$|^(?:请(?!求|辞|愿)|如对本|如不服|先?别(?!的|处|人)|不妨|敬请|欢迎)|前瞻性(?:陈述|声明)|(?:最终|具体)以.{2,30}为准|forward-looking statements'
)
_goes_on = re.compile(  # with what the sentence before has told
    r"(?:the|its?|they|his|her|their|these|those|this|that|under|as part|along|construction|deliveries|trading|in (?:a|the) (?:statement|trial|test|paper)|s?he)\b"
    "|该|其|此外|同时|根据|按照|据|对|双方|公司|条例|办法|细则|通知|项目|产品|交易|本次|这|目前|截至"
)
_MONTHS = "january february march april may june july august september october november december".split()
_history = re.compile(
    rf"\b(?:last (?:year|month|week|summer|spring|autumn|winter|{'|'.join(_MONTHS)})"
    r"|ago|earlier (?:this|in)|since|previously|so far|already|in (?:19|20)\d\d|had)\b|此前|去年|上月|曾|已有|目前|截至|以来|早在|\d{4}年"
)
_name = re.compile(r"(?<=[a-z,] )[A-Z]\w+")
_pronoun = re.compile(r"(?:it|they|he|she|this|that|these|those|the|its|their)\b|其|该|这|此|本[次轮]|上述")
_quoted = re.compile('["“「]')
_figure = re.compile(r"\d+")
_definite = re.compile(r"(?:The|Its|Their|Those|These|Such|Any|His|Her|That|This|Under|Both|Each) (?=[a-z])")
_ahead = re.compile(r"将|拟|计划|预计|力争|底前|有望|起施行|\b(?:will|by|until|from|expected|plans|to begin|next)\b")
_month = re.compile(rf"(?<!\d)(1[0-2]|[1-9])月(?!\d)|\b({'|'.join(name for name in _MONTHS if name != 'may')})\b")


class Scored(NamedTuple):
    """A sentence with its points, as log-odds, the words that say what happened, the surest first, the heading of its section ("" if
    none), how many sentences stand before it, and the share of the title's words that it has."""

    sentence: Sentence
    points: float
    acts: tuple[str, ...]
    heading: str = ""
    at: int = 0
    title: float = 0.0


def choose(title: str, text: str, language: str | None = None, published: datetime | None = None) -> list[Scored]:
    """The sentences that tell the events, in the order of the text."""
    found = list(scored(title, text, language, published))
    is_survey = len({one.heading for one in found} - {""}) >= SURVEY
    if is_survey:
        found = [one._replace(points=one.points + EASE + _overview(one.sentence.form)) for one in found]
    kept = sorted(
        (one for one in found if one.points >= LEAST and not _asks.search(one.sentence.text)), key=lambda one: -one.points
    )
    return sorted(_folded(_by_turns(kept) if is_survey else kept), key=lambda one: one.sentence.start)


@lru_cache(maxsize=2)  # events and the summary ask for the same, one after the other
def scored(title: str, text: str, language: str | None = None, published: datetime | None = None) -> tuple[Scored, ...]:
    """Every sentence but headings with its points."""
    language = language or language_of(title + "\n" + text)
    weights = _weights()["zh" if language == "zh" else "en"]
    return tuple(
        one._replace(points=round(sum(weights.get(name, 0.0) * value for name, value in features.items()), 6))
        for one, features in weighed(title, text, language, published)
    )


def weighed(title: str, text: str, language: str | None, published: datetime | None) -> list[tuple[Scored, dict[str, float]]]:
    """Every sentence but headings, and what is weighed of it."""
    read, headings = reading(text), headings_of(text)
    is_round_up = sum(bool(NUMBER.match(line)) for line in headings.values()) >= SURVEY
    wanted = frozenset(reading(title).tokens) - _words("common")
    article = Article(wanted, read, main_name(title, text, language), published)
    found: list[tuple[Scored, dict[str, float]]] = []
    heading, paragraph, place, within = "", -1, 0, 0
    for at, sentence in enumerate(read.sentences):
        within, paragraph = (within + 1 if sentence.paragraph == paragraph else 0), sentence.paragraph
        if paragraph in headings:
            heading, place = headings[paragraph], 0
            continue
        acts, features = article.features(sentence)
        features |= {
            "within": min(3, within),
            "begins paragraph": within == 0,
            "behind": at / len(read.sentences),
            "inside section": is_round_up and not (heading and place == 0),
        }
        place += 1
        found.append((Scored(sentence, 0.0, acts, heading, at, features["title"]), features))
    beside([features for _, features in found])
    return found


def beside(found: list[dict[str, float]]) -> None:
    """Adds what tells the sentences of an article from each other."""
    nearest = max((one["title"] for one in found), default=0.0)
    best = max((one["news"] for one in found), default=0.0)
    begins = next((at for at, one in enumerate(found) if one["length"] > BYLINE), 0)
    for at, one in enumerate(found):
        one["nearest title"] = one["title"] == nearest
        one["behind title"] = nearest - one["title"]
        one["behind best"] = best - one["news"]
        one["last"] = at == len(found) - 1
        one |= {name: at - begins == place for place, name in enumerate(("first", "second", "third"))}
        one["news before"] = found[at - 1]["news"] if at else 0.0
        one["news next"] = found[at + 1]["news"] if at + 1 < len(found) else 0.0


class Article(NamedTuple):
    """What a sentence stands in."""

    wanted: frozenset[str]  # words of its title
    text: Reading
    name: str  # whom it is about
    published: datetime | None

    def features(self, sentence: Sentence) -> tuple[tuple[str, ...], dict[str, float]]:
        """The words of acts of a sentence, the surest first; and what it says and where it stands."""
        tokens = self.text.tokens[sentence.first_word : sentence.last_word]
        acts = sorted(_acts(tokens, self.text.words, sentence.first_word), reverse=True)
        last = self.text.sentences[-1].paragraph
        form = sentence.form
        return tuple(tokens[-at] for _, at in acts), {
            "bias": 1.0,
            "sentences": math.log2(len(self.text.sentences)),
            "paragraphs": math.log2(1 + last),
            "lead": sentence.paragraph == 0 and last > 0,
            "one paragraph": last == 0,
            "last paragraph": sentence.paragraph == last,
            "title": len(self.wanted.intersection(tokens)) / max(4, len(self.wanted)),
            "length": math.log2(max(LEAST_LENGTH, len(form))),
            "figures": min(4, len(_figure.findall(form))),
            "names": min(4, len(_name.findall(sentence.text))),
            "main name": bool(self.name and self.name in sentence.text),
            "begins with main name": bool(self.name and sentence.text.startswith(self.name)),
            "begins with quotation": bool(_quoted.match(sentence.text)),
            "begins with pronoun": bool(_pronoun.match(form)),
            "goes on": bool(_goes_on.match(form)),
            "history": bool(_history.search(form)) and not _ahead.search(form),
            "definite": bool(_definite.match(sentence.text)),
            "past month": self.published is not None and _months_ago(form, self.published.month),
            "opinion": min(3, len(_words("opinion").intersection(tokens))),
            "act": acts[0][0] if acts else 0.0,
            "more acts": sum(weight > 2 for weight, _ in acts[1:3]),
            "no act": not acts,
            "news": is_news(event_words.points(form)),
            **dict.fromkeys(_signs(form), 1.0),
        }


def is_news(points: Mapping[str, float]) -> float:
    """By how much a sentence is likelier to tell an event of any type than none: log-odds, by its words."""
    of_events = [value for name, value in points.items() if name != "none"]
    return math.log(sum(map(math.exp, of_events)) or 1.0) - points.get("none", 0.0)


@cache
def _weights() -> Mapping[str, Mapping[str, float]]:
    """By language the weight of each feature."""
    found: dict[str, dict[str, float]] = {"zh": {}, "en": {}}
    for _, (name, zh, en) in rows(str(table("event_choice.yaml")["weights"])):
        found["zh"][name], found["en"][name] = float(zh), float(en)
    return found


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(split(str(table("events.yaml")[name])))


@cache
def _either() -> frozenset[str]:
    found, bare = verbs()
    return frozenset(found) | frozenset(bare)


def _acts(tokens: tuple[str, ...], words: list[tuple[str, str]], first: int) -> Iterator[tuple[float, int]]:
    """(weight, minus the place) of each word of an act; a bare English verb only after will, to …: "open" is more often no
    act."""
    either = _either()
    if either.isdisjoint(tokens):
        return
    found, bare = verbs()
    for at in [at for at, word in enumerate(tokens) if word in either]:
        word = tokens[at]
        if word in found and words[first + at][1] != "p":  # 通过 is more often "by" than "passed"
            yield found[word], -at
        elif word in bare and at > 1 and tokens[at - 2] in ("to", "will", "would", "also", "jointly"):
            yield bare[word], -at


@cache
def marks() -> tuple[list[str], Any]:
    """The names of the patterns of the data file, and all of them behind a look for the words they need: one automaton of them
    has too many states."""
    names, patterns = [], re2.Filter()
    for name, pattern in table("events.yaml")["marks"].items():
        names.append(name.removesuffix(" zh").removesuffix(" en"))
        patterns.Add(pattern)
    patterns.Compile()
    return names, patterns


def _signs(form: str) -> set[str]:
    names, patterns = marks()
    return {names[at] for at in patterns.Match(form) or ()}


def _months_ago(form: str, month: int) -> bool:
    """True for a sentence that names only months of long before, and no plan."""
    named = [int(one) if one else 1 + _MONTHS.index(other) for one, other in _month.findall(form)]
    return bool(named) and all(2 <= (month - one) % 12 <= 8 for one in named) and not _ahead.search(form)


def tells_of_now(sentence: Sentence) -> bool:
    """True for what is neither ahead nor told as history."""
    return not _ahead.search(sentence.form) and not _history.search(sentence.form)


def headings_of(text: str) -> dict[int, str]:
    """The lines that head a section, by their paragraph."""
    return {one.paragraph: one.text for one in reading(text).sentences if _is_heading(one, text)}


def _is_heading(sentence: Sentence, text: str) -> bool:
    """A short paragraph of its own without a closing mark."""
    line = sentence.text
    longest = 44 if NUMBER.match(line) else 24
    if (
        len(text) <= 200
        or len(line) > 80
        or line.rstrip("\"'’」』)）")[-1:] in "。！？!?….：:；;”"
        or (len(line) > longest and NUMBER.sub("", line)[:1] and is_han(NUMBER.sub("", line)[0]))
    ):
        return False
    before = text[text.rfind("\n", 0, sentence.start) + 1 : sentence.start]
    return text[sentence.end : sentence.end + 1] in ("", "\n") and not before.strip()


def _overview(form: str) -> float:
    """Points for sentences that sum up a section of a survey: by topics, by many actors who did the same, or by facts side by side
    under one topic, which are one item however little each is by itself."""
    topic = bool(_topic.match(form))
    return 2.5 * topic + 2.0 * (topic and ";" in form) + 3.0 * bool(_many.match(form))


def _by_turns(ranked: list[Scored]) -> list[Scored]:
    """The best of every section first, then whatever is best."""
    first: dict[str, Scored] = {}
    for one in ranked:
        first.setdefault(one.heading, one)
    return [*first.values(), *(one for one in ranked if first[one.heading] is not one)]


def _folded(ranked: list[Scored]) -> list[Scored]:
    """At most MAX_EVENTS, without those that say again what a better one says."""
    kept: list[tuple[Scored, set[str]]] = []
    for one in ranked:
        pairs = _pairs(one.sentence.text)
        if not any(len(pairs & other) > FOLD * min(len(pairs), len(other)) for _, other in kept):
            kept.append((one, pairs))
        if len(kept) == MAX_EVENTS:
            break
    return [one for one, _ in kept]


def _pairs(text: str) -> set[str]:
    """Character pairs of Chinese, words of other languages."""
    if not has_han(text[:40]):
        return set(re.findall(r"\w{3,}", text.lower()))
    return {text[i : i + 2] for i in range(len(text) - 1)}
