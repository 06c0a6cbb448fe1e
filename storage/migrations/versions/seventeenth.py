"""Which articles of a story are known to tell its event, and which only probably. Until now all were known."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Forward."""
    op.add_column("article", sa.Column("proven", sa.BigInteger(), nullable=True))
