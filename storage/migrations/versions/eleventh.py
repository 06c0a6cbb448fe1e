"""Keys by which articles are found lie together by their age, without a time and an index of their own: a quarter of the room."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Forward."""
    names = "part", "key", "article_id"
    for table in ("shingle", "story_key"):
        old = sa.table(table, sa.column("key", sa.BigInteger), sa.column("article_id", sa.BigInteger))
        kept = op.create_table("kept", *(sa.Column(name, sa.BigInteger(), nullable=False) for name in names))
        short = sa.select(old.c.article_id // 4096, old.c.key % 2147483648, old.c.article_id).distinct()
        op.execute(kept.insert().from_select(names, short))
        op.drop_table(table)
        new = op.create_table(
            table,
            sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
            sa.Column("key", sa.Integer(), autoincrement=False, nullable=False),
            sa.Column("article_id", _NUMBER, autoincrement=False, nullable=False),
            sa.PrimaryKeyConstraint("part", "key", "article_id", name=op.f(f"pk_{table}")),
            sqlite_with_rowid=False,
        )
        op.execute(new.insert().from_select(names, sa.select(*(kept.c[name] for name in names))))
        op.drop_table("kept")
