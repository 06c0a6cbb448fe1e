"""Words that a model chose say no more than the sentence they are for."""

import pytest

from crawler.grounding.wording import says_no_more

SENTENCE = "澜石机器人6月2日宣布，拟以12亿元收购影像公司“明瞳”，交易尚需批准。"
BUILTIN = "澜石机器人拟以12亿元收购影像公司“明瞳”"
PLAIN = "澜石机器人收购影像公司“明瞳”。"
ENGLISH = "Halden denied on Tuesday that it was in talks to buy Orsova for $40 million."


@pytest.mark.parametrize(
    ("value", "sentence", "builtin", "holds"),
    [
        ("澜石机器人拟收购“明瞳”", SENTENCE, BUILTIN, True),
        ("澜石机器人收购“明瞳”", SENTENCE, BUILTIN, False),
        ("澜石机器人拟以13亿元收购“明瞳”", SENTENCE, BUILTIN, False),
        ("澜石机器人拟收购“晨星”", SENTENCE, BUILTIN, False),
        ("澜石机器人6月3日拟收购“明瞳”", SENTENCE, BUILTIN, False),
        ("微软拟收购“明瞳”", SENTENCE, BUILTIN, False),
        ("Halden denies it is in talks to buy Orsova", ENGLISH, "Halden denied that it was in talks to buy Orsova", True),
        ("Halden buys Orsova", ENGLISH, "Halden denied that it was in talks to buy Orsova", False),
        ("Halden denies talks to buy Fieldbrook", ENGLISH, "Halden denied that it was in talks to buy Orsova", False),
        ("Halden denies talks on Friday", ENGLISH, "Halden denied that it was in talks to buy Orsova", False),
        ("Halden to buy Orsova at orsova.example", ENGLISH, "Halden denied that it was in talks to buy Orsova", False),
        ("Halden 否认收购 Orsova", ENGLISH, "Halden denied that it was in talks to buy Orsova", False),
        ("澜石机器人未收购“明瞳”", PLAIN, PLAIN, False),
        ("澜石机器人拟收购“明瞳”", PLAIN, PLAIN, False),
        ("Halden has not bought Orsova", "Halden bought Orsova on Tuesday.", "Halden bought Orsova", False),
        ("Halden may buy Orsova", "Halden bought Orsova on Tuesday.", "Halden bought Orsova", False),
        ("OpenAI launches a model", "OpenAI 发布新的大模型。", "OpenAI 发布新的大模型", False),
        ("OpenAI lanza un modelo 大模型", "OpenAI 发布新的大模型。", "OpenAI 发布新的大模型", False),
        ("OpenAI 发布大模型 https://evil.example/x", "OpenAI 发布新的大模型。", "OpenAI 发布新的大模型", False),
        ("OpenAI 发布大模型", "OpenAI 发布新的大模型。", "OpenAI 发布新的大模型", True),
        ("澜石机器人不断收购", "澜石机器人接连收购影像公司。", "澜石机器人接连收购影像公司", True),
        ("Halden denies talks\x1b[31m", ENGLISH, "Halden denied that it was in talks to buy Orsova", False),
    ],
)
def test_language_figures_names_days_plans_and_denials_are_those_of_the_sentence(
    value: str, sentence: str, builtin: str, holds: bool
) -> None:
    assert says_no_more(value, sentence, builtin) is holds
