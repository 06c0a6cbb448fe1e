"""The block of a running Zhixun: what came, what failed and why, what was kept silently; a network that is down is one line."""

import io
import logging

from rich.console import Console

from crawler.i18n import speaking
from jobs.cli import live
from jobs.cli.live import Progress, block, lines


def progress(**values: object) -> Progress:
    known = {
        "page": None,
        "sources": 33,
        "outcomes": {},
        "links": 0,
        "read": 0,
        "alerts": 0,
        "old": 0,
        "over": 0,
        "first_poll": "newest 5",
    }
    return Progress(**(known | values))  # type: ignore[arg-type]


def test_failures_are_counted_by_reason_and_what_is_to_come_is_said() -> None:
    now = progress(
        outcomes={"ok": 10, "unchanged": 2, "timeout": 1, "blocked": 2}, links=345, read=120, alerts=5, old=88, over=12
    )
    assert lines(now) == [
        "sources   33: 12 answered, 18 later, 3 failed (blocked 2, timeout 1)",
        "articles  345 links found, 120 read",
        "alerts    5 raised, 0 sent",
        "silent    88 matches older than max_age, or undated",
        "silent    12 matches beyond a first poll's newest 5",
    ]


def test_the_page_comes_first_and_a_network_that_is_down_is_one_line() -> None:
    now = progress(page="http://127.0.0.1:8480/", outcomes={"dns": 28, "connect": 3})
    assert lines(now)[:2] == [
        "page      http://127.0.0.1:8480/",
        "network   no network here: 31 of 33 sources cannot be reached (dns 28, connect 3)",
    ]
    assert not progress(outcomes={"dns": 3, "ok": 20}).cut_off
    assert not progress().cut_off
    assert progress(sources=2, outcomes={"dns": 2}).cut_off


def test_a_channel_that_takes_nothing_is_one_line_with_the_reason_in_plain_words() -> None:
    now = progress(alerts=4, sent=2, troubles={"desk": "no connection to quay.example: Connect call failed ('10.3.4.5', 443)"})
    assert lines(now)[2:] == [
        "alerts    4 raised, 2 sent",
        "channel   desk does not take them: no connection to quay.example: nobody answers (10.3.4.5:443); they are sent again",
    ]


def test_every_line_speaks_chinese_too() -> None:
    now = progress(page="x", outcomes={"ok": 1}, old=1, over=1, resting=True, troubles={"值班群": "HTTP 503"})
    with speaking("zh"):
        said = lines(now)
    assert len(said) == 8
    assert all(any("\u4e00" <= ch <= "\u9fff" for ch in line) for line in said)


def test_without_a_terminal_nothing_is_drawn_and_logs_stay_as_they_are() -> None:
    file = io.StringIO()
    before = logging.getLogger().handlers[:]
    with block(None, Console(file=file), quiet=True):  # type: ignore[arg-type]
        assert logging.getLogger().handlers == before
    assert file.getvalue() == ""


def test_on_a_terminal_the_block_is_drawn_in_the_callers_language(monkeypatch) -> None:
    monkeypatch.setattr(live, "progress", lambda _app: progress(outcomes={"ok": 1}))
    file = io.StringIO()
    with speaking("zh"), block(None, Console(file=file, force_terminal=True, width=80), quiet=False):  # type: ignore[arg-type]
        pass
    assert "1 个已回答" in file.getvalue()
