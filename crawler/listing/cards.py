"""Which part of a page belongs to each of its articles, and the date that is printed there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, tzinfo
from itertools import islice

from lxml import etree

from crawler.clock_times import CLOCK
from crawler.dates import DateReader, date_in_url
from crawler.html.tree import clean
from crawler.listing.anchors import Anchor
from crawler.listing.titles import DATE_CLASS, DATE_TEXT, PARTS, text_in
from crawler.zones import place_of

NEAR = 10  # levels that are climbed from a link to the card that is its own

_clock = re.compile(r"\d{1,2}:\d\d(?::\d\d)?")
# Many lists of offices print the day large, and year and month small below or above it.
_day_apart = re.compile(
    r"(?<![\d:])([0-3]?\d) ((?:19|20)\d\d) ?[-/.年] ?([01]?\d)(?![\d-])|(?<!\d)((?:19|20)\d\d) ?[-/.年] ?([01]?\d) ?月? ([0-3]?\d)(?!\d)"
)


class Cards:
    """The card of each of the chosen links: the largest element around it that holds no other of them."""

    def __init__(self, chosen: Sequence[Anchor], near: int = NEAR) -> None:
        self._owner: dict[etree._Element, str | None] = {}  # None: shared
        for anchor in chosen:
            for element in (anchor.element, *islice(anchor.element.iterancestors(), near)):
                if self._owner.setdefault(element, anchor.key) != anchor.key:
                    self._owner[element] = None
        days = {anchor.day for anchor in chosen}
        # Headings that are dates stand before their articles: one day over all may be today's, and dates may stand behind each.
        self._headed = len(days) > 1 and "" not in days and not DATE_TEXT.search(self._beside(chosen[-1]))

    def around(self, anchor: Anchor) -> etree._Element:
        """The link's own card."""
        card = anchor.element
        for element in islice(anchor.element.iterancestors(), NEAR):
            if self._owner.get(element) is None or element.tag in ("body", "html"):
                break
            card = element
        return card

    def size(self, anchor: Anchor) -> int:
        """The number of characters that the link's card shows."""
        return sum(len(piece.strip()) for piece in self.around(anchor).itertext("*"))

    def date(self, anchor: Anchor, now: datetime, zone: tzinfo) -> datetime | None:
        """The date that the page prints with the link, else the day in its address."""
        at = self.printed_date(anchor, now, zone) or date_in_url(anchor.address, zone)
        return at if at is None or at <= now + timedelta(days=1) else None

    def printed_date(self, anchor: Anchor, now: datetime, zone: tzinfo) -> datetime | None:
        """The date that the page prints with the link; a clock time alone belongs to the day over the list."""
        dates = DateReader(now, zone, place_of(anchor.address, text=text_in(anchor.element, 40)))
        for text, is_date in self._date_texts(anchor):
            if is_date and anchor.day and _clock.fullmatch(text):
                at = dates(f"{anchor.day} {text}")
                if at and at <= now:
                    return at
            if (at := _date_in(text, is_date, dates)) is not None:
                return at
        return dates(anchor.day) if self._headed else _date_in(self._beside(anchor), False, dates)

    def _beside(self, anchor: Anchor) -> str:
        """What stands behind the link's card and is nobody's."""
        beside = self.around(anchor).getnext()
        return text_in(beside, 200) if beside is not None and beside not in self._owner and isinstance(beside.tag, str) else ""

    def _date_texts(self, anchor: Anchor) -> Iterator[tuple[str, bool]]:
        """Texts that may hold the date, likeliest first, each with whether its element says that it is one."""
        card = self.around(anchor)
        for element in islice(card.iter(), PARTS):
            told = element.get("datetime") or element.get("data-time") or element.get("data-date")
            if told or DATE_CLASS.search(element.get("class") or ""):
                yield told or text_in(element, 40), True
        yield text_in(card, 600), False
        yield clean((card.tail or "")[:600]), False


def _date_in(text: str, is_date: bool, dates: DateReader) -> datetime | None:
    """A date that stands in `text`; where the text is said to be one, any form of it."""
    if is_date and (at := dates(text)) is not None:
        return at
    if found := _day_apart.search(text):
        day, year, month = (found[1], found[2], found[3]) if found[1] else (found[6], found[4], found[5])
        return dates(f"{year}-{month}-{day}")
    for found in islice(DATE_TEXT.finditer(text), 3):
        clock = CLOCK.search(text, found.end(), found.end() + 12)  # … and a zone behind it
        if (at := dates(text[found.start() : clock.end() + 24 if clock else found.end()])) is not None:
            return at
    return None
