"""A record as JSON, CSV, Markdown and text: nothing is lost, nothing a page wrote is obeyed."""

import csv
import io
import json
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.record import Event, Fact, Record
from jobs.formats import record as formats
from jobs.formats.text_layout import OPENINGS, shown

ZONE = ZoneInfo("Asia/Shanghai")
RECORD = Record(
    title="滨江区发布大模型新政",
    link="https://news.example.com/2026/11/24/1.html",
    text="原标题：\n　　滨江区政府24日发布新政。\n行业：这一行是正文。\n1. **这也是**：正文",
    summary="滨江区政府24日发布新政。",
    keywords=("大模型", "滨江区"),
    ai_technologies=("大语言模型",),
    industries=("政务", "健康, 零售"),
    events=(Event("新政发布", "滨江区政府发布新政。"), Event("落地*三年*", "投入15亿元：三年。")),
    opening="文章说了两件事：",
    published=datetime(2026, 11, 24, 1, 30, tzinfo=UTC),
    author="记者",
    publisher="滨江报",
    language="zh",
    source="binjiang",
    fetched=datetime(2026, 11, 24, 2, 0, tzinfo=UTC),
    first_seen=datetime(2026, 11, 24, 2, 0, 1, tzinfo=UTC),
    id=7,
    story=7,
    facts=(Fact("keyword", "大模型", "title: 大模型", "keywords"), Fact("event", "新政发布", "发布新政。", "events", 6, 11, 0.5)),
)
LABELS = [
    "标题: ",
    "链接：",
    "总结:",
    "关键词: a",
    " 行业：",
    "AI技术:",
    "ai 技术: x",
    "重大事件摘要: ",
    "\\关键词:",
    "1. **x**：y",
    "2、",
]
WORDS = st.text(st.characters(codec="utf-8"), max_size=30) | st.sampled_from(LABELS)
TEXTS = st.lists(WORDS, max_size=6).map("\n".join)
ITEMS = st.lists(WORDS | st.sampled_from(["a,b", "、", "结束。", "a\\", "\\", "；", "C++", "。"]), max_size=4).map(tuple)
EVENTS = st.lists(st.builds(Event, WORDS | st.sampled_from(["**", "a*b", "\\*", "标题："]), TEXTS), max_size=4).map(tuple)
RECORDS = st.builds(
    Record,
    title=TEXTS, link=st.just("https://a.cn/1"), text=TEXTS, summary=TEXTS, keywords=ITEMS, ai_technologies=ITEMS, industries=ITEMS,
    events=EVENTS, opening=TEXTS, language=st.sampled_from(["zh", "en", None]), author=st.none() | WORDS,
    published=st.none() | st.datetimes(datetime(1995, 1, 2), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  (the strategy adds the zone)
    facts=st.lists(st.builds(Fact, WORDS, WORDS, WORDS, WORDS, st.none() | st.integers(0, 99)), max_size=2).map(tuple),
)  # fmt: skip


def seven(record: Record) -> tuple[object, ...]:
    """The seven fields; an opening that is the default one counts as none."""
    seen = shown(record)
    opening = "" if seen.opening in OPENINGS.values() else seen.opening
    return (
        seen.title, seen.link, seen.text, seen.keywords, seen.ai_technologies, seen.industries, (opening, seen.events),
    )  # fmt: skip


# ---- text


def test_text_has_the_labels_in_order_each_on_its_own_line() -> None:
    lines = formats.to_text(RECORD).split("\n")
    assert lines[:3] == ["标题: 滨江区发布大模型新政", "链接: https://news.example.com/2026/11/24/1.html", "总结: "]
    assert lines[3:7] == ["原标题：", "　　滨江区政府24日发布新政。", "\\行业：这一行是正文。", "1. **这也是**：正文"]
    assert lines[7:10] == ["关键词: 大模型, 滨江区", "AI技术: 大语言模型", "行业: 政务, 健康\\, 零售"]
    assert lines[10:13] == ["重大事件摘要: 文章说了两件事：", "", "1. **新政发布**：滨江区政府发布新政。"]
    assert lines[13:] == ["", "2. **落地\\*三年\\***：投入15亿元：三年。", ""]


def test_short_summary_stands_in_place_of_the_text() -> None:
    assert "总结: \n滨江区政府24日发布新政。\n关键词" in formats.to_text(RECORD, summary="short")


@given(RECORDS)
def test_text_read_back_gives_the_seven_fields_again(record: Record) -> None:
    (back,) = formats.from_text(formats.to_text(record))
    assert seven(back) == seven(record)


@given(st.lists(RECORDS, min_size=1, max_size=4))
def test_a_file_of_several_records_is_read_one_by_one(records: list[Record]) -> None:
    file = "\n".join(map(formats.to_text, records))
    assert [seven(back) for back in formats.from_text(file)] == [seven(record) for record in records]


@given(RECORDS)
def test_text_and_csv_and_markdown_hold_nothing_a_terminal_obeys(record: Record) -> None:
    written = [formats.to_text(record), formats.to_markdown(record, ZONE), *formats.to_csv(record, ZONE)]
    for ch in "".join(written):
        assert ch in "\n\t" or unicodedata.category(ch) not in ("Cc", "Cs", "Zl", "Zp")
        assert unicodedata.bidirectional(ch) not in ("LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI")


@given(st.text() | TEXTS)
def test_reading_text_gives_records_or_value_error(text: str) -> None:
    try:
        found = formats.from_text(text)
    except ValueError:
        return
    assert all(record.link for record in found)


@pytest.mark.parametrize(
    ("line", "keywords"),
    [
        ("关键词: 人工智能,  上海,  高质量发展", ("人工智能", "上海", "高质量发展")),
        ("关键词：人工智能创新中心，深度学习框架生态系统，AI芯片。", ("人工智能创新中心", "深度学习框架生态系统", "AI芯片")),
        ("关键词 : 教育、健康；零售;", ("教育", "健康", "零售")),
        ("关键词:", ()),
    ],
)
def test_lists_are_read_whatever_stands_between_the_items(line: str, keywords: tuple[str, ...]) -> None:
    (record,) = formats.from_text(f"标题：甲\n链接：https://a.cn/1\n总结：一句。\n{line}\n")
    assert record.keywords == keywords


def test_other_hands_write_the_layout_a_little_differently() -> None:
    (record,) = formats.from_text(
        "\ufeff标题： 甲\r\n\r\n链接：https://a.cn/1\r\n总结： 第一段。\r\n关键词：不是标签\r\n第二段。\r\n\r\n关键词：甲、乙。\r\n"
        "重大事件摘要：两件事。\r\n1、甲公司成立：在上海。\r\n并且扩张。\r\n2. **乙公司：** 上市。\r\n"
    )
    assert record.text == "第一段。\n关键词：不是标签\n第二段。"
    assert record.keywords == ("甲", "乙")
    assert record.opening == "两件事。"
    assert record.events == (Event("甲公司成立", "在上海。 并且扩张。"), Event("乙公司", "上市。"))


@pytest.mark.parametrize("text", ["", "标题: 甲\n总结: 乙", "标题: 甲\n链接:\n总结: 乙"])
def test_text_without_title_and_link_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"链接"):
        formats.from_text(text)


def test_events_without_an_opening_get_one_in_the_language_of_the_record() -> None:
    bare = replace(RECORD, opening="")
    assert "重大事件摘要: 这篇文章报道了以下重大事件：\n" in formats.to_text(bare)
    english = replace(bare, language="en")
    assert "重大事件摘要: The major events in this article:\n" in formats.to_text(english)
    assert formats.from_text(formats.to_text(english))[0].opening == ""


# ---- JSON


def test_json_has_exactly_the_documented_keys() -> None:
    made = formats.to_json(RECORD, ZONE)
    assert list(made) == list(formats.JSON_KEYS)
    assert made["published"] == "2026-11-24T09:30:00+08:00"
    nothing = {"actors": None, "object": None, "amount": None, "date": None}
    assert made["events"][0] == {"headline": "新政发布", "detail": "滨江区政府发布新政。", "type": "other", **nothing}
    assert set(made["facts"][0]) == {"kind", "value", "start", "end", "quote", "by", "score", "concept"}


@given(RECORDS)
def test_json_read_back_gives_the_same_record(record: Record) -> None:
    record = replace(record, title=record.title or "t")
    assert formats.from_json(json.loads(json.dumps(formats.to_json(record, ZONE)))) == record


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({}, "title"),
        ({"title": "t"}, "link"),
        ({"title": "t", "link": ""}, "link must not be empty|must not be empty"),
        ({"title": "t", "link": "x", "keywords": 3}, "keywords"),
        ({"title": "t", "link": "x", "published": "2026-11-24T00:00:00"}, "published: a time needs an offset"),
        ({"title": "t", "link": "x", "events": [{"headline": "h"}]}, r"events\.0\.detail"),
        ([], "not an object"),
    ],
)
def test_json_that_is_no_record_is_refused_with_the_key(given: dict[str, object], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        formats.from_json(given)


# ---- CSV and Markdown


@pytest.mark.parametrize("title", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", " =1"])
def test_no_cell_begins_like_a_formula(title: str) -> None:
    cells = dict(zip(formats.CSV_COLUMNS, formats.to_csv(replace(RECORD, title=title, author=title), ZONE), strict=True))
    assert cells["author"].startswith("'")
    assert cells["title"].startswith("'")


@given(RECORDS)
def test_csv_rows_are_read_back_by_a_csv_reader(record: Record) -> None:
    file = io.StringIO(newline="")
    csv.writer(file).writerow(formats.to_csv(record, ZONE))
    (row,) = csv.reader(io.StringIO(file.getvalue(), newline=""))
    assert row == formats.to_csv(record, ZONE)
    assert len(row) == len(formats.CSV_COLUMNS)


def test_markdown_shows_a_page_s_markup_instead_of_obeying_it() -> None:
    hostile = replace(RECORD, title="[a](javascript:x) <b>", link="javascript:x", text="# 大\n1. 一\n- 二\n<script>")
    made = formats.to_markdown(hostile, ZONE)
    assert made.startswith("## \\[a\\](javascript:x) \\<b\\>\n")
    assert "\\# 大\n\n1\\. 一\n\n\\- 二\n\n\\<script\\>" in made


def test_markdown_names_title_source_and_lists() -> None:
    made = formats.to_markdown(RECORD, ZONE)
    assert made.startswith(
        "## [滨江区发布大模型新政](https://news.example.com/2026/11/24/1.html)\n\n滨江报 · 2026-11-24 09:30 · 记者\n"
    )
    assert "**关键词**: 大模型, 滨江区\n" in made
    assert "1. **新政发布**：滨江区政府发布新政。\n" in made
