"""Any service of the Apprise library: `apprise+SCHEME://…`, with its own address after the plus.

Apprise tells only whether it believes that the message went out, and takes some refusals for success; so these messages are
recorded as handed over, not as delivered. Where Zhixun has a channel of its own, prefer it. Needs ``pip install zhixun[apprise]``.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import warnings
from typing import Any

from pydantic import Field

from crawler.errors import OptionError
from crawler.i18n import tr
from crawler.plugins import Options as Base
from jobs.deliver.address import Address
from jobs.deliver.message import Message
from jobs.deliver.rendering import PLAIN, headline, render
from jobs.deliver.transport import TIMEOUT, Post, Receipt, refused

SCHEMES = ("apprise+",)
RATE = 20.0  # no service is known to take less
LIMIT = 4000  # bytes; the library shortens further where a service needs it
TOTAL = 3 * TIMEOUT  # seconds; a thread that takes longer is left to itself


class Options(Base):
    """The address as Apprise reads it."""

    url: str = Field(description="address of the service, as Apprise writes it", repr=False)


def options(address: Address) -> Options:
    """The options of an address such as ``apprise+pover://USER@TOKEN``; raises OptionError if the library does not know it."""
    url = f"{address.scheme.removeprefix('apprise+')}://{address.rest}"
    if not _service(url):
        raise OptionError(
            tr("Apprise does not know this address; write it like apprise+pover://USER@TOKEN, as its own documents say")
        )
    return Options(url=url)


def _service(url: str) -> Any:
    """Apprise with this one address, or None if it does not know it. The library is optional, so it is looked for here."""
    logging.getLogger("apprise").setLevel(logging.CRITICAL)  # it writes whole addresses, with their secrets, to the log
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # about what its plugins import
        try:
            service = importlib.import_module("apprise").Apprise()
        except ImportError:
            raise OptionError(tr("apprise+… needs the Apprise library: pip install 'zhixun[apprise]'")) from None
        return service if service.add(url) else None


async def send(message: Message, options: Options, _post: Post) -> Receipt:
    """Hand the message to the library."""
    service = _service(options.url)
    body, title = render(message, PLAIN, LIMIT), headline(message)
    try:
        done = await asyncio.wait_for(asyncio.to_thread(service.notify, body=body, title=title, body_format="text"), TOTAL)
    except TimeoutError:
        return refused(f"Apprise took longer than {TOTAL:g} s")
    if not done:
        return refused("Apprise says that the message did not go out")
    return Receipt(True, detail="handed to Apprise, which does not read every service's answer", handed_over=True)
