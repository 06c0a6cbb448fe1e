"""The one pass over a page's tree: its visible lines in reading order, and the regions (block elements) that hold them.

A line is what a browser would set as one paragraph. Lengths are UTF-8 bytes: a Han character then weighs as much as half a short
English word, and one set of thresholds serves both scripts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from lxml import etree

from crawler.html.hidden import OPEN, Veil, hides, is_unfolded
from crawler.html.tree import BLOCK, DEAD, HEADINGS, INDENT, clean, paragraphs, typed
from crawler.text import has_han

# Words in class and id that name what is beside an article. They only ever count against a region that is a small part of the page.
_BESIDE = frozenset(
    "ad ads sponsor sponsored promo promos promotion banner outbrain taboola upsell subscribe subscription signup "
    "signin login register share sharing social follow qrcode ewm erweima fenxiang bdshare toolbar tool tools more "
    "popular trending most latest hot rank ranking paihang also next prev previous upnext recirc recirculation side "
    "sidebar aside rail widget widgets nav navbar navigation menu statement "
    "modal popup overlay dialog tag tags keyword keywords label labels topics bio profile zebian "
    "bianji credit credits caption hidden hide sr noprint pull pullquote teaser teasers advertisement advert zhaiyao daodu "
    "abstract dek standfirst subheadline mplayer videoplayer carousel swiper slideshow pictext".split()
)
_PICTURE = frozenset("img image pic picture photo".split())
_ITS_TEXT = frozenset("desc descr description meta info note".split())
# These name what can be the greater part of a page and is its article in no case.
_NEVER = frozenset(
    "comment comments commentlist discussion disqus respond replies pinglun gentie related relate recommend recommended recommendation"
    " recommendations readnext tuijian xiangguan breadcrumb breadcrumbs crumb crumbs newsletter newsletters cookie cookies"
    " tweet instagram tiktok bluesky mastodon adblock adblocker barrier charge".split()
)
_DOUBTFUL = frozenset(("widget", "widgets"))  # some systems call each block of an article so
_FOOT = frozenset("foot footer copyright consent gdpr legal disclaimer footnote footnotes references".split())
_apart = str.maketrans(dict.fromkeys("-_0123456789:/.,", " "))
_word = re.compile("[A-Z]?[a-z]+|[A-Z]+")
_digits = re.compile("[0-9]+")
_hex = re.compile("(?<![A-Za-z0-9])(?=[0-9a-f]*[0-9][a-f])[0-9a-f]{5,}(?![A-Za-z0-9])")  # post-ad45e1 is no advertisement
_punctuation = re.compile(r"[，。！？；：、…]|[,.!?;:](?=[\s\"”’)]|$)")
_MARKS = frozenset("[(0123456789*†‡#¶§↩↑^\u200b")  # with which the number of a footnote begins, or the mark of a heading
_note_at = re.compile(r"[^#]+#.?(?:fn|ftn|foot|note|ref|cite)")
_bracketed = re.compile(r"\s*\[\d{1,3}\]\s*")
_note = re.compile(r"\s*[\[(]?\s*(?:\d{1,3}|[*†‡#¶§\u200b]+|[↩↑^]\ufe0e?)\s*[\])]?\s*")
SHORT = 200  # bytes of a line that may be a bar of date, people and source
_INLINE, _FLOW, _CUSTOM, _NOTE, _BREAK, _LINK, _IMAGE, _DEAD = range(8)  # the first four may be hidden
_ENDING = (_FLOW, _BREAK)  # a line


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
    dict.fromkeys(BLOCK, _FLOW)
    | {"br": _BREAK, "hr": _BREAK, "a": _LINK, "img": _IMAGE, "amp-img": _IMAGE, "mip-img": _IMAGE, "sup": _NOTE}
    | dict.fromkeys((*DEAD, "title"), _DEAD)
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
    pictured: bool = False  # a picture stands right before it

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

    def is_never(self, line: Line, at: int) -> bool:
        """Does it stand in a region that names itself as no article: comments, related articles. Not one that holds the headline, line `at`."""
        number = line.region
        while number >= 0:
            region = self.regions[number]
            if region.beside == 2 and region.tag != "body" and not region.first <= at < region.last:
                return True
            number = region.parent
        return False


@lru_cache(maxsize=20_000)
def _looks(names: str) -> tuple[str, int]:
    """Class and id of an element → (kind, beside)."""
    start = _hex.sub(" ", names[:300])
    words = start.translate(_apart).split() if start.islower() else [word.lower() for word in _word.findall(start)]
    return _digits.sub("", names.strip().partition(" ")[0]), _meaning(words)


def _meaning(words: list[str]) -> int:
    if not _NEVER.isdisjoint(words):
        return 2
    if not _FOOT.isdisjoint(words):
        return 3
    if not (said := _BESIDE.intersection(words)):
        return int(not (_PICTURE.isdisjoint(words) or _ITS_TEXT.isdisjoint(words)))
    return 1 if said - _DOUBTFUL else 4


def marks_in(text: str) -> int:
    """How many marks of punctuation, which end or part sentences, stand in the first 300 characters: 0, 1, or 2 for more."""
    first = _punctuation.search(text, 0, 300)
    if first is None:
        return 0
    return 1 if _punctuation.search(text, first.end(), 300) is None else 2


def weigh(text: str) -> int:
    """The length in UTF-8 bytes."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "replace"))


def lay_out(root: etree._Element, veil: Veil | None = OPEN) -> Layout:  # noqa: PLR0912 - a call would cost more than the branch it hides
    """All lines and regions of the page. Linear; no recursion, so depth costs nothing.

    What the page hides is left out, by style attributes and by its own rules, which are the `veil`; None shows everything.
    """
    page = _Setting()
    parts, joined, customs = page.parts, page.joined, page.customs
    waiting, kind_of, links, skipped = page.waiting, _KINDS, 0, None
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:  # the hot loop: only what few elements need is a call
        kind = kind_of[element.tag]
        if event == "start":
            said = element.keys() if kind <= _NOTE else ()  # to ask for one that is not there costs as much
            if kind == _DEAD or ((said or kind == _NOTE) and veil is not None and _is_veiled(element, said, kind, veil)):
                walk.skip_subtree()
                skipped = element
                continue
            if kind >= _BREAK:
                if kind == _LINK:
                    links += 1
                elif kind == _IMAGE:
                    page.pictured = not parts
                elif parts:
                    page.close()
            elif kind == _FLOW or (kind == _CUSTOM and page.sets_apart(element)):
                if parts:
                    page.close()
                waiting.append((element, said))
            piece = element.text
        else:
            if element is skipped:
                skipped = None
            elif kind == _LINK:
                links -= 1
                if joined and joined[-1][0] in _MARKS and parts[-1] is joined[-1] and _is_note(element):
                    parts.pop()
                    joined.pop()
            elif kind in _ENDING or (customs and element is customs[-1]):
                if parts:
                    page.close()
                if kind != _BREAK:
                    page.leave(element)
            piece = element.tail
        if piece:
            if not piece.isspace():
                parts.append(piece)
                if links:
                    joined.append(piece)
            elif parts:
                parts.append(" ")
    page.regions[0].last = len(page.lines)
    return Layout(page.lines, page.regions)


class _Setting:
    """A page while it is laid out: the text since the last line, the regions that are open, and the elements that are open and have
    not shown anything yet. One that never does is no region."""

    __slots__ = ("customs", "joined", "lines", "opened", "parts", "pictured", "regions", "waiting")

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.regions = [Region("html", " ", "", 0, -1, 0)]
        self.opened = [0]
        self.waiting: list[tuple[etree._Element, Sequence[str]]] = []
        self.customs: list[etree._Element] = []  # those that are open and set a paragraph
        self.parts: list[str] = []
        self.pictured = False
        self.joined: list[str] = []  # the parts that stand in links

    def sets_apart(self, element: etree._Element) -> bool:
        """Does an element of a name of its own begin a paragraph: no text stands right before or behind it."""
        if self.parts or (element.tail and element.tail.strip()):
            return False
        self.customs.append(element)
        return True

    def leave(self, element: etree._Element) -> None:
        if self.customs and element is self.customs[-1]:
            self.customs.pop()
        if self.waiting:
            self.waiting.pop()
        elif len(self.opened) > 1:
            self.regions[self.opened.pop()].last = len(self.lines)

    def close(self) -> None:
        """Makes lines of the pieces of text since the last one."""
        parts, joined = self.parts, self.joined
        tag: str = self.waiting[-1][0].tag if self.waiting else self.regions[self.opened[-1]].tag
        raw = "".join(parts)
        if INDENT in raw or tag == "pre":
            # Chinese prose there has one line a paragraph
            blocks = raw.split("\n") if tag == "pre" and has_han(raw) else typed(raw)
            texts = [text for block in blocks for text in paragraphs(block)]
            if len(texts) > 1 and tag == "pre":
                joined.clear()  # addresses in a mail
        else:
            text = clean(raw)
            texts = [text] if text else []
        linked = weigh("".join(joined)) if joined and not (tag in HEADINGS and self._heads_itself()) else 0
        if texts and self.waiting:
            self._found()
        for text in texts:
            weight = weigh(text)
            pieces = tuple(parts) if weight < SHORT and len(parts) > 1 else ()
            marks = marks_in(text) if weight > 30 else 0
            self.lines.append(Line(text, weight, linked, marks, tag, self.opened[-1], pieces, self.pictured))
            linked, self.pictured = 0, False
        parts.clear()
        joined.clear()

    def _heads_itself(self) -> bool:
        """Is the open heading a link to itself."""
        link = self.waiting[-1][0].find(".//a") if self.waiting else None
        return link is not None and (link.get("href") or "").startswith("#")

    def _found(self) -> None:
        """Makes regions of the open elements, for the first line in them."""
        for element, said in self.waiting:
            names = f"{element.get('class') if 'class' in said else ''} {element.get('id') if 'id' in said else ''}"
            if "-" in element.tag:
                names = f"{element.tag} {names.strip()}"
            looks, beside = _looks(names)
            self.regions.append(Region(element.tag, names, looks, beside, self.opened[-1], len(self.lines)))
            self.opened.append(len(self.regions) - 1)
        self.waiting.clear()


def _is_veiled(element: etree._Element, said: Sequence[str], kind: int, veil: Veil) -> bool:
    """Does the page keep an element, which has these attributes, out of sight."""
    ruled = not veil.is_empty and veil.covers(element, said)
    return (ruled or kind == _NOTE or not _HIDING.isdisjoint(said)) and _is_hidden(element, kind, ruled=ruled)


def _is_note(link: etree._Element) -> bool:
    """Is a link the number of a footnote, the way back from one, or the mark of a heading."""
    at = link.get("href") or ""
    return (
        "#" in at
        and (at[0] == "#" or _note_at.match(at) is not None)
        and _note.fullmatch("".join(map(str, islice(link.itertext(), 4)))) is not None
    )


def _is_hidden(element: etree._Element, kind: int, *, ruled: bool) -> bool:
    """Do its own attributes, or a rule of the page, take an element out of sight for good."""
    if kind == _NOTE and _bracketed.fullmatch(element.text or ""):
        return True
    if kind == _NOTE and (link := element.find(".//a")) is not None and (link.get("href") or "").startswith("#"):
        return True
    style, veil = element.get("style"), element.get("hidden")
    gone = (
        ruled
        or (style is not None and hides(style, inline=kind != _FLOW or element.tag == "p"))
        or (veil is not None and veil.lower() != "until-found")
        or (element.get("aria-hidden") == "true" and element.tag not in _ROOMS)
    )
    return gone and not is_unfolded(f"{element.get('class')} {element.get('id')}")
