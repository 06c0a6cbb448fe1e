"""RSS, Atom, RDF and JSON feeds."""

from __future__ import annotations

import io
import json
import re
from calendar import month_abbr, timegm
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, tzinfo
from html.entities import html5
from itertools import chain, islice
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from crawler.dates import DateReader
from crawler.errors import SpiderError
from crawler.html.tree import clean, plain, plain_title
from crawler.listing.newest import by_age, kept, last_of
from crawler.listing.sniff import CUT, FEEDS, head_of, is_cut, root_of, text_of, xml_of
from crawler.listing.whole import whole_text
from crawler.record import MAX_GUID, MAX_SUMMARY, Found, Link, Page, Source
from crawler.url import host_of, is_web, join, same_site
from crawler.zones import place_of

MAX_ITEMS = 2000  # feedparser needs 17 s for 100,000
MAX_BYTES = 5_000_000  # of items; it needs half a second for one million
MAX_TAGS = 50_000  # it needs 1.6 s for them where the XML is broken and it reads twice
MAX_ATTRIBUTES = 100  # of one tag: it needs 20 s for 50,000
MAX_DATED = 20_000  # items whose dates are looked at; of more, only their places count

_item = re.compile(rb"<(?:[\w.-]+:)?(?:item|entry)[\s>/]", re.IGNORECASE)
_end_of_item = re.compile(rb"</(?:[\w.-]+:)?(?:item|entry)\s*>", re.IGNORECASE)
_dated = re.compile(rb"<(?:[\w.-]+:)?(?:pubDate|published|updated|date|modified|issued)\b[^<>]{0,200}>([^<]{4,64})<", re.I)
_root_name = re.compile(rb"<([A-Za-z_][\w.:-]*)")
_tag = re.compile(rb"<(?:!\[CDATA\[(?:[^\]]++|\](?!\]>))*+|([a-zA-Z]))")  # what is in CDATA costs nothing
_long_tag = re.compile(rb"<([a-zA-Z][\w:.-]*)[^<>]{2000,}>?")
_entity = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,30};)")
_lone_ampersand = re.compile(rb"<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?!#?[A-Za-z0-9]{1,31};)", re.DOTALL)  # AT&T, ?a=1&copy=2
_reference = re.compile(rb"&#(?:[xX]([0-9A-Fa-f]+)|([0-9]+));?")
_XML_ENTITIES = frozenset({"amp;", "lt;", "gt;", "quot;", "apos;"})
_skip_hours = re.compile(rb"<skipHours>(.{0,2000}?)</skipHours>", re.DOTALL | re.IGNORECASE)
_hour = re.compile(rb"<hour>\s*([0-9]{1,2})\s*</hour>", re.IGNORECASE)


def recognizes(page: Page) -> bool:
    """True for XML whose root is a feed's, and for JSON that says it is a feed."""
    return root_of(page) in FEEDS or _is_json_feed(page)


def find(page: Page, source: Source, now: datetime, zone: tzinfo) -> Found:  # noqa: ARG001 - every spider is asked the same way
    """The feed's entries. Raises SpiderError when it is no feed."""
    if _is_json_feed(page):
        return _json_feed(page, now, zone)
    import feedparser  # noqa: PLC0415 - not for those who only ask for the options

    body, notes = _bounded(xml_of(page), now, zone)
    headers = {"content-type": "application/xml; charset=utf-8"}
    try:
        # Only ever a stream: given text or bytes, feedparser opens the file or address that they name.
        parsed = feedparser.parse(io.BytesIO(body), response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:  # its parser for broken XML meets foreign bytes with whatever it happens to raise
        raise SpiderError(f"this feed is too broken to be read: {error!r:.100}") from error
    if not parsed.get("version") and not parsed.entries:
        raise SpiderError(f"this is no feed: it begins with {head_of(page)[:60].strip()!r}")
    base = _base(parsed.feed, page.url)
    dates = DateReader(now, zone, place_of(page.url, _text(parsed.feed, "language"), _text(parsed.feed, "title")))
    links = tuple(link for entry in parsed.entries[:MAX_ITEMS] if (link := _link(entry, base, dates)))
    return Found(
        links=links,
        kind="feed",
        title=clean(plain(_text(parsed.feed, "title"))) or None,
        newest=last_of(links),
        ttl=_ttl(parsed.feed.get("ttl")),
        notes=(*notes, *_notes(parsed, body, links)),
        skip_hours=_hours_skipped(body),
        older=_older(parsed.feed, page.url),
        hub=_hub(parsed.feed, page.url),
        whole=CUT not in notes,
    )


def _base(feed: Mapping[str, Any], address: str) -> str:
    """What relative addresses are relative to: the feed's own address; the site's, where the feed stands on another host."""
    site = join(address, _text(feed, "link"))
    return site if site and host_of(site) != host_of(address) else address


def _text(entry: Any, name: str) -> str:
    """What an entry says, if it is text: broken feeds have mappings, lists and None in any place."""
    value = entry.get(name)
    return value if isinstance(value, str) else ""


def _parts(entry: Any, name: str) -> list[Mapping[str, Any]]:
    """What an entry has several of, each a mapping."""
    value = entry.get(name)
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _older(feed: Mapping[str, Any], address: str) -> tuple[str, ...]:
    """The next page: as the feed says (RFC 5005), or as WordPress counts."""
    links = [link for link in _parts(feed, "links") if link.get("rel") in ("next", "prev-archive")]
    if said := next((found for link in links if (found := join(address, _text(link, "href")))), None):
        return (said,)
    if "wordpress" not in str(feed.get("generator", "")).lower():
        return ()
    parts = urlsplit(address)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    number = query.get("paged", "1")
    following = int(number) + 1 if number.isdecimal() and len(number) < 5 else 2
    return (parts._replace(query=urlencode(query | {"paged": str(following)})).geturl(),)


def _hub(feed: Any, address: str) -> tuple[str, str] | None:
    """The hub that tells of its news, and what the feed calls itself there (WebSub §4): an address of its own site."""
    links = [(link.get("rel"), join(address, _text(link, "href"))) for link in _parts(feed, "links")]
    hub, topic = (next((url for rel, url in links if rel == wanted and url and is_web(url)), None) for wanted in ("hub", "self"))
    return (hub, topic) if hub and topic and same_site(topic, address) else None


def _is_json_feed(page: Page) -> bool:
    head = head_of(page).lstrip()[:2000]
    return head.startswith("{") and "jsonfeed.org/version" in head.replace("\\/", "/")


def _bounded(body: bytes, now: datetime, zone: tzinfo) -> tuple[bytes, list[str]]:
    """The feed with at most MAX_ITEMS items, the newest, MAX_TAGS tags, none of them monstrous; linear. HTML's entities, which XML does
    not know, are resolved. Of a feed that breaks off only what is whole."""
    notes = []
    body = _long_tag.sub(_fewer_attributes, body)
    body = _reference.sub(_character_of_number, _entity.sub(_character, body))
    body = _lone_ampersand.sub(lambda found: b"&amp;" if found[0] == b"&" else found[0], body)
    end = b"".join(b"</" + name + b">" for name in _open_at_end(body))
    ends = [found.end() for found in _end_of_item.finditer(body)]
    if is_cut(body):
        notes.append(CUT)
        body = (body[: ends[-1]] if ends else body) + end
    begins = [found.start() for found in _item.finditer(body)]
    if begins and (len(begins) > MAX_ITEMS or len(body) > MAX_BYTES or _end_of_tags(body) < len(body)):
        last = max(ends[-1] if ends else 0, begins[-1])
        items = [body[begin:end] for begin, end in zip(begins, (*begins[1:], last), strict=True)]
        chosen = _newest_within_bounds(items, now, zone)
        body = body[: begins[0]] + b"".join(items[place] for place in chosen) + end
        notes.append(f"a very long feed: only its newest {len(chosen)} of {len(items)} items are read")
    return body[: _end_of_tags(body)], notes


def _open_at_end(body: bytes) -> tuple[bytes, ...]:
    """The elements that are open where a feed's last item ends."""
    root = _root_name.match(body)
    name = root[1] if root else b"rss"
    return (b"channel", name) if name.lower() == b"rss" else (name,)


def _newest_within_bounds(items: list[bytes], now: datetime, zone: tzinfo) -> list[int]:
    """The places of the newest items that may be read together, in the order of the feed."""
    step = len(items) // MAX_DATED + 1
    dates = [_date_of(item, now, zone) if place % step == 0 else None for place, item in enumerate(items)]
    chosen: list[int] = []
    size = tags = 0
    for place in by_age(dates)[:MAX_ITEMS]:
        size, tags = size + len(items[place]), tags + sum(1 for found in _tag.finditer(items[place]) if found[1])
        if chosen and (size > MAX_BYTES or tags > MAX_TAGS - 100):
            break
        chosen.append(place)
    return sorted(chosen)


def _date_of(item: bytes, now: datetime, zone: tzinfo) -> datetime | None:
    found = _dated.search(item)
    return DateReader(now, zone)(found[1].decode("utf-8", "ignore")) if found else None


def _end_of_tags(body: bytes) -> int:
    """Where the first tag too many begins."""
    tags = (found.start() for found in _tag.finditer(body) if found[1])
    return next(islice(tags, MAX_TAGS, None), len(body))


def _fewer_attributes(found: re.Match[bytes]) -> bytes:
    tag = found[0]
    return tag if tag.count(b"=") < MAX_ATTRIBUTES else b"<" + found[1] + (b"/>" if tag.endswith(b"/>") else b">")


def _character(found: re.Match[bytes]) -> bytes:
    name = found[1].decode("ascii")
    return found[0] if name in _XML_ENTITIES else html5.get(name, found[0].decode("ascii")).encode("utf-8")


def _character_of_number(found: re.Match[bytes]) -> bytes:
    """The reference as it is where XML allows its character; else nothing (feedparser raises at a surrogate)."""
    digits = found[1] or found[2]
    number = int(digits, 16 if found[1] else 10) if len(digits) <= 8 else 0
    allowed = number in (9, 10, 13) or 0x20 <= number < 0xD800 or 0xE000 <= number < 0xFFFE or 0x10000 <= number < 0x110000
    return found[0] if allowed else b""


def _notes(parsed: Any, body: bytes, links: tuple[Link, ...]) -> Iterable[str]:
    if parsed.get("bozo") and type(parsed.get("bozo_exception")).__name__ != "CharacterEncodingOverride":
        yield f"broken XML, read as far as it goes ({str(parsed.bozo_exception)[:100]})"
    if not parsed.entries:
        yield "the feed is empty"
    elif len(links) < len(parsed.entries[:MAX_ITEMS]):
        yield f"{len(parsed.entries) - len(links)} entries have no address"
    if hours := _hours_skipped(body):
        yield f"skips the hours {', '.join(map(str, hours))} UTC"
    for link in _parts(parsed.feed, "links"):
        if link.get("rel") == "hub" and is_web(_text(link, "href")):
            yield f"hub {link['href']}"


def _hours_skipped(body: bytes) -> tuple[int, ...]:
    """In UTC; 24 is another word for 0 (the specification of RSS 0.91 counts from 1)."""
    hours = (int(hour) for found in _skip_hours.findall(body) for hour in _hour.findall(found))
    return tuple(sorted({hour % 24 for hour in hours if hour <= 24}))


def _link(entry: Any, base: str, dates: DateReader) -> Link | None:
    address = _address(entry, base)
    if address is None:
        return None
    description = plain(_text(entry, "summary"))
    whole = max((plain(_text(content, "value")) for content in _parts(entry, "content")), key=len, default="")
    source = entry.get("source")
    publisher = _text(source, "title") if isinstance(source, Mapping) else ""
    return Link(
        url=address,
        title=plain_title(_text(entry, "title")) or None,
        published=_published(entry, dates),
        summary=description[:MAX_SUMMARY] or None,
        text=whole_text(whole, description),
        author=clean(_text(entry, "author")) or None,
        publisher=clean(publisher or _text(entry, "publisher")) or None,
        keywords=_keywords(tag.get("term") for tag in _parts(entry, "tags")),
        guid=clean(_text(entry, "id"))[:MAX_GUID] or None,
    )


def _address(entry: Any, base: str) -> str | None:
    """The article's own address: a page rather than the same in another form. Never an enclosure: that is a picture or a sound."""
    alternate = [link for link in _parts(entry, "links") if link.get("rel", "alternate") == "alternate"]
    pages = sorted(alternate, key=lambda link: not _is_page(_text(link, "type")))
    own, link = _text(entry, "id"), _text(entry, "link")
    named = own if is_web(own) or own.startswith("/") else ""  # else a name: feedparser calls it a link where there is none
    sources = (_text(content, "src") for content in _parts(entry, "content") if _is_page(_text(content, "type")))
    said = (_text(page, "href") for page in pages), [link if link != own else ""], sources, [named]
    found = chain([_text(entry, "feedburner_origlink")], *said)
    return next((address for each in found if (address := join(base, each))), None)


def _is_page(kind: str) -> bool:
    return not kind or kind.partition(";")[0].strip().lower() in ("text/html", "application/xhtml+xml", "html", "text/plain")


def _published(entry: Any, dates: DateReader) -> datetime | None:
    """As the feed writes it; feedparser would take a time without a zone for UTC, and Chinese feeds mean Beijing.

    A date that is none (year 0001) does not hide the next.
    """
    names = ("published", "created", "updated")
    # dict's own get: feedparser's answers "published" to "updated", and warns
    texts = {name: said for name in names if isinstance(said := dict.get(entry, name), str)}
    read = (_moment(dict.get(entry, f"{name}_parsed"), text, dates) for name, text in texts.items())
    return next(filter(None, chain(map(dates, texts.values()), read)), None)


def _moment(struct: Any, text: str, dates: DateReader) -> datetime | None:
    """feedparser's own reading of a form that we do not know, where it has not made up a part of it."""
    try:
        day, month = (re.search(rf"(?<![0-9])0?{number}(?![0-9])", text) for number in (struct[2], struct[1]))
        said = str(struct[0]) in text and day and (month or month_abbr[struct[1]].lower() in text.lower())
        return dates(datetime.fromtimestamp(timegm(struct), UTC).isoformat()) if said else None
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _keywords(terms: Iterable[Any]) -> tuple[str, ...]:
    found = (clean(term) for term in terms if isinstance(term, str))
    return tuple(dict.fromkeys(term for term in found if 0 < len(term) <= 40 and not is_web(term)))[:12]


def _ttl(minutes: Any) -> int | None:
    """Seconds; a feed that asks for more than a week has it wrong."""
    return int(minutes) * 60 if isinstance(minutes, str) and minutes.isdecimal() and 0 < int(minutes) <= 10_080 else None


def _json_feed(page: Page, now: datetime, zone: tzinfo) -> Found:
    try:
        feed = json.loads(text_of(page))
    except (ValueError, RecursionError) as error:
        raise SpiderError(f"this JSON feed cannot be read: {error}") from error
    items = feed.get("items")
    if not isinstance(items, list):
        raise SpiderError("this JSON feed has no list of items")
    title = _text(feed, "title")
    base = _base({"link": _text(feed, "home_page_url")}, page.url)
    dates = DateReader(now, zone, place_of(page.url, _text(feed, "language"), title))
    read = [item for item in items if isinstance(item, dict)]
    chosen = kept([_json_date(item, dates) for item in read] if len(read) > MAX_ITEMS else [None] * len(read), MAX_ITEMS)
    links = tuple(link for place in chosen if (link := _json_link(read[place], base, dates)))
    older = tuple(filter(None, [join(page.url, _text(feed, "next_url"))]))
    notes = () if links else ("the feed is empty",)
    return Found(links, "feed", title=clean(title) or None, newest=last_of(links), notes=notes, older=older)


def _json_link(item: Mapping[str, Any], base: str, dates: DateReader) -> Link | None:
    own = _text(item, "id")
    address = join(base, _text(item, "url")) or join(base, _text(item, "external_url")) or (own if is_web(own) else None)
    if address is None:
        return None
    content = _text(item, "content_text") or plain(_text(item, "content_html"))
    summary = clean(_text(item, "summary")) or content[:MAX_SUMMARY]
    authors = item.get("authors") or [item.get("author")]
    names = [_text(author, "name") for author in authors if isinstance(author, dict)] if isinstance(authors, list) else []
    tags = item.get("tags")
    return Link(
        url=address,
        title=plain_title(_text(item, "title")) or None,
        published=_json_date(item, dates),
        summary=summary or None,
        text=whole_text(content, ""),
        author=clean(", ".join(names)) or None,
        keywords=_keywords(tags) if isinstance(tags, list) else (),
        guid=clean(own)[:MAX_GUID] or None,
    )


def _json_date(item: Mapping[str, Any], dates: DateReader) -> datetime | None:
    return dates(_text(item, "date_published")) or dates(_text(item, "date_modified"))
