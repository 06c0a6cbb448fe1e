"""One pace a host over all workers: who may ask it, when, and that no two workers take one task or wait for each other in a circle."""

import threading
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, select, update

from crawler.record import Found, Link, Outcome, Reason, Source
from storage.db import models
from storage.db.database import Database, open_database
from storage.queue import clock_set, frontier, hosts, robots, sources, usage
from storage.queue.frontier import Task
from tests.polling import found

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LEASE = timedelta(minutes=3)


def watch(db: Database, *addresses: str) -> None:
    wanted = [(Source(f"s{place}", address), NOW) for place, address in enumerate(addresses)]
    db.write_now(lambda s: sources.sync(s, wanted, NOW))


def claim(
    db: Database, owner: str = "one", now: datetime = NOW, limit: int = 10, delay: float = 1.0, **more: object
) -> list[Task]:
    asked = {"owner": owner, "now": now, "limit": limit, "lease": LEASE, "delay": delay, **more}
    return db.write_now(lambda s: frontier.claim(s, **asked), alone=True)


def look_at(db: Database, name: str) -> datetime | None:
    return db.read(lambda s: s.scalar(select(models.host.c.ready_at).where(models.host.c.name == name)))


def test_each_task_knows_its_turn_and_turns_are_a_pace_apart(db: Database) -> None:
    watch(db, *(f"https://a.example/{n}" for n in range(4)))
    slots = [task.slot for task in claim(db, horizon=2 * SECOND)]
    assert slots == [NOW, NOW + SECOND, NOW + 2 * SECOND]
    [fourth] = claim(db, now=NOW + SECOND, horizon=2 * SECOND)
    assert fourth.slot == NOW + 3 * SECOND


def test_a_host_is_asked_by_one_worker_until_it_has_rested(db: Database) -> None:
    watch(db, *(f"https://a.example/{n}" for n in range(4)))
    assert len(claim(db, "one")) == 1
    assert claim(db, "two", NOW + 2 * SECOND) == []
    assert len(claim(db, "one", NOW + 2 * SECOND)) == 1
    handed_over = NOW + 3 * SECOND + hosts.HELD
    assert claim(db, "two", handed_over - SECOND) == []
    assert len(claim(db, "two", handed_over)) == 1
    assert claim(db, "one", handed_over + SECOND) == [], "now it is the other's"


def test_who_still_waits_for_a_turn_keeps_its_host_and_no_other(db: Database) -> None:
    watch(db, "https://a.example/0", "https://a.example/1", "https://b.example/0")
    claim(db, "one", limit=2)
    late = NOW + 30 * SECOND
    assert db.write_now(lambda s: hosts.keep(s, "one", ["a.example", "b.example"], late)) == {"a.example", "b.example"}
    assert db.write_now(lambda s: hosts.keep(s, "two", ["a.example"], late)) == frozenset()
    assert claim(db, "two", NOW + 20 * SECOND) == []
    assert [task.host for task in claim(db, "two", late)] == ["a.example"]


def test_the_hosts_of_a_dead_worker_are_free(db: Database) -> None:
    watch(db, "https://a.example/0", "https://b.example/0")
    claim(db, "dead", limit=1)
    claim(db, "alive", limit=1)
    assert db.write_now(lambda s: frontier.recover(s, NOW + SECOND, ["alive", "new"])) == 1
    assert [task.host for task in claim(db, "new", NOW + 2 * SECOND)] == ["a.example"]


def test_a_host_is_looked_at_when_it_has_something_and_not_before(db: Database) -> None:
    watch(db, "https://a.example/feed")
    [poll] = claim(db)
    assert look_at(db, "a.example") is None, "nothing is due there"
    db.write_now(lambda s: frontier.failed(s, poll, Outcome(Reason.DNS), now=NOW, next_due=NOW + LEASE))
    assert look_at(db, "a.example") == NOW + LEASE
    db.write_now(lambda s: hosts.hold(s, "a.example", NOW + 2 * LEASE, "rate-limited"))
    assert look_at(db, "a.example") == NOW + 2 * LEASE
    assert db.write_now(lambda s: frontier.force_due(s, NOW)) == 1
    assert claim(db, now=NOW + LEASE) == [], "the host rests"
    assert len(claim(db, now=NOW + 2 * LEASE)) == 1


def test_polls_that_may_not_be_claimed_keep_no_article_waiting(db: Database) -> None:
    watch(db, *(f"https://h{n}.example/" for n in range(40)), "https://last.example/feed")
    polls = {task.host: task for task in claim(db, limit=99)}
    for host, task in polls.items():
        listed = (Link("https://last.example/1"),) if host == "last.example" else ()
        found(db, task, Found(listed, "feed"), NOW, next_due=NOW)
    never = {"polls_due_by": datetime(1970, 1, 1, tzinfo=UTC), "limit": 4}
    later = NOW + 2 * SECOND
    assert [task.url for task in claim(db, now=later, **never)] == ["https://last.example/1"]
    assert len(claim(db, now=later + frontier.NOT_ALLOWED, limit=99)) == 41


@pytest.mark.parametrize("more", [{}, {"polls_due_by": NOW}], ids=["whatever is due", "polls that were due"])
def test_a_host_whose_work_found_no_room_in_a_claim_is_next_at_once(db: Database, more: dict[str, datetime]) -> None:
    watch(db, *(f"https://h{n}.example/" for n in range(7)))
    rounds = [[task.host for task in claim(db, limit=3, **more)] for _ in range(4)]
    assert [len(some) for some in rounds] == [3, 3, 1, 0]
    assert len({host for some in rounds for host in some}) == 7


def test_a_claim_asks_for_no_more_rows_when_there_are_more_hosts(db: Database) -> None:
    watch(db, *(f"https://h{n}.example/" for n in range(300)))
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda _c, _cur, sql, *_: asked.append(sql))
    assert len(claim(db, limit=8)) == 8
    assert len([sql for sql in asked if "task" in sql]) <= 12


def test_a_pace_that_robots_txt_asks_for_holds_for_all_workers(db: Database) -> None:
    watch(db, "https://a.example/0", "https://a.example/1")
    kept = robots.Kept("https://a.example", "a.example", "User-agent: *\nCrawl-delay: 20", NOW + LEASE, 20.0)
    db.write_now(lambda s: robots.put(s, kept))
    assert len(claim(db)) == 1
    assert claim(db, now=NOW + 19 * SECOND) == []
    assert len(claim(db, now=NOW + 20 * SECOND)) == 1
    assert db.read(lambda s: robots.get(s, "https://a.example", NOW)) == (kept.body, kept.until)
    assert db.read(lambda s: robots.get(s, "https://a.example", NOW + LEASE)) is None
    assert db.write_now(lambda s: robots.tidy(s, NOW + LEASE)) == 1


def test_a_clock_set_back_moves_when_a_host_is_looked_at(db: Database) -> None:
    watch(db, "https://a.example/feed")
    [poll] = claim(db)
    db.write_now(lambda s: frontier.unchanged(s, poll, now=NOW, next_due=NOW + LEASE))
    before = NOW - timedelta(hours=3)
    db.write_now(lambda s: clock_set.bring_in_line(s, NOW, before))
    assert len(claim(db, now=before + LEASE)) == 1


def test_requests_are_counted_once_however_many_count_them(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    for shard in (1, 2):
        monkeypatch.setattr(usage, "SHARD", shard)
        for _ in range(3):
            db.write_now(lambda s: (usage.add(s, "2026-11-24", 2, 1), usage.add(s, "2026-11-25", 1)))
    assert db.read(lambda s: (usage.of_day(s, "2026-11-24"), usage.polls_of_day(s, "2026-11-24"))) == (12, 6)


@pytest.mark.postgres
def test_workers_at_one_time_take_each_task_once(postgres_template: str, postgres_url) -> None:
    url = postgres_url(postgres_template)
    taken: list[int] = []

    def work(owner: str) -> None:
        with closing(open_database(url)) as db:
            for turn in range(25):
                now = NOW + turn * timedelta(minutes=1)
                tasks = claim(db, owner, now, limit=8, delay=0.0)
                taken.extend(task.id for task in tasks)
                for task in tasks:
                    db.write_now(
                        lambda s, t=task, n=now: frontier.failed(s, t, Outcome(Reason.GONE), now=n, next_due=n + 9 * LEASE * 99)
                    )

    with closing(open_database(url)) as db:
        watch(db, *(f"https://h{n % 60}.example/{n}" for n in range(300)))
        threads = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert max(Counter(taken).values()) == 1
        assert len(taken) > 200


@pytest.mark.postgres
def test_two_workers_that_wait_for_each_other_both_come_to_their_end(postgres_template: str, postgres_url) -> None:
    url = postgres_url(postgres_template)
    barrier = threading.Barrier(2)
    runs: Counter[str] = Counter()

    def work(first: str, second: str) -> None:
        def both(session) -> None:
            runs[first] += 1
            for name in (first, second):
                session.execute(update(models.source).where(models.source.c.name == name).values(polls=models.source.c.polls + 1))
                if runs[first] == 1 and name == first:
                    barrier.wait(10)

        with closing(open_database(url)) as db:
            db.write_now(both)

    with closing(open_database(url)) as db:
        watch(db, "https://a.example/", "https://b.example/")
        threads = [threading.Thread(target=work, args=names) for names in (("s0", "s1"), ("s1", "s0"))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [row.polls for row in db.read(sources.states)] == [2, 2]
        assert sum(runs.values()) > 2, "one of them had to give way"
