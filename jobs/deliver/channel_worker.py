"""One channel's own queue: claim, send, settle. A lane waits for no other, so a slow channel delays only itself.

    outbox.claim (committed) | channels SEND | outbox.sent or outbox.failed

A kill between two steps leaves the delivery claimed, and the next start makes it due again: sent twice at worst, never not at all.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from jobs import log
from jobs.deliver import digest
from jobs.deliver.backoff import Breaker, Bucket, give_up, next_attempt
from jobs.deliver.message import Message
from jobs.deliver.transport import OpenChannel, Post, Receipt, refused
from storage.alerts import outbox
from storage.alerts.outbox import Delivery
from storage.db.database import Database
from storage.db.errors import StorageError
from storage.db.failpoints import failpoint

BATCH = 200
LEASE = timedelta(minutes=15)  # long, because the next start frees what a dead process held
LONG_PAUSE = 30.0  # seconds; what waits longer is given back meanwhile
STORE_PAUSE = 2.0  # seconds until a store in trouble is asked again
PLAIN_AFTER, DEAD_AFTER = 5, 10  # times that the program ended while it was sending this message

_log = log.get("deliver")
Buried = Callable[[str, Sequence[Delivery], Receipt], None]


class ChannelWorker:
    """Delivers to one channel."""

    def __init__(
        self,
        name: str,
        channel: OpenChannel,
        *,
        db: Database,
        owner: str,
        now: Callable[[], datetime],
        post: Post,
        buried: Buried,
        is_ours: Callable[[], bool],
        bucket_of: Callable[[OpenChannel], Bucket],
    ) -> None:
        self._is_ours = is_ours
        self.name = name
        self.channel = channel
        self.breaker = Breaker()
        self.bucket = bucket_of(channel)
        self._bucket_of = bucket_of
        self.busy = False
        self.stopping = False
        self.settled = self.sent = 0
        self.trouble = ""  # why the last attempt failed, where there will be another
        self._unsure = False  # whether the last claim took effect
        self._mended = False  # whether the address is another since the last claim
        self._db = db
        self._owner = owner
        self._now = now
        self._post = post
        self._buried = buried
        self._due = asyncio.Event()
        self._rng = random.Random()

    def wake(self) -> None:
        """Something is due."""
        self._due.set()

    def switch(self, channel: OpenChannel) -> None:
        """From the next message on, use this channel instead. What failed at another address need not wait for this one."""
        if (channel.scheme, channel.options) != (self.channel.scheme, self.channel.options):
            self.breaker = Breaker()
            self.bucket = self._bucket_of(channel)
            self._mended = True
            self.wake()
        self.channel = channel

    def stop(self) -> None:
        """Begin nothing more."""
        self.stopping = True
        self._due.set()

    def resting(self) -> bool:
        """True while nothing will be sent for some time: the channel failed too often, or asked for a pause."""
        now = loop_time()
        return self.breaker.is_open(now) or self.bucket.wait(now) > LONG_PAUSE

    async def run(self) -> None:
        """Deliver what is due each time it is woken, until told to stop."""
        while not self.stopping:
            await self._due.wait()
            self._due.clear()
            self.busy = True
            try:
                while await self._round():
                    pass
            except StorageError as error:
                if not error.transient:
                    raise
                _log.error("the store is in trouble, delivery waits", channel=self.name, error=str(error))
                self._unsure = True
                await asyncio.sleep(STORE_PAUSE)
                self.wake()
            finally:
                self.busy = False

    async def _round(self) -> bool:
        """Claim and deliver once; False when there is nothing to do now."""
        if self.stopping or self.resting() or not self._is_ours():
            return False
        limit = 1 if self.breaker.trying else BATCH
        claimed = await self._db.write(lambda s: self._claim(s, limit))
        self._unsure = self._mended = False
        if claimed:
            await self._deliver(claimed)
        return bool(claimed)

    def _claim(self, session: Session, limit: int) -> list[Delivery]:
        now = self._now()
        if self._mended:
            outbox.hasten(session, self.name, now)
        if self._unsure:
            # Nothing is in hand between two rounds: what is ours all the same was claimed by a COMMIT without an answer.
            outbox.release(session, self.name, self._owner, now)
        return outbox.claim(session, channel=self.name, owner=self._owner, now=now, limit=limit, lease=LEASE)

    async def _deliver(self, claimed: list[Delivery]) -> None:
        waiting, began = claimed, loop_time()
        while waiting:
            pause = self.bucket.wait(loop_time())
            late = loop_time() + pause - began > LEASE.total_seconds() / 2
            if self.stopping or late or self.resting() or not self._is_ours():
                await self._give_back(waiting)
                return
            if pause:
                await asyncio.sleep(min(pause, 0.2))  # in small steps: a stop need not wait, and what waits may fold
                continue
            parcel, waiting = digest.next_parcel(waiting, self._now(), fold=self.channel.rate is not None)
            await self._settle(parcel, await self._send(parcel))

    async def _give_back(self, waiting: list[Delivery]) -> None:
        now = self._now()
        pause = max(self.bucket.wait(loop_time()), self.breaker.open_until - loop_time(), 0.0)
        until, reason = now + timedelta(seconds=pause), "the channel rests" if pause else "stopped before it was sent"
        await self._store(lambda s: [outbox.postpone(s, one, until=until, reason=reason, now=now) for one in waiting])

    async def _send(self, parcel: Sequence[Delivery]) -> Receipt:
        crashes = max(one.recoveries for one in parcel)
        if crashes >= DEAD_AFTER:
            return refused(f"the program ended {crashes} times while it was sending this", "crash", permanent=True)
        failpoint("before-send")
        try:
            message = digest.message_of(parcel)
        except (KeyError, TypeError, ValueError):
            _log.exception("a payload cannot be read", channel=self.name, delivery=parcel[0].id)
            message = digest.bare_message(parcel)
        if crashes >= PLAIN_AFTER:
            message = message.as_plain()
        receipt = await self.attempt(message)
        if receipt.poison and not receipt.accepted and not message.plain:
            plain = await self.attempt(message.as_plain())
            receipt = receipt if plain.permanent else plain
        failpoint("after-send")
        return receipt

    async def attempt(self, message: Message) -> Receipt:
        """Send one message now, counted against the channel's rate. Never raises for what the channel does."""
        self.bucket.take(loop_time())
        try:
            return await self.channel.send(message, self._post)
        except Exception as error:  # noqa: BLE001  a channel that fails over one message must not take the others with it
            _log.exception("a channel failed to word or send a message", channel=self.name, alert=message.id)
            return refused(f"{type(error).__name__}: {error}", "bug", permanent=True, poison=True)

    async def _settle(self, parcel: Sequence[Delivery], receipt: Receipt) -> None:
        """Store what became of it."""
        now = self._now()
        if receipt.retry_after:
            self.bucket.hold(loop_time() + receipt.retry_after)
        trouble = not receipt.accepted and not receipt.permanent
        self.breaker = self.breaker.failed(loop_time()) if trouble else self.breaker.succeeded()
        again = next_attempt(parcel[0].attempts, now, self._rng, receipt.retry_after)
        dead = [one for one in parcel if receipt.permanent or give_up(one.attempts, now - one.due_at)]
        await self._store(lambda s: [_end(s, one, receipt, None if one in dead else again, now) for one in parcel])
        self._tell(parcel, receipt, dead, again)

    async def _store(self, work: Callable[[Session], object]) -> None:
        """Write what has happened already; a store in trouble is asked until it takes it, or the lease would have to run out."""
        while True:
            try:
                await self._db.write(work)
                return
            except StorageError as error:
                if not error.transient or self.stopping:
                    raise
                _log.error("the store is in trouble, delivery waits", channel=self.name, error=str(error))
                await asyncio.sleep(STORE_PAUSE)

    def _tell(self, parcel: Sequence[Delivery], receipt: Receipt, dead: list[Delivery], again: datetime) -> None:
        self.settled += len(parcel)
        self.sent += len(parcel) * receipt.accepted
        self.trouble = "" if receipt.accepted or dead else receipt.detail
        facts = {"channel": self.name, "alert": parcel[0].alert_id, "alerts": len(parcel), "attempt": parcel[0].attempts}
        if receipt.accepted:
            _log.info("handed over" if receipt.handed_over else "delivered", **facts, answer=receipt.detail)
        elif dead:
            _log.error("dead letter", **facts, answer=receipt.detail)
            self._buried(self.name, dead, receipt)
        else:
            _log.warning("not delivered", **facts, answer=receipt.detail, again=again)


def _end(session: Session, claimed: Delivery, receipt: Receipt, again: datetime | None, now: datetime) -> bool:
    if receipt.accepted:
        return outbox.sent(session, claimed, now=now, detail=receipt.detail, code=receipt.code, handed_over=receipt.handed_over)
    return outbox.failed(session, claimed, error=receipt.detail, answer=receipt.detail, next_at=again, now=now, code=receipt.code)


def loop_time() -> float:
    """Seconds that no setting of the clock moves."""
    return asyncio.get_running_loop().time()
