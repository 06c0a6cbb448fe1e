"""Which alerts travel together. Pure.

When alerts leave at all (`send:`, `quiet:`) is decided as they are raised, and stands in their rows. This decides what happens as
they come due: alerts of one rule that have waited longer than a minute go as one digest: those of `hourly` and `daily` rules, those
that quiet hours held, and what a storm or an outage piled up on a channel that takes only so many a minute.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from jobs.deliver.message import Message, notice, short_id
from storage.alerts.outbox import Delivery

PATIENCE = timedelta(minutes=1)  # younger alerts are news and go one by one
LISTED = 30  # entries that a digest spells out; the others are counted, with the command that lists them


def next_parcel(waiting: Sequence[Delivery], now: datetime, *, fold: bool) -> tuple[tuple[Delivery, ...], list[Delivery]]:
    """The deliveries that go next, and the rest. `waiting` must not be empty.

    Only deliveries that were claimed equally often travel together: after a crash or a failure, a digest is sent again with the same
    members, so it has the same key.
    """
    first = waiting[0]
    mates = [one for one in waiting if one.rule == first.rule and one.fence == first.fence]
    if not fold or len(mates) == 1 or all(now - one.created_at < PATIENCE for one in mates):
        return (first,), list(waiting[1:])
    together = set(map(id, mates))
    return tuple(mates), [one for one in waiting if id(one) not in together]


def message_of(parcel: Sequence[Delivery]) -> Message:
    """The message of one delivery, or the digest of several; raises KeyError, TypeError or ValueError for a broken payload."""
    return _joined([_single(one) for one in parcel])


def _joined(messages: Sequence[Message]) -> Message:
    if len(messages) == 1:
        return messages[0]
    first = messages[0]
    listed = min((message.cap or LISTED for message in messages), default=LISTED)
    key = hashlib.sha256("|".join(message.idem_key for message in messages).encode()).hexdigest()[:32]
    title = f"{len(messages)} 条 · {first.title}" if first.chinese else f"{len(messages)} alerts · {first.title}"
    more = max(len(messages) - listed, 0)
    return Message(
        first.alert_id, key, first.rule, title, language=first.language, kind="digest", items=tuple(messages[:listed]), more=more
    )


def _single(one: Delivery) -> Message:
    if one.alert_id is None:
        return replace(notice(one.payload["title"], one.payload["note"], one.created_at), idem_key=one.idem_key)
    return Message.from_payload(
        one.payload, alert_id=one.alert_id, idem_key=one.idem_key, reprints=one.reprints, also=one.duplicates
    )


def bare_message(parcel: Sequence[Delivery]) -> Message:
    """The message where a payload cannot be read: what can be said of that delivery, and the others as ever."""
    return _joined([_bare(one) for one in parcel])


def _bare(one: Delivery) -> Message:
    with contextlib.suppress(KeyError, TypeError, ValueError):
        return _single(one)
    title = f"记录无法显示：zhixun alerts show {short_id(one.alert_id or 0)}"
    return Message(one.alert_id or 0, one.idem_key, one.rule, title, plain=True)
