"""What one program tells the others at once, by PostgreSQL's NOTIFY and LISTEN. An SQLite file has no others.

It only hastens: whoever hears nothing looks by itself now and then. A pooler in transaction mode takes a LISTEN and never passes anything
on, so a listener has itself told something over another connection, and gives up where it does not hear that.
"""

from __future__ import annotations

import importlib
import secrets
from collections.abc import AsyncIterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.db.database import MISSED, Database, dialect_of
from storage.db.errors import explain_driver

LETTERS, MESSAGES = "letters", "messages"  # articles wait to be stored; there is something to send
HEARS = "hears"  # the first that a listener gets: from now on it is told
PROOF_SECONDS = 5.0
_CHANNEL = "zhixun"


def tell(session: Session, topic: str) -> None:
    """Let the others know once this transaction is committed; twice in one is once."""
    if dialect_of(session) == "postgresql":
        session.execute(select(func.pg_notify(_CHANNEL, topic)))


async def heard(db: Database) -> AsyncIterator[str]:
    """`HEARS`, and then each topic as it is told. Ends where nothing is passed on; raises StorageError where the connection is lost."""
    driver, proof = importlib.import_module("psycopg"), secrets.token_hex(8)
    address = db.url.set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        async with await driver.AsyncConnection.connect(address, autocommit=True, **MISSED) as connection:
            await connection.execute(f"LISTEN {_CHANNEL}")
            await db.write(lambda s: tell(s, proof))
            first: list[str] = []
            while proof not in first:  # others talk, too
                first = [one.payload async for one in connection.notifies(timeout=PROOF_SECONDS, stop_after=1)]
                if not first:
                    return
            yield HEARS
            async for one in connection.notifies():
                yield one.payload
    except driver.Error as error:
        told = explain_driver(error, db.name)
        if told is None:
            raise
        raise told from error
