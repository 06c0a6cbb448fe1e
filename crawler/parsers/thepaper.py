"""Reads articles of 澎湃新闻 (thepaper.cn)."""

from functools import partial

from crawler.html.site_layout import Keys, read_state

HOSTS = ("thepaper.cn",)
# A page of Next.js; keys of its contentDetail as public readers of the site use them.
read = partial(read_state, site="澎湃新闻", at=Keys("name", "content", date="pubTime", author="author"))
