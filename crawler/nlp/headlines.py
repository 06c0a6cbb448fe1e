"""A headline for an event: the clause of its sentence that names the act, with its actor, in the sentence's own words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from crawler.nlp import headlines_en, headlines_zh
from crawler.nlp.clause_en import verb_at
from crawler.nlp.headlines_zh import Told
from crawler.text import HAN

LONGEST = headlines_zh.LONGEST  # characters of Han
LONGEST_WORDS = headlines_en.LONGEST_WORDS

_lead = re.compile(
    r"^(?:[●•◆◇■▲►▶★—–]\s*|\d{1,2}[.．、]\s*(?=[^\d\s])|\d{1,2}[:.]\d{2} (?:[ap]\.?m\.? )?(?=[A-Z])|[IVX]+(?:\.\d)+\.? (?=[A-Z])|(?:[A-Z][a-z]{2,8}\.? \d{1,2}, )?\d{4} [—–-] (?=[A-Z])"
    r"|[A-Z][a-z]{2,3} \d{1,2} - |\([A-Z][\w .&'’-]+\) [—–-] |[A-Z]{2,4} News Service, [A-Z]\w+: |[^，。\s·]{2,6}[·｜|][^，。\s]{1,6}　"
    r"|[^，。\s]{2,8}[网社报]?(?:消息|讯|电)(?:[ 　]+|（[^（）]{1,12}）)"
    r"|(?:【[^】]{1,24}】|[（(][^（）()]{2,14}(?:电|電|讯|訊)[）)]|[^，。\s]{2,8}(?:讯|电|消息)?[ 　]?[（(](?:记者|通讯员)[^（）()]{2,20}[）)])\s*"
    r"|[^，。\s]{0,8}记者[ 　][^，。]{2,8}[ 　]|[^，。\s]{2,12}?\d{1,2}月\d{1,2}日专?电[ 　，,]*"
    r"|[A-ZÀ-Þ]{3,}: (?=[A-Z])|[A-Z][a-zà-ÿ]+(?:,? [A-Z][a-z]+){0,3}(?:, \d{1,2} [A-Z][a-z]{2,8} \d{4})? [—–] (?=[A-Z])"
    r"|[A-ZÀ-Þ][A-ZÀ-Þ /.'’-]+(?:, [A-Z][A-Za-z. ]{1,20}){0,2}"
    r"(?:,? (?:[A-Z][a-z]{2,8}\.? \d{1,2}(?:, \d{4})?|\d{1,2}(?:st|nd|rd|th)? [A-Z][a-z]{2,8}\.?(?: \d{4})?))?(?: ?\([\w .&'’-]+\)| /[\w ]+/)? ?[—–-]+ (?=\S)"
    r"|[A-Z][^/—–]{3,80} ?/[A-Z][\w ]{2,30}/ ?[—–-]+ |[A-Z][a-z]{2,8}\.? \d{1,2} \([\w .&'’-]+\) ?[—–-]+ |[A-Z][a-z]+(?: [A-Z][a-z]+)?(?: \([\w /.&'’-]+\) ?[—–-]+| •) |A: |Q: "
    r"|(?:The (?:news|deal|upshot|bottom line|short version)|In short|Update): "
    r"|(?:此外|同时|与此同时|另外|其中|例如|比如|据悉|据了解|据介绍|据报道|记者获悉|另悉|而且|并且|不过|但是|然而|随之|[Mm]eanwhile|[Hh]owever|[Ii]n addition)[，,]\s*)+"
)


def clean(sentence: str) -> str:
    """The sentence without source marks and connectives at its start."""
    return _lead.sub("", sentence.strip(" 　")).strip() or sentence.strip()


def told(detail: str, acts: Sequence[str], language: str | None) -> Told:
    """The headline of a sentence (who did what, in at most LONGEST characters of Han or LONGEST_WORDS words; where no clean clause is
    found, the beginning and "…") and what it was made of. `acts` are the words of acts in their normal form, the surest first."""
    return headlines_zh.told(detail, acts) if language == "zh" else headlines_en.told(detail, acts)


def is_statement(line: str, language: str | None) -> bool:
    """True for a line, such as a heading, that says who did what in no more than a headline may have."""
    if language == "zh":
        sides = line.split("：")
        return headlines_zh.width(line) <= LONGEST and any(
            headlines_zh.told(side, ()).is_clean for side in (*sides[-2:], "".join(sides))
        )
    words = line.split()
    plain = [word.lower() for word in words] if sum(word[:1].isupper() for word in words) > len(words) / 2 else words
    has_verb = (verb_at(plain) or len(words)) < len(words) - 1 or bool(_does.search(line))
    return len(words) <= LONGEST_WORDS and has_verb and not line.startswith("And ")


_does = re.compile(
    r"(?:^\w+|[a-z]\w* [A-Z]\w*[a-z]\w*|^[A-Z]\w* [A-Z]\w*) (?!its\b|this\b)[a-z]{3,}(?<![su])s (?!of\b)\w|^[A-Z][\w&.’'-]*(?: [\w&.’'-]+){0,4} to (?!be |the |a )[a-z]+ \w"
)  # Lakemoor prices IPO; Commerce to let


def parts(title: str, language: str | None) -> Iterator[str]:
    """The parts of a title between bars, semicolons and questions; in Chinese behind whom it names before a colon."""
    found = (_bar if language == "zh" else _bar_en).split(title.strip())
    is_whole = any(part.count(a) != part.count(b) for part in found for a, b in map(tuple, _MARKS))
    for part in [title] if is_whole else found:
        yield headlines_zh.labelled(part) if language == "zh" else part


_MARKS = ("《》", "“”", "「」", "()", "（）", "【】")
_bar = re.compile(rf"\s*(?:[;；|｜丨]|——)\s*|(?<=[{HAN}\d%]) +(?=[{HAN}])|　|(?<=[？！?])")
_bar_en = re.compile(r"\s*[;|] |: |(?<=[?!]) ")


LONGEST_DETAIL, LONGEST_DETAIL_WORDS = 90, 320  # characters of Han; characters of languages with blanks between words
LONGER_PARALLEL = 1.7  # … times more where it lists facts under one topic
_border_zh = re.compile(r"[，；。！？：](?!$)|(?<=[”》])(?=$)")
_hangs = re.compile("(?:以(?!及)|从|在|通过|围绕|为(?!期)|对|根据|随着|由于|如果|虽然)")  # a clause that another has to follow
_border_en = re.compile(
    r"(?:[,;:](?= )| [—–-](?= )| (?=(?:which|who|that|after|before|while|because|as|when|where|with|for|in|on|and|but|"
    r"including|saying|to) ))"
)


def condensed(sentence: str, made: Told, language: str | None) -> tuple[int, int]:
    """(start, end) of the stretch of a sentence that tells its event: all of it, or whole clauses of it around the main one."""
    is_chinese = language == "zh"
    longest = LONGEST_DETAIL if is_chinese else LONGEST_DETAIL_WORDS
    if "：" in made.headline and made.start == 0 and made.end == len(sentence):
        longest = int(longest * LONGER_PARALLEL)
    if len(sentence) <= longest:
        return 0, len(sentence)
    borders = [
        match.start()
        for match in (_border_zh if is_chinese else _border_en).finditer(sentence)
        if not _within_marks(sentence, match.start())
    ]
    start = 0 if made.end <= longest or not is_chinese else made.start
    least = made.end if is_chinese and made.end - start <= longest else start + longest // 3
    ends = [at for at in borders if least <= at <= start + longest]
    if ends:
        whole = [
            at for at in ends if not _hangs.match(sentence, max([border + 1 for border in borders if border < at], default=0))
        ]
        return start, (whole or ends)[-1]
    blank = sentence.rfind(" ", start, start + longest) if not is_chinese else -1
    return start, blank if blank > start else min(len(sentence), start + longest)


def _within_marks(text: str, at: int) -> bool:
    before = text[:at]
    return any(before.count(a) > before.count(b) for a, b in map(tuple, _MARKS))
