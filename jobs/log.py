"""Structured logs: one line an event, control characters escaped, secrets never shown.

A terminal gets readable lines in the language of who started the program; anything else gets logfmt, whose events are names in
English. Log records of libraries pass through the same renderer.
"""

from __future__ import annotations

import logging
import os
import stat
import sys
from collections.abc import Callable, MutableMapping
from datetime import UTC, datetime, tzinfo
from functools import cache, cached_property
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawler.i18n import tr
from crawler.retold import retold
from jobs import clock
from jobs.redaction import redacted
from jobs.safe_text import escaped

if TYPE_CHECKING:
    import structlog

Event = MutableMapping[str, Any]
FILE_SIZE, FILES = 10_000_000, 5  # bytes of a log file, and how many old ones are kept
MAX_COMPLAINTS = 5_000  # kinds of them that are counted
_zone: list[tzinfo] = [UTC]  # that of the times


def _clean_values(_logger: Any, _method: str, event: Event) -> Event:
    for key, value in event.items():
        if isinstance(value, datetime):
            event[key] = _in_zone(value)
        elif isinstance(value, str) and key != "exception":
            event[key] = escaped(redacted(value))
    if "exception" in event:
        event["exception"] = redacted(str(event["exception"]))
    return event


def _stamped(_logger: Any, _method: str, event: Event) -> Event:
    event["timestamp"] = _in_zone(clock.now())
    return event


def _in_zone(moment: datetime) -> str:
    return moment.astimezone(_zone[0]).isoformat(timespec="seconds").replace("+00:00", "Z")


def _in_words(_logger: Any, _method: str, event: Event) -> Event:
    """An event and its reasons in the reader's language."""
    told = {key: retold(str(event[key])) for key in ("answer", "detail", "error", "reason") if event.get(key)}
    event.update(told, event=tr(str(event.get("event", ""))))
    return event


class Limit(logging.Filter):
    """Lets a complaint through five times a minute, then counts: a store in trouble for a night must not fill the disk as well.

    Two complaints are the same when they say the same of the same source, channel, alert and mistake.
    """

    def __init__(self, now: Callable[[], float], most: int = 5, seconds: float = 60.0) -> None:
        super().__init__()
        self._now = now
        self._most = most
        self._seconds = seconds
        self._seen: dict[tuple[str, ...], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is written."""
        if record.levelno < logging.WARNING:
            return True
        now, key = self._now(), _same(record)
        began, count = self._seen.get(key, (now, 0))
        if now - began >= self._seconds:
            self._tell(record, count - self._most)
            began, count = now, 0
        self._seen[key] = (began, count + 1)
        if len(self._seen) > MAX_COMPLAINTS:
            del self._seen[next(iter(self._seen))]
        return count < self._most

    @staticmethod
    def _tell(record: logging.LogRecord, unwritten: int) -> None:
        if unwritten > 0 and isinstance(record.msg, dict):
            record.msg["unwritten"] = unwritten


def _same(record: logging.LogRecord) -> tuple[str, ...]:
    if isinstance(record.msg, dict):
        return tuple(str(record.msg.get(key, "")) for key in ("event", "source", "channel", "alert", "url", "mistake", "warning"))
    return record.name, str(record.msg)[:200]


def use(zone: tzinfo) -> None:
    """Write times in this zone from now on."""
    _zone[0] = zone


def set_up(level: str = "INFO", *, stream: Any = None, file: Path | None = None, zone: tzinfo = UTC) -> None:
    """Send all logs to standard error, or to a file that is turned over at 10 MB, five old ones kept. Called before anything is logged."""
    stream = stream or sys.stderr
    _zone[0] = zone
    tty = file is None and bool(getattr(stream, "isatty", lambda: False)())
    handler = logging.StreamHandler(stream) if file is None else _file(file)
    handler.addFilter(Limit(clock.monotonic))
    handler.setFormatter(_Late(tty))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in "scrapy apscheduler asyncio aiohttp alembic twisted filelock py.warnings openai httpx httpx2 uvicorn python_multipart".split():
        logging.getLogger(noisy).setLevel("WARNING")


class _PrivateFile(RotatingFileHandler):
    """Each file is its owner's alone."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write; into a new file where another program, such as logrotate, has taken the old one away."""
        if self.stream is not None and not self._is_there(self.stream.fileno()):
            self.stream.close()
            self.stream = self._open()
        super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:
        """What a full disk does not take goes to standard error instead, as a line like the others."""
        if isinstance(sys.exc_info()[1], OSError):
            sys.stderr.write(self.format(record) + "\n")
        else:
            super().handleError(record)

    def _is_there(self, opened: int) -> bool:
        try:
            return os.path.samestat(os.stat(self.baseFilename), os.fstat(opened))
        except OSError:
            return False

    def _open(self) -> Any:
        opened = super()._open()
        if stat.S_ISREG(os.fstat(opened.fileno()).st_mode):  # /dev/full is everybody's
            os.fchmod(opened.fileno(), 0o600)
        return opened


def _file(path: Path) -> logging.Handler:
    return _PrivateFile(path, maxBytes=FILE_SIZE, backupCount=FILES, encoding="utf-8", errors="backslashreplace")


# ---- structlog, which takes a tenth of a second to import: a command that logs nothing does without it


class _Late(logging.Formatter):
    """Words a record by structlog, from the first one on."""

    def __init__(self, tty: bool) -> None:
        super().__init__()
        self._tty = tty

    @cached_property
    def _made(self) -> logging.Formatter:
        import structlog  # noqa: PLC0415

        logfmt = structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"], sort_keys=False)
        renderer = structlog.dev.ConsoleRenderer(pad_event_to=0, sort_keys=False) if self._tty else logfmt
        return structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *_steps()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *([_in_words] if self._tty else []),
                renderer,
            ],
        )

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        return self._made.format(record)


def _steps() -> list[Callable[..., Any]]:
    """What is done to every event, ours and those of libraries."""
    import structlog  # noqa: PLC0415

    return [structlog.stdlib.add_log_level, _stamped, structlog.processors.format_exc_info, _clean_values]


@cache
def _configure() -> None:
    import structlog  # noqa: PLC0415

    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *_steps(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


class Logger:
    """A logger by its name: ``log.info("stored", record=12, source="openai")``."""

    def __init__(self, name: str) -> None:
        self._name = name

    @cached_property
    def _made(self) -> structlog.stdlib.BoundLogger:
        import structlog  # noqa: PLC0415

        _configure()
        made: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(self._name)
        return made

    def __getattr__(self, level: str) -> Any:
        return getattr(self._made, level)


def get(name: str) -> Logger:
    """A logger of this name."""
    return Logger(name)
