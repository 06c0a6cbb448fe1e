"""Logs: one line an event, secrets hidden, nothing that moves a cursor."""

import io
import logging
from collections.abc import Iterator

import pytest

from jobs import log


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    out = io.StringIO()
    log.set_up(stream=out)
    yield out
    root.handlers[:], root.level = before[0], before[1]


def test_an_event_is_one_line_of_logfmt(stream: io.StringIO) -> None:
    log.get("test").info("stored", record=7, title="大模型 发布")
    line = stream.getvalue()
    assert line.count("\n") == 1
    assert 'level=info event=stored record=7 title="大模型 发布"' in line


def test_a_secret_is_never_shown(stream: io.StringIO) -> None:
    log.hide(["canary-token-1"])
    log.get("test").warning("refused", answer="https://hook/canary-token-1/x")
    logging.getLogger("library").error("GET %s failed", "https://hook/canary-token-1")
    try:
        raise ValueError("bad canary-token-1")
    except ValueError:
        log.get("test").exception("failed")
    assert "canary-token-1" not in stream.getvalue()
    assert stream.getvalue().count(log.HIDDEN) >= 3


def test_a_page_cannot_write_to_the_terminal(stream: io.StringIO) -> None:
    log.get("test").info("stored", title="red \x1b[31m\r\n\u202eevil")
    assert "\x1b" not in stream.getvalue()
    assert "\u202e" not in stream.getvalue()
    assert stream.getvalue().count("\n") == 1


def test_short_secrets_do_not_blank_innocent_words(stream: io.StringIO) -> None:
    log.hide(["a"])
    log.get("test").info("alert")
    assert "event=alert" in stream.getvalue()
