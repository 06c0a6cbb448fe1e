"""The one pass over a page's tree: its visible lines in reading order, and the regions (block elements) that hold them.

A line is what a browser would set as one paragraph. Lengths are UTF-8 bytes: a Han character then weighs as much as half a short
English word, and one set of thresholds serves both scripts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from crawler.html import BLOCK, DEAD, clean

# Words in class and id that name what is beside an article. They only ever count against a region that is a small part of the page;
# those of the second pattern name what can be the greater part of a page and is its article in no case.
_BESIDE = re.compile(
    r"(?:^|[\s_-]|(?<=[a-z])(?=[A-Z]))(?:"
    r"ad|ads|advert\w*|sponsor\w*|promo\w*|banner\w*|outbrain|taboola|teaser\w*|upsell|subscri\w*|sign-?up|signin|login|regist\w*"
    r"|share\w*|sharing|social\w*|follow\w*|qr\w*code|qrcode|ewm|erweima|fenxiang|bdshare\w*|toolbar|tools?"
    r"|more|popular|trending|most-?\w*|latest|hot\w*|rank\w*|paihang|also|next|prev\w*|upnext|recirc\w*"
    r"|side\w*|aside|rail|widget\w*|nav\w*|menu\w*|foot\w*|copyright|disclaimer|statement|legal|consent|gdpr|modal|popup|overlay|dialog"
    r"|tags?|keywords?|labels?|topics|authorbio|author-?bio|about-?author|bio|profile|zebian|bianji|credits?|caption\w*|photo-?credit"
    r"|hidden|hide|sr-only|visually-?hidden|screen-reader\w*|noprint|print-?hide"
    r")(?:$|[\s_-]|(?=[A-Z0-9]))"
)
_NEVER = re.compile(
    r"(?:^|[\s_-]|(?<=[a-z])(?=[A-Z]))(?:comments?|commentlist|comment-?(?:list|box|area)|discussion|disqus\w*|respond|replies|pinglun|gentie|tie-?area"
    r"|related|relate|recommend\w*|readnext|tuijian|xiangguan|breadcrumbs?|crumbs?|newsletter\w*|cookies?)(?:$|[\s_-]|(?=[A-Z0-9]))"
)
_PUNCTUATION = re.compile(r"[，。！？；：、…]|[,.!?;:](?=[\s\"”’)]|$)")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
BREAK = frozenset(("br", "hr"))
BOLD = frozenset(("b", "strong", "h1", "h2", "h3", "h4", "h5", "h6"))


@dataclass(slots=True)
class Line:
    """One visible paragraph. `weight`, `linked` and `bold` are UTF-8 bytes; `region` is the index of its innermost block."""

    text: str
    weight: int
    linked: int
    bold: int
    marks: int
    tag: str
    region: int


@dataclass(slots=True)
class Region:
    """A block element: the half-open range of the lines in it, and its parent's index (-1 for the root).

    `beside` is 1 when its class or id names something beside an article, 2 when it names what is no article at all.
    """

    tag: str
    names: str
    parent: int
    first: int
    last: int
    beside: int


@dataclass(frozen=True, slots=True)
class Page:
    lines: list[Line]
    regions: list[Region]


def marks_in(text: str) -> int:
    """How many marks of punctuation that end or part sentences."""
    return len(_PUNCTUATION.findall(text))


class _Names(dict[str, int]):
    """Class and id of an element → do they name something beside the article; each spelling is looked at once."""

    def __missing__(self, names: str) -> int:
        if len(self) > 20_000:
            self.clear()
        self[names] = found = 2 if _NEVER.search(names[:300]) else 1 if _BESIDE.search(names[:300]) else 0
        return found


_beside = _Names()


def lay_out(root: etree._Element) -> Page:
    """All lines and regions of the page. Linear; no recursion, so depth costs nothing."""
    lines: list[Line] = []
    regions = [Region("html", "", -1, 0, 0, 0)]
    stack = [0]
    parts: list[str] = []
    linked = bold = links = strong = 0
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        starts = event == "start"
        if starts and tag in DEAD:
            walk.skip_subtree()
            continue
        if tag in BLOCK or tag in BREAK:
            if parts:
                text = clean("".join(parts))
                if text:
                    weight = len(text) if text.isascii() else len(text.encode())
                    region = stack[-1]
                    lines.append(
                        Line(text, weight, linked, bold, marks_in(text), regions[region].tag, region)
                    )
                parts = []
                linked = bold = 0
            if tag in BLOCK:
                if starts:
                    attributes = element.attrib
                    names = f"{attributes.get('class', '')} {attributes.get('id', '')}" if attributes else " "
                    if attributes and ("hidden" in attributes or _HIDDEN.search(attributes.get("style", ""))):
                        pass  # hidden by script until "read more" is pressed as often as for good: judged by its text
                    stack.append(len(regions))
                    regions.append(Region(tag, names, stack[-2], len(lines), 0, _beside[names] if names != " " else 0))
                elif len(stack) > 1:
                    regions[stack.pop()].last = len(lines)
        elif tag == "a":
            links += 1 if starts else -1
        if tag in BOLD:
            strong += 1 if starts else -1
        piece = element.text if starts else element.tail
        if piece:
            parts.append(piece)
            if links or strong:
                size = len(piece) if piece.isascii() else len(piece.encode("utf-8", "replace"))
                if links:
                    linked += size
                if strong:
                    bold += size
    regions[0].last = len(lines)
    return Page(lines, regions)
