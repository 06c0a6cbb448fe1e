"""Dates that are told from now: 3分钟前, 2 days, 3 hours ago, 昨晚8点, 上周五, last Friday.

Understood whole or not at all: half of "1小时30分钟前" is another time, and "十几分钟前" is none. What says that it is relative and is not
understood raises ValueError, so that no other form makes something of its parts.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

_DIGITS = {ch: value for value, ch in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNIT_AHEAD = r"(?= ?(?:年|个?月|[日号]|个|天|小时|钟头|分|秒|周|星期|礼拜|点|时|刻))"
_numeral = re.compile(rf"(?<![周期拜第])[〇零一二两三四五六七八九十百]{{1,6}}{_UNIT_AHEAD}")

_ZH = {"秒": 1, "刻": 900, "分": 60, "小": 3600, "钟": 3600, "天": 86400, "日": 86400, "周": 604800, "星": 604800, "礼": 604800}
_ZH |= {"月": 30 * 86400, "年": 365 * 86400}
_EN = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "mo": 30 * 86400, "y": 365 * 86400}
_WORDS: dict[str, float] = {
    word: n for n, word in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), 1)
}
_WORDS |= {
    "a": 1,
    "an": 1,
    "half a": 0.5,
    "half an": 0.5,
    "a few": 3,
    "a couple of": 2,
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
}
_NUMBER = r"[0-9]{1,4}(?:\.[0-9])?"

_zh_part = re.compile(
    rf"({_NUMBER}|半|几) ?个?(半)?[多余]? ?(秒钟?|刻钟|分钟?|小时|钟头|天|日|周|星期|礼拜|(?<=个)月|月|年)(半)?[多余]?[零又, ]{{0,2}}"
)
_zh = re.compile(
    rf"(?<![0-9.零〇一二两三四五六七八九十百千万几数半多时分秒天周月年点:/~-])((?:{_zh_part.pattern}){{1,4}})(?:之|以)?前"
)
_en_part = re.compile(
    rf"({_NUMBER}|{'|'.join(sorted(_WORDS, key=len, reverse=True))}) ?"
    r"(s(?:ec(?:ond)?s?)?|mo(?:nth)?s?|m(?:in(?:ute)?s?)?|h(?:(?:ou)?rs?)?|d(?:ays?)?|w(?:(?:ee)?ks?)?|y(?:(?:ea)?rs?)?)(?![a-z])\.?"
    r"( and a half)?(?:[ ,]+and |[ ,]*)",
    re.I,
)
_en = re.compile(rf"(?<![\w.:/~-])((?:{_en_part.pattern}){{1,4}})ago\b", re.I)
_A_CLOCK = r"(?:凌晨|早上|上午|中午|下午|傍晚|晚上|晚间)? ?[0-9]{1,2}[:：点时點時][0-9]{0,2}"
# What looks told from now, to be found in a line and then understood; a piece of larger patterns, without groups. 刚刚 begins headlines, too.
PHRASE = (
    r"(?<![0-9.〇零一二三四五六七八九十百千万数數/~-])(?:[0-9.〇零一二两兩三四五六七八九十百半几幾]{1,5} ?[个個]?半?多? ?"
    r"(?:秒[钟鐘]?|刻[钟鐘]|分[钟鐘]?|小[时時]|[钟鐘][头頭]|天|日|[周週]|星期|月|年)半?[零, ]{0,2}){1,4}(?:之|以)?前"
    r"|(?<![^\s|·•(（【\[:：])[刚剛][刚剛](?![^\s|·•)）】\]])"
    rf"|(?:大{{0,2}}前天|[昨今](?:天|日(?!头条)|晚|夜|早|晨))(?: ?{_A_CLOCK})?"
    rf"|(?:上{{1,2}}|本)?[个個]?(?:[周週]|星期|礼拜)[一二三四五六日天] ?{_A_CLOCK}"
    r"|(?<![./~-])\b(?:(?:[0-9]{1,3}|half an?|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve) ?"
    r"(?:s|m|h|d|w|secs?|seconds?|mins?|minutes?|hrs?|hours?|days?|wks?|weeks?|mos?|months?|yrs?|years?)(?![a-z])\.?(?: and a half)?[ ,]*(?:and )?){1,4}"
    r"ago\b|\bjust now\b|\byesterday\b"
)
_now = re.compile(r"刚刚|刚才|\b(?:just now|(?:a )?moments? ago|(?:a few )?seconds ago)\b", re.I)
_not_whole = re.compile(
    r"[秒分时头天日周期拜月年半刻钟](?:之|以)?前|\bago\b|[明后][天日晚早]|下个?(?:周|星期|礼拜|月)|\b(?:tomorrow|tonight|next|earlier)\b"
    r"|\blast (?:night|week|month|year)\b",
    re.I,
)
_day = re.compile(
    r"(大{0,2}前)(?:天|(?=[晚夜]))|(?<!目)(昨|今)(?:天|日(?!头条|俄罗斯|美国)|(?=[晚夜早晨]))"
    r"|\b(?<!USA )(the day before yesterday|yesterday|today)\b",
    re.I,
)
_DAYS = {"大大前": 4, "大前": 3, "前": 2, "昨": 1, "今": 0, "the day before yesterday": 2, "yesterday": 1, "today": 0}
_weekday = re.compile(
    r"(上{1,2}|本|这)?个?(?:周|星期|礼拜)([一二三四五六日天])"
    r"|\b(?:(last|this) )?(mon|tue|wed|thu|fri|sat|sun)(?:s|nes|rs|ur)?(?:day)?\b",
    re.I,
)
_WEEKDAYS = {name: n for n, name in enumerate("mon tue wed thu fri sat sun".split())}
_WEEKDAYS |= {ch: n for n, ch in enumerate("一二三四五六日")} | {"天": 6}


def in_digits(text: str) -> str:
    """The text with the Han numerals of its dates and times in digits: 三小时前 → 3小时前. A weekday stays: 星期三."""
    return _numeral.sub(lambda found: str(_value(found[0])), text)


def _value(numeral: str) -> int | str:
    if not any(ch in numeral for ch in "十百"):
        return "".join(str(_DIGITS[ch]) for ch in numeral)  # 二〇二六
    total = current = 0
    for ch in numeral:
        if ch in "十百":
            total, current = total + (current or 1) * (10 if ch == "十" else 100), 0
        else:
            current = _DIGITS[ch]
    return total + current


def time_ago(text: str) -> timedelta | None:
    """How long ago the text says it was. Raises ValueError for what is told from now in another way than by a day's name."""
    if _now.search(text):
        return timedelta(0)
    if found := _zh.search(text):
        parts = [(_count(part[1]) + 0.5 * bool(part[2] or part[4]), _ZH[part[3][0]]) for part in _zh_part.finditer(found[1])]
        return _sum(parts)
    if found := _en.search(text):
        words = [(_count(part[1]) + 0.5 * bool(part[3]), _unit(part[2].lower())) for part in _en_part.finditer(found[1])]
        return _sum(words)
    if _not_whole.search(text):
        raise ValueError("told from now, in words that we do not know")
    return None


def _count(word: str) -> float:
    word = " ".join(word.lower().split())
    return {"半": 0.5, "几": 3}.get(word) or _WORDS.get(word) or float(word)


def _unit(word: str) -> int:
    return _EN["mo" if word.startswith("mo") else word[0]]


def _sum(parts: list[tuple[float, int]]) -> timedelta:
    units = [unit for _, unit in parts]
    if sorted(set(units), reverse=True) != units:
        raise ValueError("1小时2小时前")
    return timedelta(seconds=sum(count * unit for count, unit in parts))


def named_day(text: str, today: date) -> tuple[date, re.Match[str]] | None:
    """The day that 昨天, 大前天, yesterday … name, and where."""
    if (found := _day.search(text)) is None:
        return None
    name = (found[1] or found[2] or found[3]).lower()
    return today - timedelta(days=_DAYS[name]), found


def named_weekday(text: str, local: datetime) -> tuple[date, re.Match[str], bool] | None:
    """The day that 周三, 上周五, last Friday … name, where, and whether the week before is meant if that is still to come."""
    if (found := _weekday.search(text)) is None:
        return None
    which = (found[1] or found[3] or "").lower()
    weekday = _WEEKDAYS[(found[2] or found[4]).lower()]
    monday = local.date() - timedelta(days=local.weekday())
    if which.startswith("上"):
        return monday + timedelta(days=weekday - 7 * len(which)), found, False
    if which in ("本", "这", "this"):
        return monday + timedelta(days=weekday), found, False
    back = (local.weekday() - weekday) % 7
    if which == "last" and back == 0:
        back = 7
    return local.date() - timedelta(days=back), found, True
