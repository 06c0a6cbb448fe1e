"""Copies are made when they are due, whole, private, and only so many are kept."""

import shutil
import stat
from collections import namedtuple
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jobs import backups
from jobs.app import App
from jobs.backups import Plan, is_due, take
from jobs.config.load import load
from jobs.daemon import Daemon
from storage.db.database import open_database
from storage.db.errors import Corrupt, StorageError

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("made", "due"),
    [
        ([], True),
        ([NOW - timedelta(hours=23)], False),
        ([NOW - DAY], True),
        ([NOW - 9 * DAY, NOW - timedelta(hours=1)], False),
        ([NOW + 365 * DAY], True),  # made by a clock a year ahead
        ([NOW + 365 * DAY, NOW - timedelta(hours=1)], False),
    ],
)
def test_when_a_copy_is_due(made: list[datetime], due: bool) -> None:
    assert is_due(Plan(Path(), DAY, 7), made, NOW) is due


@pytest.fixture
def file(sqlite_template: Path, tmp_path: Path) -> Path:
    path = tmp_path / "zhixun.db"
    shutil.copyfile(sqlite_template, path)
    return path


def test_a_copy_is_a_sound_private_database_and_old_ones_go(file: Path, tmp_path: Path) -> None:
    plan = Plan(tmp_path / "copies", DAY, 3)
    (tmp_path / "copies").mkdir()
    (tmp_path / "copies" / "mine.txt").write_text("not ours")
    with closing(open_database(f"sqlite:///{file}")) as db:
        made = [take(db, plan, NOW + n * DAY) for n in range(5)]
    assert sorted(backups.copies(plan.folder).values()) == made[2:]
    assert sorted(path.name for path in plan.folder.iterdir()) == ["mine.txt", *(path.name for path in made[2:])]
    assert stat.S_IMODE(made[-1].stat().st_mode) == 0o600
    with closing(open_database(f"sqlite:///{made[-1]}")) as copy:
        copy.check()
        copy.upgrade()


def test_a_damaged_database_is_not_copied_over_good_copies(file: Path, tmp_path: Path) -> None:
    plan = Plan(tmp_path / "copies", DAY, 1)
    with closing(open_database(f"sqlite:///{file}")) as db:
        good = take(db, plan, NOW)
    with file.open("r+b") as raw:
        raw.seek(4096)
        raw.write(b"\xff" * 20_000)
    with closing(open_database(f"sqlite:///{file}")) as db, pytest.raises(Corrupt):
        take(db, plan, NOW + DAY)
    assert list(backups.copies(plan.folder).values()) == [good]


def test_without_room_nothing_is_written(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(backups.shutil, "disk_usage", lambda _path: usage(10**9, 10**9, 1000))
    plan = Plan(tmp_path / "copies", DAY, 1)
    with closing(open_database(f"sqlite:///{file}")) as db, pytest.raises(StorageError, match="MiB free"):
        take(db, plan, NOW)
    assert list(plan.folder.iterdir()) == []


async def test_the_daemon_copies_when_it_is_due_and_only_then(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(f"database: sqlite:///{tmp_path}/zhixun.db\nsources: [{{name: a, url: 'https://a.example/'}}]\n", "utf-8")
    built = App(load(path, {}))
    daemon = Daemon(built, path)
    try:
        built.db.upgrade()
        await daemon._back_up()
        await daemon._back_up()
        assert len(backups.copies(tmp_path / "backups")) == 1
    finally:
        built.close()
