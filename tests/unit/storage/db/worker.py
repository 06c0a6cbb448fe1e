"""A whole day's work in one process, for tests that kill it: poll two sources, store four articles, deliver their alerts, make the index anew.

Usage: worker.py DATABASE-URL LEDGER. Each message "sent" is a line in the file LEDGER: the delivery's idempotency key.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from crawler.record import Found, Link, Record, Source
from storage.alerts import outbox
from storage.archive import articles, derived, indexed
from storage.db.database import Database, open_database
from storage.db.failpoints import failpoint
from storage.queue import frontier, sources
from storage.queue.frontier import Task
from tests.samples import ENGLISH, OTHER, TEXT

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
LEASE = timedelta(minutes=3)
TEXTS = {"a/1": TEXT, "a/2": OTHER, "b/1": ENGLISH, "b/2": "The printers of Baiyan have formed a union of their own. " * 9}


def work(db: Database, ledger: Path) -> None:
    """Do all there is to do, from whatever state an earlier process has left."""
    db.write_now(_begin)
    while tasks := db.write_now(_claim):
        for task in tasks:
            db.write_now(lambda s, t=task: _poll(s, t) if t.kind == "poll" else _store(s, t))
    while batch := db.write_now(lambda s: outbox.claim(s, channel="desk", owner="me", now=NOW, limit=3, lease=LEASE)):
        for one in batch:
            with ledger.open("a") as file:
                file.write(one.idem_key + "\n")
            failpoint("after-send")
            db.write_now(lambda s, d=one: outbox.sent(s, d, now=NOW))
    if db.read(indexed.reach).zone != "Asia/Shanghai":
        db.write_now(lambda s: derived.restart(s, "Asia/Shanghai"))
    while derived.advance(db, limit=1):
        pass


def _begin(session: Session) -> None:
    frontier.recover(session, NOW)
    outbox.recover(session, NOW)
    sources.sync(session, [(Source(name, f"https://{name}.example/feed"), NOW) for name in "ab"], NOW)


def _claim(session: Session) -> list[Task]:
    return frontier.claim(session, owner="me", now=NOW, limit=3, lease=LEASE, delay=0.0)


def _poll(session: Session, task: Task) -> None:
    links = tuple(Link(f"https://{task.source}.example/{n}") for n in (1, 2))
    what = Found(links, "feed")
    keys = lambda url: url.removeprefix("https://").replace(".example", "")  # noqa: E731
    frontier.found(session, task, what, etag='"1"', last_modified=None, now=NOW, next_due=LATER, keys=keys)


def _store(session: Session, task: Task) -> None:
    record = Record(title=task.key, link=task.url, text=TEXTS[task.key], source=task.source)
    draft = articles.AlertDraft("rule", "v", ("desk",), {"title": task.key})
    articles.store(session, record, key=task.key, task=task, alerts=[draft], now=NOW)


if __name__ == "__main__":
    database = open_database(sys.argv[1])
    work(database, Path(sys.argv[2]))
    database.close()
