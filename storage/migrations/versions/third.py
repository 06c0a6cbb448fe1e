"""Subscriptions at hubs."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Forward."""
    op.add_column("source", sa.Column("subscription", sa.JSON(), nullable=True))
