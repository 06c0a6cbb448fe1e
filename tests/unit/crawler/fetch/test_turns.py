"""A request leaves at its host's turn: not before, and not when another program may have taken over."""

import asyncio

from crawler.fetch.pace import Pace


async def test_a_request_waits_for_its_slot_though_nothing_was_asked_before() -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    await Pace(0.01).turn("a.example", None, began + 0.3)
    assert loop.time() - began >= 0.3


async def test_what_has_missed_its_turn_leaves_only_while_the_host_is_kept() -> None:
    pace, now = Pace(0.01), asyncio.get_running_loop().time()
    before = [pace.is_ours("a.example", None), pace.is_ours("a.example", now + 9), pace.is_ours("a.example", now - 1)]
    pace.keep(["a.example"], now + 9)
    kept = [pace.is_ours("a.example", now - 1), pace.is_ours("b.example", now - 1)]
    pace.keep(["b.example"], now - 2)
    assert [*before, *kept, pace.is_ours("b.example", now - 1)] == [True, True, False, True, False, False]
