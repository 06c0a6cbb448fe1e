"""Gives articles from before what a newer version keeps beside them: the words they are found by, companies, mentions.

Each step is one transaction and the rows say how far it has come, so it may be ended at any instant and goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from crawler.plugins import family
from crawler.record import Record
from crawler.url import link_key
from jobs import log
from storage.archive import derived, indexed, rewriting, search_index
from storage.db.database import Database
from storage.queue import known_links

TELL_EVERY = 50  # steps between two lines of the log

_log = log.get("backfill")


def _with_companies(record: Record) -> Record:
    """The record with its companies. What reads texts is loaded when there is one to read: a daemon leaves that to its children."""
    read: Record = family("crawler.analyzers", "add")["companies"].add(record)
    return read


class Backfill:
    """The work of a daemon, a step at a time beside everything else. `done` when there is no more."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._steps = 0
        self.done = False

    def step(self) -> None:
        """One step, in whatever thread this is called."""
        if self.done:
            return
        count = derived.advance(self._db, _with_companies)
        self._steps += 1
        self.done = count == 0 and not self._db.read(indexed.left)
        if self.done and self._steps > 1:
            _log.info("all articles can be found by the index")
        elif self._steps % TELL_EVERY == 0:
            _log.info("the index is made", left=self._db.read(indexed.left))


def settle(db: Database, zone: ZoneInfo) -> None:
    """Begin anew where another version made it, or the days are those of another zone."""
    if db.write_now(lambda s: derived.settle(s, zone.key)):
        _log.warning("the index of words is made anew: searches take longer until it is done")


def in_steps(db: Database, work: Callable[[Session], int], stopped: Callable[[], bool] = lambda: False) -> None:
    """Do it until there is nothing left; the writer has other work between two steps."""
    while not stopped() and db.write_now(work):
        pass


def shorten(db: Database, now: datetime, stopped: Callable[[], bool] = lambda: False) -> None:
    """Let the links that were read be known by short rows."""
    in_steps(db, lambda s: known_links.take(s, link_key, now), stopped)


def vacuum(db: Database, now: datetime) -> None:
    """Write rows of older versions as this one does, join the parts of the index, and give unused space back."""
    shorten(db, now)
    first: int | None = 0
    while first is not None:
        first = db.write_now(partial(rewriting.rewrite, first=first))
    db.write_now(search_index.merge)
    db.vacuum()


def whole(db: Database, now: datetime, progress: Callable[[int], None]) -> int:
    """All of it, now; how many articles."""
    shorten(db, now)
    done = 0
    while count := derived.advance(db, _with_companies):
        done += count
        progress(count)
    return done
