"""Times of day as pages write them: 15:33:20, 3:05 p.m., 下午3点, 晚上12点, 三点半 (its numeral in digits)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

CLOCK = re.compile(
    r"(?<![0-9:])(凌晨|清晨|早晨|早上|早间|早|晨|上午|中午|下午|午后|傍晚|晚上|晚间|晚|夜里|夜间|深夜|夜|午夜|半夜)? ?([0-2]?[0-9])"
    r"(?: ?[:时点] ?([0-5][0-9]|[0-9](?=分))(?: ?[:分] ?([0-5][0-9]|60)(?:[.,][0-9]+)?)?|(?=点|时| ?[ap]\.?m\b))"
    r"(?:[点时](半|[13]刻|整|钟)?|[分秒])?(?![0-9])(?: ?([ap])\.?m\b\.?|([ap])\b)?",
    re.I | re.A,
)


def time_of(clock: re.Match[str]) -> timedelta | None:
    """The time of day; the first moment of the next for 晚上12点 and 24:00. None for what is none, or two (晚上1点)."""
    part, hour, minute, second, share, half, short = clock.groups()
    hours = _HOURS[(half or short or part or "").lower()](int(hour))
    minutes = {"半": 30, "1刻": 15, "3刻": 45}.get(share or "", int(minute or 0))
    return None if hours is None else timedelta(hours=hours, minutes=minutes, seconds=int(second or 0))


def _plainly(hour: int) -> int | None:
    return hour if hour <= 24 else None


def _small(hour: int) -> int | None:
    return 0 if hour == 12 else _plainly(hour)


def _morning(hour: int) -> int | None:
    return None if hour == 12 else _plainly(hour)


def _noon(hour: int) -> int | None:
    return hour + 12 if hour < 4 else _plainly(hour)


def _afternoon(hour: int) -> int | None:
    return hour + 12 if 0 < hour < 12 else _plainly(hour)


def _night(hour: int) -> int | None:
    return hour + 12 if 4 < hour <= 12 else _plainly(hour) if hour > 12 else None


def _midnight(hour: int) -> int | None:
    return hour if hour < 5 or hour == 23 else None


_HOURS: dict[str, Callable[[int], int | None]] = {
    "": _plainly,
    "a": _small,
    "凌晨": _small,
    "上午": _small,
    "中午": _noon,
    "p": _afternoon,
}
_HOURS |= dict.fromkeys("清晨 早晨 早上 早间 早 晨".split(), _morning) | dict.fromkeys("下午 午后 傍晚".split(), _afternoon)
_HOURS |= dict.fromkeys("晚上 晚间 晚 夜里 夜间 深夜 夜".split(), _night) | dict.fromkeys("午夜 半夜".split(), _midnight)
