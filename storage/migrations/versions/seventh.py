"""The index of words, concepts with their mentions, and how far both reach back; indexes for lists and counts."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Forward."""
    op.add_column("article", sa.Column("companies", sa.JSON(), nullable=True))
    op.create_index(op.f("ix_article_id_shown_at"), "article", ["id", "shown_at"])
    op.create_index(op.f("ix_article_first_seen"), "article", ["first_seen"])
    op.create_table(
        "concept",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("zh", sa.Text(), nullable=False),
        sa.Column("en", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concept")),
        sa.UniqueConstraint("kind", "key", name=op.f("uq_concept_kind_key")),
    )
    op.create_table(
        "mention",
        sa.Column("concept_id", _NUMBER, nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("story", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("article_id", _NUMBER, nullable=False),
        sa.Column("acts", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["concept_id"], ["concept.id"], name=op.f("fk_mention_concept_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name=op.f("fk_mention_article_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("concept_id", "day", "story", "article_id", name=op.f("pk_mention")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_mention_article_id"), "mention", ["article_id"])
    op.create_table(
        "volume",
        sa.Column("concept_id", _NUMBER, nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("stories", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["concept_id"], ["concept.id"], name=op.f("fk_volume_concept_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("concept_id", "day", name=op.f("pk_volume")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_volume_day"), "volume", ["day"])
    op.create_table(
        "backfill",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("below", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_backfill")),
    )
    op.execute("INSERT INTO backfill (name, label, zone, below) SELECT 'archive', '', '', coalesce(max(id) + 1, 0) FROM article")
    if op.get_context().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE search_index USING fts5"
            "(words, content='', columnsize=0, detail='none', tokenize=\"ascii tokenchars ':'\")"
        )
        op.execute("CREATE VIRTUAL TABLE search_index_terms USING fts5vocab(search_index, row)")
        return
    op.execute(
        "CREATE TABLE search_index (article_id bigint PRIMARY KEY REFERENCES article ON DELETE CASCADE, tokens tsvector NOT NULL)"
    )
    op.execute("CREATE INDEX ix_search_index_tokens ON search_index USING gin (tokens)")
