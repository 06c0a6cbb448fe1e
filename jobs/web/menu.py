"""The numbers of the menu, which every page shows: asked for at most every few seconds for each reader."""

from __future__ import annotations

from datetime import datetime, timedelta

from jobs.services.readers import reading
from jobs.services.readers.reading import Counts
from jobs.web.access import Asked
from storage.db.errors import StorageError

KEPT = timedelta(seconds=5)
MOST = 100  # readers
NOTHING = Counts(0, 0, 0, 0)


class Menu:
    """What waits for each reader. While the store is in trouble, what was known last."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[datetime, Counts]] = {}

    def __call__(self, ask: Asked | None) -> Counts:
        """The numbers for the one who asks."""
        if ask is None or ask.reader is None:
            return NOTHING
        person = ask.person
        at, counts = self._known.get(person.id, (None, NOTHING))
        if at is not None and timedelta() <= ask.now - at < KEPT:
            return counts
        try:
            counts = ask.read(lambda s: reading.counts(s, person))
        except StorageError:
            pass
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[person.id] = ask.now, counts
        return counts

    def forget(self, ask: Asked) -> None:
        """Something was marked: count again."""
        self._known.pop(ask.person.id, None)
