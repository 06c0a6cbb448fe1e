"""Lists in JSON or JSONP, and in the scripts of a page that draws itself."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import jmespath
from jmespath.exceptions import JMESPathError
from pydantic import Field, field_validator

from crawler import plugins
from crawler.dates import DateReader
from crawler.errors import SpiderError
from crawler.html.tree import clean, containers, plain, plain_title
from crawler.i18n import tr
from crawler.listing.newest import kept
from crawler.listing.sniff import head_of, root_of, text_of
from crawler.record import Found, Link, Page, Source
from crawler.url import join
from crawler.zones import place_of

MAX_ITEMS = 2000
MAX_NODES = 300_000  # of a JSON document that is searched for its list
MAX_SUMMARY = 1000  # characters
MAX_GUID = 400  # characters

_call = re.compile(r"^(?:/\*.{0,200}?\*/)?[\s;]*(?:(?:try|typeof|window)\b[^(]{0,200})?[\w$.\[\]\"']{1,200}\s*\(", re.DOTALL)
_assignment = re.compile(r"^[\s;]*(?:(?:var|let|const)\s+)?[\w$.\[\]\"']{1,200}\s*=\s*(?=[\[{])")
_placeholder = re.compile(r"\{([^{}]+)\}")
_words = re.compile(r"[,，;；、|\s]+")
_date_call = re.compile(r"\s*\\?/Date\((-?[0-9]{1,16})(?:[+-][0-9]{4})?\)\\?/\s*")  # as .NET writes moments
_guard = re.compile(r"^\s*(?:\)\]\}',?|for\s*\(;;\);|while\s*\((?:1|true)\);?)\s*")  # against being read as a script
_media = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|ico|mp[34]|m3u8|css|js)(?:[?!@].*)?$", re.IGNORECASE)

# Field names as list APIs have them, in lower case without _ and -; the first that holds something is taken.
_LINK = tuple(
    "url link href permalink weburl pcurl articleurl shareurl sharelink detailurl linkurl sourceurl publishurl docurl wapurl uri".split()
)
_TITLE = "title headline newstitle articletitle widgettitle posttitle name subject caption".split()
_DATE = (
    "published publishedat datepublished publishtime publishdate publishedtime pubtime pubdate pubtimelong pubtimestr publictime posttime "
    "createdutc focusdate ptime intime ctime createdat createtime createdate created date time timepublished newstime releasetime starttime addtime "
    "updatedat updatetime dateline"
).split()
_SUMMARY = "summary brief intro abstract description digest excerpt desc newsnotes subtitle".split()
_AUTHOR = "author authorname newsauthor byline".split()
_KEYWORDS = "keywords tags taglist".split()
_ID = "guid id uuid docid articleid newsid contentid postid itemid".split()


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
    inside: str | None = Field(
        None, description="the script's id or JavaScript variable that holds the JSON, where the answer is HTML"
    )

    @field_validator("items", "link", "title", "published", "text", "summary", "author", "keywords")
    @classmethod
    def _compiles(cls, value: str | None) -> str | None:
        if value is not None:
            _path(value)
        return value

    @field_validator("link_template")
    @classmethod
    def _template_compiles(cls, value: str | None) -> str | None:
        for name in _placeholder.findall(value or ""):
            _path(name)
        return value


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads items of one list: by the options, else by field names that hold something in its first items."""

    options: Options
    base: str
    dates: DateReader
    link_names: tuple[str, ...] = _LINK

    def link(self, item: Any) -> Link | None:
        """The item as a link; None when it has no address."""
        address = self._address(item)
        if address is None:
            return None
        summary = plain(self._text(item, "summary", _SUMMARY))
        return Link(
            url=address,
            title=plain_title(self._text(item, "title", _TITLE)) or None,
            published=self.published(item),
            summary=summary[:MAX_SUMMARY] or None,
            text=plain(self._text(item, "text", ())) or None,
            author=clean(plain(self._text(item, "author", _AUTHOR)).replace("\n", ", ")) or None,
            keywords=_keywords(self._value(item, "keywords", _KEYWORDS)),
            guid=clean(_as_text(_field(item, _ID)))[:MAX_GUID] or None,
        )

    def worth(self, item: Any) -> int:
        """0 for what is no article; more for what has a real title and a date beside its address."""
        title = self._text(item, "title", _TITLE)
        if not title or self._address(item) is None:
            return 0
        return 1 + 4 * (len(title) >= 8) + 4 * (self.published(item) is not None)

    def published(self, item: Any) -> datetime | None:
        """When the item says that it appeared."""
        if self.options.published:
            return self._date(_as_text(_search(self.options.published, item)))
        if not isinstance(item, dict):
            return None
        fields = _fields(item)
        others = (name for name in fields if name.endswith(("time", "date")))
        texts = (_as_text(fields[name]) for name in dict.fromkeys((*_DATE, *others)) if fields.get(name))
        return next((at for text in texts if (at := self._date(text))), None)  # one that is none does not hide the next

    def _date(self, text: str) -> datetime | None:
        moment = _date_call.fullmatch(text)
        return self.dates(moment[1] if moment else text)

    def _address(self, item: Any) -> str | None:
        if self.options.link_template:
            values = {name: _as_text(_search(name, item)) for name in _placeholder.findall(self.options.link_template)}
            if not all(values.values()):
                return None
            return join(
                self.base, _placeholder.sub(lambda found: quote(values[found[1]], safe="/:?=&%"), self.options.link_template)
            )
        return join(self.base, self._text(item, "link", self.link_names))

    def _text(self, item: Any, option: str, names: tuple[str, ...] | list[str]) -> str:
        return _as_text(self._value(item, option, names))

    def _value(self, item: Any, option: str, names: tuple[str, ...] | list[str]) -> Any:
        path = getattr(self.options, option)
        return _search(path, item) if path else _field(item, names, address=option == "link")


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
    reader = _Reader(options, page.url, DateReader(now, zone, place_of(page.url, text=head_of(page))))
    items = _list_in(data, reader) if options.items is None else _items(data, options.items)
    reader = replace(reader, link_names=_of_each(items))
    chosen = kept([reader.published(item) for item in items], MAX_ITEMS) if len(items) > MAX_ITEMS else range(len(items))
    links = tuple(link for place in chosen if (link := reader.link(items[place])))
    if items and not links:
        raise SpiderError(
            f"none of {len(items)} items has an address; an item has {_describe(items[0])}; set `link` or `link_template`"
        )
    notes = [f"{len(items)} items: the newest {MAX_ITEMS} are taken"] if len(items) > MAX_ITEMS else []
    if not items:
        notes.append("the list is empty")
    elif len(links) < len(chosen):
        notes.append(f"{len(chosen) - len(links)} items have no address")
    newest = max((link.published for link in links if link.published), default=None)
    return Found(links, "api", newest=newest, notes=tuple(notes))


def _load(text: str) -> Any:
    """JSON, JSONP (what stands between the first "(" and the last ")") or an assignment."""
    text = _guard.sub("", text.strip().lstrip("\ufeff")).strip()
    if text[:1] not in ("{", "["):
        if call := _call.match(text):
            text = text[call.end() : text.rfind(")")]
        elif assignment := _assignment.match(text):
            text = text[assignment.end() : max(text.rfind("}"), text.rfind("]")) + 1]
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
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
    found = _search(path, data)
    if isinstance(found, dict):
        found = list(found.values())
    if not isinstance(found, list):
        raise SpiderError(f"there is nothing at items: {path}; the answer has {_describe(data)}")
    return [item for item in found if item is not None]


def _list_in(data: Any, reader: _Reader) -> list[Any]:
    """The list with the most and best articles; the first of equals."""
    best: list[Any] = []
    best_worth = 0
    for candidate in containers(data, MAX_NODES):
        items, least = (candidate, 1) if isinstance(candidate, list) else (_keyed(candidate), KEYED)
        items = [_opened(item, reader) for item in items if isinstance(item, dict)]
        each = [reader.worth(item) for item in items[:MAX_ITEMS]]
        if sum(each) > best_worth and min(filter(None, each)) >= least:
            best, best_worth = items, sum(each)
    if not best_worth:
        raise SpiderError(f"this JSON holds no list of articles; it has {_describe(data)}")
    return best


KEYED = 5  # what each is worth at least, where an object's values are to be articles: author and publisher have a name and a link, too


def _keyed(candidate: Mapping[str, Any]) -> list[Any]:
    """The values of an object that keeps items by their ids; nothing of any other object."""
    values = list(candidate.values())
    return values if len(values) > 1 and all(isinstance(value, dict) for value in values) else []


def _opened(item: dict[str, Any], reader: _Reader) -> dict[str, Any]:
    """The item, or what it wraps: {"kind": "t3", "data": {…}}, {"node": {…}}, {"id": "1", "attributes": {…}, "links": {…}}."""
    if reader.worth(item):
        return item
    inner = [value for value in item.values() if isinstance(value, dict)][:5]
    return next((whole for part in inner if reader.worth(whole := {**item, **_merged(inner), **part})), item)


def _merged(parts: list[dict[str, Any]]) -> dict[str, Any]:
    return {name: value for part in reversed(parts) for name, value in part.items()}


def _field(item: Any, names: tuple[str, ...] | list[str], *, address: bool = False) -> Any:
    """The first field of these names that holds something; of addresses, nothing that is a picture."""
    if not isinstance(item, dict):
        return None
    fields = _fields(item)
    for name in names:
        value = fields.get(name)
        if value and not (address and not _is_address(value)):
            return value
    return None


def _fields(item: Mapping[Any, Any]) -> dict[str, Any]:
    return {key.lower().replace("_", "").replace("-", ""): value for key, value in item.items() if isinstance(key, str)}


def _of_each(items: list[Any]) -> tuple[str, ...]:
    """The names of link fields, those first that tell most of the items apart: `url` may be the site's own, the same in each."""
    sample = [item for item in items[:50] if isinstance(item, dict)]
    apart = {name: len({value for item in sample if (value := _field(item, (name,), address=True))}) for name in _LINK}
    return tuple(sorted(_LINK, key=lambda name: apart[name] < 2 <= len(sample)))


def _is_address(value: Any) -> bool:
    return isinstance(value, str) and ("/" in value or "." in value) and " " not in value.strip() and not _media.search(value)


def _search(path: str, data: Any) -> Any:
    try:
        return _path(path).search(data)
    except JMESPathError:
        return None  # a function that meets a value it cannot take: this item has none


@lru_cache(256)
def _path(expression: str) -> Any:
    try:
        return jmespath.compile(expression)
    except JMESPathError as error:
        raise ValueError(
            tr("{given!r} is no JMESPath; write for example {example}", given=expression, example="data.list[*]")
        ) from error


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, int | float):
        return str(int(value)) if abs(value) < 1e18 else ""
    if isinstance(value, list):
        return "\n".join(filter(None, map(_as_text, value[:20])))
    if isinstance(value, Mapping):
        return next(
            (text for name in ("name", "nickname", "username", "title", "rendered") if (text := _as_text(value.get(name)))), ""
        )
    return ""


def _keywords(value: Any) -> tuple[str, ...]:
    words = [_as_text(word) for word in value[:50]] if isinstance(value, list) else _words.split(_as_text(value))
    return tuple(dict.fromkeys(word for word in map(clean, words) if 0 < len(word) <= 40))[:12]


def _describe(data: Any) -> str:
    """What a person sees at a glance: the names of its fields and a message if it carries one."""
    if isinstance(data, list):
        return f"a list of {len(data)}"
    if not isinstance(data, dict):
        return f"{type(data).__name__}"
    message = next(
        (f"; it says {data[key]!r:.100}" for key in ("message", "msg", "error", "errmsg") if isinstance(data.get(key), str)), ""
    )
    return f"the fields {', '.join(map(str, list(data)[:12]))}{message}"
