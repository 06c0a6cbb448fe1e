"""Structured logs: one line an event, control characters escaped, secrets never shown.

A terminal gets readable lines; anything else gets logfmt. Log records of libraries pass through the same renderer.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterable, MutableMapping
from typing import Any

import structlog

Event = MutableMapping[str, Any]
HIDDEN = "***"
_SECRETS: set[str] = set()


def hide(secrets: Iterable[str]) -> None:
    """From now on these strings are shown as ``***``, in every log line, tracebacks included."""
    _SECRETS.update(secret for secret in secrets if len(secret) >= 4)  # a shorter one would blank innocent words


def redacted(text: str) -> str:
    """The text without any known secret."""
    for secret in sorted(_SECRETS, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text


def printable(text: str) -> str:
    """The text on one line, with control characters and bidirectional overrides escaped: pages write to our log too."""
    return "".join(ch if ch.isprintable() else ch.encode("unicode_escape").decode("ascii") for ch in text)


def _clean_values(_logger: Any, _method: str, event: Event) -> Event:
    for key, value in event.items():
        if isinstance(value, str) and key != "exception":
            event[key] = printable(redacted(value))
    if "exception" in event:
        event["exception"] = redacted(str(event["exception"]))
    return event


def _drop_internals(_logger: Any, _method: str, event: Event) -> Event:
    for key in ("_record", "_from_structlog"):
        event.pop(key, None)
    return event


def set_up(level: str = "INFO", *, stream: Any = None) -> None:
    """Send all logs to standard error. Called once, before anything is logged."""
    stream = stream or sys.stderr
    shared: list[Callable[..., Any]] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="%Y-%m-%dT%H:%M:%SZ", utc=True),
        structlog.processors.format_exc_info,
        _clean_values,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    tty = bool(getattr(stream, "isatty", lambda: False)())
    logfmt = structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"], sort_keys=False)
    renderer = structlog.dev.ConsoleRenderer(pad_event_to=0, sort_keys=False) if tty else logfmt
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared], processors=[_drop_internals, renderer]
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("scrapy", "apscheduler", "asyncio", "aiohttp", "alembic", "twisted", "filelock", "py.warnings"):
        logging.getLogger(noisy).setLevel("WARNING")


def get(name: str) -> structlog.stdlib.BoundLogger:
    """A logger: ``log.info("stored", record=12, source="openai")``."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger
