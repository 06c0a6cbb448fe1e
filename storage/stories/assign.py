"""Which story a new article tells: found through join keys, decided by prints, and only if that is sure.

The article joins through any member of a story, but nothing may separate it from the one that told the story first: else a story
could drift, one small step a member, into another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from crawler.nlp.lexicon import own
from crawler.record import Record
from storage.db.database import changed, insert_new
from storage.db.models import article, story_key
from storage.stories import by_hand, proof
from storage.stories.compare import StoryPrint, keys, same_story
from storage.stories.evidence import LEAD
from storage.stories.fingerprint import fingerprint
from storage.stories.verdict import Kind, Verdict

REMEMBERED = timedelta(days=5)  # an event is told again within days, see storage/stories/separators.py
WHOLE = 0.98  # of a text, in another: a copy, whatever its headline says
_WORDED = (None, Kind.SUBJECT, Kind.ACT, Kind.NAME)  # what two headlines of one text may differ in
CLOSE = 1.0  # points between two stories that a person set apart
CANDIDATES = 8  # stored articles compared with a new one
_COLUMNS = (
    article.c.id,
    article.c.story,
    article.c.title,
    func.substr(article.c.text, 1, LEAD).label("lead"),
    article.c.published,
)


@dataclass(frozen=True, slots=True)
class Joined:
    """A story that a new article tells: through which of its articles, and why."""

    story: int
    article_id: int
    verdict: Verdict

    @property
    def reason(self) -> str:
        """In a sentence."""
        return f"the same event as record {self.article_id}: {self.verdict.reason} ({self.verdict.score:g} points)"


def print_of(record: Record) -> StoryPrint:
    """The marks of a record."""
    return _print(record.title, record.text[:LEAD], record.published, own())


@lru_cache(maxsize=2048)
def _print(title: str, lead: str, published: datetime | None, _terms: object) -> StoryPrint:
    """Kept by the user's own names too: a reload may change them."""
    return fingerprint(Record(title, "", lead, published=published))


def join(session: Session, story: StoryPrint, now: datetime) -> Joined | None:
    """The story of the last days that this article surely tells, or None.

    Two stories that a person set apart are not told apart by chance: where both fit nearly as well, neither does.
    """
    found = []
    for row in _candidates(session, story, now):
        verdict = same_story(story, _print(row.title, row.lead, row.published, own()))
        if verdict.sure:
            found.append(Joined(row.story, row.id, verdict))
    found.sort(key=lambda one: (-one.verdict.score, one.article_id))
    said = by_hand.said_of(session, list({number for one in found for number in (one.article_id, one.story)}))
    best = next((one for one in found if one.article_id == one.story or _fits_first(session, story, one, said)), None)
    if best is None or any(_set_apart(best, one, said) for one in found if best.verdict.score - one.verdict.score < CLOSE):
        return None
    return best


def _set_apart(one: Joined, other: Joined, said: Mapping[tuple[int, int], bool]) -> bool:
    pairs = ((a, b) for a in (one.article_id, one.story) for b in (other.article_id, other.story))
    return one.story != other.story and any(said.get((min(pair), max(pair))) is False for pair in pairs)


def corrected(session: Session, story: StoryPrint, now: datetime) -> int | None:
    """The story of the last days that this article corrects, takes back or denies: the one most like it, were it not for that."""
    if "corrected" not in story.said.phases:
        return None
    found = [
        (proof.likeness(story, _print(row.title, row.lead, row.published, own())), -row.id, row.story)
        for row in _candidates(session, story, now)
    ]
    best = max((one for one in found if one[0] >= proof.ENOUGH), default=None)
    return best[2] if best else None


def is_copy(one: Record, other: Record, share: float) -> bool:
    """Of two texts that are alike: one event told again, not a house's words for another one. A whole copy needs no other proof."""
    verdict = same_story(print_of(one), print_of(other))
    return verdict.sure or (share >= WHOLE and verdict.apart in _WORDED and Kind.CORRECTION not in verdict.kinds)


def _candidates(session: Session, story: StoryPrint, now: datetime) -> list[Any]:
    """The articles of the last days that share most join keys."""
    shared = func.count().label("shared")
    met = select(story_key.c.article_id, shared).where(
        story_key.c.key.in_(_numbers(story)), story_key.c.seen_at > now - REMEMBERED
    )
    best = (
        met.group_by(story_key.c.article_id).order_by(shared.desc(), story_key.c.article_id.desc()).limit(CANDIDATES).subquery()
    )
    return list(session.execute(select(*_COLUMNS).join(best, best.c.article_id == article.c.id)))


def _fits_first(session: Session, story: StoryPrint, joined: Joined, said: Mapping[tuple[int, int], bool]) -> bool:
    """Nothing separates it from the article that told the story first, unless a person said that this one tells it too."""
    if said.get((joined.story, joined.article_id)):
        return True
    row = session.execute(select(*_COLUMNS).where(article.c.id == joined.story)).first()
    return row is None or same_story(story, _print(row.title, row.lead, row.published, own())).same


def remember(session: Session, article_id: int, story: StoryPrint, now: datetime) -> None:
    """Let later articles find this one."""
    rows = [{"key": number, "article_id": article_id, "seen_at": now} for number in _numbers(story)]
    insert_new(session, story_key, rows, "key", "article_id")


def forget(session: Session, article_id: int) -> None:
    """Its headline is another now."""
    session.execute(delete(story_key).where(story_key.c.article_id == article_id))


def tidy(session: Session, now: datetime) -> int:
    """Forget the keys of articles that are too old to be joined."""
    return changed(session, delete(story_key).where(story_key.c.seen_at < now - REMEMBERED))


def _numbers(story: StoryPrint) -> list[int]:
    """The join keys as 63-bit numbers: an index of numbers is a third as large."""
    return list({int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest()) >> 1 for key in keys(story)})
