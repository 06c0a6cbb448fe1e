"""A headline that only points at somebody is given the name where one can be meant, and left as it is where two can."""

import pytest

from crawler.nlp.headlines import told
from crawler.nlp.referents import Said, labelled, named


def _headline(title: str, before: str, sentence: str, language: str) -> str:
    made = told(sentence, (), language)
    text = before + sentence + (" Tarnfield is based in Bergen. Tarnfield has 90 people." if language == "en" else "")
    return named(made, Said(title, text, len(before)), language, [made]).headline


BRENNA = "Brenna Holt, chief scientist of Tarnfield, is leaving the company in May. Holt joined in 2019. "


@pytest.mark.parametrize(
    ("title", "before", "sentence", "expected"),
    [
        (
            "Tarnfield loses its chief scientist",
            "",
            "Brenna Holt, chief scientist of Tarnfield, is leaving the company in May.",
            "Brenna Holt is leaving Tarnfield in May",
        ),
        ("Tarnfield loses its chief scientist", BRENNA, "She will found a school in Oslo.", "Brenna Holt will found a school in Oslo"),
        (
            "Tarnfield loses its chief scientist",
            BRENNA + "Anna Berg will take over. Berg led the lab. ",
            "She has published 80 papers since.",
            "She has published 80 papers since",
        ),
        (
            "Tarnfield sells maps unit",
            "Tarnfield sold its maps unit on Monday. ",
            "In June it signed a supply deal with two carmakers.",
            "Tarnfield signed a supply deal with two carmakers in June",
        ),
        (
            "Tarnfield sells maps unit",
            "Tarnfield sold its maps unit on Monday. Orsova Maps bought the unit. ",
            "In June it signed a supply deal with two carmakers.",
            "It signed a supply deal with two carmakers in June",
        ),
        ("Loss narrows at Tarnfield", "Tarnfield's loss was $3 million. ", "Revenue climbed 12% to $9 million.", "Tarnfield's revenue climbed 12% to $9 million"),
        (
            "Loss narrows at Tarnfield",
            "Tarnfield's loss was $3 million. ",
            "Revenue for the three months to June climbed 12% to $9 million.",
            "Tarnfield's revenue for the three months to June climbed 12% to $9 million",
        ),
        (
            "Tarnfield opens its weights",
            "",
            "Today we are releasing our smallest model to all developers.",
            "Tarnfield is releasing its smallest model to all developers",
        ),
        ("Tarnfield opens its weights", "", "We have seen what people do with it.", "We have seen what people do with it"),
        (
            "Tarnfield: inside information",
            'This is made by Tarnfield (the "Company"). Tarnfield runs two plants. ',
            "A subsidiary of the Company was chosen by a carmaker as supplier of lidar sensors.",
            "A subsidiary of Tarnfield was chosen by a carmaker as supplier of lidar sensors",
        ),
    ],
)  # fmt: skip
def test_an_english_headline_names_whom_it_points_at(title: str, before: str, sentence: str, expected: str) -> None:
    assert _headline(title, before, sentence, "en") == expected


LEAD = "云泽县日前出台机器人方案。云岚科技开源了推理模型“流觞”。"


@pytest.mark.parametrize(
    ("title", "before", "sentence", "expected"),
    [
        ("云泽县出台机器人方案", LEAD, "县财政每年安排一千万元资金。", "云泽县财政每年安排一千万元资金"),
        ("云泽县与青岚县出台机器人方案", LEAD, "县财政每年安排一千万元资金。", "县财政每年安排一千万元资金"),
        ("云岚科技开源新模型", LEAD, "该模型在三项测试中得分超过九十。", "“流觞”在三项测试中得分超过九十"),
        ("云岚科技开源新模型", LEAD + "对手的模型“听泉”已经下架。", "该模型在三项测试中得分超过九十。", "该模型在三项测试中得分超过九十"),
        ("云岚科技裁撤一条产品线", "云岚科技周一开了全员会。", "CEO陆青确认将关停录音笔产品线。", "云岚科技CEO陆青确认将关停录音笔产品线"),
    ],
)  # fmt: skip
def test_a_chinese_headline_names_place_product_and_firm(title: str, before: str, sentence: str, expected: str) -> None:
    assert _headline(title, before, sentence, "zh") == expected


ZH = "云岚科技公布二季报。云岚科技在南浦。"
EN = "Tarnfield reported on Monday. Tarnfield is in Bergen."


@pytest.mark.parametrize(
    ("title", "text", "headline", "actors", "language", "expected"),
    [
        (
            "云岚科技上调开支",
            ZH,
            "全年资本开支由100亿元上调至120亿元",
            ("云岚科技",),
            "zh",
            "云岚科技：全年资本开支由100亿元上调至120亿元",
        ),
        ("云岚科技上调开支", ZH, "该公司将在8月公布中期业绩", ("云岚科技",), "zh", "云岚科技将在8月公布中期业绩"),
        ("云岚科技上调开支", ZH, "青杉资本领投", ("云岚科技",), "zh", "青杉资本领投"),  # it names somebody
        ("云岚科技上调开支", ZH, "全年资本开支上调", ("云岚科技", "青杉资本"), "zh", "全年资本开支上调"),  # two may be meant
        ("两家公司上调开支", ZH, "全年资本开支上调", ("云岚科技",), "zh", "全年资本开支上调"),  # the title is about others
        ("Tarnfield lifts outlook", EN, "Training took 11 weeks", ("Tarnfield",), "en", "Tarnfield: Training took 11 weeks"),
        ("Tarnfield lifts outlook", EN, "It runs for five years", ("Tarnfield",), "en", "Tarnfield runs for five years"),
        ("Tarnfield lifts outlook", EN, "Analysts at Orsova expect more", ("Tarnfield",), "en", "Analysts at Orsova expect more"),
        (
            "陆青离开云岚科技",
            "陆青离职。陆青没有回复。",
            "研发拆成三条线",
            ("陆青",),
            "zh",
            "研发拆成三条线",
        ),  # a person would be the one who says so
        (
            "Tarnfield lifts outlook",
            EN,
            "The ministry has granted €12 million",
            ("Tarnfield",),
            "en",
            "The ministry has granted €12 million",
        ),
        (
            "A market of two",
            EN,
            "The Dutch firm sells it",
            ("Tarnfield",),
            "en",
            "Tarnfield sells it",
        ),  # who acts, whatever the title is about
        ("A market of two", EN, "It will be on sale in June", ("Tarnfield",), "en", "It will be on sale in June"),  # a thing
        ("A market of two", "Ida Roos has left. Roos said so.", "She will start a lab", ("Roos",), "en", "Roos will start a lab"),
        (
            "A market of two",
            "Ida Roos has left. Roos said so.",
            "The firm will start a lab",
            ("Roos",),
            "en",
            "The firm will start a lab",
        ),
        (
            "Tarnfield lifts outlook",
            EN,
            "Beside it the company publishes data",
            ("Tarnfield",),
            "en",
            "Beside it Tarnfield publishes data",
        ),
        ("早报", ZH, "旗下接口价格下调40%", ("云岚科技",), "zh", "云岚科技旗下接口价格下调40%"),
        ("Tarnfield lifts outlook", EN, "Training took 11 weeks", (), "en", "Training took 11 weeks"),
    ],
)
def test_a_headline_that_names_nobody_stands_behind_the_one_whom_it_is_about(
    title: str, text: str, headline: str, actors: tuple[str, ...], language: str, expected: str
) -> None:
    assert labelled(headline, actors, Said(title, text, 0), language) == expected
