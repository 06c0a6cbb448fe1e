"""The ledger: what was raised, where it went, what each channel answered; and once more what did not arrive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from crawler.i18n import tr
from jobs.deliver.message import alert_of
from jobs.services.lookup import Unknown
from storage.alerts import ledger, outbox
from storage.alerts.ledger import DuplicateView, Standing
from storage.archive import queries
from storage.archive.queries import AlertView, AttemptView
from storage.db.database import Database


@dataclass(frozen=True, slots=True)
class Shown:
    """One alert, whole. `payload` is what was sent; `later` are the alerts that go back to it, `standing` is its record's."""

    alert: AlertView
    payload: dict[str, Any]
    tries: tuple[AttemptView, ...]
    tellers: tuple[DuplicateView, ...]
    later: tuple[AlertView, ...]
    standing: Standing | None


def number_of(alert: str) -> int:
    """The alert that a visible id such as ``#00A7`` names. Raises Unknown for what is no id."""
    try:
        return alert_of(alert)
    except ValueError:
        raise Unknown(tr("{alert!r} is no alert id; they look like #00A7", alert=alert)) from None


def show(session: Session, alert: str) -> Shown:
    """Why it was raised, where it went, each attempt. Raises Unknown."""
    number = number_of(alert)
    found, payload = queries.alerts(session, ids=[number]), queries.payload(session, number)
    if not found or payload is None:
        raise Unknown(tr("no alert {alert}", alert=alert))
    return Shown(
        alert=found[0],
        payload=payload,
        tries=tuple(queries.attempts(session, number)),
        tellers=tuple(ledger.duplicates(session, [number])),
        later=tuple(queries.alerts(session, follows=number)),
        standing=ledger.standing(session, found[0].article_id),
    )


counts = outbox.counts


def retry(db: Database, alerts: Sequence[str], now: datetime) -> int:
    """Make the dead and held deliveries of these alerts, or of all, due again; how many. Raises Unknown for what is no alert."""
    numbers = [number_of(alert) for alert in alerts]
    there = {entry.id for entry in db.read(lambda s: queries.alerts(s, ids=numbers, limit=len(numbers)))} if numbers else ()
    for number, alert in zip(numbers, alerts, strict=True):
        if number not in there:
            raise Unknown(tr("no alert {alert}", alert=alert))
    return db.write_now(lambda s: outbox.retry(s, numbers or None, now))
