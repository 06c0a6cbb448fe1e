"""The whole way (fetch, read, add, store) on local pages, beside its peers, in one run.

    python benchmarks/pipeline.py [--pages 1000] [--peers /path/to/venv/bin/python]

A server process publishes the pages on ten sites; each contestant then runs in a process of its own, one after the other:
`ours` is `zhixun run --once` with the shipped limits except the pace (10 ms); `bare scrapy` only fetches; `scrapy + trafilatura` fetches,
reads in the callback and stores in SQLite; `newspaper4k` downloads and parses with its own threads. The peers need an environment that
has them (--peers; default: this one, what is missing is left out). CPU is that of the contestant and all that it started, not of the server.
Our byte code is kept, as an installed program's is. With `--beside COMMIT` that version runs in turn with this one.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ctypes
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT)]

PEERS = {
    "bare scrapy": "fetch",
    "scrapy + trafilatura": "trafilatura",
    "newspaper4k": "newspaper4k",
}  # modes of pipeline_peers.py


def serve(sites: int, each: int) -> None:
    """The server process: prints the address of each site's article list and of its articles, then serves until it is ended."""
    asyncio.run(_serve(sites, each))


async def _serve(sites: int, each: int) -> None:
    from tests import world as worlds

    world = worlds.build(datetime.now(UTC), sites=sites, each=each)
    for site in world.sites:
        site.kind, site.tracking, site.twins, site.encoding = "feed", False, False, "utf-8"
        site.chrome = chrome(random.Random(site.name), 60_000)
    await world.start()
    rows = [{"name": s.name, "url": s.url, "links": [s.link(a) for a in s.articles]} for s in world.sites]
    print(json.dumps({"sites": rows, "hook": world.hook}), flush=True)
    await asyncio.Event().wait()


def chrome(rng: random.Random, size: int) -> str:
    """What stands around the text of a real page: menus, teasers, scripts; about `size` bytes of it."""
    from tests import world as worlds

    parts, total = [], 0
    while total < size:
        links = "".join(
            f"<li class='nav-item'><a href='/{rng.randint(1, 99999)}.html' title='{rng.choice(worlds.THINGS)}'>"
            f"{rng.choice(worlds.ACTORS)}{rng.choice(worlds.ACTS)}{rng.choice(worlds.THINGS)}</a></li>"
            for _ in range(12)
        )
        numbers = ",".join(str(rng.randint(0, 9999)) for _ in range(120))
        script = f"<script>var cfg{rng.randint(1, 999)}={{'a':[{numbers}]}};</script>"
        part = f"<div class='side'><h3>{rng.choice(worlds.THINGS)}</h3><ul>{links}</ul></div>{script}"
        parts.append(part)
        total += len(part.encode())
    return "".join(parts)


def ours(world: dict[str, Any], folder: Path, tree: Path = ROOT) -> dict[str, Any]:
    """`zhixun run --once` of the program in `tree` over the world."""
    sources = "".join(f"  - {{name: {s['name']}, url: '{s['url']}', every: 1h}}\n" for s in world["sites"])
    config = folder / "config.yaml"
    config.write_text(
        f"database: sqlite:///{folder}/bench.db\ncrawl: {{delay: 10ms, concurrency: 32, per_host: 4, allow_networks: ['127.0.0.0/8']}}\n"
        f"sources:\n{sources}"
        f"alerts: {{first_poll: all}}\nrules:\n  - {{name: all, query: '大模型 OR 芯片', channels: [file]}}\n"
        f"channels:\n  - {{name: file, url: 'file://{folder}/alerts.jsonl'}}\n",
        "utf-8",
    )
    result = measure([sys.executable, "-m", "jobs", "-c", str(config), "run", "--once"], tree)
    result["pages"] = stored(folder / "bench.db")
    return result


def stored(path: Path) -> int:
    """How many articles the database holds."""
    import sqlite3

    with sqlite3.connect(path) as db:
        return int(db.execute("select count(*) from article").fetchone()[0])


def environ() -> dict[str, str]:
    """Ours, with byte code that is kept."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": str(Path(tempfile.gettempdir()) / f"zhixun-bench-{os.getuid()}")}


def measure(command: list[str], tree: Path = ROOT) -> dict[str, Any]:
    """Wall-clock and CPU seconds of a command with all that it started: what outlives it comes to us, and is waited for."""
    ctypes.CDLL(None).prctl(36, 1)  # PR_SET_CHILD_SUBREAPER
    others = set(_children())
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    done = subprocess.run(command, cwd=tree, env=environ(), capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - began
    while left := set(_children()) - others:
        for pid in left:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if done.returncode:
        print(done.stderr[-2000:], file=sys.stderr)
    return {"seconds": seconds, "cpu": cpu, "output": done.stdout}


def _children() -> list[int]:
    return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]


def peer(python: str, name: str, world: dict[str, Any], folder: Path) -> dict[str, Any] | None:
    """One peer, in the peers' own environment; None where it is not installed."""
    links = folder / "links.txt"
    links.write_text("\n".join(link for site in world["sites"] for link in site["links"]))
    result = measure([python, str(ROOT / "benchmarks" / "pipeline_peers.py"), str(links), str(folder / "peer.db"), PEERS[name]])
    if not result["output"].strip():
        return None
    result["pages"] = int(result["output"].split()[-1])
    return result


def compare(pages: int, python: str, rounds: int, older: Path | None) -> None:
    """All contestants, `rounds` times in turn; the best round of each is printed, with ratios to ours."""
    for tree in filter(None, (ROOT, older)):
        compiled = [sys.executable, "-m", "compileall", "-q", "crawler", "storage", "jobs"]
        subprocess.run(compiled, cwd=tree, env=environ(), check=True)
    server = subprocess.Popen([sys.executable, __file__, "--serve", str(pages)], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert server.stdout is not None
    try:
        world = json.loads(server.stdout.readline())
        best: dict[str, dict[str, Any]] = {}
        for _ in range(rounds):
            for name in ("ours", *(["before"] if older else []), *PEERS):
                with tempfile.TemporaryDirectory() as folder:
                    trees = {"ours": ROOT, "before": older}
                    tree = trees.get(name)
                    got = ours(world, Path(folder), tree) if tree else peer(python, name, world, Path(folder))
                if got and (name not in best or got["seconds"] < best[name]["seconds"]):
                    best[name] = got
    finally:
        server.terminate()
        server.wait()
    print(f"{'contestant':24} {'pages':>6} {'pages/s':>8} {'CPU ms/page':>12} {'× ours, pages/s':>16} {'× ours, CPU':>12}")
    mine = best["ours"]
    for name, got in best.items():
        speed, cost = got["pages"] / got["seconds"], got["cpu"] / max(1, got["pages"]) * 1e3
        print(
            f"{name:24} {got['pages']:6} {speed:8.1f} {cost:12.2f} {speed / (mine['pages'] / mine['seconds']):16.2f} "
            f"{cost / (mine['cpu'] / mine['pages'] * 1e3):12.2f}"
        )


def main() -> None:
    """Parse the options and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--peers", default=sys.executable)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--beside", help="a commit")
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.serve:
        serve(10, chosen.serve // 10)
        return
    with tempfile.TemporaryDirectory() as folder:
        if chosen.beside:
            packed = subprocess.run(["git", "archive", chosen.beside], cwd=ROOT, capture_output=True, check=True).stdout
            subprocess.run(["tar", "-x", "-C", folder], input=packed, check=True)
        compare(chosen.pages, chosen.peers, chosen.rounds, Path(folder) if chosen.beside else None)


if __name__ == "__main__":
    main()
