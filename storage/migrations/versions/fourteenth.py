"""The link of an article that was read is known by a short row. Tasks that are done move there beside the daemon, some at a time."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "known_link",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("article_id", sa.BigInteger()),
        sa.Column("guid", sa.BigInteger()),
        sa.Column("place", sa.BigInteger()),
        sa.Column("fragment", sa.Text()),
        sa.Column("baseline", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_known_link_source_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_known_link")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_known_link_source_id_guid"), "known_link", ["source_id", "guid"])
