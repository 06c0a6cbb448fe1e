"""The links of a list page and where each stands. One walk over the tree, linear."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from lxml import etree

from crawler.html.tree import DEAD, HEADINGS, clean
from crawler.listing.titles import DATE_TEXT, PARTS, text_in, units
from crawler.url import join, link_key

MAX_ANCHORS = 5000  # of one page; a page with 50,000 links is a trap
MAX_ELEMENTS = 100_000  # of one page; the heaviest real ones have some 20,000
LABEL = 14  # characters; a longer heading is a title

_HEADING_CLASS = re.compile(r"titl|\btit\b|\bhd\b|\bhead", re.IGNORECASE)
_LABELS = frozenset({"b", "strong", "dt", "caption", "legend"})
_LINES = frozenset({"div", "span", "p", "td", "th"})
_state = re.compile(r"\d|^(?:first|last|odd|even|active|current|on|cur|top|clearfix|fl|fr|hover|new|selected)$", re.IGNORECASE)

# A region that is not the list: its class or id in words, its tag, or the heading over it.
_ASIDE_TAGS = frozenset({"nav", "footer", "aside"})
_ASIDE_WORDS = frozenset(
    "nav navbar navi menu foot footer copyright breadcrumb breadcrumbs crumb crumbs side sidebar aside hot hotlist rank ranking popular "
    "trending recommend recommended related tags login share pager pagination paging friend friends partner partners toolbar topbar "
    "subnav topnav ad ads banner comment comments tabbar sitenav mostread widget cookie modal links footlink right".split()
)
# Where a link's address may stand when its own is none: attributes that scripts read, or quoted in the script itself.
_DATA = ("data-href", "data-url", "data-link")
_scripted = re.compile(
    r"""["'](https?://[^"'\s]+|\.{0,2}/[^"'\s]+|[\w./-]+\.(?:s?html?|aspx?|php|jsp)(?:\?[^"'\s]*)?)["']""", re.I
)
_camel = re.compile(r"(?<=[a-z])(?=[A-Z])|[^A-Za-z]+")
_aside_heading = re.compile(
    r"热门|热榜|延伸|精彩|热点(?:文章|新闻|排行|推荐)|排行|推荐|相关|猜你喜欢|点击榜|友情链接|合作|专题|标签|关于我们|最热|阅读榜|"
    r"\b(?:most (?:read|popular|viewed|shared|commented|watched)|popular|trending|related|recommended|editors?'? picks?|you (?:may|might)|"
    r"sponsored|tags|follow us|about)\b",
    re.IGNORECASE,
)

_aside_line = re.compile(
    r"(?:热门|热点|最热|本周|今日|推荐|相关|延伸|精彩|编辑|点击|阅读)(?:文章|新闻|阅读|排行榜?|热榜|推荐|资讯|内容|专题|话题)|热榜|排行榜|猜你喜欢|友情链接"
    r"|most (?:read|popular|viewed|shared)|related (?:articles|stories|posts|news)|trending(?: now)?|recommended(?: for you)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, eq=False)
class Anchor:
    """One link where it stands.

    `path` are the tags and classes above it, `aside` says that it is not in the list's part of the page, and `day` is the last
    heading before it that is a date.
    """

    element: etree._Element
    address: str
    key: str
    path: tuple[str, ...] = ()
    aside: bool = False
    day: str = ""


@dataclass(frozen=True, slots=True)
class Anchors:
    """The links of a page to web addresses, in page order, and the number of characters of text that is in no link."""

    found: list[Anchor]
    prose: int


def base_of(root: etree._Element, url: str) -> str:
    """The address that the page's links are relative to."""
    element = root.find(".//base[@href]")
    return (join(url, element.get("href") or "") or url) if element is not None else url


def anchors(root: etree._Element, base: str) -> Anchors:
    """The page's links, at most MAX_ANCHORS."""
    found: list[Anchor] = []
    path: list[str] = []
    aside: list[bool] = [False]
    under_aside, day = False, ""
    prose, in_links = 0, 0
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in islice(walk, 2 * MAX_ELEMENTS):
        if event == "end":
            del path[-1:], aside[-1:]
            in_links -= element.tag == "a"
            prose += 0 if in_links else len((element.tail or "").strip())
            if text := _label(element, linked=in_links > 0):
                day = text if _is_day(text) else day
                under_aside = _is_aside_label(element, text, under_aside)
            continue
        path.append(_step(element))
        aside.append(aside[-1] or _is_aside(element))
        in_links += element.tag == "a"
        if element.tag in DEAD:
            walk.skip_subtree()
            continue
        prose += 0 if in_links else len((element.text or "").strip())
        if (element.tag == "a" or "onclick" in element.attrib) and (address := _address(element, base)):
            found.append(Anchor(element, address, link_key(address), tuple(path[-8:]), aside[-1] or under_aside, day))
            if len(found) >= MAX_ANCHORS:
                break
    return Anchors(found, prose)


def anchor_of(element: etree._Element, base: str) -> Anchor | None:
    """The link that an element is, holds, or stands in."""
    for candidate in (element, *islice(element.iterdescendants(), PARTS), *islice(element.iterancestors(), PARTS)):
        if candidate.tag == "a" and (address := _address(candidate, base)):
            return Anchor(candidate, address, link_key(address))
    return None


def _address(link: etree._Element, base: str) -> str | None:
    """Where a link leads: by its address, or by a script of its own or of what it stands in."""
    if link.tag != "a":
        match = _scripted.search((link.get("onclick") or "")[:500])
        return join(base, match[1]) if match else None
    href = (link.get("href") or "").strip()
    if found := join(base, href):
        return found
    if href and href[0] != "#" and not href.lower().startswith("javascript:"):
        return None  # mailto: and the like
    scripts = [href, *(each.get("onclick") or "" for each in (link, *islice(link.iterancestors(), 2)))]
    said = [*(link.get(name) or "" for name in _DATA), *(match[1] for each in scripts if (match := _scripted.search(each[:500])))]
    return next((found for each in said if (found := join(base, each))), None)


def _step(element: etree._Element) -> str:
    names = [name for name in (element.get("class") or "").split()[:4] if not _state.search(name)]
    return f"{element.tag}.{'.'.join(sorted(names[:2]))}"


def _is_aside(element: etree._Element) -> bool:
    if element.tag in ("body", "html", "main", "article", "a"):
        return False
    words = _camel.split(f"{element.get('class') or ''} {element.get('id') or ''}"[:200])
    return element.tag in _ASIDE_TAGS or any(word.lower() in _ASIDE_WORDS for word in words)


def _label(element: etree._Element, *, linked: bool) -> str:
    """The text over a region: a short heading (very short where it is a link, for titles are), or a short line of its own."""
    if not _is_heading(element):
        text = clean((element.text or "")[:40]) if element.tag in _LINES and len(element) == 0 and not linked else ""
        return text if len(text) <= LABEL or _is_day(text) else ""
    text = text_in(element, 30)
    linked = linked or any(part.tag == "a" for part in islice(element.iterdescendants(), PARTS))
    return text if (len(text) <= LABEL or _is_day(text)) and not (linked and units(text) > 5) else ""


def _is_day(text: str) -> bool:
    """True for a date, with its weekday perhaps, over what was published then."""
    found = DATE_TEXT.search(text)
    return found is not None and len(text) - len(found[0]) <= LABEL


def _is_aside_label(element: etree._Element, text: str, before: bool) -> bool:
    """A heading begins a region. A mere line does only if it says so in full: 热门 may be a badge, 热门文章 is none."""
    if _is_heading(element):
        return _aside_heading.search(text) is not None
    return before or _aside_line.fullmatch(text) is not None


def _is_heading(element: etree._Element) -> bool:
    return element.tag in HEADINGS or element.tag in _LABELS or _HEADING_CLASS.search(element.get("class") or "") is not None
