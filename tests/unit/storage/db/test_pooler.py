"""Behind a real PgBouncer, whose sessions change hands after each transaction: all works, only signals are not passed on."""

import asyncio
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import text

from storage.db import database, signals
from storage.db.database import Database, open_database
from storage.db.errors import StorageError
from storage.queue import leases, workers
from tests.desk import NOW, Desk, Member

pytestmark = pytest.mark.postgres
Behind = Callable[[str], Database]
SESSIONS = 2


@pytest.fixture
def behind(postgres_template: str, postgres_url) -> Iterator[Behind]:
    """Opens the database through a pooler of this mode."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None and os.environ.get("ZHIXUN_NO_SKIPS") != "1":
        pytest.skip("pgbouncer is not installed")
    url = postgres_url(postgres_template)
    with ExitStack() as stack:
        yield lambda mode: stack.enter_context(_opened(program or "pgbouncer", url, mode))


@contextmanager
def _opened(program: str, url: str, mode: str) -> Iterator[Database]:
    place, name = re.search(r"host=([^&]+)", url), re.search(r"/([^/?]+)\?", url)
    assert place is not None
    assert name is not None
    door = next(Path(place[1]).glob(".s.PGSQL.*[0-9]"))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = door.with_name("pgbouncer.ini")  # where the server's user can read
    settings.write_text(
        f"[databases]\n* = host={place[1]} port={door.suffix[1:]} user=postgres\n[pgbouncer]\nlisten_addr=127.0.0.1\nlisten_port={port}\n"
        f"unix_socket_dir=\nauth_type=any\npool_mode={mode}\ndefault_pool_size={SESSIONS if mode == 'transaction' else 20}\n"
    )
    command = [program, str(settings)] + (["-u", door.owner()] if os.geteuid() == 0 else [])
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as pooler:
        try:
            _await(port)
            with closing(open_database(f"postgresql://postgres@127.0.0.1:{port}/{name[1]}")) as db:
                yield db
        finally:
            pooler.kill()


def _await(port: int) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.02)
    raise AssertionError("the pooler does not start")


async def test_articles_are_stored_and_read_over_sessions_that_change_hands(behind: Behind) -> None:
    db = behind("transaction")
    db.upgrade()
    desk = Desk(db, 12)
    editor = desk.editor(Member(desk.lead("one")))
    for number in range(12):  # more often than the driver needs to prepare a statement
        questions = (asyncio.to_thread(db.ask, workers.everyone, within=30) for _ in range(4))
        await asyncio.gather(editor.take(desk.read(number)), *questions)
    assert desk.rows() == (12, 1, 0)
    sessions = {db.read(lambda s: s.scalar(text("SELECT pg_backend_pid()"))) for _ in range(9)}
    assert len(sessions) <= SESSIONS


def test_what_a_session_is_to_keep_comes_with_each_transaction_and_stays_with_none(
    behind: Behind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "IDLE_SECONDS", 7)
    db = behind("transaction")
    shown = lambda name: lambda s: s.scalar(text(f"SHOW {name}"))  # noqa: E731
    for _ in range(3):
        assert db.write_now(shown("idle_in_transaction_session_timeout")) == "7s"
        assert db.read(shown("idle_in_transaction_session_timeout")) == "0"
        assert db.read(shown("transaction_read_only")) == "on"
        assert db.read(shown("transaction_isolation")) == "repeatable read"
        assert db.write_now(shown("transaction_read_only")) == "off"
        assert {db.read(shown("TimeZone")), db.write_now(shown("TimeZone"))} == {"UTC"}
    with pytest.raises(StorageError):
        db.read(lambda s: leases.take(s, leases.EDIT, "a reader", NOW))


@pytest.mark.parametrize(("mode", "heard"), [("session", [signals.HEARS]), ("transaction", [])])
async def test_a_listener_hears_where_its_session_is_its_own_and_gives_up_elsewhere(
    behind: Behind, mode: str, heard: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    db = behind(mode)
    monkeypatch.setattr(signals, "PROOF_SECONDS", 5.0 if heard else 0.5)
    async with asyncio.timeout(60):
        first = [topic async for topic in signals.heard(db)][:1] if not heard else [await anext(signals.heard(db))]
    assert first == heard
