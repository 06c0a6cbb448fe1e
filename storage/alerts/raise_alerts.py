"""Alerts as they are raised, inside the transaction that stores their article.

    raised     the first article of a story (or of a text, or each article: `fold`) that a rule matches
    folded     a later one: noted as a teller of the first alert and counted there, never dropped
    likely     an alert of what was probably told before: it names that alert, or is folded into it where the rule says so
    again      once, when so many independent publishers carry the story (`again_when`)
    update     to those who were alerted, when the article was corrected or withdrawn (`Updates`)
    first poll the newest so many of a rule (storage/alerts/first_poll.py)
    correction an alert like any other, which names the one that told what is corrected here (`Place.corrects`)

Each has its own dedup key, so that nothing is raised twice, whatever is stored twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Literal

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from crawler.url import host_of, registrable
from storage.alerts import first_poll
from storage.db.database import dialect_of, insert_into, insert_new
from storage.db.models import alert, article, delivery, duplicate, tally

Fold = Literal["likely", "events", "reprints", "off"]


@dataclass(frozen=True, slots=True)
class Cooldown:
    """After an alert the next one waits `pause`, together with all that come meanwhile. `due`: when something raised then may leave."""

    pause: timedelta
    due: Callable[[datetime], datetime | None]


@dataclass(frozen=True, slots=True)
class AlertDraft:
    """An alert as the rules see it, not yet in the ledger. `due`: when to deliver it at the earliest; None is at once.

    `muted` says why a match raises nothing (too old …): it is tallied all the same. `again_when` is a number of publishers.
    """

    rule: str
    version: str
    channels: tuple[str, ...]
    payload: dict[str, Any]
    due: datetime | None = None
    fold: Fold = "events"
    again_when: int | None = None
    cooldown: Cooldown | None = None
    muted: str = ""
    at_most: int | None = None  # of a first poll: so many alerts of the rule, the newest

    def key(self, place: Place) -> str:
        """Under which it is raised once."""
        return f"{self.rule}|{place.scope(self.fold)}"


@dataclass(frozen=True, slots=True)
class Updates:
    """What to tell of a changed article: the rules that want to know, each with when; and the record as a payload has it."""

    due: Mapping[str, datetime | None]
    record: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an article stands: its story, and the article whose text it repeats (itself, if none). `reason`: why there. `proven`: the
    first of those that surely tell one event with it, if that is not the story's first."""

    article_id: int
    story: int
    copy_of: int
    link_key: str
    reason: str = ""
    corrects: int | None = None  # the story that this article corrects, takes back or denies
    proven: int | None = None

    def scope(self, fold: Fold) -> str:
        """What an alert is raised once for."""
        sure = self.story if self.proven is None else self.proven
        return {
            "likely": f"{self.story}",
            "events": f"{sure}",
            "reprints": f"copy {self.copy_of}",
            "off": f"article {self.article_id}",
        }[fold]


def raise_all(session: Session, place: Place, drafts: Sequence[AlertDraft], now: datetime) -> tuple[int, int, int]:
    """(alerts made, matches folded into earlier alerts, alerts of a first poll that were one too many)."""
    made = folded = over = 0
    for draft in drafts:
        raised = 0
        room = None if draft.muted else _room(session, place, draft, now)
        if room is not None:
            if raise_one(session, place, draft, now):
                raised = 1
            else:
                folded += 1
                raised = fold(session, place, draft, now)
        _count(session, draft.rule, now, raised)
        made += raised - (room or 0)
        over += bool(room) or (room is None and not draft.muted)
    return made, folded, over


def _room(session: Session, place: Place, draft: AlertDraft, now: datetime) -> int | None:
    """How many alerts of a first poll gave way to this one; None: it is one too many. What is only counted on an alert takes no room."""
    if draft.at_most is None or session.scalar(select(alert.c.id).where(alert.c.dedup_key == draft.key(place))) is not None:
        return 0
    return first_poll.make_room(session, draft.rule, place.article_id, draft.at_most, now)


def raise_one(session: Session, place: Place, draft: AlertDraft, now: datetime) -> bool:
    """Raise one alert, unless its story has one; if it is a correction of what was alerted, it names that alert."""
    corrected = _alert_of(session, draft.rule, place.corrects) if place.corrects else None
    follows: dict[str, Any] = {}
    if corrected is not None:
        follows = {"alert": corrected.id, "why": "correction"}
    elif place.proven not in (None, place.story) and (before := _alert_of(session, draft.rule, place.story)):
        follows = {"alert": before.id, "why": "likely", "detail": before.title}
    if follows:
        draft = replace(draft, payload=draft.payload | {"follows": follows})
    return _insert(
        session,
        draft.key(place),
        place,
        draft,
        now,
        idem=f"{draft.rule}|{place.link_key}",
        follows=corrected.id if corrected else None,
    )


def _alert_of(session: Session, rule: str, story: int) -> Any:
    """The first alert of a story to the readers of a rule: (id, title), or None."""
    query = select(alert.c.id, article.c.title).join(article).where(alert.c.rule == rule, alert.c.story == story)
    return session.execute(query.order_by(alert.c.id).limit(1)).first()


def _insert(
    session: Session, key: str, place: Place, draft: AlertDraft, now: datetime, *, idem: str, follows: int | None = None
) -> bool:
    due = draft.due or now
    if draft.cooldown and follows is None:
        due = cooled(draft.cooldown, due, _last_due(session, draft.rule), now)
    row = {
        "dedup_key": key,
        "rule": draft.rule,
        "rule_version": draft.version,
        "article_id": place.article_id,
        "story": place.story,
        "payload": draft.payload,
        "created_at": now,
        "reprints": 0,
        "due_at": due,
        "follows": follows,
    }
    if not insert_new(session, alert, [row], "dedup_key"):
        return False
    number = session.connection().scalar(_NUMBER, {"key": key})
    leaves = due if draft.at_most is None else max(due, now + first_poll.HOLD)
    deliveries = [
        {
            "alert_id": number,
            "channel": channel,
            "idem_key": idempotency_key(idem, channel),
            "state": "pending",
            "next_at": leaves,
        }
        for channel in dict.fromkeys(draft.channels)
    ]
    if deliveries:
        session.connection().execute(_LEAVE, deliveries)
    return True


_NUMBER = select(alert.c.id).where(alert.c.dedup_key == bindparam("key"))
_LEAVE = insert(delivery)


def cooled(cooldown: Cooldown, due: datetime, last: datetime | None, now: datetime) -> datetime:
    """When an alert may leave if the rule's last one may at `last`: with those that wait already, or a pause after it."""
    if last is None or due >= last + cooldown.pause:
        return due
    if last > now:
        return max(due, last)
    ready = last + cooldown.pause
    return max(due, cooldown.due(ready) or ready)


def _last_due(session: Session, rule: str) -> datetime | None:
    query = select(alert.c.due_at).where(alert.c.rule == rule, alert.c.follows.is_(None))
    return session.scalar(query.order_by(alert.c.id.desc()).limit(1))


def idempotency_key(told: str, channel: str) -> str:
    """The key under which a receiver may drop a repeat: made of the article's address, not of our ids, which a new database counts anew."""
    return hashlib.sha256(f"{told}|{channel}".encode("utf-8", "replace")).hexdigest()[:32]


def _count(session: Session, rule: str, now: datetime, made: int) -> None:
    row = {"rule": rule, "day": f"{now.astimezone(UTC):%Y-%m-%d}", "matches": 1, "alerts": made, "last_at": now}
    session.connection().execute(_one_more(dialect_of(session)), row)


@cache
def _one_more(dialect: str) -> Any:
    """Built once: building a statement costs more than running it."""
    add_to = insert_into(dialect, tally)
    more = {name: tally.c[name] + add_to.excluded[name] for name in ("matches", "alerts")}
    return add_to.on_conflict_do_update(index_elements=["rule", "day"], set_=more | {"last_at": add_to.excluded.last_at})


# ---- told again


def fold(session: Session, place: Place, draft: AlertDraft, now: datetime) -> int:
    """Note the article on the alert that told its story first; 1 when enough publishers carry it now to tell it again."""
    first = session.execute(select(alert).where(alert.c.dedup_key == draft.key(place))).one()
    how = "event" if place.copy_of == place.article_id else "reprint"
    withheld = {
        "rule": draft.rule,
        "version": draft.version,
        "channels": list(draft.channels),
        "payload": draft.payload,
        "fold": draft.fold,
    }
    row = {"alert_id": first.id, "article_id": place.article_id, "how": how, "reason": place.reason, "at": now, "draft": withheld}
    if insert_new(session, duplicate, [row], "alert_id", "article_id"):
        session.execute(update(alert).where(alert.c.id == first.id).values(reprints=alert.c.reprints + 1))
    if draft.again_when is None or (count := len(_publishers(session, first))) < draft.again_when:
        return 0
    payload = first.payload | {"follows": {"alert": first.id, "why": "again", "publishers": count}}
    again = AlertDraft(first.rule, first.rule_version, draft.channels, payload, draft.due)
    where = Place(first.article_id, first.story, first.article_id, place.link_key)
    key = f"{first.dedup_key}|again"
    return int(_insert(session, key, where, again, now, idem=f"{key}|{place.link_key}", follows=first.id))


def _publishers(session: Session, first: Any) -> set[str]:
    """Who carries a story, each once: the publisher that the page names, else its site."""
    told = select(duplicate.c.article_id).where(duplicate.c.alert_id == first.id)
    carry = (article.c.id == first.article_id) | article.c.id.in_(told)
    return {publisher_of(*row) for row in session.execute(select(article.c.publisher, article.c.link).where(carry))}


def publisher_of(publisher: str | None, link: str) -> str:
    """Who carries an article: the publisher that its page names, else its site."""
    return (publisher or registrable(host_of(link))).casefold()


# ---- corrected


def update_all(session: Session, place: Place, updates: Updates, *, why: str, version: str, now: datetime) -> int:
    """Tell those who were alerted of this article that it changed; how many alerts. `version` of the article: each is told once."""
    count = 0
    query = select(alert).where(alert.c.article_id == place.article_id, alert.c.follows.is_(None), alert.c.rule.in_(updates.due))
    for first in session.execute(query).all():
        alive = delivery.c.alert_id == first.id, delivery.c.state != "dead"
        told = session.scalars(select(delivery.c.channel).where(*alive)).all()
        follows = {"alert": first.id, "why": "withdrawn" if why == "withdrawn" else "changed", "detail": why}
        payload = first.payload | {"record": updates.record or first.payload["record"], "follows": follows}
        draft = AlertDraft(first.rule, first.rule_version, tuple(told), payload, updates.due[first.rule])
        key = f"{first.dedup_key}|update {version}"
        idem = f"{first.rule}|{place.link_key}|update {version}"
        count += _insert(session, key, place, draft, now, idem=idem, follows=first.id)
    return count
