"""When to try again, how fast, when to rest, and what travels together."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.deliver.backoff import LONGEST_REST, TRIP, Breaker, Bucket, give_up, next_attempt

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


class Top(random.Random):
    """Always draws the most."""

    def uniform(self, a: float, b: float) -> float:
        return b


@pytest.mark.parametrize(("attempt", "seconds"), [(1, 1.0), (2, 2.0), (5, 16.0), (12, 2048.0), (13, 3600.0), (500, 3600.0)])
def test_the_longest_pause_doubles_up_to_an_hour(attempt: int, seconds: float) -> None:
    assert next_attempt(attempt, NOW, Top()) == NOW + timedelta(seconds=seconds)


@given(st.integers(min_value=1, max_value=100), st.integers(), st.none() | st.floats(min_value=0, max_value=86400))
def test_a_pause_is_never_shorter_than_asked_nor_longer_than_an_hour_otherwise(
    attempt: int, seed: int, asked: float | None
) -> None:
    pause = (next_attempt(attempt, NOW, random.Random(seed), asked) - NOW).total_seconds()
    assert (asked or 0) - 1e-5 <= pause <= max(3600, asked or 0) + 1e-5


@pytest.mark.parametrize(("attempts", "hours", "over"), [(60, 47, False), (61, 1, True), (10, 49, False), (11, 49, True)])
def test_it_is_over_after_sixty_attempts_or_ten_when_it_is_two_days_old(attempts: int, hours: int, over: bool) -> None:
    assert give_up(attempts, timedelta(hours=hours)) is over


@given(st.integers())
def test_the_attempts_reach_over_a_day(seed: int) -> None:
    rng, now, attempt = random.Random(seed), NOW, 0
    while not give_up(attempt := attempt + 1, now - NOW):
        now = next_attempt(attempt, now, rng)
    assert now - NOW >= timedelta(days=1)


@given(st.sampled_from([5.0, 12.0, 20.0, 60.0, 100.0]), st.lists(st.floats(min_value=0, max_value=20), max_size=300))
def test_no_minute_carries_more_than_the_rate(rate: float, pauses: list[float]) -> None:
    bucket, now, sent = Bucket(rate), 1000.0, []
    for pause in pauses + [0.0] * 200:
        now += pause
        now += bucket.wait(now) + 1e-6
        bucket.take(now)
        sent.append(now)
    for first in sent:
        assert sum(first <= at < first + 60 for at in sent) <= rate


def test_without_a_rate_nothing_waits_unless_held() -> None:
    bucket = Bucket(None)
    bucket.take(5.0)
    assert bucket.wait(5.0) == 0.0
    bucket.hold(12.0)
    bucket.hold(9.0)
    assert bucket.wait(5.0) == 7.0
    assert bucket.wait(12.0) == 0.0


def test_a_hold_binds_a_channel_with_a_rate_too() -> None:
    bucket = Bucket(20.0)
    bucket.hold(600.0)
    assert bucket.wait(1.0) == 599.0


def test_a_breaker_opens_after_failures_in_a_row_only() -> None:
    breaker = Breaker()
    for _ in range(TRIP - 1):
        breaker = breaker.failed(100.0)
    assert not breaker.is_open(100.0)
    assert not replace(breaker.succeeded().failed(100.0)).is_open(100.0)
    assert breaker.failed(100.0).is_open(100.0)


def test_each_rest_is_longer_and_one_success_ends_it() -> None:
    breaker, now, rests = Breaker(), 0.0, []
    for _ in range(TRIP + 9):
        breaker = breaker.failed(now)
        if breaker.trying:
            rests.append(breaker.open_until - now)
            now = breaker.open_until
    assert rests[:3] == [15.0, 30.0, 60.0]
    assert rests[-1] == LONGEST_REST
    assert breaker.trying
    assert not breaker.is_open(now)
    assert breaker.succeeded() == Breaker()
