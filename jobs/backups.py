"""Copies of the database on a schedule, the newest few kept. Deciding is pure; the daemon calls `take` in a thread."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawler.i18n import tr
from crawler.retold import system_fault
from jobs.config.models import Plan
from storage.db.database import Database
from storage.db.errors import StorageError

_STAMP = "%Y%m%dT%H%M%SZ"
SPARE = 1.2  # times the size of the database that must be free


def is_due(plan: Plan, made: Sequence[datetime], now: datetime) -> bool:
    """Whether a copy is due. One dated in the future was made by a wrong clock and counts for nothing."""
    real = [at for at in made if at <= now + timedelta(hours=1)]
    return not real or now - max(real) >= plan.every


def copies(folder: Path) -> dict[datetime, Path]:
    """The copies in a folder by the time in their names; other files are not ours."""
    found = {}
    for path in folder.glob("zhixun-*Z.*") if folder.is_dir() else ():
        with contextlib.suppress(ValueError):
            found[datetime.strptime(path.stem.removeprefix("zhixun-"), _STAMP).replace(tzinfo=UTC)] = path
    return found


def take(db: Database, plan: Plan, now: datetime) -> Path:
    """Check the database, copy it, make the copy durable, forget the oldest ones. Raises StorageError; nothing half-made is left.

    A damaged database is not copied: that would push a good copy out.
    """
    db.check()
    _private(plan.folder)
    _room(db, plan.folder)
    target = plan.folder / f"zhixun-{now.astimezone(UTC):{_STAMP}}{'.db' if db.path else '.dump'}"
    for left in plan.folder.glob("*zhixun-*.part"):  # a kill came in between
        left.unlink(missing_ok=True)
    db.backup(target)
    for _, path in sorted(copies(plan.folder).items())[: -plan.keep]:
        path.unlink(missing_ok=True)
    return target


def _private(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        fault = tr("the backup folder {folder} cannot be made: {why}", folder=folder, why=system_fault(error))
        raise StorageError(fault) from error


def _room(db: Database, folder: Path) -> None:
    if db.path is None:
        return
    needed = db.path.stat().st_size * SPARE
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise StorageError(
            f"no backup: {folder} has {free / 2**20:,.0f} MiB free, and a copy needs {needed / 2**20:,.0f}; free some, "
            "or name another `folder`"
        )
