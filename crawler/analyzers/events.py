"""Which major events an article tells, as headline and sentence, each grounded in the text.

    sentences → points (act, time, figures, actor, title, place − opinion − background) → choose → fold near-repeats → headline

A short article gives its best sentences in the order of the text. A long survey is taken section by section, so that one section
does not crowd out the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from crawler.headlines import clean, headline
from crawler.lexicon import Reading, Sentence, language_of, reading, rows, split, table
from crawler.record import Event, Fact, Record
from crawler.text import is_han

MOST = 10
LEAST = 3.0  # points a sentence needs
SURVEY = 3  # headings from which a text is taken section by section
FOLD = 0.6  # share of the shorter sentence's character pairs that makes two sentences one event

_time = re.compile(
    r"\d{4}年|\d{1,2}月|\d{1,2}[日号](?!店)|近日|日前|今天|今日|昨天|昨日|昨晚|明天|当天|当日|同日|即日|本周|上周|下周|周[一二三四五六日末]|本月|上月|月底|今年|去年|明年"
    r"|今晨|今早|凌晨|年底|年初|季度|上半年|下半年|目前已|\b(?:january|february|march|april|june|july|august|september|october|november|december"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day|today|yesterday|tomorrow|(?:this|last|next|the|in) (?:week|month|year|quarter|spring|summer|autumn|fall|winter)|quarter|midnight|20\d\d)\b"
)
_figure = re.compile(
    r"\d[\d,.]*(?:多|余)?(?:万|亿|千|百|%|元|美元|家|台|个|项|人|名|款|条|辆|次|倍|吨|公里|岁|座|p\b)|\$[\d.]+|\b\d[\d,.]*(?: (?:million|billion|percent|people))?"
)
_organisation = re.compile(
    r"公司|集团|科技|大学|学院|研究院|研究所|实验室|医院|银行|委员会|政府|法院|警方|工信|部门|协会|联盟|基金|局|厅|队"
)
_plan = re.compile(
    r"计划|拟|将(?!近)|预计|力争|下一步|\b(?:plans?|will|expects?|expected|aims?|due) (?:to|be|begin|also|open|run|start|sign|share|cut|hold)\b|\bwill\b"
)
_later = re.compile(
    r"资金将|用于|尚需|尚未|有待|仍需|\bproceeds\b|\bfunds will\b|\bsubject to\b|\bmay still\b|\bis expected to close\b"
)
_told = re.compile(r"表示|认为|指出|强调|介绍|坦言|说[,，:“]|称[,，:“]|[,，]据")


WEIGHTS = {
    "act": 1.0,
    "more acts": 0.4,
    "time": 0.9,
    "figure": 0.4,
    "organisation": 0.4,
    "plan": 0.8,
    "title": 2.5,
    "first": 0.8,
    "second": 0.2,
    "opinion": -0.7,
    "background": -2.5,
    "later": -1.5,
    "told": -0.4,
    "question": -1.0,
    "short": -0.6,
}


@dataclass(frozen=True, slots=True)
class Scored:
    """A sentence with its points and the word that says what happened ("" if none)."""

    sentence: Sentence
    points: float
    act: str


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
            bare.setdefault(base, float(weight))
            found.update((form, float(weight)) for form in (*_inflected(base), *irregular) if form not in found)
    return found, bare


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
def _background() -> re.Pattern[str]:
    words = split(str(table("events.yaml")["background"]))
    return re.compile("|".join(rf"\b{re.escape(word)}\b" if word.isascii() else re.escape(word) for word in words))


def add(record: Record) -> Record:
    """The record with `events`, `opening` and a Fact for each event."""
    language = record.language or language_of(record.title + "\n" + record.text)
    made = [(one, clean(one.sentence.text)) for one in choose(record.title, record.text)]
    events = tuple(Event(headline(detail, one.act, language), detail) for one, detail in made)
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
    return replace(record.with_facts(*facts), events=events, opening=_opening(record.title, language) if events else "")


def choose(title: str, text: str) -> list[Scored]:
    """The sentences that tell the events, in the order of the text."""
    headings = {one.paragraph for one in reading(text).sentences if _is_heading(one, text)}
    sections: list[list[Scored]] = [[]]
    for one in scored(title, text):
        if one.sentence.paragraph in headings:
            sections.append([])
        else:
            sections[-1].append(one)
    good = [[one for one in section if one.act and one.points >= LEAST] for section in sections]
    ranked = _by_turns(good) if len(headings) >= SURVEY else sorted(sum(good, []), key=lambda one: -one.points)
    return sorted(_folded(ranked), key=lambda one: one.sentence.start)


def _by_turns(sections: list[list[Scored]]) -> list[Scored]:
    """The best of every section first, then whatever is best."""
    ranked = [sorted(section, key=lambda one: -one.points) for section in sections if section]
    return [section[0] for section in ranked] + sorted(
        (one for section in ranked for one in section[1:]), key=lambda one: -one.points
    )


def _folded(ranked: list[Scored]) -> list[Scored]:
    kept: list[tuple[Scored, set[str]]] = []
    for one in ranked:
        pairs = _pairs(one.sentence.text)
        if not any(len(pairs & other) > FOLD * min(len(pairs), len(other)) for _, other in kept):
            kept.append((one, pairs))
        if len(kept) == MOST:
            break
    return [one for one, _ in kept]


def _is_heading(sentence: Sentence, text: str) -> bool:
    """A short paragraph of its own without a closing mark."""
    line = sentence.text
    alone = text[sentence.end : sentence.end + 1] in ("", "\n") and text[max(0, sentence.start - 1)] in ("\n", "　", " ", line[0])
    return (
        alone
        and len(line) <= (24 if is_han(line[0]) else 80)
        and not re.search(r"[。！？!?….：:；;”]$", line)
        and len(text) > 200
    )


def _pairs(text: str) -> set[str]:
    """Character pairs of Chinese, words of other languages."""
    if not any(map(is_han, text[:40])):
        return set(re.findall(r"\w{3,}", text.lower()))
    return {text[i : i + 2] for i in range(len(text) - 1)}


def scored(title: str, text: str) -> list[Scored]:
    """Every sentence of a text with its points."""
    wanted = {word for word, _ in reading(title).words} - _words("common")
    read = reading(text)
    return [_score(sentence, place, wanted, read) for place, sentence in enumerate(read.sentences)]


def _score(sentence: Sentence, place: int, title: set[str], read: Reading) -> Scored:
    tokens = [word for word, _ in read.words[sentence.first_word : sentence.last_word]]
    acts = sorted(_acts(tokens), reverse=True)
    signals = _signals(sentence.form, tokens, [weight for weight, _ in acts], place, title)
    return Scored(sentence, sum(WEIGHTS[name] * value for name, value in signals.items()), tokens[-acts[0][1]] if acts else "")


def _acts(tokens: list[str]) -> Iterator[tuple[float, int]]:
    """(weight, minus the place) of each word of an act; a bare English verb only after will, to …: "open" is more often no act."""
    verbs, bare = _verbs()
    for at, token in enumerate(tokens):
        if token in verbs:
            yield verbs[token], -at
        elif token in bare and at > 1 and tokens[at - 2] in ("to", "will", "would", "also"):
            yield bare[token], -at


def _signals(form: str, tokens: list[str], acts: list[float], place: int, title: set[str]) -> dict[str, float]:
    """What speaks for and against a sentence; one without an act can't be an event, and is looked at no further."""
    shared = len(title.intersection(tokens)) / max(4, len(title))
    if not acts:
        return {"title": shared, "first": place == 0, "second": place == 1}
    timed, planned = bool(_time.search(form)), bool(_plan.search(form))
    return {
        "act": acts[0],
        "more acts": sum(weight > 2 for weight in acts[1:3]),
        "time": timed,
        "figure": bool(_figure.search(form)),
        "organisation": bool(_organisation.search(form)),
        "plan": planned,
        "title": shared,
        "first": place == 0,
        "second": place == 1,
        "opinion": min(3, sum(token in _words("opinion") for token in tokens)),
        "background": bool(_background().search(form)),
        "later": bool(_later.search(form)),
        "told": bool(_told.search(form)),
        "question": form.endswith("?"),
        "short": len(form) < 12,
    }


def _opening(title: str, language: str | None) -> str:
    if language == "zh":
        return f"这篇文章总结了“{title.strip()}”的重大事件和发展："
    return f"This article sums up the major events of “{title.strip()}”:"
