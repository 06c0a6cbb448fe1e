"""Who wrote an article and who published it, as bars and titles of pages show it. All names are invented."""

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from crawler.parsers import generic
from crawler.record import Link, Page, Record

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
URL = "http://page.example/a.html"
TEXT = "<p>云帆研究所周四公布了一套给码头吊车用的听令模型，三种语言都能听懂。</p><p>两名装卸工试用了一个月，说它九十句里听错一句，多半是在大风天。</p>"
ENGLISH = "<p>The harbour laboratory of Wexmouth said on Monday that its crane now follows orders in three languages.</p>" * 2


def _read(bar: str, site: str = "_溪岸网", text: str = TEXT, head: str = "") -> Record:
    page = f"<html><head><title>吊车学会听令{site}</title>{head}</head><body><h1>吊车学会听令</h1>{bar}<div class=con>{text}</div></body></html>"
    return generic.read(Page(URL, page.encode(), NOW, "text/html; charset=utf-8"), Link(URL), ZoneInfo("Asia/Shanghai"))


def _english(bar: str, head: str = "") -> str | None:
    page = f"<html><head><title>A crane that listens</title>{head}</head><body><h1>A crane that listens</h1>{bar}<div>{ENGLISH}</div></body></html>"
    return generic.read(Page(URL, page.encode(), NOW, "text/html; charset=utf-8"), Link(URL), ZoneInfo("Asia/Shanghai")).author


@pytest.mark.parametrize(
    ("bar", "author", "publisher"),
    [
        (
            "<div>发表于<span>2026-11-23 21:30</span>|<i>88次阅读</i>| 来源<b>溪报</b>|<i>0 条评论</i>| 作者<b>魏小禾</b></div>",
            "魏小禾",
            "溪报",
        ),
        ("<div>2026-11-23 21:30</div><p><b>执笔/阿叔说、老胡&amp;小飞镖</b></p>", "阿叔说, 老胡, 小飞镖", "溪岸网"),
        (
            "<div><span>2026-11-23 21:30</span> <span>阿叔说</span> <span>胡小笔</span></div><p>执笔/阿叔说、胡小笔</p>",
            "阿叔说, 胡小笔",
            "溪岸网",
        ),
        ("<div><a>在河边</a></div><div>2026年11月23日 18:03:00 来自江湾省</div>", None, "在河边"),
        ("<div>2026年11月23日 18:03 IP属地：江湾</div>", None, "溪岸网"),
        ("<div>最后更新：2026-11-23 18:00</div>", None, "溪岸网"),
        ("<table><tr><td>撰文</td><td>叶小蓁　罗一川</td></tr></table><div>2026-11-23 09:00</div>", "叶小蓁, 罗一川", "溪岸网"),
        ('<div><a href="/author/acheng" class="author">阿橙</a> · 2026-11-23 09:00</div>', "阿橙", "溪岸网"),
        ("<div class=by><span>小鹿</span><time>2026-11-23 16:28</time></div>", "小鹿", "溪岸网"),
        ("<div>2026-11-23 稿源：沙河报 通讯员 章立 点击：9</div>", "章立", "沙河报"),
        ("<div>2026-11-23 09:00 昨天</div>", None, "溪岸网"),
        ('<div><span class=name><a href="/u/1">山中客</a></span><time>2026-11-23 09:00</time></div>', "山中客", "溪岸网"),
        ("<p><span>发布者：新闻中心</span><span>发布时间：2026-11-23</span></p>", None, "溪岸网"),
        ("<div>作者：宣传科 2026-11-23 09:00</div>", None, "溪岸网"),
        ("<div>張小明</div><div>2026-11-23 09:00</div>", "張小明", "溪岸网"),
        ("<div>来源：市水务局 字体：大 中 小</div><div>2026-11-23</div>", None, "市水务局"),
    ],
)
def test_a_bar_says_who_wrote_it_and_who_published_it(bar: str, author: str | None, publisher: str | None) -> None:
    record = _read(bar)
    assert (record.author, record.publisher) == (author, publisher)


@pytest.mark.parametrize(
    ("site", "publisher"),
    [
        ("_39溪康网_资讯", "39溪康网"),
        (" - 对话 - 望河文化周刊", "望河文化周刊"),
        (" - 北岸杂谈 - 北岸论坛 - Powered by Board!", "北岸论坛"),
        ("__2026年第7号公报_江北市政府网", None),
        ("", None),
    ],
)
def test_the_site_in_a_title_is_no_section_and_no_portal(site: str, publisher: str | None) -> None:
    assert _read("<div>2026-11-23 09:00</div>", site).publisher == publisher


@pytest.mark.parametrize(
    ("line", "publisher"),
    [
        ("本文来自微信公众号：橙子书店（ID：orange），作者：叶小蓁，题图来自：视觉中国", "橙子书店"),
        ("本文转载自「溪口观察」（微信号：xkgc）", "溪口观察"),
        ("来源：“溪口观察”微信公众号", "溪口观察"),
        ("（原载《沙河日报》2026年11月23日第3版）", "沙河日报"),
        ("来源：网络", "溪岸网"),
        ("这台吊车来自《河边》里的一页图纸。", "溪岸网"),
    ],
)
@pytest.mark.parametrize("at", ["first", "last"])
def test_a_reprint_names_who_first_printed_it(line: str, publisher: str, at: str) -> None:
    text = f"<p>{line}</p>{TEXT}" if at == "first" else f"{TEXT}<p>{line}</p>"
    assert _read("<div>2026-11-23 09:00</div>", text=text).publisher == publisher


@pytest.mark.parametrize("source", ["本站", "本网讯", "区政府办公室", "党委宣传部", "校办", "融媒体中心", "互联网", "admin"])
def test_a_source_that_is_a_room_of_the_house_is_the_house(source: str) -> None:
    assert _read(f"<div>2026-11-23 09:00 来源：{source}</div>").publisher == "溪岸网"
    assert _read("<div>2026-11-23</div>", head=f'<meta name="ContentSource" content="{source}">').publisher == "溪岸网"


@pytest.mark.parametrize(
    ("site", "head", "publisher"),
    [
        (" - 溪岸", '<meta property="og:site_name" content="溪岸专栏">', "溪岸"),
        ("_溪岸网", '<meta property="og:site_name" content="溪岸网手机版">', "溪岸网"),
        ("_听令 码头-CODE岸博客", "", "CODE岸博客"),
        ("—溪岸在线", "", "溪岸在线"),
        ("_江北区人民政府", "", "江北区人民政府"),
    ],
)
def test_the_site_is_named_without_its_columns(site: str, head: str, publisher: str) -> None:
    assert _read("<div>2026-11-23 09:00</div>", site, head=head).publisher == publisher


def test_two_characters_beside_the_date_are_the_site_where_its_link_home_has_them() -> None:
    assert _read('<a href="/"><img alt="一岸" src="l.png"></a><p>一岸 <span>2026-11-23 20:16</span></p>', "").publisher == "一岸"


@pytest.mark.parametrize("foot", ["版权所有：溪口大学 地址：沙河路6号", "溪口大学版权所有 未经授权禁止转载"])
def test_who_holds_the_rights_is_the_site(foot: str) -> None:
    assert _read("<div>2026-11-23 09:00</div>", "", text=f"{TEXT}</div><div class=footer><p>{foot}</p>").publisher == "溪口大学"


def test_the_last_of_two_headlines_has_the_bar() -> None:
    menu = "".join(f"<p><a href='/{n}/'>栏目{n}</a></p>" for n in range(16))
    record = _read(f"<div>{menu}</div><h1>吊车学会听令</h1><div><p>2026-11-23 13:48</p><p>来源：河岸报</p></div>")
    assert record.published == datetime(2026, 11, 23, 5, 48, tzinfo=UTC)
    assert record.publisher == "河岸报"


def test_an_account_is_the_publisher_where_the_platform_has_no_name() -> None:
    bar = '<div class="info"><p class="author-name">河边大相公</p><span>2026-11-23 09:00</span></div>'
    assert (_read(bar, "").author, _read(bar).author) == (None, "河边大相公")


def test_the_account_of_a_page_in_the_layout_of_a_platform_is_its_publisher() -> None:
    assert _read('<div><a id="js_name"> 城南旧事馆 </a> <em></em></div>').publisher == "城南旧事馆"


@pytest.mark.parametrize(
    ("bar", "author"),
    [
        ("<p>Posted by <b>Jaz Whitfield</b> on Mon 23 Nov 2026 08:15 GMT | <a>No Comments</a></p>", "Jaz Whitfield"),
        ("<p>T. Achterhof · <time>20 Nov 2026</time> · 4 min</p>", "T. Achterhof"),
        ("<div>Dilys Monkton / Newsroom / 2026/11/22 18:05 / <a>0 comments</a></div>", "Dilys Monkton"),
        ("<div><span>Imran Shorrock</span><time>17 November 2026, 09:20</time></div>", "Imran Shorrock"),
        ("<p><span>Article written by</span>Rhia Pughe <span>Article published on</span>23rd November</p>", "Rhia Pughe"),
        ("<ul><li><a rel=author>Ray Domingo</a></li><li><a rel=author>Nell Ashbury</a></li></ul>", "Ray Domingo, Nell Ashbury"),
        ('<div><a href="/author/theo">Theo Larkin</a><span>@theol</span></div>', "Theo Larkin"),
        ("<div>Middle East · 20 November 2026</div>", None),
        ("<div>Local News · 20 November 2026 · 3:15 PM EST</div>", None),
    ],
)
def test_a_name_in_an_english_bar_is_the_author(bar: str, author: str | None) -> None:
    assert _english(bar) == author


def test_names_of_people_in_the_text_are_no_authors() -> None:
    said = "<p>“It hears me,” said <a href='/people/osman'>Yusuf Osman</a>, who runs the crane.</p>"
    page = f"<title>A crane that listens</title><h1>A crane that listens</h1><p>20 November 2026</p><div>{ENGLISH}{said}</div>"
    assert generic.read(Page(URL, page.encode(), NOW), Link(URL), ZoneInfo("Asia/Shanghai")).author is None


def test_the_one_whom_every_link_calls_the_author_wrote_it_wherever_they_stand() -> None:
    ends = "<h2>Related</h2>" + "<p><a href='/b.html'>Another crane that stopped at noon</a></p>" * 9
    foot = '<footer><span class="author vcard">Author <a href="/author/rhia/">Rhia Pughe</a></span><a href="/author/">View All</a></footer>'
    other = '<p><a class="author" href="/author/ray/">Ray Domingo</a></p>'
    pages = (f"<h1>A crane that listens</h1><div>{ENGLISH}</div>{ends}{people}" for people in (foot, foot + other))
    title = "<title>A crane that listens</title>"
    read = [generic.read(Page(URL, (title + page).encode(), NOW), Link(URL), ZoneInfo("Asia/Shanghai")).author for page in pages]
    assert read == ["Rhia Pughe", None]


@pytest.mark.parametrize(
    ("home", "site", "publisher"),
    [
        ("代码岸", "-代码岸博客", "代码岸"),  # with its section
        ("溪岸网", "", "溪岸网"),  # nothing else names it
        ("首页", "-代码岸博客", "代码岸博客"),
        ("明日行情", "", None),  # a section
    ],
)
def test_the_link_to_its_home_page_names_a_site(home: str, site: str, publisher: str | None) -> None:
    text = f"{TEXT}<ul><li><a href='/'>{home}</a></li></ul>"
    assert _read("<div>2026-11-23 09:00</div>", site, text).publisher == publisher


@pytest.mark.parametrize(
    ("home", "told", "publisher"),
    [
        ("Elmford", "Elmford Broadcasting", "Elmford Broadcasting"),  # a logo has room for a word
        ("Elmford Post", "Elmford Post Sports", "Elmford Post"),
    ],
)
@pytest.mark.parametrize("link", ["/", URL[: URL.find("/", 8)]])
def test_one_word_that_links_home_is_short_for_the_publisher_it_begins(link: str, home: str, told: str, publisher: str) -> None:
    owner = {"@type": "NewsArticle", "publisher": {"@type": "NewsMediaOrganization", "name": told}}
    head = f'<script type="application/ld+json">{json.dumps(owner)}</script>'
    page = _page(title="A crane that listens", head=head, top=f"<a href='{link}'>{home}</a><h1>A crane that listens</h1>")
    assert page.publisher == publisher


def test_a_weekday_is_nobodys_name() -> None:
    assert _read("<div>2026-11-23 09:00 周二至 溪报</div>").author is None


POST = "The Lower Road Post"


def _page(*, title: str, head: str = "", top: str = "<h1>A crane that listens</h1>", foot: str = "") -> Record:
    page = (
        f"<html><head><title>{title}</title>{head}</head><body>{top}<p>4 March 2026</p><div>{ENGLISH}</div>{foot}</body></html>"
    )
    return generic.read(Page(URL, page.encode(), NOW, "text/html; charset=utf-8"), Link(URL), ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    ("title", "head", "foot"),
    [
        (f"{POST}: A crane that listens", "", ""),
        (f"{POST} | A crane that listens", "", ""),
        (f"A crane that listens « {POST}", "", ""),
        ("A crane that listens", f'<meta name="apple-mobile-web-app-title" content="{POST}">', ""),
        ("A crane that listens", f'<meta name="DC.publisher" content="{POST}">', ""),
        ("A crane that listens", f'<meta name="copyright" content="{POST}">', ""),
        ("A crane that listens", f'<link rel="alternate" type="application/rss+xml" title="{POST} » Feed" href="/feed">', ""),
        ("A crane that listens", "", f"<footer>© 2024-2026 {POST}. All rights reserved.</footer>"),
        (
            "A crane that listens",
            f'<script type="application/ld+json">[{{"@type":"WebSite","name":"{POST}"}},{{"@type":"NewsArticle"}}]</script>',
            "",
        ),
    ],
)
def test_a_site_is_named_before_the_title_by_its_program_its_feed_or_whose_the_rights_are(
    title: str, head: str, foot: str
) -> None:
    assert _page(title=title, head=head, foot=foot).publisher == POST


@pytest.mark.parametrize(
    ("title", "told", "foot"),
    [
        ("A crane that listens", "Quay News - All that floats, and more", ""),
        ("A crane that listens", "Quay News — news for dockers", ""),
        ("A crane that listens | Quay News", "World", ""),
        ("A crane that listens | Quay News", "", "<footer>Copyright Policy</footer>"),
    ],
)
def test_a_site_is_named_without_its_slogan_its_section_or_its_policy(title: str, told: str, foot: str) -> None:
    head = f'<meta property="og:site_name" content="{told}">' if told else ""
    page = f"<html><head><title>{title}</title>{head}</head><body><h1>A crane that listens</h1><div>{ENGLISH}</div>{foot}</body></html>"
    url = "https://www.quaynews.example/crane"
    assert generic.read(Page(url, page.encode(), NOW), Link(url), ZoneInfo("Asia/Shanghai")).publisher == "Quay News"


@pytest.mark.parametrize("title", ["{} - June 2004 - {}", "{} > News > {}", "{}: {}", "{} | Science | {}", "{} :: {}"])
def test_a_site_known_by_its_host_stands_ahead_of_a_title_that_no_heading_repeats(title: str) -> None:
    top = "<p><b>FEATURE | March 4, 2026</b></p><div><font size=5><b>A crane that listens</b></font></div>"
    page = f"<html><head><title>{title.format(POST, 'A crane that listens')}</title></head><body>{top}<div>{ENGLISH}</div></body></html>"
    url = "http://www.thelowerroadpost.example/2004/0604_crane.asp"
    made = generic.read(Page(url, page.encode(), NOW, "text/html; charset=utf-8"), Link(url), ZoneInfo("Asia/Shanghai"))
    assert (made.title, made.publisher) == ("A crane that listens", POST)


@pytest.mark.parametrize(
    ("host", "site", "foot", "publisher"),
    [
        ("tallowbio", "Tallow", "<a href='/'><img src=l.svg alt='Tallow Bio logo'></a>", "Tallow Bio"),
        ("lowerroadpost", "LRP News", "<p>Roe covers water for Lower Road Post. He lives there.</p>", "Lower Road Post"),
        ("lowerroadpost", "LRP", "<footer>© 2026 Lower Road Post</footer>", "Lower Road Post"),
        ("elmpost", "The Elm", "<p>Read elmpost every day.</p>", "The Elm"),
    ],
)
def test_a_short_name_gives_way_to_the_one_that_the_host_spells(host: str, site: str, foot: str, publisher: str) -> None:
    page = f"<html><head><title>A crane that listens | {site}</title></head><body><h1>A crane that listens</h1><div>{ENGLISH}</div>{foot}</body></html>"
    url = f"https://www.{host}.example/news/crane"
    made = generic.read(Page(url, page.encode(), NOW, "text/html; charset=utf-8"), Link(url), ZoneInfo("Asia/Shanghai"))
    assert made.publisher == publisher


def test_the_masthead_of_an_old_page_is_its_paper_and_not_its_headline() -> None:
    top = "<font size=5>The Lower Road Post</font><table><tr><td><font size=2>March 4, 2026</font><br><b>A Crane That Listens To Its Driver</b>"
    made = _page(title="The Lower Road Post Online", top=top)
    assert (made.title, made.publisher) == ("A Crane That Listens To Its Driver", "The Lower Road Post")


def test_a_chinese_site_is_named_at_its_foot_without_a_word_on_rights() -> None:
    text = "<p>河岸小镇的农户试用了一种会听话的吊车，吊车用语音大模型听懂方言里的指令，每天可以少跑三趟。</p>" * 3
    page = f"<title>会听话的吊车来了</title><h1>会听话的吊车来了</h1><div>{text}</div><footer>溪口新闻 · 让新闻近一点 · 备案号 00000</footer>"
    made = generic.read(
        Page("https://river.example/a/1.html", page.encode(), datetime(2026, 3, 5, tzinfo=UTC), "text/html; charset=utf-8"),
        Link(""),
        ZoneInfo("Asia/Shanghai"),
    )
    assert made.publisher == "溪口新闻"


def test_a_company_that_holds_the_rights_is_no_paper() -> None:
    foot = "<footer>© 2026 Lower Road Media Ltd. All rights reserved.</footer>"
    assert _page(title="A crane that listens", foot=foot).publisher is None


@pytest.mark.parametrize(
    ("bar", "publisher"),
    [
        ("<div><span>来源：<a>溪口日报</a></span><span>2026-11-23</span></div>", "溪口日报"),
        ("<div>2026-11-23　转自：溪口发布</div>", "溪口发布"),
        ("<div>发布机构：溪口镇党政办　发布日期：2026-11-23</div>", "溪口镇党政办"),
        ("<div>2026-11-23</div><div>本帖最后由 小舟 于 2026-11-23 编辑</div>", "溪岸网"),
    ],
)
def test_a_source_ends_where_the_date_begins(bar: str, publisher: str) -> None:
    assert _read(bar).publisher == publisher


def test_a_page_title_that_is_all_the_sites_leaves_the_headline_to_the_line_above_the_text() -> None:
    bold = "<p><font size=5><b>A crane that listens to three tongues</b></font></p>"
    assert _page(title=f"{POST} Online", top=bold).title == "A crane that listens to three tongues"


def test_a_kicker_in_the_headline_is_not_part_of_it() -> None:
    title = "A crane that listens to three tongues"
    record = _page(title=f"{title} | {POST}", top=f"<h1><span>Exclusive</span> {title}</h1>")
    assert record.title == title


def test_a_publisher_told_by_id() -> None:
    graph = (
        '{"@graph":[{"@type":"WebSite","@id":"#w","name":"Mill Lane"},{"@type":"Organization","@id":"#o","name":"Mill Lane Courier"},'
        '{"@type":"NewsArticle","headline":"A crane that listens","publisher":{"@id":"#o"}}]}'
    )
    page = _page(
        title="A crane that listens",
        top="<h1>A crane that listens</h1>",
        head=f'<script type="application/ld+json">{graph}</script>',
    )
    assert page.publisher == "Mill Lane Courier"


def test_an_author_told_by_id_or_on_a_card() -> None:
    graph = (
        '{"@graph":[{"@type":"Person","@id":"#p","name":"Rhoda Finch"},{"@type":"NewsArticle","headline":"A crane that listens",'
        '"author":{"@id":"#p"}}]}'
    )
    assert _english("", head=f'<script type="application/ld+json">{graph}</script>') == "Rhoda Finch"
    card = '<meta name="twitter:label1" content="Written by"><meta name="twitter:data1" content="Rhoda Finch">'
    assert _english("", head=card) == "Rhoda Finch"
