"""One daemon an SQLite file: an exclusive `flock` on ``<database>.lock``, whose content says who holds it.

The lock dies with its process, so there is nothing to clean up after a crash. A server's database has as many workers as wanted, which
know each other by rows (storage/queue/workers.py).
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
from datetime import datetime
from pathlib import Path

from crawler.i18n import tr
from crawler.retold import system_fault
from storage.db.database import Database
from storage.db.errors import AlreadyRunning, Unreachable


class InstanceLock:
    """The right to work on a database alone."""

    def __init__(self, db: Database, started: datetime | None = None) -> None:
        self._db = db
        self._holder = {"pid": os.getpid(), "host": socket.gethostname(), "started": started.isoformat() if started else None}
        self._file: int | None = None

    def acquire(self) -> None:
        """Take the lock. Raises AlreadyRunning, which names the holder, at once."""
        path = self._db.path
        if path is not None:
            path = Path(os.path.realpath(path))  # one file, however it is spelled: through a link, or from another folder
            self._file = self._lock_file(path.with_name(path.name + ".lock"))

    def release(self) -> None:
        """Let go; no harm if it is not held."""
        if self._file is not None:
            os.close(self._file)
        self._file = None

    def _lock_file(self, path: Path) -> int:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise Unreachable(tr("the lock file {path} cannot be opened: {why}", path=path, why=system_fault(error))) from error
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
        since = tr(", since {when}", when=holder["started"]) if holder.get("started") else ""
        return tr("pid {pid} on {host}", pid=holder["pid"], host=holder["host"]) + since
    except (ValueError, TypeError, KeyError, AttributeError):
        return tr("which one is not known")
