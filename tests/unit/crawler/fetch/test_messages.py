"""What HTTP says, in our words: pure, and never an exception, whatever the header holds."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.fetch.messages import (
    LONGEST_WAIT,
    SHORTEST_WAIT,
    last_modified,
    max_age,
    never_an_article,
    outcome_of,
    retry_after,
    validator,
)
from crawler.record import Reason

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
HEADER_TEXT = st.text(max_size=200)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 120 ", 120),
        ("120.5", 120.5),
        ("0", 5),
        ("3", 5),
        ("999999999999", 86_400),
        ("Mon, 04 May 2026 12:01:00 GMT", 60),
        ("Mon, 04 May 2026 12:01:00 -0000", 60),
        ("Mon, 04 May 2026 20:01:00 +0800", 60),
        ("Monday, 04-May-26 12:01:00 GMT", 60),
        ("Mon, 04 May 2026 11:00:00 GMT", 5),
        ("Tue, 04 May 2027 12:00:00 GMT", 86_400),
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1e5", None),
        ("١٢", None),  # digits, but not HTTP's
        ("nan", None),
        ("inf", None),
        ("Mon, 99 May 2026 12:01:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_within_reason_or_nothing(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


@given(HEADER_TEXT)
def test_retry_after_never_raises_and_stays_within_bounds(value: str) -> None:
    wait = retry_after(value, NOW)
    assert wait is None or SHORTEST_WAIT <= wait <= LONGEST_WAIT


@given(st.integers(min_value=5, max_value=86_400))
def test_a_date_means_the_same_as_its_seconds(seconds: int) -> None:
    date = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    assert retry_after(date, NOW) == retry_after(str(seconds), NOW) == seconds


@given(st.datetimes(timezones=st.just(UTC)))
def test_any_date_is_within_bounds(date: datetime) -> None:
    wait = retry_after(format_datetime(date, usegmt=True), NOW)
    assert wait is None or SHORTEST_WAIT <= wait <= LONGEST_WAIT


@given(st.integers(min_value=100, max_value=999), st.none() | HEADER_TEXT)
def test_every_status_has_an_outcome(status: int, header: str | None) -> None:
    outcome = outcome_of(status, header, NOW)
    assert outcome.ok == (200 <= status < 300 or status == 304)
    if outcome.reason is Reason.RATE_LIMITED:
        assert outcome.retry_after is not None


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("max-age=60", 60),
        ("public, max-age=3600, must-revalidate", 3_600),
        ('Max-Age="60"', 60),
        ("s-maxage=60", None),
        ("no-cache", 0),
        ("no-store, max-age=60", 0),
        ("max-age=-1", None),
        ("x-max-age=5", None),
        ("", None),
        (None, None),
    ],
)
def test_max_age(value: str | None, seconds: int | None) -> None:
    assert max_age(value) == seconds


@given(HEADER_TEXT)
def test_max_age_never_raises(value: str) -> None:
    assert (max_age(value) or 0) >= 0


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ('"abc"', True),
        ('W/"abc"', True),
        ("", False),
        ("a\r\nX: y", False),
        ("\u4f60", False),
        ("x" * 2_000, False),
        (None, False),
    ],
)
def test_only_validators_that_can_be_sent_back_are_kept(value: str | None, kept: bool) -> None:
    assert validator(value) == (value if kept else None)


@pytest.mark.parametrize(
    ("content_type", "never"),
    [("image/svg+xml", True), ("text/html", False), ("", False), ("application/xml", False), ("application/octet-stream", False)],
)
def test_what_cannot_be_an_article(content_type: str, never: bool) -> None:
    assert never_an_article(content_type) is never


@pytest.mark.parametrize(
    ("said", "date", "kept"),
    [
        ("Mon, 04 May 2026 11:00:00 GMT", None, True),
        ("Mon, 04 May 2026 11:00:00 GMT", "Mon, 04 May 2026 12:00:00 GMT", True),
        ("Mon, 04 May 2026 11:00:00 GMT", "Mon, 04 May 2026 10:00:00 GMT", False),
        ("Sat, 16 Nov 2041 18:11:00 GMT", None, False),
        ("Sat, 16 Nov 2041 18:11:00 GMT", "Sat, 16 Nov 2041 18:12:00 GMT", False),
        ("2041-11-16 18:11", None, False),
        ("yesterday", None, True),
        (None, None, False),
    ],
)
def test_a_last_modified_of_the_future_is_not_sent_back(said: str | None, date: str | None, kept: bool) -> None:
    assert (last_modified(said, date, NOW) is not None) is kept


def test_304_counts_only_for_who_said_what_it_knows() -> None:
    assert outcome_of(304, None, NOW).reason is Reason.UNCHANGED
    assert outcome_of(304, None, NOW, conditional=False).reason is Reason.BAD_HTTP
