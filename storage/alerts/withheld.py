"""Alerts that were folded and are raised after all, because a person said that their article tells another event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from storage.alerts.raise_alerts import AlertDraft, Place, fold, raise_one
from storage.db.models import alert, article, duplicate


def folded_into(session: Session, alert_id: int) -> list[int]:
    """The articles that were counted on an alert instead of raising their own."""
    query = select(duplicate.c.article_id).where(duplicate.c.alert_id == alert_id).order_by(duplicate.c.article_id)
    return list(session.scalars(query))


def release(session: Session, article_ids: Sequence[int], now: datetime) -> list[int]:
    """Raise what was withheld of these articles, which stand in stories of their own by now; the ids of the new alerts.

    An alert is raised once a story and rule: asking twice, or for two reprints of one text, raises one. What was folded by a version
    that kept no draft of it cannot be raised.
    """
    query = select(duplicate, article.c.story, article.c.proven, article.c.reprint_of, article.c.link_key)
    query = query.join(article, article.c.id == duplicate.c.article_id).where(duplicate.c.article_id.in_(list(article_ids)))
    raised = []
    for row in session.execute(query.order_by(duplicate.c.article_id, duplicate.c.alert_id)).all():
        if row.draft is None or row.story == session.scalar(select(alert.c.story).where(alert.c.id == row.alert_id)):
            continue
        place = Place(row.article_id, row.story, row.reprint_of or row.article_id, row.link_key, proven=row.proven)
        kept = row.draft
        draft = AlertDraft(kept["rule"], kept["version"], tuple(kept["channels"]), kept["payload"], fold=kept["fold"])
        session.execute(delete(duplicate).where(duplicate.c.alert_id == row.alert_id, duplicate.c.article_id == row.article_id))
        session.execute(update(alert).where(alert.c.id == row.alert_id).values(reprints=alert.c.reprints - 1))
        if raise_one(session, place, draft, now):
            raised.append(session.scalars(select(func.max(alert.c.id)).where(alert.c.rule == draft.rule)).one())
        else:
            fold(session, place, draft, now)
    return raised


def adopt(session: Session, story: int, second: int) -> None:
    """The alerts of a second story are the first one's now, so that a later article is folded into them."""
    for row in session.execute(select(alert.c.id, alert.c.rule, alert.c.dedup_key).where(alert.c.story == second)).all():
        key = f"{row.rule}|{story}"
        free = row.dedup_key == f"{row.rule}|{second}" and not session.scalar(select(alert.c.id).where(alert.c.dedup_key == key))
        session.execute(update(alert).where(alert.c.id == row.id).values(story=story, dedup_key=key if free else row.dedup_key))
