"""The first configuration: whatever is chosen, the file is one that Zhixun takes, with comments in the chosen language."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.i18n import language, speak
from crawler.record import Record
from jobs.config.load import load, warnings
from jobs.services.configuration import Refused
from jobs.services.first_hour import first_steps
from jobs.services.first_hour.first_steps import Choices, Written
from jobs.services.lookup import Unknown
from jobs.services.sourcing.catalogue import catalogue
from storage.rules.ruleset import search

NOW = datetime(2026, 11, 24, tzinfo=UTC)
HOOK = "webhook+https://hooks.example/a?secret=0123456789abcdef"


def written(folder: Path, choices: Choices) -> tuple[Written | Refused, Path]:
    path = folder / "config.yaml"
    return first_steps.write(path, choices, {}), path


@pytest.mark.parametrize("tongue", ["zh", "en"])
@pytest.mark.parametrize("topics", [(), ("大语言模型",), ("llm", "healthcare", "Autonomous Driving")])
@pytest.mark.parametrize("words", [(), ("GPT-6", "星河智算", 'the "Lamp" model', "C++", "@labs")])
def test_whatever_is_chosen_becomes_a_configuration(tmp_path: Path, tongue, topics, words) -> None:
    picked = tuple(map(first_steps.topic, topics))
    sources = tuple(each.listed.name for each in first_steps.proposals(tongue, picked, words) if each.ticked)
    answer, path = written(tmp_path, Choices(tongue, picked, words, sources, HOOK))
    assert isinstance(answer, Written)
    config = load(path, {})
    assert [row.name for row in config.sources] == list(sources)
    assert len(config.rules) == len(answer.rules) == max(1, len(topics) + bool(words))
    assert all(rule.channels == ("webhook",) for rule in config.rules)
    assert warnings(config, NOW) == []
    assert config.alerts.first_poll == 5
    assert ("# 来源" in path.read_text("utf-8")) == (tongue == "zh")
    assert path.stat().st_mode & 0o777 == 0o600


def test_every_comment_is_in_the_chosen_language_and_the_callers_stays() -> None:
    speak("en")
    comments = [line for line in first_steps.text_of(Choices("zh")).splitlines() if line.startswith("# ")]
    assert comments
    assert all(any("\u4e00" <= ch <= "\u9fff" for ch in line) for line in comments)
    assert language() == "en"


def test_a_file_that_is_there_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("sources: []\n", "utf-8")
    assert isinstance(first_steps.write(path, Choices(), {}), Written)
    assert load(path, {}).rules[0].name == "AI news"


def test_what_is_no_configuration_is_not_written(tmp_path: Path) -> None:
    answer, path = written(tmp_path, Choices(channel="feishu://"))
    assert isinstance(answer, Refused)
    assert answer.mistakes
    assert not path.exists()


def test_a_topic_goes_by_its_id_and_by_each_of_its_names() -> None:
    assert {first_steps.topic(name).name.id for name in ("llm", "大语言模型", "Large Language Models", "大語言模型")} == {"llm"}
    assert first_steps.topic("医疗健康").kind == first_steps.topic("healthcare").kind == "industry"
    with pytest.raises(Unknown, match="humanoid robot"):
        first_steps.topic("humanoid robbot")
    with pytest.raises(Unknown, match="no topic"):
        first_steps.topic("猫")


def test_every_suggested_topic_is_one_of_the_taxonomy_in_both_languages() -> None:
    for each in first_steps.suggested():
        assert first_steps.topic(each.name.zh) == first_steps.topic(each.name.en) == each


def test_a_topics_rule_finds_it_under_the_name_of_the_other_language(tmp_path: Path) -> None:
    _, path = written(tmp_path, Choices("zh", (first_steps.topic("llm"),)))
    config = load(path, {})
    record = Record("A title", "https://a.example/", "Text.", ai_technologies=("large language model",))
    assert search(config.query_of(config.rules[0]), record) is not None


def test_sources_of_the_language_are_ticked_and_those_that_a_word_names_come_first() -> None:
    offered = first_steps.proposals("en", (), ("量子位", "policy"))
    assert offered[0].listed.name == "qbitai"
    assert offered[0].fits == ("量子位",)
    ticked = [each.listed for each in offered if each.ticked and not each.fits]
    assert ticked
    assert all(listed.default and listed.language == "en" for listed in ticked)
    assert not any(each.ticked for each in offered if each.listed.needs_js)
    assert len(offered) == len(catalogue())
    assert next(each.rhythm for each in offered if each.listed.name == "arxiv-cs-ai") == "30 8-14/2 * * mon-fri"
