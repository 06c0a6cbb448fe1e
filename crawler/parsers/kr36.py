"""Reads articles of 36氪 (36kr.com)."""

from functools import partial

from crawler.html.site_layout import Keys, read_state

HOSTS = ("36kr.com",)
# Keys of the page's state as public readers of the site use them. Where the state is encrypted, generic reads what is shown.
read = partial(read_state, site="36氪", at=Keys("widgetTitle", "widgetContent", date="publishTime", author="author"))
