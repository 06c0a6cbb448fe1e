"""The links of a list page: what each is called, where it stands, and the date beside it. One walk over the tree, linear."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from itertools import islice

from lxml import etree

from crawler.dates import date_in_url, parse_date
from crawler.html import DEAD, clean
from crawler.url import join, link_key

MAX_ANCHORS = 5000  # of one page; a page with 50,000 links is a trap
MAX_TITLE = 200  # characters; more is a whole card
PARTS = 100  # elements of one link or block that are looked at, so that nesting costs nothing
NEAR = 10  # levels that are climbed from a link to the block that is its own

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_TYPE = frozenset({"em", "b", "i", "u", "strong", "font", "mark", "sup", "sub", "wbr"})
_TITLE_CLASS = re.compile(r"titl|\btit\b|headline|subject", re.IGNORECASE)
_DATE_CLASS = re.compile(r"date|time|\bpub|ago\b", re.IGNORECASE)
_more = re.compile(
    r"\[?(?:(?:点击)?(?:阅读|查看)?(?:全文|详细|详情|更多|原文)|read (?:more|article|the .{0,20})|learn more|continue reading|more|view|\W*)[\]»›>.… ]*",
    re.IGNORECASE,
)
_cut = re.compile(r"(?:…|\.\.\.)$")
_state = re.compile(r"\d|^(?:first|last|odd|even|active|current|on|cur|top|clearfix|fl|fr|hover|new|selected)$", re.IGNORECASE)

# A region that is not the list: its class or id in words, its tag, or the heading over it.
_CHROME_TAGS = frozenset({"nav", "footer", "aside"})
_CHROME = frozenset(
    "nav navbar navi menu foot footer copyright breadcrumb breadcrumbs crumb crumbs side sidebar aside hot hotlist rank ranking popular "
    "trending recommend recommended related tags login share pager pagination paging friend friends partner partners toolbar topbar "
    "subnav topnav ad ads banner comment comments tabbar sitenav mostread widget cookie modal links footlink right".split()
)
_camel = re.compile(r"(?<=[a-z])(?=[A-Z])|[^A-Za-z]+")
_ASIDE_HEADING = re.compile(
    r"热门|热榜|延伸|精彩|热点(?:文章|新闻|排行|推荐)|排行|推荐|相关|猜你喜欢|点击榜|友情链接|合作|专题|标签|关于我们|最热|阅读榜|"
    r"\b(?:most (?:read|popular)|popular|trending|related|recommended|editors?'? picks?|you (?:may|might)|sponsored|tags|follow us|about)\b",
    re.IGNORECASE,
)

_date_text = re.compile(
    r"(?:19|20)\d\d ?[-/.年] ?\d{1,2} ?[-/.月] ?\d{1,2}|(?<!\d)\d{1,2} ?月 ?\d{1,2} ?[日号]|(?<![\d.:-])[01]\d[-/][0-3]\d(?![\d.-])"
    r"|\d{1,3} ?(?:秒钟?|分钟?|小时|天|周|个月)前|半小时前|刚刚|(?:昨天|前天|今天|今日)(?: ?\d{1,2}:\d\d)?"
    r"|\b(?:\d{1,3}|an?) ?(?:s|m|h|d|w|min|mins|hrs?|seconds?|minutes?|hours?|days?|weeks?|months?) ago\b|\bjust now\b|\byesterday\b"
    r"|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.? \d{1,2}(?:st|nd|rd|th)?\b(?:,? (?:19|20)\d\d)?"
    r"|\b\d{1,2}(?:st|nd|rd|th)? (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?(?:,? (?:19|20)\d\d)?\b",
    re.IGNORECASE,
)
# Many lists of offices print the day large, and year and month small below or above it.
_day_apart = re.compile(
    r"(?<![\d:])([0-3]?\d) ((?:19|20)\d\d) ?[-/.年] ?([01]?\d)(?![\d-])|(?<!\d)((?:19|20)\d\d) ?[-/.年] ?([01]?\d) ?月? ([0-3]?\d)(?!\d)"
)


@dataclass(frozen=True, slots=True, eq=False)
class Anchor:
    """One link where it stands. `path` are the tags and classes above it; `aside` says that it is not in the list's part of the page."""

    element: etree._Element
    address: str
    key: str
    path: tuple[str, ...]
    aside: bool


def base_of(root: etree._Element, url: str) -> str:
    """The address that the page's links are relative to."""
    element = root.find(".//base[@href]")
    return (join(url, element.get("href") or "") or url) if element is not None else url


def anchors(root: etree._Element, base: str) -> list[Anchor]:
    """The page's links to web addresses, in page order; at most MAX_ANCHORS."""
    found: list[Anchor] = []
    path: list[str] = []
    chrome: list[bool] = [False]
    under_aside = False
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if event == "end":
            del path[-1:], chrome[-1:]
            if _is_heading(element) and (text := _text(element, 30)) and len(text) <= 14:
                under_aside = _ASIDE_HEADING.search(text) is not None
            continue
        if element.tag in DEAD:
            walk.skip_subtree()
        path.append(_step(element))
        chrome.append(chrome[-1] or _is_chrome(element))
        if element.tag == "a" and (address := join(base, element.get("href") or "")):
            found.append(Anchor(element, address, link_key(address), tuple(path[-8:]), chrome[-1] or under_aside))
            if len(found) >= MAX_ANCHORS:
                break
    return found


def anchor_of(element: etree._Element, base: str) -> Anchor | None:
    """The link that an element is, holds, or stands in."""
    for candidate in (element, *islice(element.iterdescendants(), PARTS), *islice(element.iterancestors(), NEAR)):
        if candidate.tag == "a" and (address := join(base, candidate.get("href") or "")):
            return Anchor(candidate, address, link_key(address), (), False)
    return None


def title_of(element: etree._Element) -> str:
    """What a link is called: a heading in it, what its class calls a title, its text, or its picture's; the uncut one of these."""
    text = _heading_in(element) or _text(element, MAX_TITLE)
    told = clean(element.get("title") or "")[:MAX_TITLE]
    if told and (not text or (_cut.search(text) and told.startswith(_cut.sub("", text)[:6]))):
        return told
    if not text or _more.fullmatch(text):
        pictures = (clean(part.get("alt") or "") for part in islice(element.iter(), PARTS) if part.tag == "img")
        return next(filter(None, pictures), told)[:MAX_TITLE]
    return text


class Blocks:
    """Which part of the page belongs to each of the chosen links: the largest block around it that holds no other of them."""

    def __init__(self, chosen: Iterable[Anchor], near: int = NEAR) -> None:
        self._owner: dict[etree._Element, str | None] = {}  # None: shared
        for anchor in chosen:
            for element in (anchor.element, *islice(anchor.element.iterancestors(), near)):
                if self._owner.setdefault(element, anchor.key) != anchor.key:
                    self._owner[element] = None

    def around(self, anchor: Anchor) -> etree._Element:
        """The link's own block."""
        block = anchor.element
        for element in islice(anchor.element.iterancestors(), NEAR):
            if self._owner.get(element) is None or element.tag in ("body", "html"):
                break
            block = element
        return block

    def date(self, anchor: Anchor, now: datetime, zone: tzinfo) -> datetime | None:
        """The date that the page prints with the link, else the day in its address."""
        at = self.printed_date(anchor, now, zone) or date_in_url(anchor.address, zone)
        return at if at is None or at <= now + timedelta(days=1) else None

    def printed_date(self, anchor: Anchor, now: datetime, zone: tzinfo) -> datetime | None:
        """The date that the page prints with the link."""
        texts = self._date_texts(self.around(anchor))
        return next((at for text in texts if (at := _date_in(text, now, zone)) is not None), None)

    def _date_texts(self, block: etree._Element) -> Iterator[str]:
        for element in islice(block.iter(), PARTS):
            told = element.get("datetime") or element.get("data-time") or element.get("data-date")
            if told or _DATE_CLASS.search(element.get("class") or ""):
                yield f"\n{told or _text(element, 40)}"
        yield _text(block, 600)
        yield clean(block.tail or "")
        beside = block.getnext()
        if beside is not None and beside not in self._owner and isinstance(beside.tag, str):
            yield _text(beside, 200)


def _date_in(text: str, now: datetime, zone: tzinfo) -> datetime | None:
    """A date that stands in `text`; text that begins with a line break is nothing but one (so that 10:20 may be it)."""
    if text.startswith("\n") and (at := parse_date(text, now, zone)) is not None:
        return at
    if found := _day_apart.search(text):
        day, year, month = (found[1], found[2], found[3]) if found[1] else (found[6], found[4], found[5])
        return parse_date(f"{year}-{month}-{day}", now, zone)
    for found in islice(_date_text.finditer(text), 3):
        if (at := parse_date(text[found.start() : found.end() + 12], now, zone)) is not None:
            return at
    return None


def _step(element: etree._Element) -> str:
    names = [name for name in (element.get("class") or "").split()[:4] if not _state.search(name)]
    return f"{element.tag}.{'.'.join(sorted(names[:2]))}"


def _is_chrome(element: etree._Element) -> bool:
    if element.tag in ("body", "html", "main", "article", "a"):
        return False
    words = _camel.split(f"{element.get('class') or ''} {element.get('id') or ''}"[:200])
    return element.tag in _CHROME_TAGS or any(word.lower() in _CHROME for word in words)


def _is_heading(element: etree._Element) -> bool:
    return element.tag in _HEADINGS or (element.tag in ("div", "span", "p", "dt", "strong", "b", "th") and len(element) <= 2)


def _heading_in(element: etree._Element) -> str:
    """The first heading in a link that is a whole card, else the longest of what its classes call a title."""
    parts = [part for part in islice(element.iterdescendants(), PARTS) if isinstance(part.tag, str)]
    headings = (_text(part, MAX_TITLE) for part in parts if part.tag in _HEADINGS)
    titled = (_text(part, MAX_TITLE) for part in parts if _TITLE_CLASS.search(part.get("class") or ""))
    return next(filter(None, headings), "") or max(titled, key=len, default="")


def _text(element: etree._Element, limit: int) -> str:
    """The element's text, cut. Pieces are parted by a blank, so that a date keeps its bounds, unless only the type changes between them."""
    pieces: list[str | None] = []
    joint = ""
    for event, part in islice(etree.iterwalk(element, events=("start", "end")), 2 * PARTS):
        if event == "start":
            pieces.append(part.text)
            joint = joint if part is element or part.tag in _TYPE else " "
        elif part is not element:
            pieces.append(part.tail)
    return clean(joint.join(filter(None, pieces)))[:limit]
