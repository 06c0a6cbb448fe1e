"""The frontier under several real workers: what is done twice or lost when one is killed, gaps at the hosts, and how late work is.

The work: so many polls and articles on so many hosts, each with a pace; a worker claims, "asks" (an entry in a ledger at the slot of the
task) and closes. `--hosts N --claims` measures a claim alone. PostgreSQL is started by the tests' own fixture unless `--database` names one.

    $ python benchmarks/cluster.py --workers 1 2 --seconds 40
    $ python benchmarks/cluster.py --claims --hosts 100000
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import queue
import signal
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
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


def prepare(db: Database, hosts_: int, articles: int) -> None:
    """Sources, one a host, and articles spread over them."""
    db.upgrade()
    now = datetime.now(UTC)
    db.write_now(lambda s: sources.sync(s, [(Source(f"s{n}", f"https://h{n}.example/feed"), now) for n in range(hosts_)], now))

    def more(session) -> None:
        rows = [
            {"kind": "article", "key": f"a{n}", "source_id": n % hosts_ + 1, "url": f"https://h{n % hosts_}.example/{n}", "host": f"h{n % hosts_}.example",
             "state": "due", "due_at": now, "turn": now + timedelta(seconds=n // hosts_), "created_at": now}
            for n in range(articles)
        ]  # fmt: skip
        if rows:
            session.execute(insert(models.task), rows)
        for n in range(hosts_):
            hosts.ready(session, f"h{n}.example", now)

    db.write_now(more)


def work(url: str, name: str, until: float, ledger: multiprocessing.Queue) -> None:
    """One worker, until the time (of time.time) is over or all is done."""
    with closing(open_database(url)) as db:
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
                    ledger.put((now.timestamp(), task.host, task.id, (now - task.slot).total_seconds()))  # type: ignore[operator]
                    end = frontier.unchanged if task.kind == "poll" else None
                    later = now + timedelta(hours=1)
                    db.writer.submit(
                        lambda s, t=task, e=end, n=now, at=later: e(s, t, now=n, next_due=at) if e else frontier.done(s, t, now=n)
                    )
                else:
                    db.writer.submit(lambda s, t=task, n=now: frontier.postpone(s, t, until=n, reason="late"))
            if not due:
                time.sleep(0.02)


def run(url: str, workers: int, seconds: float) -> None:
    """So many workers on prepared work, one killed on the way; prints a line."""
    ledger: multiprocessing.Queue = multiprocessing.Queue()
    until = time.time() + seconds
    running = [multiprocessing.Process(target=work, args=(url, f"w{n}", until, ledger), daemon=True) for n in range(workers)]
    for process in running:
        process.start()
    seen: list[tuple[float, str, int, float]] = []
    killed = False
    while any(process.is_alive() for process in running):
        if not killed and time.time() > until - seconds / 2:
            os.kill(running[0].pid or 0, signal.SIGKILL)
            killed = True
            running[0] = multiprocessing.Process(target=work, args=(url, "again", until, ledger), daemon=True)
            running[0].start()
        with closing(open_database(url)) as db:
            db.write_now(lambda s: frontier.recover_expired(s, datetime.now(UTC)))
        end = time.time() + 1
        while time.time() < end:
            try:
                seen.append(ledger.get(timeout=0.1))
            except queue.Empty:
                pass
    report(url, workers, seconds, seen)


def report(url: str, workers: int, seconds: float, seen: list[tuple[float, str, int, float]]) -> None:
    """What was done, twice, too close; how late."""
    last: dict[str, float] = {}
    close = 0
    for at, host, _, _ in sorted(seen):
        close += host in last and at - last[host] < 0.9
        last[host] = at
    twice = sum(count - 1 for count in Counter(number for _, _, number, _ in seen).values())
    late = sorted(late for _, _, _, late in seen) or [0.0]
    with closing(open_database(url)) as db:
        states = dict(db.read(lambda s: s.execute(select(models.task.c.state, func.count()).group_by(models.task.c.state)).all()))
    print(
        f"workers {workers}: {len(seen)} asked, {len(seen) / seconds:.0f}/s, twice {twice}, gaps < .9 s {close}, late p95 {late[len(late) * 95 // 100]:.2f} s, {states}"
    )


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
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--hosts", type=int, default=200)
    parser.add_argument("--articles", type=int, default=4000)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--claims", action="store_true")
    parser.add_argument("--database")
    chosen = parser.parse_args()
    for workers in [1] if chosen.claims else chosen.workers:
        with database(chosen.database) as url:
            with closing(open_database(url)) as db:
                began = time.perf_counter()
                prepare(db, chosen.hosts, 0 if chosen.claims else chosen.articles)
                print(f"prepared {chosen.hosts} hosts in {time.perf_counter() - began:.0f} s")
                if db.shared:
                    with db.engine.begin() as connection:
                        connection.execute(text("ANALYZE"))
                if chosen.claims:
                    claims(db)
                    return
            run(url, workers, chosen.seconds)


if __name__ == "__main__":
    main()
