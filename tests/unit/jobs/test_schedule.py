"""When a source is next due, and when a page is tried again."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.record import Outcome, Reason
from jobs import schedule

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def every(minutes: float) -> schedule.Cadence:
    return lambda now: now + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("wish", "minutes"),
    [(None, 15), (60, 15), (1800, 30), (10 * 3600, 60)],
    ids=["no wish", "a shorter wish changes nothing", "a longer wish is granted", "… up to an hour"],
)
def test_a_site_may_ask_for_a_longer_pause(wish: float | None, minutes: int) -> None:
    assert schedule.next_poll(every(15), NOW, site_wish=wish) == NOW + timedelta(minutes=minutes)


def test_a_slow_source_is_not_sped_up_by_the_bound_on_wishes() -> None:
    assert schedule.next_poll(every(600), NOW, site_wish=7200) == NOW + timedelta(minutes=600)


@pytest.mark.parametrize(
    ("failures", "outcome", "minutes"),
    [
        (1, Outcome(Reason.TIMEOUT), 15),
        (2, Outcome(Reason.TIMEOUT), 30),
        (4, Outcome(Reason.SERVER_ERROR), 120),
        (30, Outcome(Reason.DNS), 24 * 60),
        (1, Outcome(Reason.BLOCKED), 60),
        (1, Outcome(Reason.RATE_LIMITED, retry_after=7200), 120),
    ],
    ids=["first", "doubles", "… and doubles", "at most a day", "a refusal rests an hour", "Retry-After wins"],
)
def test_failures_wait_longer_each_time(failures: int, outcome: Outcome, minutes: int) -> None:
    assert schedule.next_poll_after_failure(every(15), NOW, outcome, failures) == NOW + timedelta(minutes=minutes)


@given(st.integers(1, 10**6), st.floats(0.02, 10**5), st.sampled_from(list(Reason)), st.none() | st.floats(0, 10**6))
def test_a_failing_source_is_always_asked_again(failures: int, minutes: float, reason: Reason, retry_after: float | None) -> None:
    outcome = Outcome(reason, retry_after=retry_after)
    due = schedule.next_poll_after_failure(every(minutes), NOW, outcome, failures)
    assert NOW < due <= NOW + max(timedelta(days=1), timedelta(minutes=minutes))


@pytest.mark.parametrize(("most", "hours"), [(schedule.ARTICLE_ATTEMPTS, 15.2), (schedule.FEWER_ATTEMPTS, 0.24)])
def test_an_article_outlives_an_outage_of_a_night(most: int, hours: float) -> None:
    now, rng = NOW, random.Random(1)
    for attempt in range(1, most):
        due = schedule.next_read(now, Outcome(Reason.TIMEOUT), attempt, rng, most)
        assert due
        assert due > now
        now = due
    assert schedule.next_read(now, Outcome(Reason.TIMEOUT), most, rng, most) is None
    assert (now - NOW) / timedelta(hours=1) == pytest.approx(hours, rel=0.25)


def test_a_permanent_failure_is_not_tried_again() -> None:
    assert schedule.next_read(NOW, Outcome(Reason.GONE, permanent=True), 1, random.Random(1)) is None


@pytest.mark.parametrize(("told", "minutes"), [(False, 42), (True, 0.84)])
def test_what_has_just_been_announced_is_looked_for_more_than_once(told: bool, minutes: float) -> None:
    now, rng, looks = NOW, random.Random(1), 1
    while due := schedule.next_look(now, Outcome(Reason.GONE, permanent=True), looks, rng, told=told):
        now, looks = due, looks + 1
    assert looks == (schedule.FEWER_LOOKS if told else schedule.LOOKS)
    assert (now - NOW) / timedelta(minutes=1) == pytest.approx(minutes, rel=0.25)


def test_an_unreachable_robots_txt_costs_no_attempt() -> None:
    due = schedule.next_read(NOW, Outcome(Reason.ROBOTS_UNREACHABLE), 99, random.Random(1))
    assert due == NOW + timedelta(minutes=10)
