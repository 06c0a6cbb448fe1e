"""A trouble is told once, and its end; what is told survives a kill; a day is summed up once."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crawler.record import Found, Link, Outcome, Reason, Source
from jobs.deliver.dispatcher import Deliverer
from jobs.deliver.transport import Receipt, accepted, refused
from jobs.monitor.source_monitor import Change, Checkup
from storage.alerts import notices, outbox
from storage.db.database import Database
from storage.db.models import notice, task
from storage.queue import gaps, sources, usage
from tests.unit.jobs.deliver.test_dispatcher import Scripted

NOW = datetime(2026, 11, 24, 0, 30, tzinfo=UTC)  # 08:30 in Shanghai
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")


class World:
    """A store with some sources, and somebody who looks after them."""

    def __init__(self, db: Database, *names: str) -> None:
        self.db, self.now = db, NOW
        wanted = [(Source(name, f"https://{name}.example/"), NOW) for name in names]
        db.write_now(lambda s: sources.sync(s, wanted, NOW))
        self.ids = {name: number for number, name in enumerate(names, 1)}
        self.checkup = self.fresh()
        for name in names:
            self.answers(name)

    def fresh(self) -> Checkup:
        """After a restart."""
        return Checkup(self.db, lambda: self.now, SHANGHAI, ["desk"], coverage=True)

    def answers(self, name: str) -> None:
        links = tuple(Link(f"https://{name}.example/{n}", published=self.now - n * DAY) for n in range(9))
        heard = sources.Heard(Found(links, "feed", newest=self.now), links[:1])
        self.db.write_now(lambda s: sources.polled(s, self.ids[name], self.now, Outcome(Reason.OK), root=True, heard=heard))

    def fails(self, name: str, times: int = 1, reason: Reason = Reason.SERVER_ERROR) -> None:
        for _ in range(times):
            self.now += 20 * MINUTE
            bad = Outcome(reason, "HTTP 500")
            self.db.write_now(lambda s, b=bad: sources.polled(s, self.ids[name], self.now, b, root=True))

    def look(self) -> list[Change]:
        return asyncio.run(self.checkup.look())

    def due(self) -> list[Any]:
        return due(self.db, self.now)


def due(db: Database, now: datetime) -> list[Any]:
    wanted = select(notice).where(notice.c.state == "pending", notice.c.next_at <= now).order_by(notice.c.id)
    return db.read(lambda s: list(s.execute(wanted)))


def test_a_trouble_is_told_once_and_its_end_once(db: Database) -> None:
    world = World(db, "a", "b")
    assert world.look() == []
    world.fails("a", 2)
    assert world.look() == []  # not yet
    world.fails("a", 1)
    assert [(change.name, change.now.state.value) for change in world.look()] == [("a", "failing")]
    world.fails("a", 5, Reason.GONE)  # it fails in another way: the same episode
    assert world.look() == []
    world.checkup = world.fresh()
    assert world.look() == []
    world.answers("a")
    assert [(change.name, change.over, change.before) for change in world.look()] == [("a", True, "failing")]
    assert world.look() == []
    first, second = world.due()
    assert first.title == "来源 a 失败 / source a: failing"
    assert "HTTP 500, 3 times in a row; last good poll 11-24 08:30" in first.note
    assert second.title == "来源 a 恢复正常 / source a: recovered"
    assert "was failing (since 11-24 09:30)" in second.note


def test_many_troubles_at_once_are_one_message(db: Database) -> None:
    world = World(db, "a", "b", "c", "d")
    for name in "ab":
        world.fails(name, 3)
    assert len(world.look()) == 2
    [told] = world.due()
    assert told.title == "2 个来源状态有变 / 2 sources have changed state"
    assert "a: failing" in told.note
    assert "b: failing" in told.note


def test_nobody_is_blamed_while_this_machine_has_no_network(db: Database) -> None:
    world = World(db, *"abcde")
    for name in "abcde":
        world.fails(name, 3, Reason.CONNECT)
    assert world.look() == []
    for name in "abcd":
        world.answers(name)
    assert world.look() == []  # e was not asked again yet
    world.fails("e", 1, Reason.CONNECT)
    assert [change.name for change in world.look()] == ["e"]


def test_what_waits_for_hours_is_asked_every_five_minutes_while_this_machine_has_no_network(db: Database) -> None:
    world = World(db, *"abcdef")
    for name in "abcdef":
        world.fails(name, 3, Reason.DNS)
    until = world.now + 5 * MINUTE
    far = {"a": world.now + 8 * HOUR, "b": world.now + MINUTE, "c": world.now + DAY}

    def wait(session: Session) -> None:
        for name, due in far.items():
            reason = "http-500" if name == "c" else "dns"
            mine = task.c.source_id == world.ids[name]
            session.execute(update(task).where(mine).values(due_at=due, turn=due, reason=reason))

    db.write_now(wait)
    world.look()
    due = {state.name: state.next_due for state in db.read(sources.states)}
    assert {name: due[name] for name in far} == far | {"a": until}, (
        "sooner, but nothing later, and not what its site is to blame for"
    )


def test_two_who_decide_at_once_tell_once(db: Database) -> None:
    world = World(db, "a")
    world.fails("a", 3)
    assert [len(asyncio.run(one.look())) for one in (world.fresh(), world.fresh())] == [1, 0]
    assert db.write_now(lambda s: sources.tell(s, "a", "gone", before="silent", now=NOW)) is False
    assert len(world.due()) == 1


def test_a_day_is_summed_up_once_in_the_morning(db: Database) -> None:
    world = World(db, "a", "b")
    db.write_now(lambda s: usage.add(s, "2026-11-23", 1500, 1204))
    db.write_now(lambda s: gaps.note(s, 1, NOW - 20 * HOUR, NOW - 19 * HOUR, NOW - 19 * HOUR))
    world.look()
    assert world.due() == []  # 08:30 in Shanghai
    world.now += HOUR
    world.look()
    world.checkup = world.fresh()
    world.look()
    [told] = world.due()
    assert told.title == "2026-11-23 覆盖情况 / coverage"
    assert told.note.endswith("2 sources, 2 healthy, 1,204 polls, 0 articles, possible gaps: 1")


def test_without_channels_it_is_still_remembered(db: Database) -> None:
    world = World(db, "a")
    world.checkup.channels = ()
    world.fails("a", 3)
    assert len(world.look()) == 1
    assert world.look() == []
    assert world.due() == []


# ---- sending


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of these tests stands still, so a message that is due soon never comes: no minute is waited for it."""
    monkeypatch.setattr("jobs.deliver.dispatcher.DRAIN_PATIENCE", 0.5)


def send(db: Database, channel: Scripted, now: datetime = NOW) -> None:
    async def once() -> None:
        deliverer = Deliverer(db, {"desk": channel.open()}, "me", lambda: now)
        running = asyncio.create_task(deliverer.run())
        await deliverer.drain()
        await deliverer.stop(5)
        await running

    asyncio.run(once())


def tell(db: Database, channel: str = "desk") -> bool:
    return db.write_now(lambda s: notices.add(s, "k", [channel], title="来源 a 停更", note="why", now=NOW))


def test_a_notice_is_sent_once_under_a_key_that_stays(db: Database) -> None:
    assert (tell(db), tell(db)) == (True, False)
    channel = Scripted(refused("503 busy", 503), accepted("ok"))
    send(db, channel)
    assert due(db, NOW) == []
    send(db, channel, NOW + MINUTE)
    send(db, channel, NOW + 2 * MINUTE)
    first, again = (message.idem_key for message in channel.given)
    assert first == again
    assert re.fullmatch(r"notice-[0-9a-f]{32}", first), "no word of a channel's name, which a mail's header could not hold"
    assert {(message.title, message.note, message.kind) for message in channel.given} == {("来源 a 停更", "why", "notice")}
    assert db.write_now(lambda s: notices.tidy(s, NOW + 40 * DAY)) == 1


def test_a_notice_that_was_being_sent_when_the_program_died_is_sent_again_under_its_key(db: Database) -> None:
    tell(db)
    claim = {"channel": "desk", "owner": "dead", "limit": 8, "lease": timedelta(minutes=3)}
    (lost,) = db.write_now(lambda s: outbox.claim(s, now=NOW, **claim))
    db.write_now(lambda s: outbox.recover(s, NOW))
    channel = Scripted(accepted("ok"))
    send(db, channel)
    assert [message.idem_key for message in channel.given] == [lost.idem_key]
    assert db.write_now(lambda s: outbox.sent(s, lost, now=NOW)) is False, "the dead one's word comes too late"


@pytest.mark.parametrize(("channel", "answer"), [("desk", refused("no such bot", permanent=True)), ("nowhere", accepted("ok"))])
def test_a_notice_that_nobody_takes_is_given_up(db: Database, channel: str, answer: Receipt) -> None:
    tell(db, channel)
    send(db, Scripted(answer))
    assert due(db, NOW + 9 * DAY) == []
