"""Opens the database, SQLite or PostgreSQL. But for the index of words (storage/archive/search_index.py)
and storage/db/signals.py the only file with SQL that just one of the two understands.

One connection writes, owned by one thread; readers have read-only connections of their own. With SQLite that keeps all writing and
all checkpoints in one place: before 3.51.3 two writers could corrupt a WAL database (https://sqlite.org/wal.html, "WAL-reset bug").
"""

from __future__ import annotations

import asyncio
import errno
import importlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import Any, TypeVar

from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    Engine,
    FromClause,
    Table,
    UpdateBase,
    create_engine,
    event,
    func,
    make_url,
    select,
    text,
)
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from crawler.i18n import tr
from crawler.retold import system_fault
from storage.db import address, schema
from storage.db.errors import Busy, Corrupt, StorageError, Unreachable, explain
from storage.db.texts import to_json
from storage.db.writer import Writer

T = TypeVar("T")

BUSY_SECONDS = 10
WRITER_CACHE = 32 << 10  # KiB of SQLite's pages; its own habit is 2 MiB
ASK_SECONDS = 1.0  # that a page waits for one statement
READERS = 5  # that read at once …
WAIT_SECONDS = 10  # … and how long the next one waits for one of them
_STEPS = 10_000  # of SQLite's virtual machine between two looks at the clock: a millisecond or so
# A PostgreSQL that vanishes without a word is missed within half a minute, on either side; the systems' own patience is hours.
MISSED = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 20_000}
# A writer that was stopped in the middle of a transaction, with its machine or alone, must not hold what others wait for: less than a lease.
IDLE_SECONDS = 10
_PARTS = ("", "-wal", "-shm", "-journal", ".lock")  # of a database in SQLite, each a file beside it
_LOCK_NUMBER = 0x7A686978  # "zhix": advisory locks are plain numbers, one name space a database


class Database:
    """A database and the two ways into it: `write` and `read`."""

    def __init__(self, url: URL) -> None:
        self.url = url
        self.name = url.set(drivername=url.get_backend_name()).render_as_string(hide_password=True)
        self._kind: _Sqlite | _Postgres = _Sqlite(url) if url.get_backend_name() == "sqlite" else _Postgres(url)
        self.engine = self._kind.engine(read_only=False)
        self._reading = self._kind.engine(read_only=True)
        self._answering = self._kind.engine(read_only=True)
        self.writer = Writer(self.engine, self.name, shared=self.shared)

    @property
    def shared(self) -> bool:
        """True where other processes write, too. An SQLite file has one daemon."""
        return self._kind.path is None

    @property
    def path(self) -> Path | None:
        """The file of an SQLite database."""
        return self._kind.path

    @property
    def sqlite_version(self) -> tuple[int, ...] | None:
        """The version of the SQLite library in use; None on PostgreSQL."""
        return sqlite3.sqlite_version_info if self.path else None

    async def write(self, work: Callable[[Session], T], *, alone: bool = False) -> T:
        """Run `work` in the writer's next transaction, or in one of its own; returns its value once that is durable.

        It may be run twice, where another process was in its way; then nothing of the first run has happened.
        """
        return await asyncio.wrap_future(self.writer.submit(work, alone=alone))

    def write_now(self, work: Callable[[Session], T], *, alone: bool = False) -> T:
        """The same, for code outside an event loop."""
        return self.writer.submit(work, alone=alone).result()

    def read(self, work: Callable[[Session], T]) -> T:
        """Run `work` on a read-only connection, in one consistent snapshot. `work` must not hand out lazy iterators."""
        with self.reader() as session:
            return work(session)

    def ask(self, work: Callable[[Session], T], within: float = ASK_SECONDS) -> T:
        """The same for those who must not keep others waiting, such as pages: on connections of their own, and with a deadline.

        Raises TooSlow when a statement runs longer than `within` seconds.
        """
        with self._session(self._answering) as session, self._kind.deadline(session, within):
            return work(session)

    @contextmanager
    def reader(self) -> Iterator[Session]:
        """A read-only session, for whoever reads more than fits in memory."""
        with self._session(self._reading) as session:
            yield session

    @contextmanager
    def _session(self, engine: Engine) -> Iterator[Session]:
        with self._explained():
            self._kind.must_exist()
            with engine.connect() as connection, Session(connection, autoflush=False) as session:
                yield session

    def must_exist(self) -> None:
        """Raise NoArchive where there is nothing to read: opening an SQLite file would create it."""
        with self._explained():
            self._kind.must_exist()

    def upgrade(self) -> None:
        """Create the tables, or bring them to this version. Raises NewerSchema if they are ahead of us, Foreign if they are not ours."""
        with self._explained():
            self._kind.create()
            with self._reading.connect() as connection:
                if schema.is_current(connection):
                    return  # without the write lock: the command line asks beside a running daemon
                schema.refuse(connection, self.name)  # before a connection that writes makes the file one in WAL mode
            with self.engine.begin() as connection:
                self._kind.one_upgrade_at_a_time(connection)
                schema.upgrade(connection, self.name)

    def check(self) -> None:
        """Raise `Corrupt` if the database is damaged, and what `upgrade` raises of one that is not for this program."""
        with self._explained(), self._reading.connect() as connection:
            self._kind.check(connection)
            schema.refuse(connection, self.name)

    def backup(self, to: Path) -> None:
        """A consistent, durable copy, taken while others work: whole or not there. Refuses to write over a file."""
        if os.path.lexists(to) or self.is_ours(to):
            raise StorageError(tr("{to} exists already; name a new file for the backup", to=to))
        part = to.with_name(f".{to.name}.part")
        with self._explained():
            self._kind.must_exist()
            try:
                to.parent.mkdir(parents=True, exist_ok=True)
                part.unlink(missing_ok=True)  # a kill came in between
                os.close(os.open(part, os.O_CREAT | os.O_EXCL, 0o600))
                self._kind.backup(part)
                _sync(part)  # VACUUM INTO does not: https://sqlite.org/lang_vacuum.html
                part.rename(to)
                _sync(to.parent)
            except OSError as error:
                told = tr("the backup {target} could not be written: {why}", target=to, why=system_fault(error))
                raise StorageError(told) from error
            finally:
                with suppress(OSError):
                    part.unlink(missing_ok=True)

    def is_ours(self, file: Path) -> bool:
        """Whether SQLite takes, or will take, this file for a part of the database."""
        path = self._kind.path
        return path is not None and os.path.realpath(file) in {os.path.realpath(path) + end for end in _PARTS}

    def still_there(self) -> None:
        """Raise StorageError if the file was moved, deleted or replaced since `upgrade`: what is written now would be lost with it."""
        self._kind.still_there()

    def vacuum(self) -> None:
        """Give unused space back."""
        with self._explained(), self._kind.raw() as connection:
            connection.exec_driver_sql("VACUUM")

    def clock(self) -> datetime | None:
        """What time it is for all who work on this database; None where that is this machine's own time."""
        with self.reader() as session:
            return self._kind.clock(session)

    def close(self) -> None:
        """Finish queued writes and close all connections; the writer's last, so that it is the one to checkpoint."""
        self.writer.close()
        self._reading.dispose()
        self._answering.dispose()
        self.engine.dispose()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, OverflowError) as error:
            told = explain(error, self.name)
            if told is None:
                raise
            raise told from error
        except PoolTimeout as error:
            raise Busy(tr("{name}: too many questions at once; ask again in a moment", name=self.name)) from error
        except OSError as error:
            if error.errno in (errno.EPIPE, errno.ENOSPC) and not error.filename:
                raise  # our output, whose reader has seen enough or whose disk is full: no trouble of the database
            raise Unreachable(tr("{name} cannot be opened: {why}", name=self.name, why=system_fault(error))) from error


def open_database(url: str) -> Database:
    """The database behind ``sqlite:///path`` or ``postgresql+psycopg://user@host/name``. Nothing is opened or created yet."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StorageError(tr(address.NO_ADDRESS)) from None
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise StorageError(tr("a database in memory forgets everything; write sqlite:///data/zhixun.db"))
        return Database(parsed.set(drivername="sqlite+pysqlite"))
    if backend == "postgresql":
        address.check(url)
        return Database(parsed.set(drivername="postgresql+psycopg"))
    raise StorageError(tr("`database:` names {backend}; Zhixun keeps its records in sqlite or postgresql", backend=backend))


def insert_into(dialect: str, table: Table) -> Any:
    """An INSERT that can say ON CONFLICT; the other database's words are not imported for it."""
    return importlib.import_module(f"sqlalchemy.dialects.{dialect}").insert(table)


def insert_new(session: Session, table: Table, rows: Iterable[Mapping[str, Any]], *key: str) -> list[Any]:
    """Insert the rows whose `key` columns are not there yet; returns the key (or tuple of keys) of those that were new."""
    statement = _unless_there(dialect_of(session), table, key, returning=True)
    if not (rows := list(rows)):
        return []
    found = session.connection().execute(statement, rows).all()  # a session asks first whether it has objects of it
    return [row[0] if len(key) == 1 else tuple(row) for row in found]


def insert_missing(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """The same by the primary key for whoever need not know which were new: the driver takes all rows at once."""
    if rows:
        key = tuple(column.name for column in table.primary_key)
        session.connection().execute(_unless_there(dialect_of(session), table, key, returning=False), rows)


@cache
def _unless_there(dialect: str, table: Table, key: tuple[str, ...], *, returning: bool) -> Any:
    """Built once: building a statement costs more than running it."""
    columns = [table.c[name] for name in key]
    statement = insert_into(dialect, table).on_conflict_do_nothing(index_elements=columns)
    return statement.returning(*columns) if returning else statement


def next_id(session: Session, table: Table) -> int:
    """The id of the next row, for a row that names itself. SQLite has one writer at a time, so nobody else takes it."""
    return int(session.connection().scalar(_next_id(dialect_of(session), table)) or 1)


@cache
def _next_id(dialect: str, table: Table) -> Any:
    if dialect == "sqlite":
        return select(func.max(table.c.id) + 1)
    return select(func.nextval(func.pg_get_serial_sequence(table.name, "id")))


def dialect_of(session: Session) -> str:
    """`sqlite` or `postgresql`."""
    return session.get_bind().dialect.name


def upsert(
    session: Session,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    key: Sequence[str],
    values: Callable[[Any], Mapping[str, Any]],
) -> None:
    """Insert the rows; where one with these `key` columns is there already, it gets `values(the new row)`. Locks them in the order given."""
    if not rows:
        return
    insert = insert_into(dialect_of(session), table)
    statement = insert.on_conflict_do_update(index_elements=[table.c[name] for name in key], set_=dict(values(insert.excluded)))
    session.connection().execute(statement, list(rows))


def count_rows(session: Session, table: FromClause, *where: ColumnElement[bool]) -> int:
    """How many rows there are, or how many of which all this is true."""
    return session.scalar(select(func.count()).select_from(table).where(*where)) or 0


def from_row(kind: type[T], row: Any, **more: Any) -> T:
    """A value of a dataclass: what the row's columns of the same names have, and more."""
    fields = kind.__dataclass_fields__  # type: ignore[attr-defined]
    return kind(**{name: getattr(row, name) for name in fields if name not in more}, **more)


def changed(session: Session, statement: UpdateBase, parameters: Mapping[str, Any] | None = None) -> int:
    """Execute an UPDATE or DELETE; how many rows it met."""
    return session.connection().execute(statement, parameters).rowcount


def count_on(session: Session, table: Table) -> None:
    """Let new rows be counted on from the greatest id: PostgreSQL does not see ids that are given. SQLite does."""
    if dialect_of(session) == "postgresql":
        session.scalar(select(func.setval(func.pg_get_serial_sequence(table.name, "id"), func.greatest(func.max(table.c.id), 1))))


class _Kind:
    """What SQLite and PostgreSQL do alike."""

    def __init__(self, url: URL) -> None:
        self.url = url

    def _pool(self, *, read_only: bool, **options: Any) -> Engine:
        size = READERS if read_only else 1
        how = {"pool_size": size, "max_overflow": 0, "pool_timeout": WAIT_SECONDS, "json_serializer": to_json}
        return create_engine(self.url, **how, **options)

    @contextmanager
    def raw(self) -> Iterator[Connection]:
        """A connection outside any transaction, closed afterwards."""
        engine = create_engine(self.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            yield connection


class _Sqlite(_Kind):
    def __init__(self, url: URL) -> None:
        super().__init__(url)
        self.path = Path(url.database or "")
        self._file: tuple[int, int] | None = None

    def engine(self, *, read_only: bool) -> Engine:
        engine = self._pool(read_only=read_only, connect_args={"timeout": BUSY_SECONDS})
        # a new file has pages that a row with its text fills better: a third of those of 4 KB stays empty
        pragmas = ["page_size=8192", "foreign_keys=ON", "mmap_size=0", "synchronous=FULL"]
        # a reader neither writes nor checkpoints; the writer looks for keys of a month at every article
        pragmas += ["query_only=ON", "wal_autocheckpoint=0"] if read_only else ["journal_mode=WAL", f"cache_size=-{WRITER_CACHE}"]

        @event.listens_for(engine, "connect")
        def _set_up(connection: Any, _record: Any) -> None:
            connection.isolation_level = None  # we say BEGIN ourselves: the driver's own habit breaks SAVEPOINT
            for pragma in pragmas:
                connection.execute(f"PRAGMA {pragma}")

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

        return engine

    @contextmanager
    def deadline(self, session: Session, seconds: float) -> Iterator[None]:
        until = perf_counter() + seconds
        connection: Any = session.connection().connection.driver_connection
        connection.set_progress_handler(lambda: perf_counter() > until, _STEPS)
        try:
            yield
        finally:
            connection.set_progress_handler(None, 0)

    def must_exist(self) -> None:
        address.must_be_file(self.path)

    def create(self) -> None:
        if self.path.exists():
            self.must_exist()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))  # its -wal and -shm take this mode over
        self._file = _identity(self.path)

    def still_there(self) -> None:
        if self._file and _identity(self.path) != self._file:
            told = tr(
                "{path} was moved, deleted or replaced while it was in use; put it or the newest backup there, and start again",
                path=self.path,
            )
            raise StorageError(told)

    def one_upgrade_at_a_time(self, connection: Connection) -> None:
        """BEGIN IMMEDIATE sees to it."""

    def check(self, connection: Connection) -> None:
        found = [row[0] for row in connection.exec_driver_sql("PRAGMA quick_check(5)")]
        if found != ["ok"]:
            told = tr("{path} is damaged: {why}; stop, keep a copy, and restore the newest backup", path=self.path, why=found[0])
            raise Corrupt(told)

    def backup(self, to: Path) -> None:
        with self.raw() as connection:
            connection.exec_driver_sql("VACUUM INTO ?", (str(to),))

    def clock(self, session: Session) -> datetime | None:  # noqa: ARG002  it works where its file is, and has no time of its own
        return None


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


class _Postgres(_Kind):
    path = None

    def engine(self, *, read_only: bool) -> Engine:
        level = "REPEATABLE READ" if read_only else "READ COMMITTED"
        given = {"connect_timeout": BUSY_SECONDS, "client_encoding": "utf8"} | MISSED
        engine = self._pool(read_only=read_only, pool_pre_ping=True, isolation_level=level, connect_args=given)

        @event.listens_for(engine, "connect", insert=True)  # before SQLAlchemy asks anything, which SQL_ASCII answers in bytes
        def _look(connection: Any, _record: Any) -> None:
            encoding = connection.info.parameter_status("server_encoding")
            if encoding not in (None, "UTF8"):
                cure = tr("make one with `createdb -E UTF8 -T template0`")
                raise StorageError(tr("the database keeps text as {encoding}, not as UTF8; {cure}", encoding=encoding, cure=cure))

        # What a session is to keep stands in no start-up option, which poolers refuse. Behind one in transaction mode each transaction may
        # have another session, so it brings along what it needs: the pooler itself sees to the time zone alone.
        @event.listens_for(engine, "connect")
        def _set_up(connection: Any, record: Any) -> None:
            connection.read_only = read_only
            connection.autocommit = True
            server, _ = connection.execute("SELECT pg_backend_pid(), set_config('TimeZone', 'UTC', false)").fetchone()
            record.info["pooled"] = server != connection.info.backend_pid  # somebody else has answered for the server
            if record.info["pooled"]:
                connection.prepare_threshold = None
            elif not read_only:
                connection.execute(f"SET idle_in_transaction_session_timeout = '{IDLE_SECONDS}s'")
            connection.autocommit = False

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            if connection.info["pooled"] and not read_only:
                connection.exec_driver_sql(f"SET LOCAL idle_in_transaction_session_timeout = '{IDLE_SECONDS}s'")

        return engine

    @contextmanager
    def deadline(self, session: Session, seconds: float) -> Iterator[None]:
        session.execute(text(f"SET LOCAL statement_timeout = {max(1, round(seconds * 1000))}"))
        yield

    def must_exist(self) -> None:
        """The server says so itself."""

    def still_there(self) -> None:
        """Nobody can take a server's database away unseen."""

    def create(self) -> None:
        """A server's databases are its owner's to make."""

    def one_upgrade_at_a_time(self, connection: Connection) -> None:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK_NUMBER + 1})")

    def check(self, connection: Connection) -> None:
        connection.exec_driver_sql("SELECT 1")

    def backup(self, to: Path) -> None:
        tool = shutil.which("pg_dump")
        if tool is None:
            raise StorageError(tr("a backup of PostgreSQL needs `pg_dump` (package postgresql-client) on the PATH"))
        plain = self.url.set(drivername="postgresql", password=None).render_as_string()
        environment = os.environ | ({"PGPASSWORD": self.url.password} if self.url.password else {})
        command = [tool, "--format=custom", f"--file={to}", f"--dbname={plain}"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise StorageError(tr("pg_dump failed: {why}", why=done.stderr.strip()))

    def clock(self, session: Session) -> datetime | None:
        now: datetime = session.execute(text("SELECT clock_timestamp()")).scalar_one()
        return now
