"""Fits what makes one article a retelling of another, crawler/data/retellings.txt and news_words.txt; says how many are found on days that the
fit has not seen.

    python -m benchmarks.fit_retellings --peers DIR --days FILE… --pairs FILE… --news FILE… [--write]

A line of a file of days is an article: event, title, text, published, source; those of one event tell it. A line of a file of pairs is as
benchmarks/stories.py has them. Of news only title and text count, and how many have a word. Needs numpy and scikit-learn, from --peers.
"""

from __future__ import annotations

import argparse
import math
import sys
import zlib
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from benchmarks.stories import rows_of
from crawler.nlp.languages import language_of
from crawler.nlp.lexicon import DATA
from crawler.record import Record
from crawler.text import normal
from storage.stories import compare, proof, wording
from storage.stories.fingerprint import StoryPrint, fingerprint, keys

OFTEN = 20  # articles that a word stands in to be listed
STRENGTH = 0.1  # of regularisation (L2), inverse
OF_PAIR = 4.0  # what a pair weighs beside one of the days: it was made to be hard
HEADERS = {
    "retellings.txt": "# What makes one article a retelling of another (storage/stories/wording.py): log-odds | sign.\n",
    "news_words.txt": "# How rare the words are that stand in many news (storage/stories/wording.py): nats | words.\n",
}


class Case(NamedTuple):
    """Two articles: whether they tell one event, what is weighed, whether they are likely one without it; the day's file, and the later article."""

    same: bool
    features: dict[str, float]
    likely: bool
    of: str
    later: int


def case(same: bool, one: StoryPrint, other: StoryPrint, of: str, later: int = 0) -> Case | None:
    """None where something separates them for certain, whatever they share."""
    verdict, found = compare.same_story(one, other), proof.signs(one, other)
    if verdict.apart is not None or proof.updates(one, other):
        return None
    likely = verdict.sure or (proof.weigh(found) >= proof.ENOUGH and proof.may_repeat(one, other, found))
    return Case(same, wording.features(one.worded, other.worded, found), likely, of, later)


def of_days(path: Path) -> Iterator[Case]:
    told = sorted(rows_of(path), key=lambda row: datetime.fromisoformat(row["published"]))
    prints = [
        fingerprint(Record(row["title"], "", row["text"], published=datetime.fromisoformat(row["published"]))) for row in told
    ]
    known = [set(keys(one)) for one in prints]
    for later, row in enumerate(told):
        for earlier in range(later):
            if known[later] & known[earlier]:
                made = case(row["event"] == told[earlier]["event"], prints[later], prints[earlier], str(path), later)
                if made:
                    yield made


def of_pairs(path: Path) -> Iterator[Case]:
    for row in rows_of(path):
        if row.get("one_text") and row.get("other_text"):
            one, other = (fingerprint(Record(row[name], "", row[f"{name}_text"])) for name in ("one", "other"))
            if made := case(bool(row["same"]), one, other, "", zlib.crc32(row["one"].encode())):
                yield made


def rarities(paths: list[Path]) -> dict[str, float]:
    """Nats of surprise of the words that stand in OFTEN articles of a language or more."""
    found: dict[str, float] = {}
    seen: dict[str, Counter[str]] = {"zh": Counter(), "en": Counter()}
    many: Counter[str] = Counter()
    for path in paths:
        for row in rows_of(path):
            language = "zh" if language_of(row["text"]) == "zh" else "en"
            many[language] += 1
            seen[language].update(set(wording.words(normal(f"{row['title']}\n{row['text']}"))))
    for language, counts in seen.items():
        for word, count in counts.items():
            if count >= OFTEN:
                found[word] = round(math.log(many[language] / count), 1)
    return found


def fitted(names: list[str], cases: list[Case]) -> dict[str, float]:
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    others = [name for name in names if name != "always"]
    x = np.array([[one.features.get(name, 0.0) for name in others] for one in cases])
    scale = StandardScaler().fit(x)
    weights = [1.0 if one.of else OF_PAIR for one in cases]
    model = LogisticRegression(C=STRENGTH, max_iter=2000).fit(scale.transform(x), [one.same for one in cases], weights)
    raw = model.coef_[0] / scale.scale_
    found = {name: round(float(weight), 2) for name, weight in zip(others, raw, strict=True)}
    return {"always": round(float(model.intercept_[0] - (raw * scale.mean_).sum()), 2)} | {n: w for n, w in found.items() if w}


def points(weights: dict[str, float], one: Case) -> float:
    return wording.log_odds(one.features, weights) if wording.may_retell(one.features) else -math.inf


def measured(held: list[Case], weights: dict[str, float], least: float) -> Counter[str]:
    """Of the articles that have one before them: those that are taken for retellings, rightly and wrongly; of pairs, those not likely before."""
    counts: Counter[str] = Counter()
    best: dict[tuple[str, int], tuple[float, bool]] = {}
    for one in held:
        said = math.inf if one.likely else points(weights, one)
        if one.of:
            best[one.of, one.later] = max(best.get((one.of, one.later), (-math.inf, False)), (said, one.same))
        elif said >= least:
            counts["pairs right" if one.same else "pairs wrong"] += 1
    for said, same in best.values():
        if said >= least:
            counts["right" if same else "wrong"] += 1
    return counts


def main() -> None:
    """Fits, prints, and writes where that is asked."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--peers", required=True)
    options.add_argument("--days", type=Path, nargs="+", required=True)
    options.add_argument("--pairs", type=Path, nargs="+", default=[])
    options.add_argument("--news", type=Path, nargs="+", default=[], help="to count the words of anew, before anything else")
    options.add_argument("--write", action="store_true")
    chosen = options.parse_args()
    sys.path.append(chosen.peers)
    if chosen.news:
        groups: dict[float, list[str]] = {}
        for word, rarity in sorted(rarities(chosen.news).items()):
            groups.setdefault(rarity, []).append(word)
        text = "".join(f"{rarity} | {';'.join(of)}\n" for rarity, of in sorted(groups.items()))
        (DATA / "news_words.txt").write_text(HEADERS["news_words.txt"] + text, "utf-8")
        wording._rarity.cache_clear()
    days = [one for path in chosen.days for one in of_days(path)]
    pairs = [one for path in chosen.pairs for one in of_pairs(path)]
    names = sorted({name for one in (*days, *pairs) for name in one.features})
    retold = sum(count - 1 for path in chosen.days for count in Counter(row["event"] for row in rows_of(path)).values())
    for least in (3.5, 4.5, wording.SURELY, 6.0):
        counts: Counter[str] = Counter()
        for number, path in enumerate(chosen.days):
            kept = [one for one in days if one.of != str(path)]
            kept += [one for one in pairs if one.later % len(chosen.days) != number]
            held = [one for one in days if one.of == str(path)] + [one for one in pairs if one.later % len(chosen.days) == number]
            counts += measured(held, fitted(names, kept), least)
        print(
            f"{least}: {counts['right']} of {retold} retellings, {counts['wrong']} wrong; pairs {counts['pairs right']}, wrong {counts['pairs wrong']}"
        )
    if chosen.write:
        heaviest = sorted(fitted(names, [*days, *pairs]).items(), key=lambda one: (-one[1], one[0]))
        text = "".join(f"{weight} | {name}\n" for name, weight in heaviest)
        (DATA / "retellings.txt").write_text(HEADERS["retellings.txt"] + text, "utf-8")


if __name__ == "__main__":
    main()
