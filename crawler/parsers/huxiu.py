"""Reads articles of 虎嗅 (huxiu.com)."""

from datetime import tzinfo

from crawler.html import site_layout
from crawler.record import Link, Page, Record

HOSTS = ("huxiu.com",)
AT = site_layout.Keys(title="title", body="content", date="dateline", author="user_info.username")


def read(page: Page, link: Link, zone: tzinfo) -> Record:
    """Articles and briefs; keys as public readers of the site use them. The text is in the page's script, not under its tags."""
    return site_layout.read_state(page, link, zone, "虎嗅", AT)
