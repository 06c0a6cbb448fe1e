"""A person's word on stories: undo a fold, or make one. Each is one transaction, safe beside a running daemon, which delivers what is raised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from crawler.errors import ZhixunError
from crawler.i18n import tr
from storage.alerts import withheld
from storage.archive import concepts
from storage.people import marks
from storage.stories import by_hand


class NoSuchStory(ZhixunError):
    """What was named is not there, or there is nothing to undo."""


@dataclass(frozen=True, slots=True)
class Split:
    """The records that have a story of their own now, and the alerts that were withheld and are raised."""

    records: tuple[int, ...]
    alerts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Joined:
    """The story that two records tell now, and the records that moved to it."""

    story: int
    records: tuple[int, ...]


def split_alert(session: Session, alert_id: int, now: datetime) -> Split:
    """Undo all that was folded into an alert."""
    folded = withheld.folded_into(session, alert_id)
    if not folded:
        raise NoSuchStory(tr("nothing was folded into that alert, or there is no such alert; see `zhixun alerts list`"))
    moved: list[int] = []
    for article_id in folded:
        if article_id not in moved:
            moved += _set_apart(session, article_id, now)
    return Split(tuple(sorted(set(moved))), tuple(withheld.release(session, moved, now)))


def _set_apart(session: Session, article_id: int, now: datetime) -> list[int]:
    moved = by_hand.set_apart(session, article_id, now)
    concepts.move(session, moved, article_id)
    marks.moved(session, moved, article_id)
    return moved


def _story_of(session: Session, article_id: int) -> int:
    place = by_hand.place_of(session, article_id)
    if place is None:
        raise NoSuchStory(tr("there is no record {article_id}; see `zhixun records list`", article_id=article_id))
    return int(place.story)


def split_record(session: Session, article_id: int, now: datetime) -> Split:
    """Take one record out of the story of another."""
    if _story_of(session, article_id) == article_id:
        others = [str(one) for one in by_hand.members(session, article_id) if one != article_id]
        told = tr("name one of the others: {others}", others=", ".join(others)) if others else tr("no other record tells it")
        raise NoSuchStory(tr("record {article_id} is the first of its story; {told}", article_id=article_id, told=told))
    moved = _set_apart(session, article_id, now)
    return Split(tuple(moved), tuple(withheld.release(session, moved, now)))


def join(session: Session, one: int, other: int, now: datetime) -> Joined:
    """Say that two records tell one event. Alerts that were raised stay; later articles are folded into the older story's."""
    story, second = sorted(_story_of(session, article_id) for article_id in (one, other))
    if story == second:
        raise NoSuchStory(tr("records {one} and {other} are of one story already", one=one, other=other))
    moved = by_hand.put_together(session, one, other, now)
    concepts.move(session, moved, story)
    withheld.adopt(session, story, second)
    marks.joined(session, story, second)
    return Joined(story, tuple(moved))
