"""Reads articles of 虎嗅 (huxiu.com)."""

from datetime import tzinfo

from crawler import layouts
from crawler.record import Link, Page, Record

HOSTS = ("huxiu.com",)
AT = layouts.Keys(title="title", body="content", date="dateline", author="user_info.username")


def read(page: Page, link: Link, zone: tzinfo) -> Record:
    """Articles and briefs; keys as public readers of the site use them. The text is in the page's script, not under its tags."""
    return layouts.read_state(page, link, zone, "虎嗅", AT)
