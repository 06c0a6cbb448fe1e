"""What a page says about its article: title, date, author, publisher, keywords, canonical address. All from the one tree."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from lxml import etree

from crawler import html
from crawler.blocks import Page
from crawler.dates import date_in_url, parse_date
from crawler.html import loose
from crawler.url import host_of, is_web, join, same_site

_ARTICLE = re.compile(r"Article|Posting|Report|Review$|NewsMedia$")
_SEPARATOR = re.compile(r"\s*[_|｜丨]+\s*|\s+[-–—·•«»:]+\s+|\s*--+\s*|\s*—{2,}\s*")
_DATE_METAS = (
    "article:published_time datepublished og:article:published_time og:published_time pubdate publishdate publish_date publish-date"
    " publication_date date dc.date dc.date.issued dcterms.created dcterms.date parsely-pub-date sailthru.date article.published"
    " article:publish_time weibo:article:create_at apub:time bt:pubdate firstpublishedtime og:release_date og:pubdate published"
).split()
_BAR_DATE = re.compile(
    r"(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?(?:\s*T?\s*\d{1,2}\s*[:：]\s*\d{2}(?:\s*[:：]\s*\d{2})?)?"
    r"|\b\d{1,2}-\d{1,2}\s+\d{1,2}:\d{2}|\d{1,2}月\d{1,2}日\s*\d{1,2}:\d{2}"
    r"|(?:刚刚|昨天|今天|前天)\s*(?:\d{1,2}:\d{2})?|\d{1,2}\s*(?:分钟|小时|天)前"
    r"|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?\s+\d{1,2},?\s+20\d\d(?:.{0,6}?\d{1,2}:\d{2}\s*(?:[ap]\.?m\.?)?\s*(?:[A-Z]{2,4})?)?"
    r"|\b\d{1,2}\s+(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?,?\s+20\d\d(?:.{0,6}?\d{1,2}:\d{2}\s*(?:[ap]\.?m\.?)?\s*(?:[A-Z]{2,4})?)?"
)
_SCRIPT_DATE = re.compile(
    r"""["']?(?:\bct|pub(?:lish)?_?(?:date|time)|datePublished|create_?time|ptime|pubtime|publishedAt)["']?\s*[:=]\s*["']?([\d][\d\-/: T.+Z]{7,30})""",
    re.I,
)
_SOURCE = re.compile(r"(?:文章|新闻|稿件|信息|本文|内容)?(?:来源|來源|来自|稿源)\s*[:：丨|]?\s*[“\"]?([^\s|，,。；;:：\"”（(]{2,30})")
_BYLINE_ZH = (
    re.compile(r"[（(]\s*(?:[\w\u4e00-\u9fff]{0,8})?(?:记者|通讯员|作者)[:：\s]?\s*([\u4e00-\u9fff·、，,\s]{2,40})[)）]"),
    re.compile(r"(?:采写|撰文|撰稿|作者|文/图|文)\s*[:：/丨|]\s*([\u4e00-\u9fff·、\s]{2,30})"),
    re.compile(r"(?:记者)\s*[:：]?\s*([\u4e00-\u9fff]{2,4}(?:[、\s]+[\u4e00-\u9fff]{2,4}){0,3})(?:\s|$|报道|摄)"),
)
_BY = re.compile(r"^\s*(?:by|written by|words by)[:\s]+(.{3,80})$", re.I)


@dataclass(frozen=True, slots=True)
class Head:
    """What the page's head says, gathered once."""

    metas: dict[str, list[str]]
    articles: list[dict[str, Any]]
    title: str
    url: str

    def first(self, *names: str) -> str | None:
        """The first non-empty content of these meta names."""
        return next((values[0] for name in names if (values := self.metas.get(name))), None)


def read_head(root: etree._Element, url: str) -> Head:
    """Metas, JSON-LD articles and <title> of the page."""
    articles = [thing for thing in html.json_ld(root) if _ARTICLE.search(str(thing.get("@type", "")))]
    title = next((text for element in root.iter("title") if (text := html.clean("".join(element.itertext())))), "")
    return Head(html.metas(root), articles, title, url)


def headline(head: Head, page: Page) -> tuple[str, int]:
    """(title, its line number or -1): the visible line that the page's own metadata repeats, else the metadata's."""
    said = [text for text in (*_said(head),) if text]
    known = [loose(text) for text in said]
    best, where, score = "", -1, 0.0
    for number, line in enumerate(page.lines):
        if line.weight > 400 or line.weight < 6:
            continue
        rank = {"h1": 3.0, "h2": 1.5}.get(line.tag, 1.0)
        if rank == 1.0 and number > 400:
            continue
        mine = loose(line.text)
        if len(mine) < 4:
            continue
        fit = max((len(mine) / len(k) for k in known if k and (mine in k)), default=0.0)
        if fit > 0.35 and (points := fit + (0.3 if rank == 3.0 else 0.1 if rank == 1.5 else 0)) > score:
            best, where, score = line.text, number, points
    if best:
        return best, where
    if said:
        return strip_site(said[0], head), -1
    return next(((line.text, n) for n, line in enumerate(page.lines) if line.tag == "h1"), ("", -1))


def _said(head: Head) -> Iterator[str]:
    for article in head.articles:
        if isinstance(name := article.get("headline") or article.get("name"), str):
            yield html.plain(name)
    for key in ("og:title", "twitter:title", "title", "articletitle"):
        yield from head.metas.get(key, ())
    yield head.title


def strip_site(title: str, head: Head) -> str:
    """A title without the site's name at its end."""
    parts = _SEPARATOR.split(title)
    if len(parts) == 1:
        return title
    longest = max(parts, key=len)
    if len(longest) * 2 < len(title) and parts[0] != longest:
        longest = parts[0]
    return longest or title


def published(head: Head, root: etree._Element, bar: Iterable[str], now: datetime, zone: tzinfo) -> datetime | None:
    """When the article appeared: JSON-LD, meta, the bar under the headline, scripts, the address."""
    said: datetime | None = None
    for text in _dates_said(head, root):
        said = parse_date(text, now, zone)
        if said:
            break
    seen = next((at for text in bar if (at := _date_in(text, now, zone))), None)
    if said and seen:
        local = said.astimezone(zone)
        if (local.hour, local.minute) == (0, 0) and seen.date() == local.date():
            return seen
        return said
    found = said or seen
    if found:
        return found
    for element in root.iter("script"):
        if element.text and len(element.text) < 500_000 and (match := _SCRIPT_DATE.search(element.text)):
            at = parse_date(match[1], now, zone)
            if at:
                return at
    return date_in_url(head.url, zone)


def _dates_said(head: Head, root: etree._Element) -> Iterator[str]:
    for article in head.articles:
        for key in ("datePublished", "dateCreated"):
            if isinstance(text := article.get(key), str):
                yield text
    for key in _DATE_METAS:
        yield from head.metas.get(key, ())
    for element in root.iter("time"):
        if text := element.get("datetime"):
            yield text


def _date_in(text: str, now: datetime, zone: tzinfo) -> datetime | None:
    match = _BAR_DATE.search(text)
    return parse_date(match[0], now, zone) if match else None


def authors(head: Head, bar: Iterable[str], lines: Iterable[str]) -> tuple[str, ...]:
    """The people who wrote it."""
    names: list[str] = []
    for article in head.articles:
        names.extend(_people(article.get("author")))
    if not names:
        for text in (*bar, *list(lines)[:3], *list(lines)[-3:]):
            for pattern in _BYLINE_ZH:
                if match := pattern.search(text):
                    names = [n for n in re.split(r"[、，,\s]+", match[1]) if 2 <= len(n) <= 4]
                    break
            if match := _BY.match(text):
                names = re.split(r",\s*|\s+and\s+", match[1])
            if names:
                break
    if not names:
        names = [name for name in head.metas.get("author", ()) if not is_web(name)]
    return tuple(dict.fromkeys(n.strip() for n in names if n.strip()))[:8]


def _people(author: Any) -> Iterator[str]:
    if isinstance(author, list):
        for one in author[:20]:
            yield from _people(one)
    elif isinstance(author, dict):
        if author.get("@type") != "Organization" and isinstance(name := author.get("name"), str | list):
            yield from _people(name)
    elif isinstance(author, str) and not is_web(author):
        yield html.clean(author)


def publisher(head: Head, bar: Iterable[str]) -> str | None:
    """Who it is from: 来源 in the bar, meta, JSON-LD, site name."""
    for text in bar:
        if match := _SOURCE.search(text):
            return match[1]
    if name := head.first("source", "mediaid", "article:publisher_name", "contentsource"):
        return name
    for article in head.articles:
        owner = article.get("publisher")
        if isinstance(owner, dict) and isinstance(name := owner.get("name"), str) and name:
            return html.clean(name)
    return head.first("og:site_name", "application-name")


def keywords(head: Head) -> tuple[str, ...]:
    """The page's own keywords, ≤ 8."""
    text = next(iter(head.metas.get("keywords", []) or head.metas.get("news_keywords", [])), "")
    parts = re.split(r"\s*[,，;；、|]\s*", text)
    if len(parts) == 1 and not text.isascii():
        parts = text.split()
    return tuple(dict.fromkeys(p.strip() for p in parts if 1 < len(p.strip()) <= 40))[:8]


def canonical_hint(root: etree._Element, url: str) -> str | None:
    """The address the page names as its own, when it is of the same site and still names an article."""
    for element in root.iter("link", "meta"):
        says = element.get("href") if element.get("rel") == "canonical" else None
        if element.get("property") == "og:url":
            says = element.get("content")
        address = join(url, says) if says else None
        if address and is_web(address) and address != url and same_site(address, url) and _names_article(address, url):
            return address
    return None


def _names_article(address: str, url: str) -> bool:
    """Still carries the article's id: a word of the address that has a digit or is long."""
    if not host_of(address):
        return False
    ids = {w for w in re.findall(r"[\w-]{6,}", url.split("//", 1)[-1].partition("/")[2]) if any(c.isdigit() for c in w) or len(w) > 15}
    return any(word in address for word in ids)
