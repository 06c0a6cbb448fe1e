"""What people read: lists of stories, one entry a story, each with the rules it matters to and why; and the marks they make on them.

`inbox` answers the lists; what changes marks takes a writing session. Whether one may is decided by whoever calls.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from crawler.errors import ZhixunError
from crawler.i18n import tr
from crawler.record import Record
from jobs.safe_text import one_line, stripped
from jobs.services.lookup import Unknown
from jobs.services.readers import people
from storage.alerts import outbox
from storage.archive import queries
from storage.archive.queries import Cursor
from storage.people import inbox as lists
from storage.people import marks
from storage.people.accounts import Person
from storage.people.inbox import At, Mark, Member, Raised, Wanted, Which
from storage.people.marks import Label, Note, Task
from storage.queue import sources
from storage.rules.match import Evidence

__all__ = ["Entry", "Inbox", "Label", "Note", "Person", "Task", "Wanted", "Which"]

MAX_OTHERS = 5  # other tellers that are named
MAX_LABELS, LABEL_LENGTH, NOTE_LENGTH = 20, 40, 5_000


class MarkError(ZhixunError):
    """A mark is not as it should be."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that the story matters to: its first alert, and why. `follows`: the last time it was told once more because of this."""

    rule: str
    alert: int
    why: tuple[Evidence, ...]
    follows: str | None = None


@dataclass(frozen=True, slots=True)
class Other:
    """A record that tells the story, too."""

    record: int
    title: str
    source: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A story in a list, by the record that was alerted first, or that told it first.

    `others` counts the further records of the story, `tellers` names some. `told_at` is its newest alert. `at`: where to go on.
    """

    story: int
    record: int
    title: str
    link: str
    source: str
    language: str | None
    published: datetime | None
    first_seen: datetime
    summary: str
    others: int
    tellers: tuple[Other, ...]
    rules: tuple[Hit, ...]
    told_at: datetime | None
    read: bool
    starred_at: datetime | None
    labels: tuple[str, ...] = ()
    notes: int = 0
    tasks: tuple[Task, ...] = ()
    at: str = ""

    @property
    def starred(self) -> bool:
        """Whether the reader starred it."""
        return self.starred_at is not None


@dataclass(frozen=True, slots=True)
class Inbox:
    """A page of a list. `next`: where to go on, None at the end."""

    entries: tuple[Entry, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class Counts:
    """What the head of each page says: what waits for the reader, and the trouble of sources and deliveries."""

    unread: int
    mine: int
    sources: int
    deliveries: int


# ---- lists


def inbox(session: Session, person: Person, wanted: Wanted, after: str | None = None, limit: int = 50) -> Inbox:
    """The first entries of a list that come after a cursor. Raises ValueError for a cursor that is none."""
    places = lists.page(session, person.id, wanted, _at(after), limit + 1)
    shown = places[:limit]
    found = {entry.story: entry for entry in entries(session, person, [place.story for place in shown])}
    listed = tuple(replace(found[place.story], at=str(Cursor(*place.at))) for place in shown if place.story in found)
    return Inbox(listed, str(Cursor(*shown[-1].at)) if len(places) > limit else None)


def refs(
    session: Session, person: Person, wanted: Wanted, after: str | None, limit: int
) -> tuple[list[tuple[int, datetime]], str | None]:
    """The stories of a list that come after a cursor, each with when it was told; and where to go on. For programs that keep them."""
    places = lists.page(session, person.id, wanted, _at(after), limit + 1)
    shown = places[:limit]
    return [(place.story, place.at[0]) for place in shown], str(Cursor(*shown[-1].at)) if len(places) > limit else None


current = lists.current


def texts(session: Session, records: Sequence[int]) -> dict[int, Record]:
    """Records whole, by id."""
    return {one.at.id: one.record for one in queries.tagged(session, ids=records)}


def unread_by_rule(session: Session, person: Person, rules: Sequence[str]) -> dict[str, int]:
    """How many stories of each rule wait to be read."""
    return {rule: lists.count(session, person.id, Wanted(rule=rule)) for rule in rules}


def entry(session: Session, person: Person, story: int) -> Entry:
    """One story as lists have it. Raises Unknown."""
    found = entries(session, person, [story])
    if not found:
        raise Unknown(tr("there is no story {number}", number=story))
    return found[0]


def entries(session: Session, person: Person, stories: Sequence[int]) -> list[Entry]:
    """These stories as lists have them, in this order; without those that are no more."""
    members, raised = lists.members(session, stories), lists.raised(session, stories)
    mine, labels = lists.marks(session, person.id, stories), marks.labels(session, stories)
    notes, tasks = marks.count_notes(session, stories), marks.tasks(session, stories)
    return [
        _entry(
            members[story],
            raised.get(story, ()),
            mine[story],
            labels.get(story, ()),
            notes=notes.get(story, 0),
            tasks=tasks.get(story, ()),
        )
        for story in dict.fromkeys(stories)
        if story in members
    ]


def notes(session: Session, story: int) -> tuple[Note, ...]:
    """What was written on a story, the first note first."""
    return tuple(marks.notes(session, story=story))


def labels(session: Session) -> tuple[tuple[str, int], ...]:
    """The labels in use, each with its number of stories."""
    return tuple(marks.words(session))


def counts(session: Session, person: Person) -> Counts:
    """What the head of each page says."""
    return Counts(
        unread=lists.count(session, person.id, Wanted()),
        mine=marks.open_tasks(session, person.id),
        sources=sources.in_trouble(session),
        deliveries=outbox.counts(session)["dead"],
    )


def _at(text: str | None) -> At | None:
    if text is None:
        return None
    place = Cursor.parse(text)
    return place.shown_at, place.id


def _entry(
    members: Sequence[Member], raised: Sequence[Raised], mark: Mark, labels: Sequence[Label], *, notes: int, tasks: Sequence[Task]
) -> Entry:
    lead = next((one for one in members if raised and one.record == raised[0].record), members[0])
    others = [one for one in members if one is not lead]
    told = max((one.at for one in raised), default=None)
    return Entry(
        story=lead.story,
        record=lead.record,
        title=lead.title,
        link=lead.link,
        source=_source(lead),
        language=lead.language,
        published=lead.published,
        first_seen=lead.first_seen,
        summary=lead.summary,
        others=len(others),
        tellers=tuple(Other(one.record, one.title, _source(one)) for one in others[:MAX_OTHERS]),
        rules=tuple(map(_hit, _by_rule(raised).values())),
        told_at=told,
        read=mark.is_read(told),
        starred_at=mark.starred_at,
        labels=tuple(one.word for one in labels),
        notes=notes,
        tasks=tuple(tasks),
    )


def _source(one: Member) -> str:
    return one.publisher or one.source or ""


def _by_rule(raised: Sequence[Raised]) -> dict[str, list[Raised]]:
    found: dict[str, list[Raised]] = {}
    for one in raised:
        found.setdefault(one.rule, []).append(one)
    return found


def _hit(raised: Sequence[Raised]) -> Hit:
    first, last = raised[0], raised[-1]
    fields = Evidence.__dataclass_fields__
    why = tuple(Evidence(**{name: match[name] for name in fields}) for match in first.matched if fields.keys() <= match.keys())
    return Hit(first.rule, first.alert, why, last.follows)


# ---- marks


def mark_read(session: Session, person: Person, stories: Collection[int], now: datetime, on: bool = True) -> None:
    """These stories are read, or wait to be read again. Raises Unknown."""
    known = _known(session, stories)
    if on:
        marks.read(session, person.id, known, now)
    else:
        marks.unread(session, person.id, known)


def read_above(session: Session, person: Person, wanted: Wanted, at: str, now: datetime) -> list[int]:
    """All of a list down to this place is read, the entry there included; the stories. Raises ValueError for a cursor that is none."""
    place = Cursor.parse(at)
    stories = lists.above(session, person.id, wanted, (place.shown_at, place.id))
    marks.read(session, person.id, stories, now)
    return stories


def read_all(session: Session, person: Person, wanted: Wanted, now: datetime) -> list[int]:
    """All of a list is read; the stories. `wanted.until` keeps what was told meanwhile unread."""
    stories = lists.whole(session, person.id, wanted)
    marks.read(session, person.id, stories, now)
    return stories


def star(session: Session, person: Person, story: int, on: bool, now: datetime) -> None:
    """Star a story, or take the star away. Raises Unknown."""
    marks.star(session, person.id, _known(session, [story]), now if on else None)


def set_labels(
    session: Session, person: Person, story: int, words: Sequence[str], now: datetime, *, had: Sequence[str] | None = None
) -> tuple[str, ...]:
    """A story has these labels and no others, for all; what others put on or took off since it `had` those stays so. Raises Unknown or MarkError."""
    _known(session, [story])
    clean = tuple(dict.fromkeys(word for word in map(one_line, words) if word))
    if had is not None:
        seen, there = set(map(one_line, had)), [one.word for one in marks.labels(session, [story]).get(story, ())]
        stay = [word for word in there if word in clean or word not in seen]
        clean = tuple(dict.fromkeys([*stay, *(word for word in clean if word not in seen)]))
    if len(clean) > MAX_LABELS or any(len(word) > LABEL_LENGTH for word in clean):
        raise MarkError(tr("a story has at most {n} labels of {length} characters", n=MAX_LABELS, length=LABEL_LENGTH))
    marks.set_labels(session, story, clean, person.id, now)
    return clean


def add_note(
    session: Session,
    person: Person,
    story: int,
    text: str,
    now: datetime,
    *,
    record: int | None = None,
    start: int | None = None,
    end: int | None = None,
    quote: str = "",
) -> Note:
    """A note on a story, on one of its records, or on a passage of that: code points from `start` to `end` of its text, or its words.

    Raises Unknown or MarkError.
    """
    _known(session, [story])
    text = stripped(text).strip()
    if not text or len(text) > NOTE_LENGTH:
        raise MarkError(tr("a note has 1 to {n} characters", n=NOTE_LENGTH))
    place = _passage(session, story, record, start=start, end=end, quote=quote)
    values = {"story": story, "article_id": record, "person_id": person.id, "at": now, "text": text, **place}
    number = marks.add_note(session, values)
    return marks.notes(session, number=number)[0]


def _passage(
    session: Session, story: int, record: int | None, *, start: int | None, end: int | None, quote: str
) -> dict[str, int | str | None]:
    """Where a passage begins and ends, and its words; nothing for a note on all of it."""
    found = queries.record(session, record) if record is not None else None
    if record is not None and (found is None or found.story != story):
        raise Unknown(tr("record {record} does not tell story {story}", record=record, story=story))
    if found is not None and start is None and quote:
        start = found.text.find(quote)
        end = start + len(quote)
    if start is None and end is None:
        return {}
    if found is None or start is None or end is None or not 0 <= start < end <= len(found.text):
        raise MarkError(tr("a passage is a part of the text of one record: start and end, in characters"))
    return {"start": start, "end": end, "quote": found.text[start:end]}


def remove_note(session: Session, person: Person, number: int, *, others: bool = False) -> None:
    """A note goes, if it is the person's own, or `others` may go as well. Raises Unknown."""
    found = marks.notes(session, number=number)
    if not found or not (others or found[0].person_id == person.id):
        raise Unknown(tr("there is no note {number} of yours", number=number))
    marks.remove_note(session, number)


def hand(session: Session, person: Person, story: int, *, to: str, note: str, now: datetime) -> None:
    """A story is this colleague's to look at; "" is oneself. Raises Unknown or MarkError."""
    _known(session, [story])
    note = one_line(note)
    if len(note) > NOTE_LENGTH:
        raise MarkError(tr("a note has 1 to {n} characters", n=NOTE_LENGTH))
    marks.hand(session, story, people.named(session, to).id if to else person.id, by=person.id, text=note, now=now)


def done(session: Session, person: Person, story: int, on: bool, now: datetime) -> None:
    """What was handed to the person is done, or after all not. Raises Unknown."""
    if not marks.done(session, story, person.id, now if on else None):
        raise Unknown(tr("story {story} was not handed to you", story=story))


def _known(session: Session, stories: Collection[int]) -> list[int]:
    wanted = list(dict.fromkeys(stories))
    there = lists.known(session, wanted)
    for story in wanted:
        if story not in there:
            raise Unknown(tr("there is no story {number}", number=story))
    return wanted
