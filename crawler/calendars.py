"""Dates of neighbouring calendars and languages in the words that we read: 民國115年 and 令和8年 → 2026年, 去年3月 → 2025年3月, 오후 3:15 → 下午 3:15,
19 de octubre de 2025 → 2025-10-19."""

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
# The months of other languages of Latin script, where English has another word.
_MONTHS = (
    "ene enero gen gennaio janv janvier januar januari janeiro stycznia ledna ocak",
    "febrero febr febbraio févr février februar februari fev fevereiro lutego února şubat",
    "marzo mars märz maart mrt março marca března mart",
    "abr abril avr avril aprile kwietnia dubna nisan",
    "mayo mai mag maggio maj mei maio maja května mayıs",
    "junio juin giu giugno juni junho czerwca června haziran",
    "julio juil juillet lug luglio juli julho lipca července temmuz",
    "ago agosto août augusti augustus sierpnia srpna ağustos",
    "set septiembre septembre settembre setembro września září eylül",
    "octubre octobre ott ottobre oktober okt out outubro października října ekim",
    "noviembre novembre novembro listopada listopadu kasım",
    "dic diciembre déc décembre dez dezember dicembre dezembro desember grudnia prosince aralık",
)
_MONTH_OF = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
MONTH = rf"(?i:{'|'.join(sorted(_MONTH_OF, key=len, reverse=True))})\b\.?"
_abroad = re.compile(
    rf"(?<![0-9])([0-9]{{1,2}})(?:\.|er|º)? (?:de )?({MONTH}),? (?:del? )?((?:19|20)[0-9]{{2}})(?![0-9])"
)  # 19 de octubre de 2025
_clock_abroad = re.compile(
    r"([0-9]{4}[^0-9]{1,12}(?=[0-9]{1,2} ?h)|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}[^0-9]{1,12})([0-9]{1,2})(?: ?h ?|\.)([0-9]{2})(?![0-9.])"
)  # à 05h30, kl. 5.30
_hours_ago = re.compile("(?<=[0-9]) ?时间前(?!后)")  # 3時間前


def in_our_words(text: str, year: int) -> str:
    """The simplified text with its era years as years, what counts back from this `year` too, its Korean and Japanese words in Chinese, and the
    months of other languages as numbers."""
    text = _hours_ago.sub("小时前", _korean.sub(_translated, text))
    text = _era.sub(lambda found: f"{_BEFORE[found[1]] + (1 if found[2] == '元' else int(found[2]))}年", text)
    text = _abroad.sub(lambda found: f"{found[3]}-{_MONTH_OF[found[2].lower().rstrip('.')]}-{found[1]}", text)
    text = _clock_abroad.sub(r"\1\2:\3", text)
    text = _day_first.sub(r"\3年\2月\1日", text)
    return _counted_back.sub(lambda found: f"{year - '今去前'.index(found[1][0])}年", text)


def _translated(found: re.Match[str]) -> str:
    word = found[0].strip()
    for korean, chinese in _KOREAN.items():
        word = word.replace(korean, chinese)
    return word.replace(" ", "")
