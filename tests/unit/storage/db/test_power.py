"""Power cuts, replayed: what SQLite writes and syncs during a run is recorded, and every disk that a cut could leave is opened again.

The model: what was synced is there. What was written to a file after its last sync is there, gone, or torn at a sector, each write on
its own, in any combination. Who was told of success before the cut must find it afterwards.
"""

import ctypes
import importlib
import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import event

from crawler.record import Record
from storage.alerts import outbox
from storage.archive import articles
from storage.archive.articles import AlertDraft
from storage.db.database import Database, open_database

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
ROUNDS = 15  # articles, each stored, told and marked in three transactions
SECTOR = 512
IMAGES_A_CUT = 2  # disks tried for each place between two writes: one without all that was not synced, the other by lot
# Offsets of SQLite's C structures on machines of 64 bits, https://sqlite.org/c3ref/vfs.html and https://sqlite.org/c3ref/io_methods.html
_VFS_SIZE, _VFS_NAME, _VFS_OPEN = 168, 24, 40
_METHODS_SIZE, _WRITE, _TRUNCATE, _SYNC = 152, 24, 32, 40
_PTR, _INT, _I64 = ctypes.c_void_p, ctypes.c_int, ctypes.c_int64
_OPEN_CALL = ctypes.CFUNCTYPE(_INT, _PTR, _PTR, _PTR, _INT, _PTR)
_WRITE_CALL = ctypes.CFUNCTYPE(_INT, _PTR, _PTR, _INT, _I64)
_TRUNCATE_CALL = ctypes.CFUNCTYPE(_INT, _PTR, _I64)
_SYNC_CALL = ctypes.CFUNCTYPE(_INT, _PTR, _INT)


@dataclass(frozen=True)
class Step:
    """One thing that happened: `write`, `truncate` (to `at`) or `sync` of a file, or `told`: what a caller was told is done."""

    what: str
    name: str
    at: int = 0
    data: bytes = b""


@dataclass
class Recording:
    """What happened, in order."""

    steps: list[Step] = field(default_factory=list)
    files: dict[int, str] = field(default_factory=dict)


@contextmanager
def recorded(folder: Path) -> Iterator[Recording]:
    """While this lasts, SQLite opens files through a layer of ours above its own; it notes what is done to those in `folder`."""
    library = ctypes.CDLL(getattr(importlib.import_module("_sqlite3"), "__file__", None))  # the very library that Python uses
    library.sqlite3_vfs_find.restype = _PTR
    library.sqlite3_vfs_find.argtypes = [ctypes.c_char_p]
    library.sqlite3_vfs_register.argtypes = [_PTR, _INT]
    library.sqlite3_vfs_unregister.argtypes = [_PTR]
    usual = library.sqlite3_vfs_find(None)
    ours = ctypes.create_string_buffer(ctypes.string_at(usual, _VFS_SIZE), _VFS_SIZE)
    name = ctypes.c_char_p(b"recording")
    recording, kept = Recording(), [name]

    def function(kind: type, table: int, offset: int) -> object:
        return kind(_PTR.from_address(table + offset).value)

    def put(table: object, offset: int, call: object) -> None:
        kept.append(call)
        _PTR.from_address(ctypes.addressof(table) + offset).value = ctypes.cast(call, _PTR).value

    def tapped(table: int) -> object:
        """A copy of a file's methods that notes what changes it."""
        write = function(_WRITE_CALL, table, _WRITE)
        truncate = function(_TRUNCATE_CALL, table, _TRUNCATE)
        sync = function(_SYNC_CALL, table, _SYNC)

        def noted_write(file: int, data: int, size: int, at: int) -> int:
            recording.steps.append(Step("write", recording.files[file], at, ctypes.string_at(data, size)))
            return write(file, data, size, at)

        def noted_truncate(file: int, size: int) -> int:
            recording.steps.append(Step("truncate", recording.files[file], size))
            return truncate(file, size)

        def noted_sync(file: int, flags: int) -> int:
            done = sync(file, flags)
            recording.steps.append(Step("sync", recording.files[file]))
            return done

        copy = ctypes.create_string_buffer(ctypes.string_at(table, _METHODS_SIZE), _METHODS_SIZE)
        put(copy, _WRITE, _WRITE_CALL(noted_write))
        put(copy, _TRUNCATE, _TRUNCATE_CALL(noted_truncate))
        put(copy, _SYNC, _SYNC_CALL(noted_sync))
        kept.append(copy)
        return copy

    usual_open = function(_OPEN_CALL, usual, _VFS_OPEN)
    tables: dict[int, object] = {}

    def noted_open(_vfs: int, path: int, file: int, flags: int, told: int) -> int:
        code = usual_open(usual, path, file, flags, told)
        where = Path(ctypes.string_at(path).decode()) if path else Path()
        if code == 0 and where.parent == folder:
            methods = _PTR.from_address(file)
            if methods.value not in tables:
                tables[methods.value] = tapped(methods.value)
            recording.files[file] = where.name
            methods.value = ctypes.addressof(tables[methods.value])
        return code

    _PTR.from_buffer(ours, _VFS_NAME).value = ctypes.cast(name, _PTR).value
    put(ours, _VFS_OPEN, _OPEN_CALL(noted_open))
    library.sqlite3_vfs_register(ours, 1)
    try:
        yield recording
    finally:
        library.sqlite3_vfs_register(usual, 1)
        library.sqlite3_vfs_unregister(ours)


def work(db: Database, steps: list[Step]) -> None:
    """Articles with an alert each; each alert sent and marked. What was told as done is noted when it is told."""
    for number in range(ROUNDS):
        record = Record(
            f"第 {number} 号",
            f"https://a.example/{number}",
            "".join(map(chr, range(0x4E00 + number * 300, 0x4F00 + number * 300))),
        )
        draft = AlertDraft("r", "v", ("desk",), {"title": record.title}, fold="off")
        db.write_now(partial(articles.store, record=record, key=record.link, alerts=(draft,), now=NOW))
        steps.append(Step("told", "article", number + 1))
        claim = partial(outbox.claim, channel="desk", owner="me", now=NOW, limit=1, lease=timedelta(minutes=1))
        [claimed] = db.write_now(claim)
        db.write_now(partial(outbox.sent, claimed=claimed, now=NOW))
        steps.append(Step("told", "sent", number + 1))


def disks(steps: list[Step], start: dict[str, bytes], rng: random.Random) -> Iterator[tuple[dict[str, bytes], dict[str, int]]]:
    """The disks that a cut at any place could leave, each with what had been told by then."""
    synced = {name: bytearray(content) for name, content in start.items()}
    waiting: dict[str, list[Step]] = {}
    told = {"article": 0, "sent": 0}
    for step in steps:
        if step.what == "told":
            told[step.name] = step.at
        elif step.what == "sync":
            for one in waiting.pop(step.name, []):
                _do(synced.setdefault(step.name, bytearray()), one)
        else:
            waiting.setdefault(step.name, []).append(step)
        for number in range(IMAGES_A_CUT if any(waiting.values()) else 1):
            disk = {name: bytearray(content) for name, content in synced.items()}
            for name, pending in waiting.items() if number else ():
                for one in pending:
                    if rng.random() < 0.5:
                        _do(disk.setdefault(name, bytearray()), _torn(one, rng))
            yield {name: bytes(content) for name, content in disk.items()}, dict(told)


def _torn(step: Step, rng: random.Random) -> Step:
    """Now and then only the first or the last sectors of a write are there."""
    cut = rng.randrange(0, len(step.data) + 1, SECTOR)
    match rng.randrange(6):
        case 0:
            return Step(step.what, step.name, step.at, step.data[:cut]) if step.what == "write" else step
        case 1:
            return Step(step.what, step.name, step.at + cut, step.data[cut:]) if step.what == "write" else step
    return step


def _do(content: bytearray, step: Step) -> None:
    if step.what == "truncate":
        del content[step.at :]
        return
    content.extend(bytes(max(0, step.at + len(step.data) - len(content))))
    content[step.at : step.at + len(step.data)] = step.data


def after(disk: dict[str, bytes], folder: Path) -> tuple[str, dict[str, int]]:
    """Whether the database on this disk is sound, and what is in it. No article may be there without its alert."""
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for name, content in disk.items():
        (folder / name).write_bytes(content)
    with closing(sqlite3.connect(folder / "zhixun.db")) as connection:
        try:
            [[sound]] = connection.execute("PRAGMA integrity_check(1)").fetchall()
            [stored, alerts, sent] = [
                connection.execute(query).fetchone()[0]
                for query in (
                    "SELECT count(*) FROM article",
                    "SELECT count(*) FROM alert JOIN article ON article.id = article_id JOIN delivery ON alert_id = alert.id",
                    "SELECT count(*) FROM delivery WHERE state = 'sent'",
                )
            ]
        except sqlite3.DatabaseError as error:
            return str(error), {"article": 0, "sent": 0}
    return (sound if stored == alerts else "an article without its alert"), {"article": stored, "sent": sent}


def cut_everywhere(tmp_path: Path, template: Path, *pragmas: str) -> Counter[str]:
    """Record a run, with these settings after ours; open the disk of each cut: how many there are, how many lost something told."""
    folder = tmp_path / "run"
    folder.mkdir()
    shutil.copyfile(template, folder / "zhixun.db")
    with recorded(folder) as recording, closing(open_database(f"sqlite:///{folder}/zhixun.db")) as db:

        @event.listens_for(db.engine, "connect")
        def _set_up(connection: Any, _record: Any) -> None:
            for pragma in pragmas:
                connection.execute(f"PRAGMA {pragma}")

        work(db, recording.steps)
        steps = list(recording.steps)
    seen = Counter(step.what for step in steps)
    for disk, told in disks(steps, {"zhixun.db": template.read_bytes()}, random.Random(1)):
        sound, there = after(disk, tmp_path / "cut")
        seen["disks"] += 1
        seen["broken"] += sound != "ok"
        seen["lost"] += any(there[what] < count for what, count in told.items())
    return seen


SMALL = "wal_autocheckpoint=30"  # pages: several checkpoints in so short a run


def test_no_power_cut_loses_what_was_told_or_breaks_the_database(tmp_path: Path, sqlite_template: Path) -> None:
    seen = cut_everywhere(tmp_path, sqlite_template, SMALL)
    assert seen["told"] == 2 * ROUNDS
    assert seen["disks"] > 1000
    assert (seen["broken"], seen["lost"]) == (0, 0), seen


def test_the_replay_sees_what_a_weaker_setting_loses(tmp_path: Path, sqlite_template: Path) -> None:
    seen = cut_everywhere(tmp_path, sqlite_template, SMALL, "synchronous=NORMAL")
    assert seen["lost"] > 100, seen
