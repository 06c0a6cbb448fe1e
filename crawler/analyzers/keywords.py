"""The keywords of an article: the page's own where it has good ones, else phrases of the text and named things.

Chinese: runs of one to three content words are candidates; what speaks for one (how often and where it stands, its parts of speech,
how rare its words are, how free its neighbours are, whether it stands inside longer runs) is added up with the weights of
``data/keywords.yaml``. English and other languages: phrases between stop words, names first. No keyword inside another.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import Any

import rjieba

from crawler.lexicon import Reading, language_of, names, reading, table
from crawler.record import Fact, Record
from crawler.text import normal

MOST = 8
EXTRACTED = 5  # how many are extracted when the page has none
ENOUGH = 3  # so many good ones of the page need no help
TOO_MANY = 12  # a page with more lists its site's favourites: only those that stand in the article are kept
LONG = 700  # code points from which a phrase that is told once and not in the title is no keyword
CLOSE_NAME = 1.5  # the same for names: Meridian Labs for Meridian
CLOSE = 0.5  # points by which a longer phrase may be behind the one inside it
UNSPACED = ("ja", "th", "ko")  # scripts for which there is no segmenter here
LONGEST = 14  # code points of an extracted Chinese keyword
_GENERIC = re.compile(
    r"新闻|资讯|频道|首页|网站|门户|官网|中心$|热点|头条|报道|专题|网$|在线$|日报$|晚报$|客户端|\.com|\.cn|https?:|^www\.|_"
)
_organisation = re.compile(r"(?:科技|集团|公司|医院|大学|银行|研究院|智能|资本|半导体|医疗|汽车|实验室|委员会|协会)$")
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
    capitals: int = 0  # times that every word of it begins with a capital

    @property
    def is_name(self) -> bool:
        return self.capitals * 2 > self.count


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
    title = normal(record.title)
    seen: dict[str, str] = {}
    for value in record.keywords:
        value = " ".join(value.split())
        form = normal(value)
        if 1 < len(form) <= 40 and form not in seen and form not in site and form != title and not _is_generic(form):
            seen[form] = value
    if len(seen) > TOO_MANY:
        body = reading(record.title).form + "\n" + reading(record.text).form
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
    title, text = _readings(record)
    language = record.language or language_of(record.title + "\n" + record.text)
    is_chinese = language == "zh" and not text.is_spaced
    known = _known(title, text)
    if language in UNSPACED:
        return []
    found = candidates(title, text, known) if is_chinese else phrases(title, text)
    worth = worth_chinese if is_chinese else worth_spaced
    ranked = [
        (worth(form, one) + _bonus(form, one, known.get(form)), form, one)
        for form, one in found.items()
        if len(text.form) <= LONG or one.count > 1 or one.in_title or form in known
    ]
    ranked.sort(key=lambda item: (-item[0], item[2].first))
    return [_fact(item, title, text) for item in chosen(ranked)]


def _readings(record: Record) -> tuple[Reading, Reading]:
    """Title and text; a text without a title that ends in words without a closing mark has its title there."""
    text = reading(record.text)
    if not record.title and len(text.sentences) > 1 and not text.sentences[-1].form.endswith((".", "。", "!", "?", "…", '"')):
        return reading(text.sentences[-1].text), text
    return reading(record.title), text


def _known(title: Reading, text: Reading) -> dict[str, str]:
    """Names of the taxonomy that stand in the article: normal form → technology, company, person …"""
    things = names("entity")
    return {
        place.form[match.start : match.end]: "technology" if match.term.kind == "technology" else things[match.term.id].group
        for place in (text, title)
        for match in place.longest("technology", "entity")
    }


def _bonus(form: str, one: Candidate, known: str | None) -> float:
    """Named things first: technologies, then companies, products, institutions and people, then what ends like an organisation."""
    if known == "technology":
        return 1.5 if one.count > 1 or one.in_title else 1.0
    if known and known != "place":
        return 1.0
    return 1.0 if len(one.words) > 1 and _organisation.search(form) else 0.0


Ranked = tuple[float, str, Candidate]


def chosen(ranked: list[Ranked], most: int = MOST) -> list[Ranked]:
    """The best, none inside another. A longer phrase around one stands for it when it is nearly as good and half as frequent."""
    taken: list[Ranked] = []
    for place, item in enumerate(ranked):
        if len(taken) == most:
            break
        if any(_nested(item[1], other[1]) for other in taken):
            continue
        best = item
        for longer in ranked[place + 1 :]:
            if longer[0] < item[0] - (CLOSE_NAME if item[2].is_name else CLOSE):
                break
            if (
                item[1] in longer[1]
                and len(longer[1]) > len(best[1])
                and longer[2].count * 2 >= item[2].count
                and not any(_nested(longer[1], other[1]) for other in taken)
            ):
                best = longer
        taken.append(best)
    return taken


def _fact(item: Ranked, title: Reading, text: Reading) -> Fact:
    score, form, found = item
    certainty = round(1 / (1 + math.exp(-score / 2)), 2)
    if found.in_text:
        start, end = text.span(*found.in_text)
        quote = text.text[start:end]
        return Fact("keyword", " ".join(quote.split()), quote, "builtin", start, end, certainty)
    value = title.original(found.first, found.first + len(form))
    return Fact("keyword", " ".join(value.split()), f"title: {title.text}", "builtin", score=certainty)


# --- Chinese


@cache
def weights() -> dict[str, float]:
    return {name: float(value) for name, value in (line.split() for line in str(table("keywords.yaml")["weights"]).splitlines())}


@lru_cache(maxsize=8_000)
def rarity(word: str) -> float:
    """How many nats of surprise a word is, by the segmenter's own word counts (they sum to 60 million)."""
    return math.log(60_101_967 / max(1, rjieba.suggest_freq(word)))


def candidates(title: Reading, text: Reading, known: Container[str] = ()) -> dict[str, Candidate]:
    """Every run of one to three content words, by its normal form. Of a long text only those that come again, stand in the title
    or are known."""
    is_long = len(text.form) > LONG
    counts = Counter([word for place in (title, text) for word, _ in place.words])
    runs: dict[str, list[tuple[Reading, int, int]]] = {}
    for place in (title, text):
        anywhere = place is title or not is_long
        content = [_fits[tag] and (anywhere or counts[word] > 1 or word in known) for word, tag in place.words]
        for at, last, form in _runs(place.words, content):
            if form in runs:
                runs[form].append((place, at, last))
            else:
                runs[form] = [(place, at, last)]
    return {
        form: _candidate(places, title)
        for form, places in runs.items()
        if not is_long or len(places) > 1 or places[0][0] is title or form in known
    }


def _runs(words: list[tuple[str, str]], content: list[bool]) -> Iterator[tuple[int, int, str]]:
    """(first word, last word, normal form) of every run; content ends where the words do."""
    size = len(words)
    for at, fits in enumerate(content):
        if not fits:
            continue
        form = words[at][0]
        if 2 <= len(form) <= LONGEST:
            yield at, at, form
        for last in (at + 1, at + 2):
            if last == size or not content[last]:
                break
            form += words[last][0]
            if len(form) > LONGEST:
                break
            yield at, last, form


class _Tags(dict[str, bool]):
    """Whether a tag is one of those, by its first letter."""

    def __init__(self, letters: str, *more: str) -> None:
        super().__init__(dict.fromkeys(more, True))
        self._letters = letters

    def __missing__(self, tag: str) -> bool:
        self[tag] = fits = tag[:1] in self._letters and tag != ""
        return fits


_fits = _Tags("nvabljieztsfdg", "eng")  # words that may be part of a keyword
_bound = _Tags("xucp", "")  # marks, particles, conjunctions, prepositions: where a phrase may begin or end
_heavy = _Tags("nvab")
_EDGES = (("^", "x"), ("$", "x"))


def _candidate(places: list[tuple[Reading, int, int]], title: Reading) -> Candidate:
    place, at, last = places[0]
    run = place.words[at : last + 1]
    offset = 0 if place is title else len(title.form) + 1
    one = Candidate(tuple([word for word, _ in run]), tuple([tag for _, tag in run]), offset + place.starts[at], len(places))
    for place, at, last in places:
        words = place.words
        before, kind = words[at - 1] if at else _EDGES[0]
        after, next_kind = words[last + 1] if last + 1 < len(words) else _EDGES[1]
        one.left.add(before)
        one.right.add(after)
        one.bound_left += _bound[kind]
        one.bound_right += _bound[next_kind]
        one.inside += _heavy[kind]
        if place is title:
            one.in_title = 1
            one.ends_title |= after == "$"
        elif one.in_text is None:
            one.in_text = (place.starts[at], place.starts[last + 1])
    return one


def features(form: str, one: Candidate) -> Iterator[tuple[str, float]]:
    """What speaks for or against a candidate: (name of the weight, how much of it)."""
    for name in (*_of_shape(*one.tags), *_of_places(*_places(one)), *_of_words(*_words(form, one))):
        yield name, 1
    yield from _amounts(one)


def worth_chinese(form: str, one: Candidate) -> float:
    """The sum of the weights of its features, with the parts that come again and again kept."""
    table_ = weights()
    score = _sum(_of_shape, *one.tags) + _sum(_of_places, *_places(one)) + _sum(_of_words, *_words(form, one))
    for name, amount in _amounts(one):
        score += table_.get(name, 0.0) * amount
    return score


@lru_cache(maxsize=4_000)
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


def _of_places(count: int, in_title: int, place: int, left: int, right: int, ends_title: bool) -> list[str]:  # noqa: PLR0917 (a key)
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

_token = re.compile(r"[^\W\d_](?:[\w.&+/-]*\w)?(?:'(?!s\b)\w+)?|'s\b|\d[\w.,%-]*|\S")
_letter = re.compile(r"[^\W\d_]")
_verbal = re.compile(r"(?:ing|ed|ly|able|ibly)$")  # no nouns, mostly
# Points, set by hand with an eye on news and crowd keywords: by size of the phrase, for 1, 2, 3, 4, 5 and more times.
_TIMES = ((0.2, 0.8, 1.1, 1.2, 1.5), (-0.5, 0.1, 0.3, 0.3, 0.3), (-1.4, -0.4, -0.2, -0.2, -0.2))


@cache
def _stop() -> frozenset[str]:
    return frozenset(str(table("stop_words.yaml")["stop"]).split())


def phrases(title: Reading, text: Reading) -> dict[str, Candidate]:
    """Every run of one to three words between stop words and marks, by its normal form."""
    found: dict[str, Candidate] = {}
    for place in (title, text):
        run: list[tuple[int, int, bool]] = []
        for match in _token.finditer(place.form):
            word = match.group()
            if len(word) > 1 and word not in _stop() and _letter.match(word):
                run.append((match.start(), match.end(), place.text[place.normal.origin(match.start())].isupper()))
            elif run:
                _note(run, place, title, found)
                run = []
        _note(run, place, title, found)
    return found


def _note(run: list[tuple[int, int, bool]], place: Reading, title: Reading, found: dict[str, Candidate]) -> None:
    for at in range(len(run)):
        for last in range(at, min(len(run), at + 3)):
            start, end = run[at][0], run[last][1]
            form = place.form[start:end]
            one = found.get(form)
            if one is None:
                offset = start if place is title else len(title.form) + 1 + start
                one = found[form] = Candidate(tuple(place.form[a:b] for a, b, _ in run[at : last + 1]), (), offset)
            one.count += 1
            one.bound_left += at == 0
            one.bound_right += last == len(run) - 1
            if place is title:
                one.in_title = 1
            else:
                one.in_text = one.in_text or (start, end)
                one.capitals += all(capital for _, _, capital in run[at : last + 1])


def worth_spaced(_form: str, one: Candidate) -> float:
    """How often, how early, in the title, written as a name, whole between stop words, of long words, not of verbs."""
    size = len(one.words) - 1
    name = one.capitals / one.count
    points = _TIMES[size][min(one.count, 5) - 1]
    points += (0.1, 0.5, 0.5)[size] * one.in_title + (0.6, 1.9, 2.2)[size] * name
    points += 0.65 * (one.bound_left + one.bound_right) / one.count
    points += min(0.9, 0.35 * (max(map(len, one.words)) - 6.5)) - 0.22 * min(6, int(math.log2(1 + one.first / 50)))
    if name < 0.5 and any(map(_verbal.search, one.words)):
        points -= 0.6 if size else 1.2
    return points
