"""Who tells a story: who was first, in which language, with what difference; and the newest stories."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from crawler.i18n import tr
from jobs.services.lookup import Unknown
from jobs.services.readers import reading
from jobs.services.readers.reading import Entry, Inbox, Note, Person
from storage.archive import queries
from storage.archive.queries import AlertView, Cursor
from storage.stories import by_hand
from storage.stories.evidence import Amount, figures

MOST = 100  # records of a story that are shown
MOST_FIGURES = 4  # that only one of them has


@dataclass(frozen=True, slots=True)
class Teller:
    """A record of a story. `after`: how long behind the first. `reason`: why it is of this story. `own`: figures that the first has not."""

    record: int
    title: str
    link: str
    publisher: str
    language: str | None
    at: datetime
    after: timedelta
    reason: str | None
    reprint_of: int | None
    own: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A story. `lag`: how long after the first record it was told in another language. `languages` counts records."""

    story: int
    entry: Entry
    tellers: tuple[Teller, ...]
    publishers: int
    languages: Mapping[str, int]
    lag: timedelta | None
    alerts: tuple[AlertView, ...]
    notes: tuple[Note, ...]


def told(session: Session, person: Person, record: int) -> Told:
    """The story that a record tells. Raises Unknown."""
    place = by_hand.place_of(session, record)
    if place is None:
        raise Unknown(tr("there is no story {number}", number=record))
    story: int = place.story
    rows = queries.told_by(session, story, MOST)
    known = [amount for _, amount in figures(rows[0].title, rows[0].text)]
    tellers = tuple(_teller(row, rows[0].shown_at, known) for row in rows)
    first, publishers = tellers[0].language, len({one.publisher for one in tellers})
    lag = next((one.after for one in tellers if one.language != first and one.language and first), None)
    entry, alerts = reading.entry(session, person, story), tuple(queries.alerts(session, story=story))
    languages = Counter(one.language or "" for one in tellers)
    return Told(story, entry, tellers, publishers, languages, lag, alerts, reading.notes(session, story))


def newest(session: Session, person: Person, after: str | None, limit: int) -> Inbox:
    """Stories, newest first, whether a rule told them or not. Raises ValueError for a cursor that is none."""
    found = queries.stories(session, Cursor.parse(after) if after else None, limit + 1)
    entries = reading.entries(session, person, [story for story, _ in found[:limit]])
    return Inbox(tuple(entries), str(found[limit - 1][1]) if len(found) > limit else None)


def _teller(row: Any, first: datetime, known: Sequence[Amount]) -> Teller:
    own = [written for written, amount in figures(row.title, row.text) if not any(amount.meets(other) or other.meets(amount) for other in known)]  # fmt: skip
    return Teller(
        row.id, row.title, row.link, row.publisher or row.source or "", row.language, row.shown_at, row.shown_at - first,
        row.story_reason, row.reprint_of, tuple(own[:MOST_FIGURES]),
    )  # fmt: skip
