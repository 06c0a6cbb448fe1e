"""Fits which clause of a Chinese sentence is its headline (WEIGHTS of crawler/nlp/headlines_zh.py), and prints the weights and how much
headlines have in common with those of editors: today's, the likeliest clause's, the fitted on articles not fitted on, the best clause's.

    python -m benchmarks.fit_headlines --peers DIR FILE…

A line of a FILE is an article as benchmarks/labelled_news.py has them, its events with `headline`. Needs numpy, from the folder --peers.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from typing import Any

from benchmarks.fit_events import asked
from crawler.nlp import headlines_zh
from crawler.nlp.events import choice
from crawler.nlp.headlines import clean

FOLDS, RIDGE = 5, 10.0


def alike(one: str, other: str) -> float:
    """F1 of their pairs of characters."""
    a, b = ([*filter(str.isalnum, text.lower())] for text in (one, other))
    pairs, due = Counter(pairwise(a)), Counter(pairwise(b))
    return 2 * sum((pairs & due).values()) / max(1, sum(pairs.values()) + sum(due.values()))


def cases(row: dict[str, Any]) -> Iterator[list[tuple[dict[str, float], float, float]]]:
    """Of each event's sentence, its headlines: signs, weight today, how much it has in common with the editor's."""
    for one in choice.choose(row["title"], row["text"], "zh", datetime.fromisoformat(row["published"])):
        due = next(
            (
                event
                for event in row["events"]
                if event["sentence"] in one.sentence.text or one.sentence.text in event["sentence"]
            ),
            {},
        )
        sentence = clean(one.sentence.text)
        found = list(headlines_zh.clauses(sentence))
        at = headlines_zh.likeliest(found, one.acts)
        if due.get("headline") and at is not None:
            many = list(headlines_zh.options(sentence, found, at))
            yield [
                (
                    headlines_zh.signs(each, sentence, one.acts),
                    headlines_zh.weight(each, sentence, one.acts),
                    alike(each.headline, due["headline"]),
                )
                for each in many
            ]


def main() -> None:
    given = asked(__doc__)
    import numpy as np

    names = list(headlines_zh.WEIGHTS)
    found = []
    for path in given.files:
        for row in map(json.loads, path.read_text("utf-8").splitlines()):
            for many in cases(row):
                x = np.array([[float(signs[name]) for name in names] for signs, _, _ in many])
                found.append(
                    (
                        zlib.crc32(row["id"].encode()) % FOLDS,
                        x,
                        np.array([of for _, of, _ in many]),
                        np.array([y for *_, y in many]),
                    )
                )

    def fitted(kept: list[Any]) -> Any:
        x = np.vstack([(x - x.mean(0)) / len(x) ** 0.25 for _, x, _, y in kept])
        y = np.concatenate([(y - y.mean()) / len(y) ** 0.25 for *_, y in kept])
        return np.linalg.solve(x.T @ x + RIDGE * np.eye(len(names)), x.T @ y)

    marks = []
    for fold in range(FOLDS):
        weights = fitted([one for one in found if one[0] != fold])
        marks += [(y[of.argmax()], y[0], y[(x @ weights).argmax()], y.max()) for one, x, of, y in found if one == fold]
    said = ("today", "likeliest clause", "fitted, on others", "best clause")
    print(len(found), "headlines;", ", ".join(f"{name} {mark:.3f}" for name, mark in zip(said, np.mean(marks, 0), strict=True)))
    print({name: round(float(weight), 3) for name, weight in zip(names, fitted(found), strict=True)})


if __name__ == "__main__":
    main()
