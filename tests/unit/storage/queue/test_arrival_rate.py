"""When articles appear, learned from dates good and bad."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.queue import arrival_rate
from storage.queue.arrival_rate import Rhythm

NOW = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)  # a Tuesday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SHANGHAI = timezone(timedelta(hours=8))
EMPTY = Rhythm(NOW - DAY, NOW - DAY)
LAST = NOW - 4 * HOUR
ANY_TIME = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2060, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def hours(one: Rhythm) -> dict[int, float]:
    return {hour: round(count, 3) for hour, count in enumerate(one.hours) if count}


def test_a_first_answer_tells_its_last_weeks() -> None:
    one = arrival_rate.begin([NOW - n * DAY for n in range(10)], NOW)
    assert one.since == NOW - 8 * DAY  # the oldest tenth may be pinned, and the one before opens the time observed
    assert sum(one.hours) == pytest.approx(8, abs=0.5)  # older ones count less
    assert set(hours(one)) == {12 + 24 * day for day in range(7)}
    assert one.minutes[30] == sum(one.hours)


def test_one_pinned_item_does_not_stretch_the_time_observed() -> None:
    one = arrival_rate.begin([NOW - 50 * DAY, *(NOW - n * HOUR for n in range(19))], NOW)
    assert one.since >= NOW - DAY


@pytest.mark.parametrize(
    "dates",
    [[], [None] * 20, [NOW], [NOW + 3 * DAY] * 5, [NOW - 400 * DAY] * 5],
    ids=["nothing", "no dates", "one date", "dates in the future", "dates long ago"],
)
def test_a_first_answer_that_tells_nothing_begins_the_watch(dates: list[datetime | None]) -> None:
    assert arrival_rate.begin(dates, NOW) == Rhythm(NOW, NOW)


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        (NOW - 2 * HOUR, {34: 1}),
        ((NOW - 2 * HOUR).astimezone(SHANGHAI), {34: 1}),
        (NOW + timedelta(minutes=2), {36: 1}),
        (None, {32: 0.125, 33: 0.25, 34: 0.25, 35: 0.25, 36: 0.125}),
        (LAST - 3 * HOUR, {32: 0.125, 33: 0.25, 34: 0.25, 35: 0.25, 36: 0.125}),
        (NOW + DAY, {32: 0.125, 33: 0.25, 34: 0.25, 35: 0.25, 36: 0.125}),
        (datetime(2026, 11, 24, tzinfo=UTC), {32: 0.125, 33: 0.25, 34: 0.25, 35: 0.25, 36: 0.125}),
        (NOW - 30 * DAY, {}),
    ],
    ids=[
        "a date between two polls is believed",
        "… in whatever zone",
        "… a little ahead of our clock",
        "no date: somewhere in between",
        "kept back by its site: somewhere in between",
        "in the future: somewhere in between",
        "a day without a time: somewhere in between",
        "from the archive: no news",
    ],
)
def test_a_new_link_counts_when_it_appeared(date: datetime | None, expected: dict[int, float]) -> None:
    assert hours(arrival_rate.learn(EMPTY, [date], LAST, NOW)) == expected


def test_a_date_without_a_time_has_no_minute() -> None:
    assert sum(arrival_rate.learn(EMPTY, [datetime(2026, 11, 24, tzinfo=UTC)], NOW - DAY, NOW).minutes) == 0


def test_old_counts_fade() -> None:
    one = arrival_rate.learn(EMPTY, [NOW - HOUR], LAST, NOW)
    later = NOW + arrival_rate.HALF_LIFE
    assert sum(arrival_rate.faded(one, later).hours) == pytest.approx(0.5)
    assert sum(arrival_rate.faded(one, NOW - DAY).hours) == 1, "a clock set back makes nothing more"


def test_a_rhythm_from_a_clock_that_was_ahead_begins_anew() -> None:
    ahead = arrival_rate.learn(Rhythm(NOW, NOW, skip_hours=(3,)), [NOW + 3000 * DAY], NOW + 2999 * DAY, NOW + 3000 * DAY)
    assert arrival_rate.sound(ahead, NOW + DAY) == Rhythm(NOW + DAY, NOW + DAY, skip_hours=(3,))


def test_it_is_stored_and_read_back() -> None:
    one = Rhythm(NOW, NOW, skip_hours=(1, 2))
    text = json.dumps(arrival_rate.to_json(arrival_rate.learn(one, [NOW, None], LAST, NOW)))
    assert len(text) < 2000
    assert arrival_rate.from_json(json.loads(text)) == arrival_rate.learn(one, [NOW, None], LAST, NOW)
    assert arrival_rate.from_json(None) is None


@given(st.lists(st.none() | ANY_TIME, max_size=30), st.lists(st.none() | ANY_TIME, max_size=30), ANY_TIME, ANY_TIME, ANY_TIME)
def test_no_dates_and_no_clock_break_it(
    first: list[datetime | None], then: list[datetime | None], begun: datetime, last: datetime, now: datetime
) -> None:
    one = arrival_rate.learn(arrival_rate.begin(first, begun), then, last, now)
    assert len(one.hours) == arrival_rate.HOURS
    assert len(one.minutes) == 60
    assert all(count >= 0 for count in one.hours)
    assert sum(one.hours) <= len(first) + len(then) + 1e-6
