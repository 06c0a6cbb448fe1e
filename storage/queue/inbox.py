"""Articles that one worker has read and another one is to store. The task of each stays leased, to nobody who could die."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from storage.db import signals
from storage.db.database import changed, from_row, insert_new
from storage.db.models import inbox, task
from storage.queue import hosts
from storage.queue.tasks import Task, hand_over


@dataclass(frozen=True, slots=True)
class Letter:
    """What lies there. `finished` is the reader's to understand, `config` the version of the configuration by which it was matched."""

    id: int
    task_id: int
    fence: int
    finished: dict[str, Any]
    config: int | None


def put(session: Session, claimed: Task, finished: dict[str, Any], config: int | None, now: datetime) -> bool:
    """Hand an article over. False if the lease of its task was lost: somebody else reads it; or if it lies here already."""
    row = {"task_id": claimed.id, "fence": claimed.fence, "finished": finished, "config": config, "at": now}
    if not hand_over(session, claimed) or not insert_new(session, inbox, [row], "task_id", "fence"):
        return False
    signals.tell(session, signals.LETTERS)
    return True


def first(session: Session, limit: int) -> list[Letter]:
    """Those that have waited longest."""
    return [from_row(Letter, row) for row in session.execute(select(inbox).order_by(inbox.c.id).limit(limit))]


def take(session: Session, letter: Letter) -> bool:
    """It is dealt with. False if it was already."""
    return changed(session, delete(inbox).where(inbox.c.id == letter.id)) == 1


def send_back(session: Session, letter: Letter, due: datetime) -> None:
    """It could not be understood: its article is to be read again."""
    which = task.c.id == letter.task_id, task.c.fence == letter.fence, task.c.state == "leased"
    host = session.scalar(select(task.c.host).where(*which))
    if take(session, letter) and host is not None:
        session.execute(update(task).where(*which).values(state="due", due_at=due, turn=due, owner=None))
        hosts.ready(session, host, due)


def waiting(session: Session) -> tuple[int, datetime | None]:
    """How many, and since when the first."""
    count, since = session.execute(select(func.count(), func.min(inbox.c.at))).one()
    return count, since
