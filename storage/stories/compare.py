"""Do two articles tell the same event? By what they name, do, count and date; in Chinese and English alike.

    fingerprint(record)   the marks of an article: who, what act, which product and version, how much, where, which round …
    same_story(a, b)      first what separates (storage/stories/separators.py), then what joins, with a reason
    keys(print)           a few join keys, so that an index finds the candidates

Separators come first and precision before recall: an alert too many costs a glance, one folded into another event's is lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from storage.stories import proof
from storage.stories.fingerprint import StoryPrint, fingerprint, keys, mentions
from storage.stories.marks import Marks
from storage.stories.separators import close, disjoint, same_version, separator
from storage.stories.tokens import Words
from storage.stories.verdict import Kind, Mark, Verdict
from storage.stories.wording import retells

__all__ = ["StoryPrint", "Verdict", "fingerprint", "keys", "likely_same", "same_story"]

ENOUGH = 5.25  # points of one story: who (2), an act (1.5), and something more that is seldom the same by chance (2)
MORE = 0.5  # that are asked for where there is no act and no figure, only words
RARE = 2.5  # points of an act that is not in the news every day
OWN_MATTER = -4.0
RARE_ACTS = frozenset(
    "appoint award ban cancel earnings enact fine fire ipo layoff leak leave outage passed recall reply restructure settle shutdown"
    " succeed sue".split()
)
ONCE = frozenset(("ipo", "restructure", "shutdown"))
WHOLE_ACTS = frozenset(("outage", "layoff"))  # they have no object that could be another


def _kinds(names: str) -> frozenset[Kind]:
    return frozenset(map(Kind, names.split()))


# shared by many stories of one subject
WEAK = _kinds("name city country role period stage")
SURE, SURE_BY_WORDS = 6.0, 7.0  # points of two headlines that are surely one event: with a mark of `_TELLING`, and without one
# two events of one subject seldom share them by chance
_TELLING = _kinds("version name sum valuation round share count date ordinal role turn stage period city country")
_TELLING |= {Kind.TEXT_FIGURES}
# of headlines: whatever the texts say
_FIRM = _kinds(
    "time version tier round period year date ordinal sum valuation count country role plaintiff direction cause correction"
)
_MOVED_ON = _kinds("turn stage")  # a copy whose headline says so has another text, too: 宕机 and 恢复服务
_OF_TEXT = _kinds("version round period ordinal city country role date")
_DONE = _kinds("act turn stage")
_FIGURES = _kinds("sum valuation count name share")
DONE_BY_FIGURES = 6.5  # points that need no act in common beside one of `_FIGURES`
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_IDENTIFIES = _kinds("actor name version wording city country")
_WORDS_ONLY = _kinds("actor wording thing product city country")


def same_story(one: StoryPrint, other: StoryPrint) -> Verdict:
    """The verdict on two articles, with the marks that decided.

    What separates two headlines for good comes first, then what separates their first lines; then all signs of both are weighed. Where
    neither text tells what its headline says (there is none, or a house's own that stands under all its news), only the headlines count.
    """
    apart = separator(one, other)
    if not one.said.read and not other.said.read:
        return _by_headline(one, other, apart)
    if apart in _FIRM:
        return Verdict(False, apart=apart)
    hidden = proof.clash(one, other) or (separator(one.told, other.told) if one.told and other.told else None)
    if hidden in _OF_TEXT | {Kind.YEAR, Kind.CORRECTION, Kind.NAME_QUOTED}:
        return Verdict(False, apart=hidden, where="in the text")
    found = proof.signs(one, other)
    if _of_the_house(one, other, found):
        return _by_headline(one, other, apart)
    score = proof.weigh(found)
    marks = tuple(Mark(kind, points) for kind, points in proof.points(found).items())
    may_repeat = score >= proof.ENOUGH and proof.may_repeat(one, other, found)
    updates = proof.updates(one, other)
    retold = not (may_repeat or updates) and retells(one.worded, other.worded, found)
    same = score >= proof.ENOUGH or retold
    strict = "corrected" in one.said.phases | other.said.phases
    copied = Kind.SAME_TITLE in found or (found.get(Kind.COPY, 0) >= proof.COPY and apart not in _MOVED_ON)
    sure = same and not updates and (copied or apart is None) and proof.proves(found, score, strict=strict)
    return Verdict(same, marks, None, sure, sure or retold or may_repeat)


def likely_same(one: Marks, other: Marks) -> Verdict | None:
    """The verdict on two articles that surely or probably are one story; None of all others, most of them without unpacking and weighing."""
    mine, theirs = one.gist, other.gist
    may_repeat = proof.may_repeat_gist(mine, theirs)
    if not (may_repeat or proof.may_prove(mine, theirs)):
        return None
    verdict = same_story(one.whole, other.whole)
    return verdict if verdict.sure or (may_repeat and verdict.likely) else None


def _of_the_house(one: StoryPrint, other: StoryPrint, found: Mapping[Kind, float]) -> bool:
    """One text under two headlines that each say what happened, of which it tells nothing: what a house is and sells."""
    if one.said.told or other.said.told or not (one.said.read and other.said.read):
        return False
    return found.get(Kind.WORDING, 0.0) >= proof.ALIKE and bool(one.words["acts"] and other.words["acts"])


def _by_headline(one: StoryPrint, other: StoryPrint, apart: Kind | None) -> Verdict:
    if apart:
        return Verdict(False, apart=apart)
    points = {name: value for name, value in _joins(one, other) if value}
    score = round(sum(points.values()), 2)
    enough = ENOUGH + MORE if points.keys() <= _WORDS_ONLY else ENOUGH
    same = score >= enough and bool(points.keys() & _IDENTIFIES)
    telling = bool(points.keys() & _TELLING)
    enough = score >= (SURE if telling else SURE_BY_WORDS) and (telling or _heads_agree(one, other))
    by_figures = score >= DONE_BY_FIGURES and not (one.words["acts"] ^ other.words["acts"]) & WHOLE_ACTS
    done = points.keys() & (_DONE | _FIGURES if by_figures else _DONE)
    sure = same and enough and bool(done) and Kind.OWN_MATTER not in points and _numbers_agree(one, other)
    sure = sure and not (one.said.title_phases ^ other.said.title_phases) & {"corrected", "again", "talks"}
    sure = sure and not proof.filled_anew(one, other)
    return Verdict(same, tuple(Mark(kind, value) for kind, value in points.items()), None, sure, sure)


def _joins(one: StoryPrint, other: StoryPrint) -> Iterator[tuple[Kind, float]]:
    """(mark, points) of all that both have."""
    shared = len(one.words["roots"] & other.words["roots"])
    yield Kind.ACTOR, 2.0 * min(2, shared or _unknown_parties(one, other))
    yield Kind.ACT, _act_points(one.words, other.words)
    figures = dict(_specifics(one, other))
    yield from figures.items()
    if not figures[Kind.VERSION]:
        yield Kind.PRODUCT, min(2.0, len(one.words["product"] & other.words["product"]))
    if one.han == other.han:
        yield Kind.WORDING, 4.5 * _overlap(one.grams | one.things, other.grams | other.things)
    else:
        yield Kind.THING, min(2.0, len(one.things & other.things))
    yield Kind.NOTHING_ELSE, 1.0 * _bare(one, other)
    yield Kind.TEXT_FIGURES, 2.0 * (len(_text_figures(one) & _text_figures(other)) >= 2)
    if _each_has_its_own(one, other) and not _saved(one, other, figures):
        yield Kind.OWN_MATTER, OWN_MATTER


def _specifics(one: StoryPrint, other: StoryPrint) -> Iterator[tuple[Kind, float]]:
    mine, theirs, said, heard = one.figures, other.figures, one.words, other.words
    yield Kind.VERSION, 2.5 * same_version(one, other)
    yield Kind.SIZE, 1.0 * bool(mine.sizes & theirs.sizes)
    yield Kind.NAME, min(4.0, 2.5 * len(one.names & other.names))
    yield Kind.SUM, 3.25 * _shares_money(one, other, "money")
    yield Kind.VALUATION, 2.5 * _shares_money(one, other, "worth")
    yield Kind.ROUND, 2.0 * bool(mine.rounds & theirs.rounds)
    yield Kind.SHARE, 2.0 * bool(mine.percents & other.lead.percents or theirs.percents & one.lead.percents)
    yield Kind.COUNT, _count_points(one, other)
    yield Kind.CITY, 2.0 * bool(said["cities"] & heard["cities"])
    yield Kind.COUNTRY, 2.0 * bool(said["countries"] & heard["countries"] - said["roots"])
    yield Kind.DATE, 2.0 * any(date[-1].isdigit() for date in mine.dates & theirs.dates)  # a day, not only a month
    yield Kind.PERIOD, 1.5 * bool(mine.periods & theirs.periods)
    yield Kind.ORDINAL, 1.5 * bool(mine.ordinals & theirs.ordinals)
    yield Kind.ROLE, 2.0 * bool(said["roles"] & heard["roles"])
    yield Kind.TURN, RARE * bool(said["turns"] & heard["turns"])
    yield Kind.STAGE, 2.0 * bool(said["stages"] & heard["stages"])


def _count_points(one: StoryPrint, other: StoryPrint) -> float:
    """A count in common, of one unit where both name it; a large one tells as much as a sum."""
    loose = one.figures.loose | other.figures.loose
    pairs = [(a, b) for u, a in one.figures.counts for v, b in other.figures.counts if u == v or not (u and v)]
    return max((3.25 if a >= 1000 else 2.5 for a, b in pairs if close(a, b, loose)), default=0.0)


def _act_points(one: Words, other: Words) -> float:
    shared = one["acts"] & other["acts"]
    if shared:
        return RARE if shared & RARE_ACTS else 1.5
    return 1.0 if one["act_groups"] & other["act_groups"] else 0.0


def _unknown_parties(one: StoryPrint, other: StoryPrint) -> int:
    """How many unknown names at the head of one stand in the other headline: none, one, or two different ones."""
    pairs = ((one, other.title), (other, one.title))
    called = [(story.actor, title) for story, title in pairs if story.actor and (one.han == other.han or story.actor.isascii())]
    found = [actor for actor, title in called if mentions((actor,), title)]
    return 2 if len(found) == 2 and found[0][:2] != found[1][:2] else min(1, len(found))


def _shares_money(one: StoryPrint, other: StoryPrint, kind: str) -> bool:
    """A sum (`money`) or valuation (`worth`) of one headline stands in the other's headline or first lines."""
    return any(
        currency == theirs and close(value, amount, one.lead.loose | other.lead.loose)
        for mine, whole in ((getattr(a.figures, kind), getattr(b.lead, kind)) for a, b in ((one, other), (other, one)))
        for currency, value in mine
        for theirs, amount in whole
    )


def _text_figures(story: StoryPrint) -> frozenset[object]:
    """Sums, shares and counts of headline and first lines that are not round: two of them are seldom the same by chance."""
    lead = story.lead
    return lead.money | lead.percents | frozenset(count for count in lead.counts if count[1] % 100)


def _numbers_agree(one: StoryPrint, other: StoryPrint) -> bool:
    """One headline has no number that the other, in the same language and with as many numbers, has not."""
    if one.han != other.han:
        return True  # 30 亿 and $3B are written with other numbers
    few, many = sorted((frozenset(_NUMBER.findall(story.title)) for story in (one, other)), key=len)
    return few <= many


def _heads_agree(one: StoryPrint, other: StoryPrint) -> bool:
    """Not two unknown names at the head that have nothing to do with each other."""
    mine, theirs = one.actor, other.actor
    return not (mine and theirs) or one.han != other.han or mine[:2] == theirs[:2] or mine in theirs or theirs in mine


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of the smaller set's pieces that the other has; very few pieces say less."""
    smaller = min(len(one), len(other))
    return len(one & other) / max(smaller, 3) if smaller else 0.0


# ---- two stories of one subject


def _each_has_its_own(one: StoryPrint, other: StoryPrint) -> bool:
    """The clauses with the act speak of different matters; across languages only what both have a word for is compared."""
    mine, theirs = one.matter | one.figures.sizes, other.matter | other.figures.sizes
    if one.han != other.han:
        mine, theirs = mine & one.things, theirs & other.things
    if disjoint(mine & one.things, theirs & other.things):
        return True
    if len(mine & theirs) > 0.5 * min(len(mine), len(theirs)):
        return False
    return any(own not in other.title for own in mine - theirs) and any(own not in one.title for own in theirs - mine)


def _bare(one: StoryPrint, other: StoryPrint) -> bool:
    """A thing that a house does once in a season, and one headline has nothing more to say than the other."""
    few, many = sorted((one.grams | one.names, other.grams | other.names), key=len)
    shared = one.words["acts"] & other.words["acts"]
    return "outage" in shared or (bool(shared & ONCE) and (one.han != other.han or few <= many))


def _saved(one: StoryPrint, other: StoryPrint, figures: dict[Kind, float]) -> bool:
    """A figure in common outweighs other words: a version only where nothing named differs (one chip, a laptop and a tablet)."""
    if one.words["acts"] & other.words["acts"] & WHOLE_ACTS:
        return True
    weak = WEAK | {Kind.VERSION} if _other_things(one, other) else WEAK
    return any(value for name, value in figures.items() if name not in weak)


def _other_things(one: StoryPrint, other: StoryPrint) -> bool:
    if disjoint(one.matter & one.things, other.matter & other.things):
        return True
    first, second = one.names | one.figures.sizes, other.names | other.figures.sizes
    return bool(first - second) and bool(second - first)
