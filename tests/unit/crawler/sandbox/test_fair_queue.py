"""Cheap pages do not wait for slow ones, and no host can keep the readers for itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from crawler.fetch.engine import MAX_HELD
from crawler.sandbox import fair_queue
from crawler.sandbox.fair_queue import MAX_SLOW_BYTES, FairQueue, Overloaded

CHEAP, SLOW, LARGE = 1_000, 2_100_000, 9_000_000  # bytes; a large page is a slow one


async def page(turns: FairQueue, begun: list[str], host: str, size: int, work: asyncio.Event | None = None) -> None:
    async with turns.turn(host, size):
        begun.append(host)
        if work:
            await work.wait()


@asynccontextmanager
async def hanging(turns: FairQueue, begun: list[str], size: int, count: int) -> AsyncIterator[None]:
    """So many slow pages, none of which comes to an end."""
    slow = [asyncio.create_task(page(turns, begun, f"slow{n}", size, asyncio.Event())) for n in range(count)]
    await asyncio.sleep(0)
    yield
    for task in slow:
        task.cancel()
    await asyncio.gather(*slow, return_exceptions=True)


async def test_a_cheap_page_has_a_reader_while_slow_ones_hang() -> None:
    turns, begun = FairQueue(2), list[str]()
    async with hanging(turns, begun, SLOW, 3):
        await page(turns, begun, "cheap", CHEAP)
    assert begun == ["slow0", "cheap"]


async def test_a_host_with_many_pages_falls_behind_one_with_few() -> None:
    turns, begun = FairQueue(1), list[str]()
    free = asyncio.Event()
    first = asyncio.create_task(page(turns, begun, "first", CHEAP, free))
    await asyncio.sleep(0)
    many = [asyncio.create_task(page(turns, begun, "many", CHEAP)) for _ in range(5)]
    await asyncio.sleep(0)
    few = asyncio.create_task(page(turns, begun, "few", CHEAP))
    await asyncio.sleep(0)
    free.set()
    await asyncio.gather(first, *many, few)
    assert begun.index("few") <= 2


async def test_what_a_host_s_pages_cost_is_remembered() -> None:
    turns = FairQueue(2)
    assert turns.expected("slow.example", CHEAP) < 1
    turns._learn("slow.example", 8.0)
    assert turns.expected("slow.example", CHEAP) == 8
    turns._learn("slow.example", 0.0)
    assert turns.expected("slow.example", CHEAP) == 4


async def test_a_page_costs_what_its_reader_tells_and_not_how_long_a_busy_machine_took() -> None:
    turns = FairQueue(2)
    busy = asyncio.get_running_loop()
    with pytest.MonkeyPatch.context() as clock:
        async with turns.turn("honest.example", CHEAP) as turn:
            late = busy.time() + 5
            clock.setattr(busy, "time", lambda: late)
            turn.spent = 0.04
        assert turns.expected("honest.example", CHEAP) == 0.04


async def test_a_page_whose_reader_was_killed_costs_what_the_clock_says() -> None:
    turns = FairQueue(2)
    loop = asyncio.get_running_loop()
    with pytest.MonkeyPatch.context() as clock:
        async with turns.turn("hangs.example", CHEAP):
            late = loop.time() + 8
            clock.setattr(loop, "time", lambda: late)
        assert turns.expected("hangs.example", CHEAP) == pytest.approx(8, abs=0.1)


def test_a_fast_host_is_back_in_the_lane_of_all_four_pages_after_one_that_hung() -> None:
    turns = FairQueue(2)
    turns._learn("once.example", 8.0)
    for _ in range(4):
        assert turns.expected("once.example", CHEAP) > fair_queue.SLOW / 2
        turns._learn("once.example", 0.05)
    assert turns.expected("once.example", CHEAP) < fair_queue.SLOW


async def test_slow_pages_beyond_a_few_are_sent_away() -> None:
    turns, begun = FairQueue(2), list[str]()
    async with hanging(turns, begun, SLOW, 5):
        with pytest.raises(Overloaded):
            await page(turns, begun, "one more", SLOW)
    assert begun == ["slow0"]


async def test_slow_pages_that_wait_never_fill_the_room_for_all() -> None:
    turns, begun = FairQueue(2), list[str]()
    async with hanging(turns, begun, LARGE, 2):
        with pytest.raises(Overloaded):
            await page(turns, begun, "one more", LARGE)
    assert MAX_SLOW_BYTES + LARGE < MAX_HELD
    assert begun == ["slow0"]


async def test_whoever_gives_up_leaves_no_reader_behind() -> None:
    turns, begun = FairQueue(1), list[str]()
    free = asyncio.Event()
    first = asyncio.create_task(page(turns, begun, "first", CHEAP, free))
    await asyncio.sleep(0)
    waiting = [asyncio.create_task(page(turns, begun, f"gone{n}", CHEAP)) for n in range(4)]
    await asyncio.sleep(0)
    free.set()
    for task in waiting:
        task.cancel()
    await asyncio.gather(first, *waiting, return_exceptions=True)
    await page(turns, begun, "last", CHEAP)
    assert turns._free == 1
    assert begun[-1] == "last"
