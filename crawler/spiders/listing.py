"""Pages with a list of articles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, tzinfo
from functools import lru_cache
from itertools import islice
from typing import Any

from cssselect import SelectorError
from lxml import etree
from lxml.cssselect import CSSSelector
from pydantic import Field, field_validator

from crawler import plugins
from crawler.dates import DateReader
from crawler.errors import ReadError, SpiderError
from crawler.html import script_state
from crawler.html.tree import clean, gather, loads, parse
from crawler.i18n import tr
from crawler.listing.anchors import MAX_ELEMENTS, anchor_of, anchors, base_of
from crawler.listing.article_list import LEAST, article_list, items
from crawler.listing.json_list import DATED, Reader, list_in, of_each
from crawler.listing.newest import kept, last_of
from crawler.listing.sniff import AFTER_ROOT, HEAD, is_binary, root_of, text_of
from crawler.record import MAX_LINKS, Found, Link, Page, Source
from crawler.url import join, same_site
from crawler.zones import place_of

_NEXT = frozenset({"下一页", "下页", "next", "next page", "older", "older posts", "较早的文章", "后一页"})
_HTML = frozenset("html head body div ul ol table section main article p a script meta base".split())


_LINKS = 'CSS of the article links, or of blocks that hold one each, such as "div.list li a"'


class Options(plugins.Options):
    """Which links of the page are articles. Left out, they are found by themselves."""

    links: str | None = Field(None, description=_LINKS)

    @field_validator("links")
    @classmethod
    def _compiles(cls, value: str | None) -> str | None:
        if value is not None:
            _selector(value)
        return value


def recognizes(page: Page) -> bool:
    """True for HTML."""
    return root_of(page) in _HTML or (not root_of(page) and "html" in page.content_type and not is_binary(page))


def find(page: Page, source: Source, now: datetime, zone: tzinfo) -> Found:
    """The page's articles in page order. Raises SpiderError when it shows no list, or the selector finds nothing."""
    options = Options.model_validate(dict(source.options))
    root = _tree(page)
    base = base_of(root, page.url)
    if options.links:
        chosen = [anchor for element in _select(root, options.links) if (anchor := anchor_of(element, base))]
        if not chosen:
            raise SpiderError(f"no link on the page is found by links: {options.links!r}; the page may have changed")
        listed = items(chosen, now, zone)
    else:
        listed = article_list(anchors(root, base), page.url, now, zone)
        if not listed and b"<noscript" in page.body.lower():
            listed = article_list(anchors(_tree(page, shown="noscript"), base), page.url, now, zone)
        if not listed and (rows := _in_cdata(text_of(page))):
            listed = article_list(anchors(parse(rows), base), page.url, now, zone)
        if not listed and (drawn := _drawn(page, base, now, zone)):
            return Found(drawn, "listing", newest=last_of(drawn))
        if not listed:
            raise SpiderError(_nothing_on(root, base))
    places = kept([item.published for item in listed], MAX_LINKS)
    links = tuple(Link(item.address, item.title or None, item.published) for item in (listed[place] for place in places))
    title = root.findtext(".//title")
    whole = root_of(page) != "html" or b"</html" in page.body[-AFTER_ROOT:].lower()
    called = clean(title or "")[:200] or None
    return Found(links, "listing", title=called, newest=last_of(links), older=_older(root, base), whole=whole)


def _nothing_on(root: etree._Element, base: str) -> str:
    """Why a page shows no list, as far as it says so: what it calls itself (请登录, Just a moment …), or the frame in which the list stands."""
    frames = (join(base, frame.get("src") or "") for frame in root.iter("iframe", "frame"))
    if framed := next((frame for frame in frames if frame and same_site(frame, base)), None):
        return f"no list of articles was found on the page; it shows {framed[:200]} in a frame: watch that address"
    if called := clean(root.findtext(".//title") or "")[:80]:
        return f"no list of articles was found on the page, which calls itself {called!r}; if it has one, say where with `links` (a CSS selector)"
    return "no list of articles was found on the page; say where it is with `links` (a CSS selector)"


def _in_cdata(text: str) -> str:
    """The rows that a page keeps for the script that shows them page by page: <record><![CDATA[<li><a href=…"""
    pieces = (piece.partition("]]>")[0] for piece in text.split("<![CDATA[")[1:])
    return "".join(piece for piece in pieces if piece.lstrip().startswith("<"))


def _drawn(page: Page, base: str, now: datetime, zone: tzinfo) -> tuple[Link, ...]:
    """The articles of a page that its scripts draw: the best list in their JSON, of items with a title, an address and a date."""
    text = text_of(page)
    reader = Reader({}, base, DateReader(now, zone, place_of(page.url, text=text[:HEAD])))
    best: list[Any] = []
    root = parse(text)
    for value in (*script_state.values(gather(root), ""), *_in_attributes(root)):
        best = max(best, [item for item in list_in(value, reader, DATED) if reader.worth(item) >= DATED], key=len)
    if len(best) < LEAST:
        return ()
    reader = replace(reader, link_names=of_each(best))
    chosen = kept([reader.published(item) for item in best], MAX_LINKS)
    return tuple(link for place in chosen if (link := reader.link(best[place])))


def _in_attributes(root: etree._Element) -> Iterator[Any]:
    """The JSON that elements carry for their scripts: data-page, :items …"""
    for element in islice(root.iter(etree.Element), MAX_ELEMENTS):
        for value in map(str, element.attrib.values()):
            if len(value) >= 100 and value.lstrip()[:1] in ("{", "[") and (data := loads(value)) is not None:
                yield data


def _older(root: etree._Element, base: str) -> tuple[str, ...]:
    """The next page of the list, where the page links to one."""
    for element in root.iter("link", "a"):
        named = "next" in (element.get("rel") or "").lower().split()
        if named or clean("".join(map(str, element.itertext()))).lower().strip(" >»›→") in _NEXT:
            address = join(base, element.get("href") or "")
            if address and address.partition("#")[0] != base.partition("#")[0]:
                return (address,)
    return ()


def _tree(page: Page, shown: str = "") -> etree._Element:
    """The page without what is not seen; `shown`: what is seen of it where no script runs."""
    try:
        root = parse(text_of(page))
    except ReadError as error:
        raise SpiderError(str(error)) from error
    for element in root.iter(shown) if shown else ():
        element.tag = "div"
    etree.strip_elements(root, "script", "style", "noscript", "template", "svg", with_tail=False)
    return root


def _select(root: etree._Element, css: str) -> list[etree._Element]:
    found = _selector(css)(root)
    return [element for element in found[:MAX_LINKS] if isinstance(element, etree._Element)] if isinstance(found, list) else []


@lru_cache(256)
def _selector(css: str) -> CSSSelector:
    try:
        return CSSSelector(css, translator="html")
    except (SelectorError, etree.XPathError) as error:
        told = tr(
            "{given!r} is no CSS selector ({why}); write for example {example}", given=css, why=error, example="div.list li a"
        )
        raise ValueError(told) from error
