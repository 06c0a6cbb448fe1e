"""What a source calls its articles, and when a poll last gave the whole list."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Forward."""
    op.add_column("task", sa.Column("guid", sa.Text(), nullable=True))
    op.add_column("task", sa.Column("full_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_task_source_id_guid"), "task", ["source_id", "guid"])
