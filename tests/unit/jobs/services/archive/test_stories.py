"""A person's word on stories: what was folded is raised, once, and the pair is remembered."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from crawler.record import Record
from jobs.services.archive import stories
from storage.alerts import ledger
from storage.archive import articles, derived, queries
from storage.archive.articles import AlertDraft, Fold, Stored
from storage.db import models
from storage.db.database import Database
from storage.stories import by_hand

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
TEXT = "澄湖智能周二宣布完成 3.7 亿元 B 轮融资，由远山资本领投，资金用于巡检机器人在港口的量产，公司现有员工 214 人。"
COPY = f"本报讯 {TEXT}"


def draft(rule: str = "r", fold: Fold = "events") -> AlertDraft:
    return AlertDraft(rule, "v1", ("desk", "phone"), {"record": {"title": "frozen"}, "matched": []}, fold=fold)


def store(db: Database, number: int, title: str, text: str, *drafts: AlertDraft, hours: int = 0) -> Stored:
    at = NOW + timedelta(hours=hours)
    record = Record(title, f"https://site-{number}.example/{number}", text, source=f"s{number}", published=at)
    return db.write_now(lambda s: articles.store(s, record, key=record.link, alerts=drafts, now=at))


def folded(db: Database, *drafts: AlertDraft) -> tuple[Stored, Stored]:
    """Two articles, of which the second is folded into the alerts of the first."""
    first = store(db, 1, "澄湖智能完成 3.7 亿元 B 轮融资", TEXT, *drafts)
    second = store(db, 2, "澄湖智能完成 3.7 亿元 B 轮融资", COPY, *drafts, hours=3)
    assert (second.alerts_made, second.alerts_folded) == (0, len(drafts))
    return first, second


def raised(db: Database) -> list[tuple[int, int, int]]:
    """(record, story, how many others told it) of each alert."""
    return [(one.article_id, one.story, one.reprints) for one in sorted(db.read(queries.alerts), key=lambda one: one.id)]


def test_a_record_that_is_set_apart_raises_the_alerts_that_were_withheld(db: Database) -> None:
    first, second = folded(db, draft(), draft("other"))
    done = db.write_now(lambda s: stories.split_record(s, second.article_id, NOW))
    assert (done.records, len(done.alerts)) == ((second.article_id,), 2)
    assert raised(db) == [(1, first.story, 0)] * 2 + [(2, second.article_id, 0)] * 2
    rows = db.read(lambda s: s.execute(select(models.delivery.c.state).where(models.delivery.c.alert_id.in_(done.alerts))).all())
    assert [row.state for row in rows] == ["pending"] * 4
    assert db.read(lambda s: ledger.duplicates(s, [1, 2])) == []
    assert db.read(derived.check) == []


def test_an_alert_is_raised_once_however_often_one_asks(db: Database) -> None:
    _, second = folded(db, draft())
    db.write_now(lambda s: stories.split_record(s, second.article_id, NOW))
    with pytest.raises(stories.NoSuchStory, match="first of its story"):
        db.write_now(lambda s: stories.split_record(s, second.article_id, NOW))
    assert len(raised(db)) == 2


def test_all_that_was_folded_into_an_alert_is_set_apart_and_copies_of_one_text_stay_together(db: Database) -> None:
    folded(db, draft())
    third = store(db, 3, "澄湖智能完成 3.7 亿元 B 轮融资", f"{COPY}（编辑 周明）", draft(), hours=4)
    assert third.alerts_folded == 1
    done = db.write_now(lambda s: stories.split_alert(s, 1, NOW))
    assert set(done.records) == {2, 3}
    assert 1 <= len(done.alerts) <= 2
    assert raised(db)[0] == (1, 1, 0)


def test_what_was_folded_only_as_likely_is_raised_with_all_that_tell_it(db: Database) -> None:
    told = "恒晶微电子11月24日在合肥宣布，其HBM3E存储芯片进入量产，良率达到78%，首批产品将供应国内三家服务器厂商。"
    retold = (
        "高带宽内存长期被海外垄断。本周二，合肥企业恒晶微电子说，HBM3E已经开始批量生产，良率78%，最先拿到货的是三家服务器厂。"
    )
    for number, (title, text) in enumerate(
        (("恒晶微电子量产HBM3E", told), ("合肥造出高带宽内存", retold), ("合肥造出高带宽内存", retold)), 1
    ):
        store(db, number, title, text, draft(fold="likely"), hours=number)
    assert raised(db) == [(1, 1, 2)]
    done = db.write_now(lambda s: stories.split_record(s, 2, NOW))
    assert (done.records, len(done.alerts)) == ((2, 3), 1)
    assert raised(db) == [(1, 1, 0), (2, 2, 1)]
    with pytest.raises(stories.NoSuchStory, match="first of its story"):
        db.write_now(lambda s: stories.split_record(s, 2, NOW))
    joined = db.write_now(lambda s: stories.join(s, 1, 2, NOW))
    assert (joined.story, joined.records) == (1, (2, 3))
    store(db, 4, "合肥造出高带宽内存", retold, draft(), hours=4)
    assert len(raised(db)) == 2, "a person proved it"


def test_what_was_folded_as_a_reprint_is_raised_too(db: Database) -> None:
    _, second = folded(db, draft(fold="reprints"))
    assert len(db.write_now(lambda s: stories.split_record(s, second.article_id, NOW)).alerts) == 1


def test_a_pair_that_was_set_apart_is_remembered_and_a_third_article_that_fits_both_is_told(db: Database) -> None:
    _, second = folded(db, draft())
    db.write_now(lambda s: stories.split_record(s, second.article_id, NOW))
    assert db.read(lambda s: by_hand.said_of(s, [1, 2])) == {(1, 2): False}
    told = (
        "Chenghu Intelligence said on Tuesday it raised 370 million yuan in a Series B led by Yuanshan Capital for port robots."
    )
    third = store(db, 3, "Chenghu Intelligence raises 370 million yuan in Series B", told, draft(), hours=5)
    assert third.alerts_made == 1


def test_two_stories_that_a_person_joins_are_one_and_later_articles_are_folded_into_the_older_alert(db: Database) -> None:
    store(db, 1, "澄湖智能完成新一轮融资", "澄湖智能拿到一笔融资。", draft())
    store(db, 2, "远山资本押注港口机器人", TEXT, draft(), hours=1)
    done = db.write_now(lambda s: stories.join(s, 2, 1, NOW))
    assert (done.story, done.records) == (1, (2,))
    assert db.read(derived.check) == []
    assert db.read(lambda s: by_hand.said_of(s, [1, 2])) == {(1, 2): True}
    later = store(db, 3, "远山资本押注港口机器人", COPY, draft(), hours=2)
    assert (later.story, later.alerts_made) == (1, 0)


def test_a_rule_that_only_the_second_story_met_still_tells_it_once(db: Database) -> None:
    store(db, 1, "澄湖智能完成新一轮融资", "澄湖智能拿到一笔融资。")
    store(db, 2, "远山资本押注港口机器人", TEXT, draft(), hours=1)
    db.write_now(lambda s: stories.join(s, 1, 2, NOW))
    assert store(db, 3, "远山资本押注港口机器人", COPY, draft(), hours=2).alerts_made == 0


def test_what_is_not_there_is_said_in_a_sentence(db: Database) -> None:
    folded(db, draft())
    for ask, said in (
        (lambda s: stories.split_record(s, 99, NOW), "no record 99"),
        (lambda s: stories.split_record(s, 1, NOW), "name one of the others: 2"),
        (lambda s: stories.split_alert(s, 99, NOW), "nothing was folded"),
        (lambda s: stories.join(s, 1, 99, NOW), "no record 99"),
        (lambda s: stories.join(s, 1, 2, NOW), "one story already"),
    ):
        with pytest.raises(stories.NoSuchStory, match=said):
            db.write_now(ask)


CORRECTIONS = [
    (
        "Brightwell recalls 12,400 delivery robots over brakes",
        "Brightwell Motion is recalling 12,400 delivery robots in Canada after nine reports of failing brakes, it said on Monday.",
        "Correction: Brightwell recalls 1,240 delivery robots over brakes",
        "An earlier version gave a wrong figure. Brightwell Motion is recalling 1,240 delivery robots in Canada after nine reports of brakes.",
    ),
    (
        "传澄湖智能将被海川集团收购",
        "有消息称，海川集团正与澄湖智能洽谈收购，交易金额约 12 亿元。",
        "澄湖智能否认被海川集团收购：消息不实",
        "澄湖智能今日回应称，海川集团以约 12 亿元收购公司的消息不实。",
    ),
    (
        "Pinehollow says its AI grader cuts marking time by 41%",
        "Teachers who used Pinehollow's grader cut marking time by 41%, the firm said on Monday, citing a trial at 380 schools.",
        "Pinehollow承认有误：阅卷省时41%的说法不实",
        "Pinehollow 今日更正，称其 AI 阅卷在 380 所学校省时 41% 的说法有误，实际并无统计差异。",
    ),
]


@pytest.mark.parametrize(("title", "text", "then", "correction"), CORRECTIONS)
def test_a_correction_is_told_and_names_the_alert_that_it_corrects(
    db: Database, title: str, text: str, then: str, correction: str
) -> None:
    store(db, 1, title, text, draft())
    assert store(db, 2, then, correction, draft(), hours=4).alerts_made == 1
    [later] = db.read(lambda s: queries.alerts(s, follows=1))
    assert db.read(lambda s: queries.payload(s, later.id))["follows"] == {"alert": 1, "why": "correction"}
