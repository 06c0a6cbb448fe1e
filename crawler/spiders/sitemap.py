"""Sitemaps: news sitemaps, plain ones, indexes of them, text lists; gzipped or not."""

from __future__ import annotations

import io
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from itertools import islice
from typing import Any

from lxml import etree

from crawler.dates import date_in_url, parse_date
from crawler.errors import SpiderError
from crawler.html.tree import clean
from crawler.listing.newest import by_age, last_of
from crawler.listing.sniff import CUT, SITEMAPS, head_of, is_cut, root_of, text_of, xml_of
from crawler.record import MAX_LINKS, Found, Link, Page, Source
from crawler.url import is_web, join

MAX_DEPTH = 50  # libxml2 looks up the name space of each tag through all that it stands in
MAX_ENTRIES = 50_000  # the protocol allows no more in one file; of more, the ends
MAX_CHILDREN = 20

# Children that list no articles, by the names that WordPress's plug-ins and others give them.
_OTHER = "image|video|tag|categor|author|user|product|page|topic|taxonom"
_no_articles = re.compile(rf"(?:{_OTHER})[a-z]*[-_]?(?:site)?-?map|sitemap[-_](?:{_OTHER})", re.IGNORECASE)
_news = re.compile(r"news", re.IGNORECASE)
# An "&" of an address that somebody forgot to escape (what stands in CDATA may): libxml2 would leave it out, and needs 5 s for 500,000.
_stray = re.compile(rb"<!\[CDATA\[(?:[^\]]++|\](?!\]>))*+|&(?![a-zA-Z][a-zA-Z0-9]{0,30};|#)")
_number = re.compile(r"([0-9]+)")
_end_of_entry = re.compile(rb"</(?:[\w.-]+:)?(?:url|sitemap)\s*>", re.IGNORECASE)


@dataclass(slots=True)
class _Entry:
    """One <url> or <sitemap> while it is being read."""

    loc: str = ""
    changed: str = ""
    published: str = ""
    title: str = ""
    keywords: str = ""
    publisher: str = ""


_FIELDS = {
    ("url", "loc"): "loc",
    ("sitemap", "loc"): "loc",
    ("url", "lastmod"): "changed",
    ("sitemap", "lastmod"): "changed",
    ("news", "publication_date"): "published",
    ("news", "title"): "title",
    ("news", "keywords"): "keywords",
    ("publication", "name"): "publisher",
}


def recognizes(page: Page) -> bool:
    """True for XML whose root is a sitemap's, and for text that is nothing but addresses."""
    return root_of(page) in SITEMAPS or _is_text(page)


def find(page: Page, source: Source, now: datetime, zone: tzinfo) -> Found:  # noqa: ARG001 - every spider is asked the same way
    """The sitemap's pages, newest first, or in `more` the sitemaps of an index. Raises SpiderError when it is none."""
    if _is_text(page):
        lines = _ends(line.strip() for line in text_of(page).splitlines())
        return _found([(_Entry(loc=line), None) for line in lines], page, now, zone)
    root = root_of(page)
    if root not in SITEMAPS:
        raise SpiderError(f"this is no sitemap: it begins with {head_of(page)[:60].strip()!r}")
    body = xml_of(page)
    cut = is_cut(body)
    if cut:  # what libxml2 makes of half an address is none
        body = body[: max((found.end() for found in _end_of_entry.finditer(body)), default=0)]
    entries = [(entry, parse_date(entry.changed, now, zone)) for entry in _ends(_entries(body))]
    found = _index(entries, page) if root == "sitemapindex" else _found(entries, page, now, zone)
    return replace(found, whole=not cut, notes=(*found.notes, *[CUT][:cut]))


def _ends(entries: Iterable[Any]) -> list[Any]:
    """All of them; of too many the first and the last, for some sites append and some prepend."""
    first = list(islice(entries := iter(entries), MAX_ENTRIES // 2))
    return [*first, *deque(entries, MAX_ENTRIES // 2)]


def _is_text(page: Page) -> bool:
    lines = head_of(page)[:4000].split("\n")[:5]
    first = [line for line in (line.strip() for line in lines) if line]
    return bool(first) and all(is_web(line) and not re.search(r"\s", line) for line in first)


def _entries(body: bytes) -> Iterator[_Entry]:
    """Each <url> or <sitemap>, forgotten as soon as it is read. No entities, no network, no DTD."""
    body = _stray.sub(lambda found: b"&amp;" if found[0] == b"&" else found[0], body)
    safely = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False, "recover": True}
    context = etree.iterparse(io.BytesIO(body), events=("start", "end"), **safely)
    entry, depth = _Entry(), 0
    try:
        for event, element in context:
            if event == "start":
                depth += 1
                if depth > MAX_DEPTH:
                    return
                continue
            depth -= 1
            parent = element.getparent()
            name, above = _local(element), _local(parent)
            if field := _FIELDS.get((above, name)):
                setattr(entry, field, clean(element.text or ""))
            elif name in ("url", "sitemap"):
                if entry.loc:
                    yield entry
                entry = _Entry()
                element.clear()
                while parent is not None and element.getprevious() is not None:
                    del parent[0]
    except etree.XMLSyntaxError:
        return  # what was read until here stands


def _local(element: etree._Element | None) -> str:
    return element.tag.rpartition("}")[2].lower() if element is not None and isinstance(element.tag, str) else ""


def _found(entries: list[tuple[_Entry, datetime | None]], page: Page, now: datetime, zone: tzinfo) -> Found:
    links: list[tuple[datetime | None, Link]] = []
    for entry, changed in entries:
        address = join(page.url, entry.loc)
        if address is None:
            continue
        published = parse_date(entry.published, now, zone) if entry.published else None
        keywords = tuple(dict.fromkeys(word for word in map(clean, re.split(r"[,，;；、]", entry.keywords)) if word))[:12]
        link = Link(address, entry.title or None, published, publisher=entry.publisher or None, keywords=keywords)
        # The time of a change orders; it is no publication date (some systems rewrite all of them every night).
        links.append((published or changed or date_in_url(address, zone), link))
    if not links:
        return Found((), "sitemap", notes=("the sitemap is empty",))
    chosen, notes = _newest(links)
    return Found(tuple(chosen), "sitemap", newest=last_of(chosen), notes=notes)


def _newest(links: list[tuple[datetime | None, Link]]) -> tuple[list[Link], tuple[str, ...]]:
    """The dated ones, newest first, then the others; of too many with one date, or with none, both ends."""
    dated = [(at, link) for at, link in links if at]
    undated = [link for at, link in links if at is None]
    if len(links) <= MAX_LINKS:
        return [link for _, link in sorted(dated, key=lambda pair: pair[0], reverse=True)] + undated, ()
    chosen = [dated[place][1] for place in by_age([at for at, _ in dated])[:MAX_LINKS]]
    more = sorted(by_age([None] * len(undated))[: MAX_LINKS - len(chosen)])
    return chosen + [undated[place] for place in more], (f"{len(links)} addresses: the newest {MAX_LINKS} are taken",)


def _index(entries: list[tuple[_Entry, datetime | None]], page: Page) -> Found:
    """The children worth asking: news first, then those changed last, then those with the highest numbers."""
    children = {address: changed for entry, changed in entries if (address := join(page.url, entry.loc)) and address != page.url}
    articles = {address: changed for address, changed in children.items() if not _no_articles.search(address)} or children
    order = sorted(articles.items(), key=lambda child: _worth(*child), reverse=True)
    left = len(children) - len(order[:MAX_CHILDREN])
    notes = (f"{left} of {len(children)} sitemaps are left out",) if left else ()
    return Found((), "sitemap", more=tuple(order[:MAX_CHILDREN]), notes=notes)


def _worth(address: str, changed: datetime | None) -> tuple[bool, float, tuple[int, ...]]:
    numbers = tuple(int(number[:9]) for number in _number.findall(address))
    return _news.search(address.rpartition("/")[2]) is not None, changed.timestamp() if changed else 0.0, numbers
