"""Indexes that answer without the articles' rows: who told which story in a period, the articles of a source by time, the source of an article."""

from alembic import op

revision = "0009"
down_revision = "0008"

_OLD = ("shown_at_id", "id_shown_at", "source")
_NEW = (
    ["shown_at", "id", "story", "source", "language", "reprint_of"],
    ["id", "shown_at", "source"],
    ["source", "shown_at", "id"],
)


def upgrade() -> None:
    """Forward."""
    for columns in _NEW:
        op.create_index(op.f(f"ix_article_{'_'.join(columns)}"), "article", columns)
    for name in _OLD:
        op.drop_index(op.f(f"ix_article_{name}"), "article")
