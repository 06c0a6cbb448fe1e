"""The text layout of a record: seven labelled fields, written and read back. Pure.

    标题: …            链接: …            总结: the text, from the next line on
    关键词: a, b       AI技术: a, b       行业: a, b
    重大事件摘要: an opening sentence, a blank line, then `1. **headline**：detail`, a blank line between two

Reading is forgiving (full-width colons, 、 ， ； between items, a 。 at the end, one file with many records) and `from_text(to_text(r))`
gives the seven fields of `shown(r)` again: a backslash stands before whatever in a text would look like a label, a separator or a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from crawler.i18n import tr
from crawler.record import MAX_TEXT, MAX_TITLE, Event, Record
from crawler.text import is_han
from jobs.safe_text import one_line, stripped

TITLE, LINK, TEXT, KEYWORDS, TECHNOLOGIES, INDUSTRIES, EVENTS = LABELS = (
    "标题", "链接", "总结", "关键词", "AI技术", "行业", "重大事件摘要",
)  # fmt: skip
OPENINGS = {"zh": "这篇文章报道了以下重大事件：", "": "The major events in this article:"}

_LABEL = re.compile(r"\s*(标题|链接|总结|关键词|AI\s*技术|行业|重大事件摘要)\s*[:：]", re.IGNORECASE)
_ESCAPED_LABEL = re.compile(rf"\\+{_LABEL.pattern}", re.IGNORECASE)
_LOOKS_LIKE_LABEL = re.compile(rf"\\*{_LABEL.pattern}", re.IGNORECASE)
_ITEM = re.compile(r"(?:\\.|[^\\,，、;；]|\\$)+")
_ITEM_SPECIAL = re.compile(r"[\\,，、;；]|。$")
_NUMBER = r"\d{1,3}\s*[.．、)）]"
_BOLD_EVENT = re.compile(rf"\s*{_NUMBER}\s*\*\*((?:\\.|[^\\])*?)\*\*\s*([:：]?)\s*(.*)", re.DOTALL)
_PLAIN_EVENT = re.compile(rf"\s*{_NUMBER}\s*([^:：]+)[:：]?\s*(.*)", re.DOTALL)
_LOOKS_LIKE_EVENT = re.compile(rf"\\*{_NUMBER}")


def _block(text: str) -> str:
    """The safe text without empty lines at its ends."""
    lines = stripped(text).split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    start = next((number for number, line in enumerate(lines) if line.strip()), 0)
    return "\n".join(lines[start:])


def shown(record: Record) -> Record:
    """The record as the layout can show it: safe, one line where one line is meant, no empty items."""
    return replace(
        record,
        title=one_line(record.title),
        link=one_line(record.link),
        text=_block(record.text),
        summary=_block(record.summary),
        keywords=_items(record.keywords),
        ai_technologies=_items(record.ai_technologies),
        industries=_items(record.industries),
        events=tuple(Event(one_line(event.headline), one_line(event.detail)) for event in record.events),
        opening=one_line(record.opening) or (default_opening(record) if record.events else ""),
    )


def _items(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(filter(None, map(one_line, items)))


def default_opening(record: Record) -> str:
    """The sentence before the events, in the record's language."""
    language = record.language or ("zh" if any(map(is_han, record.title + record.text[:500])) else "")
    return OPENINGS["zh"] if language.startswith("zh") else OPENINGS[""]


# ---- writing


def to_text(record: Record, summary: str = "full") -> str:
    """The record in the layout, ending with a line end. `summary` short: the summary stands under 总结, not the text."""
    seen = shown(record)
    body = seen.summary if summary == "short" else seen.text
    lines = [f"{TITLE}: {seen.title}", f"{LINK}: {seen.link}", f"{TEXT}: "]
    lines += ["\\" * bool(_LOOKS_LIKE_LABEL.match(line)) + line for line in body.split("\n")] if body else []
    for label, items in ((KEYWORDS, seen.keywords), (TECHNOLOGIES, seen.ai_technologies), (INDUSTRIES, seen.industries)):
        lines.append(f"{label}: " + ", ".join(_ITEM_SPECIAL.sub(r"\\\g<0>", item) for item in items))
    opening = "\\" + seen.opening if _LOOKS_LIKE_EVENT.match(seen.opening) else seen.opening
    lines.append(f"{EVENTS}: {opening}")
    for number, event in enumerate(seen.events, 1):
        headline = re.sub(r"[\\*]", r"\\\g<0>", event.headline)
        lines += ["", f"{number}. **{headline}**：{event.detail}"]
    return "\n".join(lines) + "\n"


# ---- reading


def from_text(text: str) -> list[Record]:
    """The records of a file in the layout; ValueError with the line where one is broken."""
    lines = stripped(text.removeprefix("\ufeff")).split("\n")
    starts = [number for number in range(len(lines)) if _starts_record(lines, number)]
    if not starts:
        raise ValueError(tr("no record: nowhere does a line with {title}: come before one with {link}:", title=TITLE, link=LINK))
    return [_record(lines[start:end], start + 1) for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)]


def _label(line: str) -> str:
    match = _LABEL.match(line)
    return "".join(match[1].split()).upper() if match else ""


def _starts_record(lines: Sequence[str], number: int) -> bool:
    """Whether a record begins in this line: a title, and the next line that is not empty is a link."""
    if _label(lines[number]) != TITLE:
        return False
    return next((_label(line) for line in lines[number + 1 :] if line.strip()), "") == LINK


def _record(lines: Sequence[str], line_number: int) -> Record:
    """One record from its lines. What looks like a label within the text is text: the last 关键词 ends it."""
    labels = [_label(line) for line in lines]
    link = labels.index(LINK)
    body = labels.index(TEXT) if TEXT in labels else link
    foot = next((len(labels) - 1 - labels[::-1].index(name) for name in LABELS[3:] if name in labels[body:]), len(lines))
    places = {name: labels.index(name, foot) for name in LABELS[3:] if name in labels[foot:]}

    def field(name: str) -> list[str]:
        if name not in places:
            return []
        start = places[name]
        end = min((place for place in places.values() if place > start), default=len(lines))
        return [_after_label(lines[start]), *lines[start + 1 : end]]

    address = _after_label(lines[link]).strip()
    if not address:
        raise ValueError(tr("line {line}: {link}: is empty", line=line_number + link, link=LINK))
    text = [_after_label(lines[body]), *lines[body + 1 : foot]] if body != link else lines[link + 1 : foot]
    opening, events = _events(field(EVENTS))
    return Record(
        title=_after_label(lines[0]).strip()[:MAX_TITLE],
        link=address,
        text=_block("\n".join(line[1:] if _ESCAPED_LABEL.match(line) else line for line in text))[:MAX_TEXT],
        keywords=_split(field(KEYWORDS)),
        ai_technologies=_split(field(TECHNOLOGIES)),
        industries=_split(field(INDUSTRIES)),
        events=events,
        opening="" if events and opening in OPENINGS.values() else opening,
    )


def _after_label(line: str) -> str:
    match = _LABEL.match(line)
    return line[match.end() :].removeprefix(" ") if match else line


def _split(lines: Iterable[str]) -> tuple[str, ...]:
    items = (item.strip() for item in _ITEM.findall(" ".join(lines)))
    return tuple(filter(None, (re.sub(r"\\(.)", r"\1", re.sub(r"(?<!\\)。$", "", item)).strip() for item in items)))


def _events(lines: Sequence[str]) -> tuple[str, tuple[Event, ...]]:
    """Opening sentence and events. A line without a number goes on with what stood before it."""
    opening = ""
    events: list[Event] = []
    for line in lines:
        words = line.strip()
        found = _event(words)
        if found:
            events.append(found)
        elif words and events:
            events[-1] = Event(events[-1].headline, f"{events[-1].detail} {words}".strip())
        elif words:
            opening = f"{opening} {words}".strip()
    if re.match(rf"\\+{_NUMBER}", opening):
        opening = opening[1:]
    return opening, tuple(events)


def _event(line: str) -> Event | None:
    if bold := _BOLD_EVENT.fullmatch(line):
        headline = bold[1] if bold[2] else bold[1].rstrip(" :：")  # some put the colon within the stars
        return Event(re.sub(r"\\(.)", r"\1", headline).strip(), bold[3].strip())
    plain = _PLAIN_EVENT.fullmatch(line)
    return Event(plain[1].strip(), plain[2].strip()) if plain else None
