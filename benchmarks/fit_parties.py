"""Fits who acts in events, crawler/data/parties_zh.txt and parties_en.txt; says how good that is on articles that it was not fitted on.

    python -m benchmarks.fit_parties --peers DIR FILE… [--write]

A line of a FILE is an article as benchmarks/labelled_news.py has them; one whose id begins with "own" weighs more. Needs numpy and
scikit-learn, from the folder given as --peers.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from benchmarks.fit_events import asked
from benchmarks.labelled_tables import same
from crawler.nlp import headlines
from crawler.nlp.document import reading
from crawler.nlp.events import actors, parties
from crawler.nlp.events.actors import main_name
from crawler.nlp.headlines_zh import Told
from crawler.nlp.languages import language_of
from crawler.nlp.lexicon import DATA

FOLDS = 5
RAREST = 3  # names that a feature stands with
STRENGTH = 1.0  # of regularisation (L1), inverse
OWN = 24.0  # what a sentence of our own tests weighs beside another
HEADER = """\
# What is weighed of a name that may act in an event (crawler/nlp/events/parties.py): log-odds | features, parted by ";".
# Origin: fitted by benchmarks/fit_parties.py on news that were written and labelled for this project.
"""


class Case(NamedTuple):
    """An event: the candidates of its sentence, with their features, and what is due."""

    ident: str
    kind: str
    candidates: list[parties.Candidate]
    due: list[str]

    @property
    def fold(self) -> int:
        return fold_of(self.ident)


def fold_of(ident: str) -> int:
    """The fold of an article: the same in each fit."""
    return zlib.crc32(ident.encode()) % FOLDS


def told(row: dict[str, Any], language: str) -> Iterator[tuple[dict[str, Any], str, Told]]:
    """Each event of an article with its sentence, and what is made of that."""
    text = row["text"]
    for event in row["events"]:
        at = text.find(event["sentence"])
        found = next((one for one in reading(text).sentences if one.start < at + len(event["sentence"]) and at < one.end), None)
        if found and at >= 0:
            yield event, found.text, headlines.told(headlines.clean(found.text), (), language)


def cases(row: dict[str, Any], language: str) -> list[Case]:
    title, text = row["title"], row["text"]
    name, is_chinese = main_name(title, text, language), language == "zh"
    return [
        Case(
            row["id"],
            event["type"],
            actors.candidates(sentence, made, text, title, name, is_chinese=is_chinese),
            event["actors"] or [],
        )
        for event, sentence, made in told(row, language)
    ]


def fitted(names: list[str], x: Any, due: Any, trust: Any, strength: float = STRENGTH) -> dict[str, float]:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=strength, l1_ratio=1.0, solver="liblinear", fit_intercept=False, max_iter=500).fit(x, due, trust)
    return {name: round(float(weight), 1) for name, weight in zip(names, model.coef_[0], strict=True) if abs(weight) >= 0.05}


def measured(found: list[Case], weights: dict[str, float], counts: Counter[str]) -> None:
    known = {name: round(parties.TENTHS * weight) for name, weight in weights.items()}
    for one in found:
        said = [each.name for each in parties.likeliest(one.candidates, one.kind, known)]
        right = sum(any(same(each, due) for due in one.due) for each in said)
        met = sum(any(same(each, due) for each in said) for due in one.due)
        counts.update(
            events=1,
            said=len(said),
            due=len(one.due),
            right=right,
            met=met,
            exact=int(right == len(said) and met == len(one.due)),
        )


def cross_fitted(
    found: list[Any],
    is_due: Callable[[Any, Any], bool],
    measured: Callable[[list[Any], dict[str, float], Counter[str]], None],
    strength: float = STRENGTH,
) -> tuple[Counter[str], dict[str, float]]:
    """What was `measured` on the articles that each fit had not seen; and the weights of all."""
    import numpy as np
    from sklearn.feature_extraction import DictVectorizer

    vectors = DictVectorizer()
    x = vectors.fit_transform([dict.fromkeys(each.features_of(one.kind), 1) for one in found for each in one.candidates]).tocsr()
    often = np.asarray((x != 0).sum(axis=0)).ravel() >= RAREST
    x, names = x[:, often], [str(name) for name in vectors.get_feature_names_out()[often]]
    due = np.array([is_due(each, one) for one in found for each in one.candidates])
    fold = np.array([one.fold for one in found for _ in one.candidates])
    trust = np.array([OWN if one.ident.startswith("own") else 1.0 for one in found for _ in one.candidates])
    counts: Counter[str] = Counter()
    for number in range(FOLDS):
        kept = fold != number
        held = [one for one in found if one.fold == number and not one.ident.startswith("own")]
        measured(held, fitted(names, x[kept], due[kept], trust[kept], strength), counts)
    return counts, fitted(names, x, due, trust, strength)


def of_language(language: str, rows: list[dict[str, Any]]) -> dict[str, float]:
    """Prints how good the choice is where an article was not fitted on; → the weights."""
    found = [one for row in rows for one in cases(row, language)]
    counts, weights = cross_fitted(found, lambda each, one: any(same(each.name, name) for name in one.due), measured)
    precision, recall = counts["right"] / counts["said"], counts["met"] / counts["due"]
    print(
        f"{language}: {len(found)} events, {sum(len(one.candidates) for one in found)} names, {len(weights)} weights;"
        f" each P {precision:.3f} R {recall:.3f} F1 {2 * precision * recall / (precision + recall):.3f},"
        f" exact {counts['exact'] / counts['events']:.3f} of {counts['events']}"
    )
    return weights


def fit(
    purpose: str | None, what: str, header: str, of_language: Callable[[str, list[dict[str, Any]]], dict[str, float]]
) -> None:
    """Fits one language after the other, and writes the weights of `what` where that is asked."""
    given = asked(purpose)
    rows = [json.loads(line) for path in given.files for line in path.read_text("utf-8").splitlines()]
    for language in ("zh", "en"):
        of = [row for row in rows if (language_of(row["title"] + "\n" + row["text"]) == "zh") == (language == "zh")]
        weights = of_language(language, of) if of else {}
        if given.write and weights:
            alike: defaultdict[float, list[str]] = defaultdict(list)
            for name, weight in weights.items():
                alike[weight].append(name)
            lines = (f"{weight} | {';'.join(sorted(of))}" for weight, of in sorted(alike.items()))
            (DATA / f"{what}_{language}.txt").write_text(header + "\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    fit(__doc__, "parties", HEADER, of_language)
