"""`every: adaptive`: polls where articles are expected, as many in all as the budget allows. Pure.

1. A source's rate in each hour of the week: counts over time observed, each finer view held to the coarser one by a Gamma prior
   (the rate → the hour of the day → the day → the hour of the week), so that ten dates are enough to begin with.
2. Polls in proportion to √(weight · rate): of all ways to spend so many polls, that one makes the mean delay the smallest
   (K. C. Sia, J. Cho, H.-K. Cho: Efficient Monitoring Algorithm for Fast News Alerts, IEEE TKDE 19(7), 2007).
3. One factor over all sources makes the sum fit; no source is polled sooner than SHORTEST or later than LONGEST.
4. Where a source posts on the hour or half past, the poll nearest to that minute moves to just after it.
"""

from __future__ import annotations

import math
from bisect import bisect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import accumulate

from storage.queue.arrival_rate import HALF_LIFE, HOURS, Rhythm, faded, hour_of_week, sound

SHORTEST = timedelta(minutes=2)
LONGEST = timedelta(hours=12)
POLLS_A_DAY = 96  # of each adaptive source on average, where no budget is set: as many as with `every: 15m`
SECOND_POLL = timedelta(minutes=15)  # after the first: by then there is a plan that knows what the first one told
SPEND = 0.95  # of the budget is planned; the rest is for busy days
AFTER_MARK = timedelta(seconds=90)  # a feed is written anew some moments after its article
FEWEST, SHARE = 4, 5  # a minute is a mark with so many articles, and so many times the mean of all minutes
PRIOR_COUNT, PRIOR_HOURS = 0.5, 6.0  # of the rate: two a day, believed like six hours of watching
_DAY_PRIOR, _DAYPART_PRIOR, _WEEK_PRIOR = 1.0, 2.0, 6.0  # how many articles each finer view needs to be half believed


@dataclass(frozen=True, slots=True)
class Pace:
    """How one source is to be polled, before the budget is known.

    `wish`: for each hour of the week √(weight · articles an hour). `marks`: minutes of the hour on which it posts. `skip_hours`: hours
    of the day (UTC) in which it wants no polls.
    """

    wish: tuple[float, ...]
    marks: tuple[int, ...] = ()
    skip_hours: tuple[int, ...] = ()


def pace(rhythm: Rhythm | None, now: datetime, weight: float = 1.0) -> Pace:
    """The pace of a source with this rhythm; None for one that was never polled."""
    rhythm = sound(rhythm or Rhythm(now, now), now)
    skipped = rhythm.skip_hours if len(set(rhythm.skip_hours)) < 24 else ()
    return Pace(tuple(math.sqrt(weight * rate) for rate in rates(rhythm, now)), _marks(rhythm.minutes), skipped)


@dataclass(frozen=True, slots=True)
class Plan:
    """The paces of all adaptive sources, the polls per wish that spend what there is to spend, and whose rhythm is known."""

    paces: Mapping[str, Pace]
    by: float
    known: frozenset[str]

    def cadence(self, name: str) -> Callable[[datetime], datetime]:
        """A moment → the next poll of this source after it."""
        if name not in self.known:
            return lambda now: now + SECOND_POLL
        return partial(next_poll, self.paces[name], self.by)

    def delay(self, name: str) -> timedelta | None:
        """How long an article of this source waits for its poll, on average; None for one that is not adaptive."""
        return expected_delay(self.paces[name], self.by) if name in self.paces else None


def plan(
    weights: Mapping[str, float], known: Mapping[str, Rhythm], now: datetime, *, budget: int | None = None, others: float = 0.0
) -> Plan:
    """A plan for the adaptive sources, which are those with a weight. `others`: polls a day of the rest; `known`: rhythms of all."""
    paces = {name: pace(known.get(name), now, weight) for name, weight in weights.items()}
    articles = sum(articles_a_day(one, now) for one in known.values()) if budget is not None else 0.0
    by = factor(paces.values(), polls_to_share(len(paces), budget, articles, others))
    return Plan(paces, by, frozenset(weights.keys() & known.keys()))


def polls_to_share(sources: int, budget: int | None, articles: float, others: float) -> float:
    """Polls a day for the adaptive sources: what the budget leaves after the articles and the polls of other sources."""
    if budget is None:
        return float(POLLS_A_DAY * sources)
    return max(budget * SPEND - articles - others, 0.0)


# ---- 1. the rate in each hour of the week


def rates(rhythm: Rhythm, now: datetime) -> list[float]:
    """Articles an hour, for each hour of the week."""
    counts, seen = faded(rhythm, now).hours, observed(rhythm.since, now)
    rate = (PRIOR_COUNT + sum(counts)) / (PRIOR_HOURS + sum(seen))
    expected = [rate * hours for hours in seen]
    by_day = _ratios(_folded(counts), _folded(expected), 1, _DAY_PRIOR)
    level = [by_day[hour % 24] for hour in range(HOURS)]
    for reach, prior in ((_DAYPART, _DAYPART_PRIOR), (1, _WEEK_PRIOR)):
        expected = [rate * hours * part for hours, part in zip(seen, level, strict=True)]
        level = [part * ratio for part, ratio in zip(level, _ratios(counts, expected, reach, prior), strict=True)]
    return [rate * part for part in level]


_DAYPART = 9  # hours to either side that tell a weekend from a working day


def articles_a_day(rhythm: Rhythm, now: datetime) -> float:
    """How many articles are expected."""
    rhythm = sound(rhythm, now)
    return 24 * (PRIOR_COUNT + sum(faded(rhythm, now).hours)) / (PRIOR_HOURS + sum(observed(rhythm.since, now)))


def observed(since: datetime, now: datetime) -> list[float]:
    """For each hour of the week how often it was observed, older times counting less."""
    passed = max((now - since) / timedelta(hours=1), 0.0)
    hourly = 0.5 ** (timedelta(hours=1) / HALF_LIFE)
    weekly = hourly**HOURS
    seen = [0.0] * HOURS
    last = hour_of_week(now)
    for age in range(min(HOURS, math.ceil(passed))):
        weeks, rest = divmod(passed - age, HOURS)
        times = (1 - weekly**weeks) / (1 - weekly) + weekly**weeks * min(rest, 1.0)
        seen[(last - age) % HOURS] = hourly**age * times
    return seen


def _folded(values: Sequence[float]) -> list[float]:
    return [sum(values[hour::24]) for hour in range(24)]


def _ratios(counts: Sequence[float], expected: Sequence[float], reach: int, prior: float) -> list[float]:
    """Counted to expected, in a ring; each place with its neighbours up to `reach`, the nearer the more."""
    near = _smooth(counts, reach), _smooth(expected, reach)
    return [(prior + count) / (prior + hope) for count, hope in zip(*near, strict=True)]


def _smooth(values: Sequence[float], reach: int) -> list[float]:
    """Sums under a triangle; two running means make one."""
    size, width = len(values), reach + 1
    for first in (0, size - reach):
        sums = list(accumulate([*values, *values][first : first + size + reach], initial=0.0))
        values = [(after - before) / width for before, after in zip(sums, sums[width:], strict=False)]
    return [value * width for value in values]


# ---- 2. and 3. polls, and the one factor that makes them fit

_FEWEST_POLLS, _MAX_POLLS = (timedelta(hours=1) / pause for pause in (LONGEST, SHORTEST))  # an hour


def factor(paces: Iterable[Pace], polls_a_day: float) -> float:
    """Polls per wish with which these sources are polled so often, all together, bounds included."""
    wishes = sorted(wish for one in paces for wish in one.wish)
    sums = list(accumulate(wishes, initial=0.0))
    target = polls_a_day / 24 * HOURS  # a week has so many polls

    def polls(by: float) -> float:
        slow, fast = (bisect(wishes, bound / by) for bound in (_FEWEST_POLLS, _MAX_POLLS))
        return slow * _FEWEST_POLLS + (sums[fast] - sums[slow]) * by + (len(wishes) - fast) * _MAX_POLLS

    low, high = 1e-6, 1e6
    for _ in range(60):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if polls(middle) < target else (low, middle)
    return high


def next_poll(paced: Pace, by: float, now: datetime) -> datetime:
    """When the source is due again: as soon as its polls an hour, added up from now, make one."""
    due = now = now.astimezone(UTC)
    missing = 1.0  # poll
    while True:
        hour_ends = due.replace(minute=0, second=0, microsecond=0) + _HOUR
        density = _density(paced, by, due)
        here = density * ((hour_ends - due) / _HOUR)
        if here >= missing:
            break
        due, missing = hour_ends, missing - here
    return _just_after_a_mark(paced, now, due + missing / density * _HOUR)


_HOUR = timedelta(hours=1)


def _density(paced: Pace, by: float, moment: datetime) -> float:
    """Polls an hour at that moment."""
    if moment.astimezone(UTC).hour in paced.skip_hours:
        return 0.0
    return min(max(by * paced.wish[hour_of_week(moment)], _FEWEST_POLLS), _MAX_POLLS)


def expected_delay(paced: Pace, by: float) -> timedelta:
    """How long an article waits for its poll, on average: half the pause between two polls, at the hours in which articles appear."""
    weight = sum(wish**2 for wish in paced.wish)
    polls = [min(max(by * wish, _FEWEST_POLLS), _MAX_POLLS) for wish in paced.wish]
    return _HOUR * (sum(wish**2 / 2 / each for wish, each in zip(paced.wish, polls, strict=True)) / weight)


# ---- 4. minutes on which a source posts


def _marks(minutes: Sequence[float]) -> tuple[int, ...]:
    least = max(FEWEST, SHARE * sum(minutes) / 60)
    return tuple(minute for minute, count in enumerate(minutes) if count >= least)


def _just_after_a_mark(paced: Pace, now: datetime, due: datetime) -> datetime:
    """`due`, or the moment after a mark to which it is the nearest poll."""
    reach = (due - now) / 2
    hour = due.replace(minute=0, second=0, microsecond=0)
    near = [hour + timedelta(hours=shift, minutes=mark) + AFTER_MARK for mark in paced.marks for shift in (-1, 0, 1)]
    fit = [one for one in near if abs(one - due) <= reach and now + SHORTEST <= one <= now + LONGEST]
    fit = [one for one in fit if one.astimezone(UTC).hour not in paced.skip_hours]
    return min(fit, key=lambda moment: abs(moment - due), default=due)
