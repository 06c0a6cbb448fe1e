"""One event or two: what must join, what must never merge, and the figures on the labelled pairs."""

import csv
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.record import Record
from storage.stories.compare import StoryPrint, keys, same_story
from storage.stories.fingerprint import fingerprint

PAIRS = Path(__file__).parents[3] / "data" / "story_pairs.tsv"
NOW = datetime(2026, 3, 9, 8, tzinfo=UTC)


def story(title: str, text: str = "", published: datetime | None = None) -> StoryPrint:
    return fingerprint(Record(title, "https://example.com/1", text, published=published))


def same(one: str, other: str) -> bool:
    verdict = same_story(story(one), story(other))
    assert verdict == same_story(story(other), story(one)) or verdict.same == same_story(story(other), story(one)).same
    return verdict.same


APART = [
    ("version", "OpenAI 发布 GPT-5.4", "OpenAI 发布 GPT-5.5"),
    ("tier", "Anthropic releases Claude Opus 4.7", "Anthropic releases Claude Sonnet 4.7"),
    ("version", "月之暗面发布 Kimi K2", "月之暗面发布 Kimi K3"),
    ("version", "阿里开源 Qwen3-32B", "阿里开源 Qwen3-235B"),
    ("round", "星河智算完成 B 轮融资", "星河智算完成 C 轮融资"),
    ("round", "Lumen Robotics closes Series B", "Lumen Robotics closes Series C"),
    ("sum", "星河智算融资 3 亿元", "星河智算融资 5 亿元"),
    ("sum", "OpenAI raises $6.6 billion", "OpenAI raises $40 billion"),
    ("share", "DeepSeek 降价 50%", "DeepSeek 降价 75%"),
    ("count", "微软裁员 6000 人", "Microsoft lays off 9,000 people"),
    ("period", "英伟达第二季度营收创新高", "Nvidia reports third-quarter revenue"),
    ("date", "世界机器人大会 8 月 8 日开幕", "世界机器人大会 8 月 20 日开幕"),
    ("ordinal", "第七届世界人工智能大会开幕", "第八届世界人工智能大会开幕"),
    ("city", "百度萝卜快跑在武汉上线", "百度萝卜快跑在深圳上线"),
    ("country", "意大利封禁 DeepSeek", "韩国封禁 DeepSeek"),
    ("role", "OpenAI 首席财务官离职", "OpenAI 首席技术官离职"),
    ("stage", "谷歌洽谈收购 Wiz", "谷歌完成收购 Wiz"),
    ("turn", "OpenAI 发布开源模型", "OpenAI 推迟发布开源模型"),
    ("turn", "苹果与谷歌合作开发 Siri", "苹果否认与谷歌合作开发 Siri"),
    ("subject", "星河智算完成 B 轮融资", "云栈科技完成 B 轮融资"),
    ("plaintiff", "滨江智能起诉云栈科技侵权", "云栈科技起诉滨江智能不正当竞争"),
    ("direction", "英伟达收购 Tarnwell", "Tarnwell 收购英伟达旗下团队"),
    ("direction", "Perplexity hires Meta's policy chief", "Meta hires Perplexity's policy chief"),
    ("count", "通义月活用户突破 2 亿", "通义日活用户突破 2 亿"),
    ("count", "Claude hits 30 million monthly users", "Claude hits 30 million weekly users"),
    ("tier", "小米开源 MiMo-9B", "小米开源 MiMo-VL-9B"),
    ("cause", "Helio Motors recalls cars over braking", "Helio Motors recalls cars over battery fires"),
    ("name", "OpenAI 收购 Windsurf", "OpenAI 收购 Rockset"),
    ("act", "英伟达发布新芯片", "英伟达被罚"),
    ("act", "Meta 完成收购 Manus", "商务部审查 Meta 收购 Manus"),
    ("tier", "苹果发布 M5 芯片", "苹果发布 M5 Pro 芯片"),
    ("valuation", "辰光半导体融资后估值 320 亿元", "辰光半导体融资后估值 150 亿元"),
    ("stage", "宇树科技启动上市辅导", "宇树科技完成上市辅导"),
    ("ordinal", "SpaceX completes tenth test flight", "SpaceX completes ninth test flight"),
    ("subject", "Northwind Labs raises $40M", "Southwind Labs raises $40M"),
    ("version", "神舟二十号发射成功", "神舟二十一号发射成功"),
]


@pytest.mark.parametrize(("mark", "one", "other"), APART)
def test_what_separates_two_events(mark: str, one: str, other: str) -> None:
    assert not same(one, other)
    if mark != "tier":
        assert same_story(story(one), story(other)).reason == f"other {mark}"


JOINED = [
    ("OpenAI acquires Windsurf for $3 billion", "OpenAI to buy Windsurf in $3B deal", "OpenAI 以 30 亿美元收购 Windsurf"),
    ("DeepSeek 开源 V4 模型,推理成本下降 70%", "深度求索开源 V4,推理成本降七成"),
    ("英伟达发布 Rubin 架构 GPU", "NVIDIA 推出 Rubin 架构 GPU"),
    ("微軟裁員 9000 人", "微软宣布裁减 9,000 个岗位", "Microsoft lays off 9,000 employees"),
    ("星河智算完成 5 亿元 B 轮融资", "星河智算宣布完成B轮融资，金额5亿元"),
    ("辰光半导体融资近百亿", "辰光半导体完成 98 亿元融资"),
    ("欧盟对谷歌罚款 29.5 亿欧元", "谷歌被欧盟开出近 30 亿欧元罚单"),
    ("Quillon to cut a fifth of its workforce", "Quillon lays off 20% of staff"),
    ("美联储降息 25 个基点", "Fed cuts rates by a quarter point"),
    ("Lumen Robotics raises $120 million Series B", "Robotics startup Lumen Robotics lands $120M in Series B funding"),
]


@pytest.mark.parametrize("titles", JOINED)
def test_what_joins_across_words_and_languages(titles: tuple[str, ...]) -> None:
    for one, other in combinations(titles, 2):
        assert same(one, other)
        assert set(keys(story(one))) & set(keys(story(other)))


def pairs(*splits: str) -> list[tuple[bool, StoryPrint, StoryPrint]]:
    with PAIRS.open(encoding="utf-8", newline="") as file:
        rows = csv.reader((line for line in file if not line.startswith("#")), delimiter="\t")
        filled = ([*row, "", ""][:6] for row in rows if row[0] in splits)
        return [(row[1] == "1", story(row[2], row[4]), story(row[3], row[5])) for row in filled]


# The floors are a little under what was measured (docs/stories.md has the figures), so that a step back shows.
@pytest.mark.parametrize(
    ("split", "precision", "recall", "folded"),
    [
        ("tune", 0.98, 0.94, 0.73),
        ("held", 0.98, 0.94, 0.86),
        ("opened", 0.99, 0.88, 0.69),
        ("final", 0.99, 0.81, 0.59),
        ("later", 0.97, 0.86, 0.72),
        ("grown", 0.98, 0.86, 0.61),
        ("unseen", 0.98, 0.84, 0.53),
        ("fresh", 0.98, 0.82, 0.67),
    ],
)
def test_figures_on_the_labelled_pairs(split: str, precision: float, recall: float, folded: float) -> None:
    judged = [(truth, same_story(one, other)) for truth, one, other in pairs(split)]
    same, found = sum(truth for truth, _ in judged), sum(verdict.same for _, verdict in judged)
    hits = sum(truth and verdict.same for truth, verdict in judged)
    sure = sum(truth and verdict.sure for truth, verdict in judged)
    wrong = sum(verdict.sure and not truth for truth, verdict in judged)
    print(
        f"{split:7} {len(judged)} pairs: precision {hits / found:.3f}, recall {hits / same:.3f}, sure {sure / same:.3f}, sure and wrong {wrong}"
    )
    assert hits / found >= precision
    assert hits / same >= recall
    assert sure / same >= folded
    assert not wrong


def test_an_index_of_keys_finds_nearly_all_pairs() -> None:
    labelled = [(one, other) for truth, one, other in pairs("tune", "opened", "held", "final") if truth]
    found = sum(bool(set(keys(one)) & set(keys(other))) for one, other in labelled)
    assert found / len(labelled) >= 0.95
    assert max(len(keys(print_)) for pair in labelled for print_ in pair) <= 32


def test_the_same_words_a_week_later_are_another_event() -> None:
    title = "OpenAI 发布 GPT-6"
    first = story(title, published=NOW)
    assert same_story(first, story(title, published=NOW + timedelta(days=2))).same
    assert same_story(first, story(title, published=NOW + timedelta(days=8))).reason == "other time"


def test_a_sum_in_the_first_lines_joins_but_does_not_separate() -> None:
    text = "星河智算今日宣布完成新一轮融资，金额 5 亿元，投后估值 40 亿元，员工 312 人。"
    one, other = story("星河智算完成 5 亿元融资", text), story("星河智算获投资方青睐", text)
    assert "amount" in same_story(one, other).reason
    verdict = same_story(one, story("星河智算完成融资", "公司去年融资 2 亿元。"))
    assert not verdict.reason.startswith("other")


def test_the_first_sentence_explains_a_headline_that_does_not_say_what_happened() -> None:
    told = "启川智能今日宣布完成 50 亿元 D 轮融资，由国家基金领投。"
    plain = story("启川智能完成 50 亿元 D 轮融资")
    assert same_story(story("国产大模型独角兽拿下巨资", told), plain).same
    assert not same_story(story("国产大模型独角兽拿下巨资", told.replace("启川智能", "北斗智言")), plain).same


def test_the_first_sentence_parts_two_headlines_that_could_stand_over_both() -> None:
    title, told = "启川智能完成新一轮融资", "启川智能完成 50 亿元 D 轮融资，投后估值 320 亿元。"
    verdict = same_story(story(title, told), story(title, "启川智能宣布完成 12 亿元 C 轮融资，投后估值 150 亿元。"))
    assert verdict.reason == "other round in the text"
    assert same_story(story(title, told), story(title, told)).sure


def test_boilerplate_figures_do_not_join_two_matters_of_one_company() -> None:
    text = "云栈科技成立于 2019 年，员工 1312 人，去年营收 8.4 亿元，客户续约率 93%。"
    assert not same_story(story("云栈科技发布客服系统", text), story("云栈科技发布质检机器人", text)).same


def test_a_name_that_is_a_common_word_wants_its_own_writing() -> None:
    assert "arm" in story("Arm unveils a new chip").words["companies"]
    assert "arm" not in story("Startup unveils a robot arm").words["companies"]


def test_a_verdict_says_why() -> None:
    verdict = same_story(story("OpenAI acquires Windsurf for $3 billion"), story("OpenAI 以 30 亿美元收购 Windsurf"))
    assert verdict.reason == "actor, act, name, sum"
    assert verdict.score >= 5


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_headline_has_a_print_and_any_two_a_verdict(one: str, other: str) -> None:
    first, second = story(one), story(other)
    assert same_story(first, second).same == same_story(second, first).same
    assert all(isinstance(key, str) for key in keys(first))
