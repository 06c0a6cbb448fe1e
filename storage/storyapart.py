"""What separates two headlines for good, whatever else they share: another version, round, sum, place, stage, subject …"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import timedelta

from storage.storyprint import StoryPrint, mentions

APART = timedelta(days=5)  # an event is told within days; the same words later are another event
_OF_ITS_OWN = frozenset("mini nano lite flash turbo small thinking coder vl omni max ultra".split())
_turned = re.compile("被|遭|驳回|诉讼|against|thrown out|dismiss|sued by|lawsuit")  # then the order of the names says nothing


def separator(one: StoryPrint, other: StoryPrint) -> str | None:
    """The first mark that separates, or None."""
    return next((name for name, separates in _SEPARATORS if separates(one, other)), None)


def disjoint(one: Iterable[object], other: Iterable[object]) -> bool:
    """True when both say something, and nothing the same."""
    first, second = frozenset(one), frozenset(other)
    return bool(first and second) and not first & second


def close(one: float, other: float) -> bool:
    """True for amounts that headlines round to each other: within 2 %."""
    return abs(one - other) <= 0.02 * max(one, other)


def same_version(one: StoryPrint, other: StoryPrint) -> bool:
    """A number in common, of one family; a number that stands alone (文心 5.0) goes with any."""
    return any(
        number == theirs and (family == name or not family or not name)
        for family, number in one.figures.versions
        for name, theirs in other.figures.versions
    )


def _other_version(one: StoryPrint, other: StoryPrint) -> bool:
    """A family that both name with no number in common; or no family in common at all; or other sizes."""
    for family in {family for family, _ in one.figures.versions} & {family for family, _ in other.figures.versions}:
        if disjoint(_of(family, one.figures.versions), _of(family, other.figures.versions)):
            return True
    unlike = bool(one.figures.versions and other.figures.versions) and not same_version(one, other)
    return unlike or disjoint(one.figures.sizes, other.figures.sizes)


def _of(kind: str, pairs: Iterable[tuple[str, str]]) -> set[str]:
    return {value for name, value in pairs if name == kind}


def _other_tier(one: StoryPrint, other: StoryPrint) -> bool:
    """Pro is not Flash; and a small model, or one that thinks, is not its sister, even where that one has no surname."""
    mine, theirs = one.words["tiers"], other.words["tiers"]
    return disjoint(mine, theirs) or bool((mine ^ theirs) & _OF_ITS_OWN)


def _other_amount(name: str) -> Callable[[StoryPrint, StoryPrint], bool]:
    """Both name amounts in one unit (a currency, persons, vehicles …), and none is close to the other's."""

    def separates(one: StoryPrint, other: StoryPrint) -> bool:
        mine, theirs = getattr(one.figures, name), getattr(other.figures, name)
        return any(
            not any(close(a, b) for u, a in mine for v, b in theirs if u == v == unit)
            for unit in {unit for unit, _ in mine} & {unit for unit, _ in theirs}
        )

    return separates


def _other_share(one: StoryPrint, other: StoryPrint) -> bool:
    """Both name shares, and none is the other's, or what it is rounded to: 4348 and 4347.82."""
    mine, theirs = one.figures.percents, other.figures.percents
    return bool(mine and theirs) and not any(
        a == b or ((a % 1 == 0) != (b % 1 == 0) and abs(a - b) <= 0.5) for a in mine for b in theirs
    )


def _other_subject(one: StoryPrint, other: StoryPrint) -> bool:
    """No known name in common; or each with a company of its own; or two unknown names that are not in each other's headline."""
    mine, theirs = one.words, other.words
    if mine["entities"] and theirs["entities"]:
        each = mine["companies"] - theirs["companies"] and theirs["companies"] - mine["companies"]
        return bool(each) or not mine["entities"] & theirs["entities"]
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


def _other_name(one: StoryPrint, other: StoryPrint) -> bool:
    """Each has a name of its own besides the subject's, and none is in the other headline."""
    if one.words["product"] & other.words["product"] or not disjoint(one.names, other.names):
        return False
    return not (mentions(one.names, other.title) or mentions(other.names, one.title))


def _long_after(one: StoryPrint, other: StoryPrint) -> bool:
    return one.published is not None and other.published is not None and abs(one.published - other.published) > APART


def _figure(name: str) -> Callable[[StoryPrint, StoryPrint], bool]:
    return lambda one, other: disjoint(getattr(one.figures, name), getattr(other.figures, name))


def _word(kind: str) -> Callable[[StoryPrint, StoryPrint], bool]:
    return lambda one, other: disjoint(one.words[kind], other.words[kind])


_SEPARATORS: tuple[tuple[str, Callable[[StoryPrint, StoryPrint], bool]], ...] = (
    ("time", _long_after),
    ("version", _other_version),
    ("tier", _other_tier),
    ("round", _figure("rounds")),
    ("period", _figure("periods")),
    ("year", _figure("years")),
    ("date", _figure("dates")),
    ("ordinal", _figure("ordinals")),
    ("sum", _other_amount("money")),
    ("share", _other_share),
    ("count", _other_amount("counts")),
    ("city", _word("cities")),
    ("country", _word("countries")),
    ("role", _word("roles")),
    ("stage", _word("stages")),
    ("turn", lambda one, other: one.words["turns"] != other.words["turns"]),  # delayed, denied, cancelled: both, or neither
    ("subject", _other_subject),
    ("plaintiff", _other_plaintiff),
    ("cause", lambda one, other: one.han == other.han and disjoint(one.cause, other.cause)),
    ("product", _word("product")),
    ("name", _other_name),
    ("act", lambda one, other: disjoint(one.words["act_groups"], other.words["act_groups"])),
)
