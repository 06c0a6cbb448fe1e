"""The times inside config.yaml: durations, cadences, quiet hours, digests. Pure.

Each `parse_…` takes what YAML gave and returns a value, or raises ValueError with a sentence for the person who wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any

from apscheduler.triggers.cron import CronTrigger

from crawler import durations
from crawler.i18n import plural, tr
from jobs.safe_text import brief

WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


def parse_duration(value: Any) -> timedelta:
    """``30s``, ``10m``, ``2h``, ``1d``, ``50ms``, ``1h30m`` → timedelta."""
    if isinstance(value, timedelta):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise ValueError(tr('{value} has no unit; write for example "{value}s" or "{value}m"', value=value))
    if not isinstance(value, str) or not durations.is_duration(value):
        meant = _duration_meant(value) if isinstance(value, str) else ""
        cure = tr("write {example}", example=meant) if meant else tr("write for example 30s, 10m, 2h or 1d")
        raise ValueError(tr("{value} is no duration; {cure}", value=brief(value), cure=cure))
    if (duration := durations.parse_duration(value)) is None:
        raise ValueError(tr("{value} is longer than ten years", value=brief(value)))
    return duration


_ISO = re.compile(r"-?P(?:(\d+)W)?(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?", re.IGNORECASE)
_SPAN = re.compile(
    r"-?(\d*半?[零一二两三四五六七八九十]{0,3}) *(?:个)?(毫秒|秒|分|小时|时|钟头|日|天|周|星期|[a-z]{1,12})(?:钟|种)?(半)?",
    re.IGNORECASE,
)
_WORDS = {"毫秒": "ms", "秒": "s", "分": "m", "小时": "h", "时": "h", "钟头": "h", "日": "d", "天": "d", "周": "w", "星期": "w"}
_WORDS |= dict.fromkeys("s sec secs second seconds".split(), "s") | dict.fromkeys("m min mins minute minutes".split(), "m")
_WORDS |= dict.fromkeys("h hr hrs hour hours".split(), "h") | dict.fromkeys("d day days".split(), "d")
_WORDS |= dict.fromkeys("w week weeks".split(), "w") | {"ms": "ms"}
_HAN = "零一二三四五六七八九十"


def _duration_meant(value: str) -> str:
    """A duration as another program or a person writes it, in our words; "" where none is seen: PT15M, 00:15:00, 15 minutes, 十五分钟."""
    text = value.strip()
    clock = [int(part) for part in text.split(":")] if re.fullmatch(r"\d{1,3}:\d\d(:\d\d)?", text) else []
    if iso := _ISO.fullmatch(text):
        parts = list(zip(iso.groups(), "wdhms", strict=True))
    elif clock:
        parts = list(zip(clock, "hms", strict=False))
    elif (span := _SPAN.fullmatch(text)) and (unit := _WORDS.get(span[2].lower())):
        half = span[1] == "半" or span[3]
        number = _number(span[1])
        if half and unit in "hd":
            return f"{number or ''}{unit if number else ''}{'30m' if unit == 'h' else '12h'}"
        parts = [(number, unit)]
    else:
        return ""
    return "".join(f"{int(count)}{unit}" for count, unit in parts if count and int(count))


def _number(text: str) -> int:
    """15, 十五, 两 → a number; 0 where it is none."""
    if text.isdecimal():
        return int(text)
    tens, ten, ones = text.replace("两", "二").rpartition("十")
    digits = [_HAN.find(part or ("一" if part is tens and ten else "零")) for part in (tens, ones)]
    return 0 if -1 in digits else digits[0] * 10 * bool(ten) + digits[1]


def check_timeout(value: timedelta) -> timedelta:
    """A second at least, and no longer than the lease of a task lasts."""
    if not timedelta(seconds=1) <= value <= timedelta(minutes=2):
        raise ValueError(tr("{given} is out of bounds; a request may take 1s to 2m", given=durations.show_duration(value)))
    return value


def check_patience(value: timedelta) -> timedelta:
    """How long a model may think."""
    if not timedelta(seconds=1) <= value <= timedelta(minutes=30):
        raise ValueError(tr("{given} is out of bounds; an answer may take 1s to 30m", given=durations.show_duration(value)))
    return value


def check_age(value: timedelta) -> timedelta:
    """How old an article may be."""
    if not value:
        raise ValueError(
            tr("no article is so young that {given} lets it pass; write for example 3d", given=durations.show_duration(value))
        )
    return value


def parse_every(value: Any) -> timedelta | str:
    """``15m`` → timedelta; ``adaptive`` stays a word."""
    if value == "adaptive":
        return "adaptive"
    every = parse_duration(value)
    if every < timedelta(seconds=1):
        raise ValueError(tr("{value} is too often; the shortest pause between two polls is 1s", value=brief(value)))
    return every


def _clock_time(text: str) -> time:
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        raise ValueError(tr("{text} is no time of day; write for example 08:30", text=brief(text)))
    return time(int(match[1]), int(match[2]))


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours in which alerts are held. `end` before `start`: over midnight."""

    start: time
    end: time

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"

    def until(self, moment: datetime) -> datetime | None:
        """When the quiet hours that `moment` (local, aware) stands in are over; None outside of them."""
        at = moment.time()
        over_midnight = self.end < self.start
        inside = (at >= self.start or at < self.end) if over_midnight else self.start <= at < self.end
        end = _at(moment, self.end, int(over_midnight and at >= self.start))
        return end if inside and _is_ahead(end, moment) else None


def parse_quiet(value: Any) -> Quiet:
    """``22:00-07:00`` → Quiet."""
    if isinstance(value, Quiet):
        return value
    start, dash, end = value.replace("–", "-").partition("-") if isinstance(value, str) else ("", "", "")
    if not dash:
        raise ValueError(tr("{value} are no quiet hours; write for example 22:00-07:00", value=brief(value)))
    quiet = Quiet(_clock_time(start), _clock_time(end))
    if quiet.start == quiet.end:
        raise ValueError(
            tr("{quiet} begins and ends at the same time, which would hold every alert; leave the key out instead", quiet=quiet)
        )
    return quiet


@dataclass(frozen=True, slots=True)
class Send:
    """When alerts leave: `kind` is instant, hourly, daily or weekly; `at` is the time of day, `day` that of the week (0 is Monday)."""

    kind: str = "instant"
    at: time | None = None
    day: int | None = None

    def __str__(self) -> str:
        day = [] if self.day is None else [WEEKDAYS[(self.day + 1) % 7]]
        return " ".join([self.kind, *day, *([f"{self.at:%H:%M}"] if self.at else [])])

    def after(self, moment: datetime) -> datetime | None:
        """The next time to send after `moment` (local, aware); None: at once."""
        if self.kind == "instant":
            return None
        if self.kind == "hourly":  # counted in UTC: where clocks are set back an hour comes twice
            begun = timedelta(minutes=moment.minute, seconds=moment.second, microseconds=moment.microsecond)
            return (moment.astimezone(UTC) + timedelta(hours=1) - begun).astimezone(moment.tzinfo)
        at = self.at or time(0)
        passed = not _is_ahead(_at(moment, at, 0), moment)
        if self.day is None:
            return _at(moment, at, 1 if passed else 0)
        days = (self.day - moment.weekday()) % 7
        return _at(moment, at, 7 if passed and not days else days)

    def before(self, moment: datetime) -> datetime:
        """The last time to send until `moment` (local, aware), of what is weekly."""
        later = self.after(moment)
        assert later is not None
        return _at(later, self.at or time(0), -7)


def parse_send(value: Any) -> Send:
    """``instant``, ``hourly``, ``daily 08:30`` or ``weekly mon 08:30`` → Send."""
    if isinstance(value, Send):
        return value
    kind, _, at = value.strip().partition(" ") if isinstance(value, str) else ("", "", "")
    if kind == "daily" and at:
        return Send("daily", _clock_time(at))
    day, _, hour = at.strip().partition(" ")
    if kind == "weekly" and hour and day.lower() in WEEKDAYS:
        return Send("weekly", _clock_time(hour), (WEEKDAYS.index(day.lower()) - 1) % 7)
    if kind in ("instant", "hourly") and not at:
        return Send(kind)
    raise ValueError(
        tr('{value} is no way to send; write instant, hourly, "daily 08:30" or "weekly mon 08:30"', value=brief(value))
    )


def parse_weekly(value: Any) -> Send:
    """The last of these."""
    send = parse_send(value)
    if send.kind != "weekly":
        raise ValueError(tr('{value} is no day of the week; write for example "weekly mon 08:30"', value=brief(value)))
    return send


def _at(moment: datetime, at: time, days: int) -> datetime:
    """That time of day, so many days later, as the wall clock of the moment's zone shows it."""
    return datetime.combine(moment.date() + timedelta(days=days), at, moment.tzinfo)


def _is_ahead(later: datetime, moment: datetime) -> bool:
    """By what passes, not by what the clock shows: times of one zone are else compared as written, in the hour that comes twice, too."""
    return later.timestamp() > moment.timestamp()


_MACROS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
}
_FIELDS = (("the minute", "0-59"), ("the hour", "0-23"), ("the day", "1-31"), ("the month", "1-12"), ("the weekday", "0-7"))


def parse_cron(text: str, zone: tzinfo) -> CronTrigger:
    """Five crontab fields → trigger. Raises ValueError, also for a date that never comes."""
    fields = text.split()
    if len(fields) != 5:
        meant = _MACROS.get(text.strip().lower()) or " ".join(fields[1:6] if len(fields) in (6, 7) else "*/10 8-22 * * *".split())
        fault = plural("{text} has {n} field", "{text} has {n} fields", len(fields), text=brief(text))
        told = {"fault": fault, "meant": meant.replace("?", "*")}
        raise ValueError(tr('{fault}, cron needs five: minute hour day month weekday; write "{meant}"', **told))
    for number, field in enumerate(fields):
        try:
            _trigger(["*" if n != number else field for n in range(5)], zone)
        except (ValueError, TypeError):
            name, values = _FIELDS[number]
            form = "*" if field == "?" else tr("{values}, several as in 1,3 or 1-5, every third as in */3", values=values)
            told = {"text": brief(text), "field": brief(field), "name": tr(name), "form": form}
            raise ValueError(tr("{text} is no cron expression: {field} does not fit {name}; write {form}", **told)) from None
    trigger = _trigger(fields, zone)
    if trigger.get_next_fire_time(None, datetime(2024, 1, 1, tzinfo=zone)) is None:
        raise ValueError(tr("{text} never comes", text=brief(text)))
    return trigger


def _trigger(fields: Sequence[str], zone: tzinfo) -> CronTrigger:
    return CronTrigger.from_crontab(" ".join([*fields[:4], _weekdays(fields[4])]), timezone=zone)


def _weekdays(field: str) -> str:
    """Weekday numbers as names: crontab counts from Sunday, APScheduler from Monday."""

    def named(match: re.Match[str]) -> str:
        first, last, step = int(match[1]), int(match[2] or match[1]), int(match[3] or 1)
        return ",".join(WEEKDAYS[day] for day in range(first, last + 1, max(step, 1))) or match[0]

    return ",".join(re.sub(r"^([0-7])(?:-([0-7]))?(?:/(\d))?$", named, part) for part in field.split(","))


_FIRST_POLL = re.compile(r"newest\s+([1-9]\d{0,3})")


def parse_first_poll(value: Any) -> int | None:
    """``silent`` → 0, ``newest 5`` → 5 alerts a rule, ``all`` → None: no bound."""
    if value in ("silent", "all"):
        return 0 if value == "silent" else None
    if isinstance(value, str) and (match := _FIRST_POLL.fullmatch(value.strip())):
        return int(match[1])
    raise ValueError(tr("{value} is no bound of a first poll; write silent, newest 5 or all", value=brief(value)))


def show_first_poll(most: int | None) -> str:
    """As it is written in the configuration."""
    return "all" if most is None else f"newest {most}" if most else "silent"
