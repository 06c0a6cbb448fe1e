"""Several workers on one PostgreSQL: each is killed in turn, the one that edits is stopped past its lease, and nothing is lost or told twice.

Also a program: ``python -m tests.flow.test_cluster --sites 20 --each 100`` does the same with four workers and 2,000 articles.
"""

import argparse
import asyncio
import random
import signal
import sys
import tempfile
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.db.database import open_database
from storage.db.errors import NotReady
from storage.queue import leases, workers
from tests import world as worlds
from tests.conftest import NewUrl, started_postgres
from tests.flow import harness
from tests.flow.harness import Plan, moody

ROLES = ("fetch", "fetch,edit,deliver", "edit,deliver")
STEPS = ("kill 0", "kill the editor", "stop the editor", "kill 1")
pytestmark = [pytest.mark.slow, pytest.mark.postgres, pytest.mark.timeout(1200)]


class Cluster:
    """Real worker processes, by their roles."""

    def __init__(self, config: Path, database: str, roles: tuple[str, ...]) -> None:
        self.config, self.database, self.roles = config, database, roles
        self.running: dict[int, asyncio.subprocess.Process] = {}

    async def start(self, place: int) -> None:
        self.running[place] = await harness.start(self.config, "worker", "--role", self.roles[place])

    def editor(self) -> int | None:
        """Which of them edits."""
        holder = ""
        with closing(open_database(self.database)) as db, suppress(NotReady):
            holder = db.read(lambda s: leases.holders(s, datetime.now(UTC))).get(leases.EDIT, "")
        return next((place for place, one in self.running.items() if f":{one.pid}:" in holder), None)

    def _signed_in(self) -> set[int | None]:
        with closing(open_database(self.database)) as db:
            return {one.pid for one in db.read(workers.everyone)}

    async def who_edits(self) -> int:
        """The same, as soon as there is one."""
        async with asyncio.timeout(300):
            while (place := self.editor()) is None:
                assert all(one.returncode is None for one in self.running.values()), "one of them ended by itself"
                await asyncio.sleep(0.5)
        return place

    async def step(self, what: str) -> None:
        """One fault."""
        verb, _, whom = what.partition(" ")
        place = int(whom) if whom.isdigit() else await self.who_edits()
        process = self.running[place]
        if verb == "kill":
            process.send_signal(signal.SIGKILL)
            await process.wait()
            await self.start(place)
            return
        process.send_signal(signal.SIGSTOP)
        async with asyncio.timeout(120):
            while self.editor() in (None, place):  # past its lease: another edits
                await asyncio.sleep(0.5)
        await _stored(self.database, harness._stored(self.database) + 2, within=5)
        process.send_signal(signal.SIGCONT)

    async def end(self) -> list[int]:
        """All of them, in order, once the last one started has signed in."""
        async with asyncio.timeout(120):
            while not {one.pid for one in self.running.values()} <= self._signed_in():
                await asyncio.sleep(0.5)
        for process in self.running.values():
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        return [await asyncio.wait_for(process.wait(), 60) for process in self.running.values()]


async def _go(folder: Path, database: str, sites: int = 4, each: int = 6) -> tuple[harness.Tally, list[int], int]:
    world = worlds.build(datetime.now(UTC), sites=sites, each=each, seed=5)
    queue = [(site, site.articles[place]) for place in range(each) for site in world.sites]
    part = len(queue) // len(STEPS)
    for site in world.sites:
        site.articles = []
    world.sink = moody(random.Random(5))
    await world.start()
    config = harness.write_config(folder, world, database, every="2s")
    cluster = Cluster(config, database, ROLES if len(queue) < 100 else (*ROLES, "fetch"))
    try:
        for place in range(len(cluster.roles)):
            await cluster.start(place)
        await cluster.who_edits()
        for number, step in enumerate(STEPS):
            for site, article in queue[number * part : number * part + part]:
                site.articles.append(article)
            await _stored(database, number * part + 2)
            await cluster.step(step)
        world.sink.misbehave = lambda _number: "ok"
        await _settled(world, database, len(queue))
        codes = await cluster.end()
        with closing(open_database(database)) as db:
            left = len(db.read(workers.everyone))
        return harness._tally(Plan(len(STEPS)), len(queue), world, database), codes, left
    finally:
        for process in cluster.running.values():
            with suppress(ProcessLookupError):
                process.kill()
        await world.stop()


async def _stored(database: str, count: int, within: float = 60) -> None:
    """Until so many are stored, and what follows is under way."""
    with suppress(TimeoutError):
        async with asyncio.timeout(within):
            while harness._stored(database) < count:
                await asyncio.sleep(0.3)


async def _settled(world: worlds.World, database: str, published: int) -> None:
    quiet, taken = 0, -1
    async with asyncio.timeout(400 + published):
        while quiet < 8 or harness._stored(database) < published or harness._waiting(database):
            await asyncio.sleep(0.5)
            quiet = quiet + 1 if taken == len(world.sink.received) else 0
            taken = len(world.sink.received)


def test_each_worker_dies_in_turn_and_a_stopped_editor_comes_back(tmp_path: Path, postgres_url: NewUrl) -> None:
    tally, codes, left = asyncio.run(_go(tmp_path, postgres_url()))
    assert (tally.lost, tally.twice) == (0, 0), tally
    assert tally.stored == tally.published
    assert set(codes) == {0}
    assert left == 0, "who ends in order signs out"


def main() -> None:
    """A line of figures; exit code 1 when anything was lost or told twice."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=int, default=20)
    parser.add_argument("--each", type=int, default=100)
    chosen = parser.parse_args()
    with started_postgres() as server, tempfile.TemporaryDirectory(prefix="zhixun-cluster-") as folder:
        url = str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://")
        tally, codes, left = asyncio.run(_go(Path(folder), url, chosen.sites, chosen.each))
    print(f"{tally} lost={tally.lost} twice={tally.twice} exit codes {codes}, {left} workers left in the table")
    sys.exit(bool(tally.lost or tally.twice))


if __name__ == "__main__":
    main()
