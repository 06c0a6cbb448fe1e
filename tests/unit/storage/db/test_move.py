"""An archive goes from SQLite to PostgreSQL and back, with all that is planned, and goes on counting where it was."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select

from crawler.record import Record
from storage.archive import articles, derived, queries
from storage.db import models
from storage.db.database import Database, open_database
from storage.db.errors import StorageError
from storage.db.move import OF_RUNNING_PROGRAMS, WORKED_OUT, move
from tests.conftest import NewUrl
from tests.schemas import NOW, fill


def contents(db: Database) -> dict[str, list]:
    left_out = (*WORKED_OUT, *OF_RUNNING_PROGRAMS)
    tables = [table for table in models.metadata.sorted_tables if table.name not in left_out]
    return {table.name: db.read(lambda s, t=table: s.execute(select(t).order_by(*t.primary_key)).all()) for table in tables}


@pytest.mark.postgres
def test_all_rows_go_there_and_back(tmp_path: Path, postgres_url: NewUrl) -> None:
    steps: list[str] = []
    with (
        closing(open_database(f"sqlite:///{tmp_path}/one.db")) as one,
        closing(open_database(postgres_url())) as server,
        closing(open_database(f"sqlite:///{tmp_path}/two.db")) as two,
    ):
        one.upgrade()
        fill(one)
        counts = move(one, server, lambda name, _count: steps.append(name))
        assert contents(server) == contents(one)
        assert counts["article"] == 3
        assert "article" in steps
        made = server.write_now(
            lambda s: articles.store(s, Record("潮汐站重开", "https://c.example/9", "潮汐站今日重开。" * 9), key="c/9", now=NOW)
        )
        assert made.article_id == 4, "it counts on"
        move(server, two, lambda *_: None)
        assert contents(two) == contents(server)
        two.write_now(lambda s: derived.restart(s, "Asia/Shanghai"))
        while derived.advance(two):
            pass
        assert two.read(derived.check) == []
        assert two.read(queries.count_records) == 4


def test_nothing_is_put_on_top_of_another_archive(db: Database, tmp_path: Path) -> None:
    with closing(open_database(f"sqlite:///{tmp_path}/other.db")) as other:
        other.upgrade()
        fill(other)
        fill(db)
        with pytest.raises(StorageError, match="already"):
            move(other, db, lambda *_: None)
        assert db.read(lambda s: s.scalar(select(func.count()).select_from(models.article))) == 3
