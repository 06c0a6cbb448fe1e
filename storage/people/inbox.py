"""The lists that people read: one entry a story, newest first, by cursor. A story comes in when a rule's alert tells it.

unread    told later than the person has read it          starred   by the person, whenever that was
read      told, and read since                            mine      handed to the person, and not done
all       whether read or not
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Select, and_, exists, func, select, tuple_
from sqlalchemy.orm import Session

from storage.db.database import count_rows, from_row
from storage.db.models import alert, article, handed, label, person, seen

Which = Literal["unread", "read", "all", "starred", "mine"]
At = tuple[datetime, int]  # a place in a list: what comes after it is older


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of the stories: of a rule, with a label, told since (included) or until (excluded) a moment. `oldest`: those come first."""

    which: Which = "unread"
    rule: str | None = None
    label: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    oldest: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A story and where it stands in a list."""

    story: int
    at: At


@dataclass(frozen=True, slots=True)
class Raised:
    """An alert of a story. `matched`: what stood where. `follows`: why it was told again, such as `correction`."""

    alert: int
    rule: str
    record: int
    at: datetime
    reprints: int
    matched: tuple[Mapping[str, Any], ...]
    follows: str | None


@dataclass(frozen=True, slots=True)
class Member:
    """An article of a story, without its text."""

    record: int
    story: int
    title: str
    link: str
    source: str | None
    publisher: str | None
    language: str | None
    published: datetime | None
    first_seen: datetime
    summary: str


@dataclass(frozen=True, slots=True)
class Mark:
    """What a person did with a story. `read_to`: what was told until then is read, of `reads_from` on."""

    read_to: datetime
    starred_at: datetime | None
    reads_from: datetime

    def is_read(self, told: datetime | None) -> bool:
        """Whether a story whose newest alert is of then is read; where no alert tells it (None), whether it was marked so."""
        return self.read_to > self.reads_from if told is None else self.read_to >= told


def page(session: Session, number: int, wanted: Wanted, after: At | None, limit: int) -> list[Place]:
    """The first stories of a list that come after a cursor."""
    query, at, tie = _listed(number, wanted)
    if after is not None:
        query = query.where(tuple_(at, tie) > after if wanted.oldest else tuple_(at, tie) < after)
    order = (at, tie) if wanted.oldest else (at.desc(), tie.desc())
    rows = session.execute(query.order_by(*order).limit(limit))
    return [Place(row.story, (row.at, row.tie)) for row in rows]


def above(session: Session, number: int, wanted: Wanted, place: At) -> list[int]:
    """The stories of a list down to a place, that one included."""
    query, at, tie = _listed(number, wanted)
    return [row.story for row in session.execute(query.where(tuple_(at, tie) >= place))]


def whole(session: Session, number: int, wanted: Wanted) -> list[int]:
    """All stories of a list."""
    return [row.story for row in session.execute(_listed(number, wanted)[0])]


def count(session: Session, number: int, wanted: Wanted) -> int:
    """How many stories a list has."""
    return count_rows(session, _listed(number, wanted)[0].subquery())


def _listed(number: int, wanted: Wanted) -> tuple[Select[Any], Any, Any]:
    """A list, and the two columns that it is sorted by."""
    if wanted.which in ("starred", "mine"):
        table, at = (seen, seen.c.starred_at) if wanted.which == "starred" else (handed, handed.c.at)
        own = at.is_not(None) if wanted.which == "starred" else handed.c.done_at.is_(None)
        query = select(table.c.story, at.label("at"), table.c.story.label("tie")).where(table.c.person_id == number, own)
        if wanted.rule is not None:
            query = query.where(exists().where(alert.c.story == table.c.story, alert.c.rule == wanted.rule))
        return _bounded(query, wanted, at, table.c.story), at, table.c.story
    later = alert.alias()
    newer = [later.c.story == alert.c.story, later.c.id > alert.c.id]
    told = []
    if wanted.rule is not None:
        newer.append(later.c.rule == wanted.rule)
        told.append(alert.c.rule == wanted.rule)
    at = alert.c.created_at
    query = select(alert.c.story, at.label("at"), alert.c.id.label("tie")).where(*told)
    if wanted.which in ("unread", "read"):  # before it is asked for newer alerts: of most stories that need not be asked
        mine = and_(seen.c.story == alert.c.story, seen.c.person_id == number)
        since = select(person.c.reads_from).where(person.c.id == number).scalar_subquery()
        read_to = func.coalesce(seen.c.read_to, since)
        query = query.outerjoin(seen, mine).where(read_to < at if wanted.which == "unread" else read_to >= at)
    return _bounded(query.where(~exists().where(*newer)), wanted, at, alert.c.story), at, alert.c.id


def _bounded(query: Select[Any], wanted: Wanted, at: Any, story: Any) -> Select[Any]:
    if wanted.label is not None:
        query = query.where(exists().where(label.c.story == story, label.c.word == wanted.label))
    if wanted.since is not None:
        query = query.where(at >= wanted.since)
    return query if wanted.until is None else query.where(at < wanted.until)


# ---- what stands in an entry


def marks(session: Session, number: int, stories: Sequence[int]) -> dict[int, Mark]:
    """What the person did with each of these stories."""
    mine = seen.c.person_id == number, seen.c.story.in_(stories)
    rows = session.execute(select(seen.c.story, seen.c.read_to, seen.c.starred_at).where(*mine))
    since: datetime = session.scalars(select(person.c.reads_from).where(person.c.id == number)).one()
    found = {row.story: Mark(row.read_to, row.starred_at, since) for row in rows}
    return {story: found.get(story) or Mark(since, None, since) for story in stories}


def raised(session: Session, stories: Sequence[int]) -> dict[int, list[Raised]]:
    """The alerts of these stories, the first one first."""
    found: dict[int, list[Raised]] = {}
    query = select(alert).where(alert.c.story.in_(stories)).order_by(alert.c.id)
    for row in session.execute(query):
        follows = row.payload.get("follows", {}).get("why")
        matched = tuple(row.payload.get("matched", ()))
        one = Raised(row.id, row.rule, row.article_id, row.created_at, row.reprints, matched, follows)
        found.setdefault(row.story, []).append(one)
    return found


def members(session: Session, stories: Sequence[int]) -> dict[int, list[Member]]:
    """The articles of these stories, the first one first."""
    found: dict[int, list[Member]] = {}
    fields = [name for name in Member.__dataclass_fields__ if name != "record"]
    query = select(article.c.id, *(article.c[name] for name in fields)).where(article.c.story.in_(stories)).order_by(article.c.id)
    for row in session.execute(query):
        found.setdefault(row.story, []).append(from_row(Member, row, record=row.id))
    return found


def known(session: Session, stories: Sequence[int]) -> set[int]:
    """Those of these stories that there are."""
    return set(session.scalars(select(article.c.story).where(article.c.story.in_(stories)).distinct()))


def current(session: Session, stories: Collection[int]) -> list[int]:
    """What became of these stories: one that was joined is the story of its first record now; one that is no more is left out."""
    there = known(session, list(stories))
    gone = [story for story in stories if story not in there]
    moved = session.execute(select(article.c.id, article.c.story).where(article.c.id.in_(gone))) if gone else ()
    now = {story: story for story in there} | {row.id: row.story for row in moved}
    return list(dict.fromkeys(now[story] for story in stories if story in now))
