"""The migrations as their files name them are those that alembic finds."""

from alembic.script import ScriptDirectory

from storage.db import schema


def test_the_chain_that_is_read_from_the_files_is_alembics() -> None:
    scripts = ScriptDirectory.from_config(schema._config())
    assert list(reversed(schema._chain())) == [script.revision for script in scripts.walk_revisions()]
