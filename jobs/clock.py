"""The one file that reads the clock. Everything else takes time as an argument, so tests pass a date."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Seconds since some fixed point; never goes back, for measuring durations."""
    return time.monotonic()


class SteadyClock:
    """The wall clock as a running program sees it: it goes on evenly, even when somebody sets the machine's clock.

    Whoever runs the program asks now and then by how much it `was_set`, brings what was planned by the old time in line, and lets it
    `follow`. So nothing is ever late, expired or due again because a clock jumped.
    """

    def __init__(self) -> None:
        self.anchor = (now(), monotonic())  # one value: other threads ask, too
        self._told: tuple[datetime, float] | None = None

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        wall, at = self.anchor
        return wall + timedelta(seconds=monotonic() - at)

    def was_set(self) -> timedelta:
        """How far the machine's clock is ahead of this one; negative when it was set back."""
        return self._wall() - self.now()

    def told(self, moment: datetime, at: float) -> None:
        """Those whom we work with say that it is `moment`; they said so when `monotonic` showed `at`. From now on that is the wall clock."""
        self._told = moment, at

    def _wall(self) -> datetime:
        return now() if self._told is None else self._told[0] + timedelta(seconds=monotonic() - self._told[1])

    def follow(self) -> None:
        """Show the wall clock's time from now on."""
        self.anchor = (self._wall(), monotonic())
