"""Of which technologies, industries, companies, sources, languages and months the articles of a search are.

Without a query the counts are those that are kept of each day. With one they are counted: of few candidates each is put to the query,
and the counts are exact; of many a sample is counted, and they say "about".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from storage.archive import concepts, indexed, mentioned, search, search_index
from storage.archive.search import Bounds
from storage.db.models import BY_ID, BY_SOURCE, article, concept, mention, volume
from storage.rules.parser import Query
from storage.rules.plan import plan

KINDS = ("technology", "industry", "company", "source", "language", "month")
OF_CONCEPTS = ("technology", "industry", "company", "language")
FEW = 200  # candidates that are all put to the query
SAMPLE = 2_000  # of more; a part of them is put to it
SURE = 0.9  # of which so many must pass for the others to be counted as well
_SPREAD = (
    2_654_435_761  # a number times this is everywhere in 32 bits: what every nth article is like would hang on how they come
)
_BITS = 1 << 32


@dataclass(frozen=True, slots=True)
class Value:
    """So many articles are of this. `key`: the id of a concept, a source's name, a month such as 2026-11; its names in both languages."""

    key: str
    zh: str
    en: str
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    """By kind, the values that most of `count` articles have, the most frequent first; months in order. `exact`, or else about so many."""

    values: dict[str, tuple[Value, ...]]
    count: int
    exact: bool


class _Chosen(NamedTuple):
    """Articles to count, and how many each of them stands for. `exact`: they are all that were asked for, and no others."""

    ids: Sequence[int]
    scale: float
    exact: bool


def facets(session: Session, query: Query | None, *, now: datetime, bounds: Bounds = search.EVERYWHERE, most: int = 10) -> Facets:
    """The facets of the articles of which the query is true, or of all."""
    reach = indexed.reach(session)
    zone = ZoneInfo(reach.zone or "UTC")
    whole = reach.usable and not reach.below
    if query is None and whole and bounds.source is None:
        return _kept(session, bounds, zone, most)
    return _counted(session, _chosen(session, query, search.narrowed(bounds, query, now), now, whole), zone, most)


# ---- without a query


def _kept(session: Session, bounds: Bounds, zone: ZoneInfo, most: int) -> Facets:
    """Of the days that are touched; a bound within a day makes it about so many."""
    days = [volume.c.day >= concepts.day_of(bounds.since, zone)] if bounds.since else []
    days += [volume.c.day <= concepts.day_of(bounds.until, zone)] if bounds.until else []
    rows = (
        select(volume.c.concept_id, func.sum(volume.c.records).label("n")).where(*days).group_by(volume.c.concept_id).subquery()
    )
    found = session.execute(select(concept.c.kind, concept.c.key, concept.c.zh, concept.c.en, rows.c.n).join(rows))
    by_day = select(volume.c.day, volume.c.records).join(concept).where(concept.c.kind == mentioned.ALL[0], *days)
    months: Counter[str] = Counter()
    for day, count in session.execute(by_day):
        months[f"{day // 10_000}-{day // 100 % 100:02}"] += count
    sources = select(article.c.source, func.count()).where(*search.within(bounds), article.c.source.is_not(None))
    sources = sources.group_by(article.c.source).with_hint(article, f"INDEXED BY {BY_SOURCE.name}", "sqlite")
    exact = bounds.until is None and (bounds.since is None or _begins_day(bounds.since, zone))
    return _facets(found, dict(map(tuple, session.execute(sources))), months, _Chosen((), 1.0, exact), most)


def _begins_day(moment: datetime, zone: ZoneInfo) -> bool:
    return moment.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0) == moment


# ---- with one


def _chosen(session: Session, query: Query | None, bounds: Bounds, now: datetime, whole: bool) -> _Chosen:
    wanted = plan(query.root) if query is not None and whole else None
    between = None if bounds == search.EVERYWHERE else _ends(session, bounds)
    proposed = search_index.matching(session, wanted, between) if wanted is not None else None
    every = select(article.c.id).where(*search.within(bounds)) if proposed is None else proposed
    about = session.scalar(select(func.count()).select_from(every.subquery())) or 0
    put = query is not None and (proposed is None or about <= FEW)
    share = min(1.0, (FEW if put else SAMPLE) / max(about, 1))
    ids = _sample(session, proposed, bounds, share)
    if query is None:
        return _Chosen(ids, 1 / share, share == 1)
    some = ids if put else ids[:: len(ids) // FEW + 1]
    true = search.true_of(session, query, now, some)
    if len(true) < SURE * len(some) or put:  # of `near`, say, the index proposes ten times too many
        return _Chosen(true, len(ids) / max(len(some), 1) / share, put and share == 1)
    return _Chosen(ids, len(true) / len(some) / share, False)


def _ends(session: Session, bounds: Bounds) -> tuple[int, int]:
    """The first and the last id of articles there."""
    ends = session.execute(select(func.min(article.c.id), func.max(article.c.id)).where(*search.within(bounds))).one()
    return ends[0] or 0, ends[1] or 0


def _sample(session: Session, proposed: Select[tuple[int]] | None, bounds: Bounds, share: float) -> Sequence[int]:
    number = article.c.id if proposed is None else proposed.selected_columns[0]
    some = [number * _SPREAD % _BITS < int(share * _BITS)] if share < 1 else []
    query = select(article.c.id).where(*search.within(bounds))
    if proposed is None:
        return session.scalars(query.where(*some)).all()
    few = proposed.where(*some).cte("few")
    if bounds == search.EVERYWHERE:
        return session.scalars(select(few)).all()
    query = query.join(few, few.c[0] == article.c.id).with_hint(article, f"INDEXED BY {BY_ID.name}", "sqlite")
    return session.scalars(query).all()


def _counted(session: Session, chosen: _Chosen, zone: ZoneInfo, most: int) -> Facets:
    columns = (concept.c.kind, concept.c.key, concept.c.zh, concept.c.en)
    rows = select(mention.c.concept_id, func.count().label("n")).where(mention.c.article_id.in_(chosen.ids))
    counted = rows.group_by(mention.c.concept_id).subquery()
    found = session.execute(select(*columns, counted.c.n).join(counted)).all()
    places = select(article.c.shown_at, article.c.source).where(article.c.id.in_(chosen.ids))
    months: Counter[str] = Counter()
    sources: Counter[str] = Counter()
    for shown_at, source in session.execute(places.with_hint(article, f"INDEXED BY {BY_ID.name}", "sqlite")):
        months[f"{shown_at.astimezone(zone):%Y-%m}"] += 1
        sources.update([source] if source else [])
    return _facets(found, sources, months, chosen, most)


def _facets(found: Iterable[Any], sources: Mapping[str, int], months: Mapping[str, int], chosen: _Chosen, most: int) -> Facets:
    values: dict[str, list[Value]] = {kind: [] for kind in KINDS}
    for kind, key, zh, en, number in found:
        if kind in OF_CONCEPTS:
            values[kind].append(Value(key, zh, en, round(number * chosen.scale)))
    values["source"] = [Value(name, name, name, round(number * chosen.scale)) for name, number in sources.items()]
    ordered = {kind: tuple(sorted(some, key=lambda one: (-one.count, one.key))[:most]) for kind, some in values.items()}
    ordered["month"] = tuple(Value(name, name, name, round(number * chosen.scale)) for name, number in sorted(months.items()))
    return Facets(ordered, round(sum(months.values()) * chosen.scale), chosen.exact)
