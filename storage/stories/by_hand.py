"""What a person says of two articles: one event, or two. It is done, and remembered for the articles that come later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, bindparam, or_, select, update
from sqlalchemy.orm import Session

from storage.db.database import upsert
from storage.db.models import article, story_pair

_ids: BindParameter[Any] = bindparam("ids", expanding=True)
_SAID = select(story_pair).where(story_pair.c.one.in_(_ids), story_pair.c.other.in_(_ids))
APART, TOGETHER = "set apart by a person", "joined by a person"


def place_of(session: Session, article_id: int) -> Any:
    """(id, title, story, reprint_of) of an article, or None."""
    columns = article.c.id, article.c.title, article.c.story, article.c.reprint_of
    return session.execute(select(*columns).where(article.c.id == article_id)).first()


def members(session: Session, story: int) -> list[int]:
    """The articles of a story, the first one first."""
    return list(session.scalars(select(article.c.id).where(article.c.story == story).order_by(article.c.id)))


def set_apart(session: Session, article_id: int, now: datetime) -> list[int]:
    """Give an article a story of its own, with the reprints of it and what surely tells the same; all that moved."""
    old = place_of(session, article_id).story
    own = article.c.id == article_id, article.c.reprint_of == article_id, article.c.proven == article_id
    mine = article.c.story == old, or_(*own)
    moved = list(session.scalars(select(article.c.id).where(*mine).order_by(article.c.id)))
    session.execute(
        update(article).where(article.c.id.in_(moved)).values(story=article_id, proven=article_id, story_reason=APART)
    )
    session.execute(update(article).where(article.c.id == article_id).values(reprint_of=None))
    _remember(session, [(article_id, other) for other in members(session, old)], together=False, now=now)
    return moved


def put_together(session: Session, one: int, other: int, now: datetime) -> list[int]:
    """Make one story of the stories of two articles, under the older first article; all that moved."""
    first, second = sorted((place_of(session, one).story, place_of(session, other).story))
    moved = members(session, second)
    _remember(session, [(one, other), (first, second)], together=True, now=now)
    session.execute(update(article).where(article.c.id.in_(moved)).values(story=first, proven=first, story_reason=TOGETHER))
    return moved


def said_of(session: Session, ids: Sequence[int]) -> dict[tuple[int, int], bool]:
    """What was said of pairs of these articles: True is one event. The older one comes first."""
    rows = session.execute(_SAID, {"ids": list(ids)}).all() if len(ids) > 1 else []
    return {(row.one, row.other): row.together for row in rows}


def _remember(session: Session, pairs: Iterable[tuple[int, int]], *, together: bool, now: datetime) -> None:
    """The last word counts."""
    for pair in pairs:
        one, other = sorted(pair)
        if one == other:
            continue
        row = {"one": one, "other": other, "together": together, "at": now}
        upsert(session, story_pair, [row], ("one", "other"), lambda _new: {"together": together, "at": now})
