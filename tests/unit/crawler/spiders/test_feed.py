"""Feeds as they are served: five dialects, GBK, broken, cut, huge, hostile."""

import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.errors import SpiderError
from crawler.record import Found, Page, Source
from crawler.spiders import feed

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
SOURCE = Source("paper", "https://paper.example/feed.xml")
LONG = "江湾市的试点项目今天公布了第一批结果，参与企业的交付周期平均缩短了两周。" * 20

RSS = """<?xml version="1.0" encoding="{encoding}"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:atom="http://www.w3.org/2005/Atom" xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0">
<channel><title>江湾日报 科技</title><link>https://paper.example/</link><ttl>30</ttl>
<atom:link rel="hub" href="https://hub.example/"/><skipHours><hour>0</hour><hour>1</hour></skipHours>{items}</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>The Estuary</title><entry><title type="html">A &amp;amp; B ship</title>
<link rel="enclosure" href="https://paper.example/a.mp3"/><link rel="alternate" href="/a/1"/><link rel="self" href="/self/1"/>
<updated>2026-11-24T09:00:00+08:00</updated><author><name>Wei</name></author><summary>Short</summary></entry></feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="x"><title>Old</title></channel><item rdf:about="https://paper.example/1"><title>One</title>
<link>https://paper.example/1</link><dc:date>2026-11-23T01:00:00Z</dc:date></item></rdf:RDF>"""
JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "J",
    "items": [
        {"id": "1", "url": "/j/1", "title": "One", "content_html": f"<p>{LONG}</p>", "date_published": "2026-11-23T01:00:00Z",
         "authors": [{"name": "Wei"}], "tags": ["AI"]},
        {"id": "https://paper.example/j/2", "content_text": "short"},
        {"id": "3"}, "junk", {"id": 4, "url": 5, "title": [], "authors": "x", "tags": {}},
    ],
}  # fmt: skip


def read(body: str | bytes, content_type: str = "application/xml", url: str = SOURCE.url) -> Found:
    raw = body.encode() if isinstance(body, str) else body
    return feed.find(Page(url, raw, NOW, content_type), SOURCE, NOW, SHANGHAI)


def rss(items: str, encoding: str = "utf-8") -> str:
    return RSS.format(encoding=encoding, items=items)


def item(address: str = "<link>https://paper.example/1</link>", more: str = "") -> str:
    return f"<item><title>江湾发布新规</title>{address}{more}</item>"


def test_an_rss_item_becomes_a_link() -> None:
    more = "<pubDate>Mon, 23 Nov 2026 09:00:00 +0800</pubDate><description>&lt;p&gt;摘要&lt;/p&gt;</description>"
    more += "<dc:creator>记者甲</dc:creator><category>人工智能</category><category>https://x.example/</category>"
    found = read(rss(item(more=more)))
    link = found.links[0]
    assert (link.url, link.title, link.summary, link.author) == ("https://paper.example/1", "江湾发布新规", "摘要", "记者甲")
    assert link.published == found.newest == datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    assert link.keywords == ("人工智能",)
    assert (found.kind, found.title, found.ttl) == ("feed", "江湾日报 科技", 1800)
    assert found.notes == ("skips the hours 0, 1 UTC", "hub https://hub.example/")
    assert found.skip_hours == (0, 1)


@pytest.mark.parametrize(
    ("topic", "hub"),
    [
        ('<atom:link rel="self" href="/feed.xml"/>', ("https://hub.example/", "https://paper.example/feed.xml")),
        (
            '<atom:link rel="self" href="https://feeds.paper.example/a"/>',
            ("https://hub.example/", "https://feeds.paper.example/a"),
        ),
        ('<atom:link rel="self" href="https://somebody.else/feed.xml"/>', None),
        ("", None),
    ],
)
def test_a_feed_is_subscribed_to_under_the_name_of_its_own_site(topic: str, hub: tuple[str, str] | None) -> None:
    assert read(rss(topic + item())).hub == hub


@pytest.mark.parametrize("encoding", ["gbk", "gb2312", "gb18030", "utf-16", "big5"])
def test_any_declared_encoding_is_read(encoding: str) -> None:
    title = read(rss(item(), encoding).encode(encoding, "xmlcharrefreplace")).links[0].title
    assert title == "江湾发布新规" or (encoding == "big5" and title is not None and "江" in title)


def test_gbk_under_a_wrong_declaration_is_read() -> None:
    assert read(rss(item() * 9, "utf-8").encode("gbk"), "text/xml; charset=utf-8").links[0].title == "江湾发布新规"


def test_atom_takes_the_alternate_and_never_the_enclosure() -> None:
    link = read(ATOM).links[0]
    assert (link.url, link.title, link.author) == ("https://paper.example/a/1", "A & B ship", "Wei")
    assert link.published == datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


def test_rdf_and_json_feeds_are_feeds() -> None:
    assert read(RDF).links[0].published == datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    found = read(json.dumps(JSON_FEED), "application/feed+json")
    assert [link.url for link in found.links] == ["https://paper.example/j/1", "https://paper.example/j/2"]
    assert found.links[0].text == LONG
    assert found.links[0].author == "Wei"
    assert found.links[1].text is None


@pytest.mark.parametrize(
    ("address", "meant"),
    [
        ("<link>/1.html</link>", "https://paper.example/1.html"),
        (
            "<link>https://t.example/x</link><feedburner:origLink>https://paper.example/1</feedburner:origLink>",
            "https://paper.example/1",
        ),
        ("<guid>https://paper.example/1</guid>", "https://paper.example/1"),
        ("<guid isPermaLink='false'>https://paper.example/?p=1</guid>", "https://paper.example/?p=1"),
        ("<link>https://paper.example/1</link><guid isPermaLink='false'>7</guid>", "https://paper.example/1"),
        ("<enclosure url='https://paper.example/1.mp3' type='audio/mpeg' length='1'/>", None),
        ("<guid isPermaLink='false'>7</guid>", None),
        ("<link>javascript:alert(1)</link>", None),
        ("<link>file:///etc/passwd</link>", None),
    ],
)
def test_the_article_s_address_is_found_wherever_it_stands(address: str, meant: str | None) -> None:
    assert [link.url for link in read(rss(item(address))).links] == ([meant] if meant else [])


@pytest.mark.parametrize(
    ("date", "utc"),
    [
        ("2026-11-23 09:00:00", datetime(2026, 11, 23, 1, 0, tzinfo=UTC)),  # no zone: the configured one, not UTC
        ("Mon, 23 Nov 2026 09:00:00 GMT", datetime(2026, 11, 23, 9, 0, tzinfo=UTC)),
        ("2小时前", datetime(2026, 11, 24, 0, 0, tzinfo=UTC)),
        ("soon", None),
        ("2026-11-31", None),
        ("2026-02-30", None),
        ("2026-W47-2", None),
        ("Mon, 23 Nov 2099 09:00:00 GMT", None),
        ("-1", None),
        ("Mon, 99 Xxx 99999 99:99:99 GMT", None),
    ],
)
def test_dates_are_read_as_written(date: str, utc: datetime | None) -> None:
    assert read(rss(item(more=f"<pubDate>{date}</pubDate>"))).links[0].published == utc


@pytest.mark.parametrize(
    ("content", "whole"),
    [
        (f"<content:encoded><![CDATA[<p>{LONG}</p><p>完</p>]]></content:encoded>", True),
        ("<content:encoded><![CDATA[<p>短。</p>]]></content:encoded>", False),
        (f"<content:encoded><![CDATA[<p>{LONG}</p><a>阅读全文 »</a>]]></content:encoded>", False),
        (f"<description><![CDATA[{LONG}]]></description>", False),
        (f"<description><![CDATA[{LONG * 3}]]></description>", True),
    ],
)
def test_only_a_whole_article_is_taken_as_text(content: str, whole: bool) -> None:
    text = read(rss(item(more=content))).links[0].text
    assert (text is not None and text.startswith("江湾市")) is whole


def test_a_cut_feed_gives_the_items_before_the_cut() -> None:
    body = rss(item() + item("<link>https://paper.example/2</link>"))
    found = read(body[: body.rindex("</item>")])
    assert [link.url for link in found.links][:1] == ["https://paper.example/1"]
    assert any("broken" in note for note in found.notes)


def test_entities_that_only_html_knows_are_resolved() -> None:
    title = read(rss(item().replace("江湾发布新规", "江湾&nbsp;&mdash;&nbsp;新规 &amp;copy; &unknown;"))).links[0].title
    assert title is not None
    assert title.startswith("江湾 — 新规")


def test_references_to_no_character_are_left_out() -> None:
    title = read(rss(item().replace("发布", "&#xD800;发&#0;布&#99999999999;&#x5E03;"))).links[0].title
    assert title == "江湾发布布新规"
    assert len(read(rss(item().replace("发布", "&#xD800;<b>")) + "<").links) == 1  # read by the parser for broken XML


def test_a_lone_ampersand_is_itself() -> None:
    body = rss(
        "<item><title>t</title><link>https://paper.example/a?x=1&y=2&copy=3&amp;reg=4</link><description><![CDATA[a & b]]></description></item>"
    )
    link = read(body).links[0]
    assert (link.url, link.summary) == ("https://paper.example/a?x=1&y=2&copy=3&reg=4", "a & b")
    assert not any("broken" in note for note in read(body).notes)


def test_an_entry_that_names_its_parts_like_the_library_does_is_survived() -> None:
    """feedparser keeps an unknown tag under its name, in place of what it keeps there itself."""
    parts = "links content tags source author_detail summary_detail published_parsed title_detail enclosures".split()
    for part in parts:
        assert len(read(rss(item(more=f"<{part}>x</{part}>") + item("<link>https://paper.example/2</link>"))).links) == 2


def test_an_empty_feed_says_so_and_no_feed_is_an_error() -> None:
    assert read(rss("")).notes[0] == "the feed is empty"
    with pytest.raises(SpiderError, match="no feed"):
        read("<!doctype html><html><body>hello</body></html>", "text/html")


@pytest.mark.parametrize("body", [b"http://127.0.0.1:9/feed", b"/etc/passwd", b"file:///etc/passwd", b""])
def test_a_body_that_names_a_file_or_address_opens_nothing(body: bytes) -> None:
    with pytest.raises(SpiderError, match="no feed"):
        read(body)


def test_an_external_entity_stays_unread(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("SECRET")
    body = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "file://{secret}">]>' + rss(item()).split("?>", 1)[1].replace("发布", "&x;")
    assert "SECRET" not in repr(read(body))


def test_the_work_is_bounded_by_items_and_attributes() -> None:
    many = read(rss("".join(item(f"<link>https://paper.example/{n}</link>") for n in range(2100))))
    assert len(many.links) == feed.MAX_ITEMS
    assert any("only its newest 2000" in note for note in many.notes)
    heavy = read(rss(item(more=f"<description>{'重' * 10_000}</description>") * 400))
    assert 100 < len(heavy.links) < 200
    tags = read(rss(item() + item("<link>https://paper.example/2</link>", "<b/>" * (feed.MAX_TAGS + 1)) + item()))
    assert ([link.url for link in tags.links], "only its newest 2 " in tags.notes[0]) == (["https://paper.example/1"] * 2, True)
    attributes = " ".join(f'a{n}="1"' for n in range(50_000))
    assert len(read(rss(item().replace("<item>", f"<item {attributes}>"))).links) == 1


@pytest.mark.parametrize(
    ("body", "is_feed"),
    [
        (RSS, True), (ATOM, True), (RDF, True), (json.dumps(JSON_FEED), True),
        ("\ufeff\n<?xml version='1.0'?><?xml-stylesheet href='x'?><!-- c --><!DOCTYPE rss [<!ENTITY a 'b'>]><rss>", True),
        ("<html><body><rss></body></html>", False), ("{}", False), ("", False), ("<urlset>", False),
    ],
)  # fmt: skip
def test_a_feed_is_recognised_by_its_root(body: str, is_feed: bool) -> None:
    assert feed.recognizes(Page(SOURCE.url, body.encode(), NOW)) is is_feed


@given(
    st.one_of(st.binary(max_size=300), st.text(alphabet="<>/!-[]rsitemlnk&;= \"'x", max_size=300).map(lambda s: rss(s).encode()))
)
def test_any_bytes_give_links_or_a_spider_error(body: bytes) -> None:
    page = Page(SOURCE.url, body, NOW)
    feed.recognizes(page)
    try:
        assert isinstance(feed.find(page, SOURCE, NOW, SHANGHAI).links, tuple)
    except SpiderError:
        pass


def _times(channel: str, *items: str) -> list[datetime | None]:
    parts = "".join(f"<item><title>{n}</title><link>https://paper.example/{n}</link>{one}</item>" for n, one in enumerate(items))
    return [link.published for link in read(rss(f"{channel}{parts}")).links]


def test_an_ambiguous_zone_of_a_feed_is_that_of_its_language() -> None:
    at = "<pubDate>Fri, 20 Nov 2026 07:30:00 CST</pubDate>"
    assert _times("<language>en-US</language>", at) == [datetime(2026, 11, 20, 13, 30, tzinfo=UTC)]
    assert _times("<language>zh-cn</language>", at) == [datetime(2026, 11, 19, 23, 30, tzinfo=UTC)]


@pytest.mark.parametrize(
    "nonsense",
    ["0001-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT", "0000-00-00 00:00:00", "Wed, 30 Nov -0001 00:00:00 +0000"],
)
def test_a_nonsense_date_of_an_entry_hides_no_other(nonsense: str) -> None:
    updated = "<atom:updated>2026-11-20T07:30:00Z</atom:updated>"
    assert _times("", f"<pubDate>{nonsense}</pubDate>{updated}", f"<pubDate>{nonsense}</pubDate>") == [
        datetime(2026, 11, 20, 7, 30, tzinfo=UTC),
        None,
    ]


def test_roots_and_items_may_have_a_prefix() -> None:
    body = """<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:title>x</a:title><a:entry><a:title>One</a:title>
    <a:link href="https://paper.example/1"/><a:id>urn:1</a:id></a:entry></a:feed>"""
    page = Page(SOURCE.url, body.encode(), NOW, "text/plain")
    assert feed.recognizes(page)
    assert [(link.url, link.guid) for link in read(body).links] == [("https://paper.example/1", "urn:1")]


@pytest.mark.parametrize(
    "debris",
    [
        "<br />\n<b>Notice</b>: undefined index in /srv/x.php<br />\n",
        "\n\n  ",
        "\ufeff\ufeff",
        "DEBUG 12 ms\n",
        "<!-- cached -->\n",
    ],
)
def test_debris_before_the_xml_hides_no_feed(debris: str) -> None:
    body = debris + rss(item())
    assert feed.recognizes(Page(SOURCE.url, body.encode(), NOW, "text/html"))
    assert len(read(body).links) == 1


def test_a_page_that_shows_a_feed_is_none() -> None:
    page = f"<!doctype html><html><body><p>so:</p>{rss(item())}</body></html>"
    assert not feed.recognizes(Page(SOURCE.url, page.encode(), NOW, "text/html"))
    assert not feed.recognizes(Page(SOURCE.url, b'{"note": "<rss version=2>"}', NOW, "text/html"))


def test_relative_links_belong_to_the_site_where_the_feed_stands_elsewhere() -> None:
    body = rss(item("<link>/a/1.html</link>"))
    assert read(body, url="https://cdn.example/x/feed.xml").links[0].url == "https://paper.example/a/1.html"
    assert (
        read(body.replace("https://paper.example/<", "https://paper.example/sub/<")).links[0].url
        == "https://paper.example/a/1.html"
    )


@pytest.mark.parametrize(
    ("guid", "url"),
    [("88-xy", None), ("urn:uuid:1", None), ("/a/2.html", "https://paper.example/a/2.html"), ("https://paper.example/3", "https://paper.example/3")],
)  # fmt: skip
def test_a_name_that_is_no_address_is_none(guid: str, url: str | None) -> None:
    found = read(rss(item(f"<guid>{guid}</guid>")))
    assert [link.url for link in found.links] == ([url] if url else [])


def test_the_page_is_taken_before_other_forms_of_the_article() -> None:
    forms = '<link rel="alternate" type="application/json" href="/1.json"/><link type="application/pdf" href="/1.pdf"/>'
    atom = '<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title><entry><title>One</title>{}</entry></feed>'
    assert read(atom.format(forms + '<link type="text/html" href="/1"/>')).links[0].url == "https://paper.example/1"
    assert read(atom.format(forms)).links[0].url == "https://paper.example/1.json"


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("How &lt;plan&gt; tokens steer a model", "How <plan> tokens steer a model"),
        ("AT&T, R&D & the rest", "AT&T, R&D & the rest"),
        ("A &lt;b&gt;bold&lt;/b&gt; step", "A bold step"),
        ("The &lt;b&gt; tag turns thirty", "The <b> tag turns thirty"),
        ("Map&lt;String, List&gt; explained", "Map<String, List> explained"),
        ("<![CDATA[<em>One</em><br/>Two &amp; three]]>", "One Two & three"),
        ("模型为何输出&lt;answer&gt;标记", "模型为何输出<answer>标记"),
        ("<![CDATA[<![CDATA[One step]]]]><![CDATA[>]]>", "One step"),
        ("Where &lt;![CDATA[ ends a feed", "Where <![CDATA[ ends a feed"),
    ],
)
def test_only_markup_leaves_a_title(said: str, title: str) -> None:
    body = rss(f"<item><title>{said}</title><link>https://paper.example/1</link></item>")
    assert read(body).links[0].title == title


@pytest.mark.parametrize("order", [1, -1, 0], ids=["oldest first", "newest first", "in no order"])
def test_of_a_long_feed_the_newest_items_are_kept(order: int) -> None:
    numbers = list(range(2300))
    numbers = sorted(numbers, key=lambda n: n * order if order else n * 7919 % 2300)
    dates = (f"<pubDate>{datetime.fromtimestamp(1_790_000_000 + n * 600, UTC):%Y-%m-%d %H:%M:%S}</pubDate>" for n in numbers)
    items = (item(f"<link>https://paper.example/{n}</link>", date) for n, date in zip(numbers, dates, strict=True))
    urls = {link.url for link in read(rss("".join(items))).links}
    assert urls == {f"https://paper.example/{n}" for n in range(300, 2300)}


def test_of_a_feed_that_breaks_off_what_is_whole_is_read() -> None:
    body = rss(item() + item("<link>https://paper.example/22</link>"))
    cut = read(body[: body.index("paper.example/22") + 15])
    assert ([link.url for link in cut.links], cut.whole) == (["https://paper.example/1"], False)
    assert read(body).whole


def test_what_a_dtd_declares_is_no_text() -> None:
    body = (
        '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY ad "nothing but advertising">]>'
        + rss(item(more="<description>a &ad; b</description>")).partition("?>")[2]
    )
    [link] = read(body).links
    assert "advertising" not in f"{link}"


def test_control_characters_hide_no_feed() -> None:
    found = read(rss(item(more="<description>两\x0b栏\x08稿</description>").replace("江湾", "江\x08湾\x00")))
    assert [(link.url, link.title, link.summary) for link in found.links] == [
        ("https://paper.example/1", "江湾发布新规", "两栏稿")
    ]


def test_an_entry_s_content_may_stand_elsewhere() -> None:
    entry = "<entry><id>{}</id><title>Estuary ships</title><content type='{}' src='/a/2'/></entry>"
    both = [("tag:x,2", "text/html", "https://paper.example/a/2"), ("tag:x,3", "image/png", None)]
    for guid, kind, url in both:
        links = read(f"<feed xmlns='http://www.w3.org/2005/Atom'>{entry.format(guid, kind)}</feed>").links
        assert [link.url for link in links] == ([url] if url else [])
