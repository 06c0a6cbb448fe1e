"""What only one worker may do at a time: to edit, to send to one channel. A row says who may and until when; an epoch counts the holders.

A holder that was stopped past its lease does not know it: so whatever is done by right of a lease proves it in its own transaction
(`is_held`), which keeps others from taking the lease until that has committed. Who has lost it changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, case, or_, select, update
from sqlalchemy.orm import Session

from storage.db.database import insert_new
from storage.db.models import lease

LENGTH = timedelta(seconds=15)
EDIT = "edit"


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to do what `name` says."""

    name: str
    holder: str
    epoch: int


def channel(name: str) -> str:
    """What the right to send to a channel is called."""
    return f"channel {name}"


def take(session: Session, name: str, holder: str, now: datetime, living: Collection[str] = ()) -> Lease | None:
    """Take or renew it; None while another holds it. With `living` workers named, one that is none of them holds nothing."""
    until = now + LENGTH
    if insert_new(session, lease, [{"name": name, "holder": holder, "epoch": 1, "until": until}], "name"):
        return Lease(name, holder, 1)
    free = [lease.c.holder == holder, lease.c.until <= now, lease.c.until > now + 2 * LENGTH]  # the last: a clock was ahead
    if living:
        free.append(lease.c.holder.not_in(living))
    mine = update(lease).where(lease.c.name == name, or_(*free))
    epoch = case((lease.c.holder == holder, lease.c.epoch), else_=lease.c.epoch + 1)
    taken = session.execute(mine.values(holder=holder, until=until, epoch=epoch).returning(lease.c.epoch)).first()
    return Lease(name, holder, taken.epoch) if taken else None


def is_held(session: Session, held: Lease) -> bool:
    """Whether it still is, and will be until this transaction ends; asked once in each."""
    proved: set[Lease] = session.info.setdefault("leases", set())
    if held not in proved and session.connection().execute(_OURS, asdict(held)).first() is not None:
        proved.add(held)
    return held in proved


_OURS = (
    select(lease.c.name)
    .where(lease.c.name == bindparam("name"), lease.c.holder == bindparam("holder"), lease.c.epoch == bindparam("epoch"))
    .with_for_update()
)


def give_back(session: Session, holder: str, now: datetime) -> None:
    """All that this worker holds is free for others."""
    session.execute(update(lease).where(lease.c.holder == holder).values(until=now))


def holders(session: Session, now: datetime) -> dict[str, str]:
    """Who holds what."""
    rows = session.execute(select(lease.c.name, lease.c.holder).where(lease.c.until > now).order_by(lease.c.name))
    return {row.name: row.holder for row in rows}
