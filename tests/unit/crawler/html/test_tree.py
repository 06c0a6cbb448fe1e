"""Bytes become one tree: encodings, broken markup, what stands in the head."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.errors import ReadError
from crawler.html import tree
from crawler.html.blocks import lay_out
from crawler.html.tree import decode

CHINESE = "江湾市智算中心计划年内采购两千张推理芯片，用于政务问答、病历质控和工业质检三类应用。" * 5
TAIWANESE = "這款晶片面向大型語言模型的推論場景，支援混合精度計算，可以在不更動模型的情況下直接部署。" * 5
JAPANESE = "このチップは大規模言語モデルの推論に向けたもので、消費電力を三割ほど減らすことができます。" * 5


def _page(text: str, charset: str | None) -> str:
    meta = f'<meta charset="{charset}">' if charset else ""
    return f"<html><head>{meta}<title>t</title></head><body><p>{text}</p></body></html>"


@pytest.mark.parametrize(
    ("text", "encoding", "declared", "header"),
    [
        (CHINESE, "utf-8", "utf-8", ""),
        (CHINESE, "utf-8", None, ""),
        (CHINESE, "gb18030", "gb2312", ""),
        (CHINESE, "gb18030", "gbk", ""),
        (CHINESE, "gb18030", None, ""),
        (CHINESE, "gb18030", None, "text/html; charset=GBK"),
        (CHINESE, "utf-8", "gb2312", "text/html; charset=gb2312"),  # the page lies
        (CHINESE, "gb18030", "utf-8", ""),  # so does this one
        (CHINESE, "utf-8-sig", "gbk", ""),
        (CHINESE, "utf-16", None, ""),
        (TAIWANESE, "big5", "big5", ""),
        (TAIWANESE, "big5", None, ""),
        (JAPANESE, "shift_jis", "Shift_JIS", ""),
        ("Les prévisions étaient déjà élevées, mais l’été a tout changé. " * 5, "cp1252", "iso-8859-1", ""),
        ("Die Prüfung läuft für größere Städte schon länger als geplant. " * 5, "cp1252", None, ""),
    ],
)
def test_a_page_is_decoded_whatever_it_declares(text: str, encoding: str, declared: str | None, header: str) -> None:
    assert text in tree.decode(_page(text, declared).encode(encoding), header)


def test_a_few_broken_bytes_do_not_change_the_encoding() -> None:
    body = _page(CHINESE, "utf-8").encode() + b"\xe6\xb1"
    assert CHINESE in tree.decode(body)


@settings(deadline=None)
@given(st.binary(max_size=400), st.text(max_size=40))
def test_any_bytes_are_decoded(body: bytes, header: str) -> None:
    assert isinstance(tree.decode(body, header), str)


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_a_tree_or_a_read_error(body: bytes) -> None:
    try:
        root = tree.tree(body)
    except ReadError:
        return
    page = lay_out(root)
    assert all(line.text == tree.clean(line.text) for line in page.lines)
    assert all(0 <= region.first <= region.last <= len(page.lines) for region in page.regions)


@pytest.mark.parametrize("body", [b"", b"   ", b"<!-- nothing -->"])
def test_an_empty_page_is_a_read_error(body: bytes) -> None:
    with pytest.raises(ReadError):
        tree.tree(body)


def test_deep_nesting_and_huge_texts_are_read() -> None:
    deep = tree.tree(b"<div>" * 20_000 + b"deep" + b"</div>" * 20_000)
    assert len(lay_out(deep).regions) < 5_000
    wide = lay_out(tree.tree(b"<p>" + b"word " * 1_000_000 + b"</p>"))
    assert len(wide.lines) == 1


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        ("　　缩进的段落\u200b里有\ufeff零宽字符", "缩进的段落里有零宽字符"),
        ("a\xa0b\t\n c", "a b c"),
        ("soft\x00 bell\x07", "soft bell"),
        ("hyphen\xadation", "hyphenation"),
        ("half\ud83d character", "half character"),
        ("emoji 🏳️ stays", "emoji 🏳️ stays"),
    ],
)
def test_a_line_is_clean(raw: str, line: str) -> None:
    assert tree.clean(raw) == line


@settings(deadline=None)
@given(st.text(max_size=200))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert tree.clean(tree.clean(text)) == tree.clean(text)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>one</p><p>two<br>three</p><script>no()</script>", "one\ntwo\nthree"),
        ("plain &amp; simple\nsecond", "plain & simple\nsecond"),
        ("<ul><li>a</li><li>b <b>c</b></li></ul>", "a\nb c"),
        ("<div>　　第一段。　　第二段。</div>", "第一段。\n第二段。"),
        ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
    ],
)
def test_markup_becomes_plain_text(markup: str, text: str) -> None:
    assert tree.plain(markup) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1}', {"a": 1}),
        ('<!-- {"a": "line\nbreak"} -->', {"a": "line\nbreak"}),
        ('{"a": [1, 2,],}', {"a": [1, 2]}),
        ('{"a": 1};', {"a": 1}),
        ("var a = 1", None),
        ("[" * 100_000, None),
    ],
)
def test_json_is_read_as_pages_write_it(text: str, value: object) -> None:
    assert tree.loads(text) == value


def test_the_head_is_gathered_in_one_go() -> None:
    tags = tree.gather(
        tree.parse(
            '<title> A  title </title><meta name="Author" content="Jane Doe"><meta property="og:title" content="A title">'
            '<link rel="canonical" href="/a"><time datetime="2026-11-23">yesterday</time><input type="password"><iframe></iframe>'
            '<script type="application/ld+json">{"@graph": [{"@type": "NewsArticle"}, {"@type": "WebSite"}]}</script>'
            '<script type="application/ld+json">{broken</script>'
        )
    )
    assert tags.title == "A title"
    assert tags.metas == {"author": ["Jane Doe"], "og:title": ["A title"]}
    assert tags.links == [("canonical", "/a")]
    assert (tags.players, tags.passwords) == (1, 1)
    assert [thing.get("@type") for thing in tree.json_ld(tags)] == [None, "NewsArticle", "WebSite"]


def test_lines_know_their_links_and_regions_their_lines() -> None:
    page = lay_out(
        tree.parse('<div class="box"><p>Hello <a href="/x">world</a>.</p><nav id="top"><a href="/">home</a></nav></div>')
    )
    hello, home = page.lines
    assert (hello.text, hello.weight, hello.linked, hello.tag) == ("Hello world.", 12, 5, "p")
    box = next(region for region in page.regions if region.kind == "box")
    assert (box.first, box.last, box.beside) == (0, 2, 0)
    assert page.regions[home.region].tag == "nav"


@pytest.mark.parametrize(
    ("names", "beside"),
    [
        ("article-body", 0),
        ("mp-editor", 0),
        ("related-posts", 2),
        ("articleComments", 2),
        ("pinglun", 2),
        ("share", 1),
        ("adTop", 1),
        ("shadow header", 0),
        ("wp-caption-text", 1),
    ],
)
def test_names_of_what_is_beside_an_article(names: str, beside: int) -> None:
    page = lay_out(tree.parse(f'<div class="{names}">x</div>'))
    assert page.regions[-1].beside == beside


CHINESE = "河湾新桥今天上午通车，全长两公里，连接东西两岸，比原计划提前了三个月完工。"


@pytest.mark.parametrize(
    "declared", ["", "text/html; charset=gb2312", "text/html; charset=utf-8", "text/html; charset=iso-8859-1"]
)
@pytest.mark.parametrize("broken", [b"\xff", b"\xe6\xb1", b"\xb3"])
def test_a_broken_byte_makes_no_other_encoding_of_utf8(declared: str, broken: bytes) -> None:
    raw = CHINESE.encode()
    assert decode(raw[:30] + broken + raw[30:], declared).startswith(CHINESE[:10])


@pytest.mark.parametrize("encoding", ["gb18030", "big5", "cp1252"])
def test_other_encodings_are_not_taken_for_utf8(encoding: str) -> None:
    text = (
        "Très à propos: le café rouvre déjà, où l’été s’achève"
        if encoding == "cp1252"
        else "新橋今天通車全長兩公里連接東西兩岸" * 3
    )
    assert decode(text.encode(encoding)) == text
