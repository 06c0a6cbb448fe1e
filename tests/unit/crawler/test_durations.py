"""One grammar of durations, and one reading of Retry-After, wherever they are used."""

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from crawler.durations import parse_duration, retry_after, show_duration
from crawler.fetch import messages
from jobs import clock
from jobs.cli.console import since
from jobs.config import times
from jobs.deliver.transport import Reply
from storage.rules import dates

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
GOOD = {"30s": 30, "10m": 600, "2h": 7200, "1d": 86400, "2w": 1209600, "1h30m": 5400, "1d12h": 129600, "500ms": 0.5, "1.5h": 5400}
BAD = ["", "15", "h", "1 h", "1h 30m", "-1h", "1y", "an hour", "999999d", "1h30", "١h"]


@pytest.mark.parametrize(("text", "seconds"), GOOD.items())
def test_configuration_since_and_queries_take_the_same_durations(text: str, seconds: float) -> None:
    duration = timedelta(seconds=seconds)
    assert parse_duration(text) == times.parse_duration(text) == duration
    assert abs(clock.now() - duration - since(text)) < timedelta(seconds=5)
    assert dates.condition(">=", f"-{text}", UTC).ago == dates.condition("<", text, UTC).ago == duration


@pytest.mark.parametrize("text", BAD)
def test_configuration_since_and_queries_refuse_the_same(text: str) -> None:
    assert parse_duration(text) is None
    with pytest.raises(ValueError, match=r"is no duration|ten years"):
        times.parse_duration(text)
    if text and text != "15":  # nothing, and a year
        with pytest.raises(typer.BadParameter):
            since(text)
        with pytest.raises(ValueError, match="no date"):
            dates.condition(">=", f"-{text}", UTC)


@given(st.integers(0, 10**9).map(lambda ms: timedelta(milliseconds=ms)))
def test_what_is_shown_is_read_back(duration: timedelta) -> None:
    assert parse_duration(show_duration(duration)) == duration


@pytest.mark.parametrize(
    "value",
    [
        "90",
        " 90 ",
        "90.0",
        "90s",
        '"90"',
        "90, 120",
        str(int(NOW.timestamp()) + 90),
        str(int(NOW.timestamp() + 90) * 1000),
        "Tue, 24 Nov 2026 08:01:30 GMT",
        "Tue, 24 Nov 2026 08:01:30 -0000",
        "Tue, 24 Nov 2026 16:01:30 +0800",
        "Tuesday, 24-Nov-26 08:01:30 GMT",
        "Tue Nov 24 08:01:30 2026",
    ],
)
def test_every_form_of_retry_after_is_understood_by_crawler_and_channels(value: str) -> None:
    assert (
        retry_after(value, NOW)
        == messages.retry_after(value, NOW)
        == Reply(429, headers={"Retry-After": value}, now=NOW).retry_after
        == 90
    )


@pytest.mark.parametrize("value", [None, "", "soon", "nan", "inf", "-5", "1e5", "Tue, 99 Nov 2026 08:01:30 GMT", "0x10"])
def test_what_is_no_retry_after_is_none_for_both(value: str | None) -> None:
    headers = {} if value is None else {"Retry-After": value}
    assert retry_after(value, NOW) is messages.retry_after(value, NOW) is Reply(429, headers=headers, now=NOW).retry_after is None


@given(st.datetimes(timezones=st.just(timezone(timedelta(hours=3)))))
def test_a_date_of_retry_after_never_raises(at: datetime) -> None:
    wait = Reply(429, headers={"Retry-After": format_datetime(at)}, now=NOW).retry_after
    assert wait is None or 0 <= wait <= 86_400
