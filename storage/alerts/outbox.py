"""The outbox: one row a message and channel, claimed before it is sent and marked after the channel has accepted it.

A `delivery` carries an alert, a `notice` what Zhixun says of itself; both go the same way.

    pending ──claim (committed)──▶ sending ──send──▶ sent        or pending again later, or dead
                                      └── program killed: pending again at the next start, with the same idempotency key

Marking first and sending then would lose the alert whenever the program dies in between; this order can only repeat it.
What a sender reports is guarded by the delivery's `fence`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, func, insert, or_, select, update
from sqlalchemy.orm import Session

from storage.db.database import changed, count_rows, from_row
from storage.db.failpoints import after_commit, failpoint
from storage.db.models import alert, article, attempt, delivery, duplicate, notice

BOTH = (delivery, notice)
FAR = timedelta(days=9)  # a weekly digest is the latest that anything is due
MAX_ANSWER = 500  # code points kept of what a vendor says
MAX_TELLERS = 3  # named of one alert; all are counted
SUSPECT = 3  # recoveries after which a delivery is claimed alone, and after all others


@dataclass(frozen=True, slots=True)
class Delivery:
    """One claimed message. `attempts` counts this one. `payload` is the message as it was when the alert was raised.

    Of a notice `alert_id` and `article_id` are None, and its payload is a title and a note.

    `recoveries`: how often the program ended while this was being sent. `tellers`: (title, source) of others that told the event.
    """

    id: int
    alert_id: int | None
    channel: str
    idem_key: str
    attempts: int
    fence: int
    owner: str
    payload: dict[str, Any]
    rule: str
    reprints: int
    created_at: datetime
    due_at: datetime
    article_id: int | None
    recoveries: int = 0
    duplicates: tuple[tuple[str, str], ...] = ()


def claim(session: Session, *, channel: str, owner: str, now: datetime, limit: int, lease: timedelta) -> list[Delivery]:
    """Lease up to `limit` due deliveries of a channel, the one that has waited longest first. Commit before sending.

    What the program has ended over `SUSPECT` times goes last and alone: if it is the cause, nothing else pays for it.
    """
    of_alert = (alert.c.payload, alert.c.rule, alert.c.reprints, alert.c.created_at, alert.c.due_at, alert.c.article_id)
    ours: dict[str, Any] = {"channel": channel, "owner": owner, "now": now, "lease": lease}
    rows = _lease(session, delivery, select(delivery, *of_alert).join(alert), limit=limit, **ours)
    if rows:
        session.execute(insert(attempt), [{"delivery_id": row.id, "number": row.fence + 1, "started_at": now} for row in rows])
    left = limit - len(rows)
    said = _lease(session, notice, select(notice), limit=left, **ours) if left else []
    if rows or said:
        failpoint("before-delivery-claim-commit")
        after_commit(session, "after-delivery-claim")
    told = _tellers(session, [row.alert_id for row in rows if row.reprints])
    of_alerts = (_claimed(row, owner, duplicates=tuple(told.get(row.alert_id, ()))) for row in rows)
    return [*of_alerts, *(_claimed(row, owner, **_as_alert(row)) for row in said)]


def _due(table: Table, now: datetime) -> ColumnElement[bool]:
    lost = and_(table.c.state == "sending", table.c.lease_until < now)
    return or_(and_(table.c.state == "pending", table.c.next_at <= now), lost)


def _lease(
    session: Session, table: Table, every: Select[Any], *, channel: str, owner: str, now: datetime, limit: int, lease: timedelta
) -> Sequence[Any]:
    """The rows as they were, and now leased."""
    query = every.where(table.c.channel == channel, _due(table, now)).with_for_update(skip_locked=True, of=table)
    order, innocent = (table.c.next_at, table.c.id), table.c.recoveries < SUSPECT
    rows = session.execute(query.where(innocent).order_by(*order).limit(limit)).all()
    if not rows:
        rows = session.execute(query.where(~innocent).order_by(table.c.recoveries, *order).limit(1)).all()
    if rows:
        values = {"state": "sending", "owner": owner, "lease_until": now + lease}
        counts = {"fence": table.c.fence + 1, "attempts": table.c.attempts + 1}
        session.execute(update(table).where(table.c.id.in_([row.id for row in rows])).values(**values, **counts))
    return rows


def _claimed(row: Any, owner: str, **more: Any) -> Delivery:
    """A row, as it was before the claim, as a claimed message."""
    return from_row(Delivery, row, attempts=row.attempts + 1, fence=row.fence + 1, owner=owner, **more)


def _as_alert(row: Any) -> dict[str, Any]:
    """What a notice has in place of an alert's. It travels alone."""
    key = hashlib.sha256(row.key.encode()).hexdigest()[:32]  # it holds the channel's name, and stands in headers
    told = {"idem_key": f"notice-{key}", "rule": f"notice-{row.id}", "payload": {"title": row.title, "note": row.note}}
    return told | {"due_at": row.created_at, "alert_id": None, "article_id": None, "reprints": 0, "duplicates": ()}


def _tellers(session: Session, alert_ids: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    """By alert: other articles of its event (reprints have its own title, and are only counted)."""
    if not alert_ids:
        return {}
    columns = (duplicate.c.alert_id, article.c.title, func.coalesce(article.c.publisher, article.c.source, "").label("source"))
    query = select(*columns).join(article, article.c.id == duplicate.c.article_id)
    query = query.order_by(duplicate.c.alert_id, duplicate.c.article_id)
    found: dict[int, list[tuple[str, str]]] = {}
    for row in session.execute(query.where(duplicate.c.alert_id.in_(alert_ids), duplicate.c.how == "event")):
        told = found.setdefault(row.alert_id, [])
        told += [(row.title, row.source)] if len(told) < MAX_TELLERS else []
    return found


def sent(
    session: Session, claimed: Delivery, *, now: datetime, detail: str = "", code: str | None = None, handed_over: bool = False
) -> bool:
    """The channel accepted it (`handed_over`: a library took it, and cannot say more). False if the lease was lost meanwhile."""
    outcome = "handed-over" if handed_over else "sent"
    answer = f"{outcome}: {detail}" if handed_over else detail
    values = {"state": "sent", "sent_at": now, "vendor_answer": answer[:MAX_ANSWER], "last_error": None}
    return _end(session, claimed, values, outcome=outcome, code=code, detail=detail, now=now)


def failed(
    session: Session,
    claimed: Delivery,
    *,
    error: str,
    answer: str | None = None,
    next_at: datetime | None,
    now: datetime,
    code: str | None = None,
) -> bool:
    """The channel did not take it: again at `next_at`, or a dead letter if that is None. False if the lease was lost meanwhile."""
    state = {"state": "dead"} if next_at is None else {"state": "pending", "next_at": next_at}
    values = state | {"last_error": error[:MAX_ANSWER], "vendor_answer": answer[:MAX_ANSWER] if answer else None}
    return _end(session, claimed, values, outcome="failed" if next_at else "dead", code=code, detail=error, now=now)


def postpone(session: Session, claimed: Delivery, *, until: datetime, reason: str, now: datetime) -> bool:
    """Give it back unsent until then (rate limit, quiet hours): no attempt."""
    values = {"state": "pending", "next_at": until, "last_error": reason, "attempts": claimed.attempts - 1}
    return _end(session, claimed, values, outcome="postponed", code=None, detail=reason, now=now)


def _end(
    session: Session, claimed: Delivery, values: dict[str, Any], *, outcome: str, code: str | None, detail: str, now: datetime
) -> bool:
    table = notice if claimed.alert_id is None else delivery
    ours = and_(table.c.id == claimed.id, table.c.fence == claimed.fence, table.c.state == "sending")
    ended = changed(session, update(table).where(ours).values(owner=None, lease_until=None, **values)) == 1
    if claimed.alert_id is not None:
        this = and_(attempt.c.delivery_id == claimed.id, attempt.c.number == claimed.fence)
        told = {"outcome": outcome if ended else f"{outcome}, too late", "code": code, "detail": detail[:MAX_ANSWER]}
        session.execute(update(attempt).where(this).values(ended_at=now, **told))
    failpoint("before-ack-commit")
    after_commit(session, "after-ack-commit")
    return ended


# ---- upkeep


def _freed(table: Table, now: datetime) -> dict[str, Any]:
    return {"state": "pending", "owner": None, "lease_until": None, "attempts": table.c.attempts - 1, "next_at": now}


def release(session: Session, channel: str, owner: str, now: datetime) -> int:
    """Give back what `owner` never learnt it had claimed: the answer to its COMMIT was lost. None of it was sent."""
    count = 0
    for table in BOTH:
        mine = and_(table.c.channel == channel, table.c.owner == owner, table.c.state == "sending")
        count += changed(session, update(table).where(mine).values(_freed(table, now)))
    return count


def hasten(session: Session, channel: str, now: datetime) -> None:
    """Make due what failed on the channel or had to wait for it: its address is another now. What a rule holds back stays held."""
    for table in BOTH:
        failed = and_(table.c.channel == channel, table.c.state == "pending", table.c.last_error.is_not(None))
        session.execute(update(table).where(failed, table.c.next_at > now).values(next_at=now))


def recover(session: Session, now: datetime, living: Collection[str] = ()) -> int:
    """What was being sent by none of the `living` workers may or may not have arrived; send it again.

    That was no failure of the channel, so it costs no attempt: else a program that is killed often would use up every alert's chances.
    It is counted by itself, because the message may be what kills the program: see `SUSPECT` and jobs/deliver/channel_worker.py.
    """
    count = 0
    for table in BOTH:
        freed = update(table).where(table.c.state == "sending", table.c.owner.not_in(living)).values(_freed(table, now))
        count += changed(session, freed.values(recoveries=table.c.recoveries + 1))
        waiting = and_(table.c.state == "pending", table.c.next_at > now + FAR)  # a clock was wrong
        session.execute(update(table).where(waiting).values(next_at=now))
    return count


def retry(session: Session, alert_ids: Sequence[int] | None, now: datetime) -> int:
    """Send dead and held deliveries again, of these alerts or (None) of all; of these also what failed and waits. Returns how many."""
    wanted: ColumnElement[bool] = delivery.c.state.in_(("dead", "held"))
    if alert_ids is not None:
        waits = and_(delivery.c.state == "pending", delivery.c.last_error.is_not(None))
        wanted = and_(or_(wanted, waits), delivery.c.alert_id.in_(alert_ids))
    again = {"state": "pending", "next_at": now, "attempts": 0, "recoveries": 0}
    return changed(session, update(delivery).where(wanted).values(again))


# ---- questions


def counts(session: Session) -> dict[str, int]:
    """How many deliveries are in each state."""
    every = dict.fromkeys(("pending", "sending", "sent", "dead", "held"), 0)
    return every | dict(session.execute(select(delivery.c.state, func.count()).group_by(delivery.c.state)).all())


def refused(session: Session) -> int:
    """Deliveries that were tried, did not arrive and will be tried again: not those that a rule only holds back."""
    return count_rows(session, delivery, delivery.c.state == "pending", delivery.c.attempts > 0)


def pending(session: Session, until: datetime) -> int:
    """Messages under way, or due by `until`."""
    waits = {table: and_(table.c.state == "pending", table.c.next_at <= until) for table in BOTH}
    return sum(count_rows(session, table, or_(table.c.state == "sending", due)) for table, due in waits.items())


def channels_due(session: Session, now: datetime) -> frozenset[str]:
    """The channels that have something to send."""
    due = (select(table.c.channel).where(_due(table, now)).distinct() for table in BOTH)
    return frozenset(name for query in due for name in session.scalars(query))
