"""A first poll sends the newest so many alerts of a rule, in whatever order its articles are read; the rest is kept silently."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from crawler.record import Found, Link, Record, Source
from storage.alerts import first_poll, ledger
from storage.archive import articles
from storage.archive.articles import AlertDraft, Stored
from storage.db import models
from storage.db.database import Database
from storage.queue import sources
from tests.polling import claim, found

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def text(number: int) -> str:
    rng = random.Random(number)
    return "".join(chr(rng.randrange(0x4E00, 0x9000)) for _ in range(200))


def watch(db: Database, count: int) -> None:
    """A source whose first poll lists so many articles."""
    db.write_now(lambda s: sources.sync(s, [(Source("s", "https://s.example/", "feed"), NOW)], NOW))
    (poll,) = claim(db, NOW)
    found(db, poll, Found(tuple(Link(f"https://s.example/{n}") for n in range(count)), "feed"), NOW)


def store(
    db: Database, number: int, *, most: int | None = 5, now: datetime = NOW, rule: str = "r", due: datetime | None = None
) -> Stored:
    """Article `number`, as many hours old, read now."""
    what = Record(
        f"标题{number}号{text(number)[:6]}",
        f"https://s.example/{number}",
        text(number),
        source="s",
        published=NOW - number * HOUR,
    )
    draft = AlertDraft(rule, "1", ("c",), {"n": number}, due=due, at_most=most)
    return db.write_now(lambda s: articles.store(s, what, key=f"https://s.example/{number}", alerts=[draft], now=now))


def told(db: Database, rule: str = "r") -> list[int]:
    with db.reader() as s:
        return sorted(row.payload["n"] for row in s.execute(select(models.alert).where(models.alert.c.rule == rule)))


@pytest.mark.parametrize("order", ["newest first", "oldest first", "mixed"])
def test_the_newest_five_of_a_rule_are_told_in_whatever_order_they_are_read(db: Database, order: str) -> None:
    numbers = list(range(12)) if order == "newest first" else list(range(11, -1, -1)) if order == "oldest first" else random.Random(3).sample(range(12), 12)  # fmt: skip
    watch(db, 12)
    stored = [store(db, number) for number in numbers]
    assert told(db) == [0, 1, 2, 3, 4]
    assert sum(one.alerts_made for one in stored) == 5
    assert sum(one.alerts_over for one in stored) == 7
    tally = db.read(lambda s: ledger.tallies(s, NOW))["r"]
    assert (tally.week, tally.alerts) == (12, 5)


def test_each_rule_has_its_own_number_and_without_one_all_are_told(db: Database) -> None:
    watch(db, 8)
    for number in range(8):
        store(db, number, most=2)
        store(db, number, most=None, rule="all")
    assert told(db) == [0, 1]


def test_every_article_is_told_where_there_is_no_bound(db: Database) -> None:
    watch(db, 8)
    for number in range(8):
        store(db, number, most=None)
    assert len(told(db)) == 8


def test_what_has_left_stays_and_takes_its_place(db: Database) -> None:
    watch(db, 4)
    for number in (3, 2):
        store(db, number, most=2)
    db.write_now(lambda s: s.execute(update(models.delivery).values(state="sent", attempts=1)))
    assert store(db, 0, most=2).alerts_made == 0
    assert told(db) == [2, 3]


def test_what_another_alert_goes_back_to_gives_no_way(db: Database) -> None:
    watch(db, 4)
    for number in (3, 2):
        store(db, number, most=2)
    store(db, 1, most=None)
    first = select(models.alert.c.id).order_by(models.alert.c.id).limit(1).scalar_subquery()
    last = update(models.alert).where(models.alert.c.id > first + 1).values(follows=first)
    db.write_now(lambda s: s.execute(last))
    store(db, 0, most=2)
    assert told(db) == [0, 1, 3]  # 3 is the oldest, and 1 goes back to it


def test_alerts_are_held_until_the_first_polls_are_read_and_leave_as_their_rule_says(db: Database) -> None:
    watch(db, 3)
    store(db, 0)
    store(db, 1, due=NOW + 5 * HOUR)
    assert db.read(lambda s: first_poll.is_reading(s, NOW))

    def leaves() -> list[datetime]:
        with db.reader() as s:
            return list(s.scalars(select(models.delivery.c.next_at).order_by(models.delivery.c.id)))

    assert leaves() == [NOW + first_poll.HOLD, NOW + 5 * HOUR]
    assert db.write_now(lambda s: first_poll.release(s, NOW + timedelta(seconds=9))) == 1
    assert leaves() == [NOW, NOW + 5 * HOUR]


def test_a_day_later_another_source_has_its_own_first_poll(db: Database) -> None:
    watch(db, 4)
    for number in range(2):
        store(db, number, most=2)
    assert store(db, 2, most=2, now=NOW + first_poll.TOGETHER + HOUR).alerts_made == 1


def test_what_came_after_the_first_poll_is_not_counted(db: Database) -> None:
    watch(db, 2)
    for number in (7, 8, 9):  # in no first poll
        store(db, number, most=None)
    for number in (0, 1):
        assert store(db, number, most=2).alerts_made == 1
