"""Appends alerts to a file, one JSON object a line: `file:///var/lib/zhixun/alerts.jsonl`.

A line is on the disk (fsync) before the alert counts as sent. A line that a crash cut short is left alone and a new one begun, so
a reader skips what does not parse; a line that comes twice has the same ``idempotency_key``.
"""

from __future__ import annotations

import asyncio
import errno
import os
import stat
from pathlib import Path

from pydantic import Field

from crawler.i18n import tr
from crawler.plugins import Options as Base
from jobs.deliver.address import Address, fill
from jobs.deliver.message import Message
from jobs.deliver.rendering import json_line
from jobs.deliver.transport import Post, Receipt, accepted, refused

SCHEMES = ("file",)
PUBLIC = ("host", "path")
RATE = None
WORDED = False  # it sends data: no template is for it


class Options(Base):
    """Where to write."""

    path: Path = Field(description="path of the file")


def options(address: Address) -> Options:
    """The options of an address such as ``file:///var/lib/zhixun/alerts.jsonl``; without a third slash the path is relative."""
    return fill(Options, address, "file:///var/lib/zhixun/alerts.jsonl", path=address.authority + address.path)


def obstacle(options: Options) -> str:
    """Why no line will come into the file, as far as this machine tells; "" where nothing is in the way."""
    path, place = options.path, next(place for place in (options.path, *options.path.absolute().parents) if os.path.exists(place))
    if not (os.path.isfile(place) if place == path else os.path.isdir(place)):
        return tr("{path} is no file; name one, such as {example}", path=place, example="file:///var/lib/zhixun/alerts.jsonl")
    return "" if os.access(place, os.W_OK) else tr("{folder} may not be written", folder=place)


async def send(message: Message, options: Options, _post: Post) -> Receipt:
    """Append the message and wait until the disk has it."""
    line = json_line(message).encode()
    try:
        await asyncio.to_thread(_append, options.path, line)
    except OSError as error:
        return refused(f"{options.path} cannot be written: {error.strerror}", error.errno)
    return accepted(f"written to {options.path}")


def _append(path: Path, line: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        if not stat.S_ISREG(
            os.fstat(handle).st_mode
        ):  # a pipe takes the line and cannot be synced: it would come again and again
            raise OSError(errno.EINVAL, "it is no file; for standard output there is console://")
        size = os.fstat(handle).st_size
        torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
        rest = memoryview((b"\n" if torn else b"") + line + b"\n")
        while rest:
            rest = rest[os.write(handle, rest) :]
        os.fsync(handle)
    finally:
        os.close(handle)
