"""Near-copies are found, and shared boilerplate, figures and quotations make none."""

import random

import pytest

from crawler.record import Record
from storage.archive.near_duplicates import Sketch, compare, may_share, sketch
from storage.rules.match import View
from storage.rules.outline import outline
from tests.samples import ENGLISH, OTHER, TEXT

CREDIT = "责任编辑：林一。本文版权归原作者所有，未经授权不得转载，如有侵权请联系我们删除。市场有风险，投资需谨慎，内容仅供参考。"
MARKET = (
    "截至收盘，沪指涨{}%，报{}点；深成指涨{}%，报{}点；创业板指涨{}%，报{}点。两市成交额{}亿元，较上一交易日放量{}亿元。"
    "盘面上，算力、机器人、存储芯片板块涨幅居前，银行、煤炭板块跌幅居前。全市场共有{}只个股上涨，{}只个股下跌。"
)


def drawn(text: str) -> bytes:
    return outline(View(Record("", "", text)))


def pair(one: tuple[str, str], other: tuple[str, str]) -> tuple[Sketch, Sketch]:
    return sketch(*one), sketch(*other)


SAME = [
    ("the very same text", ("标题甲", TEXT), ("标题甲", TEXT)),
    ("another title and a lead-in", ("标题甲", TEXT), ("完全不同的题目", "据江湾日报报道，" + TEXT)),
    (
        "traditional characters",
        ("工廠接入大模型", TEXT),
        ("工厂接入大模型", TEXT.replace("产线", "產線").replace("误检", "誤檢")),
    ),
    ("the last third is cut", ("标题甲", TEXT), ("标题乙", TEXT[:105])),
    ("half-width and full-width", ("a", ENGLISH), ("b", ENGLISH.replace(",", "，").replace(";", "；").upper())),
    ("some English words edited", ("a", ENGLISH), ("b", ENGLISH.replace("Tuesday", "Nov 24").replace("depots", "warehouses"))),
    (
        "an excerpt under the same title",
        ("十二家工厂把大模型接入质检产线", TEXT + OTHER),
        ("十二家工厂把大模型接入质检产线", TEXT[:40]),
    ),
    (
        "a short item word for word",
        ("江湾发布新模型训练平台", "江湾周二发布平台。"),
        ("江湾发布新模型训练平台", "江湾周二发布平台。"),
    ),
]
OTHERS = [
    ("other words", ("标题甲", TEXT), ("标题乙", OTHER)),
    (
        "English of the same trade",
        ("a", ENGLISH),
        ("b", "Harbor Robotics said on Tuesday that it raised money to build depots. " * 3),
    ),
    (
        "a short item and the same credits",
        ("甲公司发布新模型", "甲发布新模型。" + CREDIT),
        ("乙医院启用机器人", "乙启用机器人。" + CREDIT),
    ),
    ("the same template, other figures", ("午评", MARKET.format(*range(10, 20))), ("午评", MARKET.format(*range(30, 40)))),
    ("a round-up that quotes the item", ("工厂接入大模型", TEXT), ("一周要闻", TEXT + OTHER * 4 + ENGLISH * 3)),
    ("both empty, other titles", ("标题甲的文章没有正文", ""), ("标题乙的文章没有正文", "")),
    (
        "a date in the title of a short series",
        ("每日一词 11月23日", "今天的词是模型，请看视频讲解。"),
        ("每日一词 11月24日", "今天的词是模型，请看视频讲解。"),
    ),
]


@pytest.mark.parametrize(("one", "other"), [case[1:] for case in SAME], ids=[case[0] for case in SAME])
def test_a_near_copy_is_a_reprint_and_is_found(one: tuple[str, str], other: tuple[str, str]) -> None:
    first, second = pair(one, other)
    assert compare(second, first).reprint, compare(second, first).reason
    assert compare(first, second).reprint
    assert set(first.keys) & set(second.keys), "the pre-filter must bring them together"
    assert may_share(drawn(one[1]), drawn(other[1]))
    assert may_share(drawn(other[1]), drawn(one[1]))


@pytest.mark.parametrize(("one", "other"), [case[1:] for case in OTHERS], ids=[case[0] for case in OTHERS])
def test_different_articles_are_no_reprints(one: tuple[str, str], other: tuple[str, str]) -> None:
    first, second = pair(one, other)
    assert not compare(second, first).reprint
    assert not compare(first, second).reprint


def test_a_sketch_is_the_same_in_every_process() -> None:
    assert sketch("标题", TEXT).keys[:2] == (2143396680605461587, 2276829235034830205)


def test_the_prefilter_finds_what_the_comparison_would() -> None:
    rng = random.Random(5)
    found = copies = 0
    for _ in range(200):
        edited = "".join(rng.choice(OTHER) if rng.random() < 0.09 else ch for ch in TEXT * 2)
        first, second = pair(("甲", TEXT * 2), ("乙", edited))
        copies += compare(second, first).reprint
        assert not compare(second, first).reprint or may_share(drawn(TEXT * 2), drawn(edited))
        found += bool(compare(second, first).reprint and set(first.keys) & set(second.keys))
    assert copies > 50
    assert found >= 0.97 * copies


SCRIPTS = (
    "人工智能大模型产线质检公司发布",
    "abcdefghij",
    "0123456789",
    "かなカナ漢字",
    "안녕하세요",
    "αβγδ",
    "éàüñ",
    "_-.,!?",
    "🙂",
)


def test_no_outline_refuses_what_the_comparison_takes() -> None:
    rng = random.Random(8)

    def some(count: int) -> list[str]:
        scripts = rng.sample(SCRIPTS, 3)
        return ["".join(rng.choices(rng.choice(scripts), k=rng.randint(1, 7))) + rng.choice(" 。\n") for _ in range(count)]

    copies = 0
    for _ in range(200):
        text = some(rng.randint(5, 150))
        edited = [rng.choice(some(1)) if rng.random() < 0.06 else part for part in text][rng.randint(0, 3) :] + some(
            rng.randint(0, 40)
        )
        one, other = "".join(text), "".join(edited)
        if compare(*pair(("甲乙丙丁", one), ("甲乙丙丁", other))).share >= 0.6:
            copies += 1
            assert may_share(drawn(one), drawn(other))
            assert may_share(drawn(other), drawn(one))
    assert copies > 50


def test_unrelated_texts_are_seldom_compared() -> None:
    rng = random.Random(6)
    texts = ["".join(chr(rng.randrange(0x4E00, 0x5600)) for _ in range(400)) for _ in range(60)]
    sketches = [sketch("", text) for text in texts]
    meetings = sum(bool(set(a.keys) & set(b.keys)) for i, a in enumerate(sketches) for b in sketches[:i])
    assert meetings <= 0.01 * 60 * 59 / 2


def test_texts_that_share_nothing_need_no_comparison() -> None:
    one, other = drawn(TEXT * 3), drawn("这里写的是另外一件完全不相干的事情。" * 9)
    assert not may_share(one, other)
    assert not may_share(other, one)
    assert may_share(one, drawn("短讯一则")), "too little to tell by"
    assert may_share(one, b""), "no outline"


def test_texts_with_a_few_sentences_in_common_need_no_comparison() -> None:
    rng = random.Random(7)
    some = ["".join(chr(rng.randrange(0x4E00, 0x5600)) for _ in range(30)) + "。" for _ in range(30)]
    one = drawn("".join(some[:20]))
    assert not may_share(one, drawn("".join(some[14:]))), "three tenths"
    assert not may_share(one, drawn("".join(some[11:]))), "nearly half"
    assert not may_share(drawn("".join(some[11:])), one)
    assert may_share(one, drawn("".join(some[8:]))), "six tenths"
    assert may_share(one, drawn("".join(some[6:14] + some[20:] + some[:6])))


def test_texts_of_two_languages_are_measured_in_words() -> None:
    news = (
        "The regulator fined three lenders over loans sold to small shops, said its chief Marta Hollin on Friday in Port Ellis. "
        * 4
    )
    rest = "监管部门对三家银行向小商户出售贷款的做法处以罚款，" * 4
    assert may_share(drawn(news + rest), drawn(rest + "另外还有几句别人没有写过的话，说的是港口的天气。" * 4 + news))
