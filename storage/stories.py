"""Do two articles tell the same event? By what they name, do, count and date; in Chinese and English alike.

    fingerprint(record)   the marks of an article: who, what act, which product and version, how much, where, which round …
    same_story(a, b)      first what separates (another version, round, amount, place, stage, subject), then what joins, with a reason
    keys(print)           a few join keys: two articles on one event share at least one, so an index finds the candidates

Separators come first: an alert too many costs a glance, an alert that was folded into another event's is lost.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations

from crawler.record import Record
from crawler.text import is_han, is_word, normal
from storage import figures
from storage.figures import GAP, Figures
from storage.storywords import Words, words_of

LEAD = 300  # code points of the text that may complete the headline
APART = timedelta(days=5)  # events are told within days; the same words later are another event
ENOUGH = 5.5  # points that make two headlines one story: who (2), an act (1.5), and one thing more (2)
RARE = 2.5  # points of an act that is not in the news every day
RARE_ACTS = frozenset(
    "passed reply outage layoff leave appoint succeed ipo sue ban recall leak fine settle fire earnings shutdown restructure cancel enact".split()
)
WHOLE_ACTS = frozenset(("outage", "layoff"))  # they have no object that could be another
WEAK = ("name", "city", "country", "role", "period", "stage")  # shared by many stories of one subject
_clause_end = re.compile(r"[,，:;；!?？！。]|\b(?:as|after|amid|over|to power)\b")
_kind_of_house = re.compile("(?:科技|公司|集团|智能|机器人|汽车|银行|医院|大学|半导体|股份|控股|医疗|实验室|研究院|物流|资本)+$")
_house = re.compile(
    ".{2,8}?(?:科技|公司|集团|智能|机器人|汽车|银行|医院|大学|半导体|股份|医疗|实验室|研究院|物流|资本|影业|教育)"
)
_cause = re.compile(r"因(?!为)(.{2,12}?)(?=被|遭|[,，:：]|召回|$)|\b(?:over|due to|because of)\b(.*)")
_turned = re.compile("被|遭|驳回|诉讼|against|thrown out|dismiss|sued by|lawsuit")  # the order of the names says nothing


@dataclass(frozen=True, slots=True)
class StoryPrint:
    """The marks of one article. `lead` are the figures of headline and first lines together: they join, they do not separate."""

    title: str
    words: Words
    figures: Figures
    actor: str
    names: frozenset[str]
    grams: frozenset[str]
    things: frozenset[str]
    matter: frozenset[str]
    cause: frozenset[str]
    lead: Figures
    lead_words: Words
    published: datetime | None = None
    han: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """Same or not, what decided, and the points of what joins (0 when something separates)."""

    same: bool
    reason: str
    score: float = 0.0


def fingerprint(record: Record) -> StoryPrint:
    """The marks of a record, of its headline first. About 0.3 ms."""
    title = normal(record.title).strip()
    found, left = figures.read(title)
    words = words_of(title)
    actor = "" if words.entities else _actor(left, words)
    head = range(left.find(actor), left.find(actor) + len(actor)) if actor else range(0)
    rest = words.mask(left[: head.start] + GAP * len(head) + left[head.stop :] if head and head.start >= 0 else left)
    things = tuple((start, ident) for start, ident in words.matters if start not in head)
    opening = f"{title}\n{normal(record.text[:LEAD])}"
    lead, _ = figures.read(opening)
    return StoryPrint(
        title=title,
        words=words,
        figures=found,
        actor=actor,
        names=frozenset(_names(record.title, rest, words)),
        grams=frozenset(_grams(rest)),
        things=frozenset(ident for _, ident in things),
        matter=_matter(title, rest, words.act_at, things),
        cause=frozenset(gram for match in _cause.finditer(title) for gram in _grams(rest[match.start() + 1 : match.end()])),
        lead=lead,
        lead_words=words_of(opening),
        published=record.published,
        han=any(map(is_han, title)),
    )


def keys(story: StoryPrint) -> tuple[str, ...]:
    """Join keys for an index: a pair of marks each, a name or a pair of characters; at most 32."""
    who = [*sorted(story.words.roots), *sorted(story.words.cities | story.words.countries)]
    who += [f"~{story.actor[:2]}", f"~{story.actor[-4:-2]}"] if story.actor else []
    what = [f"act:{group}" for group in sorted(story.words.act_groups)]
    what += [f"money:{currency}{amount:g}" for currency, amount in sorted(story.lead.money)]
    what += [f"version:{family}{number}" for family, number in sorted(story.figures.versions)]
    what += [f"name:{name}" for name in sorted(story.names)]
    marks = (story.words.stages, story.words.turns, story.words.roles, story.words.things)
    what += [mark for found in marks for mark in sorted(found)]
    what += [f"{number:g}%" for number in sorted(story.figures.percents)]
    pairs = [f"{one}+{other}" for one, other in combinations(who, 2)]
    pairs += [f"{one}+{other}" for one in who for other in what]
    called = sorted(story.names) + ([] if story.han else story.actor.split())
    alone = [f"name:{name}" for name in dict.fromkeys(called)][:4] + [f"~{story.actor[:4]}"] * story.han
    rare = sorted(story.grams, key=lambda gram: (len(gram) < 3, gram))[:4]
    return tuple(dict.fromkeys(alone + [f"gram:{gram}" for gram in rare] + pairs))[:32]


def same_story(one: StoryPrint, other: StoryPrint) -> Verdict:
    """The verdict on two articles, with the mark that decided."""
    apart = next((f"other {why}" for why, separate in _SEPARATORS if separate(one, other)), None)
    if apart:
        return Verdict(False, apart)
    points = [(name, value) for name, value in _joins(one, other) if value]
    score = round(sum(value for _, value in points), 2)
    said = ", ".join(name for name, _ in points) or "nothing in common"
    identified = any(name in ("actor", "name", "version", "wording", "city", "country") for name, _ in points)
    wordy = all(name in ("actor", "wording", "thing", "product", "city", "country") for name, _ in points)
    return Verdict(score >= ENOUGH + wordy and identified, said, score)


# ---- what separates


def _disjoint(one: Iterable[object], other: Iterable[object]) -> bool:
    """Both say something, and nothing the same."""
    first, second = frozenset(one), frozenset(other)
    return bool(first and second) and not first & second


def _other_version(one: StoryPrint, other: StoryPrint) -> bool:
    """A family that both name, with no number in common; or no family in common and one maker."""
    first, second = _families(one.figures.versions), _families(other.figures.versions)
    if any(not numbers & second[family] for family, numbers in first.items() if family in second):
        return True
    unlike = bool(one.figures.versions and other.figures.versions) and not _same_version(one, other)
    return unlike or _disjoint(one.figures.sizes, other.figures.sizes)


def _same_version(one: StoryPrint, other: StoryPrint) -> bool:
    """A number in common, of one family; a number that stands alone (文心 5.0) goes with any."""
    return any(
        number == theirs and (family == name or not family or not name)
        for family, number in one.figures.versions
        for name, theirs in other.figures.versions
    )


def _families(versions: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for family, number in versions:
        found.setdefault(family, set()).add(number)
    return found


def _other_tier(one: StoryPrint, other: StoryPrint) -> bool:
    """Pro is not Flash; and a small model is not its big sister, even where that one has no surname."""
    small = {"mini", "nano", "lite", "flash", "turbo", "small"}
    return _disjoint(one.words.tiers, other.words.tiers) or bool((one.words.tiers ^ other.words.tiers) & small)


def _other_money(one: StoryPrint, other: StoryPrint) -> bool:
    """Both headlines name sums in one currency, and none is the same within 2 %."""
    for currency in {c for c, _ in one.figures.money} & {c for c, _ in other.figures.money}:
        first = [v for c, v in one.figures.money if c == currency]
        second = [v for c, v in other.figures.money if c == currency]
        if not any(_close(a, b) for a in first for b in second):
            return True
    return False


def _close(one: float, other: float) -> bool:
    return abs(one - other) <= 0.02 * max(one, other)


def _other_count(one: StoryPrint, other: StoryPrint) -> bool:
    for unit in {u for u, _ in one.figures.counts} & {u for u, _ in other.figures.counts}:
        first = [v for u, v in one.figures.counts if u == unit]
        second = [v for u, v in other.figures.counts if u == unit]
        if not any(_close(a, b) for a in first for b in second):
            return True
    return False


def _other_actor(one: StoryPrint, other: StoryPrint) -> bool:
    """No entity in common where both have known ones; or two unknown names that are not in each other's headline."""
    if one.words.entities and other.words.entities:
        each = one.words.companies - other.words.companies and other.words.companies - one.words.companies
        return bool(each) or not one.words.entities & other.words.entities
    if one.han != other.han:
        return False
    first, second = _who(one), _who(other)
    return bool(first and second) and not (_mentions(first, other.title) or _mentions(second, one.title))


def _who(story: StoryPrint) -> tuple[str, ...]:
    return (story.actor,) if story.actor else tuple(sorted(story.words.written))


def _mentions(who: tuple[str, ...], title: str) -> bool:
    """A name, or its head, stands in the other headline: 云栈 for 云栈科技, but not 科技."""
    return any(_mentioned(name, title) for name in who)


def _mentioned(name: str, title: str) -> bool:
    if not any(map(is_han, name)):
        enough = max(2, min(4, (len(name) + 1) // 2))
        return any(len(word) >= enough and re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", title) for word in name.split())
    own = _kind_of_house.sub("", name.removeprefix("国家").removeprefix("中国") if len(name) > 3 else name)
    return own[: max(2, min(4, len(own) - 1))] in title


def _other_names(one: StoryPrint, other: StoryPrint) -> bool:
    """Each has a name of its own besides the actor, and none is the same. Names are Latin; across languages that says enough."""
    if one.words.products & other.words.products or not _disjoint(one.names, other.names):
        return False
    return not (_mentions(tuple(one.names), other.title) or _mentions(tuple(other.names), one.title))


def _other_plaintiff(one: StoryPrint, other: StoryPrint) -> bool:
    """Two suits between the same two, begun by either."""
    if "sue" not in one.words.acts & other.words.acts or _turned.search(one.title) or _turned.search(other.title):
        return False
    if one.words.subjects and other.words.subjects:
        return not one.words.subjects & other.words.subjects
    return bool(one.actor and other.actor) and one.actor[:2] != other.actor[:2]


def _other_act(one: StoryPrint, other: StoryPrint) -> bool:
    return _disjoint(one.words.acts, other.words.acts) and not one.words.act_groups & other.words.act_groups


def _long_after(one: StoryPrint, other: StoryPrint) -> bool:
    return bool(one.published and other.published) and abs(one.published - other.published) > APART  # type: ignore[operator]


def _figure(name: str) -> Callable[[StoryPrint, StoryPrint], bool]:
    return lambda one, other: _disjoint(getattr(one.figures, name), getattr(other.figures, name))


def _word(name: str) -> Callable[[StoryPrint, StoryPrint], bool]:
    return lambda one, other: _disjoint(getattr(one.words, name), getattr(other.words, name))


_SEPARATORS: tuple[tuple[str, Callable[[StoryPrint, StoryPrint], bool]], ...] = (
    ("time", _long_after),
    ("version", _other_version),
    ("tier", _other_tier),
    ("round", _figure("rounds")),
    ("period", _figure("periods")),
    ("year", _figure("years")),
    ("date", _figure("dates")),
    ("ordinal", _figure("ordinals")),
    ("sum", _other_money),
    ("share", _figure("percents")),
    ("count", _other_count),
    ("city", _word("cities")),
    ("country", _word("countries")),
    ("role", _word("roles")),
    ("stage", _word("stages")),
    ("turn", lambda one, other: one.words.turns != other.words.turns),
    ("subject", _other_actor),
    ("plaintiff", _other_plaintiff),
    ("cause", lambda one, other: one.han == other.han and _disjoint(one.cause, other.cause)),
    ("product", _word("products")),
    ("name", _other_names),
    ("act", _other_act),
)


# ---- what joins


def _joins(one: StoryPrint, other: StoryPrint) -> Iterator[tuple[str, float]]:
    """(mark, points) of all that both have. Who, what act and one thing more that is seldom the same by chance are enough."""
    shared = one.words.roots & other.words.roots
    unknown = 0 if shared else _unknown_parties(one, other)
    yield "actor", 2.0 * min(2, len(shared)) if shared else 2.0 * unknown
    yield "act", _act_points(one.words, other.words)
    specific = dict(_specifics(one, other))
    yield from specific.items()
    if not specific["version"]:
        yield "product", min(2.0, 1.0 * len(one.words.products & other.words.products))
    if one.han == other.han:
        yield "wording", 4.5 * _overlap(one.grams | one.things, other.grams | other.things)
    else:
        yield "thing", min(2.0, 1.0 * len(one.things & other.things))
    weak = WEAK + (("version",) if _other_things(one, other) else ())
    saved = any(value for name, value in specific.items() if name not in weak)
    if not saved and not one.words.acts & other.words.acts & WHOLE_ACTS and _each_has_its_own(one, other):
        yield "each with a matter of its own", -3.5


def _specifics(one: StoryPrint, other: StoryPrint) -> Iterator[tuple[str, float]]:
    mine, theirs = one.figures, other.figures
    yield "version", 2.5 * _same_version(one, other)
    yield "size", 1.0 * bool(mine.sizes & theirs.sizes)
    yield "name", min(4.0, 2.5 * len(one.names & other.names))
    yield "sum", 2.5 * _shares_money(one, other)
    yield "round", 1.5 * bool(mine.rounds & theirs.rounds)
    yield "share", 2.0 * bool(one.lead.percents & other.lead.percents)
    yield "count", 2.0 * bool(mine.counts & theirs.counts)
    yield "city", 2.0 * bool(one.words.cities & other.words.cities)
    yield "country", 2.0 * bool(one.words.countries & other.words.countries - one.words.roots)
    yield "date", 2.0 * any(date[-1].isdigit() for date in mine.dates & theirs.dates)
    yield "period", 1.5 * bool(mine.periods & theirs.periods)
    yield "ordinal", 1.5 * bool(mine.ordinals & theirs.ordinals)
    yield "role", 2.0 * bool(one.words.roles & other.words.roles)
    yield "turn", RARE * bool(one.words.turns & other.words.turns)
    yield "stage", 2.0 * bool(one.words.stages & other.words.stages)


def _act_points(one: Words, other: Words) -> float:
    """An act that is not in the news every day says more."""
    shared = one.acts & other.acts
    if shared:
        return RARE if shared & RARE_ACTS else 1.5
    return 1.0 if one.act_groups & other.act_groups else 0.0


def _other_things(one: StoryPrint, other: StoryPrint) -> bool:
    """Each names a thing, a size or a name that the other does not: one laptop and one tablet with the same chip."""
    mine, theirs = one.matter & one.things, other.matter & other.things
    if _disjoint(mine, theirs):
        return True
    first, second = one.names | one.figures.sizes, other.names | other.figures.sizes
    return bool(first - second) and bool(second - first)


def _each_has_its_own(one: StoryPrint, other: StoryPrint) -> bool:
    """The clauses with the act speak of different matters; across languages only what both have a word for is compared."""
    mine, theirs = one.matter | one.figures.sizes, other.matter | other.figures.sizes
    if one.han != other.han:
        mine, theirs = mine & one.things, theirs & other.things
    if len(mine & theirs) > 0.5 * min(len(mine), len(theirs)):
        return False
    return all(any(what not in text for what in own) for own, text in ((mine - theirs, other.title), (theirs - mine, one.title)))


def _unknown_parties(one: StoryPrint, other: StoryPrint) -> int:
    """How many unknown names at the head of one stand in the other headline: 0, 1, or 2 other ones; across languages, Latin ones."""
    pairs = ((one, other.title), (other, one.title))
    found = [
        s.actor for s, title in pairs if s.actor and (one.han == other.han or s.actor.isascii()) and _mentions((s.actor,), title)
    ]
    return 2 if len(found) == 2 and found[0][:2] != found[1][:2] else min(1, len(found))


def _shares_money(one: StoryPrint, other: StoryPrint) -> bool:
    """A sum of one headline stands in the other's headline or first lines."""
    return any(
        currency == theirs and _close(value, amount)
        for mine, whole in ((one.figures.money, other.lead.money), (other.figures.money, one.lead.money))
        for currency, value in mine
        for theirs, amount in whole
    )


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of the smaller set's pieces that the other has; of very few pieces, less is said."""
    smaller = min(len(one), len(other))
    return len(one & other) / max(smaller, 3) if smaller else 0.0


# ---- reading a headline


def _actor(left: str, words: Words) -> str:
    """The unknown name at the head of a headline: what stands before the first act, place, figure or mark, or ends like a house."""
    stops = [place for place in (*words.stops, left.find(GAP)) if place > 0]
    for start, end in words.places:
        left = f"{left[:start]}{GAP * (end - start)}{left[end:]}"
    head = left[: min(stops, default=len(left))].strip(f"{GAP} 省市县区")
    if any(map(is_han, head)):
        house = _house.match(head)
        return house.group() if house else head[-12:] if len(head) >= 2 else ""
    return " ".join(word for word in re.findall(r"[a-z][a-z\d'.]*", head) if not words.is_glue(word))[:60]


def _names(title: str, rest: str, words: Words) -> Iterator[str]:
    """Latin names that are no known entity, act, thing or common word: all of a Chinese headline's, the capitalised of an English one."""
    latin = [word for word in re.findall(r"[a-z][a-z\d'.+]*", rest) if len(word) > 1 and not words.is_known(word)]
    if any(map(is_han, title)):
        yield from latin
        return
    spelled = re.findall(r"[A-Za-z][\w'.]*", title)
    capitals = {normal(word) for word in spelled[1:] if word[:1].isupper() or not word.islower()}
    if len(capitals) <= 0.7 * len(spelled):
        yield from (word for word in latin if word in capitals)


def _grams(rest: str) -> Iterator[str]:
    """Pairs of Han and stems of Latin words of what is left of a headline."""
    for run in re.findall(r"[a-z][a-z']+|[^\W\d_a-z]+", rest):
        yield from ([_stem(run)] if is_word(run[0]) else (run[i : i + 2] for i in range(len(run) - 1)))


def _matter(title: str, rest: str, act_at: int, things: Iterable[tuple[int, str]]) -> frozenset[str]:
    """What the clause with the act is about: its things by name, and the grams of its other words."""
    ends = [0, *(match.end() for match in _clause_end.finditer(title)), len(title)]
    low = max((end for end in ends if end <= max(act_at, 0)), default=0)
    high = min((end for end in ends if end > max(act_at, 0)), default=len(title))
    named = {ident for start, ident in things if low <= start < high}
    return frozenset(_grams(rest[low:high])) | named


def _stem(word: str) -> str:
    for ending in ("ing", "es", "ed", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word
