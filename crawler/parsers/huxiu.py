"""Reads articles of 虎嗅 (huxiu.com)."""

from functools import partial

from crawler.html.site_layout import Keys, read_state

HOSTS = ("huxiu.com",)
# Articles and briefs; keys as public readers of the site use them. The text is in the page's script, not under its tags.
read = partial(read_state, site="虎嗅", at=Keys("title", "content", date="dateline", author="user_info.username"))
