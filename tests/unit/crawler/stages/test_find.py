"""Which spider reads an answer, and what becomes of its links."""

import pickle
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.errors import OptionError, SpiderError, UnknownKind
from crawler.record import Found, Page, Source
from crawler.stages import find as finding

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
URL = "https://paper.example/x"

FEED = "<rss version='2.0'><channel>{}</channel></rss>".format(
    "".join(f"<item><title>t{n}</title><link>/2026/{n}?utm_source=rss</link></item>" for n in range(3))
)
SITEMAP = (
    "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>https://paper.example/2026/1</loc></url></urlset>"
)
JSON = '{"data": [{"title": "江湾发布新规", "url": "/2026/1.html"}]}'
ROWS = "".join(f"<li><a href='/2026/11/2{n}.html'>江湾发布人工智能新规{n}</a> 2026-11-2{n}</li>" for n in range(4))
PAGE = f"<!DOCTYPE html><html><body><ul>{ROWS}</ul></body></html>"


def find(
    body: str | bytes, content_type: str = "text/html", match: str | None = None, kind: str = "auto", **options: Any
) -> Found:
    raw = body.encode() if isinstance(body, str) else body
    return finding.find(Page(URL, raw, NOW, content_type), Source("s", URL, kind, match=match, options=options), NOW, SHANGHAI)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (FEED, "feed"),
        (SITEMAP, "sitemap"),
        (JSON, "api"),
        (f"cb({JSON})", "api"),
        (PAGE, "listing"),
        (f"{URL}/1\n{URL}/2\n", "sitemap"),
    ],
)
def test_the_kind_is_told_from_the_answer_whatever_its_type_says(body: str, kind: str) -> None:
    for content_type in ("text/html", "application/octet-stream", ""):
        assert find(body, content_type).kind == kind


@pytest.mark.parametrize(
    ("body", "content_type", "says"),
    [
        ("", "text/html", "empty.*check the address in a browser"),
        (b"%PDF-1.7\x00\x01\x02", "application/pdf", "binary .*pdf.*the page that links to it"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "image/png", "binary"),
        ("hello world", "text/plain", "begins with 'hello world'"),
        ("<kml><x/></kml>", "text/xml", "root <kml>"),
        ("<html><body><div id='app'></div></body></html>", "text/html", "HTML page, read as listing: no list of articles"),
        ('{"code": 1, "msg": "no"}', "application/json", "read as api: .*it says 'no'"),
    ],
)
def test_an_unknown_answer_is_named_with_a_cure(body: str | bytes, content_type: str, says: str) -> None:
    with pytest.raises(UnknownKind, match=says):
        find(body, content_type)


def test_a_named_kind_is_not_second_guessed() -> None:
    with pytest.raises(SpiderError, match="no feed"):
        find(PAGE, kind="feed")
    with pytest.raises(SpiderError, match="no kind 'feeds'; there are auto, "):
        find(PAGE, kind="feeds")


def test_options_that_only_one_kind_takes_name_it() -> None:
    assert find(PAGE, links="li a").kind == "listing"
    assert find(f"<html><script>var list = {JSON};</script></html>", inside="list").kind == "api"
    with pytest.raises(UnknownKind, match="read as listing"):
        find(FEED, links="div.gone a")
    with pytest.raises(SpiderError, match="no kind takes the options"):
        find(PAGE, links="a", items="b")


def test_match_keeps_what_it_finds_in_the_address() -> None:
    assert [link.title for link in find(FEED, match=r"/2026/[12]").links] == ["t1", "t2"]
    assert [link.title for link in find(FEED, match=r"/2026/0$").links] == ["t0"]
    nothing = find(FEED, match="/nothing/")
    assert nothing.links == ()
    assert "none of 3 links" in nothing.notes[0]
    with pytest.raises(OptionError, match="no regular expression"):
        find(FEED, match="(")


def test_each_article_comes_once_and_not_without_bound() -> None:
    twice = "".join(
        f"<item>{t}<link>/a/{n % 1500}?utm_campaign={n}</link></item>" for n, t in enumerate(["", "<title>t</title>"] * 950)
    )
    found = find(f"<rss version='2.0'><channel>{twice}</channel></rss>")
    assert len(found.links) == 1500
    many = find("[" + ",".join(f'{{"title": "x", "url": "/{n}"}}' for n in range(2500)) + "]")
    assert len(many.links) == finding.MAX_LINKS


def test_half_characters_do_not_get_further() -> None:
    (link,) = find(r'[{"title": "a\ud800b\u0000c", "url": "/1\udfff", "keywords": ["x\ud801"]}]').links
    assert (link.title, link.url, link.keywords) == ("abc", "https://paper.example/1", ("x",))


def test_own_kinds_are_asked_first_and_the_page_last() -> None:
    assert tuple(finding.spiders())[-4:] == ("feed", "sitemap", "api", "listing")


@pytest.mark.parametrize("body", [FEED, SITEMAP, JSON, PAGE])
def test_what_was_found_travels_between_processes(body: str) -> None:
    found = find(body)
    assert pickle.loads(pickle.dumps(found)) == found
    assert all(type(link.url) is str and type(link.title) in (str, type(None)) for link in found.links)


@given(st.binary(max_size=300), st.sampled_from(["text/html", "text/xml; charset=gbk", "application/json", ""]))
def test_any_bytes_give_links_or_a_spider_error(body: bytes, content_type: str) -> None:
    try:
        assert isinstance(find(body, content_type), Found)
    except SpiderError:
        pass


def _feed(*items: tuple[str, str, str, str]) -> Found:
    body = "".join(
        f"<item><title>{title}</title><link>{url}</link>" + (f"<guid isPermaLink='false'>{guid}</guid>" if guid else "")
        + f"<description>{text}</description></item>" for title, url, guid, text in items
    )  # fmt: skip
    page = Page(
        "https://x.example/feed", f"<rss version='2.0'><channel><title>x</title>{body}</channel></rss>".encode(), NOW, "text/xml"
    )
    return finding.find(page, Source("s", page.url, "feed"), NOW, UTC)


def test_items_that_share_the_home_page_are_at_the_addresses_they_are_named_by() -> None:
    home, other = "https://x.example/", "https://y.example/n"
    found = _feed(*((f"甲{n}", home, f"https://x.example/{n}.html", "a") for n in (1, 2)), ("乙", home, other, "b"))
    assert [link.url for link in found.links] == ["https://x.example/1.html", "https://x.example/2.html", home]
    twice = _feed(*(("甲", f"{home}1.html", f"https://x.example/?p={n}", "a") for n in (1, 2)))
    assert [link.url for link in twice.links] == [f"{home}1.html"]


LOG = "https://x.example/log"


@pytest.mark.parametrize(
    ("items", "entries"),
    [
        ([("甲", f"{LOG}#v2", "", "a"), ("乙", f"{LOG}#v1", "", "b")], ["v2", "v1"]),
        ([("甲", LOG, "n2", "a"), ("乙", LOG, "n1", "b")], ["n2", "n1"]),
        ([("甲", LOG, "", "a"), ("乙", LOG, "", "b")], ["甲", "乙"]),
        ([("甲", LOG, f"{LOG}#v2", "a"), ("乙", LOG, f"{LOG}#v1", "b")], [f"{LOG}#v2", f"{LOG}#v1"]),
        ([("甲", LOG, "same", "a"), ("乙", LOG, "same", "b")], ["甲", "乙"]),
        ([("甲", f"{LOG}#v1", "", "a")], ["v1"]),
        ([("甲", f"{LOG}#rss", "", "a")], [None]),
        ([("甲", LOG, "n2", "a"), ("甲", LOG, "n1", "a")], [None]),
        ([("甲", f"{LOG}#p1", "", "a"), ("乙", "https://x.example/2#p1", "", "b")], [None, None]),
        ([("甲", "https://x.example/1", "n1", "a"), ("乙", "https://x.example/2", "n2", "b")], [None, None]),
    ],
    ids=["fragments", "names", "titles", "names that are places of it", "one name for all", "one alone", "a fragment that tracks", "one article in two places",
         "pages of their own, one fragment", "pages of their own"],
)  # fmt: skip
def test_entries_of_one_page_are_told_apart(items: list[tuple[str, str, str, str]], entries: list[str | None]) -> None:
    assert [link.entry for link in _feed(*items).links] == entries
