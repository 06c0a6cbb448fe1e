"""What a person said of two articles, and what an alert that was folded would have told."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Forward."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "story_pair",
        sa.Column("one", number, nullable=False),
        sa.Column("other", number, nullable=False),
        sa.Column("together", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["one"], ["article.id"], name=op.f("fk_story_pair_one"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["other"], ["article.id"], name=op.f("fk_story_pair_other"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("one", "other", name=op.f("pk_story_pair")),
    )
    op.create_index(op.f("ix_story_pair_other"), "story_pair", ["other"])
    op.add_column("teller", sa.Column("draft", sa.JSON(), nullable=True))
