"""Looks at everything a daemon needs before it is needed. Changes nothing and sends nothing: channels are only connected to."""

from __future__ import annotations

import asyncio
import importlib
import os
import shutil
import socket
import stat
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from crawler.i18n import tr
from crawler.retold import retold, system_fault
from jobs import backups
from jobs.config.load import Config
from jobs.deliver.message import test_message
from jobs.deliver.transport import OpenChannel, Post, Reply, channel_for
from jobs.services.readers import people
from storage.archive import queries
from storage.db.database import Database, open_database
from storage.db.errors import NotReady, StorageError

Verdict = Literal["ok", "warn", "fail"]
SOUND_SQLITE = (3, 51, 3)  # https://sqlite.org/wal.html, "WAL-reset bug": before, two writers could damage a database
MIB = 2**20
LITTLE, NOTHING = 1024 * MIB, 100 * MIB  # bytes free on the disk
CONNECT = 5.0  # seconds


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    verdict: Verdict
    says: str


def examine(config: Config, path: Path, now: datetime) -> Iterator[Finding]:
    """Everything, one finding after the other."""
    active = sum(source.enabled for source in config.sources)
    counts = {"sources": active, "rules": len(config.rules), "channels": len(config.channels)}
    watched = tr("{sources} sources, {rules} rules, {channels} channels", **counts)
    yield Finding(tr("configuration"), "ok" if active else "warn", watched + ("" if active else tr(": nothing is watched")))
    yield private(path, tr("configuration file"))
    with closing(open_database(config.database)) as db:
        yield from _store(db, config, now)
        with suppress(StorageError):  # told by then
            if config.web and (why := people.not_guarded(db, config.web)):
                yield Finding(tr("pages"), "warn", why)
    if config.browser:
        yield asyncio.run(browser(config.browser, config.crawl.sandbox))
    for row in config.channels:
        yield asyncio.run(reach(row.name, channel_for(row.url)))


def private(path: Path, what: str) -> Finding:
    """Whether a file with secrets in it is read by nobody but its owner, and a group of ours where the owner is another, such as root."""
    try:
        found = path.stat()
    except OSError as error:
        return Finding(what, "fail", tr("{path} cannot be read: {why}", path=path, why=system_fault(error)))
    return _mode(path, what, found.st_mode, found.st_uid == os.geteuid())


def _mode(path: Path, what: str, mode: int, is_ours: bool) -> Finding:
    open_to = stat.S_IMODE(mode) & (0o077 if is_ours else 0o007)
    if not open_to:
        shared = tr("{path} is its owner's, and read by your group alone", path=path)
        return Finding(what, "ok", tr("{path} is yours alone", path=path) if is_ours else shared)
    # In a unit the file is root's and the service reads it by its group; in a container it comes from outside, for whatever user.
    cure = tr("`chmod 600` it") if is_ours else tr("its owner should give it to the group of this user and `chmod 640` it")
    return Finding(
        what,
        "warn",
        tr(
            "{path} may be read by others (mode {mode:03o}); {cure}, "
            "or keep secrets out of it: ${{NAME}} takes them from the environment or, by NAME_FILE, from a file of their own",
            path=path,
            mode=stat.S_IMODE(mode),
            cure=cure,
        ),
    )


def _store(db: Database, config: Config, now: datetime) -> Iterator[Finding]:
    if db.sqlite_version is not None:
        yield sqlite(db.sqlite_version)
    if db.path is not None:
        yield disk(db.path, lambda folder: shutil.disk_usage(folder).free)
        if not db.path.exists():
            yield Finding(tr("database"), "warn", tr("{path} does not exist yet; `zhixun run` creates it", path=db.path))
            return
        yield private(db.path, tr("database file"))
    try:
        db.check()
        beat, status = db.read(lambda s: (queries.last_beat(s, "daemon"), queries.status(s, now)))
    except NotReady as error:
        yield Finding(tr("database"), "warn", str(error))
        return
    except StorageError as error:
        yield Finding(tr("database"), "fail", str(error))
        return
    yield Finding(tr("database"), "ok", tr("{name}: sound, {records} records", name=db.name, records=status.records))
    yield clock(max((at for at in (beat.at if beat else None, status.newest_record) if at), default=None), now)
    yield backup(config, now)


def sqlite(version: tuple[int, ...]) -> Finding:
    """The SQLite library in use."""
    told = ".".join(map(str, version))
    if version < SOUND_SQLITE:
        return Finding(
            "SQLite",
            "warn",
            tr(
                "{told} has the WAL-reset bug (fixed in 3.51.3). "
                "Zhixun writes through one connection, which avoids it; let no other program write to the file. "
                "A newer library comes with a newer Python or system; PostgreSQL is not concerned",
                told=told,
            ),
        )
    return Finding("SQLite", "ok", told)


def disk(file: Path, free: Callable[[Path], int]) -> Finding:
    """The room where the database is, or will be, and whether it may be written."""
    folder = next((place for place in (file.parent, *file.parent.absolute().parents) if place.exists()), Path("/"))
    if not os.access(folder, os.W_OK):
        return Finding(tr("disk"), "fail", tr("{folder} may not be written", folder=folder))
    left = free(folder)
    verdict: Verdict = "fail" if left < NOTHING else "warn" if left < LITTLE else "ok"
    return Finding(tr("disk"), verdict, tr("{left:,.0f} MiB free in {folder}", left=left / MIB, folder=folder))


def clock(newest: datetime | None, now: datetime) -> Finding:
    """Whether the clock is behind what the database has seen."""
    if newest is not None and newest > now + timedelta(minutes=1):
        return Finding(
            tr("clock"),
            "fail",
            tr(
                "it is {now:%Y-%m-%d %H:%M} UTC here, and the database knows {newest:%Y-%m-%d %H:%M}: set the clock",
                now=now,
                newest=newest,
            ),
        )
    return Finding(tr("clock"), "ok", f"{now:%Y-%m-%d %H:%M:%S} UTC")


def backup(config: Config, now: datetime) -> Finding:
    """The newest copy of the database."""
    plan = config.backup_plan()
    if plan is None:
        return Finding(tr("backup"), "warn", tr("no copies are made; see `backup:` in the configuration"))
    newest = max(backups.copies(plan.folder), default=None)
    if newest is None:
        return Finding(tr("backup"), "warn", tr("none in {folder} yet", folder=plan.folder))
    told = tr("the newest of {newest:%Y-%m-%d %H:%M} UTC, in {folder}", newest=newest, folder=plan.folder)
    return Finding(tr("backup"), "warn" if now - newest > 2 * plan.every else "ok", told)


async def browser(path: str, sandbox: bool) -> Finding:
    """Whether the browser starts, for the sources with `render`."""
    rendering = importlib.import_module("crawler.fetch.browser")  # its library is an extra: not everyone has it
    told, failed = await rendering.try_out(path, sandbox=sandbox)
    if failed:
        return Finding(tr("browser"), "fail", told)
    if os.geteuid() == 0:
        told = tr("{told}; without its sandbox, as it is run by root: give Zhixun a user of its own", told=told)
        return Finding(tr("browser"), "warn", told)
    if not sandbox:
        return Finding(tr("browser"), "warn", tr("{told}; without its sandbox (crawl.sandbox)", told=told))
    return Finding(tr("browser"), "ok", told)


# ---- channels


class _Nowhere(Post):
    """Notes where a channel would send to, and sends nothing."""

    url = ""

    async def __call__(self, url: str, **_more: Any) -> Reply:
        self.url = self.url or url
        return Reply(0, error="nothing is sent")


async def reach(name: str, channel: OpenChannel) -> Finding:
    """Whether the channel's server takes connections."""
    what = tr("channel {name}", name=name)
    if why := channel.obstacle():
        return Finding(what, "fail", why)
    place = await place_of(channel)
    if isinstance(place, str):
        return Finding(what, "ok", place)
    host, port = place
    try:
        async with asyncio.timeout(CONNECT):
            _, writer = await asyncio.open_connection(host, port)
            writer.close()
    except (OSError, TimeoutError, UnicodeError) as error:
        why = tr("does not answer") if isinstance(error, TimeoutError) else retold(str(error))
        why = tr("does not exist") if isinstance(error, socket.gaierror) else why
        return Finding(what, "fail", f"{channel.name}: {host}:{port} {why}")
    server = {"kind": channel.name, "host": host, "port": port}
    told = tr("{kind}: {host}:{port} takes connections; `zhixun channels test {name}` sends something", name=name, **server)
    return Finding(what, "ok", told)


async def place_of(channel: OpenChannel) -> tuple[str, int] | str:
    """Host and port of a channel's server, or a sentence where it has none."""
    if channel.name in ("console", "file", "apprise"):
        return tr("{channel}: nothing to connect to", channel=channel.name)
    host, port = getattr(channel.options, "host", ""), getattr(channel.options, "port", None)
    if channel.name == "email":
        return str(host), int(port or 0)
    post = _Nowhere(lambda: _THEN)
    await channel.send(test_message(_THEN), post)
    parts = urlsplit(post.url)
    return parts.hostname or "", parts.port or (80 if parts.scheme == "http" else 443)


_THEN = datetime.fromisoformat("2026-01-01T00:00:00+00:00")  # what is worded is never sent
