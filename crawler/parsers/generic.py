"""Reads an article on any site, in Chinese or English, from one parse of its page."""

from __future__ import annotations

from dataclasses import replace
from datetime import tzinfo

from crawler import html, metadata, states
from crawler.blocks import Page as Layout
from crawler.blocks import lay_out
from crawler.body import Body, find_body
from crawler.errors import NotAnArticle
from crawler.record import MAX_TEXT, MAX_TITLE, Fact, Link, Page, Record

WEAK = 1500  # bytes of prose; a page that shows less may carry its article in a script
BAR_BEFORE, BAR_AFTER = 4, 12  # lines around the headline in which date, source and byline stand


def read(page: Page, link: Link, zone: tzinfo) -> Record:
    """The record of one page. Raises NotAnArticle, or ReadError when it is no HTML."""
    root = html.parse(html.decode(page.body, page.content_type))
    head = metadata.read_head(root, link.url)
    layout = lay_out(root)
    title, at = metadata.headline(head, layout)
    body = find_body(layout, title, at)
    if body.prose < WEAK:
        body = _better(body, states.article(root, title))
    if not body.lines:
        raise NotAnArticle("empty")
    bar = _bar(layout, at, body)
    words = metadata.keywords(head)
    record = Record(
        title=title[:MAX_TITLE],
        link=link.url,
        text=body.text[:MAX_TEXT],
        keywords=words,
        published=metadata.published(head, root, bar, page.fetched, zone),
        author=", ".join(metadata.authors(head, bar, body.lines)) or None,
        publisher=metadata.publisher(head, bar),
    )
    facts = [Fact("keyword", word, f"meta keywords: {word}", "page") for word in words]
    if own := metadata.canonical_hint(root, page.url):
        facts.append(Fact("reading", "canonical", own, "generic"))
    return record.with_facts(*facts)


def _better(seen: Body, scripted: Body) -> Body:
    """The visible text, unless the page's scripts hold clearly more."""
    sure = scripted.prose > 3 * len(scripted.text.encode())  # its title stands beside it
    if len(scripted.text) > 1.3 * len(seen.text) and (sure or not seen.lines):
        return replace(scripted, first=seen.first, last=seen.last)
    return seen


def _bar(layout: Layout, at: int, body: Body) -> list[str]:
    """The short lines around the headline, or before the text when there is none."""
    if at < 0:
        start, stop = max(0, body.first - BAR_AFTER), body.first + 3
    else:
        start, stop = max(0, at - BAR_BEFORE), at + BAR_AFTER
    lines = layout.lines[start:stop]
    return [line.text for line in lines if line.weight < 300]
