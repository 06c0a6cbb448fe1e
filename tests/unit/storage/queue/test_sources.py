"""The watched sources: known ones keep their schedule, and each one's health is in its row."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from crawler.record import Found, Link, Outcome, Reason, Source
from storage.db.database import Database
from storage.queue import frontier, sources, usage
from storage.queue.arrival_rate import Rhythm
from storage.queue.baseline import Reading
from storage.queue.frontier import Task
from tests import polling
from tests.polling import found

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SHANGHAI = timezone(timedelta(hours=8))
FEED = Source("a", "https://a.example/feed")


def claim(db: Database, now: datetime) -> Task:
    [task] = polling.claim(db, now, limit=1, lease=HOUR)
    return task


def state(db: Database) -> sources.State:
    [one] = db.read(sources.states)
    return one


@pytest.fixture
def watched(db: Database) -> Database:
    db.write_now(lambda s: sources.sync(s, [(FEED, NOW)], NOW))
    return db


def test_a_source_never_polled_has_no_health_yet(watched: Database) -> None:
    one = state(watched)
    assert (one.name, one.url, one.kind, one.enabled, one.next_due) == ("a", FEED.url, "auto", True, NOW)
    assert (one.last_polled_at, one.last_outcome, one.polls, one.fail_count) == (None, None, 0, 0)


def test_a_restart_changes_no_schedule(watched: Database) -> None:
    found(watched, claim(watched, NOW), Found((), "feed"), NOW)
    watched.write_now(lambda s: sources.sync(s, [(FEED, NOW)], NOW))
    assert state(watched).next_due == NOW + HOUR


def test_what_is_as_it_was_costs_a_restart_nothing(db: Database) -> None:
    wanted = [(Source(f"s{n}", f"https://s{n}.example/"), NOW) for n in range(50)]
    db.write_now(lambda s: sources.sync(s, wanted, NOW))
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda _c, _d, text, *_: statements.append(text))
    db.write_now(lambda s: sources.sync(s, wanted, NOW))
    assert len(statements) < 10
    assert len(db.read(sources.states)) == 50


def test_a_good_poll_is_noted(watched: Database) -> None:
    newest = datetime(2026, 11, 24, 15, 30, tzinfo=SHANGHAI)
    found(watched, claim(watched, NOW), Found((), "feed", title="Site A", newest=newest), NOW)
    one = state(watched)
    assert (one.found_kind, one.title, one.newest_at, one.last_outcome) == ("feed", "Site A", newest, "ok")
    assert (one.polls, one.first_polled_at, one.last_ok_at, one.last_new_at) == (1, NOW, NOW, None)


def test_the_articles_of_one_transaction_are_counted_with_one_statement(watched: Database) -> None:
    said: list[str] = []
    event.listen(watched.engine, "before_cursor_execute", lambda _c, _d, text, *_: said.append(text))
    later = NOW + timedelta(minutes=1)

    def store(session: Session) -> None:
        for name, at in (("a", NOW), ("nobody's", NOW), ("a", later), (None, NOW)):
            sources.has_news(session, name, at)

    watched.write_now(store)
    assert sum("UPDATE source" in text for text in said) == 1
    assert (state(watched).articles, state(watched).last_new_at) == (2, later)


def test_a_reading_counts_on_what_a_poll_of_its_transaction_has_taught(watched: Database) -> None:
    task = claim(watched, NOW)

    def both(session: Session) -> None:
        sources.read(session, task.source_id, Reading(size=9.0))
        ask = {"etag": None, "last_modified": None, "now": NOW, "next_due": NOW + HOUR, "keys": str}
        frontier.found(session, task, Found(links(1, 2), "feed"), **ask)

    watched.write_now(both)
    learned = watched.read(lambda s: sources.habits_of(s, task.source_id))
    assert (learned.listed, learned.recent) == (2, (Reading(size=9.0),))


def test_the_newest_date_never_goes_back(watched: Database) -> None:
    found(watched, claim(watched, NOW), Found((), "feed", newest=NOW), NOW)
    earlier = (NOW - HOUR).astimezone(SHANGHAI)  # its digits are the greater ones
    found(watched, claim(watched, NOW + HOUR), Found((), "feed", newest=earlier), NOW + HOUR)
    assert state(watched).newest_at == NOW


def test_failures_count_up_and_a_success_ends_them(watched: Database) -> None:
    for count in (1, 2):
        outcome, task = Outcome(Reason.SERVER_ERROR, f"HTTP 50{count}"), claim(watched, NOW + count * HOUR)
        now = NOW + count * HOUR
        watched.write_now(lambda s, o=outcome, n=now, t=task: frontier.failed(s, t, o, now=n, next_due=n + HOUR))
    one = state(watched)
    assert (one.fail_count, one.last_outcome, one.last_detail, one.last_ok_at) == (2, "server-error", "HTTP 502", None)
    task = claim(watched, NOW + 3 * HOUR)
    watched.write_now(lambda s: frontier.unchanged(s, task, now=NOW + 3 * HOUR, next_due=NOW + 4 * HOUR))
    one = state(watched)
    assert (one.fail_count, one.last_outcome, one.last_detail) == (0, "unchanged", None)
    assert (one.polls, one.not_modified, one.first_polled_at) == (3, 1, NOW + 3 * HOUR)


def test_a_child_page_says_nothing_of_its_sources_health(watched: Database) -> None:
    found(watched, claim(watched, NOW), Found((), "sitemap", more=(("https://a.example/2", None),)), NOW)
    child = claim(watched, NOW)
    watched.write_now(lambda s: frontier.failed(s, child, Outcome(Reason.GONE), now=NOW, next_due=None))
    one = state(watched)
    assert (one.polls, one.fail_count, one.last_outcome) == (1, 0, "ok")


def test_a_source_taken_out_stays_listed_as_not_enabled(watched: Database) -> None:
    watched.write_now(lambda s: sources.sync(s, [], NOW))
    one = state(watched)
    assert (one.enabled, one.next_due) == (False, None)


# ---- the rhythm, learned in the transaction that keeps the links


def rhythm_of(db: Database) -> Rhythm | None:
    return db.read(sources.rhythms).get("a")


def links(*ages: int, since: datetime = NOW) -> tuple[Link, ...]:
    return tuple(Link(f"https://a.example/{since:%d%H}/{age}", published=since - age * HOUR) for age in ages)


def test_a_first_poll_tells_the_rhythm_of_its_last_weeks(watched: Database) -> None:
    assert rhythm_of(watched) is None
    found(watched, claim(watched, NOW), Found(links(*range(0, 200, 10)), "feed", skip_hours=(3, 4)), NOW)
    one = rhythm_of(watched)
    assert one
    assert (one.since, one.skip_hours) == (NOW - 170 * HOUR, (3, 4))
    assert sum(one.hours) == pytest.approx(17, abs=1)


def test_later_polls_add_their_new_links_only(watched: Database) -> None:
    found(watched, claim(watched, NOW), Found(links(0, 10, 20), "feed"), NOW)
    first = rhythm_of(watched)
    later = NOW + 5 * HOUR
    again = Found((*links(0, 10, 20), *links(1, 2, since=later)), "feed")
    found(watched, next(task for task in polling.claim(watched, later) if task.is_root), again, later)
    second = rhythm_of(watched)
    assert first
    assert second
    assert sum(second.hours) - sum(first.hours) == pytest.approx(2, abs=0.1)
    assert second.since == first.since


def test_the_pages_of_a_first_poll_tell_it_where_the_first_has_no_links(watched: Database) -> None:
    index = Found((), "sitemap", more=(("https://a.example/1", None), ("https://a.example/2", None)))
    found(watched, claim(watched, NOW), index, NOW)
    for _ in range(2):
        found(watched, claim(watched, NOW), Found(links(*range(20), since=NOW), "sitemap"), NOW)
    one = rhythm_of(watched)
    assert one
    assert sum(one.hours) == pytest.approx(17, abs=1), "once, not twice"


def test_another_address_has_another_rhythm(watched: Database) -> None:
    found(watched, claim(watched, NOW), Found(links(0, 10, 20), "feed"), NOW)
    watched.write_now(lambda s: sources.sync(s, [(replace(FEED, url="https://a.example/other"), NOW)], NOW))
    assert rhythm_of(watched) is None


def test_requests_are_counted_by_day(watched: Database) -> None:
    for day, count in (("2026-11-24", 3), ("2026-11-24", 4), ("2026-11-25", 1)):
        watched.write_now(lambda s, d=day, n=count: usage.add(s, d, n))
    assert [watched.read(lambda s, d=day: usage.of_day(s, d)) for day in ("2026-11-24", "2026-11-25", "2026-11-26")] == [7, 1, 0]


def test_a_claim_counts_its_requests(watched: Database) -> None:
    polling.claim(watched, NOW, day="2026-11-24")
    assert watched.read(lambda s: usage.of_day(s, "2026-11-24")) == 1
