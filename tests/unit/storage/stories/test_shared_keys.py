"""Keys: found while they are remembered, among many and few, and gone when their time is over."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial

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
    assert parts(db) == [1, 2, 3, 4, *range(5, 4 + most + 3, most)], "no longer than memory bears"


def test_a_part_goes_on_where_another_program_began_it(db: Database) -> None:
    keep(db, 1, 7, at=NOW - 9 * DAY)
    db.write_now(lambda s: BY_AGE.ask(s, 2, [7], NOW))
    with closing(open_database(db.url.render_as_string(hide_password=False))) as other:
        keep(other, 5 * UNIT, 7)
    later = NOW + 2 * shared_keys.LOOK_AGAIN
    keep(db, 6 * UNIT, 7, at=later)
    assert parts(db) == ([0, 5, 6] if db.path else [0, 5])
    assert asked(db, 6 * UNIT + 1, 7, now=later) == [1, 5 * UNIT, 6 * UNIT]


def test_only_the_newest_parts_are_asked(db: Database) -> None:
    dialect = "sqlite" if db.path else "postgresql"
    most, many = UNITS[dialect] * UNIT, PARTS[dialect]
    for number in range(many + 1):
        keep(db, number * most + 1, 7 if number < 2 else 8)
    assert len(parts(db)) == many + 1
    assert asked(db, many * most + 2, 7) == [most + 1]


def test_what_lies_in_a_complete_part_is_found_by_its_sieve_as_it_is_without(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not db.path:
        pytest.skip("a server's parts have no sieves")
    monkeypatch.setattr(shared_keys, "UNIT", 4)
    for number in range(1, 41):
        keep(db, number, number, 100 + number % 20)
    keys = [3, 18, 39, 105, 999]
    plain = asked(db, 41, *keys)
    assert {3, 18, 39} < set(plain)
    for _ in range(len(parts(db))):  # one sieve more in each call
        assert [row.id for row in db.write_now(lambda s: BY_AGE.ask(s, 41, keys, NOW))] == plain
    db.write_now(lambda s: BY_AGE.forget(s, 3, [3]))
    assert [row.id for row in db.write_now(lambda s: BY_AGE.ask(s, 41, [3, 18], NOW))] == [18]


def test_a_key_that_many_articles_of_newer_parts_have_is_not_looked_for_in_older_ones(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not db.path:
        pytest.skip("a server looks at so many of a part")
    for name, value in {"UNIT": 4, "MANY": 2, "CANDIDATES": 50}.items():
        monkeypatch.setattr(shared_keys, name, value)
    shared_keys._question.cache_clear()
    for number in range(1, 25):
        keep(db, number, 7, 100 + number)
    found = [
        [row.id for row in db.write_now(partial(BY_AGE.ask, article_id=25, keys=keys, now=NOW))]
        for keys in ([103], [7], [7, 103])
    ]
    shared_keys._question.cache_clear()
    lately = list(range(16, 25))  # two parts that grow, and the newest of those that have it often
    assert found == [[3], lately, [3, *lately]]


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
