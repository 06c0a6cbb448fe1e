"""Names of time zones, as feeds and pages write them behind a clock time: `PST`, `GMT+8`, `ET`, `(Beijing time)`, 美东时间.

1. an offset, alone or behind UTC or GMT
2. a place: a IANA name, 北京时间, Eastern Time, ET; with its own summer time on that day
3. an abbreviation with one meaning
4. one with several (CST, IST, AST …): what it is where the page comes from, by country or language; else what the zone in which the
   reader stands calls itself; else what RFC 822 §5.1 says; else nobody knows
5. a single letter. RFC 822 got the military letters wrong, so RFC 5322 §4.3 takes all of them for -0000: UTC

A name that is none of these but looks like one is UNKNOWN: a clock time in front of it says nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from crawler.text import has_han


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page comes from: two-letter codes in lower case, "" where nobody says."""

    country: str = ""
    language: str = ""


NOWHERE = Place()
_HOME = {"zh": "cn", "ja": "jp", "ko": "kr", "hi": "in", "bn": "bd", "he": "il", "ga": "ie", "ar": "sa", "tl": "ph"}
# Country domains that are sold to everybody.
_SOLD = frozenset("ac ad ag ai am as at be cc cd cf co cx dj eu fm ga gg gl gq gs im io is la li ly md me ml ms mu nu pw sc sh so st sx tk to tv vc vg ws".split())  # fmt: skip
_tag = re.compile(r"\s*([A-Za-z]{2,3})(?:[-_](?:[A-Za-z]{4}[-_])?([A-Za-z]{2}))?(?![A-Za-z])")


def place_of(url: str, language: str = "", text: str = "") -> Place:
    """Where the page at `url` comes from; `language` is what it says of itself (`en-US`), and `text` what is looked at if it says nothing."""
    try:
        domain = (urlsplit(url).hostname or "").rpartition(".")[2]
    except ValueError:
        domain = ""
    country = {"uk": "gb"}.get(domain, domain) if len(domain) == 2 and domain not in _SOLD else ""
    found = _tag.match(language)
    spoken = found[1].lower() if found else "zh" if has_han(text) else ""
    return Place(country or (found[2] or "" if found else "").lower(), spoken)


UNKNOWN = timezone(timedelta(0), "unknown")  # a zone that is named, but that nobody knows

_FIXED: dict[str, float] = {
    "utc": 0, "gmt": 0, "ut": 0, "z": 0, "wet": 0, "west": 1, "cet": 1, "cest": 2, "met": 1, "mest": 2, "mez": 1, "mesz": 2,
    "eet": 2, "eest": 3, "msk": 3, "msd": 4, "trt": 3, "sast": 2, "cat": 2, "eat": 3, "wat": 1, "pkt": 5, "npt": 5.75, "ict": 7,
    "wib": 7, "wita": 8, "wit": 9, "hkt": 8, "sgt": 8, "myt": 8, "pht": 8, "bjt": 8, "awst": 8, "jst": 9, "kst": 9, "acst": 9.5,
    "acdt": 10.5, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13, "hst": -10, "akst": -9, "akdt": -8, "pdt": -7, "mdt": -6,
    "nst": -3.5, "ndt": -2.5, "adt": -3, "brt": -3, "art": -3, "clt": -4, "clst": -3, "cot": -5, "pet": -5, "uyt": -3, "yekt": 5,
}  # fmt: skip
# Meanings by country; "" is the one that holds elsewhere, and is missing where there is none.
_AMBIGUOUS: dict[str, dict[str, float]] = {
    "cst": {"cn": 8, "tw": 8, "hk": 8, "mo": 8, "sg": 8, "cu": -5, "au": 9.5, "": -6},
    "cdt": {"cn": 9, "cu": -4, "au": 10.5, "": -5},
    "est": {"au": 10, "": -5},
    "edt": {"au": 11, "": -4},
    "mst": {"my": 8, "": -7},
    "pst": {"ph": 8, "pk": 5, "": -8},
    "bst": {"bd": 6, "": 1},
    "gst": {"gs": -2, "gu": 10, "": 4},
    "ist": {"in": 5.5, "il": 2, "ie": 1},
    "ast": {"sa": 3, "ae": 4, "iq": 3, "kw": 3, "qa": 3, "bh": 3, "ye": 3, "ca": -4, "us": -4, "pr": -4, "bm": -4, "bb": -4, "tt": -4},
    "sst": {"sg": 8, "us": -11},
    "amt": {"am": 4, "br": -4},
    "wst": {"au": 8},
    "mmt": {"mm": 6.5},
}  # fmt: skip
_LETTERED = frozenset("et ct mt pt".split())
_PLACES = {
    "et": "America/New_York", "ct": "America/Chicago", "mt": "America/Denver", "pt": "America/Los_Angeles",
    "eastern": "America/New_York", "central": "America/Chicago", "mountain": "America/Denver", "pacific": "America/Los_Angeles",
    "beijing": "Asia/Shanghai", "shanghai": "Asia/Shanghai", "china": "Asia/Shanghai", "hong kong": "Asia/Hong_Kong",
    "taipei": "Asia/Taipei", "tokyo": "Asia/Tokyo", "japan": "Asia/Tokyo", "seoul": "Asia/Seoul", "korea": "Asia/Seoul",
    "singapore": "Asia/Singapore", "india": "Asia/Kolkata", "london": "Europe/London", "uk": "Europe/London", "paris": "Europe/Paris",
    "central european": "Europe/Paris", "moscow": "Europe/Moscow", "new york": "America/New_York", "sydney": "Australia/Sydney",
    "greenwich mean": "UTC", "coordinated universal": "UTC", "universal": "UTC",
}  # fmt: skip
_CHINESE = {
    "北京": "Asia/Shanghai", "中国": "Asia/Shanghai", "东八区": "Asia/Shanghai", "香港": "Asia/Hong_Kong",
    "台北": "Asia/Taipei", "东京": "Asia/Tokyo", "日本": "Asia/Tokyo", "首尔": "Asia/Seoul", "韩国": "Asia/Seoul", "新加坡": "Asia/Singapore",
    "伦敦": "Europe/London", "英国": "Europe/London", "欧洲中部": "Europe/Paris", "巴黎": "Europe/Paris", "柏林": "Europe/Berlin",
    "莫斯科": "Europe/Moscow", "美东": "America/New_York", "美国东部": "America/New_York", "北美东部": "America/New_York", "纽约": "America/New_York",
    "美西": "America/Los_Angeles", "美国西部": "America/Los_Angeles", "太平洋": "America/Los_Angeles", "美国太平洋": "America/Los_Angeles",
    "美中": "America/Chicago", "美国中部": "America/Chicago", "格林尼治": "UTC", "格林威治": "UTC", "世界协调": "UTC", "协调世界": "UTC", "世界": "UTC",
}  # fmt: skip

_offset = re.compile(r" ?[(\[]?(?:(?:UTC|GMT) ?([+-])([0-9]{1,2})|([+-])([0-9]{2})):?([0-9]{2})?(?![0-9])", re.I)
_iana = re.compile(r" ?[(\[]?([A-Z][a-z]+/[A-Z][A-Za-z]+(?:_[A-Z][a-z]+)*)")
_english = re.compile(
    rf" ?[(\[]?\b(?:({'|'.join(sorted(_PLACES, key=len, reverse=True))})(?: (?:standard|daylight|summer))?|local) time\b", re.I
)
_american = re.compile(r" ?[(\[]?(eastern|central|mountain|pacific)\b", re.I)
_chinese = re.compile(rf"({'|'.join(sorted(_CHINESE, key=len, reverse=True))}|当地|本地)(?:标准|夏令)?时间|东八区")
AHEAD = re.compile(rf"(?:{_chinese.pattern.replace('间', '[间間]').replace('时', '[时時]')})[\s:：]*$")  # in front of a date
_abbreviation = re.compile(r" ?[(\[]?([A-Za-z]{2,5})(?![A-Za-z0-9'’-])")
_letter = re.compile(r"[zZ](?![A-Za-z])| ?[A-IK-Z][)\]]?$")
# What may be a zone behind a clock time.
BEHIND = re.compile(
    r"\s?[(（\[]?(?:(?:UTC|GMT)\s?[+-]\d{1,2}(?::?\d\d)?|[+-]\d\d:?\d\d|[A-Z]{2,5}\b|[\u4e00-\u9fff]{2,6}[时時][间間]"
    r"|[A-Z][a-z]+(?: [A-Z][a-z]+){0,2} [Tt]ime\b|(?:Eastern|Central|Mountain|Pacific)\b)"
)
_header = re.compile(r"[A-Za-z]{3},? [0-9]{2,4} [0-9]{1,2}:[0-9:]+ [A-Z]{3,5}$")  # as RFC 822 writes a date


def zone_behind(rest: str, text: str, day: datetime, place: Place) -> tzinfo | None:
    """The zone at the beginning of `rest`, what stands behind a clock time, or the one that `text` names in Han anywhere.

    None where none is named, UNKNOWN where nobody knows which. `day` (aware, in the reader's zone) tells summer from winter.
    """
    if found := _offset.match(rest):
        return _shifted(found)
    if found := _chinese.search(text):
        name = found[1] or found[0]
        return ZoneInfo(_CHINESE[name]) if name in _CHINESE else UNKNOWN
    if found := _iana.match(rest):
        return _named(found[1])
    if found := _american.match(rest) or _english.search(text):
        return ZoneInfo(_PLACES[found[1].lower()]) if found[1] else UNKNOWN
    if found := _abbreviation.match(rest):
        return _abbreviated(found[1], place, day, text)
    return UTC if _letter.match(rest) else None


def _shifted(found: re.Match[str]) -> tzinfo:
    sign, hours, minutes = found[1] or found[3], int(found[2] or found[4]), int(found[5] or 0)
    if hours > 14 or minutes > 59:
        return UNKNOWN
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if sign == "-" else offset)


@cache
def _named(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # no such place, or no file name
        return UNKNOWN


def _abbreviated(name: str, place: Place, day: datetime, text: str) -> tzinfo | None:
    key = name.lower()
    if not name.isupper() and (len(name) < 3 or key not in _SMALL):
        return None  # a word
    if key in _LETTERED:
        return ZoneInfo(_PLACES[key])
    if key in _FIXED:
        return timezone(timedelta(hours=_FIXED[key]))
    if key in _AMBIGUOUS:
        return _by_place(key, place, day, text)
    looks_like_one = len(name) > 2 and key not in _OTHERS and (name.endswith("T") or _header.search(text))
    return UNKNOWN if looks_like_one else None


# also seen in lower case
_SMALL = frozenset("utc gmt est edt cst cdt mst mdt pst pdt cet cest bst jst kst hkt sgt aest aedt".split())
_OTHERS = frozenset("cnet mit gpt nist iot".split())  # names of somebody


def _by_place(key: str, place: Place, day: datetime, text: str) -> tzinfo:
    """What an ambiguous name means there."""
    meanings = _AMBIGUOUS[key]
    language = place.language or ("zh" if has_han(text) else "")
    home = place.country if place.country and place.country in meanings else _HOME.get(language, "")
    if home in meanings and home:
        return timezone(timedelta(hours=meanings[home]))
    if not (place.country or language) and (day.tzname() or "").lower() == key and (offset := day.utcoffset()) is not None:
        return timezone(offset)
    return timezone(timedelta(hours=meanings[""])) if "" in meanings else UNKNOWN
