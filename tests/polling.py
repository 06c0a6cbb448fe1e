"""What a worker says to the frontier, with what most tests do not care for filled in."""

from datetime import datetime, timedelta
from typing import Any

from crawler.record import Found
from storage.db.database import Database
from storage.queue import frontier
from storage.queue.frontier import Kept, Task

LEASE = timedelta(minutes=3)


def claim(db: Database, now: datetime, *, owner: str = "me", limit: int = 50, **more: Any) -> list[Task]:
    """What is due, for one worker; no host keeps another request waiting."""
    asked = {"lease": LEASE, "delay": 0.0, **more}
    return db.write_now(lambda s: frontier.claim(s, owner=owner, now=now, limit=limit, **asked))


def found(db: Database, poll: Task, what: Found, now: datetime, **more: Any) -> Kept:
    """What a poll answered. An address is its own key, and the next poll due in an hour, unless said otherwise."""
    asked = {"etag": None, "last_modified": None, "next_due": now + timedelta(hours=1), "keys": lambda url: url, **more}
    return db.write_now(lambda s: frontier.found(s, poll, what, now=now, **asked))
