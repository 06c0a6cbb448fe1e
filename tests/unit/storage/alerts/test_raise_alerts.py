"""One event, one alert a rule: what is folded, what is told again, what waits; and nothing vanishes."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from crawler.record import Found, Link, Record, Source
from storage.alerts import ledger, outbox
from storage.archive import articles, queries
from storage.archive.articles import AlertDraft, Cooldown, Stored, Updates
from storage.db import models
from storage.db.database import Database
from storage.queue import sources
from storage.stories import shared_keys
from tests.polling import claim, found

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
WINDSURF = ("OpenAI acquires Windsurf for $3 billion", "OpenAI 以 30 亿美元收购 Windsurf", "OpenAI to buy Windsurf in $3B deal")


def record(title: str, number: int = 0, text: str = "", **fields: Any) -> Record:
    link = f"https://site-{number}.example/{number}"
    return Record(title, link, text or own_text(number), source=f"s{number}", published=NOW, **fields)


def own_text(number: int) -> str:
    """A text that shares nothing with those of other numbers."""
    rng = random.Random(number)
    return "".join(chr(rng.randrange(0x4E00, 0x9000)) for _ in range(200))


def test_a_text_that_a_house_uses_every_time_is_no_reprint_under_another_version(db: Database) -> None:
    text = "公司今天发布了新一代模型，称其推理更快、价格更低，并将在本月内向全部用户开放接口，欢迎开发者试用并反馈意见。"
    tail = ("本次为 5.4 版，上下文长度翻倍。", "此次升级到 5.5，重点是智能体与工具调用的能力提升。")
    for number, version in enumerate(("5.4", "5.5")):
        assert store(db, record(f"OpenAI 发布 GPT-{version}", number, text + tail[number]), draft()).alerts_made == 1


def draft(rule: str = "r", **how: Any) -> AlertDraft:
    return AlertDraft(rule, "v1", ("desk",), {"record": {"title": "as first told"}, "matched": []}, **how)


def store(db: Database, what: Record, *drafts: AlertDraft, now: datetime = NOW, **more: Any) -> Stored:
    return db.write_now(lambda s: articles.store(s, what, key=what.link, alerts=drafts, now=now, **more))


def ledger_of(db: Database) -> list[queries.AlertView]:
    return sorted(db.read(queries.alerts), key=lambda one: one.id)


# ---- events


def test_three_tellers_in_two_languages_are_one_story_and_one_alert(db: Database) -> None:
    stored = [store(db, record(title, n), draft()) for n, title in enumerate(WINDSURF)]
    assert [(s.verdict, s.story, s.alerts_made, s.alerts_folded) for s in stored] == [
        ("new", 1, 1, 0),
        ("new", 1, 0, 1),
        ("new", 1, 0, 1),
    ]
    assert stored[1].reason.startswith("the same event as record 1: amount, ")
    assert stored[1].reason.endswith(" points)")
    assert [(one.id, one.reprints) for one in ledger_of(db)] == [(1, 2)]


def test_what_was_folded_is_named_on_the_alert_with_its_title_and_the_reason(db: Database) -> None:
    for number, title in enumerate(WINDSURF[:2]):
        store(db, record(title, number), draft())
    [told] = db.read(lambda s: ledger.duplicates(s, [1]))
    assert (told.article_id, told.how, told.title, told.source) == (2, "event", WINDSURF[1], "s1")
    assert "amount" in told.reason
    [claimed] = db.write_now(lambda s: outbox.claim(s, channel="desk", owner="me", now=NOW, limit=9, lease=timedelta(minutes=1)))
    assert (claimed.reprints, claimed.duplicates) == (1, ((WINDSURF[1], "s1"),))


APART = [
    ("版本", "OpenAI 发布 GPT-5.4", "OpenAI 发布 GPT-5.5"),
    ("轮次", "星河智算完成 B 轮融资", "星河智算完成 C 轮融资"),
    ("金额", "星河智算融资 3 亿元", "星河智算融资 5 亿元"),
    ("only words, and few of them", "云栈科技发布客服系统", "云栈科技发布质检机器人"),
    ("one who acts is no other", "北原汽车在北原投资仓储调度公司", "南屏大学在北原投资仓储调度公司"),
    ("numbers that do not agree", "北原汽车起诉仓储调度公司，涉及 2649 亩", "北原汽车起诉仓储调度公司，涉及 8132 亩"),
]


@pytest.mark.parametrize(("one", "other"), [row[1:] for row in APART], ids=[row[0] for row in APART])
def test_what_is_not_surely_the_same_event_is_told_by_itself(db: Database, one: str, other: str) -> None:
    made = [store(db, record(title, n), draft()).alerts_made for n, title in enumerate((one, other))]
    assert made == [1, 1]


def test_after_five_days_a_story_is_over(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_keys, "UNIT", 1)
    first, late = record(WINDSURF[0]), Record(WINDSURF[2], "https://late.example/", own_text(7))
    store(db, first, draft())
    assert store(db, late, draft(), now=NOW + timedelta(days=6)).alerts_made == 1
    assert db.write_now(lambda s: articles.tidy(s, NOW + timedelta(days=6))) > 0
    left = db.read(lambda s: s.scalar(select(func.count()).where(models.story_key.c.article_id == 1)))
    assert left == 0


def test_a_changed_headline_is_found_by_its_new_words(db: Database) -> None:
    first = record("OpenAI 发布 GPT-5.4")
    store(db, first)
    store(db, record(WINDSURF[0]), now=NOW + timedelta(hours=1))
    assert store(db, record(WINDSURF[1], 1)).story == 1


FOLDS = [("events", [1, 0, 0]), ("reprints", [1, 1, 0]), ("off", [1, 1, 1])]


@pytest.mark.parametrize(("fold", "made"), FOLDS, ids=[row[0] for row in FOLDS])
def test_a_rule_says_what_it_folds(db: Database, fold: articles.Fold, made: list[int]) -> None:
    first, other = record(WINDSURF[0], 0), record(WINDSURF[1], 1)
    copy = record(WINDSURF[1], 2, text=other.text)
    assert [store(db, one, draft(fold=fold)).alerts_made for one in (first, other, copy)] == made


RETOLD = (
    (
        "恒晶微电子量产HBM3E，良率达78%",
        "恒晶微电子11月24日在合肥宣布，其HBM3E存储芯片进入量产，良率达到78%，首批产品将供应国内三家服务器厂商。",
    ),
    (
        "合肥造出自己的高带宽内存",
        "高带宽内存长期被海外垄断。本周二，合肥企业恒晶微电子说，HBM3E已经开始批量生产，良率78%，最先拿到货的是三家服务器厂。",
    ),
    (
        "恒晶微电子：HBM3E供货三家服务器厂",
        "记者从恒晶微电子获悉，该公司的HBM3E已在合肥量产，良率为78%，三家国内服务器厂商是第一批客户。",
    ),
)


def retold(number: int) -> Record:
    return record(RETOLD[number][0], number, RETOLD[number][1])


def test_what_was_probably_told_before_names_that_alert_and_is_told_all_the_same(db: Database) -> None:
    for number in range(3):
        assert store(db, retold(number), draft(), draft("other" if number else "third")).alerts_made == 2
    why = [db.read(lambda s, n=one.id: queries.payload(s, n)).get("follows", {}) for one in ledger_of(db)]
    again = {"alert": 1, "why": "likely", "detail": RETOLD[0][0]}
    assert why == [{}, {}, again, {}, again, {"alert": 4, "why": "likely", "detail": RETOLD[1][0]}], "to each rule's own readers"
    assert [one.follows for one in ledger_of(db)] == [None] * 6, "it is an alert of its own, with updates of its own"


def test_a_rule_may_fold_what_was_probably_told_before(db: Database) -> None:
    stored = [store(db, retold(number), draft(fold="likely")) for number in range(3)]
    assert [(one.alerts_made, one.alerts_folded, one.story) for one in stored] == [(1, 0, 1), (0, 1, 1), (0, 1, 1)]
    told = db.read(lambda s: ledger.duplicates(s, [1]))
    assert [one.article_id for one in told] == [2, 3]
    assert told[0].reason.startswith("probably the same event as record 1: ")
    copied = record(RETOLD[1][0], 9, RETOLD[1][1])
    assert (store(db, copied, draft(fold="likely")).alerts_folded, len(ledger_of(db))) == (1, 1), "a copy of what was folded, too"


def test_what_is_proven_to_tell_the_same_as_one_that_is_only_likely_is_folded_into_that_one(db: Database) -> None:
    made = [store(db, retold(number), draft()) for number in (0, 1)]
    copied = store(db, record(RETOLD[1][0], 9, RETOLD[1][1]), draft())
    assert [(one.alerts_made, one.story) for one in (*made, copied)] == [(1, 1), (1, 1), (0, 1)]
    assert [(one.article_id, one.reprints) for one in ledger_of(db)] == [(1, 0), (2, 1)]


ANEW = [
    ("更新：恒晶微电子HBM3E首批客户增至四家", "an update"),
    ("更正：恒晶微电子HBM3E良率应为76%", "a correction"),
    ("恒晶微电子HBM3E拿下12亿元订单", "a figure of the headline that nobody told"),
]


@pytest.mark.parametrize("title", [row[0] for row in ANEW], ids=[row[1] for row in ANEW])
def test_what_says_more_than_was_told_is_never_folded_as_likely(db: Database, title: str) -> None:
    store(db, retold(0), draft(fold="likely"))
    assert store(db, record(title, 5, RETOLD[1][1]), draft(fold="likely")).alerts_made == 1


# ---- told once more


def carried(db: Database, count: int, **how: Any) -> list[int]:
    """The alerts that each of so many articles on one event raises, each of another publisher unless it is said."""
    publishers = how.pop("publishers", [f"媒体{n}" for n in range(count)])
    text = record(WINDSURF[0]).text
    stored = [store(db, record(WINDSURF[0], n, text, publisher=publishers[n]), draft(**how)) for n in range(count)]
    return [one.alerts_made for one in stored]


def test_a_story_is_told_once_more_when_enough_publishers_carry_it(db: Database) -> None:
    assert carried(db, 5, again_when=3) == [1, 0, 1, 0, 0]
    first, again = ledger_of(db)
    assert (again.follows, again.article_id, first.reprints) == (first.id, first.article_id, 4)
    assert again.deliveries[0].idem_key != first.deliveries[0].idem_key
    said = db.read(lambda s: queries.payload(s, again.id))
    assert said is not None
    assert said["follows"] == {"alert": first.id, "why": "again", "publishers": 3}


def test_one_publisher_on_many_pages_is_one_source(db: Database) -> None:
    assert carried(db, 4, again_when=2, publishers=["新华社"] * 4) == [1, 0, 0, 0]


# ---- cooldown


def at_once(moment: datetime) -> datetime | None:
    return None


def leaving(db: Database, minutes: list[int], due: Callable[[datetime], datetime | None] = at_once) -> list[int]:
    """In which minute each alert may leave, if the rule matches a new story in these minutes and cools down for 30."""
    for number, minute in enumerate(minutes):
        now = NOW + timedelta(minutes=minute)
        what = Record(f"{chr(0x4E00 + number * 7) * 3}公司消息{number}", f"https://x.example/{number}", chr(0x5000 + number) * 50)
        store(db, what, draft(cooldown=Cooldown(timedelta(minutes=30), due), due=due(now)), now=now)
    return [round((one.due_at - NOW).total_seconds() / 60) for one in ledger_of(db)]


@pytest.mark.parametrize(
    ("minutes", "leave"),
    [([0], [0]), ([0, 5, 10], [0, 30, 30]), ([0, 30], [0, 30]), ([0, 5, 31, 40], [0, 30, 60, 60]), ([0, 5, 200], [0, 30, 200])],
    ids=["alone", "two wait for the end", "the end is no pause", "a batch is an alert, too", "a long rest"],
)
def test_a_cooldown_defers_and_drops_nothing(db: Database, minutes: list[int], leave: list[int]) -> None:
    assert leaving(db, minutes) == leave


def test_what_cools_into_the_quiet_hours_waits_for_their_end(db: Database) -> None:
    quiet = NOW + timedelta(minutes=20)

    def due(moment: datetime) -> datetime | None:
        return NOW + timedelta(hours=8) if moment >= quiet else None

    assert leaving(db, [0, 5], due) == [0, 480]


# ---- tallies


def test_every_match_is_counted_also_what_was_folded_or_is_too_old(db: Database) -> None:
    for number, title in enumerate(WINDSURF):
        store(db, record(title, number), draft(), now=NOW - timedelta(days=10))
    store(db, record("星河智算完成 B 轮融资", 9), draft(), draft("old", muted="older than 3d"))
    tallies = db.read(lambda s: ledger.tallies(s, NOW))
    assert {rule: (t.alerts, t.week, t.month) for rule, t in tallies.items()} == {"r": (2, 1, 4), "old": (0, 1, 1)}
    assert tallies["r"].last_match == NOW


# ---- corrected, withdrawn


UPDATES = Updates({"r": None}, {"title": "as corrected"})
TEXT = "江湾市经济和信息化局周二公布，全市首批 12 家制造企业已把大语言模型接入产线质检，误检率平均下降四成。"


def test_who_was_alerted_is_told_of_a_correction_and_no_one_else(db: Database) -> None:
    what = record("江湾工厂接入大模型", text=TEXT)
    store(db, what, draft(), draft("other"))
    fixed = record("江湾工厂接入大模型", text=TEXT.replace("12 家", "13 家"))
    told = store(db, fixed, updates=UPDATES, now=NOW + timedelta(hours=1))
    assert (told.verdict, told.alerts_made) == ("changed", 1)
    assert told.reason.endswith("(figures: 12 → 13)")
    update = ledger_of(db)[-1]
    assert (update.rule, update.follows, [d.channel for d in update.deliveries]) == ("r", 1, ["desk"])
    said = db.read(lambda s: queries.payload(s, update.id))
    assert said is not None
    assert (said["record"], said["follows"]["why"]) == ({"title": "as corrected"}, "changed")


def test_the_same_correction_is_told_once_and_a_typo_never(db: Database) -> None:
    store(db, record("江湾工厂接入大模型", text=TEXT), draft())
    versions = [TEXT.replace("12", "13"), TEXT, TEXT.replace("12", "13"), TEXT.replace("12", "13").replace("周二", "昨日")]
    made = [store(db, record("江湾工厂接入大模型", text=text), updates=UPDATES).alerts_made for text in versions]
    assert made == [1, 1, 0, 0]


def test_an_article_of_a_rule_that_wants_updates_is_read_again_and_a_page_that_is_gone_is_told(db: Database) -> None:
    source = Source("s0", "https://site-0.example/feed")
    db.write_now(lambda s: sources.sync(s, [(source, NOW)], NOW))
    [poll] = claim(db, NOW)
    listed = Found((Link("https://site-0.example/0", "江湾工厂接入大模型"),), "feed")
    found(db, poll, listed, NOW, next_due=NOW + timedelta(days=9))
    [article] = claim(db, NOW)
    store(db, record("江湾工厂接入大模型", text=TEXT), draft(), task=article, updates=UPDATES)
    [again] = claim(db, NOW + timedelta(hours=1, seconds=1))
    assert (again.url, again.depth) == (article.url, 1)
    gone = db.write_now(
        lambda s: articles.withdrawn(s, again, key=article.url, detail="HTTP 404", updates=UPDATES, now=NOW + timedelta(hours=1))
    )
    assert gone == 1
    said = db.read(lambda s: queries.payload(s, 2))
    assert said is not None
    assert said["follows"]["why"] == "withdrawn"
