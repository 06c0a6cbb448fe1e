"""Which of a page's lines are the article.

1. each line has a gain: prose counts for what it weighs, links and labels count against
2. regions that name themselves as beside an article, and hold only a small part of its prose, gain nothing
3. the region whose lines gain most in sum holds the article: noise inside costs, prose outside is lost
4. in it, lines live in homes (what siblings share); the richest home is the article's, and those built like it
5. lines there are kept when they are prose, or stand among prose and are no furniture
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from crawler import noise
from crawler.blocks import Layout, Line, Region
from crawler.html import loose

_HEADINGS = frozenset(("h2", "h3", "h4", "h5", "h6"))
_OUTSIDE = frozenset(("figcaption", "caption", "figure", "nav", "footer", "form", "option", "menu", "label", "aside"))
_NEVER = frozenset(("figcaption", "nav", "footer", "option", "menu"))
_FLOW = frozenset("p ul ol dl dd dt h1 h2 h3 h4 h5 h6 blockquote table tbody thead tfoot tr center pre".split())
_CELLS = frozenset(("td", "th", "li"))


LEAD = 4  # how much richer another home must be than the one right after the headline


@dataclass(frozen=True, slots=True)
class Body:
    """The article's lines, and where they stand on the page (half-open range of line numbers).

    `prose` is the gain of its richest home; `dropped` are the lines among them that were furniture: they name editors and sources.
    `cards` counts its homes when most of them have a link for a title: then it is a list of articles.
    """

    lines: tuple[str, ...] = ()
    first: int = 0
    last: int = 0
    prose: int = 0
    dropped: tuple[str, ...] = ()
    cards: int = 0

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def find_body(page: Layout, headline: str, at: int = -1, near: Region | None = None) -> Body:
    """The article's text. Empty when the page has no prose.

    `at` is the headline's line number, -1 when it was not seen; `near` a region that is known to be about the article.
    """
    dead = _beside(page, at)
    title = loose(headline)
    start = headline[:2]
    gains = [
        0 if dead[n] or (line.text[:2] == start and loose(line.text) == title) else _gain(line) for n, line in enumerate(page.lines)
    ]
    homes = _homes(page.regions, dead)
    wealth: dict[int, int] = {}
    for number, line in enumerate(page.lines):
        if gains[number] > 5:
            home = homes[line.region]
            wealth[home] = wealth.get(home, 0) + gains[number]
    if not wealth:
        return Body()
    favoured = _favoured(page, wealth, homes, gains, at, near)
    richest = max(wealth, key=lambda home: wealth[home] * (LEAD if home in favoured else 1))
    _move_in(page, homes, richest)
    area = _area(page, gains, richest, near)
    main = _main(page, wealth, richest, area)
    kept, dropped = _kept(page, area, homes, main, gains, dead, title)
    if not kept:
        return Body()
    prose = wealth[richest] * (LEAD if near else 1)
    cards = len(main) if _cards(page, main) * 2 > len(main) else 0
    return Body(tuple(text for _, text in kept), kept[0][0], kept[-1][0] + 1, prose, tuple(dropped), cards)


def _favoured(
    page: Layout, wealth: dict[int, int], homes: list[int], gains: Sequence[int], at: int, near: Region | None
) -> set[int]:
    """The homes that are likelier than others: those near, or the first prose after the headline."""
    if near is not None:
        return {home for home in wealth if near.first <= page.regions[home].first < near.last}
    if at < 0:
        return set()
    return set([homes[line.region] for n, line in enumerate(page.lines) if n > at and gains[n] > 5][:1])


def _area(page: Layout, gains: Sequence[int], home: int, near: Region | None) -> Region:
    """The region around `home` whose lines gain most in sum: noise inside costs, prose outside is lost."""
    sums = [0, *accumulate(gains)]
    best, most, number = home, 0, home
    while number >= 0:
        region = page.regions[number]
        total = sums[region.last] - sums[region.first]
        if total > most:
            best, most = number, total
        number = -1 if region is near else region.parent
    return page.regions[best]


def _main(page: Layout, wealth: dict[int, int], richest: int, area: Region) -> set[int]:
    """The homes that are the article's: built like the richest, rich themselves, or a row of posts (not of cards that link)."""
    start, most = page.regions[richest].first, wealth[richest]
    rows: dict[str, list[int]] = {}
    for home in wealth:
        if area.first <= page.regions[home].first < area.last:
            rows.setdefault(page.regions[home].kind, []).append(home)
    main: set[int] = set()
    for kind, row in rows.items():
        if kind == page.regions[richest].kind or (len(row) > 2 and _is_posts(page, row, wealth, most)):
            main.update(row)
        elif len(row) < 3:
            main.update(h for h in row if wealth[h] * (2 if page.regions[h].first < start else 4) >= most)
    return main


def _move_in(page: Layout, homes: list[int], richest: int) -> None:
    """Lets single paragraphs in a block built like the richest home live in that home."""
    kind = page.regions[richest].kind
    if not kind:
        return
    moved: set[int] = set()
    for number, region in enumerate(page.regions):
        if homes[number] != number and (region.parent in moved or region.kind == kind):
            moved.add(number)
            homes[number] = richest


def _is_posts(page: Layout, row: list[int], wealth: dict[int, int], most: int) -> bool:
    """True for the entries of a live blog: together as rich as the richest home, and not titled by links."""
    return sum(wealth[home] for home in row) > most and _cards(page, row) * 4 < len(row)


def _cards(page: Layout, homes: Iterable[int]) -> int:
    """How many of these homes have a link for a title, as the cards of a list do."""
    count = 0
    for home in homes:
        first, parent = page.regions[home].first, page.regions[page.regions[home].parent]
        count += any(line.linked * 5 > line.weight * 4 for line in page.lines[max(parent.first, first - 2) : first + 2])
    return count


def _gain(line: Line) -> int:
    own = line.weight - line.linked
    if line.marks and own > 30 and own * 2 > line.linked:
        return own
    if own > 150 and own > line.linked:
        return own
    if line.tag in _HEADINGS and not line.linked:
        return 5
    return -12 - line.linked // 2


def _beside(page: Layout, at: int) -> list[bool]:
    """For each line: does it stand in regions beside the article. A name that holds much of the page's prose is no such name."""
    prose = [0, *accumulate(max(0, _gain(line)) for line in page.lines)]
    suspects = [r for r in page.regions if (r.beside or r.tag in _OUTSIDE) and r.last > r.first and not r.first <= at < r.last]
    shares: Counter[tuple[str, str]] = Counter()
    for region in suspects:
        shares[region.tag, region.names] += prose[region.last] - prose[region.first]
    dead = [False] * len(page.lines)
    for region in suspects:
        bound = 0.8 if region.beside == 2 else 0.5
        if shares[region.tag, region.names] < prose[-1] * (bound if at >= 0 else bound / 1.5) or region.tag in _NEVER:
            dead[region.first : region.last] = [True] * (region.last - region.first)
    return dead


def _homes(regions: Sequence[Region], dead: Sequence[bool]) -> list[int]:
    """For each region, the one its lines live in: paragraphs, lists and single lines live in what is around them."""
    live = [0, *accumulate(not d for d in dead)]
    homes: list[int] = []
    for number, region in enumerate(regions):
        size = live[region.last] - live[region.first]
        flows = region.tag in _FLOW or size <= 1 or (region.tag in _CELLS and size <= 2)
        homes.append(homes[region.parent] if flows and region.parent >= 0 else number)
    return homes


def _kept(
    page: Layout, area: Region, homes: list[int], main: set[int], gains: Sequence[int], dead: Sequence[bool], title: str
) -> tuple[list[tuple[int, str]], list[str]]:
    lines = page.lines
    within = [n for n in range(area.first, area.last) if homes[lines[n].region] in main and gains[n] > 5]
    first, last = within[0], within[-1]
    nested = _nested(page, homes, main, gains)
    left = sum(gains[n] for n in within)
    kept: list[tuple[int, str]] = []
    dropped: list[str] = []
    seen: set[str] = set()
    for number in range(area.first, area.last):
        line = lines[number]
        if dead[number]:
            continue
        home, gain = homes[line.region], gains[number]
        left -= gain if number in within else 0
        if home not in main and not (first < number < last and (gain > 5 or home in nested)):
            continue
        if gain <= 0 and line.linked * 2 > line.weight and not line.marks > 1:
            continue
        text = noise.trimmed(line.text)
        if len(text) < len(line.text):
            dropped.append(line.text[len(text) :])
        bar = noise.is_bar(text) if number < first else len(kept) < 3 and line.weight < 160 and noise.is_date_bar(text)
        if not text or bar or noise.is_noise(text):
            dropped.append(text)
            continue
        if len(kept) < 3 and loose(text) == title:
            continue
        if noise.ends(text) and left * 3 < sum(gains[n] for n in within):
            break
        if line.weight > 60:
            if text in seen:
                continue
            seen.add(text)
        kept.append((number, text))
    return kept, dropped


def _nested(page: Layout, homes: list[int], main: set[int], gains: Sequence[int]) -> set[int]:
    """The homes inside the article's own that hold prose and are no lists of links: tables, cards, boxes of its text."""
    inside: list[bool] = []
    for number, region in enumerate(page.regions):
        inside.append(number in main or (region.parent >= 0 and inside[region.parent]))
    weight: Counter[int] = Counter()
    linked: Counter[int] = Counter()
    prose: Counter[int] = Counter()
    for number, line in enumerate(page.lines):
        home = homes[line.region]
        if inside[home] and home not in main:
            prose[home] += max(0, gains[number])
            weight[home] += line.weight
            linked[home] += line.linked
    return {home for home, total in weight.items() if linked[home] * 4 < total < 4 * prose[home]}
