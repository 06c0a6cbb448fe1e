"""What only one may do, one does: a lease passes on when its holder is silent, and who has lost it changes nothing."""

import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from storage.db.database import Database, open_database
from storage.queue import leases, workers
from storage.queue.leases import LENGTH, Lease
from storage.queue.workers import Worker

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def take(db: Database, holder: str, now: datetime = NOW, living: tuple[str, ...] = ()) -> Lease | None:
    return db.write_now(lambda s: leases.take(s, "edit", holder, now, living))


def is_held(db: Database, lease: Lease | None) -> bool:
    assert lease is not None
    return db.write_now(lambda s: leases.is_held(s, lease))


def test_one_holds_it_and_renews_it_under_one_epoch(db: Database) -> None:
    first = take(db, "one")
    assert first == Lease("edit", "one", 1)
    assert take(db, "two", NOW + SECOND) is None
    assert take(db, "one", NOW + 10 * SECOND) == first
    assert take(db, "two", NOW + LENGTH) is None
    assert is_held(db, first)


def test_who_was_silent_past_its_lease_has_lost_it_for_good(db: Database) -> None:
    first = take(db, "one")
    second = take(db, "two", NOW + LENGTH)
    assert second == Lease("edit", "two", 2)
    assert not is_held(db, first)
    assert take(db, "one", NOW + LENGTH + SECOND) is None
    assert take(db, "one", NOW + 3 * LENGTH) == Lease("edit", "one", 3)
    assert not is_held(db, first), "another right than the one it had"


def test_what_is_given_back_or_held_by_the_dead_is_free_at_once(db: Database) -> None:
    take(db, "one")
    assert take(db, "two", NOW + SECOND, living=("two", "three")) is not None
    db.write_now(lambda s: leases.give_back(s, "two", NOW + 2 * SECOND))
    assert take(db, "three", NOW + 2 * SECOND) is not None
    assert db.read(lambda s: leases.holders(s, NOW + 3 * SECOND)) == {"edit": "three"}


def test_a_lease_taken_by_a_clock_ahead_is_not_for_ever(db: Database) -> None:
    take(db, "one", NOW + timedelta(days=400))
    assert take(db, "two") is not None


@pytest.mark.postgres
def test_nobody_takes_a_lease_from_under_a_transaction_that_relies_on_it(postgres_template: str, postgres_url) -> None:
    url = postgres_url(postgres_template)
    relied, order = threading.Event(), list[str]()

    with closing(open_database(url)) as one, closing(open_database(url)) as other:
        held = take(one, "one")

        def rely(session) -> None:
            assert leases.is_held(session, held)
            relied.set()
            threading.Event().wait(0.5)
            order.append("stored")

        thread = threading.Thread(target=lambda: one.write_now(rely))
        thread.start()
        assert relied.wait(10)
        take(other, "two", NOW + 2 * LENGTH)
        order.append("taken")
        thread.join()
    assert order == ["stored", "taken"]


def test_workers_are_known_while_they_give_signs(db: Database) -> None:
    def beat(name: str, at: datetime) -> None:
        one = Worker(name, "h", "p", 1, ("fetch", "edit"), "0.1.0", None, NOW, at, "")
        db.write_now(lambda s: workers.beat(s, one))

    beat("a", NOW)
    beat("b", NOW)
    beat("b", NOW + workers.DEAD_AFTER)
    assert [one.roles for one in db.read(workers.everyone)] == [("fetch", "edit")] * 2
    assert db.read(lambda s: workers.living(s, NOW + workers.DEAD_AFTER)) == ["b"]
    db.write_now(lambda s: workers.leave(s, "a"))
    assert [one.id for one in db.read(workers.everyone)] == ["b"]
