"""What is called wrong changes nothing by itself: it is counted, leads to a proposal that was tried, and is kept as data to measure by."""

from datetime import timedelta
from pathlib import Path

import pytest

from crawler.record import Fact, Record
from jobs.config.load import Config, load
from jobs.services import configuration
from jobs.services.archive import stories
from jobs.services.configuration import Edited
from jobs.services.lookup import Unknown
from jobs.services.readers import people, reading, verdicts
from jobs.services.readers.verdicts import VerdictError
from storage.alerts.raise_alerts import AlertDraft
from storage.archive import articles, queries
from storage.db.database import Database
from storage.people import accounts
from storage.people.accounts import NOBODY, Person
from tests.archive import NOW, survives_json

YAML = """\
timezone: UTC
sources:
  - name: wire
    url: https://wire.example/feed
rules:
  - name: robots   # 机器人
    query: 机器人 OR robot
    channels: [desk]
    should_match: ["机器人进港"]
  - name: words
    keywords: [自动驾驶, "driverless"]
    channels: [desk]
channels:
  - name: desk
    url: console://
"""
ROBOTS = (
    ("扫地机器人大促销", "商场的扫地机器人今天打折，满千减百，只限本周。", ("促销", "扫地机器人")),
    ("机器人进港值夜班", "十二台巡检机器人开始在三号码头值夜班。", ("港口", "巡检")),
    ("机器人论文入选", "一篇讲机器人抓取的论文入选年会。", ("论文",)),
    ("擦窗机器人换季促销", "擦窗机器人换季促销，配件打包价。", ("促销",)),
    ("A robot for the orchard", "The robot picks pears at night and never bruises one.", ("pears",)),
)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "config.yaml").write_text(YAML, "utf-8")
    return load(tmp_path / "config.yaml", {})


def fill(db: Database) -> None:
    for number, (title, text, keywords) in enumerate(ROBOTS):
        at = NOW - timedelta(hours=number)
        facts = tuple(
            Fact("keyword", word, word, "page", text.find(word), text.find(word) + len(word)) for word in keywords if word in text
        )
        record = Record(
            title, f"https://wire.example/{number}", text, keywords=keywords, facts=facts, source="wire", published=at
        )
        db.write_now(lambda s, r=record: articles.store(s, r, key=r.link, now=NOW))  # type: ignore[misc]


def me(db: Database) -> Person:
    return db.read(people.whose)


def say(db: Database, config: Config, about: str, record: int, **more: object) -> verdicts.Verdict:
    return db.write_now(lambda s: verdicts.say(s, config, me(db), about, record, now=NOW, **more))  # type: ignore[arg-type]


def propose(db: Database, config: Config, number: int) -> verdicts.Proposal:
    return db.read(lambda s: verdicts.propose(s, config, number, NOW))


def test_a_wrong_match_leads_to_not_terms_that_were_tried_the_one_that_costs_least_first(db: Database, config: Config) -> None:
    fill(db)
    also = say(db, config, "match", 4, rule="robots")
    said = say(db, config, "match", 1, rule="robots", note="nobody asked\nfor sales")
    found = propose(db, config, said.id)
    assert survives_json(found)
    assert (found.matches, said.note) == (5, "nobody asked for sales")
    assert [(one.term, one.count, one.wrong) for one in found.terms] == [('"促销"', 1, 1), ('"扫地机器人"', 0, 0)]
    assert found.terms[0].records == ((4, "擦窗机器人换季促销"),)
    assert db.read(verdicts.listed)[0] == also


def test_a_term_of_a_field_that_the_rule_does_not_look_in_is_tried_on_all_that_have_it(db: Database, config: Config) -> None:
    for number, industries in enumerate((("仓储",), ("仓储", "港口"), ("农业",)), 1):
        record = Record(
            f"机器人第{number}号入库",
            f"https://wire.example/i{number}",
            "记录。",
            industries=industries,
            source="wire",
            published=NOW,
        )
        db.write_now(lambda s, r=record: articles.store(s, r, key=r.link, now=NOW))  # type: ignore[misc]
    verdict = say(db, config, "match", 1, rule="robots")
    [term] = [one for one in propose(db, config, verdict.id).terms if one.term == 'industry:"仓储"']
    assert (term.count, [number for number, _ in term.records]) == (1, [2])


def test_the_change_that_is_proposed_can_be_made_and_says_what_it_was_for(db: Database, config: Config, tmp_path: Path) -> None:
    fill(db)
    said = say(db, config, "match", 1, rule="robots")
    edit = verdicts.edit_of(config, propose(db, config, said.id), '"促销"')
    path = tmp_path / "config.yaml"
    done = configuration.edit(path, [edit], {})
    assert isinstance(done, Edited), done
    new = next(rule for rule in load(path, {}).rules if rule.name == "robots")
    assert (new.query, new.should_not_match) == ('(机器人 OR robot) NOT "促销"', ("扫地机器人大促销",))
    assert "# 机器人" in path.read_text("utf-8")
    with pytest.raises(VerdictError, match="not among"):
        verdicts.edit_of(config, propose(db, config, said.id), '"港口"')


def test_a_rule_of_keywords_becomes_one_of_a_query(db: Database, config: Config, tmp_path: Path) -> None:
    at = NOW - timedelta(hours=1)
    for number, (title, words) in enumerate(
        (("Driverless shuttles at the fair", ("fair",)), ("Driverless trucks reach the port", ("port",)))
    ):
        record = Record(
            title, f"https://wire.example/d{number}", f"{title} this week.", keywords=words, source="wire", published=at
        )
        db.write_now(lambda s, r=record: articles.store(s, r, key=r.link, now=NOW))  # type: ignore[misc]
    found = propose(db, config, say(db, config, "match", 1, rule="words").id)
    edit = verdicts.edit_of(config, found, '"fair"')
    assert isinstance(configuration.edit(tmp_path / "config.yaml", [edit], {}), Edited)
    rule = load(tmp_path / "config.yaml", {}).rules[1]
    assert (rule.keywords, rule.query_text()) == ((), '("自动驾驶" OR "driverless") NOT "fair"')


def test_a_term_that_would_leave_nothing_or_has_no_words_to_show_is_honest(db: Database, config: Config) -> None:
    fill(db)
    found = propose(db, config, say(db, config, "match", 5, rule="robots").id)
    assert {one.term: one.example for one in found.terms} == {'"pears"': "A robot for the orchard pears"}
    assert all(one.term != 'source:"wire"' for one in found.terms)  # all matches are of that source


def two(db: Database) -> tuple[int, int]:
    """An alert, and an article that was folded into it."""
    body = "澄湖智能周二宣布完成 3.7 亿元 B 轮融资，由远山资本领投，资金用于巡检机器人在港口的量产，公司现有员工 214 人。"
    ids = []
    for number, text in enumerate((body, f"本报讯 {body}")):
        record = Record("澄湖智能完成 3.7 亿元 B 轮融资", f"https://n{number}.example/", text, source=f"n{number}", published=NOW)
        drafts = [AlertDraft("robots", "v1", ("desk",), {"record": {}, "matched": []})]
        ids.append(db.write_now(lambda s, r=record, d=drafts: articles.store(s, r, key=r.link, alerts=d, now=NOW)).article_id)  # type: ignore[misc]
    return ids[0], ids[1]


def test_a_wrong_fold_is_set_apart_when_somebody_says_so_and_the_alert_is_raised(db: Database, config: Config) -> None:
    one, other = two(db)
    said = say(db, config, "fold", other)
    assert (said.other, len(db.read(queries.alerts))) == (one, 1)
    done = db.write_now(lambda s: verdicts.apply(s, said.id, NOW))
    assert isinstance(done, stories.Split)
    assert (done.records, len(db.read(queries.alerts))) == ((other,), 2)
    assert db.read(verdicts.listed)[0].settled == "applied"
    with pytest.raises(VerdictError, match="settled before"):
        db.write_now(lambda s: verdicts.apply(s, said.id, NOW))
    again = say(db, config, "split", other, other=one)
    assert isinstance(db.write_now(lambda s: verdicts.apply(s, again.id, NOW)), stories.Joined)
    assert db.read(lambda s: reading.entry(s, me(db), one)).others == 1


def test_a_fold_can_be_called_wrong_from_either_side(db: Database, config: Config) -> None:
    one, other = two(db)
    said = say(db, config, "fold", one, other=other)
    assert db.write_now(lambda s: verdicts.apply(s, said.id, NOW)).records == (other,)


def test_what_is_told_as_one_is_no_split_and_what_is_told_apart_no_fold(db: Database, config: Config) -> None:
    one, other = two(db)
    fill(db)
    for about, record, more in (
        ("split", one, {"other": other}),
        ("fold", one, {"other": 3}),
        ("fold", one, {}),
        ("split", one, {}),
    ):
        with pytest.raises(VerdictError):
            say(db, config, about, record, **more)


def test_a_wrong_value_is_counted(db: Database, config: Config) -> None:
    fill(db)
    for record in (1, 4):
        said = say(db, config, "field", record, value="keyword:促销")
    assert propose(db, config, said.id).count == 2
    assert said.sample["facts"][0]["quote"] == "促销"
    assert [(one.about, one.what, one.count) for one in db.read(verdicts.tallies)] == [("field", "keyword:促销", 2)]
    with pytest.raises(VerdictError, match="not settled by itself"):
        db.write_now(lambda s: verdicts.apply(s, said.id, NOW))
    db.write_now(lambda s: verdicts.settle(s, said.id, applied=False, now=NOW))
    assert db.read(lambda s: verdicts.listed(s, 4))[0].settled == "dismissed"


@pytest.mark.parametrize(
    ("about", "more"),
    [
        ("nonsense", {}),
        ("match", {}),
        ("field", {}),
        ("field", {"value": "mood:good"}),
        ("field", {"value": "keyword:" + "x" * 300}),
    ],
)
def test_what_cannot_be_called_wrong_is_refused(db: Database, config: Config, about: str, more: dict[str, str]) -> None:
    fill(db)
    with pytest.raises(VerdictError):
        say(db, config, about, 1, **more)


def test_what_is_not_there_cannot_be_called_wrong(db: Database, config: Config) -> None:
    fill(db)
    for record, rule in ((99, "robots"), (1, "gone")):
        with pytest.raises(Unknown):
            say(db, config, "match", record, rule=rule)


def test_labelled_data_says_what_would_have_been_right_and_not_who_said_so(db: Database, config: Config) -> None:
    fill(db)
    lin = db.write_now(lambda s: people.add(s, NOBODY, "Wenqi", password="seven herons 过桥", role="owner", now=NOW))
    db.write_now(lambda s: verdicts.say(s, config, lin, "match", 1, rule="robots", now=NOW))
    say(db, config, "split", 1, other=4)
    say(db, config, "field", 1, value="industry:零售")
    db.write_now(lambda s: accounts.remove(s, lin.id, NOW))
    lines = db.read(lambda s: list(verdicts.labelled(s)))
    assert [line["about"] for line in lines] == ["match", "split", "field"]
    assert (lines[0]["match"], lines[0]["query"], lines[0]["record"]["title"]) == (False, "机器人 OR robot", "扫地机器人大促销")
    assert lines[0]["matched"][0]["quote"]
    assert (lines[1]["same_event"], lines[1]["other"]["title"]) == (True, "擦窗机器人换季促销")
    assert (lines[2]["correct"], lines[2]["facts"]) == (False, [])
    assert "Wenqi" not in str(lines)
