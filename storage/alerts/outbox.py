"""The outbox: one delivery an alert and channel, claimed before it is sent and marked after the channel has accepted it.

    pending ──claim (committed)──▶ sending ──send──▶ sent        or pending again later, or dead
                                      └── program killed: pending again at the next start, with the same idempotency key

Marking first and sending then would lose the alert whenever the program dies in between; this order can only repeat it.
What a sender reports is guarded by the delivery's `fence`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, insert, or_, select, update
from sqlalchemy.orm import Session

from storage.db.database import changed
from storage.db.failpoints import after_commit, failpoint
from storage.db.models import alert, article, attempt, delivery, duplicate

FAR = timedelta(days=9)  # a weekly digest is the latest that anything is due
MAX_ANSWER = 500  # code points kept of what a vendor says
MAX_TELLERS = 3  # named of one alert; all are counted
SUSPECT = 3  # recoveries after which a delivery is claimed alone, and after all others


@dataclass(frozen=True, slots=True)
class Delivery:
    """One claimed delivery. `attempts` counts this one. `payload` is the message as it was when the alert was raised.

    `recoveries`: how often the program ended while this was being sent. `tellers`: (title, source) of others that told the event.
    """

    id: int
    alert_id: int
    channel: str
    idem_key: str
    attempts: int
    fence: int
    owner: str
    payload: dict[str, Any]
    rule: str
    reprints: int
    created_at: datetime
    article_id: int
    recoveries: int = 0
    duplicates: tuple[tuple[str, str], ...] = ()


def claim(session: Session, *, channel: str, owner: str, now: datetime, limit: int, lease: timedelta) -> list[Delivery]:
    """Lease up to `limit` due deliveries of a channel, the one that has waited longest first. Commit before sending.

    What the program has ended over `SUSPECT` times goes last and alone: if it is the cause, nothing else pays for it.
    """
    due = or_(
        and_(delivery.c.state == "pending", delivery.c.next_at <= now),
        and_(delivery.c.state == "sending", delivery.c.lease_until < now),
    )
    columns = (delivery, alert.c.payload, alert.c.rule, alert.c.reprints, alert.c.created_at, alert.c.article_id)
    query = select(*columns).join(alert).where(delivery.c.channel == channel, due).with_for_update(skip_locked=True, of=delivery)
    order, innocent = (delivery.c.next_at, delivery.c.id), delivery.c.recoveries < SUSPECT
    rows = session.execute(query.where(innocent).order_by(*order).limit(limit)).all()
    if not rows:
        rows = session.execute(query.where(~innocent).order_by(delivery.c.recoveries, *order).limit(1)).all()
    if not rows:
        return []
    values = {"state": "sending", "owner": owner, "lease_until": now + lease}
    counts = {"fence": delivery.c.fence + 1, "attempts": delivery.c.attempts + 1}
    session.execute(update(delivery).where(delivery.c.id.in_([row.id for row in rows])).values(**values, **counts))
    session.execute(insert(attempt), [{"delivery_id": row.id, "number": row.fence + 1, "started_at": now} for row in rows])
    failpoint("before-delivery-claim-commit")
    after_commit(session, "after-delivery-claim")
    told = _tellers(session, [row.alert_id for row in rows if row.reprints])
    return [_delivery(row, owner, tuple(told.get(row.alert_id, ()))) for row in rows]


def _delivery(row: Any, owner: str, duplicates: tuple[tuple[str, str], ...]) -> Delivery:
    own = {"attempts": row.attempts + 1, "fence": row.fence + 1, "owner": owner, "duplicates": duplicates}
    return Delivery(**{name: getattr(row, name) for name in Delivery.__dataclass_fields__ if name not in own}, **own)


def _tellers(session: Session, alert_ids: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    """By alert: other articles of its event (reprints have its own title, and are only counted)."""
    if not alert_ids:
        return {}
    columns = (duplicate.c.alert_id, article.c.title, func.coalesce(article.c.publisher, article.c.source, "").label("source"))
    query = (
        select(*columns)
        .join(article, article.c.id == duplicate.c.article_id)
        .order_by(duplicate.c.alert_id, duplicate.c.article_id)
    )
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
    ours = and_(delivery.c.id == claimed.id, delivery.c.fence == claimed.fence, delivery.c.state == "sending")
    ended = changed(session, update(delivery).where(ours).values(owner=None, lease_until=None, **values)) == 1
    this = and_(attempt.c.delivery_id == claimed.id, attempt.c.number == claimed.fence)
    told = {"ended_at": now, "outcome": outcome if ended else f"{outcome}, too late", "code": code, "detail": detail[:MAX_ANSWER]}
    session.execute(update(attempt).where(this).values(told))
    failpoint("before-ack-commit")
    after_commit(session, "after-ack-commit")
    return ended


# ---- upkeep


_FREE: dict[str, Any] = {"state": "pending", "owner": None, "lease_until": None, "attempts": delivery.c.attempts - 1}


def release(session: Session, channel: str, owner: str, now: datetime) -> int:
    """Give back what `owner` never learnt it had claimed: the answer to its COMMIT was lost. None of it was sent."""
    mine = and_(delivery.c.channel == channel, delivery.c.owner == owner, delivery.c.state == "sending")
    return changed(session, update(delivery).where(mine).values(**_FREE, next_at=now))


def recover(session: Session, now: datetime) -> int:
    """At the start of a daemon that holds the instance lock: what was being sent may or may not have arrived; send it again.

    That was no failure of the channel, so it costs no attempt: else a program that is killed often would use up every alert's chances.
    It is counted by itself, because the message may be what kills the program: see `SUSPECT` and jobs/deliver/channel_worker.py.
    """
    freed = update(delivery).where(delivery.c.state == "sending").values(**_FREE, next_at=now)
    count = changed(session, freed.values(recoveries=delivery.c.recoveries + 1))
    waiting = and_(delivery.c.state == "pending", delivery.c.next_at > now + FAR)  # a clock was wrong
    session.execute(update(delivery).where(waiting).values(next_at=now))
    return count


def retry(session: Session, alert_ids: Sequence[int] | None, now: datetime) -> int:
    """Send dead and held deliveries again, of these alerts or (None) of all. Returns how many."""
    wanted: ColumnElement[bool] = delivery.c.state.in_(("dead", "held"))
    if alert_ids is not None:
        wanted = and_(wanted, delivery.c.alert_id.in_(alert_ids))
    again = {"state": "pending", "next_at": now, "attempts": 0, "recoveries": 0}
    return changed(session, update(delivery).where(wanted).values(again))


# ---- questions


def counts(session: Session) -> dict[str, int]:
    """How many deliveries are in each state."""
    every = dict.fromkeys(("pending", "sending", "sent", "dead", "held"), 0)
    return every | dict(session.execute(select(delivery.c.state, func.count()).group_by(delivery.c.state)).all())


def refused(session: Session) -> int:
    """Deliveries that were tried, did not arrive and will be tried again: not those that a rule only holds back."""
    tried = and_(delivery.c.state == "pending", delivery.c.attempts > 0)
    return session.scalar(select(func.count()).select_from(delivery).where(tried)) or 0


def pending(session: Session, until: datetime) -> int:
    """Deliveries under way, or due by `until`."""
    open_ = or_(delivery.c.state == "sending", and_(delivery.c.state == "pending", delivery.c.next_at <= until))
    return session.scalar(select(func.count()).where(open_)) or 0


def channels_due(session: Session, now: datetime) -> frozenset[str]:
    """The channels that have something to send."""
    due = or_(
        and_(delivery.c.state == "pending", delivery.c.next_at <= now),
        and_(delivery.c.state == "sending", delivery.c.lease_until < now),
    )
    return frozenset(session.scalars(select(delivery.c.channel).where(due).distinct()))


def next_due(session: Session, channel: str) -> datetime | None:
    """When the channel has something to send next, a lease that runs out included."""
    when = case((delivery.c.state == "pending", delivery.c.next_at), else_=delivery.c.lease_until)
    open_ = and_(delivery.c.channel == channel, delivery.c.state.in_(("pending", "sending")))
    due: datetime | None = session.scalar(select(func.min(when)).where(open_))
    return due
