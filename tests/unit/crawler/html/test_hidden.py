"""What a page holds and does not show is no text; what a click or a platform's own script brings to light is."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from crawler.html.hidden import Veil
from crawler.parsers import generic
from crawler.record import Link, Page

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
URL = "https://paper.example/a/1.html"
FIRST = "松江实验室周五公开了一套给灯塔用的语音模型，能听懂三种方言。"
SECOND = "模型在两座灯塔试用了半年，值班员说它比旧系统少听错一半的话。"
SPAM = "加微信领取内部资料，名额有限，先到先得，错过不再有。"


def _text(body: str, style: str = "") -> list[str]:
    page = f"<title>灯塔语音模型公开_松江网</title><style>{style}</style><h1>灯塔语音模型公开</h1><div class=main>{body}</div>"
    return generic.read(
        Page(URL, page.encode(), NOW, "text/html; charset=utf-8"), Link(URL), ZoneInfo("Asia/Shanghai")
    ).text.split("\n")


@pytest.mark.parametrize(
    "hiding",
    [
        'style="display:none"',
        'style="DISPLAY : none !important"',
        'style="visibility: hidden"',
        'style="position:absolute;left:-9999px"',
        'style="text-indent:-5000px"',
        'style="font-size:0"',
        'style="font-size: 0px; color: red"',
        'style="position:absolute;clip:rect(0 0 0 0)"',
        'style="height:0;overflow:hidden"',
        "hidden",
        'aria-hidden="true"',
        'class="tip gone"',
        'id="ghost"',
    ],
)
@pytest.mark.parametrize("tag", ["span", "font", "a"])
def test_a_hidden_part_of_a_sentence_is_no_text(hiding: str, tag: str) -> None:
    if tag == "a" and "style" not in hiding:
        return
    body = f"<p>{FIRST[:12]}<{'span' if tag == 'a' else tag} {hiding}>本文被盗用</{'span' if tag == 'a' else tag}>{FIRST[12:]}</p><p>{SECOND}</p>"
    assert _text(body, ".gone, #ghost { color: #fff; display: none }") == [FIRST, SECOND]


@pytest.mark.parametrize(
    "hiding", ['style="display:none"', "hidden", 'aria-hidden="true"', 'class="gone"', 'style="left:-999em;position:fixed"']
)
def test_a_hidden_block_is_no_text_however_long(hiding: str) -> None:
    assert _text(f"<p>{FIRST}</p><p>{SECOND}</p><div {hiding}>{f'<p>{SPAM}</p>' * 30}</div>", ".gone{display:none}") == [
        FIRST,
        SECOND,
    ]


@pytest.mark.parametrize("style", ["visibility:hidden", "font-size:0", "opacity:0"])
def test_a_paragraph_out_of_sight_among_others_is_no_text(style: str) -> None:
    assert _text(f"<p>{FIRST}</p><p style='{style}'>{SPAM}</p><p>{SECOND}</p>") == [FIRST, SECOND]


def test_what_shows_nothing_else_is_read_hidden() -> None:
    assert _text(f'<div id="js_content" style="visibility: hidden; opacity: 0;"><p>{FIRST}</p><p>{SECOND}</p></div>') == [
        FIRST,
        SECOND,
    ]
    assert _text(f'<div class="late" style="display:none"><p>{FIRST}</p><p>{SECOND}</p></div>') == [FIRST, SECOND]


def test_what_a_click_unfolds_is_text() -> None:
    assert _text(f'<p>{FIRST}</p><div class="fold-rest" style="display:none"><p>{SECOND}</p></div>') == [FIRST, SECOND]


@pytest.mark.parametrize("style", ["font-size:0", "opacity:0", "visibility:hidden"])
def test_a_block_that_fades_in_is_text(style: str) -> None:
    assert _text(f'<div style="{style}"><p style="font-size:16px">{FIRST}</p><p>{SECOND}</p></div>') == [FIRST, SECOND]


def test_rules_for_print_and_tabs_that_open_hide_nothing() -> None:
    veil = Veil(
        ["@media print { .print { display: none } } .tab{display:none} .tab.open{display:block} p.note, #aside {display:none}"]
    )
    assert [veil[look] for look in ("print", "tab", "big note", "notes", None)] == [False, False, True, False, False]
    assert veil.ids == {"aside"}


def test_many_rules_cost_little() -> None:
    sheet = "".join(f".a{number}{{display:none}}" for number in range(5_000))
    assert not Veil([sheet]).is_empty
    assert Veil(["{" * 50_000, "display:none" * 5_000, "}" * 50_000]).is_empty


def test_a_dialog_does_not_hide_the_article() -> None:
    page = (
        f'<title>灯塔语音模型公开</title><main aria-hidden="true"><h1>灯塔语音模型公开</h1><p>{FIRST}</p><p>{SECOND}</p></main>'
    )
    assert SECOND in generic.read(Page(URL, page.encode(), NOW), Link(URL), ZoneInfo("Asia/Shanghai")).text
