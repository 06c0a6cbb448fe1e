"""Builds the program out of a configuration. The only place where the parts meet."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Awaitable
from datetime import datetime

from crawler.fetch.engine import Engine, Fetch, FetchResult, FetchRules
from crawler.nlp import lexicon
from crawler.sandbox.pool import Readers
from jobs import clock, log
from jobs.config.load import Config, RuleConfig, SourceConfig
from jobs.deliver.dispatcher import Deliverer
from jobs.deliver.transport import OpenChannel, channel_for
from jobs.formats.alert_feeds import Feeds
from jobs.model.upgrade import Reanalyzer
from jobs.monitor.source_monitor import Checkup
from jobs.pipeline import Pipeline, RulePolicy, Watch, WatchedSource
from jobs.services import backfill
from jobs.services.backfill import Backfill
from jobs.store_guard import StoreGuard
from jobs.web.websub import Asked, WebSub
from storage.alerts import outbox
from storage.db.database import Database, open_database
from storage.db.errors import StorageError
from storage.db.lock import InstanceLock
from storage.queue import frontier, sources
from storage.rules.ruleset import Ruleset

_log = log.get("app")


class App:
    """The parts of a running Zhixun, and their life: begin, until, end."""

    def __init__(self, config: Config) -> None:
        self.config = config
        owner = f"{socket.gethostname()}:{os.getpid()}"
        self.db: Database = open_database(config.database)
        self._lock = InstanceLock(self.db)
        lexicon.use(config.analysis.terms.own())
        self.readers = Readers(own=config.analysis.terms.own())
        self.asks_model = True
        self.upgrader = Reanalyzer(self.db, self.readers, config.analysis, config.zone, clock.now)
        self.pipeline = Pipeline(self.db, self.readers, watch_of(config), owner, clock.now)
        self.deliverer = Deliverer(self.db, channels_of(config), owner, clock.now, health=config.alerts.health_channels)
        alerts = config.alerts
        self.checkup = Checkup(self.db, clock.now, config.zone, alerts.health_channels, alerts.coverage)
        self.store_guard = StoreGuard(self.db, self._lock, self.pipeline, clock.now, self.deliverer.tell)
        self.engine = Engine(fetch_rules(config), self._claim, self._answered, clock.now)
        self.backfill = Backfill(self.db)
        self.websub = WebSub(self.db, clock.now)
        self.feeds = Feeds(self.db, clock.now)
        self._feeds_stale = True
        self.pipeline.on_alert = self._alerted
        self.pipeline.on_work = self.engine.wake
        self.pipeline.further = self.engine.further
        self.pipeline.host_delay = lambda host: self.engine.crawl_delay(host) or 0.0
        self.pipeline.on_polled, self.pipeline.pause = self.websub.polled, self.websub.pause
        self.websub.on_work, self.websub.on_push = self.engine.wake, self.pipeline.look_now
        self._tasks: list[asyncio.Task[None]] = []

    async def _claim(self) -> Fetch | None:
        return self.websub.next() or await self.store_guard.claim()

    async def _answered(self, answer: FetchResult) -> None:
        if isinstance(answer.fetch.token, Asked):
            self.websub.answered(answer)
        else:
            await self.store_guard.answered(answer)

    async def begin(self) -> None:
        """Take the lock, bring the schema and the sources up to date, put interrupted work back, and start."""
        try:
            self._lock.acquire()
            self.db.upgrade()
            now = clock.now()
            await self.db.write(lambda s: frontier.recover(s, now))
            await self.db.write(lambda s: outbox.recover(s, now))
            await asyncio.to_thread(backfill.settle, self.db, self.config.zone)
            await self._sync_sources(now)
        except StorageError:
            self._lock.release()
            raise
        self._tasks = [
            asyncio.create_task(self.store_guard.run(), name="keeper"),
            asyncio.create_task(self.engine.run(), name="engine"),
            asyncio.create_task(self.deliverer.run(), name="delivery"),
        ]
        if self.asks_model:
            self._tasks.append(asyncio.create_task(self.upgrader.run(), name="model"))

    async def _sync_sources(self, now: datetime) -> None:
        wanted = [(watched.source, now) for watched in self.pipeline.watch.sources.values()]
        await self.db.write(lambda s: sources.sync(s, wanted, now))

    def _alerted(self) -> None:
        self._feeds_stale = True
        self.deliverer.wake()

    async def write_feeds(self) -> None:
        """Bring the feeds of the rules up to date, if something happened."""
        config = self.config
        if not self._feeds_stale or config.feeds.folder is None:
            return
        self._feeds_stale = False
        rules = [rule.name for rule in config.rules]
        await asyncio.to_thread(self.feeds.write, rules, config.feeds.folder, config.feeds.address or "", config.feeds.entries)

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
        if config.database != self.config.database:
            _log.warning("database changed in the configuration: restart to use it")
        if config.crawl.websub != self.config.crawl.websub:
            _log.warning("websub changed in the configuration: restart to use it")
        self.config = config
        self._feeds_stale = True
        log.hide(config.secrets())
        self.engine.use(fetch_rules(config))
        self.pipeline.watch = watch_of(config)
        self.deliverer.channels = channels_of(config)
        self.deliverer.health = self.checkup.channels = config.alerts.health_channels
        self.checkup.zone, self.checkup.coverage = config.zone, config.alerts.coverage
        lexicon.use(config.analysis.terms.own())
        self.readers.use(config.analysis.terms.own())
        await self.upgrader.use(config.analysis, config.zone)
        await self._sync_sources(clock.now())
        self.pipeline.look_now()

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
            except StorageError as error:  # their leases run out
                _log.error("what was claimed could not be given back", error=str(error))
        self.close()

    def close(self) -> None:
        """Let go of children, connections and the lock."""
        self.readers.close()
        self.db.close()
        self._lock.release()


def fetch_rules(config: Config) -> FetchRules:
    """What the configuration says of fetching."""
    crawl = config.crawl
    return FetchRules(
        user_agent=crawl.user_agent,
        concurrency=crawl.concurrency,
        per_host=crawl.per_host,
        delay=crawl.delay.total_seconds(),
        timeout=crawl.timeout.total_seconds(),
        max_page_size=crawl.max_page_size,
        obey_robots=crawl.obey_robots,
        allow_networks=tuple(crawl.allow_networks),
        browser=config.browser,
        sandbox=crawl.sandbox,
    )


def watch_of(config: Config) -> Watch:
    """The configuration as the pipeline works with it."""
    return Watch(
        sources={row.name: _watched(row) for row in config.sources if row.enabled},
        rules=Ruleset(config.compiled_rules()),
        routing={rule.name: routing_of(rule) for rule in config.rules},
        zone=config.zone,
        delay=config.crawl.delay,
        budget=config.crawl.budget,
        timed_polls=config.timed_polls(clock.now()),
    )


def routing_of(rule: RuleConfig) -> RulePolicy:
    """Where the alerts of a rule go, and when."""
    return RulePolicy(
        channels=tuple(rule.channels),
        max_age=rule.max_age,
        due=rule.due,
        fold=rule.stories,
        again_when=rule.again_when,
        on_update=rule.on_update and rule.enabled,
        cooldown=rule.cooldown,
        digest_size=rule.digest_size,
    )


def _watched(row: SourceConfig) -> WatchedSource:
    return WatchedSource(row.source(), row.cadence(), row.headers, row.body_bytes(), row.weight, row.render)


def channels_of(config: Config) -> dict[str, OpenChannel]:
    """The channels that rules may name, each opened from its address."""
    return {row.name: channel_for(row.url, row.template or "") for row in config.channels}
