"""Page → Record: the site's own parser where there is one, generic otherwise; gaps filled from what the source said of the link.

A page that is one part of an article says where the next is: crawler/stages/parts.py.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from functools import cache
from types import ModuleType
from urllib.parse import urlsplit

from crawler import plugins
from crawler.errors import NotAnArticle, ReadError
from crawler.html.redirect_stub import target_of
from crawler.listing.sniff import FEEDS, HTML, SITEMAPS, head_of, root_of, text_of
from crawler.parsers import generic
from crawler.record import MAX_TEXT, MAX_TITLE, Fact, Link, Page, Record
from crawler.stages.parts import UNTITLED
from crawler.url import canonical, host_of, link_key, query_of

TOO_LITTLE = 40  # code points of text; a site parser that finds less has lost its layout
PART = 1.3  # how much longer the generic text must be than a site's, all of which it has, to stand for it
ANYWHERE = timedelta(days=1, hours=14)  # a day of New York that is taken for one of Shanghai ends so long after that one began
WHOLE = 500  # code points; a source's own text at least this long can stand for a page that cannot be read


def read(page: Page, link: Link, source_name: str | None, zone: tzinfo) -> Record:
    """The record of a page. Raises NotAnArticle or ReadError when neither the page nor the source holds an article."""
    try:
        if elsewhere := astray(page, link):
            raise NotAnArticle(*elsewhere)
        record = _read_page(page, link, zone)
    except ReadError as error:
        if len(link.text or "") < WHOLE or not link.title:
            raise
        record = _from_link(link, str(error))
    return _finish(record, page, link, source_name)


def astray(page: Page, link: Link) -> tuple[str, str] | None:
    """(reason, detail) where the answer is no page of an article, whatever it says: a feed, data, a stub, the home page."""
    root = root_of(page)
    if root in FEEDS | SITEMAPS or (root not in HTML and _is_xml(page)):
        return "xml", f"the answer is XML with the root <{root}>" if root else "the answer is XML"
    if _is_json(page):
        return "data", "the answer is JSON"
    if target := target_of(page.body, page.url):
        return "redirect", f"the page only sends to {target[:200]}"
    asked, came = urlsplit(link.url), urlsplit(page.url)
    if (asked.netloc, asked.path, asked.query) == (came.netloc, came.path, came.query):
        return None
    for reason, pattern in _NOWHERE.items():
        here, there = (re.search(pattern, f"{one.netloc}{one.path}", re.I) for one in (came, asked))
        if here and not there:
            return reason, f"redirected to {page.url[:200]}"
    if _is_home(page.url) and not _is_home(link.url):
        return "soft-404", "redirected to the home page"
    return None


def _is_home(url: str) -> bool:
    """True for a site's first page; `/?p=12` is an article's, `/?lang=en` is not."""
    return _home.fullmatch(urlsplit(url).path) is not None and not _number.search(query_of(url))


def _is_xml(page: Page) -> bool:
    head = head_of(page).lstrip("\ufeff \t\r\n")[:2000].lower()
    if head.startswith(("<!element", "<!entity", "<!attlist", "<!notation")):
        return True
    told = page.content_type.partition(";")[0].strip().lower()
    xml = head.startswith("<?xml") or told in ("text/xml", "application/xml") or told.endswith(("rss+xml", "atom+xml", "rdf+xml"))
    return xml and "<html" not in head


def _is_json(page: Page) -> bool:
    head = head_of(page).lstrip("\ufeff \t\r\n")[:1]
    if head not in ("{", "["):
        return False
    try:
        return isinstance(json.loads(text_of(page)), dict | list)
    except (ValueError, RecursionError):
        return False


_number = re.compile(r"[0-9]")
_home = re.compile(r"(?i)/*(?:[a-z]{2}(?:[-_][a-z]{2,4})?/?)?(?:(?:index|default|home|main)(?:\.\w{2,5})?/?)?")
_NOWHERE = {
    "consent-wall": r"^(?:www\.)?(?:consent|guce|privacy)\.|/[^/]*(?:cookie|gdpr)[-_]?(?:consent|wall|notice|policy)?[^/]*/?$|/consent\b",
    "soft-404": r"/(?:404|50\d|error|errors|not[-_]?found|page[-_]?not[-_]?found|deleted|offline)(?:\.\w{2,5})?/?$",
    "login-wall": r"^(?:passport|login|sso|accounts?|auth)\.|/(?:login|log-in|signin|sign-in|passport|account/login)(?:\.\w{2,5})?/?$",
}


@cache
def _sites() -> dict[str, tuple[str, ModuleType]]:
    """Host suffix → the name and module of its parser."""
    parsers = plugins.family("crawler.parsers", "read")
    modules = [(name, component.module) for name, component in parsers.items()]
    return {host: one for one in modules for host in getattr(one[1], "HOSTS", ())}


def parser_of(url: str) -> tuple[str, ModuleType]:
    """The parser for an address: that of the longest known suffix of its host, else generic."""
    host = host_of(url)
    while host:
        if found := _sites().get(host):
            return found
        host = host.partition(".")[2]
    return "generic", generic


def _read_page(page: Page, link: Link, zone: tzinfo) -> Record:
    name, parser = parser_of(page.url)
    if parser is generic:
        return generic.read(page, link, zone)
    try:
        record: Record = parser.read(page, link, zone)
    except NotAnArticle:
        raise
    except (ReadError, LookupError, AttributeError, TypeError, ValueError) as error:
        problem = f"{type(error).__name__}: {error}"
    else:
        if len(record.text) >= TOO_LITTLE and record.title:
            return _completed(record, page, link, zone)
        problem = f"only {len(record.text)} characters of text"
    return generic.read(page, link, zone).with_facts(Fact("reading", "parser-fallback", problem[:200], name))


def _completed(record: Record, page: Page, link: Link, zone: tzinfo) -> Record:
    """A site's record, its gaps filled by what the generic parser reads; its text, too, where the site's layout has lost a part of it."""
    try:
        other = generic.read(page, link, zone)
    except ReadError:
        return record
    facts = [fact for fact in other.facts if fact.kind == "reading" or not record.keywords]
    lost = len(other.text) > PART * len(record.text) and set(record.text.split("\n")) <= set(other.text.split("\n"))
    return replace(
        record,
        text=other.text if lost else record.text,
        keywords=record.keywords or other.keywords,
        published=_finer(record.published, other.published),
        author=record.author or other.author,
        publisher=record.publisher or other.publisher,
    ).with_facts(*facts)


def _from_link(link: Link, problem: str) -> Record:
    fact = Fact("reading", "text-from-source", problem[:200], "reading")
    return Record(title=link.title or "", link=link.url, text=link.text or "", facts=(fact,))


def _finish(record: Record, page: Page, link: Link, source_name: str | None) -> Record:
    """The record with link, source and fetch time set, and the source's word where the page has none."""
    text, facts = record.text, record.facts
    if link.text and len(link.text) >= WHOLE and len(text) * 2 < len(link.text):
        text, facts = link.text, (*facts, Fact("reading", "text-from-source", f"page has {len(text)} characters", "reading"))
    if link_key(page.url) != link_key(link.url):  # sent on: the same article may come by another way to that address
        facts = (*facts, Fact("reading", "canonical", page.url, "redirect"))
    keywords = record.keywords
    if not keywords and link.keywords:
        keywords = link.keywords[:30]
        facts = (*facts, *(Fact("keyword", word, f"source: {word}", "page") for word in keywords))
    return replace(
        record,
        title=(record.title or link.title or text.split("\n")[0][:UNTITLED])[:MAX_TITLE],
        link=canonical(link.url),
        text=text[:MAX_TEXT],
        keywords=keywords,
        published=_finer(record.published, link.published),
        author=record.author or link.author,
        publisher=record.publisher or link.publisher,
        source=source_name,
        fetched=page.fetched,
        facts=facts,
    )


def _finer(seen: datetime | None, said: datetime | None) -> datetime | None:
    """The time seen; the one said elsewhere where there is none, or only the day and the other knows the hour of that day, anywhere on Earth."""
    if seen is None or said is None:
        return seen or said
    day_only = (seen.hour, seen.minute, seen.second) == (0, 0, 0)
    return said if day_only and abs(said - seen) < ANYWHERE else seen
