"""A month of polls, articles and alerts under a machine's clock that is set back and forth: nothing is lost, nothing comes twice."""

import random
from collections import Counter
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from crawler.record import Found, Link, Record, Source
from storage.alerts import outbox
from storage.archive import articles
from storage.archive.articles import AlertDraft
from storage.db.database import Database, open_database
from storage.queue import clock_set, frontier, sources
from tests.month import BACK_AND_FORTH, DAY, DAYS, START
from tests.polling import claim, found

STEP = timedelta(hours=1)
EVERY = timedelta(hours=4)
NAMES = ("a", "b", "c")


class Program:
    """What the daemon does with its store, an hour at a time. `alerted` counts what a channel took."""

    def __init__(self, db: Database) -> None:
        self.db, self.rng = db, random.Random(7)
        self.written: dict[str, datetime] = {}
        self.alerted: Counter[str] = Counter()
        self.delay: dict[str, timedelta] = {}
        self.polls: Counter[str] = Counter()
        self.off = timedelta(0)
        self.sending: list[outbox.Delivery] = []
        db.write_now(lambda s: sources.sync(s, [(Source(name, f"https://{name}.example/feed"), START) for name in NAMES], START))

    def step(self, moment: datetime) -> None:
        """Sites write, the clock may have been set, the program polls, reads, and sends; what it sends now is accepted at the next step."""
        if self.rng.random() < 0.6:
            self.written[f"https://{self.rng.choice(NAMES)}.example/{len(self.written)}"] = moment
        off = next((by for since, by in reversed(BACK_AND_FORTH) if since <= moment), timedelta(0))
        if off != self.off:
            was, now = moment + self.off, moment + off
            self.off = off
            self.db.write_now(lambda s: clock_set.bring_in_line(s, was, now))
        now = moment + self.off
        self.db.write_now(lambda s: frontier.recover_expired(s, now))
        for one in self.sending:
            self.db.write_now(lambda s, one=one: outbox.sent(s, one, now=now))
        while tasks := claim(self.db, now):
            for task in tasks:
                self._work(task, now)
        self.sending = self.db.write_now(
            lambda s: outbox.claim(s, channel="desk", owner="me", now=now, limit=50, lease=STEP * 1.5)
        )
        for one in self.sending:
            link = one.payload["title"]
            self.alerted[link] += 1
            self.delay[link] = moment - self.written[link]

    def _work(self, task: frontier.Task, now: datetime) -> None:
        if task.kind == "poll":
            self.polls[task.source] += 1
            listed = [link for link in self.written if link.startswith(f"https://{task.source}.")][-20:]
            found(self.db, task, Found(tuple(Link(link, link) for link in reversed(listed)), "feed"), now, next_due=now + EVERY)
            return
        text = " ".join("".join(self.rng.choices("abcdefghij", k=6)) for _ in range(40))  # nobody's reprint
        record = Record(title=text[:40], link=task.url, text=text)
        draft = AlertDraft("r", "v", ("desk",), {"title": task.url})

        def store(session: object) -> None:
            articles.store(session, record, key=task.url, alerts=(draft,), now=now)
            frontier.done(session, task, now=now)

        self.db.write_now(store)


def _run(program: Program) -> None:
    for count in range(DAYS * DAY // STEP):
        program.step(START + count * STEP)


def test_in_a_month_of_jumps_each_article_is_alerted_once_and_in_time(tmp_path: Path) -> None:
    with closing(open_database(f"sqlite:///{tmp_path}/zhixun.db")) as db:
        db.upgrade()
        program = Program(db)
        _run(program)
    expected = {link for link, at in program.written.items() if at < START + DAYS * DAY - 2 * EVERY}
    assert expected <= set(program.alerted)
    assert set(program.alerted.values()) == {1}
    assert max(program.delay.values()) <= EVERY + 2 * STEP
    assert all(abs(polls - DAYS * DAY / EVERY) < DAYS * DAY / EVERY / 10 for polls in program.polls.values())
    assert len(expected) > 300
