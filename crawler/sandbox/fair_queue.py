"""Whose page is read next: cheap ones soon, slow ones in a lane of their own, so that hostile sites do not keep the others waiting.

What a page will cost is guessed from its size and from what the pages of its host have cost lately: of processor time, as its reader
tells it, since on a busy machine the clock would lay to a host what others do. Each host has its own queue: a page is due ten times its
cost after the host's last one, so a host that asks for more than a tenth of a reader falls behind the others. One reader is never given
to slow pages; when too many of those wait, the next is sent away, to come again later.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

USUAL = 0.1  # seconds for a page of a host that is not known yet
BYTES_A_SECOND = 1_000_000  # a slow page of this many bytes takes about a second, and some 30 MB
SLOW = 1.0  # seconds
PATIENCE = 10.0  # times its own cost that a page waits behind later, cheaper ones
LONGEST_REST = 10.0  # seconds
MAX_SLOW = 6  # that wait
MAX_SLOW_BYTES = 6 * 2**20  # less than what the engine lets wait in all: slow pages must never keep it from asking for others
MAX_HOSTS = 5_000


class Overloaded(Exception):
    """Too many pages that take long are waiting: come again."""


@dataclass(slots=True)
class Turn:
    """A page that has a reader. `spent`: seconds of processor time, if the reader lives to tell; else what the clock says counts."""

    spent: float | None = None


class FairQueue:
    """Gives out the readers, `workers` at a time."""

    def __init__(self, workers: int) -> None:
        self._free = workers
        self._free_for_slow = max(workers - 1, 1)
        self._costs: dict[str, float] = {}
        self._due: dict[str, float] = {}  # of each host's last page, in loop time
        self._waiting: list[tuple[float, int, bool, asyncio.Future[None]]] = []
        self._count = 0
        self._slow: list[int] = []  # bytes of each slow page that waits

    def expected(self, host: str, size: int) -> float:
        """Seconds that a page of `size` bytes will probably cost."""
        return max(self._costs.get(host, USUAL), size / BYTES_A_SECOND)

    @asynccontextmanager
    async def turn(self, host: str, size: int) -> AsyncIterator[Turn]:
        """Wait for a reader, and give it back at the end, however that comes. Raises Overloaded."""
        loop = asyncio.get_running_loop()
        cost = self.expected(host, size)
        slow = cost > SLOW
        if slow and self._slow and (len(self._slow) >= MAX_SLOW or sum(self._slow) + size > MAX_SLOW_BYTES):
            raise Overloaded(f"{len(self._slow)} pages that take long are waiting")
        self._slow += [size] * slow
        try:
            await self._wait(self._next_due(host, loop.time(), cost), slow)
        finally:
            if slow:
                self._slow.remove(size)
        began, turn = loop.time(), Turn()
        try:
            yield turn
        finally:
            spent = loop.time() - began if turn.spent is None else turn.spent
            self._learn(host, spent)
            self._free += 1
            if slow:  # the lane rests as long as it worked: half of a processor is enough for what is mostly hostile
                loop.call_later(min(spent, LONGEST_REST), self._slow_due_again)
            self._next()

    def _next_due(self, host: str, now: float, cost: float) -> float:
        due = max(now, self._due.pop(host, now)) + PATIENCE * cost
        self._due[host] = due
        if len(self._due) > MAX_HOSTS:
            del self._due[next(iter(self._due))]
        return due

    async def _wait(self, due: float, slow: bool) -> None:
        self._count += 1
        ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = (due, self._count, slow, ready)
        self._waiting.append(entry)
        self._next()
        try:
            await ready
        except asyncio.CancelledError:
            if entry in self._waiting:
                self._waiting.remove(entry)
            if not ready.cancelled():
                self._free += 1  # it had its turn in the same moment
                self._free_for_slow += slow
                self._next()
            raise

    def _next(self) -> None:
        """Give free readers to those who wait, the most urgent first."""
        if not self._free:
            return
        for entry in sorted(self._waiting, key=lambda one: one[:2]):
            _, _, slow, ready = entry
            if not self._free:
                return
            if ready.done() or (slow and not self._free_for_slow):
                continue
            self._free -= 1
            self._free_for_slow -= slow
            self._waiting.remove(entry)
            ready.set_result(None)

    def _slow_due_again(self) -> None:
        self._free_for_slow += 1
        self._next()

    def _learn(self, host: str, cost: float) -> None:
        old = self._costs.pop(host, cost)
        self._costs[host] = (old + cost) / 2
        if len(self._costs) > MAX_HOSTS:
            del self._costs[next(iter(self._costs))]
