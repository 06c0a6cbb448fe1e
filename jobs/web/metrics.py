"""What ``/metrics`` tells Prometheus and ``/healthz`` supervisors; jobs/web/server.py serves it.

Nothing that a page says becomes part of it: labels are names from the configuration and words of our own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field

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
