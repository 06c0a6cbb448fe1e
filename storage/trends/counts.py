"""Stories counted from what is kept with the articles: by concept, by day, by who told them. Days are numbers such as 20261124."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, Text, cast, func, select
from sqlalchemy.orm import Session

from storage.archive.mentioned import ALL
from storage.db.models import article, concept, mention, source, volume


class Concept(NamedTuple):
    """A technology, an industry, a company or a language, with its two names."""

    id: int
    kind: str
    key: str
    zh: str
    en: str


class Telling(NamedTuple):
    """That a source told a story at a moment; `reprint`: in the words of another."""

    article: int
    story: int
    source: str
    language: str
    at: datetime
    reprint: bool


_concept = select(concept.c.id, concept.c.kind, concept.c.key, concept.c.zh, concept.c.en)


def whole(session: Session) -> int:
    """The id of what every article mentions; 0 where there is none yet."""
    return session.scalar(select(concept.c.id).where(concept.c.kind == ALL[0], concept.c.key == ALL[1])) or 0


def concepts(session: Session, *kinds: str) -> dict[int, Concept]:
    """All of these kinds that an article mentions, by id."""
    return {row[0]: Concept(*row) for row in session.execute(_concept.where(concept.c.kind.in_(kinds))).all()}


def concept_of(session: Session, number: int) -> Concept | None:
    """The concept of this id."""
    row = session.execute(_concept.where(concept.c.id == number)).first()
    return Concept(*row) if row else None


def by_day(session: Session, numbers: Collection[int], first: int, last: int) -> dict[int, dict[int, int]]:
    """Concept → day → stories told on that day."""
    query = select(volume.c.concept_id, volume.c.day, volume.c.stories).where(volume.c.day.between(first, last))
    found: dict[int, dict[int, int]] = {number: {} for number in numbers}
    for number, day, stories in session.execute(query.where(volume.c.concept_id.in_(numbers))):
        found[number][day] = stories
    return found


def most_by_day(session: Session, kinds: Collection[str], first: int, last: int, most: int) -> list[tuple[int, dict[int, int]]]:
    """(concept, day → stories told on that day) of those with most stories, the first of these first."""
    within = volume.c.day.between(first, last), volume.c.concept_id.in_(_ids_of(kinds))
    ranked = select(volume.c.concept_id).where(*within).group_by(volume.c.concept_id)
    chosen = session.scalars(ranked.order_by(func.sum(volume.c.stories).desc(), volume.c.concept_id).limit(most)).all()
    told = _together(cast(volume.c.day, Text) + " " + cast(volume.c.stories, Text))
    query = select(volume.c.concept_id, told).where(volume.c.day.between(first, last), volume.c.concept_id.in_(chosen))
    found = {number: _apart(days) for number, days in session.execute(query.group_by(volume.c.concept_id))}
    return [(number, dict(zip(found[number][::2], found[number][1::2], strict=True))) for number in chosen]


def by_day_of(session: Session, number: int, first: int, last: int, sources: Collection[str]) -> dict[int, int]:
    """Day → stories with the concept, as these sources alone told them."""
    query = select(mention.c.day, func.count(mention.c.story.distinct())).join(article, article.c.id == mention.c.article_id)
    within = mention.c.concept_id == number, mention.c.day.between(first, last), article.c.source.in_(sources)
    return dict(session.execute(query.where(*within).group_by(mention.c.day)).all())


def polled_since(session: Session, moment: datetime) -> set[str]:
    """The sources that were watched then already, and still are."""
    return set(session.scalars(select(source.c.name).where(source.c.first_polled_at <= moment, source.c.enabled)))


def in_period(session: Session, kinds: Collection[str], first: int, last: int) -> dict[int, int]:
    """Concept → stories of the period, each once however many days it was told on."""
    query = select(mention.c.concept_id, func.count(mention.c.story.distinct())).where(mention.c.day.between(first, last))
    return dict(session.execute(query.where(_of(*kinds)).group_by(mention.c.concept_id)).all())


def stories(session: Session, number: int, first: int, last: int, acting: bool = False) -> int:
    """How many stories of the period have the concept; `acting`: where it does something."""
    query = select(func.count(mention.c.story.distinct())).where(mention.c.concept_id == number)
    query = query.where(mention.c.day.between(first, last))
    return session.scalar(query.where(mention.c.acts) if acting else query) or 0


def mentions(session: Session, kinds: Collection[str], first: int, last: int) -> dict[int, list[int]]:
    """Concept → articles of the period that mention it."""
    query = select(mention.c.concept_id, _together(cast(mention.c.article_id, Text)))
    query = query.where(mention.c.day.between(first, last), _of(*kinds)).group_by(mention.c.concept_id)
    return {number: _apart(articles) for number, articles in session.execute(query)}


def costs(session: Session) -> dict[str, tuple[int, int]]:
    """Source → polls and articles so far."""
    rows = session.execute(select(source.c.name, source.c.polls, source.c.articles))
    return {name: (polls, read) for name, polls, read in rows}


def articles(session: Session, number: int, first: int, last: int) -> set[int]:
    """The articles of the period with the concept."""
    query = select(mention.c.article_id).where(mention.c.concept_id == number, mention.c.day.between(first, last))
    return set(session.scalars(query))


def beside(session: Session, number: int, kind: str, first: int, last: int) -> dict[int, int]:
    """Concept of the kind → stories that have it in one article with this one."""
    other = mention.alias()  # each article is looked up: of one concept there are few
    query = select(other.c.concept_id, func.count(other.c.story.distinct()))
    query = query.join(other, other.c.article_id == mention.c.article_id)
    within = mention.c.concept_id == number, mention.c.day.between(first, last), other.c.concept_id.in_(_ids_of([kind]))
    return dict(session.execute(query.where(*within).group_by(other.c.concept_id)).all())


def pairs(session: Session, some: Collection[int], others: Collection[int], first: int, last: int) -> dict[tuple[int, int], int]:
    """Pairs of concepts → stories that have both in one article."""
    columns = mention.c.article_id, mention.c.concept_id, mention.c.story
    asked = (select(*columns).where(mention.c.day.between(first, last), mention.c.concept_id.in_(ids)) for ids in (some, others))
    left, right = (one.cte().prefix_with("MATERIALIZED") for one in asked)  # else SQLite looks each article up anew
    query = select(left.c.concept_id, right.c.concept_id, func.count(left.c.story.distinct()))
    query = query.join(right, right.c.article_id == left.c.article_id).group_by(left.c.concept_id, right.c.concept_id)
    return {(a, b): n for a, b, n in session.execute(query)}


def acting(session: Session, numbers: Collection[int], first: int, last: int) -> list[tuple[int, int, int]]:
    """(company, day, story) of the stories in which one of these companies does something."""
    query = select(mention.c.concept_id, mention.c.day, mention.c.story).where(mention.c.concept_id.in_(numbers), mention.c.acts)
    return [tuple(row) for row in session.execute(query.where(mention.c.day.between(first, last)).distinct())]


def tellings(session: Session, start: datetime, end: datetime, number: int | None = None) -> list[Telling]:
    """Who told which story in the period, oldest first; `number`: in an article with this concept."""
    story, language = func.coalesce(article.c.story, article.c.id), func.substr(func.coalesce(article.c.language, ""), 1, 2)
    columns = article.c.id, story, func.coalesce(article.c.source, ""), language, article.c.shown_at
    query = select(*columns, article.c.reprint_of.is_not(None)).where(article.c.shown_at >= start, article.c.shown_at < end)
    if number is not None:
        query = query.where(article.c.id.in_(select(mention.c.article_id).where(mention.c.concept_id == number)))
    return list(map(Telling._make, session.execute(query.order_by(article.c.shown_at, article.c.id)).all()))


def _of(*kinds: str) -> ColumnElement[bool]:
    return mention.c.concept_id.in_(_ids_of(kinds))


def _ids_of(kinds: Collection[str]) -> Select[int]:
    return select(concept.c.id).where(concept.c.kind.in_(kinds))


def _together(value: ColumnElement[str]) -> ColumnElement[str]:
    """The values of a group in one text: a hundred thousand rows cost more to hand over than to find."""
    return func.aggregate_strings(value, " ")


def _apart(values: str) -> list[int]:
    return list(map(int, values.split()))
