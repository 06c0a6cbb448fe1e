"""Prints alerts on standard output: `console://`."""

from __future__ import annotations

import asyncio
import sys

from crawler.plugins import Options as Base
from jobs.deliver.address import Address, fill
from jobs.deliver.message import Message
from jobs.deliver.rendering import PLAIN, render
from jobs.deliver.transport import Post, Receipt, accepted, refused

SCHEMES = ("console",)
PUBLIC = ("host",)  # parts of the address that are no secret
RATE = None
LIMIT = 20_000  # bytes


class Options(Base):
    """Nothing to say."""


def options(address: Address) -> Options:
    """The options of an address such as ``console://``."""
    return fill(Options, address, "console://")


async def send(message: Message, _options: Options, _post: Post) -> Receipt:
    """Print the message, with an empty line after it."""
    try:
        await asyncio.to_thread(_print, render(message, PLAIN, LIMIT) + "\n\n")  # who does not read on stops no other channel
    except (OSError, ValueError) as error:  # a closed pipe, a closed stream
        return refused(f"standard output cannot be written: {error}")
    return accepted("printed")


def _print(text: str) -> None:
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
    sys.stdout.flush()
