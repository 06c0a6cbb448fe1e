"""Reads articles of IT之家 (ithome.com)."""

from functools import partial

from crawler.html import site_layout

HOSTS = ("ithome.com",)
# Ids as public readers of the site use them; they name the parts for a search engine and have outlived its designs.
AT = site_layout.Selectors(
    title="h1",
    body="#paragraph",
    date="#pubtime_baidu",
    author="#author_baidu strong, #author_baidu",
    publisher="#source_baidu a, #source_baidu",
    drop=".ad-tips",
)
read = partial(site_layout.read, site="IT之家", at=AT)
