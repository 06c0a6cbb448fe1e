"""What people do with stories: read and star (each for himself), label, note and hand over (for all).

A row of `seen` says until when a story is read: what is told of it later (a correction, a rule that finds it too) waits to be read again.
When stories are split or joined, the marks go with them; a story without articles is forgotten.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, insert, or_, select, update
from sqlalchemy.orm import Session

from storage.db.database import changed, count_rows, from_row, insert_new, upsert
from storage.db.models import alert, article, handed, label, note, person, seen
from storage.people.accounts import signed

MOST_WORDS = 100  # that are listed
NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # marked unread: older than all that is told


@dataclass(frozen=True, slots=True)
class Label:
    """A word that somebody put on a story, for all."""

    word: str
    person: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody wrote on a story, or on a passage: code points into the text of a record, and the words that stood there."""

    id: int
    story: int
    record: int | None
    person_id: int
    person: str
    at: datetime
    text: str
    start: int | None = None
    end: int | None = None
    quote: str | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """A story that is somebody's to look at."""

    story: int
    person_id: int
    person: str
    by: str
    at: datetime
    note: str
    done_at: datetime | None


# ---- each for himself


def read(session: Session, number: int, stories: Collection[int], now: datetime) -> None:
    """These stories are read as far as they are told."""
    _rows(session, number, stories)
    newest = select(func.max(alert.c.created_at)).where(alert.c.story == seen.c.story).scalar_subquery()
    mine = seen.c.person_id == number, seen.c.story.in_(stories)
    session.execute(update(seen).where(*mine).values(read_to=now))
    ahead = session.execute(select(seen.c.story, newest.label("at")).where(*mine, newest > now)).all()
    for row in ahead:  # the clock was set back
        session.execute(update(seen).where(seen.c.person_id == number, seen.c.story == row.story).values(read_to=row.at))


def unread(session: Session, number: int, stories: Collection[int]) -> None:
    """These stories wait to be read, however old they are."""
    _rows(session, number, stories)
    session.execute(update(seen).where(seen.c.person_id == number, seen.c.story.in_(stories)).values(read_to=NEVER))


def star(session: Session, number: int, stories: Collection[int], at: datetime | None) -> None:
    """Star stories; None takes the star away."""
    _rows(session, number, stories)
    mine = and_(seen.c.person_id == number, seen.c.story.in_(stories))
    if at is not None:
        mine = and_(mine, seen.c.starred_at.is_(None))  # a star keeps its place in the list
    session.execute(update(seen).where(mine).values(starred_at=at))


def _rows(session: Session, number: int, stories: Iterable[int]) -> None:
    since = session.scalar(select(person.c.reads_from).where(person.c.id == number))
    rows = [{"person_id": number, "story": story, "read_to": since} for story in stories]
    insert_new(session, seen, rows, "person_id", "story")


# ---- for all


def set_labels(session: Session, story: int, words: Sequence[str], number: int, now: datetime) -> None:
    """A story has these labels, and no others; one that stays keeps who put it there."""
    session.execute(delete(label).where(label.c.story == story, label.c.word.not_in(words)))
    rows = [{"story": story, "word": word, "person_id": number, "at": now} for word in words]
    insert_new(session, label, rows, "story", "word")


def labels(session: Session, stories: Collection[int]) -> dict[int, list[Label]]:
    """By story, in order of the words."""
    found: dict[int, list[Label]] = {}
    for row in session.execute(signed(label).where(label.c.story.in_(stories)).order_by(label.c.word)):
        found.setdefault(row.story, []).append(from_row(Label, row))
    return found


def words(session: Session) -> list[tuple[str, int]]:
    """The labels that are in use, the most frequent first, each with its number of stories."""
    count = func.count()
    rows = session.execute(
        select(label.c.word, count).group_by(label.c.word).order_by(count.desc(), label.c.word).limit(MOST_WORDS)
    )
    return [(word, many) for word, many in rows]


def add_note(session: Session, values: dict[str, Any]) -> int:
    """A note: story, article_id, person_id, at, text, start, end, quote; its id."""
    return int(session.execute(insert(note).values(values).returning(note.c.id)).scalar_one())


def remove_note(session: Session, number: int) -> None:
    """A note goes."""
    session.execute(delete(note).where(note.c.id == number))


def notes(session: Session, story: int | None = None, number: int | None = None) -> list[Note]:
    """Those on a story, or one by its id, the first one first."""
    asked = note.c.story == story if story is not None else note.c.id == number
    rows = session.execute(signed(note).where(asked).order_by(note.c.id))
    return [from_row(Note, row, record=row.article_id) for row in rows]


def count_notes(session: Session, stories: Collection[int]) -> dict[int, int]:
    """How many there are on stories that have some."""
    query = select(note.c.story, func.count()).where(note.c.story.in_(stories)).group_by(note.c.story)
    return dict(session.execute(query).all())


def hand(session: Session, story: int, to: int, *, by: int, text: str, now: datetime) -> None:
    """A story is this person's to look at; said again, it is open again."""
    values = {"by_id": by, "at": now, "note": text, "done_at": None}
    upsert(session, handed, [{"story": story, "person_id": to, **values}], ("story", "person_id"), lambda _new: values)


def done(session: Session, story: int, number: int, at: datetime | None) -> bool:
    """It was looked at, or after all not (None); False where it was not that person's."""
    mine = handed.c.story == story, handed.c.person_id == number
    return changed(session, update(handed).where(*mine).values(done_at=at)) > 0


def tasks(session: Session, stories: Collection[int]) -> dict[int, list[Task]]:
    """Whose each of these stories is, by story."""
    by = person.alias()
    query = signed(handed).add_columns(by.c.name.label("by_name")).outerjoin(by, by.c.id == handed.c.by_id)
    found: dict[int, list[Task]] = {}
    for row in session.execute(query.where(handed.c.story.in_(stories)).order_by(handed.c.at)):
        found.setdefault(row.story, []).append(from_row(Task, row, by=row.by_name or ""))
    return found


def open_tasks(session: Session, number: int) -> int:
    """How many stories wait for a person."""
    return count_rows(session, handed, handed.c.person_id == number, handed.c.done_at.is_(None))


# ---- stories change


def moved(session: Session, records: Collection[int], story: int) -> None:
    """Records were set apart: the notes on them go along. The rest stays: what is told apart is news, which nobody has read."""
    session.execute(update(note).where(note.c.article_id.in_(records)).values(story=story))


def joined(session: Session, first: int, second: int) -> None:
    """A second story is part of the first: who read or starred one of them, read or starred it."""
    for row in session.execute(select(seen).where(seen.c.story == second)).all():
        both = seen.c.person_id == row.person_id, seen.c.story == first
        old = session.execute(select(seen).where(*both)).first()
        values: dict[str, Any] = {"read_to": row.read_to, "starred_at": row.starred_at}
        if old is None:
            session.execute(insert(seen).values(person_id=row.person_id, story=first, **values))
            continue
        stars = [at for at in (old.starred_at, row.starred_at) if at]
        merged = {"read_to": max(old.read_to, row.read_to), "starred_at": min(stars, default=None)}
        session.execute(update(seen).where(*both).values(merged))
    session.execute(delete(seen).where(seen.c.story == second))
    for table, key in ((label, "word"), (handed, "person_id")):
        rows = [{**row._mapping, "story": first} for row in session.execute(select(table).where(table.c.story == second))]
        insert_new(session, table, rows, "story", key)
        session.execute(delete(table).where(table.c.story == second))
    session.execute(update(note).where(note.c.story == second).values(story=first))


def kept(story: Any) -> ColumnElement[bool]:
    """What somebody starred, labelled, noted or has still to look at is not forgotten for its age."""
    return or_(
        exists().where(seen.c.story == story, seen.c.starred_at.is_not(None)),
        exists().where(label.c.story == story),
        exists().where(note.c.story == story),
        exists().where(handed.c.story == story, handed.c.done_at.is_(None)),
    )


def forget(session: Session, stories: Collection[int]) -> None:
    """Of those of these stories that have no article any more."""
    left = set(session.scalars(select(article.c.story).where(article.c.story.in_(stories))))
    gone = [story for story in stories if story not in left]
    for table in (seen, handed):
        session.execute(delete(table).where(table.c.story.in_(gone)))
