"""Subscriptions at WebSub hubs, one a source: what was asked for, under which secret address, and until when it holds.

They are kept, so that a restart goes on under the address and the secret that the hub knows.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from storage.db.models import source, task
from storage.queue import hosts

AGAIN = timedelta(hours=1)  # until a hub that did not confirm is asked again
DENIED = timedelta(days=1)  # … and one that said no
LONGEST = timedelta(days=30)  # a lease is not believed to hold longer
RENEW_AT = 0.8  # of the lease


@dataclass(frozen=True, slots=True)
class Subscription:
    """`token` ends the callback's address. `ask_at`: when the hub is to be asked next. `until`: the end of the lease; None: not confirmed.

    `asked`: the hub was asked, and may confirm.
    """

    source: str
    hub: str
    topic: str
    token: str
    secret: str
    ask_at: datetime
    asked: bool = False
    until: datetime | None = None
    note: str = ""

    def holds(self, now: datetime) -> bool:
        """Whether the hub is bound to tell us."""
        return self.until is not None and now < self.until

    def is_asked(self, now: datetime) -> Subscription:
        """The hub is being asked."""
        return replace(self, asked=True, ask_at=now + AGAIN)

    def confirmed(self, seconds: float, now: datetime) -> Subscription:
        """The hub confirms for so many seconds. A short lease is renewed in its time, but not every second."""
        lease = min(timedelta(seconds=seconds), LONGEST)
        again = max(lease * RENEW_AT, timedelta(minutes=1))
        return replace(self, asked=False, until=now + lease, ask_at=now + again, note="")

    def denied(self, why: str, now: datetime) -> Subscription:
        """The hub says no, or ends what it had confirmed."""
        return replace(self, asked=False, until=None, ask_at=now + DENIED, note=why[:200])


def of_all(session: Session) -> dict[str, Subscription]:
    """By the source's name, those of watched sources."""
    query = select(source.c.name, source.c.subscription).where(source.c.enabled, source.c.subscription.is_not(None))
    return {name: _from_json(data) for name, data in session.execute(query)}


def keep(session: Session, kept: Subscription) -> None:
    """Remember how it stands."""
    data = {key: value.isoformat() if isinstance(value, datetime) else value for key, value in asdict(kept).items()}
    session.execute(update(source).where(source.c.name == kept.source).values(subscription=data))


def _from_json(data: dict[str, Any]) -> Subscription:
    moments = {key: datetime.fromisoformat(data[key]) for key in ("ask_at", "until") if data.get(key)}
    return Subscription(**{field.name: data[field.name] for field in fields(Subscription)} | moments)


def pushed(session: Session, name: str, due: datetime) -> bool:
    """A hub says that the source has news: its poll is due then, if not sooner. False while a poll is under way: say it again.

    A source in trouble keeps its pause: it may have been asked for by the site.
    """
    found = select(task.c.id, task.c.host, task.c.due_at, task.c.state, source.c.fail_count).join(source)
    row = session.execute(found.where(source.c.name == name, task.c.kind == "poll", task.c.depth == 0)).first()
    if row is None or row.fail_count:
        return True
    if row.state == "due" and row.due_at > due:
        session.execute(update(task).where(task.c.id == row.id, task.c.state == "due").values(due_at=due, turn=due))
        hosts.ready(session, row.host, due)
    return bool(row.state != "leased")
