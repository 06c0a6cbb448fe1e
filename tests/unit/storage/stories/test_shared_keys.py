"""Keys: found while they are remembered, among many and few, and gone when their time is over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, insert, select

from storage.db import models
from storage.db.database import Database
from storage.stories import shared_keys
from storage.stories.shared_keys import CANDIDATES, PART, PARTS

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
EVER = NOW - 900 * DAY
BY_AGE = shared_keys.find(models.shingle, models.article.c.id, newest_first=False)
BY_YOUTH = shared_keys.find(models.shingle, models.article.c.id, newest_first=True)


def keep(db: Database, number: int, *keys: int, at: datetime = NOW) -> None:
    """An article of which nothing matters but its number, its keys and when it was kept."""
    empty = dict.fromkeys("title link text summary opening content_hash".split(), "")
    empty |= {name: [] for name in "keywords ai_technologies industries events tags facts".split()}
    row = empty | {"id": number, "link_key": f"a/{number}", "first_seen": at, "shown_at": at, "updated_at": at}
    db.write_now(lambda s: s.execute(insert(models.article), [row]))
    db.write_now(lambda s: shared_keys.remember(s, models.shingle, number, keys))


def asked(db: Database, next_one: int, *keys: int, since: datetime = EVER, question=BY_AGE) -> list[int]:
    return db.read(lambda s: [row.id for row in shared_keys.ask(s, question, next_one, keys, since)])


def rows(db: Database) -> int:
    return db.read(lambda s: s.scalar(select(func.count()).select_from(models.shingle))) or 0


def test_who_shares_most_comes_first_then_the_older_or_the_newer(db: Database) -> None:
    keep(db, 1, 10, 11)
    keep(db, 2, 10, 11, 1 << 40)
    keep(db, 3, 10, 12)
    assert asked(db, 4, 10, 11, 1 << 40, 99) == [2, 1, 3]
    assert asked(db, 4, 10) == [1, 2, 3]
    assert asked(db, 4, 10, question=BY_YOUTH) == [3, 2, 1]
    assert asked(db, 4) == []


def test_no_more_than_some_are_compared_and_none_that_was_kept_too_long_ago(db: Database) -> None:
    for number in range(1, CANDIDATES + 5):
        keep(db, number, 7, at=NOW - (number < 4) * 9 * DAY)
    assert asked(db, 50, 7, since=NOW - DAY) == list(range(4, CANDIDATES + 4))


def test_only_the_newest_parts_are_asked(db: Database) -> None:
    keep(db, 5, 7)
    keep(db, 2 * PART, 7)
    last = PARTS * PART + 1
    assert asked(db, last - 2, 7) == [5, 2 * PART]
    assert asked(db, last, 7) == [2 * PART]


def test_what_is_forgotten_is_not_found_and_others_stay(db: Database) -> None:
    keep(db, 1, 7, 8)
    keep(db, 2 * PART, 7, 8)
    db.write_now(lambda s: shared_keys.forget(s, models.shingle, 2 * PART, (7, 8, 9)))
    assert (asked(db, 2 * PART + 1, 7), rows(db)) == ([1], 2)


def test_old_keys_go_part_by_part_and_with_their_article(db: Database) -> None:
    keep(db, 1, 7, at=NOW - 40 * DAY)
    keep(db, PART, 7, 8, at=NOW - 31 * DAY)
    keep(db, PART + 1, 7, at=NOW - 2 * DAY)
    keep(db, PART + 2, 7, at=NOW)
    assert db.write_now(lambda s: shared_keys.tidy(s, models.shingle, NOW - 30 * DAY)) == 3
    assert asked(db, PART + 3, 7) == [PART + 1, PART + 2]
    db.write_now(lambda s: s.execute(models.article.delete().where(models.article.c.id == PART + 1)))
    assert asked(db, PART + 3, 7) == [PART + 2]
    assert db.write_now(lambda s: shared_keys.tidy(s, models.shingle, NOW - 30 * DAY)) == 1
