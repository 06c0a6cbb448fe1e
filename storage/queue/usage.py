"""How many requests were made on which day. A day is text such as ``2026-11-24``, in the operator's own zone."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from storage.db.database import changed, insert_new
from storage.db.models import usage


def add(session: Session, day: str, requests: int, polls: int = 0) -> None:
    """So many more, polls among them."""
    today = usage.c.day == day
    more = {"requests": usage.c.requests + requests, "polls": usage.c.polls + polls}
    if changed(session, update(usage).where(today).values(more)):
        return
    if not insert_new(session, usage, [{"day": day, "requests": requests, "polls": polls}], "day"):  # another process was first
        add(session, day, requests, polls)


def of_day(session: Session, day: str) -> int:
    """How many so far."""
    return session.scalar(select(usage.c.requests).where(usage.c.day == day)) or 0


def polls_of_day(session: Session, day: str) -> int:
    """How many of them were polls."""
    return session.scalar(select(usage.c.polls).where(usage.c.day == day)) or 0
