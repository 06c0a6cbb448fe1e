"""Mentions and volumes: written with the article, moved and deleted with it, and the same in both languages."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from crawler.record import Company, Record
from storage.archive import articles, concepts, derived, mentioned, pruning, search
from storage.db.database import Database
from storage.db.models import article, mention, volume
from storage.rules.parser import parse

NOW = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
ZH = Record(
    "海港公司用大语言模型质检", "zh", "海港公司周二说，用大语言模型质检。", ai_technologies=("大语言模型",), industries=("智能制造",), language="zh-CN",
    companies=(Company("英伟达", "actor"), Company("某某公司")), published=NOW,
)  # fmt: skip
EN = Record(
    "Dock firm checks parts by language model", "en", "The firm said so on Tuesday.", ai_technologies=("large language model",),
    companies=(Company("Nvidia"),), language="en", published=NOW,
)  # fmt: skip


def put(db: Database, *rows: Record) -> list[int]:
    return db.write_now(lambda s: [articles.store(s, row, key=row.link, now=NOW).article_id for row in rows])


def days(db: Database, kind: str, name: str) -> list[tuple[int, int, int]]:
    def ask(session: Session) -> list[tuple[int, int, int]]:
        number = concepts.find(session, kind, name)
        kept = (
            select(volume.c.day, volume.c.records, volume.c.stories).where(volume.c.concept_id == number).order_by(volume.c.day)
        )
        return list(map(tuple, session.execute(kept)))

    return db.read(ask)


def agree(session: Session) -> bool:
    """Index, mentions and volumes are what the articles say."""
    return derived.check(session) == []


def test_both_languages_mention_one_concept(db: Database) -> None:
    put(db, ZH, EN)
    assert days(db, "technology", "大语言模型") == days(db, "technology", "Large Language Model") == [(20261124, 2, 2)]
    assert days(db, "company", "英伟达") == [(20261124, 2, 2)]
    assert days(db, "company", "某某公司") == [(20261124, 1, 1)]
    assert days(db, "language", "zh") == [(20261124, 1, 1)]
    assert days(db, *mentioned.ALL) == [(20261124, 2, 2)]
    assert days(db, "company", "百度") == []
    acts = db.read(
        lambda s: s.scalars(select(mention.c.acts).where(mention.c.concept_id == concepts.find(s, "company", "Nvidia"))).all()
    )
    assert sorted(acts) == [False, True]


def test_a_query_for_a_concept_finds_both_languages(db: Database) -> None:
    put(db, ZH, EN)
    for written in ("tech:大语言模型", 'tech:"large language model"', "技术:LLM", "公司:英伟达", "company:Nvidia"):
        found = db.read(lambda s, q=written: search.search(s, parse(q), now=NOW))
        assert {record.link for record in found.records} == {"zh", "en"}, written
    assert db.read(lambda s: search.search(s, parse("company:某某公司"), now=NOW)).about == 1


def test_the_articles_of_one_story_are_counted_as_one(db: Database) -> None:
    put(db, ZH, replace(ZH, link="copy"))
    assert days(db, "company", "英伟达") == [(20261124, 2, 1)]


def test_a_changed_article_mentions_what_it_says_now(db: Database) -> None:
    put(db, ZH)
    put(db, replace(ZH, text="海港公司更正说，用的是小模型。", ai_technologies=("小模型",), published=NOW - timedelta(days=1)))
    assert days(db, "technology", "大语言模型") == []
    assert days(db, "technology", "小模型") == [(20261123, 1, 1)]
    assert db.read(agree)


def test_what_is_deleted_is_not_mentioned(db: Database) -> None:
    put(db, ZH, replace(EN, published=NOW - timedelta(days=400)))
    db.write_now(lambda s: pruning.prune(s, NOW - timedelta(days=300)))
    assert days(db, "technology", "大语言模型") == [(20261124, 1, 1)]
    assert days(db, "language", "en") == []
    assert db.read(agree)


def test_an_article_given_to_another_story_counts_there(db: Database) -> None:
    one, two = put(db, ZH, EN)
    db.write_now(lambda s: concepts.move(s, [two], one))
    assert days(db, "technology", "大语言模型") == [(20261124, 2, 1)]
    db.write_now(lambda s: concepts.move(s, [two], two))
    assert days(db, "technology", "大语言模型") == [(20261124, 2, 2)]
    assert db.read(agree)


def test_days_are_those_of_the_operators_zone(db: Database) -> None:
    assert db.write_now(lambda s: derived.settle(s, "Asia/Shanghai")) is False
    put(db, ZH)
    assert db.write_now(lambda s: derived.settle(s, "Asia/Shanghai")) is False
    put(db, replace(EN, published=NOW))
    assert days(db, "language", "en") == [(20261125, 1, 1)]
    assert db.write_now(lambda s: derived.settle(s, "America/New_York")) is True
    derived.advance(db)
    assert days(db, *mentioned.ALL) == [(20261124, 2, 2)]
    assert db.read(agree)


@pytest.mark.parametrize(("zone", "anew", "day"), [("Asia/Shanghai", True, 20261125), ("UTC", False, 20261124)])
def test_what_was_counted_before_a_zone_was_known_is_counted_in_it(db: Database, zone: str, anew: bool, day: int) -> None:
    put(db, replace(EN, published=NOW))
    assert days(db, "language", "en") == [(20261124, 1, 1)]
    assert db.write_now(lambda s: derived.settle(s, zone)) is anew
    derived.advance(db)
    assert days(db, "language", "en") == [(day, 1, 1)]
    assert db.write_now(lambda s: derived.settle(s, zone)) is False


def test_old_articles_are_given_their_companies(db: Database) -> None:
    (number,) = put(db, replace(ZH, companies=()))
    db.write_now(lambda s: s.execute(update(article).values(companies=None)) and derived.restart(s, "UTC"))
    derived.advance(db, lambda record: replace(record, companies=(Company("英伟达"),)))
    assert days(db, "company", "Nvidia") == [(20261124, 1, 1)]
    found = db.read(lambda s: search.search(s, parse("company:Nvidia"), now=NOW))
    assert [(record.id, record.companies) for record in found.records] == [(number, (Company("英伟达"),))]


def test_a_check_tells_what_does_not_agree(db: Database) -> None:
    put(db, ZH, EN)
    assert db.read(agree)
    db.write_now(lambda s: s.execute(update(volume).values(stories=7)))
    assert db.read(derived.check)[0].startswith("days on which volumes and mentions differ")
    db.write_now(lambda s: s.execute(delete(mention)))
    assert db.read(derived.check)[0] == "articles whose mentions are not theirs: 2"
    db.write_now(lambda s: s.execute(text("UPDATE article SET title = 'other words' WHERE link = 'en'")))
    assert "the index of words" in db.read(derived.check)[0]
    db.write_now(lambda s: derived.restart(s, "UTC"))
    assert derived.advance(db) == 2
    assert db.read(agree)


def test_an_article_that_changes_while_it_is_worked_out_comes_in_as_it_is(db: Database) -> None:
    put(db, ZH, EN)
    db.write_now(lambda s: derived.restart(s, "UTC"))
    db.write_now(lambda s: s.execute(update(article).values(companies=None)))

    def meanwhile(record: Record) -> Record:
        if record.link == "zh":
            put(db, replace(ZH, text="改成了另外一篇正文。", ai_technologies=("小模型",)))
        return record

    assert derived.advance(db, meanwhile) == 2
    assert days(db, "technology", "小模型") == [(20261124, 1, 1)]
    assert db.read(agree)
