"""Where a list goes on: asked for only where a poll may have missed something."""

from datetime import UTC, datetime

import pytest

from crawler.record import Page, Source
from crawler.stages.find import find

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
ITEM = "<item><title>t</title><link>https://a.example/1</link></item>"
RSS = "<rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom'><channel><title>A</title>{}{}</channel></rss>"
NEXT = "<atom:link rel='next' href='/feed?page=2'/>"
WORDPRESS = "<generator>https://wordpress.org/?v=6.7</generator>"
JSON = '{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "https://a.example/1", "title": "t"}], "next_url": "/p2.json"}'
ROWS = "".join(f"<li><a href='/news/2026/{n}.html'>江湾市第{n}条人工智能新闻的标题很长</a></li>" for n in range(12))
LIST = "<html><head><title>A</title></head><body><ul>" + ROWS + "</ul>{}</body></html>"
CASES = [
    ("RFC 5005", "https://a.example/feed", RSS.format(NEXT, ITEM), "https://a.example/feed?page=2"),
    ("WordPress", "https://a.example/feed/?x=1", RSS.format(WORDPRESS, ITEM), "https://a.example/feed/?x=1&paged=2"),
    (
        "WordPress, its second page",
        "https://a.example/feed/?paged=2",
        RSS.format(WORDPRESS, ITEM),
        "https://a.example/feed/?paged=3",
    ),
    ("a feed without", "https://a.example/feed", RSS.format("", ITEM), None),
    ("a JSON feed", "https://a.example/feed.json", JSON, "https://a.example/p2.json"),
    ("rel=next", "https://a.example/list/", LIST.format("<a rel='next' href='p2.html'>›</a>"), "https://a.example/list/p2.html"),
    ("下一页", "https://a.example/list/", LIST.format("<a href='?p=2'>下一页 &gt;</a>"), "https://a.example/list/?p=2"),
    ("a button of a script", "https://a.example/list/", LIST.format("<a href='javascript:go(2)'>下一页</a>"), None),
    ("a page that leads to itself", "https://a.example/list/", LIST.format("<a href='#'>下一页</a>"), None),
]


@pytest.mark.parametrize(("url", "body", "older"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_the_next_page_is_known_where_the_list_names_it(url: str, body: str, older: str | None) -> None:
    found = find(Page(url, body.encode(), NOW), Source("a", url), NOW, UTC)
    assert found.links
    assert found.older == ((older,) if older else ())
