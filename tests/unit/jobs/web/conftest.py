"""What the tests of the pages begin with: the newsroom's archive, and the app in front of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from jobs.web.app import create
from storage.db.database import Database
from tests import press


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Database]:
    db = press.opened(tmp_path / "zhixun.db")
    yield db
    db.close()


@pytest.fixture
def app(archive: Database) -> FastAPI:
    return create(press.parts(archive))
