"""What was alerted, one entry a story: what a person reads. The ledger (storage/archive/queries.py) has one row an alert."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.db.models import alert, article, delivery

CHUNK = 100  # alerts that are looked at at once


@dataclass(frozen=True, slots=True)
class Match:
    """A term of the rule and where it stood: code-point offsets into `field`, and the sentence around."""

    term: str
    field: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Told:
    """One alert of a story. `states`: those of its deliveries."""

    alert: int
    rule: str
    at: datetime
    matched: tuple[Match, ...]
    states: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A story that was alerted: the record of its newest alert, all its alerts, the newest first, and how many others tell it."""

    story: int
    record: int
    title: str
    link: str
    publisher: str
    language: str | None
    shown_at: datetime
    technologies: tuple[str, ...]
    industries: tuple[str, ...]
    told: tuple[Told, ...]
    records: int
    publishers: int

    @property
    def others(self) -> int:
        """How many more publishers tell it."""
        return self.publishers - 1


def newest(session: Session, before: int | None = None, limit: int = CHUNK) -> list[tuple[int, int]]:
    """(newest alert, story) of the stories whose newest alert is older than `before`, of the next `limit` alerts; the newest first."""
    query = select(alert.c.id, article.c.story).join(article, article.c.id == alert.c.article_id).order_by(alert.c.id.desc())
    if before is not None:
        query = query.where(alert.c.id < before)
    found: dict[int, int] = {}
    for row in session.execute(query.limit(limit)):
        found.setdefault(row.story, row.id)
    last = last_alerts(session, list(found)) if before is not None else found
    return [(number, story) for story, number in found.items() if last[story] == number]


def last_alerts(session: Session, stories: Sequence[int]) -> dict[int, int]:
    """The newest alert of each of these stories that has one."""
    query = select(article.c.story, func.max(alert.c.id)).join(alert, alert.c.article_id == article.c.id)
    rows = session.execute(query.where(article.c.story.in_(list(stories))).group_by(article.c.story))
    return dict(rows.all())


def last_looked_at(session: Session, before: int | None = None, limit: int = CHUNK) -> int | None:
    """The oldest of the next `limit` alerts, if there are more behind it."""
    query = select(alert.c.id).order_by(alert.c.id.desc()).offset(limit - 1).limit(1)
    return session.scalar(query if before is None else query.where(alert.c.id < before))


def entries(session: Session, stories: Sequence[int]) -> dict[int, Entry]:
    """Of these stories, by story; those that were never alerted are left out."""
    told = _told(session, stories)
    places = {story: alerts[0][1] for story, alerts in told.items()}
    columns = (article.c.id, article.c.story, article.c.title, article.c.link, _publisher.label("by"), article.c.language,
               article.c.shown_at, article.c.ai_technologies, article.c.industries)  # fmt: skip
    rows = session.execute(select(*columns).where(article.c.id.in_(list(places.values()))))
    sizes = _sizes(session, list(places))
    return {
        row.story: Entry(
            row.story, row.id, row.title, row.link, row.by, row.language, row.shown_at, tuple(row.ai_technologies),
            tuple(row.industries), tuple(one for one, _ in told[row.story]), *sizes[row.story],
        )
        for row in rows
    }  # fmt: skip


_publisher = func.coalesce(article.c.publisher, article.c.source, "")


def _told(session: Session, stories: Sequence[int]) -> dict[int, list[tuple[Told, int]]]:
    """Story → its alerts, the newest first, each with its record."""
    columns = (
        alert.c.id,
        alert.c.rule,
        alert.c.created_at,
        alert.c.article_id,
        article.c.story,
        alert.c.payload["matched"].label("matched"),
    )
    query = select(*columns).join(article, article.c.id == alert.c.article_id).where(article.c.story.in_(list(stories)))
    rows = session.execute(query.order_by(alert.c.id.desc())).all()
    states: dict[int, list[str]] = {}
    sent = select(delivery.c.alert_id, delivery.c.state).where(delivery.c.alert_id.in_([row.id for row in rows]))
    for number, state in session.execute(sent.order_by(delivery.c.id)):
        states.setdefault(number, []).append(state)
    found: dict[int, list[tuple[Told, int]]] = {}
    for row in rows:
        matched = tuple(Match(one["term"], one["field"], one["start"], one["end"], one["quote"]) for one in row.matched or ())
        told = Told(row.id, row.rule, row.created_at, matched, tuple(states.get(row.id, ())))
        found.setdefault(row.story, []).append((told, row.article_id))
    return found


def _sizes(session: Session, stories: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Story → its records, its publishers."""
    columns = article.c.story, func.count(), func.count(func.distinct(_publisher))
    rows = session.execute(select(*columns).where(article.c.story.in_(list(stories))).group_by(article.c.story))
    return {story: (records, publishers) for story, records, publishers in rows}
