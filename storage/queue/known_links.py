"""Links of articles that were read: of each a row of some thirty bytes is kept for ever, where its task took hundreds.

A task that is done moves here (`take`), some at a time: a kill at any instant leaves each link in one of the two. It knows by numbers
made of texts what a later poll asks: was this link read, under which name of its source, at which address. When an article moves to a
new address, its task is made again (`wake`). Title and date are the article's; one that was pruned has none, and its link stays known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from crawler.record import Link
from crawler.url import asked_host, fragment_of
from storage.db.database import count_rows, insert_missing
from storage.db.failpoints import after_commit
from storage.db.models import article, known_link, task
from storage.db.texts import number_of
from storage.queue.tasks import chunks, due_row

STEP = 500  # tasks of one call: the writer has other work too
FRESH = timedelta(days=2)  # the alerts of a first poll are counted by tasks for a day, see storage.alerts.first_poll
_DONE = and_(task.c.kind == "article", task.c.state == "done")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a link: `guid` as a number, `task_id` while there is a task."""

    key: str
    guid: int | None
    fragment: str | None
    title: str | None
    published: datetime | None
    task_id: int | None = None

    def is_called(self, guid: str | None) -> bool:
        """True for the source's own name of the article."""
        return guid is not None and self.guid == number_of(guid)


def take(session: Session, keys: Callable[[str], str], now: datetime, limit: int = STEP) -> int:
    """Move up to `limit` tasks that were done some days ago here; how many. Call it until it says 0."""
    columns = (task.c.id, task.c.key, task.c.source_id, task.c.url, task.c.guid, task.c.baseline, article.c.id.label("article"))
    query = select(*columns).outerjoin(article, article.c.link_key == task.c.key)
    query = query.where(_DONE, task.c.done_at < now - FRESH).limit(limit)
    rows = session.execute(query.with_for_update(of=task)).all()
    short = sorted((_short(row, keys(row.url)) for row in rows), key=lambda one: one["key"])  # neighbours lie together
    insert_missing(session, known_link, short)
    session.execute(delete(task).where(task.c.id.in_([row.id for row in rows])))
    after_commit(session, "after-known-links")
    return len(rows)


def _short(row: Any, place: str) -> dict[str, Any]:
    return {
        "key": number_of(row.key),
        "source_id": row.source_id,
        "article_id": row.article,
        "guid": number_of(row.guid) if row.guid else None,
        "place": number_of(place) if place != row.key else None,
        "fragment": fragment_of(row.url) or None,
        "baseline": row.baseline,
    }


def count(session: Session) -> int:
    """How many there are."""
    return count_rows(session, known_link)


def among(session: Session, keys: Sequence[str]) -> set[str]:
    """Those of the keys that are here."""
    numbers = {number_of(key): key for key in keys}
    return {
        numbers[number]
        for some in chunks(list(numbers))
        for number in session.scalars(select(known_link.c.key).where(known_link.c.key.in_(some)))
    }


def of_source(session: Session, source_id: int, keys: Iterable[str]) -> Iterator[Known]:
    """What is known of a source's own links."""
    wanted = {number_of(key): key for key in keys}
    query = _ROWS.where(known_link.c.source_id == source_id)
    for some in chunks(list(wanted)):
        for row in session.execute(query.where(known_link.c.key.in_(some))).all():
            known = Known(wanted[row.key], row.guid, row.fragment, row.title, row.published)
            # else the number is another article's by now
            yield known if row.link_key == known.key else replace(known, title=None, published=None)


_ARTICLE = (article.c.link_key, article.c.title, article.c.published, article.c.first_seen)
_ROWS = select(known_link, *_ARTICLE).outerjoin(article, article.c.id == known_link.c.article_id)


def called(session: Session, source_id: int, guids: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """The rows of a source's links by its names for them: the name, and the row, with what its article has."""
    wanted = {number_of(guid): guid for guid in guids}
    for some in chunks(list(wanted)):
        query = _ROWS.where(known_link.c.source_id == source_id, known_link.c.guid.in_(some)).order_by(known_link.c.article_id)
        yield from ((wanted[row.guid], row) for row in session.execute(query).all())


def key_of(row: Any) -> str | None:
    """The key of a row that `called` gave; None where its article is gone."""
    return row.link_key if row.link_key is not None and number_of(row.link_key) == row.key else None


def name(session: Session, guids: Mapping[str, str | None]) -> None:
    """Note what the source calls these links."""
    rows = [{"key_": number_of(key), "guid_": number_of(guid)} for key, guid in guids.items() if guid]
    if rows:
        session.connection().execute(_NAME, rows)


_NAME = update(known_link).where(known_link.c.key == bindparam("key_")).values(guid=bindparam("guid_"))


def wake(session: Session, row: Any, link: Link, now: datetime) -> int:
    """Make the task again of a row that `called` gave, done and at its new address; its id."""
    host, made = asked_host(link.url), row.first_seen
    again = due_row("article", row.link_key, source_id=row.source_id, url=link.url, host=host, due=now, now=made)
    again |= {"state": "done", "guid": link.guid, "baseline": row.baseline, "done_at": made}
    session.execute(delete(known_link).where(known_link.c.key == row.key))
    return int(session.execute(insert(task).returning(task.c.id), again).scalar_one())
