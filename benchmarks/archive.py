"""The archive: search, a rule's trial, status and storing, beside SQL's LIKE and a scan, in one run.

    python benchmarks/archive.py TEXTS… [--records 20000] [--database URL] [--stored 200]

TEXTS are files of any kind with news texts in them (JSON Lines, .xz too, TSV, plain); their sentences are recombined and names are
invented as the archive grows, so that the vocabulary grows as in news. The records lie over a year. Times are milliseconds by the wall
and, in brackets, of CPU: on a busy machine only the latter can be compared.
"""

from __future__ import annotations

import argparse
import json
import lzma
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlalchemy import insert, or_, select, text

from crawler.nlp.lexicon import Name, names
from crawler.record import Company, Fact, Record
from storage.archive import articles, derived, queries, search
from storage.archive.search import Bounds
from storage.db.database import Database, open_database
from storage.db.mapping import record_to_row
from storage.db.models import article
from storage.rules.parser import Query, parse
from storage.rules.ruleset import search as verify

NOW = datetime(2026, 11, 24, tzinfo=UTC)
YEAR = timedelta(days=365)
HAN = "星河云栈北原深蓝江湾滨青禾远岸南屏西岭白塔长渚东浦天枢海角明德启元数聚智擎光年微澜拓界知行"
ENDS = ("科技", "智能", "机器人", "半导体")
ALIASES = {"twenty": [*(f"{a}{b}科技" for a in "星云北江" for b in "河原湾滨"), "芯片", "Nvidia", "大模型", "算力"]}
QUERIES = {
    "common": "公司",
    "common, Latin": "the",
    "rare": "星河科技",
    "absent": "zzqqxx",
    "two Han characters": "芯片",
    "phrase": '"人工智能技术"',
    "near": "near(公司, 技术, 10)",
    "AND, NOT": "(大模型 OR 芯片) AND 上海 NOT 招聘",
    "alias of 20": "@twenty AND 上海",
    "field and date": "tech:大语言模型 published:>=2026-10-01",
    "company": "company:英伟达",
}


def sentences(paths: list[str]) -> list[str]:
    """All sentences of some length in the files."""
    found: dict[str, None] = {}
    for path in map(Path, paths):
        raw = (lzma.decompress(path.read_bytes()) if path.suffix == ".xz" else path.read_bytes()).decode("utf-8", "replace")
        for line in raw.splitlines():
            text = " ".join(_strings(json.loads(line))) if line.startswith("{") else line
            found.update(
                dict.fromkeys(
                    s.strip() for s in re.split(r"(?<=[。！？])|(?<=[.!?]) |\n|\t", text) if 12 < len(s) < 300 and "<" not in s
                )
            )
    return list(found)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)
    elif isinstance(value, str):
        yield value


def corpus(pool: list[str], count: int, first: int = 0) -> Iterator[Record]:
    """Records from a seed, from a year ago until now."""
    rng = random.Random(first + 5)
    han = [s for s in pool if re.search("[\u4e00-\u9fff]", s)]
    latin = [s for s in pool if s.isascii()]
    known = {kind: list(names(kind).values()) for kind in ("technology", "industry", "company")}
    for number in range(first, first + count):
        zh = rng.random() < 0.6
        chosen = rng.choices(han if zh else latin, k=rng.randint(5, 25))
        new = "".join(rng.choices(HAN, k=2)) + rng.choice(ENDS)
        own = f"{new}{number % 7919}" if rng.random() < 0.3 else new
        text = "\n".join(f"{own}{s}" if rng.random() < 0.1 else s for s in chosen)
        technologies, industries, companies = (
            _some(rng, known[kind], most, zh) for kind, most in (("technology", 8), ("industry", 3), ("company", 6))
        )
        facts = tuple(
            Fact("technology", value, value, "builtin", 10, 10 + len(value), 0.8)
            for value in (*technologies, *industries, *companies)
        )
        yield Record(
            f"{own}{rng.choice(chosen)[:30]}", f"https://news.example/{number}", text, summary=text[:200], keywords=(own, *technologies[:5]),
            ai_technologies=technologies, industries=industries, companies=tuple(map(Company, companies)), facts=facts,
            language="zh" if zh else "en", source=f"source-{number % 40}", published=NOW - YEAR * (1 - (number % 1_000_000) / max(count, 1)) if not first else NOW,
        )  # fmt: skip


def _some(rng: random.Random, known: list[Name], most: int, zh: bool) -> tuple[str, ...]:
    return tuple({one.in_language("zh" if zh else "en") for one in rng.choices(known, k=rng.randint(0, most))})


def fill(db: Database, pool: list[str], count: int) -> None:
    """Put the records in without looking for reprints and stories, which would take hours."""
    batch: list[Record] = []
    for record in corpus(pool, count):
        batch.append(record)
        if len(batch) == 500:
            db.write_now(lambda s, batch=batch: _insert(s, batch))
            batch = []
    db.write_now(lambda s: _insert(s, batch))
    if not db.path:  # PostgreSQL has not counted the ids that were given
        db.write_now(
            lambda s: s.execute(text("SELECT setval(pg_get_serial_sequence('article', 'id'), (SELECT max(id) FROM article))"))
        )


def _insert(session, batch: list[Record]) -> None:
    if not batch:
        return
    first = (session.scalar(select(article.c.id).order_by(article.c.id.desc()).limit(1)) or 0) + 1
    rows = []
    for number, record in enumerate(batch, first):
        own = {
            "id": number,
            "story": number,
            "link_key": record.link,
            "tags": [],
            "first_seen": record.published,
            "updated_at": NOW,
        }
        rows.append(record_to_row(record) | own | {"shown_at": record.published})
        derived.put(session, replace(record, id=number, story=number), (), record.published)
    session.execute(insert(article), rows)


def timed(work: Callable[[], object], rounds: int = 7) -> str:
    """p50 and p95 of some rounds: wall (CPU)."""
    walls, cpus = [], []
    for _ in range(rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        walls.append((time.perf_counter() - wall) * 1000)
        cpus.append((time.process_time() - cpu) * 1000)
    p95 = lambda values: sorted(values)[min(len(values) - 1, round(len(values) * 0.95))]  # noqa: E731
    return f"{statistics.median(walls):8.1f} / {p95(walls):8.1f}   ({statistics.median(cpus):7.1f} / {p95(cpus):7.1f})"


def by_scan(session, query: Query, limit: int) -> None:
    """As it was before there was an index."""
    found = 0
    for record, tags in queries.tagged(session):
        found += verify(query, record, tags, NOW) is not None
        if found == limit:
            return


def by_like(session, word: str) -> None:
    like = or_(article.c.title.contains(word), article.c.text.contains(word))
    session.execute(select(article.c.id).where(like).order_by(article.c.shown_at.desc(), article.c.id.desc()).limit(20)).all()


def trial(db: Database, query: Query) -> int:
    """The matches of 30 days, each judged as of its own day."""
    month = Bounds(since=NOW - timedelta(days=30))
    return db.read(
        lambda s: sum(verify(query, r, tags, r.first_seen) is not None for r, tags in search.candidates(s, query, month))
    )


def measure(db: Database, scans: bool) -> None:
    print(f"{'search for 20 hits':24} wall p50 / p95       (CPU p50 / p95)      about, examined")
    for name, written in QUERIES.items():
        query = parse(written, ALIASES)
        found = db.read(lambda s, q=query: search.search(s, q, now=NOW))
        ways = timed(lambda q=query: db.read(lambda s: search.search(s, q, now=NOW)))
        print(f"{name:24} {ways}   {found.about}, {found.examined}, hits {len(found.records)}", flush=True)
    for word in ("星河科技", "zzqqxx", "芯片") if scans else ():
        print(f"{'LIKE ' + word:24} {timed(lambda w=word: db.read(lambda s: by_like(s, w)), 2)}", flush=True)
    if scans:
        print(f"{'scan zzqqxx':24} {timed(lambda: db.read(lambda s: by_scan(s, parse('zzqqxx'), 20)), 1)}", flush=True)
    for written in ("大模型 AND 上海", "公司"):
        query = parse(written)
        print(f"{'trial of 30 days: ' + written:24} {timed(partial(trial, db, query), 2)}", flush=True)
    print(f"{'status':24} {timed(lambda: db.read(lambda s: queries.status(s, NOW)))}", flush=True)


def store(db: Database, pool: list[str], count: int, what: str) -> None:
    """How fast new articles are stored, with everything that belongs to it, so many waiting at a time."""
    records = list(corpus(pool, count, first=random.Random(what).randrange(10**7, 10**9)))
    wall, cpu = time.perf_counter(), time.process_time()
    calls = [db.writer.submit(lambda s, r=record: articles.insert_record(s, r, key=r.link, now=NOW)) for record in records]
    for call in calls:
        call.result()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"stored {what:17} {count / wall:6.0f} records/s, {cpu / count * 1000:.1f} ms CPU a record", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("texts", nargs="+")
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--database")
    parser.add_argument("--stored", type=int, default=200, help="articles stored one by one, at the beginning and at the end")
    parser.add_argument("--no-scans", action="store_true")
    given = parser.parse_args()
    pool = sentences(given.texts)
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(open_database(given.database or f"sqlite:///{folder}/archive.db")) as db,
    ):
        db.upgrade()
        print(f"{len(pool):,} sentences, {given.records:,} records, {db.name.partition(':')[0]}", flush=True)
        store(db, pool, given.stored, "empty")
        wall, cpu = time.perf_counter(), time.process_time()
        fill(db, pool, given.records)
        print(
            f"filled in {time.perf_counter() - wall:.0f} s ({(time.process_time() - cpu) / given.records * 1000:.1f} ms CPU a record)",
            flush=True,
        )
        if db.path:
            print(f"{db.path.stat().st_size / given.records / 1024:.1f} KB a record", flush=True)
        store(db, pool, given.stored, "full")
        measure(db, not given.no_scans)


if __name__ == "__main__":
    main()
