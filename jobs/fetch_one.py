"""One request through the same engine, guard, robots.txt and limits as the daemon's, for commands that try something out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from crawler.engine import Answer, Engine, Fetch, FetchRules
from crawler.record import Page
from jobs import clock


async def fetch_one(
    rules: FetchRules, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
) -> Page | str:
    """The page, or a sentence that says why there is none."""
    waiting = [Fetch(url, None, None, None, headers or {}, "POST" if body is not None else "GET", body)]
    got: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

    async def claim() -> Fetch | None:
        return waiting.pop() if waiting else None

    async def answered(answer: Answer) -> None:
        if not got.done():
            got.set_result(answer)

    engine = Engine(rules, claim, answered, clock.now)
    running = asyncio.create_task(engine.run())
    try:
        both: list[asyncio.Future[Any]] = [got, running]
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if not got.done():
            running.result()  # it ended by itself: say why
        answer = got.result()
    finally:
        await engine.stop(1.0)
        await running
    if answer.page is None:
        return f"{answer.outcome.reason.value}: {answer.outcome.detail}"
    return answer.page
