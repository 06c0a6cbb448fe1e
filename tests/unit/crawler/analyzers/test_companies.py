"""crawler.analyzers.companies: which companies an article names, and which of them act."""

import pytest

from crawler.analyzers import companies
from crawler.nlp.lexicon import names
from crawler.record import Event, Record


def found(title: str, text: str = "", *events: str, language: str = "zh") -> dict[str, str]:
    record = Record(title, "https://news.example/1", text, language=language, events=tuple(Event(one, one) for one in events))
    return {company.name: company.role for company in companies.add(record).companies}


ROLES = [
    ("zh", "英伟达发布新一代推理芯片", {"英伟达": "actor"}),
    ("zh", "腾讯和百度联合开源语音模型", {"腾讯": "actor", "百度": "actor"}),
    ("zh", "英伟达的芯片又涨价了", {"英伟达": "named"}),
    ("zh", "海外开发者起诉微软", {"微软": "named"}),
    ("zh", "一家初创企业被谷歌收购", {"谷歌": "actor"}),
    ("zh", "国产大模型用上英伟达芯片", {"英伟达": "named"}),
    ("en", "Nvidia unveils a smaller chip for robots", {"Nvidia": "actor"}),
    ("en", "Chip maker Qualcomm opens a lab in Lyon", {"Qualcomm": "actor"}),
    ("en", "Regulators fine Microsoft over bundling", {"Microsoft": "named"}),
    ("en", "Startup backed by Google closes its office", {"Google": "actor"}),
    ("en", "Nvidia's suppliers raise prices", {"Nvidia": "named"}),
    ("en", "Intel was fined in Brussels", {"Intel": "named"}),
]


@pytest.mark.parametrize(("language", "title", "right"), ROLES)
def test_the_one_who_acts_is_told_from_the_one_who_is_named(language: str, title: str, right: dict[str, str]) -> None:
    assert found(title, language=language) == right


def test_the_longest_name_counts() -> None:
    assert found("谷歌DeepMind公布蛋白质模型") == {"DeepMind": "actor"}


def test_a_company_of_the_text_acts_in_an_event() -> None:
    text = "本周行业动态。百度宣布下调接口价格，分析师认为腾讯会跟进。"
    assert found("一周要闻", text, "百度宣布下调接口价格") == {"百度": "actor", "腾讯": "named"}


def test_the_lexicon_knows_companies_and_labs_in_both_languages() -> None:
    known = names("company").values()
    assert len(known) >= 500
    assert all(name.zh and name.en for name in known)
    assert len({name.id for name in known}) == len(known)


@pytest.mark.parametrize(
    "title",
    [
        "今年苹果丰收，果农增收",
        "人工智能浪潮席卷全国",
        "周末的微博热搜",
        "红杉林的清晨",
        "The cursor moves by itself",
        "An honor for the village school",
    ],
)
def test_a_doubtful_name_alone_is_no_company(title: str) -> None:
    assert found(title, language="zh" if title[0] > "z" else "en") == {}


def test_each_company_has_its_proof_and_its_concept() -> None:
    made = companies.add(Record("快讯", "l", "周一，台积电公布了营收。", language="zh"))
    (fact,) = [fact for fact in made.facts if fact.kind == "company"]
    assert (fact.value, fact.concept, made.text[fact.start : fact.end]) == ("台积电", "tsmc", "台积电")
    (fact,) = companies.add(Record("TSMC revenue rises", "l", "Shares rose.", language="en")).facts
    assert (fact.value, fact.concept, fact.start, fact.quote) == ("TSMC", "tsmc", None, "title: TSMC revenue rises")
