"""Fits which cells of events' tables are filled, crawler/data/cells_zh.txt and cells_en.txt; says how good that is on articles that it was not fitted on.

    python -m benchmarks.fit_cells --peers DIR FILE… [--write]

A line of a FILE is an article as benchmarks/labelled_tables.py has them. Needs numpy and scikit-learn, from the folder given as --peers.
Events and what is known of them are those that the analyzers find: of articles on which these were fitted, that is more than of others.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from benchmarks import labelled_tables
from benchmarks.fit_parties import cross_fitted, fit, fold_of
from crawler.nlp.events import columns
from crawler.nlp.events.frames import Cell, Known
from crawler.nlp.events.parties import TENTHS
from crawler.record import Record
from crawler.stages import add as adding
from jobs.services.insight import events

STRENGTH = 0.3  # of regularisation (L1), inverse
HEADER = """\
# What is weighed of what may stand in a cell of an event's table (crawler/nlp/events/columns.py): log-odds | features, parted by ";".
# Origin: fitted by benchmarks/fit_cells.py on news that were written and labelled for this project.
"""


class Case(NamedTuple):
    """An event: what may stand in its row, and what is due in it."""

    ident: str
    kind: str
    candidates: list[columns.Candidate]
    due: dict[str, Any]
    row: dict[str, Any]  # the article

    @property
    def fold(self) -> int:
        return fold_of(self.ident)


def cases(row: dict[str, Any]) -> Iterator[Case]:
    """The events of an article that have a table; each labelled row is due of the event that is most like it."""
    title, text, published = row["title"], row["text"], datetime.fromisoformat(row["published"])
    record = adding.add(Record(title, f"https://example.org/{row['id']}", text, published=published))
    earlier: defaultdict[str, list[Known]] = defaultdict(list)
    due = list(row["tables"])
    for known in (events.facts_of(one) for one in record.events if one.type in events.TABLES):
        found = columns.candidates(known, columns.read(known, title, text)[0], title, text, published, earlier[known.type])
        earlier[known.type].append(known)
        of_kind = [one for one in due if one["table"] == known.type]
        best = max(of_kind, key=lambda one: _alike(known, found, one), default=None)
        if best is not None and _alike(known, found, best):
            due.remove(best)
        else:
            best = None
        yield Case(row["id"], known.type, found, best["cells"] if best else {}, row)


def _alike(known: Known, found: list[columns.Candidate], due: dict[str, Any]) -> float:
    seen = {one.column: one.cell for one in found} | {"": Cell("", known.words)}
    return labelled_tables.alike(seen, due["cells"], labelled_tables.words_of(due.get("quotes", {})))


def is_due(each: columns.Candidate, one: Case) -> bool:
    due = one.due.get(each.column)
    return bool(due) and labelled_tables.is_right(each.column, each.cell, due, one.row)


def measured(found: list[Case], weights: dict[str, float], counts: Counter[str]) -> None:
    known = {name: round(TENTHS * weight) for name, weight in weights.items()}
    for one in found:
        best: dict[str, tuple[float, bool]] = {}
        for each in one.candidates:
            best[each.column] = max(
                best.get(each.column, (columns.LEAST, False)), (each.points(one.kind, known), is_due(each, one))
            )
        said = [right for points, right in best.values() if points > columns.LEAST]
        read = [each for each in one.candidates if f"{each.column} read" in each.features]
        counts.update(said=len(said), right=sum(said), read=len(read), well=sum(is_due(each, one) for each in read))
    articles = {one.ident: one.row for one in found}.values()
    counts["due"] += sum(bool(cell) for row in articles for table in row["tables"] for cell in table["cells"].values())


def of_language(language: str, rows: list[dict[str, Any]]) -> dict[str, float]:
    """Prints how good the cells are where an article was not fitted on; → the weights."""
    found = [one for row in rows if row.get("tables") is not None for one in cases(row)]
    counts, weights = cross_fitted(found, is_due, measured, STRENGTH)
    print(
        f"{language}: {len(found)} events, {len(weights)} weights; cells P {counts['right'] / counts['said']:.3f}"
        f" R {counts['right'] / counts['due']:.3f} of {counts['due']}, frames alone"
        f" P {counts['well'] / counts['read']:.3f} R {counts['well'] / counts['due']:.3f}"
    )
    return weights


if __name__ == "__main__":
    fit(__doc__, "cells", HEADER, of_language)
