"""Brings the tables to this version: runs the migrations in this process, in the caller's transaction, without a word."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from storage.db.errors import NewerSchema


def is_current(connection: Connection) -> bool:
    """True when there is nothing to do."""
    return revision(connection) == _scripts().get_current_head()


def revision(connection: Connection) -> str | None:
    """Which version the tables have."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(connection: Connection, name: str) -> None:
    """Run what is missing. Raises NewerSchema when the database has a revision that this program does not know."""
    current = revision(connection)
    scripts = _scripts()
    if current not in {None, *(script.revision for script in scripts.walk_revisions())}:
        raise NewerSchema(
            f"{name} was written by a newer Zhixun (schema {current}); use that version, or restore an older backup"
        )
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[1] / "migrations").replace("%", "%%"))
    return config


@cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())
