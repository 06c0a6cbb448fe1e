"""List pages of our own making, in the layouts of real ones: news agencies, papers in GBK, portals, offices, labs, blogs, boards."""

import json
from collections import defaultdict
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from crawler.errors import SpiderError
from crawler.listing.article_list import looks_like_article
from crawler.listing.titles import units
from crawler.record import Found, Page, Source
from crawler.spiders import listing

SITES = Path(__file__).parents[3] / "sites" / "listing"
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=SHANGHAI)
URL = "https://paper.example/news/"


def _expected() -> dict[str, tuple[str, list[tuple[str, str, datetime | None]]]]:
    pages: dict[str, list[tuple[str, str, datetime | None]]] = defaultdict(list)
    urls = {}
    for row in (SITES / "expected.tsv").read_text("utf-8").splitlines()[1:]:
        name, urls[name], address, title, date = row.split("\t")
        pages[name].append((address, title, datetime.fromisoformat(date).replace(tzinfo=SHANGHAI) if date else None))
    return {name: (urls[name], articles) for name, articles in pages.items()}


EXPECTED = _expected()
NONE = sorted(path.stem for path in SITES.glob("none-*.html"))


def read(body: str | bytes, links: str | None = None, url: str = URL) -> Found:
    raw = body.encode() if isinstance(body, str) else body
    options = {"links": links} if links else {}
    return listing.find(Page(url, raw, NOW, "text/html"), Source("paper", url, options=options), NOW, SHANGHAI)


@pytest.mark.parametrize("name", EXPECTED)
def test_the_list_is_found_with_titles_and_dates(name: str) -> None:
    url, articles = EXPECTED[name]
    found = read((SITES / f"{name}.html").read_bytes(), url=url)
    assert [(link.url, link.title, link.published) for link in found.links] == articles


@pytest.mark.parametrize("name", NONE)
def test_a_page_without_a_list_has_none(name: str) -> None:
    with pytest.raises(SpiderError, match="no list of articles"):
        read((SITES / f"{name}.html").read_bytes())


def test_a_new_section_with_one_article_is_a_list() -> None:
    row = "<li><a href='/2026/11/24/1.html'>江湾发布人工智能产业行动方案细则</a><span class='date'>2026-11-24 09:00</span></li>"
    assert [link.url for link in read(f"<nav><a href='/tech/'>科技</a></nav><ul>{row}</ul>").links] == [
        "https://paper.example/2026/11/24/1.html"
    ]


@pytest.mark.parametrize(
    "title",
    [
        "<h3><a href='{}'>江湾滨江签署合作协议{}</a></h3>",
        "<a href='{}'><span>滨江公布相关企业名单{}</span></a>",
        "<i class=b>热门</i><a href='{}'>江湾发布人工智能新规{}</a>",
    ],
)
def test_a_title_or_a_badge_with_a_word_of_hot_lists_begins_none(title: str) -> None:
    rows = "".join(f"<li><span>推荐</span>{title.format(f'/2026/11/2{n}.html', n)} <i>2026-11-20</i></li>" for n in range(6))
    assert len(read(f"<ul>{rows}</ul>").links) == 6


def test_there_are_pages_of_both_sorts() -> None:
    assert len(EXPECTED) >= 28
    assert len(NONE) >= 6


@pytest.mark.parametrize(
    ("css", "addresses"),
    [
        ("ul.a a", ["https://paper.example/news/1", "https://paper.example/news/2"]),
        ("ul.a li", ["https://paper.example/news/1", "https://paper.example/news/2"]),
        ("ul.a span", ["https://paper.example/news/1", "https://paper.example/news/2"]),
        ("ul.b a:not([href*='x'])", ["https://paper.example/3"]),
    ],
)
def test_a_selector_names_the_links_or_the_blocks_around_or_in_them(css: str, addresses: list[str]) -> None:
    body = "<ul class='a'><li><a href='1'><span>一</span></a> 昨天 09:00<li><a href='2'><span>二</span></a></ul><ul class=b><a href='/3'>三</a>"
    found = read(body + "<a href='/x'>四</a></ul>", css)
    assert [link.url for link in found.links] == addresses


def test_a_selected_link_has_the_date_beside_it_and_not_its_neighbour_s() -> None:
    body = "<ul><li><a href='1'>一</a> 昨天 09:00<li><a href='2'>二</a><li><a href='3'>三</a><i>2026-11-01</i></ul>"
    dates = [link.published for link in read(body, "li a").links]
    assert dates == [datetime(2026, 11, 23, 9, tzinfo=SHANGHAI), None, datetime(2026, 11, 1, tzinfo=SHANGHAI)]


def test_two_links_to_one_article_are_one_with_the_longest_title() -> None:
    body = "<div><a href='/1?utm_source=x'><img alt='图'></a><a href='/1'>江湾发布新规</a><a href='/1#c'>阅读全文</a></div>"
    (link,) = read(body, "a").links
    assert link.title == "江湾发布新规"


def test_a_picture_and_a_read_more_with_a_query_of_their_own_are_the_article_of_the_title() -> None:
    row = "<li><a href='/2026/{0}.html?ref=pic'><img></a><h3><a href='/2026/{0}.html'>江湾发布人工智能新规之{0}</a></h3><a href='/2026/{0}.html?ref=more'>阅读全文</a></li>"
    found = read(f"<ul>{''.join(row.format(number) for number in range(4))}</ul>")
    assert [link.url for link in found.links] == [f"https://paper.example/2026/{number}.html" for number in range(4)]
    rows = "".join(f"<li><a href='/2026/show?id={number}'><img></a></li>" for number in range(4))
    assert len(read(f"<ul>{rows}</ul>", "li a").links) == 4, "pictures of different articles"


@pytest.mark.parametrize(
    ("anchor", "title"),
    [
        ("<a href='/1' title='江湾发布人工智能新规'>江湾发布人工…</a>", "江湾发布人工智能新规"),
        ("<a href='/1' title='点击查看'>江湾发布新规</a>", "江湾发布新规"),
        ("<a href='/1'><img src='x' alt='江湾发布新规'></a>", "江湾发布新规"),
        ("<a href='/1'>江湾<em>发布</em>新规</a>", "江湾发布新规"),
        ("<a href='/1'><span class='tag'>科技</span><h3>江湾发布新规</h3><p>摘要，摘要，摘要，摘要。</p></a>", "江湾发布新规"),
        ("<a href='/1'>\n 江湾 \n<script>var x=1</script>发布</a>", "江湾 发布"),
        ("<a href='/1'></a>", None),
    ],
)
def test_a_title_is_what_a_reader_sees(anchor: str, title: str | None) -> None:
    assert read(f"<div>{anchor}</div>", "a").links[0].title == title


def test_a_selector_that_finds_nothing_is_an_error_that_names_it() -> None:
    with pytest.raises(SpiderError, match=r"div\.gone a"):
        read("<ul><li><a href='/1'>x</a></ul>", "div.gone a")


@pytest.mark.parametrize("css", ["div[", "a::", ">>", ""])
def test_a_wrong_selector_is_refused(css: str) -> None:
    with pytest.raises(ValidationError):
        listing.Options(links=css)


@pytest.mark.parametrize(
    ("address", "article"),
    [
        ("https://x.example/2026/11/24/a.html", True),
        ("https://x.example/c_1127116367.htm", True),
        ("https://x.example/news/introducing-lantern-two", True),
        ("https://x.example/story?sid=81234", True),
        ("https://x.example/category/ai/Ab3dEf9hI.html", True),
        ("https://x.example/tech/", False),
        ("https://x.example/2026/11/24/", False),
        ("https://x.example/articles/2026-11-24", True),
        ("https://x.example/tag/large-language-models", False),
        ("https://x.example/about-us-and-more/", True),
        ("https://x.example/", False),
        ("https://x.example/list/index.html", False),
    ],
)
def test_an_article_s_address_is_told_from_a_section_s(address: str, article: bool) -> None:
    assert looks_like_article(address) is article


def test_a_title_is_measured_in_words_of_either_script() -> None:
    assert units("江湾发布AI新规") == 8
    assert units("Teaching a robot hand") == 8


def test_a_trap_of_fifty_thousand_links_is_bounded() -> None:
    rows = "".join(f"<li><a href='/2026/11/{n}.html'>江湾发布第{n}号新规</a></li>" for n in range(50_000))
    assert len(read(f"<ul>{rows}</ul>").links) == listing.MAX_LINKS


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 20_000 + "<a href='/1'>x</a>",
        "<a href='/1'>" * 20_000,
        "<ul><li><a href='/1'>x" * 5_000,
        "<!--" * 50_000,
        "<" * 100_000,
    ],
)
def test_hostile_markup_ends_in_a_list_or_a_spider_error(body: str) -> None:
    for css in (None, "a"):
        try:
            assert isinstance(read(body, css).links, tuple)
        except SpiderError:
            pass


PIECES = [
    "<a href='/20261101/1.html'>",
    "<a href='?id=7'>",
    "<ul>",
    "<li>",
    "</li>",
    "</a>",
    "江湾发布新规一二三四",
    "昨天",
    "<nav>",
]
pages = st.one_of(
    st.binary(max_size=300), st.lists(st.sampled_from(PIECES), max_size=40).map(lambda parts: "".join(parts).encode())
)


@given(pages)
def test_any_bytes_give_links_or_a_spider_error(body: bytes) -> None:
    listing.recognizes(Page(URL, body, NOW))
    try:
        assert isinstance(read(body).links, tuple)
    except SpiderError:
        pass


ROW = "<li><a href='/a/{n}.html'>江湾码头的第{n}批机器人开始夜间作业</a>{date}</li>"


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        ("<span class='time'>周五 16:40</span>", "2026-11-20 16:40"),
        ("<span>1小时15分钟前</span>", "2026-11-24 08:45"),
        ("<span>大前天 09:00</span>", "2026-11-21 09:00"),
        ("<span>三小时前</span>", "2026-11-24 07:00"),
        ("<i>1 day, 2 hours ago</i>", "2026-11-23 08:00"),
        ("<i>Nov 20, 2026 at 7:30 a.m. PST</i>", "2026-11-20 23:30"),
        ("<span class='time'>十几分钟前</span>", None),
        ("<i>1-2小时前</i>", None),
    ],
)
def test_a_date_in_a_card_is_understood_whole_or_not_at_all(printed: str, meant: str | None) -> None:
    found = read("<ul>" + "".join(ROW.format(n=n, date=printed) for n in range(4)) + "</ul>")
    assert {link.published for link in found.links} == {datetime.fromisoformat(meant).replace(tzinfo=SHANGHAI) if meant else None}


def test_a_headline_that_begins_with_just_now_is_not_of_now() -> None:
    rows = "".join(f"<li><a href='/a/{n}.html'>刚刚，江湾码头的第{n}批机器人开始夜间作业</a></li>" for n in range(4))
    assert {link.published for link in read(f"<ul>{rows}</ul>").links} == {None}


@pytest.mark.parametrize(
    "row",
    [
        "<a href='javascript:void(0)' onclick=\"window.open('/2026/{0}.html')\">{1}</a>",
        "<a href='#' data-href='/2026/{0}.html'>{1}</a>",
        "<a href='javascript:location.href=&quot;/2026/{0}.html&quot;;'>{1}</a>",
        "<div onclick=\"go(this, 'https://paper.example/2026/{0}.html')\"><a>{1}</a></div>",
        "<div onclick=\"location='/2026/{0}.html'\"><span class='title'>{1}</span></div>",
    ],
)
def test_a_link_that_a_script_follows_is_one(row: str) -> None:
    rows = "".join(f"<li>{row.format(number, f'江湾发布人工智能新规之{number}')} 2026-11-23</li>" for number in (7, 8, 9))
    assert [link.url for link in read(f"<ul>{rows}</ul><a href='javascript:history.back()'>返回上一页列表</a>").links] == [
        f"https://paper.example/2026/{number}.html" for number in (7, 8, 9)
    ]


@pytest.mark.parametrize("more", ["Read more →", "阅读全文 »", "了解详情", "View details", "Continue reading"])
def test_a_link_that_only_says_more_has_the_heading_of_its_card(more: str) -> None:
    cards = "".join(
        f"<article><h2>Estuary opens ward {number}</h2><p>Nov 23, 2026</p><a href='/a/5{number}'>{more}</a></article>"
        for number in (2001, 2002, 2003)
    )
    assert [link.title for link in read(cards).links] == [f"Estuary opens ward {number}" for number in (2001, 2002, 2003)]


STATE = [
    {"headline": f"江湾发布人工智能新规之{number}", "pageUrl": f"/2026/{number}.html", "ctime": 1795395600 - number}
    for number in range(4)
]
MENU = [{"title": "产品与解决方案一览", "url": f"/p/{number}"} for number in range(9)]


@pytest.mark.parametrize(
    "script",
    [
        "<script id='__NEXT_DATA__' type='application/json'>{}</script>",
        "<script>window.__INITIAL_STATE__={};(function(){{}})()</script>",
        "<script>window.__NUXT__=JSON.parse({!r})</script>",
        "<main data-page='{}'></main>",
    ],
)
def test_a_page_that_its_scripts_draw_shows_their_list(script: str) -> None:
    state = json.dumps({"menu": MENU, "feed": {"rows": STATE}}, ensure_ascii=False)
    state = json.dumps(state) if "JSON.parse" in script else state
    found = read(f"<html><body><div id='app'></div>{script.replace('!r', '').format(state)}</body></html>")
    assert [(link.url, link.title) for link in found.links] == [
        (f"https://paper.example/2026/{number}.html", f"江湾发布人工智能新规之{number}") for number in range(4)
    ]
    assert found.newest == datetime.fromtimestamp(1795395600, SHANGHAI)


def test_a_menu_in_a_script_is_no_list() -> None:
    with pytest.raises(SpiderError, match="no list of articles"):
        read(f"<html><body><div id='app'></div><script>var menu = {json.dumps(MENU)}</script></body></html>")


def test_rows_that_a_page_keeps_in_cdata_for_its_script_are_its_list() -> None:
    rows = "".join(
        f"<record><![CDATA[<li><a href='/2026/{number}.html'>江湾发布人工智能新规之{number}</a> 2026-11-23</li>]]></record>"
        for number in range(4)
    )
    found = read(f"<html><body><script type='text/xml'><datastore>{rows}</datastore></script></body></html>")
    assert [link.url for link in found.links] == [f"https://paper.example/2026/{number}.html" for number in range(4)]


@pytest.mark.parametrize(
    ("page", "says"),
    [
        ("<html><head><title>请登录</title></head><body><p>请登录</p></body></html>", "calls itself '请登录'"),
        ("<html><body><iframe src='list.html'></iframe></body></html>", "shows https://paper.example/news/list.html in a frame"),
        ("<html><body><iframe src='https://ads.example/x'></iframe></body></html>", "on the page; say where"),
    ],
)
def test_a_page_without_a_list_is_told_by_what_it_shows(page: str, says: str) -> None:
    with pytest.raises(SpiderError, match=says):
        read(page)


def test_a_list_for_those_without_scripts_is_one() -> None:
    rows = "".join(
        f"<li><a href='/2026/{number}.html'>江湾发布人工智能新规之{number}</a> 2026-11-23</li>" for number in (7, 8, 9)
    )
    assert len(read(f"<html><body><div id='app'></div><noscript><ul>{rows}</ul></noscript></body></html>").links) == 3


@pytest.mark.parametrize(
    ("over", "under"),
    [("<h3>{}</h3><ul>", "</ul>"), ("<dl><dt>{}</dt><dd>", "</dd></dl>"), ("<div><p>{}</p></div><div>", "</div>")],
)
@pytest.mark.parametrize("spelled", ["2026年11月{}日", "Sunday, November {}, 2026", "2026-11-{}"])
def test_a_date_over_several_articles_is_theirs(over: str, under: str, spelled: str) -> None:
    rows = "".join(
        over.format(spelled.format(day))
        + "".join(f"<p><a href='/a/{day}{n}.html'>滨江港口第{day}{n}台岸桥装上视觉系统</a></p>" for n in "12")
        + under
        for day in (23, 22, 20)
    )
    found = read(f"<html><body><p>今天是2026年11月24日</p>{rows}</body></html>")
    assert [link.published.day for link in found.links if link.published] == [23, 23, 22, 22, 20, 20]


def test_one_day_over_all_is_todays_and_a_date_behind_each_is_its_own() -> None:
    rows = "".join(f"<p><a href='/a/2026{n}.html'>滨江港口第{n}台岸桥装上视觉系统</a></p>{{}}" for n in "123")
    assert [link.published for link in read(f"<div>2026年11月24日</div><div>{rows.format('', '', '')}</div>").links] == [None] * 3
    behind = rows.format(*(f"<p>2026-11-{day}</p>" for day in (23, 22, 20)))
    days = [link.published.day for link in read(f"<div>2026年11月24日</div><div>{behind}</div>").links if link.published]
    assert days == [23, 22, 20]


def test_users_moments_and_buttons_beside_a_title_are_no_articles() -> None:
    rows = "".join(
        f"<tr class=row><td><span class=headline><a href='https://yard{n}.example/2026/crane-{n}-sees'>A crane that sees its load, part {n}</a></span></td></tr>"
        f"<tr><td class=sub>by <a class=user href='user?id=u{n}'>u{n}</a> <span class=age><a href='item?id=77{n}'>{n} hours ago</a></span> "
        f"<a href='hide?id=77{n}'>hide</a> <a href='last?id=77{n}'>2026-11-2{n % 4} 10:0{n}</a></td></tr>"
        for n in range(1, 7)
    )
    found = read(f"<table>{rows}</table>")
    assert [link.url for link in found.links] == [f"https://yard{n}.example/2026/crane-{n}-sees" for n in range(1, 7)]
    assert all(link.published for link in found.links)


def test_a_route_of_an_application_is_an_address() -> None:
    rows = "".join(f"<li><a href='#/detail/{n}'>滨江港口第{n}台岸桥装上视觉系统</a> 2026-11-2{n}</li>" for n in range(1, 4))
    assert [link.url for link in read(f"<ul>{rows}</ul><a href='#top'>回到顶部</a>").links] == [
        f"{URL}#/detail/{n}" for n in range(1, 4)
    ]
