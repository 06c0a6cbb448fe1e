"""Fits what tells an event and its type: crawler/data/event_words.txt and event_choice.yaml; says how good they are on articles that
they were not fitted on.

    python -m benchmarks.fit_events --peers DIR FILE… [--write]

A line of a FILE is an article as benchmarks/labelled_news.py has them. The weights of words that stand are where their fit begins, so
what older articles taught is kept. Needs numpy and scikit-learn, from the folder given as --peers.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from crawler.nlp.events import choice
from crawler.nlp.events import fields as event_fields
from crawler.nlp.events import words as event_words
from crawler.nlp.languages import language_of
from crawler.nlp.lexicon import DATA
from crawler.text import normal

FOLDS = 5
RAREST = 3  # sentences that a new word stands in
LEAST = 0.3  # a smaller weight of a word is left out
STAYS = 0.5  # how much a weight of a word is held where it stands, beside one sentence
STRENGTH = 0.3  # of regularisation of the choice, inverse
OWN = 4.5  # what an article of our own gold, which are short, weighs beside another: the least at which the floors of its test stand
WORDS = """\
# What words say of the type of an event: type | weight | words, parted by ";". Numbers are 0.
# Origin: fitted by benchmarks/fit_events.py on sentences and news that were written for this project.
"""
CHOICE = """\
# What is weighed of a sentence that may tell an event (crawler/nlp/events/choice.py): feature | in Chinese | in English, log-odds.
# Origin: fitted by benchmarks/fit_events.py on news that were written and labelled for this project.
weights: |
"""


class Article(NamedTuple):
    """The sentences that may tell an event, with their features, the labelled event each tells (-1: none), and the events' types, "" where
    that is not labelled."""

    file: str
    fold: int
    language: str
    title: str
    lines: list[str]
    features: list[dict[str, float]]
    tells: list[int]
    types: list[str]

    def type(self, at: int) -> str:
        return self.types[self.tells[at]] if self.tells[at] >= 0 else "none"


def read(paths: list[Path]) -> list[Article]:
    rows = [(path.name, json.loads(line)) for path in paths for line in path.read_text("utf-8").splitlines()]
    return [article(file, row) for file, row in rows]


def article(file: str, row: dict[str, Any]) -> Article:
    title, text = row["title"], row["text"]
    language = "zh" if language_of(title + "\n" + text) == "zh" else "en"
    published = datetime.fromisoformat(row["published"]) if row.get("published") else None
    found = choice.weighed(title, text, language, published)
    stands = [(place := text.find(each["sentence"]), place + len(each["sentence"])) for each in row["events"]]
    meet = ([first < one.sentence.end and one.sentence.start < last for first, last in stands] for one, _ in found)
    tells = [met.index(True) if any(met) else -1 for met in meet]
    lines, features = [one.sentence.form for one, _ in found], [features for _, features in found]
    fold = zlib.crc32(row["id"].encode()) % FOLDS
    return Article(file, fold, language, normal(title), lines, features, tells, [each.get("type", "") for each in row["events"]])


class Words:
    """The weights of words, and what they say: a multinomial logistic regression that begins with the weights that stand."""

    def __init__(self, articles: list[Article]) -> None:
        import numpy as np
        from scipy.optimize import minimize
        from sklearn.feature_extraction import DictVectorizer

        before, types = event_words.weights()
        self.types = list(types)
        known = [(line, one.title, one.type(at)) for one in articles for at, line in enumerate(one.lines) if one.type(at)]
        seen = Counter(word for line, _, _ in known for word in event_words.words(line))
        self.known = {word for word, count in seen.items() if count >= RAREST} | before.keys()
        self.vectors = DictVectorizer()
        x = self.vectors.fit_transform([self.vector(line, title) for line, title, _ in known]).tocsr()
        due = np.array([self.types.index(kind) for _, _, kind in known])
        stood = np.zeros((x.shape[1], len(self.types)))
        for at, word in enumerate(self.vectors.get_feature_names_out()):
            for name, weight in before.get(word, {}).items():
                stood[at, self.types.index(name)] = weight
        said = x @ stood

        def loss(flat: Any) -> tuple[float, Any]:
            moved = flat.reshape(stood.shape)
            points = said + x @ moved
            points = np.exp(points - points.max(axis=1, keepdims=True))
            shares = points / points.sum(axis=1, keepdims=True)
            lost = -np.log(shares[np.arange(len(due)), due] + 1e-12).sum()
            shares[np.arange(len(due)), due] -= 1
            return lost + STAYS / 2 * (moved**2).sum(), (x.T @ shares + STAYS * moved).ravel()

        moved = minimize(loss, np.zeros(stood.size), jac=True, method="L-BFGS-B", options={"maxiter": 80}).x
        found = stood + moved.reshape(stood.shape)
        self.weights = (found * (abs(found) >= LEAST)).round(1)
        met = set(self.vectors.get_feature_names_out())
        self.others = {word: of for word, of in before.items() if word not in met}

    def vector(self, line: str, title: str) -> Counter[str]:
        found: Counter[str] = Counter()
        for length, said in ((event_words.SCALE, event_words.words(line)), (event_words.OVER, event_words.words(title))):
            found.update({word: length / math.sqrt(len(said)) for word in said & self.known})  # type: ignore[dict-item]
        return found

    def points(self, line: str, title: str = "") -> dict[str, float]:
        row = self.vectors.transform([self.vector(line, title)]) @ self.weights
        return dict(zip(self.types, map(float, row[0]), strict=True))

    def lines(self) -> Iterator[str]:
        listed: defaultdict[tuple[str, float], list[str]] = defaultdict(list)
        for word, row in zip(self.vectors.get_feature_names_out(), self.weights, strict=True):
            for name, value in zip(self.types, row, strict=True):
                if value:
                    listed[name, float(value)].append(word)
        for word, of in self.others.items():
            for name, value in of.items():
                listed[name, value].append(word)
        yield from (f"{name} | {value} | {';'.join(sorted(words))}" for (name, value), words in sorted(listed.items()))


def of_types(articles: list[Article], words: Words) -> Counter[str]:
    """How often the patterns, the words and both say the right type."""
    right: Counter[str] = Counter()
    for one in articles:
        for line, tells in zip(one.lines, one.tells, strict=True):
            if tells < 0 or not one.types[tells]:
                continue
            by_words = words.points(line, one.title)
            by_words.pop("none", None)
            patterns: Counter[str] = Counter()
            for name, weight in event_fields.said(line):
                patterns[name] += weight  # type: ignore[assignment]
            both = {name: value + 3 * event_words.PATTERN * patterns[name] for name, value in by_words.items()}
            said = {"patterns": patterns or {"other": 1}, "words": by_words, "both": both}
            right.update({name: max(of, key=lambda key: of[key]) == one.types[tells] for name, of in said.items()})
            right["all"] += 1
    return right


def measured(pairs: list[tuple[Article, Any]], least: float) -> tuple[float, float, float]:
    """F1, precision and recall of the events that are chosen from so many points on."""
    said = hits = due = 0
    for one, points in pairs:
        kept = sorted(((value, at) for at, value in enumerate(points) if value >= least), reverse=True)[: choice.MAX_EVENTS]
        said, due = said + len(kept), due + len(one.types)
        hits += len({one.tells[at] for _, at in kept} - {-1})
    return 2 * hits / max(1, said + due), hits / max(1, said), hits / max(1, due)


def f1(pairs: list[tuple[Article, Any]], least: float) -> str:
    return "F1 {:.3f} (P {:.3f}, R {:.3f})".format(*measured(pairs, least))


def asked(purpose: str | None) -> argparse.Namespace:
    """What a fit is asked for: files, and whether to write; its peers can be imported from then on."""
    options = argparse.ArgumentParser(description=(purpose or "").splitlines()[0])
    options.add_argument("files", nargs="+", type=Path, metavar="FILE")
    options.add_argument("--peers", type=Path, required=True)
    options.add_argument("--write", action="store_true", help="write what was fitted")
    given = options.parse_args()
    sys.path.append(str(given.peers))
    return given


def main() -> None:
    given = asked(__doc__)
    articles = [one for one in read(given.files) if one.lines]
    right: Counter[str] = Counter()
    for number in range(FOLDS):
        words = Words([one for one in articles if one.fold != number])
        held = [one for one in articles if one.fold == number]
        right += of_types(held, words)
        for one in held:
            for line, features in zip(one.lines, one.features, strict=True):
                features["news"] = choice.is_news(words.points(line))
            choice.beside(one.features)
    shares = ", ".join(f"{what} {100 * right[what] / right['all']:.1f} %" for what in ("patterns", "words", "both"))
    print(f"types: {right['all']} sentences; {shares}")
    zh, en = (of_language([one for one in articles if one.language == language]) for language in ("zh", "en"))
    if given.write:
        (DATA / "event_words.txt").write_text(WORDS + "\n".join(Words(articles).lines()) + "\n", "utf-8")
        rows = (f"  {name} | {zh.get(name, 0.0):.2f} | {en.get(name, 0.0):.2f}\n" for name in sorted(zh | en))
        (DATA / "event_choice.yaml").write_text(CHOICE + "".join(rows), "utf-8")


def of_language(articles: list[Article]) -> dict[str, float]:
    """Prints how good the choice is where an article was not fitted on; → the weights."""
    import numpy as np
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    vectors = DictVectorizer()
    x = vectors.fit_transform([{**features, "bias": 0.0} for one in articles for features in one.features]).toarray()
    y = np.array([tells >= 0 for one in articles for tells in one.tells])
    of = np.array([one.fold for one in articles for _ in one.lines])
    trust = np.array([OWN if "gold" in one.file else 1.0 for one in articles for _ in one.lines])
    spread = x.std(axis=0) + 1e-6
    held_out = np.zeros(len(y))

    def fit(rows: Any) -> Any:
        return LogisticRegression(C=STRENGTH, max_iter=3000).fit(x[rows] / spread, y[rows], trust[rows])

    for number in range(FOLDS):
        held_out[of == number] = fit(of != number).decision_function(x[of == number] / spread)
    scores = np.split(held_out, np.cumsum([len(one.lines) for one in articles])[:-1])
    every = list(zip(articles, scores, strict=True))
    news = [pair for pair in every if "gold" not in pair[0].file]
    f1s = {at: measured(news, at / 10)[0] for at in range(-25, 16)}
    least = max(range(-23, 14), key=lambda at: sum(f1s[at + by] for by in (-2, -1, 0, 1, 2))) / 10  # one alone is chance
    print(f"{articles[0].language}: from {least:.1f} points on, {f1(news, least)}")
    for name in sorted({one.file for one in articles}):
        print(f"  {name} {f1([pair for pair in every if pair[0].file == name], least)}")
    model = fit(np.full(len(y), True))
    weights = dict(zip(vectors.get_feature_names_out(), map(float, model.coef_[0] / spread), strict=True))
    return weights | {"bias": float(model.intercept_[0]) - least}


if __name__ == "__main__":
    main()
