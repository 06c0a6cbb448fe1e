"""Whose page is read next: cheap ones soon, dear ones in a lane of their own, so that hostile sites do not keep the others waiting.

What a page will cost is guessed from its size and from what the pages of its host have cost lately. A page waits at most ten times
its own cost longer than one that came with it; and one reader is never given to dear pages.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

USUAL = 0.1  # seconds for a page of a host that is not known yet
BYTES_A_SECOND = 2_000_000  # a slow page of this many bytes takes about a second
DEAR = 1.0  # seconds
PATIENCE = 10.0  # times its own cost that a page waits behind later, cheaper ones
MOST_HOSTS = 5_000


class Turns:
    """Gives out the readers, `workers` at a time."""

    def __init__(self, workers: int) -> None:
        self._free = workers
        self._free_for_dear = max(workers - 1, 1)
        self._costs: dict[str, float] = {}
        self._waiting: list[tuple[float, int, bool, asyncio.Future[None]]] = []
        self._count = 0

    def expected(self, host: str, size: int) -> float:
        """Seconds that a page of `size` bytes will probably cost."""
        return max(self._costs.get(host, USUAL), size / BYTES_A_SECOND)

    @asynccontextmanager
    async def turn(self, host: str, size: int) -> AsyncIterator[None]:
        """Wait for a reader, and give it back at the end, however that comes."""
        loop = asyncio.get_running_loop()
        cost = self.expected(host, size)
        dear = cost > DEAR
        await self._wait(loop.time() + PATIENCE * cost, dear)
        began = loop.time()
        try:
            yield
        finally:
            self._learn(host, loop.time() - began)
            self._give_back(dear)

    async def _wait(self, due: float, dear: bool) -> None:
        self._count += 1
        ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        entry = (due, self._count, dear, ready)
        self._waiting.append(entry)
        self._next()
        try:
            await ready
        except asyncio.CancelledError:
            if entry in self._waiting:
                self._waiting.remove(entry)
            else:
                self._give_back(dear)  # it had its turn in the same moment
            raise

    def _next(self) -> None:
        """Give free readers to those who wait, the most urgent first."""
        for entry in sorted(self._waiting, key=lambda one: one[:2]):
            _, _, dear, ready = entry
            if not self._free:
                return
            if dear and not self._free_for_dear:
                continue
            self._free -= 1
            self._free_for_dear -= dear
            self._waiting.remove(entry)
            ready.set_result(None)

    def _give_back(self, dear: bool) -> None:
        self._free += 1
        self._free_for_dear += dear
        self._next()

    def _learn(self, host: str, cost: float) -> None:
        old = self._costs.pop(host, cost)
        self._costs[host] = (old + cost) / 2
        if len(self._costs) > MOST_HOSTS:
            del self._costs[next(iter(self._costs))]
