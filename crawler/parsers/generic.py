"""Reads an article on any site, in Chinese or English, from one parse of its page."""

from __future__ import annotations

from dataclasses import replace
from datetime import tzinfo

from crawler import html, metadata, states
from crawler.blocks import Layout, lay_out
from crawler.body import Body, find_body
from crawler.errors import NotAnArticle
from crawler.metadata import Head
from crawler.record import MAX_TEXT, MAX_TITLE, Fact, Link, Page, Record

WEAK = 800  # code points; a page that shows less may carry its article in a script
BAR = 12  # lines below the headline in which date, source and byline stand
CREDITS = 6  # lines below the text in which editors and sources stand


def read(page: Page, link: Link, zone: tzinfo) -> Record:
    """The record of one page. Raises NotAnArticle, or ReadError when it is no HTML."""
    root = html.parse(html.decode(page.body, page.content_type))
    tags = html.gather(root)
    head = Head(tags, link.url)
    layout = lay_out(root)
    title, at = metadata.headline(head, layout)
    body = find_body(layout, title, at)
    if at < 0:
        above, at = metadata.title_above(layout, body.first)
        title = above or title
    if len(body.text) < WEAK:
        body = _better(body, states.article(tags, title))
    if not body.lines:
        raise NotAnArticle("empty")
    bar, credits = _around(layout, at, body)
    words = metadata.keywords(head)
    record = Record(
        title=title[:MAX_TITLE],
        link=link.url,
        text=body.text[:MAX_TEXT],
        keywords=words,
        published=metadata.published(head, bar, page.fetched, zone),
        author=", ".join(metadata.authors(head, bar, body.lines, credits)) or None,
        publisher=metadata.publisher(head, bar, credits, body.lines),
    )
    facts = [Fact("keyword", word, f"meta keywords: {word}", "page") for word in words]
    if own := metadata.canonical_hint(head, page.url):
        facts.append(Fact("reading", "canonical", own, "generic"))
    return record.with_facts(*facts)


def _better(seen: Body, scripted: Body) -> Body:
    """The visible text, unless the page's scripts hold clearly more."""
    sure = scripted.prose > 3 * len(scripted.text.encode())  # its title stands beside it
    if len(scripted.text) > 1.3 * len(seen.text) and (sure or not seen.lines):
        return replace(scripted, first=seen.first, last=seen.last)
    return seen


def _around(layout: Layout, at: int, body: Body) -> tuple[list[str], list[str]]:
    """(the bar: short lines from the headline to the text's beginning, then those above; the credits: short lines at the text's end)."""
    lines = layout.lines
    start = at + 1 if at >= 0 else max(0, body.first - BAR)
    bar = [line.text for line in lines[start : start + BAR] if line.weight < 250 and ">" not in line.text]
    above = [line.text for line in lines[max(0, start - 5) : start - (at >= 0)] if line.weight < 250 and ">" not in line.text]
    below = [line.text for line in lines[body.last : body.last + CREDITS] if line.weight < 250]
    return bar + above, [*body.dropped, *below]
