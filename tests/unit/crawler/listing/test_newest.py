"""Of a list that is too long the newest entries are kept, whatever its order."""

from datetime import UTC, datetime, timedelta

import pytest

from crawler.listing.newest import by_age, kept

START = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = [START + timedelta(days=n) for n in range(10)]


@pytest.mark.parametrize(
    ("dates", "places"),
    [
        (DAYS, [7, 8, 9]),
        (DAYS[::-1], [0, 1, 2]),
        ([DAYS[4], DAYS[9], DAYS[0], DAYS[8], DAYS[7], DAYS[1]], [1, 3, 4]),
        ([DAYS[0]] * 10, [0, 8, 9]),
        ([None] * 10, [0, 8, 9]),
        ([DAYS[0], None, DAYS[9], None], [1, 2, 3]),
    ],
    ids=[
        "oldest first",
        "newest first",
        "in no order",
        "one date",
        "no date",
        "some without a date are as old as the one before",
    ],
)
def test_the_newest_are_kept_in_the_order_of_the_list(dates: list[datetime | None], places: list[int]) -> None:
    assert kept(dates, 3) == places


def test_a_short_list_stays_as_it_is() -> None:
    assert kept(DAYS, 10) == list(range(10))


def test_every_entry_is_named_once() -> None:
    for dates in (DAYS, [None] * 7, [DAYS[0]] * 4 + [None, DAYS[3]]):
        assert sorted(by_age(dates)) == list(range(len(dates)))
