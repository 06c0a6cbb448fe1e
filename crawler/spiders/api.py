"""Lists in JSON or JSONP, and in the scripts of a page that draws itself."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import Any

from pydantic import Field, ValidationInfo, field_validator

from crawler import plugins
from crawler.dates import DateReader
from crawler.errors import SpiderError
from crawler.html.tree import containers, loads, parse
from crawler.i18n import tr
from crawler.listing.anchors import anchors
from crawler.listing.article_list import Item, article_list
from crawler.listing.json_list import MAX_ITEMS, MAX_NODES, Reader, list_in, of_each, path_of, placeholders, search
from crawler.listing.newest import kept, last_of
from crawler.listing.sniff import head_of, root_of, text_of
from crawler.record import Found, Link, Page, Source
from crawler.zones import place_of

_call = re.compile(r"^[\s;]*(?:(?:try|typeof|window)\b[^(]{0,200})?[\w$.\[\]\"']{1,200}\s*\(", re.DOTALL)
_assignment = re.compile(r"^[\s;]*(?:(?:var|let|const)\s+)?[\w$.\[\]\"']{1,200}\s*=\s*(?=[\[{])")
# What stands before it so that it is not read as a script, or says who made it.
_guard = re.compile(
    r"^\s*(?:(?:\)\]\}',?|for\s*\(;;\);|while\s*\((?:1|true)\);?|/\*.{0,200}?\*/|<!--.{0,200}?-->|//[^\n]{0,200}\n)\s*){1,3}",
    re.DOTALL,
)
_no_more = re.compile(r"(?>[\s;]|/\*.{0,200}?\*/|<!--.{0,200}?-->)*+", re.DOTALL)
_CODES = ("code", "status", "errcode", "errno", "error_code", "statuscode")


_INSIDE = "the script's id or JavaScript variable that holds the JSON, where the answer is HTML"


class Options(plugins.Options):
    """Where the list and its fields are. What is left out is found by itself."""

    items: str | None = Field(None, description="JMESPath of the list of articles, such as data.list[*]")
    link: str | None = Field(None, description="JMESPath, of each item, of its address (may be relative)")
    link_template: str | None = Field(None, description="the address made of an item's fields, such as https://site/{id}.html")
    title: str | None = Field(None, description="JMESPath, of each item, of its title")
    published: str | None = Field(None, description="JMESPath, of each item, of its date (any form, epoch too)")
    text: str | None = Field(None, description="JMESPath, of each item, of the whole text (HTML or plain)")
    summary: str | None = Field(None, description="JMESPath, of each item, of its summary")
    author: str | None = Field(None, description="JMESPath, of each item, of its author")
    keywords: str | None = Field(None, description="JMESPath, of each item, of its keywords (a list, or text with separators)")
    inside: str | None = Field(None, description=_INSIDE)

    @field_validator("items", "link", "title", "published", "text", "summary", "author", "keywords")
    @classmethod
    def _compiles(cls, value: str | None) -> str | None:
        if value is not None:
            path_of(value)
        return value

    @field_validator("link_template")
    @classmethod
    def _template_compiles(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None:
            return None
        if info.data.get("link"):
            raise ValueError(tr("both link and link_template say the address; keep one of them"))
        for name in placeholders(value):
            path_of(name)
        return value


def recognizes(page: Page) -> bool:
    """True for what begins like JSON or a call with JSON in it, whatever its Content-Type (many say text/html)."""
    if root_of(page):
        return False
    head = _guard.sub("", head_of(page)).strip()
    if head[:1] in ("{", "["):
        return True
    begins = _call.match(head) or _assignment.match(head)
    return begins is not None and head[begins.end() :].lstrip()[:1] in ("{", "[")


def find(page: Page, source: Source, now: datetime, zone: tzinfo) -> Found:
    """The list's items in its order. Raises SpiderError when there is no list, and says what there is."""
    options = Options.model_validate(dict(source.options))
    data = _inside(text_of(page), options.inside) if options.inside else _load(text_of(page))
    reader = Reader(options.model_dump(), page.url, DateReader(now, zone, place_of(page.url, text=head_of(page))))
    items = list_in(data, reader) if options.items is None else _items(data, options.items)
    if not items and options.items is None:
        if listed := _in_markup(data, page.url, now, zone):
            return Found(tuple(Link(item.address, item.title or None, item.published) for item in listed), "api")
        raise SpiderError(f"this JSON holds no list of articles; it has {_describe(data)}")
    reader = replace(reader, link_names=of_each(items))
    chosen = kept([reader.published(item) for item in items], MAX_ITEMS) if len(items) > MAX_ITEMS else range(len(items))
    links = tuple(link for place in chosen if (link := reader.link(items[place])))
    if items and not links:
        has = _describe(items[0])
        raise SpiderError(f"none of {len(items)} items has an address; an item has {has}; set `link` or `link_template`")
    notes = [f"{len(items)} items: the newest {MAX_ITEMS} are taken"] if len(items) > MAX_ITEMS else []
    if not items:
        if _failed(data):
            raise SpiderError(f"the list is empty, and this JSON tells of an error; it has {_describe(data)}")
        notes.append("the list is empty")
    elif len(links) < len(chosen):
        notes.append(f"{len(chosen) - len(links)} items have no address")
    return Found(links, "api", newest=last_of(links), notes=tuple(notes))


def _in_markup(data: Any, url: str, now: datetime, zone: tzinfo) -> list[Item]:
    """The articles of an answer that holds a piece of a page ({"html": "<li>…"}), as buttons that show more fetch it."""
    values = (value for one in containers(data, MAX_NODES) if isinstance(one, dict) for value in one.values())
    longest = max((text for text in values if isinstance(text, str) and "<a " in text), key=len, default="")
    return article_list(anchors(parse(longest), url), url, now, zone) if longest else []


def _load(text: str) -> Any:
    """JSON, or the first of a call (JSONP) or an assignment, whatever stands behind it."""
    text = _guard.sub("", text.strip().lstrip("\ufeff")).strip()
    script = None if text[:1] in ("{", "[") else _call.match(text) or _assignment.match(text)
    text = text[script.end() :].lstrip() if script else text
    try:
        data, end = json.JSONDecoder(strict=False).raw_decode(text)
        if not script and not _no_more.fullmatch(text, end):
            raise ValueError(f"Extra data: char {end}")
        return data
    except (ValueError, RecursionError) as error:
        lines = [loads(line) for line in text.splitlines()[: MAX_ITEMS * 2]]  # JSON Lines
        if len(lines) > 1 and all(isinstance(line, dict) for line in lines):
            return lines
        raise SpiderError(f"this is no JSON: {str(error)[:100]}; it begins with {text[:60]!r}") from error


def _inside(text: str, name: str) -> Any:
    """The JSON of <script id="name">, or what is assigned to the variable `name`."""
    pattern = rf"""<script\b[^>]{{0,500}}?\bid=["']?{re.escape(name)}["' >][^>]{{0,500}}>|(?<![\w$]){re.escape(name)}["']?\s*[=:]\s*(?=[\[{{])"""
    decoder = json.JSONDecoder(strict=False)
    for found in re.finditer(pattern, text):
        rest = text[found.end() : found.end() + 5_000_000].lstrip()
        try:
            return decoder.raw_decode(rest)[0]
        except (ValueError, RecursionError):
            continue
    raise SpiderError(f"the page has no JSON in a script or variable named {name!r}")


def _items(data: Any, path: str) -> list[Any]:
    found = search(path, data)
    if isinstance(found, str):  # JSON within JSON
        found = loads(found)
    if isinstance(found, dict):
        found = list(found.values())
    if not isinstance(found, list):
        raise SpiderError(f"there is nothing at items: {path}; the answer has {_describe(data)}")
    return [item for item in found if item is not None]


def _failed(data: Any) -> bool:
    """True for an answer that says of itself that something went wrong, in a code or a flag. A positive one below 400 is often success."""
    if not isinstance(data, dict):
        return False
    said = {name.lower(): value for name, value in data.items()}
    codes = [value for name in _CODES if isinstance(value := said.get(name), int)]
    return (
        said.get("success") is False
        or said.get("status") in ("error", "fail", "failed")
        or any(code < 0 or 400 <= code < 600 for code in codes)
    )


def _describe(data: Any) -> str:
    """What a person sees at a glance: the names of its fields and a message if it carries one."""
    if isinstance(data, list):
        return f"a list of {len(data)}"
    if not isinstance(data, dict):
        return f"{type(data).__name__}"
    said = (data.get(key) for key in ("message", "msg", "error", "errmsg"))
    message = next((f"; it says {text!r:.100}" for text in said if isinstance(text, str)), "")
    return f"the fields {', '.join(map(str, list(data)[:12]))}{message}"
