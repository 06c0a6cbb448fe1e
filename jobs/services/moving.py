"""From one machine to several, and back: the archive and all that is planned goes to another database."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import datetime

from crawler.i18n import tr
from storage.archive import derived
from storage.db import move
from storage.db.database import Database, open_database
from storage.db.errors import StorageError
from storage.db.lock import InstanceLock
from storage.queue import workers


def move_to(old: Database, address: str, zone: str, now: datetime, moved: Callable[[str, int], object]) -> dict[str, int]:
    """Copy everything to an empty database; how many rows of each table. The old one stays as it is. Raises StorageError."""
    with closing(open_database(address)) as new:
        if new.url == old.url:
            raise StorageError(tr("this is the database that is to be moved; name another one"))
        locks = [InstanceLock(db) for db in (old, new)]
        try:
            for lock in locks:
                lock.acquire()
            if old.read(lambda s: workers.living(s, now)) and old.shared:
                raise StorageError(tr("workers are running on it; stop them first, or what they do meanwhile is not moved"))
            counts = move.move(old, new, moved)
            new.write_now(lambda s: derived.restart(s, zone))
        finally:
            for lock in locks:
                lock.release()
        return counts
