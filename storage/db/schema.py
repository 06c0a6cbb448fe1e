"""Brings the tables to this version: runs the migrations in this process, in the caller's transaction, without a word.

Whether there is anything to run is read from the files: alembic takes a quarter of a second to import.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from crawler.i18n import tr
from storage.db.errors import NewerSchema

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parents[1] / "migrations"
_revision = re.compile(r'^(down_)?revision\b[^=\n]*= *["\'](\w+)["\']', re.MULTILINE)


def is_current(connection: Connection) -> bool:
    """True when there is nothing to do."""
    return revision(connection) == _chain()[-1]


def upgrade(connection: Connection, name: str) -> None:
    """Run what is missing. Raises NewerSchema when the database has a revision that this program does not know."""
    from alembic import command  # noqa: PLC0415

    current = revision(connection)
    if current not in {None, *_chain()}:
        told = tr(
            "{name} was written by a newer Zhixun (schema {current}); use that version, or restore an older backup",
            name=name,
            current=current,
        )
        raise NewerSchema(told)
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def revision(connection: Connection) -> str | None:
    """Which version the tables have."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


@cache
def _chain() -> tuple[str, ...]:
    """The revisions of the migrations, oldest first."""
    after = {}
    for file in (MIGRATIONS / "versions").glob("*.py"):
        named = {bool(down): revision for down, revision in _revision.findall(file.read_text("utf-8"))}
        if False in named:
            after[named.get(True)] = named[False]
    chain = [after[None]]
    while chain[-1] in after:
        chain.append(after[chain[-1]])
    return tuple(chain)


def _config() -> Config:
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
