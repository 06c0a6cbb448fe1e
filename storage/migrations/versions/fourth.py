"""Indexes on what a deleted record or alert may be named by: without them each deletion read the whole table."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Forward."""
    op.create_index(op.f("ix_article_reprint_of"), "article", ["reprint_of"])
    op.create_index(op.f("ix_alert_follows"), "alert", ["follows"])
