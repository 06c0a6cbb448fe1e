"""Which parser reads a page, what becomes of one that lost its layout, and what the source's own word is worth."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from crawler.errors import NotAnArticle, ReadError
from crawler.html.selectors import MAX_TAGS
from crawler.record import Link, Page
from crawler.stages import read as reading

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
TEXT = "江湾市智算中心计划年内采购两千张推理芯片，用于政务问答、病历质控和工业质检三类应用。"
ARTICLE = f"<title>智算中心启用_江湾网</title><h1>智算中心启用</h1><div><p>{TEXT}</p><p>{TEXT[::-1]}</p></div>"


def _read(body: str, link: Link, source: str | None = "desk"):
    return reading.read(Page(link.url, body.encode(), NOW, "text/html; charset=utf-8"), link, source, ZONE)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://news.cctv.com/2026/11/23/ARTI1.shtml", "cctv"),
        ("https://m.news.cctv.com/", "cctv"),
        ("https://notcctv.com/", "generic"),
        ("https://mp.weixin.qq.com/s/abc", "wechat"),
        ("https://www.ithome.com/0/812/345.htm", "ithome"),
        ("https://www.leiphone.com/category/ai/Ab3dE5.html", "leiphone"),
        ("https://www.qbitai.com/2026/11/351234.html", "qbitai"),
        ("https://www.news.cn/tech/20261123/0123/c.html", "generic"),
        ("http://www.xinhuanet.com/tech/2020-11/23/c_1126.htm", "generic"),
        ("https://www.chinanews.com.cn/cj/2026/11-23/10512345.shtml", "chinanews"),
        ("https://finance.sina.com.cn/tech/2026-11-23/doc-i.shtml", "generic"),
        ("https://www.thepaper.cn/newsDetail_forward_33012345", "thepaper"),
        ("https://www.huxiu.com/article/4812345.html", "huxiu"),
        ("https://36kr.com/p/3123456789012345", "kr36"),
        ("https://example.com/", "generic"),
        ("no address", "generic"),
    ],
)
def test_the_parser_is_that_of_the_longest_known_host(url: str, name: str) -> None:
    assert reading.parser_of(url)[0] == name


def test_the_record_carries_link_source_and_fetch_time() -> None:
    record = _read(ARTICLE, Link("https://jw.example/a/1.html?utm_source=feed#top"))
    assert record.link == "https://jw.example/a/1.html"
    assert (record.source, record.fetched, record.title) == ("desk", NOW, "智算中心启用")


def test_a_parser_that_lost_its_layout_falls_back_and_says_so() -> None:
    record = _read(ARTICLE + f"<p>{TEXT * 20}</p>", Link("https://news.cctv.com/2026/11/23/ARTI1.shtml"))
    (fact,) = [fact for fact in record.facts if fact.value == "parser-fallback"]
    assert (fact.kind, fact.by) == ("reading", "cctv")
    assert "known layout" in fact.quote
    assert TEXT in record.text


def test_a_page_with_far_too_many_tags_is_not_given_to_the_sites_parser() -> None:
    record = _read(ARTICLE + f"<p>{TEXT * 20}</p>" + "<b></b>" * MAX_TAGS, Link("https://news.cctv.com/2026/11/23/ARTI1.shtml"))
    assert "far more tags" in next(fact.quote for fact in record.facts if fact.value == "parser-fallback")


def test_a_shell_is_not_given_to_another_parser() -> None:
    with pytest.raises(NotAnArticle, match="shell"):
        _read("<div id=app></div>", Link("https://news.cctv.com/m/a/index.shtml?id=ARTI1"))


def test_what_the_page_lacks_is_taken_from_the_source() -> None:
    published = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    link = Link("https://jw.example/a/1.html", published=published, author="张三", keywords=("芯片",), publisher="江湾日报")
    record = _read(f"<h1>智算中心启用</h1><p>{TEXT}</p>", link)
    assert (record.published, record.author, record.publisher, record.keywords) == (published, "张三", "江湾日报", ("芯片",))
    assert [(fact.value, fact.quote) for fact in record.facts if fact.kind == "keyword"] == [("芯片", "source: 芯片")]


def test_the_page_knows_better_than_the_source() -> None:
    body = (
        '<meta property="article:published_time" content="2026-11-23T10:00:00+08:00"><meta name="keywords" content="算力">'
        + ARTICLE
    )
    link = Link("https://jw.example/a/1.html", title="别的标题", published=NOW, keywords=("芯片",))
    record = _read(body, link)
    assert record.published == datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    assert (record.title, record.keywords) == ("智算中心启用", ("算力",))


@pytest.mark.parametrize(
    ("said", "hour"),
    [
        (datetime(2026, 11, 23, 1, 30, tzinfo=UTC), 9),  # the same day: the source knows the hour
        (datetime(2026, 11, 20, 1, 30, tzinfo=UTC), 0),  # another day: it speaks of something else
    ],
)
def test_a_day_is_made_finer_by_the_sources_hour_of_that_day(said: datetime, hour: int) -> None:
    body = '<meta name="publishdate" content="2026-11-23">' + ARTICLE
    record = _read(body, Link("https://jw.example/a/1.html", published=said))
    assert record.published is not None
    assert record.published.astimezone(ZONE).hour == hour


def test_the_sources_whole_text_stands_in_for_a_stub() -> None:
    record = _read(ARTICLE, Link("https://jw.example/a/1.html", text=TEXT * 30))
    assert record.text == TEXT * 30
    assert "text-from-source" in [fact.value for fact in record.facts]


def test_the_sources_whole_text_stands_in_for_an_unreadable_page() -> None:
    link = Link("https://jw.example/a/1.html", title="智算中心启用", text=TEXT * 30)
    record = _read("<title>Just a moment...</title><p>Checking your browser</p>", link)
    assert (record.title, record.text) == ("智算中心启用", TEXT * 30)
    assert "captcha" in record.facts[0].quote


def test_a_flash_without_a_title_is_named_by_its_first_line() -> None:
    assert _read(f"<div><p>{TEXT}</p></div>", Link("https://jw.example/a/1.html")).title == TEXT[:60]


def test_nothing_to_stand_in_is_an_error() -> None:
    with pytest.raises(ReadError):
        _read("", Link("https://jw.example/a/1.html", title="智算中心启用", text="太短"))


def _part(number: int, link: str) -> str:
    return f"<h1>智算中心启用</h1><div><p>{TEXT}</p><p>第{number}部分，{TEXT[::-1]}</p></div><div class=pager>上一页 {link}</div>"


@pytest.mark.parametrize(
    ("href", "address"),
    [
        ("1_2.html", "https://jw.example/a/1_2.html"),
        ("/a/1.html?page=2", "https://jw.example/a/1.html?page=2"),
        ("2.html", None),  # another article
        ("https://elsewhere.example/a/1_2.html", None),
        ("javascript:void(0)", None),
    ],
)
def test_the_next_part_is_the_same_address_with_a_number(href: str, address: str | None) -> None:
    record = _read(_part(1, f'<a href="{href}">下一页</a>'), Link("https://jw.example/a/1.html"))
    assert reading.next_page(record) == address


def test_parts_are_joined_without_saying_anything_twice() -> None:
    first = _read(_part(1, '<a href="1_2.html">下一页</a>'), Link("https://jw.example/a/1.html"))
    second = _read(_part(2, '<a href="1_3.html">下一页</a>'), Link("https://jw.example/a/1_2.html"))
    whole = reading.joined(first, second)
    assert whole.text.split("\n") == [TEXT, f"第1部分，{TEXT[::-1]}", f"第2部分，{TEXT[::-1]}"]
    assert reading.next_page(whole) == "https://jw.example/a/1_3.html"
    assert whole.link == first.link
