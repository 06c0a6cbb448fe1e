"""What was planned by a clock that has been set since. Times of the past stay as they were written."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Table, and_, bindparam, select, update
from sqlalchemy.orm import Session

from storage.db.models import delivery, host, notice, task


def bring_in_line(session: Session, was: datetime, now: datetime) -> int:
    """The machine's clock shows `now` where it would have shown `was`. Returns how many plans moved.

    Set forward, leases are longer by as much, or what is in flight would be done twice. Set back, what was due stays due and pauses stay
    as long as they were; what waits for an hour of the day (digests, quiet hours) waits for that hour.
    """
    if now > was:
        return sum(_move(session, table, table.c.lease_until, was, now) for table in (task, delivery))
    moved = _move(session, task, task.c.due_at, was, now, task.c.state == "due")
    moved += _move(session, task, task.c.turn, was, now, task.c.state == "due")
    moved += _move(session, host, host.c.next_at, was, now) + _move(session, notice, notice.c.next_at, was, now)
    at_an_hour = and_(delivery.c.attempts == 0, delivery.c.next_at > was)
    return moved + _move(session, delivery, delivery.c.next_at, was, now, delivery.c.state == "pending", ~at_an_hour)


def _move(session: Session, table: Table, column: Column[Any], was: datetime, now: datetime, *which: Any) -> int:
    """Move the times that lie after the earlier of the two; when set forward only those up to the later, as all after it are new."""
    key = next(iter(table.primary_key.columns))
    stretch = and_(column > min(was, now), column <= now) if now > was else column > now
    rows = session.execute(select(key, column).where(stretch, *which)).all()
    if rows:
        change = update(table).where(key == bindparam("key_")).values({column.name: bindparam("at_")})
        session.connection().execute(change, [{"key_": row[0], "at_": row[1] + (now - was)} for row in rows])
    return len(rows)
