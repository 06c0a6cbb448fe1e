"""Reads articles of 量子位 (qbitai.com)."""

from functools import partial

from crawler.html import site_layout

HOSTS = ("qbitai.com",)
# A WordPress theme; classes as public readers of the site use them.
AT = site_layout.Selectors(
    title=".article h1, h1",
    body=".article",
    date=".article_info",
    author=".article_info .author",
    drop="h1, .article_info, .zhaiyao, .tags, .share, .share_pc, .xiangguan, .person_box",
)
read = partial(site_layout.read, site="量子位", at=AT)
