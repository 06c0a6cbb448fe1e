"""Serves the pages, beside a daemon in its loop or alone over an archive that nobody is filling."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from fastapi import FastAPI

from crawler.errors import ZhixunError
from crawler.i18n import tr
from crawler.sandbox.memory import freeze
from jobs.config.load import Config
from jobs.services.readers import people
from jobs.web.access import Parts
from jobs.web.app import create
from jobs.web.server import Listener
from jobs.web.server import serve_alone as serve_alone  # noqa: PLC0414  (for the command line, which may not import the pages)
from storage.db.database import Database
from storage.rules.parser import parse
from storage.rules.sieve import sieve

DEFAULT = str(Config.model_fields["web"].default)


class Refused(ZhixunError):
    """The pages may not be served, or cannot."""


def pages(parts: Parts, address: str, *, own_signals: bool = False) -> Listener:
    """The pages, bound to their address. Raises Refused; and StorageError, where it has to ask for an owner."""
    if open_to_all := people.not_guarded(parts.db, address):
        raise Refused(open_to_all)
    app = create(parts)
    listener = Listener(app, address, own_signals=own_signals, warm=lambda: warm(app))
    freeze()
    try:
        listener.bind()
    except OSError as error:
        why = error.strerror or error
        raise Refused(tr("{address} cannot be listened at: {why}. Another `web:` in the configuration is another address", address=address, why=why)) from error  # fmt: skip
    return listener


def warm(app: FastAPI) -> None:
    """What else the first who asks would wait for: the tables of a search take .3 s, the templates as long."""
    sieve(parse("AI").root)
    app.state.renderer.warm()


def alone(db: Database, config: Config, path: Path, now: Callable[[], datetime], tell: Callable[[str], None]) -> None:
    """Serve an archive until SIGINT or SIGTERM; `tell` hears where. Raises Refused."""
    address = config.web or DEFAULT
    listener = pages(Parts(db, lambda: config, path, now), address, own_signals=True)
    tell(f"http://{address}")
    asyncio.run(listener.serve())
