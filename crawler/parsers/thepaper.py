"""Reads articles of 澎湃新闻 (thepaper.cn)."""

from datetime import tzinfo

from crawler.html import site_layout
from crawler.record import Link, Page, Record

HOSTS = ("thepaper.cn",)
AT = site_layout.Keys(title="name", body="content", date="pubTime", author="author")


def read(page: Page, link: Link, zone: tzinfo) -> Record:
    """A page of Next.js; keys of its contentDetail as public readers of the site use them."""
    return site_layout.read_state(page, link, zone, "澎湃新闻", AT)
