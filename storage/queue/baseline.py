"""What a source is like when all is well: when its articles appear, and how well they can be read. Pure and compact.

The last moments at which articles appeared give the pauses that are usual for it. Of its last readings each is kept; what is older
is counted, and forgotten slowly. What is unusual is then decided against the source's own past (`jobs.monitor.source_health`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from crawler.record import Record
from storage.queue.arrival_rate import AHEAD, ARCHIVE

MOMENTS = 64  # kept of the last ones
# articles closer together are one moment: a source that posts in batches has pauses between batches
APART = timedelta(minutes=30)
RECENT = 20  # readings kept one by one
MEMORY = 300.0  # articles that the past holds at most; a new way of writing becomes the usual one within some hundred
SHORT_ANSWER = 0.7  # of the usual bytes; what is shorter may be cut, and is asked for whole again
SHRINKS = 0.95  # what a shorter answer leaves of the usual bytes
SHORT = 40  # code points; less is no article's text
FLAWS = ("unread", "empty", "undated", "fallback")
_LETTERS = dict(zip(FLAWS, "redf", strict=True))  # as they are stored
_FALLBACKS = ("parser-fallback", "text-from-source")


@dataclass(frozen=True, slots=True)
class Reading:
    """How reading one article went: what is wrong with it, how long its text is (log2 of code points), its language."""

    flaws: tuple[str, ...] = ()
    size: float = 0.0
    language: str = ""


@dataclass(frozen=True, slots=True)
class Past:
    """Readings that are no longer recent: how many (fading), how many of them with each flaw and language, and the sum and
    sum of squares of their sizes."""

    count: float = 0.0
    flaws: Mapping[str, float] = field(default_factory=dict)
    languages: Mapping[str, float] = field(default_factory=dict)
    sizes: float = 0.0
    squares: float = 0.0


@dataclass(frozen=True, slots=True)
class Habits:
    """`moments` are at least APART, oldest first; `latest` is the last of all. `listed` counts the links of its latest answer, `size` is
    how many bytes are usual. `renamed`: in so many answers in a row its articles had other addresses than before, by `slot`."""

    moments: tuple[datetime, ...] = ()
    latest: datetime | None = None
    listed: int = 0
    recent: tuple[Reading, ...] = ()
    past: Past = Past()
    size: int = 0
    renamed: int = 0
    slot: str = ""

    def is_short(self, size: int) -> bool:
        """True for an answer that is much shorter than usual: it may have been cut."""
        return 0 < size < self.size * SHORT_ANSWER


# ---- when articles appear


def polled(old: Habits, listed: int, dates: Sequence[datetime | None], last: datetime | None, now: datetime) -> Habits:
    """With a poll at `now`, the good one before having been at `last` (None: this is the first).

    `dates` are those of the new links; of a first poll, of all links. An article whose date lies before the last poll appeared between
    the two polls, except when it is so much older that it comes from an archive.
    """
    appeared = (_appeared(date, last, now) for date in dates)
    moments = sorted(moment for moment in appeared if moment)
    if not moments:
        return replace(old, listed=listed)
    latest = max(moments[-1], old.latest or moments[-1])
    return replace(old, listed=listed, latest=latest, moments=_thinned([*old.moments, *moments]))


def answered(old: Habits, size: int, unstable: str | None) -> Habits:
    """With an answer of so many bytes, in which known articles had other addresses (`unstable`: by what) or not.

    A list that has become shorter for good is the usual one after some answers.
    """
    renamed = min(old.renamed + 1, 1000) if unstable else 0 if old.listed else old.renamed
    return replace(old, size=max(size, int(old.size * SHRINKS)), renamed=renamed, slot=(unstable or old.slot) if renamed else "")


def _appeared(date: datetime | None, last: datetime | None, now: datetime) -> datetime | None:
    if date is None or date > now + AHEAD:
        return None if last is None else now  # a first answer tells nothing of when its undated articles appeared
    if last is None or date >= last:
        return min(date, now)
    return now if date > last - ARCHIVE else None


def _thinned(moments: Iterable[datetime]) -> tuple[datetime, ...]:
    kept: list[datetime] = []
    for moment in sorted(moments):
        if not kept or moment - kept[-1] >= APART:
            kept.append(moment)
    return tuple(kept[-MOMENTS:])


# ---- how well they can be read


def reading_of(record: Record) -> Reading:
    """What is to be said of a record that was read."""
    fallback = any(fact.kind == "reading" and fact.value in _FALLBACKS for fact in record.facts)
    wrong = {"empty": len(record.text) < SHORT, "undated": record.published is None, "fallback": fallback}
    flaws = tuple(flaw for flaw, present in wrong.items() if present)
    language = (record.language or "").partition("-")[0]
    return Reading(flaws, round(math.log2(max(len(record.text), 1)), 2), language)


UNREAD = Reading(("unread",))


def read(old: Habits, reading: Reading) -> Habits:
    """With one more article."""
    recent = (*old.recent, reading)
    past = old.past
    for gone in recent[:-RECENT]:
        past = _remembered(past, gone)
    return replace(old, recent=recent[-RECENT:], past=past)


def _remembered(past: Past, gone: Reading) -> Past:
    left = min(1.0, (MEMORY - 1) / past.count) if past.count else 1.0
    flaws = {flaw: past.flaws.get(flaw, 0.0) * left + (flaw in gone.flaws) for flaw in FLAWS}
    languages = {name: count * left for name, count in past.languages.items() if count * left > 0.1}
    languages[gone.language] = languages.get(gone.language, 0.0) + 1
    return Past(past.count * left + 1, flaws, languages, past.sizes * left + gone.size, past.squares * left + gone.size**2)


# ---- as JSON


def to_json(habits: Habits) -> dict[str, Any]:
    """About one kilobyte."""
    past = habits.past
    return {
        "moments": [_minutes(moment) for moment in habits.moments],
        "latest": _minutes(habits.latest) if habits.latest else None,
        "listed": habits.listed,
        "size": habits.size,
        "renamed": [habits.renamed, habits.slot],
        "recent": [["".join(_LETTERS[flaw] for flaw in one.flaws), one.size, one.language] for one in habits.recent],
        "past": [
            round(past.count, 2),
            {name: round(count, 2) for name, count in past.flaws.items() if count},
            {name: round(count, 2) for name, count in past.languages.items()},
            round(past.sizes, 2),
            round(past.squares, 2),
        ],
    }


def from_json(data: Mapping[str, Any] | None) -> Habits:
    """The habits that were stored; a source without any has none yet."""
    if data is None:
        return Habits()
    count, flaws, languages, sizes, squares = data["past"]
    return Habits(
        moments=tuple(_moment(minutes) for minutes in data["moments"]),
        latest=_moment(data["latest"]) if data["latest"] is not None else None,
        listed=data["listed"],
        recent=tuple(Reading(_flaws(short), size, language) for short, size, language in data["recent"]),
        past=Past(count, flaws, languages, sizes, squares),
        size=data.get("size", 0),
        renamed=data.get("renamed", (0, ""))[0],
        slot=data.get("renamed", (0, ""))[1],
    )


def _minutes(moment: datetime) -> int:
    return int(moment.timestamp() // 60)


def _moment(minutes: int) -> datetime:
    return datetime.fromtimestamp(minutes * 60, UTC)


def _flaws(short: str) -> tuple[str, ...]:
    return tuple(flaw for flaw, letter in _LETTERS.items() if letter in short)
