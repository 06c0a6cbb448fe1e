"""What of a site could be watched: candidates by small ordered steps. Pure; the caller fetches, and `crawler.discover.scoring` judges.

candidates(page)                      what the page itself tells, surest first
hub(page)                             what a page about feeds names
paths(url), sitemaps(robots)          what to try when that is not enough
scripts(page), asked_for(script)      what the page's own scripts ask for
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import partial
from itertools import islice
from typing import Any

from lxml import etree

from crawler.errors import ReadError, SpiderError
from crawler.html.tree import clean, parse
from crawler.listing.anchors import Anchor, anchors, base_of
from crawler.listing.article_list import article_keys
from crawler.listing.sniff import root_of, text_of
from crawler.listing.titles import text_in
from crawler.record import Page, Source
from crawler.stages import find as finding
from crawler.url import is_web, join, link_key, same_site

MAX_CANDIDATES = 40
COMMON = "a common path"  # why a candidate is tried that nothing names

_FEED_TYPES = frozenset(f"application/{kind}" for kind in "rss+xml atom+xml feed+json rdf+xml xml".split()) | {"text/xml"}
_feed_address = re.compile(r"(?:^|[/._-])(?:rss|feeds?|atom)(?:[/._-]|$)|\.(?:rss|rdf|atom)$|/index\.xml$", re.IGNORECASE)
_feed_word = re.compile(r"\brss\b|\batom\b|\bfeed\b|订阅源", re.IGNORECASE)
_json_address = re.compile(
    r"""["'`]((?:https?:)?//?[\w./:-]{0,120}?(?:\.jsonp?|(?<=/)(?:api|ajax|v[1-9]|lists?|articles|posts|news)/[\w./-]{1,80})"""
    r"""(?:\?[\w=&%.,:-]{0,160})?)["'`]"""
)
_no_json = re.compile(r"\.(?:html?|js|css|png|jpe?g|gif|svg|webp|ico|xml|shtml)(?:\?|$)", re.IGNORECASE)
_library = re.compile(r"jquery|vendor|polyfill|framework|runtime|analytic|stat|bootstrap|swiper|react|vue|webpack|ads?\b", re.I)
_variable = re.compile(r"(?:\bvar\s+|\blet\s+|\bconst\s+|\bwindow\.)([A-Za-z_$][\w$]{1,40})\s*=\s*[\[{]")
_sitemap_line = re.compile(r"^[ \t]*sitemap[ \t]*:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)
_name = re.compile(r"-?[A-Za-z_][\w-]*")
COMMENTS = re.compile(r"comment", re.IGNORECASE)
_word = re.compile(r"[^\W_]{2,}")

# What a system calls itself in <meta name=generator>, and where it puts its feed unless told otherwise, as its manual says.
_SYSTEMS = {
    "wordpress": "feed/", "ghost": "rss/", "hugo": "index.xml", "jekyll": "feed.xml", "hexo": "atom.xml", "discourse": "latest.rss",
    "docusaurus": "blog/rss.xml", "drupal": "rss.xml", "typecho": "feed/", "halo": "rss.xml", "vitepress": "feed.xml", "astro": "rss.xml",
}  # fmt: skip
# Where systems put their feeds and sitemaps, by how often it is right: WordPress, hand-made, Hugo and Jekyll, Ghost, Discourse.
_PATHS = "feed/ feed rss.xml rss feed.xml atom.xml index.xml feed.json rss/ index.rss latest.rss news-sitemap.xml sitemap-news.xml sitemap.xml"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that may be watched: an address, its kind and that kind's options, and why it is thought so."""

    url: str
    kind: str
    why: str
    options: Mapping[str, Any] = field(default_factory=dict)
    label: str = ""  # what the page calls it


def candidates(page: Page, now: datetime, zone: tzinfo) -> tuple[Candidate, ...]:
    """What the page tells, surest first, each once. A page that is a feed, sitemap or JSON is its own only candidate."""
    if root_of(page) not in ("html", "head", "body", "div", "meta"):
        return (Candidate(page.url, "auto", "the address itself"),)
    if (tree := _tree(page)) is None:
        return ()
    root, base = tree
    found: dict[object, Candidate] = {}
    nearness = partial(_nearness, page.url, _title(root))
    own_list, in_scripts = (partial(step, now=now, zone=zone) for step in (_own_list, _scripts))
    for step in (_linked_feeds, _named_feeds, _system, _wordpress, own_list, in_scripts, _json_addresses):
        for candidate in sorted(step(root, base, page), key=nearness, reverse=True):
            found.setdefault((link_key(candidate.url), candidate.kind, *candidate.options.values()), candidate)
    return tuple(islice(found.values(), MAX_CANDIDATES))


def hub(page: Page, asked: str, title: str) -> tuple[Candidate, ...]:
    """The feeds that a page about feeds names, those first that are nearest to the page that was asked about."""
    if (tree := _tree(page)) is None:
        return ()
    once: dict[str, Candidate] = {}
    for step in (_linked_feeds, _named_feeds):
        for each in step(*tree, page):
            once.setdefault(link_key(each.url), each)
    once.pop(link_key(page.url), None)
    return tuple(sorted(once.values(), key=partial(_nearness, asked, title), reverse=True)[:MAX_CANDIDATES])


def title_of(page: Page) -> str:
    """What the page calls itself, or ""."""
    return _title(tree[0]) if (tree := _tree(page)) else ""


def _title(root: etree._Element) -> str:
    return clean(root.findtext(".//title") or "")[:100]


def _tree(page: Page) -> tuple[etree._Element, str] | None:
    """The page, and the address that its links are relative to; None for what is no HTML."""
    with suppress(ReadError):
        root = parse(text_of(page))
        return root, base_of(root, page.url)
    return None


def scripts(page: Page) -> tuple[str, ...]:
    """The addresses of the site's own scripts on the page, those of well-known libraries left out."""
    if (tree := _tree(page)) is None:
        return ()
    root, base = tree
    found = dict.fromkeys(join(base, script.get("src") or "") for script in islice(root.iter("script"), 100) if script.get("src"))
    return tuple(each for each in found if each and same_site(each, page.url) and not _library.search(each.rpartition("/")[2]))


def asked_for(script: Page, base: str) -> tuple[Candidate, ...]:
    """JSON that a script of the page at `base` asks for."""
    return tuple(_json_in(text_of(script), base))[:MAX_CANDIDATES]


def paths(url: str) -> tuple[Candidate, ...]:
    """Addresses that are common for feeds and sitemaps, each below the page's own and below the site's root."""
    root = join(url, "/")
    here = url.partition("?")[0].partition("#")[0]
    here = here if here.endswith("/") else f"{here}/"
    bases = dict.fromkeys(base for base in (here, root) if base)
    tried = dict.fromkeys(join(base, path) for path in _PATHS.split() for base in bases if base == root or "sitemap" not in path)
    return tuple(Candidate(address, "auto", COMMON) for address in tried if address)


def sitemaps(robots: Page) -> tuple[Candidate, ...]:
    """The sitemaps that a robots.txt names; those for news first."""
    text = robots.body[:500_000].decode("utf-8", "replace")
    named = dict.fromkeys(address for found in _sitemap_line.findall(text) if (address := join(robots.url, found)))
    order = sorted(named, key=lambda address: "news" not in address.lower())
    return tuple(Candidate(address, "sitemap", "robots.txt names it") for address in order[:20])


def _linked_feeds(root: etree._Element, base: str, _page: Page) -> Iterator[Candidate]:
    for link in islice(root.iter("link"), 200):
        rel = (link.get("rel") or "").lower().split()
        is_feed = "alternate" in rel and (link.get("type") or "").strip().lower() in _FEED_TYPES
        if is_feed and (address := join(base, link.get("href") or "")):
            yield Candidate(address, "feed", "the page names it as its feed", label=clean(link.get("title") or "")[:100])


def _named_feeds(root: etree._Element, base: str, page: Page) -> Iterator[Candidate]:
    for link in islice(root.iter("a"), 3000):
        address = join(base, link.get("href") or "")
        if address is None or not same_site(address, page.url):
            continue
        says = f"{text_in(link, 100)} {link.get('title') or ''} {link.get('class') or ''}"
        if _feed_address.search(address.partition("://")[2].partition("/")[2]) or _feed_word.search(says):
            yield Candidate(address, "auto", "a link on the page looks like a feed", label=clean(says)[:100])


def _system(root: etree._Element, _base: str, page: Page) -> Iterator[Candidate]:
    for meta in islice(root.iter("meta"), 200):
        system = (meta.get("content") or "").strip().partition(" ")[0].lower()
        path = _SYSTEMS.get(system) if (meta.get("name") or "").lower() == "generator" else None
        here = page.url.partition("?")[0].partition("#")[0].rstrip("/") + "/"
        for base in dict.fromkeys((here, join(page.url, "/"))) if path else ():
            if base and (address := join(base, path or "")):
                yield Candidate(address, "feed", f"{system} puts its feed there")


def _wordpress(root: etree._Element, base: str, _page: Page) -> Iterator[Candidate]:
    for link in islice(root.iter("link"), 200):
        if (link.get("rel") or "").lower() == "https://api.w.org/" and (address := join(base, link.get("href") or "")):
            yield Candidate(f"{address.rstrip('/')}/wp/v2/posts?per_page=20", "api", "WordPress offers its posts as JSON")


def _own_list(root: etree._Element, base: str, page: Page, now: datetime, zone: tzinfo) -> Iterator[Candidate]:
    found = anchors(root, base)
    keys = article_keys(found, page.url, now, zone)
    if not keys:
        return
    css = _selector(root, [anchor for anchor in found.found if anchor.key in keys], keys, base)
    options = {"links": css} if css else {}
    yield Candidate(page.url, "listing", "the page itself lists articles", options)


def _selector(root: etree._Element, chosen: list[Anchor], keys: set[str], base: str) -> str | None:
    """Short CSS from the classes above the links (of title rather than picture) that finds all of them and nothing else."""
    words: Counter[tuple[str, ...]] = Counter()
    for anchor in chosen:
        words[anchor.path] += sum(len(piece.strip()) for piece in islice(anchor.element.itertext("*"), 20))
    parts: list[str] = []
    covered: set[str] = set()
    for path, _ in words.most_common(6):
        for css, found in _selections(root, path, base):
            if found <= keys and not found <= covered:
                parts.append(css)
                covered |= found
                break
        if covered == keys:
            return ", ".join(parts)
    return None


def _selections(root: etree._Element, path: tuple[str, ...], base: str) -> Iterator[tuple[str, set[str]]]:
    """Selectors for a path from short to long, and the keys of the links that each finds."""
    steps = [_css(step) for step in path]
    for first in range(len(steps) - 2, -1, -1):
        css = " > ".join(steps[first:])
        if "." not in css and "." in "".join(steps):
            continue  # without a class it would find other links tomorrow
        yield css, {link_key(address) for link in root.cssselect(css) if (address := join(base, link.get("href") or ""))}


def _css(step: str) -> str:
    tag, *names = step.split(".")
    return ".".join([tag, *(name for name in names if _name.fullmatch(name))])


def _scripts(root: etree._Element, _base: str, page: Page, now: datetime, zone: tzinfo) -> Iterator[Candidate]:
    """JSON in the page's own scripts, where it holds a list of articles."""
    names: list[str] = []
    for script in islice(root.iter("script"), 100):
        names += [script.get("id") or ""] if "json" in (script.get("type") or "") and script.get("id") else []
        names += _variable.findall((script.text or "")[:200_000])[:10]
    for name in islice(dict.fromkeys(names), 20):
        options = {"inside": name}
        try:
            found = finding.find(page, Source("script", page.url, "api", options=options), now, zone)
        except SpiderError:
            continue
        if len(found.links) >= 3:
            yield Candidate(page.url, "api", f"the page's script {name} holds a list", options)


def _json_addresses(root: etree._Element, base: str, _page: Page) -> Iterator[Candidate]:
    for script in islice(root.iter("script"), 100):
        yield from islice(_json_in(script.text or "", base), 10)


def _json_in(script: str, base: str) -> Iterator[Candidate]:
    for path in dict.fromkeys(_json_address.findall(script[:2_000_000])):
        if not _no_json.search(path) and (address := join(base, path)) and is_web(address):
            yield Candidate(address, "api", "a script of the page asks for it")


def _nearness(asked: str, title: str, candidate: Candidate) -> tuple[bool, int]:
    """How near a candidate is to the page that was asked about: words of the address and of the title that both have."""
    words = set(_word.findall(asked.lower().partition("://")[2].partition("/")[2]))
    shared = len(words & set(_word.findall(candidate.url.lower().partition("://")[2].partition("/")[2])))
    pairs = {candidate.label[n : n + 2].lower() for n in range(len(candidate.label) - 1)}
    return not COMMENTS.search(candidate.url), 3 * shared + sum(1 for pair in pairs if pair.strip() and pair in title.lower())
