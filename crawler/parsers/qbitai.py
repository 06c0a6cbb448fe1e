"""Reads articles of 量子位 (qbitai.com)."""

from datetime import tzinfo

from crawler.html import site_layout
from crawler.record import Link, Page, Record

HOSTS = ("qbitai.com",)
AT = site_layout.Selectors(
    title=".article h1, h1",
    body=".article",
    date=".article_info",
    author=".article_info .author",
    drop="h1, .article_info, .zhaiyao, .tags, .share, .share_pc, .xiangguan, .person_box",
)


def read(page: Page, link: Link, zone: tzinfo) -> Record:
    """A WordPress theme; classes as public readers of the site use them."""
    return site_layout.read(page, link, zone, "量子位", AT)
