"""Reads articles of IT之家 (ithome.com)."""

from datetime import tzinfo

from crawler.html import site_layout
from crawler.record import Link, Page, Record

HOSTS = ("ithome.com",)
AT = site_layout.Selectors(
    title="h1",
    body="#paragraph",
    date="#pubtime_baidu",
    author="#author_baidu strong, #author_baidu",
    publisher="#source_baidu a, #source_baidu",
    drop=".ad-tips",
)


def read(page: Page, link: Link, zone: tzinfo) -> Record:
    """Ids as public readers of the site use them; they name the parts for a search engine and have outlived its designs."""
    return site_layout.read(page, link, zone, "IT之家", AT)
