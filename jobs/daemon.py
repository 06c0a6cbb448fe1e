"""The daemon: one asyncio loop with the engine, the delivery, and APScheduler's ticks. Nothing in here decides anything.

APScheduler only ticks, from memory: when a source is next due is a column of its row, so a restart needs no repair.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy.orm import Session

from crawler.sandbox.memory import freeze, thrifty, trim
from jobs import app, backups, clock, log, measures
from jobs.config.load import ConfigError, changes, examples, load, warnings
from jobs.monitor.liveness import LastResort
from jobs.monitor.systemd import notify
from jobs.services import publication
from jobs.services.archive import backfill
from jobs.ticker import Ticker
from jobs.web.metrics import Metric
from storage.alerts import notices, outbox
from storage.archive import articles
from storage.db.errors import StorageError
from storage.queue import clock_set, frontier, robots

if TYPE_CHECKING:
    from jobs.web.server import Listener

T = TypeVar("T")

STOP_WITHIN = 20.0  # seconds from SIGTERM until what is still in flight is left behind; systemd's default patience is 90
HEARTBEAT, MINUTE, HOUR = 5, 60, 3600  # seconds
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0  # seconds between two tries to begin
CHECK_UP_EVERY = 60  # seconds between two looks at how the sources do
PAGES_AGAIN = 30  # seconds between two tries to serve the pages, where there was no owner or the port was taken
RECOVER_EVERY = 15  # seconds between two looks for leases that ran out
JUMP = timedelta(seconds=2)  # from here on the machine's clock was set; less is how a clock is kept right
POLITE_END = 0.3  # seconds between two looks whether `run --once` is done

_log = log.get("daemon")


def take_no_hangup() -> None:
    """A wish to reload that comes before the daemon listens must not end it: what it is about to read is what is wished."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


class Daemon:
    """Runs one `App` until it is told to stop."""

    def __init__(self, built: app.App, path: Path, *, pages: bool = True) -> None:
        self._app = built
        self._pages = pages
        self._path = path
        self._stop = asyncio.Event()
        self._seen = _modified(path)
        self._started = clock.monotonic()
        self._served: list[Listener] = []
        self._has_pages, self._no_pages = False, ""  # why, as it was told
        self._last_resort = LastResort()
        # what our clock showed when the machine's was set, and by how much
        self._was_set: tuple[datetime, timedelta] | None = None

    async def run(self) -> None:
        """Poll, read, store and deliver until SIGTERM or SIGINT; a second signal ends the process at once."""
        thrifty()
        self._listen()
        scheduler = self._ticks()
        try:
            self._open_web()
            await self._begin()
            if self._stop.is_set():
                return
            scheduler.start()
            self._open_metrics()
            await self._open_websub()
            notify("READY=1")
            self._last_resort.start()
            _log.info("running", sources=len(self._app.pipeline.watch.sources), database=self._app.db.name, pid=os.getpid())
            await self._app.until(self._stop.wait())
        finally:
            notify("STOPPING=1")
            self._last_resort.ending()
            try:
                await self._end(scheduler)
            finally:
                self._last_resort.stop()
            _log.info("stopped")

    async def _end(self, scheduler: Ticker) -> None:
        if scheduler.running:
            scheduler.remove_all_jobs()  # what runs comes to its end; a shutdown here would cancel it
            await self._app.store_guard.beat(stopped=True)
        for listener in self._served:
            await listener.close()
        await self._app.websub.close()
        await self._app.end(STOP_WITHIN)
        if scheduler.running:
            scheduler.shutdown(wait=False)

    async def _begin(self) -> None:
        """Begin as soon as the store lets us: a server that is down at our start is waited for."""
        pause = FIRST_PAUSE
        while not self._stop.is_set():
            try:
                await self._app.begin()
                return
            except StorageError as error:
                if not error.transient:
                    raise
                _log.error("the store is in trouble, waiting for it", error=str(error), seconds=round(pause))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _open_web(self) -> None:
        """Before all else: the pages also say what keeps the daemon from beginning. Later, what kept them may be over."""
        address = self._app.config.web
        if address is None or not self._pages or self._has_pages:
            return
        from jobs import serve  # noqa: PLC0415 - `run --once` serves nothing, and does not wait for what serves

        try:
            listener = serve.pages(self._app.pages(self._path, self._measure), address)
        except (serve.Refused, StorageError) as error:  # the crawl goes on
            if str(error) != self._no_pages:
                _log.error("no pages", error=str(error))
            self._no_pages = str(error)
            return
        self._has_pages = True
        listener.open()
        self._served.append(listener)
        _log.info("the pages", address=f"http://{address}")

    async def _open_web_again(self) -> None:
        self._open_web()  # here, not in a thread: it serves in this loop

    def _open_metrics(self) -> None:
        address = self._app.config.metrics
        if address is None:
            return
        from jobs.web.server import Listener, web_app  # noqa: PLC0415

        try:
            listener = Listener(web_app(self._measure, self._app.store_guard.health), address)
            listener.open()
        except OSError as error:  # the news matter more than their figures
            _log.error("metrics cannot be served", address=address, error=str(error))
            return
        self._served.append(listener)

    async def _open_websub(self) -> None:
        wanted = self._app.config.crawl.websub
        if wanted is None:
            return
        try:
            await self._app.websub.open(wanted.callback, wanted.listen)
        except (OSError, StorageError) as error:  # then feeds are polled, as ever
            _log.error("hubs cannot reach us", address=wanted.listen, error=str(error))

    async def _measure(self) -> list[Metric]:
        return await measures.collect(self._app, self._app.clock.now(), clock.monotonic() - self._started)

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

    def _ticks(self) -> Ticker:
        """What is done again and again: its name, its pause in seconds, itself, and after how many it is done for the first time.

        Soon, where the pause is long: a daemon that is started anew each day must not let it be for ever.
        """
        built = self._app
        jobs: list[tuple[str, int, Callable[[], object], int | None]] = [
            ("poll", 1, built.pipeline.look_now, None),
            ("deliver", 1, built.deliverer.wake, None),
            ("hosts", 1, self._guarding(built.keep_hosts), None),
            ("watch", 1, self._watch, None),
            ("clock", 1, self._mind_the_clock, None),
            ("heartbeat", HEARTBEAT, self._beat, 0),
            ("first-polls", 2, self._guarding(built.pipeline.editor.settle), None),
            ("recover", RECOVER_EVERY, self._if_it_leads(self._guarding(built.member.recover)), None),
            ("tidy", HOUR, self._if_it_leads(self._tidy), MINUTE),
            ("backfill", 1, self._if_it_leads(self._backfill), None),
            ("health", CHECK_UP_EVERY, self._if_it_leads(self._guarding(self._check_up)), None),
            ("backup", 10 * MINUTE, self._if_it_leads(self._back_up), 5 * MINUTE),
            ("feeds", 2, built.write_feeds, None),
            ("config", 2, self._look_at_file, None),
        ]
        if built.config.crawl.websub is not None:
            jobs.append(("websub", 1, self._guarding(lambda: built.websub.tick(set(built.pipeline.watch.sources))), None))
        if self._pages:
            jobs.append(("pages", PAGES_AGAIN, self._open_web_again, None))
            jobs.append(("freeze", 30 * MINUTE, freeze, MINUTE))
        scheduler = Ticker()
        for name, pause, job, soon in jobs:
            first = {} if soon is None else {"next_run_time": clock.now() + timedelta(seconds=soon)}
            scheduler.add_job(job, "interval", seconds=pause, id=name, **first)
        return scheduler

    async def _watch(self) -> None:
        self._last_resort.feed()
        if self._app.store_guard.look(self._app.engine.last_look, self._app.deliverer.last_look):
            notify("WATCHDOG=1")

    async def _mind_the_clock(self) -> None:
        """Let our clock follow the machine's; when that was set, in one step with what was planned by the old time."""
        ours = self._app.clock
        try:
            await self._app.hear_the_time()
        except StorageError as error:
            self._app.store_guard.failed(error)
            return
        by, anchor, was = ours.was_set(), ours.anchor, ours.now()

        def follow(session: Session) -> int:
            moved = clock_set.bring_in_line(session, was, was + by)
            ours.follow()
            return moved

        if abs(by) > JUMP and self._app.member.leads:
            try:
                moved = await self._app.db.write(follow)
            except StorageError as error:
                ours.anchor = anchor
                self._app.store_guard.failed(error)
                return
            self._was_set = was, by
            _log.warning("the machine's clock was set", seconds=round(by.total_seconds()), moved=moved)
            return
        ours.follow()
        if self._was_set is not None:  # what was written meanwhile by who had looked at the old clock
            (was, by), self._was_set = self._was_set, None
            await self._upkeep(lambda s: clock_set.bring_in_line(s, was, was + by, after=was))

    async def _beat(self) -> None:
        trim()
        await self._app.store_guard.beat()

    def _if_it_leads(self, job: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        """The job, done by one program of those that work on a database."""

        async def done() -> None:
            if self._app.member.leads:
                await job()

        return done

    async def _guarded(self, work: Awaitable[object]) -> None:
        """Do it; a store in trouble is the guard's to tell of."""
        try:
            await work
        except StorageError as error:
            self._app.store_guard.failed(error)

    def _guarding(self, job: Callable[[], Awaitable[object]]) -> Callable[[], Awaitable[None]]:
        async def done() -> None:
            await self._guarded(job())

        return done

    async def _tidy(self) -> None:
        """Forget what is too old; what was done is known by short rows."""
        now = self._app.clock.now()
        await self._upkeep(lambda s: (notices.tidy(s, now), robots.tidy(s, now)))
        db, stopped = self._app.db, self._stop.is_set
        await self._guarded(_in_thread(lambda: backfill.shorten(db, now, stopped)))
        await self._guarded(_in_thread(lambda: backfill.in_steps(db, lambda s: articles.tidy(s, now), stopped)))

    async def _backfill(self) -> None:
        if not self._app.backfill.done and self._app.store_guard.store.trouble is None:
            await self._guarded(_in_thread(self._app.backfill.step))

    async def _check_up(self) -> None:
        await self._app.checkup.look()
        await self._app.tell_week()

    async def _upkeep(self, work: Callable[[Session], object]) -> None:
        await self._guarded(self._app.db.write(work))

    async def _back_up(self) -> None:
        plan = self._app.config.backup_plan()
        if plan is None or self._app.store_guard.store.trouble is not None:
            return
        if not backups.is_due(plan, list(backups.copies(plan.folder)), self._app.clock.now()):
            return
        try:
            made = await _in_thread(lambda: backups.take(self._app.db, plan, self._app.clock.now()))
        except StorageError as error:
            self._app.store_guard.backup_failed(error)
            return
        self._app.store_guard.backed_up()
        _log.info("backed up", file=str(made), bytes=made.stat().st_size)

    async def _look_at_file(self) -> None:
        seen = _modified(self._path)
        if seen and seen != self._seen:
            await self.reload()
        if self._app.db.shared:
            await self._guarded(self._app.follow())

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
        if self._app.db.shared:
            await self._publish()
            return
        told = changes(old, new)
        for warning in (*warnings(new, self._app.clock.now()), *examples(new)):
            _log.warning("configuration", warning=warning)
        if told:
            await self._app.reconfigure(new)
        _log.info("configuration read again", changes="; ".join(told) or "none")

    async def _publish(self) -> None:
        """Where others work, too, a changed file is published, and then followed like by all."""
        try:
            made = await asyncio.to_thread(publication.publish, self._app.db, self._path, os.environ, self._app.clock.now())
        except ConfigError as error:  # it says nothing but the database
            _log.info("the file publishes nothing", why=str(error))
            return
        except StorageError as error:
            self._seen = None  # again
            self._app.store_guard.failed(error)
            return
        _log.info("configuration published", version=made.version)


async def _in_thread(work: Callable[[], T]) -> T:
    """Run in a thread that the end of the program does not wait for: a copy of a large database takes its time."""
    done: Future[T] = Future()
    done.set_running_or_notify_cancel()  # from now on nobody can cancel it: who waits no more lets it go on

    def run() -> None:
        try:
            done.set_result(work())
        except Exception as error:  # noqa: BLE001  whoever waits must hear of it, or would wait for ever
            done.set_exception(error)

    threading.Thread(target=run, name="backup", daemon=True).start()
    return await asyncio.wrap_future(done)


def _modified(path: Path) -> tuple[int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size


async def run_once(built: app.App) -> Counter[str]:
    """Poll every source once, read what is new, deliver the alerts; how many deliveries of this run are in which state,
    and how many of those that wait were refused."""
    started = built.clock.now()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    built.pipeline.polls_due_by = started
    built.asks_model = False  # that has time: the daemon does it, and `records annotate`
    built.store_guard.patient = False  # nor is a store in trouble waited for: the next run goes on from here
    within = 0.0
    beating: asyncio.Task[None] | None = None
    try:
        await built.begin()
        beating = asyncio.create_task(_keep_beating(built))
        before = await asyncio.to_thread(built.db.read, outbox.counts)
        await built.db.write(lambda s: frontier.force_due(s, started))
        built.pipeline.look_now()
        await built.until(_work_is_done(built, started, stop))
        await built.checkup.look()
        await built.pipeline.editor.settle(over=True)
        await built.deliverer.drain()
        await built.write_feeds()
        after = Counter(await asyncio.to_thread(built.db.read, outbox.counts))
        after -= Counter({"sent": before.get("sent", 0), "dead": before.get("dead", 0)})
        within = STOP_WITHIN
        return after + Counter(refused=await asyncio.to_thread(built.db.read, outbox.refused))
    finally:
        if beating is not None:
            beating.cancel()
        await built.end(within)


async def _keep_beating(built: app.App) -> None:
    while True:
        await asyncio.sleep(HEARTBEAT)
        try:
            await built.member.beat()
        except StorageError as error:
            built.store_guard.failed(error)


async def _work_is_done(built: app.App, started: datetime, stop: asyncio.Event) -> None:
    def left(session: Session) -> int:
        now = built.clock.now()
        soon = now + timedelta(seconds=60)  # a host that asked for a longer pause is left for the next run
        return frontier.pending(session, frontier.NEVER if built.pipeline.resting else started, now, soon)

    while not stop.is_set():
        await asyncio.sleep(POLITE_END)
        if built.engine.in_flight == 0 and await asyncio.to_thread(built.db.read, left) == 0:
            return
