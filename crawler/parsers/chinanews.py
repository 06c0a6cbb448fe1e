"""Reads articles of 中国新闻网 (chinanews.com.cn)."""

from dataclasses import replace
from datetime import tzinfo

from crawler.html import bylines, site_layout
from crawler.record import Link, Page, Record

HOSTS = ("chinanews.com.cn", "chinanews.com")
AT = site_layout.Selectors(
    title="h1.content_left_title, h1",
    body="div.left_zw, div.content_desc, div.t3",
    date=".content_left_time, div.left-t",
    publisher="a.source",
    drop=".adInContent, .adEditor",
)


def read(page: Page, link: Link, zone: tzinfo) -> Record:
    """Classes as public readers of the site use them; the three bodies are its text, video and photo pages."""
    record = site_layout.read(page, link, zone, "中国新闻网", AT)
    lines = record.text.split("\n")
    return replace(record, author=", ".join(bylines.chinese([*lines[:2], *lines[-2:]])) or None)
