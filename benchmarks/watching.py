"""The real daemon over a local world, as a process: what it costs, how late it is, and whether anything grows or gets lost.

    python benchmarks/watching.py [--minutes 10]              1,000 sources of four kinds, half of them adaptive, under a budget
    python benchmarks/watching.py --soak [--minutes 20]       100 × speed: `every: 9s` instead of 15m, and a hundredfold of articles

The first form begins with a cold start, which reads what is listed, and starts again for its measured time, with polls spread over
their intervals as they are after a day. The soak's sites break: 503, 429, cut and hanging connections, permanent redirects; the
receiver fails now and then; records are pruned beside the daemon and copied by it. Its clock is the real one: leases, timeouts
and heartbeats are seconds that a hundredfold would break, so what is divided by 100 is the intervals.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import signal
import statistics
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from time import perf_counter

import psutil
from aiohttp import web
from sqlalchemy import select, update
from sqlalchemy.orm import Session

sys.path[:0] = [str(Path(__file__).parents[1])]

from jobs.demo.newsroom import LISTS, Handler, Seen, Sink, Site, World
from storage.db.database import Database, open_database
from storage.db.models import source, task
from tests import world as worlds
from tests.flow.harness import moody, start

LISTED = 40  # articles of a list, the newest
HISTORY = 5  # of them there at the start
SETTLE = 120.0  # seconds for what was published last
QUERY = " OR ".join(worlds.ACTORS)  # every article names one
CONFIG = """\
database: sqlite:///{folder}/zhixun.db
crawl: {{delay: 1s, timeout: {timeout}, budget: {budget}, allow_networks: ["127.0.0.0/8"]}}
backup: {{every: {backup}, keep: 2}}
alerts: {{first_poll: all}}
rules:
  - {{name: everything, query: '{query}', channels: [hook], max_age: 30d, stories: "off"}}
  - {{name: events, query: '{query}', channels: [file], max_age: 30d}}
channels:
  - {{name: hook, url: 'webhook+{hook}'}}
  - {{name: file, url: 'file://{folder}/alerts.jsonl'}}
sources:
"""


@dataclass(frozen=True, slots=True)
class Form:
    """What is run. `speed`: times the articles of a real day; `own_host`: sources for each site."""

    sources: int
    minutes: float
    soak: bool

    @property
    def speed(self) -> float:
        return 100.0 if self.soak else 1.0

    def every(self, place: int) -> str:
        """The cadence of the n-th source."""
        return "9s" if self.soak else "adaptive" if place % 2 else "5m"


@dataclass
class Moody(Site):
    """A site that breaks now and then. `a_day`: its articles."""

    a_day: float = 0.0
    mood: str = "well"

    @web.middleware
    async def _count(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if self.mood == "well" or request.path == "/robots.txt" or (self.mood == "moved" and "moved" in request.query):
            return await super()._count(request, handler)
        status = {"503": 503, "429": 429, "moved": 301}.get(self.mood, 0)
        self.requests.append(Seen(asyncio.get_running_loop().time(), request.path, status))
        if self.mood == "cut" and request.transport is not None:
            request.transport.abort()
        if self.mood == "hangs":
            await asyncio.sleep(60)
        headers = {"Retry-After": "20"} if status == 429 else {"Location": f"{request.path}?moved=1"} if status == 301 else {}
        return web.Response(status=status or 500, headers=headers)


MOODS = ("503", "429", "cut", "hangs", "moved")


@dataclass
class Clocked(Sink):
    """A receiver that notes when it took what."""

    taken: dict[str, list[tuple[str, float]]] = field(default_factory=lambda: defaultdict(list))  # link → (key, loop time)

    async def _hook(self, request: web.Request) -> web.Response:
        before = len(self.received)
        try:
            return await super()._hook(request)
        finally:
            for key, body in self.received[before:]:
                link = str(body["record"]["link"])  # type: ignore[index]
                self.taken[link].append((key, asyncio.get_running_loop().time()))
            self.received.clear()


@dataclass(frozen=True, slots=True)
class Sample:
    """The daemon and its children at one moment."""

    at: float
    daemon: float  # MiB
    tree: float  # MiB, pages that are shared counted in each
    cpu: float  # seconds, of the daemon
    cpu_children: float
    files: int
    threads: int
    children: int
    wal: float  # MiB


class Bench:
    """One run."""

    def __init__(self, form: Form, folder: Path) -> None:
        self.form = form
        self.folder = folder
        self.rng = random.Random(5)
        self.world = self._world()
        self.samples: list[Sample] = []
        self.dues: dict[str, list[tuple[float, float]]] = defaultdict(list)  # source → (seen at, due at), loop time
        self.published: dict[str, float] = {}  # link → loop time
        self.paths: dict[str, str] = {}  # source → path of its list
        self.marked = 0.0
        self.prunes: Counter[int] = Counter()
        self._child_cpu: dict[int, float] = {}

    # ---- the world

    def _world(self) -> World:
        """Four sites for five sources: every fourth site is watched in two ways."""
        sites: list[Site] = []
        now = datetime.now(UTC).astimezone(worlds.ZONE)
        for place in range(-(-self.form.sources * 4 // 5)):
            a_day = min(6 * self.rng.lognormvariate(0, 1.3), 200.0)
            site = Moody(f"site-{place}", worlds.KINDS[place % 4], conditional=place % 10 != 0, a_day=a_day)
            for number in range(HISTORY):
                age = timedelta(days=(HISTORY - number) / max(a_day * self.form.speed, 0.2))
                site.articles.append(worlds.article(number, now - age, site=place, rng=self.rng))
            sites.append(site)
        return World(sites, Clocked(misbehave=moody(random.Random(3)).misbehave if self.form.soak else lambda _: "ok"))

    def write_config(self) -> Path:
        """The configuration over the whole world."""
        rows = []
        for place in range(self.form.sources):
            site = self.world.sites[place % len(self.world.sites)]
            kind = site.kind if place < len(self.world.sites) else worlds.KINDS[(worlds.KINDS.index(site.kind) + 1) % 4]
            name = f"source-{place}"
            self.paths[name] = site.address + LISTS[kind]
            rows.append(f"  - {{name: {name}, url: '{self.paths[name]}', kind: {kind}, every: {self.form.every(place)}}}\n")
        kept = ("5s", "null", "1m") if self.form.soak else ("30s", self.budget, "1d")
        ways = dict(zip(("timeout", "budget", "backup"), kept, strict=True))
        head = CONFIG.format(folder=self.folder, hook=self.world.hook, query=QUERY, **ways)
        path = self.folder / "config.yaml"
        path.write_text(head + "".join(rows), "utf-8")
        return path

    @property
    def budget(self) -> int:
        """Requests a day: one for each source every five minutes."""
        return self.form.sources * 288

    async def publish(self, seconds: float) -> None:
        """Each site publishes by chance, as often as it does."""
        rates = [site.a_day * self.form.speed / 86400 for site in self.world.sites]  # type: ignore[attr-defined]
        loop = asyncio.get_running_loop()
        until, total, number = loop.time() + seconds, sum(rates), HISTORY
        while (pause := self.rng.expovariate(total)) + loop.time() < until:
            await asyncio.sleep(pause)
            [place] = self.rng.choices(range(len(rates)), rates)
            site, number = self.world.sites[place], number + 1
            made = worlds.article(number, datetime.now(UTC).astimezone(worlds.ZONE), site=place, rng=self.rng)
            site.articles.append(made)
            del site.articles[:-LISTED]
            self.published[site.address + made.path] = loop.time()
        await asyncio.sleep(max(until - loop.time(), 0))

    async def break_things(self, seconds: float) -> None:
        """At any time a tenth of the sites or so is in trouble, each for half a minute."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        heals: list[tuple[float, Moody]] = []
        while loop.time() < until:
            site = self.rng.choice(self.world.sites)
            assert isinstance(site, Moody)
            if site.mood == "well":
                site.mood = self.rng.choice(MOODS)
                heals.append((loop.time() + self.rng.uniform(15, 45), site))
            await asyncio.sleep(300 / len(self.world.sites))
            for _, healed in (row for row in heals if row[0] < loop.time()):
                healed.mood = "well"
            heals = [row for row in heals if row[0] >= loop.time()]
        for _, healed in heals:
            healed.mood = "well"

    # ---- watching the daemon

    async def watch(self, pid: int, db: Database) -> None:
        """A sample each second."""
        process = psutil.Process(pid)
        with suppress(psutil.NoSuchProcess):
            while True:
                self.samples.append(self._sample(process))
                if not self.form.soak:
                    await asyncio.to_thread(self._note_dues, db)
                await asyncio.sleep(1)

    def _sample(self, process: psutil.Process) -> Sample:
        sizes = []
        for child in process.children(recursive=True):
            with suppress(psutil.Error):
                sizes.append(child.memory_info().rss / 2**20)
                self._child_cpu[child.pid] = sum(child.cpu_times()[:2])
        wal = self.folder / "zhixun.db-wal"
        rss, times = process.memory_info().rss / 2**20, process.cpu_times()
        return Sample(
            asyncio.get_running_loop().time(),
            rss,
            rss + sum(sizes),
            times.user + times.system,
            sum(self._child_cpu.values()),
            process.num_fds(),
            process.num_threads(),
            len(sizes),
            wal.stat().st_size / 2**20 if wal.exists() else 0.0,
        )

    def _note_dues(self, db: Database) -> None:
        for name, due in db.read(_dues):
            at = self.loop.time() + (due - datetime.now(UTC)).total_seconds()
            known = self.dues[name]
            if not known or abs(known[-1][1] - at) > 0.5:
                known.append((self.loop.time(), at))

    async def prune(self, config: Path) -> None:
        """What an operator's cron does, at a hundredfold: beside the running daemon, forget what is older than five minutes."""
        while True:
            await asyncio.sleep(100)
            process = await start(config, "records", "prune", "--older-than", "5m", "--yes")
            self.prunes[await process.wait()] += 1

    # ---- the run

    async def run(self) -> None:
        """Everything; prints as it goes."""
        self.loop = asyncio.get_running_loop()
        await self.world.start()
        try:
            config = self.write_config()
            with closing(open_database(f"sqlite:///{self.folder}/zhixun.db")) as db:
                if not self.form.soak:
                    await self._cold(config, db)
                    db.write_now(lambda s: _spread(s, self.rng))
                await self._measured(config, db)
        finally:
            await self.world.stop()

    async def _start(self, config: Path) -> asyncio.subprocess.Process:
        began = perf_counter()
        process = await start(config, "--log-file", str(self.folder / "zhixun.log"), "run")
        log = self.folder / "zhixun.log"
        while process.returncode is None and not (log.exists() and f"pid={process.pid}\n" in log.read_text("utf-8", "replace")):
            await asyncio.sleep(0.05)
        print(f"start until it runs: {perf_counter() - began:.1f} s", flush=True)
        return process

    async def _stop(self, process: asyncio.subprocess.Process) -> None:
        began = perf_counter()
        process.send_signal(signal.SIGTERM)
        code = await process.wait()
        print(f"stop: {perf_counter() - began:.1f} s, exit code {code}")

    async def _cold(self, config: Path, db: Database) -> None:
        began = perf_counter()
        process = await self._start(config)
        watching = asyncio.create_task(self.watch(process.pid, db))
        polled = 0.0
        while True:
            await asyncio.sleep(1)
            unpolled, left = db.read(_unfinished)
            if not unpolled and not polled:
                polled = perf_counter() - began
            if not unpolled and not left:
                break
            if process.returncode is not None:
                raise SystemExit(f"the daemon ended with {process.returncode}: {self.folder}/zhixun.log")
        took, peak = perf_counter() - began, max(one.tree for one in self.samples)
        asked = sum(len(site.requests) for site in self.world.sites)
        print(
            f"cold start: all polled after {polled:.0f} s, {asked} requests done after {took:.0f} s, at most {peak:.0f} MiB",
            flush=True,
        )
        watching.cancel()
        await self._stop(process)

    async def _measured(self, config: Path, db: Database) -> None:
        for site in self.world.sites:
            site.requests.clear()
        self.samples.clear()
        self.dues.clear()
        self._child_cpu.clear()
        process = await self._start(config)
        self.marked = self.loop.time()
        spent = _spent(db)
        tasks = [asyncio.create_task(self.watch(process.pid, db))]
        busy = self.form.minutes * 60 - (SETTLE if self.form.soak else 0)
        if self.form.soak:
            tasks += [asyncio.create_task(self.prune(config)), asyncio.create_task(self.break_things(busy))]
        await self.publish(busy)
        ended = self.loop.time()
        if self.form.soak:
            await self._settle()
        if process.returncode is not None:
            print(f"THE DAEMON ENDED by itself with {process.returncode}")
        for one in tasks:
            one.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.report(ended, _spent(db) - spent, db)
        await self._stop(process)

    async def _settle(self) -> None:
        until = self.loop.time() + SETTLE
        while self.loop.time() < until and any(link not in self.sink.taken for link in self.published):
            await asyncio.sleep(1)
        await asyncio.sleep(max(until - self.loop.time(), 0))  # what would come twice comes now

    @property
    def sink(self) -> Clocked:
        assert isinstance(self.world.sink, Clocked)
        return self.world.sink

    # ---- figures

    def report(self, ended: float, accounted: int, db: Database) -> None:
        """Print them all."""
        seen = [one for site in self.world.sites for one in site.requests]
        lists = set(LISTS.values())
        polls = [one for one in seen if one.path in lists]
        took = self.samples[-1].at - self.samples[0].at
        same = sum(one.status == 304 for one in polls)
        share = same / max(len(polls), 1)
        print(f"{took:.0f} s, {len(polls)} polls ({share:.0%} 304), {len(seen)} requests, load {psutil.getloadavg()}")
        if not self.form.soak:
            due = self.budget * took / 86400
            print(f"budget for this time {due:.0f}, on account {accounted}, counted at the servers {len(seen)}")
        self._memory(len(polls))
        print("lag of the schedule:", _spread_of(self._soak_lags() if self.form.soak else self._lags()))
        self._alerts(ended, db)
        log = sum(path.stat().st_size for path in self.folder.glob("zhixun.log*"))
        size = (self.folder / "zhixun.db").stat().st_size / 2**20
        copies = len(list((self.folder / "backups").glob("*.db")))
        troubles = _complaints(self.folder / "zhixun.log")
        print(f"log {log / 1e6:.2f} MB ({log / max(len(polls), 1):.0f} bytes a poll), database {size:.0f} MiB, {copies} copies")
        print(f"prunes {dict(self.prunes)}; complaints in the log: {dict(troubles)}")

    def _memory(self, polls: int) -> None:
        first, last = self.samples[0], self.samples[-1]
        print(f"{'minute':>6} {'daemon':>7} {'tree MiB':>8} {'files':>5} {'threads':>7} {'children':>8} {'WAL MiB':>7}")
        shown = self.samples[:: max(len(self.samples) // 10, 1)]
        for one in [*shown, last]:
            sizes = f"{(one.at - first.at) / 60:6.1f} {one.daemon:7.1f} {one.tree:8.1f}"
            print(f"{sizes} {one.files:5} {one.threads:7} {one.children:8} {one.wal:7.1f}")
        cpu, children = last.cpu - first.cpu, last.cpu_children - first.cpu_children
        print(
            f"CPU: daemon {1000 * cpu / max(polls, 1):.1f} ms a poll, children {1000 * children / max(polls, 1):.1f} ms, "
            f"together {100 * (cpu + children) / (last.at - first.at):.0f} % of a core; tree at most {max(one.tree for one in self.samples):.0f} MiB"
        )
        for name in ("daemon", "tree"):
            values = [(one.at, getattr(one, name)) for one in self.samples]
            print(f"slope of the {name} after the first quarter: {_slope(values)}")

    def _lags(self) -> list[float]:
        """From due to the request at the server, for each due time that was seen."""
        asked: dict[str, list[float]] = defaultdict(list)
        for site in self.world.sites:
            for one in site.requests:
                asked[site.address + one.path].append(one.at)
        found = []
        for name, rows in self.dues.items():
            times = asked[self.paths[name]]
            for seen, due in rows:
                if due < self.marked:
                    continue
                came = next((at for at in times if at >= seen), None)
                if came is not None or due < self.samples[-1].at:
                    found.append(max((came or self.samples[-1].at) - due, 0.0))
        return found

    def _soak_lags(self) -> list[float]:
        """Pause between a good poll of a list and the next, less what is configured, unless its host asked for a pause meanwhile."""
        found = []
        for site in self.world.sites:
            by_path: dict[str, list[Seen]] = defaultdict(list)
            for one in site.requests:
                by_path[one.path].append(one)
            busy = [one.at for one in site.requests if one.status == 429]
            for path in LISTS.values():
                for good, later in pairwise(by_path[path]):
                    asked = any(good.at - 20 < at < later.at for at in busy)
                    if good.status in (200, 304) and not asked and later.at - good.at > 1.5:  # else it is the second hop
                        found.append(later.at - good.at - 9.0)
        return found

    def _alerts(self, ended: float, db: Database) -> None:
        """How late each article was told: since it was published, and since the first list that showed it was asked for."""
        told, since_listed = [], []
        sites = {site.address: site for site in self.world.sites}
        for link, at in self.published.items():
            rows = self.sink.taken.get(link)
            if rows:
                told.append(rows[0][1] - at)
                requests = sites["/".join(link.split("/")[:3])].requests
                asked = [one.at for one in requests if one.path in LISTS.values() and one.at >= at and one.status == 200]
                since_listed += [rows[0][1] - asked[0]] if asked else []
        missing = [link for link in self.published if link not in self.sink.taken]
        twice = [link for link, rows in self.sink.taken.items() if len({key for key, _ in rows}) > 1]
        print(f"articles published {len(self.published)}, told {len(told)}, under two keys {len(twice)}, not told {len(missing)}")
        if missing:
            asked_of = select(task.c.state, task.c.reason).where(task.c.url.in_(missing))
            known = db.read(lambda s: Counter(map(tuple, s.execute(asked_of))))
            youngest, oldest = (ended - pick(self.published[link] for link in missing) for pick in (max, min))
            print(f"  {youngest:.0f} to {oldest:.0f} s old at the end; tasks of them: {dict(known)}")
        print("from publication to the receiver:", _spread_of(told))
        print("from the poll that showed it to the receiver:", _spread_of(since_listed))


def _dues(session: Session) -> Sequence[tuple[str, datetime]]:
    roots = select(source.c.name, task.c.due_at).join(source, source.c.id == task.c.source_id)
    return [(row.name, row.due_at) for row in session.execute(roots.where(task.c.kind == "poll", task.c.state == "due"))]


def _unfinished(session: Session) -> tuple[int, int]:
    """Sources that were never polled, articles that wait."""
    rows = session.execute(select(source.c.first_polled_at)).all()
    left = session.execute(select(task.c.id).where(task.c.kind == "article", task.c.state.in_(("due", "leased")))).all()
    return (sum(row.first_polled_at is None for row in rows) if rows else 1), len(left)


def _spread(session: Session, rng: random.Random) -> None:
    """Put each poll somewhere into the interval before it, as chance does in a day."""
    now = datetime.now(UTC) + timedelta(seconds=4)
    for number, due in session.execute(select(task.c.id, task.c.due_at).where(task.c.kind == "poll")).all():
        moved = now + max(due - now, timedelta(minutes=5)) * rng.random()
        session.execute(update(task).where(task.c.id == number).values(due_at=moved, turn=moved))


def _spent(db: Database) -> int:
    return db.read(lambda s: s.connection().exec_driver_sql("SELECT coalesce(sum(requests), 0) FROM usage").scalar_one())


def _spread_of(values: Sequence[float]) -> str:
    if len(values) < 2:
        return f"{len(values)} values"
    cuts = statistics.quantiles(values, n=20)
    return f"median {statistics.median(values):.2f} s, p95 {cuts[-1]:.2f}, max {max(values):.2f} (n {len(values)})"


def _slope(values: Iterable[tuple[float, float]]) -> str:
    """MiB an hour by least squares over means of a minute, with the half width of 95 %."""
    rows = list(values)
    begun = rows[0][0] + (rows[-1][0] - rows[0][0]) / 4
    blocks: dict[int, list[float]] = defaultdict(list)
    for at, value in rows:
        if at >= begun:
            blocks[int((at - begun) // 60)].append(value)
    points = [(minute / 60, statistics.mean(block)) for minute, block in blocks.items() if len(block) > 20]
    if len(points) < 4:
        return "too short to say"
    line = statistics.linear_regression(*zip(*points, strict=True))
    mean = statistics.mean(x for x, _ in points)
    rest = sum((y - line.slope * x - line.intercept) ** 2 for x, y in points) / (len(points) - 2)
    error = (rest / sum((x - mean) ** 2 for x, _ in points)) ** 0.5
    return f"{line.slope:+.1f} ± {2.1 * error:.1f} MiB/h ({len(points)} minutes)"


def _complaints(log: Path) -> Counter[str]:
    """What was logged as error, or as what nobody foresaw, by its event."""
    text = log.read_text("utf-8", "replace")
    found = re.findall(r'level=(?:error|critical) event="?([^"\n]{1,60}?)"?(?= \w+=|\n|")', text)
    return Counter(found) + Counter(tracebacks=text.count("Traceback"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--sources", type=int)
    parser.add_argument("--soak", action="store_true")
    parser.add_argument("--keep", type=Path, help="a folder for the database and the log")
    chosen = parser.parse_args()
    wanted = Form(chosen.sources or (100 if chosen.soak else 1000), chosen.minutes or (20 if chosen.soak else 10), chosen.soak)
    with tempfile.TemporaryDirectory(prefix="zhixun-watching-") as made:
        where = chosen.keep or Path(made)
        where.mkdir(parents=True, exist_ok=True)
        asyncio.run(Bench(wanted, where).run())
