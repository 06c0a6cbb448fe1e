"""Builds the program out of a configuration. The only place where the parts meet."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import secrets
import socket
from collections.abc import Awaitable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawler.fetch.engine import Engine
from crawler.nlp import lexicon
from crawler.sandbox.pool import Readers
from jobs import clock, log, redaction
from jobs.config.load import Config, ConfigError, changes, needs_restart
from jobs.deliver.dispatcher import Deliverer
from jobs.formats.alert_feeds import Feeds
from jobs.model.upgrade import Reanalyzer
from jobs.monitor.source_monitor import Checkup
from jobs.parts import channels_of, fetch_rules, watch_of
from jobs.pipeline import Pipeline
from jobs.services import publication
from jobs.services.archive import backfill
from jobs.services.archive.backfill import Backfill
from jobs.services.insight import week
from jobs.store_guard import StoreGuard
from jobs.watch import Hooks
from jobs.web.metrics import Measure
from jobs.web.websub import WebSub
from jobs.workers.membership import ROLES, Membership
from jobs.workers.shelf import Shelf
from storage.archive import queries
from storage.archive.prepared import prepare
from storage.db import signals
from storage.db.database import Database, open_database
from storage.db.errors import StorageError
from storage.db.lock import InstanceLock
from storage.queue import clock_set, hosts, published, sources

if TYPE_CHECKING:
    from jobs.web.access import Parts

EDIT_EVERY = 0.5  # seconds between two looks for what other workers have read …
EDIT_ALSO = 5.0  # … and where the database tells of it
HEAR_AGAIN, HEAR_LATER = 5.0, 600.0  # seconds until we listen again: to a server that was away, to one that passes nothing on

_log = log.get("app")


class App:
    """The parts of a running Zhixun, and their life: begin, until, end."""

    def __init__(self, config: Config, roles: tuple[str, ...] = ROLES, path: Path | None = None) -> None:
        self.config = config
        self._path = path
        self.clock = clock.SteadyClock()
        now = self.clock.now
        owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(2)}"
        self.db: Database = open_database(config.database)
        self._lock = InstanceLock(self.db)
        self.member = Membership(self.db, owner, now, roles)
        self.readers = Readers(own=config.analysis.terms.own(), then=prepare, warm="storage.archive.warm")
        lexicon.use(config.analysis.terms.own())  # stories are told apart in this process
        self.asks_model = True
        self.upgrader = Reanalyzer(self.db, self.readers, config.analysis, config.zone, now)
        self.upgrader.may = lambda: self.member.leads
        self.pipeline = Pipeline(self.db, self.readers, watch_of(config), owner, now)
        self.pipeline.editor.member = self.member
        told = config.alerts.health_channels
        self.deliverer = Deliverer(self.db, channels_of(config), owner, now, health=told, rights=self.member)
        self._told_week = ""
        self.checkup = Checkup(self.db, now, config.zone, config.alerts.health_channels, config.alerts.coverage)
        self.store_guard = StoreGuard(self.db, self.member, self.pipeline, now, self.deliverer.tell)
        self.shelf = Shelf(self.db, owner, now)
        self.engine = Engine(fetch_rules(config), self.store_guard.claim, self.store_guard.answered, now, self.shelf)
        self.backfill = Backfill(self.db)
        self.websub = WebSub(self.db, now, self.pipeline.ask, self.pipeline.look_now)
        self.feeds = Feeds(self.db)
        self._feeds_stale = True
        self.pipeline.hooks = Hooks(
            alerted=self.alerted,
            has_work=self.engine.wake,
            host_delay=lambda host: self.engine.crawl_delay(host) or 0.0,
            further=self.engine.further,
            polled=self.websub.polled,
            pause=self.websub.pause,
            hub_answered=self.websub.answered,
        )
        self._letters = asyncio.Event()
        self._patience = EDIT_EVERY
        self._tasks: list[asyncio.Task[None]] = []

    def pages(self, path: Path, measure: Measure) -> Parts:
        """What the pages are built of; `path` is the configuration's."""
        from jobs.web.access import Parts  # noqa: PLC0415 - `run --once` serves none

        return Parts(self.db, lambda: self.config, path, self.clock.now, self.store_guard.health, measure)

    async def begin(self) -> None:
        """Take the lock, bring the schema and the sources up to date, put interrupted work back, and start."""
        try:
            self._lock.acquire()
            self.db.upgrade()
            await self.hear_the_time()
            self.clock.follow()
            now = self.clock.now()
            await self._catch_up(now)
            await self._join_configuration()
            await self.member.join()
            await asyncio.to_thread(backfill.settle, self.db, self.config.zone)
            await self._sync_sources(now)
        except StorageError:
            self._lock.release()
            raise
        loops = {"keeper": self.store_guard.run()}
        if "fetch" in self.member.roles:
            loops["engine"] = self.engine.run()
        if "edit" in self.member.roles:
            loops["editor"] = self._edit()
        if "deliver" in self.member.roles:
            loops["delivery"] = self.deliverer.run()
        if "edit" in self.member.roles and self.asks_model:
            loops["model"] = self.upgrader.run()
        if self.db.shared and self.member.roles != ("fetch",):
            loops["ear"] = self._hear()
        self._tasks = [asyncio.create_task(loop, name=name) for name, loop in loops.items()]
        gc.freeze()  # what was loaded stays: to go through it for garbage takes a tenth of a second

    async def _edit(self) -> None:
        """Store what other workers have read, while that is ours to do."""
        while True:
            self._letters.clear()
            try:
                count = await self.pipeline.editor.work()
            except StorageError as error:
                count = 0
                self.store_guard.failed(error)
            if not count:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._letters.wait(), self._patience)

    async def _hear(self) -> None:
        """Be woken by what others hand over, where the database passes that on; else all look by themselves."""
        while True:
            pause = HEAR_LATER
            try:
                async for topic in signals.heard(self.db):
                    self._patience = EDIT_ALSO
                    (self.deliverer.wake if topic == signals.MESSAGES else self._letters.set)()
                _log.info("the database passes no signals on, workers look by themselves", cause="a pooler in transaction mode?")
            except StorageError:  # the store guard tells of it
                pause = HEAR_AGAIN
            self._patience = EDIT_EVERY
            await asyncio.sleep(pause)

    async def _join_configuration(self) -> None:
        """Where others work, too, all follow one configuration. Raises ConfigError for a file that is another one."""
        if self.db.shared and self._path is not None:
            given = self.db, self._path, os.environ, self.clock.now()
            self.member.config, other = await asyncio.to_thread(publication.joined, *given)
            if other is not None:
                self._use(other)

    async def follow(self) -> None:
        """Work by the newest published configuration. One that cannot be used here is said, and the old one stays."""
        version = await asyncio.to_thread(self.db.read, published.version)
        if version == self.member.config or self._path is None:
            return
        self.member.config = version
        last = await asyncio.to_thread(self.db.read, published.latest)
        try:
            new = publication.follow(last, self._path, os.environ) if last else self.config
        except ConfigError as error:
            for mistake in error.mistakes:
                _log.error("the published configuration cannot be used here, the old one stays", mistake=str(mistake))
            return
        told = changes(self.config, new)
        await self.reconfigure(new)
        _log.info("following the published configuration", version=version, changes="; ".join(told) or "none")

    async def hear_the_time(self) -> None:
        """Where others work, too, leases and plans go by the database's clock, whatever this machine's shows."""
        if self.db.shared:
            asked = clock.monotonic()
            moment = await asyncio.to_thread(self.db.clock)
            if moment is not None:
                self.clock.told(moment, (asked + clock.monotonic()) / 2)

    async def _catch_up(self, now: datetime) -> None:
        """A heartbeat that is still to come: the clock was set back while nothing ran."""
        last = self.db.read(lambda s: queries.last_beat(s, "daemon"))
        if last is not None and last.at > now:
            await self.db.write(lambda s: clock_set.bring_in_line(s, last.at, now))

    async def _sync_sources(self, now: datetime) -> None:
        wanted = [(watched.source, now) for watched in self.pipeline.watch.sources.values()]
        await self.db.write(lambda s: sources.sync(s, wanted, now))

    async def keep_hosts(self) -> None:
        """Where others work, too: hosts whose requests still wait for their turn remain ours."""
        if self.db.shared and (waiting := self.engine.waiting()):
            kept = await self.shelf.keep(waiting)
            self.engine.keep(kept, hosts.LATEST.total_seconds())

    def alerted(self) -> None:
        """The ledger changed: the channels have something to send, and the feeds something to say."""
        self._feeds_stale = True
        self.deliverer.wake()

    async def write_feeds(self) -> None:
        """Bring the feeds of the rules up to date, if something happened."""
        config = self.config
        if not self._feeds_stale or config.feeds.folder is None:
            return
        self._feeds_stale = False
        rules, feeds = [rule.name for rule in config.rules], config.feeds
        await asyncio.to_thread(self.feeds.write, rules, feeds.folder, feeds.address or "", feeds.entries, config.zone)

    async def until(self, done: Awaitable[object]) -> None:
        """Wait until `done`; if a part of the program ends before that, its error ends everything, loudly."""
        waiting = asyncio.ensure_future(done)
        try:
            ended, _ = await asyncio.wait([waiting, *self._tasks], return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                task.result()
            if waiting not in ended:
                raise RuntimeError(f"the {next(iter(ended)).get_name()} loop ended by itself")
        finally:
            waiting.cancel()

    async def reconfigure(self, config: Config) -> None:
        """Replace the configuration in one step; what is in flight ends under the old one."""
        for key in needs_restart(self.config, config):
            _log.warning(f"{key} changed in the configuration: restart to use it")
        self._use(config)
        await self.upgrader.use(config.analysis, config.zone)
        await self._sync_sources(self.clock.now())
        self.pipeline.look_now()

    def _use(self, config: Config) -> None:
        self.config = config
        self._feeds_stale = True
        redaction.hide(config.secrets())
        log.use(config.log_zone)
        self.engine.use(fetch_rules(config))
        self.pipeline.watch = watch_of(config)
        self.deliverer.channels = channels_of(config)
        self.deliverer.health = self.checkup.channels = config.alerts.health_channels
        self.checkup.zone, self.checkup.coverage = config.zone, config.alerts.coverage
        lexicon.use(config.analysis.terms.own())
        self.readers.use(config.analysis.terms.own())

    async def tell_week(self) -> None:
        """Tell the channels that want it of the week, when its time has come."""
        config, now = self.config, self.clock.now()
        name = week.due(config, now)
        if name is None or name == self._told_week:
            return

        def text(session: Any) -> str:
            found = week.week(session, name, now, config.zone, config.money)
            return week.digest(week.edited(found, week.edits_of(session, name))) if found.stories else ""

        if told := await asyncio.to_thread(self.db.read, text):
            await self.db.write(lambda s: week.tell(s, config, name, told, now))
        self._told_week = name

    async def end(self, within: float) -> None:
        """Stop claiming, let what is in flight end within so many seconds, give back the rest."""
        await self.engine.stop(within)
        await self.deliverer.stop(max(within / 4, 1.0))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._tasks:
            try:
                await self.pipeline.release()
                await self.member.leave()
            except StorageError as error:  # their leases run out
                _log.error("what was claimed could not be given back", error=str(error))
        self.close()

    def close(self) -> None:
        """Let go of children, connections and the lock."""
        self.readers.close()
        self.db.close()
        self._lock.release()
