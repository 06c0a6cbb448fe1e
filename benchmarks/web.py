"""The pages and their twins on a big archive: how long each takes, beside an empty page, in one run; and how long the loop stands still.

    python benchmarks/web.py [TEXTS…] [--records 200000] [--readers 30] [--database URL]

The archive is that of benchmarks/archive.py; every tenth record is alerted, and each tenth of those failed. Milliseconds, p50 / p95; in brackets CPU.
The last part lets so many readers ask at once, while a task of the same loop measures by how much it wakes too late.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import httpx
from fastapi import FastAPI
from sqlalchemy import insert, select

from benchmarks import archive
from benchmarks.archive import NOW, YEAR
from jobs.config.load import Config
from jobs.web.access import Parts
from jobs.web.app import create
from jobs.web.server import bound_threads
from storage.db.database import Database, open_database
from storage.db.models import alert, article, delivery

PAGES = (
    "/", "/?tab=all", "/?tab=starred", "/?rule=chips", "/stories", "/records/{n}", "/stories/{n}", "/search?q=芯片", "/search?q=zzqqxx", "/rules",
    "/rules/chips", "/sources", "/deliveries", "/deliveries?state=dead", "/trends", "/week", "/settings", "/api/v1/today", "/api/v1/records/{n}",
)  # fmt: skip
CONFIG = {
    "timezone": "Asia/Shanghai",
    "rules": [{"name": name, "query": query, "channels": ["desk"]} for name, query in (("chips", "芯片"), ("models", "大模型"))],
    "channels": [{"name": "desk", "url": "console://"}],
}


def tell(db: Database) -> None:
    """Alerts and deliveries, over the year."""
    rows = db.read(
        lambda s: s.execute(select(article.c.id, article.c.title, article.c.link, article.c.first_seen, article.c.text).where(article.c.id % 10 == 0)).all()
    )  # fmt: skip
    for start in range(0, len(rows), 1000):
        numbered = list(enumerate(rows[start : start + 1000], start + 1))
        alerts, deliveries = [_alert(n, row) for n, row in numbered], [_delivery(n, row) for n, row in numbered]
        db.write_now(lambda s, a=alerts, d=deliveries: (s.execute(insert(alert), a), s.execute(insert(delivery), d)))


def _alert(number: int, row: object) -> dict[str, object]:
    rule, at = ("chips", "models")[number % 2], min(row.first_seen, NOW)
    match = {"term": "x", "field": "text", "start": 3, "end": 5, "quote": row.text[:60]}
    frozen = {"rule": rule, "version": "1", "record": {"title": row.title, "text": row.text}, "matched": [match]}
    return {
        "id": number, "dedup_key": f"{rule}|{row.id}", "rule": rule, "rule_version": "1", "article_id": row.id, "story": row.id,
        "payload": frozen, "created_at": at, "due_at": at,
    }  # fmt: skip


def _delivery(number: int, row: object) -> dict[str, object]:
    state = "dead" if number % 10 == 0 else "sent"
    at = {"next_at": row.first_seen, "sent_at": row.first_seen}
    return {"alert_id": number, "channel": "desk", "idem_key": f"k{number}", "state": state, "attempts": 1, **at}


async def ask(client: httpx.AsyncClient, path: str, numbers: list[int]) -> int:
    answer = await client.get(path.replace("{n}", str(random.choice(numbers))))
    return answer.status_code


async def measure(app: FastAPI, numbers: list[int], rounds: int) -> None:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers={"accept": "text/html,*/*"}) as client:
        empty = await _one(client, "/healthz", numbers, rounds)
        print(f"{'/healthz':28} {empty[0]:8.1f} / {empty[1]:8.1f}   ({empty[2]:6.1f})")
        for path in PAGES:
            if await ask(client, path, numbers) in (404, 303):
                continue
            p50, p95, cpu = await _one(client, path, numbers, rounds)
            print(f"{path:28} {p50:8.1f} / {p95:8.1f}   ({cpu:6.1f})   {p50 / empty[0]:5.0f} times an empty page", flush=True)


async def _one(client: httpx.AsyncClient, path: str, numbers: list[int], rounds: int) -> tuple[float, float, float]:
    walls, cpu = [], time.process_time()
    for _ in range(rounds):
        began = time.perf_counter()
        status = await ask(client, path, numbers)
        walls.append((time.perf_counter() - began) * 1000)
        assert status < 500, f"{path}: {status}"
    return statistics.median(walls), sorted(walls)[round(len(walls) * 0.95) - 1], (time.process_time() - cpu) * 1000 / rounds


async def crowd(app: FastAPI, numbers: list[int], readers: int) -> None:
    """So many readers at once; the longest time by which a sleeper of the loop woke too late."""
    late: list[float] = []
    bound_threads()

    async def sleeper() -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0.01)
            late.append((time.perf_counter() - began - 0.01) * 1000)

    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers={"accept": "text/html,*/*"}) as client:
        watching = asyncio.create_task(sleeper())
        began = time.perf_counter()
        statuses = await asyncio.gather(*(ask(client, path, numbers) for path in PAGES for _ in range(readers // 3)))
        watching.cancel()
    slow = sorted(late)
    busy = sum(status == 503 for status in statuses)
    print(
        f"{len(statuses)} questions at once: {time.perf_counter() - began:.1f} s, {busy} told to come back; the loop woke late by "
        f"{slow[round(len(slow) * 0.95) - 1]:.0f} ms (p95), {slow[-1]:.0f} ms at most"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("texts", nargs="*", default=[str(Path(__file__).parents[1] / "jobs/demo/newsroom.yaml")])
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--readers", type=int, default=30)
    parser.add_argument("--database")
    asked = parser.parse_args()
    random.seed(5)
    with tempfile.TemporaryDirectory() as folder, closing(open_database(asked.database or f"sqlite:///{folder}/zhixun.db")) as db:
        db.upgrade()
        archive.fill(db, archive.sentences(asked.texts), asked.records)
        tell(db)
        print(f"{asked.records} records over {YEAR // timedelta(days=1)} days, {asked.records // 10} alerts")
        app = create(Parts(db, lambda: config, Path("config.yaml"), lambda: NOW))
        config = Config.model_validate(CONFIG)
        numbers = list(range(10, asked.records, 10))
        asyncio.run(measure(app, numbers, asked.rounds))
        asyncio.run(crowd(app, numbers, asked.readers))


if __name__ == "__main__":
    main()
