"""A rule on trial: what it would have alerted on, and what another version would."""

from dataclasses import replace

import pytest

from crawler.record import Record
from jobs.config.load import Config
from jobs.services.lookup import Unknown
from jobs.services.trials import trial
from storage.archive import articles
from storage.db.database import Database
from storage.rules.parser import QueryError
from tests.archive import CONFIG, HOUR, NOW, fill, survives_json


def tried(db: Database, name: str | None, query: str | None = None, against: str | None = None, **more: object) -> trial.Trial:
    asked = trial.asked(CONFIG, name, query, against)
    found = db.read(lambda s: trial.trial(s, CONFIG, asked, **more))  # type: ignore[arg-type]
    assert survives_json(found)
    return found


def test_a_rule_is_tried_as_it_is_configured(db: Database) -> None:
    found = tried(fill(db), "models")
    assert (found.rule, found.records, found.matches, found.difference) == ("models", 7, 3, None)
    assert sorted(alert.record for alert in found.alerts) == [1, 5, 7]
    assert found.messages == {"desk": 3}
    assert (found.noise[0].source, found.noise[0].matches, found.noise[0].alerts) == ("江湾晚报", 3, 3)
    assert {one.term for alert in found.alerts for one in alert.matched} == {"大模型"}


@pytest.mark.parametrize(("fold", "told"), [("likely", [1]), ("events", [1, 2]), ("off", [1, 2, 3])])
def test_what_only_probably_tells_a_story_is_an_alert_as_the_rule_has_it(db: Database, fold: str, told: list[int]) -> None:
    news = ("恒晶微电子11月24日在合肥宣布，其HBM3E存储芯片进入量产，良率达到78%，首批产品将供应国内三家服务器厂商。",
            "高带宽内存长期被海外垄断。本周二，合肥企业恒晶微电子说，HBM3E已经开始批量生产，良率78%，最先拿到货的是三家服务器厂。")  # fmt: skip
    for number, (title, text) in enumerate((("恒晶微电子量产HBM3E", news[0]), *[("合肥造出高带宽内存", news[1])] * 2)):
        one = Record(title, f"https://n.example/{number}", text, source="s", published=NOW)
        db.write_now(lambda s, one=one: articles.store(s, one, key=one.link, now=NOW))
    rule = {"name": "chips", "query": "HBM3E", "channels": ["desk"], "stories": fold}
    config = Config.model_validate({"rules": [rule], "channels": [{"name": "desk", "url": "console://"}]})
    found = db.read(lambda s: trial.trial(s, config, trial.asked(config, "chips", None)))
    assert sorted(alert.record for alert in found.alerts) == told


@pytest.mark.parametrize("query", ["大模型", "大模型 NOT 工厂", "near(大模型, 上海, 30)", "title:大模型 OR LLM"])
def test_without_evidence_it_is_the_same(db: Database, query: str) -> None:
    fill(db)
    told, bare = tried(db, None, query, "天气"), tried(db, None, query, "天气", evidence=False)
    assert bare == replace(told, alerts=tuple(replace(alert, matched=()) for alert in told.alerts))
    assert all(alert.matched for alert in told.alerts)


def test_a_query_in_the_place_of_a_rule_has_its_sources(db: Database) -> None:
    fill(db)
    assert {alert.record for alert in tried(db, "local", "大模型 OR LLM").alerts} == {1, 5, 7}
    assert {alert.record for alert in tried(db, None, "大模型 OR LLM").alerts} == {1, 2, 5, 6, 7}


def test_what_is_before_the_period_is_not_looked_at(db: Database) -> None:
    assert tried(fill(db), None, "大模型", since=NOW - 3 * HOUR).records == 3


def test_the_difference_names_what_only_one_of_two_queries_matches(db: Database) -> None:
    difference = tried(fill(db), None, "大模型 NOT 工厂", "大模型 NOT 招聘").difference
    assert difference is not None
    sides = (difference.only_in_new, difference.only_in_old, difference.in_both)
    assert [[row[0] for row in side.records] for side in sides] == [[2], [5], [7, 1]]
    assert [side.count for side in sides] == [1, 1, 2]


def test_a_side_counts_what_it_does_not_name(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "MAX_LISTED", 1)
    difference = tried(fill(db), None, "大模型", "天气").difference
    assert difference is not None
    assert (difference.only_in_new.count, len(difference.only_in_new.records)) == (4, 1)


def test_a_rule_that_is_not_there_and_a_query_that_is_none_are_told() -> None:
    with pytest.raises(Unknown, match="no rule 'x'; there are: models, local"):
        trial.asked(CONFIG, "x", None)
    with pytest.raises(QueryError):
        trial.asked(CONFIG, None, "(大模型")
