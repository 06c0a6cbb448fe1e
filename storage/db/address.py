"""What an address of a database leads to, asked without SQLAlchemy: who checks a configuration, or asks for a sign of life, needs no more."""

from __future__ import annotations

import importlib
import string
from collections.abc import Collection
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote

from crawler.i18n import tr
from storage.db.errors import NoArchive, StorageError, Unreachable

NO_ADDRESS = "`database:` is no address; write sqlite:///data/zhixun.db or postgresql+psycopg://user@host/name"


def must_be_file(path: Path) -> None:
    """Raise NoArchive where SQLite would create an empty file, Unreachable for a pipe, which keeps who reads it waiting, or a device."""
    if not path.exists():
        raise NoArchive(path.absolute())
    if not path.is_file():
        raise Unreachable(tr("{name} cannot be opened: {why}", name=path, why=tr("is no file")))


def options(url: str) -> tuple[list[str], Collection[str]]:
    """The options of PostgreSQL behind the `?` that the driver does not know, and those that it knows."""
    given = [name for name, _ in parse_qsl(url.partition("?")[2], keep_blank_values=True)]
    if not given or not url.startswith("postgresql"):
        return [], ()
    defaults = importlib.import_module("psycopg.pq").Conninfo.get_defaults()
    known = {option.keyword.decode() for option in defaults}
    return [name for name in given if name not in known], known


def check(url: str) -> None:
    """Raise StorageError for an option that the driver does not know."""
    if unknown := options(url)[0]:
        raise StorageError(tr("PostgreSQL knows no option {name}", name=unknown[0]))


def connect(url: str, seconds: int) -> Any:
    """A connection. The driver wants blanks and Han spelled out, which SQLAlchemy takes as they are."""
    check(url)
    driver = importlib.import_module("psycopg")
    plain = quote(url.replace("+psycopg", "", 1), safe=string.punctuation)
    try:
        return driver.connect(plain, connect_timeout=seconds)
    except driver.ProgrammingError:  # whose words may hold the password
        raise StorageError(tr(NO_ADDRESS)) from None
