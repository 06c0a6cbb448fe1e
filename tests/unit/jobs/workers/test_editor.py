"""What one worker reads another one stores: once, in the order of one, and never by right of a lease that is gone."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, update

from crawler import url as urls
from crawler.record import Fact, Found, Link, Record, Source
from jobs.watch import RulePolicy, Watch, WatchedSource
from jobs.workers.editor import Editor, Finished
from storage.archive import queries
from storage.db import models
from storage.db.database import Database
from storage.queue import frontier, inbox, leases, sources
from storage.queue.frontier import Task
from storage.queue.leases import Lease
from storage.rules.parser import parse
from storage.rules.ruleset import Rule, Ruleset

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
LEASE = timedelta(minutes=3)
TEXT = "The Harbour Institute has opened a library of tide measurements that goes back to 1871, and anybody may copy it. " * 4


class Member:
    """A worker that holds what it is given, whatever the rows say."""

    def __init__(self, held: Lease | None = None, config: int | None = None) -> None:
        self.held, self.config = held, config

    def lease(self, _name: str) -> Lease | None:
        return self.held


class Desk:
    """A store with articles to read, and editors on it."""

    def __init__(self, db: Database, articles: int) -> None:
        self.db, self.counts, self.alerted = db, Counter[str](), 0
        db.write_now(lambda s: sources.sync(s, [(Source("a", "https://a.example/feed"), NOW - LEASE)], NOW - LEASE))
        [poll] = self._claim(NOW - LEASE)
        found = Found(tuple(Link(f"https://a.example/{n}") for n in range(articles)), "feed")
        rest = {"etag": None, "last_modified": None, "next_due": NOW + LEASE * 99, "keys": urls.link_key}
        db.write_now(lambda s: frontier.found(s, poll, found, now=NOW - LEASE, **rest))
        db.write_now(lambda s: s.execute(update(models.task).values(baseline=False)))
        self.tasks = self._claim(NOW)

    def _claim(self, now: datetime) -> list[Task]:
        return self.db.write_now(lambda s: frontier.claim(s, owner="w", now=now, limit=50, lease=LEASE, delay=0.0))

    def editor(self, member: Member, *rules: str) -> Editor:
        names = rules or ("tides",)
        made = Ruleset([Rule(name, parse("library OR 图书馆")) for name in names])
        routing = {name: RulePolicy(("desk",), timedelta(days=9), lambda _now: None) for name in names}
        watched = {"a": WatchedSource(Source("a", "https://a.example/feed"), None)}
        watch = Watch(watched, made, routing, ZoneInfo("UTC"), timedelta(0))
        editor = Editor(self.db, lambda: NOW, lambda: watch, self.counts, self._alerted)
        editor.member = member
        return editor

    def _alerted(self) -> None:
        self.alerted += 1

    def lead(self, who: str, now: datetime = NOW) -> Lease:
        lease = self.db.write_now(lambda s: leases.take(s, leases.EDIT, who, now))
        assert lease is not None
        return lease

    def read(self, number: int, text: str = TEXT) -> Finished:
        task = self.tasks[number]
        record = Record("The Harbour Institute opens a library of tides", task.url, text, source="a", published=NOW)
        fact = Fact("technology", "library", "library", "lexicon", text.index("library"), text.index("library") + 7)
        return Finished(task, record.with_facts(fact), ("harbour",))

    def rows(self) -> tuple[int, int, int]:
        """Articles, alerts, letters."""
        tables = (models.article, models.alert, models.inbox)
        return tuple(self.db.read(lambda s, t=t: s.scalar(select(func.count()).select_from(t))) for t in tables)  # type: ignore[return-value]

    def states(self) -> Counter[str]:
        of = select(models.task.c.state).where(models.task.c.kind == "article")
        return Counter(self.db.read(lambda s: s.scalars(of).all()))


def run(work: Callable[[], Awaitable[object]]) -> None:
    async def go() -> None:
        await work()

    asyncio.run(go())


def test_who_edits_stores_at_once(db: Database) -> None:
    desk = Desk(db, 1)
    run(lambda: desk.editor(Member(desk.lead("one"))).take(desk.read(0)))
    assert desk.rows() == (1, 1, 0)
    assert (desk.states(), desk.alerted) == (Counter(done=1), 1)


def test_what_another_has_read_is_stored_with_all_that_was_read(db: Database) -> None:
    desk = Desk(db, 2)
    reader, leader = desk.editor(Member()), desk.editor(Member(desk.lead("one")))
    run(lambda: reader.take(desk.read(0)))
    assert desk.rows() == (0, 0, 1)
    assert desk.states() == Counter(leased=2)
    assert db.write_now(lambda s: frontier.recover(s, NOW, ["w"])) == 0, "it waits, and nobody's death brings it back"
    assert db.write_now(lambda s: frontier.recover_expired(s, NOW + 9 * LEASE)) == 1, "the other one's lease"
    run(leader.work)
    assert desk.rows() == (1, 1, 0)
    assert desk.states() == Counter(done=1, due=1)
    record = db.read(lambda s: queries.record(s, 1))
    assert record is not None
    assert (record.text, record.facts, record.published) == (TEXT, desk.read(0).record.facts, NOW)  # type: ignore[union-attr]


def test_copies_read_at_one_moment_by_several_are_one_story_and_one_alert(db: Database) -> None:
    desk = Desk(db, 6)
    readers, leader = [desk.editor(Member()) for _ in range(3)], desk.editor(Member(desk.lead("one")))

    async def together() -> None:
        await asyncio.gather(*(readers[n % 3].take(desk.read(n)) for n in range(5)), leader.take(desk.read(5)))
        while await leader.work():
            pass

    run(together)
    assert desk.rows() == (6, 1, 0)
    assert db.read(lambda s: s.scalar(select(models.alert.c.reprints))) == 5


def test_who_lost_the_lease_and_does_not_know_changes_nothing_and_hands_over(db: Database) -> None:
    desk = Desk(db, 2)
    old = desk.editor(Member(desk.lead("one")))
    new = desk.editor(Member(desk.lead("two", NOW + leases.LENGTH)))
    run(lambda: old.take(desk.read(0)))
    assert desk.rows() == (0, 0, 1)
    run(old.work)
    assert desk.rows() == (0, 0, 1)
    run(new.work)
    assert desk.rows() == (1, 1, 0)


def test_an_article_is_handed_over_once_and_only_by_who_holds_its_task(db: Database) -> None:
    desk = Desk(db, 1)
    reader = desk.editor(Member())
    run(lambda: reader.take(desk.read(0)))
    db.write_now(lambda s: s.execute(update(models.task).values(fence=models.task.c.fence + 1)))
    run(lambda: reader.take(desk.read(0)))
    assert desk.rows() == (0, 0, 1)


def test_what_was_matched_by_another_configuration_is_matched_again(db: Database) -> None:
    desk = Desk(db, 1)
    run(lambda: desk.editor(Member(config=1), "old").take(desk.read(0)))
    run(desk.editor(Member(desk.lead("one"), config=2), "new").work)
    assert db.read(lambda s: s.scalars(select(models.alert.c.rule)).all()) == ["new"]


def test_a_letter_that_nobody_can_read_holds_up_no_other(db: Database) -> None:
    desk = Desk(db, 2)
    reader, leader = desk.editor(Member()), desk.editor(Member(desk.lead("one")))
    run(lambda: reader.take(desk.read(0)))
    db.write_now(lambda s: s.execute(update(models.inbox).values(finished={"written": "by a later version"})))
    run(lambda: reader.take(desk.read(1)))
    run(leader.work)
    assert desk.rows() == (1, 1, 0)
    assert desk.states() == Counter(done=1, due=1), "its article is read again"


@pytest.mark.parametrize("told", [True, False])
def test_a_page_that_is_gone_is_handed_over_too(db: Database, told: bool) -> None:
    desk = Desk(db, 1)
    gone = Finished(desk.tasks[0], None, detail="HTTP 410")
    run(lambda: desk.editor(Member(desk.lead("one") if told else None)).take(gone))
    if not told:
        assert db.read(inbox.waiting)[0] == 1
        run(desk.editor(Member(desk.lead("one"))).work)
    assert (desk.rows(), desk.states()) == ((0, 0, 0), Counter(done=1))


def test_words_that_no_database_keeps_can_be_handed_over(db: Database) -> None:
    desk = Desk(db, 1)
    odd = TEXT + "\x00 \ud800"
    finished = desk.read(0, odd)
    assert finished.record is not None
    run(lambda: desk.editor(Member()).take(finished))
    run(desk.editor(Member(desk.lead("one"))).work)
    assert desk.rows() == (1, 1, 0)
