"""Reads articles of 央视网 (cctv.com) in the layouts of its desktop pages."""

from __future__ import annotations

import re
from datetime import tzinfo
from zoneinfo import ZoneInfo

from crawler.dates import parse_date
from crawler.errors import NotAnArticle, ReadError
from crawler.html.selectors import Soup
from crawler.record import Fact, Link, Page, Record

HOSTS = ("cctv.com", "cctv.cn")
ZONE = ZoneInfo("Asia/Shanghai")  # whatever the configuration says: this broadcaster writes Beijing time
SHELL = 600  # code points; the mobile address answers a frame with less text than this and fetches the article by script
BODY = "#content_area, .content_area, div.cnt_bd, #text_area"
DROP = "script, style, .function_code, .zebian, .tuijian, #searchkeywords, .copyright, h1, .info, .function"
_editors = re.compile(r"编辑\s*[:：]\s*([^\s:：]{2,8})")


def read(page: Page, link: Link, zone: tzinfo) -> Record:  # noqa: ARG001 - the family's signature
    """Selectors as in public readers of the site: .title_area (since 2019) and div.cnt_bd (before)."""
    soup = Soup(page)
    text = soup.body(BODY, DROP)
    if not text and soup.size < SHELL:
        raise NotAnArticle("shell", "the mobile page loads its article by script")
    title = soup.text(".title_area h1") or soup.text("div.cnt_bd h1, div.title h1") or soup.text("h1")
    if not text or not title:
        raise ReadError("no article in any known layout of the site")
    bar = soup.text(".title_area .info1") or soup.text("span.info_time, div.info span.time, div.info, .info i")
    words = soup.texts("#searchkeywords li a") or tuple(soup.meta("keywords").split())
    quote = soup.meta("keywords") or " ".join(words)
    return Record(
        title=title,
        link=link.url,
        text=text,
        keywords=words,
        published=parse_date(bar.rpartition("|")[2].strip() or bar, page.fetched, ZONE),
        author=_author(soup),
        publisher=soup.meta("source") or bar.partition("|")[0].partition("：")[2].strip() or "央视网",
        facts=tuple(Fact("keyword", word, f"meta keywords: {quote}", "page") for word in words),
    )


def _author(soup: Soup) -> str | None:
    """The author's meta tag, unless it names the editor that the foot of the page names."""
    name = soup.meta("author")
    editors = {match[1] for line in soup.texts(".zebian span, .zebian, .cnt_bd ~ p") for match in _editors.finditer(line)}
    return name if name and name not in editors else None
