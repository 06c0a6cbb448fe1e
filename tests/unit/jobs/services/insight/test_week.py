"""A week in one page."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from crawler.record import Event, Record
from jobs.app import App
from jobs.config.load import Config
from jobs.config.models import MoneyConfig
from jobs.services.insight import week
from jobs.services.lookup import Unknown
from storage.archive import articles
from storage.archive.articles import AlertDraft
from storage.db.database import Database
from storage.db.models import notice

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)  # a Tuesday


def test_a_week_runs_from_monday_to_sunday() -> None:
    assert week.name_of(date(2027, 1, 1)) == "2026-W53"
    assert (week.days_of("2026-W48").first, week.days_of("2026-W48").last) == (date(2026, 11, 23), date(2026, 11, 29))


@pytest.mark.parametrize("name", ["2026-W54", "2026-W00", "2026-48", "", "2026-W48x", "9999-W99"])
def test_what_is_no_week_is_unknown(name: str) -> None:
    with pytest.raises(Unknown, match="2026-W48"):
        week.days_of(name)


def test_the_page_has_what_the_records_of_these_days_say(db: Database) -> None:
    rows = [
        Record(f"第{n}号 *消息*", f"http://w.example/{n}", " ".join(f"w{n}x{k}" for k in range(50)), source=("*one*", "two")[n % 2],
               published=NOW - timedelta(days=n), events=(Event(f"事件{n}", f"公司{n}完成A轮融资。", "funding"),))
        for n in range(10)
    ]  # fmt: skip
    draft = AlertDraft("a [rule]", "v1", ("desk",), {})
    db.write_now(lambda s: [articles.store(s, one, key=one.link, alerts=[draft], now=NOW) for one in rows])
    found = db.read(lambda s: week.week(s, "2026-W48", NOW, UTC, MoneyConfig()))
    assert (found.articles, found.stories, found.after, found.before) == (2, 2, None, "2026-W47")
    assert [one.title for one in found.top] == ["第0号 *消息*", "第1号 *消息*"]
    assert [(kind, [row.headline for row in rows]) for kind, rows in found.events] == [("funding", ["事件0", "事件1"])]
    assert [(raised.rule, raised.count) for raised in found.rules] == [("a [rule]", 10)], (
        "raised in these days, of whatever day they are"
    )
    assert "1. 第0号 \\*消息\\* — \\*one\\*" in week.markdown(found)
    assert "## a \\[rule\\] (10)" in week.markdown(found)
    earlier = db.read(lambda s: week.week(s, "2026-W47", NOW, UTC, MoneyConfig()))
    assert (earlier.articles, earlier.after, earlier.rules) == (7, "2026-W48", ())
    with pytest.raises(Unknown, match="not begun"):
        db.read(lambda s: week.week(s, "2026-W49", NOW, UTC, MoneyConfig()))


def _three(db: Database) -> week.Week:
    rows = [Record(f"第{n}号", f"http://e.example/{n}", " ".join(f"e{n}x{k}" for k in range(50)), source="one",
                   published=NOW - timedelta(hours=n), events=(Event(f"事件{n}", f"公司{n}完成A轮融资。", "funding"),)) for n in range(3)]  # fmt: skip
    db.write_now(lambda s: [articles.store(s, one, key=one.link, now=NOW) for one in rows])
    return db.read(lambda s: week.week(s, "2026-W48", NOW, UTC, MoneyConfig()))


def test_an_editor_orders_comments_and_leaves_out(db: Database) -> None:
    found = _three(db)
    first, second, third = (one.record for one in found.top)
    made = week.Edits("开场", (third, first), {first: "值得一看 *"}, (second,))
    db.write_now(lambda s: week.edit(s, "2026-W48", made, 0, NOW))
    kept = db.read(lambda s: week.edits_of(s, "2026-W48"))
    assert kept == made
    shown = week.edited(found, kept)
    assert ([one.record for one in shown.top], shown.top[1].comment, shown.intro) == ([third, first], "值得一看 *", "开场")
    assert second not in [row.record for _, rows in shown.events for row in rows]
    assert [one.dropped for one in week.edited(found, kept, all_of_it=True).top] == [False, False, True]
    assert "   值得一看 \\*" in week.markdown(shown)
    assert "1. 第2号 (1)" in week.digest(shown)
    assert db.read(lambda s: week.edited(found, week.edits_of(s, "2026-W47"))) == found


def _config(**more: object) -> Config:
    return Config.model_validate({"channels": [{"name": "desk", "url": "console://"}], **more})


@pytest.mark.parametrize(
    ("send", "now", "name"),
    [
        ("weekly mon 08:30", "2026-11-30T08:29", None),  # its time has not come, and the last one is long over
        ("weekly mon 08:30", "2026-11-30T08:30", "2026-W48"),
        ("weekly mon 08:30", "2026-12-01T20:00", "2026-W48"),  # the program was down in the morning
        ("weekly mon 08:30", "2026-12-03T08:30", None),
        ("weekly fri 17:00", "2026-11-27T17:05", "2026-W48"),
        ("weekly sun 00:00", "2026-11-29T00:00", "2026-W48"),
    ],
)
def test_a_week_is_told_at_its_time(send: str, now: str, name: str | None) -> None:
    config = _config(timezone="Asia/Shanghai", week={"channels": ["desk"], "send": send})
    assert week.due(config, datetime.fromisoformat(now).replace(tzinfo=config.zone)) == name
    assert week.due(_config(week={"send": send}), datetime.fromisoformat(now).replace(tzinfo=config.zone)) is None


def test_a_week_is_told_once_to_each_channel(db: Database) -> None:
    config, text = _config(week={"channels": ["desk"]}), week.digest(_three(db))
    assert db.write_now(lambda s: week.tell(s, config, "2026-W48", text, NOW))
    assert not db.write_now(lambda s: week.tell(s, config, "2026-W48", text, NOW))
    [row] = db.read(lambda s: s.execute(select(notice)).all())
    assert (row.channel, row.title) == ("desk", "Week 2026-W48")
    assert "第0号" in row.note


def test_the_daemon_tells_of_the_week_that_is_over_and_of_an_empty_one_nothing(db: Database) -> None:
    _three(db)
    now = [datetime(2026, 12, 7, 9, 0, tzinfo=UTC)]
    config = _config(timezone="UTC", week={"channels": ["desk"]})
    part = SimpleNamespace(config=config, db=db, clock=SimpleNamespace(now=lambda: now[0]), _told_week="")

    def told() -> list[str]:
        asyncio.run(App.tell_week(part))  # type: ignore[arg-type]  # what it needs of an App
        return [row.title for row in db.read(lambda s: s.execute(select(notice)).all())]

    assert told() == [], "the week before was empty"
    now[0] = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
    assert told() == told() == ["Week 2026-W48"]


def test_a_frozen_week_is_there_until_its_link_ends_or_is_taken_back(db: Database) -> None:
    for secret in ("one", "two"):
        db.write_now(lambda s, x=secret: week.freeze(s, x, "2026-W48", f"page {x}", 0, now=NOW, ends=NOW + timedelta(days=1)))
    assert db.read(lambda s: week.frozen(s, "one", NOW)) == "page one"
    assert db.read(lambda s: week.frozen(s, "one", NOW + timedelta(days=1))) is None
    assert db.read(lambda s: week.frozen(s, "else", NOW)) is None
    assert db.write_now(lambda s: week.thaw(s, "2026-W48")) == 2
    assert db.read(lambda s: week.frozen(s, "two", NOW)) is None
