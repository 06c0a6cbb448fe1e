"""Reads articles of 36氪 (36kr.com)."""

from datetime import tzinfo

from crawler.html import site_layout
from crawler.record import Link, Page, Record

HOSTS = ("36kr.com",)
AT = site_layout.Keys(title="widgetTitle", body="widgetContent", date="publishTime", author="author")


def read(page: Page, link: Link, zone: tzinfo) -> Record:
    """Keys of the page's state as public readers of the site use them. Where the state is encrypted, generic reads what is shown."""
    return site_layout.read_state(page, link, zone, "36氪", AT)
