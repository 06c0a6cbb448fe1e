"""One daemon a database, and the second is told who has it."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.db.database import Database, open_database
from storage.db.errors import AlreadyRunning
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


def test_a_second_daemon_is_refused_and_told_who_is_first(sqlite: Database, tmp_path: Path) -> None:
    first = InstanceLock(sqlite, datetime(2026, 11, 24, 8, 0, tzinfo=UTC))
    first.acquire()
    second = InstanceLock(open_database(str(sqlite.url)))
    with pytest.raises(AlreadyRunning, match=f"pid {os.getpid()} on ") as caught:
        second.acquire()
    assert f"pid {os.getpid()}" in caught.value.holder
    second.release()
    with pytest.raises(AlreadyRunning):
        second.acquire()
    first.release()
    second.acquire()
    second.release()


def test_a_killed_daemon_holds_nothing(sqlite: Database, tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, f"sqlite:///{tmp_path}/zhixun.db"], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(AlreadyRunning, match=f"pid {other.pid} "):
            InstanceLock(sqlite).acquire()
        os.kill(other.pid, signal.SIGKILL)
    lock = InstanceLock(sqlite)
    for _ in range(100):  # a server notices a broken connection a little later
        try:
            lock.acquire()
            break
        except AlreadyRunning:
            subprocess.run(["sleep", "0.05"], check=True)
    else:
        pytest.fail("the lock outlived its process")
    lock.release()


@pytest.mark.postgres
def test_a_server_s_database_has_as_many_workers_as_wanted(postgres_template: str, postgres_url) -> None:
    locks = [InstanceLock(open_database(postgres_url(postgres_template))) for _ in range(2)]
    for lock in locks:
        lock.acquire()
    for lock in locks:
        lock.release()
