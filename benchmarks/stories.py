"""Pairs of articles with what is right: do they tell one event, and does the second one raise an alert?

    python benchmarks/stories.py pairs.jsonl [--show folds] [--kind stage]
    python benchmarks/stories.py tests/data/story_pairs_unseen.jsonl.xz --split held

A line of the file is ``{"same": 0, "kind": "stage", "lang": "zh-en", "one": headline, "other": …, "one_text": …, "other_text": …}``.
`same` asks `same_story`. `folds` stores both through the real store, the second some hours after the first, and asks whether a rule that matches
everything was alerted once: reprints, candidates and all. Only folds may not err; the kinds are counted, and items are shown on request.
"""

from __future__ import annotations

import argparse
import json
import lzma
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlalchemy.orm import Session

from crawler.record import Record
from storage.archive import articles
from storage.archive.articles import AlertDraft
from storage.db.database import Database, open_database
from storage.stories.compare import same_story
from storage.stories.fingerprint import fingerprint

NOW = datetime(2026, 3, 9, 8, tzinfo=UTC)
LATER = timedelta(hours=5)  # from one article to the other
ALERT = AlertDraft("all", "1", ("desk",), {"record": {}, "matched": []})


@dataclass(frozen=True)
class Pair:
    """Two records, what is right of them, and what was answered."""

    right: bool
    kind: str
    lang: str
    records: tuple[Record, Record]
    same: bool
    folds: bool
    reason: str


class _Undo(Exception):
    """Takes the pair out of the store again, so that the next one meets nobody."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--split", help="only the lines whose `split` is this")
    parser.add_argument("--kind", help="only this kind")
    shown = ("folds", "missed", "same", "unsame")
    parser.add_argument("--show", choices=shown, help="wrong folds, folds missed, wrong or missed sameness")
    given = parser.parse_args()
    rows = [row for row in rows_of(given.file) if given.split in (None, row.get("split")) and given.kind in (None, row["kind"])]
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/stories.db")
        database.upgrade()
        pairs = [_judge(database, row) for row in rows]
        database.close()
    _print(pairs, rows)
    wrong = {
        "folds": [pair for pair in pairs if pair.folds and not pair.right],
        "missed": [pair for pair in pairs if pair.right and not pair.folds],
        "same": [pair for pair in pairs if pair.same and not pair.right],
        "unsame": [pair for pair in pairs if pair.right and not pair.same],
    }
    for pair in wrong.get(given.show, ()):
        print(f"\n{pair.kind} {pair.lang}: {pair.reason}", *(f"\n  {one.title}\n    {one.text}" for one in pair.records), sep="")


def rows_of(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a file, packed or not."""
    read = lzma.open if path.suffix == ".xz" else open
    with read(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _judge(database: Database, row: dict[str, Any]) -> Pair:
    texts = ((row["one"], row["one_text"]), (row["other"], row["other_text"]))
    records = [
        Record(title, f"https://site-{number}.example/1", text, source=f"s{number}", published=NOW + number * LATER)
        for number, (title, text) in enumerate(texts)
    ]
    one, other = records
    verdict = same_story(fingerprint(other), fingerprint(one))
    stored: list[articles.Stored] = []

    def tried(session: Session) -> None:
        for record in records:
            stored.append(articles.store(session, record, key=record.link, alerts=(ALERT,), now=record.published or NOW))
        raise _Undo

    try:
        database.write_now(tried)
    except _Undo:
        pass
    reason = f"{verdict.reason}; stored: {stored[1].reason}"
    return Pair(bool(row["same"]), row["kind"], row["lang"], (one, other), verdict.same, bool(stored[1].alerts_folded), reason)


def _print(pairs: list[Pair], rows: list[dict[str, Any]]) -> None:
    print(f"{'':24}{'pairs':>6}{'same':>6}{'folds':>6}   right same/folds, wrong same/folds")
    for kind in sorted({pair.kind for pair in pairs}):
        mine = [pair for pair in pairs if pair.kind == kind]
        print(f"{kind:24}{_counts(mine)}")
    for lang in sorted({pair.lang for pair in pairs}):
        print(f"{lang:24}{_counts([pair for pair in pairs if pair.lang == lang])}")
    print(f"{'all':24}{_counts(pairs)}")
    for what in ("same", "folds"):
        print(f"{what:6} {_scores(pairs, what)}")
    wrong = Counter(pair.kind for pair in pairs if pair.folds and not pair.right)
    print(f"wrong folds by kind: {', '.join(f'{kind} {count}' for kind, count in wrong.most_common()) or 'none'}")
    _print_cost(rows)


def _counts(pairs: list[Pair]) -> str:
    def count(what: str, right: bool) -> int:
        return sum(getattr(pair, what) and pair.right is right for pair in pairs)

    both = [count(what, right) for right in (True, False) for what in ("same", "folds")]
    return f"{len(pairs):6}{both[0] + both[2]:6}{both[1] + both[3]:6}   {both[0]:4}/{both[1]:<4} {both[2]:4}/{both[3]:<4}"


def _scores(pairs: Iterable[Pair], what: str) -> str:
    said = [pair for pair in pairs if getattr(pair, what)]
    right, there = sum(pair.right for pair in said), sum(pair.right for pair in pairs)
    return f"precision {right / max(1, len(said)):.3f} ({len(said) - right} of {len(said)} wrong)  recall {right / max(1, there):.3f} ({right} of {there})"


def _print_cost(rows: list[dict[str, Any]]) -> None:
    started = time.perf_counter()
    prints = [fingerprint(Record(row[who], "", row[f"{who}_text"], published=NOW)) for row in rows for who in ("one", "other")]
    marked = time.perf_counter() - started
    started = time.perf_counter()
    for _ in range(5):
        for first in range(len(prints) - 1):
            same_story(prints[first], prints[first + 1])
    judged = (time.perf_counter() - started) / 5
    each = max(1, len(prints))
    print(f"cost: {1e3 * marked / each:.2f} ms an article for its marks, {1e6 * judged / each:.0f} µs a comparison")


if __name__ == "__main__":
    main()
