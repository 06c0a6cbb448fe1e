"""Articles: each stored once, with a reason, and with its alerts or not at all."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import func, select

from crawler.record import Event, Fact, Found, Link, Reason, Record, Source
from storage.alerts import outbox, raise_alerts
from storage.archive import articles, queries
from storage.archive.articles import AlertDraft, Stored
from storage.db import models
from storage.db.database import Database
from storage.queue import frontier, sources
from storage.stories import shared_keys
from tests.polling import claim, found
from tests.samples import ENGLISH, OTHER, TEXT

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
SHANGHAI = timezone(timedelta(hours=8))

FULL = Record(
    title="江湾十二家工厂把大模型接入质检",
    link="https://a.example/1",
    text=TEXT,
    summary="首批十二家。",
    keywords=("大模型", "质检"),
    ai_technologies=("大语言模型",),
    industries=("制造业",),
    events=(Event("江湾市公布试点", "全市首批十二家"), Event("明年扩大", "一百家")),
    opening="这篇文章报道了以下重大事件：",
    published=datetime(2026, 11, 24, 9, 30, tzinfo=SHANGHAI),
    author="林一",
    publisher="江湾日报",
    language="zh",
    source="a",
    fetched=NOW,
    first_seen=NOW,
    facts=(Fact("keyword", "质检", "产线质检", "keywords", 30, 32, 0.5), Fact("technology", "大语言模型", "title: 大模型", "t")),
)


def store(
    db: Database, record: Record, key: str, *aliases: str, alerts: tuple[AlertDraft, ...] = (), now: datetime = NOW, **more
) -> Stored:
    return db.write_now(lambda s: articles.store(s, record, key=key, aliases=aliases, alerts=alerts, now=now, **more))


def alert(rule: str = "r", *channels: str, due: datetime | None = None) -> AlertDraft:
    return AlertDraft(rule, "v1", channels or ("desk",), {"title": "标题"}, due)


def other(title: str = "北原医院用软件排队看片", text: str = OTHER) -> Record:
    return Record(title=title, link="https://b.example/2", text=text, source="b", first_seen=NOW)


def test_a_record_comes_back_with_nothing_lost(db: Database) -> None:
    stored = store(db, FULL, "a/1", tags=("央视",))
    assert stored == Stored("new", "no record has this link or this text", stored.article_id, stored.article_id)
    back = db.read(lambda s: queries.record(s, stored.article_id))
    assert back == replace(FULL, id=stored.article_id, story=stored.article_id)
    assert db.read(lambda s: [row.tags for row in queries.tagged(s)]) == [("央视",)]


def test_what_no_database_can_keep_is_replaced(db: Database) -> None:
    odd = replace(FULL, title="a\x00b\ud83d", events=(Event("x\ud800", "y"),))
    stored = store(db, odd, "a/1")
    back = db.read(lambda s: queries.record(s, stored.article_id))
    assert back is not None
    assert (back.title, back.events[0].headline) == ("a\ufffdb\ufffd", "x\ufffd")


def test_the_same_link_and_text_is_the_same(db: Database) -> None:
    first = store(db, FULL, "a/1", alerts=(alert(),))
    again = store(db, replace(FULL, text=TEXT + " \n"), "a/1", alerts=(alert(),))
    assert (again.verdict, again.article_id, again.alerts_made, again.alerts_folded) == ("same", first.article_id, 0, 0)
    assert db.read(queries.count_records) == 1


def test_a_changed_text_replaces_the_old_one_which_is_kept_as_revision(db: Database) -> None:
    first = store(db, FULL, "a/1", alerts=(alert(),))
    changed = store(db, replace(FULL, text=TEXT + "更正：是十三家。"), "a/1", alerts=(alert(),), now=NOW + timedelta(hours=1))
    assert (changed.verdict, changed.article_id, changed.alerts_made) == ("changed", first.article_id, 0)
    back = db.read(lambda s: queries.record(s, first.article_id))
    assert back is not None
    assert back.text.endswith("更正：是十三家。")
    [kept] = db.read(lambda s: s.execute(select(models.revision)).all())
    assert (kept.text, kept.at) == (TEXT, NOW + timedelta(hours=1))


def test_another_address_of_an_article_is_the_same_article(db: Database) -> None:
    first = store(db, FULL, "a/1", "a/canonical")
    second = store(db, FULL, "m.a/1", "a/canonical")
    third = store(db, FULL, "a/canonical")
    assert [(s.verdict, s.article_id) for s in (second, third)] == [("same", first.article_id)] * 2
    assert db.read(queries.count_records) == 1


def test_a_canonical_address_that_different_articles_claim_proves_nothing(db: Database) -> None:
    store(db, FULL, "a/1", "a/")
    assert store(db, other(), "a/2", "a/").verdict == "new"
    assert store(db, other("Robots", ENGLISH), "a/3", "a/").verdict == "new"
    assert store(db, replace(other(), title="x", text="y" * 200), "a/", "a/").verdict == "new"


def test_an_address_in_dispute_is_no_ones(db: Database) -> None:
    aliases = select(models.article_alias.c.link_key, models.article_alias.c.article_id)
    first = store(db, FULL, "a/1", "a/", "a/1.html")
    assert sorted(db.read(lambda s: s.execute(aliases).all())) == [("a/", first.article_id), ("a/1.html", first.article_id)]
    store(db, other(), "a/2", "a/")
    assert dict(db.read(lambda s: s.execute(aliases).all())) == {"a/": None, "a/1.html": first.article_id}


def test_a_near_copy_is_a_reprint_of_the_first_and_of_its_story(db: Database) -> None:
    first = store(db, FULL, "a/1")
    copied = store(db, replace(other(FULL.title), text="本报讯 " + TEXT.replace("周二", "昨天")), "b/2")
    assert (copied.verdict, copied.story) == ("reprint", first.article_id)
    assert f"record {first.article_id}" in copied.reason
    again = store(db, replace(FULL, text=TEXT[20:]), "c/3")
    assert (again.verdict, again.story) == ("reprint", first.article_id)
    origins = db.read(lambda s: s.scalars(select(models.article.c.reprint_of).order_by(models.article.c.id)).all())
    assert origins == [None, first.article_id, first.article_id]


def test_an_article_of_other_words_is_new(db: Database) -> None:
    first = store(db, FULL, "a/1")
    second = store(db, other(), "b/2")
    assert (second.verdict, second.story) == ("new", second.article_id)
    assert second.article_id != first.article_id


def test_a_copy_after_a_month_is_news_again(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_keys, "UNIT", 1)
    store(db, FULL, "a/1")
    month = NOW + timedelta(days=31)
    assert store(db, other(FULL.title, TEXT), "b/2", now=month).verdict == "new"
    assert db.write_now(lambda s: articles.tidy(s, month)) > 0
    assert store(db, other(FULL.title, TEXT), "c/3", now=month).verdict == "reprint"


# ---- alerts


def test_an_alert_has_one_delivery_a_channel(db: Database) -> None:
    due = NOW + timedelta(hours=1)
    stored = store(db, FULL, "a/1", alerts=(alert("r", "desk", "mail", "desk"), alert("q", "desk", due=due)))
    assert (stored.alerts_made, stored.alerts_folded) == (2, 0)
    ledger = db.read(queries.alerts)
    assert [(a.rule, [(d.channel, d.state, d.next_at) for d in a.deliveries]) for a in ledger] == [
        ("q", [("desk", "pending", due)]),
        ("r", [("desk", "pending", NOW), ("mail", "pending", NOW)]),
    ]
    assert ledger[0].title == FULL.title
    assert len({d.idem_key for a in ledger for d in a.deliveries}) == 3


def test_a_reprint_raises_no_second_alert_but_is_counted(db: Database) -> None:
    store(db, FULL, "a/1", alerts=(alert("r"),))
    stored = store(db, other(FULL.title, TEXT), "b/2", alerts=(alert("r"), alert("only the reprint")))
    assert (stored.alerts_made, stored.alerts_folded) == (1, 1)
    ledger = db.read(queries.alerts)
    assert {(a.rule, a.reprints, len(a.deliveries)) for a in ledger} == {("r", 1, 1), ("only the reprint", 0, 1)}


def test_an_idempotency_key_is_the_same_in_a_new_database(db: Database) -> None:
    store(db, other(), "b/2")
    store(db, FULL, "a/1", alerts=(alert("r"),))
    [entry] = db.read(queries.alerts)
    assert entry.deliveries[0].idem_key == raise_alerts.idempotency_key("r|a/1", "desk")
    assert entry.deliveries[0].idem_key != raise_alerts.idempotency_key("r|b/2", "desk")


def test_an_alert_without_channel_is_in_the_ledger(db: Database) -> None:
    draft = AlertDraft("r", "v1", (), {})
    assert store(db, FULL, "a/1", alerts=(draft,)).alerts_made == 1
    assert [a.deliveries for a in db.read(queries.alerts)] == [()]


def test_an_import_alerts_nobody(db: Database) -> None:
    stored = db.write_now(lambda s: articles.insert_record(s, FULL, key="a/1", tags=("t",), now=NOW))
    assert (stored.verdict, stored.alerts_made) == ("new", 0)


def test_an_import_leaves_what_is_known_as_it_is(db: Database) -> None:
    stored = store(db, FULL, "a/1")
    imported = db.write_now(lambda s: articles.insert_record(s, replace(FULL, text="shorter"), key="a/1", now=NOW))
    assert (imported.verdict, imported.article_id) == ("same", stored.article_id)
    back = db.read(lambda s: queries.record(s, stored.article_id))
    assert back is not None
    assert back.text == TEXT


# ---- the task


@pytest.fixture
def task(db: Database) -> frontier.Task:
    """A claimed article task."""
    db.write_now(lambda s: sources.sync(s, [(Source("a", "https://a.example/feed"), NOW)], NOW))
    [poll] = claim(db, NOW)
    found(db, poll, Found((Link("https://a.example/1"),), "feed"), NOW, keys=lambda _url: "a/1")
    [article] = claim(db, NOW)
    return article


def test_article_alerts_and_the_end_of_the_task_are_one_transaction(db: Database, task: frontier.Task) -> None:
    class Stop(Exception):
        pass

    def broken(session) -> None:
        articles.store(session, FULL, key="a/1", task=task, alerts=(alert(),), now=NOW)
        raise Stop

    with pytest.raises(Stop):
        db.write_now(broken)
    assert db.read(queries.count_records) == 0
    assert db.read(queries.alerts) == []
    assert db.read(lambda s: frontier.pending(s, NOW, NOW, NOW)) == 1


def test_a_stored_article_closes_its_task_with_the_verdict(db: Database, task: frontier.Task) -> None:
    assert store(db, FULL, "a/1", task=task).verdict == "new"
    query = select(models.task).where(models.task.c.kind == "article")
    row = db.read(lambda s: s.execute(query).one())
    assert (row.state, row.reason, row.done_at, row.hint) == ("done", "new", NOW, None)
    [state] = db.read(sources.states)
    assert (state.articles, state.last_new_at, state.last_outcome) == (1, NOW, Reason.OK)


def test_two_workers_with_one_task_store_one_article_and_one_alert(db: Database, task: frontier.Task) -> None:
    store(db, FULL, "a/1", task=replace(task, fence=task.fence - 1), alerts=(alert(),))
    store(db, FULL, "a/1", task=task, alerts=(alert(),))
    assert db.read(queries.count_records) == 1
    assert db.read(outbox.counts)["pending"] == 1
    assert db.read(lambda s: s.scalar(select(func.count()).select_from(models.revision))) == 0


HOUSE_ZH = (
    "本所提示，以上信息由系统自动汇编，不作为交易依据，读者应以原始披露为准。编辑部对数据来源逐一核对，如有疑问请致电值班室。"
    "本栏目每个工作日更新，订阅者可在次日清晨收到汇总，历史条目按月归档，检索请使用编号。"
) * 3
HOUSE_EN = (
    " This note is compiled from public registers by a program and checked by the desk before it is sent. Subscribers receive a summary in"
    " the morning; older notes are filed by month and can be found by their number."
) * 3
FILLED_ANEW = [
    ("专利登记快讯", "垂柳光电于近日登记一项视觉检测专利。", "石桥软件于近日登记一项视觉检测专利。", HOUSE_ZH),
    ("关于取得高新技术企业证书的公告", "垂柳光电于近日取得证书，有效期三年。", "石桥软件于近日取得证书，有效期三年。", HOUSE_ZH),
    ("港区机器人事故通报", "一台搬运机器人倾覆，造成2人受伤。", "一台搬运机器人倾覆，造成9人受伤。", HOUSE_ZH),
    ("垂柳光电盘中异动", "垂柳光电盘中直线走高，涨6%。", "垂柳光电盘中直线走低，跌6%。", HOUSE_ZH),
    ("推理接口调价", "垂柳推理接口每百万词元下调至0.6元。", "垂柳推理接口每百万词元下调至0.4元。", HOUSE_ZH),
    ("Latency notice", "Users in Lisbon may see slow answers.", "Users in Osaka may see slow answers.", HOUSE_EN),
    ("Docket update", "The judge granted the motion of Fernhill.", "The judge denied the motion of Fernhill.", HOUSE_EN),
    ("Earnings ahead", "Fernhill reports on Thursday.", "Oakmere reports on Thursday.", HOUSE_EN),
]


@pytest.mark.parametrize(("title", "one", "another", "house"), FILLED_ANEW, ids=[row[1] for row in FILLED_ANEW])
def test_a_template_filled_anew_is_told_however_long_its_house_s_words_are(
    db: Database, title: str, one: str, another: str, house: str
) -> None:
    store(db, other(title, one + house), "b/1", alerts=(alert(),))
    again = store(db, replace(other(title, another + house), source="c"), "c/1", alerts=(alert(),), now=NOW + timedelta(hours=6))
    assert (again.alerts_made, again.alerts_folded) == (1, 0), again.reason


@pytest.mark.parametrize(
    "notice",
    ["更正：数目有误，应为十分之一。", "勘误：上文的单位应为台。", "Correction: an earlier version gave a wrong number."],
)
def test_a_copy_with_a_notice_of_correction_is_told(db: Database, notice: str) -> None:
    text = ("Fernhill opened a plant on Thursday." + HOUSE_EN) if notice.isascii() else ("垂柳光电周四启用新厂。" + HOUSE_ZH)
    store(db, other("Fernhill 启用新厂", text), "b/1", alerts=(alert(),))
    again = store(
        db, replace(other("Fernhill 启用新厂", text + notice), source="c"), "c/1", alerts=(alert(),), now=NOW + timedelta(hours=6)
    )
    assert (again.alerts_made, again.alerts_folded) == (1, 0), again.reason


@pytest.mark.parametrize("begins", ["江岸晚报讯 ", "来源：江岸网\n", "（记者 某某）"])
def test_a_copy_under_another_paper_s_name_is_folded(db: Database, begins: str) -> None:
    text = "垂柳光电周四宣布完成4亿元C轮融资，石桥资本领投，资金用于扩建产线。" + HOUSE_ZH
    store(db, other("垂柳光电完成4亿元C轮融资", "江湾日报讯 " + text), "b/1", alerts=(alert(),))
    copy = store(
        db,
        replace(other("垂柳光电完成4亿元C轮融资", begins + text), source="c"),
        "c/1",
        alerts=(alert(),),
        now=NOW + timedelta(hours=6),
    )
    assert (copy.alerts_made, copy.alerts_folded) == (0, 1), copy.reason
