"""Sends the messages about Zhixun itself that are due: send, then mark, like alerts."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from jobs import log
from jobs.deliver.backoff import give_up, next_attempt
from jobs.deliver.channel_worker import ChannelWorker
from jobs.deliver.message import notice
from storage.alerts import notices
from storage.alerts.notices import Notice
from storage.db.database import Database

_log = log.get("deliver")
_rng = random.Random()


async def send(
    db: Database, due: Sequence[Notice], lane_of: Callable[[str], ChannelWorker | None], now: Callable[[], datetime]
) -> None:
    """Send each over its channel's lane; one whose channel rests stays due."""
    for one in due:
        channel_worker = lane_of(one.channel)
        if channel_worker is None:
            await _failed(db, one, f"no channel {one.channel} is configured any more", None)
        elif not channel_worker.resting():
            await _send(db, one, channel_worker, now)


async def _send(db: Database, one: Notice, channel_worker: ChannelWorker, now: Callable[[], datetime]) -> None:
    message = replace(notice(one.title, one.note, one.created_at), idem_key=f"notice-{one.key}"[:64])
    receipt = await channel_worker.attempt(message)
    if receipt.accepted:
        await db.write(lambda s: notices.sent(s, one.id, now()))
        return
    lost = receipt.permanent or give_up(one.attempts + 1, now() - one.created_at)
    again = None if lost else next_attempt(one.attempts + 1, now(), _rng, receipt.retry_after)
    await _failed(db, one, receipt.detail, again)


async def _failed(db: Database, one: Notice, error: str, again: datetime | None) -> None:
    await db.write(lambda s: notices.failed(s, one.id, error, again))
    tell = _log.error if again is None else _log.warning
    tell(
        "notice not delivered", channel=one.channel, title=one.title, answer=error, again=again.isoformat() if again else "never"
    )
