"""For supervisors and Prometheus: /healthz and /metrics, on the pages' own address."""

from __future__ import annotations

from fastapi import Request, Response

from crawler.i18n import tr
from jobs.web.access import parts_of
from jobs.web.errors import Trouble
from jobs.web.screens import Screen
from jobs.web.server import health_answer, metrics_answer

screen = Screen("health")


async def healthz(request: Request) -> Response:
    """Whether all is well."""
    return health_answer(parts_of(request).health())


async def metrics(request: Request) -> Response:
    """What the daemon tells of itself."""
    measure = parts_of(request).measure
    if measure is None:
        raise Trouble(404, "no_daemon", tr("No daemon runs here: it would have something to tell."))
    return metrics_answer(await measure())


screen.route("GET", "/healthz", healthz, "anyone", shown=False)
screen.route("GET", "/metrics", metrics, "viewer", shown=False)
