"""What the daemon tells Prometheus of itself: taken from the ledger and the counters, when it is asked."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime

from jobs.app import App
from jobs.web.metrics import Metric
from storage.archive import queries
from storage.db.errors import StorageError


async def collect(app: App, now: datetime, uptime: float) -> list[Metric]:
    """All metrics. Those of the store are read in a thread, and left out while it cannot be read."""
    return [*_of_process(app, uptime), *await asyncio.to_thread(_of_store, app, now)]


def _of_process(app: App, uptime: float) -> list[Metric]:
    counts = app.pipeline.counts
    store = app.store_guard.store
    return [
        Metric("zhixun_uptime_seconds", "counter", "Seconds since the daemon began.", {(): round(uptime, 1)}),
        Metric("zhixun_in_flight", "gauge", "Requests and answers under way.", {(): app.engine.in_flight}),
        Metric("zhixun_healthy", "gauge", "1 when all loops are in time.", {(): int(app.store_guard.health().ok)}),
        Metric("zhixun_store_degraded", "gauge", "1 while the store is in trouble and the crawl rests.", {(): int(store.trouble is not None)}),
        Metric("zhixun_store_episodes_total", "counter", "Troubles of the store since the start.", {(): store.episodes}),
        Metric("zhixun_events_total", "counter", "What the pipeline did since the start.", {(k,): v for k, v in sorted(counts.items())}, ("event",)),
    ]  # fmt: skip


def _of_store(app: App, now: datetime) -> list[Metric]:
    try:
        status = app.db.ask(lambda s: queries.status(s, now))
    except StorageError:
        return []
    tasks: Counter[tuple[str, ...]] = Counter({tuple(key.split()): count for key, count in status.tasks.items()})
    late = (now - status.oldest_due).total_seconds() if status.oldest_due else 0.0
    return [
        Metric("zhixun_records", "gauge", "Records in the archive.", {(): status.records}),
        Metric("zhixun_sources", "gauge", "Sources watched.", {(): status.sources}),
        Metric("zhixun_sources_failing", "gauge", "Sources whose last poll failed.", {(): status.failing}),
        Metric("zhixun_tasks", "gauge", "Polls and articles by state.", tasks, ("kind", "state")),
        Metric("zhixun_schedule_lag_seconds", "gauge", "How long the oldest due task has waited.", {(): round(max(late, 0.0), 1)}),
        Metric("zhixun_alerts", "gauge", "Alerts raised.", {(): status.alerts}),
        Metric("zhixun_deliveries", "gauge", "Deliveries by state.", {(k,): v for k, v in sorted(status.deliveries.items())}, ("state",)),
    ]  # fmt: skip
