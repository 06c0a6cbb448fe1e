"""Fits what is weighed of technologies and industries, crawler/data/topics.yaml, and what words say of them, topic_words_*.txt; says how
good the choice is on articles that it was not fitted on.

    python -m benchmarks.fit_topics --peers DIR FILE… [--write]

The weights that stand are where a fit begins, and what it leaves only as far as the articles ask for: they know more articles than one
has at hand. What words say is fitted anew, so give it all articles that there are. The files are those of benchmarks/labelled_news.py, and may be our own
gold. Needs numpy, scipy and scikit-learn, from the folder given as --peers.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any, NamedTuple

from benchmarks.fit_events import asked
from crawler.analyzers import industries, technologies
from crawler.nlp import topic_words
from crawler.nlp.document import reading
from crawler.nlp.languages import language_of
from crawler.nlp.lexicon import DATA, table
from crawler.nlp.topics import Measures, Topics, weights
from crawler.record import Record

FOLDS = 10
STRENGTH = 6.0  # with which a weight is held where it stood
OF_ONE = 3.0  # times as much for a weight of one topic, which fewer articles speak of
# what an article of our own gold weighs beside one of independent people: the least at which the floors of its test stand
OWN = {"zh": 14.0, "en": 3.0}
LEAST, LEAST_OF_PAIR = 0.02, 0.1  # a smaller weight is left out
RAREST, OFTENEST = 24, 0.5  # articles that a word stands in to be asked for, and the part of them all from which it says nothing
FEWEST = 6  # articles on a topic of which words are believed
RIDGE = 1.0  # how much the weights of words are held at nothing, beside one article
SPREAD = 0.02  # added to the standard deviation of a topic that few articles are about
KINDS = {"technologies": "technology", "industries": "industry"}
MOST = {"technologies": technologies.MAX_TECHNOLOGIES, "industries": industries.MAX_INDUSTRIES}
HEADER = """\
# What is weighed of the signs of a topic (crawler/nlp/topics.py): row | weights. Rows of signs: how many, in how many words, of these
# in the title, at the beginning, and the share of the most that a topic of the article has; "only": of a topic that is not named.
# Rows "text": always, length, shortness, blanks between words, topics named, spread. Rows "sentences": how many have a sign, what part
# of all, and whether the title, the first, the second one, and title and first. Rows "of": one topic.
# Origin: fitted by benchmarks/fit_topics.py on news that were written and labelled for this project.
"""
WORDS = f"""\
# What the words of an article say of its topics (crawler/nlp/topic_words.py): the words that are asked for; then topic | step | for each
# word a character, whose code less {topic_words.ZERO} is its weight in steps.
# Origin: fitted by benchmarks/fit_topics.py on news that were written and labelled for this project.
"""


class Article(NamedTuple):
    """What is weighed of each topic of an article, and which of them are labelled."""

    file: str
    ident: str
    language: str | None
    topics: list[tuple[str, Measures]]
    said: set[str]
    due: set[str]


class Unweighed(NamedTuple):
    """An article whose words have not been asked yet."""

    file: str
    ident: str
    language: str | None
    topics: Topics
    due: set[str]


def unweighed(file: str, row: dict[str, Any], what: str) -> Unweighed:
    text = row["text"] if isinstance(row["text"], str) else "\n".join(row["text"])
    record = Record(row["title"], "https://example.org/", text, language=language_of(row["title"] + "\n" + text))
    topics: Topics = (
        technologies.collected(reading(record.title), reading(record.text))
        if what == "technologies"
        else industries.collected(technologies.add(record))
    )
    due = {one if isinstance(one, str) else one["id"] for one in row.get(what, row.get("ai_tech", ()))}
    return Unweighed(file, row["id"], record.language, topics, due)


def weighed(one: Unweighed, said: dict[str, float] | None = None) -> Article:
    """The article with what its words say, by a model that was fitted without it, or by the one that is shipped."""
    measures = list(one.topics.measures(said and said.get))
    return Article(one.file, one.ident, one.language, measures, set(one.topics.said()), one.due)


def of_words(articles: list[Unweighed]) -> tuple[list[dict[str, float]], str, dict[str, tuple[float, str]]]:
    """What the words of each article say by a ridge regression on all others; the words, and the weights of each topic as the file has
    them. An article is left out in closed form: its residual over one minus its leverage."""
    import numpy as np
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.preprocessing import normalize

    counts = [topic_words.words(one.topics.title, one.topics.text) for one in articles]
    stands = Counter(word for one in counts for word in one)
    known = {word for word, count in stands.items() if RAREST <= count <= OFTENEST * len(articles)}
    vectors = DictVectorizer()
    x = normalize(vectors.fit_transform([{word: value for word, value in one.items() if word in known} for one in counts]))
    often = sorted(ident for ident, count in Counter(ident for one in articles for ident in one.due).items() if count >= FEWEST)
    due = np.array([[ident in one.due for ident in often] for one in articles], float)
    mean = due.mean(0)
    spread = np.sqrt(mean * (1 - mean)) + SPREAD
    kernel = (x @ x.T).toarray()
    inverse = np.linalg.inv(kernel + RIDGE * np.eye(len(articles)))
    dual = inverse @ (due - mean)
    leverage = np.diag(kernel @ inverse)[:, None]
    others = (kernel @ dual - leverage * (due - mean)) / (1 - leverage) / spread
    said = [dict(zip(often, map(float, row), strict=True)) for row in others]
    kept = {}
    for ident, column in zip(often, (x.T @ dual / spread).T, strict=True):
        step = float(np.abs(column).max()) / topic_words.LEVELS
        kept[ident] = (step, "".join(chr(topic_words.ZERO + round(weight / step)) for weight in column))
    return said, " ".join(vectors.get_feature_names_out()), kept


def features(made: Measures) -> dict[str, float]:
    return {f"{row}:{at}": value for row, values in made for at, value in enumerate(values) if value}


def counted(articles: list[Article], odds: list[list[float]], least: float, most: int) -> tuple[float, float, float]:
    hits = said = due = 0
    for one, values in zip(articles, odds, strict=True):
        ranked = sorted(((value, ident) for value, (ident, _) in zip(values, one.topics, strict=True)), reverse=True)
        kept = [ident for value, ident in ranked if value >= least][:most]
        if not kept:
            kept = [ident for _, ident in ranked if ident in one.said][:1]
        hits, said, due = hits + len(one.due & set(kept)), said + len(kept), due + len(one.due)
    return hits / max(1, said), hits / max(1, due), 2 * hits / max(1, said + due)


def fit(
    articles: list[Article], before: dict[str, float]
) -> tuple[Callable[[list[Article]], list[list[float]]], dict[str, float]]:
    """A judge of articles that was fitted on these from the weights before, and its weights."""
    import numpy as np
    from scipy.optimize import minimize
    from scipy.special import expit
    from sklearn.feature_extraction import DictVectorizer

    vectors = DictVectorizer()
    x = vectors.fit_transform([features(made) for one in articles for _, made in one.topics])
    sign = np.array([1.0 if ident in one.due else -1.0 for one in articles for ident, _ in one.topics])
    trust = np.array([OWN[one.language or "en"] if "gold" in one.file else 1.0 for one in articles for _ in one.topics])
    names = vectors.get_feature_names_out()
    start = np.array([before.get(name, 0.0) for name in names])
    held = np.array([STRENGTH * (OF_ONE if name.startswith("of ") else 1.0) for name in names])

    def loss(weights: Any) -> tuple[float, Any]:
        margin, moved = sign * (x @ weights), weights - start
        slope = held * moved - x.T @ (trust * sign * expit(-margin))
        return trust @ np.logaddexp(0, -margin) + held @ moved**2 / 2, slope

    fitted = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 400}).x
    found = before | dict(zip(names, map(float, fitted), strict=True))

    def judge(others: list[Article]) -> list[list[float]]:
        weigh = [[features(made) for _, made in one.topics] for one in others]
        return [[sum(found.get(name, 0.0) * value for name, value in one.items()) for one in some] for some in weigh]

    return judge, found


def crossed(articles: list[Article], what: str, before: dict[str, float]) -> dict[str, float]:
    """Prints how good the choice is where an article was not fitted on; → by language the odds from which it is best."""
    number = {id(one): at % FOLDS for at, one in enumerate(sorted(articles, key=lambda one: zlib.crc32(repr(one[:2]).encode())))}
    held: dict[int, list[float]] = {}
    for fold in range(FOLDS):
        judge, _ = fit([one for one in articles if number[id(one)] != fold], before)
        some = [one for one in articles if number[id(one)] == fold]
        held |= {id(one): values for one, values in zip(some, judge(some), strict=True)}

    def figures(some: list[Article], least: float) -> tuple[float, float, float]:
        return counted(some, [held[id(one)] for one in some], least, MOST[what])

    found = {}
    for language in ("zh", "en"):
        mine = [one for one in articles if (one.language == "zh") == (language == "zh")]
        news = [one for one in mine if "gold" not in one.file]
        f1 = {at: figures(news, at / 10)[2] for at in range(-22, 13)}
        # one alone is chance
        found[language] = max(range(-20, 11), key=lambda at: sum(f1[at + by] for by in (-2, -1, 0, 1, 2))) / 10
        print(f"{what}, {language}: from {found[language]:.1f} on")
        groups: defaultdict[str, list[Article]] = defaultdict(list, {"all news": news})
        for one in mine:
            groups[one.file].append(one)
        for name, some in groups.items():
            precision, recall, both = figures(some, found[language])
            print(f"  {name:30} F1 {both:.3f} (P {precision:.3f}, R {recall:.3f})")
    return found


def lines(found: dict[str, float], least: dict[str, float]) -> str:
    rows: defaultdict[str, dict[int, float]] = defaultdict(dict)
    shift = {0: least["zh"], 3: least["en"] - least["zh"]}  # of what stands always, and where words stand between blanks
    for name, value in found.items():
        row, _, at = name.rpartition(":")
        rows[row][int(at)] = value - (shift.get(int(at), 0.0) if row in ("text", "only text") else 0.0)
    kept = {
        row: values
        for row, values in rows.items()
        if any(abs(value) >= (LEAST_OF_PAIR if " with " in row else LEAST) for value in values.values())
    }
    return "".join(
        f"  {row} | {' '.join(f'{values.get(at, 0.0):.2f}' for at in range(max(values) + 1))}\n"
        for row, values in sorted(kept.items())
    )


def main() -> None:
    given = asked(__doc__)
    rows = [
        (f"{path.parent.name}/{path.name}", json.loads(line))
        for path in given.files
        for line in path.read_text("utf-8").splitlines()
    ]
    standing = {what: weights(what) for what in MOST}
    models: defaultdict[str, list[str]] = defaultdict(list)
    for what in MOST:
        collected = [unweighed(file, row, what) for file, row in rows]
        articles = []
        for language in ("zh", "en"):
            mine = [one for one in collected if one.topics.text.is_spaced == (language == "en")]
            said, known, topics = of_words(mine)
            articles += map(weighed, mine, said)
            models[language] = models[language] or [f"words | {known}"]
            models[language] += [f"{KINDS[what]} {ident} | {step:.4g} | {kept}" for ident, (step, kept) in topics.items()]
        before = {f"{row}:{at}": value for row, values in standing[what].items() for at, value in enumerate(values)}
        least = crossed(articles, what, before)
        if given.write:
            path = DATA / "topics.yaml"
            above = path.read_text("utf-8") if what == "industries" else HEADER
            path.write_text(f"{above}{what}: |\n{lines(fit(articles, before)[1], least)}", "utf-8")
            weights.cache_clear()  # industries are weighed beside the technologies that are chosen now
            table.cache_clear()
    for language, made in models.items() if given.write else ():
        (DATA / f"topic_words_{language}.txt").write_text(WORDS + "\n".join(made) + "\n", "utf-8")


if __name__ == "__main__":
    main()
