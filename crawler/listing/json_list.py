"""The list of articles in a JSON value: which of its lists it is, and what each item says, by the names that such interfaces commonly use."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from math import log2
from typing import Any
from urllib.parse import quote

import jmespath
from jmespath.exceptions import JMESPathError

from crawler.dates import DateReader
from crawler.html.tree import clean, loads, parts_of, plain, plain_title
from crawler.i18n import tr
from crawler.listing.whole import whole_text
from crawler.record import MAX_GUID, MAX_SUMMARY, Link
from crawler.url import join

MAX_ITEMS = 2000
MAX_NODES = 300_000  # of a JSON document that is searched for its list
PACKED = 100  # characters of a string that may be JSON with a list in it
DATED = 9  # the worth of an item with a real title, an address and a date

_placeholder = re.compile(r"\{([^{}]+)\}")
_words = re.compile(r"[,，;；、|\s]+")
_date_call = re.compile(r"\s*\\?/Date\((-?[0-9]{1,16})(?:[+-][0-9]{4})?\)\\?/\s*")  # as .NET writes moments
_unzoned = re.compile(r"(?:19|20)\d\d-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?")
_media = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|ico|mp[34]|m3u8|css|js)(?:[?!@].*)?$", re.IGNORECASE)

# The page of a person or a tag, not of an article: /author/ann-lee, /tags/ai/
_nobody_s = re.compile(r"/(?:authors?|users?|members?|tags?|categor(?:y|ies))/[^/?#]+/?$", re.I)

# Field names as list APIs have them, in lower case without _ and -; the first that holds something is taken.
_LINK = tuple(
    "htmlurl url link href permalink weburl pcurl articleurl shareurl sharelink detailurl linkurl sourceurl publishurl docurl wapurl uri".split()
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
_TEXT = "content contenthtml contenttext body articlebody html fulltext".split()

# What else is called like an address or a title (newsUrl, canonical_url, newsTitle), but for what is not the article's own.
_MORE = {
    "link": re.compile(
        r"^(?!.*(?:image|img|pic|photo|cover|thumb|avatar|logo|icon|banner|poster|video|audio|play|media|auth|user|member|comment|channel"
        r"|column|categor|tag|site|home|source|file|download|api|next|prev|edit|callback|qr|feed|rss)).*(?:url|link|href)$"
    ),
    "title": re.compile(r"^(?!sub|seo|channel|column|site|source|user|auth|categor|meta|share|job|section).*(?:title|headline)$"),
}


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads items of one list: by the configured paths, else by field names that hold something in its first items."""

    paths: Mapping[str, str | None]
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
            text=self._whole(item, summary),
            author=clean(plain(self._text(item, "author", _AUTHOR)).replace("\n", ", ")) or None,
            keywords=_keywords(self._value(item, "keywords", _KEYWORDS)),
            guid=clean(_as_text(_field(item, _ID)))[:MAX_GUID] or None,
        )

    def worth(self, item: Any) -> int:
        """0 for what is no article; more for what has a real title and a date beside its address."""
        title = self._text(item, "title", _TITLE)
        address = self._address(item) if title else None
        if address is None:
            return 0
        if _nobody_s.search(address):
            return 1
        return 1 + 4 * (len(title) >= 8) + 4 * (self.published(item) is not None)  # DATED is all of it

    def published(self, item: Any) -> datetime | None:
        """When the item says that it appeared."""
        if path := self.paths.get("published"):
            return self._date(_as_moment(search(path, item)))
        if not isinstance(item, dict):
            return None
        fields = _fields(item)
        universal = (self._universal(said) for name, said in fields.items() if name.endswith(("gmt", "utc")))
        if at := next(filter(None, universal), None):
            return at
        others = (name for name in fields if name.endswith(("time", "date")))
        texts = (_as_moment(fields[name]) for name in dict.fromkeys((*_DATE, *others)) if fields.get(name))
        return next(filter(None, map(self._date, texts)), None)  # one that is none does not hide the next

    def _date(self, text: str) -> datetime | None:
        moment = _date_call.fullmatch(text)
        return self.dates(moment[1] if moment else text)

    def _universal(self, said: Any) -> datetime | None:
        """A moment under a name that says which zone is meant (date_gmt)."""
        return self._date(f"{said}Z") if isinstance(said, str) and _unzoned.fullmatch(said.strip()) else None

    def _address(self, item: Any) -> str | None:
        if template := self.paths.get("link_template"):
            values = {name: _as_text(search(name, item)) for name in placeholders(template)}
            if not all(values.values()):
                return None
            return join(self.base, _placeholder.sub(lambda found: quote(values[found[1]], safe="/:?=&%"), template))
        return join(self.base, self._text(item, "link", self.link_names))

    def _text(self, item: Any, option: str, names: tuple[str, ...] | list[str]) -> str:
        return _as_text(self._value(item, option, names))

    def _value(self, item: Any, option: str, names: tuple[str, ...] | list[str]) -> Any:
        path = self.paths.get(option)
        return search(path, item) if path else _field(item, names, _MORE.get(option), address=option == "link")

    def _whole(self, item: Any, summary: str) -> str | None:
        """What is configured as its text; else what looks like one, if it is no teaser."""
        text = plain(self._text(item, "text", _TEXT))
        return (text or None) if self.paths.get("text") else whole_text(text, summary)


def placeholders(template: str) -> list[str]:
    """The paths in an address made of fields. Raises ValueError where there are none, or a brace is left over."""
    found, rest = _placeholder.findall(template), _placeholder.sub("", template)
    if not found or "{" in rest or "}" in rest:
        example = "https://site/{id}.html"
        raise ValueError(
            tr("{given!r} has no field of an item in it; write for example {example}", given=template, example=example)
        )
    return found


def list_in(data: Any, reader: Reader, least: int = 1) -> list[Any]:
    """The list with the most and best articles, of which each is worth `least`; the first of equals, [] for none."""
    best: list[Any] = []
    most = 0.0
    for candidate, all_worth in _candidates(data, reader):
        items = [_opened(item, reader) for item in candidate if isinstance(item, dict)]
        each = [worth for item in items[:MAX_ITEMS] if (worth := reader.worth(item))]
        good = [one for one in each if one >= least]
        rank = sum(good) / len(good) * log2(1 + len(good)) if good else 0.0  # a few dated articles before a long menu
        if rank > most and min(each) >= all_worth:
            best, most = items, rank
    return best


def _candidates(data: Any, reader: Reader) -> Iterator[tuple[list[Any], int]]:
    """The lists that may be the one, outer ones first, and what each item is worth at least there: lists, what objects keep by ids, and
    the lists that groups (days, sections) each hold a part of. Nothing that articles hold: that is related to them."""
    queue = [data] if isinstance(data, dict | list) else []
    for one in queue:  # it grows while it is walked
        if isinstance(one, dict):
            yield _keyed(one), KEYED
        else:
            yield one, 1
            groups = [item for item in one[:MAX_ITEMS] if isinstance(item, dict)]
            worths = [reader.worth(group) for group in groups]
            if groups and min(worths) >= DATED:
                continue
            names = dict.fromkeys(name for group in groups for name, value in group.items() if isinstance(value, list))
            if len(groups) > 1 and max(worths) < KEYED:
                for name in names:
                    yield [item for group in groups if isinstance(part := group.get(name), list) for item in part], 1
        if len(queue) < MAX_NODES:
            queue += parts_of(one)
            queue += _unpacked(one)


def _unpacked(one: dict[str, Any] | list[Any]) -> Iterator[dict[str, Any] | list[Any]]:
    """The JSON that stands in strings right inside an object: some answers are packed twice."""
    for value in one.values() if isinstance(one, dict) else ():
        may_be = isinstance(value, str) and len(value) >= PACKED and value[:1] in "[{"
        if may_be and isinstance(inner := loads(value), dict | list):
            yield inner


KEYED = 5  # what each is worth at least, where an object's values are to be articles: author and publisher have a name and a link, too


def _keyed(candidate: Mapping[str, Any]) -> list[Any]:
    """The values of an object that keeps items by their ids; nothing of any other object."""
    values = list(candidate.values())
    return values if len(values) > 1 and all(isinstance(value, dict) for value in values) else []


def _opened(item: dict[str, Any], reader: Reader) -> dict[str, Any]:
    """The item, or what it wraps: {"kind": "t3", "data": {…}}, {"node": {…}}, {"id": "1", "attributes": {…}, "links": {…}}."""
    if reader.worth(item):
        return item
    inner = [value for value in item.values() if isinstance(value, dict)][:5]
    merged = {**item, **{name: value for part in reversed(inner) for name, value in part.items()}}
    return next((whole for part in inner if reader.worth(whole := {**merged, **part})), item)


def _field(item: Any, names: tuple[str, ...] | list[str], more: re.Pattern[str] | None = None, *, address: bool = False) -> Any:
    """The first field of these names, or of `more`, that holds something; of addresses, nothing that is a picture."""
    if not isinstance(item, dict):
        return None
    fields = _fields(item)
    for name in (*names, *filter(more.search, fields)) if more else names:
        value = fields.get(name)
        if value and not (address and not _is_address(value)):
            return value
    return None


def _fields(item: Mapping[Any, Any]) -> dict[str, Any]:
    return {key.lower().replace("_", "").replace("-", ""): value for key, value in item.items() if isinstance(key, str)}


def of_each(items: list[Any]) -> tuple[str, ...]:
    """The names of link fields, those first that tell most of the items apart: `url` may be the site's own, the same in each."""
    sample = [item for item in items[:50] if isinstance(item, dict)]
    apart = {name: len({value for item in sample if (value := _field(item, (name,), address=True))}) for name in _LINK}
    return tuple(sorted(_LINK, key=lambda name: apart[name] < 2 <= len(sample)))


def _is_address(value: Any) -> bool:
    return isinstance(value, str) and ("/" in value or "." in value) and " " not in value.strip() and not _media.search(value)


def search(path: str, data: Any) -> Any:
    try:
        return path_of(path).search(data)
    except JMESPathError:
        return None  # a function that meets a value it cannot take: this item has none


@lru_cache(256)
def path_of(expression: str) -> Any:
    try:
        return jmespath.compile(expression)
    except JMESPathError as error:
        told = tr("{given!r} is no JMESPath; write for example {example}", given=expression, example="data.list[*]")
        raise ValueError(told) from error


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
        texts = (_as_text(value.get(name)) for name in ("name", "nickname", "username", "title", "rendered"))
        return next(filter(None, texts), "")
    return ""


def _as_moment(value: Any) -> str:
    """A date, also one in pieces: {"$date": 1795570800000}, {"date": "2026-11-23 09:00:00.000000", "timezone": "UTC"}."""
    if not isinstance(value, Mapping):
        return _as_text(value)
    parts = list(value.values())[:5]
    return " ".join(part for part in parts if isinstance(part, str)) or next(filter(None, map(_as_moment, parts)), "")


def _keywords(value: Any) -> tuple[str, ...]:
    words = [_as_text(word) for word in value[:50]] if isinstance(value, list) else _words.split(_as_text(value))
    return tuple(dict.fromkeys(word for word in map(clean, words) if 0 < len(word) <= 40))[:12]
