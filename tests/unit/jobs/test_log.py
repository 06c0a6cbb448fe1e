"""Logs: one line an event, secrets hidden, nothing that moves a cursor."""

import ast
import errno
import io
import logging
import os
import re
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from crawler.i18n import catalogue, speaking
from jobs import log, redaction
from jobs.redaction import HIDDEN

ROOT = Path(__file__).parents[3]


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
    redaction.hide(["canary-token-1"])
    log.get("test").warning("refused", answer="https://hook/canary-token-1/x")
    logging.getLogger("library").error("GET %s failed", "https://hook/canary-token-1")
    try:
        raise ValueError("bad canary-token-1")
    except ValueError:
        log.get("test").exception("failed")
    assert "canary-token-1" not in stream.getvalue()
    assert stream.getvalue().count(HIDDEN) >= 3


def test_a_page_cannot_write_to_the_terminal(stream: io.StringIO) -> None:
    log.get("test").info("stored", title="red \x1b[31m\r\n\u202eevil")
    assert "\x1b" not in stream.getvalue()
    assert "\u202e" not in stream.getvalue()
    assert stream.getvalue().count("\n") == 1


def test_short_secrets_do_not_blank_innocent_words(stream: io.StringIO) -> None:
    redaction.hide(["a"])
    log.get("test").info("alert")
    assert "event=alert" in stream.getvalue()


def test_the_same_complaint_is_written_five_times_a_minute_then_counted() -> None:
    now = [0.0]
    limit = log.Limit(lambda: now[0])

    def complaint(**fields: str) -> logging.LogRecord:
        return logging.LogRecord("x", logging.ERROR, "", 0, {"event": "store in trouble", **fields}, (), None)  # type: ignore[arg-type]

    assert [limit.filter(complaint(channel="a")) for _ in range(8)] == [True] * 5 + [False] * 3
    assert limit.filter(complaint(channel="b"))
    assert all(limit.filter(complaint(mistake=f"config.yaml:{line}: unknown key")) for line in range(8)), "each is another"
    now[0] = 61.0
    again = complaint(channel="a")
    assert limit.filter(again)
    assert again.msg["unwritten"] == 3  # type: ignore[index]


def test_what_is_no_complaint_is_always_written() -> None:
    limit = log.Limit(lambda: 0.0)
    record = logging.LogRecord("x", logging.INFO, "", 0, {"event": "stored"}, (), None)  # type: ignore[arg-type]
    assert all(limit.filter(record) for _ in range(100))


def test_a_log_file_is_turned_over_and_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "FILE_SIZE", 2_000)
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        log.set_up(file=tmp_path / "zhixun.log")
        for number in range(300):
            log.get("test").info("stored", record=number, title="江湾" * 20)
        root.handlers[0].close()
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    files = sorted(path.name for path in tmp_path.iterdir())
    assert len(files) == 6
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 6 * 2_200
    assert (tmp_path / "zhixun.log").stat().st_mode & 0o077 == 0


def test_what_is_no_file_keeps_its_mode(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    pipe.chmod(0o666)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    handler = log._file(pipe)
    handler.close()
    os.close(reader)
    assert pipe.stat().st_mode & 0o777 == 0o666


def test_a_log_file_that_was_moved_away_is_begun_anew(tmp_path: Path) -> None:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        log.set_up(file=tmp_path / "zhixun.log")
        log.get("test").info("first")
        (tmp_path / "zhixun.log").rename(tmp_path / "zhixun.log.1")
        log.get("test").info("second")
        root.handlers[0].close()
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    assert "first" in (tmp_path / "zhixun.log.1").read_text()
    assert "second" in (tmp_path / "zhixun.log").read_text()
    assert (tmp_path / "zhixun.log").stat().st_mode & 0o077 == 0


def test_times_are_in_the_zone_that_was_asked_for(stream: io.StringIO) -> None:
    log.get("test").info("stored")
    log.use(ZoneInfo("Asia/Shanghai"))
    log.get("test").info("stored")
    log.use(UTC)
    utc, local = stream.getvalue().splitlines()
    assert re.match(r"timestamp=\S+Z ", utc)
    assert re.match(r"timestamp=\S+\+08:00 ", local)


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_is_told_in_the_readers_language_and_a_file_by_names(stream: io.StringIO) -> None:
    shown = _Terminal()
    with speaking("zh"):
        log.get("test").warning("not delivered", answer="no connection to quay.example: Connection refused")
        log.set_up(stream=shown)
        log.get("test").warning("not delivered", answer="no connection to quay.example: Connection refused")
    assert 'event="not delivered"' in stream.getvalue()
    assert "没有送达" in shown.getvalue()
    assert "连不上 quay.example" in shown.getvalue()


def test_each_event_of_the_log_stands_in_both_languages() -> None:
    files = [file for room in ("crawler", "storage", "jobs") for file in (ROOT / room).rglob("*.py")]
    nodes = (node for file in files for node in ast.walk(ast.parse(file.read_text("utf-8"))))
    calls = [node for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    told = {
        call.args[0].value
        for call in calls
        if call.func.attr in ("info", "warning", "error", "exception") and call.args and isinstance(call.args[0], ast.Constant)
    }
    assert len(told) > 50
    assert told - set(catalogue()) == set()


def test_a_full_disk_sends_the_log_to_standard_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(_handler: logging.Handler, _record: logging.LogRecord) -> bool:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("logging.handlers.RotatingFileHandler.shouldRollover", full)
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        log.set_up(file=tmp_path / "zhixun.log")
        log.get("test").info("polled", source="a")
        root.handlers[0].close()
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    assert [line.partition(" ")[2] for line in capsys.readouterr().err.splitlines()] == ["level=info event=polled source=a"]
