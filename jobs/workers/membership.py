"""One program among those that work on a database: it gives signs of life, holds leases, and puts back what the dead have left."""

from __future__ import annotations

import importlib.metadata
import os
import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from jobs import clock, log
from storage.alerts import outbox
from storage.db.database import Database
from storage.queue import frontier, leases, workers
from storage.queue.leases import Lease
from storage.queue.workers import Worker

ROLES = ("fetch", "edit", "deliver")
MARGIN = 3.0  # seconds before a lease ends in which nothing is begun by it

_log = log.get("membership")


class Membership:
    """This program's place among the workers. `config` is the version of the published configuration that it follows."""

    def __init__(self, db: Database, owner: str, now: Callable[[], datetime], roles: tuple[str, ...] = ROLES) -> None:
        self.id = owner
        self.roles = roles
        self.config: int | None = None
        self.lag = ""
        self._db = db
        self._now = now
        self._settled = False
        self._held: dict[str, tuple[Lease, float]] = {}  # each with the time (monotonic) until which it is good
        self._me = Worker(
            owner, socket.gethostname(), _place(), os.getpid(), roles, importlib.metadata.version("zhixun"), None, now(), now()
        )

    async def join(self) -> None:
        """Sign in, and put back what dead programs have held: on an SQLite file that is whoever was here before."""
        await self._db.write(self._sign_in, alone=True)
        await self.beat()
        await self.recover()

    def _sign_in(self, session: Session) -> None:
        before = [one for one in workers.everyone(session) if one.id != self.id]
        workers.leave(session, *(one.id for one in before if not self._db.shared or self._is_gone(one)))
        workers.beat(session, replace(self._me, started_at=self._now(), beat_at=self._now()))

    def _is_gone(self, other: Worker) -> bool:
        """True where its process is known to have ended: not of another machine."""
        if other.place != self._me.place:
            return False
        return other.pid == os.getpid() or not Path(f"/proc/{other.pid}").exists()

    async def beat(self) -> None:
        """A sign of life; leases that are held, and the one to edit if it is free, are good for a while longer."""
        now, began = self._now(), clock.monotonic()
        me = replace(self._me, beat_at=now, detail=self.lag, config=self.config)
        wanted = {leases.EDIT, *self._held} if "edit" in self.roles else set(self._held)

        def renew(session: Session) -> dict[str, Lease]:
            workers.beat(session, me)
            living = workers.living(session, now)
            found = {name: leases.take(session, name, self.id, now, living) for name in sorted(wanted)}
            return {name: lease for name, lease in found.items() if lease is not None}

        held = await self._db.write(renew, alone=True)
        for name in self._held.keys() ^ held.keys():
            _log.info("lease taken" if name in held else "lease lost", lease=name)
        self._held = {name: (lease, began + leases.LENGTH.total_seconds() - MARGIN) for name, lease in held.items()}

    def lease(self, name: str) -> Lease | None:
        """The lease, while it surely holds."""
        lease, until = self._held.get(name, (None, 0.0))
        return lease if clock.monotonic() < until or not self._db.shared else None  # nobody else takes it on a file

    @property
    def leads(self) -> bool:
        """Whether this is the worker that edits. An SQLite file has no other."""
        return not self._db.shared or self.lease(leases.EDIT) is not None

    async def may_send(self, channel: str) -> bool:
        """Whether a channel is ours to send to; it is taken if nobody has it."""
        name = leases.channel(channel)
        if self.lease(name) is not None:
            return True
        now, began = self._now(), clock.monotonic()
        taken = await self._db.write(lambda s: leases.take(s, name, self.id, now, workers.living(s, now)), alone=True)
        if taken is None:
            self._held.pop(name, None)
            return False
        self._held[name] = taken, began + leases.LENGTH.total_seconds() - MARGIN
        return True

    def sends(self, channel: str) -> bool:
        """Whether the channel is still ours, without asking."""
        return self.lease(leases.channel(channel)) is not None

    async def recover(self) -> None:
        """What dead programs have held is due again, and what ran out."""
        freed = await self._db.write(self._recover, alone=True)
        self._settled = True
        if any(freed):
            _log.info("put back what was left", tasks=freed[0], deliveries=freed[1], expired=freed[2])

    def _recover(self, session: Session) -> tuple[int, int, int]:
        now, everyone = self._now(), workers.everyone(session)
        living = [one.id for one in everyone if one.is_alive(now)]
        expired = frontier.recover_expired(session, now)
        if self._settled and len(living) == len(everyone):
            return 0, 0, expired
        freed = frontier.recover(session, now, living), outbox.recover(session, now, living), expired
        workers.leave(session, *(one.id for one in everyone if not one.is_alive(now)))
        return freed

    async def leave(self) -> None:
        """Sign out; what we held is free at once."""

        def sign_out(session: Session) -> None:
            leases.give_back(session, self.id, self._now())
            workers.leave(session, self.id)

        await self._db.write(sign_out, alone=True)
        self._held.clear()


def _place() -> str:
    """What two programs have in common that see each other's process numbers."""
    try:
        return f"{Path('/proc/sys/kernel/random/boot_id').read_text('ascii').strip()}/{os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return f"{socket.gethostname()}/{os.getpid()}"
