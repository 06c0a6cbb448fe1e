"""The one file that reads the clock. Everything else takes time as an argument, so tests pass a date."""

from __future__ import annotations

import time
from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Seconds since some fixed point; never goes back, for measuring durations."""
    return time.monotonic()
