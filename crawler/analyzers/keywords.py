"""The keywords of an article: the page's own where it has good ones, else phrases of the text and named things."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from crawler.nlp.acts import verbs
from crawler.nlp.document import Reading, reading
from crawler.nlp.languages import language_of
from crawler.nlp.lexicon import listed, names
from crawler.nlp.phrases import LONG, Candidate, candidates, phrases, worth_chinese, worth_spaced
from crawler.record import Fact, Record
from crawler.text import is_han, normal

KINDS: tuple[str, ...] = ("keyword",)  # of facts
AFTER: tuple[str, ...] = ("industries",)

MAX_KEYWORDS = 8
EXTRACTED = 5  # how many there are when the page has none
ENOUGH = 3  # so many good ones of the page need no help
TOO_MANY = 12  # a page with more lists its site's favourites: only those that stand in the article are kept
CLOSE = 0.5  # points by which a longer phrase may be behind the one inside it …
CLOSE_NAME = 1.5  # … and a longer name: Meridian Labs for Meridian
UNSPACED = ("ja", "th", "ko")  # scripts for which there is no segmenter here
_GENERIC = re.compile(
    r"新闻|资讯|频道|首页|网站|门户|官网|热点|头条|报道|专题|(?<![联电路管])网$|在线$|日报$|晚报$|客户端|\.com|\.cn|https?:|^www\.|_"
)
_GENERIC_EN = frozenset("news home homepage latest breaking headlines article articles story stories blog press site".split())
_quoted = re.compile(r'"([^"\s，。！？；]{2,10})"')
_CUT_NAME = frozenset("科市省区县州镇局院会部厅网社署")  # with which a name goes on, if all its places do
_version = re.compile(r" \d{1,3}(?:\.\d+)?(?![\d%,])")
_no_word = re.compile(r"^[日月年号起]|起施行|施行$")  # 日起施行
_shouted = re.compile(r"[A-Z]{4,}(?: [A-Z]{2,})*$")  # the place of a dateline
_ENDINGS = tuple("科技 集团 公司 医院 大学 银行 研究院 智能 资本 半导体 医疗 汽车 实验室 委员会 协会".split())


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
    return tuple(seen.values())[:MAX_KEYWORDS]


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
        if (len(text.form) <= LONG or one.count > 1 or one.in_title or form in known)
        and not _no_word.search(form)
        and not _is_shouted(one, text, form in known)
    ]
    ranked.sort(key=lambda item: (-item[0], item[2].first))
    return [_fact(item, title, text) for item in chosen(ranked)]


def _is_shouted(one: Candidate, text: Reading, is_known: bool) -> bool:
    """True for the place with which an agency's text begins: FRANKFURT."""
    if one.in_text is None or is_known or text.form[one.in_text[0]] >= "\u3400":
        return False
    return one.in_text[0] < 40 and bool(_shouted.match(text.original(*one.in_text)))


def _readings(record: Record) -> tuple[Reading, Reading]:
    """Title and text; a text without a title that ends in words without a closing mark has its title there."""
    text = reading(record.text)
    if not record.title and len(text.sentences) > 1 and not text.sentences[-1].form.endswith((".", "。", "!", "?", "…", '"')):
        return reading(text.sentences[-1].text), text
    return reading(record.title), text


def _known(title: Reading, text: Reading) -> dict[str, str]:
    """Names of the taxonomy that stand in the article: normal form → technology, company, person …"""
    things = names("entity")
    quoted = Counter(match[1] for match in _quoted.finditer(text.form))
    named = {name: "product" for name, count in quoted.items() if count > 1}
    return named | {
        place.form[match.start : match.end]: "technology" if match.term.kind == "technology" else things[match.term.id].group
        for place in (text, title)
        for match in place.longest("technology", "entity")
    }


def _bonus(form: str, one: Candidate, known: str | None) -> float:
    """Named things first: technologies, then companies, products, institutions and people, then what ends like an organisation.
    Behind all comes what begins or ends with a word of news prose."""
    if known == "technology":
        return 1.5 if one.count > 1 or one.in_title else 1.0
    if known and known != "place":
        return 1.0
    if len(one.words) > 1 and form.endswith(_ENDINGS):
        return 1.0
    edges = listed("edges", "stop_words.yaml")
    if one.words[0] in edges or one.words[-1] in edges:
        return -1.0
    acts = _sure_acts()
    return -0.8 * (len(one.words) > 1) * ((one.words[0] in acts) + (one.words[-1] in acts))


@cache
def _sure_acts() -> frozenset[str]:
    """Chinese words that say that something happened: 机器人回应, 取消订单 are no keywords."""
    return frozenset(word for word, weight in verbs()[0].items() if weight > 2 and is_han(word[0]))


Ranked = tuple[float, str, Candidate]


def chosen(ranked: list[Ranked]) -> list[Ranked]:
    """The best, none inside another. A longer phrase around one stands for it when it is nearly as good and half as frequent."""
    taken: list[Ranked] = []
    for place, item in enumerate(ranked):
        if len(taken) == MAX_KEYWORDS:
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
        start, end = text.span(found.in_text[0], _whole(form, found.in_text[1], text))
        quote = text.text[start:end]
        return Fact("keyword", " ".join(quote.split()), quote, "builtin", start, end, certainty)
    value = title.original(found.first, found.first + len(form))
    return Fact("keyword", " ".join(value.split()), f"title: {title.text}", "builtin", score=certainty)


def _behind(form: str, text: str) -> set[str]:
    """The characters behind the places of a phrase."""
    found: set[str] = set()
    at = text.find(form)
    while at >= 0:
        end = at + len(form)
        found.add(text[end : end + 1])
        at = text.find(form, end + 1)
    return found


def _whole(form: str, end: int, text: Reading) -> int:
    """Where the phrase ends when the segmenter cut a name: 云起数 goes on to 云起数科 at all its places, Corral to Corral 3."""
    if is_han(form[-1]) and len(behind := _behind(form, text.form)) == 1 and behind <= _CUT_NAME:
        return end + 1
    version = _version.match(text.form, end)
    first = text.normal.origin(end - len(form)) if version else 0
    if version and text.text[first].isupper() and text.form.count(form + version[0]) * 2 > text.form.count(form):
        return version.end()
    return end
