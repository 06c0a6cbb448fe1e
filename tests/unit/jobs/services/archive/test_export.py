"""Exports: by query and rule what search and rules say; as tables nothing is lost, and the queries of the documentation answer."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest

from crawler.record import Company, Event, Fact, Record
from jobs.formats import parquet
from jobs.services.archive import export
from jobs.services.lookup import Unknown
from storage.archive import articles, derived
from storage.archive.search import EVERYWHERE, Bounds
from storage.db.database import Database
from tests.archive import CONFIG, HOUR, NOW, TITLES, fill

PAGE = (Path(__file__).parents[5] / "docs" / "analysis.md").read_text("utf-8")
QUERIES = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
MARCH = datetime(2026, 3, 31, 15, 0, tzinfo=UTC)  # 23:00 in Shanghai


def titles(db: Database, bounds: Bounds = EVERYWHERE, **asked: str) -> list[str]:
    return db.read(lambda s: [record.title for record in export.chosen(s, CONFIG, NOW, bounds, **asked)])


def test_a_query_a_rule_a_time_and_a_source_choose(db: Database) -> None:
    fill(db)
    assert titles(db) == [TITLES[number] for number in (6, 5, 4, 3, 2, 1, 0)]
    assert titles(db, query="大模型") == [TITLES[number] for number in (6, 4, 1, 0)]
    assert titles(db, rule="models") == [TITLES[number] for number in (6, 4, 0)]
    assert titles(db, rule="local") == [TITLES[number] for number in (6, 4, 2, 0)]  # of the sources that it listens to
    assert titles(db, Bounds(since=NOW - 2 * HOUR), query="大模型") == [TITLES[6]]
    assert titles(db, Bounds(source="ledger"), query="大模型") == [TITLES[1]]
    with pytest.raises(Unknown, match="models"):
        titles(db, rule="modles")


def put(db: Database) -> None:
    """Two in March, one in April of Shanghai's time, told by two articles."""

    def store(session: Any) -> None:
        derived.settle(session, "Asia/Shanghai")
        for number, (at, company) in enumerate(((MARCH, "智谱"), (MARCH + HOUR, "智谱"), (MARCH - 40 * HOUR, "英伟达"))):
            text = f"{company}完成{number + 1}亿元融资。第{number}篇，{'甲乙丙'[number] * 80}。"
            event = Event(f"{company}完成{number + 1}亿元融资", text[:12], "funding", (company,), amount=f"{number + 1}亿元")
            facts = (
                Fact("event", event.headline, text[:12], "builtin", 0, 12),
                Fact("technology", "AI芯片", text[:3], "builtin", 0, 3),
            )
            record = Record(
                event.headline, f"https://a.example/{number}", text, events=(event,), companies=(Company(company, "actor"),),
                ai_technologies=("AI芯片",), industries=("金融",), facts=facts, language="zh", published=at, source="s", author=None,
            )  # fmt: skip
            articles.store(session, record, key=record.link, now=at)

    db.write_now(store)


def tables(db: Database, folder: Path) -> int:
    records = lambda s: export.chosen(s, CONFIG, NOW, EVERYWHERE)  # noqa: E731
    zone = ZoneInfo("Asia/Shanghai")
    return db.read(lambda s: parquet.write(folder, export.with_mentions(s, records(s)), zone))


def test_each_month_of_each_table_is_a_file_with_all_there_is(db: Database, tmp_path: Path) -> None:
    put(db)
    assert tables(db, tmp_path / "archive") == 3
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.parquet")) == [
        f"archive/{table}/{month}.parquet" for table in sorted(parquet.TABLES) for month in ("2026-03", "2026-04")
    ]
    with duckdb.connect() as duck:
        duck.execute("SET TimeZone = 'UTC'")
        read = lambda sql: duck.execute(sql.replace("@", f"{tmp_path}/archive/")).fetchall()  # noqa: E731
        assert read("select title, events[1].amount, companies[1].role, author from '@records/2026-03.parquet' order by id") == [
            ("智谱完成1亿元融资", "1亿元", "actor", None), ("英伟达完成3亿元融资", "3亿元", "actor", None),
        ]  # fmt: skip
        assert read("select count(*), min(start), max(score) from '@facts/*.parquet'") == [(6, 0, 1.0)]
        assert read("select day, kind, key, acts from '@mentions/2026-04.parquet' where kind = 'company'") == [
            (date(2026, 4, 1), "company", "zhipu", True)
        ]


def test_the_queries_of_the_documentation_answer(db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(db)
    tables(db, tmp_path / "archive")
    monkeypatch.chdir(tmp_path)
    with duckdb.connect() as duck:
        attention, acting, money = (duck.execute(query).fetchall() for query in QUERIES)
    assert [(month, stories, share) for month, _, stories, share in attention] == [("2026-03", 2, 1.0), ("2026-04", 1, 1.0)]
    assert {(company, industry) for company, industry, _ in acting} >= {("英伟达", "金融")}
    assert [(actors, amount) for _, actors, amount, *_ in money] == [
        (["英伟达"], "3亿元"),
        (["智谱"], "1亿元"),
        (["智谱"], "2亿元"),
    ]


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    assert parquet.write(tmp_path / "archive", [], UTC) == 0  # an empty one will do
    with pytest.raises(FileExistsError, match="name a new folder"):
        parquet.write(tmp_path / "archive", [], UTC)


def test_an_export_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def ends_early():
        yield [replace(Record("a", "https://a.example/", ""), first_seen=NOW, id=1)], {}
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="gone"):
        parquet.write(tmp_path / "archive", ends_early(), UTC)
    assert not list(tmp_path.iterdir())


def test_what_is_exported_is_read_as_it_is_asked_for(db: Database) -> None:
    fill(db)
    with db.reader() as session:
        records = export.chosen(session, CONFIG, NOW, EVERYWHERE, query="大模型")
        assert next(records).title == TITLES[6]
