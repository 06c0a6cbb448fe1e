"""Fits the weights of crawler/data/keywords.yaml, and says how good they are on texts they were not fitted on.

    python -m benchmarks.fit_keywords --data DIR --peers DIR [--write]

Needs numpy and scikit-learn, from the folder given as --peers. The weights are a logistic regression over the features that
crawler/nlp/phrases.py makes of every candidate phrase; features of fewer than 200 candidates are left out.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.analysis import abstracts
from crawler.analyzers import keywords
from crawler.nlp import phrases
from crawler.nlp.document import Reading
from crawler.nlp.lexicon import DATA

RAREST = 200
FOLDS = 5
HEADER = """\
# What speaks for a Chinese phrase as a keyword: weights of a logistic regression over the features of crawler/nlp/phrases.py.
# Origin: fitted by benchmarks/fit_keywords.py on 1,000 abstracts with their authors' keywords (CSL, ydli-ai/CSL, benchmark dev
# split, Apache-2.0). Only these numbers come from it, no text.
weights: |
"""

Document = tuple[list[tuple[str, phrases.Candidate, dict[str, float]]], set[str]]


def documents(path: Path) -> list[Document]:
    """Of each abstract the candidates with their features, and the authors' keywords."""
    made = []
    for title, text, gold in abstracts(path):
        read = Reading(title), Reading(text)
        if not read[1].is_spaced:
            found = phrases.candidates(*read)
            made.append(([(form, one, dict(phrases.features(form, one))) for form, one in found.items()], gold))
    return made


def f1_at_5(rows: list[Document], scores: list[Any]) -> float:
    precision = recall = 0.0
    for (candidates, gold), given in zip(rows, scores, strict=True):
        ranked = sorted(
            ((score, form, one) for (form, one, _), score in zip(candidates, given, strict=True)), key=lambda item: -item[0]
        )
        hits = len({form for _, form, _ in keywords.chosen(ranked, 5)} & gold)
        precision += hits / 5 / len(rows)
        recall += hits / len(gold) / len(rows)
    return 2 * precision * recall / (precision + recall)


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--peers", type=Path, required=True)
    options.add_argument("--write", action="store_true", help="write the data file")
    given = options.parse_args()
    sys.path.append(str(given.peers))
    import numpy as np
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    rows = documents(given.data / "keywords" / "csl_dev.tsv")
    seen = Counter(name for candidates, _ in rows for _, _, features in candidates for name in features)
    kept = {name for name, count in seen.items() if count >= RAREST and name != "bias"}
    flat = [
        {name: value for name, value in features.items() if name in kept}
        for candidates, _ in rows
        for _, _, features in candidates
    ]
    vectors = DictVectorizer()
    x = vectors.fit_transform(flat)
    y = np.array([form in gold for candidates, gold in rows for form, _, _ in candidates])
    fold = np.repeat(np.arange(len(rows)) % FOLDS, [len(candidates) for candidates, _ in rows])
    held_out = np.zeros(len(y))
    for number in range(FOLDS):
        model = LogisticRegression(C=0.1, max_iter=1000).fit(x[fold != number], y[fold != number])
        held_out[fold == number] = model.decision_function(x[fold == number])
    ends = np.cumsum([len(candidates) for candidates, _ in rows])
    print(
        f"F1@5 on held-out fifths: {100 * f1_at_5(rows, np.split(held_out, ends[:-1])):.1f} ({len(rows)} abstracts, {len(kept)} features)"
    )
    if given.write:
        model = LogisticRegression(C=0.1, max_iter=1000).fit(x, y)
        weights = {"bias": model.intercept_[0], **dict(zip(vectors.get_feature_names_out(), model.coef_[0], strict=True))}
        lines = [f"  {name} {value:.2f}" for name, value in sorted(weights.items()) if abs(value) >= 0.03]
        (DATA / "keywords.yaml").write_text(HEADER + "\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
