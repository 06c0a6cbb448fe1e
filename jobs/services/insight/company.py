"""One company: what is told of it, what it does, beside which technologies, and who tells it first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy.orm import Session

from crawler.record import EVENT_TYPES, Record
from jobs.config.models import MoneyConfig
from jobs.services.insight import events, trends
from jobs.services.insight.events import Row
from jobs.services.insight.trends import Firsts, Line, Named, Period
from storage.archive import queries
from storage.trends import counts
from storage.trends.counts import Concept, Telling

MOST_READ = 1_000  # of the articles that name it, the newest: where its events are looked for, as in the tables of events
PER_TYPE = 5
NEWEST = 20  # stories


@dataclass(frozen=True, slots=True)
class Told:
    """A story with the company: its first record that names it, and how many sources told it in words of their own."""

    record: int
    title: str
    source: str
    language: str | None
    at: datetime
    sources: int


@dataclass(frozen=True, slots=True)
class Acts:
    """Stories that tell an event of this type in which the company stands, and the newest of those events."""

    type: str
    stories: int
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Company:
    """A company over a period. `acting`: stories in which it does something; `whole` is false where not all articles that name it were read."""

    company: Named
    names: tuple[str, ...]
    stories: int
    acting: int
    line: Line
    events: tuple[Acts, ...]
    whole: bool
    technologies: tuple[tuple[Named, int], ...]
    firsts: Firsts
    told: tuple[Told, ...]


def company(session: Session, number: int, period: Period, zone: tzinfo, money: MoneyConfig) -> Company:
    """All of it. Raises Unknown for what is the number of no company."""
    one = trends.company_of(session, number)
    told = counts.tellings(session, *period.moments(zone), number)
    naming = sorted(counts.articles(session, number, *period.numbers), reverse=True)
    return Company(
        company=trends.named(one),
        names=tuple(dict.fromkeys((one.zh, one.en))),
        stories=len({telling.story for telling in told}),
        acting=counts.stories(session, number, *period.numbers, acting=True),
        line=trends.attention_of(session, [one], period, zone)[0],
        events=tuple(_events(session, one, naming[:MOST_READ], {telling.article: telling for telling in told}, money)),
        whole=len(naming) <= MOST_READ,
        technologies=tuple(_technologies(session, number, period)),
        firsts=trends.firsts(told),
        told=tuple(_newest(session, told)),
    )


def _technologies(session: Session, number: int, period: Period) -> Iterator[tuple[Named, int]]:
    """Those of stories that have both in one article, the most told first."""
    known = counts.concepts(session, "technology")
    both = counts.beside(session, number, "technology", *period.numbers)
    most = sorted(both.items(), key=lambda one: (-one[1], one[0]))[:NEWEST]
    return ((trends.named(known[technology]), n) for technology, n in most)


def _events(
    session: Session, one: Concept, articles: Sequence[int], told: dict[int | None, Telling], money: MoneyConfig
) -> Iterator[Acts]:
    """By type, the most told first; a story counts once, with its first record."""
    found: dict[str, dict[int, Record]] = defaultdict(dict)
    for record in reversed(list(queries.records(session, ids=articles, fields=("event",)))):
        for kind in {event.type for event in record.events if events.is_about(event, one)}:
            found[kind].setdefault(record.story or record.id or 0, record)
    for kind in sorted(found, key=lambda kind: (-len(found[kind]), EVENT_TYPES.index(kind) if kind in EVENT_TYPES else 99)):
        newest = list(found[kind].values())[: -PER_TYPE - 1 : -1]
        placed = ((record, told[record.id]) for record in newest if record.id in told)
        rows = (row for record, telling in placed for row in events.rows_of(record, kind, telling.at, one))
        yield Acts(kind, len(found[kind]), tuple(events.told_since(session, rows, money)))


def _newest(session: Session, told: Sequence[Telling]) -> Iterator[Told]:
    """The stories that began last."""
    first: dict[int, Telling] = {}
    sources: dict[int, Counter[str]] = defaultdict(Counter)
    for telling in told:
        first.setdefault(telling.story, telling)
        sources[telling.story][telling.source] += not telling.reprint
    newest = list(first.values())[: -NEWEST - 1 : -1]
    known = {record.id: record for record in queries.records(session, ids=[one.article for one in newest], fields=())}
    for one in newest:
        if record := known.get(one.article):
            tellers = sum(n > 0 for n in sources[one.story].values())
            yield Told(one.article, record.title, record.publisher or record.source or "", record.language, one.at, tellers)
