"""The machine's clock is set under a running daemon: ticks go on, and its own time follows only when the store has."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from apscheduler.schedulers import base
from sqlalchemy import select

from jobs import clock
from jobs.app import App
from jobs.config.load import load
from jobs.daemon import Daemon
from jobs.ticker import Ticker
from storage.archive import queries
from storage.db import models
from storage.db.errors import DiskFull

JUMPS = [timedelta(seconds=-60), timedelta(hours=-3), timedelta(days=-400), timedelta(hours=3), timedelta(days=400)]


class Wall:
    """A machine's clock that can be set."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.by = timedelta(0)
        real = datetime

        class Shifted(datetime):
            @classmethod
            def now(cls, tz: object = None) -> datetime:
                return real.now(tz) + self.by

        monkeypatch.setattr(base, "datetime", Shifted)
        monkeypatch.setattr(clock, "now", lambda: real.now(UTC) + self.by)


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Wall:
    return Wall(monkeypatch)


@pytest.mark.parametrize("jump", JUMPS)
async def test_ticks_go_on_when_the_clock_is_set(wall: Wall, jump: timedelta) -> None:
    ticks = asyncio.Semaphore(0)

    async def tick() -> None:
        ticks.release()

    ticker = Ticker()
    ticker.add_job(tick, "interval", seconds=1)
    ticker.start()
    try:
        async with asyncio.timeout(10):
            await ticks.acquire()
            wall.by += jump
            began = clock.monotonic()
            for _ in range(2):
                await ticks.acquire()
        assert round(clock.monotonic() - began) <= 4
    finally:
        ticker.shutdown(wait=False)


@pytest.mark.parametrize("jump", JUMPS)
def test_the_program_s_time_goes_on_evenly_until_it_follows(wall: Wall, jump: timedelta) -> None:
    steady = clock.SteadyClock()
    before = steady.now()
    wall.by += jump
    assert timedelta(0) <= steady.now() - before < timedelta(seconds=5)
    assert abs(steady.was_set() - jump) < timedelta(seconds=1)
    steady.follow()
    assert abs(steady.now() - before - jump) < timedelta(seconds=5)
    assert abs(steady.was_set()) < timedelta(seconds=1)


@pytest.fixture
def built(tmp_path: Path, wall: Wall) -> App:
    path = tmp_path / "config.yaml"
    path.write_text(f"database: sqlite:///{tmp_path}/zhixun.db\nsources: [{{name: a, url: 'https://a.example/'}}]\n", "utf-8")
    app = App(load(path, {}))
    app.db.upgrade()
    return app


@pytest.mark.parametrize("jump", [jump for jump in JUMPS if jump < timedelta(0)])
async def test_a_poll_that_was_due_is_due_after_the_clock_was_set_back(
    wall: Wall, built: App, tmp_path: Path, jump: timedelta
) -> None:
    try:
        await built._sync_sources(built.clock.now())
        wall.by += jump
        await Daemon(built, tmp_path / "config.yaml")._mind_the_clock()
        due = built.db.read(lambda s: s.scalar(select(models.task.c.due_at)))
        assert due <= clock.now()
        assert abs(built.clock.was_set()) < timedelta(seconds=1)
    finally:
        built.close()


async def test_while_the_store_is_in_trouble_the_program_keeps_its_time(
    wall: Wall, built: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(_work: object) -> None:
        raise DiskFull("no room")

    failures: list[object] = []
    monkeypatch.setattr(built.db, "write", full)
    built.store_guard = SimpleNamespace(failed=failures.append)
    wall.by -= timedelta(hours=3)
    try:
        await Daemon(built, tmp_path / "config.yaml")._mind_the_clock()
        assert len(failures) == 1
        assert built.clock.was_set() < timedelta(hours=-2)
    finally:
        built.close()


async def test_a_clock_that_was_set_back_while_nothing_ran_is_noticed_at_the_next_start(wall: Wall, built: App) -> None:
    try:
        now = built.clock.now()
        await built._sync_sources(now)
        await built.db.write(lambda s: queries.beat(s, "daemon", now))
        wall.by -= timedelta(hours=3)
        built.clock.follow()
        await built._catch_up(built.clock.now())
        assert built.db.read(lambda s: s.scalar(select(models.task.c.due_at))) <= clock.now()
    finally:
        built.close()
