"""Zone names behind a clock time: what each means, where it depends on the place, and where nobody knows."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from crawler.dates import parse_date
from crawler.zones import Place, place_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=SHANGHAI)


# Name → hours east of Greenwich in winter.
@pytest.mark.parametrize(
    ("name", "hours"),
    [
        ("PST", -8), ("MST", -7), ("EST", -5), ("EDT", -4), ("AKST", -9), ("HST", -10), ("NST", -3.5), ("UT", 0), ("UTC", 0), ("GMT", 0),
        ("WET", 0), ("WEST", 1), ("CET", 1), ("CEST", 2), ("EET", 2), ("MSK", 3), ("SAST", 2), ("PKT", 5), ("NPT", 5.75), ("WIB", 7),
        ("HKT", 8), ("SGT", 8), ("AWST", 8), ("JST", 9), ("KST", 9), ("ACST", 9.5), ("AEST", 10), ("AEDT", 11), ("NZDT", 13), ("Z", 0),
        ("ET", -5), ("PT", -8), ("CT", -6), ("+0530", 5.5), ("GMT+8", 8), ("UTC+08:00", 8), ("(UTC -3)", -3), ("-02", -2),
        ("(Beijing time)", 8), ("Tokyo time", 9), ("Eastern Time", -5), ("Pacific Standard Time", -8), ("Eastern", -5),
        ("北京时间", 8), ("（北京時間）", 8), ("美东时间", -5), ("美西时间", -8), ("东京时间", 9), ("格林尼治标准时间", 0), ("Europe/Berlin", 1),
        ("B", 0), ("K", 0), ("Y", 0), ("A", 0), ("P", 0),
    ],
)  # fmt: skip
def test_a_zone_name_is_heard_behind_a_clock_of_24_hours(name: str, hours: float) -> None:
    at = parse_date(f"Mon, 16 Nov 2026 08:05:30 {name}", NOW, SHANGHAI)
    assert at == datetime(2026, 11, 16, 8, 5, 30, tzinfo=UTC) - timedelta(hours=hours)


@pytest.mark.parametrize(
    "text", ["July 6, 2026 4:15 PM {}", "4:15 p.m. {}, July 6, 2026", "2026-07-06 16:15 {}", "2026-07-06 4:15pm ({})"]
)
def test_a_zone_of_a_place_has_its_summer_time(text: str) -> None:
    assert parse_date(text.format("ET"), NOW, SHANGHAI) == datetime(2026, 7, 6, 20, 15, tzinfo=UTC)
    assert parse_date(text.format("PT"), NOW, SHANGHAI) == datetime(2026, 7, 6, 23, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "url", "language", "hours"),
    [
        ("CST", "https://a.example/f", "en-us", -6),
        ("CST", "https://a.example/f", "en", -6),
        ("CST", "https://a.example/f", "zh-CN", 8),
        ("CST", "https://a.example/f", "zh-Hant-TW", 8),
        ("CST", "https://news.example.com.cn/f", "en", 8),
        ("CST", "https://paper.example.tw/f", "", 8),
        ("IST", "https://paper.example.in/f", "en", 5.5),
        ("IST", "https://a.example/f", "en-IN", 5.5),
        ("IST", "https://paper.example.co.il/f", "en", 2),
        ("IST", "https://a.example/f", "he", 2),
        ("IST", "https://paper.example.ie/f", "en", 1),
        ("BST", "https://paper.example.co.uk/f", "en", 1),
        ("BST", "https://paper.example.bd/f", "en", 6),
        ("AST", "https://paper.example.sa/f", "en", 3),
        ("AST", "https://paper.example.ca/f", "en", -4),
        ("EST", "https://paper.example.com.au/f", "en", 10),
        ("PST", "https://paper.example.ph/f", "en", -8 + 16),
        ("CST", "https://sold.example.io/f", "zh", 8),
    ],
)
def test_an_ambiguous_name_means_what_it_means_where_the_page_comes_from(
    name: str, url: str, language: str, hours: float
) -> None:
    at = parse_date(f"16 Nov 2026 08:05:00 {name}", NOW, SHANGHAI, place_of(url, language))
    assert at == datetime(2026, 11, 16, 8, 5, tzinfo=UTC) - timedelta(hours=hours)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("16 Nov 2026 08:05:00 IST", Place("", "en")),
        ("16 Nov 2026 08:05:00 AST", Place("", "en")),
        ("16 Nov 2026 08:05:00 QQT", Place()),
        ("Mon, 16 Nov 2026 08:05:00 XYZ", Place()),
        ("2026-11-16 08:05 当地时间", Place("", "zh")),
        ("2026-11-16 08:05 local time", Place("", "en")),
    ],
)
def test_a_zone_that_nobody_knows_leaves_the_day(text: str, place: Place) -> None:
    assert parse_date(text, NOW, SHANGHAI, place) == datetime(2026, 11, 16, tzinfo=SHANGHAI)


@pytest.mark.parametrize("word", ["by Lena Moor", "BBC News", "CNET", "MIT", "阅读 310", "A new page", "Paul"])
def test_a_word_behind_a_clock_is_no_zone(word: str) -> None:
    assert parse_date(f"2026-11-16 08:05 {word}", NOW, SHANGHAI) == datetime(2026, 11, 16, 8, 5, tzinfo=SHANGHAI)


def test_a_z_of_a_time_that_is_still_to_come_is_the_site_s_word_for_local_time() -> None:
    assert parse_date("2026-11-24T09:40:00Z", NOW, SHANGHAI) == datetime(2026, 11, 24, 9, 40, tzinfo=SHANGHAI)
    assert parse_date("Tue, 24 Nov 2026 09:40:00 GMT", NOW, SHANGHAI) == datetime(2026, 11, 24, 9, 40, tzinfo=SHANGHAI)
    assert parse_date("2026-11-24T01:40:00Z", NOW, SHANGHAI) == datetime(
        2026, 11, 24, 9, 40, tzinfo=SHANGHAI
    )  # is past, and may be true
    assert parse_date("2026-11-24T02:10:00Z", NOW, SHANGHAI) == datetime(
        2026, 11, 24, 2, 10, tzinfo=UTC
    )  # clocks differ by minutes
