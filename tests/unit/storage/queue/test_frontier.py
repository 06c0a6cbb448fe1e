"""The frontier: nothing that was found is lost, nothing is done twice, no host is hurried."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import insert, select, update

from crawler.record import MAX_LINKS, Found, Link, Outcome, Reason, Source
from storage.db import models
from storage.db.database import Database
from storage.queue import frontier, hosts, sources
from storage.queue import links as links_
from storage.queue.frontier import Kept, Task
from tests import polling

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
LEASE = timedelta(minutes=3)
SECOND = timedelta(seconds=1)
LATER = NOW + timedelta(minutes=15)


def watch(db: Database, *names: str, host: str = "") -> None:
    wanted = [(Source(name, f"https://{host or name + '.example'}/{name}.xml"), NOW) for name in names]
    db.write_now(lambda s: sources.sync(s, wanted, NOW))


def claim(db: Database, now: datetime = NOW, limit: int = 10, delay: float = 0.0, **more: object) -> list[Task]:
    return polling.claim(db, now, limit=limit, delay=delay, **more)


def links(count: int, host: str = "a.example", first: int = 0) -> tuple[Link, ...]:
    return tuple(Link(f"https://{host}/{n}", title=f"Title {n}") for n in range(first, first + count))


def found(
    db: Database, task: Task, *some: Link, now: datetime = NOW, etag: str | None = '"1"', more: object = (), **options: object
) -> Kept:
    what = Found(some, "feed", more=tuple(more))
    return polling.found(db, task, what, now, etag=etag, next_due=now + timedelta(minutes=15), **options)


def rows(db: Database, kind: str = "article") -> list:
    return db.read(lambda s: s.execute(select(models.task).where(models.task.c.kind == kind).order_by(models.task.c.id)).all())


@pytest.fixture
def poll(db: Database) -> Task:
    """The claimed poll of one source."""
    watch(db, "a")
    [task] = claim(db)
    return task


def test_a_new_source_is_polled_at_once_and_only_by_one(db: Database) -> None:
    watch(db, "a")
    [task] = claim(db)
    assert (task.kind, task.source, task.url, task.host) == ("poll", "a", "https://a.example/a.xml", "a.example")
    assert (task.attempts, task.is_root, task.baseline, task.hint) == (1, True, True, None)
    assert claim(db) == []


def test_a_found_link_is_a_row_with_all_its_source_said(db: Database, poll: Task) -> None:
    said = Link(
        "https://a.example/1", "标题", NOW.astimezone(timezone(timedelta(hours=8))), "s", "t", "an author", "a paper", ("k", "l")
    )
    assert found(db, poll, said) == Kept(new=1)
    [article] = claim(db)
    assert article.hint == said
    assert (article.kind, article.key, article.baseline, article.source) == ("article", "https://a.example/1", True, "a")


def test_a_link_is_found_once(db: Database, poll: Task) -> None:
    assert found(db, poll, *links(3)) == Kept(new=3)
    [again] = [task for task in claim(db, LATER) if task.kind == "poll"]
    kept = found(db, again, *links(4), now=LATER)
    assert kept == Kept(new=1, known=3)
    assert [row.baseline for row in rows(db)] == [True, True, True, False], "only the first poll shows what was there before us"


def test_two_links_of_one_key_are_one(db: Database, poll: Task) -> None:
    some = Link("https://a.example/1?x"), Link("https://a.example/1?y")
    assert found(db, poll, *some, keys=lambda url: url.partition("?")[0]) == Kept(new=1)


def test_a_link_that_is_an_article_or_an_alias_is_known(db: Database, poll: Task) -> None:
    article = {
        "title": "t",
        "link": "l",
        "text": "t",
        "summary": "",
        "opening": "",
        "first_seen": NOW,
        "shown_at": NOW,
        "updated_at": NOW,
    }
    lists = {name: [] for name in ("keywords", "ai_technologies", "industries", "events", "facts", "tags")}
    row = {"id": 1, "link_key": "https://a.example/0", "content_hash": "", **article, **lists}

    def prepare(session) -> None:
        session.execute(insert(models.article).values(row))
        session.execute(insert(models.article_alias).values(link_key="https://a.example/1", article_id=1))
        session.execute(insert(models.article_alias).values(link_key="https://a.example/2", article_id=None))

    db.write_now(prepare)
    assert found(db, poll, *links(3)) == Kept(new=1, known=2), "an address that several articles claim proves nothing"


def test_validators_are_kept_with_the_links_and_used_at_the_next_poll(db: Database, poll: Task) -> None:
    found(db, poll, *links(1))
    [again] = [task for task in claim(db, LATER) if task.kind == "poll"]
    assert (again.etag, again.attempts, again.baseline) == ('"1"', 1, False)
    assert db.write_now(lambda s: frontier.unchanged(s, again, now=LATER, next_due=LATER + LEASE))
    [third] = [task for task in claim(db, LATER + LEASE) if task.kind == "poll"]
    assert third.etag == '"1"'


def test_links_beyond_the_limit_are_picked_up_by_the_next_poll(db: Database, poll: Task) -> None:
    dated = [Link(f"https://a.example/{n}", published=NOW - timedelta(hours=n)) for n in (3, 1, 0, 2, 4)]
    first = found(db, poll, *dated, max_new=2)
    assert (first.new, first.left) == (2, 3)
    assert [row.key[-1] for row in rows(db)] == ["0", "1"], "the newest come first"
    [again] = [task for task in claim(db) if task.kind == "poll"]
    assert (again.etag, again.baseline) == (None, True), "an unconditional poll, still the first"
    second = found(db, again, *dated, max_new=2)
    [last] = [task for task in claim(db) if task.kind == "poll"]
    third = found(db, last, *dated, max_new=2)
    assert (second.new, second.left, third.new, third.left) == (2, 1, 1, 0)
    assert not [task for task in claim(db) if task.kind == "poll"]


def test_all_that_an_answer_may_list_is_kept_at_once(db: Database, poll: Task) -> None:
    assert found(db, poll, *links(MAX_LINKS)) == Kept(new=MAX_LINKS)
    assert not [task for task in claim(db, limit=MAX_LINKS) if task.kind == "poll"], "nobody is asked for the same again"


def test_a_page_that_invents_links_without_end_is_not_polled_without_end(db: Database, poll: Task) -> None:
    task, number = poll, 0
    for _ in range(frontier.MAX_ROUNDS):
        found(db, task, *links(3, first=number), max_new=1)
        number += 3
        [task] = [task for task in claim(db) if task.kind == "poll"] or [None]
    assert task is None


def test_a_lost_lease_changes_nothing(db: Database, poll: Task) -> None:
    db.write_now(lambda s: frontier.recover(s, NOW))
    [theirs] = claim(db, owner="other")
    assert found(db, poll, *links(2)) == Kept(stale=True)
    assert rows(db) == []
    assert not db.write_now(lambda s: frontier.unchanged(s, poll, now=NOW, next_due=LATER))
    assert not db.write_now(lambda s: frontier.failed(s, poll, Outcome(Reason.DNS), now=NOW, next_due=LATER))
    assert found(db, theirs, *links(2)).new == 2


def test_a_kill_leaves_its_work_due_and_costs_no_attempt(db: Database, poll: Task) -> None:
    for _ in range(20):
        assert db.write_now(lambda s: frontier.recover(s, NOW)) == 1
        [task] = claim(db)
        assert task.attempts == 1


def test_what_was_not_begun_is_given_back(db: Database, poll: Task) -> None:
    assert db.write_now(lambda s: frontier.release(s, "someone else")) == 0
    assert db.write_now(lambda s: frontier.release(s, "me")) == 1
    [task] = claim(db)
    assert (task.attempts, task.fence) == (1, 2)


def test_a_lease_that_runs_out_is_due_again(db: Database, poll: Task) -> None:
    assert db.write_now(lambda s: frontier.recover_expired(s, NOW + LEASE)) == 0
    assert db.write_now(lambda s: frontier.recover_expired(s, NOW + LEASE + SECOND)) == 1
    [task] = claim(db)
    assert task.attempts == 2


def test_an_article_whose_lease_always_runs_out_is_given_up(db: Database, poll: Task) -> None:
    found(db, poll, *links(1))
    now, claims = NOW, 0
    while tasks := [task for task in claim(db, now) if task.kind == "article"]:
        claims += len(tasks)
        now += LEASE + SECOND
        db.write_now(lambda s, now=now: frontier.recover_expired(s, now))
    assert claims == frontier.MAX_LOST_LEASES
    assert [row.state for row in rows(db)] == ["dead"]


def test_a_failure_is_tried_again_when_it_is_due(db: Database, poll: Task) -> None:
    outcome = Outcome(Reason.TIMEOUT, "no answer within 30 s")
    assert db.write_now(lambda s: frontier.failed(s, poll, outcome, now=NOW, next_due=LATER))
    assert claim(db, LATER - SECOND) == []
    [again] = claim(db, LATER)
    assert again.attempts == 2
    [state] = db.read(sources.states)
    assert (state.fail_count, state.last_outcome, state.last_detail) == (1, "timeout", "no answer within 30 s")


@pytest.mark.parametrize(
    ("reason", "state"),
    [(Reason.NOT_AN_ARTICLE, "skipped"), (Reason.ROBOTS, "skipped"), (Reason.GONE, "dead"), (Reason.UNREADABLE, "dead")],
)
def test_a_final_failure_is_a_state_with_its_reason(db: Database, poll: Task, reason: Reason, state: str) -> None:
    found(db, poll, *links(1))
    [article] = claim(db)
    db.write_now(lambda s: frontier.failed(s, article, Outcome(reason, "why"), now=NOW, next_due=None))
    [row] = rows(db)
    assert (row.state, row.reason, row.detail) == (state, reason.value, "why")
    [again] = [task for task in claim(db, LATER) if task.kind == "poll"]
    assert found(db, again, *links(1), now=LATER) == Kept(known=1), "it is not read again"


def test_a_sources_own_poll_never_ends(db: Database, poll: Task) -> None:
    db.write_now(lambda s: frontier.failed(s, poll, Outcome(Reason.GONE, permanent=True), now=NOW, next_due=None))
    assert [task.kind for task in claim(db, NOW + timedelta(days=1))] == ["poll"]


# ---- pace and fairness


def test_a_host_is_asked_at_its_pace_over_all_its_sources(db: Database) -> None:
    watch(db, "a", "b", "c", "d", host="one.example")
    times = []
    for tenth in range(0, 40):
        now = NOW + tenth * SECOND / 10
        times += [now for _ in claim(db, now, delay=1.0)]
    assert [(at - NOW).total_seconds() for at in times] == [0, 1, 2, 3]


def test_what_a_host_allows_within_the_horizon_can_be_claimed_ahead(db: Database) -> None:
    watch(db, *"abcdef", host="one.example")
    assert len(claim(db, delay=1.0, horizon=2 * SECOND)) == 3
    assert claim(db, delay=1.0, horizon=2 * SECOND) == []
    assert len(claim(db, NOW + SECOND, delay=1.0, horizon=2 * SECOND)) == 1


def test_each_host_may_have_a_delay_of_its_own(db: Database) -> None:
    watch(db, "a", "b", host="slow.example")
    wanted = [
        (Source(n, f"https://{h}/{n}.xml"), NOW) for n, h in [("a", "slow.example"), ("b", "slow.example"), ("c", "fast.example")]
    ]
    db.write_now(lambda s: sources.sync(s, wanted, NOW))
    delay = {"slow.example": 30.0, "fast.example": 1.0}.__getitem__
    assert len(claim(db, delay=delay)) == 2
    assert [task.host for task in claim(db, NOW + 29 * SECOND, delay=delay)] == []
    assert [task.source for task in claim(db, NOW + 30 * SECOND, delay=delay)] == ["b"]


def test_a_held_host_waits_and_the_others_go_on(db: Database) -> None:
    watch(db, "a", "b")
    zone = timezone(timedelta(hours=8))
    db.write_now(lambda s: hosts.hold(s, "a.example", (NOW + 60 * SECOND).astimezone(zone), "rate-limited"))
    assert [task.source for task in claim(db)] == ["b"]
    db.write_now(lambda s: hosts.hold(s, "a.example", NOW, "earlier"))
    assert claim(db, NOW + 59 * SECOND) == []
    assert [task.source for task in claim(db, NOW + 60 * SECOND)] == ["a"]


def test_a_source_with_many_links_does_not_keep_others_waiting(db: Database) -> None:
    watch(db, "big", "small", host="one.example")
    polls = {task.source: task for task in claim(db)}
    found(db, polls["big"], *links(100, "one.example"))
    found(db, polls["small"], *links(3, "one.example", first=100), now=NOW + SECOND)
    first = claim(db, NOW + SECOND, limit=8)
    assert Counter(task.source for task in first) == {"big": 5, "small": 3}


def test_a_poll_does_not_wait_behind_a_backlog(db: Database) -> None:
    watch(db, "a", "b", host="one.example")
    polls = {task.source: task for task in claim(db, limit=1)}
    found(db, polls["a"], *links(100, "one.example"))
    assert "poll" in {task.kind for task in claim(db, limit=2)}


def test_run_once_polls_a_source_once(db: Database, poll: Task) -> None:
    found(db, poll, *links(2), more=[("https://a.example/page-2.xml", None)])
    claimed = claim(db, LATER + LEASE, polls_due_by=NOW)
    assert sorted(task.kind for task in claimed) == ["article", "article", "poll"], "its next page, not its own address again"
    assert [task.depth for task in claimed if task.kind == "poll"] == [1]


def test_run_once_polls_a_source_again_for_the_links_that_its_poll_left(db: Database, poll: Task) -> None:
    assert found(db, poll, *links(3), max_new=2, now=LATER).left == 1
    [again] = [task for task in claim(db, LATER, polls_due_by=NOW) if task.kind == "poll"]
    found(db, again, *links(3), max_new=2, now=LATER)
    assert {task.kind for task in claim(db, LATER, polls_due_by=NOW)} == {"article"}


def test_run_once_polls_a_source_that_gave_way_to_others(db: Database, poll: Task) -> None:
    db.write_now(lambda s: frontier.postpone(s, poll, until=LATER, reason=Reason.OVERLOADED))
    assert db.read(lambda s: frontier.pending(s, NOW, NOW, LATER)) == 1
    [again] = claim(db, LATER, polls_due_by=NOW)
    assert found(db, again, *links(2), max_new=1, now=LATER).left == 1
    [again] = [task for task in claim(db, LATER, polls_due_by=NOW) if task.kind == "poll"]
    found(db, again, *links(2), now=LATER)
    assert {task.kind for task in claim(db, LATER + LEASE, polls_due_by=NOW)} == {"article"}


# ---- further addresses


def child(db: Database, now: datetime = NOW) -> Task | None:
    return next((task for task in claim(db, now) if task.depth), None)


def test_a_child_sitemap_is_polled_and_then_rests(db: Database, poll: Task) -> None:
    listed = [("https://a.example/2026.xml", NOW - timedelta(days=3))]
    assert found(db, poll, more=listed).more == 1
    task = child(db)
    assert task is not None
    assert task.baseline
    found(db, task, *links(1))
    assert child(db, LATER) is None


@pytest.mark.parametrize(
    ("first", "then", "polled"),
    [
        (timedelta(days=-5), timedelta(days=-5), False),
        (timedelta(days=-5), timedelta(hours=1), True),
        (timedelta(days=-5), None, True),
        (timedelta(hours=-3), timedelta(hours=-3), True),
    ],
    ids=["listed as before", "listed as newer", "no date", "same day: sites often give the day only"],
)
def test_a_child_is_polled_again_when_it_may_have_changed(
    db: Database, poll: Task, first: timedelta, then: timedelta | None, polled: bool
) -> None:
    address = "https://a.example/2026.xml"
    found(db, poll, more=[(address, NOW + first)])
    found(db, child(db), etag='"c"')
    [parent] = claim(db, LATER)
    found(db, parent, more=[(address, NOW + then if then else None)], now=LATER)
    again = child(db, LATER)
    assert (again is not None) is polled
    assert again is None or again.etag == '"c"', "a conditional request"


def test_pages_that_lead_on_for_ever_end(db: Database, poll: Task) -> None:
    task, depth = poll, 0
    while task is not None:
        depth = task.depth
        found(db, task, more=[(f"https://a.example/page/{depth + 1}", None)])
        task = child(db)
    assert depth == links_.MAX_DEPTH


# ---- a clock that was wrong


def test_a_clock_that_was_a_year_ahead_silences_nothing(db: Database, poll: Task) -> None:
    year = NOW + timedelta(days=365)
    found(db, poll, *links(1), now=year)
    db.write_now(lambda s: hosts.hold(s, "a.example", year, "rate-limited"))
    db.write_now(lambda s: frontier.recover(s, NOW))
    assert sorted(task.kind for task in claim(db)) == ["article", "poll"]


def test_a_lease_taken_by_a_clock_ahead_is_not_for_ever(db: Database, poll: Task) -> None:
    db.write_now(lambda s: s.execute(update(models.task).values(lease_until=NOW + timedelta(days=365))))
    assert db.write_now(lambda s: frontier.recover_expired(s, NOW)) == 1


# ---- sources that come and go


def test_a_source_no_longer_watched_rests_until_it_is_again(db: Database, poll: Task) -> None:
    found(db, poll, *links(2))
    watch(db, "b")
    assert [task.source for task in claim(db, LATER)] == ["b"]
    watch(db, "a", "b")
    assert Counter(task.source for task in claim(db, LATER))["a"] == 3


def test_work_of_a_source_that_was_just_dropped_is_set_aside(db: Database, poll: Task) -> None:
    watch(db, "b")
    assert db.write_now(lambda s: frontier.drop(s, poll, "source is no longer configured", NOW))
    watch(db, "a")
    assert [task.source for task in claim(db, LATER)] == ["a"]


def test_another_source_takes_over_links_that_rest(db: Database, poll: Task) -> None:
    found(db, poll, *links(2))
    watch(db, "b")
    [theirs] = claim(db)
    assert found(db, theirs, *links(2)) == Kept(new=2)
    assert {task.source for task in claim(db, LATER)} == {"b"}


def test_a_source_with_a_new_address_starts_afresh(db: Database, poll: Task) -> None:
    found(db, poll, more=[("https://a.example/2.xml", None)])
    moved = Source("a", "https://a.example/moved.xml")
    db.write_now(lambda s: sources.sync(s, [(moved, NOW)], NOW))
    [task] = claim(db, LATER)
    assert (task.url, task.etag, task.baseline, task.depth) == (moved.url, None, True, 0)


def test_a_source_read_by_another_spider_is_asked_for_the_whole_again(db: Database, poll: Task) -> None:
    found(db, poll, *links(1))
    db.write_now(lambda s: sources.sync(s, [(replace(Source("a", poll.url), kind="listing"), NOW)], NOW))
    [again] = [task for task in claim(db, LATER) if task.kind == "poll"]
    assert (again.etag, again.baseline) == (None, False)


# ---- questions


def test_the_frontier_can_be_asked_what_waits(db: Database, poll: Task) -> None:
    assert db.read(lambda s: frontier.pending(s, NOW, NOW, NOW)) == 1, "what is leased is not finished"
    assert db.read(lambda s: frontier.pending(s, NOW, NOW + LEASE, NOW)) == 0, "but nobody's any more when its lease has run out"
    found(db, poll, *links(3))
    assert db.read(lambda s: frontier.pending(s, NOW, NOW, LATER)) == 3, "the next regular poll does not count"
    db.write_now(lambda s: hosts.hold(s, "a.example", LATER + LEASE, "rate-limited"))
    assert db.read(lambda s: frontier.pending(s, NOW, NOW, LATER)) == 0, "nor does a host that asked for a longer pause"
    assert db.write_now(lambda s: frontier.force_due(s, NOW)) == 1
    assert len([task for task in claim(db, LATER + LEASE) if task.kind == "poll"]) == 1
