"""What headline and first lines together say of an event: every amount, every name, weekdays, places, how far the matter has come.

The headline alone says too little to prove that two articles tell one event, and a house's template says too much: what proves it are names
and amounts that both have, and what disproves it is a name or amount that each has in place of the other's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files

from crawler.record import travels
from crawler.text import HAN, is_han, normalize
from storage.stories.quantities import SCALES, number
from storage.stories.tokens import Words, is_glue, stands, words_of

LEAD = 400  # code points of the text that are read
_TO_TWENTY = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty"
_WORDS = {word: float(value) for value, word in enumerate(_TO_TWENTY.split(), 1)} | {"half a": 0.5, "a": 1.0, "dozen": 12.0}
_SCALE = "万亿|千亿|百亿|十亿|亿|千万|百万|万|千|百| ?(?:trillion|billion|million|thousand|bn|tn|mn)(?![a-z])|[bmk](?![a-z\\d])"
_amount = re.compile(
    rf"(?:(?<![\d.,])(?P<digits>\d[\d,]*(?:\.\d+)?)|(?P<han>[一二三四五六七八九十两半百]+)(?=[余多]?(?:万亿|亿|千万|百万|万|千|百|成|名|人|台|辆|家|个|项|座|款|倍))"
    rf"|\b(?P<word>{'|'.join(map(re.escape, _WORDS))}) (?=billion|million|trillion|people|years|months|hours|firms|companies|of\b))"
    rf"[余多]?(?P<scale>{_SCALE})?[余多]?"
    rf"(?P<unit> ?%| percent| per cent|个?百分点|成|美元|港元|欧元|元|年|月|日|号|点|时)?"
)
_loosely = re.compile(
    r"(?:近|超过?|逾|约|大约|至少|不超过|至多|最多|高达|接近|突破|nearly|almost|over|more than|about|around|up to|at least|some|just over|a little over) ?[$€£¥]?(?:us)?$"
)
_DAYS = {
    ch: day
    for day, names in enumerate(("周一 星期一 monday", "周二 星期二 tuesday", "周三 星期三 wednesday", "周四 星期四 thursday",
                                 "周五 星期五 friday", "周六 星期六 saturday", "周日 星期日 星期天 sunday"))
    for ch in names.split()
}  # fmt: skip
_day = re.compile("|".join(_DAYS))
_PHASES = {
    name: re.compile("|".join(parts))
    for name, parts in {
        "corrected": (
            r"更正|勘误|澄清|辟谣|否认|不实|失实|撤稿|撤回|误读|误报|有误|误传|修正公告|下修|上修|说法不|毫无根据|没有离职|假消息|谣言|谣传|虚假|子虚乌有|不属实|并无此事|从未",
            r"correct(?:ion|s|ed)\b|clarif|retract|den(?:y|ies|ied)\b|walk(?:s|ed|ing)? back|back(?:s|ed)? away|backtrack",
            r"revers(?:es|ed|ing)\b|in error|by mistake|amend(?:s|ed)\b|revis(?:es|ed|ing|ion)|untrue|not true|not leaving|withdr[ae]w",
            r"\b(?:is|are|was|were|as|calls?|called) (?:\w+ )?(?:false|fake|bogus|baseless|unfounded|inaccurate|incorrect|wrong)\b|\bhoax|debunk",
        ),
        "again": (
            r"再(?!生|造|就业)|又一|二度|三度|第[二三][次轮起批座家]|次轮|另一|新一[轮批]",
            r"\bagain\b|\bsecond\b|\banother\b|\bthird time\b|\bfurther\b|\bfresh\b|new round",
        ),
        "talks": (
            r"传(?!统|感|播|媒|输|承|真|奇|递|导)|洽谈|商谈|谈判|考虑|意向|正寻求|有意|知情人士|消息人士|消息称",
            r"in (?:\w+ )?talks|weigh(?:s|ing)|consider(?:s|ing)?\b|explor(?:es|ing)|mull|people familiar|sources?\b|reportedly",
            r"two people|three people|rumou?r",
        ),
        "planned": (
            r"拟|计划|将于|筹划|即将|下周|下月|有望|准备|预告",
            r"plans? to|planning|next (?:week|month|year)|set to\b|to launch\b|will (?:launch|release|publish|begin|open|start)",
            r"aims? to|intends?|expected to",
        ),
        "asked": (
            r"征求意见|草案|公示|申请|递交|递表|招股书|备忘录|研究|受理",
            r"drafts?\b|propos(?:es|ed|al)|appl(?:ies|ied|ication)|files? for|filed for|seeks?\b|preliminary|comments?\b|memorandum",
        ),
        "done": (
            r"完成|正式|获批|获准|签署|签约|印发|揭牌|落成|投产|施行|官宣|达成",
            r"complet(?:es|ed)|clos(?:es|ed)\b|final\b|finali[sz]|approv(?:es|ed)\b|signed|signs\b|grants?\b|formally|officially",
            r"agreed|agrees",
        ),
        "off": (r"终止|取消|推迟|延期|暂停|暂缓|叫停|告吹", r"delay|postpone|put off|cancel|scrap|suspend|pause|halt"),
    }.items()
}
_year = re.compile(r"(?<!\d)20[0-4]\d(?![\d.%])")
_quoted = re.compile('[“"《‘]([^“”"‘’《》]{2,14})[”"》’]')
_LATIN = re.compile(r"[a-z][a-z\d'.+]*[a-z\d+]")
_CAPITAL = re.compile(r"(?<![\w.])[A-Z][\w'’]*")
_NO_NAMES = frozenset(
    "ai api app apps ceo cto cfo coo ipo gpu gpus cpu llm llms agent agents inc corp ltd co reuters bloomberg techcrunch ap afp xinhua"
    " monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november"
    " december jan feb mar apr jun jul aug sep sept oct nov dec the a an in on at of for and to its it he she they we our as by from with his"
    " series chinese american european british us u.s uk eu china state national chief first new more about an an's flash breaking correction watch exclusive"
    " update mirror prnewswire newsline company companies group people researchers study report court judge government ministry"
    " openai's google's nvidia's h1 h2 q1 q2 q3 q4 pro max mini no city university institute".split()
)


@travels
@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its scale. `step` is one in its last digit, `loose` that it is told as a bound (近, 超, up to), `kind` % or money or none."""

    value: float
    step: float
    kind: str
    loose: bool

    @property
    def telling(self) -> bool:
        """Not a small number that any article has."""
        return self.value / self.step >= 10 or self.step >= 1e6 or (self.kind == "%" and self.value >= 10)

    def meets(self, other: Amount) -> bool:
        """The same, or one rounded to the other."""
        if (self.kind == "%") != (other.kind == "%"):
            return False
        coarse, fine = (self, other) if self.step >= other.step else (other, self)
        gap = abs(coarse.value - fine.value)
        if gap <= 0.002 * max(coarse.value, fine.value):
            return True
        if coarse.loose:
            return gap <= max(min(coarse.step, 0.25 * coarse.value), 0.1 * coarse.value)
        return coarse.value / coarse.step >= 10 and gap <= 0.55 * coarse.step


@travels
@dataclass(frozen=True, slots=True)
class Evidence:
    """Of headline (`title_*`) and of headline with first lines."""

    head: str
    form: str
    amounts: tuple[Amount, ...]
    title_amounts: tuple[Amount, ...]
    names: frozenset[str]
    title_names: frozenset[str]
    days: frozenset[int]
    phases: frozenset[str]
    title_phases: frozenset[str]
    words: Words
    han: bool
    years: frozenset[str]
    quoted: frozenset[str]
    read: bool
    told: bool  # the text tells what the headline says

    # What the text itself says is not kept beside it: it would be two thirds of all marks.
    @property
    def grams(self) -> frozenset[str]:
        """Pairs of Han and Latin words of a Chinese article, stems of an English one's."""
        return _all_grams(self.head, self.form, self.han)

    @property
    def title_grams(self) -> frozenset[str]:
        """Those of the headline."""
        return _grams(self.head, self.han)

    @property
    def latin(self) -> frozenset[str]:
        """All Latin words."""
        return _latin(self.form)

    @property
    def places(self) -> frozenset[str]:
        """Cities and countries."""
        return self.words["cities"] | self.words["countries"]


def evidence(title: str, text: str) -> Evidence:
    """What both say."""
    lead = text[:LEAD]
    whole = normalize(f"{title.strip()}\n{lead.strip()}")
    head = normalize(title.strip())
    form = whole.text
    han = any(map(is_han, head.text))
    names = frozenset(_names(f"{title}\n{lead}", form, han))
    title_grams, lead_grams = _grams(head.text, han), _grams(form.partition("\n")[2], han)
    return Evidence(
        head=head.text,
        form=form,
        amounts=_amounts(form),
        title_amounts=_amounts(head.text),
        names=names,
        title_names=frozenset(name for name in names if stands(name, head.text)),
        days=frozenset(_DAYS[day] for day in _day.findall(form)),
        phases=frozenset(name for name, pattern in _PHASES.items() if pattern.search(form[:260])),
        title_phases=frozenset(name for name, pattern in _PHASES.items() if pattern.search(head.text)),
        words=replace(words_of(whole), known=(), stops=()),  # nobody asks where they stand
        han=han,
        years=frozenset(_year.findall(form)),
        quoted=frozenset(_quoted.findall(form)) if han else frozenset(),
        read=len(lead) > 15,
        told=2 * len(title_grams & lead_grams) >= 0.8 * len(title_grams) > 0,
    )


def figures(title: str, text: str) -> tuple[tuple[str, Amount], ...]:
    """Every telling amount of headline and first lines, as it is written and as it is read."""
    whole = normalize(f"{title.strip()}\n{text[:LEAD].strip()}")
    found: dict[tuple[float, str], tuple[str, Amount]] = {}
    for match, one in _read_amounts(whole.text):
        start, end = whole.span(match.start(), match.end())
        start -= whole.original[start - 1 : start] in tuple("$€£¥")
        if one.telling:
            found.setdefault((one.value, one.kind), (whole.original[start:end].strip(), one))
    return tuple(found.values())


def amounts_in(text: str) -> list[Amount]:
    """Every amount of a text."""
    return [one for _, one in _read_amounts(normalize(text).text)]


def _amounts(form: str) -> tuple[Amount, ...]:
    found: dict[tuple[float, str], Amount] = {}
    for _, one in _read_amounts(form):
        found.setdefault((one.value, one.kind), one)
    return tuple(found.values())


def _read_amounts(form: str) -> Iterator[tuple[re.Match[str], Amount]]:
    for match in _amount.finditer(form):
        unit = (match["unit"] or "").strip()
        if unit in ("年", "月", "日", "号", "点", "时"):
            continue
        value, step = _value(match)
        if not match["scale"] and 1990 <= value <= 2050 and step == 1 and not unit:
            continue
        scale = SCALES[(match["scale"] or "").strip()]
        kind = "%" if unit and unit[0] in "%p个百成" else "$" if unit else ""
        if unit == "成":
            scale, kind = 10.0, "%"
        loose = bool(_loosely.search(form, max(0, match.start() - 16), match.start())) or bool(re.search("[余多]", match.group()))
        yield match, Amount(round(value * scale, 4), step * scale, kind, loose)


def _value(match: re.Match[str]) -> tuple[float, float]:
    if match["digits"]:
        digits = match["digits"].rstrip(",").replace(",", "")
        value = float(digits)
        if fraction := digits.partition(".")[2]:
            return value, 10.0 ** -len(fraction)
        zeros = len(digits) - len(digits.rstrip("0")) if value else 0
        return value, 10.0**zeros
    if match["word"]:
        return _WORDS[match["word"]], 1.0
    return number(match["han"]), 10.0 if match["han"][-1] == "十" else 1.0


def _names(original: str, form: str, han: bool) -> set[str]:
    if han:
        return {word for word in _LATIN.findall(form) if word not in _NO_NAMES and not is_glue(word)}
    small = set(re.findall(r"(?<![\w.])[a-z][a-z']+", original))
    found = {match.group().replace("’", "'").removesuffix("'s").lower() for match in _CAPITAL.finditer(original)}
    return {name for name in found if len(name) > 1 and name not in small and name not in _NO_NAMES and not is_glue(name)}


_run = re.compile(f"[{HAN}]+")


_once = lru_cache(maxsize=16)  # of a text that is held against some others, and of these


@_once
def _all_grams(head: str, form: str, han: bool) -> frozenset[str]:
    return _grams(head, han) | _grams(form.partition("\n")[2], han)


@_once
def _latin(form: str) -> frozenset[str]:
    return frozenset(_LATIN.findall(form))


@_once
def _grams(form: str, han: bool) -> frozenset[str]:
    if han:
        pairs = {run[i : i + 2] for run in _run.findall(form) for i in range(len(run) - 1)}
        return frozenset(pairs | set(_LATIN.findall(form)))
    return frozenset(word.rstrip("s")[:7] for word in _LATIN.findall(form) if len(word) > 3 and not is_glue(word))


@cache
def _sounds() -> dict[str, str]:
    lines = (files("crawler") / "data" / "pinyin.txt").read_text("utf-8").splitlines()
    rows = (line.split(" ") for line in lines if not line.startswith("#"))
    return {ch: syllable for syllable, chars in rows for ch in chars}


_ENDS = ["0" * (length - 1) + "1" for length in range(8)]  # of a syllable of so many letters, where it ends


@_once
def _sound(form: str) -> tuple[str, int]:
    """How the Han of a text sound, in one string, and where its syllables begin and end."""
    sounds = _sounds()
    said = [sounds.get(ch, "|") for ch in form]
    edges = "1" + "".join(map(_ENDS.__getitem__, map(len, said)))
    return "".join(said), int(edges[::-1], 2)


def sounds_in(name: str, said: Evidence) -> bool:
    """A Latin name of at least two syllables, as it sounds in a text's Han: Lingxi is 凌汐."""
    if len(name) < 4 or name in _syllables():
        return False
    sound, edges = _sound(said.form)
    at = sound.find(name)
    while at >= 0:
        if edges >> at & 1 and edges >> at + len(name) & 1:
            return True
        at = sound.find(name, at + 1)
    return False


def spellings(name: str) -> list[str]:
    """How another language may write the head of a Han name: its first two characters, and its first three."""
    sounds = [_sounds().get(ch, "") for ch in name[:3]]
    return ["".join(sounds[:count]) for count in (2, 3) if len(sounds) >= count and all(sounds[:count])]


@lru_cache(maxsize=4096)
def is_spelling(name: str) -> bool:
    """True for a Latin name that is made of two to four Mandarin syllables: Lingxi, not Lightspeed."""
    return bool(_spelled().fullmatch(name))


@cache
def _spelled() -> re.Pattern[str]:
    return re.compile(f"(?:{'|'.join(sorted(_syllables(), key=len, reverse=True))}){{2,4}}")


@cache
def _syllables() -> frozenset[str]:
    return frozenset(_sounds().values())
