"""Mentions of concepts in articles, and how much there is of each on each day.

A concept is a technology, an industry or a company, whatever language it is named in; a language; or `all`, which every article
mentions, so that each share has its whole. Mentions and volumes are written with the article (`storage.archive.derived`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, tzinfo
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Integer, bindparam, column, delete, except_, exists, func, insert, select, values
from sqlalchemy.orm import Session

from storage.archive.mentioned import ALL, KINDS, Mentioned, named
from storage.db.database import count_rows, dialect_of, insert_into, insert_new
from storage.db.models import article, concept, mention, volume
from storage.db.writer import kept
from storage.queue.tasks import chunks

MAX_KEPT = 50_000  # ids of concepts in memory: some 10 MB


class Mentions(NamedTuple):
    """What one article mentions, and where that counts."""

    article_id: int
    story: int
    day: int
    concepts: frozenset[Mentioned]


_Row = tuple[int, int, int]  # concept, day, story


def day_of(moment: datetime, zone: tzinfo) -> int:
    """The day of a moment as a number: 20261124."""
    return number_of(moment.astimezone(zone))


def number_of(day: date) -> int:
    """The day as a number: 20261124."""
    return day.year * 10_000 + day.month * 100 + day.day


# ---- written with the articles


def add(session: Session, articles: Sequence[Mentions]) -> None:
    """Note what new articles mention."""
    ids = _ids(session, {one[:2]: one for article in articles for one in article.concepts})
    rows = [
        {"concept_id": ids[one.kind, one.key], "day": article.day, "story": article.story, "article_id": article.article_id, "acts": one.acts}
        for article in articles
        for one in article.concepts
    ]  # fmt: skip
    if not rows:
        return
    keys = [(row["concept_id"], row["day"], row["story"]) for row in rows]
    told = session.connection().execute(_OF_STORIES, {"stories": list({article.story for article in articles})})
    known = {(row.concept_id, row.day, row.story) for row in told}
    session.connection().execute(_MENTION, rows)
    _count(session, keys, set(keys) - known, 1)


# Built once: building a statement costs more than running it.
_MENTION = insert(mention)
_OF_STORIES = select(mention.c.concept_id, mention.c.day, mention.c.story).join(article, article.c.id == mention.c.article_id)
_OF_STORIES = _OF_STORIES.where(article.c.story.in_(bindparam("stories", expanding=True)))
_CONCEPTS = select(concept.c.kind, concept.c.key, concept.c.id).where(concept.c.kind == bindparam("kind"))
_CONCEPTS = _CONCEPTS.where(concept.c.key.in_(bindparam("keys", expanding=True)))


def remove(session: Session, article_ids: Collection[int]) -> None:
    """Forget what these articles mention."""
    for numbers in chunks(list(article_ids)):
        rows = session.execute(select(mention).where(mention.c.article_id.in_(numbers))).all()
        session.execute(delete(mention).where(mention.c.article_id.in_(numbers)))
        keys = [(row.concept_id, row.day, row.story) for row in rows]
        _count(session, keys, set(keys) - _there(session, keys), -1)


def move(session: Session, article_ids: Collection[int], story: int) -> None:
    """These articles are of another story now."""
    for numbers in chunks(list(article_ids)):
        rows = [dict(row._mapping) for row in session.execute(select(mention).where(mention.c.article_id.in_(numbers)))]
        remove(session, numbers)
        keys = [(row["concept_id"], row["day"], story) for row in rows]
        known = _there(session, keys)
        if rows:
            session.execute(insert(mention), [row | {"story": story} for row in rows])
        _count(session, keys, set(keys) - known, 1)


def _ids(session: Session, wanted: dict[Any, Mentioned]) -> dict[tuple[str, str], int]:
    """The ids of these concepts; those that are new get one. An id is for ever, so the writer keeps it in memory."""
    known = kept(session, "concepts")
    unknown = [key for key in wanted if key not in known]
    if unknown:
        if len(known) > MAX_KEPT:
            known.clear()
            unknown = list(wanted)
        known |= _known_ids(session, unknown)
    found = {key: known[key] for key in wanted if key in known}
    new = [one for key, one in wanted.items() if key not in found]
    rows = [{"kind": one.kind, "key": one.key, "zh": one.zh, "en": one.en} for one in new]
    if rows:
        insert_new(session, concept, rows, "kind", "key")
        found |= _known_ids(session, [(one.kind, one.key) for one in new])
    return found


def _known_ids(session: Session, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], int]:
    by_kind: dict[str, list[str]] = {}
    for kind, key in keys:
        by_kind.setdefault(kind, []).append(key)
    parts = ((kind, part) for kind, listed in by_kind.items() for part in chunks(listed))
    rows = (row for kind, part in parts for row in session.execute(_CONCEPTS, {"kind": kind, "keys": part}))
    return {(row.kind, row.key): row.id for row in rows}


def _there(session: Session, keys: Collection[_Row]) -> set[_Row]:
    """Which of these have a mention; each is looked up: SQLite reads the whole table for a list of rows."""
    found: set[_Row] = set()
    for part in chunks(list(set(keys))):
        asked = values(column("c", BigInteger), column("d", Integer), column("s", BigInteger), name="asked").data(part).cte()
        own = (mention.c.concept_id == asked.c.c, mention.c.day == asked.c.d, mention.c.story == asked.c.s)
        rows = session.execute(select(asked.c.c, asked.c.d, asked.c.s).where(exists().where(*own)))
        found.update((row.c, row.d, row.s) for row in rows)
    return found


def _count(session: Session, keys: Iterable[_Row], stories: Collection[_Row], sign: int) -> None:
    """More or fewer mentions, of which these came with, or took, the last of their story."""
    records = Counter(key[:2] for key in keys)
    of_stories = Counter(key[:2] for key in stories)
    rows = [
        {"concept_id": number, "day": day, "records": sign * count, "stories": sign * of_stories[number, day]}
        for (number, day), count in records.items()
    ]
    if not rows:
        return
    session.connection().execute(_more(dialect_of(session)), rows)
    if sign < 0:
        gone = delete(volume).where(volume.c.concept_id == bindparam("c"), volume.c.day == bindparam("d"), volume.c.records <= 0)
        session.connection().execute(gone, [{"c": row["concept_id"], "d": row["day"]} for row in rows])


@cache
def _more(dialect: str) -> Any:
    add_to = insert_into(dialect, volume)
    new = add_to.excluded
    more = {"records": volume.c.records + new.records, "stories": volume.c.stories + new.stories}
    return add_to.on_conflict_do_update(index_elements=["concept_id", "day"], set_=more)


def clear(session: Session) -> None:
    """Forget all mentions."""
    session.execute(delete(volume))
    session.execute(delete(mention))


# ---- asked


def of_articles(session: Session, article_ids: Collection[int]) -> dict[int, Mentions]:
    """What is noted of these articles."""
    query = select(mention, concept.c.kind, concept.c.key, concept.c.zh, concept.c.en).join(concept)
    found: dict[int, Mentions] = {}
    for row in session.execute(query.where(mention.c.article_id.in_(article_ids))):
        one = found.get(row.article_id) or Mentions(row.article_id, row.story, row.day, frozenset())
        found[row.article_id] = one._replace(concepts=one.concepts | {Mentioned(row.kind, row.key, row.zh, row.en, row.acts)})
    return found


def total(session: Session) -> int:
    """How many articles are counted."""
    whole = select(concept.c.id).where(concept.c.kind == ALL[0], concept.c.key == ALL[1]).scalar_subquery()
    return session.scalar(select(func.sum(volume.c.records)).where(volume.c.concept_id == whole)) or 0


def differences(session: Session) -> int:
    """On how many days of a concept the volume is not what its mentions say."""
    counted = select(mention.c.concept_id, mention.c.day, func.count(), func.count(mention.c.story.distinct()))
    counted = counted.group_by(mention.c.concept_id, mention.c.day)
    kept = select(volume.c.concept_id, volume.c.day, volume.c.records, volume.c.stories)
    both_ways = (except_(counted, kept).subquery(), except_(kept, counted).subquery())
    return sum(count_rows(session, one) for one in both_ways)


def find(session: Session, kind: str, name: str) -> int | None:
    """The id of the concept that goes by this name in either language, if an article mentions it."""
    return find_all(session, kind, [name]).get(name)


def find_all(session: Session, kind: str, names: Collection[str]) -> dict[str, int]:
    """The same of several names; those that no article mentions are left out."""
    keys = {name: named(kind, name)[:2] if kind in KINDS else (kind, name) for name in names}
    known = _known_ids(session, list(keys.values()))
    return {name: known[key] for name, key in keys.items() if key in known}
