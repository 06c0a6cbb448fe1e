"""One daemon a database. The lock dies with its process, so there is nothing to clean up after a crash.

SQLite: an exclusive `flock` on ``<database>.lock``, whose content says who holds it. PostgreSQL: an advisory lock on a connection of
its own, whose application name says who holds it.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from crawler.i18n import tr
from storage.db.database import NAME_LENGTH, Database
from storage.db.errors import AlreadyRunning, Unreachable


class InstanceLock:
    """The right to work on a database."""

    def __init__(self, db: Database, started: datetime | None = None) -> None:
        self._db = db
        self._holder = {"pid": os.getpid(), "host": socket.gethostname(), "started": started.isoformat() if started else None}
        self._file: int | None = None
        self._connection: Connection | None = None
        self._acquired = False

    def acquire(self) -> None:
        """Take the lock. Raises AlreadyRunning, which names the holder, at once."""
        path = self._db.path
        if path is not None:
            path = path.resolve()  # one file, however it is spelled: through a link, or from another folder
            self._file = self._lock_file(path.with_name(path.name + ".lock"))
            return
        held = self._db.lock(_sentence(self._holder))
        if isinstance(held, str):
            raise AlreadyRunning(self._db.name, held)
        self._connection, self._acquired = held, True

    def renew(self) -> None:
        """Take it again if its connection was lost, which lets go of it. Raises AlreadyRunning if another was faster."""
        if not self._acquired or self._is_there():
            return
        self._disconnect()
        try:
            self.acquire()
        except AlreadyRunning as error:
            if error.holder != _sentence(self._holder)[:NAME_LENGTH]:
                raise
            raise Unreachable(
                tr("{name} has not noticed yet that our old connection is lost; it will within a minute", name=self._db.name)
            ) from error

    def release(self) -> None:
        """Let go; no harm if it is not held."""
        self._acquired = False
        self._disconnect()
        if self._file is not None:
            os.close(self._file)
        self._file = None

    def _is_there(self) -> bool:
        try:
            return self._connection is not None and self._connection.exec_driver_sql("SELECT 1").scalar_one() == 1
        except SQLAlchemyError:
            return False

    def _disconnect(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(SQLAlchemyError):
                self._connection.close()
        self._connection = None

    def _lock_file(self, path: Path) -> int:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise Unreachable(tr("the lock file {path} cannot be opened: {why}", path=path, why=error.strerror)) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(handle, 1000, 0)
            os.close(handle)
            raise AlreadyRunning(self._db.name, _read(holder)) from error
        os.truncate(handle, 0)
        os.pwrite(handle, json.dumps(self._holder).encode(), 0)
        return handle  # the file stays: removing it would let two processes lock two files of one name


def _read(content: bytes) -> str:
    try:
        holder = json.loads(content)
        return _sentence(holder)
    except (ValueError, TypeError, KeyError):
        return "which one is not known"


def _sentence(holder: dict[str, object]) -> str:
    since = f", since {holder['started']}" if holder.get("started") else ""
    return f"pid {holder['pid']} on {holder['host']}{since}"
