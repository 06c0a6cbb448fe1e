"""A headline for an event: the clause of its sentence that names the act, with its actor, in the sentence's own words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from crawler.nlp.segmenter import tagged
from crawler.text import normal

LONGEST = 30  # code points of a Chinese headline
LONGEST_WORDS = 12

_lead = re.compile(
    r"^(?:[^，。\s]{2,8}[网社报]?(?:消息|讯|电)[ 　]+"
    r"|(?:【[^】]{2,14}】|[（(][^（）()]{2,14}(?:电|電|讯|訊)[）)])\s*"
    r"|[A-Z][A-Z .,'’-]{2,30}(?:\([A-Za-z ]+\) ?)?[—–-]+ "
    r"|(?:此外|同时|另外|其中|例如|比如|据悉|据了解|据介绍|据报道|记者获悉|另悉|而且|并且|不过|但是|然而|随之|[Mm]eanwhile|[Hh]owever|[Ii]n addition)[，,]\s*)+"
)
_day = r"(?:\d{4}年|今年|去年|明年|本周|上周|下周|当地时间|北京时间|周[一二三四五六日])?(?:\d{1,2}月)?(?:\d{1,2}[日号]|初|底|中旬|[上下]旬)?"
_when = re.compile(
    rf"^(?:{_day}(?:晚上|晚间?|早上|早间?|凌晨|上午|中午|下午|深夜|一早)?|近日|日前|今天|今日|昨天|昨日|同日|同时|当天|当日|当晚|目前|截至目前|未来[^，]{{1,4}}|按照计划)[，,]?"
)
_by = re.compile(r"由[^，、]{2,20}?(?:的|研制的?|研发的?|开发的?)(?=[^，]{4})|^(?:致力于|专注于?|从事|主打)[^，]{2,28}的")
_aside_zh = re.compile(
    r"在[^，。]{2,24}?(?:期间|大会上|会议上|会上|活动上|论坛上)|(?:\d{4}年)?\d{1,2}月\d{1,2}日(?:晚间?|凌晨|上午|下午)?|近日|日前|同[日时期]|当[天日晚](?:中午|上午|下午|晚上)?"
)
_adverbial = re.compile(
    r"(?:后|以来|之际|期间|时|之前|以前|同时|背景下|情况下|方面|领域|显示|透露|表示|认定|称|说|指出|要求|提出|明确|介绍)$"
)
_telling = re.compile(
    r"(?:宣布|通报|披露|透露|确认|公告|公布|提示|获悉|报道|表示|承认|证实|(?:发布|公布)[^，]{0,6}(?:消息|公告|通告|通报|结果))$"
)
_topic = re.compile(r"^(?:在|从)?([^，,。在]{2,12}?)(?:方面|领域)[，,]")
_brackets = re.compile(r"[（(][^（）()]{0,20}[）)]")
_opening = re.compile(r"^(?:在|自|从|随着|为|为了|通过|根据|围绕|按照|据|经|作为|对于?)")
_post = re.compile(r"(?:首席|总经理|董事长|副?总裁|联合创始人|创始人|负责人|C[ETF]O)")  # of whom, says a clause before
_many = re.compile(r"^([^，、]{2,8})(?:、[^，、]{2,8}){2,}?等(?:地区?)?")
_tail = re.compile(r"(?:[的和与及、在为对将并等是]|以及|包括|通过|其中|\d+)+$")
_name_marks = {"“": "”", "《": "》", "「": "」", "（": "）"}


def clean(sentence: str) -> str:
    """The sentence without source marks and connectives at its start."""
    return _lead.sub("", sentence.strip(" 　")).strip() or sentence.strip()


def headline(detail: str, acts: Sequence[str], language: str | None) -> str:
    """At most 30 characters of Chinese or 12 words that say who did what. `acts` are the words of acts in their normal form, the surest first."""
    return _chinese(detail, acts) if language == "zh" else _english(detail, acts)


# --- Chinese


def _chinese(detail: str, acts: Sequence[str]) -> str:
    topic = _topic.match(detail)
    parts = [part for part in _cut(detail[topic.end() :] if topic else detail, "。；！？;!?") if part] or [detail]
    if topic and (short := _short_clause(parts, LONGEST - len(topic.group(1)) - 1)):
        return f"{topic.group(1)}：{short}"
    part = next((part for part in parts if acts and acts[0] in normal(part)), parts[0])
    clauses = _clauses(part) or [part]
    place = _place(clauses, acts)
    clause = _by.sub("", clauses[place]).removeprefix("并")
    actor = _actor(clauses[:place])
    if clause.startswith("其") and actor:
        clause = actor + clause[1:]
    elif actor and (_post.match(clause) or not _subject(clause)):
        clause = actor + clause
    return _shortened(clause, acts[0] if acts else "") or detail[:LONGEST]


def _clauses(part: str) -> list[str]:
    pieces = (_when.sub("", piece.strip()).removeprefix("其中").removeprefix("的") for piece in _cut(part, "，：,:"))
    return [piece for piece in pieces if len(piece) > 1]


def _short_clause(parts: list[str], longest: int) -> str:
    """The first clause that opens a part, begins with a name and is short enough."""
    clauses = (clause for part in parts for clause in _clauses(part)[:1] if len(clause) <= longest)
    return next((clause for clause in clauses if tagged(clause)[0][1][:1] in "njre"), "")


def _place(clauses: list[str], acts: Sequence[str]) -> int:
    """Which clause says what happened: the one with the surest act that is more than a circumstance or the telling of it."""
    forms = [normal(clause) for clause in clauses]
    for act in acts:
        for at, clause in enumerate(forms):
            if act in clause and not _circumstance(clause):
                return at
    plain = [at for at, clause in enumerate(forms) if not _circumstance(clause)]
    return plain[0] if plain else 0


def _circumstance(form: str) -> bool:
    """True for a clause (in its normal form) that tells when, that somebody said so, or what something is."""
    return form.startswith("是") or bool(_adverbial.search(form) or _telling.search(form))


def _cut(text: str, marks: str) -> Iterator[str]:
    """The pieces between marks, but nothing inside quotes and brackets is cut."""
    start, closing = 0, ""
    for at, ch in enumerate(text):
        if closing:
            closing = "" if ch == closing else closing
        elif ch in _name_marks:
            closing = _name_marks[ch]
        elif ch in marks:
            yield text[start:at]
            start = at + 1
    yield text[start:]


@lru_cache(maxsize=256)
def _subject(clause: str) -> str:
    """The words before the clause's verb when they name something."""
    if _opening.match(clause):
        return ""
    words: list[str] = []
    named = False
    for word, tag in tagged(clause):
        if tag[0] in "vdp" and named:
            return "".join(words)
        if tag[0] in "vdpc" and tag != "vn" and not words:
            return ""
        named |= tag[0] in "njr" or tag == "eng"
        words.append(word)
    return ""


def _actor(before: list[str]) -> str:
    """The subject of the nearest clause before that has one."""
    subjects = (_aside_zh.sub("", _subject(_by.sub("", clause)) or _teller(clause)) for clause in reversed(before))
    return next((subject.removeprefix("其") for subject in subjects if 1 < len(subject) <= 18), "")


def _teller(clause: str) -> str:
    told = _telling.search(clause)
    return clause[: told.start()] if told else ""


def _shortened(text: str, act: str) -> str:
    """At most 30 characters: without dates and asides, without brackets, without what stands between actor and act, cut where a word ends."""
    text = text.strip(" 　，,、：:").removeprefix("的")
    if len(text) > LONGEST:
        text = _many.sub(r"\1等", text)
    for less in (_aside_zh, _brackets):
        if len(text) > LONGEST:
            text = less.sub("", text)
    if len(text) <= LONGEST:
        return text
    at = text.find(act) if act else -1
    if at + len(act) > LONGEST and (subject := _subject(text)):
        done_to = max(text.rfind(word, len(subject), at) for word in "遭被")
        text = subject + ("将" if "将" in text[len(subject) : at] else "") + text[done_to if done_to > 0 else at :]
    kept = ""
    for word, _ in tagged(text):
        if len(kept) + len(word) > LONGEST:
            break
        kept += word
    if kept == text:
        return text
    return _closed(_tail.sub("", kept)) or text[:LONGEST]


def _closed(text: str) -> str:
    """A name that was cut open is closed again, with a sign that it goes on."""
    for start, end in _name_marks.items():
        at = text.rfind(start)
        if at > text.rfind(end):
            return f"{text[: LONGEST - 2]}…{end}" if len(text) - at > 6 else _tail.sub("", text[:at])
    return text


# --- languages with blanks between words

_aside = re.compile(r"^([A-Z][\w.&'-]*(?: [\w.&'-]+){0,5}), (?:an?|the|which|who|whose|based) [^,]{3,120}, ")
_first_time = re.compile(
    r"^(?:According to [^,]{3,120}|(?:On|In|At|By|Last|This|Earlier|Late|Since|After|During)\b[^,]{1,40}|[A-Z][a-z]+ south|Farther [a-z]+|Separately), (?=\S)"
)
_said = re.compile(
    r"\b(?:said|says|announced|confirmed)(?: (?:on|in|last|this) \w+(?: \d+)?)?(?: that)? (?:it|they|he|she) (?:had|has|have) "
)
_will = re.compile(r"\b(?:said|says|announced)(?: on \w+(?: \d+)?)?(?: that)? (?:it|they) (?:will|would) ")
_that = re.compile(r"^[^,]{3,60}\b(?:said|says|announced|confirmed)(?: on \w+(?: \d+)?)? that (?!(?:it|its|they|their|he|she)\b)")
_ending = re.compile(r", according to .*$|, [\w ]{2,40} said(?: on \w+(?: \d+)?)?$")
_breaks = frozenset(
    "which that who whose after before while as because replacing with for in on at by and to from under over against since when but "
    "including among during through using where into".split()
)
_weak = frozenset(  # words with which no headline ends
    "last next led more most up any than a an the of to in on at by for with and or its their his her from as that which has have had been is are was were be".split()
)


def _english(detail: str, acts: Sequence[str]) -> str:
    text = _ending.sub("", detail.strip().rstrip("."))
    text = _aside.sub(r"\1 ", _first_time.sub("", _aside.sub(r"\1 ", text)))
    text = _that.sub("", _will.sub("to ", _said.sub("", text)))
    words = text.split()
    if len(words) <= LONGEST_WORDS:
        return _capital(text)
    first = next((at for at, word in enumerate(words[:LONGEST_WORDS]) if word.lower().strip(".,;:") in acts), LONGEST_WORDS)
    kept = words[: _cut_at(words, first + 2)]
    while len(kept) > 3 and kept[-1].lower() in _weak:
        kept.pop()
    return _capital(" ".join(kept).rstrip(",;:"))


def _cut_at(words: list[str], first: int) -> int:
    """The last place up to the twelfth word, and after the act, where a phrase ends."""
    places = range(min(first, LONGEST_WORDS), LONGEST_WORDS + 1)
    for breaks in (_breaks, _breaks | {"of"}):
        cuts = [at for at in places if words[at].lower() in breaks or words[at - 1].endswith((",", ";", ":"))]
        if cuts:
            return cuts[-1]
    return LONGEST_WORDS


def _capital(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:]
