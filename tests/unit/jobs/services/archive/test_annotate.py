"""`records annotate`: the archive is analysed again where it must be, goes on after a kill, and alerts nobody."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from crawler import url
from crawler.errors import ReadError
from crawler.nlp.lexicon import UserTerm
from crawler.record import Fact, Record
from crawler.sandbox.pool import Readers
from crawler.stages import add as adding
from jobs.config.load import load
from jobs.config.models import Config
from jobs.services.archive import annotate
from storage.archive import annotations as annotating
from storage.archive import articles, queries
from storage.db import models
from storage.db.database import Database, open_database
from tests.model_server import MODEL, completion, said
from tests.vendors import Vendor

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
WORDS = ("质检", "排产", "仓储", "巡检", "读片", "客服", "翻译", "调度")
ROOT = Path(__file__).parents[5]


def record(number: int, **values: object) -> Record:
    what = WORDS[number % len(WORDS)]
    text = f"云港集团{number}月发布第{number}款{what}大模型，参数规模{number}百亿，推理成本下降{number}成。首批{number}家工厂下月启用。"
    return replace(
        Record(f"云港发布{what}大模型{number}", f"https://a.example/{number}", text, source="a", first_seen=NOW), **values
    )  # type: ignore[arg-type]


def keep(db: Database, one: Record) -> int:
    return db.write_now(lambda s: articles.store(s, one, key=url.link_key(one.link), now=NOW)).article_id


def older(db: Database) -> None:
    """Make every record one of an older analysis."""
    db.write_now(lambda s: s.execute(update(models.article).values(analysis="builtin 0", industries=[], summary="")))


def again(db: Database, config: Config | None = None, since: datetime | None = None) -> annotate.Done:
    return asyncio.run(annotate.builtin(db, config or Config(), since, lambda _count: None))


def test_a_bare_record_is_what_the_parser_gave() -> None:
    given = record(
        3, keywords=("云港", "大模型", "工厂"), facts=(Fact("reading", "canonical", "https://a.example/x", "generic"),)
    )
    added = adding.add(given)
    assert added != given
    assert adding.add(adding.bare(added)) == added
    assert adding.bare(added).keywords == given.keywords
    assert [fact.kind for fact in adding.bare(added).facts if fact.by != "page"] == ["reading"]


def test_what_an_older_analysis_made_is_made_anew_and_nothing_else_is_touched(db: Database) -> None:
    number = keep(db, adding.add(record(1)))
    fresh = db.read(lambda s: queries.record(s, number))
    older(db)
    assert again(db) == annotate.Done(1, 0)
    assert db.read(lambda s: queries.record(s, number)) == fresh
    assert again(db) == annotate.Done(0, 0)
    assert db.read(queries.alerts) == []


def test_only_records_since_then(db: Database) -> None:
    keep(db, record(1, published=NOW - timedelta(days=40)))
    keep(db, record(2, published=NOW - timedelta(days=2)))
    assert again(db, since=NOW - timedelta(days=30)).renewed == 1


def test_what_a_model_made_and_what_someone_gave_stays(db: Database) -> None:
    by_model = keep(db, adding.add(record(1)))
    db.write_now(lambda s: s.execute(update(models.article).values(analysis=f"model:{MODEL}, builtin 0")))
    given = keep(db, record(2, keywords=("某词",), industries=("农业",)))
    again(db)
    left = {one.id: (one.analysis, one.keywords) for one in db.read(lambda s: list(queries.records(s)))}
    assert left[by_model][0] == f"model:{MODEL}, builtin 0"
    assert left[given] == (annotating.GIVEN, ("某词",))
    assert db.read(lambda s: annotating.count_outdated(s, adding.label(()), since=None)) == 0


def test_new_names_of_the_user_make_the_archive_outdated(db: Database) -> None:
    number = keep(db, adding.add(record(1, text="云港集团发布星尘架构，训练成本下降四成，首批用户是三家医院。")))
    terms = {"technologies": [{"zh": "星尘架构", "en": "Stardust architecture"}]}
    assert again(db, Config.model_validate({"analysis": {"terms": terms}})) == annotate.Done(1, 0)
    found = db.read(lambda s: queries.record(s, number))
    assert found is not None
    assert "星尘架构" in found.ai_technologies
    assert found.analysis == adding.label((UserTerm("technology", "星尘架构", "Stardust architecture"),))


CONFIG = """
database: sqlite:///{path}
sources: []
"""


def test_a_kill_costs_at_most_the_batch_in_hand(tmp_path: Path, sqlite_template: Path) -> None:
    path, config = tmp_path / "z.db", tmp_path / "config.yaml"
    path.write_bytes(sqlite_template.read_bytes())
    config.write_text(CONFIG.format(path=path), "utf-8")
    db = open_database(f"sqlite:///{path}")
    count = annotate.BATCH * 2 + 7
    for number in range(count):
        keep(db, record(number))
    command = [sys.executable, "-m", "jobs", "-c", str(config), "records", "annotate"]
    killed = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"ZHIXUN_FAILPOINT": "after-annotate-batch:1"}, capture_output=True, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    label = adding.label(())
    assert db.read(lambda s: annotating.count_outdated(s, label, since=None)) == count - annotate.BATCH
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (0, f"{count - annotate.BATCH} records analysed again by builtin, 0 failed\n")
    assert db.read(lambda s: annotating.count_outdated(s, label, since=None)) == 0
    db.close()


def by_model(db: Database, server: Vendor, **settings: object) -> Awaitable[annotate.Done]:
    analysis = {"engine": "openai", "base_url": f"{server.url}/v1", "model": MODEL, **settings}
    return annotate.by_model(db, Config.model_validate({"analysis": analysis}), None, lambda: NOW, lambda _count: None)


def with_server(db: Database, content: str, work: Callable[[Vendor], Awaitable[annotate.Done]]) -> annotate.Done:
    async def run() -> annotate.Done:
        async with Vendor(completion(content)) as server:
            return await work(server)

    return asyncio.run(run())


def test_the_archive_by_a_model_also_where_records_are_old(db: Database) -> None:
    for number in range(1, 5):
        keep(db, adding.add(record(number, published=NOW - timedelta(days=90))))
    done = with_server(db, said(keywords=["云港集团"]), lambda server: by_model(db, server))
    assert done == annotate.Done(4, 0)
    assert {one.keywords for one in db.read(lambda s: list(queries.records(s)))} == {("云港集团",)}


def test_the_archive_by_a_model_ends_with_the_tokens_of_the_month(db: Database) -> None:
    for number in range(1, 5):
        keep(db, adding.add(record(number)))
    done = with_server(db, said(keywords=["云港集团"]), lambda server: by_model(db, server, monthly_tokens=100))
    assert (done.renewed, done.failed) == (0, 0)
    assert "100 tokens of 2026-11 are used up" in done.why


async def test_children_learn_names_that_come_while_they_work() -> None:
    text = "云港集团发布星尘架构，训练成本下降四成，首批用户是三家医院。"
    readers = Readers(workers=1, deadline=30)
    try:
        before = await readers.add(record(1, text=text))
        readers.use((UserTerm("technology", "星尘架构", "Stardust architecture"),))
        after = await readers.add(record(1, text=text))
    finally:
        readers.close()
    assert "星尘架构" not in before.ai_technologies
    assert "星尘架构" in after.ai_technologies


async def test_an_answer_is_held_against_the_text_in_a_child() -> None:
    readers = Readers(workers=1, deadline=30)
    try:
        made = await readers.ground(record(1), said(keywords=["云港集团", "nowhere"]), MODEL)
        assert (made.kept, made.dropped, made.record.keywords) == (1, 1, ("云港集团",))
        with pytest.raises(ReadError, match="no JSON object"):
            await readers.ground(record(1), "no", MODEL)
    finally:
        readers.close()


@pytest.mark.parametrize(
    ("entry", "own"),
    [
        ("星尘架构", UserTerm("technology", "星尘架构")),
        (
            '{zh: 星尘架构, en: Stardust, also: ["=STAR", dust?]}',
            UserTerm("technology", "星尘架构", "Stardust", ("=STAR", "dust?")),
        ),
    ],
)
def test_names_of_the_user_come_out_of_the_configuration(tmp_path: Path, entry: str, own: UserTerm) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(f"analysis:\n  terms:\n    technologies:\n      - {entry}\n", "utf-8")
    assert load(path, {}).analysis.terms.own() == (own,)
