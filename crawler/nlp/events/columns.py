"""Which cells of an event's row are filled: all that may stand in a column are weighed, and the likeliest is taken if it is likely enough.

    event → what a frame reads (cells.py), what is known of the event, figures near it → candidates → features → log-odds

The weights are those of one logistic regression per language, fitted by benchmarks/fit_cells.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from operator import contains, eq
from typing import NamedTuple

from crawler.nlp.events import cells, frames, frames_en, frames_zh
from crawler.nlp.events import words as event_words
from crawler.nlp.events.frames import Cell, Known, Said, cell, cell_of, joined
from crawler.nlp.events.parties import log_odds, weights
from crawler.text import has_han, normal

LEAST = 0.0  # log-odds that a cell needs
NEWS, MONTH = 3, 30  # days before publication
LISTED = frozenset(("actors", "investors"))  # columns of names


class Candidate(NamedTuple):
    """What may stand in a column; its features count once more for the type of the event."""

    column: str
    cell: Cell
    features: Sequence[str]

    def features_of(self, kind: str) -> list[str]:
        return [*self.features, *(f"{kind} {name}" for name in self.features)]

    def points(self, kind: str, known: Mapping[str, int]) -> float:
        """The log-odds."""
        return log_odds(self.features_of(kind), known)


def rows(event: Known, title: str, text: str, published: datetime | None, earlier: Sequence[Known]) -> list[dict[str, Cell]]:
    """The rows of an event whose type has a table: one, of people one each. `earlier`: those of its type that the article tells before it."""
    first, *others = read(event, title, text)
    known = weights("cells_zh.txt" if has_han(event.words) else "cells_en.txt")
    found = sorted(
        ((one.points(event.type, known), one) for one in candidates(event, first, title, text, published, earlier)),
        key=lambda of: of[0],
    )
    row = {one.column: one.cell for points, one in found if points >= LEAST}
    return [one for one in (row, *others) if cells.is_one(event.type, one)]


def read(event: Known, title: str, text: str) -> list[dict[str, Cell]]:
    """What frames fill: a row at least, if an empty one."""
    return cells.rows(event.type, event.words, title, text, actors=tuple(event.actors), date=event.date) or [{}]


def candidates(  # noqa: PLR0917 (an event in its article)
    event: Known, row: Mapping[str, Cell], title: str, text: str, published: datetime | None, earlier: Sequence[Known]
) -> list[Candidate]:
    """All cells that may be filled; `row`: what a frame fills."""
    kind, said = event.type, frames.placed(event.words, title, text)
    sides = event_words.points(normal(event.words), normal(title))
    margin = sides.get(kind, 0.0) - max((points for name, points in sides.items() if name != kind), default=0.0)
    place = max(0, text.find(said.sentence)) * 5 // (len(text) or 1)
    told = (
        "always",
        f"earlier={_again(event, earlier)}",
        f"margin={max(-3, min(6, int(margin)))}",
        f"read={min(4, len(row))}",
        f"place={place}",
        f"who={min(3, len(event.actors))}",
        f"title={any(name in title for name in event.actors[:1])}",
        f"amount={bool(event.amount)}",
        f"day={_day(event, published)}",
    )
    found: dict[str, list[tuple[str, Cell]]] = {}
    for column, source, value in (
        *((column, "read", value) for column, value in row.items()),
        *_known(event, said.sentence),
        *_near(kind, event, said),
    ):
        if value is not None and value.value:
            found.setdefault(column, []).append((source, value))
    return [
        Candidate(column, value, (*told, *(f"{column} {name}" for name in _features(column, source, value, ones, said))))
        for column, ones in found.items()
        for source, value in ones
    ]


def _again(event: Known, earlier: Sequence[Known]) -> str:
    """Whether those who act did so before in the article: it may only go on about that."""
    if not earlier:
        return "none"
    return "same" if any(set(event.actors) & set(one.actors) for one in earlier) else "others"


def _day(event: Known, published: datetime | None) -> str:
    """How far before its publication the event was."""
    if published is None or not event.date or len(event.date) < len("2026-01-31"):
        return "open"
    days = (published.date() - date.fromisoformat(event.date)).days
    return "ahead" if days < 0 else "now" if days <= NEWS else "near" if days <= MONTH else "old"


def _known(event: Known, sentence: str) -> Iterator[tuple[str, str, Cell | None]]:
    yield "actors", "known", joined(event.actors, sentence)
    for column in ("date", "amount", "object") if event.type != "people" else ("date",):
        if column != "amount" or event.type in ("funding", "chip", "partnership", "acquisition"):
            yield column, "known", cell(getattr(event, column), sentence)


_FIGURES: Mapping[str, Mapping[str, Sequence[re.Pattern[str]]]] = {
    "funding": {"round": frames.ROUND},
    "release": {"licence": frames.LICENCE, "size": frames.SIZE, "price": frames.PRICE, "version": frames.VERSION},
    "chip": {"process": frames.PROCESS},
    "acquisition": {"stage": frames.STAGE_DEAL},
    "policy": {"stage": (*frames_zh.STAGE, frames_zh.IN_FORCE, *frames_en.STAGE), "level": frames_en.LEVEL},
}


def _near(kind: str, event: Known, said: Said) -> Iterator[tuple[str, str, Cell | None]]:
    """Figures and their like in the sentence and beside it, whatever the clauses say."""
    for column, patterns in _FIGURES.get(kind, {}).items():
        yield column, "here", cell_of(patterns, said.sentence)
        yield column, "near", cell_of(patterns, *said.below(), said.title)
    if kind == "release":
        models = (match[0].strip("“”「」《》 ") for match in frames.NAMED_MODEL.finditer(said.sentence) if not match["han"])
        yield "object", "here", cell(next((one for one in models if not frames.NO_MODEL.match(one)), None), said.sentence)
    elif kind == "policy":
        yield "object", "here", cell_of((_titled,), said.sentence)
        levels = (frames_zh.LEVEL.match(name) for name in event.actors)
        yield "level", "known", cell(next((one["of"] or one["it"] for one in levels if one), None), said.sentence)
    elif kind == "funding" and has_han(said.sentence):
        yield "investors", "here", frames_zh.investors_of((said.sentence,))
        yield "investors", "near", frames_zh.investors_of(said.below())


_titled = re.compile("《[^》]+》")


_HOW: tuple[tuple[str, Callable[[str, str], bool]], ...] = (
    ("same", eq),
    ("holds", contains),
    ("within", lambda form, other: form in other),
)


def _features(column: str, source: str, value: Cell, ones: Sequence[tuple[str, Cell]], said: Said) -> Iterator[str]:
    others = [normal(other.value) for of, other in ones if of != source]
    form = normal(value.value)
    agrees = next((how for how, fits in _HOW if any(fits(form, one) for one in others)), "differs" if others else "alone")
    size = min(6, len(value.value) // (4 if has_han(value.value) else 10))
    yield from (source, f"{source} {agrees}", f"{source} size={size}")
    if column in LISTED:
        names = value.names
        in_title = sum(name in said.title for name in names)
        yield from (
            f"names={min(4, len(names))}",
            f"here={all(name in said.sentence for name in names)}",
            f"title={in_title}/{min(3, len(names))}",
            f"once={any(said.text.count(name) < 2 for name in names)}",
            f"begins={said.sentence.startswith(names[0])}",
        )
    else:
        yield from (f"here={value.value in said.sentence}", f"title={value.value in said.title}")
