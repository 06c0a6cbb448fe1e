"""Reads articles of 雷峰网 (leiphone.com)."""

from functools import partial

from crawler.html import site_layout

HOSTS = ("leiphone.com",)
# Classes as public readers of the site use them.
AT = site_layout.Selectors(".headTit", ".lph-article-comView", date=".time", author=".aut a")
read = partial(site_layout.read, site="雷峰网", at=AT)
