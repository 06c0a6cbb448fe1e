"""Which records are to be analysed again, by a newer built-in analysis or by a model, and what became of it.

The work list is a question to the tables, not a queue: a kill at any instant leaves what is not written to be found again. A record
whose text has changed meanwhile keeps what it has, and is found again with its new text.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select, update
from sqlalchemy.orm import Session

from crawler.record import Record
from storage.archive import derived
from storage.db.database import changed, count_rows, from_row, upsert
from storage.db.mapping import record_from_row, record_to_row
from storage.db.models import annotation, article, model_usage
from storage.db.texts import as_stored, content_hash

_ADDED = "summary keywords ai_technologies industries events opening language facts analysis companies".split()
_BY_A_MODEL = "model:%"
GIVEN = "given"  # the analysis of a record that was imported with fields and without evidence: they are someone's word


@dataclass(frozen=True, slots=True)
class Annotation:
    """What became of asking a model about a record. `next_at` matters while the state is waiting."""

    model: str
    state: str  # waiting | done | failed
    tries: int
    next_at: datetime
    at: datetime
    tokens: int
    detail: str


# ---- the built-in analysis


def outdated(session: Session, label: str, *, since: datetime | None, before: int | None, limit: int) -> list[Record]:
    """Records that another version of the built-in analysis made, the newest first; `before`: only those with a smaller id.

    What a model made stays, and so do records that are `GIVEN`.
    """
    query = select(article).where(*_outdated(label, since)).order_by(article.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(article.c.id < before)
    return [record_from_row(row) for row in session.execute(query)]


def count_outdated(session: Session, label: str, *, since: datetime | None) -> int:
    """How many there are."""
    return count_rows(session, article, *_outdated(label, since))


def _outdated(label: str, since: datetime | None) -> list[ColumnElement[bool]]:
    kept = or_(article.c.analysis.in_([label, GIVEN]), article.c.analysis.like(_BY_A_MODEL))
    return [or_(article.c.analysis.is_(None), not_(kept)), *([article.c.shown_at >= since] if since else [])]


def replace_facts(session: Session, record: Record) -> bool:
    """Give a stored record what was found in it anew. False when its text is no longer the one that was analysed, or it is gone."""
    record = as_stored(record)
    old = session.execute(select(article).where(article.c.id == record.id)).first()
    if old is None or old.content_hash != content_hash(record):
        return False
    row = record_to_row(replace(record, text=old.text))  # the text that the row keeps
    derived.drop(session, old)
    session.execute(update(article).where(article.c.id == record.id).values({name: row[name] for name in _ADDED}))
    new = replace(record_from_row(old), **{name: getattr(record, name) for name in _ADDED})
    derived.put(session, new, old.tags, old.shown_at)
    return True


# ---- a model


def waiting(
    session: Session, model: str, *, now: datetime, since: datetime | None, limit: int, without: Collection[int] = ()
) -> list[Record]:
    """Records that the model has not been asked about, or is to be asked about again now; the newest first."""
    query = _waiting(select(article), model, since).order_by(article.c.shown_at.desc(), article.c.id.desc()).limit(limit)
    due = or_(annotation.c.article_id.is_(None), not_(_mine(model)), annotation.c.next_at <= now)
    query = query.where(due, article.c.id.not_in(list(without)))
    return [record_from_row(row) for row in session.execute(query)]


def count_waiting(session: Session, model: str, *, since: datetime | None) -> int:
    """How many there are, those that wait for another try included."""
    return session.scalar(_waiting(select(func.count()).select_from(article), model, since)) or 0


def _mine(model: str) -> ColumnElement[bool]:
    """The annotation speaks of this model and of the text as it is."""
    return and_(annotation.c.model == model, annotation.c.content_hash == article.c.content_hash)


def _waiting(query: Select[Any], model: str, since: datetime | None) -> Select[Any]:
    joined = query.outerjoin(annotation, annotation.c.article_id == article.c.id)
    open_ = or_(annotation.c.article_id.is_(None), not_(_mine(model)), annotation.c.state == "waiting")
    return joined.where(open_, *([article.c.shown_at >= since] if since else []))


def upgraded(session: Session, record: Record, note: Annotation) -> bool:
    """Store what a model's answer added, and that it was asked, in one. False when the text has changed meanwhile."""
    if not replace_facts(session, record):
        return False
    noted(session, record, note)
    return True


def noted(session: Session, record: Record, note: Annotation) -> None:
    """What became of asking about this record."""
    values = asdict(note) | {"content_hash": content_hash(record)}
    if session.scalar(select(article.c.id).where(article.c.id == record.id)):
        upsert(session, annotation, [{"article_id": record.id, **values}], ("article_id",), lambda _new: values)


def try_again(session: Session, model: str, now: datetime) -> int:
    """Make what failed, or waits for its next try, due now; how many."""
    due = {"state": "waiting", "tries": 0, "next_at": now}
    return changed(session, update(annotation).where(annotation.c.model == model, annotation.c.state != "done").values(due))


def get(session: Session, number: int) -> Annotation | None:
    """What became of asking about a record, if a model was asked."""
    row = session.execute(select(annotation).where(annotation.c.article_id == number)).first()
    return from_row(Annotation, row) if row else None


# ---- tokens


def spend(session: Session, month: str, tokens: int, requests: int = 1) -> None:
    """Put tokens on the account of a month such as ``2026-11``; fewer than none correct a guess."""
    row = {"month": month, "tokens": tokens, "requests": requests}
    more = {key: model_usage.c[key] + value for key, value in (("tokens", tokens), ("requests", requests))}
    upsert(session, model_usage, [row], ("month",), lambda _new: more)


def spent(session: Session, month: str) -> int:
    """Tokens of a month."""
    return session.scalar(select(model_usage.c.tokens).where(model_usage.c.month == month)) or 0


def reserve(session: Session, month: str, tokens: int, most: int | None) -> bool:
    """Put the guessed tokens of a call on the account before it is made, if the month has room for them: a kill then costs no bound."""
    if most is not None and spent(session, month) + tokens > most:
        return False
    spend(session, month, tokens)
    return True


def previous_tries(session: Session, numbers: Sequence[int], model: str) -> dict[int, int]:
    """How often the model was asked in vain about each of these records' present texts."""
    query = select(annotation.c.article_id, annotation.c.tries).join(article, article.c.id == annotation.c.article_id)
    return {row.article_id: row.tries for row in session.execute(query.where(annotation.c.article_id.in_(numbers), _mine(model)))}
