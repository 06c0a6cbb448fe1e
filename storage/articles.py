"""Articles: new, the same again, changed, or a reprint; stored with their alerts and the end of their task in one transaction.

That one transaction is why no article is without its alerts after a crash, and no alert is made twice: an alert is unique by rule and
story, its deliveries by alert and channel. A reprint that would raise it again is counted on the first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from crawler.record import Record
from storage import frontier, reprints
from storage.convert import content_hash, record_from_row, record_to_row
from storage.database import changed, insert_new
from storage.failpoints import after_commit, failpoint
from storage.models import alert, article, article_alias, delivery, revision, shingle, source

REMEMBERED = timedelta(days=30)  # how long an article can still be found to be the origin of a reprint
CANDIDATES = 8  # stored texts compared with a new one
MAX_ALIASES = 10


@dataclass(frozen=True, slots=True)
class _Incoming:
    """A record on its way in."""

    record: Record
    key: str
    aliases: tuple[str, ...]
    tags: tuple[str, ...]
    sketch: reprints.Sketch
    now: datetime


Verdict = Literal["new", "same", "changed", "reprint"]
to_record = record_from_row


@dataclass(frozen=True, slots=True)
class AlertDraft:
    """An alert as the rules see it, not yet in the ledger. `due`: when to deliver it at the earliest; None is at once."""

    rule: str
    version: str
    channels: tuple[str, ...]
    payload: dict[str, Any]
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a record, and why. `story` is the id of the first record of the same event."""

    verdict: Verdict
    reason: str
    article_id: int
    story: int
    alerts_made: int = 0
    alerts_folded: int = 0


def store(
    session: Session,
    record: Record,
    *,
    key: str,
    aliases: Sequence[str] = (),
    tags: Sequence[str] = (),
    task: frontier.Task | None = None,
    alerts: Sequence[AlertDraft] = (),
    now: datetime,
) -> Stored:
    """Store a record and what follows from it.

    `key` and `aliases` are dedup keys: of the address that was read, and of those that the page calls its own. `task`, if given, is
    closed even if its lease was lost: the article's key makes a second store harmless.
    """
    others = tuple(alias for alias in dict.fromkeys(aliases) if alias != key)[:MAX_ALIASES]
    incoming = _Incoming(record, key, others, tuple(tags), reprints.sketch(record.title, record.text), now)
    stored = _known(session, incoming)
    if stored is None:
        stored = _raise_alerts(session, _insert(session, incoming), key, alerts, now)
    if task is not None:
        frontier.done(session, task, now=now, reason=stored.verdict)
    failpoint("before-store-commit")
    after_commit(session, "after-store-commit")
    return stored


def insert_record(session: Session, record: Record, *, key: str, tags: Sequence[str] = (), now: datetime) -> Stored:
    """Store an imported record: nobody is alerted of it, and a link that is known keeps the record it has."""
    own = session.execute(select(article.c.id, article.c.story).where(article.c.link_key == key)).first()
    if own is not None:
        return Stored("same", f"record {own.id} has this link", own.id, own.story)
    return store(session, record, key=key, tags=tags, now=now)


def tidy(session: Session, now: datetime) -> int:
    """Forget the sketches of articles that no reprint can be found for any more."""
    return changed(session, delete(shingle).where(shingle.c.seen_at < now - REMEMBERED))


# ---- known already?


def _known(session: Session, new: _Incoming) -> Stored | None:
    own = session.execute(select(article).where(article.c.link_key == new.key)).first()
    if own is not None:
        return _again(session, new, own)
    for row in _claimed_by(session, new.key, new.aliases):
        alike = reprints.compare(new.sketch, reprints.sketch(row.title, row.text)).reprint
        if alike or row.content_hash == content_hash(new.record):
            insert_new(session, article_alias, [{"link_key": new.key, "article_id": row.id}], "link_key")
            return Stored("same", f"another address of record {row.id}", row.id, row.story)
    return None


def _again(session: Session, new: _Incoming, old: Any) -> Stored:
    row = record_to_row(new.record)
    if row["content_hash"] == old.content_hash:
        return Stored("same", f"record {old.id} has this link and this text", old.id, old.story)
    before = {"article_id": old.id, "at": new.now, "title": old.title, "text": old.text, "content_hash": old.content_hash}
    session.execute(insert(revision).values(before))
    row |= {"updated_at": new.now, "shown_at": new.record.published or old.shown_at}
    session.execute(update(article).where(article.c.id == old.id).values(row))
    session.execute(delete(shingle).where(shingle.c.article_id == old.id))
    _remember(session, old.id, new)
    return Stored("changed", f"record {old.id} has this link and had another text", old.id, old.story)


def _claimed_by(session: Session, key: str, aliases: Sequence[str]) -> list[Any]:
    """Articles that share an address with this one. Only a claim: a site may call its front page the canonical of everything."""
    aliased = select(article_alias.c.article_id).where(article_alias.c.link_key.in_([key, *aliases]))
    query = select(article).where(or_(article.c.link_key.in_(aliases), article.c.id.in_(aliased))).order_by(article.c.id)
    return list(session.execute(query.limit(CANDIDATES)).all())


# ---- new


def _insert(session: Session, new: _Incoming) -> Stored:
    origin = _origin(session, new.sketch, new.now)
    first_seen = new.record.first_seen or new.now
    row = record_to_row(new.record) | {
        "link_key": new.key,
        "tags": list(new.tags),
        "first_seen": first_seen,
        "updated_at": new.now,
        "shown_at": new.record.published or first_seen,
        "story": origin.story if origin else None,
        "reprint_of": (origin.reprint_of or origin.id) if origin else None,
    }
    number = session.execute(insert(article).values(row).returning(article.c.id)).scalar_one()
    if origin is None:
        session.execute(update(article).where(article.c.id == number).values(story=number))
    _remember(session, number, new)
    _claim_aliases(session, number, new.aliases)
    news = {"articles": source.c.articles + 1, "last_new_at": new.now}
    session.execute(update(source).where(source.c.name == new.record.source).values(news))
    if origin is None:
        return Stored("new", "no record has this link or this text", number, number)
    return Stored("reprint", f"{origin.reason}, record {origin.id}", number, origin.story)


@dataclass(frozen=True, slots=True)
class _Origin:
    id: int
    story: int
    reprint_of: int | None
    share: float
    reason: str


def _origin(session: Session, sketch: reprints.Sketch, now: datetime) -> _Origin | None:
    """The stored article that this one copies most of."""
    meetings = func.count().label("meetings")
    met = select(shingle.c.article_id, meetings).where(shingle.c.key.in_(sketch.keys), shingle.c.seen_at > now - REMEMBERED)
    best = met.group_by(shingle.c.article_id).order_by(meetings.desc(), shingle.c.article_id).limit(CANDIDATES).subquery()
    columns = (article.c.id, article.c.story, article.c.reprint_of, article.c.title, article.c.text)
    origins = []
    for row in session.execute(select(*columns).join(best, best.c.article_id == article.c.id)):
        likeness = reprints.compare(sketch, reprints.sketch(row.title, row.text))
        if likeness.reprint:
            origins.append(_Origin(row.id, row.story, row.reprint_of, likeness.share, likeness.reason))
    return max(origins, key=lambda origin: (origin.share, -origin.id), default=None)


def _remember(session: Session, number: int, new: _Incoming) -> None:
    rows = [{"key": key, "article_id": number, "seen_at": new.now} for key in set(new.sketch.keys)]
    insert_new(session, shingle, rows, "key", "article_id")


def _claim_aliases(session: Session, number: int, aliases: Sequence[str]) -> None:
    """Note the article's other addresses. One that a different article claims too is no one's."""
    mine = set(insert_new(session, article_alias, [{"link_key": alias, "article_id": number} for alias in aliases], "link_key"))
    contested = [alias for alias in aliases if alias not in mine]
    if contested:
        session.execute(update(article_alias).where(article_alias.c.link_key.in_(contested)).values(article_id=None))


# ---- alerts


def _raise_alerts(session: Session, stored: Stored, key: str, drafts: Sequence[AlertDraft], now: datetime) -> Stored:
    made = folded = 0
    for draft in drafts:
        if _raise(session, stored, key, draft, now):
            made += 1
            continue
        same = alert.c.dedup_key == f"{draft.rule}|{stored.story}"
        session.execute(update(alert).where(same).values(reprints=alert.c.reprints + 1))
        folded += 1
    return Stored(stored.verdict, stored.reason, stored.article_id, stored.story, made, folded)


def _raise(session: Session, stored: Stored, key: str, draft: AlertDraft, now: datetime) -> bool:
    row = {
        "dedup_key": f"{draft.rule}|{stored.story}",
        "rule": draft.rule,
        "rule_version": draft.version,
        "article_id": stored.article_id,
        "story": stored.story,
        "payload": draft.payload,
        "created_at": now,
        "reprints": 0,
    }
    if not insert_new(session, alert, [row], "dedup_key"):
        return False
    number = session.execute(select(alert.c.id).where(alert.c.dedup_key == row["dedup_key"])).scalar_one()
    deliveries = [
        {
            "alert_id": number,
            "channel": channel,
            "idem_key": idempotency_key(draft.rule, key, channel),
            "state": "pending",
            "next_at": draft.due or now,
        }
        for channel in dict.fromkeys(draft.channels)
    ]
    if deliveries:
        session.execute(insert(delivery), deliveries)
    return True


def idempotency_key(rule: str, link_key: str, channel: str) -> str:
    """The key under which a receiver may drop a repeat: made of the article's address, not of our ids, which a new database counts anew."""
    return hashlib.sha256(f"{rule}|{link_key}|{channel}".encode("utf-8", "replace")).hexdigest()[:32]
