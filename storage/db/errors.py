"""What can go wrong with the store. Each says what happened, to what, and what to do."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawler.i18n import tr

if TYPE_CHECKING:  # `healthcheck` does without it
    from sqlalchemy.exc import DBAPIError


class StorageError(Exception):
    """The store cannot do what was asked. `transient` is True when the same call may succeed later, with no one's help."""

    transient = False


class AlreadyRunning(StorageError):
    """Another daemon works on this database."""

    def __init__(self, name: str, holder: str) -> None:
        told = tr(
            "{name} is in use by another Zhixun ({holder}); stop that one first, or give this one its own database",
            name=name,
            holder=holder,
        )
        super().__init__(told)
        self.holder = holder


class NoArchive(StorageError):
    """There is nothing to read yet."""

    def __init__(self, place: Path) -> None:
        super().__init__(tr("there is no archive yet at {place}; `zhixun run` or `zhixun db upgrade` makes it", place=place))


class NotReady(StorageError):
    """The tables are missing, or older than this program."""


class NewerSchema(StorageError):
    """The database was written by a newer version."""


class Foreign(StorageError):
    """The database belongs to another program."""


class Busy(StorageError):
    """Another process keeps the database locked."""

    transient = True


class TooSlow(StorageError):
    """An answer took longer than whoever asked would wait."""

    transient = True


class DiskFull(StorageError):
    """No space left for the next transaction."""

    transient = True


class Unreachable(StorageError):
    """The database cannot be reached."""

    transient = True


class ReadOnly(StorageError):
    """The database may not be written."""


class Corrupt(StorageError):
    """The database file is damaged."""


class TooGreat(StorageError):
    """A number that was asked for is greater than any that a row can have."""


class NotADatabase(StorageError):
    """The file is no SQLite database."""


_LOCKED = (Busy, "is locked by another process; wait for it, or find it with `fuser`")
_SLOW = (TooSlow, "takes longer to answer than it may; ask for less, such as a shorter time")
_FULL = (DiskFull, "cannot grow: the disk is full; free some space, the work goes on by itself")
_READ_ONLY = (ReadOnly, "may not be written; check the owner and the mode of the file, its folder and its file system")
_DOWN = (Unreachable, "does not answer; check that the server runs and that its address in `database:` is right")
_TOO_GREAT = (TooGreat, "has no number as great as that")
_NO_TABLES = (NotReady, "has no tables of this version yet; run `zhixun db upgrade`")

# SQLite's primary result codes, https://sqlite.org/rescode.html
_SQLITE = {
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_INTERRUPT: _SLOW,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: (Unreachable, "cannot be opened; check that its folder exists and may be read and written"),
    sqlite3.SQLITE_IOERR: (Unreachable, "cannot be read or written: the disk reports an error"),
    sqlite3.SQLITE_CORRUPT: (Corrupt, "is damaged; stop, keep a copy, and restore the newest backup"),
    sqlite3.SQLITE_NOTADB: (NotADatabase, "is not an SQLite database; `database:` names another file"),
}
# PostgreSQL's SQLSTATE by longest prefix, https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRES = {
    "53100": _FULL,
    "57014": _SLOW,
    "22003": _TOO_GREAT,
    "25006": _READ_ONLY,
    "25P03": _DOWN,  # our transaction rested for too long, as after SIGSTOP: the connection is gone
    "42501": _READ_ONLY,
    "42P01": _NO_TABLES,
    "42703": _NO_TABLES,
    "3D000": (Unreachable, "does not exist on its server; create it with `createdb`"),
    "28": (Unreachable, "refuses the user or the password in `database:`"),
    "55P03": _LOCKED,
    "40": _LOCKED,
    "08": _DOWN,
    "57": _DOWN,
    "53": (Unreachable, "is out of resources (connections or memory)"),
}


def explain(error: DBAPIError | OverflowError, name: str) -> StorageError | None:
    """The error of the driver in our words; None if it is a mistake in our own program, which should be loud."""
    return explain_driver(error if isinstance(error, OverflowError) else error.orig, name)


def explain_driver(origin: Any, name: str) -> StorageError | None:
    """The same for an error that no SQLAlchemy has wrapped."""
    if known := _explain_driver(origin):
        kind, sentence = known
        return kind(f"{name} {tr(sentence)} ({str(origin).strip().splitlines()[0]})")
    return None


def _explain_driver(origin: Any) -> tuple[type[StorageError], str] | None:
    if isinstance(origin, OverflowError):  # of Python's own driver, which says so by nothing but its words
        return _TOO_GREAT if str(origin).endswith("SQLite INTEGER") else None
    code = getattr(origin, "sqlite_errorcode", None)
    if code is not None:
        if code == sqlite3.SQLITE_ERROR and str(origin).startswith(("no such table", "no such column")):
            return _NO_TABLES
        return _SQLITE.get(code & 0xFF)
    state = getattr(origin, "sqlstate", None)
    if state is not None:
        return next((_POSTGRES[state[:n]] for n in (5, 2) if state[:n] in _POSTGRES), None)
    # psycopg raises OperationalError without a SQLSTATE when there is no connection, or it broke
    return _DOWN if type(origin).__name__ == "OperationalError" else None
