"""Lists in JSON: with options and without, wrapped in calls, scripts and strange envelopes."""

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from crawler.errors import SpiderError
from crawler.record import Found, Page, Source
from crawler.spiders import api

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
URL = "https://paper.example/api/list.json"


def read(body: Any, **options: str) -> Found:
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return api.find(Page(URL, text.encode(), NOW, "text/html"), Source("paper", URL, options=options), NOW, SHANGHAI)


ROWS = [
    {"title": "江湾发布<em>新规</em>", "url": "/2026/1.html", "focus_date": "2026-11-23 09:00:00", "brief": "摘要", "keywords": "人工智能 新规", "image": "https://p.example/1.jpg"},
    {"title": "滨江试点机器人", "url": "https://paper.example/2026/2.html", "focus_date": "2026-11-23 08:00:00", "brief": "", "keywords": "", "image": ""},
]  # fmt: skip
CHANNELS = [{"name": "科技", "url": "/tech/"}]

DATE = "2026-11-23T09:00:00"  # of the first article, in Shanghai
MILLIS = 1795395600000  # the same instant
FIRST = "https://paper.example/2026/1.html"
MATERIAL = {"widgetTitle": "江湾发布新规", "publishTime": MILLIS}
NEXT = json.dumps({"props": {"list": ROWS}})

# Envelopes in the layouts of real list APIs: the answer, the options, the address of the first article.
LAYOUTS: dict[str, tuple[Any, dict[str, str], str]] = {
    "a list of objects": (ROWS, {}, FIRST),
    "data.list beside navigation": ({"code": 0, "data": {"nav": CHANNELS * 9, "list": ROWS}}, {}, FIRST),
    "JSONP": (f"tech({json.dumps({'data': {'total': 2, 'list': ROWS}})});", {}, FIRST),
    "JSONP behind a comment": (f"/**/cb.fn[0]( {json.dumps(ROWS)} )", {}, FIRST),
    "an assignment": (f"var newsData = {json.dumps({'list': ROWS})};", {}, FIRST),
    "options": (
        {"data": {"list": ROWS}},
        {"items": "data.list[*]", "link": "url", "title": "title", "published": "focus_date"},
        FIRST,
    ),
    "epoch milliseconds, an id": (
        {"data": {"list": [{"contId": "34141689", "name": "江湾发布新规", "pubTimeLong": MILLIS}]}},
        {"link_template": "https://paper.example/detail/{contId}", "items": "data.list"},
        "https://paper.example/detail/34141689",
    ),
    "two ids in one address": (
        [{"id": 1, "authorId": 2, "title": "江湾发布新规", "publicTime": MILLIS}],
        {"link_template": "https://paper.example/a/{id}_{authorId}"},
        "https://paper.example/a/1_2",
    ),
    "epoch seconds as text": (
        {"result": {"data": [{"title": "江湾发布新规", "url": FIRST, "intime": str(MILLIS // 1000), "media_name": "x"}]}},
        {},
        FIRST,
    ),
    "names in camel case": (
        [{"NewsTitle": "江湾发布新规", "url": "/2026/1.html", "CreateDate": DATE, "NewsNotes": "x"}],
        {},
        FIRST,
    ),
    "a nested material": (
        {"data": {"itemList": [{"itemId": 5, "templateMaterial": MATERIAL}]}},
        {
            "items": "data.itemList[*]",
            "link_template": "/p/{itemId}",
            "title": "templateMaterial.widgetTitle",
            "published": "templateMaterial.publishTime",
        },
        "https://paper.example/p/5",
    ),
    "groups of groups": (
        {
            "result": {
                "groups": [{"rows": [{"data": {"title": "江湾发布新规", "url": "/2026/1.html", "deploytime": str(MILLIS)}}]}]
            }
        },
        {"items": "result.groups[].rows[0].data"},
        FIRST,
    ),
    "an object of objects": (
        {"docs": {"a": {"title": "江湾发布新规", "link": "/2026/1.html", "time": DATE}}},
        {"items": "docs"},
        FIRST,
    ),
    "rendered titles": ([{"title": {"rendered": "江湾发布新规"}, "link": FIRST, "date": DATE}], {}, FIRST),
    "a variable in a page": (f"<html><script>var allData = {json.dumps(ROWS)};</script></html>", {"inside": "allData"}, FIRST),
    "a script in a page": (
        f'<script id="__NEXT_DATA__" type="application/json">{NEXT}</script>',
        {"inside": "__NEXT_DATA__"},
        FIRST,
    ),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_list_is_found_in_every_layout(name: str) -> None:
    body, options, address = LAYOUTS[name]
    first = read(body, **options).links[0]
    assert (first.url, first.title) == (address, "江湾发布新规")
    assert first.published == datetime.fromisoformat(DATE).replace(tzinfo=SHANGHAI)


def test_an_item_s_other_fields_come_along() -> None:
    found = read(ROWS)
    assert (found.links[0].summary, found.links[0].keywords) == ("摘要", ("人工智能", "新规"))
    assert found.newest == datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    row = {"t": "x", "u": "/1", "c": "<p>一</p><p>二</p>", "by": [{"name": "甲"}, {"name": "乙"}], "k": ["a", {"name": "b"}]}
    link = read([row], link="u", title="t", text="c", author="by[].name", keywords="k").links[0]
    assert (link.text, link.author, link.keywords) == ("一\n二", "甲, 乙", ("a", "b"))


def test_a_picture_is_no_article() -> None:
    assert read([{"title": "x", "url": "https://p.example/1.jpg", "link": "/a/1"}]).links[0].url == "https://paper.example/a/1"


@pytest.mark.parametrize(
    ("body", "options", "says"),
    [
        ("<html>blocked</html>", {}, "no JSON"),
        ("cb(<html>)", {}, "no JSON"),
        ("[" * 100_000, {}, "no JSON"),
        ({"code": 403, "msg": "频率过高"}, {}, "频率过高"),
        ({"data": {"list": ROWS}}, {"items": "data.rows"}, "nothing at items: data.rows"),
        ([{"title": "x", "id": 1}], {"items": "@"}, "set `link` or `link_template`"),
        ("<html></html>", {"inside": "allData"}, "allData"),
        ("[1] [2]", {}, "no JSON"),
        ({"code": -352, "message": "风控校验失败", "data": {"list": []}}, {"items": "data.list"}, "风控校验失败"),
        ({"status": "error", "message": "token expired", "data": []}, {"items": "data"}, "token expired"),
        ({"success": False, "msg": "请先登录", "data": []}, {"items": "data"}, "请先登录"),
    ],
)
def test_an_error_says_what_the_answer_was(body: Any, options: dict[str, str], says: str) -> None:
    with pytest.raises(SpiderError, match=says):
        read(body, **options)


@pytest.mark.parametrize(
    "said", [{}, {"code": 0}, {"code": 1, "msg": "ok"}, {"status": 200}, {"code": 100000}, {"success": True}]
)
def test_an_empty_list_is_no_error(said: dict[str, Any]) -> None:
    assert read(said | {"data": {"list": []}}, items="data.list").notes == ("the list is empty",)


@pytest.mark.parametrize(
    "options",
    [
        {"items": "data["},
        {"link_template": "/{a[}"},
        {"link_template": "/{id"},
        {"link_template": "/a"},
        {"link": "url", "link_template": "/{id}"},
        {"titel": "x"},
    ],
)
def test_a_wrong_option_is_refused(options: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        api.Options.model_validate(options)


@pytest.mark.parametrize(
    ("body", "is_json"),
    [
        ('{"a":1}', True), (" [1]", True), ("cb({})", True), ("var a = [1]", True),
        ("<p>{}</p>", False), ("hello (world)", False), ("", False), ("http://x.example/a", False),
    ],
)  # fmt: skip
def test_json_is_recognised_by_how_it_begins(body: str, is_json: bool) -> None:
    assert api.recognizes(Page(URL, body.encode(), NOW, "text/html")) is is_json


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=9) | st.sampled_from(["/1", "https://paper.example/2"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["url", "title", "date", "author", "tags", "data"]), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@given(json_values)
def test_any_json_gives_links_or_a_spider_error(value: Any) -> None:
    try:
        assert isinstance(read(value).links, tuple)
    except SpiderError:
        pass


@given(st.binary(max_size=200))
def test_any_bytes_give_links_or_a_spider_error(body: bytes) -> None:
    page = Page(URL, body, NOW)
    api.recognizes(page)
    try:
        assert isinstance(api.find(page, Source("paper", URL), NOW, SHANGHAI).links, tuple)
    except SpiderError:
        pass


def test_a_nonsense_date_of_an_item_hides_no_other() -> None:
    items = [
        {"url": f"/a/{n}", "title": "Harbour robots unload a ship", "published_at": bad, "created_at": "2026-11-20T07:30:00Z"}
        for n, bad in enumerate((0, "0001-01-01", "1970-01-01 00:00:00"))
    ]
    assert [link.published.isoformat() for link in read({"items": items}).links] == ["2026-11-20T07:30:00+00:00"] * 3


ARTICLE = {"title": "河湾新桥今天通车了", "url": "/a/1.html", "created_utc": 1795570800.0}


@pytest.mark.parametrize(
    "answer",
    [
        {"kind": "Listing", "data": {"children": [{"kind": "t3", "data": ARTICLE | {"id": "x1"}}] * 2}},
        {"data": {"posts": {"edges": [{"cursor": "c", "node": ARTICLE}]}}},
        {"hits": {"hits": [{"_index": "news", "_source": ARTICLE}]}},
        {
            "data": [
                {
                    "type": "article",
                    "attributes": {"title": ARTICLE["title"]},
                    "links": {"self": "/a/1.html"},
                    "href": "/a/1.html",
                }
            ]
        },
        {"code": 0, "articles": {"101": ARTICLE, "102": ARTICLE | {"url": "/a/2.html"}}},
        {"101": ARTICLE, "102": ARTICLE | {"url": "/a/2.html"}},
    ],
    ids=["wrapped in data", "edges and nodes", "hits", "attributes", "keyed by id", "keyed by id at the top"],
)
def test_items_are_found_in_their_wrapping(answer: Any) -> None:
    assert read(answer).links[0].title == ARTICLE["title"]


def test_an_object_of_people_is_no_list() -> None:
    with pytest.raises(SpiderError):
        read({"author": {"name": "Wei", "url": "/wei"}, "site": {"name": "Paper", "url": "/"}})


@pytest.mark.parametrize("said", ["/Date(1795570800000)/", "\\/Date(1795570800000+0800)\\/", "/Date(1795570800000-0500)/"])
def test_moments_as_dot_net_writes_them(said: str) -> None:
    [link] = read([ARTICLE | {"published": said}]).links
    assert link.published == datetime.fromtimestamp(1795570800, UTC)


@pytest.mark.parametrize(
    "said",
    [
        {"$date": 1795570800000},
        {"$date": {"$numberLong": "1795570800000"}},
        {"date": "2026-11-25 01:40:00.000000", "timezone_type": 3, "timezone": "UTC"},
        {"epoch": 1795570800, "iso": "2026-11-25T01:40:00Z"},
    ],
)
def test_moments_in_an_object_are_read(said: Any) -> None:
    [link] = read([ARTICLE | {"published": said}]).links
    assert link.published == datetime.fromtimestamp(1795570800, UTC)


@pytest.mark.parametrize(
    "beside",
    [
        [{"name": f"Ann Lee the {n}th", "url": f"/author/{n}", "created_at": DATE} for n in range(9)],
        [{"title": f"Products and prices {n}", "url": f"/p/{n}"} for n in range(12)],
    ],
    ids=["people", "a menu"],
)
def test_a_longer_list_of_something_else_is_not_the_list(beside: Any) -> None:
    found = read({"beside": beside, "posts": [_item(n, created_at=DATE) for n in range(10, 14)]})
    assert [link.url for link in found.links] == [f"https://paper.example/2026/{n}.html" for n in range(10, 14)]


def test_the_link_is_the_field_that_tells_the_items_apart() -> None:
    items = [{"title": f"河湾第{n}座桥通车", "url": "https://paper.example/", "link": f"/a/{n}.html"} for n in range(3)]
    assert [link.url.rpartition("/")[2] for link in read(items).links] == ["0.html", "1.html", "2.html"]


@pytest.mark.parametrize(
    "around",
    [
        ")]}',\n%s", "for(;;);%s", "while(1);%s", "/* made (today) */\n%s", "// cached\n%s", "%s;\n", "<!-- a -->%s<!-- b -->", "try{a.cb(%s)}catch(e){}", "cb(%s, 200, 'OK (1)');",
        "cb(%s) // node (3)", "var a = %s; if (a) { b(); }", "typeof cb === 'function' && cb(%s);",
    ],
)  # fmt: skip
def test_what_stands_around_json_is_taken_off(around: str) -> None:
    page = Page(URL, around.replace("%s", json.dumps([ARTICLE])).encode(), NOW, "application/json")
    assert api.recognizes(page)
    assert len(api.find(page, Source("paper", URL), NOW, SHANGHAI).links) == 1


def _item(number: int, **more: Any) -> dict[str, Any]:
    return {"title": f"滨江第{number}批试点名单公布", "url": f"/2026/{number}.html", **more}


def test_the_lists_of_groups_are_one() -> None:
    days = [{"day": f"2026-11-{day}", "label": "today", "articles": [_item(day), _item(day + 50)]} for day in (23, 22, 21)]
    assert [link.url[-7:] for link in read({"data": {"days": days}}).links] == [
        f"{number:02}.html" for day in (23, 22, 21) for number in (day, day + 50)
    ]


def test_what_an_article_relates_to_is_not_the_list() -> None:
    rows = [_item(number, date=DATE, related=[_item(number * 10 + one, date=DATE) for one in range(1, 6)]) for number in (10, 11)]
    assert [link.url for link in read(rows).links] == ["https://paper.example/2026/10.html", "https://paper.example/2026/11.html"]


@pytest.mark.parametrize(
    "names",
    [
        ("newsTitle", "newsUrl", "newsTime"),
        ("headline", "canonicalUrl", "publishedAt"),
        ("article_title", "web_link", "show_time"),
    ],
)
def test_fields_are_known_by_how_their_names_end(names: tuple[str, str, str]) -> None:
    title, url, date = names
    aside = {"coverImageUrl": "https://cdn.example/x/1", "authorUrl": "/u/7", "seoTitle": "广告", "channelLink": "/tech/"}
    [link] = read([aside | {title: "江湾发布新规", url: "/2026/1.html", date: DATE}]).links
    assert (link.url, link.title, link.published) == (
        FIRST,
        "江湾发布新规",
        datetime.fromisoformat(DATE).replace(tzinfo=SHANGHAI),
    )


def test_a_list_that_gives_whole_articles_gives_their_text_and_no_teaser_does() -> None:
    text = "江湾市的试点项目今天公布了第一批结果，参与企业的交付周期平均缩短了两周。" * 20
    whole, teaser = read([_item(1, content=f"<p>{text}</p>"), _item(2, content="江湾市的试点项目…")]).links
    assert (whole.text, teaser.text) == (text, None)


def test_a_field_named_for_a_zone_is_read_in_it() -> None:
    [link] = read([_item(1, date="2026-11-23T04:00:00", date_gmt="2026-11-23T09:00:00")]).links
    assert link.published == datetime(2026, 11, 23, 9, tzinfo=UTC)


def test_of_several_addresses_the_page_s_is_taken() -> None:
    apis = [_item(1, html_url=FIRST) | {"url": "https://api.paper.example/items/1"}]
    assert [link.url for link in read(apis).links] == [FIRST]


@pytest.mark.parametrize(
    "body",
    [
        {"code": 200, "data": json.dumps([_item(1), _item(2)])},
        "\n".join(json.dumps(_item(number)) for number in (1, 2)),
        {"ok": True, "html": "".join("<li><a href='{url}'>{title}</a> 2026-11-23</li>".format(**_item(n)) for n in (1, 2, 3))},
    ],
    ids=["JSON in a string", "JSON Lines", "a piece of a page"],
)
def test_a_list_is_found_in_what_packs_it(body: Any) -> None:
    assert [link.url for link in read(body).links][:2] == [FIRST, "https://paper.example/2026/2.html"]


def test_named_items_may_be_json_within_json() -> None:
    assert read({"data": json.dumps(ROWS)}, items="data").links[0].url == FIRST
    with pytest.raises(SpiderError, match="nothing at items"):
        read({"data": "维护中"}, items="data")
