"""Files that are replaced whole or not at all, and kept to one writer at a time."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def replace(path: Path, body: bytes, mode: int) -> None:
    """Put the file in place in one step: a reader never sees half of it, nor does a crash leave it. Raises OSError."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        beside.chmod(mode)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Where to write what takes the place of a file, in its mode, once it is whole; what is no file, such as /dev/stdout, is that itself.

    Raises OSError. What ends early leaves the file that was there.
    """
    if path.exists() and not path.is_file():
        yield path
        return
    path = path.resolve()  # a link stays one
    beside = path.with_name(f".{path.name}.part")
    beside.unlink(missing_ok=True)  # a kill came in between
    beside.touch(exist_ok=False)  # nobody's link
    try:
        if path.exists():
            shutil.copymode(path, beside)
        yield beside
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One of us at a time changes files of this folder. The lock is on the folder: a file's own would go with the file."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
