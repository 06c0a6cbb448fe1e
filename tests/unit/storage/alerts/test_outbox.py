"""The outbox: every alert reaches each channel once, or again under the same key, or is a visible dead letter."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from crawler.record import Record
from storage.alerts import notices, outbox, raise_alerts
from storage.alerts.outbox import Delivery
from storage.archive import articles, queries
from storage.archive.articles import AlertDraft
from storage.db import models
from storage.db.database import Database

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
LEASE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def raise_alert(db: Database, name: str, *channels: str, due: datetime | None = None) -> None:
    record = Record(title=name * 10, link=f"https://a.example/{name}", text=name)
    draft = AlertDraft("r", "v", channels, {"title": name}, due)
    db.write_now(lambda s: articles.store(s, record, key=name, alerts=(draft,), now=NOW))


def claim(db: Database, channel: str = "desk", now: datetime = NOW, limit: int = 10) -> list[Delivery]:
    return db.write_now(lambda s: outbox.claim(s, channel=channel, owner="me", now=now, limit=limit, lease=LEASE))


def sent(db: Database, delivery: Delivery, **more) -> bool:
    return db.write_now(lambda s: outbox.sent(s, delivery, now=NOW, **more))


def failed(db: Database, delivery: Delivery, next_at: datetime | None, now: datetime = NOW) -> bool:
    return db.write_now(lambda s: outbox.failed(s, delivery, error="HTTP 500", answer="{}", next_at=next_at, now=now, code="500"))


@pytest.fixture
def delivery(db: Database) -> Delivery:
    raise_alert(db, "a", "desk")
    [claimed] = claim(db)
    return claimed


def states(db: Database) -> dict[str, int]:
    return {state: count for state, count in db.read(outbox.counts).items() if count}


def test_a_delivery_brings_all_that_sending_needs(db: Database, delivery: Delivery) -> None:
    assert (delivery.channel, delivery.rule, delivery.payload, delivery.attempts) == ("desk", "r", {"title": "a"}, 1)
    assert delivery.idem_key == raise_alerts.idempotency_key("r|a", "desk")
    assert delivery.created_at == NOW
    assert claim(db) == [], "and no one else gets it"


def test_an_accepted_delivery_is_done(db: Database, delivery: Delivery) -> None:
    assert sent(db, delivery, detail='{"errcode":0}', code="0")
    assert states(db) == {"sent": 1}
    [entry] = db.read(queries.alerts)
    assert (entry.deliveries[0].vendor_answer, entry.deliveries[0].sent_at) == ('{"errcode":0}', NOW)
    assert claim(db, now=NOW + timedelta(days=1)) == []


def test_what_a_library_took_is_recorded_as_handed_over(db: Database, delivery: Delivery) -> None:
    sent(db, delivery, detail="apprise said yes", handed_over=True)
    [entry] = db.read(queries.alerts)
    assert entry.deliveries[0].vendor_answer == "handed-over: apprise said yes"


def test_a_refused_delivery_is_tried_again_with_the_same_key(db: Database, delivery: Delivery) -> None:
    assert failed(db, delivery, NOW + 5 * SECOND)
    assert claim(db, now=NOW + 4 * SECOND) == []
    [again] = claim(db, now=NOW + 5 * SECOND)
    assert (again.idem_key, again.payload, again.attempts) == (delivery.idem_key, delivery.payload, 2)


def test_a_dead_letter_stays_visible_and_can_be_retried(db: Database, delivery: Delivery) -> None:
    failed(db, delivery, None)
    assert states(db) == {"dead": 1}
    [entry] = db.read(lambda s: queries.alerts(s, state="dead"))
    assert (entry.deliveries[0].last_error, entry.deliveries[0].vendor_answer) == ("HTTP 500", "{}")
    assert db.write_now(lambda s: outbox.retry(s, [entry.id + 1], NOW)) == 0
    assert db.write_now(lambda s: outbox.retry(s, [entry.id], NOW)) == 1
    [again] = claim(db)
    assert (again.idem_key, again.attempts) == (delivery.idem_key, 1)


def test_all_dead_letters_can_be_retried_at_once(db: Database) -> None:
    for name in "ab":
        raise_alert(db, name, "desk")
    for one in claim(db):
        failed(db, one, None)
    assert db.write_now(lambda s: outbox.retry(s, None, NOW)) == 2


def test_a_kill_between_claim_and_mark_sends_it_again_with_the_same_key(db: Database, delivery: Delivery) -> None:
    assert db.write_now(lambda s: outbox.recover(s, NOW)) == 1
    [again] = claim(db)
    assert (again.id, again.idem_key) == (delivery.id, delivery.idem_key)


def test_a_late_report_of_a_lost_lease_changes_nothing(db: Database, delivery: Delivery) -> None:
    [theirs] = claim(db, now=NOW + LEASE + SECOND)
    assert not failed(db, delivery, None)
    assert states(db) == {"sending": 1}
    assert sent(db, theirs)
    assert not sent(db, delivery)
    assert states(db) == {"sent": 1}


def test_every_attempt_is_in_the_log(db: Database, delivery: Delivery) -> None:
    failed(db, delivery, NOW)
    claim(db)
    db.write_now(lambda s: outbox.recover(s, NOW))
    [third] = claim(db)
    sent(db, third, code="0", detail="ok")
    log = db.read(lambda s: queries.attempts(s, third.alert_id))
    assert [(a.number, a.outcome, a.code, a.detail) for a in log] == [
        (1, "failed", "500", "HTTP 500"),
        (2, None, None, None),
        (3, "sent", "0", "ok"),
    ]


def test_what_is_given_back_counts_as_no_attempt(db: Database, delivery: Delivery) -> None:
    later = NOW + 30 * SECOND
    assert db.write_now(lambda s: outbox.postpone(s, delivery, until=later, reason="20 a minute", now=NOW))
    assert claim(db) == []
    [again] = claim(db, now=later)
    assert again.attempts == 1


def test_channels_do_not_wait_for_each_other(db: Database) -> None:
    raise_alert(db, "a", "desk", "mail")
    [desk] = claim(db)
    failed(db, desk, NOW + timedelta(hours=1))
    assert db.read(lambda s: outbox.channels_due(s, NOW)) == {"mail"}
    [mail] = claim(db, "mail")
    assert sent(db, mail)
    assert states(db) == {"pending": 1, "sent": 1}


def test_the_longest_waiting_goes_first(db: Database) -> None:
    raise_alert(db, "late", "desk", due=NOW + 2 * SECOND)
    raise_alert(db, "soon", "desk", due=NOW + SECOND)
    raise_alert(db, "now", "desk")
    assert [one.payload["title"] for one in claim(db, now=NOW + LEASE, limit=2)] == ["now", "soon"]


def test_the_outbox_can_be_asked_what_waits(db: Database) -> None:
    raise_alert(db, "a", "desk")
    raise_alert(db, "b", "desk", due=NOW + timedelta(hours=1))
    assert db.read(lambda s: outbox.pending(s, NOW)) == 1
    [one] = claim(db)
    assert db.read(lambda s: outbox.pending(s, NOW)) == 1, "what is being sent is not finished"
    sent(db, one)
    assert db.read(lambda s: outbox.pending(s, NOW)) == 0


def test_a_clock_that_was_ahead_holds_no_alert_back(db: Database) -> None:
    raise_alert(db, "a", "desk")
    db.write_now(lambda s: s.execute(update(models.delivery).values(next_at=NOW + timedelta(days=365))))
    db.write_now(lambda s: outbox.recover(s, NOW))
    assert len(claim(db)) == 1


def test_what_waits_after_a_failure_goes_at_once_by_its_id_only(db: Database, delivery: Delivery) -> None:
    raise_alert(db, "held", "desk", due=NOW + 9 * SECOND)
    failed(db, delivery, NOW + timedelta(hours=1))
    assert db.write_now(lambda s: outbox.retry(s, None, NOW)) == 0
    assert db.write_now(lambda s: outbox.retry(s, [1, 2], NOW)) == 1
    assert [one.alert_id for one in claim(db)] == [1]


def test_a_mended_channel_has_what_failed_at_once_and_not_what_is_held(db: Database, delivery: Delivery) -> None:
    raise_alert(db, "held", "desk", due=NOW + 9 * SECOND)
    failed(db, delivery, NOW + timedelta(hours=1))
    db.write_now(lambda s: outbox.hasten(s, "other", NOW))
    assert claim(db) == []
    db.write_now(lambda s: outbox.hasten(s, "desk", NOW))
    assert [one.alert_id for one in claim(db)] == [1]


def test_the_key_of_a_notice_fits_a_header_whatever_its_channel_is_called(db: Database) -> None:
    for channel in ("邮 件", "邮 箱", "x" * 80 + "1", "x" * 80 + "2"):
        db.write_now(lambda s, channel=channel: notices.add(s, "week-2026-48", [channel], title="t", note="n", now=NOW))
    keys = [claim(db, name)[0].idem_key for name in ("邮 件", "邮 箱", "x" * 80 + "1", "x" * 80 + "2")]
    assert len(set(keys)) == 4
    assert all(key.isascii() and key.isprintable() and " " not in key and len(key) <= 64 for key in keys)
