"""The list of changes: who changed rules, sources, tokens and people, when, from what to what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from jobs.services.configuration import Edited
from storage.people import audit
from storage.people.accounts import Person
from storage.people.audit import Change

MAX_PAGE = 100


@dataclass(frozen=True, slots=True)
class Changes:
    """A page of the list, the newest first; `next`: where to go on."""

    changes: tuple[Change, ...]
    next: str | None


def changes(session: Session, after: str | None = None, limit: int = 50) -> Changes:
    """What was changed. Raises ValueError for a place that is none."""
    limit = max(1, min(limit, MAX_PAGE))
    found = audit.changes(session, before=None if after is None else int(after), limit=limit + 1)
    return Changes(tuple(found[:limit]), str(found[limit - 1].id) if len(found) > limit else None)


def edited(session: Session, person: Person, what: str, about: str, *, done: Edited, now: datetime) -> None:
    """Note a change of the configuration, such as `rule changed`: the lines that went and those that came, secrets hidden as in `done`."""
    lines = [line for line in done.difference if not line.startswith(("---", "+++", "@@"))]
    before, after = ([line[1:] for line in lines if line.startswith(sign)] for sign in "-+")
    audit.write(session, person.id, what, about, now, before={"lines": before}, after={"lines": after, "version": done.version})
