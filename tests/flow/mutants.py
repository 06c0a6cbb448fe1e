"""The daemon with one step in the wrong order, to see that the kill harness would notice. Never part of the product.

``python -m tests.flow.mutants ORDER -c CONFIG run``. ORDER: mark-first (a delivery is marked sent before it is sent), memory-queue (the
alert leaves the ledger for a queue in memory), validator-first (the validators are saved before the links).
"""

import asyncio
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from jobs import pipeline
from jobs.cli import main as cli
from jobs.deliver import channel_worker
from jobs.deliver.message import Message
from jobs.deliver.transport import Receipt, accepted
from storage.alerts.outbox import Delivery
from storage.db.failpoints import failpoint
from storage.queue import frontier


def mark_first() -> None:
    """Mark, then send once."""

    async def deliver(self: channel_worker.ChannelWorker, claimed: list[Delivery]) -> None:
        for one in claimed:
            parcel: Sequence[Delivery] = [one]
            await self._settle(parcel, accepted("marked"))
            await self._send(parcel)

    channel_worker.ChannelWorker._deliver = deliver  # type: ignore[method-assign]


def memory_queue() -> None:
    """Acknowledge when the message stands in a queue; a worker sends it a little later."""
    queue: asyncio.Queue[tuple[Any, Message, Any]] = asyncio.Queue()
    original = channel_worker.ChannelWorker.attempt

    async def attempt(self: channel_worker.ChannelWorker, message: Message) -> Receipt:
        await queue.put((self, message, original))
        asyncio.get_running_loop().call_later(0.3, lambda: asyncio.ensure_future(send()))
        return accepted("queued")

    async def send() -> None:
        one, message, how = await queue.get()
        while not (await how(one, message)).accepted:
            await asyncio.sleep(0.2)

    channel_worker.ChannelWorker.attempt = attempt  # type: ignore[method-assign]


def validator_first() -> None:
    """Save ETag, Last-Modified and that the list was whole in a transaction of their own, before the links."""
    original = pipeline.Pipeline._keep_links

    async def keep_links(self: Any, task: Any, watched: Any, answer: Any, found: Any) -> None:
        if found is not None:
            await self._db.write(lambda s: _save(s, task, answer, self._now()))
            await asyncio.sleep(0.2)
            failpoint("before-found-commit")
        await original(self, task, watched, answer, found)

    pipeline.Pipeline._keep_links = keep_links  # type: ignore[method-assign]


def _save(session: Any, task: frontier.Task, answer: Any, now: datetime) -> None:
    from sqlalchemy import update  # noqa: PLC0415

    from storage.db.models import task as table  # noqa: PLC0415

    values = {"etag": answer.etag, "last_modified": answer.last_modified, "full_at": now}  # what makes the next poll conditional
    session.execute(update(table).where(table.c.id == task.id).values(values))


if __name__ == "__main__":
    order = sys.argv.pop(1)
    {"mark-first": mark_first, "memory-queue": memory_queue, "validator-first": validator_first}[order]()
    cli.main()
