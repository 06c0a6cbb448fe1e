"""Which entries of a list that is too long are kept: the newest, whatever its order. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from crawler.record import Link


def by_age(dates: Sequence[datetime | None]) -> list[int]:
    """The places of a list's entries, newest first.

    An entry without a date is as old as the one before it. Of entries with one date nobody knows which is the newest, for some
    sites append and some prepend: they come from both ends of the list in turn, its last first.
    """
    alike: dict[float, list[int]] = {}
    age = float("-inf")
    for place, date in enumerate(dates):
        age = date.timestamp() if date else age
        alike.setdefault(age, []).append(place)
    return [place for age in sorted(alike, reverse=True) for place in _from_both_ends(alike[age])]


def kept(dates: Sequence[datetime | None], most: int) -> list[int]:
    """The places of at most `most` entries, in the order of the list."""
    return list(range(len(dates))) if len(dates) <= most else sorted(by_age(dates)[:most])


def last_of(links: Iterable[Link]) -> datetime | None:
    """The newest date of these links."""
    return max((link.published for link in links if link.published), default=None)


def _from_both_ends(places: list[int]) -> list[int]:
    return [places[number // 2] if number % 2 else places[-1 - number // 2] for number in range(len(places))]
