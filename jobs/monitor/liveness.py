"""Is each part of the daemon alive, and is the store? Decides from ticks and times; the daemon asks, logs and tells.

A loop that has not ticked for three times its interval is late: /healthz fails and the supervisor's watchdog is not fed, so a
daemon that hangs is started again. A store in trouble is no hang: the crawl rests, a probe goes on, and it resumes by itself.
"""

from __future__ import annotations

import faulthandler
import os
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from storage.db.errors import StorageError
from storage.db.pulse import STOPPED, Beat

GRACE = 3  # intervals until a loop counts as late
HANGS = 120  # seconds without a sign of the event loop until the process ends itself
ENDS = 60  # seconds that an end in order may take; systemd's patience is 90
EXIT_HUNG = 70  # EX_SOFTWARE, sysexits.h
STALE = timedelta(seconds=60)  # the daemon beats every five seconds


def is_alive(beat: Beat | None, now: datetime) -> bool:
    """Whether a daemon with this last sign of life runs."""
    return beat is not None and now - beat.at < STALE and beat.detail != STOPPED


@dataclass
class Pulse:
    """The last tick of each loop. `every` is each loop's longest pause in seconds; times are those of a clock that never goes back."""

    every: Mapping[str, float]
    last: dict[str, float] = field(default_factory=dict)

    def tick(self, name: str, now: float) -> None:
        """This loop lives."""
        self.last[name] = now

    def late(self, now: float) -> dict[str, float]:
        """The loops that should have ticked, and for how many seconds they have not. A loop that has not begun is not late."""
        silent = {name: now - at for name, at in self.last.items()}
        return {name: seconds for name, seconds in silent.items() if seconds > GRACE * self.every[name]}


@dataclass
class StoreHealth:
    """What is the matter with the store. Each episode is told once, and so is its end."""

    trouble: StorageError | None = None
    since: float = 0.0
    episodes: int = 0

    @property
    def state(self) -> str:
        """``ok``, or what it is: ``degraded: disk full``."""
        if self.trouble is None:
            return "ok"
        return f"degraded: {_NAMES.get(type(self.trouble).__name__, 'store')}"

    def failed(self, error: StorageError, now: float) -> bool:
        """The store could not do something. True if that is news."""
        first = self.trouble is None
        self.trouble = error
        if first:
            self.since = now
            self.episodes += 1
        return first

    def works(self, now: float) -> float | None:
        """The store did something. The seconds that the trouble took, if there was one."""
        if self.trouble is None:
            return None
        self.trouble = None
        return now - self.since


_NAMES = {"DiskFull": "disk full", "Busy": "database locked", "Unreachable": "database out of reach"}


class LastResort(threading.Thread):
    """Ends the process when the event loop has stood still for two minutes, or an end in order takes longer than one: dumps all stacks,
    then exits, and is started again.

    It counts its own seconds, not the clock's: after a suspend, or a SIGSTOP, both it and the loop have stood still.
    """

    def __init__(self, patience: int = HANGS, end: Callable[[int], object] = os._exit, second: float = 1.0) -> None:
        super().__init__(name="last-resort", daemon=True)
        self._patience = patience
        self._end = end
        self._second = second
        self._alive = threading.Event()
        self._ending = False
        self._over = threading.Event()

    def feed(self) -> None:
        """The loop lives. Called from the loop."""
        self._alive.set()

    def ending(self, patience: int = ENDS) -> None:
        """The daemon ends in order: from now on the seconds until it has ended count, whether the loop lives or not."""
        self._patience, self._ending = patience, True

    def stop(self) -> None:
        """The daemon has ended."""
        self._over.set()

    def run(self) -> None:
        """Count seconds without a sign."""
        silent, was_ending = 0, False
        while not self._over.wait(self._second):
            if self._ending and not was_ending:
                silent, was_ending = 0, True
            silent = 0 if self._alive.is_set() and not was_ending else silent + 1
            self._alive.clear()
            if silent >= self._patience:
                what = "the end has taken" if was_ending else "the event loop has stood still for"
                sys.stderr.write(f"{what} {silent} seconds; ending\n")
                faulthandler.dump_traceback(all_threads=True)
                self._end(EXIT_HUNG)
                return
