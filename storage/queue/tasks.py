"""One claimed piece of work, the fence that guards its end, and what every task needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import and_, bindparam, select, update
from sqlalchemy.orm import Session

from crawler.record import Link
from storage.db.database import changed, from_row
from storage.db.mapping import link_from_json
from storage.db.models import task
from storage.queue import hosts

T = TypeVar("T")
IN_INBOX = "inbox"  # the owner of tasks whose articles wait to be stored, see storage.queue.inbox
_CHUNK = 500  # keys in one IN (…)


@dataclass(frozen=True, slots=True)
class Task:
    """One claimed piece of work. `attempts` counts claims since the last success, this one included.

    `baseline`: of an article, it was there when its source was first polled; of a poll, it has never succeeded. `slot`: its host's
    turn, before which the request may not leave. `found_kind`: how its source was read last. `due_at`: since when it was due.
    """

    id: int
    kind: str  # poll | article
    key: str
    source: str
    source_id: int
    url: str
    host: str
    hint: Link | None
    attempts: int
    etag: str | None
    last_modified: str | None
    fence: int
    owner: str
    depth: int = 0
    baseline: bool = False
    full_at: datetime | None = None
    slot: datetime | None = None
    found_kind: str | None = None
    due_at: datetime | None = None

    @property
    def is_root(self) -> bool:
        """True for the poll of a source's own address."""
        return self.kind == "poll" and self.depth == 0


def leased(row: Any, owner: str, slot: datetime) -> Task:
    """A row of `task`, as it was before the claim, as a claimed task."""
    baseline = row.baseline if row.kind == "article" or row.depth else row.done_at is None
    new = {"attempts": row.attempts + 1, "fence": row.fence + 1, "owner": owner, "slot": slot}
    return from_row(Task, row, **new, hint=link_from_json(row.hint), baseline=baseline and row.done_at is None)


_OURS = and_(task.c.id == bindparam("id_"), task.c.fence == bindparam("fence_"), task.c.state == "leased")
_CLOSE = update(task).where(_OURS)
_IS_OURS = select(task.c.id).where(_OURS).with_for_update()


def close(session: Session, claimed: Task, **values: Any) -> bool:
    """End the lease with these values; one that is `due` again has a `due_at` with them. False if it was lost, and then nothing changes."""
    ours = {"id_": claimed.id, "fence_": claimed.fence}
    if changed(session, _CLOSE, ours | {"owner": None, "lease_until": None} | values) != 1:
        return False
    if values.get("state") == "due":
        hosts.ready(session, claimed.host, values["due_at"])
    return True


def hand_over(session: Session, claimed: Task) -> bool:
    """It waits to be stored: nobody's lease, which does not run out. False if it was lost."""
    ours = {"id_": claimed.id, "fence_": claimed.fence}
    return changed(session, _CLOSE, ours | {"owner": IN_INBOX, "lease_until": None}) == 1


def is_ours(session: Session, claimed: Task) -> bool:
    """True while the lease is this worker's."""
    return session.execute(_IS_OURS, {"id_": claimed.id, "fence_": claimed.fence}).first() is not None


def due_row(kind: str, key: str, *, source_id: int, url: str, host: str, due: datetime, now: datetime) -> dict[str, Any]:
    """A row of `task`, made now and due then."""
    which = {"kind": kind, "key": key, "source_id": source_id, "url": url, "host": host}
    return which | {"state": "due", "due_at": due, "turn": due, "created_at": now}


def poll_key(source_name: str, url: str) -> str:
    """The key of a poll task: two sources may watch one address, each with its own options."""
    return f"poll|{source_name}|{url}"


def chunks(keys: Sequence[T]) -> Iterator[Sequence[T]]:
    """Keys in parts that fit into one IN (…)."""
    for start in range(0, len(keys), _CHUNK):
        yield keys[start : start + _CHUNK]
