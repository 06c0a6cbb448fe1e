"""A fold needs proof: what is always told, what still folds, and that no pair that is sure is never compared."""

import json
import lzma
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.nlp import lexicon
from crawler.nlp.lexicon import UserTerm
from crawler.record import Record
from storage.stories import proof
from storage.stories.compare import StoryPrint, Verdict, keys, likely_same, same_story
from storage.stories.evidence import Amount, evidence, is_spelling, sounds_in
from storage.stories.fingerprint import fingerprint
from storage.stories.marks import packed
from storage.stories.verdict import Kind

UNSEEN = Path(__file__).parents[3] / "data" / "story_pairs_unseen.jsonl.xz"
NOW = datetime(2026, 3, 9, 8, tzinfo=UTC)


def story(title: str, text: str, hours: int = 0) -> StoryPrint:
    return fingerprint(Record(title, "https://example.com/1", text, published=NOW + timedelta(hours=hours)))


def verdict(one: tuple[str, str], other: tuple[str, str]) -> Verdict:
    found = same_story(story(*one), story(*other, 5))
    mine, theirs = packed(story(*one)), packed(story(*other, 5))
    told = likely_same(mine, theirs)
    assert (told if told and told.sure else None) == (found if found.sure else None)
    assert proof.may_prove(mine.gist, theirs.gist) or not found.sure
    assert found.sure == same_story(story(*other, 5), story(*one)).sure
    return found


FUNDED = "宣布完成3.7亿元B轮融资，由远山资本领投，资金将用于产品研发与海外市场拓展，公司已服务40家客户。"
ROBOTS = "said on Tuesday it had opened its driverless shuttle service to the public in {}, with a fleet of {} vans and a map of {} square miles."
TOLD = {
    "another house in the words of a flash": (("朔图科技完成3.7亿元B轮融资", f"朔图科技{FUNDED}"), ("湛川科技完成3.7亿元B轮融资", f"湛川科技{FUNDED}")),
    "another kind of house of one name": (("朔图科技完成3.7亿元B轮融资", f"朔图科技{FUNDED}"), ("朔图汽车完成3.7亿元B轮融资", f"朔图汽车{FUNDED}")),
    "another round": (("朔图科技完成3.7亿元B轮融资", f"朔图科技{FUNDED}"), ("朔图科技完成3.7亿元C轮融资", f"朔图科技{FUNDED.replace('B轮', 'C轮')}")),
    "another city": (
        ("Farrow Shuttle opens driverless service in Tulsa", f"Farrow Shuttle {ROBOTS.format('Tulsa', 85, 44)}"),
        ("Farrow Shuttle opens driverless service in Boise", f"Farrow Shuttle {ROBOTS.format('Boise', 31, 27)}"),
    ),
    "another country across languages": (
        ("芬兰禁止学校使用面部识别", "芬兰教育部周三宣布，禁止全国学校使用面部识别系统，涉及2100所学校。"),
        ("Norway bans facial recognition in schools", "Norway's education ministry said on Wednesday it would ban facial recognition in all 2,700 schools."),
    ),
    "talks and the deal": (
        ("Alderbrook in talks to buy Fennwick", "Alderbrook is in talks to buy Fennwick for about $480 million, people familiar with the matter said."),
        ("Alderbrook buys Fennwick for $480 million", "Alderbrook said on Monday it had agreed to buy Fennwick for $480 million in cash."),
    ),
    "a plan and the launch": (
        ("泽帆智能将于下周发布行舟3.2", "泽帆智能周二预告，将于下周发布行舟3.2大模型，参数320亿。"),
        ("泽帆智能发布行舟3.2", "泽帆智能周二发布行舟3.2大模型，参数320亿，即日开放调用。"),
    ),
    "lists of the same numbers, and nothing done": (
        ("语音 10", "语音榜第10期：" + "、".join(f"甲{n}分" for n in range(8, 60))), ("语音 11", "语音榜第11期：" + "、".join(f"乙{n}分" for n in range(8, 60))),
    ),
    "an application and the permit": (
        ("禾界汽车申请在青岛测试无人车", "禾界汽车周四表示，已向青岛市申请无人车测试牌照，首批48辆。"),
        ("禾界汽车获准在青岛测试无人车", "青岛市周四向禾界汽车发放无人车测试牌照，首批48辆。"),
    ),
    "a draft and the law": (
        ("三部门就AI合成内容标识办法征求意见", "三部门今日就《AI合成内容标识办法(征求意见稿)》公开征求意见，共26条。"),
        ("三部门发布AI合成内容标识办法", "三部门今日发布《AI合成内容标识办法》，共26条，自9月1日起施行。"),
    ),
    "a correction": (
        ("Brightwell recalls 12,400 robots", "Brightwell Motion is recalling 12,400 robots after nine reports of failing brakes, it said on Monday."),
        ("Correction: Brightwell recalls 12,400 robots", "Brightwell Motion is recalling 12,400 robots after nine reports. A previous version misstated the cause."),
    ),
    "a report called false": (
        ("Fennwick raises $730 million", "Fennwick raised $730 million from Alderbrook, it said on Monday."),
        ("Fennwick says report of $730 million raise is false", "Fennwick said on Monday a report that it raised $730 million is false."),
    ),
    "a rumour called one": (
        ("澄湖智能获7.3亿元融资", "澄湖智能周一宣布获7.3亿元融资。"),
        ("澄湖智能：获7.3亿元融资系谣言", "澄湖智能周一表示，获7.3亿元融资系谣言。"),
    ),
    "a city beside the province of its name": (
        ("吉林省四平市建成智算中心", "吉林四平智算中心周二投用，算力达370P。"),
        ("吉林省吉林市建成智算中心", "吉林市智算中心周二投用，算力达370P。"),
    ),
    "a house within a house": (
        ("清华大学发布医疗AI白皮书", "清华大学周二发布医疗AI白皮书，覆盖37个科室。"),
        ("清华大学附属医院发布医疗AI白皮书", "清华大学附属医院周二发布医疗AI白皮书，覆盖37个科室。"),
    ),
    "an outage and its end": (
        ("Claude宕机", "Claude周二宕机，持续三小时。"),
        ("Claude恢复服务", "Claude周二恢复服务，宕机持续三小时。"),
    ),
    "users by the month and by the day": (
        ("豆包月活破1.3亿", "豆包月活用户周二突破1.3亿，字节跳动表示。"),
        ("豆包日活破1.3亿", "豆包日活用户周二突破1.3亿，字节跳动表示。"),
    ),
    "a not that was put in": (
        ("澄湖智能以7.3亿元收购远山视觉", "澄湖智能周一以7.3亿元收购远山视觉。"),
        ("澄湖智能没有收购远山视觉", "澄湖智能周一表示没有以7.3亿元收购远山视觉。"),
    ),
    "who overtakes whom": (
        ("Nvidia overtakes Apple in market value", "Nvidia overtook Apple on Thursday with a market value of $4.3 trillion."),
        ("Apple overtakes Nvidia in market value", "Apple overtook Nvidia on Thursday with a market value of $4.3 trillion."),
    ),
    "the sister of a model": (
        ("Fennwick open-sources Sift 4", "Fennwick open-sourced Sift 4 on Tuesday."),
        ("Fennwick open-sources Sift 4 Audio", "Fennwick open-sourced Sift 4 Audio on Tuesday."),
    ),
    "the next of a row in words": (
        ("澄湖智能第二大股东减持3%", "澄湖智能第二大股东周三减持3%股份。"),
        ("澄湖智能第三大股东减持3%", "澄湖智能第三大股东周三减持3%股份。"),
    ),
    "an act beside one that nobody knows": (("澄湖智能裁员23%", "澄湖智能裁员23%。"), ("澄湖智能扩招23%", "澄湖智能扩招23%。")),
    "a denial": (
        ("澄湖智能将裁员三成", "有报道称澄湖智能将裁员约30%，涉及612人。"),
        ("澄湖智能：裁员三成不实", "澄湖智能回应称，裁员约30%、涉及612人的说法不实。"),
    ),
    "the second time": (
        ("Quillmark API down for two hours", "Quillmark's API was down for 118 minutes on Tuesday, its status page showed."),
        ("Quillmark API down again", "Quillmark's API was down for 96 minutes on Tuesday evening, the second outage of the week."),
    ),
    "the next month of a series": (
        ("6月动力算力指数发布", "算力协会发布6月动力算力指数，报118.4点，环比上涨2.1%，成交3120笔。"),
        ("7月动力算力指数发布", "算力协会发布7月动力算力指数，报121.9点，环比上涨3.0%，成交3544笔。"),
    ),
    "the next issue under one headline": (
        ("新一批大模型备案信息公布", "网信部门公布新一批大模型备案信息，共43款，累计439款。"),
        ("新一批大模型备案信息公布", "网信部门公布新一批大模型备案信息，共57款，累计496款。"),
    ),
    "an apology for what was told": (
        ("澄湖智能裁员216人", "澄湖智能周一在内部信中宣布裁员216人，约占员工的18%。"),
        ("澄湖智能CEO为裁员致歉", "澄湖智能CEO周一为裁员216人致歉，提高了约占18%的离职员工的补偿。"),
    ),
}  # fmt: skip
SAME_TEXT = "周二，朔图科技与青岛港签约，将为其改造 46 台无人集卡，合同金额 2.35 亿元，明年三月交付。"
FOLDED = {
    "a reprint with a credit": (("朔图科技拿下青岛港2.35亿元订单", SAME_TEXT), ("朔图科技拿下青岛港2.35亿元订单", f"据新城日报消息，{SAME_TEXT}")),
    "a reprint under a headline that says nothing": (("朔图科技拿下青岛港2.35亿元订单", SAME_TEXT), ("这家公司，又要忙到明年", f"本报讯 {SAME_TEXT}")),
    "another wording of one house and one sum": (
        ("Halmstead buys Orrin Labs for $640 million", "Halmstead said on Monday it would buy Orrin Labs, which makes speech chips, for $640 million in cash."),
        ("Orrin Labs bought by Halmstead for $640 million", "Speech-chip maker Orrin Labs has been bought by Halmstead for $640 million, the two said on Monday."),
    ),
    "the other language, a house by its sound": (
        ("澄湖智能裁员216人", "澄湖智能周一在内部信中宣布裁员216人，约占员工的18%。"),
        ("Chenghu AI lays off 216 people", "Chenghu AI is laying off 216 people, 18% of its staff, an internal letter on Monday showed."),
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", TOLD)
def test_what_is_always_told(kind: str) -> None:
    assert not verdict(*TOLD[kind]).sure


@pytest.mark.parametrize("kind", FOLDED)
def test_what_still_folds(kind: str) -> None:
    found = verdict(*FOLDED[kind])
    assert found.sure, found.reason
    one, other = FOLDED[kind]
    assert set(keys(story(*one))) & set(keys(story(*other)))


def test_a_verdict_is_data_and_its_sentence_is_made_of_it() -> None:
    parted = verdict(*TOLD["another round"])
    assert (parted.apart, parted.reason, parted.score) == (Kind.ROUND, "other round", 0.0)
    joined = verdict(*FOLDED["another wording of one house and one sum"])
    assert Kind.AMOUNT in joined.kinds
    assert joined.reason.split(", ") == [mark.kind.value for mark in joined.marks]


@pytest.mark.parametrize(
    ("one", "other", "meets"),
    [
        ("亏损 5.375 亿元", "亏损 5.4 亿元", True),
        ("有 86% 的人", "逾八成的人", True),
        ("profit rose 29%", "profit rose nearly 30%", True),
        ("profit rose 29%", "profit rose 40%", False),
        ("12,400 robots", "1,240 robots", False),
        ("1.8万颗芯片", "18,000 chips", True),
    ],
)
def test_an_amount_meets_what_it_is_rounded_to(one: str, other: str, meets: bool) -> None:
    mine, theirs = (evidence(text, "").amounts for text in (one, other))
    assert any(a.meets(b) for a in mine for b in theirs) is meets


def test_a_han_name_is_heard_in_latin_letters_at_the_ends_of_syllables_only() -> None:
    said = evidence("澄湖智能裁员", "")
    assert sounds_in("chenghu", said)
    assert not sounds_in("henghu", said)
    assert is_spelling("chenghu")
    assert not is_spelling("lightspeed")
    assert Amount(300.0, 100.0, "", True).meets(Amount(312.0, 1.0, "", False))


def test_a_house_that_the_user_named_in_two_languages_is_one() -> None:
    headlines = ("星屿重工裁员216人", ""), ("Isleforge lays off 216 people", "")
    before = same_story(*(story(*one) for one in headlines))
    lexicon.use((UserTerm("company", "星屿重工", "Isleforge", ("Isleforge Heavy",)),))
    try:
        after = same_story(*(story(*one) for one in headlines))
    finally:
        lexicon.use(())
    assert Kind.ACTOR not in before.kinds
    assert Kind.ACTOR in after.kinds
    assert after.same


def unseen(split: str) -> Iterator[tuple[dict[str, str], Verdict, bool]]:
    with lzma.open(UNSEEN, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            if row["split"] == split:
                one, other = story(row["one"], row["one_text"]), story(row["other"], row["other_text"], 5)
                yield row, same_story(one, other), bool(set(keys(one)) & set(keys(other)))


@pytest.mark.parametrize(("split", "precision", "recall"), [("tune", 0.97, 0.7)])
def test_figures_on_pairs_that_independent_readers_wrote(split: str, precision: float, recall: float) -> None:
    judged = list(unseen(split))
    said = [row["same"] for row, found, _ in judged if found.same]
    assert sum(map(int, said)) / len(said) >= precision
    assert sum(map(int, said)) / sum(int(row["same"]) for row, _, _ in judged) >= recall
    assert [row["one"] for row, found, _ in judged if found.sure and not int(row["same"])] == []
    assert all(met for _, found, met in judged if found.sure)
