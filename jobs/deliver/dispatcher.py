"""SEND: alerts leave the outbox, each channel in its own lane. Dead letters are reported through another channel."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from sqlalchemy.orm import Session

from jobs import log
from jobs.deliver.backoff import Bucket
from jobs.deliver.channel_worker import LEASE, ChannelWorker, loop_time
from jobs.deliver.message import Message, notice, short_id
from jobs.deliver.transport import OpenChannel, Post, Receipt, refused
from storage.alerts import outbox
from storage.alerts.outbox import Delivery
from storage.db.database import Database
from storage.db.errors import StorageError

T = TypeVar("T")

TICK = 1.0  # seconds between two looks into the outbox when nobody calls
COLLECT = 3.0  # seconds from the first dead letter to the report: where there is one, others follow
REPORT_EVERY = 60.0  # seconds between two reports
MAX_TOLD = 1000  # dead letters that wait for a channel to tell of them
NAMED = 5  # dead letters that a report names
DRAIN_HORIZON = 30.0  # seconds; a retry that is further away is left to the next run
DRAIN_PATIENCE = 60.0  # seconds without any progress until a drain gives up
_GONE = refused("no channel of this name is configured any more", permanent=True)

_log = log.get("deliver")


class Rights(Protocol):
    """Which channels are ours to send to."""

    async def may_send(self, channel: str) -> bool:
        """Whether a channel is ours; it is taken if nobody has it."""

    def sends(self, channel: str) -> bool:
        """Whether it still is, without asking."""


class _Alone:
    """Nobody else sends."""

    async def may_send(self, _channel: str) -> bool:
        return True

    def sends(self, _channel: str) -> bool:
        return True


class Deliverer:
    """Wakes the lanes of the channels that have something due, and tells of dead letters.

    `health` names the channels that are told; without it any other channel than the one in trouble is.
    """

    def __init__(
        self,
        db: Database,
        channels: Mapping[str, OpenChannel],
        owner: str,
        now: Callable[[], datetime],
        *,
        health: Sequence[str] = (),
        post: Post | None = None,
        rights: Rights | None = None,
    ) -> None:
        self._rights = rights or _Alone()
        self.health = health
        self._db = db
        self._owner = owner
        self._now = now
        self._post = post or Post(now)
        self._channels = dict(channels)
        self._channel_workers: dict[str, ChannelWorker] = {}
        self._buckets: dict[tuple[str, ...], Bucket] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._called = asyncio.Event()
        self._ended = asyncio.Event()
        self._ended.set()
        self._stopping = False
        self.last_look: float | None = None  # loop time of the last look into the outbox; its sign of life
        self._dead: list[tuple[str, Delivery, Receipt]] = []
        self._report_at = 0.0
        self._reporting: asyncio.Task[None] | None = None

    @property
    def channels(self) -> Mapping[str, OpenChannel]:
        """The channels by name; setting them replaces them all, and what is being sent ends under the old ones."""
        return self._channels

    @channels.setter
    def channels(self, channels: Mapping[str, OpenChannel]) -> None:
        self._channels = dict(channels)
        for name, channel_worker in self._channel_workers.items():
            channel_worker.switch(channels.get(name, channel_worker.channel))
        self.wake()

    @property
    def sent(self) -> int:
        """Alerts that the channels took."""
        return sum(worker.sent for worker in self._channel_workers.values())

    @property
    def troubles(self) -> Mapping[str, str]:
        """Why the last attempt failed, of each channel whose did."""
        return {name: worker.trouble for name, worker in list(self._channel_workers.items()) if worker.trouble}

    def wake(self) -> None:
        """There may be something to send."""
        self._called.set()

    async def run(self) -> None:
        """Deliver until `stop`. An error that is no channel's fault ends it, loudly."""
        self._ended.clear()
        try:
            while not self._stopping:
                self.last_look = loop_time()
                try:
                    await self._look()
                except StorageError as error:
                    if not error.transient:
                        raise
                    _log.error("the store is in trouble, delivery waits", error=str(error))
                if loop_time() >= self._report_at:
                    self._report()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._called.wait(), TICK)
                self._called.clear()
            await asyncio.gather(*self._tasks.values())
            await self._report_now()
        finally:
            tasks = [*self._tasks.values(), *filter(None, [self._reporting])]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._post.close()
            self._ended.set()

    async def stop(self, deadline: float) -> None:
        """Claim nothing more, let what is being sent end within `deadline` seconds, give back the rest."""
        self._stopping = True
        for channel_worker in self._channel_workers.values():
            channel_worker.stop()
        self.wake()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._ended.wait(), deadline)

    async def drain(self) -> None:
        """While `run` runs: return when nothing is due now or soon, or when nothing moves any more."""
        settled, moved = -1, loop_time()
        while loop_time() - moved < DRAIN_PATIENCE and not self._stopping and await self._work_left():
            if settled != (settled := sum(channel_worker.settled for channel_worker in self._channel_workers.values())):
                moved = loop_time()
            self.wake()
            await asyncio.sleep(0.05)
        await self._report_now()

    async def _work_left(self) -> bool:
        soon = self._now() + timedelta(seconds=DRAIN_HORIZON)
        due = await self._read(lambda s: outbox.channels_due(s, soon))
        workers = self._channel_workers
        busy = any(worker.busy for worker in workers.values())
        return busy or any(name not in workers or not workers[name].resting() for name in due)

    async def _read(self, work: Callable[[Session], T]) -> T:
        """Ask the store beside the loop, which has others to serve."""
        return await asyncio.to_thread(self._db.read, work)

    async def tell(self, message: Message) -> Receipt | None:
        """Send a message now, past the outbox; None when there is no channel to send it to."""
        channel_worker = self._teller(set())
        return None if channel_worker is None else await channel_worker.attempt(message)

    # ---- waking the lanes

    async def _look(self) -> None:
        """Wake the lane of each channel that has something due; start it if it is the first time."""
        for task in self._tasks.values():
            if task.done():
                task.result()
        for name in await self._read(lambda s: outbox.channels_due(s, self._now())):
            if not await self._rights.may_send(self._first_of(name)):
                continue
            if name in self._channels:
                self._channel_worker(name).wake()
            else:
                await self._bury_orphans(name)

    def _channel_worker(self, name: str) -> ChannelWorker:
        if name not in self._channel_workers:
            channel_worker = ChannelWorker(
                name,
                self._channels[name],
                db=self._db,
                owner=self._owner,
                now=self._now,
                post=self._post,
                buried=self._bury,
                is_ours=lambda: name in self._channels and self._rights.sends(self._first_of(name)),
                bucket_of=self._bucket_of,
            )
            self._channel_workers[name] = channel_worker
            self._tasks[name] = asyncio.create_task(channel_worker.run(), name=f"channel {name}")
            self._tasks[name].add_done_callback(lambda _task: self.wake())
        return self._channel_workers[name]

    def _bucket_of(self, channel: OpenChannel) -> Bucket:
        made = Bucket(channel.rate)
        return self._buckets.setdefault(channel.target, made) if channel.target else made

    def _first_of(self, name: str) -> str:
        """The channel by whose name several with one target are given out: one program sends to all, at one pace."""
        mine = self._channels[name].target if name in self._channels else ()
        return min((other for other, channel in self._channels.items() if mine and channel.target == mine), default=name)

    async def _bury_orphans(self, name: str) -> None:
        """What waits for a channel that the configuration has dropped becomes dead letters, which can be replayed."""
        now = self._now()

        def bury(session: Session) -> list[Delivery]:
            orphans = outbox.claim(session, channel=name, owner=self._owner, now=now, limit=100, lease=LEASE)
            for one in orphans:
                outbox.failed(session, one, error=_GONE.detail, next_at=None, now=now)
            return orphans

        self._bury(name, await self._db.write(bury), _GONE)

    # ---- dead letters

    def _bury(self, name: str, deliveries: Sequence[Delivery], receipt: Receipt) -> None:
        deliveries = [one for one in deliveries if one.alert_id is not None]  # of a notice the log is told
        if not self._dead and deliveries:
            self._report_at = max(self._report_at, loop_time() + COLLECT)
        self._dead += [(name, one, receipt) for one in deliveries]

    async def _report_now(self) -> None:
        self._report()
        if self._reporting is not None:
            await asyncio.gather(self._reporting, return_exceptions=True)

    def _report(self) -> None:
        """Tell of dead letters through a channel that is not the one in trouble."""
        if not self._dead or (self._reporting is not None and not self._reporting.done()):
            return
        dead, self._dead, self._report_at = self._dead, [], loop_time() + REPORT_EVERY
        self._reporting = asyncio.create_task(self._tell_of(dead))

    async def _tell_of(self, dead: list[tuple[str, Delivery, Receipt]]) -> None:
        """Through the first channel that takes it; if none does now, but one may later, with the next report."""
        troubled, later = {name for name, _, _ in dead}, False
        while teller := self._teller(troubled):
            receipt = await teller.attempt(_dead_notice(dead, self._now()))
            if receipt.accepted:
                return
            troubled.add(teller.name)
            later = later or not receipt.permanent
        if later:
            self._dead = (dead + self._dead)[:MAX_TOLD]
            return
        see = "zhixun alerts list --state dead"
        _log.error("dead letters, and no other channel to tell of them", alerts=len(dead), see=see)

    def _teller(self, troubled: set[str]) -> ChannelWorker | None:
        names = [name for name in (self.health or self._channels) if name in self._channels and name not in troubled]
        return next((channel_worker for channel_worker in map(self._channel_worker, names) if not channel_worker.resting()), None)


def _dead_notice(dead: Sequence[tuple[str, Delivery, Receipt]], now: datetime) -> Message:
    named = [f"{short_id(one.alert_id or 0)} → {name}: {receipt.detail}" for name, one, receipt in dead[:NAMED]]
    more = f"；另有 {len(dead) - NAMED} 条" if len(dead) > NAMED else ""
    note = "；".join(named) + more + "。重发 / send again: zhixun alerts retry"
    return notice(f"{len(dead)} 条告警未能送达 / {len(dead)} alerts could not be delivered", note, now)
