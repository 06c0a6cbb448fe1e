"""Which links of a page are its list of articles. Decided by what a reader goes by, without knowing the site.

1. Links that stand at places of one kind (tags and classes above them) are a group.
2. Each link is worth more for a long title, an article-like address, a date beside it; less in navigation, sidebars, hot lists.
3. The best group is the list; links of others join it when they are nearly as good (a headline above the list).
4. A page whose best group is poor, or small beside its text (an article with related links), has no list.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from math import log2
from statistics import mean
from urllib.parse import unquote

from crawler.dates import date_in_url
from crawler.listing.anchors import Anchor, Anchors
from crawler.listing.cards import NEAR, Cards
from crawler.listing.titles import DATE_TEXT, heading_in, says_more, title_of, units
from crawler.url import same_site

LEAST = 3  # links; fewer are a list only where there is no doubt (a new section with its first article)
GOOD = 0.95  # mean worth of a group that may be a list
CERTAIN = 2.2  # mean worth of one or two links that may be a list: title, address and date
NEARLY = 0.6  # of the best group's worth
CLOSE = 2  # levels around one or two links in which a date is theirs
UNSEEN = 0.5  # … and what it may cost them that theirs stands further away
SHARE = 0.15  # of the text that is in no link
NAME = 2  # units of a user's name or a button; the date beside them is that of the title in their card
SHORT = 7  # units of a title (a Han character is one, a word of letters two); navigation is shorter

_letter = re.compile(r"[^\W\d_]")
_digits = re.compile(r"\d{4,}|[0-9a-f]{16,}")
_slug = re.compile(r"(?:[^-_\s]+[-_]){2,}[^-_\s]+")
_page = re.compile(r"\.s?html?$|\.aspx?$|\.jsp$|\.php$", re.IGNORECASE)
_identity = re.compile(r"[?&](?:[a-z_]*id|aid|p|contentid|newsid|sn)=[\w-]*\d", re.IGNORECASE)
_archive = re.compile(r"/(?:19|20)[0-9]{2}(?:/[0-9]{1,2}){0,2}/?$")  # of a year, a month, a day
_SECTIONS = frozenset(
    "tag tags topic topics category categories author authors user users people search login register about contact privacy terms list "
    "index default page feed rss".split()
)


@dataclass(frozen=True, slots=True)
class Item:
    """One article of a list as the page shows it."""

    address: str
    title: str
    published: datetime | None


@dataclass(frozen=True, slots=True)
class _Named:
    """One address of the page, with the best of its links and what that is called."""

    anchor: Anchor
    title: str


_Group = list[_Named]


def items(chosen: Iterable[Anchor], now: datetime, zone: tzinfo) -> list[Item]:
    """The articles behind these links, each once, in page order, with the best title and date that stand there."""
    named = _named(chosen)
    cards = Cards([each.anchor for each in named])
    return [Item(each.anchor.address, _title(each, cards), cards.date(each.anchor, now, zone)) for each in named]


def article_list(page: Anchors, url: str, now: datetime, zone: tzinfo) -> list[Item]:
    """The page's articles in page order; empty when it has no list."""
    keys = article_keys(page, url, now, zone)
    return items([anchor for anchor in page.found if anchor.key in keys and not _is_up(anchor.address, url)], now, zone)


def article_keys(page: Anchors, url: str, now: datetime, zone: tzinfo) -> set[str]:
    """The keys of the page's articles; empty when it has no list."""
    named = _named(anchor for anchor in page.found if not _is_up(anchor.address, url))
    # Where links of two kinds stand in places of one kind (a manual's sidebar with its news), their addresses tell them apart.
    for by_shape in (False, True):
        groups: dict[object, _Group] = defaultdict(list)
        for each in named:
            shape = _shape(each.anchor.address) if by_shape else ""
            groups[each.anchor.path, each.anchor.aside, shape].append(each)
        if chosen := _choose(list(groups.values()), url, page.prose, now, zone):
            return chosen
    return set()


def _choose(groups: list[_Group], url: str, prose: int, now: datetime, zone: tzinfo) -> set[str]:
    """The keys of the links that make the list."""
    worths = [_worths(group, url, now, zone) for group in groups]
    good = [place for place, group in enumerate(groups) if mean(worths[place]) >= (GOOD if len(group) >= LEAST else CERTAIN)]
    if not good:
        return set()
    best = max(good, key=lambda place: mean(worths[place]) * log2(1 + len(groups[place])))
    if _is_small(groups[best], prose):
        return set()
    shapes = {_shape(each.anchor.address) for each in groups[best]}
    least = max(GOOD, NEARLY * mean(worths[best]))
    chosen = {each.anchor.key for each, worth in zip(groups[best], worths[best], strict=True) if worth >= GOOD / 2}
    for group, worth_of_each in zip(groups, worths, strict=True):
        enough = least - (UNSEEN if len(group) < LEAST else 0)
        good_ones = (each.anchor for each, worth in zip(group, worth_of_each, strict=True) if worth >= enough)
        # of the list's part of the page, with an address of one of the list's kinds
        chosen |= {anchor.key for anchor in good_ones if not anchor.aside and _shape(anchor.address) in shapes}
    return chosen


def _named(found: Iterable[Anchor]) -> list[_Named]:
    """Each address once: of picture, title, summary and "read more" what is the title, where that one stands."""
    best: dict[str, tuple[tuple[float, float], _Named]] = {}
    for anchor in found:
        title, is_titled = title_of(anchor.element)
        rank = _rank(title, is_titled)
        if anchor.key not in best or rank > best[anchor.key][0]:
            best[anchor.key] = (rank, _Named(anchor, title))
    every = [named for _, named in best.values()]
    titles = Counter(each.anchor.key.partition("?")[0] for each in every if each.title)
    # a picture or a "read more" with another query (?ref=more) is a second door to what one title leads to
    return [each for each in every if each.title or titles[each.anchor.key.partition("?")[0]] != 1]


def _rank(title: str, is_titled: bool) -> tuple[float, float]:
    """What the page calls a title comes before what it does not, then the longest that is no sentence or paragraph."""
    size = units(title)
    if len(title) > 120 or title.endswith(("。", ".", "…")):
        return 0, size / 10
    return is_titled and size >= SHORT, size


def _worths(group: _Group, url: str, now: datetime, zone: tzinfo) -> list[float]:
    """What each link of a group is worth, between -3 and 3."""
    cards = Cards([each.anchor for each in group], NEAR if len(group) >= LEAST else CLOSE)
    return [_worth(each, cards, url, now, zone) for each in group]


def _worth(each: _Named, cards: Cards, url: str, now: datetime, zone: tzinfo) -> float:
    title = _title(each, cards)
    size = units(title) if _letter.search(DATE_TEXT.sub("", title)) else 0  # a moment is no title
    address = each.anchor.address
    worth = min(size, 20) / 20 - (0.5 if size < SHORT else 0)
    worth += 0.5 if looks_like_article(address) else -0.5
    worth += 0.5 if date_in_url(address, zone) else 0
    worth += 1 if (size > NAME or not title) and cards.printed_date(each.anchor, now, zone) else 0
    worth -= 1 if each.anchor.aside else 0
    return worth - (0 if same_site(address, url) else 0.5)


def _title(each: _Named, cards: Cards) -> str:
    """What the link is called; where it only says "read more", the heading of its card."""
    return each.title or (heading_in(cards.around(each.anchor)) if says_more(each.anchor.element) else "")


def looks_like_article(address: str) -> bool:
    """True for addresses that end in a number, a hash or a slug of several words rather than in a section's name."""
    path, _, query = address.partition("://")[2].partition("#")[0].partition("?")
    if _identity.search(f"?{query}"):
        return True
    *above, last = unquote(path).rstrip("/").lower().split("/")
    name = _page.sub("", last)
    if not above or _archive.search(path) or name in _SECTIONS:
        return False
    is_page = name != last
    if _digits.search(last) or (is_page and len(name) >= 8) or date_in_url(address, UTC) is not None:
        return True
    if not _SECTIONS.isdisjoint(above):
        return False
    is_long, is_numbered = len(name) >= 12 and len(above) >= 2, is_page and re.search(r"[0-9]", name)
    return is_long or bool(is_numbered) or _slug.fullmatch(name) is not None


def _shape(address: str) -> str:
    """The address with its numbers and words taken out: two articles of one site have one shape."""
    host, _, path = address.partition("://")[2].partition("/")
    path = path.partition("?")[0].rstrip("/")
    parts = ["d" if _digits.search(part) else "w" for part in path.split("/")]
    return f"{host}/{'/'.join(parts)}{_page.search(path) is not None}"


def _is_up(address: str, url: str) -> bool:
    """True for the page itself and the sections above it."""
    return url.rstrip("/").startswith(address.rstrip("/"))


def _is_small(group: _Group, prose: int) -> bool:
    """True when the cards are a small part of the page's text: related links below an article."""
    if len(group) > 200:
        return False
    cards = Cards([each.anchor for each in group])
    return sum(cards.size(each.anchor) for each in group) < SHARE * prose
