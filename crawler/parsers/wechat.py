"""Reads articles of WeChat's public accounts (mp.weixin.qq.com)."""

from __future__ import annotations

import re
from datetime import tzinfo

from lxml import etree

from crawler.dates import parse_date
from crawler.errors import NotAnArticle, ReadError
from crawler.html import metadata, site_layout, tree
from crawler.html.blocks import lay_out
from crawler.record import Fact, Link, Page, Record
from crawler.url import host_of, link_key

HOSTS = ("mp.weixin.qq.com",)
CREDITS = 6  # lines at either end of the text that may name whose it is
# The page shows no date until a script puts it there; newer layouts have it in an object.
_time = re.compile(r"""(?i)\b(?:ct|(?:ori_)?create_?time) ?[=:] ?["'](\d{10}|20\d\d-\d\d-\d\d \d\d:\d\d(?::\d\d)?)["']""")
_gone = re.compile("该内容已被发布者删除|此内容因违规无法查看|该公众号已迁移|链接已过期")
_AUTHOR = "//*[@id='meta_content']//span[contains(@class, 'rich_media_meta_text') and not(.//a)]"


def read(page: Page, link: Link, zone: tzinfo) -> Record:
    """Ids as in public readers of the platform: activity-name, js_content, js_name. Who wrote what an account only prints is told in its text."""
    root = tree.tree(page.body, page.content_type)
    tags = tree.gather(root)
    layout = lay_out(body) if (body := root.find(".//*[@id='js_content']")) is not None else None
    text = site_layout.cleaned(layout) if layout else ""
    title = _text(root, "//*[@id='activity-name']") or _meta(tags, "og:title")
    if not layout and (gone := _gone.search(" ".join(line.text for line in lay_out(root).lines))):
        raise NotAnArticle("soft-404", gone[0])
    if not layout or not text or not title:
        raise ReadError("no article in the layout of a public account")
    shown = [line.shown for line in layout.lines]
    posted = next(filter(None, (_time.search(script) for _, script in tags.scripts)), None)
    record = Record(
        title=title,
        link=link.url,
        text=text,
        published=parse_date(posted[1], page.fetched, zone) if posted else None,
        author=_meta(tags, "author") or _text(root, _AUTHOR) or None,
        publisher=metadata.source_below((*shown[:CREDITS], *shown[-CREDITS:])) or _text(root, "//*[@id='js_name']") or None,
    )
    # A temporary link (signature=…) opens for some hours; the page knows the lasting one.
    own = _meta(tags, "og:url")
    lasting = host_of(own) == HOSTS[0] and link_key(own).startswith("weixin:")
    return record.with_facts(Fact("reading", "canonical", own, "wechat")) if lasting else record


def _text(root: etree._Element, path: str) -> str:
    """The text of the first element there."""
    return tree.clean(str(root.xpath(f"string({path})")))


def _meta(tags: tree.Tags, name: str) -> str:
    return next(iter(tags.metas.get(name, ())), "")
