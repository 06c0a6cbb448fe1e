"""What is known of an event stands in its words; what the text does not say is None."""

import time
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from crawler.nlp import clause_en, clause_zh
from crawler.nlp.events import words as event_words
from crawler.nlp.events.actors import main_name
from crawler.nlp.events.fields import fields_of, type_of
from crawler.nlp.headlines import told
from crawler.record import EVENT_TYPES

PUBLISHED = datetime(2026, 6, 11, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))  # a Thursday


def known(sentence: str, language: str, text: str = "") -> dict[str, object]:
    made = told(sentence, (), language)
    return dict(fields_of(made.headline, sentence, made, language, PUBLISHED, text or sentence))


@pytest.mark.parametrize(
    ("headline", "expected"),
    [
        ("澜石机器人完成3亿元B轮融资", "funding"),
        ("霁微开源语音模型", "release"),
        ("云泽省印发算力产业行动方案", "policy"),
        ("海岚与云港大学签署合作协议", "partnership"),
        ("流光半导体收购测试公司", "acquisition"),
        ("云港大学团队在期刊发表论文", "research"),
        ("首席财务官林青辞任", "people"),
        ("法院判决平台赔偿20万元", "legal"),
        ("无人配送车与自行车相撞", "safety"),
        ("流光去年净利润下滑两成", "earnings"),
        ("苹果采摘节开幕", "other"),
        ("Halden raised $40 million in a Series B round", "funding"),
        ("Orsova agreed to buy Fieldbrook", "acquisition"),
        ("A jury ordered Luma to pay damages after a lawsuit", "legal"),
        ("A robotaxi struck a cyclist", "safety"),
        ("Quarrystone named Ines Volk chief executive", "people"),
        ("The ministry named Ines Volk to oversee the audit", "people"),
        ("南浦车队两名测试员被停职", "people"),
        ("警方抓获两名倒卖显卡的嫌疑人", "legal"),
        ("南浦一座机房深夜着火", "safety"),
        ("流光新款掌上电脑正式上市", "product"),
        ("到2030年云泽省算力规模翻番", "policy"),
        ("Prosecutors arrested two men over pirated weights", "legal"),
        ("Ransomware took the clinic's scheduler offline", "safety"),
        ("Quarrystone's margins narrowed in the second quarter", "earnings"),
    ],
)
def test_the_type_is_told_by_the_words(headline: str, expected: str) -> None:
    assert type_of(headline, headline) == expected
    assert expected in EVENT_TYPES


@pytest.mark.parametrize(
    ("sentence", "language", "amount"),
    [
        ("澜石机器人完成近3亿元B轮融资，投后估值约60亿元。", "zh", "近3亿元"),
        ("流光半导体投后估值约60亿元。", "zh", None),
        ("海岚召回27台配送车。", "zh", "27台"),
        ("霁微完成数千万元天使轮融资。", "zh", "数千万元"),
        ("Orsova agreed to buy Fieldbrook for about $2.3 billion in stock.", "en", "about $2.3 billion"),
        ("The fund would value Ondine at 11 billion euros.", "en", None),
        ("Harrow opened an office in Tolland.", "en", None),
        ("海岚将接口价格降至每百万tokens 2元。", "zh", "每百万tokens 2元"),
        ("Halden cut the price to $2 per million tokens.", "en", "$2 per million tokens"),
        ("Halden priced its shares at $12 a share to raise $90 million.", "en", "$90 million"),
        ("Halden sees sales of between $2 billion and $3 billion this year.", "en", "between $2 billion and $3 billion"),
        ("Halden signed an order worth SEK 40 million.", "en", "SEK 40 million"),
        ("Halden, a firm worth SEK 40 million, opened an office.", "en", None),
        ("Tarn Foods raised ₹38 crore in a seed round.", "en", "₹38 crore"),
        ("Harrow must pay NZ$1.3 million or RM412.6 million.", "en", "NZ$1.3 million"),
        ("Harrow has awarded a 420 million pound contract.", "en", "420 million pound"),
        ("Halden signed a contract of SEK 40 million.", "en", "SEK 40 million"),
        ("Halden shipped 40,000 units of the board.", "en", "40,000 units"),
        ("澜石机器人把全年出货目标从3万台上调至4万台", "zh", "4万台"),
        ("澜石科技由8亿元增資至新台幣12億元", "zh", "新台幣12億元"),
    ],
)
def test_amounts_are_as_written_and_valuations_are_none(sentence: str, language: str, amount: str | None) -> None:
    assert known(sentence, language)["amount"] == amount


@pytest.mark.parametrize(
    ("sentence", "language", "day"),
    [
        ("海岚6月2日发布新模型。", "zh", "2026-06-02"),
        ("海岚10日发布新模型。", "zh", "2026-06-10"),
        ("海岚12月30日发布新模型。", "zh", "2025-12-30"),
        ("海岚将于12月30日发布新模型。", "zh", "2026-12-30"),
        ("海岚昨天发布新模型。", "zh", "2026-06-10"),
        ("海岚近日发布新模型。", "zh", None),
        ("记者6月9日从海岚获悉，新模型已上线。", "zh", None),
        ("Halden released the model on Tuesday.", "en", "2026-06-09"),
        ("Halden released the model on Jan. 5, 2025.", "en", "2025-01-05"),
        ("Halden will open the office on Oct. 1.", "en", "2026-10-01"),
        ("Halden released the model last week.", "en", None),
        ("Halden this morning released the model.", "en", "2026-06-11"),
        ("Halden will open the plant in July.", "en", "2026-07"),
        ("海岚将于9月交付首批机器人。", "zh", "2026-09"),
        ("自6月20日起，海岚召回部分配送车。", "zh", "2026-06-20"),
        ("霁微凌晨开源语音模型", "zh", "2026-06-11"),
        ("霁微周一凌晨开源语音模型", "zh", "2026-06-08"),
        ("云泽省通信管理局决定，即日起下架12款应用", "zh", "2026-06-11"),
        ("云泽省昨日通过数据条例，10月1日起施行", "zh", "2026-06-10"),
        ("流光任命林青为首席财务官，7月1日到任", "zh", "2026-07-01"),
    ],
)
def test_dates_are_resolved_from_the_day_of_publication(sentence: str, language: str, day: str | None) -> None:
    assert known(sentence, language)["date"] == day


def test_an_article_without_a_day_has_no_dates() -> None:
    made = told("海岚6月2日发布新模型。", (), "zh")
    assert fields_of(made.headline, "海岚6月2日发布新模型。", made, "zh", None)["date"] is None


@pytest.mark.parametrize(
    ("sentence", "language", "actors"),
    [
        (
            "机器人公司澜石机器人完成3亿元B轮融资，由青杉资本领投，北岸基金跟投。",
            "zh",
            ("澜石机器人", "青杉资本", "北岸基金"),
        ),
        ("海岚数据与云港大学签署合作协议。", "zh", ("海岚数据", "云港大学")),
        ("云港大学计算机系教授许微团队提出一种新算法。", "zh", ("云港大学", "许微")),
        ("Business-software maker Orsova agreed to buy Fieldbrook for $2 billion.", "en", ("Orsova", "Fieldbrook")),
        ("President Ana Whitlow signed the order in Geneva.", "en", ("Ana Whitlow",)),
        ("Basalt Systems unveiled Strata-2 at an event in Austin.", "en", ("Basalt Systems",)),
        ("Volume shipments will begin in the fourth quarter.", "en", None),
        ("云港大学与传感器企业霁微电子、减速器制造商流光传动签署共建协议。", "zh", ("云港大学", "霁微电子", "流光传动")),
        (
            "南浦芯驰半导体有限公司成立，由海岚汽车、霁微电子及南浦产业基金共同持股。",
            "zh",
            ("海岚汽车", "霁微电子", "南浦产业基金"),
        ),
        ("20日上午，霁微科技在官网回应，称产品方案与该专利无关。", "zh", ("霁微科技",)),
        ("流光公告称，已向南浦市中级人民法院起诉，将霁微科技及其创始人林青等三人列为被告。", "zh", ("流光", "霁微科技", "林青")),
        ("前海岚研究院研究员林青已离职并创办新公司。", "zh", ("林青",)),
        ("海岚所持影像公司霁影科技的51%股份转让给云港医疗集团。", "zh", ("海岚", "霁影科技", "云港医疗集团")),
        ("教授林青，因病于6月1日逝世。", "zh", ("林青",)),
        ("Norway's food authority on Tuesday banned the tool.", "en", ("Norway's food authority",)),
        ("Lake City's Basalt Systems began shipping its board.", "en", ("Basalt Systems",)),
        ("Former Tarn executive Ines Volk joins Orsova as finance chief.", "en", ("Ines Volk", "Orsova")),
        ("Basalt Labs closed a $4 million Series A led by Crest Partners.", "en", ("Basalt Labs", "Crest Partners")),
        ("Halden will give developers a free SDK with support for Kotlin and Swift.", "en", ("Halden",)),
        (
            "The Science Foundation has awarded $6 million to Cascade State University.",
            "en",
            ("Science Foundation", "Cascade State University"),
        ),
        ("She will be succeeded by Ines Volk.", "en", ("Ines Volk",)),
        ("谷歌10月上线新的搜索入口。", "zh", ("谷歌",)),
        ("微软将小模型放入目录，体积不到4GB。", "zh", ("微软",)),
        ("Halden缔约使用联邦学习平台。", "zh", ("Halden",)),
        ("谷歌与海岚探讨联合开发芯片。", "zh", ("谷歌", "海岚")),
        ("财政部、税务总局明确，芯片企业增值税优惠延续两年。", "zh", ("财政部", "税务总局")),
        ("霁微遭云泽省消费者协会起诉。", "zh", ("霁微", "云泽省消费者协会")),
        ("竞争与市场管理局批准该并购。", "zh", ("竞争与市场管理局",)),
        ("Microsoft's Azure went dark for an hour.", "en", ("Microsoft",)),
        ("Neither side would say what the licence costs.", "en", None),
        ("Tarn's former director Ines Volk has joined the Bell Institute.", "en", ("Ines Volk", "Bell Institute")),
        ("Two models were made available by Tarn Research.", "en", ("Tarn Research",)),
        (
            "Halden, a Tolland start-up, has raised $9 million from Crest Partners, Bell Motor and the Tarn Investment Corporation.",
            "en",
            ("Halden", "Crest Partners", "Bell Motor", "Tarn Investment Corporation"),
        ),
        (
            "Orsova said on Monday that its founder, Ines Volk, will hand the top job to Piet Maro.",
            "en",
            ("Orsova", "Ines Volk", "Piet Maro"),
        ),
        ("The city council of Harrow voted on Monday to ban the cameras.", "en", ("city council of Harrow",)),
        ("The Tarn Council has awarded a contract for software to Basalt Systems.", "en", ("Tarn Council", "Basalt Systems")),
        ("The finance ministry approved the loan.", "en", ("finance ministry",)),
        ("云泽省市场监管局对海岚数据立案调查。", "zh", ("云泽省市场监管局", "海岚数据")),
        ("云泽省药监局批准了霁微医疗的诊断软件。", "zh", ("云泽省药监局", "霁微医疗")),
        ("澜石机器人本轮由青杉资本领投，老股东北岸基金超额认购，融资额3亿元。", "zh", ("澜石机器人", "青杉资本", "北岸基金")),
        ("海岚机床6月5日晚公告，拟以现金购买云港言简科技有限公司67%的股权。", "zh", ("海岚机床", "云港言简科技有限公司")),
        ("云泽省经济厅上周四印发《算力券办法》。", "zh", ("云泽省经济厅",)),
        ("霁影科技首席财务官陆衡已离任，由来自海岚数据的林知夏接替。", "zh", ("霁影科技", "陆衡", "林知夏")),
        ("Tarn Communications will host the servers at its two centres.", "en", ("Tarn Communications",)),
        ("Norwood Grid has awarded a contract to Selat Works, Uppsala, for four years.", "en", ("Norwood Grid", "Selat Works")),
        (
            "Pellet Works (NYSE: PLW) has scrapped its purchase of photonics specialist Mirabel Optics.",
            "en",
            ("Pellet Works", "Mirabel Optics"),
        ),
        ("Tallerly raised €18m in a Series A that Point Nine led.", "en", ("Tallerly", "Point Nine")),
    ],
)
def test_actors_are_names_without_what_they_are(sentence: str, language: str, actors: tuple[str, ...] | None) -> None:
    assert known(sentence, language)["actors"] == actors


def test_the_main_name_is_the_one_of_the_title_that_the_text_repeats() -> None:
    assert main_name("澜石机器人完成B轮融资", "澜石机器人今天宣布。澜石机器人成立于2020年。", "zh") == "澜石机器人"
    assert main_name("Halden pulls memory feature", "Halden has pulled it. A fault, Halden said.", "en") == "Halden"
    assert main_name("Robot maker Harrow sets price", "A robot. Harrow said so. The robot works, Harrow added.", "en") == "Harrow"
    assert main_name("Bengaluru's Tarnvik tapes out", "In Bengaluru, Tarnvik said so. Tarnvik waits.", "en") == "Tarnvik"
    assert main_name("What is a router?", "A router decides.", "en") == ""


def test_the_type_is_that_of_the_title_where_no_word_speaks_of_it() -> None:
    assert type_of("The company has begun talks", "The company has begun talks.", "Marlow raises $30 million") == "funding"
    assert type_of("The neighbours have come", "The neighbours have come.") == "other"


def test_words_tell_a_type_whatever_their_ending() -> None:
    assert event_words.words("orsova acquires rivals") == event_words.words("orsova acquired rival")


def test_what_stands_over_a_sentence_speaks_for_its_type_but_less_than_the_sentence() -> None:
    line, over = "marlow raises $30 million in a series b round", "orsova sued over a patent"
    alone, under = event_words.points(line), event_words.points(line, over)
    assert under["legal"] > alone["legal"]
    assert max(under, key=lambda name: under[name]) == "funding"


@pytest.mark.parametrize(
    ("headline", "expected"),
    [
        ("GPU企业砺石电子完成5亿元C轮融资", "funding"),
        ("Chip designer Varn names a new chief executive", "people"),
        ("违反规定的平台最高可处30万元罚款", "policy"),
        ("Violations face fines of up to $10,000", "policy"),
        ("市教育局要求全市学校停用刷脸闸机", "policy"),
        ("Tarn is installing 40 robots in its laundries", "product"),
    ],
)
def test_a_trade_is_no_event_and_a_rule_stays_one(headline: str, expected: str) -> None:
    assert type_of(headline, headline) == expected


def test_who_acts_is_the_main_name_where_the_sentence_names_none() -> None:
    text = "Corvel Photonics said its chip is ready. Mass production is planned for May. Corvel Photonics has two plants."
    made = told("Mass production is planned for May.", (), "en")
    known = fields_of(
        made.headline, "Mass production is planned for May.", made, "en", None, text, "Corvel Photonics readies chip"
    )
    assert known["actors"] == ("Corvel Photonics",)


def test_a_name_that_ends_like_a_plural_acts_when_it_stands_amid_a_sentence_too() -> None:
    text = "Norvis will open its data. A rival said Norvis was late."
    made = told("Norvis will open its data.", (), "en")
    assert fields_of(made.headline, "Norvis will open its data.", made, "en", None, text)["actors"] == ("Norvis",)


@pytest.mark.parametrize(
    ("title", "text", "language", "name"),
    [
        ("发债扩产 南浦云谷算力园提速", "南浦云谷披露，南浦云谷二期开工。", "zh", "南浦云谷"),
        (
            "Chip start-up weighs a sale",
            "Basalt Systems may be sold. Basalt Systems has 40 people. A bid for Basalt Systems is near.",
            "en",
            "Basalt Systems",
        ),
        ("Helia lifts outlook", "Helia Cloud lifted it. Helia Cloud said so.", "en", "Helia Cloud"),
    ],
)
def test_the_main_name_is_the_whole_one_that_comes_again(title: str, text: str, language: str, name: str) -> None:
    assert main_name(title, text, language) == name


@pytest.mark.parametrize(
    ("name", "text", "full"),
    [
        ("Orsova", "Orsova AI opened a lab. Orsova hires.", "Orsova AI"),
        ("Volk", "Ines Volk runs the lab. Volk said so.", "Ines Volk"),
        ("Volk", "In September Volk spoke. For Volk it was late. She saw for herself.", "Volk"),
        ("US District Judge Ines Volk", "US District Judge Ines Volk ruled.", "Ines Volk"),
    ],
)
def test_an_english_name_is_told_in_full(name: str, text: str, full: str) -> None:
    assert clause_en.in_full(name, text) == full


@pytest.mark.parametrize(
    ("name", "text", "full"),
    [
        ("澜石", "澜石机器人今天开工。澜石招人。", "澜石机器人"),
        ("沃尔克", "伊内斯·沃尔克说明年量产。沃尔克没有多说。", "伊内斯·沃尔克"),
        ("记者从云港市经信局", "记者从云港市经信局获悉。", "云港市经信局"),
        ("澜石机器人", "澜石机器人科技园开园。", "澜石机器人"),
    ],
)
def test_a_chinese_name_is_told_in_full(name: str, text: str, full: str) -> None:
    assert clause_zh.in_full(name, text) == full


def test_the_employer_acts_when_a_person_leaves_the_company() -> None:
    sentence = "Ines Volk, the chief scientist of AI lab Orsova, is leaving the company in May."
    made = told(sentence, (), "en")
    assert fields_of(made.headline, sentence, made, "en", None, sentence, "Orsova loses scientist")["actors"] == (
        "Ines Volk",
        "Orsova",
    )


@pytest.mark.parametrize(
    ("sentence", "text", "title", "language", "actors"),
    [
        ("The insurer will pay 30 million euros.", "Tarn Mutual will buy Clemen. The insurer will pay 30 million euros.", "Tarn Mutual buys Clemen", "en", ("Tarn Mutual",)),
        ("Orsense will be sold from June.", "Orsova made Orsense, a bedside device. Orsova is in Lund. Orsense will be sold from June.", "Orsova launches Orsense", "en", ("Orsova",)),
        ("我院自6月起启用预问诊服务。", "我院自6月起启用预问诊服务。\n云港市第二医院\n2026年6月1日", "关于启用预问诊服务的提示", "zh", ("云港市第二医院",)),
        ("At the city library on Thursday Oltan AI presented Turan-1, a model for Uzbek.", "", "", "en", ("Oltan AI",)),
        ("SK Hanmi has lined up Brelle Capital for the round.", "", "", "en", ("SK Hanmi", "Brelle Capital")),
        ("Met Éireann will open a data centre in Cork.", "", "", "en", ("Met Éireann",)),
        ("County supervisors voted 4-1 to put a hold on new data centers.", "", "", "en", ("County supervisors",)),
        ("The group will build a plant in Lund.", "Varn Systems lifted it. The group will build a plant in Lund.", "Varn Systems lifts forecast", "en", ("Varn Systems",)),
        ("记者从南浦市数据局获悉，模型券7月1日起发放。", "", "", "zh", ("南浦市数据局",)),
        ("朔云数据与南浦市公交集团签约，投放首批60辆无人小巴。", "", "", "zh", ("朔云数据", "南浦市公交集团")),
        ("公司去年净亏损扩大。", "海岚科技公布财报。公司去年净亏损扩大。海岚科技上市。", "年报｜海岚科技2025年年报", "zh", ("海岚科技",)),
    ],
)  # fmt: skip
def test_who_is_named_and_who_is_meant_acts_and_no_product(
    sentence: str, text: str, title: str, language: str, actors: tuple[str, ...]
) -> None:
    made = told(sentence, (), language)
    assert fields_of(made.headline, sentence, made, language, None, text, title)["actors"] == actors


@pytest.mark.parametrize(
    "words", ["it said it ", "Aa, Bb, and Cc bought ", "raised raised said it ", "由某公司和", "与某公司签署", "“"]
)
def test_a_hostile_sentence_costs_little(words: str) -> None:
    sentence = words * 3_000
    language = "en" if words.isascii() else "zh"
    made = told(sentence, (), language)
    started = time.process_time()
    fields_of(made.headline, sentence, made, language, None, sentence, sentence[:300])
    assert time.process_time() - started < 2


@pytest.mark.timeout(60)
@pytest.mark.parametrize("line", ["0" * 60_000, "0,0." * 15_000, "从3亿元估值为2亿元、" * 3_000])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_endless_line_of_digits_is_no_amount_and_takes_no_minutes(line: str, language: str) -> None:
    made = told("云岚科技完成融资", (), language)
    assert fields_of("云岚科技完成融资", line, made, language, None, line, "", line)["amount"] in (None, "3亿元")
