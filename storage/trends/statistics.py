"""The statistics behind the trends: intervals, surprise, bursts, and how many stories no source told. Numbers in, numbers out."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import chain, combinations, groupby
from statistics import NormalDist

Z95 = 1.959964
ALMOST = 1 - 1e-9  # sums of many logarithms err in the last places
WIDEST = 1_000_000  # stories: no estimate of a whole is looked for beyond this many times what was seen


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The score interval of a share (Wilson 1927): holds at 0 of n and at small n, where hits ± z·σ does not."""
    if of <= 0:
        return 0.0, 1.0
    share, spread = hits / of, Z95**2 / of
    middle = (share + spread / 2) / (1 + spread)
    half = Z95 / (1 + spread) * math.sqrt(share * (1 - share) / of + spread / (4 * of))
    return max(0.0, middle - half), min(1.0, middle + half)


def surprise(now: int, before: int, ratio: float) -> float:
    """How likely `now` stories or more are, if the rate has not changed: `before` stories were seen in a period 1/ratio times as long.

    The rate has a Gamma(before + ½) posterior (Jeffreys), so the count is negative binomial: the fewer were seen before, the
    wider it is. With `ratio` scaled by how much was monitored, a grown set of sources is no rise.
    """
    shape, p = before + 0.5, 1 / (1 + ratio)
    below, term = 0.0, math.exp(shape * math.log(p))
    for k in range(now):
        below += term
        term *= (shape + k) / (k + 1) * (1 - p)
    return max(0.0, 1 - below)


def discoveries(chances: Mapping[str, float], rate: float) -> set[str]:
    """Those that stand out when so many were looked at: of what is named, a share of `rate` is chance (Benjamini and Hochberg 1995)."""
    ranked = sorted(chances.items(), key=lambda one: one[1])
    last = max((n for n, (_, p) in enumerate(ranked, 1) if p <= rate * n / len(ranked)), default=0)
    return {name for name, _ in ranked[:last]}


def bursts(hits: Sequence[int], of: Sequence[int]) -> list[tuple[int, int]]:
    """Runs of days (first, last) on which a share stands at twice its mean or above (Kleinberg 2003, two states, batches).

    Entering a burst costs ln(days), so a single day must be strong to count. Days on which nothing was seen say nothing.
    """
    total, whole = sum(hits), sum(of)
    if not 0 < total < whole:
        return []
    usual = total / whole
    shares = (usual, min(usual * 2, (1 + usual) / 2))
    enter = math.log(len(hits))
    logs = [(math.log(p), math.log(1 - p)) for p in shares]
    if _gained(hits, of, logs) < enter * ALMOST:
        return []
    costs, ways = (0.0, enter), []
    for r, d in zip(hits, of, strict=True):
        day = [-r * hit - (d - r) * miss for hit, miss in logs]
        from_high, from_low = costs[1] <= costs[0], costs[1] < costs[0] + enter
        costs = (min(costs) + day[0], min(costs[1], costs[0] + enter) + day[1])
        ways.append((int(from_high), int(from_low)))
    state = int(costs[1] < costs[0])
    high = []
    for way in reversed(ways):
        high.append(state)
        state = way[state]
    return list(_runs(high[::-1]))


def _gained(hits: Sequence[int], of: Sequence[int], logs: Sequence[tuple[float, float]]) -> float:
    """What the run of days that the higher share fits best gains by it: less than entering costs is no burst."""
    (hit, miss), (more_hit, more_miss) = logs
    a, b = more_hit - hit - (more_miss - miss), more_miss - miss
    best = run = 0.0
    for r, d in zip(hits, of, strict=True):
        run += r * a + d * b
        if run < 0:
            run = 0.0
        elif run > best:
            best = run
    return best


def _runs(flags: Sequence[int]) -> Iterator[tuple[int, int]]:
    for flag, run in groupby(range(len(flags)), flags.__getitem__):
        if flag:
            places = list(run)
            yield places[0], places[-1]


def lift(both: int, one: int, other: int, whole: int) -> float | None:
    """How many times more often two go together than if they had nothing to do with each other; None where that is not known."""
    return both * whole / (one * other) if one and other else None


# ---- what no source told


@dataclass(frozen=True)
class Estimate:
    """How many stories there were, with a 95 % interval; `trusted` is false where the sources are not independent."""

    seen: int
    total: float
    low: float
    high: float
    trusted: bool
    why: str = ""

    @property
    def missed(self) -> float:
        """How many of them no source told."""
        return self.total - self.seen


def chapman(one: int, other: int, both: int) -> Estimate:
    """From two independent sources (Chapman 1951), with the interval of the logarithm of what was missed (Chao 1987)."""
    seen = one + other - both
    total = (one + 1) * (other + 1) / (both + 1) - 1
    variance = (one + 1) * (other + 1) * (one - both) * (other - both) / ((both + 1) ** 2 * (both + 2))
    missed = total - seen
    if missed <= 0:
        return Estimate(seen, seen, seen, seen, trusted=both > 0)
    factor = math.exp(Z95 * math.sqrt(math.log1p(variance / missed**2)))
    return Estimate(seen, total, seen + missed / factor, seen + missed * factor, trusted=both > 0, why="" if both else "few")


def untold(told_by: Collection[Set[str]]) -> Estimate:
    """From several sources: for each story, who told it in words of their own.

    The log-linear model with main effects only (Fienberg 1972; Darroch 1958): each source tells each story with a chance of its own, and
    they do so independently. The interval is that of the profile likelihood. Where the overlaps refuse independence, the estimate
    is Chao's lower bound (1987) and is not trusted.
    """
    seen = len(told_by)
    counts = Counter(chain.from_iterable(told_by))
    tellings = sum(counts.values())
    if len(counts) < 2 or seen < 10 or tellings < seen * 1.05:
        return Estimate(seen, seen, seen, math.inf, trusted=False, why="few")
    if len(counts) == 2:  # the same model, without its bias where few stories are told by both
        one, other = counts.values()
        return chapman(one, other, tellings - seen)
    reach = Counter(counts.values())  # of many sources several tell as many
    total = _most_likely(seen, reach)
    if _dependent(told_by, counts, total):
        once, twice = (sum(1 for tellers in told_by if len(tellers) == n) for n in (1, 2))
        return Estimate(seen, seen + once * once / (2 * (twice + 1)), seen, math.inf, trusted=False, why="dependent")
    best = _likelihood(total, seen, reach)
    low = _edge(seen, total, lambda n: best - _likelihood(n, seen, reach) > Z95**2 / 2)
    high = _edge(total, seen * float(WIDEST), lambda n: best - _likelihood(n, seen, reach) < Z95**2 / 2)
    return Estimate(seen, total, low, high, trusted=True)


def _likelihood(total: float, seen: int, reach: Mapping[int, int]) -> float:
    """Of a whole of `total` stories, the chances of the sources being at their best: logarithm, up to a constant."""
    said = math.lgamma(total + 1) - math.lgamma(total - seen + 1)
    each = ((n, n * math.log(n / total) + ((total - n) * math.log1p(-n / total) if total > n else 0.0)) for n in reach)
    return said + sum(reach[n] * value for n, value in each)


def _most_likely(seen: int, reach: Mapping[int, int]) -> float:
    """The whole where as many are missed as the sources miss: 1 − seen/N = Π(1 − n/N)."""

    def short(total: float) -> bool:
        return 1 - seen / total < math.prod((1 - n / total) ** times for n, times in reach.items())

    return _edge(float(seen), seen * float(WIDEST), short)


def _edge(low: float, high: float, before: Callable[[float], bool]) -> float:
    """Where `before` turns from true to false."""
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if before(middle) else (low, middle)
    return (low + high) / 2


def _dependent(told_by: Collection[Set[str]], counts: Mapping[str, int], total: float) -> bool:
    """Whether two sources tell more, or less, in common than independent ones would, beyond chance over all pairs."""
    together = Counter(pair for tellers in told_by if len(tellers) > 1 for pair in combinations(sorted(tellers), 2))
    scores = []
    for one, other in combinations(sorted(counts), 2):
        p, q = counts[one] / total, counts[other] / total
        if (expected := total * p * q) >= 1:
            spread = math.sqrt(max(expected * (1 - p) * (1 - q), 1e-9))
            scores.append(abs(together[one, other] - expected) / spread)
    pairs = len(scores)
    return pairs > 0 and 2 * (1 - NormalDist().cdf(max(scores))) * pairs < 0.01
