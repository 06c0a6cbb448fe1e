"""The pages and their twins on a big archive: what each costs, beside an empty page, in one run; and the daemon while many read in it.

    python benchmarks/web.py [TEXTS…] [--records 20000] [--rounds 20] [--database URL] [--crowd] [--memory]

Without --database an archive is made as benchmarks/archive.py makes it; one that is given is written to: take a copy. Milliseconds, p50 / p95, of CPU,
in brackets by the wall. With --crowd, which needs an archive of its own file, the daemon then runs over it, in this process, with ten feeds of a local
site every ten seconds: alone, with thirty readers, and while fifty of the worst queries come at once. A task of the daemon's own loop
measures by how much it wakes too late; the site, which is another process, when it was polled.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import multiprocessing
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing, suppress
from datetime import UTC, datetime
from email.utils import format_datetime
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import httpx
from aiohttp import web
from fastapi import FastAPI
from sqlalchemy import func, insert, select, update

from benchmarks import archive
from benchmarks.archive import NOW
from crawler.sandbox.memory import freeze
from jobs.app import App
from jobs.config.load import Config, load
from jobs.daemon import Daemon
from jobs.deliver.message import short_id
from jobs.serve import warm
from jobs.web.access import Parts
from jobs.web.app import create
from storage.db.database import Database, open_database
from storage.db.models import alert, article, source
from storage.queue import arrival_rate

PAGES = (
    "/", "/?tab=all", "/?tab=starred", "/?rule=rule-1", "/stories", "/records/{n}", "/stories/{n}", "/search", "/search?q=公司", "/search?q=芯片 AND 上海",
    "/search?q=zzqqxx", "/search/facets", "/search/facets?q=公司", "/search/facets?q=芯片 AND 上海", "/rules", "/rules/rule-1", "/rules/rule-1?days=7", "/rules/rule-1?days=30",
    "/sources", "/sources/source-7",
    "/deliveries", "/deliveries?state=dead", "/alerts/{a}", "/trends", "/trends/emerging", "/trends/matrix", "/trends/first", "/trends/coverage", "/trends/events",
    "/week", "/settings", "/people", "/verdicts", "/api/v1/today", "/api/v1/records/{n}", "/api/v1/records?q=公司", "/api/v1/records.csv?q=公司&limit=100",
    "/api/v1/stories", "/api/v1/alerts", "/api/v1/sources",
)  # fmt: skip
READ = ("/", "/records/{n}", "/stories/{n}", "/search?q=公司", "/search/facets?q=公司", "/stories", "/sources", "/deliveries")
WORST = (
    "/[a-z]+ing .*公司/", "的 NOT 公司", "count(公司) >= 40", "near(公司, 技术, 10)", "link:zz", "text:/(a|b|c)+zz/", "the NOT 公司", "published:>=2020-01-01 NOT 的",
    "(" + " OR ".join(f"w{n}*" for n in range(150)) + ")", "atleast(2, 公司, 技术, 芯片, zzqq)",
)  # fmt: skip
RULES = ("大模型", "芯片", "机器人", "融资", "Nvidia", "自动驾驶", "开源", "算力")
FEEDS, EVERY, READERS = 10, 10.0, 30


def config_of(feeds: str = "", **more: object) -> dict[str, object]:
    rules = [{"name": f"rule-{n}", "query": query, "channels": ["desk"]} for n, query in enumerate(RULES)]
    still = {"kind": "feed", "enabled": not feeds}
    sources = [{"name": f"source-{n}", "url": f"https://news{n}.example/", **still} for n in range(300)]
    polled = {"kind": "feed", "every": f"{EVERY:.0f}s"}
    sources += [{"name": f"feed-{n}", "url": feeds.format(n=n), **polled} for n in range(FEEDS) if feeds]
    shared = {"timezone": "Asia/Shanghai", "channels": [{"name": "desk", "url": "console://"}]}
    return {**shared, "rules": rules, "sources": sources, **more}


def watched(db: Database) -> None:
    """Three hundred sources, each with its hours."""
    hours = arrival_rate.to_json(arrival_rate.begin([NOW.replace(hour=n) for n in range(20)], NOW))
    there = db.read(lambda s: s.scalar(select(func.count()).select_from(source))) or 0
    new = [{"name": f"source-{n}", "url": f"https://news{n}.example/", "kind": "feed"} for n in range(there, 300)]
    db.write_now(lambda s: s.execute(insert(source), new) if new else None)
    db.write_now(lambda s: s.execute(update(source).values(rhythm=hours)))


# ---- page by page


async def ask(client: httpx.AsyncClient, path: str, numbers: list[int]) -> int:
    return (await client.get(path.replace("{n}", str(random.choice(numbers))))).status_code


async def measure(app: FastAPI, numbers: list[int], told: str, rounds: int) -> None:
    warm(app)
    gc.set_threshold(50_000, 20, 20)  # as jobs/cli/main.py and jobs/serve.py have it
    freeze()
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    asks = {"accept": "text/html"}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=asks, timeout=60) as client:
        empty = 0.0
        for path in ("/healthz", *(path.replace("{a}", told) for path in PAGES)):
            first = (await timed(client, path, numbers))[0]
            found = [await timed(client, path, numbers) for _ in range(rounds)]
            cpu, wall = (sorted(values) for values in zip(*found, strict=True))
            empty = empty or statistics.median(cpu)
            p50, p95, wall50, wall95 = (f(of) for of in (cpu, wall) for f in (statistics.median, upper))
            print(
                f"{path:42} {p50:7.1f} / {p95:7.1f}   ({wall50:7.1f} / {wall95:7.1f})  first {first:7.1f}  {p50 / empty:5.0f} ×",
                flush=True,
            )


async def timed(client: httpx.AsyncClient, path: str, numbers: list[int]) -> tuple[float, float]:
    cpu, began = time.process_time(), time.perf_counter()
    if (status := await ask(client, path, numbers)) != 200:
        print(f"{path}: {status}")
    return (time.process_time() - cpu) * 1000, (time.perf_counter() - began) * 1000


def upper(values: list[float]) -> float:
    return sorted(values)[max(0, round(len(values) * 0.95) - 1)]


# ---- the site and the readers: another process


def elsewhere(pipe: Connection, numbers: list[int]) -> None:
    asyncio.run(_elsewhere(pipe, numbers))


async def _elsewhere(pipe: Connection, numbers: list[int]) -> None:
    polls: dict[str, list[float]] = {}
    began = time.monotonic()

    async def answer(request: web.Request) -> web.Response:
        if request.path == "/robots.txt":
            raise web.HTTPNotFound
        if request.path != "/feed":
            words = " ".join(f"{request.path[1:]}-{n}" for n in range(120))
            return web.Response(
                text=f"<title>大模型 {request.path}</title><article><h1>大模型 {request.path}</h1><p>芯片 {words}。</p></article>",
                content_type="text/html",
            )
        polls.setdefault(request.host, []).append(time.monotonic())
        place, day = int(request.host.split(":")[0].rpartition(".")[2]), format_datetime(datetime.now(UTC))
        newest = int((time.monotonic() - began) / 60)  # an article a minute
        items = "".join(
            f"<item><title>大模型 {place}-{n}</title><link>http://{request.host}/{place}-{n}</link><pubDate>{day}</pubDate></item>"
            for n in range(newest, max(newest - 5, -1), -1)
        )
        body = f'<rss version="2.0"><channel><title>{place}</title>{items}</channel></rss>'
        return web.Response(text=body, content_type="application/rss+xml")

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "0.0.0.0", 0)  # all of the loopback range
    await site.start()
    pipe.send(runner.addresses[0][1])
    while (order := await asyncio.to_thread(pipe.recv)) is not None:
        what, address, seconds = order
        since = time.monotonic()
        found = await {"alone": _nobody, "read": _readers, "worst": _worst}[what](address, seconds, numbers)
        then = [[t for t in times if t >= since] for times in polls.values()]
        late = [later - earlier - EVERY for times in then for earlier, later in pairwise(times)]
        pipe.send({**found, "polls": len(late), "late": late})
    await runner.cleanup()


async def _nobody(_address: str, seconds: float, _numbers: list[int]) -> dict[str, object]:
    await asyncio.sleep(seconds)
    return {"walls": [], "states": {}}


async def _readers(address: str, seconds: float, numbers: list[int]) -> dict[str, object]:
    """Each reads a page a second."""
    walls, states, until = [], Counter[int](), time.monotonic() + seconds

    async def reader() -> None:
        async with httpx.AsyncClient(base_url=address, headers={"accept": "text/html"}, timeout=60) as client:
            while time.monotonic() < until:
                began = time.monotonic()
                states[await ask(client, random.choice(READ), numbers)] += 1
                walls.append(time.monotonic() - began)
                await asyncio.sleep(1)

    await asyncio.gather(*(reader() for _ in range(READERS)))
    return {"walls": walls, "states": dict(states)}


async def _worst(address: str, _seconds: float, numbers: list[int]) -> dict[str, object]:
    """Fifty at once."""
    walls, states = [], Counter[int]()

    async def one(query: str) -> None:
        async with httpx.AsyncClient(base_url=address, headers={"accept": "text/html"}, timeout=120) as client:
            began = time.monotonic()
            states[await ask(client, f"/search?q={quote(query)}", numbers)] += 1
            walls.append(time.monotonic() - began)

    await asyncio.gather(*(one(query) for query in WORST for _ in range(5)))
    return {"walls": walls, "states": dict(states)}


# ---- the daemon


async def crowd(built: App, path: Path, pipe: Connection, address: str) -> None:
    late: list[float] = []
    own: list[float] = []  # CPU of the loop's own thread in such a turn: what would be late on an idle machine

    async def sleeper() -> None:
        while True:
            began, own_began = time.perf_counter(), time.thread_time()
            await asyncio.sleep(0.01)
            late.append((time.perf_counter() - began - 0.01) * 1000)
            own.append((time.thread_time() - own_began) * 1000)

    running = asyncio.create_task(Daemon(built, path).run())
    await asyncio.sleep(25)  # the first polls
    watching = asyncio.create_task(sleeper())
    for what, seconds in (("alone", 40), ("read", 40), ("worst", 0), ("alone", 20)):
        late.clear()
        own.clear()
        cpu, began = time.process_time(), time.monotonic()
        pipe.send((what, address, seconds))
        found = await asyncio.to_thread(pipe.recv)
        share = (time.process_time() - cpu) / (time.monotonic() - began)
        walls, polls = found["walls"] or [0.0], found["late"] or [0.0]
        print(
            f"{what:6} {time.monotonic() - began:5.1f} s, {share:4.0%} of a CPU; the loop woke late by {upper(late):5.1f} ms (p95), {max(late):5.0f} at most, "
            f"of which {upper(own):4.1f} and {max(own):4.0f} its own CPU; "
            f"{found['polls']} polls, late by {statistics.median(polls):.2f} s (p50), {max(polls):.2f} at most; "
            f"{len(found['walls'])} answers {found['states']}, {statistics.median(walls):.2f} s (p50), {upper(walls):.2f} (p95)", flush=True,
        )  # fmt: skip
    watching.cancel()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


def beside_a_daemon(database: str, numbers: list[int], folder: Path) -> None:
    mine, other = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=elsewhere, args=(other, numbers), daemon=True)
    process.start()
    port, here = mine.recv(), 8499
    crawl = {"delay": "20ms", "allow_networks": ["127.0.0.0/8"]}
    channels = [{"name": "desk", "url": f"file://{folder}/alerts.jsonl"}]
    own = {"channels": channels, "database": database, "web": f"127.0.0.1:{here}", "crawl": crawl}
    config = config_of(f"http://127.0.1.{{n}}:{port}/feed", **own)
    path = folder / "config.yaml"
    path.write_text(json.dumps(config, ensure_ascii=False), "utf-8")  # JSON is YAML
    built = App(load(path, os.environ))
    try:
        asyncio.run(crowd(built, path, mine, f"http://127.0.0.1:{here}"))
    finally:
        built.close()
        mine.send(None)


# ---- memory


def memory(database: str, folder: Path) -> None:
    """MiB of all processes of `run`, shared pages counted once: without the pages, with them, and after each was read three times."""
    path, here = folder / "config.yaml", "127.0.0.1:8498"
    for web_at in (None, here):
        config = config_of("http://127.0.0.1:9/{n}", database=database, web=web_at)
        path.write_text(json.dumps(config, ensure_ascii=False), "utf-8")
        with subprocess.Popen([sys.executable, "-m", "jobs", "-c", path, "run"], stderr=subprocess.DEVNULL) as running:
            time.sleep(60)
            found = [_held(running.pid)]
            if web_at:
                with httpx.Client(base_url=f"http://{here}", headers={"accept": "text/html"}, timeout=60) as client:
                    for page in (page.replace("{n}", "7") for page in PAGES * 3 if "{a}" not in page):
                        client.get(page)
                found.append(_held(running.pid))
            running.terminate()
        told = (f"{sum(each):.0f} ({', '.join(f'{one:.0f}' for one in each)})" for each in found)
        print(f"web {web_at or 'off'}:", ", ".join(told))


def _held(process: int) -> list[float]:
    own = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{process}/smaps_rollup").read_text(), re.MULTILINE)
    children = {int(one) for each in Path(f"/proc/{process}/task").iterdir() for one in (each / "children").read_text().split()}
    return [int(own[1]) / 1024 if own else 0.0, *(held for child in sorted(children) for held in _held(child))]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("texts", nargs="*", default=[str(Path(__file__).parents[1] / "jobs/demo/newsroom.yaml")])
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--database")
    parser.add_argument("--crowd", action="store_true")
    parser.add_argument("--memory", action="store_true", help="only how much memory `run` holds with and without the pages")
    asked = parser.parse_args()
    random.seed(5)
    with tempfile.TemporaryDirectory() as folder:
        database = asked.database or f"sqlite:///{folder}/zhixun.db"
        with closing(open_database(database)) as db:
            db.upgrade()
            if not asked.database:
                archive.fill(db, archive.sentences(asked.texts), asked.records)
            watched(db)
            most = db.read(lambda s: s.scalar(select(func.max(article.c.id)))) or 0
            told = db.read(lambda s: s.scalar(select(func.max(alert.c.id))))
            if asked.memory:
                memory(database, Path(folder))
                return
            numbers = random.sample(range(1, most + 1), min(most, 2000))
            print(f"{most} records, 300 sources")
            config = Config.model_validate(config_of())
            app = create(Parts(db, lambda: config, Path("config.yaml"), lambda: NOW))
            asyncio.run(measure(app, numbers, short_id(told)[1:], asked.rounds))
        if asked.crowd:
            beside_a_daemon(database, numbers, Path(folder))


if __name__ == "__main__":
    main()
