"""What a poll found becomes rows: links to read, and further addresses to poll."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, true, update
from sqlalchemy.orm import Session

from crawler.record import Link
from crawler.url import asked_host
from storage.db.database import insert_new
from storage.db.mapping import link_to_json
from storage.db.models import article, article_alias, task
from storage.queue import hosts, known_links
from storage.queue.identity import Keys, key_of
from storage.queue.tasks import Task, chunks, due_row, poll_key

MAX_MORE = 50  # further addresses of one poll
MAX_DEPTH = 2  # sitemap index → sitemap → its next page
SPREAD = timedelta(seconds=1)  # between the turns of two links of one poll, see storage.queue.frontier


def newest_first(links: Sequence[Link], keys: Keys, now: datetime) -> dict[str, Link]:
    """One link a key; those without a date keep their place at the top, where lists have their news."""
    by_date = sorted(links, key=lambda link: link.published or now, reverse=True)
    unique: dict[str, Link] = {}
    for link in by_date:
        unique.setdefault(key_of(link, keys), link)
    return unique


def known(session: Session, keys: Sequence[str]) -> set[str]:
    """Those of the keys that are a task, or were one, an article, or another address of one."""
    found: set[str] = set()
    for some in chunks(keys):
        for column, condition in (
            (task.c.key, task.c.state != "paused"),  # a paused one is free for another source to take over
            (article.c.link_key, true()),
            (article_alias.c.link_key, article_alias.c.article_id.is_not(None)),
        ):
            found.update(session.scalars(select(column).where(column.in_(some), condition)))
    return found | known_links.among(session, keys)  # asked last: a task that is done meanwhile moves there


def insert_articles(session: Session, poll: Task, links: dict[str, Link], now: datetime) -> None:
    """A task for each new link, by key. One that rests with a source no longer watched goes to this poll's."""
    rows = [
        _row("article", poll, key, link.url, now) | {"hint": link_to_json(link), "turn": now + SPREAD * place, "guid": link.guid}
        for place, (key, link) in enumerate(links.items())
    ]
    _ready(session, rows, now)
    inserted = set(insert_new(session, task, rows, "key"))
    for row in rows:
        if row["key"] not in inserted:
            session.execute(update(task).where(task.c.key == row["key"], task.c.state == "paused").values(row))


def insert_polls(session: Session, poll: Task, more: Sequence[tuple[str, datetime | None]], now: datetime) -> int:
    """Further addresses of the source. One that was polled before is due again if it may have changed since."""
    if poll.depth >= MAX_DEPTH:
        return 0
    newest = sorted(more, key=lambda item: item[1] or now, reverse=True)[:MAX_MORE]
    listed = {poll_key(poll.source, url): (url, at) for url, at in newest}
    rows = [_row("poll", poll, key, url, now) | {"depth": poll.depth + 1, "listed_at": at} for key, (url, at) in listed.items()]
    _ready(session, rows, now)
    inserted = insert_new(session, task, rows, "key")
    idle = select(task.c.key, task.c.listed_at, task.c.done_at).where(task.c.state.in_(("done", "dead")))
    idle = idle.where(task.c.key.in_(list(listed)))
    again = [row.key for row in session.execute(idle) if _may_have_changed(row, listed[row.key][1])]
    for key in again:
        values = {"state": "due", "due_at": now, "turn": now, "attempts": 0, "listed_at": listed[key][1]}
        session.execute(update(task).where(task.c.key == key).values(values))
    return len(inserted) + len(again)


def _ready(session: Session, rows: Sequence[dict[str, Any]], now: datetime) -> None:
    for name in {row["host"] for row in rows}:
        hosts.ready(session, name, now)


def _may_have_changed(row: Any, listed_at: datetime | None) -> bool:
    if listed_at is None or row.done_at is None or listed_at != row.listed_at:
        return True
    return bool(listed_at > row.done_at - timedelta(days=1))  # many sites give the day only


def _row(kind: str, poll: Task, key: str, url: str, now: datetime) -> dict[str, Any]:
    row = due_row(kind, key, source_id=poll.source_id, url=url, host=asked_host(url), due=now, now=now)
    return row | {"baseline": poll.baseline, "attempts": 0, "fence": 0, "depth": 0}
