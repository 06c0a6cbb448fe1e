"""Weeks as editors left them, and pages that were frozen under a link until a moment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from storage.db.database import changed
from storage.db.models import edited_week, frozen


def edits(session: Session, week: str) -> Mapping[str, Any]:
    """What an editor made of a week; nothing where nobody did."""
    kept: Mapping[str, Any] | None = session.scalar(select(edited_week.c.edits).where(edited_week.c.name == week))
    return kept or {}


def edit(session: Session, week: str, given: Mapping[str, Any], person: int, now: datetime) -> None:
    """Make this of a week, in place of what was made of it before."""
    session.execute(delete(edited_week).where(edited_week.c.name == week))
    session.execute(insert(edited_week).values(name=week, edits=given, person_id=person, at=now))


def freeze(session: Session, token_hash: str, week: str, page: str, person: int, *, now: datetime, ends: datetime) -> None:
    """Keep a page for whoever has the link; those that are over go."""
    session.execute(delete(frozen).where(frozen.c.ends_at <= now))
    row = {"token_hash": token_hash, "week": week, "page": page, "person_id": person, "made_at": now, "ends_at": ends}
    session.execute(insert(frozen).values(row))


def page(session: Session, token_hash: str, now: datetime) -> str | None:
    """The page behind a link, while it lasts."""
    return session.scalar(select(frozen.c.page).where(frozen.c.token_hash == token_hash, frozen.c.ends_at > now))


def thaw(session: Session, week: str) -> int:
    """Take back all links to a week; how many there were."""
    return changed(session, delete(frozen).where(frozen.c.week == week))
