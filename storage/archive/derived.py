"""What is worked out of articles and kept beside them, in the article's own transaction: the index of words.

Articles from before there was an index are done afterwards, the newest first, some at a time (`step`); how far that has come is one
row, so that a kill at any instant leaves it to be gone on with. What was made by another version of the program, or for days of
another zone, is made anew in the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from crawler.record import Record
from storage.archive import search_index
from storage.archive.search_index import Entry
from storage.db.mapping import record_from_row
from storage.db.models import article, backfill
from storage.db.writer import later
from storage.rules import plan
from storage.rules.match import View

LABEL = plan.VERSION
STEP = 100  # articles of one step: the writer has other work too
_STATE = "backfill"


@dataclass(frozen=True, slots=True)
class Reach:
    """How far it reaches back: to articles with an id of `below` or more. `label` is what made it, `zone` that of its days."""

    label: str
    zone: str
    below: int

    @property
    def usable(self) -> bool:
        """True when it was made by this version."""
        return self.label == LABEL


def reach(session: Session) -> Reach:
    """How far it reaches."""
    row = session.execute(select(backfill.c.label, backfill.c.zone, backfill.c.below).where(backfill.c.name == "archive")).one()
    return Reach(*row)


def left(session: Session) -> int:
    """How many articles are still to be done."""
    return session.scalar(select(func.count()).select_from(article).where(article.c.id < reach(session).below)) or 0


# ---- with each article


@dataclass(frozen=True, slots=True)
class _Change:
    """One article that comes or goes."""

    comes: bool
    entry: Entry


def put(session: Session, record: Record, tags: Sequence[str]) -> None:
    """An article was stored; `record` is as the database has it, with its id."""
    _change(session, record, tags, comes=True)


def drop(session: Session, row: Any) -> None:
    """An article as its row has it is about to change, or to go."""
    _change(session, record_from_row(row), tuple(row.tags), comes=False)


def _change(session: Session, record: Record, tags: Sequence[str], *, comes: bool) -> None:
    number, now = record.id or 0, _known_reach(session)
    if now.usable and number >= now.below:  # what is below comes in as it is by then
        later(session, _apply, _Change(comes, Entry(number, plan.tokens(View(record, tags)))))


def _known_reach(session: Session) -> Reach:
    """The same for the whole transaction; the first article of an archive says what makes it."""
    known: Reach | None = session.info.get(_STATE)
    if known is None:
        known = reach(session)
        if known.label == "":
            known = _set(session, replace(known, label=LABEL))
        session.info[_STATE] = known
    return known


def _set(session: Session, new: Reach) -> Reach:
    session.info.pop(_STATE, None)
    values = {"label": new.label, "zone": new.zone, "below": new.below}
    session.execute(update(backfill).where(backfill.c.name == "archive").values(values))
    return new


def _apply(session: Session, changes: list[_Change]) -> None:
    """All changes of a transaction: an article that changes goes as it was and comes as it is."""
    gone: dict[int, Entry] = {}
    come: dict[int, Entry] = {}
    for change in changes:
        number = change.entry.article_id
        if change.comes:
            come[number] = change.entry
        elif come.pop(number, None) is None:  # else it has come in this very transaction
            gone[number] = change.entry
    search_index.remove(session, gone.values())
    search_index.add(session, come.values())


# ---- afterwards


def settle(session: Session, zone: str) -> bool:
    """Let it be what this program makes, with days of this zone. True when that meant to begin anew."""
    now = reach(session)
    if now.label in ("", LABEL) and now.zone in ("", zone):
        if (now.label, now.zone) != (LABEL, zone):
            _set(session, replace(now, label=LABEL, zone=zone))
        return False
    restart(session, zone)
    return True


def restart(session: Session, zone: str) -> None:
    """Throw it away, and begin anew with the newest article."""
    search_index.clear(session)
    newest = session.scalar(select(func.max(article.c.id)))
    _set(session, Reach(LABEL, zone, 0 if newest is None else newest + 1))


def step(session: Session, limit: int = STEP) -> int:
    """Do up to `limit` of the articles that are left, the newest first; how many. Call it until it says 0."""
    now = reach(session)
    if not now.usable or not now.below:
        return 0
    rows = session.execute(select(article).where(article.c.id < now.below).order_by(article.c.id.desc()).limit(limit)).all()
    _set(session, replace(now, below=rows[-1].id if len(rows) == limit else 0))
    _apply(session, [_Change(True, Entry(row.id, plan.tokens(View(record_from_row(row), row.tags)))) for row in rows])
    return len(rows)
