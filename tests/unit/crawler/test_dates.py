"""Dates as sites write them. The table says what each means on Tuesday 24 November 2026, 10:00 in Shanghai."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.dates import parse_date
from crawler.zones import Place

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=SHANGHAI)

# text → local time in Shanghai; None: not a date, ambiguous, or absurd
TABLE = """
2019年08月20日 15:33                     | 2019-08-20 15:33
来源：某报 | 2019年08月20日 15:33        | 2019-08-20 15:33
２０１９年０８月２０日　１５：３３       | 2019-08-20 15:33
2026 年 3 月 5 日                        | 2026-03-05 00:00
2019年8月20日 上午 9:05                  | 2019-08-20 09:05
2019年8月20日 下午 3:05                  | 2019-08-20 15:05
2019年8月20日晚上8点                     | 2019-08-20 20:00
2019年8月20日凌晨12:10                   | 2019-08-20 00:10
2019-08-20 24:00                          | 2019-08-21 00:00
2019年8月20日 15时33分20秒               | 2019-08-20 15:33:20
星期二 2019-08-20 (周二) 15:33           | 2019-08-20 15:33
2019-08-20T07:33:00Z                     | 2019-08-20 15:33
2019-08-20T07:33:00.123456+00:00         | 2019-08-20 15:33
2019-08-20T15:33+08:00[Asia/Shanghai]    | 2019-08-20 15:33
2019-08-20 15:33:12                      | 2019-08-20 15:33:12
2019-08-20 15:33:12.5                    | 2019-08-20 15:33:12
2019/8/2 5:03                            | 2019-08-02 05:03
2026.09.24                               | 2026-09-24 00:00
20190820                                 | 2019-08-20 00:00
20190820153312                           | 2019-08-20 15:33:12
20190820T073300Z                         | 2019-08-20 15:33
Tue, 20 Aug 2019 07:33:00 GMT            | 2019-08-20 15:33
Tue, 20 Aug 2019 07:33:00 +0800          | 2019-08-20 07:33
20 Aug 19 07:33:00 EST                   | 2019-08-20 20:33
Aug 20, 2019, 3:33 PM EST                | 2019-08-21 04:33
Aug 20, 2019, 3:33 PM EDT                | 2019-08-21 03:33
Sept. 5, 2019 at 11:02 a.m. ET           | 2019-09-05 23:02
August 20, 2019 12:05 PM PDT             | 2019-08-21 03:05
3:33 PM EST, Aug 20, 2019                | 2019-08-21 04:33
1 June 2026 12:00 BST                    | 2026-06-01 19:00
August 20th, 2019                        | 2019-08-20 00:00
20 August 2019                           | 2019-08-20 00:00
Published: Nov 21, 2026                  | 2026-11-21 00:00
Tue Aug 20 15:33:00 +0800 2019           | 2019-08-20 15:33
Tue Aug 20 15:33:00 2019                 | 2019-08-20 15:33
Tue Aug 20 15:33:00 CST 2019             | 2019-08-20 15:33
1566286380                               | 2019-08-20 15:33
1566286380000                            | 2019-08-20 15:33
var ct=1566286380                        | 2019-08-20 15:33
刚刚                                     | 2026-11-24 10:00
3 分钟前                                 | 2026-11-24 09:57
半小时前                                 | 2026-11-24 09:30
2小时前                                  | 2026-11-24 08:00
两天前                                   | 2026-11-22 10:00
1周前                                    | 2026-11-17 10:00
just now                                 | 2026-11-24 10:00
an hour ago                              | 2026-11-24 09:00
5h ago                                   | 2026-11-24 05:00
Updated 2 hours ago                      | 2026-11-24 08:00
3 days ago                               | 2026-11-21 10:00
今天 08:20                               | 2026-11-24 08:20
昨天 12:00                               | 2026-11-23 12:00
昨天下午3点20分                          | 2026-11-23 15:20
前天                                     | 2026-11-22 00:00
yesterday                                | 2026-11-23 00:00
10-08 12:00                              | 2026-10-08 12:00
12-08 12:00                              | 2025-12-08 12:00
[10月08日12:00]                          | 2026-10-08 12:00
11-25                                    | 2026-11-25 00:00
11/20                                    | 2026-11-20 00:00
Aug 20                                   | 2026-08-20 00:00
20 Dec                                   | 2025-12-20 00:00
02-29                                    | 2024-02-29 00:00
08/20/2019                               | 2019-08-20 00:00
20/08/2019                               | 2019-08-20 00:00
20.08.2019                               | 2019-08-20 00:00
09:20                                    | 2026-11-24 09:20
23:50                                    | 2026-11-23 23:50
2026-11-25 09:00                         | 2026-11-25 09:00
2026-11-25 11:00                         | None
08/11/2019                               | None
19 de octubre de 2025, 05:30             | 2025-10-19 05:30
19 octobre 2025 à 05h30                  | 2025-10-19 05:30
1er août 2025 à 17 h 30                  | 2025-08-01 17:30
19. Okt. 2025 um 05:30 Uhr               | 2025-10-19 05:30
4 Marzo 2026 alle 05:30                  | 2026-03-04 05:30
4 de março de 2026 às 05h30              | 2026-03-04 05:30
4. mars 2026 kl. 05.30                   | 2026-03-04 05:30
19 października 2025, 05:30              | 2025-10-19 05:30
19 Ekim 2025 05:30                       | 2025-10-19 05:30
19 provinces 2025                        | None
2019-02-31                               | None
2027-01-01                               | None
1970-01-01 08:00:00                      | None
0                                        | None
1994-12-31                               | None
hello                                    | None
version 2.10.3                           | None
1.5 billion                              | None
Q1 2026                                  | None
May 2026                                 | None
""".strip().splitlines()
ROWS = [tuple(part.strip() for part in row.rsplit("|", 1)) for row in TABLE]


@pytest.mark.parametrize(("text", "meant"), ROWS, ids=[text for text, _ in ROWS])
def test_a_date_means_what_a_reader_takes_it_for(text: str, meant: str) -> None:
    expected = None if meant == "None" else datetime.fromisoformat(meant).replace(tzinfo=SHANGHAI)
    assert parse_date(text, NOW, SHANGHAI) == expected


def test_cst_is_chinese_in_chinese_and_american_elsewhere() -> None:
    assert parse_date("2019-08-20 15:33 CST", NOW, SHANGHAI) == datetime(2019, 8, 20, 7, 33, tzinfo=UTC)
    assert parse_date("2019-08-20 15:33 CST", NOW, NEW_YORK) == datetime(2019, 8, 20, 21, 33, tzinfo=UTC)
    assert parse_date("时间：2019-08-20 15:33 CST", NOW, NEW_YORK) == datetime(2019, 8, 20, 7, 33, tzinfo=UTC)


@pytest.mark.parametrize(
    ("country", "language", "month"),
    [("", "pt", 3), ("", "de", 3), ("gb", "en", 3), ("us", "en", None), ("", "en", None), ("", "", None)],
)
def test_where_a_page_comes_from_says_which_of_two_numbers_is_the_day(country: str, language: str, month: int | None) -> None:
    found = parse_date("04/03/2026 05h30", NOW, SHANGHAI, Place(country, language))
    assert found == (month and datetime(2026, month, 4, 5, 30, tzinfo=SHANGHAI))


def test_a_date_without_a_zone_is_in_the_source_s_zone() -> None:
    assert parse_date("Jul 1, 2026 08:00", NOW, NEW_YORK) == datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
    assert parse_date("Jan 1, 2026 08:00", NOW, NEW_YORK) == datetime(2026, 1, 1, 13, 0, tzinfo=UTC)


def test_only_the_beginning_of_a_long_text_is_read() -> None:
    assert parse_date("x" * 60 + " 2019-08-20", NOW, SHANGHAI) is None
    assert parse_date("2019-08-20 " + "1-" * 500_000, NOW, SHANGHAI) == datetime(2019, 8, 20, tzinfo=SHANGHAI)


date_like = st.text(alphabet="0123456789-/.:年月日时分 TZ+apmAugtEST前小昨天ct=\u3000，", max_size=80)


@given(st.one_of(st.text(max_size=80), date_like))
def test_it_never_raises_and_answers_with_an_aware_time_in_bounds(text: str) -> None:
    found = parse_date(text, NOW, SHANGHAI)
    assert found is None or (found.utcoffset() is not None and found.year >= 1995 and found <= NOW + timedelta(days=1))


@given(
    st.integers(789_000_000, 1_795_485_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    st.integers(-11, 13).map(lambda hours: timezone(timedelta(hours=hours))),
    st.sampled_from(["%Y-%m-%dT%H:%M:%S%z", "%a, %d %b %Y %H:%M:%S %z", "%Y年%m月%d日 %H:%M:%S %z", "%b %d, %Y %I:%M:%S %p %z"]),
)
def test_what_is_written_with_a_zone_is_read_back(when: datetime, zone: timezone, form: str) -> None:
    at = when.astimezone(zone)
    assert parse_date(at.strftime(form), NOW, SHANGHAI) == (at if at.year >= 1995 else None)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("民國115年3月2日", "2026-03-02T00:00"),
        ("中華民國一百一十五年三月二日 下午4時20分", "2026-03-02T16:20"),
        ("令和8年3月2日(月) 午後4時20分", "2026-03-02T16:20"),
        ("平成31年4月30日", "2019-04-30T00:00"),
        ("2026. 3. 2. 오후 4:20", "2026-03-02T16:20"),
        ("2026년 3월 2일 오전 9시 5분", "2026-03-02T09:05"),
        ("3시간 전", "2026-03-09T09:00"),
        ("2일 전", "2026-03-07T12:00"),
        ("3時間前", "2026-03-09T09:00"),
        ("어제 18:30", "2026-03-08T18:30"),
        ("去年12月3日", "2025-12-03T00:00"),
        ("周一, 02 3月 2026 16:20:00 +0800", "2026-03-02T16:20"),
        ("2 三月 2026 16:20", "2026-03-02T16:20"),
        ("2026年3月2日 上午12:15", "2026-03-02T00:15"),
        ("Mon, 02 Mar 2026 23:59:60 +0800", "2026-03-03T00:00"),
    ],
)
def test_years_of_other_calendars_and_words_of_neighbours_are_understood(text: str, at: str) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    assert parse_date(text, datetime(2026, 3, 9, 12, tzinfo=zone), zone) == datetime.fromisoformat(at).replace(tzinfo=zone)
