"""What speaks for one event and what against it, weighed: headline and first lines of two articles, in one language or in two.

Each sign has a value between 0 and 4 and a weight; the sum is the score. The weights were fitted on labelled pairs (docs/stories.md), with
pairs drawn at random among them. Some signs are not weighed: whatever else two articles share, they are two events (`clash`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher

from crawler.text import HAN, is_han
from storage.stories.evidence import Amount, Evidence, is_spelling, sounds_in
from storage.stories.fingerprint import HOUSE, HOUSES_AT_END, StoryPrint
from storage.stories.marks import Gist
from storage.stories.separators import disjoint
from storage.stories.tokens import is_glue
from storage.stories.verdict import Kind
from storage.stories.vocabulary import groups_of_acts

ENOUGH, SURE, VERY_SURE = 3.5, 4.5, 5.0  # points of one event; and of one for which an alert may be left out
_WEIGHTS = {
    Kind.AMOUNT: 2.0, Kind.WEEKDAY: 1.5, Kind.PLACE: 1.4, Kind.WORDING: 1.3, Kind.ANCHOR: 1.25, Kind.ROLE: 1.2, Kind.SAME_TITLE: 1.0,
    Kind.TITLE_WORDING: 1.0, Kind.TURN: 1.0, Kind.ACT: 0.9, Kind.SOUND: 0.9, Kind.THING: 0.85, Kind.SMALL_NUMBER: 0.8, Kind.COPY: 0.7,
    Kind.ACTOR: 0.35, Kind.DONE: -0.3, Kind.TITLE_AMOUNT_MISSING: -0.45, Kind.ASKED: -0.5, Kind.OTHER_NAME: -0.5, Kind.OTHER_ACT: -0.55,
    Kind.OTHER_ACTOR: -0.6, Kind.OTHER_PLACE: -0.6, Kind.AGAIN: -0.75, Kind.TALKS: -0.8, Kind.OTHER_AMOUNT: -0.9, Kind.OTHER_HEAD: -0.9,
    Kind.PLANNED: -0.9, Kind.SWAPPED: -0.9, Kind.CORRECTION: -1.0, Kind.ACTOR_MISSING: -1.3, Kind.TEMPLATE: -1.4,
}  # fmt: skip
COPY = 0.75  # of the leads' words, in their order, and none in place of another: a reprint
COPIED = 0.55  # of the shorter lead's pieces: below, no one looks for swaps
LIKE_A_COPY = 0.8  # from here on a word put in or left out changes what is told
LIKE = 0.12  # of the pieces of the one that has fewer: of 313 likely pairs one had less, of others of the same week two fifths
ALIKE = 0.5  # … that may be a house's own words under another headline
_LONGEST_COPY = 300
NEARLY = 0.6  # of each headline, in the other article: the object is the same
_OPPOSITES = tuple(
    tuple(pair.split("/"))
    for pair in (
        "涨/跌 升/降 增/减 买/卖 赢/输 胜/负 盈/亏 多/空 进/出 上/下 有/无 up/down rise/fall rises/falls rose/fell gains/loses gained/lost"
        " 月/日 日/周 月/周 批/拒 加/减 允/禁 monthly/daily daily/weekly monthly/weekly allows/bans lifts/imposes opens/closes begins/ends"
        " profit/loss before/after beats/misses beat/missed wins/loses won/lost approves/rejects approved/rejected buys/sells bought/sold higher/lower above/below"
    ).split()
)
# a place with what it is, known to us or not: 吉林市 is not 长春市, but 上市, 地区 and 市场 are no places
_unit_of_land = re.compile(
    f"[{HAN}]{{2}}(?:省|(?<![上城股超楼都夜入门])市(?![场值民面占])|县|(?<![地社园校小专片战景禁新特郊灾战])区(?![块别分域间]))"
)
_sentence_end = re.compile(r"[。！？!?\n]|\.(?=\s|$)")
_SAYS_LITTLE = frozenset(
    [*"据称说的了于在今昨日天上下午晚间近获悉记者报道表示消息公告杂志", *"said says had has have company according today".split()]
)
_units = re.compile(f"[{HAN}]|[^\\W_{HAN}]+")


def clash(one: StoryPrint, other: StoryPrint) -> Kind | None:
    """What makes two events of them for certain: weekdays, years, places, quoted names or a correction that only one has."""
    a, b = one.said, other.said
    if disjoint(a.days, b.days):
        return Kind.DATE
    if disjoint(*({year for year in x.years if year in x.head} for x in (a, b))):  # texts name years of all that was before
        return Kind.YEAR
    if _places(one) - b.places and _places(other) - a.places:
        return Kind.CITY
    if all(any(unit not in y.form for unit in _unit_of_land.findall(x.head)) for x, y in ((a, b), (b, a))):
        return Kind.CITY
    if ("corrected" in a.title_phases) != ("corrected" in b.title_phases):
        return Kind.CORRECTION
    mine, theirs = ([name for name in x.quoted if name in x.head and name not in y.form] for x, y in ((a, b), (b, a)))
    return Kind.NAME_QUOTED if mine and theirs else None


def weigh(found: Mapping[Kind, float]) -> float:
    """The points of what `signs` found."""
    return round(sum(_WEIGHTS.get(kind, 0.0) * value for kind, value in found.items()), 2)


def likeness(one: StoryPrint, other: StoryPrint) -> float:
    """What two articles have in common, in points, whatever differs: one may take back or put right what the other told."""
    found = signs(one, other)
    return sum(value for value in points(found).values() if value > 0) if Kind.ANCHOR in found else 0.0


def points(found: Mapping[Kind, float]) -> dict[Kind, float]:
    """What each sign adds or takes, the strongest first; those that weigh nothing are left out."""
    weighed = {kind: round(_WEIGHTS.get(kind, 0.0) * value, 2) for kind, value in found.items()}
    return dict(sorted(((kind, value) for kind, value in weighed.items() if value), key=lambda one: -one[1]))


def proves(found: Mapping[Kind, float], score: float, *, strict: bool) -> bool:
    """Enough points, something by name, what is done and to what, and no party, act, place or stage that only one of the two has; if it is
    to be `strict`, as between corrections, which are written alike, no head and no amount either."""
    if score < SURE or found.get(Kind.CORRECTION, 0):
        return False
    if not found.keys() & (_KNOWN if Kind.TRANSLATED in found else _KNOWN | {Kind.AMOUNT}):
        return False
    if Kind.SAME_TITLE in found or found.get(Kind.COPY, 0) >= COPY:
        moved = any(found.get(kind, 0) % 2 for kind in _STAGES)  # the text of one says so, not only its headline
        # a paper's own name may stand in another's place, where the headline says the rest
        most = 1 if found.keys() & _SAYS_WHICH else 0
        swapped = found.get(Kind.SWAPPED, 0) > most
        edited = Kind.EDITED in found and Kind.SAME_TITLE not in found
        return not (moved or swapped or edited or found.keys() & _OTHER_COPY) and found.get(Kind.WORDING, 0) >= COPIED
    if any(found.get(kind, 0) >= 2 for kind in _PHASES.values()):  # the headline of one says so, and the other's does not
        return False
    # no wording to compare: the headline's amount, and a second thing that is seldom the same by chance
    if Kind.TRANSLATED in found:
        second = found.get(Kind.AMOUNT, 0) >= 2 or found.keys() & {Kind.OBJECT_NAME, Kind.WEEKDAY}
        if Kind.TITLE_AMOUNT not in found or not second:
            return False
    if not (found.keys() & _DONE and found.keys() & _OBJECT):
        return False
    if strict or Kind.TRANSLATED in found:
        return not found.keys() & (_OTHER | _OWN_WORDS)
    is_one = Kind.TITLE_AMOUNT in found and Kind.TITLE_ACT in found and bool(found.keys() & {Kind.OBJECT, Kind.OBJECT_NAME})
    others = _OTHER - _BESIDE if score >= VERY_SURE and is_one else _OTHER  # then it may speak of what was before or is to come
    return not found.keys() & others


def may_repeat(one: StoryPrint, other: StoryPrint, found: Mapping[Kind, float]) -> bool:
    """Nobody would take them for two events, though nothing proves that they are one: something by name is in common, and an act or words (lists
    have names and numbers in common); neither has a place, a head or a figure in its headline of its own, and neither corrects or updates the other."""
    told = Kind.ANCHOR in found and (found.keys() & _DONE or found.get(Kind.WORDING, 0.0) >= LIKE)
    return bool(told) and not found.keys() & _ELSEWHERE and not updates(one, other)


def updates(one: StoryPrint, other: StoryPrint) -> bool:
    """Does the headline of just one say that it brings something new."""
    return bool(_update.search(one.title)) != bool(_update.search(other.title))


def may_repeat_gist(one: Gist, other: Gist) -> bool:
    """False for two texts of one language that share fewer words than any two that tell one event."""
    return one.han != other.han or one.share(other) >= LIKE


def may_prove(one: Gist, other: Gist) -> bool:
    """False where no signs can prove it: of two texts that are not worded alike, one has a stage, a party, a place or an act that the other
    has not, or nothing is done in both. Most candidates are refused by that, without unpacking their marks."""
    if not (one.read or other.read) or (one.han == other.han and one.share(other) >= ALIKE):
        return True
    if one.title_phases ^ other.title_phases or (one.phases ^ other.phases) & _FIRM_STAGES or disjoint(one.places, other.places):
        return False
    mine, theirs = one.roots, other.roots
    if one.title_roots - theirs or other.title_roots - mine or (mine - theirs and theirs - mine):
        return False
    groups = (one.title_groups, other.groups), (other.title_groups, one.groups)
    if any(acts and not acts & whole for acts, whole in groups):
        return False
    mine, theirs = (x.title_groups | x.groups for x in (one, other))
    return bool(mine & theirs or one.turns & other.turns)


def signs(one: StoryPrint, other: StoryPrint) -> dict[Kind, float]:
    """The signs that speak, and how strongly. Headlines of one make tell against one event only where each has something of its own."""
    found = {kind: float(value) for kind, value in _signs(one, other) if value}
    if not found.keys() & _DIFFERS:
        found.pop(Kind.TEMPLATE, None)
    return found


def _signs(one: StoryPrint, other: StoryPrint) -> Iterator[tuple[Kind, float]]:
    a, b = one.said, other.said
    yield from _amounts(a, b)
    yield from _who(one, other)
    yield from _what(one, other)
    yield Kind.WEEKDAY, bool(a.days & b.days)
    yield Kind.PLACE, min(2, len(a.places & b.places))
    yield Kind.OTHER_PLACE, disjoint(a.places, b.places)
    for phase, kind in _PHASES.items():
        yield kind, ((phase in a.phases) != (phase in b.phases)) + 2 * ((phase in a.title_phases) != (phase in b.title_phases))
    yield Kind.SAME_TITLE, _plain(one.title) == _plain(other.title)
    if a.han == b.han:
        yield from _wording(a, b, named=bool(one.actor or one.words["roots"]))


_PHASES = {
    "corrected": Kind.CORRECTION, "again": Kind.AGAIN, "talks": Kind.TALKS, "planned": Kind.PLANNED, "asked": Kind.ASKED,
    "done": Kind.DONE, "off": Kind.OFF,
}  # fmt: skip


_OTHER_COPY = frozenset((Kind.OTHER_AMOUNT, Kind.OTHER_HEAD, Kind.OTHER_PLACE))
_DIFFERS = _OTHER_COPY | {Kind.OTHER_NAME, Kind.OTHER_ACTOR, Kind.SWAPPED, *_PHASES.values()}
_STAGES = frozenset((Kind.CORRECTION, Kind.AGAIN, Kind.TALKS, Kind.PLANNED, Kind.ASKED))
_BESIDE = frozenset((Kind.PLANNED, Kind.AGAIN, Kind.TALKS))
_FIRM_STAGES = frozenset(name for name, kind in _PHASES.items() if kind in _STAGES - _BESIDE)
_EVERYDAY = frozenset(
    "release operate use begin start partner found build reach trial open award price market study paper disclose spend deliver upgrade".split()
)  # acts that one headline names and the other takes as told
_KNOWN = frozenset((Kind.ANCHOR, Kind.SAME_TITLE, Kind.COPY))
_DONE = frozenset((Kind.TITLE_ACT, Kind.ACT, Kind.TURN))
_OBJECT = frozenset((Kind.TITLE_AMOUNT, Kind.OBJECT, Kind.OBJECT_NAME, Kind.ROLE))
_SAYS_WHICH = frozenset((Kind.TITLE_AMOUNT, Kind.OBJECT_NAME))
_OTHER = frozenset((
    Kind.OTHER_HEAD, Kind.OTHER_PLACE, Kind.OTHER_NAME, Kind.OTHER_ACTOR, Kind.ACTOR_MISSING, Kind.OTHER_TITLE_AMOUNT, Kind.OTHER_ACT,
    Kind.ACT_MISSING, Kind.NAME_MISSING, Kind.SWAPPED, Kind.EDITED, Kind.TALKS, Kind.PLANNED, Kind.ASKED, Kind.AGAIN, Kind.OFF,
))  # fmt: skip
_ELSEWHERE = frozenset((Kind.CORRECTION, Kind.OTHER_PLACE, Kind.OTHER_HEAD, Kind.TITLE_AMOUNT_MISSING))
# each outlet has a head and figures of its own; a translation is asked for more
_OWN_WORDS = frozenset((Kind.HEAD_MISSING, Kind.OTHER_AMOUNT))


def _amounts(a: Evidence, b: Evidence) -> Iterator[tuple[Kind, float]]:
    mine, theirs = _met(a.amounts, b.amounts), _met(b.amounts, a.amounts)
    told = min(sum(one.telling for one in mine), sum(one.telling for one in theirs))
    yield Kind.AMOUNT, min(2, told)
    heads = _met(a.title_amounts, b.amounts), _met(b.title_amounts, a.amounts)
    yield Kind.TITLE_AMOUNT, any(one.telling for met in heads for one in met)
    yield Kind.SMALL_NUMBER, max(0, min(3, min(len(mine), len(theirs)) - told))
    own = [[one for one in x.amounts if one.telling and one not in met] for x, met in ((a, mine), (b, theirs))]
    yield Kind.OTHER_AMOUNT, min(3, *map(len, own))
    missing = [len(met) < len(x.title_amounts) for met, x in zip(heads, (a, b), strict=True)]
    yield Kind.OTHER_TITLE_AMOUNT, all(missing)
    yield Kind.TITLE_AMOUNT_MISSING, any(missing)


def _met(mine: tuple[Amount, ...], theirs: tuple[Amount, ...]) -> list[Amount]:
    return [one for one in mine if any(one.meets(other) for other in theirs if _near(one.value, other.value))]


def _near(one: float, other: float) -> bool:
    """False for amounts that never meet: most pairs, and this is a tenth of the work."""
    return one * 0.74 <= other and other * 0.74 <= one


def _who(one: StoryPrint, other: StoryPrint) -> Iterator[tuple[Kind, float]]:
    a, b = one.said, other.said
    mine, theirs = a.words["roots"], b.words["roots"]
    yield Kind.ACTOR, min(3, len(mine & theirs))
    yield Kind.OTHER_ACTOR, bool(mine - theirs) and bool(theirs - mine)
    yield Kind.ACTOR_MISSING, bool(one.words["roots"] - theirs) + bool(other.words["roots"] - mine)
    named = [_mentioned(x, y.said) for x, y in ((one, other), (other, one))]
    yield Kind.OTHER_HEAD, all(found is False for found in named)
    yield Kind.HEAD_MISSING, False in named
    heads = [{name: has(name, y) for name in x.title_names} for x, y in ((a, b), (b, a))]
    yield Kind.OBJECT_NAME, len({name for known in heads for name, there in known.items() if there}) >= 2
    latin = ((name, zh) for en, zh in ((a, b), (b, a)) if zh.han for name in en.names)
    yield Kind.SOUND, a.han != b.han and any(sounds_in(name, zh) for name, zh in latin)
    foreign = ((en, zh) for en, zh in ((a, b), (b, a)) if zh.han and not en.han)
    yield Kind.NAME_MISSING, any(is_spelling(name) and not has(name, zh) for en, zh in foreign for name in en.title_names)
    yield Kind.OTHER_NAME, a.han == b.han and all(not all(known.values()) for known in heads)
    yield Kind.ANCHOR, bool(mine & theirs) or any(any(known.values()) for known in heads) or True in named


def has(name: str, said: Evidence) -> bool:
    """A Latin name in a text, spelled or (in a Chinese one) as it sounds."""
    name = name.removesuffix("'s")
    return name in said.latin or (said.han and sounds_in(name, said))


def _mentioned(one: StoryPrint, said: Evidence) -> bool | None:
    """The unknown name at the head of headline or first sentence, in the other article; None where there is none to look for."""
    actor = one.actor or (one.told.actor if one.told else "")
    if not actor:
        return None
    if any(map(is_han, actor)):
        return _named(actor, said.form) if said.han else None
    return any(has(word, said) for word in actor.split()[:2])


def _named(actor: str, form: str) -> bool:
    """A Han name, whole or without what kind of house it is; but 砺算汽车 is not 砺算科技."""
    own = (HOUSES_AT_END.sub("", actor) or actor)[:4]
    kind = actor[len(own) :]
    for match in re.finditer(re.escape(own[:3]), form):
        after = HOUSE.match(form, match.end() if len(own) <= 3 else match.start() + len(own))
        told = after.group() if kind and after and HOUSES_AT_END.search(actor) else ""
        if kind.startswith(told) or told.startswith(kind):
            return True
    return False


def _what(one: StoryPrint, other: StoryPrint) -> Iterator[tuple[Kind, float]]:
    a, b = one.said.words, other.said.words
    yield Kind.ACT, _share(a["act_groups"], b["act_groups"])
    yield Kind.TITLE_ACT, min(2, max(len(one.words["acts"] & b["acts"]), len(other.words["acts"] & a["acts"])))
    groups = (one.words["act_groups"], b["act_groups"]), (other.words["act_groups"], a["act_groups"])
    yield Kind.OTHER_ACT, sum(bool(mine) and not mine & whole for mine, whole in groups)
    alone = [mine - _EVERYDAY for mine in (one.words["acts"], other.words["acts"])]
    groups_of = groups_of_acts()
    acts = [(act, y) for x, y in zip(alone, (b, a), strict=True) for act in x]
    known = (act in y["acts"] or groups_of.get(act, frozenset()) & y["act_groups"] for act, y in acts)
    yield Kind.ACT_MISSING, not all(known)
    yield Kind.THING, min(4, len(a["things"] & b["things"])) / 2 + _share(a["things"], b["things"])
    alike = one.han == other.han and min(_heads(one.said, other.said)) >= NEARLY
    told = one.words["things"] & other.words["things"] or one.figures.versions & other.figures.versions
    yield Kind.OBJECT, bool(told or alike)
    yield Kind.TRANSLATED, one.han != other.han
    yield Kind.ROLE, bool(a["roles"] & b["roles"])
    yield Kind.TURN, bool(a["turns"] & b["turns"])


def filled_anew(one: StoryPrint, other: StoryPrint) -> bool:
    """Whether the texts are one in which names or numbers stand in place of others."""
    a, b = one.said, other.said
    if not (a.read and b.read and a.han == b.han and _share(a.grams, b.grams) >= COPIED):
        return False
    return _swaps(a, b, named=False)[0] > 0


def _wording(a: Evidence, b: Evidence, *, named: bool) -> Iterator[tuple[Kind, float]]:
    heads = _heads(a, b)
    common = _share(a.grams, b.grams)
    yield Kind.WORDING, common
    yield Kind.TITLE_WORDING, max(heads)
    yield Kind.TEMPLATE, min(heads) + _share(a.title_grams, b.title_grams)
    if common >= COPIED:
        swapped, edited, alike = _swaps(a, b, named=named)
        yield Kind.SWAPPED, min(3, swapped)
        yield Kind.EDITED, edited
        yield Kind.COPY, 0.0 if swapped else alike


def _heads(a: Evidence, b: Evidence) -> list[float]:
    """How much of each headline stands in the other article."""
    return [len(x.title_grams & y.grams) / max(1, len(x.title_grams)) for x, y in ((a, b), (b, a))]


def _swaps(a: Evidence, b: Evidence, *, named: bool) -> tuple[int, bool, float]:
    """How often one text has a name or word in place of another's; whether the first sentence tells more or else in its midst (没有收购,
    SAM 4 Audio, who joins whom); and how alike they are. A template is filled anew, a reprint is cut.

    What begins the texts is who acts, where the headline names nobody; else it may be a paper's own name.
    """
    x, y = (_units.findall(said.form.split("\n", 1)[-1])[:_LONGEST_COPY] for said in (a, b))
    x, y = sorted((x, y))  # the matcher's answer depends on the order
    matcher = SequenceMatcher(None, x, y, autojunk=False)
    mine, theirs = f" {' '.join(x)} ", f" {' '.join(y)} "
    count = 0
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag == "replace":
            old, new = x[i:j], y[k:m]
            if _says_else(set(old) - set(y), set(new) - set(x)):
                count += 2
            elif a.han:
                whole = f" {' '.join(old)} " not in theirs and f" {' '.join(new)} " not in mine
                if whole and min(len(old), len(new)) >= 2 and (i + k > 0 or abs(len(old) - len(new)) < 3):
                    count += 1 if named or i + k else 2
            else:
                count += any(f" {w} " not in theirs for w in old) and any(f" {w} " not in mine for w in new)
        elif tag != "equal" and a.han and _is_a_part(part := "".join(x[i:j] or y[k:m])):
            count += 2 * (part not in b.form or part not in a.form)
    return count, _edited(a.han, x, y, matcher, min(map(_first_sentence, (a, b)))), matcher.ratio()


def _edited(han: bool, x: list[str], y: list[str], matcher: SequenceMatcher[str], most: int) -> bool:
    """Whether, among the first `most` units, a word that tells something came in, went or changed its place. What stands before and behind
    all does not count: a paper's name, a place and day. Texts that are less alike are worded anew.
    """
    if matcher.ratio() < LIKE_A_COPY:
        return sorted(x) == sorted(y)
    first, *inner = matcher.get_opcodes()
    inner = [op for op in inner[:-1] if op[0] != "equal" and min(op[1], op[3]) < most] + [first] * (first[0] == "replace")
    units = {unit for _, i, j, k, m in inner for unit in x[i:j] + y[k:m]}
    return any(not (unit in _SAYS_LITTLE or (not han and is_glue(unit))) for unit in units)


def _first_sentence(said: Evidence) -> int:
    """How many units of a text are its first sentence."""
    return len(_units.findall(_sentence_end.split(said.form.split("\n", 1)[-1], maxsplit=1)[0]))


def _says_else(old: set[str], new: set[str]) -> bool:
    """A number in place of another, or the opposite word (涨 and 跌): what a template changes from day to day, and an editor does not."""
    counted = all(any(unit[0].isdigit() for unit in units) for units in (old, new))
    return counted or any((a in old and b in new) or (b in old and a in new) for a, b in _OPPOSITES)


def _is_a_part(told: str) -> bool:
    """What makes a house another one within it: 第三医院 behind 北京大学. 科技有限公司 is only the rest of a name."""
    return (
        len(told) <= 8 and HOUSES_AT_END.search(told) is not None and HOUSES_AT_END.sub("", told) not in ("", "有限", "股份有限")
    )


def _places(story: StoryPrint) -> frozenset[str]:
    return story.words["cities"] | story.words["countries"]


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(1, min(len(one), len(other)))


_update = re.compile(r"^\W*(?:更新|最新进展|updated?)\b\W|(?:更新|最新进展|\bupdate)[:：]|^\W*(?:更新|最新进展)\W", re.IGNORECASE)
_label = re.compile(r"^(?:【[^】]*】|\[[^\]]*\]|快讯[:：]|\w+: )")


def _plain(title: str) -> str:
    return re.sub(r"[\W_]", "", _label.sub("", title))
