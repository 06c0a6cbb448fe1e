"""The statistics are honest: in simulated worlds they say no more than is there."""

import math
import random

import pytest

from storage.trends import statistics


def _poisson(rng: random.Random, mean: float) -> int:
    if mean > 50:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    stop, n, product = math.exp(-mean), 0, rng.random()
    while product > stop:
        n, product = n + 1, product * rng.random()
    return n


def _world(rng: random.Random, reach: list[float], stories: int, follows: float = 0.0) -> list[frozenset[str]]:
    """Who told each story that was told at all; the second source takes over so much of what the first tells."""
    told = []
    for _ in range(stories):
        tellers = {f"source {n}" for n, chance in enumerate(reach) if rng.random() < chance}
        if "source 0" in tellers and rng.random() < follows:
            tellers.add("source 1")
        if tellers:
            told.append(frozenset(tellers))
    return told


def test_wilson_holds_at_none_and_at_all():
    assert statistics.wilson(0, 0) == (0.0, 1.0)
    low, high = statistics.wilson(0, 10)
    assert low == 0
    assert high == pytest.approx(0.2775, abs=1e-3)
    assert statistics.wilson(10, 10)[1] == pytest.approx(1.0)


def test_no_change_is_no_surprise_and_much_more_is_one():
    assert statistics.surprise(0, 0, 1 / 8) == 1.0
    assert statistics.surprise(10, 80, 1 / 8) > 0.4
    assert statistics.surprise(30, 80, 1 / 8) < 1e-5
    assert statistics.surprise(20, 80, 1 / 4) == pytest.approx(statistics.surprise(20, 80, 1 / 4))
    assert statistics.surprise(20, 80, 1 / 4) > 0.4, "twice as much was monitored"


def test_constant_rates_have_no_more_risers_than_is_said():
    rng = random.Random(7)
    rates = [0.1 * 1.012**n for n in range(400)]
    weeks_with_any = 0
    for _ in range(1_000):
        seen = {str(n): (_poisson(rng, rate), _poisson(rng, 8 * rate)) for n, rate in enumerate(rates) if rng.random() < 0.25}
        chances = {name: statistics.surprise(now, before, 1 / 8) if now >= 3 else 1.0 for name, (now, before) in seen.items()}
        weeks_with_any += bool(statistics.discoveries(chances, 0.05))
    assert weeks_with_any <= 50


def test_planted_bursts_are_found_and_quiet_lines_have_few():
    rng = random.Random(3)
    found, delays, false = 0, [], 0
    for _ in range(200):
        usual, begins = rng.uniform(1, 8), rng.randrange(20, 75)
        of = [_poisson(rng, 300) for _ in range(90)]
        hits = [_poisson(rng, usual * (4 if begins <= day < begins + 7 else 1)) for day in range(90)]
        runs = statistics.bursts(hits, of)
        true = [run for run in runs if run[0] < begins + 7 and run[1] >= begins]
        found, false = found + bool(true), false + len(runs) - len(true)
        delays += [max(0, run[0] - begins) for run in true[:1]]
    assert found >= 190
    assert sum(delays) / len(delays) <= 1
    assert false <= 10


def test_what_is_not_gone_through_has_no_burst(monkeypatch):
    rng = random.Random(11)
    lines = []
    for _ in range(400):
        of = [rng.randrange(0, 60) for _ in range(rng.randrange(2, 90))]
        share, flare = rng.random() / 3, rng.randrange(len(of))
        chances = [min(1, share * (3 if 0 <= day - flare < 4 else 1)) for day in range(len(of))]
        lines.append(([sum(rng.random() < chance for _ in range(n)) for chance, n in zip(chances, of, strict=True)], of))
    found = [statistics.bursts(*line) for line in lines]
    monkeypatch.setattr(statistics, "_gained", lambda *_: math.inf)
    assert found == [statistics.bursts(*line) for line in lines]
    assert 20 < sum(map(bool, found)) < 380


def test_days_without_anything_are_no_burst():
    assert statistics.bursts([], []) == []
    assert statistics.bursts([0, 0, 0], [5, 0, 5]) == []
    assert statistics.bursts([1, 1, 1], [1, 1, 1]) == []


def test_the_interval_holds_the_truth_where_sources_are_independent():
    rng = random.Random(11)
    for sources in (3, 5, 8, 12):
        for stories in (80, 400):
            worlds = [
                statistics.untold(_world(rng, [rng.uniform(0.05, 0.6) for _ in range(sources)], stories)) for _ in range(100)
            ]
            assert sum(one.low <= stories <= one.high for one in worlds) >= 90, (sources, stories)
            assert sum(one.trusted for one in worlds) >= 90, (sources, stories)


def test_sources_that_copy_from_each_other_are_not_trusted():
    rng = random.Random(12)
    worlds = [statistics.untold(_world(rng, [rng.uniform(0.1, 0.5) for _ in range(5)], 600, follows=0.6)) for _ in range(100)]
    assert sum(one.trusted for one in worlds) <= 15
    assert all(one.why == "dependent" and one.high == math.inf for one in worlds if not one.trusted)


@pytest.mark.parametrize("told", [[], [frozenset({"one"})] * 50, [frozenset({str(n)}) for n in range(50)]])
def test_what_does_not_overlap_says_nothing_of_the_rest(told):
    found = statistics.untold(told)
    assert not found.trusted
    assert found.why == "few"
    assert found.high == math.inf


def test_two_sources_hold_the_truth_too():
    rng = random.Random(13)
    held = 0
    for _ in range(300):
        told = _world(rng, [rng.uniform(0.2, 0.6), rng.uniform(0.2, 0.6)], 300)
        found = statistics.untold(told)
        held += found.low <= 300 <= found.high
    assert held >= 270
