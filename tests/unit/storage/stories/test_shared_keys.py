"""Keys: found while they are remembered, among many and few, and gone when their time is over."""

from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, insert, select

from storage.db import models
from storage.db.database import Database, open_database
from storage.stories import shared_keys
from storage.stories.shared_keys import CANDIDATES, PARTS, UNIT, UNITS, SharedKeys

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
BY_AGE = SharedKeys(models.shingle, 30 * DAY, models.article.c.id, newest_first=False)
BY_YOUTH = SharedKeys(models.shingle, 30 * DAY, models.article.c.id, newest_first=True)


def keep(db: Database, number: int, *keys: int, at: datetime = NOW) -> None:
    """An article of which nothing matters but its number, its keys and when it was kept."""
    empty = dict.fromkeys("title link text summary opening content_hash".split(), "")
    empty |= {name: [] for name in "keywords ai_technologies industries events tags facts".split()}
    row = empty | {"id": number, "link_key": f"a/{number}", "first_seen": at, "shown_at": at, "updated_at": at}
    db.write_now(lambda s: s.execute(insert(models.article), [row]))
    db.write_now(lambda s: BY_AGE.remember(s, number, keys, at))


def asked(db: Database, next_one: int, *keys: int, now: datetime = NOW, by: SharedKeys = BY_AGE) -> list[int]:
    return db.read(lambda s: [row.id for row in by.ask(s, next_one, keys, now)])


def rows(db: Database) -> int:
    return db.read(lambda s: s.scalar(select(func.count()).select_from(models.shingle))) or 0


def parts(db: Database) -> list[int]:
    return list(db.read(lambda s: s.scalars(select(models.shingle.c.part).distinct().order_by(models.shingle.c.part)).all()))


def tidied(db: Database, now: datetime = NOW) -> list[int]:
    steps = []
    while not steps or steps[-1]:
        steps.append(db.write_now(lambda s: BY_AGE.tidy(s, now)))
    return steps[:-1]


def test_who_shares_most_comes_first_then_the_older_or_the_newer(db: Database) -> None:
    keep(db, 1, 10, 11)
    keep(db, 2, 10, 11, 1 << 40)
    keep(db, 3, 10, 12)
    assert asked(db, 4, 10, 11, 1 << 40, 99) == [2, 1, 3]
    assert asked(db, 4, 10) == [1, 2, 3]
    assert asked(db, 4, 10, by=BY_YOUTH) == [3, 2, 1]
    assert asked(db, 4) == []


def test_no_more_than_some_are_compared_and_none_that_was_kept_too_long_ago(db: Database) -> None:
    for number in range(1, CANDIDATES + 5):
        keep(db, number, 7, at=NOW - (number < 4) * 39 * DAY)
    assert asked(db, 50, 7) == list(range(4, CANDIDATES + 4))


def test_of_a_word_that_everybody_uses_the_rare_one_beside_it_tells(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_keys, "COMMON", 3)
    shared_keys._question.cache_clear()
    for number in range(1, 9):
        keep(db, number, 7, *([8] if number == 4 else []))
    assert asked(db, 50, 7, 8)[0] == 4
    assert asked(db, 50, 7, 8, by=BY_YOUTH)[0] == 4
    shared_keys._question.cache_clear()


def test_where_little_is_told_a_part_has_its_articles_and_where_much_is_told_its_time(db: Database) -> None:
    most = UNITS["sqlite" if db.path else "postgresql"]
    for number in range(1, 5):
        keep(db, number * UNIT, 7, at=NOW + number * 4 * DAY)
    assert parts(db) == [1, 2, 3, 4]
    for number in range(5, 4 + most + 3):
        keep(db, number * UNIT, 7, at=NOW + 20 * DAY + number * timedelta(seconds=1))
    assert parts(db) == [1, 2, 3, 4, 5, 5 + most], "no longer than memory bears"


def test_a_part_goes_on_where_another_program_began_it(db: Database) -> None:
    keep(db, 1, 7, at=NOW - 9 * DAY)
    db.write_now(lambda s: BY_AGE.ask(s, 2, [7], NOW))
    with closing(open_database(db.url.render_as_string(hide_password=False))) as other:
        keep(other, 5 * UNIT, 7)
    later = NOW + 2 * shared_keys.LOOK_AGAIN
    keep(db, 6 * UNIT, 7, at=later)
    assert parts(db) == [0, 5]
    assert asked(db, 6 * UNIT + 1, 7, now=later) == [1, 5 * UNIT, 6 * UNIT]


def test_only_the_newest_parts_are_asked(db: Database) -> None:
    most = UNITS["sqlite" if db.path else "postgresql"] * UNIT
    for number in range(PARTS + 1):
        keep(db, number * most + 1, 7 if number < 2 else 8)
    assert len(parts(db)) == PARTS + 1
    assert asked(db, PARTS * most + 2, 7) == [most + 1]


def test_what_is_forgotten_is_not_found_and_others_stay(db: Database) -> None:
    keep(db, 1, 7, 8)
    keep(db, 2 * UNIT, 7, 8, at=NOW + 4 * DAY)
    db.write_now(lambda s: BY_AGE.remember(s, 1, (9,), NOW + 8 * DAY, newest=4 * UNIT))
    db.write_now(lambda s: BY_AGE.forget(s, 2 * UNIT, (7, 8, 9)))
    assert (asked(db, 4 * UNIT, 7), rows(db)) == ([1], 3)
    db.write_now(lambda s: BY_AGE.forget(s, 1, (7, 9)))
    assert (asked(db, 4 * UNIT, 7, 8, 9), rows(db)) == ([1], 1)


def test_old_keys_go_in_whole_parts_and_in_steps(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_keys, "STEP", 2)
    keep(db, 1, 7, at=NOW - 40 * DAY)
    keep(db, 2, *range(9), at=NOW - 39 * DAY)
    keep(db, UNIT, 7, 8, at=NOW - 31 * DAY)
    keep(db, 2 * UNIT, 7, at=NOW - 2 * DAY)
    keep(db, 2 * UNIT + 1, 7)
    assert tidied(db, NOW - 2 * DAY) == [3, 3, 3, 1]
    assert (parts(db), tidied(db, NOW - 2 * DAY)) == ([1, 2], []), "the second ended less than a month before"
    assert tidied(db) == [2]
    assert asked(db, 2 * UNIT + 2, 7, 8) == [2 * UNIT, 2 * UNIT + 1]
    assert tidied(db, NOW + 28 * DAY) == []
    assert tidied(db, NOW + 40 * DAY) == [2], "the last, too, when nothing more came"
