"""How soon are articles seen, at equal numbers of requests? A simulated world with a fixed seed; no network, no clock.

    python benchmarks/polling.py [--seeds 1 2 3] [--minutes 30] [--sigma 1.3] [--marks 0.4]

200 sources post as inhomogeneous Poisson processes: rates are lognormal (median two a day), four groups of time zones, each source with
its own morning and evening and its own weekend. 28 days to learn, 14 measured. Every policy has the same requests a day in all and
the same bounds between two polls; policies that do not keep to a number of their own are scaled until they do.

The world is made up. What it shows is how much of the possible gain is reached, not what the gain will be on real sources.
"""

from __future__ import annotations

import argparse
import math
import random
import statistics
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from jobs import pacing
from jobs.pacing import Pace
from storage.queue import arrival_rate as rhythms
from storage.queue.arrival_rate import HOURS, Rhythm

START = datetime(2026, 9, 7, tzinfo=UTC)  # a Monday
HISTORY, LEARN, MEASURE = 56, 28, 14  # days
DAY = timedelta(days=1)
ZONES = (8, 1, -5, -8)
SHORTEST, LONGEST = (bound / timedelta(minutes=1) for bound in (pacing.SHORTEST, pacing.LONGEST))
Delays = list[float]  # minutes


@dataclass(frozen=True)
class Simulated:
    """One source: the true rate of each hour of the week (articles an hour, UTC) and the moments of its posts."""

    rate: tuple[float, ...]
    posts: tuple[datetime, ...]

    def between(self, begin: datetime, end: datetime) -> tuple[datetime, ...]:
        """The posts after `begin`, up to `end`."""
        return self.posts[bisect_right(self.posts, begin) : bisect_right(self.posts, end)]


def world(seed: int, count: int, sigma: float, marks: float) -> list[Simulated]:
    """The sources. `marks`: the share of posts that appear on the next :00 or :30."""
    rng = random.Random(seed)
    return [_source(rng, math.exp(rng.gauss(math.log(2), sigma)), ZONES[number % 4], marks) for number in range(count)]


def _source(rng: random.Random, a_day: float, zone: int, marks: float) -> Simulated:
    morning, evening = rng.gauss(9.5, 1.5), rng.gauss(16, 2)
    night, weekend = rng.uniform(0.02, 0.15), rng.uniform(0.15, 0.7)
    shape = []
    for hour in range(HOURS):
        local = (hour + zone) % HOURS
        humps = sum(math.exp(-(((local % 24 - peak + 12) % 24 - 12) ** 2) / 2 / 2.2**2) for peak in (morning, evening))
        shape.append((night + humps) * (weekend if local >= 120 else 1))
    rate = tuple(a_day * 7 * part / sum(shape) for part in shape)
    posts = []
    for hour in range(-HISTORY * 24, (LEARN + MEASURE) * 24):
        for _ in range(_poisson(rng, rate[hour % HOURS])):
            minute = rng.random() * 60
            if rng.random() < marks:
                minute = math.ceil(minute / 30) * 30
            posts.append(START + timedelta(hours=hour, minutes=minute))
    return Simulated(rate, tuple(sorted(posts)))


def _poisson(rng: random.Random, mean: float) -> int:
    count, left = 0, rng.expovariate(1)
    while left < mean:
        count, left = count + 1, left + rng.expovariate(1)
    return count


# ---- policies: each gives the delays in the measured days and the number of polls in them


@dataclass(frozen=True)
class Span:
    """The days that count."""

    begin: datetime
    end: datetime


MEASURED = Span(START + LEARN * DAY, START + (LEARN + MEASURE) * DAY)
FIRST_DAYS = Span(START, START + MEASURE * DAY)


@dataclass
class Seen:
    """What a policy achieved."""

    delays: Delays
    polls: int = 0

    def poll(self, one: Simulated, before: datetime, now: datetime, span: Span) -> tuple[datetime, ...]:
        """The posts that a poll finds new; counted if it lies in the span."""
        new = one.between(before, now)
        if span.begin <= now < span.end:
            self.polls += 1
            self.delays += [(now - post) / timedelta(minutes=1) for post in new if post >= span.begin]
        return new


def timed(sources: Sequence[Simulated], span: Span, rng: random.Random, due: Callable[[int, datetime], datetime]) -> Seen:
    """Each source polled when `due(number, now)` says, without learning."""
    seen = Seen([])
    for number, one in enumerate(sources):
        before = span.begin - timedelta(minutes=rng.uniform(0, LONGEST))
        while before < span.end:
            now = due(number, before)
            seen.poll(one, before, now, span)
            before = now
    return seen


def fixed(sources: Sequence[Simulated], minutes: float, rng: random.Random) -> Seen:
    """The same pause for all; the mean of five beginnings, because posts on the half hour meet each poll at the same distance."""
    runs = [timed(sources, MEASURED, rng, lambda _number, now: now + timedelta(minutes=minutes)) for _ in range(5)]
    return Seen([delay for run in runs for delay in run.delays], round(statistics.fmean(run.polls for run in runs)))


def aimd(sources: Sequence[Simulated], polls: float, rng: random.Random) -> Seen:
    """The pause grows by a tenth after a poll without news and shrinks after one with: by that much which gives so many polls, to 1 %."""
    low, high = 0.01, 1.0
    starts = [30 * rng.uniform(0.5, 1.5) for _ in sources]
    for _ in range(14):
        shrink = math.sqrt(low * high)
        seen = _aimd(sources, starts, shrink)
        if abs(seen.polls / polls - 1) < 0.01:
            break
        low, high = (low, shrink) if seen.polls < polls else (shrink, high)
    return seen


def _aimd(sources: Sequence[Simulated], starts: Sequence[float], shrink: float) -> Seen:
    seen = Seen([])
    for one, pause in zip(sources, starts, strict=True):
        before = START
        while before < MEASURED.end:
            now = before + timedelta(minutes=pause)
            pause *= shrink if seen.poll(one, before, now, MEASURED) else 1.1
            pause = min(max(pause, SHORTEST), LONGEST)
            before = now
    return seen


def informed(sources: Sequence[Simulated], a_day: float, rng: random.Random, *, profile: bool, span: Span = MEASURED) -> Seen:
    """√ of the true rate: of each hour, or of the week's mean."""
    paces = []
    for one in sources:
        mean = sum(one.rate) / HOURS
        paces.append(Pace(tuple(math.sqrt(rate if profile else mean) for rate in one.rate)))
    by = pacing.factor(paces, a_day)
    return timed(sources, span, rng, lambda number, now: pacing.next_poll(paces[number], by, now))


def adaptive(sources: Sequence[Simulated], a_day: float, rng: random.Random, *, span: Span = MEASURED, first: int = 20) -> Seen:
    """`every: adaptive` as it runs: begins with the last `first` items of each feed, learns with every poll, plans anew each day."""
    seen = Seen([])
    known = [_feed(one, first) for one in sources]
    before = [START] * len(sources)
    due = [START + timedelta(minutes=rng.uniform(2, 30)) for _ in sources]
    day = START
    while day < span.end:
        paces = [pacing.pace(one, day) for one in known]
        by = pacing.factor(paces, a_day)
        day += DAY
        for number, one in enumerate(sources):
            while due[number] < day:
                now = due[number]
                new = seen.poll(one, before[number], now, span)
                if new:
                    known[number] = rhythms.learn(known[number], new, before[number], now)
                before[number], due[number] = now, pacing.next_poll(paces[number], by, now)
    return seen


def _feed(one: Simulated, items: int) -> Rhythm:
    return rhythms.begin([post for post in one.posts if post <= START][-items:], START)


# ---- the table


def rows(sources: Sequence[Simulated], seed: int, minutes: float) -> dict[str, Seen]:
    """Each policy's result."""
    a_day = len(sources) * 1440 / minutes
    polls = a_day * MEASURE
    return {
        "fixed": fixed(sources, minutes, random.Random(seed)),
        "AIMD x1.1": aimd(sources, polls, random.Random(seed)),
        "sqrt of the true mean rate": informed(sources, a_day, random.Random(seed), profile=False),
        "adaptive": adaptive(sources, a_day, random.Random(seed)),
        "sqrt of the true rate(t): optimum": informed(sources, a_day, random.Random(seed), profile=True),
        "adaptive, first 14 days": adaptive(sources, a_day, random.Random(seed), span=FIRST_DAYS),
        "optimum, first 14 days": informed(sources, a_day, random.Random(seed), profile=True, span=FIRST_DAYS),
    }


def table(runs: Sequence[dict[str, Seen]]) -> str:
    """Markdown: means over the seeds."""
    lines = ["| policy | polls/day | mean min | p95 min | gain on the mean |", "|---|---|---|---|---|"]
    for name in runs[0]:
        seen = [run[name] for run in runs]
        means = [statistics.fmean(one.delays) for one in seen]
        p95 = [statistics.quantiles(one.delays, n=20)[18] for one in seen]
        gains = [statistics.fmean(run["fixed"].delays) / mean for run, mean in zip(runs, means, strict=True)]
        spread = f" ± {statistics.stdev(gains):.2f}" if len(gains) > 1 else ""
        polls = statistics.fmean(one.polls for one in seen) / MEASURE
        mean, slow, gain = map(statistics.fmean, (means, p95, gains))
        lines.append(f"| {name} | {polls:.0f} | {mean:.2f} | {slow:.1f} | {gain:.2f}{spread} |")
    return "\n".join(lines)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--sources", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=30, help="requests: one per source and so many minutes")
    parser.add_argument("--sigma", type=float, default=1.3)
    parser.add_argument("--marks", type=float, default=0.0, help="share of posts on :00 and :30")
    given = parser.parse_args()
    print(table([rows(world(seed, given.sources, given.sigma, given.marks), seed, given.minutes) for seed in given.seeds]))


if __name__ == "__main__":
    main()
