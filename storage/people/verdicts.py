"""What people call wrong, and what was done about it. A row changes nothing by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from storage.db.database import changed, from_row
from storage.db.models import verdict
from storage.people.accounts import signed

About = Literal["match", "fold", "split", "field"]
Settled = Literal["applied", "dismissed"]
MOST_TALLIES = 100


@dataclass(frozen=True, slots=True)
class Verdict:
    """Somebody says that something is wrong with a record.

    match   it is no match of `rule`                       fold    it is not one event with `other`, into which it was folded
    field   `value` does not belong to it                  split   it is one event with `other`, from which it stands apart

    `sample` is what they saw. `settled`: what was done about it.
    """

    id: int
    about: About
    record: int
    other: int | None
    rule: str | None
    value: str | None
    person: str
    at: datetime
    note: str
    sample: Mapping[str, Any]
    settled: Settled | None
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Tally:
    """How often a value (or a rule's matches) was called wrong."""

    about: About
    what: str
    count: int


def add(session: Session, values: Mapping[str, Any]) -> int:
    """A verdict: about, record, other, rule, value, person_id, at, note, sample; its id."""
    return int(session.execute(insert(verdict).values(dict(values)).returning(verdict.c.id)).scalar_one())


def get(session: Session, number: int) -> Verdict | None:
    """One verdict."""
    return next(iter(listed(session, number=number)), None)


def listed(
    session: Session, *, number: int | None = None, record: int | None = None, after: int = 0, limit: int = 500
) -> list[Verdict]:
    """All, or those on a record, the first one first; those with an id beyond `after`."""
    same = {verdict.c.id: number, verdict.c.record: record}
    query = signed(verdict).where(verdict.c.id > after, *(column == value for column, value in same.items() if value is not None))
    return [from_row(Verdict, row) for row in session.execute(query.order_by(verdict.c.id).limit(limit))]


def settle(session: Session, number: int, how: Settled, now: datetime) -> bool:
    """Something was done about it; False where that was before."""
    open_one = verdict.c.id == number, verdict.c.settled.is_(None)
    return changed(session, update(verdict).where(*open_one).values(settled=how, settled_at=now)) > 0


def tallies(session: Session) -> list[Tally]:
    """The values and rules that are called wrong most often."""
    what, count = func.coalesce(verdict.c.value, verdict.c.rule, ""), func.count()
    query = select(verdict.c.about, what, count).where(verdict.c.about.in_(("match", "field"))).group_by(verdict.c.about, what)
    return [Tally(*row) for row in session.execute(query.order_by(count.desc(), what).limit(MOST_TALLIES))]
