"""Live updates as server-sent events: the newest record and alert, now and whenever one comes. One look at the archive for all who listen.

event: news
data: {"records": 1207, "alerts": 88}
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

from jobs.web.access import Parts
from storage.archive import queries
from storage.db.errors import StorageError

EVERY = 2.0  # seconds between two looks
QUIET = 20.0  # seconds after which a line says that the connection lives
LASTS = 600.0  # seconds, then the browser comes again, and is asked anew who it is
MOST = 50  # who listen at once


class Live:
    """Looks while somebody listens."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._listening = 0
        self._looking: asyncio.Task[None] | None = None
        self._newest: tuple[int, int] | None = None
        self._came = asyncio.Condition()

    @property
    def is_full(self) -> bool:
        """Whether nobody else may listen."""
        return self._listening >= MOST

    async def events(self) -> AsyncIterator[str]:
        """What one listener hears, until it goes or has to come again."""
        self._listening += 1
        if self._looking is None or self._looking.done():
            self._newest = None  # nobody has looked since
            self._looking = asyncio.create_task(self._look(), name="live")
        last, clock = None, asyncio.get_running_loop().time
        ends = clock() + LASTS
        try:
            yield "retry: 5000\n\n"
            while clock() < ends:
                if self._newest is not None and self._newest != last:
                    last = self._newest
                    yield f"event: news\ndata: {json.dumps({'records': last[0], 'alerts': last[1]})}\n\n"
                try:
                    async with asyncio.timeout(QUIET), self._came:
                        await self._came.wait()
                except TimeoutError:
                    yield ": still here\n\n"
        finally:
            self._listening -= 1

    async def _look(self) -> None:
        while self._listening:
            try:
                found: tuple[int, int] | None = await asyncio.to_thread(self._parts.db.ask, queries.newest)
            except StorageError:  # it says so itself, wherever a page is asked for
                found = self._newest
            if found != self._newest:
                self._newest = found
                async with self._came:
                    self._came.notify_all()
            await asyncio.sleep(EVERY)
