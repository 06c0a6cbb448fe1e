"""Runs the real daemon against a local world, kills it, and counts what was lost and what was told twice.

Also a program: ``python -m tests.flow.harness --kills 60 [--database URL] [--order mark-first]`` prints one line of figures.
"""

import argparse
import asyncio
import os
import random
import signal
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from jobs.demo.newsroom import Sink, Site, World
from storage.alerts import outbox
from storage.archive import queries
from storage.db.database import open_database
from storage.db.errors import NoArchive, NotReady
from tests import world as worlds

POINTS = (
    "after-claim after-claim-commit after-fetch before-found-commit after-found-commit after-read before-store-commit "
    "after-store-commit before-delivery-claim-commit after-delivery-claim before-send after-send before-ack-commit after-ack-commit "
    "before-commit after-commit"
).split()  # the places of storage/db/failpoints.py, in the order of the way
ROOT = Path(__file__).parents[2]
CONFIG = """\
database: {database}
timezone: Asia/Shanghai
crawl:
  delay: 10ms
  concurrency: 32
  allow_networks: ["127.0.0.0/8"]
sources:
{sources}
alerts: {{first_poll: all}}
rules:
  - name: everything
    query: '{query}'
    channels: [hook]
    max_age: 30d
channels:
  - name: hook
    url: webhook+{hook}
"""
QUERY = " OR ".join(worlds.ACTORS)  # every article names one


def write_config(folder: Path, world: World, database: str | None = None, every: str = "1s", query: str = QUERY) -> Path:
    """A configuration that watches the whole world and sends every article to its sink."""
    path = folder / "config.yaml"
    sources = "".join(
        f"  - {{name: {site.name}, url: '{site.url}', kind: {site.kind}, every: {every}}}\n" for site in world.sites
    )
    database = database or f"sqlite:///{folder}/zhixun.db"
    path.write_text(CONFIG.format(database=database, sources=sources, hook=world.hook, query=query), "utf-8")
    return path


async def start(config: Path, *arguments: str, order: str = "send-first", failpoint: str = "") -> asyncio.subprocess.Process:
    """The daemon as a process; its log goes beside the configuration."""
    program = ["-m", "jobs"] if order == "send-first" else ["-m", "tests.flow.mutants", order]
    env = os.environ | {"ZHIXUN_FAILPOINT": failpoint, "PYTHONWARNINGS": "ignore", "PYTHONPATH": str(ROOT)}
    with (config.parent / "daemon.log").open("ab") as log:
        return await asyncio.create_subprocess_exec(
            sys.executable, *program, "-c", str(config), *(arguments or ("run",)), stdout=log, stderr=log, cwd=ROOT, env=env
        )


async def run_once(config: Path, order: str = "send-first") -> int:
    """`zhixun run --once`; its exit code."""
    process = await start(config, "run", "--once", order=order)
    return await asyncio.wait_for(process.wait(), 120)


@dataclass(frozen=True, slots=True)
class Tally:
    """What a kill loop did and what came of it."""

    kills: int
    published: int
    stored: int
    stories: int
    messages: int  # raw, as the sink took them
    keys: int  # after the idempotency key
    told: int  # stories among them

    @property
    def lost(self) -> int:
        """Articles that are not in the archive, and stories that were never told."""
        return self.published - self.stored + max(0, self.stories - self.told)

    @property
    def twice(self) -> int:
        """Stories told under two keys."""
        return self.keys - self.told


def moody(rng: random.Random) -> Sink:
    """A receiver that fails in every tenth answer or so."""
    moods = ["ok"] * 82 + ["503"] * 10 + ["reset"] * 5 + ["lost"] * 3
    return Sink(misbehave=lambda _number: rng.choice(moods))


@dataclass(frozen=True, slots=True)
class Plan:
    """How a kill loop goes. Every second kill is at one of the `points`, the others at a random moment (none, if `points_only`).

    `burst`: each site publishes five articles at once and then nothing more, so that a link forgotten by its poll stays forgotten.
    """

    kills: int
    order: str = "send-first"
    points: Sequence[str] = tuple(POINTS)
    points_only: bool = False
    burst: bool = False
    seed: int = 1
    database: str | None = None


async def kill_loop(plan: Plan) -> Tally:
    """Publish a few articles, start the daemon, let it die at a fail point or at a random moment; again and again; then count."""
    rng = random.Random(plan.seed)
    sites = min(plan.kills, 60) if plan.burst else 4
    world = worlds.build(datetime.now(UTC), sites=sites, each=5 if plan.burst else max(10, plan.kills // 2), seed=plan.seed)
    rounds = _rounds(world, plan)
    for site in world.sites:
        site.articles = []
    world.sink = moody(rng)
    with tempfile.TemporaryDirectory(prefix="zhixun-kill-") as folder:
        await world.start()
        try:
            database = plan.database or f"sqlite:///{folder}/zhixun.db"
            config = write_config(Path(folder), world, database)
            published = await _kill_all(plan, rounds, config, rng)
            world.sink.misbehave = lambda _number: "ok"
            await _settle(plan, config, world, published, database)
            return _tally(plan, published, world, database)
        finally:
            await world.stop()


def _rounds(world: World, plan: Plan) -> list[list[tuple[Site, worlds.Article]]]:
    """What is published before each kill."""
    if plan.burst:
        return [[(site, article) for article in site.articles] for site in world.sites]
    queue = [(site, site.articles[place]) for place in range(len(world.sites[0].articles)) for site in world.sites]
    return [queue[at : at + 2] for at in range(0, plan.kills * 2, 2)]


async def _kill_all(plan: Plan, rounds: list[list[tuple[Site, worlds.Article]]], config: Path, rng: random.Random) -> int:
    published = 0
    for number in range(plan.kills):
        for site, article in rounds[number] if number < len(rounds) else []:
            site.articles.append(article)
            published += 1
        at_point = plan.points_only or number % 2 == 0
        turn = number if plan.points_only else number // 2
        point = f"{plan.points[turn % len(plan.points)]}:{1 if plan.points_only else rng.randint(1, 2)}" if at_point else ""
        process = await start(config, order=plan.order, failpoint=point)
        try:
            patience = 20.0 if plan.points_only else 6.0
            await asyncio.wait_for(process.wait(), patience if at_point else rng.uniform(1.0, 3.0))
        except TimeoutError:
            with suppress(ProcessLookupError):  # it died in this very moment
                process.send_signal(signal.SIGKILL)
            await process.wait()
    return published


async def _settle(plan: Plan, config: Path, world: World, published: int, database: str) -> None:
    """Let a healthy daemon work until all is there and the sink has been quiet for a while, or for a minute and a half."""
    process = await start(config, order=plan.order)
    quiet, taken = 0, -1
    for _ in range(180):
        await asyncio.sleep(0.5)
        quiet = quiet + 1 if taken == len(world.sink.received) else 0
        taken = len(world.sink.received)
        if quiet >= 6 and _stored(database) >= published and not _waiting(database):
            break
    process.send_signal(signal.SIGTERM)
    await process.wait()


def _stored(database: str) -> int:
    with closing(open_database(database)) as db, suppress(NoArchive, NotReady):
        return db.read(queries.count_records)
    return 0


def _waiting(database: str) -> int:
    """Deliveries that are still to come: a channel that failed often rests for longer than the silence that ends a run."""
    with closing(open_database(database)) as db, suppress(NoArchive, NotReady):
        counts = db.read(outbox.counts)
        return counts["pending"] + counts["sending"]
    return 0


def _tally(plan: Plan, published: int, world: World, database: str) -> Tally:
    with closing(open_database(database)) as db:
        db.check()
        stored = db.read(queries.count_records)
        story_of = db.read(lambda s: {record.link: record.story for record in queries.records(s)})
    keys = {key: body for key, body in world.sink.received if "record" in body}  # what a program says of itself is no alert
    told = {story_of.get(body["record"]["link"]) for body in keys.values()}  # type: ignore[index]
    return Tally(plan.kills, published, stored, len(set(story_of.values())), len(world.sink.received), len(keys), len(told))


def main() -> None:
    """One line of figures; exit code 1 when anything was lost or told twice."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--database")
    parser.add_argument("--order", default="send-first", choices=["send-first", "mark-first", "memory-queue", "validator-first"])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--burst", action="store_true")
    chosen = parser.parse_args()
    plan = Plan(chosen.kills, chosen.order, burst=chosen.burst, seed=chosen.seed, database=chosen.database)
    tally = asyncio.run(kill_loop(plan))
    print(f"{chosen.order}{' burst' if chosen.burst else ''}: {tally} lost={tally.lost} twice={tally.twice}")
    sys.exit(1 if tally.lost or tally.twice else 0)


if __name__ == "__main__":
    main()
