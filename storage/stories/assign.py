"""Which story a new article tells: found through join keys, decided by prints, and only if that is sure.

The article joins through any member of a story, but nothing may separate it from the one that told the story first: else a story
could drift, one small step a member, into another.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from crawler.nlp.lexicon import own
from crawler.record import Record
from storage.db.models import article, story_key
from storage.db.texts import content_hash, number_of
from storage.stories import by_hand, proof
from storage.stories.compare import keys, likely_same, same_story
from storage.stories.fingerprint import fingerprint
from storage.stories.marks import Marks, packed
from storage.stories.separators import long_after
from storage.stories.shared_keys import PARTS, UNIT, SharedKeys
from storage.stories.verdict import Kind, Verdict

REMEMBERED = timedelta(days=5)  # an event is told again within days, see storage/stories/separators.py
WHOLE = 0.98  # of a text, in another: a copy, whatever its headline says
_WORDED = (None, Kind.SUBJECT, Kind.ACT, Kind.NAME)  # what two headlines of one text may differ in
_FILLED_ANEW = frozenset((Kind.CORRECTION, Kind.SWAPPED, Kind.OTHER_HEAD))
CLOSE = 1.0  # points between two stories that a person set apart
AS_LIKE = 0.25  # points by which one story is no more like a correction than another: less than a name makes
PROVEN = func.coalesce(article.c.proven, article.c.story).label("proven")
_COLUMNS = (article.c.id, article.c.story, PROVEN, article.c.content_hash, article.c.published)
_FIRST = select(*_COLUMNS).where(article.c.id == bindparam("id"))
_TEXT = select(article.c.title, article.c.text).where(article.c.id == bindparam("id"))
KEPT = (
    65_536  # articles whose marks are in memory: those of another take as long to make as all else that storing an article does
)
_KEYS = SharedKeys(story_key, REMEMBERED, *_COLUMNS, newest_first=True, parts=PARTS | {"sqlite": KEPT // UNIT})
remember, tidy = _KEYS.remember, _KEYS.tidy


@dataclass(frozen=True, slots=True)
class Joined:
    """A story that a new article tells: through which of its articles, and why. `proven`: the first of those that surely tell one event
    with it; None where it is only likely."""

    story: int
    proven: int | None
    article_id: int
    verdict: Verdict

    @property
    def first(self) -> int:
        """The article that nothing may separate it from."""
        return self.story if self.proven is None else self.proven

    @property
    def reason(self) -> str:
        """In a sentence."""
        how = "" if self.verdict.sure else "probably "
        return f"{how}the same event as record {self.article_id}: {self.verdict.reason} ({self.verdict.score:g} points)"


class _Kept:
    """The marks of articles of the days in which they are asked for, by what they are made of; the user's own names too: a reload may
    change them. To make them anew takes ten times as long as to unpack them."""

    def __init__(self, most: int = KEPT) -> None:
        self._most = most
        self._marks: OrderedDict[Any, tuple[datetime, Marks]] = OrderedDict()
        self._now = datetime.min.replace(tzinfo=UTC)

    def of(self, article_id: int | None, content: str, published: datetime | None, make: Callable[[], Marks]) -> Marks:
        """Those of an article with this content; made where they are not kept."""
        key = article_id, content, published, own()
        if key not in self._marks:
            self._marks[key] = self._now, make()
        marks = self._marks[key][1]
        if len(self._marks) > self._most:
            self._marks.popitem(last=False)
        return marks

    def know(self, article_id: int, content: str, marks: Marks, now: datetime) -> None:
        """Those of an article that is stored now, and that others may soon be compared with."""
        self._now = now
        while self._marks and next(iter(self._marks.values()))[0] < now - REMEMBERED:
            self._marks.popitem(last=False)
        self.of(article_id, content, marks.published, lambda: marks)


_kept = _Kept()
know = _kept.know


def marks_of(record: Record) -> Marks:
    """The marks of a record."""
    return _kept.of(record.id, content_hash(record), record.published, lambda: packed(fingerprint(record)))


def _marks_of(session: Session, row: Any) -> Marks:
    """Those of a stored article; its text is read only for them."""

    def make() -> Marks:
        title, text = session.connection().execute(_TEXT, {"id": row.id}).one()
        return packed(fingerprint(Record(title, "", text, published=row.published)))

    return _kept.of(row.id, row.content_hash, row.published, make)


def near(session: Session, number: int, numbers: Iterable[int], now: datetime) -> Sequence[Any]:
    """The articles of the last days that share most join keys with the one that comes next under that number."""
    return _KEYS.ask(session, number, numbers, now)


def join(session: Session, marks: Marks, rows: Iterable[Any]) -> Joined | None:
    """The story that a new article tells, of those which stand `near`: surely, or else probably; or None.

    Two stories that a person set apart are not told apart by chance: where both fit nearly as well, neither does.
    """
    found = []
    for row in rows:
        if not long_after(marks.published, row.published) and (verdict := likely_same(marks, _marks_of(session, row))):
            found.append(Joined(row.story, row.proven if verdict.sure else None, row.id, verdict))
    found = [one for one in found if one.verdict.sure] or found
    found.sort(key=lambda one: (-one.verdict.score, one.article_id))
    said = by_hand.said_of(session, list({number for one in found for number in (one.article_id, one.story, one.first)}))
    best = next((one for one in found if one.article_id == one.first or _fits_first(session, marks, one, said)), None)
    if best is None or any(_set_apart(best, one, said) for one in found if best.verdict.score - one.verdict.score < CLOSE):
        return None
    return best


def _set_apart(one: Joined, other: Joined, said: Mapping[tuple[int, int], bool]) -> bool:
    pairs = ((a, b) for a in (one.article_id, one.story) for b in (other.article_id, other.story))
    return one.story != other.story and any(said.get((min(pair), max(pair))) is False for pair in pairs)


def corrected(session: Session, marks: Marks, rows: Iterable[Any]) -> int | None:
    """The story of those `near` that this article corrects, takes back or denies: the one most like it, were it not for that.

    None where another story is nearly as much like it: to mark the wrong one as denied is worse than to mark none.
    """
    if "corrected" not in marks.gist.phases:
        return None
    story = marks.whole
    told = [(_marks_of(session, row).whole, row) for row in rows]
    likeness = ((proof.likeness(story, one), -row.id, row.story, one) for one, row in told)
    found = sorted(likeness, key=lambda one: one[:2], reverse=True)
    if not found or found[0][0] < proof.ENOUGH:
        return None
    best, *others = found
    rivals = (one for one in others if one[2] != best[2] and best[0] - one[0] < AS_LIKE)
    return None if any(not same_story(best[3], one[3]).same for one in rivals) else int(best[2])


def is_copy(session: Session, one: Marks, row: Any, share: float) -> bool:
    """Of two texts that are alike: one event told again, not a house's words for another one. A whole copy needs no other proof; words
    that stand below all news of a house can make nearly all of a text, so nothing in it may stand in another's place."""
    verdict = same_story(one.whole, _marks_of(session, row).whole)
    return verdict.sure or (share >= WHOLE and verdict.apart in _WORDED and not verdict.kinds & _FILLED_ANEW)


def _fits_first(session: Session, marks: Marks, joined: Joined, said: Mapping[tuple[int, int], bool]) -> bool:
    """Nothing separates it from the article that told the story first, unless a person said that this one tells it too."""
    if said.get((joined.first, joined.article_id)):
        return True
    row = session.execute(_FIRST, {"id": joined.first}).first()
    return row is None or same_story(marks.whole, _marks_of(session, row).whole).same


def forget(session: Session, article_id: int, marks: Marks) -> None:
    """Its headline is another now."""
    _KEYS.forget(session, article_id, map(number_of, keys(marks.whole)))
