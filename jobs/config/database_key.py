"""Where the database is, read from the file without the rest of it: what only wants to know that must not pay for a thousand sources."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from crawler.i18n import tr
from jobs.config.yaml_file import ConfigError, read_document, read_file

DATABASE = "sqlite:///data/zhixun.db"
_own_lines = re.compile(rb"^database[ \t]*:.*(?:\n(?:[ \t#].*)?)*", re.MULTILINE)


def database_of(path: Path, environ: Mapping[str, str]) -> str:
    """The address of the database that a configuration file names, in the words of `placed_database`. Raises ConfigError."""
    body = read_file(path)
    found = _own_lines.findall(body)
    try:
        url = _read(path, found[0] if len(found) == 1 else body, environ)
    except ConfigError:
        url = _read(path, body, environ)  # says the true line
    return placed_database(url, Path(os.path.abspath(path)).parent)


def placed_database(url: str | None, folder: Path) -> str:
    """The address with a file that is relative to the folder made whole."""
    return placed(url or DATABASE, "sqlite:///", folder)


def placed(url: str, scheme: str, folder: Path) -> str:
    """The same for any scheme that names a file."""
    rest = url.removeprefix(scheme) if url.startswith(scheme) else ""
    return scheme + whole(rest, folder) if rest and not rest.startswith("/") else url


def whole(name: str, folder: Path) -> str:
    """A path that is relative to a folder, from the root."""
    return os.path.abspath(folder / os.path.expanduser(name))


def _read(path: Path, body: bytes, environ: Mapping[str, str]) -> str | None:
    document = read_document(str(path), body, environ)
    url: object = document.data.get("database")
    if url is not None and not isinstance(url, str):
        document.mistake(("database",), tr("should be text; put it in quotes"))
    if document.mistakes:
        raise ConfigError(document.mistakes)
    return url if isinstance(url, str) else None
