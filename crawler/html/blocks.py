"""The one pass over a page's tree: its visible lines in reading order, and the regions (block elements) that hold them.

A line is what a browser would set as one paragraph. Lengths are UTF-8 bytes: a Han character then weighs as much as half a short
English word, and one set of thresholds serves both scripts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from crawler.html.hidden import OPEN, Veil, hides, is_unfolded
from crawler.html.tree import BLOCK, DEAD, INDENT, clean, has_han, paragraphs

# Words in class and id that name what is beside an article. They only ever count against a region that is a small part of the page.
_BESIDE = frozenset(
    "ad ads sponsor sponsored promo promos promotion banner outbrain taboola upsell subscribe subscription signup "
    "signin login register share sharing social follow qrcode ewm erweima fenxiang bdshare toolbar tool tools more "
    "popular trending most latest hot rank ranking paihang also next prev previous upnext recirc recirculation side "
    "sidebar aside rail widget widgets nav navbar navigation menu statement "
    "modal popup overlay dialog tag tags keyword keywords label labels topics bio profile zebian "
    "bianji credit credits caption hidden hide sr noprint pull pullquote teaser teasers advertisement advert zhaiyao daodu "
    "abstract dek standfirst subheadline mplayer videoplayer carousel swiper slideshow".split()
)
# These name what can be the greater part of a page and is its article in no case.
_NEVER = frozenset(
    "comment comments commentlist discussion disqus respond replies pinglun gentie related relate recommend recommended recommendation"
    " recommendations readnext tuijian xiangguan breadcrumb breadcrumbs crumb crumbs newsletter newsletters cookie cookies"
    " tweet instagram tiktok bluesky mastodon adblock adblocker".split()
)
_DOUBTFUL = frozenset(("widget", "widgets"))  # some systems call each block of an article so
_FOOT = frozenset("foot footer copyright consent gdpr legal disclaimer footnote footnotes references".split())
_apart = str.maketrans(dict.fromkeys("-_0123456789:/.,", " "))
_word = re.compile("[A-Z]?[a-z]+|[A-Z]+")
_digits = re.compile("[0-9]+")
_punctuation = re.compile(r"[，。！？；：、…]|[,.!?;:](?=[\s\"”’)]|$)")
SHORT = 200  # bytes of a line that may be a bar of date, people and source
_INLINE, _FLOW, _BREAK, _LINK, _DEAD, _CUSTOM, _NOTE = 0, 1, 2, 3, 4, 5, 6


class _Kinds(dict[str, int]):
    """What an element does to the lines; one of a name of its own (a hyphen) is told by what stands around it."""

    def __missing__(self, tag: str) -> int:
        kind = _CUSTOM if isinstance(tag, str) and "-" in tag else _INLINE
        if len(self) < 5_000:
            self[tag] = kind
        return kind


_HIDING = frozenset(("style", "hidden", "aria-hidden"))
_ROOMS = frozenset(("html", "body", "main", "article"))  # said to be hidden while a dialog is open
_KINDS = _Kinds(
    dict.fromkeys(BLOCK, _FLOW) | {"br": _BREAK, "hr": _BREAK, "a": _LINK, "sup": _NOTE} | dict.fromkeys((*DEAD, "title"), _DEAD)
)


@dataclass(slots=True)
class Line:
    """One visible paragraph. `weight` and `linked` (the part in links) are UTF-8 bytes, `marks` is `marks_in` of it, `region` is the
    index of its innermost block."""

    text: str
    weight: int
    linked: int
    marks: int
    tag: str
    region: int
    pieces: tuple[str, ...] = ()  # the texts of the elements of a short line

    @property
    def shown(self) -> str:
        """The line with blanks between its elements, as style sheets set them apart."""
        return clean(" ".join(self.pieces)) if self.pieces else self.text


@dataclass(slots=True)
class Region:
    """A block element: the half-open range of its lines, and its parent's index (-1 for the root).

    `kind` is what blocks of one kind share: tag and first class without numbers, "" where there is no class. `beside` is 1 when
    its class or id names something beside an article, 2 when it names what is no article at all, 3 for the foot of an article or page, 4 when it may.
    """

    tag: str
    names: str
    kind: str
    beside: int
    parent: int
    first: int
    last: int = 0


@dataclass(frozen=True, slots=True)
class Layout:
    """A page's lines and the regions that hold any; a region comes after its parent."""

    lines: list[Line]
    regions: list[Region]

    def is_never(self, line: Line) -> bool:
        """Does it stand in a region that names itself as no article: comments, related articles."""
        number = line.region
        while number >= 0:
            region = self.regions[number]
            if region.beside == 2:
                return True
            number = region.parent
        return False


class _Names(dict[str, tuple[str, int]]):
    """Class and id of an element → (kind, beside); each spelling is looked at once."""

    def __missing__(self, names: str) -> tuple[str, int]:
        if len(self) > 20_000:
            self.clear()
        start = names[:300]
        words = start.translate(_apart).split() if start.islower() else [word.lower() for word in _word.findall(start)]
        beside = _meaning(words)
        kind = _digits.sub("", names.strip().partition(" ")[0])
        self[names] = found = (kind, beside)
        return found


def _meaning(words: list[str]) -> int:
    if not _NEVER.isdisjoint(words):
        return 2
    if not _FOOT.isdisjoint(words):
        return 3
    if not (said := _BESIDE.intersection(words)):
        return 0
    return 1 if said - _DOUBTFUL else 4


_names = _Names({" ": ("", 0)})


def marks_in(text: str) -> int:
    """How many marks of punctuation, which end or part sentences, stand in the first 300 characters: 0, 1, or 2 for more."""
    first = _punctuation.search(text, 0, 300)
    if first is None:
        return 0
    return 1 if _punctuation.search(text, first.end(), 300) is None else 2


def weigh(text: str) -> int:
    """The length in UTF-8 bytes."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "replace"))


def lay_out(root: etree._Element, veil: Veil | None = OPEN) -> Layout:  # noqa: PLR0912, PLR0915 - the hot loop: a call would cost more than the branch it hides
    """All lines and regions of the page. Linear; no recursion, so depth costs nothing.

    What the page hides is left out, by style attributes and by its own rules, which are the `veil`; None shows everything.
    """
    lines: list[Line] = []
    region = Region("html", " ", "", 0, -1, 0)
    regions, stack, here = [region], [0], 0
    parts: list[str] = []
    joined: list[str] = []  # the parts that stand in links
    links = 0
    kind_of, names_of = _KINDS, _names
    customs: list[etree._Element] = []  # those that are open and set a paragraph
    walk = etree.iterwalk(root, events=("start", "end"))
    veiled, covers = None, veil is not None and not veil.is_empty
    for event, element in walk:
        kind = kind_of[element.tag]
        starts = event == "start"
        if not starts:
            if element is veiled:
                veiled, kind = None, _INLINE
        elif kind < _BREAK or kind > _DEAD:
            said = element.keys()  # one call in place of five: many elements have no attribute, few one that hides
            if veil is not None and (said or kind == _NOTE):
                ruled = covers and (veil[element.get("class")] or element.get("id") in veil.ids)
                seen = ruled or kind == _NOTE or not _HIDING.isdisjoint(said)
                if seen and _is_hidden(element, element.get("style"), kind, ruled):
                    veiled = element
                    walk.skip_subtree()
                    continue
        if kind >= _CUSTOM:
            is_custom, kind = kind == _CUSTOM, _INLINE
            if not starts and customs and element is customs[-1]:
                customs.pop()
                kind = _FLOW
            elif is_custom and starts and not parts and not (element.tail and element.tail.strip()):
                customs.append(element)
                kind = _FLOW
        if kind:
            if kind <= _BREAK:
                if parts:
                    _close(lines, parts, joined, region.tag, here)
                    joined.clear()
                if kind == _FLOW:
                    if starts:
                        names = f"{element.get('class') or ''} {element.get('id') or ''}" if said else " "
                        if customs and element is customs[-1]:
                            names = f"{element.tag} {names.strip()}"
                        looks, beside = names_of[names]
                        region = Region(element.tag, names, looks, beside, here, len(lines))
                        here = len(regions)
                        stack.append(here)
                        regions.append(region)
                    elif len(stack) > 1:
                        region.last = len(lines)
                        if region.first == region.last:
                            regions.pop()  # it and what it held shows nothing
                        stack.pop()
                        here = stack[-1]
                        region = regions[here]
            elif kind == _LINK:
                links += 1 if starts else -1
            elif starts:
                walk.skip_subtree()
                continue
        piece = element.text if starts else element.tail
        if not piece:
            continue
        if piece.isspace():
            if parts:
                parts.append(" ")
            continue
        parts.append(piece)
        if links:
            joined.append(piece)
    regions[0].last = len(lines)
    return Layout(lines, regions)


def _is_hidden(element: etree._Element, style: str | None, kind: int, ruled: bool) -> bool:
    """Do its own attributes, or a rule of the page, take an element out of sight for good."""
    veil = element.get("hidden")
    if kind == _NOTE and (link := element.find(".//a")) is not None and (link.get("href") or "").startswith("#"):
        return True  # the number of a footnote
    gone = (
        ruled
        or (style is not None and hides(style, inline=kind != _FLOW))
        or (veil is not None and veil.lower() != "until-found")
        or (element.get("aria-hidden") == "true" and element.tag not in _ROOMS)
    )
    return gone and not is_unfolded(f"{element.get('class')} {element.get('id')}")


def _close(lines: list[Line], parts: list[str], joined: list[str], tag: str, region: int) -> None:
    """Makes lines of the pieces of text since the last one, `joined` of which stood in links."""
    raw = "".join(parts)
    linked = weigh("".join(joined)) if joined else 0
    if INDENT in raw or tag == "pre":
        blocks = raw.split("\n") if tag == "pre" and has_han(raw) else (raw,)  # Chinese prose there has one line a paragraph
        texts = [text for block in blocks for text in paragraphs(block)]
    else:
        text = clean(raw)
        texts = [text] if text else []
    for text in texts:
        weight = weigh(text)
        pieces = tuple(parts) if weight < SHORT and len(parts) > 1 else ()
        lines.append(Line(text, weight, linked, marks_in(text) if weight > 30 else 0, tag, region, pieces))
        linked = 0
    parts.clear()
