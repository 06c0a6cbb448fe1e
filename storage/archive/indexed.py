"""How far back what is worked out of articles (`storage.archive.derived`) reaches. Apart from it: whoever only asks makes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.db.database import count_rows
from storage.db.models import article, backfill
from storage.rules import outline, plan

LABEL = f"{plan.VERSION} {outline.VERSION}"
_REACH = select(backfill.c.label, backfill.c.zone, backfill.c.below).where(backfill.c.name == "archive")


@dataclass(frozen=True, slots=True)
class Reach:
    """How far it reaches back: to articles with an id of `below` or more. `label` is what made it, `zone` that of its days."""

    label: str
    zone: str
    below: int

    @property
    def usable(self) -> bool:
        """True when it was made by this version."""
        return self.label == LABEL


def reach(session: Session) -> Reach:
    """How far it reaches."""
    return Reach(*session.connection().execute(_REACH).one())


def left(session: Session) -> int:
    """How many articles are still to be done."""
    return count_rows(session, article, article.c.id < reach(session).below)
