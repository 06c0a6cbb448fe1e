"""The list of changes: who changed rules, sources, tokens and people, when, from what to what."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from storage.people import audit
from storage.people.audit import Change


@dataclass(frozen=True, slots=True)
class Changes:
    """A page of the list, the newest first; `next`: where to go on."""

    changes: tuple[Change, ...]
    next: str | None


def changes(session: Session, after: str | None = None, limit: int = 50) -> Changes:
    """What was changed. Raises ValueError for a place that is none."""
    found = audit.changes(session, before=None if after is None else int(after), limit=limit + 1)
    return Changes(tuple(found[:limit]), str(found[limit - 1].id) if len(found) > limit else None)
