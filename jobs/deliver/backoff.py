"""When to try again, how fast, and when to leave a channel alone. Pure: time and chance are arguments."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

FIRST = 0.5  # seconds
LONGEST = 3600.0  # seconds
MAX_ATTEMPTS = 60  # a day at least: a channel that is down over a night loses nothing
OLD = timedelta(hours=48)
MAX_ATTEMPTS_OF_OLD = 10  # enough for some minutes: a replayed dead letter, or what a stopped daemon left, has its chances too
TRIP = 5  # failures in a row until a channel is left alone
REST = 15.0  # seconds of the first rest, doubled each time …
LONGEST_REST = 600.0  # … up to this


def next_attempt(attempt: int, now: datetime, rng: random.Random, retry_after: float | None = None) -> datetime:
    """When to try again after the `attempt`-th failure (from 1).

    Chance in the second half of the pause spreads those who failed together. What the other side asks for is a floor.
    """
    ceiling = min(FIRST * 2.0 ** min(attempt, 20), LONGEST)
    pause = rng.uniform(ceiling / 2, ceiling)
    return now + timedelta(seconds=max(pause, retry_after or 0.0))


def give_up(attempts: int, age: timedelta) -> bool:
    """True when a delivery has had its chances; it then becomes a dead letter, which can be replayed."""
    return attempts > (MAX_ATTEMPTS_OF_OLD if age > OLD else MAX_ATTEMPTS)


@dataclass(slots=True)
class Bucket:
    """A token bucket: at most `rate` (4 or more) messages in any minute, None for no bound. Times are seconds of one clock.

    A quarter of the rate may go in one burst and the rest flows evenly, so burst and flow together stay within the rate. It starts
    almost empty: the process that ran before may have spent the last minute's share.
    """

    rate: float | None
    tokens: float = 1.0
    at: float = 0.0
    held_until: float = 0.0

    def wait(self, now: float) -> float:
        """Seconds until the next message may go."""
        held = max(self.held_until - now, 0.0)
        if self.rate is None:
            return held
        self._flow(now, self.rate)
        return max(held, (1.0 - self.tokens) * 60.0 / (self.rate * 3 / 4))

    def take(self, now: float) -> None:
        """Count one message."""
        if self.rate is not None:
            self._flow(now, self.rate)
            self.tokens -= 1.0

    def hold(self, until: float) -> None:
        """Let nothing go before `until`: the vendor asked for a pause."""
        self.held_until = max(self.held_until, until)

    def _flow(self, now: float, rate: float) -> None:
        burst = max(rate / 4, 1.0)
        if self.at:
            self.tokens = min(self.tokens + (now - self.at) * rate * 3 / 4 / 60.0, burst)
        self.at = now


@dataclass(frozen=True, slots=True)
class Breaker:
    """Opens after `TRIP` failures in a row, so that a dead channel costs one attempt a rest and not every message its chances."""

    failures: int = 0
    rests: int = 0
    open_until: float = 0.0

    def is_open(self, now: float) -> bool:
        """True while nothing should be sent."""
        return now < self.open_until

    @property
    def trying(self) -> bool:
        """True after a rest until the first success: send one message and see."""
        return self.rests > 0

    def succeeded(self) -> Breaker:
        """The channel answers."""
        return Breaker()

    def failed(self, now: float) -> Breaker:
        """The channel did not answer, or could not."""
        failures = self.failures + 1
        if failures < TRIP and not self.trying:
            return replace(self, failures=failures)
        return Breaker(failures, self.rests + 1, now + min(REST * 2.0**self.rests, LONGEST_REST))
