"""Alerts by time with their story, so that what a person has not read is found without reading payloads."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Forward."""
    op.create_index(op.f("ix_alert_created_at_id_story"), "alert", ["created_at", "id", "story"])
    op.drop_index(op.f("ix_alert_created_at"), "alert")
