"""What the fetchers of several programs know together: robots.txt files, and which hosts are whose. A store in trouble knows nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from jobs import log
from storage.db.database import Database
from storage.db.errors import StorageError
from storage.queue import hosts, robots

_log = log.get("shelf")


class Shelf:
    """The store, as a fetcher asks it."""

    def __init__(self, db: Database, owner: str, now: Callable[[], datetime]) -> None:
        self._db = db
        self._owner = owner
        self._now = now

    async def get(self, origin: str) -> tuple[bytes, float] | None:
        """A robots.txt that was read before, and for how many seconds more it holds."""
        now = self._now()
        try:
            found = await self._db.write(lambda s: robots.get(s, origin, now))
        except StorageError as error:
            _log.warning("robots.txt is asked for again", origin=origin, error=str(error))
            return None
        return None if found is None else (found[0].encode(), (found[1] - now).total_seconds())

    async def put(self, origin: str, host: str, body: bytes, seconds: float, crawl_delay: float | None) -> None:
        """Keep a robots.txt for the others, and for the time after a restart."""
        until, text = self._now() + timedelta(seconds=seconds), body.decode("utf-8", "replace")
        kept = robots.Kept(origin, host, text, until, crawl_delay)
        try:
            await self._db.write(lambda s: robots.put(s, kept), alone=True)
        except StorageError as error:
            _log.warning("robots.txt is not kept", origin=origin, error=str(error))

    async def keep(self, names: Collection[str]) -> frozenset[str]:
        """Go on asking these hosts; those that are still ours."""
        until = self._now() + hosts.HELD
        return await self._db.write(lambda s: hosts.keep(s, self._owner, names, until), alone=True)
