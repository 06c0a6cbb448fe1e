"""Reads articles of WeChat's public accounts (mp.weixin.qq.com)."""

from __future__ import annotations

import re
from datetime import tzinfo

from crawler.dates import parse_date
from crawler.errors import NotAnArticle, ReadError
from crawler.html.selectors import Soup
from crawler.html.tree import decode
from crawler.record import Fact, Link, Page, Record
from crawler.url import host_of, link_key

HOSTS = ("mp.weixin.qq.com",)
# The page shows no date until a script puts it there; newer layouts have it in an object.
_time = re.compile(r"""(?i)\b(?:ct|(?:ori_)?create_?time) ?[=:] ?["'](\d{10}|20\d\d-\d\d-\d\d \d\d:\d\d(?::\d\d)?)["']""")
_gone = re.compile("该内容已被发布者删除|此内容因违规无法查看|该公众号已迁移|链接已过期")


def read(page: Page, link: Link, zone: tzinfo) -> Record:
    """Ids as in public readers of the platform: activity-name, js_content, js_name."""
    soup = Soup(page)
    text = soup.body("#js_content", drop="script, style")
    title = soup.text("#activity-name") or soup.meta("og:title")
    if not text and (gone := _gone.search(soup.text("body"))):
        raise NotAnArticle("soft-404", gone[0])
    if not text or not title:
        raise ReadError("no article in the layout of a public account")
    posted = _time.search(decode(page.body, page.content_type))
    record = Record(
        title=title,
        link=link.url,
        text=text,
        published=parse_date(posted[1], page.fetched, zone) if posted else None,
        author=soup.meta("author") or soup.text("#meta_content .rich_media_meta_text:not(#publish_time)") or None,
        publisher=soup.text("#js_name") or None,
    )
    # A temporary link (signature=…) opens for some hours; the page knows the lasting one.
    own = soup.meta("og:url")
    lasting = host_of(own) == HOSTS[0] and link_key(own).startswith("weixin:")
    return record.with_facts(Fact("reading", "canonical", own, "wechat")) if lasting else record
