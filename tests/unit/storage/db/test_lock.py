"""One daemon a database, and the second is told who has it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime

import psycopg
import pytest

from storage.db.database import Database, open_database
from storage.db.errors import AlreadyRunning, Unreachable
from storage.db.lock import InstanceLock

HOLD = """
import sys, time
from storage.db.database import open_database
from storage.db.lock import InstanceLock
lock = InstanceLock(open_database(sys.argv[1]))
lock.acquire()
print("held", flush=True)
time.sleep(60)
"""


def test_a_second_daemon_is_refused_and_told_who_is_first(db: Database, database_url: str) -> None:
    first = InstanceLock(db, datetime(2026, 11, 24, 8, 0, tzinfo=UTC))
    first.acquire()
    second = InstanceLock(open_database(database_url))
    with pytest.raises(AlreadyRunning, match=f"pid {os.getpid()} on ") as caught:
        second.acquire()
    assert f"pid {os.getpid()}" in caught.value.holder
    second.release()
    with pytest.raises(AlreadyRunning):
        second.acquire()
    first.release()
    second.acquire()
    second.release()


def test_a_killed_daemon_holds_nothing(db: Database, database_url: str) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, database_url], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(AlreadyRunning, match=f"pid {other.pid} "):
            InstanceLock(db).acquire()
        os.kill(other.pid, signal.SIGKILL)
    lock = InstanceLock(db)
    for _ in range(100):  # a server notices a broken connection a little later
        try:
            lock.acquire()
            break
        except AlreadyRunning:
            subprocess.run(["sleep", "0.05"], check=True)
    else:
        pytest.fail("the lock outlived its process")
    lock.release()


def test_a_lock_is_taken_again_and_never_from_another(db: Database, database_url: str) -> None:
    lock = InstanceLock(db)
    lock.renew()  # not held: nothing to renew
    lock.acquire()
    lock.renew()
    second = InstanceLock(open_database(database_url))
    with pytest.raises(AlreadyRunning):
        second.acquire()
    lock.release()


@pytest.mark.postgres
def test_a_lock_whose_connection_was_lost_is_taken_again_unless_another_was_faster(postgres_template: str, postgres_url) -> None:
    url = postgres_url(postgres_template)
    first, second = InstanceLock(open_database(url)), InstanceLock(open_database(url), datetime(2026, 11, 24, tzinfo=UTC))
    first.acquire()
    _lose_locks(url)
    first.renew()
    with pytest.raises(AlreadyRunning):
        second.acquire()
    _lose_locks(url)
    second.acquire()
    with pytest.raises(AlreadyRunning, match="2026-11-24"):
        first.renew()
    second.release()
    first.renew()  # still wanted
    with pytest.raises(AlreadyRunning):
        second.acquire()
    first.release()


@pytest.mark.postgres
def test_a_server_that_has_not_missed_us_yet_is_a_passing_trouble(postgres_template: str, postgres_url) -> None:
    lock = InstanceLock(open_database(postgres_url(postgres_template)))
    lock.acquire()
    lost, lock._connection = lock._connection, None
    with pytest.raises(Unreachable, match="not noticed"):
        lock.renew()
    lost.close()
    lock.renew()
    lock.release()


def _lose_locks(url: str) -> None:
    """End the connections that hold advisory locks, and wait until they are gone."""
    with psycopg.connect(url.replace("postgresql+psycopg", "postgresql"), autocommit=True) as admin:
        held = "FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        admin.execute(f"SELECT pg_terminate_backend(pid, 5000) {held}")
