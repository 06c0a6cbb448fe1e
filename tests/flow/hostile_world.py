"""Six healthy sites among a hundred hostile ones, watched by the real daemon with its shipped defaults; and what came of it.

Also a program: ``python -m tests.flow.hostile_world --seconds 150`` prints the figures and ends with 1 when a promise was broken.
"""

import argparse
import asyncio
import itertools
import os
import random
import re
import signal
import statistics
import sys
import tempfile
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psutil

from jobs.demo.newsroom import Sink, Site
from storage.archive import queries
from storage.db.database import open_database
from storage.db.errors import StorageError
from storage.queue import sources
from tests import world as worlds
from tests.flow.harness import ROOT
from tests.flow.hostile_cases import CANARY, CASES, Case, FetchResult, feed

POLL = 10  # seconds between two polls of each source
SECRETS = ("canary-Xa91-webhook", "canary-Qr57-feishu", "canary-Zt33-mail", "canary-Lm08-telegram", "canary-Bn64-header")
CONFIG = """\
database: sqlite:///{folder}/zhixun.db
timezone: Asia/Shanghai
crawl:
  allow_networks: ["127.0.0.16/28", "127.0.1.0/24"]
sources:
{sources}
alerts: {{first_poll: all}}
rules:
  - {{name: all, query: '{query}', channels: [hook], max_age: 30d}}
  - {{name: some, query: '江湾', channels: [feishu, mail, telegram], max_age: 30d}}
channels:
  - {{name: hook, url: 'webhook+{hook}?secret=canary-Xa91-webhook'}}
  - {{name: feishu, url: 'feishu://canary-Qr57-feishu'}}
  - {{name: mail, url: 'smtp://user:canary-Zt33-mail@127.0.0.1:{closed}?from=a@example.org&to=b@example.org&tls=off'}}
  - {{name: telegram, url: 'telegram://1:canary-Lm08-telegram/5'}}
"""


@dataclass
class Server:
    """One hostile site."""

    case: Case
    canary: str
    address: str = ""
    asked: int = 0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self, host: str) -> asyncio.Server:
        """Listen on this address."""
        server = await asyncio.start_server(self._connection, host, 0, limit=2**20)
        port = server.sockets[0].getsockname()[1]
        self.address = (self.case.url or "http://{host}:{port}/").format(host=host, port=port)
        return server

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            head = b"" if self.case.raw else await reader.readuntil(b"\r\n\r\n")
            await self._answer(head.split(b" ")[1].decode("latin-1") if head else "/", writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, IndexError):
            pass
        except asyncio.CancelledError:
            pass  # the world ends
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _answer(self, path: str, writer: asyncio.StreamWriter) -> None:
        self.asked += 1
        answer: FetchResult = self.case.answer
        if path == "/robots.txt":
            answer = self.case.robots or b"HTTP/1.1 404 x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        elif self.case.name == "trap":
            answer = feed(*(f"/{self.asked}/{n}.html" for n in range(5000)))
        elif path != "/" and self.case.articles:
            answer = self.case.articles
        if isinstance(answer, bytes):
            writer.write(answer.replace(CANARY.encode(), self.canary.encode()))
            await writer.drain()
            return
        async for piece in answer():
            writer.write(piece.replace(CANARY.encode(), self.canary.encode()))
            await writer.drain()

    def stop(self) -> None:
        """End all connections."""
        for task in tuple(self._tasks):
            task.cancel()


@dataclass
class Result:
    """What was seen. Times are in seconds, memory in MiB (resident set, summed over the process tree)."""

    seconds: float
    cases: int
    published: int = 0
    stored: int = 0
    waits: list[float] = field(default_factory=list)  # from publication to the record
    told: int = 0  # stories whose alert reached the sink
    canary_hits: int = 0
    memory: float = 0.0
    proportional: float = 0.0  # the same with shared pages counted once (PSS)
    memory_parts: list[int] = field(default_factory=list)  # of each process, the daemon's own first
    fewest_files: int = 0
    most_files: int = 0
    stop_took: float = 0.0
    slowest_write: float = 0.0  # of a few bytes by this program, to the disk that the daemon writes to
    exit_code: int | None = None
    died: bool = False
    late_beats: int = 0
    crashes: list[str] = field(default_factory=list)  # lines of the log that tell of a fault of our own
    leaks: list[str] = field(default_factory=list)  # secrets that stood in the output
    log_bytes: int = 0
    outcomes: dict[str, str] = field(default_factory=dict)
    never_polled: list[str] = field(default_factory=list)

    @property
    def median(self) -> float:
        """Of the waits."""
        return statistics.median(self.waits) if self.waits else float("inf")

    def __str__(self) -> str:
        worst = max(self.waits, default=float("nan"))
        return (
            f"{self.cases} hostile sources, {self.seconds:.0f} s: {self.stored} of {self.published} healthy articles stored, "
            f"median {self.median:.1f} s, worst {worst:.1f} s after publication; {self.told} alerts told; crashes {len(self.crashes)}, "
            f"died {self.died}, late beats {self.late_beats}, canary hits {self.canary_hits}, "
            f"memory {self.memory:.0f} MiB {self.memory_parts} ({self.proportional:.0f} proportional), "
            f"slowest write {self.slowest_write:.1f} s, files {self.fewest_files}-{self.most_files}, log {self.log_bytes / 1024:.0f} KiB, secrets shown {len(self.leaks)}, "
            f"SIGTERM {self.stop_took:.1f} s, exit {self.exit_code}, never polled {len(self.never_polled)}"
        )

    def broken(self) -> list[str]:
        """The promises that were broken."""
        checks = {
            "the daemon died": self.died or self.exit_code != 0,
            "a fault of our own": bool(self.crashes),
            "a heartbeat was late": self.late_beats > 0,
            "a forbidden address was visited": self.canary_hits > 0,
            "a healthy article is missing": self.stored < self.published,
            "a healthy article came late": self.median >= POLL,
            "more than 600 MiB": (self.proportional or self.memory) > 600,
            "stopping took more than 30 s": self.stop_took > 30,
            "a secret was shown": bool(self.leaks),
        }
        return [what for what, is_so in checks.items() if is_so]


class Canary:
    """Listens where nobody may go, and counts."""

    def __init__(self) -> None:
        self.hits = 0
        self.port = 0
        self._servers: list[asyncio.Server] = []

    async def start(self) -> None:
        """On 127.0.0.1, ::1 and a private alias, one port."""
        first = await asyncio.start_server(self._hit, "127.0.0.1", 0)
        self.port = first.sockets[0].getsockname()[1]
        self._servers.append(first)
        for host in ("127.9.9.9", "::1"):
            with suppress(OSError):  # a machine without IPv6
                self._servers.append(await asyncio.start_server(self._hit, host, self.port))

    async def _hit(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.hits += 1
        writer.close()

    def stop(self) -> None:
        """Stop listening."""
        for server in self._servers:
            server.close()


SPELLINGS = (
    "127.0.0.1", "127.1", "127.0.0.1.", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "0", "0.0.0.0",
    "localhost", "LOCALHOST.", "a@127.0.0.1", "127.9.9.9", "%31%32%37.0.0.1", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
)  # fmt: skip


def spelled(canary: Canary) -> list[Case]:
    """Each spelling of a forbidden address as a source, a link of a feed, a redirect, a canonical, a robots.txt."""
    from tests.flow.hostile_cases import article, moved  # noqa: PLC0415

    places = [f"http://{spelling}:{canary.port}" for spelling in SPELLINGS]
    links = feed(*(f"{place}/link/{n}.html" for n, place in enumerate(places)))
    rows = [Case("spelled-links", links)]
    for n, place in enumerate(places):
        rows.append(Case(f"spelled-source-{n}", b"", url=f"{place}/source"))
        rows.append(Case(f"spelled-redirect-{n}", moved(f"{place}/redirect"), robots=moved(f"{place}/robots.txt")))
        head = f'<link rel="canonical" href="{place}/canonical">'
        rows.append(Case(f"spelled-article-{n}", feed("/1.html", "/2.html"), articles=article(head=head)))
        rows.append(Case(f"spelled-hop-{n}", feed("/1.html"), articles=moved(f"{place}/hop")))
    return rows


def proportional(members: list[psutil.Process]) -> float:
    """MiB of these processes, each shared page counted once; 0 where the system does not tell."""
    total = 0.0
    for one in members:
        with suppress(psutil.Error):
            total += getattr(one.memory_full_info(), "pss", 0) / 2**20
    return total


class HostileWorld:
    """Builds the world, runs the daemon in it, and measures."""

    def __init__(self, folder: Path, seconds: float, cases: list[Case], pace: float = 4.0, with_spellings: bool = False) -> None:
        self.folder = folder
        self.seconds = seconds
        self.pace = pace
        self.cases = list(cases)
        self.with_spellings = with_spellings
        self.canary = Canary()
        self.result = Result(seconds, len(cases))
        self.world = worlds.build(datetime.now(UTC), sites=6, each=max(4, int(seconds / pace) + 2), seed=11)
        self.published: dict[str, datetime] = {}
        self._servers: list[tuple[Server, asyncio.Server]] = []
        self._peak = 0.0

    async def run(self) -> Result:
        """Everything, from the first server to the last figure."""
        queue = self._healthy()
        await self.canary.start()
        if self.with_spellings:
            self.cases += spelled(self.canary)
        await self.world.start()
        try:
            await self._serve()
            await self._watch(queue)
        finally:
            await self.world.stop()
            for hostile, server in self._servers:
                server.close()
                hostile.stop()
            self.canary.stop()
        self._count()
        return self.result

    def _healthy(self) -> list[tuple[Site, worlds.Article]]:
        """What the healthy sites will publish, in turn; two articles are there from the start."""
        self.world._first = 17
        self.world.sink = Sink()
        queue = []
        for site in self.world.sites:
            site.twins = False
            waiting, site.articles = site.articles[2:], site.articles[:2]
            queue.append([(site, one) for one in waiting])
        return [pair for row in itertools.zip_longest(*queue) for pair in row if pair]

    async def _serve(self) -> None:
        canary = f"http://127.0.0.1:{self.canary.port}"
        for number, case in enumerate(self.cases):
            hostile = Server(case, canary)
            self._servers.append((hostile, await hostile.serve(f"127.0.1.{number % 250 + 1}")))

    def _config(self) -> Path:
        rows = [(site.name, site.url, site.kind) for site in self.world.sites]
        rows += [(server.case.name, server.address, server.case.kind) for server, _ in self._servers]
        random.Random(5).shuffle(rows)
        listed = "".join(
            f"  - {{name: {name}, url: '{url}', kind: {kind}, every: {POLL}s, headers: {{Authorization: canary-Bn64-header}}}}\n"
            for name, url, kind in rows
        )
        path = self.folder / "config.yaml"
        text = CONFIG.format(
            folder=self.folder,
            sources=listed,
            query=" OR ".join(worlds.ACTORS),
            hook=self.world.hook,
            closed=self.canary.port + 1,
        )
        path.write_text(text, "utf-8")
        return path

    async def _watch(self, queue: list[tuple[Site, worlds.Article]]) -> None:
        config = self._config()
        with (self.folder / "daemon.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "jobs", "-c", str(config), "run", stdout=log, stderr=log, cwd=ROOT,
                env=os.environ
                | {
                    "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
                    "PYTHONWARNINGS": "ignore",
                    "PYTHONFAULTHANDLER": "1",
                },
            )  # fmt: skip
        watching = asyncio.create_task(self._measure(process.pid))
        try:
            await asyncio.wait(
                {asyncio.create_task(process.wait()), asyncio.create_task(self._publish(queue))}, return_when="FIRST_COMPLETED"
            )
            self.result.died = process.returncode is not None
            await self._settle()
        finally:
            watching.cancel()
            await self._stop(process)

    async def _publish(self, queue: list[tuple[Site, worlds.Article]]) -> None:
        """One article of a healthy site after the other, until the time is up; the last 15 seconds are left to the polls."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self.seconds
        await asyncio.sleep(5)  # the daemon starts, and polls for the first time
        for site, one in queue:
            if loop.time() > until - 15:
                break
            site.articles.append(one)
            self.published[site.address + one.path] = datetime.now(UTC)
            await asyncio.sleep(self.pace / len(self.world.sites))
        await asyncio.sleep(max(until - loop.time(), 0))

    async def _settle(self) -> None:
        """Up to twenty seconds more, for what was published last."""
        for _ in range(40):
            if self.result.died or len(self._records()) >= len(self.published):
                return
            await asyncio.sleep(0.5)

    async def _stop(self, process: asyncio.subprocess.Process) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        try:
            self.result.exit_code = await asyncio.wait_for(process.wait(), 75)
        except TimeoutError:
            process.send_signal(signal.SIGABRT)  # its stacks stand in the log then
            await process.wait()
        self.result.stop_took = loop.time() - began

    async def _measure(self, pid: int) -> None:
        """Memory and files of the process tree each second, and the daemon's heartbeat each five."""
        with suppress(psutil.Error):
            tree = psutil.Process(pid)
            for second in itertools.count(1):
                await asyncio.sleep(1)
                await asyncio.to_thread(self._write)
                members = [tree, *tree.children(recursive=True)]
                sizes = []
                for one in members:
                    with suppress(psutil.Error):
                        sizes.append(one.memory_info().rss)
                if sum(sizes) / 2**20 > self.result.memory:
                    self.result.memory = sum(sizes) / 2**20
                    self.result.memory_parts = [round(size / 2**20) for size in sizes]
                if second % 5 == 0:
                    self.result.proportional = max(self.result.proportional, proportional(members))
                if second > 10:
                    files = tree.num_fds()
                    self.result.most_files = max(self.result.most_files, files)
                    self.result.fewest_files = min(self.result.fewest_files or files, files)
                if second > 15 and second % 5 == 0:
                    self.result.late_beats += self._beat_is_late()

    def _write(self) -> None:
        began = time.monotonic()
        with (self.folder / "beside").open("wb") as file:
            file.write(b"x")
            file.flush()
            os.fsync(file.fileno())
        self.result.slowest_write = max(self.result.slowest_write, time.monotonic() - began)

    def _beat_is_late(self) -> bool:
        with suppress(StorageError), closing(open_database(f"sqlite:///{self.folder}/zhixun.db")) as db:
            beat = db.read(lambda s: queries.last_beat(s, "daemon"))
            return beat is None or (datetime.now(UTC) - beat.at).total_seconds() > 15
        return True

    def _records(self) -> dict[str, datetime]:
        """When each published article became a record."""
        with suppress(StorageError), closing(open_database(f"sqlite:///{self.folder}/zhixun.db")) as db:
            found = db.read(lambda s: {record.link: record.first_seen for record in queries.records(s)})
            return {link: at for link, at in found.items() if at and link in self.published}
        return {}

    def _count(self) -> None:
        result, records = self.result, self._records()
        result.cases = len(self.cases)
        result.published, result.stored = len(self.published), len(records)
        result.waits = [(at - self.published[link]).total_seconds() for link, at in records.items()]
        result.canary_hits = self.canary.hits
        result.told = len({key for key, _ in self.world.sink.received})
        log = (self.folder / "daemon.log").read_text("utf-8", "replace")
        result.log_bytes = len(log)
        if result.exit_code != 0:
            print(log[-30_000:])  # a test that fails shows it
        faults = r"Traceback|crawl crashed|not foreseen|could not be handed on|no work could be claimed|unexpected \w+Error|Never retrieved"
        result.crashes = [line[:300] for line in log.splitlines() if re.search(faults, line)]
        result.leaks = [secret for secret in SECRETS if secret in log]
        with closing(open_database(f"sqlite:///{self.folder}/zhixun.db")) as db:
            states = db.read(sources.states)
        result.outcomes = {state.name: f"{state.last_outcome} {state.last_detail or ''}"[:150] for state in states}
        result.never_polled = [state.name for state in states if state.last_polled_at is None]


def main() -> None:
    """The figures; exit code 1 when a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=150)
    parser.add_argument("--pace", type=float, default=6.0, help="seconds between two articles of one healthy site")
    parser.add_argument("--spellings", action="store_true", help="also 77 spelled forbidden addresses")
    parser.add_argument("--keep", type=Path, help="a folder for the database and the log")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="zhixun-hostile-") as made:
        folder = chosen.keep or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        result = asyncio.run(HostileWorld(folder, chosen.seconds, CASES, chosen.pace, chosen.spellings).run())
    for name, outcome in sorted(result.outcomes.items()):
        print(f"  {name:32} {outcome}")
    print(*result.crashes[:20], sep="\n")
    print(result)
    print("broken:", "; ".join(result.broken()) or "nothing")
    sys.exit(1 if result.broken() else 0)


if __name__ == "__main__":
    main()
