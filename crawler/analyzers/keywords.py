"""The keywords of an article: the page's own where it has good ones, else phrases of the text and named things.

Chinese: runs of one to three content words are candidates; what speaks for one (how often and where it stands, its parts of speech,
how rare its words are, how free its neighbours are, whether it stands inside longer runs) is added up with the weights of
``data/keywords.yaml``. English and other languages: phrases between stop words, names first. No keyword inside another.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import Any

import rjieba

from crawler.lexicon import Reading, language_of, reading, table
from crawler.record import Fact, Record
from crawler.text import normal

MOST = 8
EXTRACTED = 5  # how many are extracted when the page has none
ENOUGH = 3  # so many good ones of the page need no help
TOO_MANY = 12  # a page with more lists its site's favourites: only those that stand in the article are kept
HEAD = 400  # code points of a text in which every word may be part of a keyword
LONGEST = 14  # code points of an extracted Chinese keyword
CONTENT = frozenset("nvabljieztsfdg")  # first letters of jieba's tags of words that may be part of one
_GENERIC = re.compile(
    r"新闻|资讯|频道|首页|网站|门户|官网|中心$|热点|头条|报道|专题|网$|在线$|日报$|晚报$|客户端|\.com|\.cn|https?:|^www\.|_"
)
_GENERIC_EN = frozenset("news home homepage latest breaking headlines article articles story stories blog press site".split())


@dataclass(slots=True)
class Candidate:
    """A phrase and what is known of its places."""

    words: tuple[str, ...]
    tags: tuple[str, ...]
    first: int  # offset of its first place in title + text
    count: int = 0
    in_title: int = 0
    ends_title: bool = False
    left: set[str] = field(default_factory=set)
    right: set[str] = field(default_factory=set)
    bound_left: int = 0
    bound_right: int = 0
    inside: int = 0  # times a content word stands before it
    in_text: tuple[int, int] | None = None


def add(record: Record) -> Record:
    """The record with `keywords` and a Fact for each; keywords of the page that are not good lose theirs."""
    own = _good(record)
    if len(own) < ENOUGH:
        taken = {normal(value) for value in own}
        facts = [fact for fact in _extract(record) if not any(_nested(normal(fact.value), other) for other in taken)]
        facts = facts[: max(0, EXTRACTED - len(own))]
    else:
        facts = []
    others = tuple(fact for fact in record.facts if fact.kind != "keyword")
    values = (*own, *(fact.value for fact in facts))
    return replace(record, keywords=values, facts=(*others, *_page_facts(record, own), *facts))


def _nested(one: str, other: str) -> bool:
    return one in other or other in one


# --- the page's own


def _good(record: Record) -> tuple[str, ...]:
    """The page's keywords that say something about this article, as written, each once."""
    site = {normal(name) for name in (record.publisher, record.source, record.author) if name}
    body = normal(f"{record.title}\n{record.text}")
    title = normal(record.title)
    seen: dict[str, str] = {}
    for value in record.keywords:
        value = " ".join(value.split())
        form = normal(value)
        if 1 < len(form) <= 40 and form not in seen and form not in site and form != title and not _is_generic(form):
            seen[form] = value
    if len(seen) > TOO_MANY:
        seen = {form: value for form, value in seen.items() if form in body}
    return tuple(seen.values())[:MOST]


def _is_generic(form: str) -> bool:
    return bool(_GENERIC.search(form)) or form in _GENERIC_EN


def _page_facts(record: Record, own: tuple[str, ...]) -> Iterator[Fact]:
    known = {fact.value: fact for fact in record.facts if fact.kind == "keyword"}
    for value in own:
        yield known.get(value) or Fact("keyword", value, f"meta keywords: {value}", "page")


# --- extraction


def _extract(record: Record) -> list[Fact]:
    title, text = reading(record.title), reading(record.text)
    language = record.language or language_of(record.title + "\n" + record.text)
    ranked = rank_zh(title, text) if language == "zh" else rank_spaced(title, text)
    return _facts(ranked, title, text)


def _facts(ranked: list[tuple[float, str, Candidate]], title: Reading, text: Reading) -> list[Fact]:
    facts: list[Fact] = []
    taken: list[str] = []
    for score, form, found in ranked:
        if any(_nested(form, other) for other in taken):
            continue
        taken.append(form)
        certainty = round(1 / (1 + math.exp(-score)), 2)
        if found.in_text:
            start, end = text.span(*found.in_text)
            value = " ".join(text.text[start:end].split())
            facts.append(Fact("keyword", value, text.text[start:end], "builtin", start, end, certainty))
        else:
            value = title.original(found.first, found.first + len(form))
            facts.append(Fact("keyword", value, f"title: {title.text}", "builtin", score=certainty))
        if len(facts) == MOST:
            break
    return facts


@cache
def weights() -> dict[str, float]:
    return {name: float(value) for name, value in (line.split() for line in str(table("keywords.yaml")["weights"]).splitlines())}


@lru_cache(maxsize=50_000)
def rarity(word: str) -> float:
    """How many nats of surprise a word is, by the segmenter's own word counts (they sum to 60 million)."""
    return math.log(60_101_967 / max(1, rjieba.suggest_freq(word)))


def rank_zh(title: Reading, text: Reading) -> list[tuple[float, str, Candidate]]:
    """Candidates by falling score, as (score, normal form, candidate)."""
    found = candidates(title, text)
    scored = [(_score(form, one), form, one) for form, one in found.items()]
    scored.sort(key=lambda item: (-item[0], item[2].first))
    return scored


def candidates(title: Reading, text: Reading) -> dict[str, Candidate]:
    """Every run of one to three content words, by its normal form. Far down a text only words that come again begin one."""
    found: dict[str, Candidate] = {}
    counts = Counter(word for place in (title, text) for word, _ in place.words)
    for place in (title, text):
        content = [
            (tag[0] in CONTENT or tag == "eng")
            and tag[:2] not in ("ul", "uj")
            and (start < HEAD or place is title or counts[word] > 1)
            for (word, tag), start in zip(place.words, place.starts, strict=False)
        ]
        for at, fits in enumerate(content):
            if fits:
                _runs_from(at, place, title, content, found)
    return found


def _runs_from(at: int, place: Reading, title: Reading, content: list[bool], found: dict[str, Candidate]) -> None:
    words, start, size = place.words, place.starts[at], len(place.words)
    before, kind = words[at - 1] if at else ("^", "x")
    form = ""
    for last in range(at, min(size, at + 3)):
        if not content[last]:
            return
        form += words[last][0]
        if len(form) > LONGEST:
            return
        if len(form) < 2:
            continue
        after, next_kind = words[last + 1] if last + 1 < size else ("$", "x")
        one = found.get(form)
        if one is None:
            run = words[at : last + 1]
            offset = start if place is title else len(title.form) + 1 + start
            one = found[form] = Candidate(tuple(word for word, _ in run), tuple(tag for _, tag in run), offset)
        one.count += 1
        one.left.add(before)
        one.right.add(after)
        one.bound_left += kind[0] in "xucp"
        one.bound_right += next_kind[0] in "xucp"
        one.inside += kind[0] in "nvab"
        if place is title:
            one.in_title = 1
            one.ends_title |= after == "$"
        elif one.in_text is None:
            one.in_text = (start, start + len(form))


def features(form: str, one: Candidate) -> Iterator[tuple[str, float]]:
    """What speaks for or against a candidate: (name of the weight, how much of it)."""
    for name in (*_of_shape(*one.tags), *_of_places(*_places(one)), *_of_words(*_words(form, one))):
        yield name, 1
    yield from _amounts(one)


def _score(form: str, one: Candidate) -> float:
    """The same sum, with the parts that come again and again kept."""
    table_ = weights()
    score = _sum(_of_shape, *one.tags) + _sum(_of_places, *_places(one)) + _sum(_of_words, *_words(form, one))
    for name, amount in _amounts(one):
        score += table_.get(name, 0.0) * amount
    return score


@lru_cache(maxsize=20_000)
def _sum(names: Callable[..., list[str]], *key: Any) -> float:
    return sum(weights().get(name, 0.0) for name in names(*key))


_SAME_TAG = {"nrt": "nr", "nrfg": "nr", "vd": "v", "vg": "v", "ag": "a", "ng": "n", "i": "l", "an": "n"}


def _of_shape(*tags: str) -> list[str]:
    tags = tuple(_SAME_TAG.get(tag, tag) for tag in tags)
    size = len(tags)
    return ["bias", "tags:" + "+".join(tags), f"begins:{size}{tags[0]}", f"ends:{size}{tags[-1]}"]


def _places(one: Candidate) -> tuple[int, int, int, int, int, bool]:
    place = min(5, int(math.log2(1 + one.first / 20)))
    return min(one.count, 6), one.in_title, place, min(len(one.left), 3), min(len(one.right), 3), one.ends_title


def _of_places(count: int, in_title: int, place: int, left: int, right: int, ends_title: bool) -> list[str]:
    names = [f"count:{count}", f"count-title:{min(count, 3)}{in_title}", f"place:{place}", f"left:{left}", f"right:{right}"]
    return [*names, "ends-title"] if ends_title else names


def _words(form: str, one: Candidate) -> tuple[int, int, int, int]:
    rare = [rarity(word) for word in one.words]
    return min(2, len(rare)), min(len(form), 9), min(14, int(min(rare))), min(14, int(rare[-1]))


def _of_words(size: int, length: int, least: int, last: int) -> list[str]:
    return [f"length:{length}", f"rare-least:{size}{least}", f"rare-last:{size}{last}"]


def _amounts(one: Candidate) -> tuple[tuple[str, float], ...]:
    size = len(one.words)
    return (
        (f"weight:{size}", math.log(1 + one.count * sum(map(rarity, one.words)) / size / 5)),
        ("bound-left", one.bound_left / one.count),
        ("bound-right", one.bound_right / one.count),
        ("inside", one.inside / one.count),
    )


# --- languages with blanks between words

_token = re.compile(r"[^\W\d_][\w'.&+/-]*\w|[^\W_]|\d[\w.,%-]*|\S")
_letters = re.compile(r"[^\W\d_]")


@cache
def _stop() -> frozenset[str]:
    return frozenset(str(table("keywords.yaml")["stop"]).split())


def rank_spaced(title: Reading, text: Reading) -> list[tuple[float, str, Candidate]]:
    """Candidates of a text with blanks between its words, by falling score."""
    found = _phrases(title, text)
    scored = [(_worth(form, one), form, one) for form, one in found.items()]
    scored.sort(key=lambda item: (-item[0], item[2].first))
    return scored


def _phrases(title: Reading, text: Reading) -> dict[str, Candidate]:
    found: dict[str, Candidate] = {}
    for place in (title, text):
        run: list[re.Match[str]] = []
        for match in _token.finditer(place.form):
            if _letters.match(match.group()) and match.group() not in _stop() and len(match.group()) > 1:
                run.append(match)
                continue
            _note(run, place, title, found)
            run = []
        _note(run, place, title, found)
    return found


def _note(run: list[re.Match[str]], place: Reading, title: Reading, found: dict[str, Candidate]) -> None:
    """Every part of a run of up to three words is a candidate."""
    for at in range(len(run)):
        for last in range(at, min(len(run), at + 3)):
            start, end = run[at].start(), run[last].end()
            form = place.form[start:end]
            one = found.get(form)
            if one is None:
                offset = start if place is title else len(title.form) + 1 + start
                one = found[form] = Candidate(tuple(word.group() for word in run[at : last + 1]), (), offset)
            one.count += 1
            one.bound_left += at == 0
            one.bound_right += last == len(run) - 1
            if place is title:
                one.in_title = 1
            else:
                one.in_text = one.in_text or (start, end)
                surface = place.original(start, end)
                one.inside += all(word[:1].isupper() for word in surface.split())


def _worth(form: str, one: Candidate) -> float:
    """Points of a phrase: how often, how early, in the title, written as a name, whole between stop words."""
    size = len(one.words)
    name = one.inside / one.count
    whole = one.bound_left * one.bound_right / one.count**2
    points = math.log(1 + one.count) * (1.0, 1.1, 0.9)[size - 1]
    points += 0.8 * one.in_title + (0.6, 1.2, 1.2)[size - 1] * name + 0.5 * whole * (size > 1)
    points -= 0.15 * math.log(1 + one.first / 100)
    return points - 0.6 * (len(form) < 4 and not name)
