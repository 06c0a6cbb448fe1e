"""The broadcaster's pages: both desktop layouts, and the mobile shell that holds no article."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from crawler.errors import NotAnArticle, ReadError
from crawler.parsers import cctv
from crawler.record import Link, Page

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
MOBILE = "https://news.cctv.com/m/a/index.shtml?id=ARTIa1B2c3D4e5F6g7H8i9J0k1L2261123"
DESKTOP = """
<div class="title_area"><h1>智算中心启用</h1><div class="info1">来源：央视网 | 2026年11月23日 09:41</div></div>
<div class="content_area" id="content_area"><p>原标题：</p><p>　　第一段说明发生了什么，谁参加，在哪里。</p>
<p>　　第二段说明为什么，以及下一步怎么走。（责任编辑：编辑乙）</p><script>var a = 1;</script></div>
<div class="zebian"><span>编辑：{editor}</span></div><div id="searchkeywords"><ul><li><a>人工智能</a></li><li><a>上海</a></li></ul></div>"""


def _read(body: str, url: str = MOBILE, zone: str = "Asia/Shanghai"):
    return cctv.read(Page(url, body.encode(), NOW, "text/html; charset=utf-8"), Link(url), ZoneInfo(zone))


def test_the_desktop_page_is_read_under_the_mobile_address() -> None:
    record = _read('<meta name="author" content="张三"><meta name="source" content="央视网">' + DESKTOP.format(editor="编辑甲"))
    assert record.title == "智算中心启用"
    assert record.link == MOBILE
    assert record.text == "第一段说明发生了什么，谁参加，在哪里。\n第二段说明为什么，以及下一步怎么走。"
    assert record.keywords == ("人工智能", "上海")
    assert [(fact.kind, fact.value, fact.quote, fact.by) for fact in record.facts] == [
        ("keyword", "人工智能", "meta keywords: 人工智能 上海", "page"),
        ("keyword", "上海", "meta keywords: 人工智能 上海", "page"),
    ]
    assert (record.author, record.publisher) == ("张三", "央视网")


def test_the_time_is_beijing_time_wherever_we_are() -> None:
    record = _read(DESKTOP, zone="America/New_York")
    assert record.published == datetime(2026, 11, 23, 1, 41, tzinfo=UTC)


def test_an_editor_is_no_author() -> None:
    assert _read('<meta name="author" content="编辑甲">' + DESKTOP.format(editor="编辑甲")).author is None


def test_the_mobile_shell_is_no_article() -> None:
    with pytest.raises(NotAnArticle) as refused:
        _read('<div id="app"></div><div class="footer">央视网 版权所有</div><script src="/m/a/index.js"></script>')
    assert refused.value.reason == "shell"


def test_another_layout_is_an_error_that_names_itself() -> None:
    with pytest.raises(ReadError, match="known layout"):
        _read("<h1>另一种版式</h1>" + "<p>这里有很多文字，但是没有一个认识的容器。</p>" * 40)
