"""The frontier: every poll and every article to read is a row with a lease, so that a kill at any instant leaves it due again.

    due ──claim──▶ leased ──found/unchanged/done/failed──▶ due again, done, skipped or dead        paused: its source is disabled

Three columns decide what comes next. `due_at`: not before. `host.next_at`: one pace a host, over all its sources and all workers (see
storage/queue/hosts.py). `turn`: the place in
the queue; the n-th new link of a poll gets the n-th second after it, so that a source with 200 links and one with a single
link take turns (fair queueing), and a poll never waits behind a backlog.

All functions take the time as an argument and leave the transaction to their caller. What a worker reports is guarded by the task's
`fence`: a worker whose lease was given to another changes nothing any more.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, case, func, literal, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.util import ClauseAdapter

from crawler.record import MAX_LINKS, Found, Link, Outcome, Reason
from storage.db.database import changed
from storage.db.failpoints import after_commit, failpoint
from storage.db.models import UtcDateTime, host, source, task
from storage.queue import gaps, hosts, identity, links, sources, usage
from storage.queue.baseline import UNREAD
from storage.queue.tasks import IN_INBOX, Task, close, is_ours, leased

__all__ = ["Kept", "Task", "claim", "done", "drop", "failed", "force_due", "found", "recover", "release", "unchanged"]

MAX_NEW = MAX_LINKS  # new links of one poll: all of an answer, or the site would be asked for it again; beyond, the next follows at once
MAX_ROUNDS = 10  # … this many times: a page that invents links without end gets no more than that
FAR = timedelta(days=32)  # nothing is due later than a monthly poll: beyond, a clock was wrong
MAX_HOLD = timedelta(days=1)
MAX_LOST_LEASES = 10
MAX_LOOKS = 10  # at hosts, in one claim
MORE = "more-to-come"
GOES_ON = (MORE, Reason.OVERLOADED.value)  # a poll of now that is not over, whenever it is due again
MANY = 500  # hosts in one look where most may have only polls that are not wanted
NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # as the moment at which polls were to be due: none is wanted
NOT_FREE = timedelta(seconds=1)  # until a host is looked at again whose work is locked …
NOT_ALLOWED = timedelta(seconds=30)  # … or consists of polls that may not be claimed now
_OF_THE_PAGE = (Reason.UNREADABLE, Reason.NOT_AN_ARTICLE, Reason.BLOCKED, Reason.KILLED, Reason.TOO_LARGE)  # not of the network


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of the links of one poll. `left`: new ones beyond the limit, for the next poll. `stale`: the lease was lost."""

    new: int = 0
    known: int = 0
    left: int = 0
    more: int = 0
    stale: bool = False


# ---- claiming


def claim(
    session: Session,
    *,
    owner: str,
    now: datetime,
    limit: int,
    lease: timedelta,
    delay: Callable[[str], float] | float,
    horizon: timedelta = timedelta(0),
    polls_due_by: datetime | None = None,
    day: str | None = None,
) -> list[Task]:
    """Lease up to `limit` due tasks to `owner`, each host at its own pace.

    `delay`: seconds between two requests to a host. A host that may be asked before `now` + `horizon` can be claimed already, several
    times while that holds; each task says when its turn is (`slot`). `polls_due_by`: take a source's own poll only if it was due at
    that moment, or was then and is not over; NEVER: no poll at all. `day`: the day on whose account the requests go.
    """
    pace = delay if callable(delay) else lambda _host: delay
    asked = _Claim(session, owner, now, now + horizon, polls_due_by, pace)
    tasks: list[Task] = []
    most = limit if polls_due_by is None else MANY
    for _ in range(MAX_LOOKS):
        ready = asked.hosts(most)
        found = asked.tasks(ready, limit - len(tasks)) if ready else []
        tasks += asked.lease(ready, found[: limit - len(tasks)], {row.host for row in found}, now + lease)
        if len(ready) < most or len(tasks) >= limit:
            break
    if tasks and day:
        usage.add(session, day, len(tasks), sum(task.kind == "poll" for task in tasks))
    failpoint("before-claim-commit")
    after_commit(session, "after-claim-commit")
    return tasks


@dataclass(frozen=True, slots=True)
class _Claim:
    """What is asked for by one claim, and its three steps: hosts that may have work, their first tasks, leases."""

    session: Session
    owner: str
    now: datetime
    until: datetime
    polls_due_by: datetime | None
    pace: Callable[[str], float]

    def hosts(self, limit: int) -> dict[str, Any]:
        """The hosts that have waited longest, locked. One that another worker looks at is left to it."""
        asked = {"owner": self.owner, "now": self.now, "until": self.until, "limit": limit}
        return {row.name: row for row in self.session.execute(_READY, asked)}

    def tasks(self, ready: Mapping[str, Any], limit: int) -> list[Any]:
        """The first tasks of these hosts, in their order: one each, and where `limit` is not reached as many as their pace allows."""
        times = {"now": self.now, "polls_due_by": self.polls_due_by or self.now}
        names = [row.name for row in ready.values() if row.next_at <= self.until]
        chosen = {row.id: row for row in self.session.execute(_FIRST, times | {"names": names})}
        if len(chosen) < limit:
            for name in {row.host for row in chosen.values()}:
                room = _room(self._start(ready[name]), self.until, self._delay(ready[name]), limit)
                if room > 1:
                    chosen |= {row.id: row for row in self.session.execute(_NEXT, times | {"name": name, "limit": room})}
        return sorted(chosen.values(), key=lambda row: (row.turn, row.kind != "poll", row.id))

    def lease(self, ready: Mapping[str, Any], rows: Sequence[Any], busy: Set[str], until: datetime) -> list[Task]:
        """Lease these rows, give each its slot, and note of all hosts that were looked at when to look again; of the `busy` at once."""
        taken: dict[str, list[Any]] = {name: [] for name in ready}
        slots: dict[int, datetime] = {}
        for row in rows:
            place = len(taken[row.host])
            slots[row.id] = self._start(ready[row.host]) + timedelta(seconds=self._delay(ready[row.host]) * place)
            taken[row.host].append(row)
        if rows:
            given = {"owner": self.owner, "lease_until": until, "ids": [row.id for row in rows]}
            self.session.execute(_LEASE, given)
        moves = [self._move(ready[name], len(some)) for name, some in sorted(taken.items()) if some or name not in busy]
        if moves:
            self.session.connection().execute(hosts.MOVE, moves)
        return [leased(row, self.owner, slots[row.id]) for row in rows]

    def _move(self, row: Any, count: int) -> dict[str, Any]:
        move = {"name_": row.name, "next_at_": row.next_at, "owner_": row.owner, "held_until_": row.held_until, "since": self.now}
        if row.next_at > self.until:
            return move | {"look_at": row.next_at}
        if not count:  # nothing here that may be claimed now: it must not stand first in line at the next look
            return move | {"look_at": self.until + (NOT_ALLOWED if self.polls_due_by else NOT_FREE)}
        next_at = self._start(row) + timedelta(seconds=self._delay(row) * count)
        held = next_at + hosts.HELD
        return move | {"next_at_": next_at, "owner_": self.owner, "held_until_": held, "since": next_at, "look_at": next_at}

    def _start(self, row: Any) -> datetime:
        start: datetime = max(self.now, row.next_at)
        return start

    def _delay(self, row: Any) -> float:
        return max(self.pace(row.name), row.delay or 0.0)


def _room(start: datetime, until: datetime, delay: float, limit: int) -> int:
    """How many requests fit between `start` and `until`, ends included."""
    if delay <= 0:
        return limit
    return min(limit, int((until - start).total_seconds() / delay) + 1)


def _of_now(polls_due_by: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Articles, and a source's own poll if it was due at that moment, or was then and is not over; with NEVER articles alone."""
    poll = or_(task.c.depth > 0, task.c.due_at <= polls_due_by, task.c.reason.in_(GOES_ON))
    return or_(task.c.kind == "article", and_(poll, polls_due_by > literal(NEVER, UtcDateTime)))


# Built once: claiming is the most frequent work, and building a statement costs more than running it.
# `coalesce` keeps an index from being used that is not meant: the one on turn finds the first of a long queue at once, and an id finds its row.
_MAY = and_(
    task.c.state == "due",
    func.coalesce(task.c.due_at, task.c.turn) <= bindparam("now", type_=UtcDateTime),
    _of_now(bindparam("polls_due_by", type_=UtcDateTime)),
)
_STILL = and_(func.coalesce(task.c.state, "") == "due", *list(_MAY.clauses)[1:])
_ORDER = (task.c.turn, task.c.kind.desc(), task.c.id)
_FREE_HOST = or_(host.c.owner.is_(None), host.c.owner == bindparam("owner"), host.c.held_until <= bindparam("now"))
_READY = (
    select(host)
    .where(host.c.ready_at <= bindparam("until"), _FREE_HOST)
    .order_by(host.c.ready_at)
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(skip_locked=True)
)


_SOURCE = (source.c.name.label("source"), source.c.found_kind)


def _first() -> Select[Any]:
    """The first task of each of some hosts: one index look-up a host, whatever the backlog. The conditions stand twice: what was
    found by looking may have changed until it is locked."""
    other = task.alias()
    may = ClauseAdapter(other).traverse(_MAY)
    order = [ClauseAdapter(other).traverse(column) for column in _ORDER]
    first = select(other.c.id).where(other.c.host == host.c.name, may).order_by(*order).limit(1).scalar_subquery()
    firsts = select(first.label("first")).where(host.c.name.in_(bindparam("names", expanding=True))).subquery()
    query = select(task, *_SOURCE).select_from(firsts).join(task, task.c.id == firsts.c.first).join(source)
    return query.where(_STILL).with_for_update(skip_locked=True, of=task)


def _next() -> Select[Any]:
    """The first tasks of one host."""
    query = select(task, *_SOURCE).join(source).where(task.c.host == bindparam("name"), _MAY)
    return query.order_by(*_ORDER).limit(bindparam("limit", type_=Integer)).with_for_update(skip_locked=True, of=task)


_FIRST, _NEXT = _first(), _next()
_LEASE = (
    update(task)
    .where(task.c.id.in_(bindparam("ids", expanding=True)))
    .values(state="leased", owner=bindparam("owner"), lease_until=bindparam("lease_until"))
    .values(fence=task.c.fence + 1, attempts=task.c.attempts + 1)
)


# ---- what a poll found


def found(
    session: Session,
    claimed: Task,
    found: Found,
    *,
    etag: str | None,
    last_modified: str | None,
    now: datetime,
    next_due: datetime,
    keys: identity.Keys,
    max_new: int = MAX_NEW,
    size: int = 0,
) -> Kept:
    """Keep the links of a poll, its validators, and when it is next due: one transaction, or an answer 304 could lose links.

    `keys` gives an address (and an entry of it) its dedup key. `size` is how many bytes the answer had. Beyond `max_new` new links,
    newest first, the rest waits for the next poll, which is due at once and unconditional.
    """
    if not is_ours(session, claimed):
        return Kept(stale=True)
    listed = identity.with_single_entries(session, claimed, links.newest_first(found.links, keys, now), keys)
    known = links.known(session, list(listed))
    habits = sources.habits_of(session, claimed.source_id)
    others = _moved(session, claimed, listed, known, keys, unstable=habits.renamed > 0, now=now)
    known |= others.known
    new = {key: link for key, link in listed.items() if key not in known and key not in others.moved}
    left = max(0, len(new) - max_new)
    taken = dict(list(new.items())[:max_new])
    links.insert_articles(session, claimed, taken, now)
    more = links.insert_polls(session, claimed, found.more, now)
    more += _look_back(session, claimed, found, listed=listed, known=known, now=now)
    sure = not left and found.whole and not (claimed.is_root and habits.is_short(size))
    values = {"etag": etag if sure else None, "last_modified": last_modified if sure else None, "full_at": now}
    _close_round(session, claimed, left, now, next_due, **values)
    heard = sources.Heard(found, list(taken.values()), claimed.baseline, size, others.unstable)
    sources.polled(session, claimed.source_id, now, Outcome(Reason.OK), root=claimed.is_root, heard=heard)
    failpoint("before-found-commit")
    after_commit(session, "after-found-commit")
    return Kept(new=len(taken), known=len(listed) - len(new), left=left, more=more)


def _moved(
    session: Session,
    claimed: Task,
    listed: dict[str, Link],
    known: set[str],
    keys: identity.Keys,
    *,
    unstable: bool,
    now: datetime,
) -> identity.Recognised:
    """Which of these links are articles that we know under another address; they are moved there."""
    last = gaps.last_good_poll(session, claimed.source_id)
    others = identity.recognise(session, claimed, listed, known, keys, last=last, unstable=unstable, now=now)
    stay = {number for key, number in others.moved.items() if key in others.known}
    identity.move(session, {number: listed[key] for key, number in others.moved.items()}, stay, now)
    return others


def _look_back(session: Session, claimed: Task, found: Found, *, listed: dict[str, Link], known: set[str], now: datetime) -> int:
    """Where this poll does not overlap the one before, note the gap and ask for older pages, as long as they do not either."""
    if claimed.baseline or not found.links:
        return 0
    last = gaps.open_since(session, claimed.source_id) if claimed.depth else gaps.last_good_poll(session, claimed.source_id)
    place = {link.url: number for number, link in enumerate(found.links)}
    in_page_order = dict(sorted(listed.items(), key=lambda item: place[item[1].url]))
    gap = gaps.between(in_page_order, known, last, now)
    if gap is None:
        if claimed.depth and last:
            gaps.fill(session, claimed.source_id, now)
        return 0
    if claimed.is_root:
        gaps.note(session, claimed.source_id, *gap, now)
    return links.insert_polls(session, claimed, [(url, None) for url in found.older], now)


# ---- ends


def unchanged(session: Session, claimed: Task, *, now: datetime, next_due: datetime) -> bool:
    """The site says 304: nothing new. False if the lease was lost."""
    if not _close_poll(session, claimed, Reason.UNCHANGED, now, next_due):
        return False
    sources.polled(session, claimed.source_id, now, Outcome(Reason.UNCHANGED), root=claimed.is_root)
    return True


def done(session: Session, claimed: Task, *, now: datetime, reason: str = Reason.OK, again_at: datetime | None = None) -> bool:
    """The article is stored; it is read again at `again_at`, if given. False if the lease was lost."""
    if again_at is not None:
        due = {"state": "due", "due_at": again_at, "turn": again_at, "attempts": 0, "depth": claimed.depth + 1}
        return close(session, claimed, reason=reason, detail=None, done_at=now, **due)
    return close(session, claimed, state="done", reason=reason, detail=None, done_at=now, hint=None)


def failed(session: Session, claimed: Task, outcome: Outcome, *, now: datetime, next_due: datetime | None) -> bool:
    """The work did not succeed: again at `next_due`, or never if that is None (a source's own poll never ends). False if stale."""
    end = "skipped" if outcome.reason in (Reason.NOT_AN_ARTICLE, Reason.ROBOTS, Reason.REFUSED_ADDRESS) else "dead"
    if claimed.is_root and next_due is None:
        next_due = now + timedelta(days=1)
    told = {"state": end, "done_at": now} if next_due is None else {"state": "due", "due_at": next_due, "turn": next_due}
    ours = close(session, claimed, **told, reason=outcome.reason.value, detail=outcome.detail[:500] or None)
    if ours:
        sources.polled(session, claimed.source_id, now, outcome, root=claimed.is_root)
        if next_due is None and claimed.kind == "article" and not claimed.depth and outcome.reason in _OF_THE_PAGE:
            sources.read(session, claimed.source_id, UNREAD)
    failpoint("before-failed-commit")
    return ours


def postpone(session: Session, claimed: Task, *, until: datetime, reason: str) -> bool:
    """Give it back until then; it counts as no attempt. False if stale."""
    return close(session, claimed, state="due", due_at=until, turn=until, reason=reason, attempts=max(claimed.attempts - 1, 0))


def forget_name(session: Session, claimed: Task) -> None:
    """What its source calls the article was another's name before: it names nothing."""
    session.execute(update(task).where(task.c.id == claimed.id).values(guid=None))


def drop(session: Session, claimed: Task, reason: str, now: datetime) -> bool:
    """Its source is not watched any more: keep it aside until it is again."""
    values = {"reason": reason, "detail": f"set aside {now:%Y-%m-%d}", "attempts": claimed.attempts - 1}
    return close(session, claimed, state="paused", **values)


def _close_round(session: Session, claimed: Task, left: int, now: datetime, next_due: datetime, **values: Any) -> None:
    """The poll is done, or still due where links are left and it has rounds for them: `run --once` waits for those, too."""
    if left > 0 and claimed.attempts < MAX_ROUNDS:
        close(session, claimed, state="due", due_at=claimed.due_at or now, reason=MORE, **values)
    else:
        _close_poll(session, claimed, Reason.OK, now, next_due, **values)


def _close_poll(session: Session, claimed: Task, reason: Reason, now: datetime, next_due: datetime, **values: Any) -> bool:
    values |= {"reason": reason.value, "detail": None, "done_at": now, "attempts": 0}
    if claimed.is_root:
        return close(session, claimed, state="due", due_at=next_due, turn=next_due, **values)
    return close(session, claimed, state="done", **values)


# ---- upkeep

_ONE_LESS = case((task.c.attempts > 0, task.c.attempts - 1), else_=0)
_FREE: dict[str, Any] = {"state": "due", "owner": None, "lease_until": None}


def release(session: Session, owner: str) -> int:
    """Give back what `owner` has claimed and not finished; it counts as no attempt."""
    return _free(session, and_(_HELD, task.c.owner == owner))


def recover(session: Session, now: datetime, living: Collection[str] = ()) -> int:
    """Whoever holds a lease and is none of the `living` workers is dead, so what it held is due. Returns how many.

    A kill is not the page's fault: it costs no attempt.
    """
    freed = _free(session, and_(_HELD, task.c.owner.not_in([*living, IN_INBOX])))
    hosts.let_go(session, living)
    settle(session, now)
    return freed


_HELD = task.c.state == "leased"


def _free(session: Session, which: ColumnElement[bool]) -> int:
    hosts.ready_where(session, which)
    return changed(session, update(task).where(which).values(**_FREE, attempts=_ONE_LESS))


def recover_expired(session: Session, now: datetime) -> int:
    """Leases that ran out are due again; an article that lost it ten times is dead. Returns how many leases ran out."""
    expired = and_(_HELD, or_(task.c.lease_until < now, task.c.lease_until > now + MAX_HOLD))
    hopeless = and_(expired, task.c.kind == "article", task.c.attempts >= MAX_LOST_LEASES)
    dead = _FREE | {"state": "dead", "reason": Reason.KILLED.value, "detail": "its lease ran out each time"}
    count = changed(session, update(task).where(hopeless).values(**dead, done_at=now))
    hosts.ready_where(session, expired)
    return count + changed(session, update(task).where(expired).values(_FREE))


def settle(session: Session, now: datetime) -> None:
    """A clock that was ahead must not silence anything until it is right; hosts without work are forgotten."""
    late = and_(task.c.state == "due", task.c.due_at > now + FAR)
    hosts.ready_where(session, late, now)
    session.execute(update(task).where(late).values(due_at=now, turn=now))
    hosts.settle(session, now)


def force_due(session: Session, now: datetime) -> int:
    """Make the polls of all enabled sources due now. Returns how many."""
    idle = task.c.state.in_(("due", "done", "dead"))
    roots = and_(task.c.kind == "poll", task.c.depth == 0, idle)
    hosts.ready_where(session, roots, now)
    return changed(session, update(task).where(roots).values(state="due", due_at=now, turn=now))


def hurry(session: Session, until: datetime, reasons: Sequence[str]) -> int:
    """A source's own poll that waits because of these reasons is due by then at the latest. Returns how many waited longer."""
    root = task.c.kind == "poll", task.c.depth == 0
    waiting = and_(*root, task.c.state == "due", task.c.reason.in_(reasons), task.c.due_at > until)
    hosts.ready_where(session, waiting, until)
    return changed(session, update(task).where(waiting).values(due_at=until, turn=until))


# ---- questions


def pending(session: Session, polls_due_by: datetime, now: datetime, until: datetime) -> int:
    """Work that is not finished: what is leased, and what is due by `until` on a host that may be asked by then.

    What was leased longer ago than a lease lasts is nobody's any more.

    A source's own poll counts only if it was due at `polls_due_by`: `run --once` polls each source once.
    """
    wanted = and_(
        task.c.state == "due", task.c.due_at <= until, _of_now(literal(polls_due_by, UtcDateTime)), host.c.next_at <= until
    )
    query = select(func.count()).select_from(task).join(host, host.c.name == task.c.host, isouter=True)
    at_work = and_(task.c.state == "leased", task.c.lease_until > now)
    return session.scalar(query.where(or_(at_work, wanted))) or 0
