"""`kill -9` at any instant loses no article and no alert, and repeats none beyond its idempotency key. A wrong order would be seen."""

import asyncio
import os

import pytest

from tests.conftest import NewUrl
from tests.flow.harness import POINTS, Plan, kill_loop

KILLS = int(os.environ.get("ZHIXUN_KILLS", "16"))
pytestmark = pytest.mark.timeout(60 + KILLS * 8)


@pytest.mark.slow
def test_nothing_is_lost_and_nothing_told_twice() -> None:
    tally = asyncio.run(kill_loop(Plan(KILLS)))
    assert (tally.lost, tally.twice) == (0, 0), tally
    assert tally.stored == tally.published == KILLS * 2


@pytest.mark.slow
@pytest.mark.postgres
def test_nothing_is_lost_on_postgresql(postgres_url: NewUrl) -> None:
    tally = asyncio.run(kill_loop(Plan(max(6, KILLS // 4), database=postgres_url(), seed=2)))
    assert (tally.lost, tally.twice) == (0, 0), tally


@pytest.mark.slow
@pytest.mark.parametrize(
    ("order", "point", "burst"),
    [
        ("mark-first", "before-send", False),
        ("memory-queue", "after-ack-commit", False),
        ("validator-first", "before-found-commit", True),
    ],
)
def test_the_harness_sees_a_wrong_order(order: str, point: str, burst: bool) -> None:
    assert point in POINTS
    # three seeds: a slow machine may hide what one of them loses
    plans = (Plan(5, order, points=(point,), points_only=True, burst=burst, seed=seed) for seed in (1, 2, 3))
    assert any(asyncio.run(kill_loop(plan)).lost for plan in plans)
