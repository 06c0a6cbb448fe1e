"""Who wrote it and who published it, on whole pages with bylines of many kinds. Every name is made up."""

import json
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from crawler.parsers import generic
from crawler.record import Link, Page, Record

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, 18, 0, tzinfo=ZONE)
URL = "https://paper.example/a/20261123/123456.html"
BAR = "2026-11-23 09:41 来源：江湾日报"
CHINESE = (
    "星河智算在江湾市发布新一代推理芯片，单卡功耗比上一代下降三成，首批样品已经交给客户试用。",
    "江湾市智算中心计划年内采购两千张，用于政务问答、病历质控和工业质检三类应用，项目总投资约四亿元。",
    "业内人士认为，推理成本仍是大模型落地的主要障碍，国产芯片的价格优势能否兑现，还要看软件生态的成熟速度。",
)
ENGLISH = (
    "Harbor Robotics opened a second plant on Monday, and it plans to hire two hundred engineers by spring.",
    "The company said the site will build arms for warehouses, and that “the first orders ship in January.”",
    "Analysts expect the market to double within three years, although margins remain thin.",
)


def _read(title: str, bar: str, body: str, after: str = "", head: str = "") -> Record:
    markup = f"<title>{title}</title>{head}<h1>{title}</h1><div class=info>{bar}</div><div class=con>{body}</div>{after}"
    return generic.read(Page(URL, markup.encode(), NOW, "text/html; charset=utf-8"), Link(URL), ZONE)


def _chinese(bar: str = BAR, lead: str = "", first: str = "", last: str = "", after: str = "", head: str = "") -> Record:
    lines = (first, lead + CHINESE[0], *CHINESE[1:], last)
    return _read("新一代推理芯片发布", bar, "".join(f"<p>{line}</p>" for line in lines if line), after, head)


def _english(bar: str, last: str = "", head: str = "") -> Record:
    return _read(
        "Harbor’s second plant for robots", bar, "".join(f"<p>{line}</p>" for line in (*ENGLISH, last) if line), head=head
    )


@pytest.mark.parametrize(
    ("lead", "author"),
    [
        ("新华社北京11月23日电（记者张三、李四）", "张三, 李四"),
        ("新华社江湾11月23日电（记者 张三 李四）", "张三, 李四"),
        ("中新网江湾11月23日电 (记者 张三)", "张三"),
        ("中新社江湾11月23日电 (张三 李四)", "张三, 李四"),
        ("本报讯（记者 张三 通讯员 李四）", "张三"),
        ("江湾日报讯（记者张三 实习生李四）", "张三"),
        ("【江湾日报记者 张三 李四 报道】", "张三, 李四"),
        ("江湾社拉萨11月23日电（记者扎西、德吉）", "扎西, 德吉"),  # without a surname
        ("江湾社拉萨11月23日电（记者丹增，王强）", "丹增, 王强"),
        ("江湾社11月23日电（记者德庆央宗 摄影报道）", "德庆央宗"),
        ("本报讯（记者 阿依古丽·买买提）", "阿依古丽·买买提"),
        ("本报讯（全媒体记者 拉巴次仁 通讯员 张三）", "拉巴次仁"),
        ("江湾社11月23日电（记者手记）", None),
        ("财联社11月23日讯（编辑 张三）", None),
        ("据江湾电视台记者王五报道，", None),  # another house's reporter
        ("记者从江湾市政府获悉，", None),
    ],
)
def test_reporters_before_the_first_sentence(lead: str, author: str | None) -> None:
    assert _chinese(lead=lead).author == author


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("文|张三 编辑|李四", "张三"),
        ("文｜张三", "张三"),
        ("作者丨张三", "张三"),
        ("撰文 / 张三　编辑 / 李四", "张三"),
        ("采写：南都记者 张三 发自江湾", "张三"),
        ("每经记者 张三 每经编辑 李四", "张三"),
        ("每经记者：张三    每经编辑：李四", "张三"),
        ("界面新闻记者 | 张三", "张三"),
        ("记者 张三 李四 王五 报道", "张三, 李四, 王五"),
        ("21世纪经济报道记者张三 江湾报道", "张三"),  # a place that begins like a name
        ("21世纪经济报道记者 张三 李四 实习生 王五 江湾 北京报道", "张三, 李四"),
        ("本报记者 张三 见习记者 李四", "张三, 李四"),
        ("■本报记者 张三", "张三"),
        ("文/本刊记者 张三", "张三"),
        ("张三 李四 发自 江湾", "张三, 李四"),
        ("（中央社記者張三江灣23日電）", None),  # glued to the place: nothing says where the name ends
        ("（江灣社記者 張三）", "張三"),
        ("编辑：张三", None),
        ("编译 | 张三", None),
        ("新华社记者 张三 摄", None),
    ],
)
def test_lines_above_the_text(line: str, author: str | None) -> None:
    assert _chinese(first=line).author == author


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("（本报记者 张三 李四）", "张三, 李四"),
        ("（本报记者 铁民）", "铁民"),
        ("（杨一苇 文/图）", "杨一苇"),
        ("（顾念、洛桑 图/文）", "顾念, 洛桑"),
        ("（图源网络 文）", None),
        ("（据江湾日报记者 王五报道）", None),
        ("（作者：张三，系江湾大学教授）", "张三"),
        ("（作者系江湾大学教授）", None),
        ("本文作者：张三，编辑：李四", "张三"),
        ("来源：江湾日报 作者：张三 编辑：李四", "张三"),
        ("统筹：张三 文字：李四 摄影：王五", "李四"),
        ("监制：张三 审核：李四 编辑：王五", None),
        ("责编：张三 校对：李四", None),
        ("图片来源：受访者供图 摄影：张三", None),
    ],
)
def test_lines_below_the_text(line: str, author: str | None) -> None:
    assert _chinese(last=line).author == author


@pytest.mark.parametrize(
    ("bar", "author"),
    [
        ("2026-11-23 09:41 来源：江湾日报 作者：张三 编辑：李四", "张三"),
        ("来源：新华网 作者：张三 2026-11-23 09:41", "张三"),
        ("作者：江湾君 2026-11-23 09:41", "江湾君"),
        ("<span>张三</span> <span>2026-11-23 09:41</span> <span>阅读 1200</span>", "张三"),
        ("<div>李想</div><div>关注</div><div>2026-11-23 09:41</div>", "李想"),
        ("2026-11-23 09:41 责任编辑：张三 李四", None),
        ("<div>文章</div><div>财经</div><div>2026-11-23 09:41</div>", None),
        ("首页 > 科技 > 正文 2026-11-23 09:41 江苏", None),
        ("<span>2026-11-23 09:41</span><span>甘肃</span>", None),
        ("2026-11-23 09:41 录入：张三", None),
        ("2026-11-23 09:41 编译：张三", None),
        ("作者：Jane Doe 2026-11-23 09:41", "Jane Doe"),
        ("作者：张三　▪　李四　　责编：王五 2026-11-23 09:41", "张三, 李四"),
        ("作者：张三 • 李四；王五 2026-11-23 09:41", "张三, 李四, 王五"),
        ("日期：2026年11月23日 09:41 作者：党委宣传科 张三 点击：[ ]", "张三"),
        ("2026-11-23 09:41 撰稿：神经外科 张三 李四", "张三, 李四"),
        ("2026-11-23 09:41 作者：宣传部/张三", "张三"),
        ("2026-11-23 09:41 作者：张三 单位：文学院", "张三"),
    ],
)
def test_the_bar_below_the_headline(bar: str, author: str | None) -> None:
    assert _chinese(bar).author == author


def test_an_editor_is_no_author_in_traditional_characters_either() -> None:
    assert _chinese("2026-11-23 09:41", last="責任編輯：張三", head='<meta name="author" content="張三">').author is None


@pytest.mark.parametrize(
    "after",
    [
        "<div class=comments><p>张三 2026-11-23 12:00</p><p>说得好，支持国产芯片，希望越来越好！</p></div>",
        "<div><h3>网友评论</h3><div>作者：张三</div><p>文章写得好，期待后续。</p></div>",
        "<div class=hot><a href=/1>记者 张三：机器人的一天</a></div>",
    ],
)
def test_commenters_and_authors_of_other_articles_are_none(after: str) -> None:
    assert _chinese("2026-11-23 09:41", after=after).author is None


@pytest.mark.parametrize(
    ("bar", "author"),
    [
        ("By Jane Doe and John Roe, Staff Writer · November 23, 2026", "Jane Doe, John Roe"),
        ("By Jane Doe, John Roe and Ann Poe", "Jane Doe, John Roe, Ann Poe"),
        ("By JANE DOE | Harbor Wire | Nov 23, 2026", "JANE DOE"),
        ("<span>By</span> <a>Jane Doe</a> <time datetime='2026-11-23T09:41+08:00'>Nov 23</time>", "Jane Doe"),
        ("Posted by Jane Doe on November 23, 2026", "Jane Doe"),
        ("Posted on November 23, 2026 by Jane Doe", "Jane Doe"),
        ("Mon 23 Nov 2026 at 9.41am GMT by Jane Doe, Staff Writer", "Jane Doe"),
        ("Jane Doe-Roe, Technology reporter, Harbor", "Jane Doe-Roe"),
        ("<p class='article-author'>Jane Doe | Harbor News</p><p>Nov 23, 2026</p>", "Jane Doe"),
        ("Por Lucía Berrocal Pons | Almonarejo - 23 nov 2026", "Lucía Berrocal Pons"),
        ("Par Camille Dufour et Jean Petit", "Camille Dufour, Jean Petit"),
        ("Von Anna Müller und Jörg Groß", "Anna Müller, Jörg Groß"),
        ("Por João da Silva e Ana Souza — 23 de novembro de 2026", "João da Silva, Ana Souza"),
        ("Autor: Łukasz Żak", "Łukasz Żak"),
        ("<b>Ann Poe</b> <a href='mailto:x'>ann at lists.example</a>", "Ann Poe"),
        ("<p>From: Ann Poe &lt;ann@lists.example&gt;</p>", "Ann Poe"),
        ("<div class=firma><a href=/autor/lb>Lucía Berrocal</a></div><div>Almonarejo</div>", "Lucía Berrocal"),
        ("By by JANE DOE, JOHN ROE and ANN POE", "JANE DOE, JOHN ROE, ANN POE"),
        ("By Jane Newsham and John Pressman", "Jane Newsham, John Pressman"),
        ("by Jane Doe @janedoe Nov 23, 2026, 1:55pm", "Jane Doe"),
        ("<div>Jane Doe , @janedoe</div><div>1h ago</div>", "Jane Doe"),
        ("23/11/2026 | Par Camille Dufour (avec Jean Petit et Anne Roy)", "Camille Dufour, Jean Petit, Anne Roy"),
        ("By Jane Doe (Harbor Wire)", "Jane Doe"),
        ("<p>Jane Doe</p><p>Markets Editor</p><p>Harbor Finance November 23, 2026</p>", "Jane Doe"),
        (
            "<div class=s-Byline><i></i><div><span>Jane Doe</span></div></div><div>Published 22:00, 23 November 2026</div>",
            "Jane Doe",
        ),
        (
            "<span class=s-author><span class=s-byline>Jane Doe</span> <i>CEO</i></span>",
            "Jane Doe",
        ),
        ("<blockquote>It hears me.</blockquote><div class=pull-quote__author><span class=author>Jane Doe</span></div>", None),
        ("By Harbor News and Quay Press", None),
        ("Posted by Jane Doe, Software Engineer, and John Roe, Product Manager", "Jane Doe, John Roe"),
        ("Un texte de Camille Dufour", "Camille Dufour"),
        ("Por Redacción Puerto", None),
        ("<p>November 23, 2026 08:00 AM Eastern Standard Time</p>", None),
        ("By Harbor Wire Staff · Nov 23, 2026", None),
        ("<div>Artificial Intelligence</div><div>Nov 23, 2026</div>", None),
        ("<p>Market Review 23 November 2026</p>", None),
    ],
)
def test_english_bars(bar: str, author: str | None) -> None:
    assert _english(bar).author == author


@pytest.mark.parametrize(
    ("last", "author"),
    [
        ("Reporting by Jane Doe; editing by John Roe", "Jane Doe"),
        ("This entry was posted in Ships and tagged cranes by Ann Poe. Bookmark the permalink.", "Ann Poe"),
        ("Posted by Ann Poe at 8:14 PM", "Ann Poe"),
        ("John Roe is a senior editor at Harbor Wire.", None),
    ],
)
def test_english_lines_below_the_text(last: str, author: str | None) -> None:
    assert _english("Nov 23, 2026", last=last).author == author


@pytest.mark.parametrize(
    ("bar", "publisher"),
    [
        ("来源：Daily Inference", "Daily Inference"),
        ("2026-11-23 09:41 来源：Daily Inference 作者：张三", "Daily Inference"),
        ("2026-11-23 09:41 来源：The Harbor Wire", "The Harbor Wire"),
        ("来源：Harbor Wire News Service 2026-11-23", "Harbor Wire News Service"),
        ("来源：TechHarbor.com 2026-11-23", "TechHarbor.com"),
        ("来源：新华网 作者：张三 2026-11-23 09:41", "新华网"),
        ("2026年11月23日09:41来源：江湾日报 分享到", "江湾日报"),
        ("2026-11-23 09:41　来源：江湾日报　字号：大中小", "江湾日报"),
        ("2026-11-23 09:41:00 来源: 江湾网(北京)", "江湾网(北京)"),
        ("2026年11月23日 09:41 | 来源：江湾日报 小字号", "江湾日报"),
        ("來源：江灣日報 2026-11-23 09:41", "江灣日報"),
        ("<a>产品</a><div>2026-11-23 09:41</div>", None),  # a section
        ("2026.11.23 | 新闻动态", None),
        ("<span>2026-11-23 09:41</span><span>江湾财经</span>", "江湾财经"),
        ("2026-11-23 09:41<p>数据来源：江湾统计</p>", None),
    ],
)
def test_the_publisher_of_a_bar(bar: str, publisher: str | None) -> None:
    assert _chinese(bar).publisher == publisher


@pytest.mark.parametrize(
    ("bar", "author"),
    [
        ("<strong>Rhoda Finch</strong><br>Environment correspondent", "Rhoda Finch"),
        ("<p>Story: Rhoda Finch</p>", "Rhoda Finch"),
        ("<p>Rhoda Finch — 4 March 2026</p>", "Rhoda Finch"),
        ("<p>From Rhoda Finch in Lower Road</p>", "Rhoda Finch"),
        ("<p>By Rhoda Finch rfinch@paper.example</p>", "Rhoda Finch"),
        ("<p>Rhoda Finch @rfinch</p>", "Rhoda Finch"),
        ("<p>Analysis by Rhoda Finch</p>", "Rhoda Finch"),
        ("<p><span>Article written by</span>Rhoda Finch <span>on</span> 4 March 2026</p>", "Rhoda Finch"),
        ('<p><span class="sr-only" style="display:none">Written by</span>Rhoda Finch 4th March, 6.45am</p>', "Rhoda Finch"),
    ],
)
def test_an_english_byline_may_have_a_post_an_address_or_a_label(bar: str, author: str) -> None:
    assert _english(bar).author == author


@pytest.mark.parametrize(
    ("last", "author"),
    [
        ("— Rhoda Finch", "Rhoda Finch"),
        ("Rhoda Finch is a reporter at the Post.", "Rhoda Finch"),
        ("Rhoda Finch covers water for the Post.", "Rhoda Finch"),
        ("Rhoda Finch is a plumber at the Post.", None),
    ],
)
def test_who_signs_at_the_foot_wrote_it(last: str, author: str | None) -> None:
    assert _english("4 March 2026", last=last).author == author


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ([{"@type": "Person", "name": "岑樂文"}, {"@type": "Person", "name": "麥芷晴"}], "岑樂文, 麥芷晴"),
        ([{"@type": "Person", "name": "洛桑"}, {"@type": "Person", "name": "張三"}], "洛桑, 張三"),
        ("龐家明、齊小雲", "龐家明, 齊小雲"),
        ({"@type": "Person", "name": "张三 李四"}, "张三, 李四"),
        ({"@type": "Person", "name": "江湾日报"}, None),
    ],
)
def test_programs_are_told_names_of_any_characters_and_several_in_one(author: object, names: str | None) -> None:
    told = {"@type": "NewsArticle", "headline": "新一代推理芯片发布", "author": author}
    head = f'<script type="application/ld+json">{json.dumps(told)}</script>'
    assert _chinese("2026-11-23 09:41", head=head).author == names


@pytest.mark.parametrize(
    ("box", "author"),
    [
        ('<div class="article-author"><h4><a title="更多">麦田</a></h4>写了十年芯片。</div>', "麦田"),
        ('<div class="m-author"><p>文章作者</p><a>青禾</a> <a>云上</a></div>', "青禾, 云上"),
        ('<div class="hot-authors"><h3>热门作者</h3><a href="/u/1">麦田</a></div>', None),
        ('<div class="author-posts"><h3>作者最新文章</h3><a href="/1">机器人的一天</a></div>', None),
        ('<div class="comments"><div class="author">路人</div><p>好</p></div>', None),
    ],
)
def test_the_box_below_a_text_names_its_author(box: str, author: str | None) -> None:
    assert _chinese("2026-11-23 09:41", after=box).author == author


@pytest.mark.parametrize("name", ["Quay Farms, LLC", "Quay Robotics Inc.", "Hafen GmbH"])
@pytest.mark.parametrize(
    "told",
    [
        "",
        '<script type="application/ld+json">{"@type":"NewsArticle","author":{"@type":"Organization","name":"Quay Farms"}}</script>',
    ],
)
def test_a_company_wrote_nothing(name: str, told: str) -> None:
    head = f'<meta name="author" content="{name}">{told}'
    assert _english("4 March 2026", head=head).author is None


@pytest.mark.parametrize("label", ["供稿：", "整理/", "文／"])
def test_chinese_labels_of_whoever_wrote_it(label: str) -> None:
    assert _chinese(f"2026-11-23 09:41 {label}方芸").author == "方芸"
