"""The watched sources as the store knows them: which are watched, how they do, when they are next due."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, delete, func, literal, select, update
from sqlalchemy.orm import Session

from crawler.record import Found, Link, Outcome, Reason, Source
from crawler.url import host_of
from storage.db.database import changed, count_rows, from_row, insert_new
from storage.db.models import UtcDateTime, source, task
from storage.db.writer import later
from storage.queue import arrival_rate, hosts
from storage.queue import baseline as habits
from storage.queue.arrival_rate import Rhythm
from storage.queue.baseline import Habits, Reading
from storage.queue.tasks import chunks, due_row, poll_key

_LEARNED_OF_IT = (  # of one address
    "found_kind", "last_outcome", "last_detail", "rhythm", "habits", "moved_to", "last_ok_at", "told_state", "newest_at", "subscription",
)  # fmt: skip
_WATCHED = ("due", "leased", "done", "dead", "skipped")  # states of a task but "paused": its source is not watched any more


@dataclass(frozen=True, slots=True)
class State:
    """One source and its health."""

    name: str
    url: str
    kind: str
    found_kind: str | None
    title: str | None
    enabled: bool
    first_polled_at: datetime | None
    last_polled_at: datetime | None
    last_ok_at: datetime | None
    last_new_at: datetime | None
    newest_at: datetime | None
    last_outcome: str | None
    last_detail: str | None
    fail_count: int
    told_state: str | None
    polls: int
    not_modified: int
    articles: int
    next_due: datetime | None
    told_at: datetime | None = None
    moved_to: str | None = None


def sync(session: Session, wanted: Sequence[tuple[Source, datetime]], now: datetime) -> None:
    """Make the store watch exactly these sources, each with the time of its first poll. Known ones keep their schedule."""
    before = _known(session)
    rows: list[dict[str, Any]] = [{"name": one.name, "url": one.url, "kind": one.kind, "enabled": True} for one, _ in wanted]
    insert_new(session, source, [row for row in rows if row["name"] not in before], "name")
    known = _known(session) if len(before.keys() | {row["name"] for row in rows}) > len(before) else before
    begin = []
    for watched, due in wanted:
        old = before.get(watched.name)
        if old is None or (old.url, old.kind, old.enabled) != (watched.url, watched.kind, True):
            begin.append((known[watched.name].id, watched, due))
        if old is not None and (old.url, old.kind) != (watched.url, watched.kind):
            _change(session, watched, old)
    _begin(session, begin, now)
    _stop_watching(session, before, {row["name"] for row in rows})


def _known(session: Session) -> dict[str, Any]:
    columns = (source.c.id, source.c.name, source.c.url, source.c.kind, source.c.enabled)
    return {row.name: row for row in session.execute(select(*columns))}


def _change(session: Session, watched: Source, old: Any) -> None:
    """A source has another address or kind."""
    values: dict[str, Any] = {"url": watched.url, "kind": watched.kind}
    if old.url != watched.url:
        session.execute(delete(task).where(task.c.source_id == old.id, task.c.kind == "poll"))
        values |= dict.fromkeys(_LEARNED_OF_IT) | {"fail_count": 0}
    else:  # another spider reads the same bytes differently: ask for them again
        polls = update(task).where(task.c.source_id == old.id, task.c.kind == "poll")
        session.execute(polls.values(etag=None, last_modified=None))
    session.execute(update(source).where(source.c.id == old.id).values(values))


def _begin(session: Session, begin: Sequence[tuple[int, Source, datetime]], now: datetime) -> None:
    """Watch these, by their ids: new ones, and those that rested or have changed."""
    for some in chunks([number for number, _, _ in begin]):
        session.execute(update(source).where(source.c.id.in_(some), ~source.c.enabled).values(enabled=True))
        paused = and_(task.c.source_id.in_(some), task.c.state == "paused")
        hosts.ready_where(session, paused)
        session.execute(update(task).where(paused).values(state="due"))
    rows = [
        due_row("poll", poll_key(one.name, one.url), source_id=number, url=one.url, host=host_of(one.url), due=due, now=now)
        for number, one, due in begin
    ]
    insert_new(session, task, rows, "key")
    for _, watched, due in begin:
        hosts.ready(session, host_of(watched.url), due)


def _stop_watching(session: Session, known: Mapping[str, Any], wanted: Set[str]) -> None:
    """Not by a NOT IN of all names: a statement of PostgreSQL takes 65,535 values."""
    for some in chunks([row.id for name, row in known.items() if name not in wanted and row.enabled]):
        session.execute(update(source).where(source.c.id.in_(some)).values(enabled=False))
    unwatched = select(source.c.id).where(~source.c.enabled)
    session.execute(update(task).where(task.c.source_id.in_(unwatched), task.c.state == "due").values(state="paused"))


_Work = Callable[[], None] | Reading | datetime  # a datetime: an article was stored then


def in_order(session: Session, of: int | str, work: _Work) -> None:
    """Change a source, by its id or name, at the end of the transaction: several workers change the same ones, each in the order of their ids."""
    later(session, _in_order, (of, work))


def _in_order(session: Session, works: Sequence[tuple[int | str, _Work]]) -> None:
    named = {of for of, _ in works if isinstance(of, str)}
    asked = {"ids": sorted({of for of, _ in works if not isinstance(of, str)}), "names": sorted(named)}
    ids: dict[int | str, int] = {of: row.id for row in session.connection().execute(_LOCK, asked) for of in (row.id, row.name)}
    readings: list[tuple[int, Reading]] = []
    news: dict[int, list[datetime]] = {}
    for of, work in works:
        if isinstance(work, Reading):
            readings.append((ids[of], work))
        elif not isinstance(work, datetime):
            work()
        elif of in ids:
            news.setdefault(ids[of], []).append(work)
    if readings:
        _read_all(session, readings)
    if news:
        rows = [{"of": number, "more": len(times), "at": times[-1]} for number, times in sorted(news.items())]
        session.connection().execute(_NEWS, rows)


_of_these = source.c.id.in_(bindparam("ids", expanding=True)) | source.c.name.in_(bindparam("names", expanding=True))
_LOCK = select(source.c.id, source.c.name).where(_of_these).order_by(source.c.id).with_for_update()
_NEWS = (
    update(source)
    .where(source.c.id == bindparam("of"))
    .values(articles=source.c.articles + bindparam("more"), last_new_at=bindparam("at", type_=UtcDateTime))
)


@dataclass(frozen=True, slots=True)
class Heard:
    """What a poll that could be read tells of its source."""

    found: Found
    new: Sequence[Link] = ()
    baseline: bool = False  # the first one: what it lists is not news
    size: int = 0  # bytes of the answer
    unstable: str | None = None  # what its addresses change with each poll


def polled(session: Session, source_id: int, now: datetime, outcome: Outcome, *, root: bool, heard: Heard | None = None) -> None:
    """Note how a poll went. Only the source's own address (`root`) says how it does; any of its polls may bring news."""

    def note() -> None:
        values: dict[str, Any] = _health(now, outcome) if root else {}
        if heard:
            values |= _learned(session, source_id, heard, now, root=root)
        if values:
            session.execute(update(source).where(source.c.id == source_id).values(values))

    in_order(session, source_id, note)


def _health(now: datetime, outcome: Outcome) -> dict[str, Any]:
    values: dict[str, Any] = {
        "polls": source.c.polls + 1,
        "last_polled_at": now,
        "last_outcome": outcome.reason.value,
        "last_detail": outcome.detail[:500] or None,
    }
    if not outcome.ok:
        return values | {"fail_count": source.c.fail_count + 1}
    values |= {"last_ok_at": now, "fail_count": 0}
    values["first_polled_at"] = func.coalesce(source.c.first_polled_at, literal(now, UtcDateTime))
    if outcome.reason is Reason.UNCHANGED:
        values["not_modified"] = source.c.not_modified + 1
    return values


def _learned(session: Session, source_id: int, heard: Heard, now: datetime, *, root: bool) -> dict[str, Any]:
    found = heard.found
    values: dict[str, Any] = {"last_new_at": now} if heard.new else {}
    if root:
        values |= {"found_kind": found.kind, "title": found.title}
    if found.newest:
        newer = source.c.newest_at.is_(None) | (source.c.newest_at < found.newest)
        values["newest_at"] = case((newer, literal(found.newest, UtcDateTime)), else_=source.c.newest_at)
    columns = (source.c.rhythm, source.c.habits, source.c.last_ok_at)
    row = session.execute(select(*columns).where(source.c.id == source_id)).one()
    rhythm, habit = arrival_rate.from_json(row.rhythm), habits.from_json(row.habits)
    if (more := _rhythm(rhythm, heard, row.last_ok_at, now, root=root)) != rhythm:
        values["rhythm"] = arrival_rate.to_json(more)
    if (other := _habits(habit, heard, row.last_ok_at, now, root=root)) != habit:
        values["habits"] = habits.to_json(other)
    return values


def _rhythm(old: Rhythm | None, heard: Heard, last: datetime | None, now: datetime, *, root: bool) -> Rhythm:
    """The source's rhythm with what this poll tells of it: a first one all dates, a later one those of the new links."""
    skip_hours = heard.found.skip_hours if root or old is None else old.skip_hours
    if old is None or (heard.baseline and not any(old.hours)):
        learned = arrival_rate.begin([link.published for link in heard.found.links], now)
    elif heard.baseline or not heard.new:
        learned = old
    else:
        # A child page is asked for right after its parent, so the poll before says nothing of its articles: its dates do.
        since = last if root and last else now - timedelta(days=1)
        learned = arrival_rate.learn(old, [link.published for link in heard.new], since, now)
    return replace(learned, skip_hours=skip_hours)


def _habits(old: Habits, heard: Heard, last: datetime | None, now: datetime, *, root: bool) -> Habits:
    """When its articles appeared, and what is usual of its answers. A child page is asked for right after its parent, so its articles
    appeared at their dates."""
    listed = heard.found.links
    first = not old.moments and last is None
    dates = [link.published for link in (listed if first else heard.new)]
    if not root:
        return habits.polled(old, old.listed, dates, None, now)
    return habits.answered(habits.polled(old, len(listed), dates, last, now), heard.size, heard.unstable)


def read(session: Session, source_id: int, reading: Reading) -> None:
    """Note how well an article of the source could be read."""
    in_order(session, source_id, reading)


def _read_all(session: Session, read: Sequence[tuple[int, Reading]]) -> None:
    known = session.connection().execute(_HABITS, {"ids": sorted({source_id for source_id, _ in read})})
    learned = {row.id: habits.from_json(row.habits) for row in known}
    for source_id, reading in read:
        learned[source_id] = habits.read(learned[source_id], reading)
    rows = [{"of": source_id, "learned": habits.to_json(new)} for source_id, new in learned.items()]
    session.connection().execute(_LEARNED, rows)


_HABITS = select(source.c.id, source.c.habits).where(source.c.id.in_(bindparam("ids", expanding=True)))
_LEARNED = update(source).where(source.c.id == bindparam("of")).values(habits=bindparam("learned"))


def has_news(session: Session, name: str | None, now: datetime) -> None:
    """A new article of the source of this name is stored."""
    if name is not None:
        in_order(session, name, now)


def habits_of(session: Session, source_id: int) -> Habits:
    """What a source is like when all is well."""
    return habits.from_json(session.execute(_HABITS, {"ids": [source_id]}).one().habits)


def moved(session: Session, source_id: int, address: str | None) -> None:
    """Its address redirects there for good, or (None) not any more."""
    other = source.c.moved_to.is_distinct_from(address)

    def note() -> None:
        session.execute(update(source).where(source.c.id == source_id, other).values(moved_to=address))

    in_order(session, source_id, note)


def habits_of_all(session: Session, name: str | None = None) -> dict[str, Habits]:
    """By name, what each watched source is like when all is well; or this one."""
    query = select(source.c.name, source.c.habits).where(source.c.enabled, *_called(name))
    return {name: habits.from_json(data) for name, data in session.execute(query)}


def rhythms(session: Session, name: str | None = None) -> dict[str, Rhythm]:
    """By name, when the articles of each watched source appear, or of this one; those that were polled at least once."""
    query = select(source.c.name, source.c.rhythm).where(source.c.enabled, source.c.rhythm.is_not(None), *_called(name))
    return {name: known for name, data in session.execute(query) if (known := arrival_rate.from_json(data))}


def _called(name: str | None) -> list[ColumnElement[bool]]:
    return [] if name is None else [source.c.name == name]


def states(session: Session, name: str | None = None) -> list[State]:
    """All sources ever watched, by name; or this one."""
    # Polls are looked up by state and kind, for which there is an index: a source has a hundred thousand articles beside its one poll.
    root = and_(task.c.kind == "poll", task.c.state.in_(_WATCHED), task.c.depth == 0)
    due = {row.source_id: row.due_at for row in session.execute(select(task.c.source_id, task.c.due_at).where(root))}
    fields = [name for name in State.__dataclass_fields__ if name != "next_due"]
    columns = [source.c.id, *(source.c[name] for name in fields)]  # without what each has learned, which takes long to read
    rows = session.execute(select(*columns).where(*_called(name)).order_by(source.c.name))
    return [from_row(State, row, next_due=due.get(row.id)) for row in rows]


def tell(session: Session, name: str, state: str | None, *, before: str | None, now: datetime) -> bool:
    """Remember of which trouble the operator is told (None: that it is over), so that each episode is told once.

    False if it is not `before` any more: somebody else has told.
    """
    same = and_(source.c.name == name, source.c.told_state.is_not_distinct_from(before))
    return changed(session, update(source).where(same).values(told_state=state, told_at=now)) == 1


def in_trouble(session: Session) -> int:
    """How many watched sources have a trouble that was told."""
    return count_rows(session, source, source.c.enabled, source.c.told_state.is_not(None))
