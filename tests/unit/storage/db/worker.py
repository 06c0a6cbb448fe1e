"""A whole day's work in one process, for tests that kill it: poll two sources, store four articles, deliver their alerts, make the index anew,
let links be known by short rows, write old rows again.

Usage: worker.py DATABASE-URL LEDGER. Each message "sent" is a line in the file LEDGER: the delivery's idempotency key.
"""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crawler.record import Found, Link, Record, Source
from storage.alerts import outbox
from storage.archive import articles, derived, indexed, rewriting
from storage.db.database import Database, open_database
from storage.db.failpoints import failpoint
from storage.db.models import article
from storage.queue import frontier, known_links, sources
from storage.queue.frontier import Task
from tests.samples import ENGLISH, OTHER, TEXT

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
LATER = NOW + DAY
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
    while db.write_now(lambda s: known_links.take(s, _key, NOW + 3 * DAY, 1)):
        pass
    db.write_now(_as_before)
    first: int | None = 0
    while first is not None:
        first = db.write_now(lambda s, first=first: rewriting.rewrite(s, first, 1))


def _as_before(session: Session) -> None:
    """Some rows as older versions wrote them."""
    for row in session.execute(select(article).where(article.c.id % 2 == 0)).all():
        plain = {"summary": row.text[:60], "facts": [], "events": []}
        session.execute(update(article).where(article.c.id == row.id, article.c.summary == "").values(plain))


def _begin(session: Session) -> None:
    frontier.recover(session, NOW)
    outbox.recover(session, NOW)
    sources.sync(session, [(Source(name, f"https://{name}.example/feed"), NOW) for name in "ab"], NOW)


def _claim(session: Session) -> list[Task]:
    return frontier.claim(session, owner="me", now=NOW, limit=3, lease=LEASE, delay=0.0)


def _poll(session: Session, task: Task) -> None:
    links = tuple(Link(f"https://{task.source}.example/{n}") for n in (1, 2))
    what = Found(links, "feed")
    frontier.found(session, task, what, etag='"1"', last_modified=None, now=NOW, next_due=LATER, keys=_key)


def _key(url: str) -> str:
    return url.removeprefix("https://").replace(".example", "")


def _store(session: Session, task: Task) -> None:
    record = Record(title=task.key, link=task.url, text=TEXTS[task.key], summary=TEXTS[task.key][:60], source=task.source)
    draft = articles.AlertDraft("rule", "v", ("desk",), {"title": task.key})
    articles.store(session, record, key=task.key, task=task, alerts=[draft], now=NOW)


if __name__ == "__main__":
    database = open_database(sys.argv[1])
    work(database, Path(sys.argv[2]))
    database.close()
