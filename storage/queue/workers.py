"""The programs that work on this database, each with its last sign of life."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from storage.db.database import upsert
from storage.db.models import worker

DEAD_AFTER = timedelta(seconds=20)  # without a sign of life; they give one every five seconds


@dataclass(frozen=True, slots=True)
class Worker:
    """One of them. `place`: the machine, or the container. `config`: the version of the published configuration that it follows."""

    id: str
    host: str
    place: str
    pid: int
    roles: tuple[str, ...]
    version: str
    config: int | None
    started_at: datetime
    beat_at: datetime
    detail: str = ""

    def is_alive(self, now: datetime) -> bool:
        """Whether it has given a sign lately."""
        return now - self.beat_at < DEAD_AFTER


def beat(session: Session, one: Worker) -> None:
    """It lives."""
    row = asdict(one) | {"roles": ",".join(one.roles)}
    upsert(session, worker, [row], ("id",), lambda new: {name: new[name] for name in ("beat_at", "detail", "config")})


def leave(session: Session, *ids: str) -> None:
    """These have ended."""
    session.execute(delete(worker).where(worker.c.id.in_(ids)))


def everyone(session: Session) -> list[Worker]:
    """All that are known, those included whose death nobody has seen to yet."""
    rows = session.execute(select(worker).order_by(worker.c.started_at, worker.c.id))
    return [Worker(**row._asdict() | {"roles": tuple(row.roles.split(","))}) for row in rows]


def living(session: Session, now: datetime) -> list[str]:
    """The ids of those that live."""
    return [one.id for one in everyone(session) if one.is_alive(now)]
