"""The reading side, for the command line and the pages: values out, nothing changed (except the heartbeat)."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, case, func, select, true, tuple_
from sqlalchemy.orm import Session

from crawler.record import Record
from storage.alerts import outbox
from storage.archive import concepts, indexed
from storage.db.database import count_rows, from_row, upsert
from storage.db.mapping import event_types, record_from_row, sketched, sketched_from_row
from storage.db.models import alert, article, attempt, delivery, heartbeat, mention, revision, source, story_pair, task
from storage.db.pulse import Beat
from storage.queue import known_links

CHUNK = 200  # records held in memory at once
_CURSOR = re.compile(r"(-?\d{1,18})-(\d{1,18})", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the archive: what comes after it is older. As text it can stand in an address."""

    shown_at: datetime
    id: int

    def __str__(self) -> str:
        return f"{(self.shown_at - _EPOCH) // timedelta(microseconds=1)}-{self.id}"

    @classmethod
    def parse(cls, text: str) -> Cursor:
        """The reverse. Raises ValueError."""
        if match := _CURSOR.fullmatch(text):
            with suppress(OverflowError):  # of a year that no calendar has
                return cls(_EPOCH + timedelta(microseconds=int(match[1])), int(match[2]))
        raise ValueError(f"{text!r} is no place in the archive")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stored record with its source's tags, and where it stands."""

    record: Record
    tags: tuple[str, ...]
    at: Cursor


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """What became of an alert at one channel. `next_at` matters while the state is pending."""

    id: int
    channel: str
    state: str
    attempts: int
    next_at: datetime
    sent_at: datetime | None
    last_error: str | None
    vendor_answer: str | None
    idem_key: str


@dataclass(frozen=True, slots=True)
class AlertView:
    """One row of the ledger with its deliveries. `due_at`: when it could leave; `follows`: the alert that it goes back to."""

    id: int
    rule: str
    rule_version: str
    article_id: int
    story: int
    title: str
    link: str
    created_at: datetime
    due_at: datetime
    follows: int | None
    reprints: int
    deliveries: tuple[DeliveryView, ...]


@dataclass(frozen=True, slots=True)
class AttemptView:
    """One try of a delivery. `ended_at` is None when the program ended before the answer came."""

    delivery_id: int
    number: int
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    code: str | None
    detail: str | None


@dataclass(frozen=True, slots=True)
class Version:
    """What a record said from then on."""

    since: datetime
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Status:
    """The numbers of `zhixun status`. `tasks` is by kind and state ("poll due"); `waiting` counts what is due; `oldest_due` is the latest of it."""

    records: int
    reprints: int
    alerts: int
    sources: int
    failing: int
    deliveries: dict[str, int]
    tasks: dict[str, int]
    waiting: int
    oldest_due: datetime | None
    newest_record: datetime | None
    beats: dict[str, Beat]


def records(session: Session, **filters: Any) -> Iterator[Record]:
    """Stored records, newest first; see `tagged` for the filters."""
    return (row.record for row in tagged(session, **filters))


def tagged(
    session: Session,
    *,
    source: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    ids: Collection[int] | None = None,
    after: Cursor | None = None,
    limit: int | None = None,
    fields: Collection[str] | None = None,
) -> Iterator[Candidate]:
    """Stored records, newest first, read in chunks: use it inside `Database.reader`. `after`: only what comes after this place.

    `since` (included) and `until` (excluded) look at the publication time, or at first_seen where no one said it.
    `fields`: only what is short, and what a query of these fields would read; the records are without facts then.
    """
    made = record_from_row if fields is None else sketched_from_row
    columns = [article] if fields is None else [*sketched(fields), article.c.shown_at]
    query = _within(select(*columns), since, until)
    if source is not None:
        query = query.where(article.c.source == source)
    if ids is not None:
        query = query.where(article.c.id.in_(list(ids)))
    left = sys.maxsize if limit is None else limit
    while left > 0:
        rows = session.execute(older(query, after).limit(min(CHUNK, left))).all()
        for row in rows:
            after = Cursor(row.shown_at, row.id)
            yield Candidate(made(row), tuple(row.tags), after)
        left = left - len(rows) if len(rows) == CHUNK else 0


def tagged_of(session: Session, ids: Sequence[int], *, fields: Collection[str]) -> Iterator[Candidate]:
    """The records of these ids, in the same order as `tagged` has them, so that the ids have it too."""
    for at in range(0, len(ids), CHUNK):
        yield from tagged(session, ids=ids[at : at + CHUNK], fields=fields)


def telling(
    session: Session,
    kinds: Collection[str],
    most: int,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    concept: int | None = None,
    after: Cursor | None = None,
) -> tuple[dict[int, set[str]], Cursor | None]:
    """Of the newest `most` records those that tell an event of these types, and of which; and where to go on, if there are more
    records. Without a concept, of a story only its first. To make records of all of them would cost many times as much."""
    newest = older(_within(select(article.c.shown_at, article.c.id), since, until), after)
    if concept is not None:
        newest = newest.where(article.c.id.in_(select(mention.c.article_id).where(mention.c.concept_id == concept)))
    last = session.execute(newest.offset(most - 1).limit(1)).first()
    first = article.c.id == func.coalesce(article.c.story, article.c.id) if concept is None else true()
    told = session.execute(newest.with_only_columns(article.c.id, case((first, article.c.events))).limit(most)).all()
    found = {number: event_types(events) & set(kinds) for number, events in told if events}
    return {number: types for number, types in found.items() if types}, Cursor(*last) if last else None


def _within(query: Select[Any], since: datetime | None, until: datetime | None) -> Select[Any]:
    """Records of a time, the newest first."""
    if since is not None:
        query = query.where(article.c.shown_at >= since)
    if until is not None:
        query = query.where(article.c.shown_at < until)
    return query.order_by(article.c.shown_at.desc(), article.c.id.desc())


def older(query: Select[Any], cursor: Cursor | None) -> Select[Any]:
    """By a row value, which the index answers: an OFFSET, or an OR of the two columns, would read and sort all of it for each chunk."""
    if cursor is None:
        return query
    return query.where(tuple_(article.c.shown_at, article.c.id) < (cursor.shown_at, cursor.id))


def record(session: Session, number: int) -> Record | None:
    """One record by its id."""
    row = session.execute(select(article).where(article.c.id == number)).first()
    return record_from_row(row) if row else None


def stories(session: Session, after: Cursor | None = None, limit: int = 50) -> list[tuple[int, Cursor]]:
    """The first records of stories, newest first, each with its place."""
    query = select(article.c.id, article.c.shown_at).where(article.c.story == article.c.id)
    rows = session.execute(older(query, after).order_by(article.c.shown_at.desc(), article.c.id.desc()).limit(limit))
    return [(row.id, Cursor(row.shown_at, row.id)) for row in rows]


def told_by(session: Session, story: int, limit: int) -> list[Any]:
    """The records of a story in the order in which they were shown, with what says where each stands."""
    names = "id title link text language source publisher published first_seen shown_at story_reason reprint_of".split()
    query = select(*(article.c[name] for name in names)).where(article.c.story == story)
    return list(session.execute(query.order_by(article.c.shown_at, article.c.id).limit(limit)))


def versions(session: Session, number: int) -> list[Version]:
    """What a record said, oldest first, the present last; none where there is no such record."""
    own = session.execute(select(article).where(article.c.id == number)).first()
    if own is None:
        return []
    older = session.execute(select(revision).where(revision.c.article_id == number).order_by(revision.c.id)).all()
    ends = [row.at for row in older]
    begins = [own.first_seen, *ends]
    return [Version(since, row.title, row.text) for since, row in zip(begins, [*older, own], strict=True)]


def count_records(session: Session) -> int:
    """How many records are stored: as counted day by day when they were, and those that are not counted yet."""
    if not indexed.reach(session).usable:
        return count_rows(session, article)
    return concepts.total(session) + indexed.left(session)


def count_between(session: Session, start: datetime, end: datetime) -> int:
    """How many records were first seen in that time."""
    return count_rows(session, article, article.c.first_seen >= start, article.c.first_seen < end)


def count_alerts(session: Session, since: datetime) -> int:
    """How many alerts were raised since then."""
    return count_rows(session, alert, alert.c.created_at >= since)


def newest(session: Session) -> tuple[int, int]:
    """The highest ids of records and of alerts: they grow whenever something came."""
    return session.scalar(select(func.max(article.c.id))) or 0, session.scalar(select(func.max(alert.c.id))) or 0


def edition(session: Session) -> tuple[object, ...]:
    """Of what the archive is: another one whenever an article came or went, or a person split or joined stories."""
    said = select(func.count(), func.max(story_pair.c.at))
    ends = (session.scalar(select(end(article.c.id))) for end in (func.min, func.max))
    return *ends, *session.execute(said).one()


def alerts(
    session: Session,
    *,
    rule: str | None = None,
    state: str | None = None,
    since: datetime | None = None,
    ids: Sequence[int] | None = None,
    story: int | None = None,
    follows: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[AlertView]:
    """The ledger, newest first. `state`: alerts with a delivery in that state. `follows`: those that go back to this alert.

    `before`: only alerts with a smaller id.
    """
    query = select(alert, article.c.title, article.c.link).join(article, article.c.id == alert.c.article_id)
    same = {alert.c.rule: rule, alert.c.story: story, alert.c.follows: follows}
    query = query.where(*(column == value for column, value in same.items() if value is not None))
    if state is not None:
        query = query.where(alert.c.id.in_(select(delivery.c.alert_id).where(delivery.c.state == state)))
    if since is not None:
        query = query.where(alert.c.created_at >= since)
    if ids is not None:
        query = query.where(alert.c.id.in_(list(ids)))
    if before is not None:
        query = query.where(alert.c.id < before)
    rows = session.execute(query.order_by(alert.c.id.desc()).limit(limit)).all()
    deliveries = _deliveries(session, [row.id for row in rows])
    return [from_row(AlertView, row, deliveries=tuple(deliveries.get(row.id, ()))) for row in rows]


def raised(session: Session, since: datetime, until: datetime, most: int) -> Sequence[Any]:
    """(rule, alert, article, its title) of the alerts of a time, the newest first."""
    query = select(alert.c.rule, alert.c.id, alert.c.article_id, article.c.title)
    query = query.join(article, article.c.id == alert.c.article_id).order_by(alert.c.id.desc()).limit(most)
    return session.execute(query.where(alert.c.created_at >= since, alert.c.created_at < until)).all()


def _deliveries(session: Session, alert_ids: Sequence[int]) -> dict[int, list[DeliveryView]]:
    found: dict[int, list[DeliveryView]] = {}
    query = select(delivery).where(delivery.c.alert_id.in_(alert_ids)).order_by(delivery.c.id)
    for row in session.execute(query):
        found.setdefault(row.alert_id, []).append(from_row(DeliveryView, row))
    return found


def payload(session: Session, alert_id: int) -> dict[str, Any] | None:
    """The message of an alert, as it was when it was raised."""
    return session.scalar(select(alert.c.payload).where(alert.c.id == alert_id))


def attempts(session: Session, alert_id: int) -> list[AttemptView]:
    """Every try to deliver an alert, in order."""
    query = select(attempt).join(delivery).where(delivery.c.alert_id == alert_id)
    rows = session.execute(query.order_by(attempt.c.delivery_id, attempt.c.number))
    return [from_row(AttemptView, row) for row in rows]


def status(session: Session, now: datetime) -> Status:
    """How things are. Each of these counts is answered by an index alone."""
    due = and_(task.c.state == "due", task.c.due_at <= now)
    waiting, oldest = session.execute(select(func.count(), func.min(task.c.due_at)).where(due)).one()
    by_state = session.execute(select(task.c.kind, task.c.state, func.count()).group_by(task.c.kind, task.c.state))
    tasks = Counter({f"{kind} {state}": count for kind, state, count in by_state})
    tasks += Counter({"article done": known_links.count(session)})
    return Status(
        records=count_records(session),
        reprints=count_rows(session, article, article.c.reprint_of.is_not(None)),
        alerts=count_rows(session, alert),
        sources=count_rows(session, source, source.c.enabled),
        failing=count_rows(session, source, source.c.enabled, source.c.fail_count > 0),
        deliveries=outbox.counts(session),
        tasks=dict(tasks),
        waiting=waiting,
        oldest_due=oldest,
        newest_record=session.scalar(select(func.max(article.c.first_seen))),
        beats={row.name: Beat(row.at, row.detail) for row in session.execute(select(heartbeat))},
    )


def late(session: Session, since: datetime) -> dict[str, int]:
    """How many polls and articles have been due since then."""
    due = task.c.state == "due", task.c.due_at <= since
    counts = session.execute(select(task.c.kind, func.count()).where(*due).group_by(task.c.kind))
    return {"poll": 0, "article": 0} | dict(counts.all())


def beat(session: Session, name: str, now: datetime, detail: str = "") -> None:
    """A part of the program says that it lives."""
    row = {"name": name, "at": now, "detail": detail}
    upsert(session, heartbeat, [row], ("name",), lambda new: {"at": new.at, "detail": new.detail})


def last_beat(session: Session, name: str) -> Beat | None:
    """When it last did."""
    row = session.execute(select(heartbeat).where(heartbeat.c.name == name)).first()
    return Beat(row.at, row.detail) if row else None
