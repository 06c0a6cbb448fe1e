"""What the ledger says beside its rows (storage/archive/queries.py): who else told a story, how busy a rule is, where a record stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, case, func, select
from sqlalchemy.orm import Session

from storage.db.database import from_row
from storage.db.lists import NUMBERS, among
from storage.db.models import alert, article, duplicate, known_link, tally, task
from storage.db.texts import number_of


@dataclass(frozen=True, slots=True)
class DuplicateView:
    """An article that was counted on an alert instead of raising its own, and why."""

    alert_id: int
    article_id: int
    title: str
    link: str
    source: str
    how: str  # reprint | event
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """How busy a rule is. Matches count what was folded or too old, too; days are UTC's."""

    alerts: int
    last_match: datetime
    week: int
    month: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a record stands: its story and why, the record whose text it repeats, and whether its source's first poll found it."""

    story: int
    reason: str | None
    reprint_of: int | None
    baseline: bool
    first_seen: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One alert as a feed shows it."""

    alert_id: int
    payload: dict[str, Any]
    created_at: datetime
    changed_at: datetime
    reprints: int
    duplicates: tuple[DuplicateView, ...]


def duplicates(session: Session, alert_ids: Sequence[int]) -> list[DuplicateView]:
    """The later tellers of these alerts, in order."""
    source = func.coalesce(article.c.publisher, article.c.source, "").label("source")
    columns = (*duplicate.c, article.c.title, article.c.link, source)
    query = select(*columns).join(article, article.c.id == duplicate.c.article_id)
    query = query.where(duplicate.c.alert_id.in_(list(alert_ids))).order_by(duplicate.c.alert_id, duplicate.c.article_id)
    return [from_row(DuplicateView, row) for row in session.execute(query)]


def tallies(session: Session, now: datetime) -> dict[str, Tally]:
    """By rule, of all rules that ever matched."""

    def since(days: int) -> Any:
        first = f"{(now - timedelta(days=days - 1)).astimezone(UTC):%Y-%m-%d}"
        return func.sum(case((tally.c.day >= first, tally.c.matches), else_=0))

    query = select(tally.c.rule, func.sum(tally.c.alerts), func.max(tally.c.last_at), since(7), since(30)).group_by(tally.c.rule)
    return {rule: Tally(int(alerts), last, int(week), int(month)) for rule, alerts, last, week, month in session.execute(query)}


def standing(session: Session, article_id: int) -> Standing | None:
    """Where a record stands, or None if there is none of this id."""
    row = session.execute(select(article).where(article.c.id == article_id)).first()
    if row is None:
        return None
    first_poll = session.scalar(select(task.c.baseline).where(task.c.key == row.link_key))
    if first_poll is None:
        first_poll = session.scalar(select(known_link.c.baseline).where(known_link.c.key == number_of(row.link_key)))
    return Standing(row.story, row.story_reason, row.reprint_of, bool(first_poll), row.first_seen)


def copies(session: Session) -> dict[int, int]:
    """Reprints: the record → the one whose text it repeats."""
    query = select(article.c.id, article.c.reprint_of).where(article.c.reprint_of.is_not(None))
    return {row.id: row.reprint_of for row in session.execute(query)}


def only_likely(session: Session, ids: Sequence[int]) -> dict[int, int]:
    """Those of these records that only probably tell their story: each with the first of those that surely tell one event with it."""
    wanted = among(article.c.id, bindparam("ids", type_=NUMBERS)), article.c.proven != article.c.story
    return {row.id: row.proven for row in session.execute(select(article.c.id, article.c.proven).where(*wanted), {"ids": ids})}


def marks(session: Session) -> dict[str, tuple[int, int]]:
    """By rule, numbers that change whenever its alerts do."""
    query = select(alert.c.rule, func.max(alert.c.id), func.sum(alert.c.reprints)).group_by(alert.c.rule)
    return {rule: (newest, int(told)) for rule, newest, told in session.execute(query)}


def entries(session: Session, rule: str, limit: int) -> list[Entry]:
    """The newest alerts of a rule, with all that told them later."""
    rows = session.execute(select(alert).where(alert.c.rule == rule).order_by(alert.c.id.desc()).limit(limit)).all()
    told: dict[int, list[DuplicateView]] = {}
    for one in duplicates(session, [row.id for row in rows]):
        told.setdefault(one.alert_id, []).append(one)
    return [
        Entry(
            alert_id=row.id,
            payload=row.payload,
            created_at=row.created_at,
            changed_at=max([row.created_at, *(one.at for one in told.get(row.id, ()))]),
            reprints=row.reprints,
            duplicates=tuple(told.get(row.id, ())),
        )
        for row in rows
    ]
