"""What the analyzers promise: every value has its proof, nothing is invented, and the measured quality does not sink."""

import json
import math
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler import plugins
from crawler.analyzers import events, industries, keywords, language, summary, technologies
from crawler.nlp import document, headlines, lexicon
from crawler.nlp.events import choice
from crawler.record import Fact, Record
from crawler.stages import add as adding
from crawler.text import normal

GOLD = [
    json.loads(line) for line in (Path(__file__).parents[3] / "data" / "gold_records_own.jsonl").read_text("utf-8").splitlines()
]
KINDS = {"keyword": "keywords", "technology": "ai_technologies", "industry": "industries"}


def record(text: str, title: str = "", **more: object) -> Record:
    return Record(title, "https://example.org/a", text, **more)  # type: ignore[arg-type]


@pytest.fixture
def every_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a text says is an event."""
    monkeypatch.setattr(choice, "LEAST", -math.inf)


def check_grounded(made: Record) -> None:
    """No value without a Fact, no Fact without a place that says so."""
    for kind, name in KINDS.items():
        assert [fact.value for fact in made.facts if fact.kind == kind] == list(getattr(made, name))
    assert [fact.value for fact in made.facts if fact.kind == "event"] == [event.headline for event in made.events]
    for fact in made.facts:
        if fact.start is None:
            assert fact.quote.split(":")[0] in ("title", "meta keywords"), fact
        else:
            assert fact.end is not None
            assert made.text[fact.start : fact.end] == fact.quote, fact
        assert 0 <= fact.score <= 1


@pytest.mark.parametrize("gold", GOLD, ids=[row["id"] for row in GOLD])
def test_every_value_has_its_proof(gold: dict[str, Any]) -> None:
    made = adding.add(record(gold["text"], gold["title"]))
    check_grounded(made)
    assert made.language == gold["language"]
    assert len(made.keywords) <= 8
    assert len(made.events) <= 10
    assert len(made.summary) <= (430 if made.language == "en" else 200)
    assert made.summary
    for event in made.events:
        words = event.headline.split() if made.language == "en" else [ch for ch in event.headline if "一" <= ch <= "鿿"]
        assert 0 < len(words) <= (38 if made.language == "en" else 60), event.headline


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300), st.text(max_size=60))
def test_any_text_is_survived_and_grounded(text: str, title: str) -> None:
    check_grounded(adding.add(record(text, title)))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "人工智能",
                "發布",
                "ＯｐｅｎＡＩ",
                "AI",
                " ",
                "。",
                "\n",
                "“",
                "、",
                "等领域",
                "GPT‑5",
                "said",
                ". ",
                "7月2日",
                "CNN",
                "，",
            ]
        ),
        max_size=60,
    )
)
def test_texts_of_awkward_pieces_stay_grounded(pieces: list[str]) -> None:
    check_grounded(adding.add(record("".join(pieces), "".join(pieces[:4]))))


def hits(name: str, gold: dict[str, Any]) -> tuple[set[str], set[str]]:
    """(what was said, what was to be said)"""
    made = adding.add(record(gold["text"], gold["title"]))
    if name == "events":
        told = [fact.start or 0 for fact in made.facts if fact.kind == "event"]
        sentences = document.Reading(gold["text"]).sentences
        said = {one.text for one in sentences for start in told if one.start <= start < one.end}
        return said, {event["sentence"] for event in gold["events"]}
    kind, said = {"technologies": ("technology", made.ai_technologies), "industries": ("industry", made.industries)}[name]
    return set(said), {lexicon.names(kind)[one].in_language(gold["language"]) for one in gold[name]}


@pytest.mark.parametrize(
    ("chosen", "name", "precision", "recall"),
    [
        ("first", "technologies", 0.95, 0.93),
        ("first", "industries", 0.92, 0.84),
        ("first", "events", 0.80, 0.82),
        ("second", "technologies", 0.95, 0.75),
        ("second", "industries", 0.89, 0.89),
        ("second", "events", 0.88, 0.84),
        ("third", "events", 0.85, 0.75),
        ("fourth", "technologies", 0.88, 0.94),
        ("fourth", "industries", 0.84, 0.95),
        ("fourth", "events", 0.85, 0.82),
    ],
)
def test_quality_on_our_own_gold_does_not_sink(chosen: str, name: str, precision: float, recall: float) -> None:
    pairs = [hits(name, gold) for gold in GOLD if gold["set"] == chosen]
    right = sum(len(said & due) for said, due in pairs)
    assert right / sum(len(said) for said, _ in pairs) >= precision
    assert right / sum(len(due) for _, due in pairs) >= recall


@pytest.mark.parametrize(
    "text",
    ["新系统可以自动编写代码，并由摄像头识别车牌。", "Cameras spot cracks, and the tool writes the code.", "今天有雨。", ""],
)
def test_patterns_looked_for_together_are_those_found_one_by_one(text: str) -> None:
    form = normal(text)
    for acts, needed in technologies._acts():
        assert sorted(needed.Match(form) or ()) == [at for at, term in enumerate(acts) if re2.search(term.alias, form)]
    names, marks = choice.marks()
    patterns = lexicon.table("events.yaml")["marks"].values()
    assert {names[at] for at in marks.Match(form) or ()} == {
        name for name, pattern in zip(names, patterns, strict=True) if re2.search(pattern, form)
    }


def test_only_the_sentences_of_events_are_read_clause_by_clause(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    whole = events.told

    def reading(sentence: str, acts: tuple[str, ...], spoken: str | None) -> events.Told:
        read.append(sentence)
        return whole(sentence, acts, spoken)

    monkeypatch.setattr(events, "told", reading)
    text = "9月2日，云湾发布推理芯片。\n云湾成立于2016年，创始人毕业于临江大学，曾任职于多家公司。\n芯片很小。"
    assert len(events.add(language.add(record(text, "云湾发布推理芯片"))).events) == 1
    assert read == ["9月2日，云湾发布推理芯片。"]


def test_adding_runs_every_analyzer_of_the_family_each_after_those_it_builds_on() -> None:
    ran = [component.name for component in adding.analyzers()]
    assert ran[:7] == ["language", "technologies", "industries", "keywords", "events", "companies", "summary"]
    assert sorted(ran) == sorted(plugins.family("crawler.analyzers", "add"))


class TestLanguage:
    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("世界人工智能大会在上海开幕", "zh"),
            ("大語言模型發布會在台北舉行", "zh"),
            ("OpenAI发布GPT-5，性能提升40%", "zh"),
            ("The company released a new model for developers.", "en"),
            ("Nvidia unveils Blackwell GPU", "en"),
            ("Das Unternehmen hat ein neues Modell für die Industrie vorgestellt.", "de"),
            ("La société a présenté un nouveau modèle pour les entreprises.", "fr"),
            ("東京で新しいモデルが発表されました。", "ja"),
            ("서울에서 새로운 모델이 공개되었습니다", "ko"),
            ("Компания представила новую модель", "ru"),
            ("12345 — 67%", None),
        ],
    )
    def test_is_told_from_the_text(self, text: str, code: str | None) -> None:
        assert language.add(record(text)).language == code

    def test_of_the_page_is_kept_when_the_text_does_not_tell(self) -> None:
        assert language.add(record("2026", language="zh")).language == "zh"


class TestTechnologies:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("该系统基于深度学习框架和AI芯片。", ("深度学习框架", "AI芯片")),
            ("新模型是大語言模型，支持語音合成。", ("大语言模型", "语音合成")),
            ("三号变压器完成更换。", ()),
            ("Transformer fire cuts power to the station.", ()),
            ("A CNN poll released on Monday found voters split.", ()),
            ("Real estate agents sold more homes.", ()),
            (
                "A CNN reads the scans; the deep learning model runs on GPUs.",
                ("convolutional neural network", "deep learning", "GPU"),
            ),
            ("央行微调了公开市场操作的利率。", ()),
            ("The edge AI accelerator ships in May.", ("edge AI", "AI chip")),
            ("Two speech recognisers and three digital twins.", ("speech recognition", "digital twin")),
            ("骗子用AI模仿他儿子的声音。", ("声音克隆",)),
            ("AI系统自动编写代码，并能提前预测设备故障。", ("代码生成", "预测性维护")),
            ("他编写的代码很好。", ()),
            ("Lawmakers passed a bill on artificial intelligence.", ("AI governance",)),
        ],
    )
    def test_are_named_as_the_taxonomy_names_them(self, text: str, found: tuple[str, ...]) -> None:
        assert set(technologies.add(language.add(record(text))).ai_technologies) == set(found)

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("眼镜的AI助手把菜单译成英文，镜腿里的视觉模型在眼镜上运行。", ("机器翻译", "端侧AI")),
            ("The AI glasses translate signs, and the model lives on the frame.", ("machine translation", "on-device AI")),
            ("车企造芯，下一代舱驾一体芯片明年量产。", ("AI芯片", "智能座舱")),
            ("Its chips are used for AI inference in delivery vans.", ("AI chip",)),
            ("算力园二期有六栋机房楼，设计PUE低于1.2。", ("智算中心",)),
            ("The AI teacher learned by watching videos of people folding shirts.", ("imitation learning",)),
            ("He wants to know why the models do what they do, and takes AI models apart.", ("explainable AI",)),
            ("辅助驾驶系统对锥桶的识别不足。", ("目标检测", "高级辅助驾驶")),
            ("The lab put the model's weights on Hugging Face under the MIT licence; it is an AI coder.", ("open-source model",)),
            ("编程智能体替用户操作浏览器下单。", ("代码生成", "计算机操作智能体")),
        ],
    )
    def test_are_known_by_what_they_do(self, text: str, said: tuple[str, ...]) -> None:
        assert set(said) <= set(technologies.add(language.add(record(text))).ai_technologies)

    @pytest.mark.parametrize(
        ("text", "unsaid"),
        [
            ("该办法规定，模拟特定自然人形象的AI服务须备案。", "人形机器人"),
            ("大模型降价，输入价格降至每百万tokens两元。", "长上下文"),
            ("The language model costs $2 per million tokens.", "long context"),
            ("因智驾缺陷，汽车召回条例生效，车辆撞上高速护栏。", "缺陷检测"),
            ("The self-driving car hit a guardrail on the highway.", "AI safety"),
            ("The AI campus waits for transformers and a grid connection.", "transformer"),
            ("翻译出版社出版了他的AI小说。", "机器翻译"),
            ("The profits translate into bonuses for AI staff.", "machine translation"),
            ("他在工厂门口等AI公司的班车。", "智能制造"),
            ("The bank rents a hall; its AI bonds yield 4%.", "AI cloud"),
        ],
    )
    def test_are_not_told_by_words_of_something_else(self, text: str, unsaid: str) -> None:
        assert unsaid not in technologies.add(language.add(record(text))).ai_technologies

    def test_that_are_not_named_are_told_by_what_hints_at_them(self) -> None:
        watchdog = "The regulator fined the maker of an AI chatbot on Monday, and a court upheld the ruling. "
        text = watchdog + "The law bans the bot from keeping letters, the watchdog said; lawmakers want stricter rules. " * 3
        made = technologies.add(language.add(record(text * 3, "Court upholds fine for AI chatbot, regulator says")))
        assert "AI governance" in made.ai_technologies
        check_grounded(made)

    def test_hints_say_nothing_where_no_ai_is_named(self) -> None:
        text = "The regulator fined the bakery on Monday, and a court upheld the ruling. The law bans old flour. " * 9
        assert technologies.add(language.add(record(text, "Court upholds fine for bakery"))).ai_technologies == ()

    def test_a_product_named_once_is_none_of_them(self) -> None:
        text = "云湾发布代码大模型。" + "它能重构旧项目，也会写测试。" * 14 + "用惯通义的人不必换。"
        assert technologies.add(language.add(record(text))).ai_technologies == ("代码生成",)

    def test_of_the_title_alone_are_proved_by_the_title(self) -> None:
        made = technologies.add(language.add(record("正文没有提到它。", "大模型上线")))
        assert made.facts == (
            Fact("technology", "大语言模型", "title: 大模型上线", "builtin", score=made.facts[0].score, concept="llm"),
        )


class TestIndustries:
    def test_of_an_enumeration_of_fields(self) -> None:
        made = industries.add(language.add(record("签约项目横跨教育、健康、零售、交通等领域，为产业发展注入新活力。")))
        assert set(made.industries) == {"教育", "医疗健康", "零售与电商", "交通物流"}

    def test_of_ai_news_that_names_none_is_internet_and_software(self) -> None:
        made = industries.add(technologies.add(language.add(record("新的大语言模型昨天问世。"))))
        assert made.industries == ("互联网与软件",)

    def test_are_not_told_by_pieces_of_two_words(self) -> None:
        assert (
            "教育"
            not in industries.add(language.add(record("零售分析师范晓认为，超市门店要降价。", "分析师范晓谈零售"))).industries
        )

    @pytest.mark.parametrize(
        ("text", "said", "unsaid"),
        [
            ("算力园新建机房楼，云厂商已经入驻。", "云计算与数据中心", "建筑与房地产"),
            ("一副智能眼镜的镜腿里有电池，充电盒可以续航两天。", "消费电子", "医疗健康"),
            ("The eyewear has a waveguide display; preorders are open.", "Consumer Electronics", "Telecommunications"),
            ("Foresters watch wildfires and burnt landscapes.", "Environment & Water", "Media & Entertainment"),
            ("公司流片了第二代加速卡，封测厂排产已满。", "半导体与集成电路", "制造业"),
        ],
    )
    def test_are_told_by_the_words_of_their_trade(self, text: str, said: str, unsaid: str) -> None:
        made = industries.add(language.add(record(text)))
        assert said in made.industries
        assert unsaid not in made.industries

    def test_that_a_technology_tells_are_proved_by_its_words(self) -> None:
        made = industries.add(technologies.add(language.add(record("人形机器人第一次走进商场，机器人还会跳舞。"))))
        assert made.industries == ("机器人产业",)
        check_grounded(made)

    def test_of_other_news_may_be_none(self) -> None:
        assert industries.add(language.add(record("昨天下了一场雨，街上没有人。"))).industries == ()


class TestKeywords:
    def test_of_the_page_are_kept_as_they_are_when_good(self) -> None:
        made = keywords.add(record("上海的人工智能产业在发展。", keywords=("人工智能", "上海", "高质量发展"), publisher="央视网"))
        assert made.keywords == ("人工智能", "上海", "高质量发展")
        assert {fact.by for fact in made.facts} == {"page"}

    def test_of_the_page_lose_the_names_of_sites(self) -> None:
        own = ("央视网", "新闻频道", "智能体", "news.example.cn", "标准", "互操作")
        assert keywords.add(record("智能体互操作标准发布。", keywords=own, publisher="央视网")).keywords == (
            "智能体",
            "标准",
            "互操作",
        )

    def test_of_a_page_that_lists_its_whole_site_are_those_in_the_article(self) -> None:
        own = (*(f"词{number}" for number in range(30)), "智能体", "标准", "互操作")
        made = keywords.add(language.add(record("智能体互操作标准发布。", keywords=own)))
        assert made.keywords == ("智能体", "标准", "互操作")

    def test_are_never_one_inside_another(self) -> None:
        for gold in GOLD:
            forms = [normal(word) for word in keywords.add(record(gold["text"], gold["title"])).keywords]
            assert not [(one, other) for one in forms for other in forms if one != other and one in other]


def test_an_industry_that_one_place_of_a_long_text_passes_by_is_not_named() -> None:
    about = "晶岳半导体的新晶圆厂今天投产，芯片月产能四万片。半导体设备由国产厂商供应，晶圆良率达到九成。" * 6
    passing = "有医生和患者到场参观，医院也派人来了。"
    made = adding.add(record(about + passing + about, "晶岳半导体晶圆厂投产"))
    assert "半导体与集成电路" in made.industries
    assert "医疗健康" not in made.industries


class TestEvents:
    @pytest.mark.parametrize(
        ("title", "text", "said"),
        [
            ("海岚数据与霁影科技合作", "海岚数据与霁影科技5月2日签署合作协议。根据协议，双方将出资3亿元设立合资公司。", "海岚数据与霁影科技将出资3亿元设立合资公司"),
            ("云港市通过数据条例", "云港市人大常委会6月1日表决通过《云港市公共数据条例》。条例将于明年3月1日起施行。", "《云港市公共数据条例》将于明年3月1日起施行"),
            ("海岚数据上调全年指引", "海岚数据6月1日发布三季报，当季收入14亿元，同比增长五成。管理层将全年收入指引上调至54亿元。", "海岚数据管理层将全年收入指引上调至54亿元"),
            ("云泽省公布算力条例", "云泽省6月1日公布《云泽省算力促进条例》。条例规定，新建数据中心须使用绿电。", "《云泽省算力促进条例》规定新建数据中心须使用绿电"),
        ],
    )  # fmt: skip
    def test_call_both_sides_and_the_rules_by_their_names(self, title: str, text: str, said: str, every_sentence: None) -> None:
        made = events.add(language.add(record(text, title)))
        assert said in [event.headline for event in made.events]

    def test_leave_out_opinion_and_background(self) -> None:
        text = "9月2日，栈云机器人宣布完成3亿元B轮融资。栈云机器人成立于2019年，总部位于临江市。业内人士认为，盈利并不容易。"
        made = events.add(language.add(record(text)))
        assert [event.detail for event in made.events] == ["9月2日，栈云机器人宣布完成3亿元B轮融资。"]

    @pytest.mark.parametrize(
        ("news", "beside"),
        [
            ("11月3日，衡远机器人宣布完成2亿元B轮融资。", "衡远机器人预计明年降低价格。"),
            ("11月3日，衡远机器人宣布完成2亿元B轮融资。", "创始人柯朗今年41岁，毕业于临江大学，2019年加入衡远机器人。"),
            ("11月3日，衡远机器人宣布完成2亿元B轮融资。", "公司三季度订单同比增长两成，其中出口占比过半。"),
            (
                "Ferrow raised $40 million in a Series B round on Tuesday.",
                "The round would not give any investor a seat, Ferrow said.",
            ),
        ],
    )
    def test_leave_out_hopes_lives_and_comparisons(self, news: str, beside: str) -> None:
        published = datetime(2026, 11, 3, 12, tzinfo=UTC)
        text = f"{news}\nThe end.\n{beside}" if news.isascii() else f"{news}\n他们很高兴。\n{beside}"
        made = events.add(language.add(replace(record(text, news[:20]), published=published)))
        assert [event.detail for event in made.events] == [news]

    def test_of_months_ago_count_less(self) -> None:
        before, now = ("今年3月，衡远机器人披露扩产方案。", "今年11月，衡远机器人披露扩产方案。")
        published = datetime(2026, 11, 3, 12, tzinfo=UTC)
        assert choice.scored("", before, "zh", published)[0].points < choice.scored("", now, "zh", published)[0].points
        assert choice.scored("", before, "zh")[0].points == choice.scored("", now, "zh")[0].points
        ahead = "衡远机器人计划明年3月扩产。"
        assert choice.scored("", ahead, "zh", published)[0].points == choice.scored("", ahead, "zh")[0].points

    def test_are_none_in_an_explainer(self) -> None:
        text = "缓存用空间换时间。\n模型会记住读过的词。\n采用缓存后，速度会提高，但显存也会增加。\n这就是为什么聊得越久越慢。"
        assert events.add(language.add(record(text, "一文读懂缓存"))).events == ()

    def test_stand_in_the_order_of_the_text(self) -> None:
        for gold in GOLD:
            places = [fact.start or 0 for fact in events.add(record(gold["text"], gold["title"])).facts]
            assert places == sorted(places)

    def test_that_repeat_each_other_are_told_once(self) -> None:
        text = "星河智算7月1日发布新一代推理芯片，功耗下降三成。\n7月1日，星河智算发布新一代推理芯片，功耗下降三成。"
        assert len(events.add(language.add(record(text))).events) == 1

    def test_an_empty_text_has_none(self) -> None:
        assert events.add(record("")).events == ()

    def test_of_a_survey_come_from_every_section(self) -> None:
        survey = next(row for row in GOLD if row["id"] == "zh-s1")
        told = " ".join(event.detail for event in events.add(language.add(record(survey["text"], survey["title"]))).events)
        for of_section in ("智算中心一期", "视觉质检产线", "若干措施", "首届工业智能大会"):
            assert of_section in told
        assert "专家认为" not in told

    @pytest.mark.parametrize(
        ("sentence", "acts", "headline"),
        [
            (
                "海桐市交通局6月30日宣布，即日起开放两条自动驾驶公交路线。",
                ("开放",),
                "海桐市交通局即日起开放两条自动驾驶公交路线",
            ),
            ("9月28日，灵犀智能确认，其首席科学家已于月底前离职。", ("离职",), "灵犀智能首席科学家已于月底前离职"),
            ("翼芯科技11月2日公告，首席执行官陆鸣因个人原因辞任。", ("辞任",), "翼芯科技首席执行官陆鸣因个人原因辞任"),
            ("消息公布後，晨曦股價漲停。", ("公布", "涨停"), "晨曦股價漲停"),
            ("澜山大学6月25日发布通告，撤销对37名毕业生的处分。", ("发布", "撤销"), "澜山大学撤销对37名毕业生的处分"),
            ("周四早上系统恢复，学校改用校园卡。", ("恢复",), "系统恢复，学校改用校园卡"),
            ("盛象去年利润下滑18%，是五家上市公司中跌幅最大的。", ("上市",), "盛象去年利润下滑18%"),
            ("在数据方面，新区成立了工业数据流通联盟，首批开放62个数据集。", ("成立",), "数据：新区成立了工业数据流通联盟"),
            (
                "浦东、黄浦、杨浦、长宁、闵行、青浦等都制定了人工智能产业推进政策。",
                ("制定",),
                "浦东、黄浦、杨浦、长宁、闵行、青浦等都制定了人工智能产业推进政策",
            ),
        ],
    )
    def test_have_a_headline_with_actor_and_act(self, sentence: str, acts: tuple[str, ...], headline: str) -> None:
        assert headlines.told(sentence, acts, "zh").headline == headline

    @pytest.mark.parametrize(
        ("sentence", "headline"),
        [
            (
                "Larkspur, a London startup that sells voices, said on Tuesday it had raised $60 million in a Series B round.",
                "Larkspur raised $60 million in a Series B round",
            ),
            (
                "In January, the port of Valeholm switched on 40 driverless trucks.",
                "The port of Valeholm switched on 40 driverless trucks",
            ),
            (
                "Motor insurer Corvane said on June 3 that an AI agent now settles claims of up to $2,500.",
                "An AI agent now settles claims of up to $2,500",
            ),
            (
                "Chief executive Martin Aske, who has run the group for years, will step down in April.",
                "Chief executive Martin Aske will step down in April",
            ),
        ],
    )
    def test_have_an_english_headline_of_at_most_twelve_words(self, sentence: str, headline: str) -> None:
        assert headlines.told(sentence, (), "en").headline == headline

    def test_open_with_whom_and_what_they_are_about(self) -> None:
        text = "上海今天发布人工智能新政。上海还成立了人工智能基金。人工智能企业在上海签约。"
        assert events.add(language.add(record(text))).opening == "这篇文章总结了上海在人工智能领域的一系列重大事件和发展："


class TestSentences:
    @pytest.mark.parametrize(
        ("text", "sentences"),
        [
            ("一。二！三？", ["一。", "二！", "三？"]),
            ("他说：“可以。我们试试。”然后走了。", ["他说：“可以。我们试试。”", "然后走了。"]),
            ("The U.S. said so. It ended.", ["The U.S. said so.", "It ended."]),
            ("It rose 3.5 percent. Mr. Li left.", ["It rose 3.5 percent.", "Mr. Li left."]),
            ("标题\n第一句。第二句", ["标题", "第一句。", "第二句"]),
            ("", []),
            (
                "Halden Pte. Ltd. bought Orsova Sdn. Bhd. for RM63 million. Lt. Gen. Volk agreed.",
                ["Halden Pte. Ltd. bought Orsova Sdn. Bhd. for RM63 million.", "Lt. Gen. Volk agreed."],
            ),
        ],
    )
    def test_end_where_they_end(self, text: str, sentences: list[str]) -> None:
        assert [one.text for one in document.Reading(text).sentences] == sentences


class TestTerms:
    def test_of_han_do_not_overlap(self) -> None:
        assert [match.term.id for match in document.Reading("打造人工智能体验示范地").longest("technology")] == ["ai"]

    def test_of_latin_letters_may(self) -> None:
        assert {match.term.id for match in document.Reading("an edge AI accelerator").longest("technology")} == {"edgeai", "chip"}

    def test_as_written_are_not_found_otherwise(self) -> None:
        assert not document.Reading("a slam dunk and a rag").longest("technology")

    def test_of_the_user_are_found_beside_ours(self) -> None:
        own = (
            lexicon.UserTerm("technology", "量子咖啡机", "quantum espresso", ("=QEX", "豆机?")),
            lexicon.UserTerm("technology", "大模型", "", ("大磨型",)),
            lexicon.UserTerm("company", "星河智算"),
        )
        try:
            lexicon.use(own)
            made = technologies.add(language.add(record("星河智算发布QEX和量子咖啡机，也有大磨型。")))
            assert made.ai_technologies == ("量子咖啡机", lexicon.names("technology")["llm"].zh)
            assert technologies.add(language.add(record("一台豆机，一把qex。"))).ai_technologies == ()
            assert lexicon.names("entity")["own:星河智算"].group == "company"
        finally:
            lexicon.use(())
        assert technologies.add(language.add(record("星河智算又发布QEX和量子咖啡机。"))).ai_technologies == ()

    def test_every_name_of_the_taxonomy_is_found_by_itself(self) -> None:
        for ident, name in lexicon.names("technology").items():
            found = {match.term.id for written in (name.zh, name.en) for match in document.Reading(written).longest("technology")}
            assert ident in found, name


class TestSummary:
    def test_is_whole_sentences_of_the_text(self) -> None:
        for gold in GOLD:
            made = adding.add(record(gold["text"], gold["title"]))
            sentences = [headlines.clean(one.text) for one in document.reading(gold["text"]).sentences]
            left = made.summary
            for sentence in sorted(sentences, key=len, reverse=True):
                left = left.replace(sentence, "")
            assert not left.strip()

    def test_tells_the_surest_event_and_not_the_scene_that_a_long_text_opens_with(self) -> None:
        opening = "早上六点，山脚下的灯就亮了。老人们慢慢走出门来。谁也没有说话。"
        made = adding.add(record(opening * 4 + "11月1日，云湾市发布护理机器人标准。" + opening * 4, "云湾市发布护理机器人标准"))
        assert made.summary == "11月1日，云湾市发布护理机器人标准。"

    def test_has_the_sentence_of_the_title_beside_a_surer_event_where_there_is_room(self) -> None:
        text = "云湾的检索模型面向全部用户开放，输入支持图片。" + "它的文档写得很长。" * 8 + "11月1日，云湾宣布完成2亿元融资。"
        made = adding.add(record(text, "云湾检索模型面向全部用户开放"))
        assert made.summary.startswith("云湾的检索模型面向全部用户开放")
        assert made.summary.endswith("11月1日，云湾宣布完成2亿元融资。")

    @pytest.mark.parametrize(
        ("scenes", "news"),
        [
            (
                "Waiting teaches patience, my aunt used to say. People at the stop told each other stories of the sea and of trams. ",
                "Kestrel Lines signed a contract worth 4 million pounds with the city on Monday.",
            ),
            (
                "老人们说，夜里的灯最暖，巷子口的猫也这样想。谁也说不清那盏灯是哪一年装上去的，大家只记得它很旧。",
                "昨天澜桥大学与三家工厂签署协议，投资两千万元建设中心。",
            ),
        ],
    )
    def test_of_a_text_without_a_sure_event_has_the_sentence_that_sounds_most_like_one(self, scenes: str, news: str) -> None:
        made = summary.add(record(scenes * 5 + news + scenes))
        assert news.strip() in made.summary

    def test_of_a_text_without_a_short_sentence_is_its_beginning(self) -> None:
        made = summary.add(record("上海发布了方案，" * 60))
        assert made.summary == ("上海发布了方案，" * 60)[:191] + "…"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Halden Robotics opened a plant in Norwood on Monday. The company will hire 300 people in 2027.",
            "Halden Robotics will hire",
        ),
        (
            "Halden Robotics was fined by the Northern Trade Commission on Monday. The commission ordered 300 machines off the market.",
            "The Northern Trade Commission ordered",
        ),
        ("Halden Robotics launched an arm for bakeries on Monday. It costs $900 and will be available from June.", "It costs"),
        ("Halden Robotics reported results on Monday. Revenue rose 41% to 1.9 billion euros.", "Halden Robotics' revenue rose"),
        (
            "Halden Robotics opened a plant on Monday. Selat Grid bought its rival Pellet Works for $90 million. The company will hire 300 people.",
            "The company will hire",
        ),
    ],
)
def test_a_headline_names_who_is_meant_where_only_one_can_be(text: str, expected: str, every_sentence: None) -> None:
    made = events.add(record(text, "Halden Robotics reports"))
    assert any(event.headline.startswith(expected) for event in made.events), [event.headline for event in made.events]


@pytest.mark.parametrize(
    ("title", "text", "headline"),
    [
        ("云港大学团队研制催化剂", "云港大学团队介绍了催化剂的用途。\n6月5日，团队在《化学》发表论文。", "云港大学团队在《化学》发表论文"),
        ("霁影科技否认并购", "霁影科技股价昨日涨停。\n澜石机器人方面告诉记者，公司已启动新一轮融资，金额2亿元。", "澜石机器人已启动新一轮融资，金额2亿元"),
    ],
)  # fmt: skip
def test_who_is_named_in_the_sentence_is_meant_before_whom_the_article_is_about(
    title: str, text: str, headline: str, every_sentence: None
) -> None:
    made = events.add(language.add(record(text, title)))
    assert headline in [event.headline for event in made.events]


@pytest.mark.parametrize(
    ("title", "text", "headline"),
    [  # an editor's words, unless only those of the sentence say who acts or what it costs
        (
            "Selat Grid tapes out relay chip, names launch customer",
            "Chip designer Selat Grid Semiconductor has taped out Tern, a relay with a chip on board that it drew with its launch customer, on Monday.",
            "Selat Grid tapes out relay chip, names launch customer",
        ),
        ("Plant opens in the town to cheers", "Selat Grid opened its plant in the town on Monday.", "Selat Grid opened its plant in the town"),
        ("Selat Grid buys pellet works", "Selat Grid bought Pellet Works on Monday for $90 million.", "Selat Grid bought Pellet Works for $90 million"),
        ("We opened a plant in town", "Selat Grid opened a plant in town on Monday.", "Selat Grid opened a plant in town"),
        ("霁影科技提交上市申请：九成收入来自三家客户", "霁影科技6月5日向港交所主板递交上市申请书。", "霁影科技提交上市申请：九成收入来自三家客户"),
        ("产业早报：云岚科技开源评测集，霁影科技发布机器人", "云岚科技6月5日开源长文本评测集。\n霁影科技6月5日发布了工业机器人。", "霁影科技发布机器人"),
    ],
)  # fmt: skip
def test_what_the_title_says_of_an_event_is_its_headline(title: str, text: str, headline: str, every_sentence: None) -> None:
    made = events.add(language.add(record(text, title)))
    assert headline in [event.headline for event in made.events]


def test_a_quotation_that_ends_a_paragraph_heads_nothing() -> None:
    text = (
        'Selat Grid opened a plant in Norwood on Monday. "The town," its head remarks, "is not far."\nPellet Works will hire 300.'
        * 3
    )
    assert choice.headings_of(text) == {}
    assert choice.headings_of("Norwood\n" + text) == {0: "Norwood"}


def test_what_is_past_tells_no_event_but_a_year_to_come_does() -> None:
    text = "Selat Grid opened a plant in Norwood on Monday. {} The plant makes valves."
    past, ahead = (
        [features["history"] for _, features in choice.weighed("Selat Grid opens plant", text.format(more), "en", None)]
        for more in ("Selat Grid had opened an office in 2019.", "Selat Grid will open an office in 2029.")
    )
    assert past == [False, True, False]
    assert ahead == [False, False, False]
