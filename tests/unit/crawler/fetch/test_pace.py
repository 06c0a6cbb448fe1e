"""The pace of a host: no two starts closer together than its delay, however long each takes to come to its start."""

import asyncio
import itertools

import pytest

from crawler.fetch import pace as pace_module
from crawler.fetch.pace import Pace


async def _starts(pace: Pace, connects: list[float]) -> list[float]:
    """When each of several requests goes out; `connects` says how long each needs between its turn and the wire."""
    loop = asyncio.get_running_loop()
    out: list[float] = []

    async def one(connect: float) -> None:
        await pace.turn("h")
        turn = pace.last("h")
        await asyncio.sleep(connect)
        await pace.hold("h", turn)
        out.append(loop.time())

    await asyncio.gather(*map(one, connects))
    return out


@pytest.mark.parametrize("connects", [[0, 0, 0], [0.15, 0, 0], [0.25, 0.05, 0], [0.09, 0.01, 0.09, 0.01], [0.35, 0.2, 0.1, 0]])
def test_starts_keep_apart_whatever_connecting_takes(connects: list[float]) -> None:
    starts = asyncio.run(_starts(Pace(0.1), connects))
    assert len(starts) == len(connects)
    assert min(later - earlier for earlier, later in itertools.pairwise(starts)) >= 0.099


def test_the_longest_of_all_wishes_counts() -> None:
    pace = Pace(1.0)
    assert (pace.delay("h"), pace.delay("h", 0.5), pace.delay("h", 3.0)) == (1.0, 1.0, 3.0)
    pace.ask("h", 10.0)
    assert (pace.delay("h"), pace.delay("h", 3.0), pace.delay("h", 30.0), pace.delay("other")) == (10.0, 10.0, 30.0, 1.0)
    assert (pace.asked("h"), pace.asked("other")) == (10.0, None)
    pace.ask("h", None)
    assert (pace.delay("h"), pace.asked("h")) == (1.0, None)


async def test_hosts_are_forgotten_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace_module, "MAX_HOSTS", 3)
    monkeypatch.setattr(pace_module, "FORGET_AFTER", 0.0)
    pace = Pace(0.01)
    for n in range(10):
        await pace.turn(f"h{n}")
        pace.ask(f"h{n}", 2.0)
    assert len(pace._last) <= 4
    assert len(pace._asked) == 3
    assert pace.asked("h9") == 2.0
