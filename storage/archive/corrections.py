"""Which articles correct, deny or take back what was told, kept as they are stored."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, insert, or_, select
from sqlalchemy.orm import Session

from storage.db.models import article, correction


def put(session: Session, article_id: int, of: int, what: str) -> None:
    """An article does this to what another told, or to itself."""
    session.execute(delete(correction).where(correction.c.article_id == article_id))
    session.execute(insert(correction).values(article_id=article_id, of_id=of, how=what))


def of_stories(session: Session, stories: Collection[int]) -> dict[int, tuple[str, int]]:
    """Story → what became of it, and the article that says so, the newest one.

    What an article says of itself counts for its story only where it is the first that told it.
    """
    listed = list(stories)
    told = select(article.c.id).where(article.c.story.in_(listed))
    query = select(correction.c.article_id, correction.c.of_id, correction.c.how, article.c.story)
    query = query.outerjoin(article, article.c.id == correction.c.of_id).order_by(correction.c.article_id)
    rows = session.execute(query.where(or_(correction.c.of_id.in_(told), correction.c.of_id.in_(listed))))
    return {
        row.story or row.of_id: (row.how, row.article_id)
        for row in rows
        if row.article_id != row.of_id or row.of_id in (row.story, None)
    }
