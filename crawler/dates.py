"""Any date text + now → an aware datetime, or None. Nothing is guessed: what is ambiguous or absurd is None.

1. cut to 64 characters, width and blanks made normal (so that every pattern below is bounded)
2. a number that is an epoch, ``var ct=1566286380``
3. relative: 刚刚, 3分钟前, 昨天 12:00, 2 hours ago
4. a calendar date in one of the usual orders, then a clock time and a zone beside it
5. no year: the nearest past; only a clock time: today, or yesterday if that is still to come
6. before 1995, or later than a day from now: None
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

MAX_TEXT = 64  # characters; a longer text may hold a date, but it is no date
FIRST_YEAR = 1995  # no news on the web before that; such a date is a default value of some system

_MONTHS = {name: n for n, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)(?:uary|ruary|ch|il|e|y|ust|tember|t|ober|ember)?\b\.?"
_YEAR = r"((?:19|20)[0-9]{2})"
_NUMBER = r"([0-9]{1,2})"

# RFC 822 §5.1 names the American zones; BST is London's here, and CST is China's where the text or the source is Chinese.
_ZONES = {"utc": 0, "gmt": 0, "z": 0, "bst": 1, "cet": 1, "cest": 2, "jst": 9, "kst": 9, "hkt": 8, "sgt": 8, "ist": 5.5}
_ZONES |= {
    "est": -5,
    "edt": -4,
    "cdt": -5,
    "mst": -7,
    "mdt": -6,
    "pst": -8,
    "pdt": -7,
    "et": -5,
    "pt": -8,
    "aest": 10,
    "aedt": 11,
}

# ET and PT mean whichever is in force there on that day.
_PLACES = {"et": "America/New_York", "ct": "America/Chicago", "mt": "America/Denver", "pt": "America/Los_Angeles"}

_epoch = re.compile(r"(?:^|\bct *= *[\"']?)(?:([0-9]{10})(?:\.[0-9]+)?|([0-9]{13})|([0-9]{16}))(?:$|[\"'; ])")
_compact = re.compile(rf"^{_YEAR}([01][0-9])([0-3][0-9])(?:t?([0-2][0-9])([0-5][0-9])([0-5][0-9])?)?(z|[+-][0-9]{{4}})?$")
_year_first = re.compile(rf"(?<![0-9]){_YEAR} ?[-/.年] ?{_NUMBER} ?[-/.月] ?{_NUMBER}(?![0-9])")
_day_month_year = re.compile(
    rf"(?<![0-9]){_NUMBER}(?:st|nd|rd|th)?[ .-]*(?:of )?{_MONTH}[ ,.-]*([0-9]{{4}}|'?[0-9]{{2}}(?= +[0-9]{{1,2}}:))(?![0-9])"
)
_month_day_year = re.compile(rf"\b{_MONTH} *{_NUMBER}(?:st|nd|rd|th)?(?: *, *| +)([0-9]{{4}})(?![0-9])")
_ctime = re.compile(
    rf"\b{_MONTH} +{_NUMBER} +[0-9]{{1,2}}:[0-9]{{2}}(?::[0-9]{{2}})? +(?:[a-z]{{1,4}} +|[+-][0-9]{{4}} +)?([0-9]{{4}})$"
)
_numbers_year = re.compile(rf"(?<![0-9]){_NUMBER}([/.-]){_NUMBER}\2([0-9]{{4}})(?![0-9])")
_month_day_zh = re.compile(rf"(?<![0-9年]){_NUMBER} ?月 ?{_NUMBER} ?[日号]")
_month_day = re.compile(r"(?<![0-9/.:-])(?:([0-1]?[0-9])-([0-3]?[0-9])|([0-1]?[0-9])/([0-3]?[0-9]))(?![0-9/.-])")
_month_day_en = re.compile(rf"\b{_MONTH} *{_NUMBER}(?:st|nd|rd|th)?(?![0-9:])")
_day_month_en = re.compile(rf"(?<![0-9:]){_NUMBER}(?:st|nd|rd|th)? +{_MONTH}(?! *[0-9])")

_ago_zh = re.compile(r"(?<![0-9.])([0-9]{1,4}|半|几|一|两) ?个?(秒钟?|分钟?|小时|钟头|天|日|周|星期|月|年)(?:之|以)?前")
_ago_en = re.compile(
    r"(?<![0-9.])([0-9]{1,4}|an?|one) ?(s(?:ec(?:ond)?s?)?|m(?:in(?:ute)?s?)?|h(?:(?:ou)?rs?)?|d(?:ays?)?|w(?:eeks?)?|months?|years?) ago\b"
)
_now = re.compile(r"刚刚|刚才|just now|moments? ago")
_day_word = re.compile(r"(今天|今日|昨天|昨日|昨夜|前天|\btoday\b|\byesterday\b)")
_DAYS_BACK = {"昨天": 1, "昨日": 1, "昨夜": 1, "yesterday": 1, "前天": 2}
_SECONDS = {"秒": 1, "s": 1, "分": 60, "m": 60, "小": 3600, "钟": 3600, "h": 3600, "天": 86400, "日": 86400, "d": 86400}
_SECONDS |= {
    "周": 7 * 86400,
    "星": 7 * 86400,
    "w": 7 * 86400,
    "月": 30 * 86400,
    "mo": 30 * 86400,
    "年": 365 * 86400,
    "y": 365 * 86400,
}

_clock = re.compile(
    r"(?<![0-9:])(凌晨|清晨|早上|上午|中午|下午|傍晚|晚上|晚间?)? ?([0-2]?[0-9])"
    r"(?:[:时点] ?([0-5][0-9])(?:[:分] ?([0-5][0-9])(?:[.,][0-9]+)?)?|(?=点|时| ?[ap]\.?m\b))[分秒点时]?(?![0-9]) ?([ap])?(?:\.?m\b\.?)?"
)
_offset = re.compile(r"^ ?\(?(?:utc|gmt)? ?([+-])([0-9]{1,2}):?([0-9]{2})?(?![0-9])")
_named_zone = re.compile(r"^ ?\(?([a-z]{1,4})\b")
_only_clock = re.compile(r"^[^0-9]{0,3}[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9])?$")
_AFTERNOON = frozenset({"下午", "傍晚", "晚上", "晚", "晚间", "p"})
_MORNING = frozenset({"凌晨", "清晨", "早上", "上午", "a"})


def parse_date(text: str, now: datetime, zone: tzinfo) -> datetime | None:
    """The time that `text` names, aware; in `zone` where the text names no zone of its own. Never raises, linear time.

    `now` is aware. A date without a clock time is that day's midnight.
    """
    try:
        text = " ".join(unicodedata.normalize("NFKC", text[: 2 * MAX_TEXT]).split())[:MAX_TEXT].lower()
        local = now.astimezone(zone)
        for form in (_from_epoch, _from_compact, _from_relative, _from_calendar, _from_clock):
            if (found := form(text, local)) is not None:
                return found if found.year >= FIRST_YEAR and found <= now + timedelta(days=1) else None
    except (ValueError, OverflowError):  # 31 February, year 9999 + 1 …
        return None
    return None


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


def _from_epoch(text: str, local: datetime) -> datetime | None:
    if (found := _epoch.search(text)) is None:
        return None
    seconds, millis, micros = found.groups()
    at = int(seconds) if seconds else int(millis) / 1e3 if millis else int(micros) / 1e6
    return datetime.fromtimestamp(at, UTC).astimezone(local.tzinfo)


def _from_compact(text: str, local: datetime) -> datetime | None:
    if (found := _compact.match(text)) is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    return datetime(year, month, day, hour, minute, second, tzinfo=_zone_in(found[7] or "", local, text) or local.tzinfo)


def _from_relative(text: str, local: datetime) -> datetime | None:
    if found := _ago_zh.search(text) or _ago_en.search(text):
        return local - timedelta(seconds=_count(found[1]) * _unit(found[2]))
    if _now.search(text):
        return local
    if found := _day_word.search(text):
        return _at_clock(local.date() - timedelta(days=_DAYS_BACK.get(found[1], 0)), text, found, local)
    return None


def _count(word: str) -> float:
    return {"半": 0.5, "几": 3, "一": 1, "两": 2, "a": 1, "an": 1, "one": 1}.get(word) or float(word)


def _unit(word: str) -> int:
    return _SECONDS["mo"] if word.startswith("mo") else _SECONDS[word[0]]


def _from_calendar(text: str, local: datetime) -> datetime | None:
    for pattern, order in _CALENDARS:
        if found := pattern.search(text):
            day = order(found.groups(), local)
            return _at_clock(day, text, found, local) if day else None
    return None


def _ymd(groups: tuple[str, ...], _local: datetime) -> date:
    return date(int(groups[0]), int(groups[1]), int(groups[2]))


def _dmy_named(groups: tuple[str, ...], _local: datetime) -> date:
    year = int(groups[2].lstrip("'"))
    return date(year if year > 99 else 2000 + year, _MONTHS[groups[1]], int(groups[0]))


def _mdy_named(groups: tuple[str, ...], _local: datetime) -> date:
    return date(int(groups[2]), _MONTHS[groups[0]], int(groups[1]))


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
    return _nearest_past(_MONTHS[groups[0]], int(groups[1]), local)


def _dm_named(groups: tuple[str, ...], local: datetime) -> date:
    return _nearest_past(_MONTHS[groups[1]], int(groups[0]), local)


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
    (_month_day_zh, _md),
    (_month_day_en, _md_named),
    (_day_month_en, _dm_named),
    (_month_day, _md),
)


def _from_clock(text: str, local: datetime) -> datetime | None:
    if not _only_clock.match(text):
        return None
    at = _at_clock(local.date(), text, None, local)
    return at if at <= local else at - timedelta(days=1)


def _at_clock(day: date, text: str, found: re.Match[str] | None, local: datetime) -> datetime:
    """That day, at the clock time that stands behind the date (or else before it), in the zone that stands behind the time."""
    for part in _beside(text, found):
        for clock in _clock.finditer(part):
            if (at := _time_of(clock)) is not None:
                zone = _zone_in(part[clock.end() :], local, text) or local.tzinfo
                return datetime.combine(day, at, zone)
    return datetime.combine(day, time(), local.tzinfo)


def _beside(text: str, found: re.Match[str] | None) -> Iterator[str]:
    if found is None:
        yield text
        return
    rest = text[found.end() :]
    yield rest[1:] if rest[:1] in ("t", "日") else rest
    yield text[: found.start()]
    if found.re is _ctime:
        yield found[0]


def _time_of(clock: re.Match[str]) -> time | None:
    part, hour, minute, second, half = clock.groups()
    when, hours = half or part, int(hour)
    if when in _AFTERNOON and hours < 12:
        hours += 12
    elif when in _MORNING and hours == 12:
        hours = 0
    return time(hours, int(minute or 0), int(second or 0)) if hours < 24 else None


def _zone_in(rest: str, local: datetime, text: str) -> tzinfo | None:
    """The zone at the beginning of `rest`. Where names have several meanings, see _ZONES."""
    if found := _offset.match(rest):
        sign, hours, minutes = found.groups()
        offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
        return timezone(-offset if sign == "-" else offset)
    if (found := _named_zone.match(rest)) is None:
        return None
    if found[1] == "cst":
        chinese = local.utcoffset() == timedelta(hours=8) or any("\u4e00" <= ch <= "\u9fff" for ch in text)
        return timezone(timedelta(hours=8 if chinese else -6))
    if found[1] in _PLACES:
        return ZoneInfo(_PLACES[found[1]])
    hours_east = _ZONES.get(found[1])
    return None if hours_east is None else timezone(timedelta(hours=hours_east))
