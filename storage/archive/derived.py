"""What is worked out of articles and kept beside them, in the article's own transaction: the index of words, mentions of concepts.

Articles from before there was an index are done afterwards, the newest first, some at a time (`advance`); how far that has come is one
row, so that a kill at any instant leaves it to be gone on with. What was made by another version of the program, or for days of
another zone, is made anew in the same way.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from crawler.record import Record
from storage.archive import concepts, indexed, search_index
from storage.archive.concepts import Mentions
from storage.archive.indexed import Reach, reach
from storage.archive.mentioned import mentioned
from storage.archive.prepared import Prepared
from storage.archive.search_index import Entry
from storage.db.database import Database
from storage.db.failpoints import failpoint
from storage.db.mapping import record_from_row, record_to_row
from storage.db.models import article, backfill
from storage.db.writer import later
from storage.rules import plan
from storage.rules.match import View
from storage.rules.outline import outline

STEP = 100  # articles of one step: the writer has other work too
_STATE = "backfill"


# ---- with each article


@dataclass(frozen=True, slots=True)
class _Change:
    """One article that comes, or goes: then without mentions."""

    entry: Entry
    mentions: Mentions | None


def put(session: Session, record: Record, tags: Sequence[str], shown_at: datetime) -> None:
    """An article was given other fields; `record` is as the database has it, with its id and story."""
    if now := _reaches(session, record.id):
        later(session, _apply, _coming(record, tags, shown_at, now.zone))


def put_prepared(session: Session, number: int, story: int, made: Prepared, *, tags: Sequence[str], shown_at: datetime) -> None:
    """An article was stored, under this number and story."""
    if now := _reaches(session, number):
        mentions = Mentions(number, story, concepts.day_of(shown_at, _zone(now.zone)), made.mentioned)
        later(session, _apply, _Change(Entry(number, plan.with_tags(made.tokens, tags), made.outline), mentions))


def drop(session: Session, *rows: Any) -> None:
    """Articles as their rows have them are about to change, or to go."""
    known = [row for row in rows if _reaches(session, row.id)]
    concepts.remove(session, [row.id for row in known])  # now: they go with their article, and would not be counted
    for row in known:
        later(session, _apply, _Change(_entry(record_from_row(row), row.tags), None))


def outlines(session: Session, ids: Sequence[int]) -> dict[int, bytes]:
    """Those of these articles that have one that this version made."""
    return search_index.outlines(session, ids) if ids and _known_reach(session).usable else {}


def _reaches(session: Session, number: int | None) -> Reach | None:
    """The reach, if the article is in it: what is below comes in as it is by then."""
    now = _known_reach(session)
    return now if now.usable and (number or 0) >= now.below else None


def _coming(record: Record, tags: Sequence[str], shown_at: datetime, zone: str) -> _Change:
    day = concepts.day_of(shown_at, _zone(zone))
    number = record.id or 0
    return _Change(_entry(record, tags), Mentions(number, record.story or number, day, mentioned(record)))


def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name or "UTC")


def _entry(record: Record, tags: Sequence[str]) -> Entry:
    view = View(record, tags)
    return Entry(record.id or 0, plan.tokens(view), outline(view))


def _known_reach(session: Session) -> Reach:
    """The same for the whole transaction; the first article of an archive says what makes it."""
    known: Reach | None = session.info.get(_STATE)
    if known is None:
        known = reach(session)
        if known.label == "":
            known = _set(session, replace(known, label=indexed.LABEL))
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
    search_index.add(session, [entry for entry, _ in come.values()])
    concepts.add(session, [mentions for _, mentions in come.values()])


# ---- afterwards


def settle(session: Session, zone: str) -> bool:
    """Let it be what this program makes, with days of this zone. True when that meant to begin anew."""
    now = reach(session)
    if now.label == "":  # nothing is made yet
        _set(session, replace(now, label=indexed.LABEL, zone=zone))
        return False
    if (now.label, now.zone or "UTC") == (indexed.LABEL, zone):
        return False
    restart(session, zone)
    return True


def restart(session: Session, zone: str) -> None:
    """Throw it away, and begin anew with the newest article."""
    search_index.clear(session)
    concepts.clear(session)
    newest = session.scalar(select(func.max(article.c.id)))
    _set(session, Reach(indexed.LABEL, zone, 0 if newest is None else newest + 1))


def advance(db: Database, fill: Callable[[Record], Record] = lambda record: record, limit: int = STEP) -> int:
    """Do up to `limit` of the articles that are left, the newest first; how many. Call it until it says 0.

    `fill` gives a record what an older version has not looked for. The work is done in this thread; the writer only writes it.
    """
    now, rows = db.read(lambda s: _next(s, limit))
    if not rows:
        return 0
    below = rows[-1].id if len(rows) == limit else 0
    made = {row.id: (_mark(row), _worked_out(row, fill, now.zone)) for row in rows}
    return db.write_now(lambda s: _keep(s, now, below, made, fill))


def _next(session: Session, limit: int) -> tuple[Reach, Sequence[Any]]:
    now = reach(session)
    query = select(article).where(article.c.id < now.below).order_by(article.c.id.desc()).limit(limit)
    return now, session.execute(query).all() if now.usable and now.below else ()


def _worked_out(row: Any, fill: Callable[[Record], Record], zone: str) -> tuple[Record | None, _Change]:
    """The record, if it was filled, and what follows from it."""
    old = record_from_row(row)
    new = fill(old) if row.companies is None else old
    return new if new is not old else None, _coming(new, row.tags, row.shown_at, zone)


def _mark(row: Any) -> tuple[Any, ...]:
    """Tells an article from what it was."""
    return row.content_hash, row.updated_at, row.story, row.analysis


def _keep(session: Session, then: Reach, below: int, made: dict[int, Any], fill: Callable[[Record], Record]) -> int:
    """Write what was worked out; anew where the article was changed meanwhile, and not at all where it is gone, or all began anew."""
    if reach(session) != then:
        return 0
    _set(session, replace(then, below=below))
    changes = []
    for row in session.execute(select(article).where(article.c.id.in_(made))).all():
        mark, (filled, change) = made[row.id]
        if mark != _mark(row):
            filled, change = _worked_out(row, fill, then.zone)
        if filled is not None:
            new = record_to_row(filled)
            values = {"companies": new["companies"], "facts": new["facts"]}
            session.execute(update(article).where(article.c.id == row.id).values(values))
        changes.append(change)
    _apply(session, changes)
    failpoint("after-backfill")
    return len(made)


# ---- proved


def check(session: Session) -> list[str]:
    """What does not agree with the articles, in sentences; empty when all is well. It reads the whole archive."""
    now = reach(session)
    if not now.usable:
        return []
    counts = array("l", bytes(8 << 20))  # how many articles have the tokens of a bucket, less how many the index says have them
    wrong = odd = 0
    for rows in _all_rows(session, now.below):
        worked_out = [_worked_out(row, lambda record: record, now.zone)[1] for row in rows]
        for change in worked_out:
            for token in change.entry.tokens:
                counts[crc32(token.encode()) & 0xFFFFF] += 1
        outlines = search_index.outlines(session, [row.id for row in rows])
        odd += sum(outlines.get(change.entry.article_id) != change.entry.outline for change in worked_out)
        there = concepts.of_articles(session, [row.id for row in rows])
        wrong += sum(there.get(change.entry.article_id) != change.mentions for change in worked_out)
    for token, count in search_index.terms(session):
        counts[crc32(token.encode()) & 0xFFFFF] -= count
    found = {
        "the index of words has other words than the articles": sum(map(bool, counts)),
        "articles whose outline is not theirs": odd,
        "articles whose mentions are not theirs": wrong,
        "days on which volumes and mentions differ": concepts.differences(session),
    }
    return [f"{what}: {number:,}" for what, number in found.items() if number]


def _all_rows(session: Session, first: int) -> Iterator[Sequence[Any]]:
    while rows := session.execute(select(article).where(article.c.id >= first).order_by(article.c.id).limit(STEP)).all():
        yield rows
        first = rows[-1].id + 1
