"""Sitemaps: news sitemaps, plain ones, indexes of them, text lists; gzipped or not."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo

from lxml import etree

from crawler import plugins
from crawler.dates import date_in_url, parse_date
from crawler.errors import SpiderError
from crawler.html.tree import clean
from crawler.listing.sniff import head_of, root_of, text_of, xml_of
from crawler.record import Found, Link, Page, Source
from crawler.url import is_web, join

MAX_LINKS = 2000
MAX_DEPTH = 50  # libxml2 looks up the name space of each tag through all that it stands in
MAX_ENTRIES = 50_000  # the protocol allows no more in one file
MAX_CHILDREN = 20

_ROOTS = frozenset({"urlset", "sitemapindex"})
# Children that list no articles, by the names that WordPress's plug-ins and others give them.
_OTHER = "image|video|tag|categor|author|user|product|page|topic|taxonom"
_no_articles = re.compile(rf"(?:{_OTHER})[a-z]*[-_]?(?:site)?-?map|sitemap[-_](?:{_OTHER})", re.IGNORECASE)
_news = re.compile(r"news", re.IGNORECASE)
# An "&" of an address that somebody forgot to escape (what stands in CDATA may): libxml2 would leave it out, and needs 5 s for 500,000.
_stray = re.compile(rb"<!\[CDATA\[(?:[^\]]++|\](?!\]>))*+|&(?![a-zA-Z][a-zA-Z0-9]{0,30};|#)")
_number = re.compile(r"([0-9]+)")


class Options(plugins.Options):
    """A sitemap needs nothing but its address."""


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
    return root_of(page) in _ROOTS or _is_text(page)


def find(page: Page, source: Source, now: datetime, zone: tzinfo) -> Found:  # noqa: ARG001 - every spider is asked the same way
    """The sitemap's pages, newest first, or in `more` the sitemaps of an index. Raises SpiderError when it is none."""
    if _is_text(page):
        return _found([(_Entry(loc=line.strip()), None) for line in text_of(page).splitlines()[:MAX_ENTRIES]], page, now, zone)
    root = root_of(page)
    if root not in _ROOTS:
        raise SpiderError(f"this is no sitemap: it begins with {head_of(page)[:60].strip()!r}")
    entries = [(entry, parse_date(entry.changed, now, zone)) for entry in _entries(xml_of(page))]
    return _index(entries, page) if root == "sitemapindex" else _found(entries, page, now, zone)


def _is_text(page: Page) -> bool:
    lines = head_of(page)[:4000].split("\n")[:5]
    first = [line for line in (line.strip() for line in lines) if line]
    return bool(first) and all(is_web(line) and not re.search(r"\s", line) for line in first)


def _entries(body: bytes) -> Iterator[_Entry]:
    """Each <url> or <sitemap>, forgotten as soon as it is read. No entities, no network, no DTD."""
    body = _stray.sub(lambda found: b"&amp;" if found[0] == b"&" else found[0], body)
    safely = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False, "recover": True}
    context = etree.iterparse(io.BytesIO(body), events=("start", "end"), **safely)
    entry, count, depth = _Entry(), 0, 0
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
                    count += 1
                entry = _Entry()
                element.clear()
                while parent is not None and element.getprevious() is not None:
                    del parent[0]
                if count >= MAX_ENTRIES:
                    return
    except etree.XMLSyntaxError:
        return  # what was read until here stands


def _local(element: etree._Element | None) -> str:
    if element is None or not isinstance(element.tag, str):
        return ""
    return element.tag.rpartition("}")[2].lower()


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
    newest = max((link.published for link in chosen if link.published), default=None)
    return Found(tuple(chosen), "sitemap", newest=newest, notes=notes)


def _newest(links: list[tuple[datetime | None, Link]]) -> tuple[list[Link], tuple[str, ...]]:
    """The dated ones, newest first, then the others; of too many without dates both ends, for some sites append and some prepend."""
    dated = sorted(((at, link) for at, link in links if at), key=lambda pair: pair[0], reverse=True)
    undated = [link for at, link in links if at is None]
    chosen = [link for _, link in dated[:MAX_LINKS]]
    room = MAX_LINKS - len(chosen)
    if len(undated) > room:
        undated = undated[: room // 2] + undated[len(undated) - (room - room // 2) :]
    notes = (f"{len(links)} addresses: the newest {MAX_LINKS} are taken",) if len(links) > MAX_LINKS else ()
    return chosen + undated, notes


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
