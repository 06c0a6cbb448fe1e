"""How many requests were made on which day. A day is text such as ``2026-11-24``, in the operator's own zone."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, func, select
from sqlalchemy.orm import Session

from storage.db.database import upsert
from storage.db.models import usage
from storage.db.writer import later

SHARD = secrets.randbelow(64)  # of this process: nobody waits for another's count


def add(session: Session, day: str, requests: int, polls: int = 0) -> None:
    """So many more, polls among them."""
    later(session, _add, (day, requests, polls))


def _add(session: Session, counted: Sequence[tuple[str, int, int]]) -> None:
    for day in sorted({day for day, _, _ in counted}):
        requests, polls = map(sum, zip(*((n, of_them) for at, n, of_them in counted if at == day), strict=True))
        row = {"day": day, "shard": SHARD, "requests": requests, "polls": polls}
        upsert(session, usage, [row], ("day", "shard"), lambda new: {n: usage.c[n] + new[n] for n in ("requests", "polls")})


def of_day(session: Session, day: str) -> int:
    """How many so far."""
    return _sum(session, usage.c.requests, day)


def polls_of_day(session: Session, day: str) -> int:
    """How many of them were polls."""
    return _sum(session, usage.c.polls, day)


def _sum(session: Session, column: Column[Any], day: str) -> int:
    return session.scalar(select(func.sum(column)).where(usage.c.day == day)) or 0
