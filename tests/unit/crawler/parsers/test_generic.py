"""Articles of our own making in real layouts, and pages that are none. tests/sites/articles/expected.json holds what is right."""

import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.errors import NotAnArticle, ReadError
from crawler.html import boilerplate, bylines, script_state
from crawler.html.metadata import strip_site
from crawler.html.tree import gather, parse
from crawler.parsers import generic
from crawler.record import Link, Page, Record
from crawler.stages import read as reading

SITES = Path(__file__).parents[3] / "sites" / "articles"
ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, 18, 0, tzinfo=ZONE)
EXPECTED = json.loads((SITES / "expected.json").read_text("utf-8"))
URL = "https://paper.example/a/20261123/123456.html"
PROSE = "星河智算在江湾市发布新一代推理芯片，单卡功耗比上一代下降三成，首批样品已经交给客户试用。"


def _read(body: str, url: str = URL) -> Record:
    return generic.read(Page(url, body.encode(), NOW, "text/html; charset=utf-8"), Link(url), ZONE)


def _article(*lines: str, head: str = "", bar: str = "2026-11-23 09:41 来源：江湾日报") -> str:
    paragraphs = "".join(f"<p>{line}</p>" for line in lines)
    return f"<title>新一代推理芯片发布_江湾网</title>{head}<h1>新一代推理芯片发布</h1><div>{bar}</div><article>{paragraphs}</article>"


@pytest.mark.parametrize("expected", EXPECTED, ids=[expected["page"] for expected in EXPECTED])
class TestOwnPages:
    def _record(self, expected: dict[str, str]) -> Record:
        page = Page(expected["url"], (SITES / f"{expected['page']}.html").read_bytes(), NOW)
        return reading.read(page, Link(expected["url"]), None, ZONE)

    def test_title_and_text(self, expected: dict[str, str]) -> None:
        record = self._record(expected)
        assert record.title == expected["title"]
        assert record.text.split("\n") == expected["text"]

    def test_title_and_text_without_knowing_the_site(self, expected: dict[str, str]) -> None:
        page = Page(expected["url"], (SITES / f"{expected['page']}.html").read_bytes(), NOW)
        record = generic.read(page, Link(expected["url"]), ZONE)
        assert record.title == expected["title"]
        assert record.text.split("\n") == expected["text"]

    def test_date_people_and_keywords(self, expected: dict[str, str]) -> None:
        record = self._record(expected)
        assert record.published == datetime.fromisoformat(expected["published"])
        assert (record.author, record.publisher) == (expected["author"], expected["publisher"])
        assert list(record.keywords) == expected["keywords"]


def test_every_own_page_has_its_gold() -> None:
    assert {path.stem for path in SITES.glob("*.html")} == {expected["page"] for expected in EXPECTED}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<title>Just a moment...</title><p>Checking your browser before you continue, please wait a little.</p>", "captcha"),
        ("<title>安全验证</title><p>请完成下方验证后继续访问，感谢您的理解与支持，给您带来不便敬请谅解。</p>", "captcha"),
        (
            "<title>404</title><h1>页面不存在</h1><p>抱歉，您访问的页面不存在或已被删除，请返回首页继续浏览其他内容。</p>",
            "soft-404",
        ),
        (
            "<title>Page not found</title><p>Sorry, we could not find the page that you were looking for on our site.</p>",
            "soft-404",
        ),
        (
            "<title>登录</title><p>请先登录，登录后查看全文内容，还没有账号的用户可以免费注册一个新账号。</p><input type=password>",
            "login-wall",
        ),
        (
            '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": "False"}</script><h1>A long read</h1>'
            "<p>The first paragraph is free to read for everyone, and it says what the story is about.</p>"
            "<p>Subscribe to continue reading</p>",
            "paywall-stub",
        ),
        (
            '<meta property="og:type" content="video.other"><h1>发布会回放</h1><video></video><p>时长一分四十五秒，请在无线网络下观看视频。</p>',
            "video-only",
        ),
        ("<h1>新闻</h1>" + "".join(f'<li><a href="/{n}.html">第{n}条新闻的标题写在这里</a></li>' for n in range(40)), "listing"),
        (
            "<title>Search results</title><form></form>"
            + "".join(f'<div class="hit"><h3><a href="/{n}">Result {n} of many</a></h3><p>{PROSE}</p></div>' for n in range(12)),
            "search",
        ),
        ("<title>t</title><div></div>", "empty"),
        ("<title>t</title><p>只有，一句。</p><p>很短的话，没了。</p>", "empty"),
    ],
)
def test_what_is_no_article_is_refused_with_its_reason(body: str, reason: str) -> None:
    with pytest.raises(NotAnArticle) as refused:
        _read(body)
    assert refused.value.reason == reason


def test_three_paragraphs_of_a_closed_article_are_told() -> None:
    closed = '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "A long read", "isAccessibleForFree": "False"}</script>'
    shown = "".join(
        f"<p>{words} of the crane was free to read, and it told in so many words what the whole of the story would be about, how it began "
        "in a yard by the river, who first heard of it, and why so few people took the news for what it was.</p>"
        for words in ("One part", "The next part", "A third part")
    )
    assert len(_read(f"{closed}<h1>A long read</h1><div>{shown}</div><p>Subscribe to continue reading</p>").text.split("\n")) == 3


def test_what_a_membership_costs_is_no_text() -> None:
    wall = (
        "<div class=z1><p>开通会员后继续阅读</p><p>月度会员三十元，可读全部报道。</p><p>年度会员三百元，另赠年刊一册。</p></div>"
    )
    page = f"<title>新一代推理芯片发布</title><h1>新一代推理芯片发布</h1><div>{_all('<p>{}</p>', TEXT + OTHERS * 3)}</div>{wall}"
    assert "会员" not in _read(page).text


def test_what_a_closed_article_shows_is_told_where_its_source_announces_it() -> None:
    title = "滨江造船厂把焊缝检查交给模型"
    page = Page(URL, f"<h1>{title}</h1><p>{PROSE}</p><p>{PROSE[::-1]}。</p><p>开通会员，继续阅读全文</p>".encode(), NOW)
    with pytest.raises(NotAnArticle, match="paywall-stub"):
        generic.read(page, Link(URL), ZONE)
    assert PROSE in generic.read(page, Link(URL, title=title), ZONE).text


def test_an_article_about_captchas_is_an_article() -> None:
    body = _article(*(f"{PROSE}人机验证与 captcha 是第{n}段的话题，页面不存在时也会出现。" for n in range(12)))
    assert "captcha" in _read(body).text


@pytest.mark.parametrize("title", ["404 Media 起诉人工智能公司", "滨江智能融资 404 万元", "第 404 号公告：试点扩大"])
def test_a_short_article_may_have_a_404_in_its_title(title: str) -> None:
    assert _read(f"<title>{title}</title><h1>{title}</h1><article><p>{PROSE}</p></article>").title == title


@pytest.mark.parametrize("title", ["404", "404 Not Found", "404 - 某站", "Error 404", "HTTP 404", "错误404", "404 页面未找到"])
def test_a_404_that_says_so_is_none(title: str) -> None:
    with pytest.raises(NotAnArticle, match="soft-404"):
        _read(f"<title>{title}</title><h1>{title}</h1><p>{PROSE}</p>")


def test_one_sentence_is_an_article() -> None:
    assert _read(_article(PROSE)).text == PROSE


@pytest.mark.parametrize(
    "line",
    [
        "责任编辑：编辑甲",
        "(责编：编辑甲、编辑乙)",
        "原标题：另一个标题",
        "来源：江湾日报",
        "扫码关注我们的公众号",
        "关键词：芯片 算力",
        "相关阅读",
        "免责声明：本文仅代表作者观点，不构成投资建议。",
        "未经授权，不得转载",
        "上一篇：另一条新闻的标题",
        "Read more: Ten robots to watch",
        "Sign up for our newsletter and get updates in your inbox.",
        "© 2026 Harbor Wire. All rights reserved.",
        "By Jane Doe, Science Editor",
        "Advertisement",
    ],
)
def test_furniture_among_the_paragraphs_is_dropped(line: str) -> None:
    assert boilerplate.is_noise(line)
    assert line not in _read(_article(PROSE, line, PROSE[::-1])).text


@pytest.mark.parametrize(
    "line",
    [
        "来源多元是这个数据集的特点，公司希望借此降低偏差。",
        "编辑部在会上表示，明年将增加两个栏目。",
        "相关负责人介绍，项目总投资约四亿元。",
        "Share prices rose after the announcement, and analysts expect more.",
        "Read together, the two papers tell one story.",
        "Advertisers left the platform in the spring.",
    ],
)
def test_prose_that_begins_like_furniture_stays(line: str) -> None:
    assert not boilerplate.is_noise(line)
    assert line in _read(_article(PROSE, line, PROSE[::-1])).text


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("新华社北京11月23日电（记者张三）今天", ["张三"]),
        ("本报记者 王五 李 四", ["王五", "李四"]),
        ("文/张三", ["张三"]),
        ("采写：南都见习记者 李四", ["李四"]),
        ("【文/专栏作者 王五】", ["王五"]),
        ("澎湃新闻记者 欧阳三", ["欧阳三"]),
        ("张三/江湾青年报", ["张三"]),
        ("记者从现场获悉，项目已经启动", []),
        ("记者在现场看到", []),
        ("资料图。新华社记者 张三 摄", []),
    ],
)
def test_chinese_bylines(text: str, names: list[str]) -> None:
    assert bylines.chinese([text]) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("By Jane Doe and John Roe", ["Jane Doe", "John Roe"]),
        ("By Jane Doe, Science Editor", ["Jane Doe"]),
        ("Written by Ludwig van der Roe", ["Ludwig van der Roe"]),
        ("By the newsroom", []),
        ("Stand by Me tops the charts", []),
    ],
)
def test_english_bylines(text: str, names: list[str]) -> None:
    assert bylines.english([text]) == names


@pytest.mark.parametrize(
    ("meta", "bar", "author"),
    [
        ("编辑甲", "2026-11-23 09:41 责任编辑：编辑甲", None),
        ("江湾网", "2026-11-23 09:41", None),
        ("name, email@example.com", "2026-11-23 09:41", None),
        ("张三", "2026-11-23 09:41", "张三"),
        ("江湾网", "2026-11-23 09:41 作者：李四", "李四"),
        ("", "2026-11-23 09:41", None),
    ],
)
def test_authors_are_people_not_editors_or_sites(meta: str, bar: str, author: str | None) -> None:
    assert _read(_article(PROSE, PROSE[::-1], head=f'<meta name="author" content="{meta}">', bar=bar)).author == author


@pytest.mark.parametrize(
    ("head", "bar", "published"),
    [
        ("", "2026年11月23日 09:41 来源：江湾日报", "2026-11-23T09:41+08:00"),
        ("", "发布时间：2026-11-2309:41优质作者", "2026-11-23T09:41+08:00"),
        ("", "3小时前", "2026-11-24T15:00+08:00"),
        ("", "昨天 12:00", "2026-11-23T12:00+08:00"),
        ("", "3 hours ago", "2026-11-24T15:00+08:00"),
        ("", "2026年11月23日09时41分", "2026-11-23T09:41+08:00"),
        ("", "23/11/2026 09:41", "2026-11-23T09:41+08:00"),
        ("", "2026-11-23T01:41:00Z", "2026-11-23T09:41+08:00"),
        ("", "更新时间：2026-11-23 10:00 发布时间：2026-11-23 09:41", "2026-11-23T09:41+08:00"),
        ("", "<p>2026-11-23</p><p>09:41</p>", "2026-11-23T09:41+08:00"),
        ("", "<p>责任编辑：编辑甲</p><p>2026-11-23 09:41:30</p>", "2026-11-23T09:41:30+08:00"),
        ('<script>var ct="1795392000";</script>', "", "2026-11-23T08:00+08:00"),
        ('<meta name="publishdate" content="2026-11-23">', "2026-11-23 09:41", "2026-11-23T09:41+08:00"),
        (
            '<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2026-11-23T01:41:00Z"}</script>',
            "2026-11-23 09:45",
            "2026-11-23T09:41+08:00",
        ),
        ('<meta name="pubdate" content="2099-01-01 10:00">', "2026-11-23 09:41", "2026-11-23T09:41+08:00"),  # never in the future
        ("", "", "2026-11-23T00:00+08:00"),  # the address, last
    ],
)
def test_the_date_and_its_time_of_day(head: str, bar: str, published: str) -> None:
    assert _read(_article(PROSE, PROSE[::-1], head=head, bar=bar)).published == datetime.fromisoformat(published)


@pytest.mark.parametrize(
    ("bar", "publisher"),
    [
        ("2026-11-23 09:41 来源：江湾日报 作者：张三", "江湾日报"),
        ("江湾日报 2026-11-23 09:41", "江湾日报"),
        ("2026-11-23 09:41 · 江湾日报", "江湾日报"),
        ("来源于：《江湾日报》 2026-11-23", "江湾日报"),
        ("2026-11-23 09:41", "江湾网"),  # the site's name in the page's title
    ],
)
def test_the_publisher(bar: str, publisher: str) -> None:
    assert _read(_article(PROSE, PROSE[::-1], bar=bar)).publisher == publisher


@pytest.mark.parametrize(
    ("title", "short"),
    [
        ("新一代推理芯片发布_科技频道_江湾网", "新一代推理芯片发布"),
        ("新一代推理芯片发布--IT--江湾网", "新一代推理芯片发布"),
        ("新一代推理芯片发布-江湾网", "新一代推理芯片发布"),
        ("GPT-7 发布 - 江湾网", "GPT-7 发布"),
        ("棱镜|芯片公司抢跑推理市场_财经_江湾网", "棱镜|芯片公司抢跑推理市场"),
        ("A second plant for robots | Harbor Wire", "A second plant for robots"),
        ("A second plant for robots - Harbor Wire", "A second plant for robots"),
        ("Robots - what comes next", "Robots - what comes next"),
        ("A second plant", "A second plant"),
    ],
)
def test_a_title_loses_its_site(title: str, short: str) -> None:
    assert strip_site(title) == short


HEADLINE = "芯片公司抢跑推理市场：谁能笑到最后？"


@pytest.mark.parametrize(
    "top",
    [
        f"<title>{HEADLINE}丨深度 - 江湾网</title><body>",
        f"<title>江湾网|{HEADLINE}</title><body><h1>{HEADLINE}</h1>",
        f"<title>{HEADLINE[:9]}...-江湾网</title><body><h1>{HEADLINE}</h1>",
        f"<title>{HEADLINE}_江湾网</title><body><h1><a href=/>江湾网</a></h1><div>{HEADLINE}</div>",
        f"<title>江湾网</title><body><h1>江湾网</h1><h2>{HEADLINE}</h2>",
        f"<title>新闻详情-江湾网</title><body><div class=art-title>{HEADLINE}</div>",
        f'<title>江湾网</title><meta property="og:title" content="{HEADLINE}"><body><h1>江湾网</h1><div>{HEADLINE}</div>',
        f"<title>{HEADLINE}</title><body><h1>{HEADLINE} <small>来源：江湾网</small></h1>",
        f"<title>溪口科技周刊 | 产业 | {HEADLINE}</title><body><h1>溪口科技周刊</h1><h2>{HEADLINE}</h2>",
        f"<title>{HEADLINE} - 江湾网</title><body><h1>{HEADLINE[:11]}<br>{HEADLINE[11:]}</h1>",
    ],
)
def test_the_headline_is_found_where_others_stand_in_its_place(top: str) -> None:
    record = _read(f"{top}<div>2026-11-23 09:41</div><div><p>{PROSE}</p><p>{PROSE[::-1]}</p></div>")
    assert (record.title, record.text) == (HEADLINE, f"{PROSE}\n{PROSE[::-1]}")


def test_a_title_that_was_escaped_twice_is_one_plain_line() -> None:
    head = '<title>Harbor Wire</title><meta property="og:title" content="Salt &amp;amp; Sons&amp;#8217; robots count crates">'
    assert _read(f"{head}<body><p>{PROSE}</p><p>{PROSE[::-1]}</p>").title == "Salt & Sons’ robots count crates"


@pytest.mark.parametrize(
    ("site", "pieces"),
    [
        ("_溪口市人民政府网", ("溪口市人民政府办公室", "关于支持智能机器人产业", "发展的若干意见")),
        (" | Creek City Online", ("The council of Creek City", "on its plan for", "machine translation in courts")),
    ],
)
def test_a_headline_in_several_lines_of_no_rank_is_one_and_no_text(site: str, pieces: tuple[str, ...]) -> None:
    title = ("" if site.startswith("_") else " ").join(pieces)
    body = f"<p align=center><b>{'<br>'.join(pieces)}</b></p>" + "".join(f"<p>{PROSE}{n}。</p>" for n in ("一", "二"))
    record = _read(f"<title>{title}{site}</title><div class=content>{body}</div>")
    assert record.title == title
    assert record.text == f"{PROSE}一。\n{PROSE}二。"


def test_the_canonical_address_is_a_hint_when_it_names_this_article() -> None:
    def hint(href: str) -> list[str]:
        record = _read(_article(PROSE, PROSE[::-1], head=f'<link rel="canonical" href="{href}">'))
        return [fact.quote for fact in record.facts if fact.value == "canonical"]

    assert hint("https://www.paper.example/2026/123456.html") == ["https://www.paper.example/2026/123456.html"]
    assert hint("https://paper.example/") == []  # a home page is no article's name
    assert hint("https://elsewhere.example/a/123456.html") == []
    assert hint("javascript:void(0)") == []


def test_a_script_is_read_only_when_it_knows_the_title() -> None:
    other = json.dumps({"title": "另一篇文章", "content": f"<p>{PROSE * 9}</p>"}, ensure_ascii=False)
    assert _read(_article(PROSE) + f"<script>var data = {other};</script>").text == PROSE


def test_the_state_names_the_article_where_the_page_is_still_loading() -> None:
    state = {
        "siteName": "江湾网",
        "detail": {"title": "星河智算向三家客户交付首批芯片", "content": f"<p>{PROSE}</p><p>{PROSE[::-1]}</p>"},
    }
    page = f"<title>加载中</title><div id=app></div><script>var state = {json.dumps(state, ensure_ascii=False)};</script>"
    assert _read(page).title == "星河智算向三家客户交付首批芯片"


@pytest.mark.parametrize(
    "script",
    [
        'window.__STATE__ = {"page": {"title": "新一代推理芯片发布", "content": "<p>%s</p><p>%s</p>"}};',
        "var info = {title: '新一代推理芯片发布', content: '&quot;\\u003Cp\\u003E%s\\u003C\\u002Fp\\u003E\\u003Cp\\u003E%s\\u003C/p\\u003E&quot;'};",
        'var raw = JSON.parse("{\\"title\\": \\"新一代推理芯片发布\\", \\"body\\": \\"<p>%s</p><p>%s</p>\\"}");',
    ],
)
def test_states_in_scripts_are_read(script: str) -> None:
    body = f"<title>新一代推理芯片发布</title><div id=app></div><script>{script % (PROSE, PROSE[::-1])}</script>"
    assert _read(body).text == f"{PROSE}\n{PROSE[::-1]}"


@pytest.mark.parametrize(("shown", "first"), [(PROSE, "另一个开头"), ("另一个开头" * 40, "另一个开头")])
def test_the_text_told_to_programs_counts_when_the_two_share_nothing(shown: str, first: str) -> None:
    told = "".join(f"另一个开头，第{number}句说的是完全不同的事情，与页面上的文字没有关系。" for number in range(20))
    head = f'<script type="application/ld+json">{{"@type": "NewsArticle", "articleBody": "{told}"}}</script>'
    assert _read(_article(shown, head=head)).text.startswith(first)
    assert _read(_article(told, PROSE, head=head)).text == f"{told}\n{PROSE}"


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_script_is_survived(text: str) -> None:
    root = parse("<p>x</p>")
    tags = gather(root)
    tags.scripts.append(("", f'var a = {{"title": "x", "b": {text}}}; self.__next_f.push([1,"{text}"])'))
    assert isinstance(script_state.article(tags, "x", alone=True).text, str)


@settings(deadline=None)
@given(st.binary(max_size=600))
def test_any_bytes_are_a_record_or_a_read_error(body: bytes) -> None:
    try:
        record = generic.read(Page(URL, b"<h1>t</h1><p>" + body, NOW.astimezone(UTC)), Link(URL), ZONE)
    except ReadError:
        return
    assert record.text


OTHERS = tuple(f"第{n}家公司宣布了与此无关的另一件事，细节将在下月的发布会上公布，届时会有更多数据。" for n in range(9))
TEXT = (PROSE, PROSE[::-1], "业内人士认为，推理成本仍是大模型落地的主要障碍，还要看软件生态的成熟速度。")


def _all(form: str, lines: tuple[str, ...] = TEXT) -> str:
    return "".join(form.format(line) for line in lines)


_cards = "".join(f'<div class=card><h4><a href="/{n}">{line[:14]}</a></h4><p>{line}</p></div>' for n, line in enumerate(OTHERS))


@pytest.mark.parametrize(
    ("body", "text"),
    [
        pytest.param(_all("<div>{}</div>"), TEXT, id="no paragraphs"),
        pytest.param("<br>".join(TEXT), TEXT, id="breaks only"),
        pytest.param(f"<pre>{chr(10).join(TEXT)}</pre>", TEXT, id="preformatted, a line a paragraph"),
        pytest.param(f"<ul>{_all('<li>{}</li>')}</ul>", TEXT, id="a list"),
        pytest.param(f"<table><tr><td><table><tr><td>{_all('<p>{}</p>')}</table><td>{_cards}</table>", TEXT, id="nested tables"),
        pytest.param(
            f"<div>{_all('<p>{}</p>')}</div><div class=right>{_cards * 3}</div>", TEXT, id="a sidebar longer than the article"
        ),
        pytest.param(f"<div>{_all('<p>{}</p>')}</div><div>{_cards}</div>", TEXT, id="related articles with abstracts"),
        pytest.param(
            f"<div>{_all('<p>{}</p>')}</div><div class=comments>{_all('<p>{}</p>', OTHERS)}</div>",
            TEXT,
            id="comments longer than the article",
        ),
        pytest.param(
            f"<div>{_all('<p>{}</p>')}</div><div><h3>网友评论</h3>{_all('<div class=u><b>网友</b><p>{}</p></div>', OTHERS)}</div>",
            TEXT,
            id="comments that only their heading names",
        ),
        pytest.param(
            f"<div>{_all('<p>{}</p>')}</div><div class=foot>{_all('<p>{}</p>', OTHERS)}</div>",
            TEXT,
            id="a foot longer than the article",
        ),
        pytest.param(
            f"<div>{_all('<p>{}</p>')}</div><div id=site-consent-sdk>{_all('<p>{}</p>', OTHERS)}</div>",
            TEXT,
            id="a cookie notice",
        ),
        pytest.param(
            f"<div>{_all('<p>{}</p><div class=ad><p>限时三天，先到先得，领取礼包。</p></div>')}</div>", TEXT, id="ads between"
        ),
        pytest.param(
            f"<div>{_all('<p>{}</p>')}<p>責任編輯：李四</p><p>延伸閱讀</p><p><a href=/1>另一條新聞</a></p></div>",
            TEXT,
            id="traditional credits",
        ),
        pytest.param(
            f"<div>{_all('<p>{}</p>')}<p>— 完 —</p><p>一键三连「分享」「点赞」和「在看」</p><p>商务合作请联系编辑部邮箱</p></div>",
            TEXT,
            id="promotion",
        ),
        pytest.param(
            f"<div>{_all('<p>{}</p>')}</div><div class=z1><div class=z2>作者简介</div><div class=z3>{_all('<p>{}</p>', OTHERS)}</div></div>",
            TEXT,
            id="a box that only its heading names",
        ),
        pytest.param(
            f"<div><p>{TEXT[0]}</p><div class=z1><h3>热点推荐</h3>{_all('<p>{}</p>', OTHERS[:3])}</div><p>{TEXT[1]}</p><p>{TEXT[2]}</p></div>",
            TEXT,
            id="such a box among the paragraphs",
        ),
        pytest.param(
            f"<div><p>{TEXT[0]}</p><div class=k><img src=a.jpg><span>值班员在江湾泵站。图源：受访者</span></div><p>{TEXT[1]}</p><p>{TEXT[2]}</p></div>",
            TEXT,
            id="a caption in an element of no name",
        ),
        pytest.param(
            f"<div><p>{TEXT[0]}</p><img src=a.jpg><p class=img-desc>江湾泵站的值班员与水泵</p><p>{TEXT[1]}</p><p>{TEXT[2]}</p></div>",
            TEXT,
            id="a caption by its class",
        ),
        pytest.param(
            f"<div>{_all('<article id=post-ad45e1><header>17:42</header><div>江湾台李四，现场记者</div><p>{}</p></article>')}</div>",
            TEXT,
            id="posts with a time and a byline each, whose number looks like an advertisement's",
        ),
        pytest.param(
            f"<div>{_all('<p>{}<a href=#fn1>[1]</a><sup><a href=#fn2>2</a></sup><sup>[3]</sup></p>')}</div>",
            TEXT,
            id="numbers of footnotes",
        ),
        pytest.param(
            f"<div><p>{TEXT[0]}</p><h2 class=anchorWithStickyNavbar>三成从哪里来<a href=#a>#</a></h2><p>{TEXT[1]}</p>"
            f"<h2><a href=#b>还看生态</a></h2><p>{TEXT[2]}</p></div>",
            (TEXT[0], "三成从哪里来", TEXT[1], "还看生态", TEXT[2]),
            id="headings that link to themselves",
        ),
    ],
)
def test_layouts_that_mislead(body: str, text: tuple[str, ...]) -> None:
    assert _read(f"<title>新一代推理芯片发布_江湾网</title><h1>新一代推理芯片发布</h1>{body}").text.split("\n") == list(text)


@pytest.mark.parametrize("heading", ["We value your privacy", "Cookie settings", "我们重视您的隐私"])
def test_a_request_for_consent_above_the_headline_is_no_text_however_long(heading: str) -> None:
    asked = f"<div class=z1><h2>{heading}</h2>{_all('<p>{}</p>', OTHERS * 3)}</div>"
    page = f"<title>新一代推理芯片发布_江湾网</title>{asked}<div><h1>新一代推理芯片发布</h1><div>{_all('<p>{}</p>')}</div></div>"
    assert _read(page).text.split("\n") == list(TEXT)


def test_a_label_above_the_headline_is_no_text() -> None:
    page = f"<title>新一代推理芯片发布</title><div><div>法庭</div><h1>新一代推理芯片发布</h1>{_all('<p>{}</p>')}</div>"
    assert _read(page).text.split("\n") == list(TEXT)


def test_a_section_of_related_work_is_text() -> None:
    body = f"<section><h2>三成</h2>{_all('<p>{}</p>')}</section><section><h2>Related work</h2><p>{OTHERS[0]}</p><p>{OTHERS[1]}</p></section>"
    assert OTHERS[1] in _read(f"<title>新一代推理芯片发布</title><h1>新一代推理芯片发布</h1><div>{body}</div>").text


@pytest.mark.parametrize(
    "said",
    [
        '"author": "Ann Poe"',
        '"byline": "By Ann Poe"',
        '"authors": [{"name": "Ann Poe", "bio": "She writes."}]',
        '"author": {"firstName": "Ann", "lastName": "Poe"}',
        '"credits": {"by": [{"name": "Ann Poe"}]}',
        '"authors": {"edges": [{"node": {"displayName": "Ann Poe"}}]}',
    ],
)
def test_the_author_whom_only_the_state_names(said: str) -> None:
    text = "The ferry company will replace eleven of its boats with electric ones, its board decided on Tuesday. " * 4
    state = f'{{"article": {{"title": "Ferry company replaces its boats", "body": "<p>{text}</p><p>{text[50:]}</p>", {said}}}}}'
    page = f'<title>Ferry company replaces its boats</title><div id=app></div><script type="application/json">{state}</script>'
    assert _read(page).author == "Ann Poe"


def test_an_author_to_whom_the_state_refers_by_name() -> None:
    text = "The ferry company will replace eleven of its boats with electric ones, its board decided on Tuesday. " * 4
    article = {
        "title": "Ferry company replaces its boats",
        "body": f"<p>{text}</p><p>{text[50:]}</p>",
        "author": {"__ref": "Author:1"},
    }
    state = json.dumps({"Article:7": article, "Author:1": {"name": "Ann Poe"}})
    page = f"<title>Ferry company replaces its boats</title><div id=app></div><script>window.__APOLLO_STATE__ = {state}</script>"
    assert _read(page).author == "Ann Poe"


def test_a_flash_stands_alone_among_the_others_of_its_page() -> None:
    flashes = "".join(
        f'<div class=item><h2><a href="/{n}">{line[:14]}</a></h2><p>{line}</p></div>' for n, line in enumerate(OTHERS)
    )
    assert (
        _read(f"<title>新一代推理芯片发布</title><div class=item><h1>新一代推理芯片发布</h1><p>{PROSE}</p></div>{flashes}").text
        == PROSE
    )


def test_the_next_article_of_an_endless_page_is_another() -> None:
    article = "<article><h1>{}</h1><div class=c>{}</div></article>"
    pages = article.format("新一代推理芯片发布", _all("<p>{}</p>")) + article.format(
        "另一篇文章的标题在此", _all("<p>{}</p>", OTHERS)
    )
    assert _read(f"<title>新一代推理芯片发布</title><body>{pages}").text.split("\n") == list(TEXT)


def test_rich_text_in_a_state_keeps_its_paragraphs() -> None:
    runs = [{"type": "text", "text": PROSE[:9]}, {"type": "link", "content": [{"type": "text", "text": PROSE[9:]}]}]
    state = {"title": "新一代推理芯片发布", "content": [{"type": "paragraph", "content": runs}]}
    body = (
        f"<title>新一代推理芯片发布</title><div id=app></div><script>window.S = {json.dumps(state, ensure_ascii=False)};</script>"
    )
    assert _read(body).text == PROSE


def test_a_known_script_whose_text_has_another_shape_is_left_to_the_generic_reader() -> None:
    state = {
        "articleDetail": {"title": "新一代推理芯片发布", "content": {"html": f"<p>{PROSE}</p>"}, "dateline": [], "user_info": 7}
    }
    body = f"<title>新一代推理芯片发布-虎嗅网</title><h1>新一代推理芯片发布</h1><p>{PROSE}</p><script>window.S={json.dumps(state)}</script>"
    url = "https://www.huxiu.com/article/4812347.html"
    record = reading.read(Page(url, body.encode(), NOW, "text/html; charset=utf-8"), Link(url), None, ZONE)
    assert record.text == PROSE
    assert [fact.value for fact in record.facts] == ["parser-fallback"]
