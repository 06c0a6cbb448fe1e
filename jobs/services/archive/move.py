"""A database from one kind to another: everything that was found, told and is still to be told, as one file or straight across.

No daemon may run on either: what it would send between the two would be sent twice, or not at all.
"""

from __future__ import annotations

import errno
import gzip
import io
import json
import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from crawler.i18n import tr
from crawler.retold import system_fault
from storage.archive import derived
from storage.db import transfer
from storage.db.database import Database, open_database
from storage.db.errors import AlreadyRunning, StorageError
from storage.db.lock import InstanceLock
from storage.queue import workers


def export(db: Database, to: Path, now: datetime) -> int:
    """Write everything to a file (compressed where its name ends with .gz), whole or not at all; how many rows.

    Raises AlreadyRunning while a daemon runs, and StorageError where the file exists.
    """
    if to.exists() or db.is_ours(to):
        raise StorageError(tr("{to} exists already; name a new file for the export", to=to))
    beside = to.with_name(f".{to.name}.part")
    count = -2  # the first and the last line are no rows
    with _alone(db, now), db.reader() as session:
        try:
            with _opened(beside, to.suffix == ".gz", "wt") as file:
                for line in transfer.lines(session):
                    file.write(line)
                    count += not line.startswith('{"table"')
            beside.rename(to)
        finally:
            beside.unlink(missing_ok=True)
    return count


def must_open(file: Path) -> None:
    """Raise StorageError for a file that cannot be read, before there is a database to take it into."""
    with _opened(file, packed=False, mode="rt"):
        pass


def load(db: Database, file: Path, zone: ZoneInfo, now: datetime) -> int:
    """Take an export over, in one transaction; how many rows. The index of words is then still to be made, see `backfill`.

    Raises AlreadyRunning while a daemon runs, and StorageError where there are rows already or the file is no whole export.
    """

    try:
        with _alone(db, now), _opened(file, file.suffix == ".gz", "rt") as exported:
            return db.write_now(lambda s: _load(s, exported, zone))
    except (EOFError, UnicodeDecodeError, gzip.BadGzipFile, zlib.error) as error:
        raise StorageError(tr("{file} is damaged: nothing was imported", file=file)) from error


def across(old: Database, address: str, zone: ZoneInfo, now: datetime, reached: Callable[[str], object]) -> int:
    """The same without a file, into the empty database at an address; how many rows. `reached` hears of each table. The old one stays."""
    with closing(open_database(address)) as new:
        if new.url == old.url:
            raise StorageError(tr("this is the database that is to be moved; name another one"))
        new.upgrade()
        with _alone(old, now), _alone(new, now), old.reader() as reading:
            return new.write_now(lambda s: _load(s, _told(transfer.lines(reading), reached), zone))


def _told(lines: Iterable[str], reached: Callable[[str], object]) -> Iterator[str]:
    for line in lines:
        if line.startswith('{"table"'):
            reached(json.loads(line)["table"])
        yield line


def _load(session: Session, exported: Iterable[str], zone: ZoneInfo) -> int:
    count = transfer.load(session, exported)
    derived.restart(session, zone.key)
    return count


@contextmanager
def _alone(db: Database, now: datetime) -> Iterator[None]:
    lock = InstanceLock(db, now)
    lock.acquire()
    try:
        if db.shared and (running := db.read(lambda s: workers.living(s, now))):
            raise AlreadyRunning(db.name, ", ".join(running))
        yield
    finally:
        lock.release()


@contextmanager
def _opened(path: Path, packed: bool, mode: str) -> Iterator[IO[str]]:
    """The file; a new one is for nobody else to read: it holds what was sent to whom."""
    try:
        if path.is_dir():  # which opens, to be read
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        handle = os.open(path, os.O_RDONLY if mode == "rt" else os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    except OSError as error:
        raise StorageError(tr("{path} cannot be opened: {why}", path=path, why=system_fault(error))) from error
    kind = "rb" if mode == "rt" else "wb"
    with (
        os.fdopen(handle, kind) as raw,
        gzip.GzipFile(fileobj=raw, mode=kind, compresslevel=3) if packed else raw as body,
        io.TextIOWrapper(body, "utf-8") as file,
    ):
        yield file
