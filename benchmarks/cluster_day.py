"""A day of 100,000 sources and 1 M articles on rows, without a network: what claims, readers, the one that edits and PostgreSQL need.

All sources are really there; polls and articles are a sample of the day, and what they cost is multiplied. CPU only: of this process, and of the server
by /proc. Texts are recombined sentences of `tests/data`, a tenth of the articles name somebody whom one of the rules wants.

    $ python benchmarks/cluster_day.py --sources 100000 --rules 10000 --articles 1500 --claims 300
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import insert, text

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.archive import corpus, sentences
from benchmarks.matching import rules
from crawler.record import Source
from jobs.watch import RulePolicy, Watch
from jobs.workers.editor import BATCH, Editor, Finished
from storage.archive.prepared import prepare
from storage.db import models
from storage.db.database import Database, open_database
from storage.queue import frontier, hosts, leases, sources
from storage.rules.parser import parse
from storage.rules.ruleset import Rule, Ruleset
from tests.conftest import started_postgres
from tests.desk import Member

DAY = {"requests": 5_000_000, "articles": 1_000_000}
PEAK = 3.0  # times the mean of the day
TICKS = 100.0  # of /proc a second
LEASE = timedelta(minutes=10)


class Meter:
    """CPU seconds of this process and of a PostgreSQL with its children, since the last look."""

    def __init__(self, server_pid: int) -> None:
        self._server = server_pid
        self._last = self._now()

    def _now(self) -> tuple[float, float]:
        children = Path(f"/proc/{self._server}/task/{self._server}/children").read_text("ascii").split()
        ticks = 0
        for pid in (self._server, *children):
            fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12]) + (int(fields[13]) + int(fields[14]) if pid == self._server else 0)
        return time.process_time(), ticks / TICKS

    def say(self, what: str, count: int, day: int = 0) -> None:
        """What one cost, and what the day would need of a core."""
        before, self._last = self._last, self._now()
        here, there = (now - then for now, then in zip(self._last, before, strict=True))
        told = f"{what}: {count:,}, CPU {here / count * 1e3:.2f} ms here, {there / count * 1e3:.2f} ms in the server, each"
        if day:
            mean = [seconds / count * day / 86_400 for seconds in (here, there)]
            told += f"; {day:,} a day are {mean[0]:.2f} + {mean[1]:.2f} cores, {mean[0] * PEAK:.2f} + {mean[1] * PEAK:.2f} at the peak"
        print(told, flush=True)


def sizes(db: Database) -> Counter[str]:
    """Bytes of each table, with its indexes."""
    names = [table.name for table in models.metadata.sorted_tables] + ["search_index"]
    with db.engine.begin() as connection:
        size = text("SELECT pg_total_relation_size(to_regclass(:n))")
        found = {name: connection.execute(size, {"n": name}).scalar() for name in names}
    return Counter({name: size for name, size in found.items() if size})


def polls(db: Database, meter: Meter, count: int) -> None:
    """So many claims at a moment when everything is due, each task ended with 304."""
    spent, asked = [], 0
    for number in range(count):
        now = datetime.now(UTC) + timedelta(seconds=number)

        def claim(session, n=now):
            began = time.thread_time()
            got = frontier.claim(session, owner="w", now=n, limit=8, lease=LEASE, delay=1.0, horizon=timedelta(seconds=1))
            spent.append((time.thread_time() - began) * 1e3)
            return got

        for task in db.write_now(claim, alone=True):
            asked += 1
            db.writer.submit(lambda s, t=task, n=now: frontier.unchanged(s, t, now=n, next_due=n + timedelta(hours=1)))
    db.write_now(lambda _s: None)
    spent.sort()
    meter.say("polls claimed and closed", asked, DAY["requests"])
    print(f"  a claim of eight: CPU here p50 {spent[len(spent) // 2]:.2f} ms, p95 {spent[len(spent) * 95 // 100]:.2f} ms")


async def articles(db: Database, meter: Meter, count: int, rules_: int) -> None:
    """Read, handed over, and stored by the one that edits."""
    rng, now = random.Random(5), datetime.now(UTC) + timedelta(hours=3)
    written = rules(rules_, rng)
    ruleset = Ruleset(Rule(str(number), parse(one.query)) for number, one in enumerate(written))
    routing = {str(number): RulePolicy(("desk",), timedelta(days=999), lambda _now: None) for number in range(rules_)}
    watch = Watch({}, ruleset, routing, ZoneInfo("UTC"), timedelta(0))
    meter.say("rules built", rules_)
    records = []
    for record in corpus(sentences(["tests/data/story_pairs_unseen.jsonl.xz"]), count):
        named = f"\n{rng.choice(written).any_of[0]}表示满意。" if rng.random() < 0.1 else ""
        records.append(replace(record, text=record.text + named, published=now - timedelta(hours=rng.uniform(0, 9))))
    rows = [
        {"kind": "article", "key": f"a{n}", "source_id": n + 1, "url": record.link, "host": f"a{n}.example", "state": "due", "due_at": now,
         "turn": now, "created_at": now} for n, record in enumerate(records)
    ]  # fmt: skip

    def more(session) -> None:
        for table, column in (("task", "due_at"), ("host", "ready_at")):  # the polls are over for now
            session.execute(text(f"UPDATE {table} SET {column} = {column} + interval '1 day'"))
        session.execute(insert(models.task), rows)
        for row in rows:
            hosts.ready(session, str(row["host"]), now)

    db.write_now(more)
    tasks: list[frontier.Task] = []
    while len(tasks) < count:
        got = db.write_now(lambda s: frontier.claim(s, owner="w", now=now, limit=200, lease=LEASE, delay=0.0))
        if not got:
            break
        tasks += got
    before, counts = sizes(db), Counter[str]()
    meter.say("prepared the work", len(tasks))
    finished = [Finished(task, record, ("t",)) for task, record in zip(tasks, records, strict=False)]
    reader = Editor(db, lambda: now, lambda: watch, counts, lambda: None)
    reader.member = Member()
    for number in range(0, len(finished), BATCH):
        await asyncio.gather(*(reader.take(one) for one in finished[number : number + BATCH]))
    meter.say("matched and handed over", len(finished), DAY["articles"])
    for one in finished[:200]:
        assert one.record is not None
        prepare(one.record)
    meter.say("(of the next line: prepared)", min(200, len(finished)), DAY["articles"])
    leader = Editor(db, lambda: now, lambda: watch, counts, lambda: None)
    lease = db.write_now(lambda s: leases.take(s, leases.EDIT, "me", now))
    leader.member = Member(lease)
    while await leader.work():
        pass
    meter.say("stored by the one that edits", len(finished), DAY["articles"])
    print("  ", dict(counts))
    after = sizes(db)
    grown = {name: size / len(finished) for name, size in (after - before).items() if name != "inbox"}
    total, month = sum(grown.values()), DAY["articles"] * 30 / 1e9
    print(f"  an article: {total / 1e3:.1f} kB; 30 days of {DAY['articles']:,}: {total * month:,.0f} GB, of it")
    for name, size in sorted(grown.items(), key=lambda one: -one[1])[:8]:
        print(f"    {name}: {size / 1e3:.2f} kB, {size * month:,.0f} GB")


def main() -> None:
    """Print figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sources", type=int, default=100_000)
    parser.add_argument("--articles", type=int, default=1_500)
    parser.add_argument("--rules", type=int, default=10_000)
    parser.add_argument("--claims", type=int, default=300)
    chosen = parser.parse_args()
    with started_postgres() as server:
        url = str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://")
        with closing(open_database(url)) as db:
            db.upgrade()
            meter, now = Meter(server.get_pid()), datetime.now(UTC)
            wanted = [(Source(f"s{n}", f"https://h{n}.example/feed"), now) for n in range(chosen.sources)]
            db.write_now(lambda s: sources.sync(s, wanted, now))
            meter.say("sources synced", chosen.sources)
            found = sizes(db)
            print(f"  a source: {sum(found[name] for name in ('source', 'task', 'host')) / chosen.sources / 1e3:.2f} kB")
            with db.engine.begin() as connection:
                connection.execute(text("ANALYZE"))
            polls(db, meter, chosen.claims)
            asyncio.run(articles(db, meter, chosen.articles, chosen.rules))


if __name__ == "__main__":
    main()
