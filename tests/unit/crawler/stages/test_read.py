"""Which parser reads a page, what becomes of one that lost its layout, and what the source's own word is worth."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from crawler.errors import NotAnArticle, ReadError
from crawler.html.selectors import MAX_TAGS
from crawler.record import Link, Page
from crawler.stages import parts
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
        (datetime(2026, 11, 24, 3, 30, tzinfo=UTC), 11),  # its evening in New York is the next morning here
        (datetime(2026, 11, 20, 1, 30, tzinfo=UTC), 0),  # another day: it speaks of something else
    ],
)
def test_a_day_is_made_finer_by_the_sources_hour_of_that_day(said: datetime, hour: int) -> None:
    body = '<meta name="publishdate" content="2026-11-23">' + ARTICLE
    record = _read(body, Link("https://jw.example/a/1.html", published=said))
    assert record.published is not None
    assert record.published.astimezone(ZONE).hour == hour


@pytest.mark.parametrize(
    ("heading", "announced", "title"),
    [
        ("智算中心启用 - 成本下降七成", "智算中心启用 - 成本下降七成", "智算中心启用 - 成本下降七成"),
        ("A second plant opens — late again", "A second plant opens — late again", "A second plant opens — late again"),
        ("A second plant opens — late again", None, "A second plant opens"),
        ("A second plant opens - Harbor Wire", "A second plant opens - Harbor Wire", "A second plant opens"),
        ("智算中心启用_科技", "智算中心启用_科技", "智算中心启用"),
    ],
)
def test_a_dash_belongs_to_the_headline_that_page_and_source_tell_alike(heading: str, announced: str | None, title: str) -> None:
    body = f"<title>{heading}</title><meta property='og:site_name' content='Harbor Wire'><h1>{heading}</h1><div><p>{TEXT * 2}</p></div>"
    assert _read(body, Link("https://jw.example/a/1.html", title=announced)).title == title


@pytest.mark.parametrize("behind", [" - 示例网", "_示例网", ""])
def test_a_name_with_a_hyphen_at_the_end_of_a_headline_is_no_site(behind: str) -> None:
    body = f"<title>专访杰弗里-辛顿{behind}</title><h1>专访杰弗里-辛顿</h1><div><p>{TEXT * 2}</p></div>"
    assert _read(body, Link("https://jw.example/a/1.html", title="专访杰弗里-辛顿")).title == "专访杰弗里-辛顿"


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
    assert parts.next_page(record) == address


def test_parts_are_joined_without_saying_anything_twice() -> None:
    first = _read(_part(1, '<a href="1_2.html">下一页</a>'), Link("https://jw.example/a/1.html"))
    second = _read(_part(2, '<a href="1_3.html">下一页</a>'), Link("https://jw.example/a/1_2.html"))
    whole = parts.joined(first, second)
    assert whole.text.split("\n") == [TEXT, f"第1部分，{TEXT[::-1]}", f"第2部分，{TEXT[::-1]}"]
    assert parts.next_page(whole) == "https://jw.example/a/1_3.html"
    assert whole.link == first.link


BRIDGE = (
    "<!doctype html><html><head><title>河湾新桥今天通车</title></head><body><article><h1>河湾新桥今天通车</h1>"
    + "<p>河湾新桥今天上午通车，全长两公里，连接东西两岸，比原计划提前了三个月完工。</p>" * 3
    + "</article></body></html>"
)


@pytest.mark.parametrize(
    ("asked", "came", "reason"),
    [
        ("https://x.example/a/1.html", "https://x.example/", "soft-404"),
        ("https://x.example/a/1.html", "https://www.x.example/index.html?from=timeline", "soft-404"),
        ("https://x.example/?p=12", "https://x.example/", "soft-404"),
        ("https://t.example/abc", "https://x.example/en/", "soft-404"),
        ("https://x.example/a/1.html", "https://x.example/404.html", "soft-404"),
        ("https://x.example/a/1.html", "https://consent.x.example/collect?id=1", "consent-wall"),
        ("https://x.example/a/1.html", "https://x.example/cookie-wall?to=/a/1.html", "consent-wall"),
        ("https://x.example/a/1.html", "https://passport.x.example/?back=1", "login-wall"),
        ("https://x.example/a/1.html", "https://x.example/a/1-neu.html", None),
        ("https://x.example/?p=12", "https://x.example/2026/bridge/", None),
        ("https://x.example/", "https://x.example/", None),
        ("https://x.example/2026/cookie-policy", "https://x.example/2026/cookie-policy/", None),
    ],
)
def test_a_way_to_no_article_is_refused(asked: str, came: str, reason: str | None) -> None:
    page = Page(came, BRIDGE.encode(), NOW, "text/html")
    if reason is None:
        record = reading.read(page, Link(asked), None, ZONE)
        assert record.title == "河湾新桥今天通车"
        elsewhere = [] if came.rstrip("/") == asked.rstrip("/") else [came]  # by which another link to it is known
        assert [fact.quote for fact in record.facts if fact.value == "canonical"] == elsewhere
        return
    with pytest.raises(NotAnArticle) as refused:
        reading.read(page, Link(asked), None, ZONE)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("body", "kind", "reason"),
    [
        ('<?xml version="1.0"?><rss version="2.0"><channel><title>河湾晚报的订阅源</title></channel></rss>', "text/html", "xml"),
        ("<!ELEMENT rss (channel)><!ATTLIST rss version CDATA #FIXED '2.0'>", "text/plain", "xml"),
        ('<?xml version="1.0"?><note><body>这是一段不属于任何文章的文字，只是数据。</body></note>', "application/xml", "xml"),
        ("<urlset><url><loc>https://x.example/1</loc></url></urlset>", "text/html", "xml"),
        ('{"title": "河湾新桥今天通车", "text": "全长两公里，连接东西两岸。"}', "text/html", "data"),
        ("<meta http-equiv=refresh content='0;url=/b'>跳转中", "text/html", "redirect"),
    ],
)
def test_what_is_no_page_is_no_article(body: str, kind: str, reason: str) -> None:
    with pytest.raises(NotAnArticle) as refused:
        reading.read(
            Page("https://x.example/a", body.encode(), NOW, kind), Link("https://x.example/a", "河湾新桥今天通车"), None, ZONE
        )
    assert refused.value.reason == reason


def test_what_a_page_declares_before_its_root_is_no_text() -> None:
    declared = BRIDGE.replace("<!doctype html>", '<!DOCTYPE html [<!ENTITY x "广告广告广告广告">]>')
    record = reading.read(
        Page("https://x.example/a", declared.encode(), NOW, "text/html"), Link("https://x.example/a"), None, ZONE
    )
    assert "广告" not in record.text
    assert "]>" not in record.text


@pytest.mark.parametrize(
    ("text", "told", "kept"),
    [
        ("新桥今天通车。", "河湾新桥通车", True),
        ("Ida Brook starts today.", "Harborlight names Ida Brook its finance chief", True),
        ("Ida Brook starts today.", None, False),
        ("Please enable JavaScript.", "Harborlight names Ida Brook its finance chief", False),
        ("正在加载，请稍候。", "河湾新桥通车", False),
    ],
)
def test_a_sentence_under_an_announced_headline_is_an_article(text: str, told: str | None, kept: bool) -> None:
    title = told or "Harborlight names Ida Brook its finance chief"
    body = f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1><p>{text}</p></article></body></html>"
    try:
        record = _read(body, Link("https://x.example/flash/1", told))
    except NotAnArticle:
        assert not kept
    else:
        assert (record.text, kept) == (text, True)


CONSENT = {
    "en": "We and our 31 partners store and access information on your device. You can withdraw consent at any time in the cookie settings. "
    "We use cookies to deliver our services. Accept all. Reject all.",
    "zh": "我们及我们的31家合作伙伴会在您的设备上存储信息。您可以在隐私设置中管理cookie，也可以撤回您的同意。全部接受，或者拒绝全部cookie。",
}


@pytest.mark.parametrize("text", CONSENT.values(), ids=CONSENT)
def test_a_page_that_asks_for_consent_is_no_article(text: str) -> None:
    with pytest.raises(NotAnArticle) as refused:
        _read(
            f"<html><head><title>Notice</title></head><body><main><h1>Notice</h1><p>{text}</p></main></body></html>",
            Link("https://x.example/a/1"),
        )
    assert refused.value.reason == "consent-wall"


def test_a_temporary_link_of_wechat_knows_its_lasting_one() -> None:
    own = "http://mp.weixin.qq.com/s?__biz=Mz1&amp;mid=22&amp;idx=1&amp;sn=ff"
    body = f'<html><head><meta property="og:url" content="{own}"></head><body><h1 id="activity-name">河湾新桥今天通车</h1><div id="js_content">'
    link = Link("https://mp.weixin.qq.com/s?src=11&timestamp=1795580000&ver=1&signature=zz")
    record = _read(
        body
        + "<p>河湾新桥今天上午通车，全长两公里，连接东西两岸，比原计划提前了三个月完工。首日有两万人走过，夜里还放了灯光。</p></div></body></html>",
        link,
    )
    assert [fact.quote for fact in record.facts if fact.value == "canonical"] == [own.replace("&amp;", "&")]


@pytest.mark.parametrize(
    ("canonical", "kept"),
    [("/a/20261124/7654321.html?x=1", True), ("/amp/7654321", True), ("/list/20261124", False), ("/a/2026-11-24/", False), ("/a/20261124/", False)],
)  # fmt: skip
def test_an_address_of_the_same_day_is_not_the_same_article(canonical: str, kept: bool) -> None:
    body = BRIDGE.replace("<head>", f'<head><link rel="canonical" href="{canonical}">')
    record = _read(body, Link("https://x.example/a/20261124/7654321.html"))
    assert any(fact.value == "canonical" for fact in record.facts) is kept


ELSE = [
    ("系统升级公告", "尊敬的用户：我站将于今晚22时至次日6时进行升级维护，届时暂停访问，请提前做好安排，感谢您的支持与理解。"),
    ("安全检查", "您的访问请求可能存在安全风险，正在进行检查，请稍候。检查完成后将自动跳转。事件编号：8f3a2b。"),
    ("请求过于频繁", "您的请求过于频繁，请稍后再试。如果您认为这是一个错误，请联系网站管理员，并提供您的地址与访问时间。"),
    (
        "Scheduled downtime",
        "Our engineers are upgrading the servers tonight. Service will resume shortly; thank you for your patience.",
    ),
]


@pytest.mark.parametrize(("heading", "text"), ELSE)
def test_a_short_page_that_has_nothing_of_its_announced_headline_is_another(heading: str, text: str) -> None:
    body = f"<title>{heading}</title><h1>{heading}</h1><p>{text}</p>"
    announced = "Harbour board leases twelve inspection robots" if heading.isascii() else "江湾港口租用十二台巡检机器人"
    with pytest.raises(NotAnArticle) as refused:
        _read(body, Link("https://jw.example/2026/1.html", title=announced))
    assert refused.value.reason == "other-page"
    assert _read(body, Link("https://jw.example/2026/1.html", title=heading)).title == heading
    assert _read(body, Link("https://jw.example/2026/1.html")).title == heading
