"""How long: the one grammar of durations (``30s``, ``10m``, ``1h30m``, ``2w``), and what a server asks for in Retry-After. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
MAX_DAYS = 3660  # ten years

_duration = re.compile(r"(?:[0-9]{1,9}(?:\.[0-9]{1,3})?(?:ms|[smhdw])){1,6}")
_part = re.compile(r"([0-9.]+)(ms|[smhdw])")
# also in quotes, with its unit, the first of several
_seconds = re.compile(r"[\"']?([0-9]{1,15}(?:\.[0-9]*)?) ?s?[\"';]*(?:,.*)?")
NEAR = 366 * 86400.0  # seconds from now: a number that names a moment so near is one, since 1970, in seconds or milliseconds


def is_duration(text: str) -> bool:
    """True for what is written as a duration, however long."""
    return _duration.fullmatch(text.strip()) is not None


def parse_duration(text: str) -> timedelta | None:
    """``30s``, ``10m``, ``2h``, ``1d``, ``2w``, ``50ms``, ``1h30m`` → timedelta; None for anything else, and beyond ten years."""
    if not is_duration(text):
        return None
    seconds = sum(float(number) * UNITS[unit] for number, unit in _part.findall(text))
    return timedelta(seconds=seconds) if seconds <= MAX_DAYS * UNITS["d"] else None


def show_duration(value: timedelta) -> str:
    """timedelta → the shortest text that `parse_duration` reads back."""
    rest, parts = round(value.total_seconds() * 1000), []
    for unit in ("d", "h", "m", "s", "ms"):
        count, rest = divmod(rest, round(UNITS[unit] * 1000))
        parts += [f"{count}{unit}"] if count else []
    return "".join(parts) or "0s"


def retry_after(value: str | None, now: datetime) -> float | None:
    """The seconds that a Retry-After header asks for, as a number or as a date in any of HTTP's three forms (RFC 9110 §10.2.3, §5.6.7).

    Negative for a date that is past; None when it says nothing usable. Never raises.
    """
    text = (value or "").strip()[:64]
    if found := _seconds.fullmatch(text):
        number = float(found[1])
        ahead = (each for each in (number - now.timestamp(), number / 1000 - now.timestamp()) if abs(each) < NEAR)
        return next(ahead, number)  # a moment of these days is one, in seconds or milliseconds
    date = http_date(text)
    try:
        return None if date is None else (date - now).total_seconds()
    except OverflowError:
        return None


def http_date(value: str | None) -> datetime | None:
    """A date of HTTP in any of its three forms (RFC 9110 §5.6.7), aware; None for anything else. Never raises."""
    try:
        date = parsedate_to_datetime((value or "").strip()[:64])
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date  # asctime's form and "-0000": dates of HTTP are always GMT
