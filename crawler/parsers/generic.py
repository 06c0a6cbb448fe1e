"""Reads an article on any site, in Chinese or English, from one parse of its page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import tzinfo
from itertools import dropwhile, pairwise

from lxml import etree

from crawler.dates import DateReader
from crawler.errors import NotAnArticle
from crawler.html import article_state, boilerplate, bylines, metadata, page_dates, script_state, tree
from crawler.html.blocks import Layout, Line, lay_out
from crawler.html.body import Body, find_body
from crawler.html.date_text import DATE
from crawler.html.hidden import Veil
from crawler.html.metadata import Head
from crawler.html.rejection import refusal
from crawler.record import MAX_TEXT, MAX_TITLE, Fact, Link, Page, Record
from crawler.text import has_han
from crawler.zones import place_of

WEAK = 800  # code points; a page that shows less may carry its article in a script
SHORT_TITLE = 18  # bytes; one of six Han characters may be what the site calls each of its pages
MORE = 1.3  # how much longer a script's text must be than the visible one to stand for it
WHOLE = 300  # code points of an articleBody that is no summary
BAR = 12  # lines below the headline in which date, source and byline stand
FOOT = 10  # lines at the page's end in which somebody holds the rights
BYLINE = 3  # lines of what is an author's alone
CREDITS = 6  # lines below the text in which editors and sources stand


def read(page: Page, link: Link, zone: tzinfo) -> Record:
    """The record of one page. Raises NotAnArticle, or ReadError when it is no HTML."""
    root = tree.tree(page.body, page.content_type)
    tags = tree.gather(root)
    head = Head(tags, link.url, root)
    layout, title, at, body = _seen(root, head)
    if at >= 0:
        title = metadata.as_announced(title, layout.lines[at].text, link.title, head)
    begins = title != tags.title and tags.title.startswith(title)
    masthead = begins and metadata.is_sites(tags.title) and not _broken(layout, title)
    if body.lines and (at < 0 or masthead or (title == tags.title and len(title.encode()) < SHORT_TITLE)):
        above, found = metadata.title_above(layout, body.first)
        if found < 0 and (masthead or metadata.is_sites(title)):
            above, found = metadata.first_unended(layout, body.first)
        if found >= 0:
            title, at = above, found
            body = replace(body, lines=body.lines[above == body.lines[0] :])
    if at < 0:  # the first lines of the text may be the headline, cut in pieces
        rest = tuple(dropwhile(lambda line: tree.loose(line) in tree.loose(title), body.lines))
        body = replace(body, lines=rest or body.lines)
    if not body.lines and link.title:
        body = _sentence(layout, at, body)
    visible = body
    if len(body.text) < WEAK and not _opens_as_told(head, body):
        body = _better(body, script_state.article(tags, title, alone=not body.lines, least=max(100, int(MORE * len(body.text)))))
    if at < 0 and (len(title.encode()) < SHORT_TITLE or metadata.is_sites(title)):
        title = body.title or title
    body = _agreed(head, body, headed=0 <= at < body.first < at + BAR)
    if reason := refusal(head, layout, title, at, body, announced=link.title):
        raise NotAnArticle(*reason)
    near, marked, credits = _around(layout, at, body)
    bar, shown = [line.text for line in near], metadata.labels_joined(line.shown for line in near)
    told = set(body.lines)  # a day in a sentence of the text is no date of the page
    dated = [text for text in shown if text not in told or not _ended.search(text)]
    opening = body.text[:60] if body.lines is not visible.lines else ""
    around = page_dates.Around(title, dated, opening, credits)
    dates = DateReader(page.fetched, zone, place_of(link.url, root.get("lang") or "", title))
    words = metadata.keywords(head)
    people = metadata.authors(head, shown, marked, body.lines, credits)
    people = people or tuple(article_state.authors(tags, title, opening) if opening else _boxed(layout, at, body))
    foot = [line.text for line in layout.lines[-FOOT:]]
    owner = metadata.publisher(head, title, bar, credits, body.lines, shown=shown, people=people, foot=foot)
    people = tuple(name for name in people if name != owner or bylines.is_person(name))
    record = Record(
        title=title[:MAX_TITLE],
        link=link.url,
        text=body.text[:MAX_TEXT],
        keywords=words,
        published=page_dates.published(head, root, around, dates),
        author=", ".join(people) or None,
        publisher=owner,
    )
    facts = [Fact("keyword", word, f"meta keywords: {word}", "page") for word in words]
    if own := metadata.canonical_hint(head, page.url):
        facts.append(Fact("reading", "canonical", own, "generic"))
    if further := metadata.next_page(root, layout, body.last, page.url):
        facts.append(Fact("reading", "next-page", further, "generic"))
    return record.with_facts(*facts)


def _seen(root: etree._Element, head: Head) -> tuple[Layout, str, int, Body]:
    """(layout, headline, its line, body) of what the page shows; of all it holds when it shows nothing."""
    for veil in (Veil(head.tags.styles), None):
        layout = lay_out(root, veil)
        title, at = metadata.headline(head, layout)
        body = find_body(layout, title, at)
        if body.lines:
            break
    return layout, title, metadata.last_repeated(layout, title, at, body.first), body


def _broken(layout: Layout, title: str) -> bool:
    """True where the page shows this headline, though in several lines."""
    return tree.loose(title) in tree.loose("".join(line.text for line in layout.lines))


def _sentence(layout: Layout, at: int, body: Body) -> Body:
    """The one sentence under the headline of a flash, which is too short to be found among the blocks of a page."""
    for number, line in enumerate(layout.lines[at + 1 : at + 6], at + 1) if at >= 0 else ():
        if _ended.search(line.text) and not line.linked and not layout.is_never(line, at) and not boilerplate.is_noise(line.text):
            return replace(body, lines=(line.text,), first=number, last=number + 1)
    return body


_ended = re.compile(r"\w{2}\W{0,2}[.。!！?？][\W_]*$")


def _opens_as_told(head: Head, body: Body) -> bool:
    """True when the page's own description is the opening of the visible text: then nothing better hides in a script."""
    told = tree.loose(next(head.all("description", "og:description"), ""))[:24]
    return len(told) == 24 and len(body.text) > 150 and told in tree.loose(body.text[:400])


def _better(seen: Body, scripted: Body) -> Body:
    """The visible text, unless the page's scripts hold clearly more."""
    sure = scripted.prose > 3 * len(scripted.text.encode())  # its title stands beside it
    if len(scripted.text) > MORE * len(seen.text) and (sure or not seen.lines):
        return replace(scripted, first=seen.first, last=seen.last)
    return seen


def _agreed(head: Head, body: Body, *, headed: bool) -> Body:
    """The text, unless the page tells programs a whole one (JSON-LD articleBody) and the two share nothing: then the one told. A longer
    text right below the headline (`headed`) stays: what is told is then its announcement."""
    bodies = (article["articleBody"] for article in head.articles if isinstance(article.get("articleBody"), str))
    told = tree.plain(max(bodies, key=len, default=""))
    if len(told) < WHOLE or (headed and len(told) < len(body.text)):
        return body
    known, seen = tree.loose(told), tree.loose(body.text)
    samples = [known[at : at + 30] for at in range(len(known) // 10, len(known) - 30, max(1, len(known) // 6))]
    if sum(sample in seen for sample in samples) * 5 > len(samples):
        return body
    return replace(body, lines=tuple(line for line in told.split("\n") if not boilerplate.is_noise(line)), cards=0)


def _around(layout: Layout, at: int, body: Body) -> tuple[list[Line], list[str], list[str]]:
    """(the bar: short lines from the headline to the text's beginning, then those above; those of them that are marked as an author;
    the credits: short lines at the text's end)."""
    start = at + 1 if at >= 0 else max(0, body.first - BAR)
    near = [line for line in _near(layout, at, body, start, start + BAR) if ">" not in line.text or "@" in line.text]
    near += [line for line in _near(layout, at, body, max(0, start - 5), start - (at >= 0)) if ">" not in line.text]
    marked = [name for line in near if _is_byline(layout, line) for name in line.shown.split(" | ")]
    for one, following in pairwise(near):  # the name beside a face, above the date
        name = one.shown.partition(" ·")[0] if one.pictured else ""
        if name and name.isascii() and bylines.is_bare_english(name) and DATE.search(following.text):
            marked.append(name)
    below = (line.shown for line in _near(layout, at, body, body.last, body.last + CREDITS))
    return near, marked, [*body.dropped, *below]


def _is_byline(layout: Layout, line: Line) -> bool:
    """Does the element of a line, or a small one around it, call itself an author's."""
    region = layout.regions[line.region]
    while not (found := _byline.search(region.names)) and region.parent > 0:
        region = layout.regions[region.parent]
        if region.last - region.first > BYLINE:
            break
    return found is not None


def _boxed(layout: Layout, at: int, body: Body) -> list[str]:
    """The names that head the box below a Chinese text that calls itself its author's; no section of the site."""
    for line in layout.lines[body.last : body.last + BAR]:
        number = line.region
        while number and not _byline.search(layout.regions[number].names):
            number = layout.regions[number].parent
        if number and layout.regions[number].first >= body.last and not (_label.search(line.text) or layout.is_never(line, at)):
            names = line.shown.split() if has_han(line.text) else []
            is_section = any(line.text == above.text for above in layout.lines[: max(at, 0)])
            return names if all(map(bylines.is_called, names)) and not is_section else []
    return []


_label = re.compile(r"^(?:文章|本文|关于)?(?:作者|撰文)(?:简介)?\W*$")
_quoted = re.compile(r"quote", re.I)  # below one stands who said it
_byline = re.compile(r"author|byline|\bby\b|writer|\bautore?\b|\bauteur|\bfirma\b", re.I)


def _near(layout: Layout, at: int, body: Body, first: int, last: int) -> Iterator[Line]:
    """The short lines of a range; below the text only what is the article's; never what others wrote."""
    for number, line in enumerate(layout.lines[first:last], first):
        if number >= body.last:
            if boilerplate.ends(line.text):
                return
            if line.linked * 5 > line.weight * 4:
                continue
        if line.weight < 250 and not layout.is_never(line, at) and not _quoted.search(layout.regions[line.region].names):
            yield line
