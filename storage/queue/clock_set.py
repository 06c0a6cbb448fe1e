"""What was planned by a clock that has been set since. Times of the past stay as they were written."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, and_, bindparam, select, true, update
from sqlalchemy.orm import Session

from storage.db.models import delivery, host, notice, task


def bring_in_line(session: Session, was: datetime, now: datetime, *, after: datetime | None = None) -> int:
    """The machine's clock shows `now` where it would have shown `was`. Returns how many plans moved.

    Set forward, leases are longer by as much, or what is in flight would be done twice. Set back, what was due stays due and pauses stay
    as long as they were; what waits for an hour of the day (digests, quiet hours) waits for that hour. `after`: leave alone what was planned for before that.
    """
    after = max(after or now, now)
    if now > was:  # from then on all leases are new
        leases = (task, task.c.lease_until), (delivery, delivery.c.lease_until)
        return sum(_move(session, table, at, now - was, and_(at > was, at <= now)) for table, at in leases)
    at_an_hour = and_(delivery.c.attempts == 0, delivery.c.next_at > was)
    plans: tuple[tuple[Table, Column[Any], ColumnElement[bool]], ...] = (
        (task, task.c.due_at, task.c.state == "due"),
        (task, task.c.turn, task.c.state == "due"),
        *((host, column, true()) for column in (host.c.next_at, host.c.ready_at, host.c.held_until)),
        (notice, notice.c.next_at, true()),
        (delivery, delivery.c.next_at, and_(delivery.c.state == "pending", ~at_an_hour)),
    )
    return sum(_move(session, table, column, now - was, and_(column > after, which)) for table, column, which in plans)


def _move(session: Session, table: Table, column: Column[Any], by: timedelta, which: ColumnElement[bool]) -> int:
    key = next(iter(table.primary_key.columns))
    rows = session.execute(select(key, column).where(which)).all()
    if rows:
        change = update(table).where(key == bindparam("key_")).values({column.name: bindparam("at_")})
        session.connection().execute(change, [{"key_": row[0], "at_": row[1] + by} for row in rows])
    return len(rows)
