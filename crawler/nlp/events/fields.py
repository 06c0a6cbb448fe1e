"""What is known of an event: its type, who acts, on what, how much, and when, in the words of the text; None where it does not say.

The type is told by the words of `data/events.yaml`; those of the headline count twice. Dates are resolved from the day of publication.
"""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, TypedDict

import re2

from crawler.nlp.clause_en import is_verb_form
from crawler.nlp.events import words as event_words
from crawler.nlp.events.actors import actors_of
from crawler.nlp.events.amounts_en import DIGITS, amount_of
from crawler.nlp.headlines_zh import Told
from crawler.nlp.lexicon import rows, table
from crawler.text import HAN, normal

IN_HEADLINE = 2.0
DOUBT = 1.6  # points that words of no type have


class EventFields(TypedDict):
    """The fields of an Event beside headline and detail."""

    type: str
    actors: tuple[str, ...] | None
    object: str | None
    amount: str | None
    date: str | None


def fields_of(  # noqa: PLR0917 (what an event is told by)
    headline: str,
    quote: str,
    made: Told,
    language: str | None,
    published: datetime | None,
    text: str = "",
    over: str = "",
    sentence: str = "",
) -> EventFields:
    """The fields of one event; `text` is the article, in which names recur, `over` what stands over the event, `sentence` the
    whole one that `quote` is the important part of."""
    is_chinese = language == "zh"
    sentence = sentence or quote
    kind = type_of(headline, quote, over)
    actors = actors_of(sentence, made, text, over, language, kind)
    told = quote if len(quote) > len(sentence) * 0.9 else sentence
    return {
        "type": kind,
        "actors": actors or None,
        "object": (_object_zh if is_chinese else _object_en)(headline, made),
        "amount": _amount_zh(headline, told) if is_chinese else amount_of(told, headline, over, kind),
        "date": date_of(quote, published, is_chinese, text, made.headline),
    }


# --- type


@cache
def _types() -> tuple[list[tuple[str, float]], Any]:
    """(type, weight) of each pattern, and all of them behind a look for the words they need: one automaton of them has too many states."""
    found, patterns = [], re2.Filter()
    for _, (name, weight, *pattern) in rows(str(table("events.yaml")["types"])):
        found.append((name, float(weight)))
        patterns.Add("|".join(pattern))
    patterns.Compile()
    return found, patterns


def type_of(headline: str, quote: str, over: str = "") -> str:
    """The type of which the words and the patterns say most; where no pattern is met, those of what stands over it, the title or the
    section's heading, speak too."""
    points: defaultdict[str, float] = defaultdict(float, event_words.points(normal(quote), normal(over)))
    met = [(name, weight * times) for text, times in ((headline, IN_HEADLINE), (quote, 1.0)) for name, weight in said(text)]
    for name, weight in met or [(name, weight * (1 + IN_HEADLINE)) for name, weight in said(over)]:
        points[name] += event_words.PATTERN * weight
    points["none"] = DOUBT
    best = max(sorted(points), key=lambda name: points[name])
    return best if best != "none" else "other"


def said(text: str) -> list[tuple[str, float]]:
    """(type, weight) of each pattern that a text meets."""
    types, patterns = _types()
    return [types[at] for at in patterns.Match(_trade.sub(" ", normal(text))) or ()]


_trade = re.compile(  # what a company makes says nothing of what it does
    rf"[{HAN}a-z]{{2,8}}(?:设计|开发|制造|生产)?(?:软件)?(?:初创)?(?:公司|企业|厂商|服务商|供应商|运营商|制造商|开发商)(?=[{HAN}a-z\"])"
    r"|\b(?:chip|legal|software|robotaxi|robot|search|insurance|privacy|chips?|battery|car|drone|truck|server|memory|ai|a\.i\.)[ -](?:software )?"
    r"(?:designer|maker|developer|company|start-?up|operator|firm|group|supplier|giant|specialist)s?\b"
)


# --- amount

_NUMBER_ZH = rf"(?:{DIGITS}|[一二两三四五六七八九十百]+)"
_money_zh = re.compile(
    rf"(?:每[百千]?万? ?tokens? ?|人民[币幣]|新[台臺][币幣]|港[币幣])?"
    rf"(?:(?:近|约|約|逾|超(?![过過])|高达|高達)?(?:{_NUMBER_ZH}|数|數|上)(?:[百千万亿萬億]+)?|近[百千]?[万亿萬億])(?:余|餘|多)?(?:元人民[币幣]|元(?!素|件|器|宇|旦|月)|美元|[欧歐]元|港元|港[币幣]|英[镑鎊]|日[元圆圓]|[韩韓]元|新[台臺][币幣]|人民[币幣]|[卢盧]比|瑞郎|"
    rf"新元)(?!左右的估值)"
)
_count_zh = re.compile(
    rf"(?:近|约|逾|超(?!过))?{DIGITS}(?:[百千万亿]+)?(?:余|多)?(?:台|辆|名|人(?!工|形|民)|人次|户|架|套|颗|片|P(?![A-Za-z])|EFLOPS|兆瓦|万千瓦|吉瓦|平方米|亩)"
)
_of_value = re.compile(r"(?:估值|收于|市值|累计[^，]{0,8}|均价|售价|股价|收报|报价?|收盘|总资产)(?:约|达|为|超过?|已经?|合计)*$")


def _amount_zh(headline: str, quote: str) -> str | None:
    for text in (headline, quote):
        for match in _money_zh.finditer(text):
            if not _of_value.search(text, max(0, match.start() - BEFORE), match.start()) and not _was(text, match):
                return match[0]
    counts = (match[0] for text in (headline, quote) for match in _count_zh.finditer(text) if not _was(text, match))
    return next(counts, None)


BEFORE = 40  # characters before an amount that say of what it is


def _was(text: str, match: re.Match[str]) -> bool:
    """True for what it was before: 从62万套上调至70万套."""
    return text[match.start() - 1 : match.start()] in ("从", "由", "從") and bool(_to.match(text, match.end()))


_to = re.compile(r"[^，。；]{0,8}[至到]")


# --- date

_day_zh = re.compile(
    r"(?:(?P<year>\d{4})年)?(?P<month>\d{1,2})月(?P<day>\d{1,2})[日号]|(?<![\d月第])(?P<only>\d{1,2})日(?!报|益|本|常|前|均)"
)
_relative_zh = re.compile(
    r"(?P<today>今天|今日|今晨|今早|今晚|即日|(?<![日天号次翌])(?:凌晨|清晨))|(?P<yesterday>昨天|昨日|昨晚)|(?P<which>上|本|这)?周(?P<weekday>[一二三四五六日天])(?!年|期|边)"
)
_that_day = re.compile(r"当天|当日|当晚|同日|同一天|^(?:仪式|会议?|活动|发布会|论坛)上")
_month_zh = re.compile(r"(?<![\d年])(\d{1,2})月(?![\d至到])")
_month_en = re.compile(
    r"\b(?:in|for|since|by) (January|February|March|April|May|June|July|August|September|October|November|December)\b(?! \d)"
)
_MONTHS = {name: at for at, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_day_en = re.compile(
    r"\b(?P<month>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|"
    r"Nov(?:ember)?|Dec(?:ember)?)\.? (?P<day>\d{1,2})\b(?:, (?P<year>\d{4}))?"
    r"|\b(?P<day2>\d{1,2}) (?P<month2>January|February|March|April|May|June|July|August|September|October|November|"
    r"December)\b(?: (?P<year2>\d{4}))?"
)
_relative_en = re.compile(
    r"\b(?:(?P<today>[Tt]oday|[Tt]his (?:morning|afternoon|evening)|tonight)|(?P<yesterday>yesterday)|(?P<which>last |next |this )?(?P<weekday>Monday|Tuesday|Wednesday|"
    r"Thursday|Friday|Saturday|Sunday))\b"
)
_WEEKDAYS = (
    {name: at % 7 for at, name in enumerate("一 二 三 四 五 六 日 天".split())}
    | {"天": 6}
    | {name: at for at, name in enumerate("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split())}
)


def date_of(quote: str, published: datetime | None, is_chinese: bool, text: str, headline: str) -> str | None:
    """The day of the event as an ISO date."""
    if published is None:
        return None
    day = published.date()
    ahead = bool(_ahead.search(headline))
    found = (_named_zh if is_chinese else _named_en)(quote, day, ahead) or _named_relative(quote, day, is_chinese)
    if found is None and not _that_day.search(quote):
        month = (_month_zh if is_chinese else _month_en).search(headline)
        number = month and (int(month[1]) if is_chinese else _MONTHS[month[1][:3].lower()])
        nearest = _nearest(None, number, 15, day, ahead) if number and 0 < number < 13 else None
        return f"{nearest:%Y-%m}" if nearest else None
    if found is None and is_chinese and _that_day.search(quote):
        named = list(_day_zh.finditer(text[: max(0, text.find(quote))]))
        found = _resolved(named[-1], day, ahead=False) if named else None
    return found.isoformat() if found else None


_ahead = re.compile(r"将|拟|计划|预计|起施行|\b(?:will|from|by|until|starting|plans?|expects?|expected|to)\b")
_heard = re.compile(r"^.{0,12}(?:获悉|了解到)")


def _named_zh(quote: str, day: date, ahead: bool) -> date | None:
    days = [
        match
        for match in _day_zh.finditer(quote)
        if not (quote[: match.start()].endswith("记者") and _heard.search(quote[match.end() :]))
    ]
    plain = [
        match
        for match in days
        if not re.match(r"(?:起|前|之前|以前|至|到(?!任|岗|职|货|账)|—|-|内|召开)", quote[match.end() :])
        and not quote[: match.start()].endswith(("截至", "自", "到", "至"))
    ]
    starts = quote.startswith("自")  # 自5月15日起，召回…
    if not plain and days and (told := _relative_zh.search(quote)) and told.start() < days[0].start():
        return None  # 昨日表决通过，明年3月1日起施行: of that day
    return _resolved((plain or days)[0], day, ahead) if plain or (days and (ahead or starts)) else None


def _resolved(match: re.Match[str], day: date, ahead: bool) -> date | None:
    if match["only"]:
        number = int(match["only"])
        for back in range(32):  # the latest such day
            if (day - timedelta(days=back)).day == number:
                return day - timedelta(days=back)
        return None
    return _nearest(int(match["year"]) if match["year"] else None, int(match["month"]), int(match["day"]), day, ahead)


def _named_en(quote: str, day: date, ahead: bool) -> date | None:
    for match in _day_en.finditer(quote):
        month = _MONTHS[(match["month"] or match["month2"])[:3].lower()]
        year = match["year"] or match["year2"]
        if found := _nearest(int(year) if year else None, month, int(match["day"] or match["day2"]), day, ahead):
            return found
    return None


def _nearest(year: int | None, month: int, number: int, day: date, ahead: bool) -> date | None:
    """The day of that name nearest to the day of publication, rather behind it unless the event is ahead."""
    found = []
    for one in (year,) if year else (day.year - 1, day.year, day.year + 1):
        try:
            found.append(date(one, month, number))
        except ValueError:
            continue
    return min(found, key=lambda other: abs((other - day).days) * ((0.5 if ahead else 2) if other > day else 1), default=None)


def _named_relative(quote: str, day: date, is_chinese: bool) -> date | None:
    match = (_relative_zh if is_chinese else _relative_en).search(quote)
    if match is None:
        return None
    if match["today"] or match["yesterday"]:
        return day - timedelta(days=bool(match["yesterday"]))
    which = (match["which"] or "").strip()
    if which == "next":
        return None
    back = (day.weekday() - _WEEKDAYS[match["weekday"]]) % 7
    if which == "上":
        return day - timedelta(days=day.weekday() + 7 - _WEEKDAYS[match["weekday"]])
    if which in ("last",) and back == 0:
        back = 7
    return day - timedelta(days=back)


# --- actors and object


def _object_zh(headline: str, made: Told) -> str | None:
    """What stands behind the last verb of the headline, or the name in its quotation marks."""
    if named := re.search(r"《[^》]+》|“[^”]+”(?=$|的)", headline):
        return named[0].strip("“”")
    behind = (
        headline[headline.find(made.subject) + len(made.subject) :] if made.subject and made.subject in headline else headline
    )
    match = re.search(
        r"(?:完成|获得?|发布|推出|上线|开源|收购|签署|签订|设立|成立|建设|印发|出台|暂停|暂缓|裁撤|裁定|约谈|启用|否认|投资|公布|披露|批准|发放|任命|提出|终止|推送|"
        r"举报)(?:了)?(?P<what>[^，。]{2,24})$",
        behind,
    )
    if not match:
        return None
    what = re.sub(
        rf"^(?:{_money_zh.pattern}的?|{_count_zh.pattern}|一[项个款种份起批]|首[个款批]|全[部新]|新一代|第[一二三四五]代|\d+项)",
        "",
        match["what"],
    )
    return what.removeprefix("的") or None


def _object_en(headline: str, made: Told) -> str | None:
    """What stands behind the verbs, up to the next preposition; None where that is no noun."""
    words = made.predicate.split()
    at = 0
    while at < min(len(words), 6) and (is_verb_form(words[at]) or words[at].lower() in _between_verbs):
        at += 1
    phrase = re.split(_NEXT_PHRASE, " ".join(words[at:]))[0].strip(" .,")
    if not at or not phrase or phrase not in headline or len(phrase) < 3:
        return None
    first = phrase.split()[0].lower()
    return None if first in _no_noun or first.endswith("ly") else phrase


_NEXT_PHRASE = r"[,;]| (?:in|on|at|by|for|with|from|to|that|which|who|after|before|while|as|because|into|over|against|across|under|once|whose|when|about|requiring|is)\b"
_between_verbs = frozenset("to not also now then been be have has more".split())
_no_noun = frozenset(
    "in on at by for with from to that which who after before while as because into over against across under off out up down about what whether how if once there here "
    "3-2 half most by and or but it him her them".split()
)
