"""Fits what tells an event and its type: crawler/data/event_words.txt, and AMONG of crawler/analyzers/events.py; says how good they are
on articles that they were not fitted on.

    python -m benchmarks.fit_events --peers DIR FILE… [--write]

A line of a FILE is a sentence with its type (`sentence`, `type`, which may be none), or an article as benchmarks/labelled_news.py has
them. Needs numpy and scikit-learn, from the folder given as --peers. The words are written; AMONG is printed.
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

from crawler.analyzers import events
from crawler.nlp.events import fields as event_fields
from crawler.nlp.events import words as event_words
from crawler.nlp.languages import language_of
from crawler.nlp.lexicon import DATA
from crawler.text import normal

FOLDS = 8
RAREST = 2  # sentences that a word stands in
LEAST = 0.3  # a smaller weight is left out
HEADER = """\
# What words say of the type of an event: type | weight | words, parted by ";". Numbers are 0.
# Origin: fitted by benchmarks/fit_events.py on sentences and news that were written for this project.
"""


class Told(NamedTuple):
    """A sentence that tells an event, or none. `whose`: the file, and the article or the line."""

    whose: tuple[str, str]
    line: str
    type: str
    is_news: bool
    title: str = ""


class Article(NamedTuple):
    """The sentences that may tell an event, with their features, the labelled event each tells (-1: none), and how many there are."""

    whose: tuple[str, str]
    language: str
    lines: list[str]
    features: list[dict[str, float]]
    tells: list[int]
    due: int


def read(paths: list[Path]) -> tuple[list[Told], list[Article]]:
    told, articles = [], []
    for path in paths:
        for at, line in enumerate(path.read_text("utf-8").splitlines()):
            row, whose = json.loads(line), (path.name, f"{path}:{at}")
            typed = [each for each in row.get("events", [row]) if each.get("type")]
            over = normal(row.get("title", ""))
            told += [Told(whose, normal(each["sentence"]), each["type"], "events" in row, over) for each in typed]
            if "events" in row:
                articles.append(article(row, whose))
    return told, articles


def article(row: dict[str, Any], whose: tuple[str, str]) -> Article:
    title, text = row["title"], row["text"]
    language = language_of(title + "\n" + text) or ""
    published = datetime.fromisoformat(row["published"]) if row.get("published") else None
    found = events.closely(events.candidates(title, text, language, published)[0], title, text, language)
    stands = [(place := text.find(each["sentence"]), place + len(each["sentence"])) for each in row["events"]]
    meet = ([first < one.sentence.end and one.sentence.start < last for first, last in stands] for one in found)
    tells = [met.index(True) if any(met) else -1 for met in meet]
    return Article(whose, language, [one.sentence.form for one in found], events.among(found), tells, len(stands))


class Words:
    """The weights of words, and what they say."""

    def __init__(self, told: list[Told]) -> None:
        from sklearn.feature_extraction import DictVectorizer
        from sklearn.linear_model import LogisticRegression

        seen = Counter(word for one in told for word in event_words.words(one.line))
        self.known = {word for word, count in seen.items() if count >= RAREST}
        self.vectors = DictVectorizer()
        rows = self.vectors.fit_transform([self.vector(one.line, one.title) for one in told])
        self.model = LogisticRegression(C=3.0, max_iter=600)
        self.model.fit(rows, [one.type for one in told], sample_weight=[3.0 if one.is_news else 1.0 for one in told])
        self.model.coef_ = (self.model.coef_ * (abs(self.model.coef_) >= LEAST)).round(1)

    def vector(self, line: str, title: str) -> Counter[str]:
        found: Counter[str] = Counter()
        for length, said in ((event_words.SCALE, event_words.words(line)), (event_words.OVER, event_words.words(title))):
            found.update({word: length / math.sqrt(len(said)) for word in said & self.known})  # type: ignore[dict-item]
        return found

    def points(self, line: str, title: str = "") -> dict[str, float]:
        row = self.vectors.transform([self.vector(line, title)]) @ self.model.coef_.T
        return dict(zip(self.model.classes_, map(float, row[0]), strict=True))

    def lines(self) -> Iterator[str]:
        listed: defaultdict[tuple[str, float], list[str]] = defaultdict(list)
        for name, row in zip(self.model.classes_, self.model.coef_, strict=True):
            for word, value in zip(self.vectors.get_feature_names_out(), row, strict=True):
                if value:
                    listed[name, float(value)].append(word)
        yield from (f"{name} | {value} | {';'.join(sorted(words))}" for (name, value), words in sorted(listed.items()))


def of_types(told: list[Told], words: Words) -> dict[str, Counter[str]]:
    """How often the patterns, the words and both say the right type, by file."""
    right: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for one in told:
        by_words = words.points(one.line, one.title)
        by_words.pop("none", None)
        patterns: Counter[str] = Counter()
        for name, weight in event_fields.said(one.line):
            patterns[name] += weight  # type: ignore[assignment]
        both = {name: value + 3 * event_words.PATTERN * patterns[name] for name, value in by_words.items()}
        said = {"patterns": patterns or {"other": 1}, "words": by_words, "both": both}
        right[one.whose[0]].update({name: max(of, key=lambda key: of[key]) == one.type for name, of in said.items()})
        right[one.whose[0]]["all"] += 1
    return right


def measured(pairs: list[tuple[Article, Any]], least: float) -> tuple[float, float, float]:
    """F1, precision and recall of the events that are chosen from so many points on."""
    said = hits = due = 0
    for one, points in pairs:
        kept = sorted(((value, at) for at, value in enumerate(points) if value >= least), reverse=True)[: events.MAX_EVENTS]
        said, due = said + len(kept), due + one.due
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
    told, articles = read(given.files)
    everyone = {one.whose for one in told} | {one.whose for one in articles}
    mixed = sorted(everyone, key=lambda whose: zlib.crc32(repr(whose).encode()))
    fold = {whose: at % FOLDS for at, whose in enumerate(mixed)}
    right: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for number in range(FOLDS):
        words = Words([one for one in told if fold[one.whose] != number])
        for name, counts in of_types([one for one in told if fold[one.whose] == number and one.type != "none"], words).items():
            right[name] += counts
        for one in articles:
            if fold[one.whose] == number:
                for line, features in zip(one.lines, one.features, strict=True):
                    features["news"] = events.is_news(words.points(line))
    for name, counts in right.items():
        shares = ", ".join(f"{what} {100 * counts[what] / counts['all']:.1f} %" for what in ("patterns", "words", "both"))
        print(f"types, {name}: {counts['all']} sentences; {shares}")
    for language in ("zh", "en"):
        of_language([one for one in articles if one.language == language and one.lines], fold)
    if given.write:
        (DATA / "event_words.txt").write_text(HEADER + "\n".join(Words(told).lines()) + "\n", "utf-8")


def of_language(articles: list[Article], fold: dict[tuple[str, str], int]) -> None:
    import numpy as np
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    vectors = DictVectorizer()
    x = vectors.fit_transform([{**features, "bias": 0.0} for one in articles for features in one.features]).toarray()
    y = np.array([tells >= 0 for one in articles for tells in one.tells])
    of = np.array([fold[one.whose] for one in articles for _ in one.lines])
    spread = x.std(axis=0) + 1e-6
    held_out = np.zeros(len(y))

    def fit(rows: Any) -> Any:
        return LogisticRegression(C=0.3, max_iter=3000).fit(x[rows] / spread, y[rows])

    for number in range(FOLDS):
        held_out[of == number] = fit(of != number).decision_function(x[of == number] / spread)
    scores = np.split(held_out, np.cumsum([len(one.lines) for one in articles])[:-1])
    every = list(zip(articles, scores, strict=True))
    least = max(np.arange(-2.0, 1.5, 0.1), key=lambda value: measured(every, value)[0])
    print(f"{articles[0].language}: from {least:.1f} points on, {f1(every, least)}")
    for name in sorted({one.whose[0] for one in articles}):
        print(f"  {name} {f1([pair for pair in every if pair[0].whose[0] == name], least)}")
    model = fit(np.full(len(y), True))
    weights = dict(zip(vectors.get_feature_names_out(), model.coef_[0] / spread, strict=True))
    weights["bias"] = float(model.intercept_[0]) - least + events.LEAST
    print({name: round(float(value), 2) for name, value in weights.items()})


if __name__ == "__main__":
    main()
