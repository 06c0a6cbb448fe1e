"""Of which technologies, industries, companies, sources, languages and months the articles of a search are.

Without a query the counts are those that are kept of each day. With one they are counted: of few candidates each is put to the query,
and the counts are exact; of many a sample is counted, and they say "about".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from heapq import nsmallest
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from storage.archive import concepts, indexed, mentioned, search, search_index
from storage.archive.search import Bounds
from storage.db.models import BY_ID, BY_SOURCE, article, concept, mention, volume
from storage.rules.parser import Query
from storage.rules.plan import Expression, plan

KINDS = ("technology", "industry", "company", "source", "language", "month")
OF_CONCEPTS = ("technology", "industry", "company", "language")
FEW = 200  # candidates that are all put to the query
SAMPLE = 1_000  # of more; a part of them is put to it
SOME = 100  # of the sample are put to the query first …
SURE = 0.9  # … and so many of them must pass for the others to be counted as well
# A number times this is everywhere in 32 bits: what every nth article is like would hang on how they come.
_SPREAD = 2_654_435_761
_BITS = 1 << 32
_OF_ARTICLES = mention.c.article_id.in_(bindparam("ids", expanding=True))


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
    summed = select(volume.c.concept_id, func.sum(volume.c.records).label("n")).where(*days)
    rows = summed.group_by(volume.c.concept_id).subquery()
    found = session.execute(select(concept.c.kind, concept.c.key, concept.c.zh, concept.c.en, rows.c.n).join(rows))
    by_day = select(volume.c.day, volume.c.records).join(concept).where(concept.c.kind == mentioned.ALL[0], *days)
    months: Counter[str] = Counter()
    for day, count in session.execute(by_day):
        months[f"{day // 10_000}-{day // 100 % 100:02}"] += count
    sources = select(article.c.source, func.count()).where(*search.within(bounds), article.c.source.is_not(None))
    sources = sources.group_by(article.c.source).with_hint(article, f"INDEXED BY {BY_SOURCE.name}", "sqlite")
    exact = bounds.until is None and (bounds.since is None or bounds.since.astimezone(zone).time() == time.min)
    return _facets(found, dict(map(tuple, session.execute(sources))), months, _Chosen((), 1.0, exact), most)


# ---- with one


def _chosen(session: Session, query: Query | None, bounds: Bounds, now: datetime, whole: bool) -> _Chosen:
    wanted = plan(query.root) if query is not None and whole else None
    most = FEW if query is not None and wanted is None else SAMPLE
    ids, share = _sample(session, wanted, bounds, most)
    if query is None:
        return _Chosen(ids, 1 / share, share == 1)
    put = wanted is None or (share == 1 and len(ids) <= FEW)
    some = ids if put else ids[:SOME]
    true = search.true_of(session, query, now, some)
    if not put and len(true) >= SURE * len(some):
        return _Chosen(ids, len(true) / len(some) / share, False)
    rest = ids[len(some) : FEW]  # of `near`, say, the index proposes ten times too many
    true += search.true_of(session, query, now, rest)
    return _Chosen(true, len(ids) / max(len(some) + len(rest), 1) / share, put and share == 1)


def _sample(session: Session, wanted: Expression | None, bounds: Bounds, most: int) -> tuple[list[int], float]:
    """Articles there, as if drawn, and which share of all they are about: those whose spread numbers are the smallest.

    Where the greatest of so many lies says how many there are, so that the index is gone through once.
    """
    everywhere = bounds == search.EVERYWHERE
    if wanted is None:
        proposed = select(article.c.id).where(*search.within(bounds))
    else:
        proposed = search_index.matching(session, wanted, None if everywhere else _ends(session, bounds))
    spread = (proposed.selected_columns[0] * _SPREAD % _BITS).label("spread")
    rows = session.execute(proposed.add_columns(spread).order_by(spread).limit(most + 1)).all()
    share = 1.0 if len(rows) <= most else (rows[most].spread + 1) / _BITS
    ids = [row[0] for row in rows[:most]]
    if wanted is not None and not everywhere:
        inside = select(article.c.id).where(search.ANY_OF, *search.within(bounds))
        there = set(session.scalars(inside.with_hint(article, f"INDEXED BY {BY_ID.name}", "sqlite"), {"ids": ids}))
        ids = [one for one in ids if one in there]
    return ids, share


def _ends(session: Session, bounds: Bounds) -> tuple[int, int]:
    """The first and the last id of articles there."""
    number = article.c.id + 0  # so that PostgreSQL does not look for the least from the archive's beginning on
    ends = session.execute(select(func.min(number), func.max(number)).where(*search.within(bounds))).one()
    return ends[0] or 0, ends[1] or 0


def _counted(session: Session, chosen: _Chosen, zone: ZoneInfo, most: int) -> Facets:
    columns = (concept.c.kind, concept.c.key, concept.c.zh, concept.c.en)
    rows = select(mention.c.concept_id, func.count().label("n")).where(_OF_ARTICLES)
    counted = rows.group_by(mention.c.concept_id).subquery()
    given = {"ids": chosen.ids}
    found = session.execute(select(*columns, counted.c.n).join(counted), given).all()
    places = select(article.c.shown_at, article.c.source).where(search.ANY_OF)
    shown = session.execute(places.with_hint(article, f"INDEXED BY {BY_ID.name}", "sqlite"), given).all()
    sources = Counter(row.source for row in shown if row.source)
    days = (row.shown_at.astimezone(zone) for row in shown)
    months = Counter((day.year, day.month) for day in days)
    return _facets(found, sources, {f"{year}-{month:02}": n for (year, month), n in months.items()}, chosen, most)


def _facets(found: Iterable[Any], sources: Mapping[str, int], months: Mapping[str, int], chosen: _Chosen, most: int) -> Facets:
    listed: dict[str, list[tuple[int, str, str, str]]] = {kind: [] for kind in KINDS}
    for kind, key, zh, en, number in found:
        if kind in OF_CONCEPTS:
            listed[kind].append((-round(number * chosen.scale), key, zh, en))
    listed["source"] = [(-round(number * chosen.scale), name, name, name) for name, number in sources.items()]
    ordered = {kind: tuple(Value(key, zh, en, -n) for n, key, zh, en in nsmallest(most, some)) for kind, some in listed.items()}
    ordered["month"] = tuple(Value(name, name, name, round(number * chosen.scale)) for name, number in sorted(months.items()))
    return Facets(ordered, round(sum(months.values()) * chosen.scale), chosen.exact)
