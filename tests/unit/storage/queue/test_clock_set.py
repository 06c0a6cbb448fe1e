"""The machine's clock is set, back or forth: what was planned stays planned, and nothing is done twice."""

from datetime import UTC, datetime, timedelta

import pytest

from crawler.record import Found, Link, Outcome, Reason, Record, Source
from storage.alerts import notices, outbox
from storage.archive import articles
from storage.archive.articles import AlertDraft
from storage.db.database import Database
from storage.queue import clock_set, frontier, hosts, sources
from tests.polling import claim, found

WAS = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
LEASE = timedelta(minutes=3)
PAUSE = timedelta(minutes=15)


def deliveries(db: Database, now: datetime) -> list[outbox.Delivery]:
    return db.write_now(lambda s: outbox.claim(s, channel="desk", owner="me", now=now, limit=10, lease=LEASE))


def set_to(db: Database, now: datetime) -> None:
    db.write_now(lambda s: clock_set.bring_in_line(s, WAS, now))


@pytest.fixture
def task(db: Database) -> frontier.Task:
    """The claimed poll of one source."""
    db.write_now(lambda s: sources.sync(s, [(Source("a", "https://a.example/feed"), WAS)], WAS))
    [claimed] = claim(db, WAS)
    return claimed


def raise_alert(db: Database, name: str, due: datetime | None = None) -> None:
    record = Record(title=name * 10, link=f"https://a.example/{name}", text=name)
    draft = AlertDraft("r", "v", ("desk",), {"title": name}, due)
    db.write_now(lambda s: articles.store(s, record, key=name, alerts=(draft,), now=WAS))


@pytest.mark.parametrize("back", [timedelta(seconds=60), timedelta(hours=3), timedelta(days=400)])
def test_set_back_polls_and_articles_stay_due_and_pauses_as_long_as_they_were(
    db: Database, task: frontier.Task, back: timedelta
) -> None:
    found(db, task, Found((Link("https://a.example/1", "One"),), "feed"), WAS, next_due=WAS + PAUSE)
    now = WAS - back
    set_to(db, now)
    assert [one.kind for one in claim(db, now + timedelta(seconds=2))] == ["article"]
    assert claim(db, now + PAUSE - timedelta(seconds=2)) == []
    assert [one.kind for one in claim(db, now + PAUSE + timedelta(seconds=2))] == ["poll"]


def test_set_back_a_host_s_rest_is_as_long_as_it_was(db: Database, task: frontier.Task) -> None:
    now = WAS - timedelta(hours=3)
    db.write_now(lambda s: frontier.failed(s, task, Outcome(Reason.TIMEOUT), now=WAS, next_due=WAS))
    db.write_now(lambda s: hosts.hold(s, "a.example", WAS + PAUSE, "busy"))
    set_to(db, now)
    assert claim(db, now + PAUSE / 2) == []
    assert len(claim(db, now + PAUSE + timedelta(seconds=1))) == 1


def test_set_back_alerts_leave_at_once_retries_in_time_and_digests_at_their_hour(db: Database) -> None:
    now, morning = WAS - timedelta(hours=3), WAS + timedelta(minutes=30)
    raise_alert(db, "refused")
    [one] = deliveries(db, WAS)
    db.write_now(lambda s: outbox.failed(s, one, error="busy", answer="", next_at=WAS + PAUSE, now=WAS, code="500"))
    raise_alert(db, "instant")
    raise_alert(db, "digest", morning)
    set_to(db, now)
    [instant] = deliveries(db, now)
    assert instant.payload["title"] == "instant"
    db.write_now(lambda s: outbox.sent(s, instant, now=now))
    assert [one.payload["title"] for one in deliveries(db, now + PAUSE)] == ["refused"]
    assert [one.payload["title"] for one in deliveries(db, morning)][-1:] == ["digest"]


def test_set_back_what_was_planned_meanwhile_by_the_old_clock_is_brought_in_line_too(db: Database, task: frontier.Task) -> None:
    now = WAS - timedelta(hours=3)
    set_to(db, now)
    db.write_now(
        lambda s: frontier.unchanged(s, task, now=WAS, next_due=WAS + PAUSE)
    )  # whoever did this had looked at the old clock
    db.write_now(lambda s: clock_set.bring_in_line(s, WAS, now, after=WAS))
    assert len(claim(db, now + PAUSE + timedelta(seconds=2))) == 1


def test_set_back_a_notice_is_sent_at_once(db: Database) -> None:
    db.write_now(lambda s: notices.add(s, "k", ["desk"], title="t", note="n", now=WAS))
    now = WAS - timedelta(hours=3)
    set_to(db, now)
    assert len(db.read(lambda s: outbox.channels_due(s, now))) == 1


def test_set_forward_what_is_in_flight_is_given_to_nobody_else(db: Database, task: frontier.Task) -> None:
    raise_alert(db, "instant")
    assert len(deliveries(db, WAS)) == 1
    now = WAS + timedelta(hours=3)
    set_to(db, now)
    set_to(db, now)  # a second look moves nothing
    assert db.write_now(lambda s: frontier.recover_expired(s, now + timedelta(minutes=2))) == 0
    assert deliveries(db, now + timedelta(minutes=2)) == []
    assert db.write_now(lambda s: frontier.recover_expired(s, now + LEASE + timedelta(seconds=1))) == 1
    assert len(deliveries(db, now + LEASE + timedelta(seconds=1))) == 1
