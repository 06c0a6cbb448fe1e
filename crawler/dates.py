"""Any date text + now → an aware datetime, or None. Nothing is guessed: what is ambiguous, absurd or half understood is None.

1. cut to 64 characters, width, blanks, script and numerals made normal (so that every pattern below is bounded)
2. a number that is an epoch, ``var ct=1566286380``
3. a calendar date in one of the usual orders, then a clock time and a zone beside it (a zone that nobody knows leaves the day)
4. told from now: 刚刚, 3分钟前, 昨天 12:00, 2 hours ago, whole or not at all
5. no year: the nearest past; only a weekday or a clock time, and nothing else: the last such day, today or yesterday
6. before 1995, or later than a day from now: None. Still to come, but past if its "Z" is the site's word for local time: that
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from crawler.clock_times import CLOCK, time_of
from crawler.relative_dates import in_digits, named_day, named_weekday, time_ago
from crawler.text import simplified
from crawler.zones import NOWHERE, UNKNOWN, Place, zone_behind

MAX_TEXT = 64  # characters; a longer text may hold a date, but it is no date
FIRST_YEAR = 1995  # no news on the web before that; such a date is a default value of some system
AHEAD = timedelta(days=1)  # a page's zone may be ahead of ours
CLOCKS_DIFFER = timedelta(minutes=15)  # between a site's clock and ours

_MONTHS = {name: n for n, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)(?:uary|ruary|ch|il|e|y|ust|tember|t|ober|ember)?\b\.?"
_YEAR = r"((?:19|20)[0-9]{2})"
_NUMBER = r"([0-9]{1,2})"
_FLAGS = re.I | re.A  # ASCII: else "İ" is an "i"

_epoch = re.compile(
    r"(?:^|\bct *= *[\"']?|^/?Date\()(?:([0-9]{10})(?:\.[0-9]+)?|([0-9]{13})|([0-9]{16}))(?:$|[\"'; ]|(?:[+-][0-9]{4})?\))"
)
_compact = re.compile(rf"^{_YEAR}([01][0-9])([0-3][0-9])(?:t?([0-2][0-9])([0-5][0-9])([0-5][0-9])?)?(z|[+-][0-9]{{4}})?$", _FLAGS)
_year_first = re.compile(rf"(?<![0-9]){_YEAR} ?[-/.年] ?{_NUMBER} ?[-/.月] ?{_NUMBER}(?![0-9])")
_day_month_year = re.compile(
    rf"(?<![0-9]){_NUMBER}(?:st|nd|rd|th)?[ .-]*(?:of )?{_MONTH}[ ,.-]*([0-9]{{4}}|'?[0-9]{{2}}(?= +[0-9]{{1,2}}:))(?![0-9])",
    _FLAGS,
)
_month_day_year = re.compile(rf"\b{_MONTH} *{_NUMBER}(?:st|nd|rd|th)?(?: *, *| +)([0-9]{{4}})(?![0-9])", _FLAGS)
_ctime = re.compile(
    rf"\b{_MONTH} +{_NUMBER} +[0-9]{{1,2}}:[0-9]{{2}}(?::[0-9]{{2}})? +(?:[a-z]{{1,5}} +|[+-][0-9]{{4}} +)?([0-9]{{4}})$", _FLAGS
)
_numbers_year = re.compile(rf"(?<![0-9]){_NUMBER}([/.-]){_NUMBER}\2([0-9]{{4}})(?![0-9])")
_month_day_zh = re.compile(rf"(?<![0-9年]){_NUMBER} ?月 ?{_NUMBER} ?[日号]")
_month_day = re.compile(r"(?<![0-9/.:-])(?:([0-1]?[0-9])-([0-3]?[0-9])|([0-1]?[0-9])/([0-3]?[0-9]))(?![0-9/.-])")
_month_day_en = re.compile(rf"\b{_MONTH} *{_NUMBER}(?:st|nd|rd|th)?(?![0-9:])", _FLAGS)
_day_month_en = re.compile(rf"(?<![0-9:]){_NUMBER}(?:st|nd|rd|th)? +{_MONTH}(?! *[0-9])", _FLAGS)

# What may stand around a weekday or a clock time that is a whole date.
_labels = re.compile(r"(?:[\W_]|发布|发表|更新|时间|日期|于|在|\b(?:posted|published|updated|on|at|date|time)\b)*", re.I)


@dataclass(frozen=True, slots=True)
class DateReader:
    """Reads the dates of one page: `now` is the time of the answer, `zone` that of naive times, `place` where the page comes from."""

    now: datetime
    zone: tzinfo
    place: Place = NOWHERE

    def __call__(self, text: str) -> datetime | None:
        """The time that `text` names."""
        return parse_date(text, self.now, self.zone, self.place)


def parse_date(text: str, now: datetime, zone: tzinfo, place: Place = NOWHERE) -> datetime | None:
    """The time that `text` names, aware; in `zone` where the text names no zone of its own. Never raises, linear time.

    `now` is aware. A date without a clock time is that day's midnight. `place` tells what an ambiguous zone name means.
    """
    try:
        text = " ".join(unicodedata.normalize("NFKC", text[: 2 * MAX_TEXT]).split())[:MAX_TEXT]
        text = in_digits(simplified(text))
        local = now.astimezone(zone)
        found = next((at for form in _FORMS if (at := form(text, local, place)) is not None), None)
        return found and _likely(found, local)
    except (ValueError, OverflowError):  # 31 February, year 9999 + 1, half a phrase …
        return None


def _likely(found: datetime, local: datetime) -> datetime | None:
    """None for what cannot be a publication date."""
    if found.year < FIRST_YEAR or found > local + AHEAD:
        return None
    if found > local + CLOCKS_DIFFER and found.utcoffset() == timedelta(0):
        meant = found.replace(tzinfo=local.tzinfo)  # many sites write their local time and a "Z" behind it
        return meant if meant <= local + CLOCKS_DIFFER else found
    return found


def date_in_url(url: str, zone: tzinfo) -> datetime | None:
    """The day that an address carries (/2019/08/20/, /2021-02/19/, /20260717/, t20190820_1, ARTI…190820), midnight in `zone`."""
    for pattern in _IN_URL:
        for found in pattern.finditer(url[:2000]):
            year, month, day = found.groups()
            if (named := _MONTHS.get(month.lower())) is not None:
                month = str(named)
            try:
                at = datetime(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day), tzinfo=zone)
            except ValueError:
                continue
            return at
    return None


_Y, _M, _D = r"((?:199[5-9]|20[0-9]{2}))", r"(0[1-9]|1[0-2])", r"(0[1-9]|[12][0-9]|3[01])"
_IN_URL = tuple(
    re.compile(pattern)
    for pattern in (
        rf"/{_Y}[/_-]?{_M}[/_-]?{_D}(?=[/_.-]|$)",
        rf"/{_Y}/([1-9])/([1-9]|[12][0-9]|3[01])/",
        rf"/{_Y}/(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)/{_D}/",
        rf"[/_-]t?{_Y}{_M}{_D}(?![0-9])",
        rf"[/_-]{_Y}[_-]{_M}[_-]{_D}(?![0-9])",
        rf"/(?:ARTI|VIDE|PHOA|PHO)[0-9A-Za-z]{{16,40}}([0-9]{{2}}){_M}{_D}\.shtml",
        rf"/{_Y}{_M}{_D}[0-9A-Z]{{6,8}}(?:\.html)?(?=$|\?)",
    )
)


def _from_epoch(text: str, local: datetime, _place: Place) -> datetime | None:
    if (found := _epoch.search(text)) is None:
        return None
    seconds, millis, micros = found.groups()
    at = int(seconds) if seconds else int(millis) / 1e3 if millis else int(micros) / 1e6
    return datetime.fromtimestamp(at, UTC).astimezone(local.tzinfo)


def _from_compact(text: str, local: datetime, place: Place) -> datetime | None:
    if (found := _compact.match(text)) is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    zone = zone_behind(found[7] or "", text, local, place) or local.tzinfo
    return datetime(year, month, day, hour, minute, second, tzinfo=zone)


def _from_calendar(text: str, local: datetime, place: Place) -> datetime | None:
    return _by_order(_CALENDARS, text, local, place)


def _from_short_calendar(text: str, local: datetime, place: Place) -> datetime | None:
    return _by_order(_SHORT_CALENDARS, text, local, place)


def _from_relative(text: str, local: datetime, place: Place) -> datetime | None:
    if (passed := time_ago(text)) is not None:
        return local - passed
    if (named := named_day(text, local.date())) is None:
        return None
    day, found = named
    return _at_clock(day, text, found, local, place)


def _by_order(orders: tuple[tuple[re.Pattern[str], _Order], ...], text: str, local: datetime, place: Place) -> datetime | None:
    for pattern, order in orders:
        if found := pattern.search(text):
            day = order(found.groups(), local)
            return _at_clock(day, text, found, local, place) if day else None
    return None


def _ymd(groups: tuple[str, ...], _local: datetime) -> date:
    return date(int(groups[0]), int(groups[1]), int(groups[2]))


def _dmy_named(groups: tuple[str, ...], _local: datetime) -> date:
    year = int(groups[2].lstrip("'"))
    return date(year if len(groups[2]) > 3 else 2000 + year, _month_of(groups[1]), int(groups[0]))


def _mdy_named(groups: tuple[str, ...], _local: datetime) -> date:
    return date(int(groups[2]), _month_of(groups[0]), int(groups[1]))


def _month_of(name: str) -> int:
    return _MONTHS[name.lower()]


def _numbers(groups: tuple[str, ...], _local: datetime) -> date | None:
    """20.08.2019 is day first; 08/20/2019 is what it can be; 08/11/2019 is nobody's guess."""
    first, mark, second, year = int(groups[0]), groups[1], int(groups[2]), int(groups[3])
    if mark == "." or first > 12 or first == second:
        return date(year, second, first)
    return date(year, first, second) if second > 12 else None


def _md(groups: tuple[str, ...], local: datetime) -> date:
    month, day = (int(group) for group in groups if group)
    return _nearest_past(month, day, local)


def _md_named(groups: tuple[str, ...], local: datetime) -> date:
    return _nearest_past(_month_of(groups[0]), int(groups[1]), local)


def _dm_named(groups: tuple[str, ...], local: datetime) -> date:
    return _nearest_past(_month_of(groups[1]), int(groups[0]), local)


def _nearest_past(month: int, day: int, local: datetime) -> date:
    """The last such day, today and (for pages ahead of our zone) tomorrow included; 29 February may be four years ago."""
    if not (1 <= month <= 12 and 1 <= day <= 31):
        raise ValueError("no such day")
    for year in range(local.year + 1, local.year - 9, -1):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found <= local.date() + timedelta(days=1):
            return found
    raise ValueError("no such day")


_Order = Callable[[tuple[str, ...], datetime], date | None]
_CALENDARS: tuple[tuple[re.Pattern[str], _Order], ...] = (
    (_year_first, _ymd),
    (_ctime, _mdy_named),
    (_day_month_year, _dmy_named),
    (_month_day_year, _mdy_named),
    (_numbers_year, _numbers),
)
_SHORT_CALENDARS: tuple[tuple[re.Pattern[str], _Order], ...] = (
    (_month_day_zh, _md),
    (_month_day_en, _md_named),
    (_day_month_en, _dm_named),
    (_month_day, _md),
)


def _from_weekday(text: str, local: datetime, place: Place) -> datetime | None:
    if (named := named_weekday(text, local)) is None:
        return None
    day, found, may_be_earlier = named
    rest = text[found.end() :]
    clock = CLOCK.search(rest)
    around = text[: found.start()] + " " + (rest[: clock.start()] if clock else rest)
    if not _labels.fullmatch(around) or (clock and not _ends(rest, clock, text, local, place)):
        return None
    at = _at_clock(day, text, found, local, place)
    if at <= local:
        return at
    if not may_be_earlier:
        raise ValueError("a day that is still to come")
    return at - timedelta(days=7)


def _from_clock(text: str, local: datetime, place: Place) -> datetime | None:
    clock = CLOCK.search(text)
    if (
        clock is None
        or clock[3] is None
        or not _labels.fullmatch(text[: clock.start()])
        or not _ends(text, clock, text, local, place)
    ):
        return None
    at = _at_clock(local.date(), text, None, local, place)
    return at if at <= local else at - timedelta(days=1)


def _ends(rest: str, clock: re.Match[str], text: str, local: datetime, place: Place) -> bool:
    """True when nothing but a known zone stands behind the clock time."""
    behind = rest[clock.end() :]
    zone = zone_behind(behind, text, local, place)
    return zone is not UNKNOWN and (zone is not None or _labels.fullmatch(behind) is not None)


def _at_clock(day: date, text: str, found: re.Match[str] | None, local: datetime, place: Place) -> datetime:
    """That day, at the clock time that stands behind the date (or else before it), in the zone that stands behind the time."""
    midnight = datetime.combine(day, time(), local.tzinfo)
    for part in _beside(text, found):
        for clock in CLOCK.finditer(part):
            if (at := time_of(clock)) is not None:
                zone = zone_behind(part[clock.end() :], text, midnight + timedelta(hours=12), place)
                return midnight if zone is UNKNOWN else datetime.combine(day, time(), zone or local.tzinfo) + at
    return midnight


def _beside(text: str, found: re.Match[str] | None) -> Iterator[str]:
    if found is None:
        yield text
        return
    rest = text[found.end() :]
    yield rest[1:] if rest[:1] in ("t", "T", "日") else rest
    yield text[: found.start()]
    if found.re is _ctime:
        yield found[0]


_FORMS: tuple[Callable[[str, datetime, Place], datetime | None], ...] = (
    _from_epoch, _from_compact, _from_calendar, _from_relative, _from_short_calendar, _from_weekday, _from_clock,
)  # fmt: skip
