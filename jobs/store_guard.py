"""Stands between the engine and the pipeline: counts ticks, and rests the crawl while the store is in trouble.

A full disk, a locked file or a server that is away: nothing is claimed that could not be stored, the operator is told once, a probe
goes on with every heartbeat, and what was in flight is given back when the store works again. A store that cannot work without
help (damaged, read-only) ends the daemon with its reason.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import datetime

from crawler.errors import NoReaders
from crawler.fetch.engine import Fetch, FetchResult
from jobs import clock, log
from jobs.deliver.message import Message, notice
from jobs.monitor.liveness import Pulse, StoreHealth
from jobs.pipeline import Pipeline
from jobs.watch import Work
from jobs.web.metrics import Health
from jobs.workers.membership import Membership
from storage.archive import queries
from storage.db.database import Database
from storage.db.errors import StorageError
from storage.db.pulse import STOPPED

LOOPS = {"crawl": 15.0, "delivery": 10.0, "writer": 10.0}  # seconds; three times that is late
HOPELESS = 300.0  # seconds that a loop may be late until the daemon ends, to be started again
Tell = Callable[[Message], Awaitable[object]]

_log = log.get("keeper")


class StoreGuard:
    """The vital signs of one daemon."""

    def __init__(self, db: Database, member: Membership, pipeline: Pipeline, now: Callable[[], datetime], tell: Tell) -> None:
        self.pulse = Pulse(LOOPS)
        self.store = StoreHealth()
        self.patient = True  # whether a store in trouble is waited for
        self._error: Exception | None = None
        self._ended = asyncio.Event()
        self._db = db
        self._member = member
        self._pipeline = pipeline
        self._tell = tell
        self._now = now
        self._backup_told = False
        self._leads = True  # at the last beat: of the programs on one database, which it fails together, one tells
        self._said = False  # that the crawl rests
        self._late: dict[str, float] = {}
        self._telling: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Wait for what ends the daemon, and raise it."""
        await self._ended.wait()
        if self._error is not None:
            raise self._error

    # ---- between the engine and the pipeline

    async def claim(self) -> Fetch[Work] | None:
        """The next request that is due, or None while there is none or the store is in trouble."""
        if self.store.trouble is not None:
            return None
        try:
            return await self._pipeline.claim()
        except StorageError as error:
            self.failed(error)
            return None

    async def answered(self, answer: FetchResult[Work]) -> None:
        """Hand an answer on. One that could not be stored is fetched again later."""
        try:
            await self._pipeline.answered(answer)
        except StorageError as error:
            self.failed(error)
        except NoReaders as error:
            self._end(error)

    # ---- the store

    def failed(self, error: StorageError) -> None:
        """The store could not do something."""
        if not error.transient or not self.patient:
            self._end(error)
            return
        if self.store.failed(error, clock.monotonic()):
            _log.error("the store is in trouble, the crawl rests", state=self.store.state, error=str(error))
            self._said = self._leads
            if self._said:
                note = f"{error}。存储恢复后自动继续。It resumes by itself when the store works."
                self._say(f"智讯暂停抓取 / Zhixun rests: {self.store.state}", note)

    async def _works(self) -> None:
        if self.store.trouble is None:
            return
        took = self.store.works(clock.monotonic()) or 0.0
        # what could not be stored; what is still in flight finds its lease gone, and is read again
        await self._pipeline.release()
        _log.info("the store works again, the crawl goes on", seconds=round(took))
        if self._said:
            note = f"存储恢复，中断 {took:.0f} 秒。The store was away for {took:.0f} s; nothing was lost."
            self._say("智讯已恢复 / Zhixun works again", note)

    async def beat(self, stopped: bool = False) -> None:
        """Write the heartbeat: a sign of life for others, and a probe of the store for ourselves."""
        late = [f"late: {name} {seconds:.0f} s" for name, seconds in self._late.items()]
        detail = STOPPED if stopped else ", ".join([f"pid {os.getpid()}", *late])
        now = self._now()
        try:
            self._db.still_there()
            if stopped:
                await self._member.leave()
            else:
                self._member.lag = detail
                await self._member.beat()
            await self._db.write(lambda s: queries.beat(s, "daemon", now, detail))
            await self._works()
            self._leads = self._member.leads
        except StorageError as error:
            self.failed(error)
        self.pulse.tick("writer", clock.monotonic())

    def backup_failed(self, error: StorageError) -> None:
        """The scheduled copy could not be made; told once until one succeeds again."""
        _log.error("no backup", error=str(error))
        if not self._backup_told:
            self._backup_told = True
            self._say("智讯备份失败 / Zhixun could not back up", str(error))

    def backed_up(self) -> None:
        """A copy was made."""
        self._backup_told = False

    # ---- the loops

    def look(self, crawl: float | None, delivery: float | None) -> bool:
        """Take the loops' last ticks (None: not begun); whether all are alive. A loop that stays late ends the daemon."""
        for name, at in (("crawl", crawl), ("delivery", delivery)):
            if at is not None:
                self.pulse.tick(name, at)
        late = self.pulse.late(clock.monotonic())
        for name in late.keys() - self._late.keys():
            _log.error("a loop is late", loop=name, seconds=round(late[name]))
        for name in self._late.keys() - late.keys():
            _log.info("a loop is in time again", loop=name)
        self._late = late
        if late and max(late.values()) > HOPELESS:
            self._end(RuntimeError(f"the {max(late, key=late.__getitem__)} loop stands still; ending, to be started again"))
        return not late

    def health(self) -> Health:
        """For /healthz: a store in trouble is degraded, not dead."""
        late = {f"late {name}": f"{seconds:.0f} s" for name, seconds in self._late.items()}
        return Health(not late, {"state": self.store.state, **late})

    def _end(self, error: Exception) -> None:
        self._error = self._error or error
        self._ended.set()

    def _say(self, title: str, note: str) -> None:
        """Tell the operator past the outbox, which may be what is broken. Best effort."""
        task = asyncio.ensure_future(self._try_to_say(notice(title, note, self._now())))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _try_to_say(self, message: Message) -> None:
        try:
            await self._tell(message)
        except StorageError as error:
            _log.warning("nobody could be told", error=str(error))
