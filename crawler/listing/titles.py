"""What a link is called, as a reader sees it: the title of a card, not its date, its summary or "read more"."""

from __future__ import annotations

import re
from itertools import islice

from lxml import etree

from crawler.html.tree import HEADINGS, clean
from crawler.relative_dates import PHRASE
from crawler.text import is_han

PARTS = 100  # elements of one link or card that are looked at, so that nesting costs nothing
MAX_TITLE = 200  # characters; more is a whole card

TITLE_CLASS = re.compile(r"titl|\btit\b|headline|headtit", re.IGNORECASE)
DATE_CLASS = re.compile(r"date|time|\bpub|ago\b", re.IGNORECASE)
# A date as lists print it beside a title.
DATE_TEXT = re.compile(
    r"(?:19|20)\d\d ?[-/.年] ?\d{1,2} ?[-/.月] ?\d{1,2}|(?<!\d)\d{1,2} ?月 ?\d{1,2} ?[日号]|(?<![\d.:/-])[01]\d[-/][0-3]\d(?![\d./-])"
    r"|(?<![\d./-])[0-3]?\d([./])[0-3]?\d\1(?:19|20)\d\d(?!\d)"
    rf"|{PHRASE}"
    r"|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.? \d{1,2}(?:st|nd|rd|th)?\b(?:,? (?:19|20)\d\d)?"
    r"|\b\d{1,2}(?:st|nd|rd|th)? (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?(?:,? (?:19|20)\d\d)?\b",
    re.IGNORECASE,
)

_TYPE = frozenset({"em", "b", "i", "u", "strong", "font", "mark", "sup", "sub", "wbr"})
_more = re.compile(
    r"\W*(?:(?:点击|立即|继续|展开)?(?:阅读|查看|了解)?(?:全文|全部|详细|详情|更多|原文)|(?:点击|立即|继续)(?:阅读|查看)"
    r"|(?:read|see|view|learn|find out|discover|show)(?: (?:more|on|it|article|details|(?:the )?full \w+|the .{0,20}))?"
    r"|more(?: details)?|details|full (?:story|article|text)|(?:continue|keep)(?: reading)?)?\W*",
    re.IGNORECASE,
)
_word = re.compile(r"[A-Za-z0-9][\w'’.-]*")
_cut = re.compile(r"(?:…|\.\.\.)$")


def title_of(element: etree._Element) -> tuple[str, bool]:
    """What a link is called, and whether its page calls that a title.

    A heading in it, what its class calls a title, its text, or its picture's; the uncut one of these.
    """
    heading = heading_in(element)
    text = heading or text_in(element, MAX_TITLE, dates=False) or text_in(element, MAX_TITLE)
    told = clean(element.get("title") or "")[:MAX_TITLE]
    if told and (not text or (_cut.search(text) and told.startswith(_cut.sub("", text)[:6]))):
        text = told
    if not text or _more.fullmatch(text):
        pictures = (clean(part.get("alt") or "") for part in islice(element.iter(), PARTS) if part.tag == "img")
        return next(filter(None, pictures), told)[:MAX_TITLE], False
    around = (element, *islice(element.iterancestors(), 2))
    return text, bool(heading) or any(part.tag in HEADINGS or _is_named_title(part) for part in around)


def says_more(element: etree._Element) -> bool:
    """True for a link that only says "read more"."""
    text = text_in(element, MAX_TITLE)
    return units(text) > 0 and _more.fullmatch(text) is not None


def units(title: str) -> float:
    """How much a title says: a Han character is one, a word of letters two."""
    return sum(map(is_han, title[:200])) + 2 * len(_word.findall(title[:200]))


def text_in(element: etree._Element, limit: int, *, dates: bool = True) -> str:
    """The element's text, cut. Pieces are parted by a blank, so that a date keeps its bounds, unless only the type changes between them.

    Without `dates`, elements that hold nothing but one are left out.
    """
    if len(element) == 0:
        return clean((element.text or "")[: 4 * limit])[:limit]
    pieces: list[str | None] = []
    joint = ""
    walk = etree.iterwalk(element, events=("start", "end"))
    for event, part in islice(walk, 2 * PARTS):
        if event == "start":
            if not dates and part is not element and _is_date(part):
                walk.skip_subtree()
                continue
            pieces.append(part.text)
            joint = joint if part is element or part.tag in _TYPE else " "
        elif part is not element:
            pieces.append(part.tail)
    return clean(joint.join(filter(None, pieces)))[:limit]


def heading_in(element: etree._Element) -> str:
    """The first heading in a card, or a link that is one, else the longest of what its classes call a title."""
    if len(element) == 0:
        return ""
    parts = [part for part in islice(element.iterdescendants(), PARTS) if isinstance(part.tag, str)]
    headings = (text_in(part, MAX_TITLE) for part in parts if part.tag in HEADINGS)
    titled = (text_in(part, MAX_TITLE) for part in parts if _is_named_title(part))
    return next(filter(None, headings), "") or max(titled, key=len, default="")


def _is_named_title(element: etree._Element) -> bool:
    return TITLE_CLASS.search(f"{element.get('class') or ''} {element.get('data-testid') or ''}") is not None


def _is_date(part: etree._Element) -> bool:
    text = clean((part.text or "")[:40]) if len(part) == 0 else ""
    found = DATE_TEXT.match(text)
    return part.tag == "time" or (found is not None and len(text) - found.end() <= 9)
