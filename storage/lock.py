"""One daemon a database. The lock dies with its process, so there is nothing to clean up after a crash.

SQLite: an exclusive `flock` on ``<database>.lock``, whose content says who holds it. PostgreSQL: an advisory lock on a connection of
its own, whose application name says who holds it.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from storage.database import Database
from storage.errors import AlreadyRunning, Unreachable


class InstanceLock:
    """The right to work on a database."""

    def __init__(self, db: Database, started: datetime | None = None) -> None:
        self._db = db
        self._holder = {"pid": os.getpid(), "host": socket.gethostname(), "started": started.isoformat() if started else None}
        self._let_go: Callable[[], None] | None = None

    def acquire(self) -> None:
        """Take the lock. Raises AlreadyRunning, which names the holder, at once."""
        path = self._db.path
        if path is not None:
            self._let_go = self._lock_file(path.with_name(path.name + ".lock"))
            return
        held = self._db.lock(_sentence(self._holder))
        if isinstance(held, str):
            raise AlreadyRunning(self._db.name, held)
        self._let_go = held

    def renew(self) -> None:
        """Take it again after the server was away, which ends the locks of its connections. Raises AlreadyRunning."""
        if self._db.path is None and self._let_go is not None:
            self.release()
            self.acquire()

    def release(self) -> None:
        """Let go; no harm if it is not held."""
        if self._let_go is not None:
            self._let_go()
        self._let_go = None

    def _lock_file(self, path: Path) -> Callable[[], None]:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise Unreachable(f"the lock file {path} cannot be opened: {error.strerror}") from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(handle, 1000, 0)
            os.close(handle)
            raise AlreadyRunning(self._db.name, _read(holder)) from error
        os.truncate(handle, 0)
        os.pwrite(handle, json.dumps(self._holder).encode(), 0)
        return lambda: os.close(handle)  # the file stays: removing it would let two processes lock two files of one name


def _read(content: bytes) -> str:
    try:
        holder = json.loads(content)
        return _sentence(holder)
    except (ValueError, TypeError, KeyError):
        return "which one is not known"


def _sentence(holder: dict[str, object]) -> str:
    since = f", since {holder['started']}" if holder.get("started") else ""
    return f"pid {holder['pid']} on {holder['host']}{since}"
