"""The whole way, from a watched source to an alert in the ledger.

    frontier.claim | engine.fetch | spiders FIND | frontier.found            a poll: which links are new to us?
    frontier.claim | engine.fetch | parsers READ | analyzers ADD | editor.take      an article: rules.match | articles.store, with its alerts
    outbox.claim   | channels SEND | outbox.sent                             in jobs/deliver/dispatcher.py, with its own tick

Each `|` is a value handed over; each step that ends in the store is one transaction, so a kill at any instant leaves the work due
again. A failure is an `Outcome`, stored where the user looks; anything unexpected is logged and the task's lease runs out.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from crawler import url as urls
from crawler.errors import NotAnArticle, ReadError, SpiderError
from crawler.fetch.engine import Fetch, FetchResult
from crawler.record import Fact, Found, Link, Outcome, Page, Reason, Record
from crawler.sandbox.fair_queue import Overloaded
from crawler.sandbox.pool import Killed, Readers
from crawler.stages.add import bare
from crawler.stages.parts import MAX_PAGES, UNTITLED, joined, next_page
from jobs import log, pacing, schedule
from jobs.watch import Asked, Hooks, Part, Watch, WatchedSource, Work
from jobs.workers.editor import Editor, Finished
from storage.archive.prepared import Prepared
from storage.db.database import Database
from storage.db.failpoints import failpoint
from storage.queue import frontier, hosts, sources, usage
from storage.queue.frontier import Task

LEASE = timedelta(minutes=3)  # longer than the longest fetch (30 s) and two readings (8 s) of a batch that waits its turn
OVERLOADED = timedelta(seconds=20)  # until a page is asked for again that too many others stood before
HORIZON = timedelta(seconds=1)  # how far ahead of its pace a host's requests may be claimed
BATCH = 8  # tasks claimed at once
PLAN_AGAIN = timedelta(minutes=10)
IDLE = timedelta(seconds=1)  # how long an empty frontier is believed
GONE_AGAIN = timedelta(minutes=30)  # until a page that was read once and is gone now is asked for again
FULL_AGAIN = timedelta(hours=23)  # a list that was only 304 for a day is asked for whole: validators may be wrong for ever
PASSING = frozenset("empty login-wall redirect shell soft-404 too-short".split())  # what may stand where an article will be
TROUBLE = ("captcha", "other-page")  # what a site shows in place of all its articles, until it is well again
DOUBTED = 6  # attempts, an hour, after which a page under quite another headline is taken as it is: better odd than missed
MIN_OWN_TEXT = 12  # code points of what a source says itself, to make a record of it when the page cannot be read

Made = Record | Prepared  # as it comes from a child, or as it is told without one

_log = log.get("pipeline")


class Pipeline:
    """Hands tasks to the engine and its answers to storage.

    `polls_due_by`, if set, lets each source's own poll be claimed only when it was due at that moment (`run --once`).
    """

    def __init__(self, db: Database, readers: Readers, watch: Watch, owner: str, now: Callable[[], datetime]) -> None:
        self.watch = watch
        self.hooks = Hooks()
        self.counts: Counter[str] = Counter()
        self.outcomes: dict[str, Reason] = {}  # of each source's last poll
        self.polls_due_by: datetime | None = None
        self.resting = False  # the day's budget is used up: no polls, only articles
        self._db = db
        self._readers = readers
        self._owner = owner
        self._now = now
        self._claimed: deque[Task] = deque()
        self._beside: deque[Fetch[Work]] = deque()  # what is no task: further pages of an article, requests to hubs
        self._pages = 0  # … of them, which are not on account yet
        self._look_again: datetime | None = None
        self._rng = random.Random()
        self._plan: tuple[Watch, datetime, pacing.Plan] | None = None
        self._planning = asyncio.Lock()
        self.editor = Editor(db, now, lambda: self.watch, self.counts, self._alerted)

    def _alerted(self) -> None:
        self.hooks.alerted()

    # ---- frontier → engine

    async def claim(self) -> Fetch[Work] | None:
        """The next request that is due, or None when nothing is."""
        if self._beside:
            self._pages += 1
            return self._beside.popleft()
        if not self._claimed:
            await self._claim_batch()
        while self._claimed:
            task = self._claimed.popleft()
            watched = self.watch.sources.get(task.source)
            if watched is None:
                await self._drop(task)
            elif not await self._told_whole(task, watched):
                failpoint("after-claim")
                return self._in_turn(task, self._fetch(task, watched))
        return None

    async def _told_whole(self, task: Task, watched: WatchedSource) -> bool:
        """Store an article without asking for its page: its whole text is given by configuration (`text:`), or it is one of several on
        a page that would show them all."""
        one_page = task.hint is not None and task.hint.entry is not None
        whole = one_page or (task.hint is not None and task.hint.text and watched.source.options.get("text"))
        own = _record_of_link(task, self._now(), 1 if one_page else MIN_OWN_TEXT) if whole else None
        if own is None:
            return False
        await self._store(task, watched, await self._with_facts(own))
        return True

    async def _claim_batch(self) -> None:
        now = self._now()
        if self._look_again and now < self._look_again <= now + IDLE:  # later than that: the clock was set back
            return
        further, self._pages = self._pages + self.hooks.further(), 0
        tasks, spent = await self._db.write(lambda s: self._claim(s, now, further), alone=True)
        if spent and not self.resting:
            _log.warning("budget used up: polls wait for the next day", budget=self.watch.budget, day=self.watch.day(now))
        self.resting = spent
        self._claimed.extend(tasks)
        self._look_again = None if tasks else now + IDLE

    def _claim(self, session: Session, now: datetime, further: int) -> tuple[list[Task], bool]:
        """Due tasks, and whether the day's budget is used up; then they are articles only."""
        day, budget = self.watch.day(now), self.watch.budget
        if further:
            usage.add(session, day, further)
        left = BATCH if budget is None else budget - usage.of_day(session, day) - further
        spent = left <= 0
        limit, due_by = BATCH if spent else min(BATCH, left), frontier.NEVER if spent else self.polls_due_by
        tasks = frontier.claim(
            session,
            owner=self._owner,
            now=now,
            limit=limit,
            lease=LEASE,
            delay=self._delay,
            horizon=HORIZON,
            polls_due_by=due_by,
            day=day,
        )
        return tasks, spent

    async def _drop(self, task: Task) -> None:
        await self._db.write(lambda s: frontier.drop(s, task, "source is no longer configured", self._now()))

    def ask(self, fetch: Fetch[Work]) -> None:
        """Make this request next; its answer comes back by its work."""
        self._beside.append(fetch)
        self.hooks.has_work()

    def look_now(self) -> None:
        """There may be work: ask the frontier again at once."""
        self._look_again = None
        self.hooks.has_work()

    def _delay(self, host: str) -> float:
        return max(self.watch.delay.total_seconds(), self.hooks.host_delay(host))

    def _in_turn(self, task: Task, fetch: Fetch[Work]) -> Fetch[Work]:
        """The request at its host's turn; where other workers ask hosts, too, not long after it."""
        if task.slot is None:
            return fetch
        wait = (task.slot - self._now()).total_seconds()
        return replace(fetch, wait=max(wait, 0.0), latest=wait + hosts.LATEST.total_seconds() if self._db.shared else None)

    def _fetch(self, task: Task, watched: WatchedSource) -> Fetch[Work]:
        if task.kind == "poll":
            headers, body = watched.headers, watched.body
            method = "POST" if body is not None else "GET"
            if watched.render:  # unconditional: a shell that is the same says nothing of what its scripts will show
                return Fetch(task.url, task, headers=headers, method=method, body=body, render=True)
            named = watched.source.kind != "auto"
            if task.full_at is None or abs(self._now() - task.full_at) > FULL_AGAIN:
                return Fetch(task.url, task, None, None, headers, method, body, any_type=named)
            return Fetch(task.url, task, task.etag, task.last_modified, headers, method, body, any_type=named)
        return Fetch(urls.desktop_twin(task.url) or task.url, task, render=watched.render is True)

    async def release(self) -> None:
        """Give back what was claimed and not begun, at a clean stop."""
        self._claimed.clear()
        self._beside.clear()
        await self._db.write(lambda s: frontier.release(s, self._owner))

    # ---- engine → storage

    async def answered(self, answer: FetchResult[Work]) -> None:
        """One request came to its end: store what it means."""
        failpoint("after-fetch")
        work = answer.fetch.work
        if isinstance(work, Asked):
            self.hooks.hub_answered(answer, work)
            return
        part, task = (work, work.task) if isinstance(work, Part) else (None, work)
        watched = self.watch.sources.get(task.source)
        if watched is None or answer.outcome.reason is Reason.STOPPED:
            return  # its lease is released, or a reload has dropped the source
        if answer.outcome.retry_after is not None and answer.outcome.reason is Reason.RATE_LIMITED:
            until = self._now() + timedelta(seconds=answer.outcome.retry_after)
            await self._db.write(lambda s: hosts.hold(s, task.host, until, answer.outcome.reason))
        if answer.also:
            await self._db.write(lambda s: usage.add(s, self.watch.day(self._now()), answer.also, 0))
        if answer.outcome.reason is Reason.OVERLOADED:
            await self._later(task, answer.outcome.detail, answer.outcome.retry_after)
            return
        try:
            if part is not None:
                await self._next_part(part, watched, answer)
            else:
                await (self._polled if task.kind == "poll" else self._fetched)(task, watched, answer)
        except Overloaded as error:
            await self._later(task, str(error))

    async def _later(self, task: Task, why: str, wait: float | None = None) -> None:
        """It is not its turn: too much waits to be read, or its host asked for a pause of `wait` seconds. Give it back."""
        until = self._now() + (timedelta(seconds=wait) if wait else OVERLOADED * self._rng.uniform(1, 2))
        await self._db.write(lambda s: frontier.postpone(s, task, until=until, reason=Reason.OVERLOADED.value))
        _log.info("postponed", source=task.source, url=task.url, reason=why)

    async def _polled(self, task: Task, watched: WatchedSource, answer: FetchResult[Work]) -> None:
        outcome = answer.outcome
        if answer.page is not None:
            try:
                found = await self._readers.find(answer.page, watched.source, self._now(), self.watch.zone)
            except Killed as error:
                outcome = Outcome(Reason.KILLED, str(error))
            except SpiderError as error:
                outcome = Outcome(Reason.UNREADABLE, str(error))
            else:
                if not _is_error_page(task, found):
                    await self._keep_links(task, watched, answer, found)
                    return
                why = f"the answer is an HTML page; until now this was a source of kind {task.found_kind}"
                outcome = Outcome(Reason.UNREADABLE, why)
        if outcome.reason is Reason.UNCHANGED:
            await self._keep_links(task, watched, answer, None)
            return
        await self._poll_failed(task, watched, outcome)

    async def _keep_links(self, task: Task, watched: WatchedSource, answer: FetchResult[Work], found: Found | None) -> None:
        now = self._now()
        wish = max(filter(None, (found.ttl if found else None, answer.max_age)), default=None)
        due = schedule.next_poll(await self._cadence(watched, now), now, site_wish=wish)
        due = now + self.hooks.pause(task.source, due - now) if task.is_root else due
        kept = await self._db.write(lambda s: _keep(s, task, answer, found, now=now, due=due))
        if kept.stale:
            _log.info("a poll came too late: another has its place", source=task.source)
            return
        if task.is_root:
            self.outcomes[task.source] = Reason.UNCHANGED if found is None else Reason.OK
        self.counts["polls"] += not kept.left  # else it goes on at once
        if found is None:
            _log.info("polled", source=task.source, outcome=Reason.UNCHANGED.value)
            return
        if task.is_root and self.hooks.polled:
            await self.hooks.polled(task.source, found.hub, kept.new)
        self.counts["links"] += kept.new
        if kept.new:
            self.look_now()
        _log.info("polled", source=task.source, outcome="ok", kind=found.kind, links=len(found.links), new=kept.new)

    async def _cadence(self, watched: WatchedSource, now: datetime) -> schedule.Cadence:
        """When this source is next due: as configured, or as planned for all adaptive sources together."""
        if watched.cadence is not None:
            return watched.cadence
        async with self._planning:
            if self._plan is None or self._plan[0] is not self.watch or abs(now - self._plan[1]) > PLAN_AGAIN:
                self._plan = self.watch, now, await asyncio.to_thread(self._new_plan, self.watch, now)
            plan = self._plan[2]
        return plan.cadence(watched.source.name)

    def _new_plan(self, watch: Watch, now: datetime) -> pacing.Plan:
        weights = {name: watched.weight for name, watched in watch.sources.items() if watched.cadence is None}
        known = self._db.read(sources.rhythms)
        return pacing.plan(weights, known, now, budget=watch.budget, others=watch.timed_polls)

    async def _poll_failed(self, task: Task, watched: WatchedSource, outcome: Outcome) -> None:
        now = self._now()
        due = schedule.next_poll_after_failure(await self._cadence(watched, now), now, outcome, task.attempts)
        if not await self._db.write(lambda s: frontier.failed(s, task, outcome, now=now, next_due=due)):
            return  # another has its place
        self.counts["failed polls"] += 1
        if task.is_root:
            self.outcomes[task.source] = outcome.reason
        why = {"reason": outcome.reason.value, "detail": outcome.detail}
        _log.warning("poll failed", source=task.source, **why, url=task.url, next=due)

    async def _fetched(self, task: Task, watched: WatchedSource, answer: FetchResult[Work]) -> None:
        outcome, made = answer.outcome, None
        if answer.page is not None:
            outcome, made = await self._read(task, watched, answer.page)
            outcome = replace(outcome, permanent=outcome.permanent and not answer.partly)
        if made is not None:
            if not self._goes_on(Part(task, _record(made)), watched):
                await self._store(task, watched, made)
            return
        now = self._now()
        own = _record_of_link(task, now)
        if _may_pass(task, outcome):
            due = schedule.next_look(now, outcome, task.attempts, self._rng, told=own is not None)
        else:
            most = schedule.FEWER_ATTEMPTS if own else schedule.ARTICLE_ATTEMPTS
            due = schedule.next_read(now, outcome, task.attempts, self._rng, most)
        if task.depth and due is None:
            await self._reread_failed(task, outcome, now)
            return
        if own is not None and due is None:
            own = own.with_facts(Fact("reading", "text-from-source", f"{outcome.reason} {outcome.detail}"[:200], "pipeline"))
            await self._store(task, watched, await self._with_facts(own))
            return
        self.counts["failed articles"] += due is None
        await self._db.write(lambda s: frontier.failed(s, task, outcome, now=now, next_due=due))
        why = {"reason": outcome.reason.value, "detail": outcome.detail}
        _log.info("not read", source=task.source, **why, url=task.url, final=due is None)

    def _goes_on(self, part: Part, watched: WatchedSource) -> bool:
        """Ask for the article's next page, if it names one that is new and on the same site. The lease of the first covers it."""
        address = next_page(part.record)
        if address is None or address in part.asked or len(part.asked) >= MAX_PAGES - 1:
            return False
        if not urls.same_site(address, part.task.url):
            return False
        self.ask(Fetch(address, replace(part, asked=(*part.asked, address)), render=watched.render is True))
        return True

    async def _next_part(self, part: Part, watched: WatchedSource, answer: FetchResult[Work]) -> None:
        """Join one more page to an article. What cannot be read ends it: better short than missed."""
        whole = part.record
        if answer.page is not None:
            _, further = await self._read(replace(part.task, hint=None, url=answer.fetch.url), watched, answer.page)
            whole = joined(whole, _record(further)) if further is not None else whole
        if whole is not part.record and self._goes_on(replace(part, record=whole), watched):
            return
        await self._store(part.task, watched, await self._with_facts(bare(whole)))

    async def _with_facts(self, record: Record) -> Made:
        try:
            made: Made = await self._readers.add(record)
            return made
        except ReadError as error:
            _log.warning("stored without facts", link=record.link, reason=str(error))
            return record

    async def _reread_failed(self, task: Task, outcome: Outcome, now: datetime) -> None:
        """An article that was read before cannot be read any more. It is withdrawn when its page is gone, and still gone later."""
        if outcome.reason is Reason.GONE and task.attempts < 2:
            await self._db.write(lambda s: frontier.failed(s, task, outcome, now=now, next_due=now + GONE_AGAIN))
            return
        if outcome.reason is not Reason.GONE:
            await self._db.write(lambda s: frontier.done(s, task, now=now, reason=outcome.reason))
            return
        await self.editor.take(Finished(task, None, detail=outcome.detail))

    async def _read(self, task: Task, watched: WatchedSource, page: Page) -> tuple[Outcome, Made | None]:
        link = task.hint or Link(task.url)
        try:
            record = await self._readers.read(page, replace(link, url=task.url), watched.source.name, self.watch.zone)
        except Killed as error:
            return Outcome(Reason.KILLED, str(error), permanent=task.attempts >= 2), None  # a page that kills twice is left alone
        except NotAnArticle as error:
            if error.reason == "other-page" and task.attempts >= DOUBTED:
                return await self._read(replace(task, hint=replace(link, title=None)), watched, page)
            return Outcome(Reason.NOT_AN_ARTICLE, f"{error.reason} {error.detail}".strip(), error.reason not in TROUBLE), None
        except ReadError as error:
            return Outcome(Reason.UNREADABLE, str(error), permanent=True), None
        return Outcome(Reason.OK), record

    async def _store(self, task: Task, watched: WatchedSource, made: Made) -> None:
        failpoint("after-read")
        record = replace(_record(made), first_seen=self._now())
        finished = Finished(task, record, watched.source.tags)
        await self.editor.take(finished, made if isinstance(made, Prepared) else None)


def _is_error_page(task: Task, found: Found) -> bool:
    """A page of links where data were until now: so sites answer with 200 when something fails, and what it links to is no news."""
    return found.kind == "listing" and task.found_kind in ("feed", "sitemap", "api")


def _keep(
    session: Session, task: Task, answer: FetchResult[Work], found: Found | None, *, now: datetime, due: datetime
) -> frontier.Kept:
    """Store what a good poll says; `found` is None where nothing changed."""
    if task.is_root:
        sources.moved(session, task.source_id, answer.moved_to)
    if found is None:
        return frontier.Kept(stale=not frontier.unchanged(session, task, now=now, next_due=due))
    return frontier.found(
        session,
        task,
        found,
        etag=answer.etag,
        last_modified=answer.last_modified,
        now=now,
        next_due=due,
        keys=urls.link_key,
        size=len(answer.page.body) if answer.page else 0,
    )


def _may_pass(task: Task, outcome: Outcome) -> bool:
    """Whether the page of an article that has just been found may still become one. What was there before us is believed at once."""
    if task.depth or task.baseline:
        return False
    if outcome.reason is Reason.GONE:
        return outcome.detail == "HTTP 404"
    return outcome.reason is Reason.NOT_AN_ARTICLE and outcome.detail.partition(" ")[0] in PASSING


def _record(made: Made) -> Record:
    return made.record if isinstance(made, Prepared) else made


def _record_of_link(task: Task, now: datetime, least: int = MIN_OWN_TEXT) -> Record | None:
    """A record from what the source itself said, for an article whose page will not be read: better short than missed."""
    link = task.hint
    if link is None or not (link.title or link.entry):
        return None
    text = link.text or link.summary or (link.title if link.entry else None) or ""
    if len(text) < least:
        return None
    place = urls.fragment_of(link.url) if link.entry else ""
    title, address = link.title or text.split("\n")[0][:UNTITLED], urls.canonical(link.url) + (f"#{place}" if place else "")
    return Record(
        title,
        address,
        text,
        published=link.published,
        author=link.author,
        publisher=link.publisher,
        source=task.source,
        fetched=now,
    )
