"""What ``published:`` may be compared with: a day, a month, a year, a moment, or a time ago."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, tzinfo

from crawler.durations import parse_duration
from crawler.i18n import tr
from storage.rules.ast import Published

_date = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?:T(\d{1,2}):(\d{2}))?)?)?")


def condition(op: str, value: str, zone: tzinfo) -> Published:
    """The condition that ``published:`` + `op` + `value` states. Raises ValueError with a sentence."""
    written = f"published:{'' if op == '=' else op}{value}"
    if (ago := parse_duration(value.removeprefix("-"))) is not None:
        if op == "=":
            raise ValueError(tr("a time ago is compared with > or <, as in published:>=-7d"))
        return Published(written, ago=ago, older=op.startswith("<"))
    low, high = _span(value, zone)
    bounds = {">=": (low, None), ">": (high, None), "<": (None, low), "<=": (None, high), "=": (low, high)}
    return Published(written, *bounds[op])


def _span(value: str, zone: tzinfo) -> tuple[datetime, datetime]:
    """First moment of what `value` names, and the first moment after it."""
    match = _date.fullmatch(value)
    if match is None:
        raise ValueError(tr("{value!r} is no date: write 2026-01-31, 2026-01, 2026, 2026-01-31T08:30 or -7d", value=value))
    year, month, day, hour, minute = (int(part) if part else None for part in match.groups())
    try:
        low = datetime(year or 1, month or 1, day or 1, hour or 0, minute or 0, tzinfo=zone)
        if hour is not None:
            return low, low + timedelta(minutes=1)
        if day is not None:
            return low, low + timedelta(days=1)
        if month is not None:
            return low, (low.replace(day=1) + timedelta(days=32)).replace(day=1)
        return low, low.replace(year=low.year + 1)
    except (ValueError, OverflowError):
        raise ValueError(tr("{value!r} is not in the calendar", value=value)) from None


def ends(node: Published, now: datetime) -> datetime:
    """The first moment that is too late for a condition."""
    if node.ago is not None:
        return now - node.ago if node.older else datetime.max.replace(tzinfo=now.tzinfo)
    return node.high or datetime.max.replace(tzinfo=now.tzinfo)


def holds(node: Published, published: datetime | None, now: datetime | None) -> bool:
    """True when `published` is known and lies where the condition says. A time ago needs `now`."""
    if published is None:
        return False
    if node.ago is not None:
        if now is None:
            return False
        return published < now - node.ago if node.older else published >= now - node.ago
    return (node.low is None or published >= node.low) and (node.high is None or published < node.high)
