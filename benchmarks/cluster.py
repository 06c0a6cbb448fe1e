"""The frontier under several real workers: what is done twice or lost when one is killed, gaps at the hosts, and how late work is.

The work: so many polls and articles on so many hosts, each with a pace; a worker claims, "asks" (a line in its ledger at the slot of the
task) and closes. `--hosts N --claims` measures a claim alone. PostgreSQL is started by the tests' own fixture unless `--database` names one.
Exit code 1 if anything was lost, done twice under a living lease, or asked closer than one worker alone does.

    $ python benchmarks/cluster.py                        500 hosts, 5,000 polls, 20,000 articles, 1, 2 and 4 workers: 8 minutes at most
    $ python benchmarks/cluster.py --scale 0.1            a tenth of all that
    $ python benchmarks/cluster.py --claims --hosts 100000
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import func, insert, select, text

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from crawler.record import Source
from storage.db import models
from storage.db.database import Database, open_database
from storage.queue import frontier, hosts, sources
from tests.conftest import started_postgres

LEASE = timedelta(seconds=8)
HORIZON = timedelta(seconds=1)
PACE = 1.0  # seconds between two requests to a host


def prepare(db: Database, hosts_: int, polls: int, articles: int) -> None:
    """So many sources and articles, spread over the hosts."""
    db.upgrade()
    now = datetime.now(UTC)
    wanted = [(Source(f"s{n}", f"https://h{n % hosts_}.example/feed{n}"), now) for n in range(polls)]
    db.write_now(lambda s: sources.sync(s, wanted, now))

    def more(session) -> None:
        rows = [
            {"kind": "article", "key": f"a{n}", "source_id": n % polls + 1, "url": f"https://h{n % hosts_}.example/{n}", "host": f"h{n % hosts_}.example",
             "state": "due", "due_at": now, "turn": now + timedelta(seconds=n // hosts_), "created_at": now}
            for n in range(articles)
        ]  # fmt: skip
        if rows:
            session.execute(insert(models.task), rows)
        for n in range(hosts_):
            hosts.ready(session, f"h{n}.example", now)

    db.write_now(more)


def unguarded() -> None:
    """Claim as if nobody else did: without locks, without a look at whose a host is, and what was seen is taken for what is."""
    for name, conditions in (("_READY", 1), ("_FIRST", 0), ("_NEXT", 9)):
        query = getattr(frontier, name)._generate()
        query._for_update_arg, query._where_criteria = None, query._where_criteria[:conditions]
        setattr(frontier, name, query)


def work(url: str, name: str, until: float, folder: str) -> None:
    """One worker, until the time (of time.time) is over or nothing is left to do."""
    with closing(open_database(url)) as db, open(f"{folder}/{name}", "a", buffering=1) as ledger:
        waiting: list[frontier.Task] = []
        last: dict[str, float] = {}
        while time.time() < until:
            now = datetime.now(UTC)
            if len(waiting) < 64:
                asked = {"owner": name, "now": now, "limit": 8, "lease": LEASE, "delay": 1.0, "horizon": HORIZON}
                waiting += db.write_now(lambda s, a=asked: frontier.claim(s, **a), alone=True)
            due = []
            for task in waiting:  # as the engine does: after the slot, and a pace after the last that really left
                if task.slot is not None and task.slot <= now and now.timestamp() - last.get(task.host, 0.0) >= PACE:
                    last[task.host] = now.timestamp()
                    due.append(task)
            waiting = [task for task in waiting if task not in due]
            for task in due:
                if now - task.slot < hosts.LATEST:  # type: ignore[operator]
                    ledger.write(f"{now.timestamp()} {task.host} {task.id} {(now - task.slot).total_seconds()}\n")  # type: ignore[operator]
                    end = frontier.done
                    if task.kind == "poll":
                        end = partial(frontier.unchanged, next_due=now + timedelta(hours=1))
                    db.writer.submit(partial(end, claimed=task, now=now))
                else:
                    db.writer.submit(lambda s, t=task, n=now: frontier.postpone(s, t, until=n, reason="late"))
            if not due:
                time.sleep(0.02)


@dataclass(frozen=True, slots=True)
class Asked:
    """A line of a ledger."""

    at: float
    host: str
    task: int
    late: float
    by: str


def ledgers(folder: str) -> list[Asked]:
    """What all have asked, in order; a line that was cut by the kill is none."""
    found = []
    for path in Path(folder).iterdir():
        for line in path.read_text().rpartition("\n")[0].splitlines():
            at, host, task, late = line.split()
            found.append(Asked(float(at), host, int(task), float(late), path.name))
    return sorted(found, key=lambda one: one.at)


def run(url: str, workers: int, seconds: float, kill_at: float, work_: int) -> tuple[int, int, int]:
    """So many workers on prepared work, one killed on the way. Prints a line; what was lost, done twice under a lease, and too close."""
    with tempfile.TemporaryDirectory() as folder, closing(open_database(url)) as db:
        began = time.time()

        def start(name: str) -> multiprocessing.Process:
            process = multiprocessing.Process(target=work, args=(url, name, began + seconds, folder), daemon=True)
            process.start()
            return process

        running = [start(f"w{n}") for n in range(workers)]
        killed = False
        while (now := time.time()) < began + seconds and (int(now) % 5 or len({one.task for one in ledgers(folder)}) < work_):
            if not killed and now > began + kill_at:
                os.kill(running[0].pid or 0, signal.SIGKILL)
                killed, running[0] = True, start("again")
            db.write_now(lambda s: frontier.recover_expired(s, datetime.now(UTC)))
            time.sleep(1)
        took = time.time() - began
        time.sleep(2)  # what is asked is closed
        for process in running:
            process.kill()
        return report(db, f"workers {workers}", took, ledgers(folder), work_)


def report(db: Database, what: str, took: float, seen: list[Asked], work_: int) -> tuple[int, int, int]:
    """What was done, lost, twice, too close; how late."""
    last: dict[str, float] = {}
    first: dict[int, Asked] = {}
    close = twice = leased = 0
    for one in seen:
        close += one.host in last and one.at - last[one.host] < PACE * 0.9
        last[one.host] = one.at
        before = first.setdefault(one.task, one)
        twice += before is not one
        leased += before is not one and one.at - before.at < LEASE.total_seconds() and before.by != "w0"
    open_ = set(db.read(lambda s: s.scalars(select(models.task.c.id).where(models.task.c.state.in_(("due", "leased")))).all()))
    states = dict(db.read(lambda s: s.execute(select(models.task.c.state, func.count()).group_by(models.task.c.state)).all()))
    known = db.read(lambda s: s.scalar(select(func.count()).select_from(models.known_link))) or 0
    lost = work_ - len(first) - len(open_ - first.keys())
    late = sorted(one.late for one in seen) or [0.0]
    print(
        f"{what}: {len(first)} of {work_} in {took:.0f} s, {len(seen) / took:.0f}/s, lost {lost}, twice {twice} ({leased} under a living lease), "
        f"gaps < .9 s {close}, late p95 {late[len(late) * 95 // 100]:.2f} s, tasks {states}, known links {known}",
        flush=True,
    )
    return lost, leased, close


def claims(db: Database, count: int = 200) -> None:
    """How long a claim takes, in the transaction, and with its commit."""
    inside, cpu, whole = [], [], []

    def one(session, now: datetime):
        began, spent = time.perf_counter(), time.thread_time()
        got = frontier.claim(session, owner="me", now=now, limit=8, lease=timedelta(minutes=3), delay=1.0, horizon=HORIZON)
        inside.append((time.perf_counter() - began) * 1000)
        cpu.append((time.thread_time() - spent) * 1000)
        return got

    for number in range(count):
        began = time.perf_counter()
        now = datetime.now(UTC) + timedelta(seconds=number)
        tasks = db.write_now(lambda s, n=now: one(s, n), alone=True)
        whole.append((time.perf_counter() - began) * 1000)
        for task in tasks:
            db.writer.submit(lambda s, t=task, n=now: frontier.unchanged(s, t, now=n, next_due=n + timedelta(minutes=15)))
    for name, times in (("claim", inside), ("its CPU here", cpu), ("with commit", whole)):
        times.sort()
        print(f"{name}: p50 {statistics.median(times):.2f} ms, p95 {times[len(times) * 95 // 100]:.2f} ms")


@contextmanager
def database(given: str | None) -> Iterator[str]:
    """The address of an empty database."""
    if given:
        yield given
        return
    with started_postgres() as server:
        yield str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://")


def main() -> None:
    """Print figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--hosts", type=int, default=500)
    parser.add_argument("--polls", type=int, default=5000)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--scale", type=float, default=1.0, help="of hosts, polls and articles: the time stays the same")
    parser.add_argument("--seconds", type=float, default=150, help="at most, with each number of workers")
    parser.add_argument("--kill-at", type=float, default=25)
    parser.add_argument("--claims", action="store_true")
    parser.add_argument("--unguarded", action="store_true", help="claim without locks, to see that the checks notice")
    parser.add_argument("--database")
    chosen = parser.parse_args()
    hosts_, polls, articles = (max(1, round(n * chosen.scale)) for n in (chosen.hosts, chosen.polls, chosen.articles))
    alone, failed = None, False
    if chosen.unguarded:
        unguarded()
    for workers in [1] if chosen.claims else chosen.workers:
        with database(chosen.database) as url, closing(open_database(url)) as db:
            began = time.perf_counter()
            prepare(db, hosts_, hosts_ if chosen.claims else polls, 0 if chosen.claims else articles)
            print(f"prepared {hosts_} hosts in {time.perf_counter() - began:.0f} s")
            if db.shared:
                with db.engine.begin() as connection:
                    connection.execute(text("ANALYZE"))
            if chosen.claims:
                claims(db)
                return
            lost, leased, close = run(url, workers, chosen.seconds, chosen.kill_at, polls + articles)
            alone = close if alone is None else alone
            failed |= bool(lost or leased or close > alone)
    sys.exit(failed)


if __name__ == "__main__":
    main()
