"""The figures of a headline, read from its normal form: money, percentages, counts, versions, rounds, periods, dates, ordinals.

    30 亿美元, $3B → ("usd", 3e9)      七成, 70% → 70.0      gpt 5.4 → ("gpt", "5.4")      b 轮, series b → "b"

Each is taken out of the text as it is read, so that no digit is read twice; what is left comes back with the figures.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from crawler.record import travels
from crawler.text import HAN

GAP = "|"  # stands for each character that was taken out
_HAN_DIGITS = {ch: value for value, ch in enumerate("零一二三四五六七八九")} | {"两": 2, "半": 0.5, "〇": 0}
_HAN_UNITS = {"十": 10, "百": 100, "千": 1000}
SCALES = {
    "万亿": 1e12, "千亿": 1e11, "百亿": 1e10, "十亿": 1e9, "亿": 1e8, "千万": 1e7, "百万": 1e6, "万": 1e4, "千": 1e3, "百": 1e2,
    "trillion": 1e12, "tn": 1e12, "t": 1e12, "billion": 1e9, "bn": 1e9, "b": 1e9, "million": 1e6, "mn": 1e6, "m": 1e6, "k": 1e3,
    "thousand": 1e3, "": 1.0,
}  # fmt: skip
_CURRENCIES = {
    "美元": "usd", "美金": "usd", "$": "usd", "us$": "usd", "dollars": "usd", "dollar": "usd", "港元": "hkd", "港币": "hkd", "hk$": "hkd",
    "欧元": "eur", "€": "eur", "euros": "eur", "euro": "eur", "英镑": "gbp", "£": "gbp", "pounds": "gbp", "日元": "jpy", "yen": "jpy",
    "韩元": "krw", "won": "krw", "新台币": "twd", "nt$": "twd", "卢比": "inr", "人民币": "cny", "元": "cny", "¥": "cny", "yuan": "cny",
    "rmb": "cny", "cny": "cny", "元人民币": "cny",
}  # fmt: skip
_NUMBER = r"\d[\d,]*(?:\.\d+)?"
_HAN_NUMBER = "[零一二两三四五六七八九十百千〇]+"
_ZH_SCALE = "(?:万亿|千亿|百亿|十亿|亿|千万|百万|万)"
_ABOUT = "[余多近超约]*"
_loosely = re.compile(
    r"(?:近|超过?|逾|约|大约|至多|最多|高达|多达|nearly|almost|over|more than|about|around|up to|as much as|at least) ?[$€£¥]?$"
)
_MARKS = "|".join(re.escape(mark) for mark in ("us$", "hk$", "nt$", "$", "€", "£", "¥", "rmb ", "cny "))
_ZH_MONEY = "元人民币|人民币|美元|美金|港元|港币|欧元|英镑|日元|韩元|新台币|卢比|元"

_money_zh = re.compile(f"({_NUMBER}|{_HAN_NUMBER})?{_ABOUT}({_ZH_SCALE})?{_ABOUT}({_ZH_MONEY})")
_money_mark = re.compile(rf"({_MARKS}) ?({_NUMBER}) ?(trillion|billion|million|thousand|tn|bn|mn|[tbmk](?![a-z]))?")
_money_en = re.compile(rf"({_NUMBER}) ?(trillion|billion|million|bn|mn)? (dollars?|euros?|pounds|yen|yuan|won)\b")
_percent = re.compile(rf"({_NUMBER}) ?(?:%|percent\b|per cent\b)|百分之({_HAN_NUMBER}|{_NUMBER})")
_tenths = re.compile(r"(?<![组达形构变建生完合])([一二两三四五六七八九]|\d)成(半)?(?![立功为员果长都本])")
_fraction = re.compile(r"\b(?:a|one) (fifth|quarter|third|tenth) of\b|\b(three quarters|two thirds)\b")
_FRACTIONS = {"tenth": 10.0, "fifth": 20.0, "quarter": 25.0, "third": 33.0, "two thirds": 66.0, "three quarters": 75.0}
_points = re.compile(
    rf"({_NUMBER}) ?(?:个?基点|basis points?\b|bps?\b)|({_NUMBER})个?百分点|\b(quarter|half) (?:percentage )?point"
)
_bare_sum = re.compile(
    rf"(?:融资|募资|筹资|投资|斥资|注资|营收|净利润?|利润|收购|作价|市值|罚款|金额|总额)(?:额|规模|总额)?[为达近超逾约共]*({_NUMBER}|{_HAN_NUMBER}(?=万?亿))(万亿|亿|千万)(?![\d个万亿台辆人名用元美港欧英日韩参])"
)
_worth = re.compile(
    rf"(?:估值|市值)[^\d|，,。]{{0,8}}?({_NUMBER}|{_HAN_NUMBER})?{_ABOUT}({_ZH_SCALE})?{_ABOUT}({_ZH_MONEY})"
    rf"|(?:valued at|valuation (?:of|to|at)|valuing [^|,]{{2,24}}? at|worth|value of)[^\d|,]{{0,18}}?({_MARKS}) ?({_NUMBER}) ?(trillion|billion|million|tn|bn|mn|[tbm](?![a-z]))?"
    rf"|({_MARKS}) ?({_NUMBER}) ?(trillion|billion|million|tn|bn|mn|[tbm](?![a-z]))? (?:valuation|market value|market cap)"
)
_digit = re.compile(r"\d")
_half = re.compile(r"一半|减半|腰斩|\bby half\b|\bin half\b|\bhalves\b|\bhalved\b")
_inside = re.compile("[余多近超逾约]")
_round = re.compile(r"(天使|种子|战略|pre ?[a-e]\+?|[a-h]\d?\+{0,2}) ?轮|series ([a-h]\+{0,2})(?![a-z])|(seed) (?:round|funding)")
_quarter_zh = re.compile(r"第?([一二三四1-4])(?:财年第)?(?:财)?季度?(?:报)?|(上|下)半年|(前三季度)|(半年报)")
_quarter_en = re.compile(r"\b(first|second|third|fourth) (?:fiscal )?quarter|\bq([1-4])\b|(first|second) half")
_year = re.compile(r"(?<![\d.])((?:19|20)\d\d)(?:年|财年)?(?![\d.%])")
_month = re.compile(r"(?<!\d)(1[0-2]|[1-9])月(?:份)?(?:([12]\d|3[01]|[1-9])[日号])?")
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_month_en = re.compile(rf"\b({'|'.join(_MONTHS)})[a-z]*\.? (\d{{1,2}})\b")
_ORDINALS = "fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()
_ordinal = re.compile(f"第 ?({_HAN_NUMBER}|\\d+) ?([届代批期次轮款])|\\b(\\d+)(?:st|nd|rd|th)\\b|\\b({'|'.join(_ORDINALS)})\\b")
_size = re.compile(r"(?<![a-z\d.])(\d+(?:\.\d+)?)(b|m|t)(?: ?a\d+b)?(?![a-z\d])|(\d+(?:\.\d+)?)(亿|万亿)(?:个)?参数")
_UNIT_WORDS = (
    r"个岗位|名员工|人|名|岗位|台|辆|条|张|座|家|吉瓦|用户|people\b|employees\b|jobs\b|corporate jobs\b|workers\b|staff\b|cars\b"
    r"|robotaxis\b|vehicles\b|robots\b|gigawatts?\b|gw(?![a-z])|users\b"
)
_SCALE_WORDS = f"{_ZH_SCALE}| (?:million|billion|thousand)\\b|k\\b"
_COUNT = f"(?<![a-z\\d.])({_NUMBER}|{_HAN_NUMBER}(?={_ZH_SCALE}))"
# A number with a unit, a scale or thousands is a count wherever it stands; a bare one only when it is no version.
_count = re.compile(f"{_COUNT}({_SCALE_WORDS})?{_ABOUT} ?({_UNIT_WORDS})")
_count_scaled = re.compile(f"{_COUNT}({_SCALE_WORDS})()")
_count_thousands = re.compile(r"(?<![a-z\d.])(\d{1,3}(?:,\d{3})+)()()")
_count_bare = re.compile(r"(?<![a-z\d.])(\d{3,})()()(?![\d.%])")
_UNITS = {
    "person": [*"个岗位 名员工 人 名 岗位 people employees jobs workers staff".split(), "corporate jobs"],
    "vehicle": "台 辆 cars robotaxis vehicles robots".split(),
    "gw": "吉瓦 gigawatt gigawatts gw".split(),
    "user": ["用户", "users"],
}
_unit_of = {word: unit for unit, listed in _UNITS.items() for word in listed}
TIERS = "mini nano lite flash turbo air pro max ultra plus opus sonnet haiku preview large medium small coder vl omni thinking".split()
_version = re.compile(
    rf"(?<![a-z\d.])([a-z]{{2,}}(?: (?:{'|'.join(TIERS)}))?) ?(?:v ?)?(\d{{1,4}}(?:\.\d+){{0,2}})([a-z](?![a-z\d]))?(?![\d%])"
    r"|(?<![a-z\d.])([a-z]) ?(\d{1,4}(?:\.\d+){0,2})(?![\d%])"
    r"|(?<![\d.,])(\d{1,2}\.\d{1,2})(?![\d.%倍])"
)
_craft = re.compile(f"(?<=[{HAN}])({_HAN_NUMBER}|(?<![\\d.月])\\d{{1,3}})号")  # 神舟二十一号, 14 号线
_VERBS = frozenset("releases launches unveils ships introduces announces debuts adds gets open sources new its".split())
_NO_FAMILY = frozenset(
    "top with from over than about around of in by to for at the and after under up down hits all some "
    "off cut cuts recalls raises lays lands first next last nearly least".split()
)


@travels
@dataclass(frozen=True, slots=True)
class Figures:
    """What was read. `versions` are (family, number); a family of one letter, or "" for a number that stands alone. `worth` are valuations, `loose`
    the amounts that are told as a bound: 近, 超, up to.
    """

    money: frozenset[tuple[str, float]] = frozenset()
    worth: frozenset[tuple[str, float]] = frozenset()
    loose: frozenset[float] = frozenset()
    percents: frozenset[float] = frozenset()
    rounds: frozenset[str] = frozenset()
    periods: frozenset[str] = frozenset()
    years: frozenset[str] = frozenset()
    dates: frozenset[str] = frozenset()
    ordinals: frozenset[str] = frozenset()
    sizes: frozenset[str] = frozenset()
    versions: frozenset[tuple[str, str]] = frozenset()
    counts: frozenset[tuple[str, float]] = frozenset()


def read(form: str) -> tuple[Figures, str]:
    """The figures of a normal form, and what is left of it."""
    left = form
    found: dict[str, set[object]] = {}
    for kind, pattern, value in _patterns(form):

        def take(match: re.Match[str], kind: str = kind, value: Callable[[re.Match[str]], object] = value) -> str:
            one = value(match)
            if one is None:
                return match.group()
            found.setdefault(kind, set()).add(one)
            is_amount = kind in ("money", "worth", "counts")
            if is_amount and (_loosely.search(match.string, 0, match.start()) or _inside.search(match.group())):
                found.setdefault("loose", set()).add(one[1])  # type: ignore[index]
            return GAP * len(match.group())

        left = pattern.sub(take, left)
    return Figures(**{kind: frozenset(values) for kind, values in found.items()}), left  # type: ignore[arg-type]


def _patterns(form: str) -> Iterator[tuple[str, re.Pattern[str], Callable[[re.Match[str]], object]]]:
    """Those of `_ORDER` that may find something: half of all would look through a text in vain."""
    held = f"{form}\\d" if _digit.search(form) else form
    return ((kind, pattern, value) for kind, needles, pattern, value in _needed() if any(map(held.__contains__, needles)))


@cache
def _needed() -> list[tuple[str, list[str], re.Pattern[str], Callable[[re.Match[str]], object]]]:
    return [(kind, needles.split(), pattern, value) for kind, needles, pattern, value in _ORDER]


def number(text: str) -> float:
    """A number in digits (with commas) or in Han numerals: 二十五, 一千二百, 三."""
    if text[:1].isdigit():
        return float(text.replace(",", ""))
    total = current = 0.0
    for ch in text:
        if ch in _HAN_UNITS:
            total += (current or 1) * _HAN_UNITS[ch]
            current = 0
        else:
            current = current * 10 + _HAN_DIGITS[ch]
    return total + current


def _money(amount: str | None, scale: str | None, currency: str) -> tuple[str, float] | None:
    if amount is None and (scale is None or scale in ("万", "亿")):
        return None  # a currency alone, or 亿元 behind something unread
    value = (number(amount) if amount else 1.0) * SCALES[(scale or "").strip()]
    return _CURRENCIES[currency.strip()], round(value, 2)


def _worth_of(match: re.Match[str]) -> tuple[str, float] | None:
    if match[3]:
        return _money(match[1], match[2], match[3])
    return _money(match[5] or match[8], match[6] or match[9], match[4] or match[7])


def _points_of(match: re.Match[str]) -> float:
    if match[3]:
        return 0.25 if match[3] == "quarter" else 0.5
    return number(match[1]) / 100 if match[1] else number(match[2])


def _han_or_digit(text: str) -> str:
    return str(int(number(text)))


def _size_of(match: re.Match[str]) -> str:
    if match[1]:
        return f"{float(match[1]):g}{match[2]}"
    return f"{float(match[3]) * (0.1 if match[4] == '亿' else 1000):g}b"


def _count_of(match: re.Match[str]) -> tuple[str, float] | None:
    return _unit_of.get(match[3], ""), number(match[1]) * SCALES[(match[2] or "").strip()]


def _version_of(match: re.Match[str]) -> tuple[str, str] | None:
    if match[1]:
        family = match[1].split(" ")[0]
        tier = match[1].split(" ")[1:]
        if family in _NO_FAMILY:
            return None
        version = match[2] + (match[3] or "")
        if family in _VERBS:
            return "", version
        return (tier[0] if tier and tier[0] in ("opus", "sonnet", "haiku") else family), version
    return (match[4].removeprefix("v"), match[5]) if match[4] else ("", match[6])  # V3.2 goes with DeepSeek-V3.2


def _quarter_of(match: re.Match[str]) -> str:
    if match[1]:
        return f"q{_han_or_digit(match[1])}"
    return "q1-3" if match[3] else "h1" if match[4] or match[2] == "上" else "h2"


def _quarter_en_of(match: re.Match[str]) -> str:
    order = {"first": 1, "second": 2, "third": 3, "fourth": 4}
    if match[3]:
        return f"h{order[match[3]]}"
    return f"q{match[2] or order[match[1]]}"


def _ordinal_of(match: re.Match[str]) -> str:
    return str(_ORDINALS.index(match[4]) + 4) if match[4] else _han_or_digit(match[1] or match[3])


_UNITS_HELD = (
    "人 名 岗 台 辆 条 张 座 家 吉瓦 用户 people employees jobs workers staff cars robotaxis vehicles robots gigawatt gw users"
)
# In this order. Before its pattern, of what every match holds one: a text without any need not be searched; `\d` is any digit.
_ORDER: tuple[tuple[str, str, re.Pattern[str], Callable[[re.Match[str]], object]], ...] = (
    ("worth", "元 币 金 镑 比 $ € £ ¥ rmb cny", _worth, _worth_of),
    ("money", "元 币 金 镑 比", _money_zh, lambda m: _money(m[1], m[2], m[3])),
    ("money", "$ € £ ¥ rmb cny", _money_mark, lambda m: _money(m[2], m[3], m[1])),
    ("money", "dollar euro pounds yen yuan won", _money_en, lambda m: _money(m[1], m[2], m[3])),
    ("money", "亿 千万", _bare_sum, lambda m: ("cny", number(m[1]) * SCALES[m[2]])),
    ("percents", "基点 百分点 point bp", _points, _points_of),
    ("percents", "fifth quarter third tenth", _fraction, lambda m: _FRACTIONS[m[1] or m[2]]),
    ("percents", "% cent 百分之", _percent, lambda m: number(m[1] or m[2])),
    ("percents", "成", _tenths, lambda m: number(m[1]) * 10 + (5 if m[2] else 0)),
    ("percents", "半 腰斩 half halve", _half, lambda _: 50.0),
    ("rounds", "轮 series seed", _round, lambda m: (m[1] or m[2] or m[3]).replace(" ", "")),
    ("periods", "季 半年", _quarter_zh, _quarter_of),
    ("periods", "quarter half q", _quarter_en, _quarter_en_of),
    ("dates", "月", _month, lambda m: f"{m[1]}-{m[2] or ''}"),
    ("dates", " ".join(_MONTHS), _month_en, lambda m: f"{_MONTHS.index(m[1]) + 1}-{m[2]}"),
    ("ordinals", r"第 \d " + " ".join(_ORDINALS), _ordinal, _ordinal_of),
    ("versions", "号", _craft, lambda m: ("", _han_or_digit(m[1]))),
    ("years", "19 20", _year, lambda m: m[1]),
    ("sizes", r"\d", _size, _size_of),
    ("counts", _UNITS_HELD, _count, _count_of),
    ("counts", "万 亿 illion thousand k", _count_scaled, _count_of),
    ("counts", ",", _count_thousands, _count_of),
    ("versions", r"\d", _version, _version_of),
    ("counts", r"\d", _count_bare, _count_of),
)
