"""What corrects, denies or takes back what was told; a week as an editor left it, and pages that were frozen under a link."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Forward. The corrections that alerts know of are taken over: those that go back to the alert of another story."""
    op.create_table(
        "correction",
        sa.Column("article_id", _NUMBER, nullable=False),
        sa.Column("of_id", sa.BigInteger(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_correction_article_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_correction")),
    )
    op.create_index(op.f("ix_correction_of_id"), "correction", ["of_id"])
    known = "SELECT new.article_id, min(old.article_id), 'corrected' FROM alert AS new JOIN alert AS old ON old.id = new.follows"
    op.execute(
        f"INSERT INTO correction (article_id, of_id, how) {known} WHERE new.story <> old.story AND new.article_id <> old.article_id"
        " GROUP BY new.article_id"
    )
    op.create_table(
        "week",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("edits", sa.JSON(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_week")),
    )
    op.create_table(
        "frozen",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("week", sa.Text(), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("ends_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_frozen")),
    )
    op.create_index(op.f("ix_frozen_week"), "frozen", ["week"])
