"""Which entries of a list that is too long are kept: the newest, whatever its order. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime


def by_age(dates: Sequence[datetime | None]) -> list[int]:
    """The places of a list's entries, newest first.

    An entry without a date is as old as the one before it. Of entries with one date nobody knows which is the newest, for some
    sites append and some prepend: they come from both ends of the list in turn, its last first.
    """
    filled: list[float] = []
    for date in dates:
        filled.append(date.timestamp() if date else (filled[-1] if filled else float("-inf")))
    alike: dict[float, list[int]] = {}
    for place, date in enumerate(filled):
        alike.setdefault(date, []).append(place)
    return [place for date in sorted(alike, reverse=True) for place in _from_both_ends(alike[date])]


def kept(dates: Sequence[datetime | None], most: int) -> list[int]:
    """The places of at most `most` entries, in the order of the list."""
    return list(range(len(dates))) if len(dates) <= most else sorted(by_age(dates)[:most])


def _from_both_ends(places: list[int]) -> list[int]:
    half = len(places) // 2
    ends = [place for pair in zip(reversed(places[half:]), places, strict=False) for place in pair]
    return ends[: len(places)] + ([places[half]] if len(places) % 2 else [])
