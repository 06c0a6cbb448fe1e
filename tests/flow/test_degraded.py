"""A disk that is full and a database that is locked: the real daemon rests, says so once, and goes on by itself."""

from __future__ import annotations

import asyncio
import resource
import signal
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from jobs.newsroom import Article, World
from storage import queries
from storage.database import open_database
from tests import world as worlds
from tests.flow.harness import start, write_config

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
Trouble = Callable[[Path, asyncio.subprocess.Process, Callable[[], bool]], Awaitable[None]]


async def until(true: Callable[[], bool], seconds: float) -> bool:
    for _ in range(int(seconds * 10)):
        if true():
            return True
        await asyncio.sleep(0.1)
    return true()


async def full_disk(_folder: Path, process: asyncio.subprocess.Process, rests: Callable[[], bool]) -> None:
    """No file of the daemon may grow: writing fails as on a full disk."""
    limited = psutil.Process(process.pid)
    limited.rlimit(psutil.RLIMIT_FSIZE, (1024, resource.RLIM_INFINITY))
    assert await until(rests, 30)
    limited.rlimit(psutil.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


async def locked(folder: Path, _process: asyncio.subprocess.Process, rests: Callable[[], bool]) -> None:
    """Another program holds the file."""
    with closing(sqlite3.connect(folder / "zhixun.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert await until(rests, 40)
        other.execute("ROLLBACK")


async def _live_through(folder: Path, trouble: Trouble) -> tuple[World, list[Article], str]:
    world = worlds.build(datetime.now(UTC), sites=2, each=6)
    later = [site.articles.pop() for site in world.sites for _ in range(3)]
    await world.start()
    config = write_config(folder, world)
    process = await start(config, "--log-file", str(folder / "zhixun.log"), "run")
    database = f"sqlite:///{folder}/zhixun.db"
    log = folder / "zhixun.log"

    def stored(count: int) -> Callable[[], bool]:
        def so() -> bool:
            with closing(open_database(database)) as db:
                return db.read(queries.count_records) >= count

        return so

    def says(words: str) -> Callable[[], bool]:
        return lambda: log.exists() and words in log.read_text("utf-8", "replace")

    try:
        assert await until(says("event=running"), 30)
        assert await until(stored(6), 30)
        await trouble(folder, process, lambda: any("Zhixun rests" in str(body) for _, body in world.sink.received))
        for site in world.sites:
            site.articles.extend(later[:3] if site is world.sites[0] else later[3:])
        assert await until(stored(12), 40), log.read_text("utf-8")[-3000:]
        assert await until(lambda: any("works again" in str(body) for _, body in world.sink.received), 20)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        code = await process.wait()
        await world.stop()
    assert code == 0
    return world, later, log.read_text("utf-8", "replace")


@pytest.mark.parametrize("trouble", [locked, full_disk], ids=lambda one: one.__name__)
def test_it_rests_tells_once_and_goes_on(tmp_path: Path, trouble: Trouble) -> None:
    world, later, log = asyncio.run(_live_through(tmp_path, trouble))
    told = [str(body) for _, body in world.sink.received]
    assert sum("Zhixun rests" in body for body in told) == 1
    assert sum("works again" in body for body in told) == 1
    assert all(any(one.title in body for body in told) for one in later)
    assert "Traceback" not in log
    assert len(log) < 200_000
