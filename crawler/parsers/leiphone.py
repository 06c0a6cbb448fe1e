"""Reads articles of 雷峰网 (leiphone.com)."""

from datetime import tzinfo

from crawler.html import site_layout
from crawler.record import Link, Page, Record

HOSTS = ("leiphone.com",)
AT = site_layout.Selectors(title=".headTit", body=".lph-article-comView", date=".time", author=".aut a")


def read(page: Page, link: Link, zone: tzinfo) -> Record:
    """Classes as public readers of the site use them."""
    return site_layout.read(page, link, zone, "雷峰网", AT)
