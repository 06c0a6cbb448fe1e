"""Reads articles of 新浪 (sina.com.cn)."""

from datetime import tzinfo

from crawler.html import site_layout
from crawler.record import Link, Page, Record

HOSTS = ("sina.com.cn",)
AT = site_layout.Selectors(
    title="h1.main-title, h1",
    body="#artibody, #article, div.article",
    date=".date-source .date, #pub_date, .date",
    author=".show_author_name, .date-source .author",
    publisher=".date-source .source, .source",
    drop=".show_author, .article-bottom, .ct_hqimg, .img_descr, #ad_44086, .appendQr_wrap",
)


def read(page: Page, link: Link, zone: tzinfo) -> Record:
    """Ids and classes as public readers of the site use them."""
    return site_layout.read(page, link, zone, "新浪网", AT)
