"""The pace of each host: no two requests to one host start closer together than its delay, whoever asks for them.

Scrapy's own slots count from the moment a request is handed to the download handler; with a slow connect or a busy loop, two
requests handed over a second apart reach the server closer together. So the turn is taken twice: before connecting, and again
at the moment the request goes out on the wire.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection

MAX_HOSTS = 10_000
FORGET_AFTER = 3_600.0  # seconds; longer than any delay


class Pace:
    """Delays and last starts per hostname. `delay` (seconds) is the least between two starts."""

    def __init__(self, delay: float) -> None:
        self.least = delay
        self._asked: dict[str, float] = {}
        self._last: dict[str, float] = {}
        self._kept: dict[str, float] = {}
        self._rest: dict[str, float] = {}  # host → loop time until which it wants no request

    def ask(self, host: str, delay: float | None) -> None:
        """A host's robots.txt asks for this pause (seconds), or for none."""
        self._asked.pop(host, None)
        if delay is not None:
            self._asked[host] = delay
        if len(self._asked) > MAX_HOSTS:
            del self._asked[next(iter(self._asked))]

    def asked(self, host: str) -> float | None:
        """The pause that a host's robots.txt asked for."""
        return self._asked.get(host)

    def delay(self, host: str, wish: float | None = None) -> float:
        """Seconds between two starts at this host; `wish` can only lengthen it."""
        return max(self.least, self._asked.get(host, 0.0), wish or 0.0)

    async def turn(self, host: str, wish: float | None = None, slot: float = 0.0) -> None:
        """Wait for this host's next turn, and take it; not before `slot` (loop time), which other programs have left to us."""
        loop = asyncio.get_running_loop()
        while (wait := max(self._last.get(host, float("-inf")) + self.delay(host, wish), slot) - loop.time()) > 0:
            await asyncio.sleep(wait)
        self._take(host, loop.time())

    async def hold(self, host: str, since: float, wish: float | None = None) -> None:
        """On the wire: wait while another request of this host started after `since`, our own turn; then start the count anew."""
        if self._last.get(host) != since:
            await self.turn(host, wish)
            return
        self._take(host, asyncio.get_running_loop().time())

    def rest(self, host: str, seconds: float) -> None:
        """A host wants no request for so long."""
        now = asyncio.get_running_loop().time()
        self._rest = {name: until for name, until in self._rest.items() if until > now} | {host: now + seconds}

    def resting(self, host: str) -> float:
        """Seconds that a host still wants no request; 0 when it may be asked."""
        until = self._rest.get(host)
        return 0.0 if until is None else max(until - asyncio.get_running_loop().time(), 0.0)

    def keep(self, hosts: Collection[str], until: float) -> None:
        """These hosts are ours to ask until then (loop time), though the turn of what waits for them was before."""
        now = asyncio.get_running_loop().time()
        self._kept = {name: at for name, at in self._kept.items() if at > now} | dict.fromkeys(hosts, until)

    def is_ours(self, host: str, latest: float | None) -> bool:
        """Whether a request may still leave whose turn was to be taken by `latest`: after that another program may ask the host."""
        return latest is None or asyncio.get_running_loop().time() <= max(latest, self._kept.get(host, latest))

    def last(self, host: str) -> float:
        """When the last request to this host started, in loop time."""
        return self._last.get(host, float("-inf"))

    def _take(self, host: str, now: float) -> None:
        self._last[host] = now
        if len(self._last) > MAX_HOSTS:
            self._last = {name: at for name, at in self._last.items() if now - at < FORGET_AFTER}
