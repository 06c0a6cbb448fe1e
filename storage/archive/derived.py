"""What is worked out of articles and kept beside them, in the article's own transaction: the index of words, mentions of concepts.

Articles from before there was an index are done afterwards, the newest first, some at a time (`step`); how far that has come is one
row, so that a kill at any instant leaves it to be gone on with. What was made by another version of the program, or for days of
another zone, is made anew in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from crawler.record import Record
from storage.archive import concepts, search_index
from storage.archive.concepts import Mentions
from storage.archive.search_index import Entry
from storage.db.mapping import record_from_row, record_to_row
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
    """One article that comes, or goes: then without mentions."""

    entry: Entry
    mentions: Mentions | None


def put(session: Session, record: Record, tags: Sequence[str], shown_at: datetime) -> None:
    """An article was stored; `record` is as the database has it, with its id and story."""
    if now := _reaches(session, record.id):
        later(session, _apply, _coming(record, tags, shown_at, now.zone))


def drop(session: Session, *rows: Any) -> None:
    """Articles as their rows have them are about to change, or to go."""
    known = [row for row in rows if _reaches(session, row.id)]
    concepts.remove(session, [row.id for row in known])  # now: they go with their article, and would not be counted
    for row in known:
        later(session, _apply, _Change(_entry(record_from_row(row), row.tags), None))


def move(session: Session, article_ids: Collection[int], story: int) -> None:
    """These articles were given to another story."""
    concepts.move(session, article_ids, story)


def _reaches(session: Session, number: int | None) -> Reach | None:
    """The reach, if the article is in it: what is below comes in as it is by then."""
    now = _known_reach(session)
    return now if now.usable and (number or 0) >= now.below else None


def _coming(record: Record, tags: Sequence[str], shown_at: datetime, zone: str) -> _Change:
    day = concepts.day_of(shown_at, ZoneInfo(zone or "UTC"))
    number = record.id or 0
    return _Change(_entry(record, tags), Mentions(number, record.story or number, day, concepts.mentioned(record)))


def _entry(record: Record, tags: Sequence[str]) -> Entry:
    return Entry(record.id or 0, plan.tokens(View(record, tags)))


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
    come: dict[int, tuple[Entry, Mentions]] = {}
    for entry, mentions in ((change.entry, change.mentions) for change in changes):
        if mentions is not None:
            come[entry.article_id] = entry, mentions
        elif come.pop(entry.article_id, None) is None:  # else it has come in this very transaction
            gone[entry.article_id] = entry
    search_index.remove(session, gone.values())
    search_index.add(session, (entry for entry, _ in come.values()))
    concepts.add(session, [mentions for _, mentions in come.values()])


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
    concepts.clear(session)
    newest = session.scalar(select(func.max(article.c.id)))
    _set(session, Reach(LABEL, zone, 0 if newest is None else newest + 1))


def step(session: Session, limit: int = STEP, fill: Callable[[Record], Record] = lambda record: record) -> int:
    """Do up to `limit` of the articles that are left, the newest first; how many. Call it until it says 0.

    `fill` gives a record what an older version has not looked for.
    """
    now = reach(session)
    if not now.usable or not now.below:
        return 0
    rows = session.execute(select(article).where(article.c.id < now.below).order_by(article.c.id.desc()).limit(limit)).all()
    _set(session, replace(now, below=rows[-1].id if len(rows) == limit else 0))
    _apply(session, [_again(session, row, fill, now.zone) for row in rows])
    return len(rows)


def _again(session: Session, row: Any, fill: Callable[[Record], Record], zone: str) -> _Change:
    record = record_from_row(row)
    if row.companies is None and (filled := fill(record)) is not record:
        record = filled
        new = record_to_row(record)
        values = {"companies": new["companies"], "facts": new["facts"]}
        session.execute(update(article).where(article.c.id == row.id).values(values))
    return _coming(record, row.tags, row.shown_at, zone)
