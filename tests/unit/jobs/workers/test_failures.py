"""What each failure does to several programs on one PostgreSQL: they wait, and nothing is lost or done twice."""

import asyncio
import os
import re
import signal
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import sleep
from typing import Any

import psycopg
import pytest
from sqlalchemy import select, text, update

from jobs import clock, daemon
from jobs.clock import SteadyClock
from jobs.deliver import channel_worker
from jobs.workers.membership import Membership
from storage.alerts import outbox
from storage.db import database, models
from storage.db.database import Database, open_database
from storage.db.errors import NewerSchema, StorageError
from storage.queue import frontier, leases
from tests.desk import NOW, Desk, Member
from tests.polling import claim

pytestmark = pytest.mark.postgres
SECOND = timedelta(seconds=1)


@pytest.fixture
def url(postgres_template: str, postgres_url) -> str:
    return postgres_url(postgres_template)


@pytest.fixture
def server(url: str) -> Iterator[Database]:
    with closing(open_database(url)) as db:
        yield db


# ---- a connection that is cut inside COMMIT


class Wire:
    """Stands between a program and its server. When `armed`, it lets `cut` deal with the next COMMIT; a cut closes the connection."""

    def __init__(self, url: str) -> None:
        place = re.search(r"host=([^&]+)", url)
        assert place is not None
        self._server = next(Path(place[1]).glob(".s.PGSQL.*[0-9]"))
        self._door = socket.create_server(("127.0.0.1", 0))
        self.armed = False
        self.url = re.sub(r"@[^/]*/([^?]*)\?.*", rf"@127.0.0.1:{self._door.getsockname()[1]}/\1", url)
        self.cut: Callable[[socket.socket, bytes], None] = lambda _server, _data: None
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._door.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(str(self._server))
                threading.Thread(target=self._forward, args=(client, server), daemon=True).start()
                threading.Thread(target=self._back, args=(server, client), daemon=True).start()

    def _forward(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while data := client.recv(1 << 16):
                if self.armed and data.endswith(b"COMMIT\x00"):
                    self.armed = False
                    client.shutdown(socket.SHUT_WR)  # whatever the server says is not heard
                    self.cut(server, data)
                    break
                server.sendall(data)
        for end in (client, server):  # a close alone is not noticed while another thread waits for more
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    @staticmethod
    def _back(server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(1 << 16):
                client.sendall(data)
            client.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._door.close()


def _never_arrives(_server: socket.socket, _data: bytes) -> None:
    """The COMMIT is lost on its way."""


def _answer_is_lost(server: socket.socket, data: bytes) -> None:
    server.sendall(data)
    threading.Event().wait(0.3)  # until it is done


@pytest.fixture(params=[_never_arrives, _answer_is_lost], ids=lambda cut: cut.__name__.strip("_"))
def wire(url: str, request: pytest.FixtureRequest) -> Iterator[Wire]:
    with closing(Wire(url)) as made:
        made.cut = request.param
        yield made


async def test_an_article_whose_commit_is_cut_is_stored_and_told_once(wire: Wire, server: Database) -> None:
    with closing(open_database(wire.url)) as db:
        desk = Desk(db, 1)
        editor = desk.editor(Member(desk.lead("one")))
        wire.armed = True
        with pytest.raises(StorageError) as caught:
            await editor.take(desk.read(0))
        assert caught.value.transient
        db.write_now(lambda s: frontier.release(s, "w"))
        desk.tasks = [task for task in claim(db, NOW, owner="w") if task.kind == "article"]
        for number in range(len(desk.tasks)):
            await editor.take(desk.read(number))
        assert desk.rows() == (1, 1, 0)
        assert desk.states() == Counter(done=1)


async def test_an_article_whose_handing_over_is_cut_is_stored_and_told_once(wire: Wire, server: Database) -> None:
    desk = Desk(server, 2)
    leader = desk.editor(Member(desk.lead("one")))
    with closing(open_database(wire.url)) as db:
        desk.db = db
        reader = desk.editor(Member())
        wire.armed = True
        with pytest.raises(StorageError):
            await reader.take(desk.read(0))
        await reader.take(desk.read(0))
        await reader.take(desk.read(1))
    desk.db = server
    await leader.work()
    await leader.work()
    assert desk.rows() == (2, 1, 0)
    assert desk.states() == Counter(done=2)


async def test_letters_whose_storing_is_cut_are_stored_and_told_once(wire: Wire, server: Database) -> None:
    desk = Desk(server, 3)
    reader = desk.editor(Member())
    for number in range(3):
        await reader.take(desk.read(number))
    with closing(open_database(wire.url)) as db:
        desk.db = db
        leader = desk.editor(Member(desk.lead("one")))
        wire.armed = True
        with pytest.raises(StorageError):
            await leader.work()
        while desk.rows()[2]:
            await leader.work()
    desk.db = server
    assert desk.rows() == (3, 1, 0)


def test_a_claim_whose_commit_is_cut_is_due_again_for_whoever_gives_it_back(wire: Wire, server: Database) -> None:
    desk = Desk(server, 3)
    server.write_now(lambda s: frontier.release(s, "w"))
    with closing(open_database(wire.url)) as db:
        wire.armed = True
        with pytest.raises(StorageError):
            claim(db, NOW, owner="w")
        db.write_now(lambda s: frontier.release(s, "w"))
        assert desk.states() == Counter(due=3)
        assert len([task for task in claim(db, NOW, owner="w") if task.kind == "article"]) == 3


# ---- a server process that is ended inside COMMIT


def _before_it_is_durable(admin: psycopg.Connection[Any]) -> str:
    """What a commit looks at last takes its time."""
    admin.execute("CREATE FUNCTION rest() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(60); RETURN NULL; END $$")
    admin.execute(
        "CREATE CONSTRAINT TRIGGER rest AFTER INSERT ON article DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION rest()"
    )
    return "PgSleep"


def _after_it_is_durable(admin: psycopg.Connection[Any]) -> str:
    """It waits for a second server that never comes."""
    admin.execute("ALTER SYSTEM SET synchronous_standby_names = 'one_that_never_comes'")
    admin.execute("SELECT pg_reload_conf()")
    return "SyncRep"


def _end_the_one_that_commits(admin: psycopg.Connection[Any], waits: str) -> None:
    """Once there is one; then no other commit waits."""
    here = "datname = current_database() AND wait_event = %s AND query = 'COMMIT'"
    while admin.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {here}", (waits,)).fetchone() is None:
        sleep(0.02)
    admin.execute("DROP FUNCTION IF EXISTS rest CASCADE")
    admin.execute("ALTER SYSTEM RESET synchronous_standby_names")
    admin.execute("SELECT pg_reload_conf()")


@pytest.mark.parametrize(("hold", "there"), [(_before_it_is_durable, 0), (_after_it_is_durable, 1)], ids=["before", "after"])
async def test_an_article_whose_server_process_is_ended_inside_commit_is_stored_and_told_once(
    url: str, server: Database, hold: Callable[[Any], str], there: int
) -> None:
    desk = Desk(server, 1)
    editor = desk.editor(Member(desk.lead("one")))
    with psycopg.connect(url, autocommit=True) as admin:
        waits = hold(admin)
        ending = threading.Thread(target=_end_the_one_that_commits, args=(admin, waits))
        ending.start()
        with pytest.raises(StorageError) as caught:
            await editor.take(desk.read(0))
        ending.join(60)
    assert caught.value.transient
    assert desk.rows()[0] == there, "nobody was told which"
    await editor.take(desk.read(0))
    assert desk.rows() == (1, 1, 0)
    assert desk.states() == Counter(done=1)


# ---- a server that stands still


@contextmanager
def standing_still(server: Any) -> Iterator[None]:
    """Stops all processes of a PostgreSQL that the tests have started, and lets them go on."""

    def send(number: int) -> None:
        main = server.get_pid()
        os.kill(main, number)
        for pid in Path(f"/proc/{main}/task/{main}/children").read_text("ascii").split():
            with suppress(ProcessLookupError):
                os.kill(int(pid), number)

    send(signal.SIGSTOP)
    try:
        yield
    finally:
        send(signal.SIGCONT)


async def test_while_the_server_stands_still_all_wait_and_then_all_goes_on(
    server: Database, postgres_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "LENGTH", timedelta(seconds=5))
    desks: list[Desk] = []
    time = SteadyClock()
    one, two = Membership(server, "one", time.now), Membership(server, "two", time.now)
    one._me = replace(one._me, pid=os.getppid())
    await one.join()
    await two.join()
    desks.append(desk := Desk(server, 4))
    editors = [desk.editor(one), desk.editor(two)]
    await one.beat()
    assert (one.leads, two.leads) == (True, False)
    with standing_still(postgres_server):
        under_way = [asyncio.ensure_future(editors[n % 2].take(desk.read(n))) for n in range(4)]
        await asyncio.sleep(2.5)
        assert not any(one.done() for one in under_way)
        assert not one.leads, "it cannot be sure any more, so it begins nothing"
    await asyncio.gather(*under_way)
    for _ in range(30):
        for member, editor in zip((two, one), editors[::-1], strict=True):
            await member.beat()
            await editor.work()
        if desk.rows()[2] == 0:
            break
    assert desks[0].rows() == (4, 1, 0)
    assert desks[0].states() == Counter(done=4)


def test_who_is_stopped_in_the_middle_of_a_transaction_holds_up_nobody_and_changes_nothing(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "IDLE_SECONDS", 1)
    inside, go_on = threading.Event(), threading.Event()
    with closing(open_database(url)) as stopped, closing(open_database(url)) as other:
        desk = Desk(stopped, 1)
        lease = desk.lead("stopped")

        def rest(session) -> None:
            assert leases.is_held(session, lease)
            inside.set()
            go_on.wait(60)
            session.execute(update(models.task).values(reason="by right of a lost lease"))

        written = stopped.writer.submit(rest)
        assert inside.wait(30)
        taken = other.writer.submit(lambda s: leases.take(s, leases.EDIT, "other", NOW + 2 * leases.LENGTH)).result(30)
        assert taken is not None
        assert taken.epoch == lease.epoch + 1
        go_on.set()
        with pytest.raises(StorageError) as caught:
            written.result(30)
        assert caught.value.transient
        assert stopped.write_now(lambda s: leases.is_held(s, lease)) is False
        assert "by right of a lost lease" not in other.read(lambda s: s.scalars(select(models.task.c.reason)).all())


# ---- a clock that is wrong


@pytest.mark.parametrize("off", [timedelta(hours=1), -timedelta(hours=1)], ids=["ahead", "behind"])
async def test_a_worker_whose_clock_is_an_hour_off_takes_no_lease_from_another(
    server: Database, off: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = clock.now

    def told(wall: Callable[[], Any]) -> SteadyClock:
        monkeypatch.setattr(clock, "now", wall)
        made = SteadyClock()
        moment = server.clock()
        assert moment is not None
        made.told(moment, clock.monotonic())
        made.follow()
        return made

    good, bad = told(right), told(lambda: right() + off)
    assert abs(good.now() - bad.now()) < 2 * SECOND
    one, two = Membership(server, "one", good.now), Membership(server, "two", bad.now)
    one._me = replace(one._me, pid=os.getppid())
    await one.join()
    await two.join()
    await two.recover()
    assert (one.leads, two.leads) == (True, False)
    await one.beat()
    assert one.leads


# ---- a sender that is gone


@pytest.mark.parametrize("led", [False, True], ids=["it only sent", "it also edited"])
async def test_the_messages_of_a_dead_sender_are_sent_by_another_within_a_minute_under_the_same_key(
    server: Database, led: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(server, 1)
    await desk.editor(Member(desk.lead("set-up", NOW - leases.LENGTH))).take(desk.read(0))
    second = [0]
    monkeypatch.setattr(clock, "monotonic", lambda: float(second[0]))

    def claimed(who: str) -> list[outbox.Delivery]:
        ask = {"owner": who, "now": NOW + second[0] * SECOND, "limit": 9, "lease": channel_worker.LEASE}
        return server.write_now(lambda s: outbox.claim(s, channel="desk", **ask))  # type: ignore[arg-type]

    now = lambda: NOW + second[0] * SECOND  # noqa: E731
    dead = Membership(server, "dead", now, ("edit", "deliver") if led else ("deliver",))
    dead._me = replace(dead._me, place="another machine")
    await dead.join()
    other = Membership(server, "other", now)
    await other.join()
    assert (dead.leads, other.leads) == (led, not led)
    assert await dead.may_send("desk")
    [first] = claimed("dead")  # and it dies
    again: list[outbox.Delivery] = []
    while not again and second[0] < 60:
        second[0] += 1
        if second[0] % daemon.HEARTBEAT == 0:
            await other.beat()
        if second[0] % daemon.RECOVER_EVERY == 0 and other.leads:
            await other.recover()
        if await other.may_send("desk"):
            again = claimed("other")
    assert [(one.idem_key, one.id) for one in again] == [(first.idem_key, first.id)]
    assert second[0] > leases.LENGTH.total_seconds() / 2, "nobody is declared dead at once"
    late = server.write_now(lambda s: outbox.sent(s, first, now=now()))
    assert not late, "whatever it still says, it is another's now"


# ---- two versions side by side


async def test_a_running_program_works_on_while_a_newer_one_brings_the_schema_on_and_an_older_one_does_not_start(
    url: str, server: Database
) -> None:
    desk = Desk(server, 2)
    editor = desk.editor(Member(desk.lead("one")))
    await editor.take(desk.read(0))

    def newer(session) -> None:
        session.execute(text("ALTER TABLE article ADD COLUMN of_a_later_version text NOT NULL DEFAULT ''"))
        session.execute(text("CREATE TABLE of_a_later_version (id integer)"))
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with closing(open_database(url)) as other:
        other.write_now(newer)
    await editor.take(desk.read(1))
    assert desk.rows() == (2, 1, 0)
    with closing(open_database(url)) as old, pytest.raises(NewerSchema, match=r"newer Zhixun \(schema 9999\); use that version"):
        old.upgrade()


async def test_a_letter_of_a_later_version_with_one_thing_more_is_stored_and_one_with_one_thing_less_too(
    server: Database,
) -> None:
    desk = Desk(server, 2)
    reader, leader = desk.editor(Member()), desk.editor(Member(desk.lead("one")))
    for number in range(2):
        await reader.take(desk.read(number))

    def rewrite(session) -> None:
        for row in session.execute(select(models.inbox)).all():
            said = dict(row.finished)
            if row.id % 2:
                said |= {"mood": "calm"}
                said["record"] |= {"weather": "fair"}
            else:
                del said["hits"], said["detail"]
            session.execute(update(models.inbox).where(models.inbox.c.id == row.id).values(finished=said))

    server.write_now(rewrite)
    await leader.work()
    assert desk.rows()[0] == 2
    assert desk.rows()[2] == 0
