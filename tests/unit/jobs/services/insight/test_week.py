"""A week in one page."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from crawler.record import Event, Record
from jobs.services.insight import week
from jobs.services.lookup import Unknown
from storage.archive import articles
from storage.archive.articles import AlertDraft
from storage.db.database import Database

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
        Record(f"第{n}号 *消息*", f"http://w.example/{n}", " ".join(f"w{n}x{k}" for k in range(50)), source=("one", "two")[n % 2],
               published=NOW - timedelta(days=n), events=(Event(f"事件{n}", f"公司{n}完成A轮融资。", "funding"),))
        for n in range(10)
    ]  # fmt: skip
    draft = AlertDraft("rule", "v1", ("desk",), {})
    db.write_now(lambda s: [articles.store(s, one, key=one.link, alerts=[draft], now=NOW) for one in rows])
    found = db.read(lambda s: week.week(s, "2026-W48", NOW, UTC))
    assert (found.articles, found.stories, found.after, found.before) == (2, 2, None, "2026-W47")
    assert [one.title for one in found.top] == ["第0号 *消息*", "第1号 *消息*"]
    assert [(kind, [row.headline for row in rows]) for kind, rows in found.events] == [("funding", ["事件0", "事件1"])]
    assert [(raised.rule, raised.count) for raised in found.rules] == [("rule", 10)], (
        "raised in these days, of whatever day they are"
    )
    text = week.markdown(found, "http://127.0.0.1:8480")
    assert f"[第0号 \\*消息\\*](http://127.0.0.1:8480/records/{found.top[0].record})" in text
    earlier = db.read(lambda s: week.week(s, "2026-W47", NOW, UTC))
    assert (earlier.articles, earlier.after, earlier.rules) == (7, "2026-W48", ())
    with pytest.raises(Unknown, match="not begun"):
        db.read(lambda s: week.week(s, "2026-W49", NOW, UTC))
