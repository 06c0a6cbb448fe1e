"""When each host may be asked, and by whom: one row a host holds the pace of all workers.

`next_at`: not before. `ready_at`: not later than the first of its tasks may be claimed, so that a claim looks at the hosts that have
something and at no others. `owner` asks it until `held_until`, and nobody else: only who has made the last requests to a host knows
when they really left, and two clocks that each are right to a tenth of a second make gaps that are too short by two.

Rows are locked in one order at the end of a transaction, so that workers wait for each other and never in a circle.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, case, delete, func, literal, literal_column, or_, select, update
from sqlalchemy.orm import Session

from storage.db.database import upsert
from storage.db.models import UtcDateTime, host, task
from storage.db.writer import later

HELD = timedelta(seconds=8)  # after its last request's turn (and the pace) until another worker may ask a host
LATEST = timedelta(seconds=4)  # after its turn until a request may leave; the rest of HELD is for connecting
FORGET_AFTER = timedelta(days=1)
ANY_TIME = datetime(1970, 1, 1, tzinfo=UTC)


def ready(session: Session, name: str, at: datetime) -> None:
    """A task of this host is due at `at`: make its row, or let it be looked at by then."""
    later(session, _touch, (name, at, None))


def ready_where(session: Session, tasks: ColumnElement[bool], at: datetime | None = None) -> None:
    """The same for the hosts of these tasks; without `at`, when each is due already."""
    for name, due in session.execute(select(task.c.host, func.min(task.c.due_at)).where(tasks).group_by(task.c.host)).all():
        ready(session, name, at or due)


def hold(session: Session, name: str, until: datetime, reason: str) -> None:
    """No request to this host before `until`, whoever makes it."""
    later(session, _touch, (name, None, (until, reason)))


def _touch(session: Session, found: Sequence[tuple[str, datetime | None, tuple[datetime, str] | None]]) -> None:
    first: dict[str, datetime | None] = {}
    for name, at, _ in found:
        first[name] = min(filter(None, (at, first.get(name))), default=None)
    rows = [{"name": name, "next_at": ANY_TIME, "ready_at": at} for name, at in sorted(first.items())]
    upsert(session, host, rows, ("name",), lambda new: {"ready_at": _sooner(host.c.ready_at, new.ready_at)})
    for name, _, rest in found:
        if rest is not None:
            until, reason = rest
            values = {"next_at": _later(host.c.next_at, until), "ready_at": _later(host.c.ready_at, until), "reason": reason}
            session.execute(update(host).where(host.c.name == name).values(values))


def _sooner(one: Any, other: Any) -> Any:
    return case((other.is_(None), one), (one <= other, one), else_=other)


def _later(column: Any, than: datetime) -> Any:
    return case((column > than, column), (column.is_not(None), literal(than, UtcDateTime)))


def keep(session: Session, owner: str, names: Collection[str], until: datetime) -> frozenset[str]:
    """Go on asking these hosts until then; those that are still this worker's."""
    ours = select(host.c.name).where(host.c.name.in_(names), host.c.owner == owner).order_by(host.c.name).with_for_update()
    kept = list(session.scalars(ours))
    longer = update(host).where(host.c.name.in_(kept), host.c.held_until < until)
    session.execute(longer.values(held_until=until))
    return frozenset(kept)


def let_go(session: Session, living: Collection[str]) -> None:
    """Hosts whose worker is none of these may be asked by all."""
    session.execute(update(host).where(host.c.owner.not_in(living)).values(owner=None, held_until=None))


def settle(session: Session, now: datetime) -> None:
    """Forget hosts without tasks, and let a clock that was ahead silence none."""
    session.execute(delete(host).where(host.c.ready_at.is_(None), host.c.next_at < now - FORGET_AFTER))
    ahead = or_(host.c.next_at > now + FORGET_AFTER, host.c.held_until > now + FORGET_AFTER)
    values = {"next_at": case((host.c.next_at > now, now), else_=host.c.next_at), "held_until": None, "ready_at": now}
    session.execute(update(host).where(ahead).values(**values, owner=None, reason=None))


def _next_look() -> Any:
    """When a host is to be looked at again: at `look_at`; if its first task is due after `since`, then; null if it has none."""
    due = task.c.state == literal_column("'due'")  # word for word, or SQLite does not see that the index is meant
    first = select(task.c.due_at).where(task.c.host == bindparam("name_"), due).order_by(task.c.due_at).limit(1).subquery()
    look_at, since, next_at = (bindparam(name, type_=UtcDateTime) for name in ("look_at", "since", "next_at_"))
    due_later = first.c.due_at > since, case((first.c.due_at > next_at, first.c.due_at), else_=next_at)
    return select(case(due_later, else_=look_at)).scalar_subquery()


MOVE = (
    update(host)
    .where(host.c.name == bindparam("name_"))
    .values(next_at=bindparam("next_at_"), owner=bindparam("owner_"), held_until=bindparam("held_until_"), ready_at=_next_look())
)
