"""The database: what is told as written is durable, what goes wrong is said in a sentence, readers cannot write."""

import os
import sqlite3
import stat
import threading
from collections.abc import Callable
from contextlib import closing, nullcontext
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import event, insert, select, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session

from storage.db import database, errors, lock, models
from storage.db.database import Database, insert_new, open_database
from storage.db.models import host

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def add(name: str):
    return lambda session: insert_new(session, host, [{"name": name, "next_at": NOW}], "name")


def names(session: Session) -> list[str]:
    return sorted(session.scalars(select(host.c.name)))


# ---- writing


async def test_a_write_is_there_when_it_returns(db: Database) -> None:
    assert await db.write(add("a")) == ["a"]
    assert db.read(names) == ["a"]


def test_insert_new_tells_what_was_new(db: Database) -> None:
    rows = [{"name": name, "next_at": NOW} for name in "abc"]
    assert db.write_now(lambda s: insert_new(s, host, rows[:2], "name")) == ["a", "b"]
    assert db.write_now(lambda s: insert_new(s, host, rows, "name")) == ["c"]
    assert db.write_now(lambda s: insert_new(s, host, [], "name")) == []


class Group:
    """Calls that reach the writer while it is busy, so that they share a transaction."""

    def __init__(self, db: Database) -> None:
        self.db, self.gate, self.commits = db, threading.Event(), 0
        event.listen(db.engine, "commit", self._committed)
        self.first = db.writer.submit(lambda _session: self.gate.wait(10))

    def _committed(self, _connection: object) -> None:
        self.commits += 1

    def run(self, *calls) -> list:
        futures = [self.db.writer.submit(call) for call in calls]
        self.gate.set()
        return [future.exception(10) or future.result() for future in futures]


def test_calls_that_wait_together_share_a_commit(db: Database) -> None:
    group = Group(db)
    values = group.run(*(add(f"{n:03}") for n in range(150)))
    assert values == [[f"{n:03}"] for n in range(150)]
    assert group.commits <= 15, "one by one it would be 151; a busy machine lets some batches close early"


def test_a_call_that_fails_fails_alone(db: Database) -> None:
    def broken(session: Session) -> None:
        session.execute(insert(host).values(name="half", next_at=NOW))
        raise KeyError("mine")

    def forbidden(session: Session) -> None:
        session.execute(insert(models.article_alias).values(link_key="x", article_id=99))

    good, own, refused, also = Group(db).run(add("a"), broken, forbidden, add("b"))
    assert (good, also) == (["a"], ["b"])
    assert isinstance(own, KeyError)
    assert isinstance(refused, IntegrityError), "foreign keys are checked"
    assert db.read(names) == ["a", "b"]


def test_a_number_that_no_row_can_have_is_told_as_one(db: Database) -> None:
    asked = select(models.article.c.id).where(models.article.c.id == 10**30).limit(10**30)
    for ask in (db.read, db.ask, db.write_now):
        with pytest.raises(errors.TooGreat, match="no number as great"):
            ask(lambda s: s.execute(asked).all())


def test_nobody_hears_of_success_when_the_commit_fails(db: Database) -> None:
    group = Group(db)

    @event.listens_for(db.engine, "commit")
    def _fail(_connection: object) -> None:
        raise errors.DiskFull("no room")

    outcomes = group.run(add("a"), add("b"))
    event.remove(db.engine, "commit", _fail)
    assert [type(outcome) for outcome in outcomes] == [errors.DiskFull] * 2
    assert db.read(names) == []
    assert db.write_now(add("c")) == ["c"], "and the writer goes on"


def test_a_call_given_up_before_its_turn_is_not_made(db: Database) -> None:
    group = Group(db)
    given_up = db.writer.submit(add("a"))
    assert given_up.cancel()
    assert group.run(add("b")) == [["b"]]
    assert db.read(names) == ["b"]


def test_a_closed_database_takes_no_more(db: Database) -> None:
    queued = [db.writer.submit(add(f"{n}")) for n in range(5)]
    db.close()
    assert [future.result(0) for future in queued] == [[f"{n}"] for n in range(5)], "what was queued is done first"
    with pytest.raises(errors.StorageError, match="closed"):
        db.write_now(add("late"))


def test_a_naive_time_is_refused(db: Database) -> None:
    with pytest.raises(StatementError, match="naive datetime"):
        db.write_now(lambda s: insert_new(s, host, [{"name": "a", "next_at": NOW.replace(tzinfo=None)}], "name"))


# ---- reading


def test_a_reader_cannot_write(db: Database) -> None:
    with pytest.raises(errors.ReadOnly):
        db.read(add("a"))


def test_a_reader_sees_one_moment(db: Database) -> None:
    db.write_now(add("a"))
    with db.reader() as session:
        assert names(session) == ["a"]
        db.write_now(add("b"))
        assert names(session) == ["a"]
    assert db.read(names) == ["a", "b"]


# ---- the schema


def test_the_migrations_make_what_the_program_expects(db: Database) -> None:
    with db.engine.connect() as connection:
        opts = {
            "compare_type": True,
            "include_name": lambda name, kind, _: kind != "table" or not name.startswith("search_index"),
        }
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, models.metadata) == []


def test_an_upgrade_may_be_repeated_and_keeps_what_is_there(db: Database) -> None:
    db.write_now(add("a"))
    db.upgrade()
    assert db.read(names) == ["a"]


def test_a_newer_schema_is_refused(db: Database) -> None:
    db.write_now(lambda s: s.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    with pytest.raises(errors.NewerSchema, match="newer Zhixun"):
        db.upgrade()


STRANGERS = [
    ("another program's", "CREATE TABLE places (id INTEGER)"),
    ("one that has a table of the same name", "CREATE TABLE article (id INTEGER)"),
    ("one with migrations of its own", "CREATE TABLE alembic_version AS SELECT 'ae34c0ffee12' AS version_num"),
]


@pytest.mark.parametrize("makes", [case[1] for case in STRANGERS], ids=[case[0] for case in STRANGERS])
def test_another_programs_file_is_left_alone(makes: str, tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as raw:
        raw.execute(makes)
    before = path.read_bytes()
    with closing(opened(path)) as db:
        for what in (db.upgrade, db.check):
            with pytest.raises(errors.Foreign, match="tables of another program"):
                what()
    assert path.read_bytes() == before


@pytest.mark.postgres
@pytest.mark.parametrize(("makes", "refused"), [(STRANGERS[0][1], False), (STRANGERS[1][1], True), (STRANGERS[2][1], True)])
def test_a_server_may_share_a_database_as_long_as_no_table_is_called_alike(makes: str, refused: bool, postgres_url) -> None:
    with closing(open_database(postgres_url())) as db:
        with db.engine.begin() as connection:
            connection.execute(text(makes))
        with pytest.raises(errors.Foreign) if refused else nullcontext():
            db.upgrade()


@pytest.mark.parametrize("backend", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_an_empty_database_is_made_ready(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    path = tmp_path / "data" / "zhixun.db"
    url = f"sqlite:///{path}" if backend == "sqlite" else request.getfixturevalue("postgres_url")()
    db = open_database(url)
    with pytest.raises(errors.StorageError, match="zhixun"):
        db.read(names)
    assert not path.exists(), "reading creates nothing"
    db.upgrade()
    assert db.write_now(add("a")) == ["a"]
    db.close()


# ---- SQLite's own


@pytest.fixture
def file(tmp_path: Path, sqlite_template: Path) -> Path:
    path = tmp_path / "zhixun.db"
    path.write_bytes(sqlite_template.read_bytes())
    return path


def opened(path: Path) -> Database:
    return open_database(f"sqlite:///{path}")


def test_sqlite_survives_a_power_cut_and_is_private(tmp_path: Path) -> None:
    db = opened(tmp_path / "new" / "zhixun.db")
    db.upgrade()
    pragmas = {
        name: db.write_now(lambda s, n=name: s.scalar(text(f"PRAGMA {n}")))
        for name in ("journal_mode", "synchronous", "mmap_size")
    }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "mmap_size": 0}
    assert db.read(lambda s: (s.scalar(text("PRAGMA query_only")), s.scalar(text("PRAGMA wal_autocheckpoint")))) == (1, 0)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").iterdir()}
    assert modes == {"zhixun.db": 0o600, "zhixun.db-wal": 0o600, "zhixun.db-shm": 0o600}
    db.close()
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["zhixun.db"], "the last connection checkpoints"


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but somebody's notes. " * 100)
    before = path.read_bytes()
    db = opened(path)
    with pytest.raises(errors.NotADatabase, match=r"notes\.txt is not an SQLite database"):
        db.upgrade()
    db.close()
    assert path.read_bytes() == before


def test_a_damaged_database_is_found_out(file: Path) -> None:
    db = opened(file)
    db.check()
    db.close()
    content = bytearray(file.read_bytes())
    content[4096 * 3 : 4096 * 6] = b"\xff" * 4096 * 3
    file.write_bytes(content)
    db = opened(file)
    with pytest.raises(errors.Corrupt, match="damaged"):
        db.check()
    db.close()


def test_a_locked_database_is_a_passing_trouble(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "WAIT_SECONDS", 0.05)
    db = opened(file)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(errors.Busy, match="locked") as caught:
        db.write_now(add("a"))
    assert caught.value.transient
    assert db.read(names) == [], "reading goes on"
    other.close()
    assert db.write_now(add("a")) == ["a"]
    db.close()


def test_a_full_disk_is_a_passing_trouble_that_loses_nothing(file: Path) -> None:
    db = opened(file)
    db.write_now(add("a"))
    pages = db.write_now(lambda s: s.scalar(text("PRAGMA page_count")))
    db.write_now(lambda s: s.execute(text(f"PRAGMA max_page_count = {pages}")))
    group = Group(db)
    small, big, after = group.run(add("b"), add("x" * 100_000), add("c"))
    assert isinstance(big, errors.DiskFull)
    assert big.transient
    for outcome, name in ((small, "b"), (after, "c")):
        assert outcome == [name] or isinstance(outcome, errors.DiskFull)
        assert (name in db.read(names)) is (outcome == [name]), "who was told of success is there, who was not is not"
    db.write_now(lambda s: s.execute(text("PRAGMA max_page_count = 1000000")))
    assert db.write_now(add("d")) == ["d"]
    db.close()


@pytest.mark.parametrize("replaced", [False, True])
def test_a_file_that_is_taken_away_while_it_is_in_use_is_missed(file: Path, tmp_path: Path, replaced: bool) -> None:
    db = opened(file)
    db.upgrade()
    db.write_now(add("a"))
    db.vacuum()
    db.still_there()
    file.rename(tmp_path / "elsewhere.db")
    if replaced:
        file.write_bytes(b"")
    with pytest.raises(errors.StorageError, match="moved, deleted or replaced") as caught:
        db.still_there()
    assert not caught.value.transient
    db.close()


NO_FILES: dict[str, Callable[[Path], object]] = {
    "a folder": Path.mkdir,
    "a pipe": os.mkfifo,
    "a device": lambda path: path.symlink_to(os.devnull),
    "a link to itself": lambda path: path.symlink_to(path),
}


@pytest.mark.parametrize("make", NO_FILES.values(), ids=NO_FILES)
def test_what_is_no_file_in_its_place_is_said(make: Callable[[Path], object], tmp_path: Path) -> None:
    path = tmp_path / "zhixun.db"
    make(path)
    with closing(opened(path)) as db:
        lock.InstanceLock(db).acquire()
        with pytest.raises(errors.Unreachable, match="cannot be opened"):
            db.upgrade()
        for what in (db.must_exist, lambda: db.read(names), lambda: db.backup(tmp_path / "copy.db")):
            with pytest.raises(errors.StorageError, match=r"zhixun\.db"):
                what()
    assert not list(tmp_path.glob("*copy*"))


def test_a_backup_is_a_whole_database_and_overwrites_nothing(file: Path, tmp_path: Path) -> None:
    db = opened(file)
    db.write_now(add("a"))
    to = tmp_path / "backups" / "one.db"
    db.backup(to)
    db.write_now(add("b"))
    with pytest.raises(errors.StorageError, match="exists already"):
        db.backup(to)
    db.vacuum()
    db.close()
    assert stat.S_IMODE(to.stat().st_mode) == 0o600
    copy = opened(to)
    copy.check()
    assert copy.read(names) == ["a"]
    copy.close()


@pytest.mark.parametrize("end", ["", "-wal", "-shm", "-journal", ".lock"])
def test_no_backup_takes_the_place_of_a_part_of_the_database(file: Path, tmp_path: Path, end: str) -> None:
    (tmp_path / "elsewhere").symlink_to(tmp_path)
    with closing(opened(file)) as db, pytest.raises(errors.StorageError, match="exists already"):
        db.backup(tmp_path / "elsewhere" / f"zhixun.db{end}")
    with closing(opened(file)) as db:
        db.check()


def test_a_backup_that_fails_leaves_nothing(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(opened(file)) as db:

        def half(to: Path) -> None:
            to.write_text("half of it")
            raise errors.DiskFull

        monkeypatch.setattr(db._kind, "backup", half)
        with pytest.raises(errors.DiskFull):
            db.backup(tmp_path / "copies" / "one.db")
    assert not list((tmp_path / "copies").iterdir())


# ---- PostgreSQL's own


@pytest.mark.postgres
def test_a_lost_connection_is_a_passing_trouble(postgres_template: str, postgres_url) -> None:
    db = open_database(postgres_url(postgres_template))
    with pytest.raises(errors.Unreachable) as caught:
        db.write_now(lambda s: s.execute(text("SELECT pg_terminate_backend(pg_backend_pid())")))
    assert caught.value.transient
    assert db.write_now(add("a")) == ["a"]
    db.check()
    db.vacuum()
    db.close()


@pytest.mark.postgres
def test_a_backup_of_postgresql_is_made_or_says_why_not(
    postgres_template: str, postgres_url, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = open_database(postgres_url(postgres_template))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(errors.StorageError, match="pg_dump"):
        db.backup(tmp_path / "one.dump")
    tool = tmp_path / "pg_dump"
    tool.write_text('#!/bin/sh\nfor word in "$@"; do case $word in --file=*) echo "$@" > "${word#--file=}";; esac; done\n')
    tool.chmod(0o755)
    db.backup(tmp_path / "two.dump")
    assert "--format=custom" in (tmp_path / "two.dump").read_text()
    assert stat.S_IMODE((tmp_path / "two.dump").stat().st_mode) == 0o600
    db.close()


@pytest.mark.postgres
@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_server_that_cannot_keep_every_text_is_refused(encoding: str, postgres_url, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGCLIENTENCODING", "latin1")  # what a machine is used to is not asked
    url = postgres_url(f"template0 ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C'")
    with closing(open_database(url)) as db, pytest.raises(errors.StorageError, match=f"keeps text as {encoding}"):
        db.upgrade()
    with closing(open_database(postgres_url())) as db:
        db.upgrade()
        assert db.write_now(add("江湾")) == ["江湾"]


# ---- addresses

ADDRESSES = [
    ("no address at all", "nonsense", "is no address"),
    ("in memory", "sqlite://", "forgets everything"),
    ("in memory, by name", "sqlite:///:memory:", "forgets everything"),
    ("another kind of database", "mysql://localhost/x", "names mysql"),
    ("an option that nobody knows", "postgresql+psycopg://localhost/x?sslmod=require", "no option sslmod"),
]


@pytest.mark.parametrize(("url", "said"), [case[1:] for case in ADDRESSES], ids=[case[0] for case in ADDRESSES])
def test_an_address_that_cannot_be_used_is_refused(url: str, said: str) -> None:
    with pytest.raises(errors.StorageError, match=said):
        open_database(url)


def test_a_password_is_never_shown(tmp_path: Path) -> None:
    db = open_database(f"postgresql://me:s3cret@/nothing?host={tmp_path}")
    with pytest.raises(errors.Unreachable) as caught:
        db.read(names)
    assert "s3cret" not in str(caught.value) + db.name + repr(db.url)
    db.close()


# ---- reading with others in mind

ENDLESS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n",
    "postgresql": "SELECT pg_sleep(20)",
}


def test_a_question_that_takes_too_long_is_given_up(db: Database) -> None:
    endless = text(ENDLESS[db.engine.dialect.name])
    with pytest.raises(errors.TooSlow, match="longer"):
        db.ask(lambda s: s.execute(endless).all(), within=0.05)
    assert db.ask(names) == [], "and the connection is good for the next"


def test_one_question_too_many_is_told_so(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "READERS", 1)
    monkeypatch.setattr(database, "WAIT_SECONDS", 0.05)
    crowded = open_database(db.url.render_as_string(hide_password=False))
    with crowded.reader() as session:
        assert names(session) == []
        with pytest.raises(errors.Busy, match="too many"):
            crowded.read(names)
    assert crowded.ask(names) == [], "pages have connections of their own"
    crowded.close()
