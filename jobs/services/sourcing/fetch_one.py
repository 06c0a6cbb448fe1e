"""Requests through the same engine, guard, robots.txt and limits as the daemon's, for commands that try something out."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from crawler.fetch.engine import Engine, Fetch, FetchResult, FetchRules
from crawler.record import Page
from crawler.retold import retold
from jobs import clock


class Fetcher:
    """Fetches one thing after the other at one pace; robots.txt is asked once a host."""

    def __init__(self, rules: FetchRules) -> None:
        self._waiting: deque[Fetch[None]] = deque()
        self._got: dict[int, asyncio.Future[FetchResult[None]]] = {}
        self._engine = Engine(rules, self._claim, self._answered, clock.now)
        self._running = asyncio.create_task(self._engine.run())

    async def get(
        self, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None, render: bool = False
    ) -> FetchResult[None]:
        """The answer, whatever it is. Raises what ended the engine, if that ended first."""
        fetch = Fetch(url, None, None, None, headers or {}, "POST" if body is not None else "GET", body, render=render)
        got: asyncio.Future[FetchResult[None]] = asyncio.get_running_loop().create_future()
        self._got[id(fetch)] = got
        self._waiting.append(fetch)
        self._engine.wake()
        await asyncio.wait((got, self._running), return_when=asyncio.FIRST_COMPLETED)
        if not got.done():
            self._running.result()  # it ended by itself: say why
        return got.result()

    async def close(self) -> None:
        """Stop the engine."""
        await self._engine.stop(1.0)
        await self._running

    async def _claim(self) -> Fetch[None] | None:
        return self._waiting.popleft() if self._waiting else None

    async def _answered(self, answer: FetchResult[None]) -> None:
        got = self._got.pop(id(answer.fetch), None)
        if got is not None and not got.done():
            got.set_result(answer)


@asynccontextmanager
async def fetching(rules: FetchRules) -> AsyncIterator[Fetcher]:
    """A fetcher, closed at the end."""
    fetcher = Fetcher(rules)
    try:
        yield fetcher
    finally:
        await fetcher.close()


def why_not(answer: FetchResult[None]) -> str:
    """Why an answer has no page, as a sentence."""
    return retold(f"{answer.outcome.reason.value}: {answer.outcome.detail}")


async def fetch_one(
    rules: FetchRules, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None, render: bool = False
) -> Page | str:
    """The page, or a sentence that says why there is none."""
    async with fetching(rules) as fetcher:
        answer = await fetcher.get(url, headers, body, render)
    return answer.page if answer.page is not None else why_not(answer)
