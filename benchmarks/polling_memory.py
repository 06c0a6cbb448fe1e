"""Memory over many polls: one process polls a small world as fast as it can; the resident memory is printed along the way.

    python benchmarks/polling_memory.py [--polls 20000]

The parent's memory must level off. Children are replaced every 200 calls, so theirs is bounded by construction; it is printed too.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil

sys.path[:0] = [str(Path(__file__).parents[1])]

from jobs import app as apps
from jobs import log
from jobs.config.load import load
from tests import world as worlds
from tests.flow.harness import write_config


async def run(polls: int, reports: int) -> None:
    """Poll until so many polls are done, and print the memory `reports` times."""
    with tempfile.TemporaryDirectory() as folder:
        world = worlds.build(datetime.now(UTC), sites=8, each=5)
        for place, site in enumerate(world.sites):
            site.conditional = place % 2 == 0  # half answers 304, half is read again each time
        await world.start()
        config = write_config(Path(folder), world)
        built = apps.App(load(config, {}))
        sources = {
            n: replace(w, cadence=lambda now: now + timedelta(milliseconds=20)) for n, w in built.pipeline.watch.sources.items()
        }
        built.pipeline.watch = replace(built.pipeline.watch, sources=sources)
        await built.begin()
        me = psutil.Process()
        print(f"{'polls':>8} {'daemon MiB':>11} {'children MiB':>13} {'descriptors':>12}")
        try:
            for mark in range(1, reports + 1):
                while built.pipeline.counts["polls"] < polls * mark / reports:
                    await asyncio.sleep(0.2)
                    built.pipeline.look_now()
                    for site in world.sites:
                        site.requests.clear()
                children = sum(child.memory_info().rss for child in me.children(recursive=True))
                rss = me.memory_info().rss
                print(
                    f"{built.pipeline.counts['polls']:8} {rss / 2**20:11.1f} {children / 2**20:13.1f} {me.num_fds():12}",
                    flush=True,
                )
        finally:
            await built.end(5)
            await world.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--polls", type=int, default=20_000)
    parser.add_argument("--reports", type=int, default=10)
    chosen = parser.parse_args()
    log.set_up("CRITICAL")
    asyncio.run(run(chosen.polls, chosen.reports))
