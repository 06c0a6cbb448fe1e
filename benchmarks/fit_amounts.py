"""Fits how much an English event is about, crawler/data/amounts_en.txt; says how good that is on articles that it was not fitted on.

    python -m benchmarks.fit_amounts --peers DIR FILE… [--write]

A line of a FILE is an article as benchmarks/labelled_news.py has them; one whose id begins with "own" weighs more. Needs numpy and
scikit-learn, from the folder given as --peers.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from benchmarks.fit_parties import Case, cross_fitted, fit, told
from benchmarks.labelled_news import amount_form
from crawler.nlp.events import amounts_en as amounts
from crawler.nlp.events.parties import TENTHS

HEADER = """\
# What is weighed of an amount of an event's sentence (crawler/nlp/events/amounts_en.py): log-odds | features, parted by ";".
# Origin: fitted by benchmarks/fit_amounts.py on news that were written and labelled for this project.
"""


def cases(row: dict[str, Any], language: str) -> list[Case]:
    return [
        Case(
            row["id"],
            event["type"],
            amounts.candidates(sentence, made.headline, row["title"]),
            [amount_form(event["amount"])] if event["amount"] else [],
        )
        for event, sentence, made in told(row, language)
        if "amount" in event
    ]


def measured(found: list[Case], weights: dict[str, float], counts: Counter[str]) -> None:
    known = {name: round(TENTHS * weight) for name, weight in weights.items()}
    for one in found:
        said = amount_form(amounts.likeliest(one.candidates, one.kind, known))
        right = said == "".join(one.due)
        counts.update(events=1, right=int(right), due=len(one.due), met=int(right and bool(one.due)), said=int(bool(said)))


def of_language(language: str, rows: list[dict[str, Any]]) -> dict[str, float]:
    if language != "en":
        return {}
    found = [one for row in rows for one in cases(row, language)]
    counts, weights = cross_fitted(found, lambda each, one: amount_form(each.name) in one.due, measured)
    print(
        f"{language}: {len(found)} events, {sum(len(one.candidates) for one in found)} amounts, {len(weights)} weights;"
        f" exact {counts['right'] / counts['events']:.3f} of {counts['events']}, where there is one"
        f" {counts['met'] / counts['due']:.3f} of {counts['due']}, said {counts['said']}"
    )
    return weights


if __name__ == "__main__":
    fit(__doc__, "amounts", HEADER, of_language)
