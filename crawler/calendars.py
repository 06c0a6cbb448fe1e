"""Dates of neighbouring calendars and languages in the words that we read: 民國115年 and 令和8年 → 2026年, 去年3月 → 2025年3月, 오후 3:15 → 下午 3:15."""

from __future__ import annotations

import re

_era = re.compile(r"(民国|令和|平成) ?(元|[0-9]{1,3}) ?年")
_BEFORE = {"民国": 1911, "令和": 2018, "平成": 1988}  # the year before the first of the era
_counted_back = re.compile("(前年|去年|今年)(?= ?[0-9]{1,2} ?月)")
_KOREAN = {"오전": "上午", "오후": "下午", "년": "年", "월": "月", "일": "日", "시간": "小时", "시": "时", "분": "分", "초": "秒"}
_KOREAN |= {"개月": "个月", "주": "周", "전": "前", "어제": "昨天", "그제": "前天", "오늘": "今天", "방금": "刚刚"}
_korean = re.compile("오전|오후|어제|그제|오늘|방금|(?<=[0-9])(?: ?개월| ?년| ?월| ?일| ?시간?| ?분| ?초| ?주)(?: ?전)?")
_day_first = re.compile(
    r"(?<![0-9年])([0-9]{1,2}) ([0-9]{1,2}) ?月,? ((?:19|20)[0-9]{2})(?![0-9])"
)  # D, d M Y, as PHP puts it into Chinese
_hours_ago = re.compile("(?<=[0-9]) ?时间前(?!后)")  # 3時間前


def in_our_words(text: str, year: int) -> str:
    """The simplified text with its era years as years, what counts back from this `year` too, and its Korean and Japanese words in Chinese."""
    text = _hours_ago.sub("小时前", _korean.sub(_translated, text))
    text = _era.sub(lambda found: f"{_BEFORE[found[1]] + (1 if found[2] == '元' else int(found[2]))}年", text)
    text = _day_first.sub(r"\3年\2月\1日", text)
    return _counted_back.sub(lambda found: f"{year - '今去前'.index(found[1][0])}年", text)


def _translated(found: re.Match[str]) -> str:
    word = found[0].strip()
    for korean, chinese in _KOREAN.items():
        word = word.replace(korean, chinese)
    return word.replace(" ", "")
