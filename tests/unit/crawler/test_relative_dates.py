"""Dates told from now are understood whole or not at all. Now is Tuesday 24 November 2026, 10:00 in Shanghai."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.dates import parse_date
from crawler.relative_dates import in_digits

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=SHANGHAI)

TABLE = """
四小时前                         | 2026-11-24 06:00
十二分钟前                       | 2026-11-24 09:48
二十五天前                       | 2026-10-30 10:00
一个半小时前                     | 2026-11-24 08:30
两天半前                         | 2026-11-21 22:00
半个小时前                       | 2026-11-24 09:30
一刻钟前                         | 2026-11-24 09:45
2小时15分钟前                    | 2026-11-24 07:45
1天零3小时前                     | 2026-11-23 07:00
三個小時前                       | 2026-11-24 07:00
剛剛                             | 2026-11-24 10:00
发布于 5 小时之前                | 2026-11-24 05:00
1 day, 4 hours ago               | 2026-11-23 06:00
1 hour and 20 minutes ago        | 2026-11-24 08:40
1h 20m ago                       | 2026-11-24 08:40
half an hour ago                 | 2026-11-24 09:30
an hour and a half ago           | 2026-11-24 08:30
three weeks ago                  | 2026-11-03 10:00
Posted about 6 hrs. ago          | 2026-11-24 04:00
a couple of days ago             | 2026-11-22 10:00
大前天 21:00                     | 2026-11-21 21:00
前晚9点                          | 2026-11-22 21:00
昨晚 11:20                       | 2026-11-23 23:20
昨夜十二点                       | 2026-11-24 00:00
昨日下午四点半                   | 2026-11-23 16:30
今早七点一刻                     | 2026-11-24 07:15
今天中午1点                      | 2026-11-24 13:00
yesterday at 9:10 pm             | 2026-11-23 21:10
the day before yesterday, 8:00   | 2026-11-22 08:00
周五 16:40                       | 2026-11-20 16:40
周二 08:00                       | 2026-11-24 08:00
周二 23:00                       | 2026-11-17 23:00
星期日                           | 2026-11-22 00:00
週一 09:15                       | 2026-11-23 09:15
上周二 09:15                     | 2026-11-17 09:15
上上周四 20:30                   | 2026-11-12 20:30
本周一 7:30                      | 2026-11-23 07:30
发布于周六 18:00                 | 2026-11-21 18:00
Saturday, 6:15 PM                | 2026-11-21 18:15
last Tuesday                     | 2026-11-17 00:00
last Sunday at 3 pm              | 2026-11-22 15:00
Posted on Monday 08:20           | 2026-11-23 08:20
二〇二六年十月九日 十四点零五分  | 2026-10-09 14:05
2026-11-20 08:00（4天前）        | 2026-11-20 08:00
十几分钟前                       | None
数小时前                         | None
几十分钟前                       | None
1-2小时前                        | None
3小时5小时前                     | None
日前                             | None
twenty-five minutes ago          | None
5-10 minutes ago                 | None
3 working days ago               | None
2 1/2 hours ago                  | None
last night                       | None
last month                       | None
明天 08:00                       | None
后天                             | None
下周三 10:00                     | None
本周五 10:00                     | None
tomorrow at 9:00                 | None
next Friday                      | None
周三公布 10:20                   | None
周末 10:20                       | None
记者周四从会上获悉               | None
会议 10:20                       | None
今日头条 10:20                   | None
昨晚1点                          | 2026-11-23 00:00
""".strip().splitlines()
ROWS = [tuple(part.strip() for part in row.rsplit("|", 1)) for row in TABLE]


@pytest.mark.parametrize(("text", "meant"), ROWS, ids=[text for text, _ in ROWS])
def test_a_phrase_is_understood_whole_or_not_at_all(text: str, meant: str) -> None:
    expected = None if meant == "None" else datetime.fromisoformat(meant).replace(tzinfo=SHANGHAI)
    assert parse_date(text, NOW, SHANGHAI) == expected


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("三十二分", "32分"),
        ("一百零五天", "105天"),
        ("二〇二六年", "2026年"),
        ("星期三", "星期三"),
        ("周五", "周五"),
        ("两点", "2点"),
    ],
)
def test_han_numerals_before_a_unit_are_digits(written: str, meant: str) -> None:
    assert in_digits(written) == meant


phrases = st.lists(
    st.sampled_from(
        "1 2 30 三 十 半 个 小时 分钟 天 前 之前 周 三 昨 大 晚 点 ago hours a an and , 10:20 last Friday PST".split()
    ),
    max_size=9,
)


@given(phrases.map(" ".join) | phrases.map("".join))
def test_no_phrase_is_taken_for_a_time_still_to_come_by_more_than_a_day(text: str) -> None:
    found = parse_date(text, NOW, SHANGHAI)
    assert found is None or (found - NOW).days < 1
