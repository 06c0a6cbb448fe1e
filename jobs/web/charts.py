"""Where the marks of a chart stand. Pure: times in, places out; the template draws them as SVG, each mark a link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

WIDTH = 900  # units of the drawing; the browser scales it
LEFT, RIGHT, LANE, TOP, FOOT = 60, 26, 34, 14, 22
STEPS = tuple(timedelta(minutes=m) for m in (1, 5, 15, 30, 60, 120, 360, 720, 1440, 2880, 10080, 20160, 43200, 129600))
MOST_TICKS = 7
ALERT = "alert"  # the kind of a point that stands below all others


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
    """Points over time, a line for each lane in the order in which they first appear, alerts below; None for fewer than two moments."""
    ordered = sorted(points, key=lambda point: point.at)
    if not ordered or ordered[0].at == ordered[-1].at:
        return None
    begins, ends = ordered[0].at, ordered[-1].at
    span = ends - begins

    def x(at: datetime) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * ((at - begins) / span), 1)

    names = list(dict.fromkeys(point.lane for point in sorted(ordered, key=lambda point: point.kind == ALERT)))
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


# ---- shares over days


@dataclass(frozen=True, slots=True)
class Mark:
    """A day on a line; `few`: it rests on so little that it is drawn pale."""

    x: float
    y: float
    label: str
    to: str
    few: bool


@dataclass(frozen=True, slots=True)
class Stretch:
    """From here to there along the axis."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Shares:
    """The drawing of a share over days: its line in parts (a day without stories parts it), the band that it may lie in, bursts, gaps."""

    width: int
    height: int
    base: float
    lines: tuple[str, ...]
    band: str
    marks: tuple[Mark, ...]
    gaps: tuple[Stretch, ...]
    bursts: tuple[Stretch, ...]
    ticks: tuple[Tick, ...]
    levels: tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class Value:
    """One day: its share and the interval of that; None where there was nothing to share."""

    day: date
    share: float | None
    low: float
    high: float
    label: str
    to: str
    few: bool
    gap: bool


def shares(values: Sequence[Value], bursts: Sequence[tuple[date, date]]) -> Shares:
    """A line of shares. The top of the chart is the greatest upper bound that is not of a day with too little."""
    height, top = 220, 10.0
    base = float(height - FOOT - 8)
    step = (WIDTH - LEFT - RIGHT) / max(len(values) - 1, 1)
    most = max((value.high for value in values if value.share is not None and not value.few), default=0.0)
    most = max(most, *(value.share or 0.0 for value in values), 0.01)

    def x(number: float) -> float:
        return round(LEFT + step * number, 1)

    def y(share: float) -> float:
        return round(base - (base - top) * min(share / most, 1.0), 1)

    known = [(number, value) for number, value in enumerate(values) if value.share is not None]
    runs: list[list[str]] = [[]]
    for number, value in enumerate(values):
        if value.share is None:
            runs.append([])
        else:
            runs[-1].append(f"{x(number)} {y(value.share)}")
    band = [f"{x(n)} {y(value.high)}" for n, value in known] + [f"{x(n)} {y(value.low)}" for n, value in reversed(known)]
    first = values[0].day
    every = -(-len(values) // 8)
    return Shares(
        WIDTH,
        height,
        base,
        tuple("M" + "L".join(run) for run in runs if len(run) > 1),
        f"M{'L'.join(band)}Z" if len(known) > 1 else "",
        tuple(Mark(x(n), y(value.share or 0.0), value.label, value.to, value.few) for n, value in known),
        tuple(Stretch(x(n - 0.5), round(step, 1)) for n, value in enumerate(values) if value.gap),
        tuple(Stretch(x((a - first).days - 0.5), round(step * ((b - a).days + 1), 1)) for a, b in bursts),
        tuple(Tick(x(n), f"{value.day:%m-%d}") for n, value in enumerate(values) if n % every == 0),
        tuple((y(most * part), f"{most * part:.1%}") for part in (0.0, 0.5, 1.0)),
    )


def shade(value: float, most: float) -> int:
    """One of ten classes of a table's cell, 0 for nothing."""
    return min(9, int(10 * value / most)) if most > 0 and value > 0 else 0
