"""The numbers of the menu, which every page shows: asked for at most every few seconds, whoever reads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from jobs.services import today
from jobs.web.access import Parts
from storage.db.errors import StorageError

KEPT = timedelta(seconds=5)


class Counts:
    """Sources in trouble and deliveries that failed for good. While the store is in trouble, the last that were known."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._asked: datetime | None = None
        self._known: Mapping[str, int] = {}

    def __call__(self) -> Mapping[str, int]:
        """By the name of the screen."""
        now = self._parts.now()
        if self._asked is None or not timedelta() <= now - self._asked < KEPT:
            self._asked = now
            try:
                self._known = self._parts.db.ask(today.troubles)
            except StorageError:
                pass
        return self._known
