"""``/metrics`` for Prometheus and ``/healthz`` for supervisors, on an address of this machine. Off unless the configuration names one.

Nothing that a page says becomes part of it: labels are names from the configuration and words of our own.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field

from fastapi import FastAPI, Response

Value = int | float
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric: its samples by label values, such as ``{("sent",): 12}``; ``{(): 3}`` has no label."""

    name: str
    kind: str  # counter | gauge
    help: str
    samples: Mapping[tuple[str, ...], Value]
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Health:
    """Whether all is well; `detail` says what is not."""

    ok: bool
    detail: Mapping[str, str] = field(default_factory=dict)


Measure = Callable[[], Awaitable[Iterable[Metric]]]


def exposition(metrics: Iterable[Metric]) -> str:
    """The metrics in Prometheus' text format (https://prometheus.io/docs/instrumenting/exposition_formats/)."""
    lines: list[str] = []
    for metric in metrics:
        lines += [f"# HELP {metric.name} {metric.help}", f"# TYPE {metric.name} {metric.kind}"]
        for values, value in metric.samples.items():
            pairs = ",".join(f'{name}="{_escaped(one)}"' for name, one in zip(metric.labels, values, strict=True))
            lines.append(f"{metric.name}{{{pairs}}} {value}" if pairs else f"{metric.name} {value}")
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


def web_app(measure: Measure, health: Callable[[], Health]) -> FastAPI:
    """The two alone, on an address of their own. They are read, never written, and need no secret."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)

    @app.get("/metrics")
    async def metrics() -> Response:
        return metrics_answer(await measure())

    @app.get("/healthz")
    async def healthz() -> Response:
        return health_answer(health())

    return app


def metrics_answer(metrics: Iterable[Metric]) -> Response:
    """/metrics"""
    return Response(exposition(metrics), media_type=CONTENT_TYPE)


def health_answer(found: Health) -> Response:
    """/healthz: 200, or 503 and what is not well. In ASCII: what a store says of itself may hold a page's words."""
    body = json.dumps({"ok": found.ok, **found.detail})
    return Response(body, 200 if found.ok else 503, media_type="application/json")
