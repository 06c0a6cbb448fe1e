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
from functools import partial

from crawler.calendars import in_our_words
from crawler.clock_times import CLOCK, time_of
from crawler.relative_dates import in_digits, named_day, named_weekday, time_ago
from crawler.text import simplified
from crawler.zones import NOWHERE, UNKNOWN, Place, zone_behind

MAX_TEXT = 64  # characters; a longer text may hold a date, but it is no date
FIRST_YEAR = 1995  # no news on the web before that; such a date is a default value of some system
AHEAD = timedelta(days=1)  # a page's zone may be ahead of ours
CLOCKS_DIFFER = timedelta(minutes=15)  # between a site's clock and ours

_MONTHS = {name: n for n, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_MONTH = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)(?:uary|ruary|ch|il|e|y|ust|tember|t|ober|ember)?\b\.?"
_YEAR = r"(?P<year>(?:19|20)[0-9]{2})"
_DAY = r"(?P<day>[0-9]{1,2})"
_ORDINAL = r"(?:st|nd|rd|th)?"
_FLAGS = re.I | re.A  # ASCII: else "İ" is an "i"

_epoch = re.compile(
    r"(?:^|\bct *= *[\"']?|^/?Date\()(?:([0-9]{10})(?:\.[0-9]+)?|([0-9]{13})|([0-9]{16}))(?:$|[\"'; ]|(?:[+-][0-9]{4})?\))"
)
_compact = re.compile(rf"^{_YEAR}([01][0-9])([0-3][0-9])(?:t?([0-2][0-9])([0-5][0-9])([0-5][0-9])?)?(z|[+-][0-9]{{4}})?$", _FLAGS)
_ctime = re.compile(
    rf"\b{_MONTH} +{_DAY} +[0-9]{{1,2}}:[0-9]{{2}}(?::[0-9]{{2}})? +(?:[a-z]{{1,5}} +|[+-][0-9]{{4}} +)?(?P<year>[0-9]{{4}})$",
    _FLAGS,
)
_CALENDARS = (
    re.compile(rf"(?<![0-9]){_YEAR} ?[-/.年] ?(?P<month>[0-9]{{1,2}}) ?[-/.月] ?{_DAY}(?![0-9])"),
    _ctime,
    re.compile(
        rf"(?<![0-9]){_DAY}{_ORDINAL}[ .-]*(?:of )?{_MONTH}[ ,.-]*(?P<year>[0-9]{{4}}|'?[0-9]{{2}}(?= +[0-9]{{1,2}}:))(?![0-9])",
        _FLAGS,
    ),
    re.compile(rf"\b{_MONTH} *{_DAY}{_ORDINAL}(?: *, *| +)(?P<year>[0-9]{{4}})(?![0-9])", _FLAGS),
    re.compile(r"(?<![0-9])(?P<one>[0-9]{1,2})(?P<mark>[/.-])(?P<other>[0-9]{1,2})(?P=mark)(?P<year>[0-9]{4})(?![0-9])"),
)
_SHORT_CALENDARS = (
    re.compile(rf"(?<![0-9年])(?P<month>[0-9]{{1,2}}) ?月 ?{_DAY} ?[日号]"),
    re.compile(rf"\b{_MONTH} *{_DAY}{_ORDINAL}(?![0-9:])", _FLAGS),
    re.compile(rf"(?<![0-9:]){_DAY}{_ORDINAL} +{_MONTH}(?! *[0-9])", _FLAGS),
    re.compile(r"(?<![0-9/.:-])(?P<month>[0-1]?[0-9])[-/](?P<day>[0-3]?[0-9])(?![0-9/.-])"),
)

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
        local = now.astimezone(zone)
        text = in_our_words(in_digits(simplified(text)), local.year)
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


def _from_calendar(patterns: tuple[re.Pattern[str], ...], text: str, local: datetime, place: Place) -> datetime | None:
    for pattern in patterns:
        if found := pattern.search(text):
            day = _day_of(found, local, place)
            return _at_clock(day, text, found, local, place) if day else None
    return None


def _from_relative(text: str, local: datetime, place: Place) -> datetime | None:
    if (passed := time_ago(text)) is not None:
        return local - passed
    if (named := named_day(text, local.date())) is None:
        return None
    day, found = named
    return _at_clock(day, text, found, local, place)


def _day_of(found: re.Match[str], local: datetime, place: Place) -> date | None:
    """The day that a pattern found, by the names of its groups. Without a year it is the nearest past."""
    said = found.groupdict()
    if "mark" in said:
        return _of_numbers(int(said["one"]), said["mark"], int(said["other"]), int(said["year"]), place)
    month = _MONTHS.get(said["month"].lower()) or int(said["month"])
    if "year" not in said:
        return _nearest_past(month, int(said["day"]), local)
    year = said["year"].lstrip("'")
    return date(int(year) + (0 if len(year) == 4 else 2000), month, int(said["day"]))


_DAY_FIRST = frozenset(
    "es fr de it pt nl sv da no nb fi pl cs sk tr ro gb ie au nz in za".split()
)  # languages, and countries of English


def _of_numbers(first: int, mark: str, second: int, year: int, place: Place) -> date | None:
    """20.08.2019 is day first; 08/20/2019 is what it can be; 08/11/2019 is day first in Spanish or in India, elsewhere nobody's guess."""
    by_place = (place.country if place.language == "en" else place.language) in _DAY_FIRST and second <= 12
    if mark == "." or first > 12 or first == second or by_place:
        return date(year, second, first)
    return date(year, first, second) if second > 12 else None


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
    _from_epoch, _from_compact, partial(_from_calendar, _CALENDARS), _from_relative, partial(_from_calendar, _SHORT_CALENDARS),
    _from_weekday, _from_clock,
)  # fmt: skip
