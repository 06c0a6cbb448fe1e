"""Where the marks of a chart stand. Pure: times in, places out; the template draws them as SVG, each mark a link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

WIDTH = 900  # units of the drawing; the browser scales it
LEFT, RIGHT, LANE, TOP, FOOT = 48, 20, 34, 14, 22
STEPS = tuple(timedelta(minutes=m) for m in (1, 5, 15, 30, 60, 120, 360, 720, 1440, 2880, 10080, 20160, 43200, 129600))
MOST_TICKS = 7


@dataclass(frozen=True, slots=True)
class Point:
    """Something that happened, in a lane. `kind` names its look, `label` says what it is, `to` where it leads."""

    lane: str
    at: datetime
    label: str
    to: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Dot:
    """A point and its place."""

    x: float
    y: float
    point: Point


@dataclass(frozen=True, slots=True)
class Tick:
    """A time on the axis."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Lanes:
    """The drawing."""

    width: int
    height: int
    lanes: tuple[tuple[str, float], ...]
    dots: tuple[Dot, ...]
    ticks: tuple[Tick, ...]


def lanes(points: Sequence[Point], zone: tzinfo) -> Lanes | None:
    """Points over time, a line for each lane in the order in which they first appear; None for fewer than two moments."""
    ordered = sorted(points, key=lambda point: point.at)
    if not ordered or ordered[0].at == ordered[-1].at:
        return None
    begins, ends = ordered[0].at, ordered[-1].at
    span = ends - begins

    def x(at: datetime) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * ((at - begins) / span), 1)

    names = list(dict.fromkeys(point.lane for point in ordered))
    heights = {name: float(TOP + LANE * number + LANE / 2) for number, name in enumerate(names)}
    dots = tuple(Dot(x(point.at), heights[point.lane], point) for point in ordered)
    ticks = tuple(Tick(x(at), label) for at, label in _ticks(begins, ends, zone))
    return Lanes(WIDTH, TOP + LANE * len(names) + FOOT, tuple(heights.items()), dots, ticks)


def _ticks(begins: datetime, ends: datetime, zone: tzinfo) -> list[tuple[datetime, str]]:
    """Round times between two moments, few enough to be read."""
    step = next((step for step in STEPS if (ends - begins) / step <= MOST_TICKS), (ends - begins) / MOST_TICKS)
    local = begins.astimezone(zone)
    at = local.replace(hour=0, minute=0, second=0, microsecond=0)
    while at < local:
        at += step
    found = []
    while at <= ends:
        found.append((at, f"{at:%m-%d}" if step >= timedelta(days=1) or (at.hour, at.minute) == (0, 0) else f"{at:%H:%M}"))
        at += step
    return found
