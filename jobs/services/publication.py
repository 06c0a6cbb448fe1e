"""The configuration of many workers: published with a version, followed by all, and never two at a time."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from crawler.i18n import tr
from jobs.config.load import Config, parsed
from jobs.config.yaml_file import Document, mistaken, read_document, read_file
from storage.db.database import Database
from storage.queue import published
from storage.queue.published import Published


def publish(db: Database, path: Path, environ: Mapping[str, str], now: datetime) -> Published:
    """Let all workers follow this file. Raises ConfigError where it is no configuration; variables stay as they are written."""
    body = read_file(path)
    document = read_document(str(path), body, environ)
    if _is_bare(document):
        raise mistaken(path, tr("says nothing but `database`: there is nothing to publish"))
    parsed(document, environ)
    text, by = body.decode("utf-8-sig"), f"{socket.gethostname()}:{path}"
    return db.write_now(lambda s: published.publish(s, text, _digest(body), by, now))


def joined(db: Database, path: Path, environ: Mapping[str, str], now: datetime) -> tuple[int | None, Config | None]:
    """The version that a worker with this file follows, and what it says if that is not what the file says.

    A file that says nothing but `database` follows whatever is published; where nothing is, the file becomes it. Raises ConfigError for
    another one: two workers with different files would each undo what the other does.
    """
    body = read_file(path)
    last = db.read(published.latest)
    bare = _is_bare(read_document(str(path), body, environ))
    if last is None:
        return (None, None) if bare else (publish(db, path, environ, now).version, None)
    if last.digest == _digest(body):
        return last.version, None
    if bare:
        return last.version, follow(last, path, environ)
    fault = tr("is not the configuration that the workers follow (version {version}, by {by})", version=last.version, by=last.by)
    cure = tr("publish it with `zhixun config publish`, or start with a file that says nothing but `database`")
    raise mistaken(path, fault, cure)


def follow(last: Published, path: Path, environ: Mapping[str, str]) -> Config:
    """What is published, on the database of our own file. Raises ConfigError, for example where a variable is not set here."""
    document = read_document(f"{path} (published version {last.version})", last.text.encode(), environ)
    own = read_document(str(path), read_file(path), environ)
    document.data.pop("database", None)
    document.data |= {key: value for key, value in own.data.items() if key == "database"}
    document.mistakes = [one for one in document.mistakes if not one.message.startswith("database:")]
    document.secrets |= own.secrets
    return parsed(document, environ)


def _is_bare(document: Document) -> bool:
    return set(document.data) <= {"database"}


def _digest(body: bytes) -> str:
    return hashlib.sha256(body.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")).hexdigest()
