"""A store with articles to read, and editors on it."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update

from crawler import url as urls
from crawler.record import Fact, Found, Link, Record, Source
from jobs.watch import RulePolicy, Watch, WatchedSource
from jobs.workers.editor import Editor, Finished
from storage.db import models
from storage.db.database import Database
from storage.queue import leases, sources
from storage.queue.leases import Lease
from storage.rules.parser import parse
from storage.rules.ruleset import Rule, Ruleset
from tests import polling

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
        [poll] = polling.claim(db, NOW - LEASE, owner="w")
        found = Found(tuple(Link(f"https://a.example/{n}") for n in range(articles)), "feed")
        polling.found(db, poll, found, NOW - LEASE, next_due=NOW + LEASE * 99, keys=urls.link_key)
        db.write_now(lambda s: s.execute(update(models.task).values(baseline=False)))
        self.tasks = polling.claim(db, NOW, owner="w")

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
