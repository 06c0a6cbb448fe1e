"""What people changed of rules, sources, tokens and people: who, when, from what to what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from storage.db.database import from_row
from storage.db.models import change
from storage.people.accounts import signed


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `what` was done, such as `rule changed`, to which `object`."""

    id: int
    at: datetime
    person: str
    what: str
    object: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


Values = Mapping[str, Any] | None


def write(
    session: Session, number: int, what: str, about: str, now: datetime, *, before: Values = None, after: Values = None
) -> None:
    """Note a change, in its own transaction where that is a matter of the database. No secret belongs in it."""
    values = {"at": now, "person_id": number, "what": what, "object": about, "before": before, "after": after}
    session.execute(insert(change).values(values))


def changes(session: Session, *, before: int | None = None, limit: int = 50) -> list[Change]:
    """The newest first; `before`: only those with a smaller id."""
    query = signed(change).order_by(change.c.id.desc()).limit(limit)
    rows = session.execute(query if before is None else query.where(change.c.id < before))
    return [from_row(Change, row) for row in rows]
