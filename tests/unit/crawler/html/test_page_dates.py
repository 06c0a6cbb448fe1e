"""Which of a page's dates is its article's. Now is Tuesday 24 November 2026, 18:00 in Shanghai."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest

from crawler.record import Link, Page
from crawler.stages.read import read

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, 18, 0, tzinfo=SHANGHAI)
URL = "https://daily.example/story/harbour-robots"
TITLE = "Harbour robots unload their first ship at night"
TEXT = "".join(
    f"<p>{line}</p>"
    for line in (
        "The port of Linden let its robots unload a whole ship on their own for the first time on Monday night, its operator said.",
        "Eleven machines moved four hundred containers in six hours, about as many as two crews do in the same time by daylight.",
        "Engineers watched from a cabin on the quay and stopped the work twice, both times because of fog over the basin.",
        "The operator wants to run three nights a week from spring on, and the union has asked for talks about the shifts.",
    )
)
ZH_TITLE = "林港码头机器人首次在夜间独立卸船"
ZH_TEXT = "".join(
    f"<p>{line}</p>"
    for line in (
        "林港集团星期一晚间宣布，码头机器人首次在夜间独立完成了一整艘货轮的卸载作业，全程没有人员进入堆场。",
        "十一台设备在六个小时内搬运了四百个集装箱，相当于两个班组在白天同样时间里的工作量，调度由本地模型完成。",
        "工程师在岸边的控制室里值守，期间因为港池起雾两次叫停作业，集团称系统在能见度恢复后自行继续。",
        "集团计划从明年春天起每周运行三个夜班，工会已经提出就排班问题进行协商，双方将在下月见面。",
    )
)


def published(
    *, bar: str = "", head: str = "", foot: str = "", url: str = URL, lang: str = "en", text: str | None = None
) -> datetime | None:
    """The date of a page with these parts."""
    title, body = (ZH_TITLE, ZH_TEXT) if lang == "zh" else (TITLE, TEXT)
    body = body if text is None else text
    html = f"<html lang={lang}><head><meta charset=utf-8><title>{title}</title>{head}</head><body><article><h1>{title}</h1>{bar}{body}</article>{foot}</body></html>"
    return read(Page(url, html.encode(), NOW, "text/html"), Link(url), None, SHANGHAI).published


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


# ---- labels


@pytest.mark.parametrize(
    ("bar", "meant"),
    [
        ("<p>Submitted: 4 May 2026 · Accepted: 2 October 2026 · Published: 9 November 2026</p>", "2026-11-09"),
        ("<p>Updated 23 November 2026 09:10</p><p>Published 20 November 2026 07:30</p>", "2026-11-20 07:30"),
        ("<p>Last edited on Nov 23, 2026 | First published Nov 20, 2026</p>", "2026-11-20"),
        ("<p>Event: November 22, 2026</p><p>Posted November 20, 2026</p>", "2026-11-20"),
        ("<p>20 November 2026 07:30 (updated)</p><p>19 November 2026 08:00</p>", "2026-11-19 08:00"),
        ("<p>Last updated: 23 November 2026 09:10</p>", "2026-11-23 09:10"),  # nothing else is known
    ],
)
def test_the_label_of_a_date_is_heard(bar: str, meant: str) -> None:
    assert published(bar=bar) == local(meant)


@pytest.mark.parametrize(
    ("bar", "meant"),
    [
        ("<p>编辑于 2026-11-23 09:10</p><p>发布于 2026-11-20 07:30</p>", "2026-11-20 07:30"),
        ("<p>最后更新：2026-11-23 09:10</p><p>2026-11-20 07:30</p>", "2026-11-20 07:30"),
        ("<p>收稿日期：2026-05-04 录用日期：2026-10-02 发表日期：2026-11-09</p>", "2026-11-09"),
        ("<p>修改时间</p><p>2026-11-23 09:10</p><p>发布时间</p><p>2026-11-20 07:30</p>", "2026-11-20 07:30"),
        ("<p>会议时间：2026年11月21日 14:00</p><p>2026-11-20 07:30</p>", "2026-11-20 07:30"),
        ("<p>昨天 21:40 来源：林港日报</p>", "2026-11-23 21:40"),
        ("<p>1小时20分钟前 林港日报</p>", "2026-11-24 16:40"),
        ("<p>周日 08:15</p>", "2026-11-22 08:15"),
        ("<p>北京时间2026年11月20日07:30</p>", "2026-11-20 07:30"),
    ],
)
def test_the_label_of_a_date_is_heard_in_chinese(bar: str, meant: str) -> None:
    assert published(bar=bar, lang="zh") == local(meant)


def test_an_edited_date_does_not_stand_before_what_programs_are_told() -> None:
    head = '<meta itemprop="datePublished" content="2026-11-20T07:30:00+08:00">'
    assert published(bar="<p>编辑于 2026-11-23 09:10</p>", head=head, lang="zh") == local("2026-11-20 07:30")


def test_the_day_in_the_address_stands_before_the_date_of_a_change() -> None:
    assert published(
        bar="<p>更新时间：2026-11-23 09:10</p>", url="https://daily.example/2026/11/20/robots.html", lang="zh"
    ) == local("2026-11-20")


@pytest.mark.parametrize("zone", ["PST", "(PST)", "Pacific Time", "PT"])
def test_the_zone_behind_a_date_of_the_page_is_heard(zone: str) -> None:
    assert published(bar=f"<p>By Ann Lee</p><p>November 20, 2026 7:30 {zone}</p>") == datetime(2026, 11, 20, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("bar", "meant"),
    [
        ("<p>20-Nov-2026 07:30</p>", "2026-11-20 07:30"),
        ("<p>News Release 20-Nov-2026</p>", "2026-11-20"),
        ("<p>Posted 9:05 AM, Nov 20, 2026</p>", "2026-11-20 09:05"),
        ("<p>Posted on Fri 20 Nov 2026 at 7.30am</p>", "2026-11-20 07:30"),
        ('<p><span title="2026-11-20 07:30:12">4 days ago</span></p>', "2026-11-20 07:30:12"),
        ('<p><abbr class="when" title="2026-11-20T07:30:00+08:00">Friday</abbr></p>', "2026-11-20 07:30"),
        ('<p><x-date datetime="2026-11-20T07:30:00+08:00">20 November</x-date></p>', "2026-11-20 07:30"),
        ('<footer class="entry-footer"><time datetime="2026-11-20T07:30:00+08:00">Nov 20</time></footer>', "2026-11-20 07:30"),
    ],
)
def test_a_date_is_read_however_a_page_writes_it(bar: str, meant: str) -> None:
    assert published(bar=bar) == local(meant)


@pytest.mark.parametrize(
    ("bar", "meant"),
    [
        ('<p>楼主 发表于 <span title="2026-11-20 07:30:12">前天 07:30</span></p>', "2026-11-20 07:30:12"),
        ("<p>最新推荐文章于 2026-11-22 10:00:00 发布</p><p>于 2026-11-20 07:30:00 首次发布</p>", "2026-11-20 07:30"),
        ("<p>自2026年11月1日起调整开放时间</p><p>2026-11-20 07:30</p>", "2026-11-20 07:30"),
        ("<p>昨天 07:30</p><script>var ct = '1795131000';</script>", "2026-11-20 07:30"),  # the page was made on Saturday
    ],
)
def test_a_date_is_read_however_a_chinese_page_writes_it(bar: str, meant: str) -> None:
    assert published(bar=bar, lang="zh") == local(meant)


def test_a_day_in_a_sentence_of_the_text_is_no_date_of_the_page() -> None:
    told = "<p>林港集团在2026年3月2日启用了第一座无人堆场，三年前那里还是一片滩涂，如今每天有六百辆卡车进出。</p>"
    assert published(text=told + ZH_TEXT, lang="zh") is None
    assert published(text=told + ZH_TEXT, lang="zh", url="https://paper.example/html/2026-11/20/content_4.htm") == local(
        "2026-11-20"
    )


# ---- nonsense


@pytest.mark.parametrize(
    "nonsense", ["0001-01-01T00:00:00Z", "1970-01-01T00:00:00+00:00", "2099-01-01", "null", "-0001-11-30T00:00:00Z"]
)
def test_a_nonsense_date_hides_no_other(nonsense: str) -> None:
    ld = json.dumps(
        {"@type": "NewsArticle", "headline": TITLE, "datePublished": nonsense, "dateModified": "2026-11-20T07:30:00+08:00"}
    )
    meta = f'<meta property="article:published_time" content="{nonsense}">'
    assert published(head=f'<script type="application/ld+json">{ld}</script>') == local("2026-11-20 07:30")
    assert published(head=meta, bar="<p>20 November 2026 07:30</p>") == local("2026-11-20 07:30")
    assert published(head=meta + '<meta name="pubdate" content="2026-11-20 07:30">') == local("2026-11-20 07:30")
    assert published(head=meta + '<meta property="article:modified_time" content="2026-11-20 07:30">') == local(
        "2026-11-20 07:30"
    )


def test_a_day_of_the_future_in_the_address_is_none() -> None:
    assert published(url="https://daily.example/2027/03/01/robots.html") is None


# ---- another article's

OTHER = "Linden opens its second ferry terminal to lorries"


@pytest.mark.parametrize(
    "card",
    [
        f'<aside><time datetime="2026-08-02T10:00:00Z">2 Aug</time><a href="/story/ferry">{OTHER}</a></aside>',
        f'<div class="related-stories"><div><a href="/story/ferry">{OTHER}</a><time datetime="2026-08-02T10:00:00Z">2 Aug</time></div></div>',
        f'<ul><li><h3><a href="/story/ferry">{OTHER}</a></h3><p><time datetime="2026-08-02T10:00:00Z">2 Aug</time></p></li></ul>',
        f'<a href="/story/ferry"><h3>{OTHER}</h3><time datetime="2026-08-02T10:00:00Z">2 Aug</time></a>',
        f'<section><article><time datetime="2026-08-02T10:00:00Z">2 Aug</time><h2><a href="/story/ferry">{OTHER}</a></h2></article></section>',
        f'<ul><li><meta itemprop="datePublished" content="2026-08-02"><a href="/story/ferry">{OTHER}</a></li></ul>',
        '<div id="comments"><p>Anna <time datetime="2026-08-02T10:00:00Z">2 Aug</time></p></div>',
    ],
)
def test_the_date_of_another_article_never_dates_this_one(card: str) -> None:
    assert published(foot=card) is None
    own = '<p>By <a href="/authors/ann-lee">Ann Lee, harbour correspondent</a> <time datetime="2026-11-20T07:30:00+08:00">Friday</time></p>'
    assert published(bar=own, foot=card) == local("2026-11-20 07:30")


def test_json_ld_of_another_article_never_dates_this_one() -> None:
    other = {"@type": "NewsArticle", "headline": OTHER, "url": "/story/ferry", "datePublished": "2026-08-02T10:00:00Z"}
    own = {"@type": "NewsArticle", "headline": TITLE, "datePublished": "2026-11-20T07:30:00+08:00"}
    assert published(head=f'<script type="application/ld+json">{json.dumps(other)}</script>') is None
    assert published(head=f'<script type="application/ld+json">{json.dumps([other, own])}</script>') == local("2026-11-20 07:30")


def test_a_time_linked_to_the_article_itself_is_its_own() -> None:
    bar = f'<p><a href="{URL}?ref=bar"><time datetime="2026-11-20T07:30:00+08:00">Friday</time></a></p>'
    assert published(bar=bar) == local("2026-11-20 07:30")


# ---- script state

STATE = {
    "page": {
        "id": 7,
        "article": {"title": TITLE, "publishedOn": "2026-11-20T07:30:00+08:00", "updatedAt": "2026-11-23T01:00:00Z"},
    }
}
OTHERS = {"related": [{"title": OTHER, "publishedOn": "2026-08-02T10:00:00Z"}], "serverTime": 1795500000}


STREAM = [{"_1": 2}, "post", {"_3": 4, "_5": 6}, "title", TITLE, "publishedAt", "2026-11-20T07:30:00+08:00"]


@pytest.mark.parametrize(
    "script",
    [
        f"<script>window.__STATE__ = {json.dumps(OTHERS | STATE)}</script>",
        f"<script>self.__next_f.push([1, {json.dumps('3:' + json.dumps(OTHERS | STATE))}])</script>",
        f'<script type="application/json">{quote(json.dumps(OTHERS | STATE))}</script>',
        f'<script>var page = JSON.parse({json.dumps(json.dumps(OTHERS | STATE))})</script>',
        f'<script type="application/json">{json.dumps([{"post": 1}, {"title": 2, "publishTime": 3}, TITLE, "2026-11-20 07:30:00"])}</script>',
        f"<script>context.streamController.enqueue({json.dumps(json.dumps(STREAM))})</script>",
        f'<script>var d = {json.dumps({"headline": TITLE, "attributes": {"releaseDate": 1795131000}})}</script>',
    ],
)  # fmt: skip
def test_the_date_in_the_state_is_that_of_the_object_that_is_this_article(script: str) -> None:
    at = datetime(2026, 11, 20, 7, 30, tzinfo=SHANGHAI)
    assert published(foot=script) == at


def test_a_date_is_read_from_the_script_with_the_text() -> None:
    state = {"data": {"title": TITLE, "publishTime": "2026-11-20 07:30", "content": TEXT}}
    assert published(text="", foot=f"<script>window.data = {json.dumps(state)}</script>") == local("2026-11-20 07:30")


@pytest.mark.parametrize("key", ["serverTime", "nowTime", "updateTime", "expire_time", "endTime", "loadTime"])
def test_a_script_s_own_times_are_no_publication(key: str) -> None:
    assert published(foot=f"<script>var conf = {{a: f(), {key}: '2026-11-23 01:00:00'}}</script>") is None


def test_dates_of_several_articles_in_scripts_date_none_of_them() -> None:
    lists = "items: [f({pubDate: '2026-11-23 01:00:00'}), f({pubDate: '2026-11-21 08:00:00'})]"
    assert published(foot=f"<script>var conf = {{{lists}}}</script>") is None
    assert published(foot="<script>var conf = {a: f(), pubDate: '2026-11-20 07:30:00'}</script>") == local("2026-11-20 07:30")


# ---- local times with a "Z"


def test_a_local_time_with_a_z_is_what_the_page_shows() -> None:
    head = '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "2026-11-20T07:30:00Z"}</script>'
    assert published(head=head, bar="<p>2026-11-20 07:30</p>", lang="zh") == local("2026-11-20 07:30")
    assert published(head=head, bar="<p>2026-11-20 15:30</p>", lang="zh") == local("2026-11-20 15:30")  # shown in Beijing's time
    assert published(head=head, bar="<p>November 20, 2026 7:30 AM EST</p>") == datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
    assert published(head=head, bar="<p>November 20, 2026 7:30 AM</p>") == datetime(
        2026, 11, 20, 7, 30, tzinfo=UTC
    )  # may be a page in UTC


def test_a_z_that_is_impossible_when_the_page_answers_is_local() -> None:
    head = '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "2026-11-24T17:05:00Z"}</script>'
    at = published(head=head, lang="zh")
    assert at == local("2026-11-24 17:05")
    assert NOW - timedelta(days=1) < at < NOW


@pytest.mark.parametrize(
    ("bar", "lang", "meant"),
    [
        ("<p>Mon 9 Nov 2026 09.05</p>", "en", "2026-11-09 09:05"),
        ("<p>09 NOV 2026</p>", "en", "2026-11-09"),
        ("<p>9:05 AM • November 9, 2026</p>", "en", "2026-11-09 09:05"),
        ("<p>LINDEN, NOVEMBER 9, 2026</p>", "en", "2026-11-09"),
        ("<p>Mon Nov 9 09:05:40 2026</p>", "en", "2026-11-09 09:05:40"),
        ("<p>Publié le 9 novembre 2026 à 9h05, mis à jour le 10 novembre 2026 à 6h00</p>", "fr", "2026-11-09 09:05"),
        (
            "<p>Actualizado: 10 de noviembre de 2026 10:00</p><p>Publicado: 9 de noviembre de 2026 09:05</p>",
            "es",
            "2026-11-09 09:05",
        ),
        ("<p>Stand: 10.11.2026, 06:00 Uhr</p><p>Veröffentlicht am 9. November 2026 um 09:05 Uhr</p>", "de", "2026-11-09 09:05"),
        ("<p>09/11/2026 09h05 · Atualizado há 3 horas</p>", "pt", "2026-11-09 09:05"),
        ("<p>二〇二六年十一月九日</p>", "zh", "2026-11-09"),
        ("<p>2026.11.09</p>", "zh", "2026-11-09"),
    ],
)
def test_a_bar_has_dots_capitals_bullets_or_han_numerals(bar: str, lang: str, meant: str) -> None:
    assert published(bar=bar, lang=lang) == local(meant)


@pytest.mark.parametrize("bar", ["<p>推荐文章于 2026-11-20 10:20 发布</p>", ""])
def test_what_a_search_engine_is_told_is_the_date_where_the_page_shows_none(bar: str) -> None:
    told = {"@context": "x", "title": ZH_TITLE, "pubDate": "2026-11-12T23:08:41", "upDate": "2026-11-20T10:20:11"}
    head = f'<script type="application/ld+json">{json.dumps(told)}</script>'
    assert published(bar=bar, head=head, lang="zh") == local("2026-11-12 23:08:41")
    assert published(bar="<p>2026-11-12 23:05</p>", head=head, lang="zh") == local("2026-11-12 23:05")


def test_a_page_that_says_it_is_open_for_comments_has_its_date() -> None:
    html = f"<html><title>{ZH_TITLE}</title><body class='single comment-open'><h1>{ZH_TITLE}</h1><p>2026-11-12</p>{ZH_TEXT}</body></html>"
    assert read(Page(URL, html.encode(), NOW, "text/html"), Link(URL), None, SHANGHAI).published == local("2026-11-12")


def test_the_line_below_a_text_that_says_who_posted_it_dates_it_where_nothing_else_does() -> None:
    line = "<p><small>This entry was posted by Ann Poe on Monday, November 9th, 2026 at 9:05 am and is filed under Ships.</small></p>"
    assert published(text=TEXT * 3 + line) == local("2026-11-09 09:05")


def test_a_time_in_seconds_beside_what_is_told_from_now_is_the_time() -> None:
    assert published(bar='<p><span data-timestamp="1794186300">3 hours ago</span></p>') == datetime(2026, 11, 9, 1, 5, tzinfo=UTC)


META = '<meta name="date" content="{}">'
TOLD = '<script type="application/ld+json">{{"@type":"Article","datePublished":"{}"}}</script>'


@pytest.mark.parametrize(
    ("form", "said", "bar", "meant"),
    [
        (META, "2026-11-20", "<time datetime='2026-11-20T15:33:00-05:00'></time>", "2026-11-20T15:33:00-05:00"),  # the 21st here
        (META, "2026-11-20T19:19:00", "<time datetime='2026-11-20T19:19:00Z'></time>", "2026-11-20T19:19:00+00:00"),
        (META, "2026-11-20T19:19:40", "<p>Nov. 20, 2026 2:19 PM ET</p>", "2026-11-20T19:19:00+00:00"),
        (TOLD, "2026-11-20T19:19:40", "<p>Nov. 20, 2026 2:19 PM ET</p>", "2026-11-20T19:19:00+00:00"),
        (TOLD, "2026-11-20T14:19:00", "<p>Nov. 20, 2026 2:19 PM ET</p>", "2026-11-20T19:19:00+00:00"),
        (META, "2026-11-20T14:19:00", "<p>Nov. 20, 2026 5:40 PM ET</p>", "2026-11-20T14:19:00+08:00"),  # another time
        (META, "2026-11-20", "<time datetime='2026-11-23T15:33:00-05:00'></time>", "2026-11-20T00:00:00+08:00"),
    ],
)
def test_a_day_gets_its_clock_and_a_clock_its_zone_from_elsewhere_on_the_page(form: str, said: str, bar: str, meant: str) -> None:
    assert published(head=form.format(said), bar=bar) == datetime.fromisoformat(meant)


def test_a_chinese_page_that_puts_a_z_behind_its_local_time_shows_local_time() -> None:
    head, bar = '<meta name="date" content="2026-11-20 19:19:00">', "<time datetime='2026-11-20T19:19:00Z'></time>"
    assert published(head=head, bar=bar, lang="zh") == local("2026-11-20 19:19")
