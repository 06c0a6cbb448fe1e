"""What leaves the archive: all records of a source or a time, those that a query is true of, or those that a rule matches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice

from sqlalchemy.orm import Session

from crawler.record import Record
from jobs.config.load import Config
from storage.archive import concepts, queries
from storage.archive import search as searching
from storage.archive.concepts import Mentions
from storage.archive.search import Bounds

BATCH = 500


def chosen(
    session: Session, config: Config, now: datetime, bounds: Bounds, *, query: str | None = None, rule: str | None = None
) -> Iterator[Record]:
    """The records, the newest first, read as they are asked for. A rule's are those of the sources that it listens to now, each judged
    as of when it was first seen; of a query, as of `now`. Raises Unknown or QueryError at once, before anything is written."""
    if query is None and rule is None:
        return queries.records(session, since=bounds.since, until=bounds.until, source=bounds.source)
    from jobs.services.trials import trial  # noqa: PLC0415 - it simulates deliveries, and imports what they need

    asked = trial.asked(config, rule, query)
    tags = {source.name: tuple(source.tags) for source in config.sources}
    found = searching.everything(session, asked.query, now=None if rule else now, bounds=bounds)
    return (record for record in found if asked.watches(record.source, tags.get(record.source or "", ())))


def with_mentions(session: Session, records: Iterable[Record]) -> Iterator[tuple[Sequence[Record], Mapping[int, Mentions]]]:
    """The records, some at a time, with what they mention."""
    every = iter(records)
    while some := list(islice(every, BATCH)):
        yield some, concepts.of_articles(session, [record.id or 0 for record in some])
