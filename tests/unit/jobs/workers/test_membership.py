"""Programs on one database: one edits, each channel has one sender, and what a dead one held is put back."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from crawler.record import Record, Source
from jobs.workers.membership import Membership
from storage.alerts import outbox
from storage.archive import articles
from storage.archive.articles import AlertDraft
from storage.db import models
from storage.db.database import Database, open_database
from storage.queue import leases, sources, workers
from tests.polling import claim

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
LEASE = timedelta(minutes=15)


class Time:
    """A clock that is set."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def server(postgres_template: str, postgres_url) -> Database:
    return open_database(postgres_url(postgres_template))


@pytest.mark.postgres
async def test_one_edits_and_when_it_leaves_another_does(server: Database) -> None:
    time = Time()
    one, two = Membership(server, "a", time), Membership(server, "b", time)
    one._me = replace(one._me, pid=os.getppid())  # two programs of one machine, both of which run
    await one.join()
    await two.join()
    assert (one.leads, two.leads) == (True, False)
    reader = Membership(server, "c", time, ("fetch",))
    await one.leave()
    await reader.join()
    await two.beat()
    assert (one.leads, two.leads, reader.leads) == (False, True, False)
    server.close()


@pytest.mark.postgres
async def test_a_channel_has_one_sender_until_that_is_silent(server: Database) -> None:
    time = Time()
    one, two = Membership(server, "a", time), Membership(server, "b", time)
    one._me = replace(one._me, pid=os.getppid())
    await one.join()
    await two.join()
    assert await one.may_send("desk")
    assert one.sends("desk")
    assert not await two.may_send("desk")
    assert await two.may_send("phone")
    assert not two.sends("desk")
    time.now += leases.LENGTH
    await two.beat()
    assert await two.may_send("desk")
    await one.beat()
    assert not one.sends("desk"), "it hears of it with its next sign of life"
    server.close()


@pytest.mark.postgres
async def test_what_the_dead_have_held_is_put_back_and_the_living_keep_theirs(server: Database) -> None:
    time = Time()
    dead, alive = Membership(server, "dead", time), Membership(server, "alive", time)
    dead._me = replace(dead._me, place="another machine")
    await dead.join()
    await alive.join()
    await server.write(lambda s: sources.sync(s, [(Source(n, f"https://{n}.example/"), NOW) for n in "xy"], NOW))
    for owner in ("dead", "alive"):
        claim(server, NOW, owner=owner, limit=1)
    draft = AlertDraft("r", "v", ("desk",), {"title": "t"})
    await server.write(lambda s: articles.store(s, Record("Tides", "https://x.example/1", "t"), key="k", alerts=[draft], now=NOW))
    await server.write(lambda s: outbox.claim(s, channel="desk", owner="dead", now=NOW, limit=9, lease=LEASE))
    time.now += workers.DEAD_AFTER
    await alive.beat()
    await alive.recover()
    rows = server.read(lambda s: s.execute(select(models.task.c.state, models.task.c.owner).order_by(models.task.c.id)).all())
    assert sorted(rows) == [("due", None), ("leased", "alive")]
    assert server.read(outbox.counts)["pending"] == 1
    assert [one.id for one in server.read(workers.everyone)] == ["alive"]
    server.close()


async def test_on_a_file_whoever_was_here_before_is_gone(db: Database) -> None:
    time = Time()
    await Membership(db, "before", time).join()
    again = Membership(db, "again", time)
    again._me = replace(again._me, pid=os.getpid())
    await again.join()
    assert again.leads, "also on a server, where its process is known to have ended"
    assert [one.id for one in db.read(workers.everyone)] == ["again"]
