"""Reads articles of 雷峰网 (leiphone.com)."""

from datetime import tzinfo

from crawler import layouts
from crawler.record import Link, Page, Record

HOSTS = ("leiphone.com",)
AT = layouts.Selectors(title=".headTit", body=".lph-article-comView", date=".time", author=".aut a")


def read(page: Page, link: Link, zone: tzinfo) -> Record:
    """Classes as public readers of the site use them."""
    return layouts.read(page, link, zone, "雷峰网", AT)
