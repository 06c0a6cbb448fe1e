"""The daemon: one asyncio loop with the engine, the delivery, and APScheduler's ticks. Nothing in here decides anything.

APScheduler only ticks, from memory: when a source is next due is a column of its row, so a restart needs no repair.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy.orm import Session

from jobs import app, clock, log
from jobs.config import ConfigError, changes, load
from jobs.pipeline import NEVER
from storage import articles, frontier, outbox, queries

STOP_WITHIN = 20.0  # seconds from SIGTERM until what is still in flight is left behind; systemd's default patience is 90
HEARTBEAT = 5  # seconds
RECOVER_EVERY = 30  # seconds between two looks for leases that ran out
POLITE_END = 0.3  # seconds between two looks whether `run --once` is done

_log = log.get("daemon")


class Daemon:
    """Runs one `App` until it is told to stop."""

    def __init__(self, built: app.App, path: Path) -> None:
        self._app = built
        self._path = path
        self._stop = asyncio.Event()
        self._seen = _modified(path)

    async def run(self) -> None:
        """Poll, read, store and deliver until SIGTERM or SIGINT; a second signal ends the process at once."""
        self._listen()
        scheduler = self._ticks()
        try:
            await self._app.begin()
            scheduler.start()
            _log.info("running", sources=len(self._app.pipeline.watch.sources), database=self._app.db.name, pid=os.getpid())
            await self._app.until(self._stop.wait())
        finally:
            if scheduler.running:
                scheduler.shutdown(wait=False)
                await self._beat(stopped=True)
            await self._app.end(STOP_WITHIN)
            _log.info("stopped")

    def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._signalled, number)
        loop.add_signal_handler(signal.SIGHUP, lambda: asyncio.ensure_future(self.reload()))

    def _signalled(self, number: int) -> None:
        if self._stop.is_set():
            os._exit(128 + number)
        _log.info("stopping", signal=signal.Signals(number).name, within=f"{STOP_WITHIN:.0f}s", again="ends now")
        self._stop.set()

    def _ticks(self) -> AsyncIOScheduler:
        scheduler = AsyncIOScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        scheduler.add_job(self._app.pipeline.look_now, "interval", seconds=1, id="poll")
        scheduler.add_job(self._app.deliverer.wake, "interval", seconds=1, id="deliver")
        scheduler.add_job(self._beat, "interval", seconds=HEARTBEAT, id="heartbeat", next_run_time=clock.now())
        scheduler.add_job(self._recover, "interval", seconds=RECOVER_EVERY, id="recover")
        scheduler.add_job(self._tidy, "interval", days=1, id="tidy")
        scheduler.add_job(self._app.write_feeds, "interval", seconds=2, id="feeds")
        scheduler.add_job(self._look_at_file, "interval", seconds=2, id="config")
        return scheduler

    async def _beat(self, stopped: bool = False) -> None:
        detail = queries.STOPPED if stopped else f"pid {os.getpid()}"
        await self._app.db.write(lambda s: queries.beat(s, "daemon", clock.now(), detail))

    async def _recover(self) -> None:
        await self._app.db.write(lambda s: frontier.recover_expired(s, clock.now()))

    async def _tidy(self) -> None:
        await self._app.db.write(lambda s: articles.tidy(s, clock.now()))

    async def _look_at_file(self) -> None:
        seen = _modified(self._path)
        if seen and seen != self._seen:
            await self.reload()

    async def reload(self) -> None:
        """Read the configuration again; a broken one is reported and the old one stays."""
        self._seen = _modified(self._path)
        old = self._app.config
        try:
            new = load(self._path, os.environ)
        except ConfigError as error:
            for mistake in error.mistakes:
                _log.error("configuration refused, the old one stays", mistake=str(mistake))
            return
        told = changes(old, new)
        if told:
            await self._app.reconfigure(new)
        _log.info("configuration read again", changes="; ".join(told) or "none")


def _modified(path: Path) -> tuple[int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size


async def run_once(built: app.App, progress: Callable[[app.App, datetime], None]) -> Counter[str]:
    """Poll every source once, read what is new, deliver the alerts; how many deliveries of this run are in which state.

    `progress` is called several times a second.
    """
    started = clock.now()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    built.pipeline.polls_due_by = started
    try:
        await built.begin()
        before = built.db.read(outbox.counts)
        await built.db.write(lambda s: frontier.force_due(s, started))
        built.pipeline.look_now()
        await built.until(_work_is_done(built, started, stop, progress))
        await built.deliverer.drain()
        await built.write_feeds()
        progress(built, started)
        return Counter(built.db.read(outbox.counts)) - Counter({"sent": before.get("sent", 0), "dead": before.get("dead", 0)})
    finally:
        await built.end(STOP_WITHIN)


async def _work_is_done(
    built: app.App, started: datetime, stop: asyncio.Event, progress: Callable[[app.App, datetime], None]
) -> None:
    def left(session: Session) -> int:
        soon = clock.now() + timedelta(seconds=60)  # a host that asked for a longer pause is left for the next run
        return frontier.pending(session, NEVER if built.pipeline.resting else started, soon)

    while not stop.is_set():
        await asyncio.sleep(POLITE_END)
        progress(built, started)
        if built.engine.in_flight == 0 and built.db.read(left) == 0:
            return
