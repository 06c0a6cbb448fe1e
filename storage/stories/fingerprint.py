"""The marks of an article by which its event is known, read from its headline."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations

from crawler.record import Record, travels
from crawler.text import is_han, is_word, normal, normalize
from storage.stories import quantities as figures
from storage.stories.evidence import Evidence, evidence, spellings
from storage.stories.quantities import GAP, Figures
from storage.stories.tokens import Words, is_glue, is_known, stands, words_of
from storage.stories.vocabulary import ACTORS
from storage.stories.wording import wording

LEAD = 300  # code points of the text whose sums and shares may complete the headline's
MAX_KEYS = 32
_HOUSES = "科技|公司|集团|智能|机器人|汽车|银行|医院|大学|半导体|股份|控股|医疗|实验室|研究院|物流|资本|影业|教育"
_house = re.compile(f".{{2,8}}?(?:{_HOUSES})")
_HOUSES_EN = frozenset(
    "labs lab ai tech technologies robotics robots health motors foods group systems bank capital energy medical semiconductor software"
    " studios media networks logistics security therapeutics bio pharma aerospace power air cloud data computing".split()
)
HOUSE = re.compile(_HOUSES)
HOUSES_AT_END = re.compile(f"(?:{_HOUSES})+$")
_sentence = re.compile(r"(?s).{8,160}?(?:[。！？!?\n]|\.(?=\s|$)|$)")
_clause_end = re.compile(r"[,，:;；!?？！。]|\b(?:as|after|amid|over|to power)\b")
_cause = re.compile(r"因(?!为)(.{2,12}?)(?=被|遭|[,，:：]|召回|$)|\b(?:over|due to|because of)\b(.*)")


@travels
@dataclass(frozen=True, slots=True)
class StoryPrint:
    """The marks of one article.

    `actor` is an unknown name at the head of the headline ("" where it names a known one), `names` further Latin names, `grams` pairs of
    Han and stems of Latin words that are none of this, `things` what both languages have a word for, `matter` the grams and things
    of the clause with the act, `cause` those behind 因 or over. `lead` are the figures of headline and first lines: they join only.
    """

    title: str
    words: Words
    figures: Figures
    lead: Figures
    actor: str
    names: frozenset[str]
    grams: frozenset[str]
    things: frozenset[str]
    matter: frozenset[str]
    cause: frozenset[str]
    published: datetime | None
    han: bool
    said: Evidence
    told: StoryPrint | None = None
    worded: bytes = b""


def fingerprint(record: Record) -> StoryPrint:
    """The marks of a record: of its headline, and of its first sentence. About 0.9 ms."""
    first = _sentence.match(record.text[:LEAD].strip())
    said = evidence(record.title, record.text)
    story = _print(record.title, record.text, record.published, said)
    told = _print(first.group(), "", record.published, said) if first else None
    return replace(story, told=told, worded=wording(record.title, record.text))


def _print(headline: str, text: str, published: datetime | None, said: Evidence) -> StoryPrint:
    form = normalize(headline.strip())
    title, words = form.text, words_of(form)
    found, left = figures.read(title)
    lead = figures.read(f"{title}\n{normal(text[:LEAD])}")[0] if text else found
    actor = "" if _named(words) else _actor(left, words)
    at = left.find(actor) if actor else -1
    head = range(at, at + len(actor)) if at >= 0 else range(0)
    rest = words.mask(f"{left[: head.start]}{GAP * len(head)}{left[head.stop :]}" if head else left)
    things = [(start, ident) for start, _, ident in words.places("things") if start not in head]
    return StoryPrint(
        title=title,
        words=words,
        figures=found,
        lead=lead,
        actor=actor,
        names=frozenset(_names(headline, rest)),
        grams=frozenset(_grams(rest)),
        things=frozenset(ident for _, ident in things),
        matter=_matter(title, rest, words.act_at, things),
        cause=frozenset(gram for match in _cause.finditer(title) for gram in _grams(rest[match.start() + 1 : match.end()])),
        published=published,
        han=any(map(is_han, title)),
        said=said,
    )


def keys(story: StoryPrint) -> tuple[str, ...]:
    """Join keys for an index: names, amounts and rare pairs of characters, then who with what. Two articles on one event share one.

    What stands alone comes first: the pairs, of which a long headline has many, never crowd it out.
    """
    heads = [one.actor for one in (story, story.told) if one and one.actor]
    own = [HOUSES_AT_END.sub("", head) or head for head in heads]
    others = sorted(story.said.names - story.names, key=lambda name: (-len(name), name))
    alone = [f"name:{name}" for name in (*sorted(story.names), *others)][:8]
    alone += [f"~{name[:4]}" if is_han(name[0]) else f"name:{word}" for name in own for word in name.split()[:2]]
    alone += [f"name:{name}" for head in own if is_han(head[0]) for name in spellings(head)]
    alone += [f"amount:{one.value:.2g}{one.kind}" for one in story.said.amounts if one.telling and one.value / one.step >= 10][:4]
    alone += [f"said:{name}" for name in sorted(story.said.quoted)][:3]
    rare = sorted(story.grams, key=lambda gram: (len(gram) < 3, gram))[:4]
    return tuple(dict.fromkeys([*alone, *(f"gram:{gram}" for gram in rare), *_pairs(story)]))[:MAX_KEYS]


def _pairs(story: StoryPrint) -> Iterator[str]:
    """Who with whom, and who with what."""
    who = sorted(story.words["roots"] | story.said.words["roots"])[:4]
    who += sorted(story.words["cities"] | story.words["countries"])
    who += [f"~{story.actor[:2]}"] if story.actor else []
    what = [f"act:{group}" for group in sorted(story.words["act_groups"])]
    what += [f"version:{number}" for _, number in sorted(story.figures.versions)]
    what += [mark for kind in ("stages", "turns", "roles") for mark in sorted(story.words[kind])]
    what += sorted(story.things | story.said.words["things"])
    yield from (f"{one}+{other}" for one, other in combinations(who, 2))
    yield from (f"{one}+{other}" for other in what for one in who)


def mentions(who: Iterable[str], title: str) -> bool:
    """True when one of the names, or its head, stands in a headline: 云栈 for 云栈科技, but not 科技."""
    return any(_mentioned(name, title) for name in who)


def _mentioned(name: str, title: str) -> bool:
    if not any(map(is_han, name)):
        enough = max(2, min(4, (len(name) + 1) // 2))
        called = [word for word in name.split() if word not in _HOUSES_EN] or name.split()
        return any(len(word) >= enough and stands(word, title) for word in called)
    own = name.removeprefix("国家").removeprefix("中国") if len(name) > 3 else name
    own = HOUSES_AT_END.sub("", own) or own
    return own[: max(2, min(4, len(own) - 1))] in title


def _named(words: Words) -> bool:
    """A known name leads the headline, or stands in it and is no office: 北原汽车获欧盟认证 is not about the EU."""
    first = next((known for known in words.known if any(known.ids(*ACTORS))), None)
    if first and (first.start == 0 or (first.start < words.act_at and not any(first.ids("institution")))):
        return True
    return bool(words["entities"]) and not words["institution"]


_about = re.compile("^(?:关于|有关|对于|针对)")


def _actor(left: str, words: Words) -> str:
    """The unknown name at the head: what stands before the first act, place, figure or mark, or ends like a house."""
    stops = [place for place in (*words.stops, left.find(GAP)) if place > 0]
    for start, end, _ in words.places("cities", "countries"):
        left = f"{left[:start]}{GAP * (end - start)}{left[end:]}"
    head = left[: min(stops, default=len(left))].strip(f"{GAP} 省市县区")
    if any(map(is_han, head)):
        head = _about.sub("", head)
        house = _house.match(head)
        return house.group() if house else head[-12:] if len(head) >= 2 else ""
    return " ".join(word for word in re.findall(r"[a-z][a-z\d'.]*", head) if not is_glue(word))[:60]


def _names(title: str, rest: str) -> Iterator[str]:
    """Latin names that are nothing known: all of a Chinese headline's, the capitalised of an English one that is no Title Case."""
    latin = [word for word in re.findall(r"[a-z][a-z\d'.+]*", rest) if len(word) > 1 and not is_known(word)]
    if any(map(is_han, title)):
        yield from latin
        return
    spelled = re.findall(r"[A-Za-z][\w'.]*", title)
    capitals = {normal(word) for word in spelled[1:] if not word.islower()}
    if len(capitals) <= 0.7 * len(spelled):
        yield from (word for word in latin if word in capitals)


def _grams(rest: str) -> Iterator[str]:
    for run in re.findall(r"[a-z][a-z']+|[^\W\d_a-z]+", rest):
        yield from ([_stem(run)] if is_word(run[0]) else (run[i : i + 2] for i in range(len(run) - 1)))


def _stem(word: str) -> str:
    return next((word[: -len(end)] for end in ("ing", "es", "ed", "s") if word.endswith(end) and len(word) - len(end) >= 4), word)


def _matter(title: str, rest: str, act_at: int, things: Iterable[tuple[int, str]]) -> frozenset[str]:
    ends = [0, *(match.end() for match in _clause_end.finditer(title)), len(title)]
    low = max((end for end in ends if end <= act_at), default=0)
    high = min((end for end in ends if end > act_at), default=len(title))
    return frozenset(_grams(rest[low:high])) | {ident for start, ident in things if low <= start < high}
