"""Which edits of an article a reader of the old one should know of."""

import pytest

from storage.archive.changes import substantial

TITLE = "江湾十二家工厂把大模型接入质检"
TEXT = (
    "江湾市经济和信息化局周二公布，全市首批 12 家制造企业已把大语言模型接入产线质检，误检率平均下降四成。"
    "负责项目的工程师说，模型先在仓库里的旧图片上训练，再由老师傅逐条复核，前后花了七个月。"
)
TABLE = [
    ("", TITLE, TEXT, "nothing"),
    ("", TITLE, TEXT.replace("，", ", ").replace("12 家", "12家"), "only typography"),
    ("", TITLE, TEXT + "（图：江湾日报）", "a photo credit"),
    ("", TITLE, TEXT.replace("周二", "昨日"), "a word"),
    ("", TITLE, TEXT + "市里计划明年把试点扩大到 100 家。", "a paragraph more, with a figure more"),
    ("", TITLE + "！", TEXT, "a mark in the headline"),
    ("figures: 12 → 13", TITLE, TEXT.replace("12", "13"), "another figure"),
    ("a notice of correction", TITLE, TEXT + "更正：此前误写为十家。", "a correction in Chinese"),
    ("a notice of correction", TITLE, TEXT + " Correction: an earlier version named another city.", "a correction in English"),
    ("another headline", "江湾暂停大模型质检试点", TEXT, "another headline"),
    ("withdrawn", TITLE, "本文已被删除。", "withdrawn in Chinese"),
    ("withdrawn", TITLE, "This article has been removed at the request of the publisher.", "withdrawn in English"),
]


@pytest.mark.parametrize(("why", "title", "text"), [row[:3] for row in TABLE], ids=[row[3] for row in TABLE])
def test_what_is_told(why: str, title: str, text: str) -> None:
    assert substantial((TITLE, TEXT), (title, text)) == why


def test_a_fifth_rewritten_is_told_with_its_share() -> None:
    assert substantial((TITLE, TEXT), (TITLE, TEXT[:60])).endswith("of the text rewritten")


def test_what_was_withdrawn_already_is_not_told_again() -> None:
    assert substantial((TITLE, "本文已被删除。"), (TITLE, "本文已被删除")) == ""
