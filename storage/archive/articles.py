"""Articles: new, the same again, changed, or a reprint; stored with their alerts and the end of their task in one transaction.

That one transaction is why no article is without its alerts after a crash, and no alert is made twice: an alert is unique by rule and
story (storage/alerts/raise_alerts.py), its deliveries by alert and channel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import BindParameter, bindparam, insert, literal, select, union_all, update
from sqlalchemy.orm import Session

from crawler.record import Record
from storage.alerts.raise_alerts import AlertDraft, Cooldown, Fold, Place, Updates, raise_all, update_all
from storage.archive import changes, corrections, derived, near_duplicates
from storage.archive.prepared import Prepared, prepare
from storage.db.database import insert_missing, insert_new, next_id
from storage.db.failpoints import after_commit, failpoint
from storage.db.lists import NUMBERS, TEXTS, among
from storage.db.mapping import record_from_row, record_to_row
from storage.db.models import alert, article, article_alias, revision, shingle
from storage.db.texts import content_hash
from storage.queue import baseline, frontier, sources
from storage.stories import assign
from storage.stories.evidence import LEAD
from storage.stories.shared_keys import SharedKeys

__all__ = ["AlertDraft", "Cooldown", "Fold", "Stored", "Updates", "insert_record", "store", "tidy", "withdrawn"]

REMEMBERED = timedelta(days=30)  # how long an article can still be found to be the origin of a reprint
CANDIDATES = 8  # articles that share an address with a new one
MAX_ALIASES = 10
READ_AGAIN = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))  # after each other, what a rule wants updates of


@dataclass(frozen=True, slots=True)
class _Incoming:
    """A record on its way in."""

    made: Prepared
    key: str
    aliases: tuple[str, ...]
    tags: tuple[str, ...]
    now: datetime

    @property
    def record(self) -> Record:
        return self.made.record


Verdict = Literal["new", "same", "changed", "reprint"]


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a record, and why. `story` is the id of the first record of the same event; `alerts_over` counts those that a first
    poll had too many of."""

    verdict: Verdict
    reason: str
    article_id: int
    story: int
    alerts_made: int = 0
    alerts_folded: int = 0
    alerts_over: int = 0


def store(
    session: Session,
    record: Record | Prepared,
    *,
    key: str,
    moved_to: str | None = None,
    aliases: Sequence[str] = (),
    tags: Sequence[str] = (),
    task: frontier.Task | None = None,
    alerts: Sequence[AlertDraft] = (),
    updates: Updates | None = None,
    now: datetime,
) -> Stored:
    """Store a record, prepared or not, and what follows from it.

    `key` and `aliases` are dedup keys: of the address that was read, and of those that the page calls its own. `task`, if given, is
    closed even if its lease was lost: the article's key makes a second store harmless. `updates`: whom to tell if it changed.
    `moved_to`: the key of where the article is now, if its source calls this the article that `key` was.
    """
    made = record if isinstance(record, Prepared) else prepare(record)
    if moved_to and not _akin(session, made, key):
        key = moved_to
        if task is not None:
            frontier.forget_name(session, task)
    others = tuple(alias for alias in dict.fromkeys(aliases) if alias != key)[:MAX_ALIASES]
    incoming = _Incoming(made, key, others, tuple(tags), now)
    stored = _known(session, incoming, updates)
    if stored is None:
        place, verdict = _insert(session, incoming)
        counts = raise_all(session, place, alerts, now)
        stored = Stored(verdict, place.reason, place.article_id, place.story, *counts)
    if task is not None:
        if not task.depth:
            sources.read(session, task.source_id, baseline.reading_of(made.record))
        again = _read_again(session, stored.article_id, task, updates)
        frontier.done(session, task, now=now, reason=stored.verdict, again_at=now + again if again else None)
    failpoint("before-store-commit")
    after_commit(session, "after-store-commit")
    return stored


def insert_record(session: Session, record: Record | Prepared, *, key: str, tags: Sequence[str] = (), now: datetime) -> Stored:
    """Store an imported record: nobody is alerted of it, and a link that is known keeps the record it has."""
    own = session.execute(_BY_KEY, {"key": key}).first()
    if own is not None:
        return Stored("same", f"record {own.id} has this link", own.id, own.story)
    return store(session, record, key=key, tags=tags, now=now)


def withdrawn(session: Session, task: frontier.Task, *, key: str, detail: str, updates: Updates, now: datetime) -> int:
    """A page that was read before is gone: tell those who were alerted of it. How many alerts; the record stays."""
    frontier.done(session, task, now=now, reason="withdrawn")
    row = session.execute(_BY_KEY, {"key": key}).first()
    if row is None:
        return 0
    place = Place(row.id, row.story, row.id, key, detail)
    corrections.put(session, row.id, row.id, changes.WITHDRAWN)
    count = update_all(session, place, updates, why="withdrawn", version="withdrawn", now=now)
    after_commit(session, "after-store-commit")
    return count


def _read_again(session: Session, number: int, task: frontier.Task, updates: Updates | None) -> timedelta | None:
    """In how long to look whether the article has changed: some hours, where a rule that wants to know has told of it."""
    if updates is None or not updates.due or task.depth >= len(READ_AGAIN):
        return None
    told = select(alert.c.id).where(alert.c.article_id == number, alert.c.rule.in_(updates.due)).limit(1)
    return READ_AGAIN[task.depth] if session.execute(told).first() else None


def tidy(session: Session, now: datetime) -> int:
    """Forget some sketches and join keys of articles that are too old for them; how many. Call it until it says 0."""
    return _SHINGLES.tidy(session, now) + assign.tidy(session, now)


# ---- known already?


# Built once: building a statement costs more than running it.
_BY_KEY = select(article.c.id, article.c.story).where(article.c.link_key == bindparam("key"))
_keys: BindParameter[Any] = bindparam("keys", type_=TEXTS)
_CLAIMS = union_all(  # who has one of these addresses, or says so
    select(article.c.id, article.c.link_key).where(among(article.c.link_key, _keys)),
    select(article_alias.c.article_id, literal("")).where(
        among(article_alias.c.link_key, _keys), article_alias.c.article_id.is_not(None)
    ),
)
_WHOLE = select(article).where(article.c.id.in_(bindparam("ids", expanding=True))).order_by(article.c.id).limit(CANDIDATES)
_SHINGLES = SharedKeys(
    shingle,
    REMEMBERED,
    article.c.id,
    article.c.story,
    assign.PROVEN,
    article.c.reprint_of,
    article.c.content_hash,
    article.c.published,
    newest_first=False,
)
_TEXTS = select(article.c.id, article.c.title, article.c.text).where(among(article.c.id, bindparam("ids", type_=NUMBERS)))
_NEW = insert(article)


def _known(session: Session, new: _Incoming, updates: Updates | None) -> Stored | None:
    claims = session.connection().execute(_CLAIMS, {"keys": [new.key, *new.aliases]}).all()
    if not claims:
        return None
    own = next((number for number, key in claims if key == new.key), None)
    if own is not None:
        return _again(session, new, session.execute(_WHOLE, {"ids": [own]}).one(), updates)
    # Only a claim: a site may call its front page the canonical of everything.
    for row in session.execute(_WHOLE, {"ids": [number for number, _ in claims]}).all():
        alike = near_duplicates.compare(new.made.sketch, near_duplicates.sketch(row.title, row.text)).reprint
        if alike or row.content_hash == content_hash(new.record):
            insert_missing(session, article_alias, [{"link_key": new.key, "article_id": row.id}])
            return Stored("same", f"another address of record {row.id}", row.id, row.story)
    return None


def _akin(session: Session, new: Prepared, key: str) -> bool:
    """Whether the article that a source calls by the name of an earlier one has anything of it: some use a name again."""
    old = session.execute(select(article.c.title, article.c.text).where(article.c.link_key == key)).first()
    return old is None or near_duplicates.akin(new.sketch, near_duplicates.sketch(old.title, old.text))


def _again(session: Session, new: _Incoming, old: Any, updates: Updates | None) -> Stored:
    row = record_to_row(new.record)
    if row["content_hash"] == old.content_hash:
        return Stored("same", f"record {old.id} has this link and this text", old.id, old.story)
    before = {"article_id": old.id, "at": new.now, "title": old.title, "text": old.text, "content_hash": old.content_hash}
    session.execute(insert(revision).values(before))
    row |= {"updated_at": new.now, "shown_at": new.record.published or old.shown_at}
    derived.drop(session, old)
    session.execute(update(article).where(article.c.id == old.id).values(row))
    derived.put(session, replace(new.record, id=old.id, story=old.story), old.tags, row["shown_at"])
    _SHINGLES.forget(session, old.id, near_duplicates.sketch(old.title, old.text).keys)
    assign.forget(session, old.id, assign.marks_of(record_from_row(old)))
    _remember(session, old.id, new, row["content_hash"], newest=next_id(session, article) - 1)
    why = changes.substantial((old.title, old.text), (new.record.title, new.record.text))
    if why in changes.NOTICES:
        corrections.put(session, old.id, old.id, changes.NOTICES[why])
    made = 0
    if why and updates is not None:
        place = Place(old.id, old.story, old.reprint_of or old.id, new.key)
        made = update_all(session, place, updates, why=why, version=row["content_hash"], now=new.now)
    reason = f"record {old.id} has this link and had another text" + (f" ({why})" if why else "")
    return Stored("changed", reason, old.id, old.story, made)


# ---- new


def _insert(session: Session, new: _Incoming) -> tuple[Place, Verdict]:
    number = next_id(session, article)
    marks, keys = new.made.marks, new.made.story_keys
    origin, noticed = _origin(session, number, new)
    near = assign.near(session, number, keys, new.now) if origin is None else ()
    joined = assign.join(session, marks, near) if not noticed else None
    found = origin or joined
    corrects = assign.corrected(session, marks, near) if found is None else None
    proven = found.proven if found and found.proven is not None else number
    first_seen = new.record.first_seen or new.now
    own = {"id": number, "link_key": new.key, "tags": list(new.tags)}
    times = {"first_seen": first_seen, "updated_at": new.now, "shown_at": new.record.published or first_seen}
    told = {"story": found.story if found else number, "story_reason": found.reason if found else None, "proven": proven}
    row = record_to_row(new.record) | own | times | told
    row["reprint_of"] = (origin.reprint_of or origin.article_id) if origin else None
    session.connection().execute(_NEW, row)
    derived.put_prepared(session, number, row["story"], new.made, tags=new.tags, shown_at=row["shown_at"])
    _remember(session, number, new, row["content_hash"], print_too=origin is None)
    _claim_aliases(session, number, new.aliases)
    sources.has_news(session, new.record.source, new.now)
    if corrects:
        said = changes.how(new.record.title) or changes.how(new.record.text[:LEAD]) or changes.CORRECTED
        corrections.put(session, number, corrects, said)
    place = Place(number, number, number, new.key, "no record has this link or this text", corrects, proven)
    if found is not None:
        place = replace(place, story=found.story, copy_of=row["reprint_of"] or number, reason=found.reason)
    return place, "reprint" if origin else "new"


@dataclass(frozen=True, slots=True)
class _Origin:
    article_id: int
    story: int
    proven: int
    reprint_of: int | None
    share: float
    reason: str


def _origin(session: Session, number: int, new: _Incoming) -> tuple[_Origin | None, bool]:
    """The stored article that this one copies most of; and whether it adds a notice of correction to one."""
    origins, noticed = [], False
    for row, title, text in _may_be_copied(session, number, new):
        likeness = near_duplicates.compare(new.made.sketch, near_duplicates.sketch(title, text))
        if likeness.reprint and changes.notices((title, text), (new.record.title, new.record.text)):
            noticed = True
        elif likeness.reprint and assign.is_copy(session, new.made.marks, row, likeness.share):
            reason = f"{likeness.reason}, record {row.id}"
            origins.append(_Origin(row.id, row.story, row.proven, row.reprint_of, likeness.share, reason))
    return max(origins, key=lambda origin: (origin.share, -origin.article_id), default=None), noticed


def _may_be_copied(session: Session, number: int, new: _Incoming) -> list[tuple[Any, str, str]]:
    """Stored articles that may share enough with this one, each with its title and text: what is left when outlines were held against each other."""
    rows = _SHINGLES.ask(session, number, new.made.shingles, new.now)
    outlines = derived.outlines(session, [row.id for row in rows])
    alike = [row for row in rows if near_duplicates.may_share(new.made.outline, outlines.get(row.id, b""))]
    texts = {row.id: row for row in session.connection().execute(_TEXTS, {"ids": [row.id for row in alike]})} if alike else {}
    return [(row, texts[row.id].title, texts[row.id].text) for row in alike]


def _remember(
    session: Session, number: int, new: _Incoming, content: str, *, print_too: bool = True, newest: int | None = None
) -> None:
    _SHINGLES.remember(session, number, new.made.shingles, new.now, newest)
    if print_too:  # a reprint need not be found: its original is
        assign.remember(session, number, new.made.story_keys, new.now, newest)
        assign.know(number, content, new.made.marks, new.now)


def _claim_aliases(session: Session, number: int, aliases: Sequence[str]) -> None:
    """Note the article's other addresses. One that a different article claims too is no one's."""
    mine = set(insert_new(session, article_alias, [{"link_key": alias, "article_id": number} for alias in aliases], "link_key"))
    contested = [alias for alias in aliases if alias not in mine]
    if contested:
        session.execute(update(article_alias).where(article_alias.c.link_key.in_(contested)).values(article_id=None))
