"""What becomes of an article that was read: its story, its alerts, its messages, in one transaction and one after the other.

    take(finished) ── we edit ──▶ articles.store          else ──▶ inbox ──▶ the worker that edits: articles.store

One worker edits at a time, by a lease. Each transaction proves that it still holds it, and nobody takes it before that has committed: so
copies that are read at one moment are one story and one alert, and a worker that was stopped past its lease changes nothing.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Protocol

from pydantic import TypeAdapter
from sqlalchemy.orm import Session

from crawler import url as urls
from crawler.record import Record
from jobs import log
from jobs.deliver.message import payload, record_fields
from jobs.watch import Watch
from storage.alerts import first_poll
from storage.archive import articles
from storage.archive.articles import Stored
from storage.archive.prepared import Prepared, prepare
from storage.db import signals
from storage.db.database import Database
from storage.db.errors import StorageError
from storage.db.texts import as_stored
from storage.queue import inbox, leases
from storage.queue.frontier import Task
from storage.queue.inbox import Letter
from storage.queue.leases import Lease
from storage.rules.ruleset import Hit

BATCH = 50  # letters that are stored together
AGAIN = timedelta(minutes=10)  # until an article that could not be stored is read again

_log = log.get("pipeline")


@dataclass(frozen=True, slots=True)
class Finished:
    """An article as its reader hands it over, with the tags of its source. `record` is None where the page is gone: `detail` says how."""

    task: Task
    record: Record | None
    tags: tuple[str, ...] = ()
    detail: str = ""
    hits: tuple[Hit, ...] | None = None  # None: not matched yet


class Deposed(Exception):
    """Another worker edits now; nothing was changed."""


class Member(Protocol):
    """This program among the workers. `config`: the version of the configuration that it follows."""

    config: int | None

    def lease(self, name: str) -> Lease | None:
        """What it holds, while it surely does."""


class Editor:
    """Stores what was read, or hands it to the worker that may. Without a `member` there is no other."""

    def __init__(
        self,
        db: Database,
        now: Callable[[], datetime],
        watch: Callable[[], Watch],
        counts: Counter[str],
        alerted: Callable[[], None],
    ) -> None:
        self.member: Member | None = None
        self._db = db
        self._now = now
        self._watch = watch
        self._counts = counts
        self._alerted = alerted
        self._holding = False  # alerts of first polls wait until all of those are read

    async def take(self, finished: Finished, prepared: Prepared | None = None) -> None:
        """Store it, or hand it over; what its reader has `prepared` is not worked out again."""
        if finished.record is not None:
            finished = replace(finished, hits=self._match(finished.record, finished.tags))
        if self.member is None or self.member.lease(leases.EDIT) is not None:
            try:
                await self._store(finished, prepared)
                return
            except Deposed:
                pass
        await self._hand_over(finished)

    def _match(self, record: Record, tags: Sequence[str]) -> tuple[Hit, ...]:
        return tuple(self._watch().rules.match(record, tags, self._now()))

    # ---- read here, stored there

    async def _hand_over(self, finished: Finished) -> None:
        now, config = self._now(), self.member.config if self.member else None
        record = as_stored(finished.record) if finished.record else None
        data = _letters().dump_python(replace(finished, record=record), mode="json")
        ours = await self._db.write(lambda s: inbox.put(s, finished.task, data, config, now))
        self._counts["handed over"] += ours
        _log.info("handed over" if ours else "too late", source=finished.task.source, url=finished.task.url)

    async def work(self) -> int:
        """Store what others have read, if it is ours to do; how many."""
        if self.member is None or self.member.lease(leases.EDIT) is None:
            return 0
        letters = await asyncio.to_thread(self._db.read, lambda s: inbox.first(s, BATCH))
        try:
            await asyncio.gather(*map(self._read_letter, letters))
        except Deposed:
            _log.warning("another worker edits now")
        return len(letters)

    async def _read_letter(self, letter: Letter) -> None:
        try:
            await self._deal_with(letter)
        except (StorageError, Deposed):
            raise
        except Exception:  # noqa: BLE001  one article that cannot be stored, or of another version of this program, must not hold up the rest
            _log.exception("an article is read again", letter=letter.id)
            await self._db.write(lambda s: inbox.send_back(s, letter, self._now() + AGAIN))

    async def _deal_with(self, letter: Letter) -> None:
        finished = _letters().validate_python(letter.finished)
        config = self.member.config if self.member else None
        if finished.record is not None and letter.config != config:  # matched by other rules than ours
            finished = replace(finished, hits=self._match(finished.record, finished.tags))
        prepared = await asyncio.to_thread(prepare, finished.record) if finished.record is not None else None
        await self._store(finished, prepared, letter)

    # ---- stored

    async def _store(self, finished: Finished, prepared: Prepared | None, letter: Letter | None = None) -> None:
        now, task, record = self._now(), finished.task, finished.record
        lease = self.member.lease(leases.EDIT) if self.member else None
        if self.member is not None and lease is None:
            raise Deposed
        hits = [hit for hit in finished.hits or () if hit.rule in self._watch().routing]  # of rules that there still are
        drafts = [self._draft(record, hit, task, now) for hit in hits] if record else []
        updates = self._updates(record, now)
        made = replace(prepared, record=record) if prepared and record else record

        def store(session: Session) -> Stored | int | None:
            if lease is not None and not leases.is_held(session, lease):
                raise Deposed
            if letter is not None and not inbox.take(session, letter):
                return None
            if made is None:
                return articles.withdrawn(session, task, key=task.key, detail=finished.detail, updates=updates, now=now)
            kept = _put(session, finished, made, drafts=drafts, updates=updates, now=now)
            if kept.alerts_made or kept.alerts_folded:
                signals.tell(session, signals.MESSAGES)
            return kept

        stored = await self._db.write(store)
        if isinstance(stored, int):
            self._told(stored, 0)
            _log.info("withdrawn", source=task.source, url=task.url, detail=finished.detail, alerts=stored)
        elif stored is not None and record is not None:
            self._note(task, record, stored, drafts)

    def _note(self, task: Task, record: Record, stored: Stored, drafts: Sequence[articles.AlertDraft]) -> None:
        self._counts[stored.verdict] += 1
        self._told(stored.alerts_made, stored.alerts_folded)
        self._holding |= task.baseline and stored.alerts_made > 0
        self._counts["too old"] += stored.verdict in ("new", "reprint") and bool(drafts) and all(draft.muted for draft in drafts)
        self._counts["beyond first poll"] += stored.alerts_over
        _log.info(
            "stored",
            verdict=stored.verdict,
            record=stored.article_id,
            source=task.source,
            title=record.title[:60],
            reason=stored.reason,
            alerts=stored.alerts_made,
            folded=stored.alerts_folded,
        )

    def _told(self, made: int, folded: int) -> None:
        self._counts["alerts"] += made
        if made or folded:
            self._alerted()

    async def settle(self, *, over: bool = False) -> int:
        """When the first polls are read, or it is `over`, what they raised may leave; how many messages."""
        if not self._holding or (
            not over and await asyncio.to_thread(self._db.read, lambda s: first_poll.is_reading(s, self._now()))
        ):
            return 0
        self._holding = False
        count = await self._db.write(lambda s: first_poll.release(s, self._now()))
        self._alerted()
        _log.info("first polls are read", messages=count, silent=self._counts["beyond first poll"])
        return count

    def _draft(self, record: Record, hit: Hit, task: Task, now: datetime) -> articles.AlertDraft:
        routing = self._watch().routing[hit.rule]
        cooldown = articles.Cooldown(routing.cooldown, routing.due) if routing.cooldown else None
        return articles.AlertDraft(
            hit.rule,
            hit.version,
            routing.channels,
            payload(record, hit, routing.digest_size),
            due=routing.due(now),
            fold=routing.fold,
            again_when=routing.again_when,
            cooldown=cooldown,
            muted=routing.muted(record, task.baseline, now),
            at_most=routing.first_poll if task.baseline else None,
        )

    def _updates(self, record: Record | None, now: datetime) -> articles.Updates:
        """The rules whose readers want to know of changes."""
        due = {name: routing.due(now) for name, routing in self._watch().routing.items() if routing.on_update}
        return articles.Updates(due, record_fields(record) if record and due else {})


def _put(
    session: Session,
    finished: Finished,
    made: Record | Prepared,
    *,
    drafts: Sequence[articles.AlertDraft],
    updates: articles.Updates,
    now: datetime,
) -> Stored:
    task, record = finished.task, made.record if isinstance(made, Prepared) else made
    key, place = task.key, urls.link_key(task.url)
    one_page = task.hint is not None and task.hint.entry is not None
    # the address that the page itself calls canonical, the one that it was sent on to, and its own without a query (?from=list)
    others = [fact.quote for fact in record.facts if fact.kind == "reading" and fact.value == "canonical"]
    aliases = [] if one_page else sorted({place, urls.path_key(task.url), *map(urls.link_key, others)} - {key})
    return articles.store(
        session,
        made,
        key=key,
        moved_to=place if place != key and not one_page else None,
        aliases=aliases,
        tags=finished.tags,
        task=task,
        alerts=drafts,
        updates=updates,
        now=now,
    )


@cache
def _letters() -> TypeAdapter[Any]:
    return TypeAdapter(Finished)
