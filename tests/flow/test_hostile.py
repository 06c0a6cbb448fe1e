"""Six healthy sites among a hundred hostile ones: nothing breaks, nothing is visited that may not be, no healthy article is late."""

import asyncio
import os
from pathlib import Path

import pytest

from tests.flow.hostile_cases import CASES
from tests.flow.hostile_world import SPELLINGS, HostileWorld, Result

SECONDS = float(os.environ.get("ZHIXUN_HOSTILE_SECONDS", "30"))
DISK_STANDS = 10.0  # seconds for a few bytes: nobody could store anything then, and it is tried once more
pytestmark = [pytest.mark.slow, pytest.mark.timeout(2 * (120 + 2 * SECONDS))]


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    found = asyncio.run(HostileWorld(tmp_path_factory.mktemp("hostile"), SECONDS, CASES).run())
    if found.slowest_write < DISK_STANDS:
        return found
    return asyncio.run(HostileWorld(tmp_path_factory.mktemp("hostile-again"), SECONDS, CASES).run())


def test_there_are_enough_of_them(result: Result) -> None:
    assert result.cases >= 60
    assert result.published >= 6


def test_the_daemon_lives_beats_and_ends_in_order(result: Result) -> None:
    assert (result.died, result.exit_code, result.crashes, result.late_beats) == (False, 0, [], 0), result
    assert result.stop_took <= 30


def test_every_healthy_article_is_stored(result: Result) -> None:
    assert result.stored == result.published, result


def test_no_forbidden_address_is_visited_and_no_secret_shown(result: Result) -> None:
    assert (result.canary_hits, result.leaks) == (0, [])


def test_memory_is_bounded(result: Result) -> None:
    if result.proportional:  # children are forked: what they share is there once
        assert result.proportional <= 500, result  # MiB of the whole tree
    else:
        assert result.memory <= 600, result


def test_no_spelling_of_a_private_address_is_visited_on_any_way(tmp_path: Path) -> None:
    world = HostileWorld(tmp_path, 25, [], with_spellings=True)
    result = asyncio.run(world.run())
    assert result.cases == 4 * len(SPELLINGS) + 1
    assert len(SPELLINGS) == 19
    assert (result.canary_hits, result.died) == (0, False), result
    polled = [outcome for name, outcome in result.outcomes.items() if name.startswith("spelled-source") and outcome != "None "]
    assert len(polled) == len(SPELLINGS)
    assert not [outcome for outcome in polled if outcome.startswith(("ok", "timeout", "connect"))]
