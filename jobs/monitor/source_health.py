"""How a source does, and why: one state with a reason, judged by the source's own past. Pure.

Silence is a probability. The pauses between the moments at which a source's articles appeared, counted in its own time (an hour of
the night in which it never posts is short, the hour of its rush is long), follow a Weibull distribution, which is regular or bursty
as the source is. How likely a pause as long as the present one is, given that we know only so many, is then a closed form; the
source is told to be silent when that happens by chance to one source in a thousand in a month.

A drift is a probability too: how likely so many of the last articles have a flaw (no text, no date, not read by the site's own
parser, a text much shorter than usual, another language), given how many of the earlier ones had it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import accumulate, pairwise

from crawler.i18n import tr
from crawler.record import Reason
from crawler.retold import retold
from jobs import pacing
from storage.queue.arrival_rate import HOURS, Rhythm, hour_of_week
from storage.queue.baseline import Habits
from storage.queue.sources import State as Row


class State(StrEnum):
    """How a source does. `family` groups those that are one episode: a site that fails in another way is not told again."""

    NEW = "not polled yet"
    HEALTHY = "healthy"
    LATE = "late"
    SILENT = "silent"
    FROZEN = "frozen"
    FAILING = "failing"
    BLOCKED = "blocked"
    GONE = "gone"
    NEVER = "never worked"
    CHANGED = "changed"
    UNSTABLE = "unstable links"

    @property
    def family(self) -> str:
        """The kind of trouble."""
        return _FAMILIES.get(self, "")


_FAMILIES = {
    State.SILENT: "quiet", State.FROZEN: "quiet", State.CHANGED: "changed", State.UNSTABLE: "links",
    State.FAILING: "down", State.BLOCKED: "down", State.GONE: "down", State.NEVER: "down",
}  # fmt: skip

RENAMED = 3  # answers in a row in which known articles had new addresses
FAILURES = 3  # polls in a row until a failure is told …
FAILING_FOR = timedelta(minutes=30)  # … and it must have lasted so long
UNUSUAL, IMPROBABLE = 0.05, 0.001  # of all sources in a month, so many would be late, or silent, by chance
SHORTEST_SILENCE = timedelta(hours=6)
LONG_WEEKEND = timedelta(days=4)  # a pause up to this is compared with the same hours of earlier weeks, too
LONGER = 1.5  # … than the longest pause known, at least
FEWEST_PAUSES = 4
FEWEST_POLLED = 4  # of the latest polls tell whether the network is there
OLD = timedelta(days=60)  # without known pauses, a newest article of this age means that nobody writes any more
_HOUR, _MONTH = timedelta(hours=1), timedelta(days=30)
_BLOCKS = (Reason.BLOCKED, Reason.RATE_LIMITED, Reason.ROBOTS, Reason.REFUSED_ADDRESS)
# what a network of our own that is down looks like
OF_THE_NETWORK = (Reason.DNS, Reason.CONNECT, Reason.TIMEOUT, Reason.ROBOTS_UNREACHABLE)


@dataclass(frozen=True, slots=True)
class Health:
    """The state of a source and its reason, a sentence. `sure`: it has lasted long enough to be told to somebody."""

    state: State
    reason: str = ""
    sure: bool = True


def judge(row: Row, rhythm: Rhythm | None, habits: Habits, now: datetime, blind_until: datetime | None = None) -> Health:
    """How a source does at `now`. Until `blind_until` nothing could be reached, which was no fault of the source."""
    if row.last_polled_at is None:
        return Health(State.NEW, sure=False)
    if row.fail_count:
        return _failing(row, now, blind_until)
    drift = drift_of(habits)
    quiet = _quiet(row, rhythm, habits, now)
    if quiet.state is not State.HEALTHY and quiet.sure:
        return quiet
    if drift:
        return Health(State.CHANGED, drift)
    return _unstable(habits) if habits.renamed >= RENAMED else quiet


def _unstable(habits: Habits) -> Health:
    told = tr("each is kept once, told by its title and what stays of its address")
    why = tr("its articles have other addresses at every poll ({slot}); {told}", slot=habits.slot, told=told)
    return Health(State.UNSTABLE, why)


def cut_off(rows: Sequence[Row]) -> bool:
    """True when nearly all of the latest polls failed as if nothing could be reached: then it is this machine's network."""
    polled = sorted(((row.last_polled_at, row.name, row) for row in rows if row.last_polled_at), reverse=True)
    latest = [row for _, _, row in polled[: max(FEWEST_POLLED, len(polled) // 4)]]
    lost = sum(row.fail_count > 0 and row.last_outcome in OF_THE_NETWORK for row in latest)
    return len(latest) >= FEWEST_POLLED and lost >= 0.8 * len(latest)


def _failing(row: Row, now: datetime, blind_until: datetime | None) -> Health:
    lasting = row.last_ok_at is None or now - row.last_ok_at >= FAILING_FOR
    seen = row.last_polled_at or now
    blind = row.last_outcome in OF_THE_NETWORK and blind_until is not None and seen <= blind_until
    sure = row.fail_count >= FAILURES and lasting and not blind
    state = _failure(row)
    outcome = row.last_outcome and tr(row.last_outcome) if row.last_outcome != state.value else None
    said = [outcome, row.last_detail and retold(row.last_detail)]
    times = "" if row.fail_count == 1 else tr(", {n} times in a row", n=row.fail_count)
    return Health(state, (tr(": ").join(filter(None, said)) + times).lstrip(",， "), sure)


def _failure(row: Row) -> State:
    if row.last_ok_at is None:
        return State.NEVER
    if row.last_outcome in _BLOCKS:
        return State.BLOCKED
    if row.last_outcome == Reason.GONE:
        return State.GONE
    return State.CHANGED if row.last_outcome in (Reason.UNREADABLE, Reason.KILLED) else State.FAILING


# ---- silence


def _quiet(row: Row, rhythm: Rhythm | None, habits: Habits, now: datetime) -> Health:
    """Only the time up to the last good poll counts: nobody knows what appeared after it."""
    until = min(row.last_ok_at or now, now)
    if habits.latest is None:
        return _nothing_ever(row, habits)
    pause = until - habits.latest
    if pause < SHORTEST_SILENCE:
        return Health(State.HEALTHY)
    chance = chance_of_pause(rhythm, habits.moments, habits.latest, until)
    if chance is None and pause <= OLD:
        return _HEALTHY
    if chance is not None and chance >= IMPROBABLE:
        late = Health(State.LATE, tr("no new article for {pause}, which is unusual", pause=span(pause)), sure=False)
        return late if chance < UNUSUAL else _HEALTHY
    usual = _usual(habits)
    if habits.listed and row.newest_at is not None:
        age = span(until - row.newest_at)
        return Health(State.FROZEN, tr("answers, but its newest article is {age} old{usual}", age=age, usual=usual))
    empty = "" if habits.listed else tr("; its list is empty")
    return Health(State.SILENT, tr("no new article for {pause}{usual}{empty}", pause=span(pause), usual=usual, empty=empty))


_HEALTHY = Health(State.HEALTHY)


def _nothing_ever(row: Row, habits: Habits) -> Health:
    if habits.listed or row.polls < FAILURES:
        return _HEALTHY
    return Health(State.NEVER, tr("answers, but has never listed an article"))


def _usual(habits: Habits) -> str:
    pauses = sorted(after - before for before, after in pairwise(habits.moments))
    return tr("; usually one every {pause}", pause=span(pauses[len(pauses) // 2])) if len(pauses) >= FEWEST_PAUSES else ""


@lru_cache(4096)  # nothing changes between two polls
def chance_of_pause(rhythm: Rhythm | None, moments: tuple[datetime, ...], latest: datetime, until: datetime) -> float | None:
    """How likely it is, at most, that a source has a pause like the present one within a month; None where too few are known.

    `moments`: when its articles appeared; the pause goes from `latest` to `until`.
    """
    if len(moments) <= FEWEST_PAUSES:
        return None
    own = own_time(rhythm, until)
    pauses = [own(after) - own(before) for before, after in pairwise(moments)]
    present = own(until) - own(latest)
    if present <= LONGER * max(pauses):
        return 1.0
    pauses_a_month = max(len(pauses) * (_MONTH / (moments[-1] - moments[0])), 1.0)
    chance = pauses_a_month * _longer_than(present, pauses)
    if rhythm is not None and until - latest < LONG_WEEKEND:
        chance = max(chance, (_MONTH / (until - latest)) * _quiet_hours(rhythm, moments, latest, until))
    return min(chance, 1.0)


def _longer_than(present: float, pauses: Sequence[float]) -> float:
    """P(the next pause is longer than this). Weibull: the pauses to the power of its shape are exponential, with a mean that is known
    only from these pauses, so that their tail is Lomax's."""
    mean, count = sum(pauses) / len(pauses), len(pauses)
    variance = (sum((pause - mean) ** 2 for pause in pauses) + 4 * mean**2) / (count + 3)  # four pauses more that are like chance
    shape = min(max((mean / math.sqrt(variance)) ** 1.086, 0.5), 2.0)  # the usual approximation from mean and deviation
    total = sum(pause**shape for pause in pauses)
    return float((total / (total + present**shape)) ** count)


def _quiet_hours(rhythm: Rhythm, moments: Sequence[datetime], latest: datetime, until: datetime) -> float:
    """P(nothing appears in these hours of the week), given what appeared in them before; 1 where they were not seen yet."""
    seen = pacing.observed(rhythm.since, rhythm.at)
    counted = watched = 0.0
    for hour, part in hours_between(latest, until):
        counted += part * rhythm.hours[hour]
        watched += part * seen[hour]
    if not watched:
        return 1.0
    articles = sum(rhythm.hours) / sum(seen) * ((moments[-1] - moments[0]) / _HOUR)
    batch = max(articles / (len(moments) - 1), 1.0)  # what appears together counts once
    return float((watched / (watched + (until - latest) / _HOUR)) ** (counted / batch))


def hours_between(begins: datetime, ends: datetime) -> Iterator[tuple[int, float]]:
    """The hours of the week from one moment to another, each with its part that lies between them."""
    while begins < ends:
        full = begins.replace(minute=0, second=0, microsecond=0) + _HOUR
        yield hour_of_week(begins), (min(full, ends) - begins) / _HOUR
        begins = full


def own_time(rhythm: Rhythm | None, now: datetime) -> Callable[[datetime], float]:
    """A moment → hours since 1970 in the source's own time, which runs as fast as its articles appear."""
    rates = pacing.rates(rhythm, now) if rhythm else [1.0] * HOURS
    mean = sum(rates) / HOURS
    speed = [rate / mean for rate in rates]
    passed = list(accumulate(speed, initial=0.0))

    def at(moment: datetime) -> float:
        weeks, rest = divmod(moment - _MONDAY, timedelta(weeks=1))
        hour, part = divmod(rest, _HOUR)
        return weeks * HOURS + passed[hour] + speed[hour] * (part / _HOUR)

    return at


_MONDAY = datetime(1970, 1, 5, tzinfo=UTC)
assert hour_of_week(_MONDAY) == 0


# ---- drift

WINDOWS = (5, 10, 20)  # of the latest readings
ENOUGH = 20.0  # readings of the past
BY_CHANCE = 1e-5  # a window is looked at after each article, so chance has many tries
MOSTLY = 0.6  # of a window at least: a flaw that is merely more frequent is no new layout
MUCH_SHORTER = 2.0  # standard deviations of the logarithm
_SAID = {
    "unread": "could not be read",
    "empty": "have no text",
    "undated": "have no date",
    "fallback": "had to be read without the site's own parser",
    "short": "are much shorter than usual",
    "language": "are in another language than usual",
}


def drift_of(habits: Habits) -> str:
    """What the latest articles have in common that earlier ones had not, as a sentence; "" if nothing."""
    past = habits.past
    if past.count < ENOUGH:
        return ""
    usual = max(past.languages, key=lambda name: past.languages[name], default="")
    mean = past.sizes / past.count
    spread = max(math.sqrt(max(past.squares / past.count - mean**2, 0.0)), 0.7)
    odds = {flaw: past.flaws.get(flaw, 0.0) / past.count for flaw in _SAID}
    odds |= {"short": 0.05, "language": 1 - past.languages.get(usual, 0.0) / past.count}
    for window in WINDOWS:
        latest = habits.recent[-window:]
        counts = {flaw: sum(flaw in one.flaws for one in latest) for flaw in _SAID}
        whole = [one for one in latest if "unread" not in one.flaws]
        counts["short"] = sum(one.size < mean - MUCH_SHORTER * spread for one in whole)
        counts["language"] = sum(bool(usual and one.language) and one.language != usual for one in whole)
        for flaw, count in counts.items():
            if len(latest) < window or count < MOSTLY * window:
                continue
            if _at_least(count, window, _at_most(odds[flaw], past.count)) < BY_CHANCE:
                return tr("{count} of its latest {window} articles {flaw}", count=count, window=window, flaw=tr(_SAID[flaw]))
    return ""


def _at_most(share: float, of: float) -> float:
    """A share that was counted among so many, with the benefit of the doubt: two standard errors more."""
    chance = (share * of + 1) / (of + 2)
    return min(chance + 2 * math.sqrt(chance * (1 - chance) / of), 1.0)


def _at_least(count: int, of: int, chance: float) -> float:
    """The binomial tail."""
    return sum(math.comb(of, k) * chance**k * (1 - chance) ** (of - k) for k in range(count, of + 1))


def span(time: timedelta) -> str:
    """``3 days``, ``7 h``, ``40 min``, ``5 s``."""
    if time >= timedelta(days=2):
        return tr("{days} days", days=time.days)
    if time >= timedelta(hours=1):
        return tr("{hours} h", hours=time // timedelta(hours=1))
    if time >= timedelta(minutes=1):
        return tr("{minutes} min", minutes=time // timedelta(minutes=1))
    return tr("{seconds} s", seconds=max(time // timedelta(seconds=1), 0))
