"""The little languages inside config.yaml."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from crawler import durations
from jobs.config import times, values
from jobs.config.models import Config

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")


def moment(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30s", 30), ("10m", 600), ("2h", 7200), ("1d", 86400), ("1w", 604800), ("50ms", 0.05), ("1h30m", 5400), ("1.5h", 5400)],
)
def test_durations_are_numbers_with_units(text: str, seconds: float) -> None:
    assert times.parse_duration(text) == timedelta(seconds=seconds)


@given(st.integers(0, 10**9).map(lambda ms: timedelta(milliseconds=ms)))
def test_a_shown_duration_reads_back(duration: timedelta) -> None:
    assert times.parse_duration(durations.show_duration(duration)) == duration


@pytest.mark.parametrize(("text", "size"), [("10MB", 10 * 2**20), ("500KB", 512000), ("1 gb", 2**30), ("7", 7), (4096, 4096)])
def test_sizes_are_bytes_or_have_units(text: str | int, size: int) -> None:
    assert values.parse_size(text) == size


REFUSED: list[tuple[Callable[..., Any], Any, str]] = [
    (times.parse_duration, 15, "has no unit"),
    (times.parse_duration, "15", "is no duration"),
    (times.parse_duration, "15 minutes", "is no duration"),
    (times.parse_duration, "-5m", "is no duration"),
    (times.parse_duration, "99999w", "longer than ten years"),
    (times.parse_duration, True, "is no duration"),
    (times.parse_every, "10ms", "is too often"),
    (values.parse_size, "10XB", "is no size"),
    (values.parse_size, False, "is no size"),
    (times.parse_quiet, "22:00", "no quiet hours"),
    (times.parse_quiet, "22:00-22:00", "hold every alert"),
    (times.parse_quiet, "25:00-07:00", "no time of day"),
    (times.parse_send, "weekly", "no way to send"),
    (times.parse_send, "daily", "no way to send"),
    (times.parse_send, "daily 8", "no time of day"),
    (values.check_web_url, "ftp://a.cn/", "no web address"),
    (values.check_web_url, "https:///x", "no web address"),
    (values.check_web_url, "https://a.cn:99999/", "no web address"),
    (values.check_web_url, "https://[::1/", "no web address"),
    (values.check_network, "127.0.0.0/33", "no network"),
    (values.check_network, "10.0.0.0/8:90-80", "ports go from"),
    (values.check_network, "localhost", "no network"),
    (values.check_pattern, "(", "no regular expression"),
    (values.check_pattern, "(?<=a)b", "no regular expression"),
    (values.check_zone, "Asia/Shanghia", "Asia/Shanghai"),
    (values.check_zone, "Asia", "no time zone"),
    (values.check_zone, "../etc/passwd", "no time zone"),
    (values.check_name, "tag:x", "cannot begin"),
    (values.check_name, " x", "no name"),
    (values.check_name, "a\nb", "no name"),
    (values.check_agent, "智讯", "no user agent"),
    (values.check_agent, "a\r\nX: y", "no user agent"),
]


@pytest.mark.parametrize(("parse", "given_value", "fault"), REFUSED)
def test_what_cannot_be_meant_is_refused_with_a_sentence(parse: Callable[..., Any], given_value: Any, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        parse(given_value)


@pytest.mark.parametrize(
    "network", ["127.0.0.0/8", "10.1.2.3", "10.1.2.3:8080", "127.0.0.0/8:8000-8100", "::1", "fc00::/7", "::1/128:80"]
)
def test_networks_may_have_ports(network: str) -> None:
    assert values.check_network(network) == network


@pytest.mark.parametrize(("name", "value"), [("Host", "x"), ("X Y", "x"), ("X-A", "a\nb"), ("X-A", "智")])
def test_headers_that_would_break_a_request_are_refused(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=name):
        values.check_header(name, value)


@pytest.mark.parametrize(
    ("quiet", "at", "until"),
    [
        ("22:00-07:00", "2026-11-24T21:59", None),
        ("22:00-07:00", "2026-11-24T22:00", "2026-11-25T07:00"),
        ("22:00-07:00", "2026-11-25T06:59", "2026-11-25T07:00"),
        ("22:00-07:00", "2026-11-25T07:00", None),
        ("12:00-13:30", "2026-11-24T12:30", "2026-11-24T13:30"),
        ("12:00-13:30", "2026-11-24T23:00", None),
    ],
)
def test_quiet_hours_hold_until_their_end(quiet: str, at: str, until: str | None) -> None:
    assert times.parse_quiet(quiet).until(moment(at)) == (moment(until) if until else None)


@pytest.mark.parametrize(
    ("send", "at", "after"),
    [
        ("instant", "2026-11-24T10:05", None),
        ("weekly mon 08:30", "2026-11-24T10:05", "2026-11-30T08:30"),
        ("weekly tue 08:30", "2026-11-24T08:29", "2026-11-24T08:30"),
        ("weekly tue 08:30", "2026-11-24T08:30", "2026-12-01T08:30"),
        ("weekly Sun 23:00", "2026-11-24T10:05", "2026-11-29T23:00"),
        ("hourly", "2026-11-24T10:05", "2026-11-24T11:00"),
        ("hourly", "2026-11-24T23:59", "2026-11-25T00:00"),
        ("daily 08:30", "2026-11-24T08:29", "2026-11-24T08:30"),
        ("daily 08:30", "2026-11-24T08:30", "2026-11-25T08:30"),
    ],
)
def test_digests_leave_at_the_next_full_hour_or_time_of_day(send: str, at: str, after: str | None) -> None:
    assert times.parse_send(send).after(moment(at)) == (moment(after) if after else None)


@pytest.mark.parametrize("zone", ["America/New_York", "Australia/Lord_Howe", "America/Santiago", "Africa/Cairo"])
def test_what_leaves_later_leaves_ahead_and_within_its_time_all_year(zone: str) -> None:
    longest = {"hourly": 1.0, "daily 00:00": 25.0, "daily 01:30": 25.0, "daily 02:30": 25.0, "weekly sun 01:30": 169.0}
    for minutes in range(0, 365 * 24 * 60, 47):
        at = (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)).astimezone(ZoneInfo(zone))
        for send, hours in longest.items():
            due = times.parse_send(send).after(at)
            assert due is not None
            assert 0 < (due.timestamp() - at.timestamp()) / 3600 <= hours + (send != "hourly"), (send, at)
        end = times.parse_quiet("22:00-01:30").until(at)
        assert end is None or 0 < end.timestamp() - at.timestamp() <= 5 * 3600, at


def test_a_daily_time_is_the_wall_clock_s_also_when_the_clock_is_changed() -> None:
    night_before = moment("2026-03-07T20:00", NEW_YORK)  # clocks go forward at 02:00 on 8 March
    due = times.parse_send("daily 08:30").after(night_before)
    assert due is not None
    assert due.astimezone(UTC) == datetime(2026, 3, 8, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "next_fire"),
    [
        ("*/10 8-22 * * *", "2026-11-24T12:10"),
        ("0 8 * * 0", "2026-11-29T08:00"),  # Sunday, as crontab counts
        ("0 8 * * 7", "2026-11-29T08:00"),
        ("0 8 * * 1-5", "2026-11-25T08:00"),
        ("0 8 * * 0-2", "2026-11-29T08:00"),
        ("0 8 * * 5-7", "2026-11-27T08:00"),
        ("0 8 * * sat", "2026-11-28T08:00"),
    ],
)
def test_cron_counts_weekdays_from_sunday(cron: str, next_fire: str) -> None:
    trigger = times.parse_cron(cron, SHANGHAI)
    assert trigger.get_next_fire_time(None, moment("2026-11-24T12:05")) == moment(next_fire)


@pytest.mark.parametrize(("cron", "fault"), [("0 8 30 2 *", "never comes"), ("61 * * * *", "no cron"), ("@daily", "five")])
def test_cron_that_never_fires_is_refused(cron: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        times.parse_cron(cron, SHANGHAI)


@given(st.text())
def test_texts_are_read_or_refused_never_worse(text: str) -> None:
    for parse, _, _ in REFUSED:
        try:
            parse(text)
        except ValueError:
            continue


@pytest.mark.parametrize(("written", "most"), [("silent", 0), ("newest 5", 5), ("newest  12", 12), ("all", None)])
def test_a_bound_of_a_first_poll_is_read_and_shown(written: str, most: int | None) -> None:
    config = Config.model_validate({"alerts": {"first_poll": written}})
    assert config.alerts.first_poll == most
    assert Config.model_validate(json.loads(config.model_dump_json())).alerts.first_poll == most
    assert times.show_first_poll(most) == " ".join(written.split())


@pytest.mark.parametrize("written", ["newest", "newest 0", "newest five", "none", "5", 5, True, -1, ["all"], "newest 99999"])
def test_anything_else_is_no_bound_of_a_first_poll(written: object) -> None:
    with pytest.raises(ValidationError, match="silent, newest 5 or all"):
        Config.model_validate({"alerts": {"first_poll": written}})


def test_without_it_each_rule_sends_the_newest_five() -> None:
    assert Config().alerts.first_poll == 5
