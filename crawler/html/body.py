"""Which of a page's lines are the article.

1. each line has a gain: prose counts for what it weighs, links and labels count against
2. regions that name themselves as beside an article gain nothing, unless they hold much of the page's prose
3. lines live in homes (what siblings share); the home that gains most is the article's, the first below the headline has a head start
4. the region around it whose lines gain most in sum is the article's area: noise inside costs, prose outside is lost
5. there, homes built like the richest, rich themselves, or posts of a live blog are the article's, too
6. lines in those homes are kept when they are prose, or stand among prose and are no furniture
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, dropwhile
from operator import not_

from crawler.html import boilerplate
from crawler.html.blocks import SHORT, Layout, Line, Region
from crawler.html.tree import HEADINGS, loose
from crawler.text import HAN

LEAD = 4  # how much richer another home must be than the one right below the headline
TOLD = 240  # bytes of prose below the headline that can be a whole article: whatever calls itself something else below it is that
BOX = 100  # bytes of a box's heading
TITLE = 150  # bytes; a longer line is no title
LEAST_CELLS = 6  # of a table of data
CELL_DEPTH = 4  # blocks from a line of such a table to its cell
CAPTION = 120  # bytes of a line below a picture
ITEM = 48  # bytes of a heading that names one of several things
NAMED = 80  # bytes of the byline of a post
LABELLED = 24  # bytes of what names a box
FLASH = 60  # bytes of prose that can be an article above the foot of a page
OPENING = 120  # bytes of prose that are more than a line under the headline
OWN = 150  # bytes outside links that are prose without a mark of punctuation
LABEL = -12  # the gain of a short line that is no sentence
PROSE = 5  # a gain above this is prose; a heading gains just this
_HEADINGS = HEADINGS - {"h1"}
_OUTSIDE = frozenset(("figcaption", "caption", "figure", "nav", "footer", "form", "option", "menu", "label", "aside"))
_NEVER = frozenset(("figcaption", "nav", "footer", "option", "menu"))
_FLOW = frozenset("p ul ol dl dd dt h1 h2 h3 h4 h5 h6 blockquote table tbody thead tfoot tr center pre".split())
_STOPS = frozenset("。！？…；：.!?;:")
_CLOSING = " ”’」』）)】]\"'"
_CELLS = frozenset(("td", "th", "li"))
_DATA = ("td", "th")
_BOXES = frozenset(("div", "header", "footer", "section", "article", "aside"))


@dataclass(frozen=True, slots=True)
class Body:
    """The article's lines, and where they stand on the page (half-open range of line numbers).

    `prose` is the gain of its richest home; `dropped` are the lines among them that were furniture: they name editors and sources.
    `cards` counts its homes when most of them have a link for a title: then it is a list of articles. `title` is what a script calls it.
    """

    lines: tuple[str, ...] = ()
    first: int = 0
    last: int = 0
    prose: int = 0
    dropped: tuple[str, ...] = ()
    cards: int = 0
    title: str = ""

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


@dataclass(frozen=True, slots=True)
class _Ground:
    """A layout and what was found out about it: for each line its gain (0 where it is beside), for each region its home."""

    lines: list[Line]
    regions: list[Region]
    dead: list[bool]
    gains: list[int]
    homes: list[int]
    wealth: dict[int, int]  # home → gain of its prose
    at: int  # the headline's line, or -1


def find_body(page: Layout, headline: str, at: int = -1, near: Region | None = None) -> Body:
    """The article's text. Empty when the page has no prose.

    `at` is the headline's line number, -1 when it was not seen; `near` a region that is known to be about the article.
    """
    title = loose(headline)
    ground = _survey(page, headline[:2], title, at)
    if not ground.wealth:
        return Body()
    favoured = _favoured(ground, at, near)
    richest = max(ground.wealth, key=lambda home: ground.wealth[home] * (LEAD if home in favoured else 1))
    _move_in(ground, richest)
    area = _area(ground, richest, at, near)
    main = _main(ground, richest, area, at)
    kept, dropped = _kept(ground, area, main, _opening(ground, richest, area, at), title)
    if not kept:
        return Body()
    cards = len(main) if len(_cards(ground, main)) * 2 > len(main) else 0
    prose = ground.wealth[richest] * (LEAD if near else 1)
    return Body(tuple(text for _, text in kept), kept[0][0], kept[-1][0] + 1, prose, tuple(dropped), cards)


def _survey(page: Layout, start: str, title: str, at: int) -> _Ground:
    """Gains, homes and wealth. The headline repeated (it starts with `start`, which is cheap to see) is no prose."""
    # most lines of a page are labels and links: a call for each would cost more than its answer
    gains = [
        LABEL - line.linked // 2 if line.linked and not line.marks and line.weight <= OWN else _gain(line) for line in page.lines
    ]
    boxed = _name_boxes(page, gains)
    dead = _beside(page, gains, at)
    if at >= 0:
        dead[at] = True
        below = _comments_from(page, gains, at)
        dead[below:] = [True] * (len(dead) - below)
    homes = _homes(page.regions, dead)
    wealth: dict[int, int] = {}
    for number, line in enumerate(page.lines):
        if dead[number] or (line.text[:2] == start and loose(line.text) == title):
            gains[number] = min(gains[number], 0) if number in boxed else 0  # a box costs what it did before it was known
        elif gains[number] > PROSE:
            home = homes[line.region]
            wealth[home] = wealth.get(home, 0) + gains[number]
    return _Ground(page.lines, page.regions, dead, gains, homes, wealth, at)


def _gain(line: Line) -> int:
    own = line.weight - line.linked
    if (line.marks and own > 30 and own * 2 > line.linked) or (own > OWN and own > line.linked):
        return own
    if line.tag in _HEADINGS and not line.linked:
        return PROSE
    return LABEL - line.linked // 2


def _beside(page: Layout, gains: Sequence[int], at: int) -> list[bool]:
    """For each line: does it stand in regions beside the article. A name that holds much of the page's prose is no such name."""
    prose = [0, *accumulate([gain if gain > 0 else 0 for gain in gains])]
    tables = [r.first for r in page.regions if r.tag == "table"]
    suspects = [r for r in page.regions if (r.beside or r.tag in _OUTSIDE) and r.last > r.first and not r.first <= at < r.last]
    if tables:  # a figure may frame one
        suspects = [
            r for r in suspects if r.beside or r.tag != "figure" or not any(r.first <= first < r.last for first in tables)
        ]
    shares: Counter[tuple[str, str]] = Counter()
    for region in suspects:
        shares[region.tag, region.names] += prose[region.last] - prose[region.first]
    dead = [False] * len(page.lines)
    trust = 1.0 if at >= 0 else 1.5  # without a headline in sight, less prose is enough to clear a region
    for region in suspects:
        if region.beside == 4 and 0 <= at < region.first and prose[-1] - prose[region.last] > prose[region.last] - prose[at]:
            continue  # a block of that name above most of the text
        bound = (0.8 if region.beside in (2, 3) else 0.5) / trust
        above = prose[region.first] - prose[max(at, 0)] if at < region.first else 0
        if above and region.beside == 1 and region.tag in _HEADINGS and not _unseen.search(region.names):
            continue  # a name for how the heading is set
        is_below = (region.beside == 2 and above > TOLD and at >= 0) or (region.beside == 3 and above > FLASH)
        is_above = region.beside in (2, 3) and region.last <= at and prose[-1] - prose[at] > TOLD
        if is_below or is_above or shares[region.tag, region.names] < prose[-1] * bound or region.tag in _NEVER:
            dead[region.first : region.last] = [True] * (region.last - region.first)
    return dead


_unseen = re.compile(r"\bsr\b|hid(?:e|den)\b")


def _name_boxes(page: Layout, gains: Sequence[int]) -> set[int]:
    """Calls the regions whose own heading says that they are beside the article what those are whose class says so; their lines."""
    boxed: set[int] = set()
    for number in (n for n, gain in enumerate(gains) if LABEL <= gain < BOX):
        line = page.lines[number]
        region = page.regions[line.region]
        while (
            region.parent >= 0 and region.first == number and region.last == number + 1
        ):  # the innermost that holds more than the heading
            region = page.regions[region.parent]
        if region.first == number and not line.linked and boilerplate.opens_box(line.text):
            region.beside = 2
            boxed.update(range(region.first, region.last))
    return boxed


def _comments_from(page: Layout, gains: Sequence[int], at: int) -> int:
    """The number of the line, below headline and text, from which readers write."""
    prose = 0
    for number in range(at + 1, len(page.lines)):
        line = page.lines[number]
        is_short = prose > TOLD and line.weight < 50 and not line.linked
        if is_short and boilerplate.opens_comments(line.text) and not _is_column(page, number):
            return number
        prose += max(0, gains[number])
    return len(page.lines)


def _is_column(page: Layout, number: int) -> bool:
    """Does a line stand in a cell beside that of the line before it, in one row of a table."""
    before, cell = (_cell(page.regions, line.region) for line in page.lines[number - 1 : number + 1])
    return -1 not in (before, cell) and before != cell and page.regions[before].parent == page.regions[cell].parent


def _homes(regions: Sequence[Region], dead: Sequence[bool]) -> list[int]:
    """For each region, the one its lines live in: paragraphs, lists and single lines live in what is around them."""
    live = [0, *accumulate(map(not_, dead))]
    homes: list[int] = []
    for number, region in enumerate(regions):
        tag = region.tag
        if tag not in _FLOW and (size := live[region.last] - live[region.first]) > 1 and (size > 2 or tag not in _CELLS):
            homes.append(number)
        else:
            homes.append(homes[region.parent] if number else 0)
    return homes


def _favoured(ground: _Ground, at: int, near: Region | None) -> set[int]:
    """The homes that are likelier than others: those near, or that of the first prose below the headline that is no lone sentence
    before a text (a dek)."""
    if near is not None:
        return {home for home in ground.wealth if near.first <= ground.regions[home].first < near.last}
    if at < 0:
        return set()
    prose = (ground.lines[n] for n in range(at + 1, len(ground.lines)) if ground.gains[n] > PROSE)
    below = [
        ground.homes[line.region]
        for line in dropwhile(lambda line: line.weight < SHORT and boilerplate.is_noise(line.text), prose)
    ]
    if not below:
        return set()
    first = below[0]
    second = next((home for home in below if home != first), first)
    is_dek = below.count(first) == 1 < below.count(second) and ground.wealth[second] > 2 * ground.wealth[first]
    return {second if is_dek else first}


def _move_in(ground: _Ground, richest: int) -> None:
    """Lets single paragraphs in a block built like the richest home live in that home."""
    kind = ground.regions[richest].kind
    if not kind:
        return
    moved: set[int] = set()
    for number, region in enumerate(ground.regions):
        if ground.homes[number] != number and (region.parent in moved or region.kind == kind):
            moved.add(number)
            ground.homes[number] = richest


def _area(ground: _Ground, home: int, at: int, near: Region | None) -> Region:
    """The region around `home` whose lines gain most in sum; not beyond `near`, nor beyond the article element of the headline."""
    sums = [0, *accumulate(ground.gains)]
    best, most, number = home, 0, home
    while number >= 0:
        region = ground.regions[number]
        total = sums[region.last] - sums[region.first]
        if total > most:
            best, most = number, total
        is_whole = region.tag == "article" and region.first <= at < region.last and sums[region.last] - sums[at] > TOLD
        number = -1 if region is near or is_whole else region.parent
    return ground.regions[best]


def _main(ground: _Ground, richest: int, area: Region, at: int) -> set[int]:
    """The homes that are the article's: built like the richest, rich themselves, or a row of posts (not of cards that link). What ends above
    the headline is none where the richest stands below it."""
    start, most = ground.regions[richest].first, ground.wealth[richest]
    rows: dict[str, list[int]] = {}
    for home in ground.wealth:
        region = ground.regions[home]
        if area.first <= region.first < area.last and not region.last <= at < start:
            rows.setdefault(ground.regions[home].kind, []).append(home)
    main: set[int] = set()
    for kind, row in rows.items():
        row = [home for home in row if home == richest or not _is_titles(ground, home)]
        if kind == ground.regions[richest].kind:
            cards = _cards(ground, row)
            others = [home for home in row if home not in cards]  # another flash of the page has a link for a title
            main.update(others if richest in others else row)
        elif at >= 0 and len(row) > 2 and sum(ground.wealth[h] for h in row) > most and len(_cards(ground, row)) * 4 < len(row):
            # the entries of a live blog: together as rich as the richest home, and not titled by links
            main.update(row)
        elif len(row) <= 2:
            main.update(h for h in row if ground.wealth[h] * (2 if ground.regions[h].first < start else 4) >= most)
        elif all(_within(ground.regions, home, richest) for home in row) and not _cards(ground, row):
            main.update(row)
    return main | _alike(ground, richest, area)


def _within(regions: Sequence[Region], inner: int, outer: int) -> bool:
    return inner > outer and regions[outer].first <= regions[inner].first and regions[inner].last <= regions[outer].last


def _alike(ground: _Ground, richest: int, area: Region) -> set[int]:
    """The homes whose paragraphs are called what most of the richest home's are called."""
    called: dict[int, Counter[str]] = {}
    for number in range(area.first, area.last):
        if ground.gains[number] > PROSE:
            region = ground.regions[ground.lines[number].region]
            called.setdefault(ground.homes[ground.lines[number].region], Counter())[region.kind] += 1
    kind, most = called[richest].most_common(1)[0]
    if not kind or ground.regions[0].tag != "html" or most * 2 < called[richest].total():
        return set()
    return {home for home, kinds in called.items() if kinds[kind] * 2 > kinds.total()}


def _is_titles(ground: _Ground, home: int) -> bool:
    """True for a home of short lines that end like titles, not like sentences: other articles, without links."""
    region = ground.regions[home]
    prose = (ground.lines[n] for n in range(region.first, region.last) if ground.gains[n] > PROSE)
    lines = [line for line in prose if ground.homes[line.region] == home and line.tag not in _HEADINGS]
    ended = sum(line.weight > TITLE or _is_ended(line.text) for line in lines)
    return len(lines) > 2 and ended * 2 < len(lines)


def _is_ended(text: str) -> bool:
    return text.rstrip(_CLOSING)[-1:] in _STOPS


def _cards(ground: _Ground, homes: Iterable[int]) -> set[int]:
    """Those of these homes that have a link for a title, as the cards of a list do. The tools at the end of one are not the next one's title."""
    found: set[int] = set()
    above = 0
    for home in sorted(homes):
        region = ground.regions[home]
        first = max(ground.regions[region.parent].first, region.first - 2, min(above, region.first))
        if any(
            line.linked * 5 > line.weight * 4 and line.text[:3].lower() != "by "
            for line in ground.lines[first : region.first + 2]
        ):
            found.add(home)
        above = region.last
    return found


def _opening(ground: _Ground, richest: int, area: Region, at: int) -> set[int]:
    """The sentences between the headline and the richest home, in what is around it: a first paragraph in a box of its own."""
    homes, regions = ground.homes, ground.regions
    between = range(max(area.first, at + 1), regions[richest].first) if at >= 0 else ()
    prose = ((n, ground.lines[n]) for n in between if ground.gains[n] > OPENING and ground.lines[n].tag == "p")
    return {n for n, line in prose if _is_ended(line.text) and _within(regions, richest, homes[line.region])}


def _kept(ground: _Ground, area: Region, main: set[int], also: set[int], title: str) -> tuple[list[tuple[int, str]], list[str]]:
    """(the article's lines with their numbers, the furniture that stood among them)."""
    lines, gains, homes = ground.lines, ground.gains, ground.homes
    within = [n for n in range(area.first, area.last) if gains[n] > PROSE and homes[lines[n].region] in main]
    whole = sum(gains[n] for n in within)
    prose = set(within)
    often = _often(lines[area.first : area.last])
    left = [*accumulate((PROSE - gains[n] if n in prose else 0 for n in range(area.first, area.last)), initial=whole)]
    kept: list[tuple[int, str]] = []
    dropped: list[str] = []
    seen: dict[str, int] = {}
    cells = _cells(ground, area, (within[0], within[-1]))
    also |= {number for number, is_kept in cells.items() if is_kept} | _linked_headings(ground, area, main)
    for number in _belonging(ground, area, main, also, (within[0], within[-1])):
        if not cells.get(number, True):
            continue
        line = lines[number]
        is_late = left[number + 1 - area.first] * 3 < whole
        if is_late and boilerplate.is_last(line.text):
            break
        text = boilerplate.trimmed(line.text)
        if len(text) < len(line.text):
            dropped.append(line.text.replace(text, "") if text else line.text)
        if number not in cells and (
            not text
            or line.text in often
            or is_furniture(line, text)
            or _is_beside(line, text, leads=number < within[0], kept=len(kept))
            or (line.weight < NAMED and not _is_ended(text) and _named.search(ground.regions[line.region].names))
        ):
            dropped.append(text)
            continue
        if is_late and number not in cells and boilerplate.ends(text):
            break
        if line.weight > 60 and seen.setdefault(text, homes[line.region]) != homes[line.region]:
            continue  # a copy of the text for other screens stands in another home
        if len(kept) < 3 and loose(text) == title:
            continue
        kept.append((number, text))
    kept = in_rows(lines, ground.regions, kept)
    if len(kept) > 1 and _dateline.fullmatch(kept[0][1]):
        kept[:2] = [(kept[0][0], f"{kept[0][1]} {kept[1][1]}")]
    while len(kept) > 1 and (boilerplate.is_bio(kept[-1][1]) or not loose(kept[-1][1])):  # ___ parts nothing at the end
        dropped.append(kept.pop()[1])
    return kept, dropped


def _linked_headings(ground: _Ground, area: Region, main: set[int]) -> set[int]:
    """The short headings that are links, where several stand over prose of the same home: the things that an article goes through one
    by one. A title of another article is longer."""
    homes = [ground.homes[line.region] for line in ground.lines]
    found = {
        n
        for n in range(area.first, area.last - 1)
        if ground.lines[n].linked and ground.lines[n].tag in _HEADINGS and ground.gains[n + 1] > PROSE
        if homes[n] == homes[n + 1] and homes[n] in main and not ground.dead[n]
    }
    return found if len(found) > 2 and all(ground.lines[n].weight < ITEM for n in found) else set()


def in_rows(lines: Sequence[Line], regions: Sequence[Region], kept: Iterable[tuple[int, str]]) -> list[tuple[int, str]]:
    """These lines with their numbers, the cells of one table row as one line."""
    found: list[tuple[int, str]] = []
    above = -1
    for number, text in kept:
        cell = _cell(regions, lines[number].region)
        if cell != lines[number].region and regions[cell].last - regions[cell].first > 1:
            cell = -1  # of several paragraphs
        if -1 not in (cell, above) and cell != above and regions[cell].parent == regions[above].parent:
            found[-1] = (found[-1][0], f"{found[-1][1]} {text}")
        else:
            found.append((number, text))
        above = cell
    return found


def _often(lines: Sequence[Line]) -> set[str]:
    """The short lines that stand three times and more, whatever the clock in them, and not as paragraphs: the byline of each post, its tools."""
    said = [(line.text, boilerplate.timeless(line.text)) for line in lines if line.weight < SHORT and line.tag in _BOXES]
    count = Counter(rest for _, rest in said)
    return {text for text, rest in said if count[rest] > 2}


def _is_beside(line: Line, text: str, *, leads: bool, kept: int) -> bool:
    """True for what stands among the text and is none of it.

    A caption (other short lines below a picture may head what follows), the numbers of the lines of code beside it, the time of a post, and the
    line of date and source between headline and text.
    """
    if is_caption(line) or (text.replace(" ", "").isdigit() and (line.tag in ("li", "pre") or " " in text)):
        return True
    if (line.tag in _BOXES or line.tag == "li") and boilerplate.is_clock(line.shown):
        return True
    if (line.weight < LABELLED and line.tag not in _HEADINGS and boilerplate.is_label(text)) or (
        kept < 2 and boilerplate.is_head(text)
    ):
        return True
    return boilerplate.is_bar(text) if leads else kept < 3 and line.weight < 160 and boilerplate.is_date_bar(text)


def is_furniture(line: Line, text: str) -> bool:
    """True for a line with such a text that is none of the article's. A dash in a cell says that there is nothing."""
    return boilerplate.is_noise(text) and not (line.tag in _DATA and boilerplate.is_ornament(text))


def is_caption(line: Line) -> bool:
    """True for a short line right below a picture that is set or worded as what the picture shows, or ends like none of a text."""
    if not line.pictured or line.weight > CAPTION:
        return False
    is_cut = line.tag not in _HEADINGS and line.marks and not _is_ended(line.text) and _sentence.search(line.text)
    return bool(line.tag == "center" or is_cut or _caption.search(line.text))


_dateline = re.compile(r"[A-ZÀ-Ý][^.!?:;]{1,40} [–—]")  # LOW QUAY (QP) —, in an element of its own
_sentence = re.compile(r"[a-z]{3}[.!?] (?=[A-Z])")
_named = re.compile(r"(?i)\b(?:author|byline|by)\b")


_caption = re.compile(
    rf"^[▲△↑]|^[（(].*(?:图|photo|image|NASA|Getty|Reuters|AP)[^）)]*[)）]$|^图(?:为|[:：|/])|图片来源|资料图|视频截图|供图|[（( ](?:摄|摄影)[)）]?$"
    rf"|[{HAN}] [摄图]$|(?:图|图源|摄影)\s*[:：/]\s*\S{{2,16}}$"
    r"|\bcredit\s*[:/]|\bvia (?:getty|ap|reuters)\b|\bcourtesy\b|^[A-Z][\w. ]{2,30}/[A-Z][\w. ]{2,30}$|社[发摄]$"
    r"|^artist['’]s impression|\b(?:photo(?:graph)?|picture|image) (?:by|courtesy|credit)\b",
    re.I,
)


def _belonging(ground: _Ground, area: Region, main: set[int], also: set[int], span: tuple[int, int]) -> Iterator[int]:
    """The numbers of the lines in the article's homes and among its prose; no list of links, no part of a table, no label above the headline."""
    nested = _nested(ground, main)
    # the homes right around the posts of a live blog, where their headings stand
    around = {ground.regions[home].parent for home in main} if len(main) > 2 else set()
    for number in range(area.first, area.last):
        line, home = ground.lines[number], ground.homes[ground.lines[number].region]
        if (
            ground.dead[number]
            or (number < ground.at and ground.gains[number] <= PROSE)
            or (ground.gains[number] <= 0 and line.linked * 2 > line.weight and line.marks < 2 and number not in also)
        ):
            continue
        if home in main or number in also or _joins(ground, number, span, home in nested, home in around):
            yield number


def _cells(ground: _Ground, area: Region, span: tuple[int, int]) -> dict[int, bool]:
    """Line number → whether it is kept, for the cells of tables of data: such a table stands whole among the prose, or not at all."""
    found: dict[int, bool] = {}
    for region in ground.regions:
        if region.tag != "table" or not area.first <= region.first < region.last <= area.last:
            continue
        lines = [n for n in range(region.first, region.last) if ground.lines[n].tag != "caption"]
        cells = {cell for n in lines if (cell := _cell(ground.regions, ground.lines[n].region)) >= 0}
        if len(cells) < LEAST_CELLS or len(cells) * 5 < len(lines) * 4 or any(ground.gains[n] > TOLD for n in lines):
            continue  # a table that sets the page's columns
        linked = sum(ground.lines[n].linked > 0 for n in lines)
        among = span[0] < region.first <= span[1] + 1
        kept = among and linked * 2 < len(lines) and not any(ground.dead[n] for n in lines)
        found.update(dict.fromkeys(lines, kept))
    return found


def _cell(regions: Sequence[Region], number: int) -> int:
    """The cell of a table in which a region stands, not far above it; -1 where there is none."""
    for _ in range(CELL_DEPTH):
        if number < 0 or regions[number].tag in _DATA:
            return number
        number = regions[number].parent
    return -1


def _joins(ground: _Ground, number: int, span: tuple[int, int], nested: bool, around: bool) -> bool:
    """Does a line outside the main homes belong: prose or a box between the first and last of theirs, or a heading over one."""
    first, last = span
    if around and ground.lines[number].tag in _HEADINGS and ground.gains[number] > 0:
        return first - 3 < number < last
    return first < number < last and (ground.gains[number] > PROSE or nested)


def _nested(ground: _Ground, main: set[int]) -> set[int]:
    """The homes inside the article's own that hold prose and are no lists of links: tables, cards, boxes of its text."""
    inside = set(main)
    for number in range(min(main), len(ground.regions)):
        if ground.regions[number].parent in inside:
            inside.add(number)
    weight: Counter[int] = Counter()
    linked: Counter[int] = Counter()
    for line in ground.lines[ground.regions[min(main)].first :]:
        home = ground.homes[line.region]
        if home in inside and home not in main:
            weight[home] += line.weight
            linked[home] += line.linked
    return {home for home, total in weight.items() if linked[home] * 4 < total < ground.wealth.get(home, 0) * 2}
