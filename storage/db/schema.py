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
from storage.db.errors import Foreign, NewerSchema

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parents[1] / "migrations"
_ours = re.compile(r"\d{4}")
_revision = re.compile(r'^(down_)?revision\b[^=\n]*= *["\'](\w+)["\']', re.MULTILINE)


def is_current(connection: Connection) -> bool:
    """True when there is nothing to do."""
    return revision(connection) == _chain()[-1]


def upgrade(connection: Connection, name: str) -> None:
    """Run what is missing, unless it is refused."""
    from alembic import command  # noqa: PLC0415

    refuse(connection, name)
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def refuse(connection: Connection, name: str) -> None:
    """Raise NewerSchema where the revision is one that this program does not know yet, Foreign where the tables are another program's."""
    current = revision(connection)
    if strange := _strange(connection, current):
        few = ", ".join(strange[:3]) + (" …" if len(strange) > 3 else "")
        told = tr("{name} holds the tables of another program ({few}); give Zhixun a database of its own", name=name, few=few)
        raise Foreign(told)
    if current not in {None, *_chain()}:
        told = tr(
            "{name} was written by a newer Zhixun (schema {current}); use that version, or restore an older backup",
            name=name,
            current=current,
        )
        raise NewerSchema(told)


def _strange(connection: Connection, current: str | None) -> list[str]:
    """Tables that we did not make. A server's database may be shared, as long as no table is called like one of ours."""
    if current is not None and _ours.fullmatch(current):
        return []
    from storage.db.models import metadata  # noqa: PLC0415

    alone = current is not None or connection.dialect.name == "sqlite"
    return sorted(name for name in inspect(connection).get_table_names() if alone or name in metadata.tables)


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
