"""What separates two headlines for good, whatever else they share: another version, round, sum, place, stage, subject …"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from storage.stories.fingerprint import StoryPrint, mentions
from storage.stories.verdict import Kind
from storage.stories.vocabulary import ACTORS, groups_of_acts

APART = timedelta(days=5)  # an event is told within days; the same words later are another event
_OF_ITS_OWN = frozenset("mini nano lite flash turbo small thinking coder vl omni max ultra".split())
# M5 is not M5 Pro
_suffix = re.compile(
    r"\d(?:gen|代)? ?(pro|max|ultra|plus|air|codex|coder|vl|omni|thinking|fast|se|edge)(?![a-z])|\d(?:至尊版|青春版|极速版)"
)
_OFFICIAL = frozenset("probe fine recall".split())  # acts that answer another act: a deal, and the inquiry into it
_begun, _done = re.compile("启动|开启|开工|动工|breaks ground|begins|starts"), re.compile("完成|竣工|建成|落幕|completes")
_clause = re.compile("[,，:：;；!！?？]")
_DIRECTED = frozenset("acquire appoint invest license sell sue supply".split())  # acts from one to another
_by = re.compile(
    "被|遭|获|由|向|加盟|加入|出任|\\b(?:by|from|joins?|leaves)\\b"
)  # the order of the names says who acts only beside another such
_measure = re.compile("(?P<month>月活|月度|月均|monthly)|(?P<week>周活|每周|周均|weekly)|(?P<day>日活|每日|日均|daily)")
_turned = re.compile("被|遭|驳回|诉讼|against|thrown out|dismiss|sued by|lawsuit")  # then the order of the names says nothing


def separator(one: StoryPrint, other: StoryPrint) -> Kind | None:
    """The first mark that separates, or None."""
    return next((name for name, separates in _SEPARATORS if separates(one, other)), None)


def disjoint(one: Iterable[object], other: Iterable[object]) -> bool:
    """True when both say something, and nothing the same."""
    first, second = frozenset(one), frozenset(other)
    return bool(first and second) and not first & second


def close(one: float, other: float, loose: frozenset[float] = frozenset()) -> bool:
    """True for amounts that headlines round to each other: within 2 %, or within a fifth of one that is told as a bound (近, 超, up to).

    Small ones are not rounded, and may be names: 昇腾 950 and 960.
    """
    larger = max(one, other)
    share = 0.2 if one in loose or other in loose else 0.02 if larger >= 5000 else 0.004
    return abs(one - other) <= share * larger


def long_after(one: datetime | None, other: datetime | None) -> bool:
    """True for two days of publication that no one event has."""
    return one is not None and other is not None and abs(one - other) > APART


def same_version(one: StoryPrint, other: StoryPrint) -> bool:
    """A number in common, of one family; a number that stands alone (文心 5.0) goes with any."""
    return any(
        number == theirs and (family == name or not family or not name)
        for family, number in one.figures.versions
        for name, theirs in other.figures.versions
    )


def _other_version(one: StoryPrint, other: StoryPrint) -> bool:
    """A family that both name with no number in common; or no family in common at all; or other sizes."""
    mine, theirs = one.figures.versions, other.figures.versions
    for family in {family for family, _ in mine} & {family for family, _ in theirs}:
        if not any(pair[0] == family for pair in mine & theirs):
            return True
    unlike = bool(mine and theirs) and not same_version(one, other)
    return unlike or disjoint(one.figures.sizes, other.figures.sizes)


def _other_tier(one: StoryPrint, other: StoryPrint) -> bool:
    """Pro is not Flash; and a small model, or one that thinks, is not its sister, even where that one has no surname."""
    mine, theirs = one.words["tiers"], other.words["tiers"]
    if disjoint(mine, theirs):
        return True
    if any(not (story.figures.versions or story.figures.sizes or story.words["tiers"]) for story in (one, other)):
        return False  # one does not say which model it speaks of
    with_suffix = [_suffix.search(story.title) is not None for story in (one, other)]
    return bool((mine ^ theirs) & _OF_ITS_OWN) or (same_version(one, other) and with_suffix[0] != with_suffix[1])


def _other_amount(name: str) -> Callable[[StoryPrint, StoryPrint], bool]:
    """Both name amounts in one unit (a currency, persons, vehicles …), and none is close to the other's."""

    def separates(one: StoryPrint, other: StoryPrint) -> bool:
        mine, theirs = getattr(one.figures, name), getattr(other.figures, name)
        return any(
            not any(close(a, b, one.figures.loose | other.figures.loose) for u, a in mine for v, b in theirs if u == v == unit)
            for unit in {unit for unit, _ in mine} & {unit for unit, _ in theirs}
        )

    return separates


def _other_share(one: StoryPrint, other: StoryPrint) -> bool:
    """Both name shares, and none is the other's, or what it is rounded to: 4348 and 4347.82."""
    mine, theirs = one.figures.percents, other.figures.percents
    pairs = ((a, b) for a in mine for b in theirs)
    alike = any(a == b or ((a % 1 == 0) != (b % 1 == 0) and abs(a - b) <= 0.5) for a, b in pairs)
    return bool(mine and theirs) and not alike


def _other_subject(one: StoryPrint, other: StoryPrint) -> bool:
    """No known name in common; or each with a company of its own; or two unknown names that are not in each other's headline."""
    mine, theirs = one.words, other.words
    if mine["entities"] and theirs["entities"]:
        each = mine["companies"] - theirs["companies"] and theirs["companies"] - mine["companies"]
        if each or not mine["entities"] & theirs["entities"]:
            return True
        if not (one.actor and other.actor):
            return False
    if one.han != other.han:
        return False
    first, second = _who(one), _who(other)
    return bool(first and second) and not (mentions(first, other.title) or mentions(second, one.title))


def _who(story: StoryPrint) -> tuple[str, ...]:
    return (story.actor,) if story.actor else story.words.written


def _other_plaintiff(one: StoryPrint, other: StoryPrint) -> bool:
    """Two suits between the same two, begun by either."""
    if "sue" not in one.words["acts"] & other.words["acts"] or _turned.search(one.title) or _turned.search(other.title):
        return False
    if one.words["subjects"] and other.words["subjects"]:
        return not one.words["subjects"] & other.words["subjects"]
    return bool(one.actor and other.actor) and one.actor[:2] != other.actor[:2]


def _other_direction(one: StoryPrint, other: StoryPrint) -> bool:
    """Who buys, sues or hires in one is what the other buys, sues or hires."""
    turned = [_by.findall(story.title)[:1] for story in (one, other)]
    if not one.words["acts"] & other.words["acts"] & _DIRECTED or turned[0] != turned[1]:
        return False
    return any(a.words["subjects"] & _objects(b) - _objects(a) for a, b in ((one, other), (other, one)))


def _objects(story: StoryPrint) -> set[str]:
    """The known actors behind the act, in its clause, where somebody stands before it."""
    end = _clause.search(story.title, story.words.act_at)
    clause = range(story.words.act_at, end.start() if end else len(story.title))
    named = {ident for start, _, ident in story.words.places(*ACTORS) if start in clause}
    return named - story.words["subjects"] if clause.start > 1 else set()


def _other_measure(one: StoryPrint, other: StoryPrint) -> bool:
    """A count by the month, and one by the week or day."""
    return disjoint(*({found.lastgroup for found in _measure.finditer(story.title)} for story in (one, other)))


def _other_name(one: StoryPrint, other: StoryPrint) -> bool:
    """Each has a name of its own besides the subject's, and none is in the other headline."""
    if one.words["product"] & other.words["product"] or not disjoint(one.names, other.names):
        return False
    return not (mentions(one.names, other.title) or mentions(other.names, one.title))


def _other_turn(one: StoryPrint, other: StoryPrint) -> bool:
    """Delayed, denied, cancelled: both, or neither. What is allowed may be resumed."""
    allowed = "license" in one.words["acts"] | other.words["acts"]
    return bool((one.words["turns"] ^ other.words["turns"]) - ({"resume"} if allowed else set()))


def _other_end(one: StoryPrint, other: StoryPrint) -> bool:
    """One begins what the other completes."""
    done = [_done.search(story.title) is not None for story in (one, other)]
    return done[0] != done[1] and _begun.search((other if done[0] else one).title) is not None


def _other_act(one: StoryPrint, other: StoryPrint) -> bool:
    """No act in common; but who gives whom how much tells as much, however it is called."""
    for a, b in ((one.words, other.words), (other.words, one.words)):
        if any(not groups_of_acts().get(act, frozenset((act,))) & b["act_groups"] for act in a["acts"] & _OFFICIAL):
            return True
    parties = one.words["roots"] & other.words["roots"]
    if len(parties) > 1 and any(u == v and close(a, b) for u, a in one.figures.money for v, b in other.figures.money):
        return False
    return disjoint(one.words["act_groups"], other.words["act_groups"])


def _figure(name: str) -> Callable[[StoryPrint, StoryPrint], bool]:
    return lambda one, other: disjoint(getattr(one.figures, name), getattr(other.figures, name))


def _word(kind: str) -> Callable[[StoryPrint, StoryPrint], bool]:
    return lambda one, other: disjoint(one.words[kind], other.words[kind])


_SEPARATORS: tuple[tuple[Kind, Callable[[StoryPrint, StoryPrint], bool]], ...] = (
    (Kind.TIME, lambda one, other: long_after(one.published, other.published)),
    (Kind.VERSION, _other_version),
    (Kind.TIER, _other_tier),
    (Kind.ROUND, _figure("rounds")),
    (Kind.PERIOD, _figure("periods")),
    (Kind.YEAR, _figure("years")),
    (Kind.DATE, _figure("dates")),
    (Kind.ORDINAL, _figure("ordinals")),
    (Kind.SUM, _other_amount("money")),
    (Kind.VALUATION, _other_amount("worth")),
    (Kind.SHARE, _other_share),
    (Kind.COUNT, _other_amount("counts")),
    (Kind.COUNT, _other_measure),
    (Kind.CITY, _word("cities")),
    (Kind.COUNTRY, _word("countries")),
    (Kind.ROLE, _word("roles")),
    (Kind.STAGE, _word("stages")),
    (Kind.STAGE, _other_end),
    (Kind.TURN, _other_turn),
    (Kind.SUBJECT, _other_subject),
    (Kind.PLAINTIFF, _other_plaintiff),
    (Kind.DIRECTION, _other_direction),
    (Kind.CAUSE, lambda one, other: one.han == other.han and disjoint(one.cause, other.cause)),
    (Kind.PRODUCT, _word("product")),
    (Kind.NAME, _other_name),
    (Kind.ACT, _other_act),
)
