"""A source's rhythm: when its articles appear, as compact counts that forget slowly. Pure: dates in, counts out.

168 hours of the week and 60 minutes of the hour, in UTC: a source's own nights and weekends show by themselves, whatever its zone.
A feed's first answer already holds its last weeks, so a new source is known from its first poll.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

HOURS = 168  # of a week; hour 0 is Monday 00:00 UTC
HALF_LIFE = timedelta(days=45)  # what was half a year ago counts 6 %
HISTORY = timedelta(days=56)  # how far back a first answer is believed
ARCHIVE = timedelta(days=2)  # a link that is new to us, but this much older than the poll before, is no news
AHEAD = timedelta(minutes=5)  # a site's clock may be ahead of ours
PINNED = 0.1  # share of a first answer's oldest dates left out: one pinned item must not stretch the time observed
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Counts as they stood at `at`, of what appeared after `since`. `skip_hours`: hours (UTC) in which the site asks for no polls."""

    since: datetime
    at: datetime
    hours: tuple[float, ...] = (0.0,) * HOURS
    minutes: tuple[float, ...] = (0.0,) * 60
    skip_hours: tuple[int, ...] = ()


def hour_of_week(moment: datetime) -> int:
    """0 … 167, in UTC."""
    moment = moment.astimezone(UTC)
    return moment.weekday() * 24 + moment.hour


def begin(dates: Sequence[datetime | None], now: datetime) -> Rhythm:
    """What the dates of a first answer tell.

    The oldest date opens the time observed and is itself not counted: n dates have n - 1 gaps between them, and the last is open.
    """
    known = sorted((date for date in dates if date and now - HISTORY < date <= now + AHEAD), reverse=True)
    if len(known) < 2:
        return Rhythm(now, now)
    since = known[round((len(known) - 1) * (1 - PINNED))]
    first = Rhythm(min(since, now), now)
    return _added(first, [(*_span(date, date, now), _left(now - date)) for date in known if date > since])


def learn(old: Rhythm, dates: Sequence[datetime | None], last: datetime, now: datetime) -> Rhythm:
    """With the dates of the links that a poll at `now` found new, the poll before having been at `last`.

    A date is believed where it lies between the two. An article with none, or one that its site has kept back, appeared somewhere in
    between, and counts as much in each hour of it.
    """
    old = sound(old, now)
    last = max(min(last, now), now - _WEEK)
    spans = [(*_span(date, last, now), 1.0) for date in dates if date is None or date > last - ARCHIVE]
    return _added(faded(old, now), spans)


def sound(old: Rhythm, now: datetime) -> Rhythm:
    """The rhythm, or an empty one where it lies in the future: the clock was wrong."""
    if old.since <= now and old.at <= now + _DAY:
        return old
    return Rhythm(now, now, skip_hours=old.skip_hours)


def faded(old: Rhythm, now: datetime) -> Rhythm:
    """The counts as they stand now."""
    left = _left(now - old.at)
    return replace(old, at=now, hours=tuple(n * left for n in old.hours), minutes=tuple(n * left for n in old.minutes))


def _left(age: timedelta) -> float:
    """What is left of a count so old."""
    return float(0.5 ** (max(age, timedelta(0)) / HALF_LIFE))


def _span(date: datetime | None, last: datetime, now: datetime) -> tuple[datetime, datetime]:
    """Between which moments an article appeared; the same twice where that is known."""
    if date is None or date > now + AHEAD:
        return last, now
    if date.hour or date.minute or date.second:  # a date without a time of day reads as midnight
        return (min(date, now),) * 2 if date >= last else (last, now)
    begins, ends = max(date, last), min(date + _DAY, now)
    return (begins, ends) if begins < ends else (last, now)


def _added(rhythm: Rhythm, spans: Iterable[tuple[datetime, datetime, float]]) -> Rhythm:
    """With articles that appeared between two moments (or at one, if they are the same), each with its weight."""
    hours, minutes = list(rhythm.hours), list(rhythm.minutes)
    for begins, ends, weight in spans:
        if begins == ends:
            hours[hour_of_week(begins)] += weight
            minutes[begins.astimezone(UTC).minute] += weight
            continue
        for hour, share in _shares(begins, ends):
            hours[hour] += weight * share
    return replace(rhythm, hours=tuple(hours), minutes=tuple(minutes))


def _shares(begins: datetime, ends: datetime) -> Iterable[tuple[int, float]]:
    """The hours of the week between two moments, each with its part of the whole."""
    begins, whole = begins.astimezone(UTC), ends - begins
    while begins < ends:
        full = begins.replace(minute=0, second=0, microsecond=0) + _HOUR
        yield hour_of_week(begins), (min(full, ends) - begins) / whole
        begins = full


def to_json(rhythm: Rhythm) -> dict[str, Any]:
    """About one kilobyte."""
    return {
        "since": rhythm.since.astimezone(UTC).isoformat(timespec="seconds"),
        "at": rhythm.at.astimezone(UTC).isoformat(timespec="seconds"),
        "hours": [round(n, 3) for n in rhythm.hours],
        "minutes": [round(n, 3) for n in rhythm.minutes],
        "skip_hours": list(rhythm.skip_hours),
    }


def from_json(data: Mapping[str, Any] | None) -> Rhythm | None:
    """The rhythm that was stored, or None where there is none yet."""
    if data is None:
        return None
    since, at = (datetime.fromisoformat(data[key]) for key in ("since", "at"))
    return Rhythm(since, at, tuple(data["hours"]), tuple(data["minutes"]), tuple(data["skip_hours"]))
