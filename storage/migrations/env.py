"""Alembic's entry: uses the connection, and the transaction, that storage.db.schema hands over."""

from alembic import context

from storage.db.models import metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True, transactional_ddl=True
)
context.run_migrations()
