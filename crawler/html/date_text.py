"""Dates in the lines around an article, and what their labels say of them: published, changed, or the date of something else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from crawler import zones
from crawler.calendars import MONTH
from crawler.relative_dates import PHRASE

LINE = 250  # characters of a line that are looked at

_clock = r"\s*T?\s*\d{1,2}\s*[:：时時h]\s*\d{2}(?:\s*[:：]\s*\d{2})?(?:Z\b|[+-]\d\d:?\d\d\b)?"
_months = r"(?i:(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*)\.?"
_en_clock = r"(?:.{0,9}?\d{1,2}\s?[:.h]\s?\d{2}(?::\d{2})?\s*(?:[aApP]\.?[mM]\b\.?)?\s*(?:[A-Z]{2,5}\b)?)?"
DATE = re.compile(
    rf"(?:19|20)\d\d\s*[-/.年]\s*\d{{1,2}}\s*[-/.月]\s*\d{{1,2}}\s*日?(?:\s*(?:星期|週|周).)?(?:\s*[上下]午)?(?:{_clock}|\s\d\d\.\d\d(?![\d.]))?"
    rf"|(?<!\d)\d{{1,2}}-\d{{1,2}}{_clock}|\d{{1,2}}月\d{{1,2}}日{_clock}|{PHRASE}"
    rf"|\b\d{{1,2}}([/.-])\d{{1,2}}\1(?:19|20)\d\d(?:\W{{1,3}}(?:à|um|kl\.?|at)?{_clock})?"
    rf"|\b{_months}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+20\d\d{_en_clock}"
    r"|二[〇○零][〇○零一二三四五六七八九]{2}年[一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3}日"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th|er|\.|º)?[\s-](?:de\s)?(?:{_months}|{MONTH}),?[\s-]\s*(?:del?\s)?20\d\d{_en_clock}"
    rf"|\b{_months}\s+\d{{1,2}}\s\d\d:\d\d(?::\d\d)?\s(?:[A-Z]{{2,5}}\s|[+-]\d{{4}}\s)?20\d\d"
)
# 9:05 AM, Mar 02, 2026
_clock_ahead = re.compile(r"(\d{1,2}:\d{2}\s*(?:[aApP]\.?[mM]\.?)?(?:\s+[A-Z]{2,4})?)(?:,|\s*[•·|])?\s+(?:on\s+)?$")
_needed = re.compile(r"[\d前刚剛昨今〇○零]")  # a date holds one of these, or one of the words
_needed_words = ("ago", "just now", "yesterday")
_clock_only = re.compile(_clock)
_dotted = re.compile(r"([A-Za-z]{3}.{1,6}20\d\d.{1,6}?\d{1,2})\.(\d{2})(?![\d.])")  # 4 Mar 2026 09.05
_glued = re.compile(r"(\d)(\d\d[:：]\d\d)")  # 2026-11-2314:05, of two elements

_JOINT = r"\W*(?:时间|時間|日期|于|於|on|at|date|time|el|le|am|il|em|op|den)?\W*"
_published = re.compile(
    rf"(?:发布|發布|發佈|发表|發表|刊发|刊登|上线|首发|公开|\bveröffentlicht|\bpublication|\bavailable online"
    rf"|\b(?:first )?(?:published|posted)|\bpubli(?:cado|é|cato|sert|ceret|cerad)){_JOINT}$",
    re.I,
)
_changed = re.compile(
    r"(?:更新|修改|编辑|編輯|修订|改于|\b(?:updated?|modified|edited|revised|corrected|modification)|\blast (?:update|change|edit)"
    rf"|\b(?:actualizado|mis à jour|modifié|aktualisiert|stand|aggiornato|atualizado|bijgewerkt|opp?datert|uppdaterad|opdateret)){_JOINT}$",
    re.I,
)
_of_others = re.compile(
    r"(?:(?:推荐|相关|热门|上一篇|下一篇)(?:文章|阅读|内容|帖子)?|收稿|录用|接收|接受|投稿|截止|截至|访问|检索|注册|加入|有效期至?|活动|会议|举办|开始|结束|开幕|直播|今天是|现在是|当前"
    r"|[至到]|\b(?:received|accepted|submitted|submission|deadline|expires|accessed|retrieved|joined|registered|member since|event|starts|begins|ends"
    rf"|copyright|valid (?:until|through)|due)|(?<!\w)©){_JOINT}$",
    re.I,
)
# 自9月1日起 is told in a sentence
_of_others_behind = re.compile(r"\s*(?:起|前|后|以来|之前|之后|以前|以后|截止)(?![^\s|，。]{0,2}(?:发布|发表))")
_changed_behind = re.compile(r"\s*[(（]?(?:更新|修改|编辑过?|编辑|updated|edited|modified)(?!.{0,8}\d\d[-/.年月])", re.I)

PUBLISHED, UNLABELLED, CHANGED = range(3)  # in this order they are believed


_weekday = re.compile(r"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*\.?,?\s*\|")


def undated(text: str) -> str:
    """The line with a bar for each date, and for the weekday before it."""
    if "|" not in text and not _may_hold(text):
        return text
    return _weekday.sub("|", DATE.sub("|", text))


@dataclass(frozen=True, slots=True)
class DateText:
    """A date as it stands in a line, with its clock and zone. `rank`: what its label says."""

    text: str
    rank: int


def dates_in(lines: Sequence[str]) -> list[DateText]:
    """The dates of the lines that may be the article's, what is labelled published first, what is labelled changed last."""
    return sorted(_dates_in(lines), key=lambda date: date.rank)


def _dates_in(lines: Sequence[str]) -> Iterator[DateText]:
    above = ""
    for text, below in pairwise((*lines, "")):
        end = 0
        for match in DATE.finditer(text[:LINE]) if _may_hold(text[:LINE]) else ():
            before, behind = text[end : match.start()], text[match.end() :]
            end = match.end()
            clock = f" {below}" if not behind and _clock_only.fullmatch(below) else ""
            if ":" in before and ":" not in match[0] and (ahead := _clock_ahead.search(before)):
                before, clock = before[: ahead.start()], f" {ahead[1]}"
            rank = _rank(before or (above if len(above) < 20 else ""), behind)
            if rank is not None:
                zones_beside = zones.AHEAD.search(before), zones.BEHIND.match(behind)
                ahead_of, after = (found[0] if found else "" for found in zones_beside)
                whole = ahead_of.rstrip(" :：") + match[0] + after + clock
                said = _dotted.sub(r"\1:\2", _glued.sub(r"\1 \2", whole))
                yield DateText(said, rank)
        above = text


def _may_hold(text: str) -> bool:
    """False for a line in which no date can stand; cheap, where to look for one is not."""
    return _needed.search(text) is not None or any(word in text for word in _needed_words)


def _rank(before: str, behind: str) -> int | None:
    """What the label in front of a date says, or else the one behind it; None: it is the date of something else."""
    for pattern, rank in ((_changed, CHANGED), (_published, PUBLISHED), (_of_others, None)):
        if pattern.search(before):
            return rank
    if _of_others_behind.match(behind):
        return None
    return CHANGED if _changed_behind.match(behind) else UNLABELLED
