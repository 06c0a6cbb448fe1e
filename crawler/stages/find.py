"""FIND: a page of a source → Found, by the spider of its kind, or by the first that recognises the answer."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, tzinfo
from functools import cache, lru_cache
from typing import Any

import re2

from crawler import plugins
from crawler.errors import OptionError, SpiderError, UnknownKind
from crawler.html.tree import loose
from crawler.listing import newest
from crawler.listing.sniff import head_of, is_binary, root_of
from crawler.plugins import Component
from crawler.record import MAX_LINKS, Found, Link, Page, Source
from crawler.url import canonical, fragment_of, link_key, same_site

_unsound = re.compile("[\\x00\\ud800-\\udfff]")
# Why in this order: a feed says most about its articles; a sitemap is as clear; JSON may be either's relative; a page is what is
# left, and almost any HTML could be one. A kind of the user's own is asked before all of them: it was written for something.
ORDER = ("feed", "sitemap", "api", "listing")


def find(page: Page, source: Source, now: datetime, zone: tzinfo) -> Found:
    """What this answer of the source holds: at most MAX_LINKS links, each once, those that `match` finds.

    Raises SpiderError when it is not what the source's kind reads, and UnknownKind when no kind reads it.
    """
    if source.kind != "auto":
        spider = spiders().get(source.kind)
        if spider is None:
            raise SpiderError(f"there is no kind {source.kind!r}; there are {', '.join(('auto', *spiders()))}")
        return _tidy(spider.find(page, source, now, zone), source)
    return _tidy(_by_answer(page, source, now, zone), source)


@cache
def spiders() -> Mapping[str, Component]:
    """All kinds in the order in which they are asked."""
    family = plugins.family("crawler.spiders", "find")
    own = [name for name in family if name not in ORDER]
    return {name: family[name] for name in (*own, *ORDER)}


def _by_answer(page: Page, source: Source, now: datetime, zone: tzinfo) -> Found:
    if not page.body.strip() or is_binary(page):
        raise UnknownKind(f"{_describe(page)}; {_cure(page)}")
    able = [spider for spider in spiders().values() if set(source.options) <= set(spider.options.model_fields)]
    if not able:
        raise SpiderError(f"no kind takes the options {', '.join(source.options)} together; name the source's kind")
    for spider in able:
        # Options that only one kind takes name it, whatever the answer looks like.
        if (source.options and len(able) == 1) or spider.recognizes(page):
            try:
                answer: Any = spider.find(page, source, now, zone)
                if not isinstance(answer, Found):
                    raise SpiderError(f"its spider answered with {type(answer).__name__}, not with Found")
                return answer
            except SpiderError as error:
                raise UnknownKind(f"{_describe(page)}, read as {spider.name}: {error}") from error
    raise UnknownKind(f"{_describe(page)}: neither a feed, a sitemap, JSON nor a page with a list; {_cure(page)}")


def _tidy(found: Found, source: Source) -> Found:
    notes = list(found.notes)
    kept = [link for link in found.links if source.match is None or _fits(link.url, source.match)]
    if found.links and not kept:
        notes.append(f"none of {len(found.links)} links fits match: {source.match}")
    once = _once(_entries(kept))
    if len(once) > MAX_LINKS:
        notes.append(f"{len(once)} links: the newest {MAX_LINKS} are taken")
    links = tuple(once[place] for place in newest.kept([link.published for link in once], MAX_LINKS))
    last = newest.last_of(links)
    return replace(found, links=links, newest=last if source.match else found.newest or last, notes=tuple(notes))


def _fits(url: str, match: str) -> bool:
    """True when `match` is found in the address as it came, or without its tracking parameters (so that a $ can be meant)."""
    pattern = _matcher(match)
    return pattern.search(url) is not None or pattern.search(canonical(url)) is not None


def _entries(links: list[Link]) -> list[Link]:
    """The links with what tells articles apart that stand on one page (changelogs, status pages, release notes): the fragment, the
    source's own name for it (guid), or the title. A guid that several articles of an answer bear names none of them.

    Only what says something of its article beside the title is an entry: a list links the same article by its picture and its title.
    """
    bearers = Counter(link.guid for link in links if link.guid)
    links = [replace(link, guid=None) if link.guid and bearers[link.guid] > 1 else link for link in links]
    links = _by_own_names(links)
    pages: dict[str, list[Link]] = {}
    for link in links:
        pages.setdefault(link_key(link.url), []).append(link)
    named = {id(link): entry for page in pages.values() if len(page) > 1 or len(links) == 1 for link, entry in _apart(page)}
    return [replace(link, entry=named[id(link)]) if id(link) in named else link for link in links]


def _by_own_names(links: list[Link]) -> list[Link]:
    """The links; articles of several titles that share one address (the home page) are at what each is named by, an address of its site."""
    keys = [link_key(link.url) for link in links]
    bearers = Counter(keys)
    if len(bearers) == len(links):
        return links
    told = [(key, loose(link.title or "")) for key, link in zip(keys, links, strict=True)]
    alike = Counter(told)
    names = Counter(link_key(link.guid) for link in links if link.guid)

    def at(link: Link, told: tuple[str, str]) -> Link:
        name, apart = link.guid or "", bearers[told[0]] > 1 and alike[told] == 1
        return replace(link, url=name) if apart and same_site(name, link.url) and names[link_key(name)] == 1 else link

    return list(map(at, links, told))


def _apart(page: list[Link]) -> Iterator[tuple[Link, str]]:
    """Each entry of one page and what tells it from the others; nothing where it is one article, listed more than once."""
    told = [link for link in page if link.guid or link.summary or link.text]
    if len(page) == 1 and told:  # all that this answer holds
        yield from ((link, place) for link in told if (place := fragment_of(link.url)))
    if len({(link.title, link.summary, link.text) for link in told}) < 2:
        return
    for name in (lambda link: fragment_of(link.url), lambda link: link.guid, lambda link: loose(link.title or "")):
        names = [name(link) for link in told]
        if all(names) and len(set(names)) > 1:
            yield from zip(told, names, strict=True)
            return
    if len({link.published for link in told}) == len(told):
        yield from ((link, f"{link.published:%Y%m%d%H%M%S}") for link in told if link.published)


def _once(links: list[Link]) -> list[Link]:
    """Each article once, where it stood first; of two the one with a title."""
    by_key: dict[str, Link] = {}
    for link in links:
        key = link_key(link.url, link.entry)
        known = by_key.get(key)
        if known is None or (link.title and not known.title):
            by_key[key] = _sound(link)
    return list(by_key.values())


def _sound(link: Link) -> Link:
    """The link without half characters and NUL, which JSON can spell and neither a file nor a database takes."""
    fields = ("url", "title", "summary", "text", "author", "publisher", "guid", "entry")
    said = ((name, getattr(link, name)) for name in fields)
    broken: dict[str, Any] = {name: _unsound.sub("", value) for name, value in said if value and _unsound.search(value)}
    keywords = tuple(_unsound.sub("", word) for word in link.keywords)
    return replace(link, **broken, keywords=keywords) if broken or keywords != link.keywords else link


@lru_cache(256)
def _matcher(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        raise OptionError(f"match: no regular expression: {pattern!r}: {error}") from error


def _describe(page: Page) -> str:
    """What the answer was, as a person would say it."""
    if not page.body.strip():
        return "the answer is empty"
    if is_binary(page):
        return f"the answer is binary ({page.content_type or 'no type given'}, {len(page.body)} bytes)"
    root = root_of(page)
    if root in ("html", "head", "body"):
        return "the answer is an HTML page"
    if root:
        return f"the answer is markup with the root <{root}>"
    return f"the answer is text that begins with {head_of(page).strip()[:40]!r}"


def _cure(page: Page) -> str:
    if not page.body.strip():
        return "check the address in a browser; some sites answer so to programs they refuse"
    if is_binary(page):
        return "give the address of the page that links to it"
    return "check that the address is a list, not an article or a login page"
