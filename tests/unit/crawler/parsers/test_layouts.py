"""Kinds of layouts that lost or gained text, each with the text that is right. All words are invented."""

import json
from datetime import UTC, datetime
from pathlib import Path
from textwrap import fill
from zoneinfo import ZoneInfo

import pytest

from crawler.errors import ReadError
from crawler.parsers import generic
from crawler.record import Link, Page, Record
from crawler.stages import read as reading

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
SITES = Path(__file__).parents[3] / "sites" / "articles"
URL = "http://page.example/a.html"
TITLE = "Harbour lab teaches a crane to listen"
A = "The harbour laboratory of Wexmouth said on Monday that its crane now follows spoken orders in three languages."
B = "Two dockers tried it for a month and found that it misheard one order in ninety, most of them in strong wind."
C = "A second crane will be fitted in the spring, and the laboratory wants to publish all of its recordings by then."
D = "The dockers’ union asked for a switch that turns the ear off, and the laboratory agreed to build one this week."
LEDE = "云帆研究所周四公布了一套给码头吊车用的听令模型，三种语言都能听懂。"
NEXT = "两名装卸工试用了一个月，说它九十句里听错一句，多半是在大风天。"


def _read(page: str, url: str = URL) -> Record:
    return reading.read(Page(url, page.encode(), NOW, "text/html; charset=utf-8"), Link(url), None, ZONE)


def _lines(body: str, title: str = TITLE) -> list[str]:
    return _read(f"<html><head><title>{title}</title></head><body>{body}</body></html>").text.split("\n")


def _p(*lines: str) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)


@pytest.mark.parametrize("end", ["</html>", "</HTML>", "</body></html>", "</div></div></body></html>\n<!-- head -->"])
def test_text_behind_an_early_end_of_the_page_is_read(end: str) -> None:
    assert _lines(f"<div><h1>{TITLE}</h1></div>{end}<div class=content>{_p(A, B, C)}</div>") == [A, B, C]


def test_a_short_told_body_does_not_replace_a_longer_text_below_the_headline() -> None:
    told = {"@type": "NewsArticle", "headline": TITLE, "articleBody": "We asked ten people what a crane should hear. " * 8}
    head = f'<script type="application/ld+json">{json.dumps(told)}</script>'
    assert _lines(f"{head}<article><h1>{TITLE}</h1>{_p(A, B, C, D)}</article>") == [A, B, C, D]


def test_a_first_block_called_a_widget_is_text() -> None:
    rest = _p(B, C, D, D[::-1].strip() + ".")
    first = f'<div class="story-widget story-widget-text"><div>{_p(A + B)}</div></div>'
    assert (
        _lines(f"<div class=left><h1>{TITLE}</h1><div class=blocks>{first}<div><div>{rest}</div></div></div></div>")[0] == A + B
    )


def test_leading_paragraphs_before_a_box_with_the_rest_are_text() -> None:
    paragraphs = [f"{A} ({number})." for number in range(12)]
    inner = "".join(f'<div class="para">{line}</div>' for line in paragraphs[2:])
    lead = f'<div class=media><p class="para now">{paragraphs[0]}</p></div><div class="para">{paragraphs[1]}</div>'
    assert _lines(f"<article><h1>{TITLE}</h1><div class=wrap>{lead}<div class=rest>{inner}</div></div></article>") == paragraphs


def test_later_blocks_of_one_name_are_text() -> None:
    boxes = "".join(f'<div class="piece">{_p(line, line[::-1].strip() + ".")}</div>' for line in (B, C, D))
    assert len(_lines(f"<article><div><div>{_p(f'{A} {B} {C} {D}')}</div>{boxes}</div></article>")) == 7


def test_teasers_above_the_headline_are_no_text() -> None:
    items = "".join(f'<li><a href="/{n}">Other news number {n}</a><span>{A[::-1]}. {B[::-1]}.</span></li>' for n in range(5))
    assert _lines(
        f"<div class=left><div class=flash><ul>{items}</ul></div><div><h2>{TITLE}</h2><div>{_p(A, B, C, D)}</div></div></div>"
    ) == [A, B, C, D]


def test_titles_of_others_without_links_are_no_text() -> None:
    titles = "".join(f"<div class=item><div class=t>{n}号塔吊再次停摆，原因仍在调查</div></div>" for n in "一二三四五六")
    body = f"<div class=w><div><h1>吊车学会听令</h1><div class=c>{_p(LEDE, NEXT)}</div></div><div><div class=u>{titles}</div></div></div>"
    assert _lines(body, "吊车学会听令 - 河口新闻") == [LEDE, NEXT]


@pytest.mark.parametrize("name", ["twitter-tweet", "instagram-media", "tiktok-embed", "bluesky-embed", "mastodon-embed"])
def test_an_embedded_post_is_neither_text_nor_date(name: str) -> None:
    post = f'<blockquote class="{name}">{_p("I heard the crane, and it heard me. I did not expect that, to be honest.")}&mdash; Ann <a>May 3, 2024</a></blockquote>'
    record = _read(f"<title>{TITLE}</title><article><h1>{TITLE}</h1>{_p(A)}{post}{_p(B)}{post}{_p(C)}</article>")
    assert record.text.split("\n") == [A, B, C]
    assert record.published is None


def test_a_table_of_data_stands_whole() -> None:
    rows = "".join(
        f"<tr><td>{n}</td><td>{word}</td><td>heard {n * 7}, lost {n}.</td></tr>"
        for n, word in enumerate(("Elm", "Oak", "Ash"), 3)
    )
    lines = _lines(f"<article><h1>{TITLE}</h1>{_p(A, B)}<div><table>{rows}</table></div>{_p(C)}</article>")
    assert lines == [A, B, "3 Elm heard 21, lost 3.", "4 Oak heard 28, lost 4.", "5 Ash heard 35, lost 5.", C]


ROWS = (("Lot", "Best by"), ("CF25006", "10/06/2025"), ("CF25013", "0 11842 3"), ("CF25020", "—"))


@pytest.mark.parametrize(
    "cell", ["<td>{}</td>", "<td><p><b>{}</b></p></td>", "<td><div><p>{}</p></div></td>", "<th><font>{}</font></th>"]
)
@pytest.mark.parametrize("frame", ["<div>{}</div>", "<figure class=wp-block-table>{}<figcaption>The lots.</figcaption></figure>"])
@pytest.mark.parametrize("below", [(), (C, D)])
def test_a_table_of_data_stands_whole_in_whatever_its_cells_and_frame_are(cell: str, frame: str, below: tuple[str, ...]) -> None:
    rows = "".join(f"<tr>{''.join(map(cell.format, row))}</tr>" for row in ROWS)
    table = frame.format(f"<table><caption>Recalled</caption>{rows}</table>")
    lines = _lines(f"<article><h1>{TITLE}</h1>{_p(A, B)}{table}{_p(*below)}</article>")
    assert lines == [A, B, *map(" ".join, ROWS), *below]


def test_a_table_may_link_some_of_its_cells_but_not_most() -> None:
    rows = "".join(
        f"<tr><td><a href=/{team}>{team}</a></td><td>3</td><td>{won}</td></tr>" for team, won in (("Wexmouth", 2), ("Harrow", 1))
    )
    links = "".join(
        f"<tr><td><a href=/{n}>Another story {n}</a></td><td><a href=/b{n}>One more story {n}</a></td></tr>" for n in range(3)
    )
    lines = _lines(f"<article><h1>{TITLE}</h1>{_p(A, B)}<table>{rows}</table>{_p(C)}<table>{links}</table>{_p(D)}</article>")
    assert lines == [A, B, "Wexmouth 3 2", "Harrow 3 1", C, D]


def test_paragraphs_of_one_cell_are_not_joined() -> None:
    body = f"<h1>{TITLE}</h1><table><tr><td class=t><br>{A}<br>{B}<br>{C}</td></tr></table>"
    assert _lines(body) == [A, B, C]


def test_elements_of_a_site_of_its_own_are_paragraphs() -> None:
    story = "".join(f"<x-para>{line}</x-para>" for line in (A, B, C))
    rail = "".join(f"<x-card><h3>Another item {n}</h3><p>The company declined to comment.</p></x-card>" for n in range(6))
    body = f"<x-story><x-title>{TITLE}</x-title><x-col>{story}<x-promo>{_p(D)}</x-promo></x-col></x-story><x-rail>{rail}</x-rail>"
    assert _lines(body) == [A, B, C]


def test_an_element_of_its_own_within_a_sentence_parts_nothing() -> None:
    assert _lines(f"<h1>{TITLE}</h1><div>{_p('<x-name>The harbour</x-name> laboratory' + A[22:], B)}</div>")[0] == A


@pytest.mark.parametrize(
    "line",
    [
        "We've noticed that you use an ad blocker.",
        "Please turn off your ad blocker for our site so that you can read on.",
        "检测到您正在使用广告拦截插件，请关闭后刷新页面。",
        "新品第一时间免费试用，快来溪岸众测，体验最好玩的产品吧！下载客户端还能获得专享福利哦！",
        "This video cannot be displayed because cookies are off.",
        "Folding lamp with a clip$29Buy now",
        "江岸晨报记者 林知远 实习生 许可",
        "执笔/溪边客、老胡&小镖",
        "# # #",
    ],
)
def test_advertisements_and_bylines_among_the_paragraphs_are_dropped(line: str) -> None:
    before, after = (LEDE, NEXT) if ord(line[0]) > 0x3000 else (A, B)
    assert _lines(f"<h1>{TITLE}</h1><div>{_p(before, after, line, before[::-1] + '。')}</div>") == [
        before,
        after,
        before[::-1] + "。",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "平台说，首日有三十万名会员在客户端里领取优惠券，报名的商家也比去年多了一倍，其中半数是第一次参加的小店，来自十二个省的县城。",
        "The browser will block ads that ask readers to turn off other programs, its maker said.",
        "记者采访了多位专家，他们看法不一。",
    ],
)
def test_sentences_about_such_things_stay(line: str) -> None:
    assert line in _lines(f"<h1>{TITLE}</h1><div>{_p(line, A, B)}</div>")


@pytest.mark.parametrize(
    "block",
    [
        "<p><b>Media contact:</b><br>Ann Poe, Head of Communications<br>+47 55 50 12 34 | press@quay.example</p>",
        "<p><b>Press Contacts</b></p><p>Ann Poe, Quay Communications, +47 55 50 12 34, ann@quay.example</p>",
        "<p>For further information, please contact:<br>Ann Poe, Head of Communications, tel. 55 50 12 34</p>",
        "<p>Pressekontakt:<br>Ann Poe, Leiterin Kommunikation<br>Tel. +47 55 50 12 34</p>",
        "<p>-ENDS-</p><p>Ann Poe<br>Head of Communications, Quay</p>",
        "<p>###</p><p>Ann Poe, Head of Communications, Quay, 55 50 12 34</p>",
        "<p>___</p><p>Quay Wire reporter Ann Poe contributed from Harrow.</p>",
        "<h3>Notes to editors</h3><ul><li>The crane weighs 900 tonnes and is 60 metres tall.</li></ul>",
    ],
)
def test_whom_to_ask_is_no_text(block: str) -> None:
    assert _lines(f"<article><h1>{TITLE}</h1><div>{_p(A, B, C)}{block}</div></article>") == [A, B, C]


@pytest.mark.parametrize(
    "box",
    [
        "<div class=kg-callout-card><div>💡</div><div>{}</div></div>",
        "<div class=admonition><div class=heading><span></span>info</div><div><p>{}</p></div></div>",
        "<div class='admonition note'><p class=admonition-title>Note</p><p>{}</p></div>",
        "<div class='block warning'><p>WARNING</p><p>{}</p></div>",
    ],
)
def test_what_only_names_a_box_is_no_text(box: str) -> None:
    assert _lines(f"<article><h1>{TITLE}</h1><div>{_p(A)}{box.format(B)}{_p(C)}</div></article>") == [A, B, C]


@pytest.mark.parametrize("count", ["<div><span>1.9K</span></div>", "<div>38</div>", "<p>👏 43</p>", "<div>204 claps</div>"])
def test_a_count_above_the_text_is_none_of_it(count: str) -> None:
    assert _lines(f"<article><h1>{TITLE}</h1><div>{count}{_p(A, B, C)}</div></article>") == [A, B, C]


@pytest.mark.parametrize(
    "post",
    [
        "<section class=post><time>{0}</time><h3>{1}</h3><div class=post-by>Ann Poe</div><p>{2}</p><a>Share this post</a></section>",
        "<article class=entry><p class=byline>Ann Poe</p><time>{0} GMT</time><h2>{1}</h2><p>{2}</p></article>",
        "<div class=lx><div><span>{0}</span><span>By Ann Poe</span></div><h3>{1}</h3><div><p>{2}</p></div></div>",
    ],
)
def test_the_posts_of_a_live_blog_keep_their_headings_and_lose_their_bylines(post: str) -> None:
    posts = (
        ("13:22", "Red warning extended", A),
        ("12:47", "Power: 46,000 off, crews stood down", B),
        ("11:40", "All schools close", C),
    )
    lines = _lines(f"<article><h1>{TITLE}</h1><div>{''.join(post.format(*one) for one in posts)}</div></article>")
    assert lines == [line for _, *told in posts for line in told]


MAIL = f"""On Mon, Jun 10, 2019 at 9:01 PM Bo Lund &lt;bo at lists.example&gt; wrote:

&gt; Who pays for the new crane, and who will teach it
&gt; the third language?

{fill(A, 60)}

{B}

  * {fill(C, 60, subsequent_indent="    ")}

--\x20
Ann Poe, Secretary of the Harbour
"""


@pytest.mark.parametrize(
    "head",
    [
        "<b>Ann Poe</b> <a href='mailto:x'>ann at lists.example</a><br><i>Tue Jun 11 08:12:40 CEST 2019</i><ul><li>Previous message: <a href=1.html>[A] Minutes"
        "</a></li><li><b>Messages sorted by:</b> <a href=d.html>[ date ]</a></li></ul>",
        "<ul><li>To: announce@lists.example</li><li>From: Ann Poe &lt;ann@lists.example&gt;</li><li>Date: Tue, 11 Jun 2019 08:12:40 +0200</li>"
        "<li>Message-id: &lt;2019@lists.example&gt;</li></ul>",
    ],
)
def test_a_mail_in_an_archive_has_paragraphs_and_neither_quotation_nor_signature(head: str) -> None:
    record = _read(f"<html><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1>{head}<hr><pre>{MAIL}</pre></body></html>")
    assert record.text.split("\n") == [A, B, f"* {C}"]
    assert record.author == "Ann Poe"
    assert record.published == datetime(2019, 6, 11, 6, 12, 40, tzinfo=UTC)


def test_code_stays_whole() -> None:
    code = "def lift(crane):\n    crane.hoist(3)\n\n    return crane.load()\n" * 3
    assert len(_lines(f"<article><h1>{TITLE}</h1>{_p(A, B)}<pre>{code}</pre>{_p(C)}</article>")) == 4


def test_the_number_of_a_footnote_is_no_text() -> None:
    assert _lines(f"<h1>{TITLE}</h1>{_p(A[:-1] + '<sup><a href=#fn1>1</a></sup>.', B)}")[0] == A


STATE = {"headline": TITLE, "date": "2026-11-20"}


def _state(value: object) -> list[str]:
    return _lines(f"<div id=root></div><script>window.__STATE__={json.dumps(value)}</script>")


def _flight(*rows: str) -> list[str]:
    return _lines("".join(f"<script>self.__next_f.push([1,{json.dumps(row)}])</script>" for row in rows))


CODE = "(function() {\n // the fallback is only for pages without a frame\n var host = 'x';\n host = host.concat('/', host);\n window.y = {a: 1};\n})();"


@pytest.mark.parametrize("first", [("1a:T2fff,", CODE), ("1a:T2fff," + CODE,)])
def test_code_and_rows_of_flight_data_are_no_text(first: tuple[str, ...]) -> None:
    blocks = [{"type": "text", "content": f"<p>{line}</p>"} for line in (A, B, C)]
    assert _flight(*first, "1b:" + json.dumps({"article": STATE | {"body": blocks}})) == [A, B, C]


def test_placeholders_get_their_words() -> None:
    markup = f'<p><x-hole id="a1"></x-hole>{A[9:]}</p><p>{B}</p><p>{{{{b2}}}}{C[8:]}</p>'
    assert _state(STATE | {"markup": markup, "placeholders": [{"id": "a1", "text": A[:9]}, {"id": "b2", "text": C[:8]}]}) == [
        A,
        B,
        C,
    ]


def test_text_and_its_fragments_are_said_once() -> None:
    parts = [
        {"type": "paragraph", "model": {"text": line, "blocks": [{"text": line[:40]}, {"text": line[40:]}]}} for line in (A, B, C)
    ]
    assert _state({"page": STATE | {"contents": parts}}) == [A, B, C]


@pytest.mark.parametrize("kind", ["image", "altText", "caption", "links", "relatedStories", "promo", "video"])
def test_objects_beside_the_text_are_no_text(kind: str) -> None:
    aside = {
        "type": kind,
        "model": {"text": "A docker in a yellow coat looks up at the crane, and holds his hat with both hands.", "title": D},
    }
    parts = [{"type": "paragraph", "text": A}, aside, {"type": "paragraph", "text": B}, {"type": "paragraph", "text": C}]
    assert _state({"page": STATE | {"contents": parts}}) == [A, B, C]


def test_a_paragraph_that_is_a_link_is_none_in_a_state_either() -> None:
    markup = f'<p>{A}</p><p><a href="/x">Old harbour master says no to a second ear</a></p><p>{B}</p><p>{C}</p>'
    assert _state(STATE | {"articleBody": markup}) == [A, B, C]


def _f1(wanted: str, said: str) -> float:
    right, found = set(wanted.split("\n")), set(said.split("\n"))
    return 2 * len(right & found) / (len(right) + len(found))


@pytest.mark.parametrize("expected", json.loads((SITES / "expected.json").read_text("utf-8")), ids=lambda page: page["page"])
def test_no_site_parser_reads_worse_than_the_generic_one(expected: dict[str, str]) -> None:
    page = Page(expected["url"], (SITES / f"{expected['page']}.html").read_bytes(), NOW)
    site, plain = reading.read(page, Link(page.url), None, ZONE), generic.read(page, Link(page.url), ZONE)
    assert _f1("\n".join(expected["text"]), site.text) >= _f1("\n".join(expected["text"]), plain.text)
    for field in ("title", "author", "publisher"):
        assert getattr(site, field) == expected[field] or getattr(plain, field) != expected[field]
    right = datetime.fromisoformat(expected["published"])
    assert site.published == right or plain.published != right


def test_a_layout_that_lost_a_part_gives_way_to_the_generic_text() -> None:
    url = "https://www.leiphone.com/category/ai/x.html"
    lines = [f"{LEDE[:-1]}，第{number}段。" for number in range(6)]
    parts = f"<div class=lph-article-comView>{_p(*lines[:2])}</div><div class=lph-article-comView>{_p(*lines[2:])}</div>"
    record = _read(f"<title>吊车学会听令</title><article><h1 class=headTit>吊车学会听令</h1>{parts}</article>", url)
    assert record.text.split("\n") == lines


def test_gaps_of_a_site_parser_are_filled() -> None:
    url = "https://mp.weixin.qq.com/s?src=11&timestamp=1&signature=a"
    head = '<meta property="article:published_time" content="2026-11-23T09:30:00+08:00">'
    body = "<h1 id=activity-name>吊车学会听令</h1><div id=meta_content><em id=publish_time class=rich_media_meta_text>昨天</em></div>"
    body += f"<div id=js_content style='visibility:hidden'>{_p(LEDE, NEXT)}</div>"
    record = _read(f"<title>吊车学会听令</title>{head}{body}", url)
    assert (record.author, record.published) == (None, datetime(2026, 11, 23, 1, 30, tzinfo=UTC))


@pytest.mark.parametrize(
    ("credits", "author", "publisher"),
    [
        ("", None, "江边参考"),
        ("<p>来源 | 江湾青年报（ID：jwqn）</p><p>作者 | 方芸 李想</p>", "方芸, 李想", "江湾青年报"),
        ("<p>来源：网络</p>", None, "江边参考"),
    ],
)
def test_an_account_is_the_publisher_of_what_it_did_not_take_from_another(
    credits: str, author: str | None, publisher: str
) -> None:
    bar = "<span id=profileBt><a id=js_name>江边参考</a></span><em id=publish_time class=rich_media_meta_text>昨天</em>"
    bar += "<em id=js_ip_wording_wrp class=rich_media_meta_text>山东</em>"
    others = "<p><strong>往期推荐</strong></p><p><a href=/1>一条河的治理账本</a></p><p>▼ 点击“阅读原文”，报名第12期</p>"
    table = "<table><tr><td>型号</td><td>甲</td></tr><tr><td>功耗</td><td><p>30瓦</p></td></tr></table>"
    text = f"<div id=js_content style='visibility:hidden'>{credits}{_p(LEDE)}{table}{_p(NEXT)}{others}</div>"
    made = '<script>var ct="1795398060";</script>'
    page = f"<title>吊车学会听令</title><h1 id=activity-name>吊车学会听令</h1><div id=meta_content>{bar}</div>{text}{made}"
    record = _read(page, "https://mp.weixin.qq.com/s/abc")
    assert (record.author, record.publisher) == (author, publisher)
    assert record.text.split("\n") == [LEDE, "型号 甲", "功耗 30瓦", NEXT]
    assert record.published == datetime(2026, 11, 23, 1, 41, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "after"),
    [("<figure class=wp-block-table>", "</figure>"), ("<div class=m-chart>", "</div>")],
)
def test_a_table_with_a_caption_or_in_a_figure_is_text(before: str, after: str) -> None:
    rows = [("型号", "功耗"), ("甲", "30瓦"), ("乙", "21瓦")]
    cells = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    table = f"{before}<table><caption>部分型号</caption><tbody>{cells}</tbody></table>{after}"
    lines = _lines(f"<article><h1>吊车学会听令</h1>{_p(LEDE, NEXT)}{table}{_p(LEDE[::-1], NEXT[::-1])}</article>", "吊车学会听令")
    assert lines == [LEDE, NEXT, *map(" ".join, rows), LEDE[::-1], NEXT[::-1]]


def test_the_tools_of_a_post_are_not_the_next_one_s_title_and_readers_write_below() -> None:
    posts = [f"{LEDE[:-1]}，第{number}条。" for number in range(4)]
    tools = "<div class=op><a href=/s>分享</a><a href=/z>赞(23)</a></div>"
    listed = "".join(
        f"<li><div class=t><em>16:3{number}</em><span>主持人</span></div><div class=c><p>{post}</p></div>{tools}</li>"
        for number, post in enumerate(posts)
    )
    readers = "<div><h3>网友互动</h3><ul><li><b>小雨</b> 明天停课吗，在线等，挺急的</li></ul></div>"
    page = (
        f"<div><h1>图文直播：吊车学会听令</h1><div>时间：2026年11月23日 15:30 来源：江湾网</div></div><ul>{listed}</ul>{readers}"
    )
    assert _lines(page, "图文直播：吊车学会听令_江湾网") == posts


@pytest.mark.parametrize("line", ["***", "· · ·", "————————", "<span>00:00</span>/<span>03:21</span>"])
def test_ornaments_and_the_clock_of_a_player_are_no_text(line: str) -> None:
    assert _lines(f"<article><h1>{TITLE}</h1>{_p(A, B)}<div>{line}</div>{_p(C, D)}</article>") == [A, B, C, D]


@pytest.mark.parametrize("number", ["江政办〔2026〕11号", "2026年第3号", "（2026年第3号）"])
def test_the_number_of_a_document_is_its_first_line(number: str) -> None:
    assert (
        _lines(f"<h1>吊车学会听令</h1><div><p align=center>{number}</p>{_p(LEDE, NEXT, LEDE[::-1])}</div>", "吊车学会听令")[0]
        == number
    )


def test_hostile_pages_are_refused_or_read() -> None:
    for page in ("</html>" * 2_000, "<x-a>" * 3_000 + A, "<sup>" * 3_000, '<div hidden="">' * 3_000 + A):
        try:
            _read(page)
        except ReadError:
            continue


@pytest.mark.parametrize(
    "caption",
    [
        "<center><img src=a.jpg><br><small>Dockers under the crane</small></center>",
        "<p><img src=a.jpg></p><p>Photo courtesy of the harbour laboratory</p>",
        "<p><img src=a.jpg></p><p>▲ the crane at work</p>",
    ],
)
def test_a_caption_below_a_picture_is_not_the_articles(caption: str) -> None:
    assert _lines(f"<article><h1>{TITLE}</h1>{_p(A, B)}{caption}{_p(C, D)}</article>") == [A, B, C, D]


def test_a_short_line_below_a_picture_may_head_what_follows() -> None:
    line = "<p><img src=a.jpg></p><p><b>What the crane heard</b></p>"
    assert _lines(f"<article><h1>{TITLE}</h1>{_p(A, B)}{line}{_p(C, D)}</article>") == [A, B, "What the crane heard", C, D]


def test_the_numbers_of_lines_of_code_and_the_marks_of_headings_are_not_the_articles() -> None:
    code = "<pre><code>lift(load)</code><ul><li>1</li><li>2</li></ul></pre>"
    heading = "<h2>The code<a href='#code'>#</a></h2>"
    assert _lines(f"<article><h1>{TITLE}</h1>{_p(A, B)}{heading}{code}{_p(C, D)}</article>") == [
        A,
        B,
        "The code",
        "lift(load)",
        C,
        D,
    ]


def test_a_column_of_comments_in_a_table_is_not_where_readers_write() -> None:
    rows = (
        ("State", "Next try", "Comment"),
        ("new", "at once", "Picked up when it is ready."),
        ("lost", "in an hour", "Tried again."),
    )
    cells = "".join(f"<tr>{''.join(f'<td><p>{cell}</p></td>' for cell in row)}</tr>" for row in rows)
    lines = _lines(f"<article><h1>{TITLE}</h1>{_p(A, B, C)}<table>{cells}</table>{_p(D)}</article>")
    assert lines == [A, B, C, *map(" ".join, rows), D]


def test_the_byline_above_the_first_block_makes_no_card_of_it() -> None:
    by = "<div class=bydek>by <a href=/p/jd>Jane Elisabeth Doe-Roe</a><div>November 23, 2026</div></div>"
    texts = ((A, B), (C, D), [f"{A} ({number})." for number in range(12)])
    blocks = [f"<section class='block wide'>{_p(*lines)}</section>" for lines in texts]
    chart = "<div class=chart>Orders heard</div>"
    lines = _lines(
        f"<div><section><h1>{TITLE}</h1>{by}</section>{blocks[0]}<div>{chart}</div>{blocks[1]}<div>{chart}</div>{blocks[2]}</div>"
    )
    assert lines[:2] == [A, B]


@pytest.mark.parametrize("place", ["QPN —", "LOW QUAY (QP) –"])
def test_a_dateline_of_its_own_begins_the_first_sentence(place: str) -> None:
    body = f"<article><h1>{TITLE}</h1><div>{place}</div>{_p(A, B, C)}</article>"
    assert _lines(body) == [f"{place} {A}", B, C]


def test_who_wrote_it_and_when_is_no_first_line() -> None:
    body = f"<h1>{TITLE}</h1><div><p>Monday 23 November 2026 by Ann M. Poe</p>{_p(A, B, C)}</div>"
    assert _lines(body) == [A, B, C]


def test_short_headings_that_link_what_an_article_goes_through_are_text() -> None:
    names = ("The Larkin kettle", "Harrow 300", "Elm’s own")
    parts = "".join(
        f"<h3><a href=/k/{n}>{name}</a></h3>{_p(line)}" for n, (name, line) in enumerate(zip(names, (B, C, D), strict=True))
    )
    assert _lines(f"<article><h1>{TITLE}</h1>{_p(A)}{parts}</article>") == [A, names[0], B, names[1], C, names[2], D]
    others = "".join(
        f"<h3><a href=/{n}>{name} speaks at last, and nobody listens</a></h3>{_p(C)}" for n, name in enumerate(names)
    )
    assert names[1] not in _lines(f"<article><h1>{TITLE}</h1>{_p(A, B)}{others}</article>")
