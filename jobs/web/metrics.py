"""``/metrics`` for Prometheus and ``/healthz`` for supervisors, on an address of this machine. Off unless the configuration names one.

Nothing that a page says becomes part of it: labels are names from the configuration and words of our own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field

from aiohttp import web

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


def web_app(measure: Callable[[], Awaitable[Iterable[Metric]]], health: Callable[[], Health]) -> web.Application:
    """The two pages. They are read, never written, and need no secret."""

    async def metrics(_request: web.Request) -> web.Response:
        body = exposition(await measure()).encode()
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE})

    async def healthz(_request: web.Request) -> web.Response:
        found = health()
        return web.json_response({"ok": found.ok, **found.detail}, status=200 if found.ok else 503)

    app = web.Application()
    app.router.add_get("/metrics", metrics)
    app.router.add_get("/healthz", healthz)
    return app


async def serve(app: web.Application, host: str, port: int) -> web.AppRunner:
    """Serve until the runner is cleaned up. Raises OSError when the address is taken."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError:
        await runner.cleanup()
        raise
    return runner
