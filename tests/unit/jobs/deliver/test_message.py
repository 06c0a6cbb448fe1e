"""What a message says, in each dialect, however hostile or long the page."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.record import Event, Record
from jobs.deliver import rendering
from jobs.deliver.message import Message, alert_of, cut, notice, payload, short_id
from jobs.deliver.rendering import PLAIN, Dialect, as_json, details, headline, render, safe_link
from jobs.deliver.transport import channel_for
from jobs.safe_text import bare
from storage.rules.match import Evidence
from storage.rules.ruleset import Hit

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
RECORD = Record(
    title="上海发布大模型新政",
    link="https://example.org/a",
    text="全文。",
    summary="摘要。",
    keywords=("人工智能",),
    ai_technologies=("大语言模型",),
    industries=("政务",),
    events=(Event("上海发布新政", "细节。"),),
    published=NOW,
    publisher="示例日报",
    language="zh",
    source="demo",
    first_seen=NOW,
)
HIT = Hit("shanghai", "v1", (Evidence("大模型", "title", 4, 7, "上海发布大模型新政"),))
DIALECTS = {name: value for name, value in vars(rendering).items() if isinstance(value, Dialect)}


def message(record: Record = RECORD, reprints: int = 0) -> Message:
    frozen = json.loads(json.dumps(payload(record, HIT)))
    return Message.from_payload(frozen, alert_id=1, idem_key="key", reprints=reprints)


def test_a_payload_survives_the_ledger() -> None:
    read = message(reprints=2)
    assert (read.title, read.published, read.events, read.matched) == (
        "上海发布大模型新政",
        NOW,
        ("上海发布新政",),
        (("大模型", "上海发布大模型新政"),),
    )
    assert (read.rule, read.reprints, read.technologies, read.publisher) == ("shanghai", 2, ("大语言模型",), "示例日报")


def test_a_record_with_nothing_but_title_and_link_makes_a_message() -> None:
    bare = message(Record("T", "https://example.org/", ""))
    assert render(bare, PLAIN, 1000) == "【shanghai】 #0001\nT\nhttps://example.org/\nmatched 大模型: 上海发布大模型新政"


@pytest.mark.parametrize("broken", [{}, {"rule": "r"}, {"rule": "r", "matched": [], "record": {"title": "t"}}])
def test_a_broken_payload_is_an_error_that_callers_expect(broken: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        Message.from_payload(broken, alert_id=1, idem_key="k")


@pytest.mark.parametrize(
    ("number", "shown"), [(0, "#0000"), (1, "#0001"), (367, "#00A7"), (36**4 - 1, "#ZZZZ"), (36**4, "#10000")]
)
def test_short_ids(number: int, shown: str) -> None:
    assert short_id(number) == shown
    assert alert_of(shown) == alert_of(shown.lower().removeprefix("#")) == number


@given(st.integers(min_value=0, max_value=2**62))
def test_a_short_id_names_its_alert(number: int) -> None:
    assert alert_of(short_id(number)) == number


@pytest.mark.parametrize("shown", ["", "#", "ü", "-1", "#" + "Z" * 20])
def test_what_names_no_alert_is_an_error_and_no_number_too_large_for_a_store(shown: str) -> None:
    with pytest.raises(ValueError):
        alert_of(shown)


def test_labels_are_in_the_language_of_the_record() -> None:
    chinese, english = message(), message(replace(RECORD, language="en", title="Shanghai acts"))
    assert "行业：政务" in render(chinese, PLAIN, 9999)
    assert "Industries: 政务" in render(english, PLAIN, 9999)


def test_reprints_are_counted() -> None:
    assert "另有 11 家转载" in render(message(reprints=11), PLAIN, 9999)
    assert "转载" not in render(message(), PLAIN, 9999)


def test_details_leave_title_and_link_to_the_channel() -> None:
    text = details(message(), PLAIN, 9999)
    assert "example.org" not in text
    assert text.startswith("【shanghai】 #0001\n示例日报 · demo")


def test_a_notice_has_no_alert_id() -> None:
    text = render(notice("标题", "说明", NOW), PLAIN, 999)
    assert "#" not in text
    assert headline(notice("标题", "说明", NOW)) == "[智讯] 标题"


def test_programs_get_the_record() -> None:
    data = as_json(message())
    assert (data["type"], data["alert"], data["idempotency_key"]) == ("alert", "#0001", "key")
    assert [(each["headline"], each["detail"]) for each in data["record"]["events"]] == [("上海发布新政", "细节。")]
    assert json.loads(json.dumps(data)) == data


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\r\n\tb\u2028c", "a b c"),
        ("\x1b[2Jred\x07", "[2Jred"),
        ("abc\u202edef\u2066\u200b\ufeff", "abcdef"),
        ("\ud800x\x00", "x"),
        ("  全角　空格 ", "全角 空格"),
        ("😀é", "😀é"),
    ],
)
def test_clean(text: str, expected: str) -> None:
    assert bare(text) == expected


@given(st.text(), st.integers(min_value=4, max_value=40))
def test_cut_keeps_whole_characters_within_the_limit(text: str, limit: int) -> None:
    short = cut(text, limit)
    assert len(short.encode()) <= limit
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://example.org/a?b=c#d", "https://example.org/a?b=c#d"),
        ("https://example.org/a b(c)<d>\"e'[f]|g\n", "https://example.org/a%20b%28c%29%3Cd%3E%22e%27%5Bf%5D%7Cg%0A"),
        ("https://example.org/中文", "https://example.org/%E4%B8%AD%E6%96%87"),
        ("https://example.org/%20", "https://example.org/%20"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("http://", ""),
        ("http://[bad", ""),
        ("https://example.org/" + "a" * 2000, ""),
    ],
)
def test_a_link_cannot_break_out_of_its_place(url: str, safe: str) -> None:
    assert safe_link(url) == safe


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
@given(text=st.text(max_size=200), limit=st.integers(min_value=600, max_value=3000))
def test_any_text_fits_and_never_raises(dialect: Dialect, text: str, limit: int) -> None:
    hostile = replace(
        message(), title=text, rule=text[:30], events=(text,) * 9, matched=((text, text),) * 9, publisher=text, summary=text
    )
    rendered = render(hostile, dialect, limit)
    assert len(rendered.encode()) <= limit
    assert "#0001" in rendered


@pytest.mark.parametrize("more", [{"template": "x" * 9000}, {"publisher": "<b>" * 4000}, {"rule": "规" * 4000}])
def test_what_fits_in_no_form_is_escaped_all_the_same(more: dict[str, Any]) -> None:
    said = render(replace(message(), title="<at id=all></at> @all", **more), rendering.WIDE_MARKDOWN, 2048)
    assert "#0001" in said
    assert len(said.encode()) <= 2048
    assert not set("<>@") & set(said)


def test_what_is_left_out_first_is_detail_and_last_the_title() -> None:
    full = replace(message(), events=tuple(f"事件{n} " + "很长" * 30 for n in range(5)), summary="摘要" * 50)
    sizes = [1500, 900, 300]
    texts = [render(full, PLAIN, size) for size in sizes]
    assert "事件4" in texts[0]
    assert "事件2" in texts[1]
    assert "事件4" not in texts[1]
    assert all("上海发布大模型新政" in text and "https://example.org/a" in text for text in texts)


# ---- other tellers, what follows, an operator's wording


def test_others_that_told_the_event_are_named_so_that_a_wrong_one_is_seen() -> None:
    told = replace(message(reprints=2), also=(("OpenAI 收购 <Windsurf>", "甲报"), ("第二家", "乙报")))
    assert "同一事件：OpenAI 收购 ＜Windsurf＞（甲报）；第二家（乙报）" in render(told, rendering.CHAT, 2000)
    assert as_json(told)["also"][1] == {"title": "第二家", "source": "乙报"}
    assert "同一事件" not in render(message(reprints=2), PLAIN, 2000)


FOLLOWS = [
    ({"alert": 367, "why": "again", "publishers": 5}, "#00A7 的事件已有 5 家媒体报道"),
    ({"alert": 367, "why": "changed", "detail": "figures: 12 → 13"}, "#00A7 的原文有改动：figures: 12 → 13"),
    ({"alert": 367, "why": "withdrawn", "detail": "withdrawn"}, "#00A7 的原文已撤下"),
    ({"alert": 367, "why": "likely", "detail": "甲收购乙"}, "可能是 #00A7 已报过的事件：甲收购乙"),
]


@pytest.mark.parametrize(("follows", "note"), FOLLOWS, ids=[str(row[0]["why"]) for row in FOLLOWS])
def test_what_goes_back_to_an_alert_says_which_and_why(follows: dict[str, object], note: str) -> None:
    frozen = payload(RECORD, HIT) | {"follows": follows}
    told = Message.from_payload(frozen, alert_id=400, idem_key="key")
    assert render(told, PLAIN, 2000).endswith(note)
    assert as_json(told)["follows"]["alert"] == "#00A7"
    assert note in render(replace(message(), kind="digest", items=(told,)), PLAIN, 2000)


TEMPLATE = "${rule}：$linked\n$also\n来源 $source，命中 $terms $$5"


def test_a_template_words_an_alert_and_its_empty_lines_are_left_out() -> None:
    told = replace(message(), template=TEMPLATE)
    assert render(told, PLAIN, 2000) == "shanghai：上海发布大模型新政\nhttps://example.org/a\n来源 示例日报，命中 大模型 $5"
    assert details(told, PLAIN, 2000) == render(told, PLAIN, 2000)


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=list(DIALECTS))
def test_a_page_reaches_a_template_only_as_an_escaped_value(dialect: Dialect) -> None:
    hostile = "$rule ${link} @all <at user_id=all> **x** [a](b)"
    told = replace(message(replace(RECORD, title=hostile)), template="$title|$$title")
    shown = render(told, dialect, 4000)
    assert shown == f"{dialect.escape(hostile)}|$title"


def test_a_plain_message_and_a_digest_are_worded_as_ever() -> None:
    told = replace(message(), template="$title", plain=True)
    assert render(told, PLAIN, 2000) == render(replace(told, template=""), PLAIN, 2000)


def test_a_sentence_is_quoted_once() -> None:
    sentence = "青禾实验室发布大模型，落户上海。"
    matched = (("大模型", sentence), ("上海", sentence), ("青禾", "青禾的新模型"))
    message = Message(1, "k", "r", "青禾的新模型", language="zh", matched=matched, events=(sentence, "首批用户十二家"))
    text = render(message, PLAIN, 10_000)
    assert text.count(sentence) == 1
    assert text.count("青禾的新模型") == 1
    assert "命中 大模型、上海：" in text
    assert "1. 首批用户十二家" in text


ZONES = {"Asia/Shanghai": "2026-11-24 16:00+08:00", "America/New_York": "2026-11-24 03:00-05:00", "UTC": "2026-11-24 08:00+00:00"}


@pytest.mark.parametrize(("zone", "shown"), ZONES.items())
def test_every_time_is_shown_in_the_configured_zone(zone: str, shown: str) -> None:
    one = message().in_zone(ZoneInfo(zone))
    digest = replace(one, kind="digest", items=(message(),)).in_zone(ZoneInfo(zone))
    templated = replace(one, template="at $published")
    for told in (one, digest, templated):
        assert shown in rendering.render(told, rendering.PLAIN, 10_000)
    assert one.record["published"] == shown.replace(" ", "T").replace("00+", "00:00+").replace("00-", "00:00-")
    undated = message(replace(RECORD, published=None)).in_zone(ZoneInfo(zone))
    assert (undated.published, undated.record["published"]) == (None, None)


def test_a_channel_words_its_messages_in_its_zone(capsys: pytest.CaptureFixture[str]) -> None:
    post: Any = None
    asyncio.run(channel_for("console://", zone=ZoneInfo("Asia/Tokyo")).send(message(), post))
    assert "2026-11-24 17:00+09:00" in capsys.readouterr().out
