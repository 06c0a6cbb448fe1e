"""Messages about Zhixun itself ride the outbox: they are claimed, fenced and ended like deliveries."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Forward."""
    for name in ("fence", "recoveries"):
        op.add_column("notice", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.add_column("notice", sa.Column("state", sa.Text(), nullable=False, server_default="pending"))
    for name in ("owner", "vendor_answer"):
        op.add_column("notice", sa.Column(name, sa.Text(), nullable=True))
    op.add_column("notice", sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE notice SET state = CASE WHEN sent_at IS NULL THEN 'dead' ELSE 'sent' END WHERE next_at IS NULL")
    op.create_index(op.f("ix_notice_channel_state_next_at"), "notice", ["channel", "state", "next_at"])
