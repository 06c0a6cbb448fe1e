"""While the store is in trouble the crawl rests, the operator is told once, and it resumes by itself."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from crawler.errors import NoReaders
from jobs.deliver.message import Message
from jobs.store_guard import StoreGuard
from storage.db.errors import Busy, Corrupt, DiskFull, StorageError, Unreachable

NOW = datetime(2026, 11, 24, tzinfo=UTC)


class Store:
    """A database, a membership and a pipeline that fail as they are told."""

    def __init__(self) -> None:
        self.error: StorageError | None = None
        self.claims = self.released = self.renewed = self.writes = 0
        self.leads = True

    async def write(self, _work: Any) -> None:
        self.writes += 1
        self._maybe()

    async def claim(self) -> None:
        self.claims += 1
        self._maybe()

    async def answered(self, _answer: Any) -> None:
        self._maybe()

    async def release(self) -> None:
        self.released += 1

    def still_there(self) -> None:
        pass

    async def beat(self) -> None:
        self.renewed += 1

    def _maybe(self) -> None:
        if self.error is not None:
            raise self.error


def store_guard(store: Store, told: list[Message]) -> StoreGuard:
    async def tell(message: Message) -> None:
        told.append(message)

    stand_in: Any = store
    return StoreGuard(stand_in, stand_in, stand_in, lambda: NOW, tell)


async def test_a_full_disk_rests_the_crawl_is_told_once_and_ends_by_itself() -> None:
    store, told = Store(), list[Message]()
    kept = store_guard(store, told)
    store.error = DiskFull("the disk is full")
    for _ in range(5):
        assert await kept.claim() is None
        await kept.beat()
    await kept.answered(None)  # type: ignore[arg-type]
    assert store.claims == 1  # nothing is claimed that could not be stored
    assert kept.health().ok  # degraded is not dead: a restart would not help
    assert kept.health().detail["state"] == "degraded: disk full"
    store.error = None
    await kept.beat()
    assert (store.released, store.renewed) == (1, 6)  # a sign of life is tried with each beat
    await kept.claim()
    assert store.claims == 2
    await asyncio.sleep(0)
    assert [message.kind for message in told] == ["notice", "notice"]
    assert "disk full" in told[0].title


async def test_of_several_programs_on_one_database_one_tells() -> None:
    told = list[Message]()
    programs = [(store, store_guard(store, told)) for store in (Store(), Store(), Store())]
    for number, (store, kept) in enumerate(programs):
        store.leads = number == 1
        await kept.beat()
    for error in (Unreachable("away"), None):
        for store, kept in programs:
            store.error, store.leads = error, False  # its lease, which cannot be renewed, runs out
            await kept.claim()
            await kept.beat()
    await asyncio.sleep(0)
    assert [message.title for message in told] == [
        "智讯暂停抓取 / Zhixun rests: degraded: database out of reach",
        "智讯已恢复 / Zhixun works again",
    ]


async def test_a_single_round_does_not_wait_for_a_store_in_trouble() -> None:
    store = Store()
    kept = store_guard(store, [])
    kept.patient, store.error = False, Busy("locked")
    assert await kept.claim() is None
    with pytest.raises(Busy):
        await asyncio.wait_for(kept.run(), 5)


async def test_where_no_page_can_be_read_the_daemon_ends_and_no_page_is_blamed() -> None:
    class Childless(Store):
        async def answered(self, _answer: Any) -> None:
            raise NoReaders("no memory")

    kept = store_guard(Childless(), [])
    await kept.answered(None)  # type: ignore[arg-type]
    with pytest.raises(NoReaders, match="no memory"):
        await asyncio.wait_for(kept.run(), 5)


async def test_damage_ends_the_daemon_with_its_reason() -> None:
    store = Store()
    kept = store_guard(store, [])
    store.error = Corrupt("the file is damaged")
    assert await kept.claim() is None
    with pytest.raises(Corrupt, match="damaged"):
        await asyncio.wait_for(kept.run(), 5)


async def test_a_mistake_of_ours_is_not_taken_for_trouble_of_the_store() -> None:
    class Broken(Store):
        async def claim(self) -> None:
            raise KeyError("x")

    with pytest.raises(KeyError):
        await store_guard(Broken(), []).claim()


async def test_a_loop_that_is_late_shows_in_the_heartbeat_and_one_that_stays_late_ends_the_daemon(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = store_guard(Store(), [])
    now = [1000.0]
    monkeypatch.setattr("jobs.clock.monotonic", lambda: now[0])
    assert kept.look(999.0, None)
    now[0] = 1100.0
    assert not kept.look(999.0, None)
    assert not kept.health().ok
    assert kept.health().detail == {"state": "ok", "late crawl": "101 s"}
    now[0] = 1400.0
    assert not kept.look(999.0, None)
    with pytest.raises(RuntimeError, match="crawl loop stands still"):
        await asyncio.wait_for(kept.run(), 5)
