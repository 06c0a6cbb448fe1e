"""Reads articles of 新华网 (news.cn, xinhuanet.com)."""

from dataclasses import replace
from datetime import tzinfo

from crawler.html import bylines, site_layout
from crawler.record import Link, Page, Record

HOSTS = ("news.cn", "xinhuanet.com")
AT = site_layout.Selectors(
    title=".head-line h1, h1",
    body="#detailContent, #detail-content, #detail",
    date=".header-time, .header-time-pc",
    publisher=".header .source, .source",
    drop=".editor, .tiyi1, .ad_right",
)


def read(page: Page, link: Link, zone: tzinfo) -> Record:
    """Ids as public readers of the site use them. The reporters stand in the first paragraph: 新华社…电（记者…）."""
    record = site_layout.read(page, link, zone, "新华网", AT)
    return replace(record, author=", ".join(bylines.chinese(record.text.split("\n")[:2])) or None)
