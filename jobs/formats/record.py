"""A record as JSON, CSV, Markdown and text, and back from JSON and text. Pure.

JSON is data and keeps every character. The others are for eyes: what a terminal would obey, a spreadsheet would compute or Markdown
would take for its own is taken out or escaped, because titles and texts are whatever a page says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import tzinfo
from typing import Any

from pydantic import TypeAdapter, ValidationError

from crawler.i18n import tr
from crawler.record import MAX_TEXT, MAX_TITLE, Record, plain
from jobs.deliver.rendering import safe_link
from jobs.formats.text_layout import from_text, shown, to_text
from jobs.safe_text import stripped

__all__ = ["CSV_COLUMNS", "from_json", "from_text", "to_csv", "to_json", "to_markdown", "to_text"]

JSON_KEYS = (
    "title", "link", "text", "summary", "keywords", "ai_technologies", "industries", "companies", "events", "opening", "published", "author",
    "publisher", "language", "source", "fetched", "first_seen", "id", "story", "facts",
)  # fmt: skip
CSV_COLUMNS = (
    "id", "story", "title", "link", "published", "source", "author", "publisher", "language", "keywords", "ai_technologies",
    "industries", "companies", "events", "summary", "text", "first_seen", "fetched",
)  # fmt: skip
_TIMES = ("published", "fetched", "first_seen")
_RECORD = TypeAdapter(Record)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # what spreadsheets take for the beginning of a formula
_MARKDOWN = re.compile(r"[\\`*_{}\[\]<>#|~!]")
# a list, a rule or a heading begins like this
_MARKDOWN_START = re.compile(r"^(\s*(?:\d+(?=[.)](?:\s|$)))?)([-+=.)])", re.MULTILINE)
_WORDS = {
    "zh": {"keywords": "关键词", "ai_technologies": "AI技术", "industries": "行业", "events": "重大事件摘要"},
    "en": {"keywords": "Keywords", "ai_technologies": "AI technologies", "industries": "Industries", "events": "Major events"},
}


def to_json(record: Record, zone: tzinfo) -> dict[str, Any]:
    """The record as a JSON object; times are ISO 8601 with the offset of `zone`."""
    return _told(record, JSON_KEYS, zone)


def _told(record: Record, keys: Iterable[str], zone: tzinfo) -> dict[str, Any]:
    given = plain(record, keys)
    return given | {key: given[key].astimezone(zone).isoformat() for key in _TIMES if given[key]}


def from_json(given: Mapping[str, Any]) -> Record:
    """A record from such an object; only title and link are needed. ValueError says which key is wrong."""
    if not isinstance(given, Mapping):
        raise ValueError(tr("not an object but {kind}", kind=type(given).__name__))
    try:
        record = _RECORD.validate_python({"text": ""} | {key: given[key] for key in JSON_KEYS if key in given})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    naive = [key for key in _TIMES if (moment := getattr(record, key)) and moment.tzinfo is None]
    if naive:
        raise ValueError(tr("{key}: a time needs an offset, such as +08:00", key=naive[0]))
    if not record.title or not record.link:
        raise ValueError(tr("title and link must not be empty"))
    return replace(record, title=record.title[:MAX_TITLE], text=record.text[:MAX_TEXT])


def to_csv(record: Record, zone: tzinfo) -> list[str]:
    """The cells of `CSV_COLUMNS`. A cell that a spreadsheet would compute begins with an apostrophe."""
    seen = shown(record)
    cells = _told(seen, CSV_COLUMNS, zone)
    cells["companies"] = [company.name for company in seen.companies]
    cells["events"] = [f"{event.headline}：{event.detail}" for event in seen.events]
    return [cell(cells[column]) for column in CSV_COLUMNS]


def cell(value: Any) -> str:
    """A value as a cell: what a spreadsheet would compute begins with an apostrophe."""
    if value is None:
        return ""
    text = stripped("; ".join(value) if isinstance(value, list) else str(value))
    return "'" + text if text.lstrip(" \n").startswith(_FORMULA) else text


def to_markdown(record: Record, zone: tzinfo, summary: str = "full") -> str:
    """The record as a section of Markdown, ending with a line end."""
    seen = shown(record)
    words = _WORDS["zh" if (seen.language or "zh").startswith("zh") else "en"]
    address = safe_link(seen.link)
    title = f"[{_md(seen.title)}]({address})" if address else _md(seen.title)
    when = seen.published.astimezone(zone).strftime("%Y-%m-%d %H:%M") if seen.published else None
    about = " · ".join(_md(part) for part in (seen.publisher or seen.source, when, seen.author) if part)
    body = seen.summary if summary == "short" else seen.text
    parts = [f"## {title}", about, "\n\n".join(_md(line.strip()) for line in body.split("\n") if line.strip())]
    for key in ("keywords", "ai_technologies", "industries"):
        parts.append(_labelled(words[key], getattr(seen, key)))
    if seen.events:
        parts += [f"### {words['events']}", _md(seen.opening)]
        parts.append("\n".join(f"{n}. **{_md(e.headline)}**：{_md(e.detail)}" for n, e in enumerate(seen.events, 1)))
    return "\n\n".join(filter(None, parts)) + "\n"


def _labelled(label: str, items: Iterable[str]) -> str:
    joined = ", ".join(map(_md, items))
    return f"**{label}**: {joined}" if joined else ""


def _md(text: str) -> str:
    return _MARKDOWN_START.sub(r"\1\\\2", _MARKDOWN.sub(r"\\\g<0>", stripped(text)))
