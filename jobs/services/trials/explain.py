"""Why a text matches a rule or a query, or not; and of a stored record and a rule, what became of the match."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from crawler.i18n import tr
from crawler.record import Record
from crawler.retold import retold
from jobs.config.load import Config, RuleConfig
from jobs.parts import policy_of
from jobs.services.lookup import Unknown, named
from storage.alerts import ledger
from storage.archive import queries
from storage.archive.queries import AlertView, Candidate
from storage.rules.explain import Explanation
from storage.rules.explain import explain as explain_match
from storage.rules.ruleset import Rule


@dataclass(frozen=True, slots=True)
class Reached:
    """An alert that a record raised, or was counted on. `counted`: why it was counted; None for its own."""

    alert: AlertView
    counted: str | None


@dataclass(frozen=True, slots=True)
class Journey:
    """What stood between a match and a message, step by step.

    `watched`: the rule listens to the record's `source`. `age` is that at first sight, `muted` why it was silent of that. `story` and
    `reason`, `reprint_of`: where the record stands. `due`: when an alert may leave; None for at once. `alerts` is what came of it.
    """

    enabled: bool
    source: str | None
    watched: bool
    age: timedelta | None
    muted: str
    story: int
    reason: str | None
    reprint_of: int | None
    folds: str
    send: str
    quiet: str | None
    cooldown: timedelta | None
    due: datetime | None
    alerts: tuple[Reached, ...]


@dataclass(frozen=True, slots=True)
class Why:
    """The query's value with all its reasons, and the journey where both a rule and a stored record were given."""

    explanation: Explanation
    journey: Journey | None = None


def why(
    session: Session | None,
    config: Config,
    *,
    rule: str | None = None,
    query: str = "",
    record: int | None = None,
    title: str = "",
    text: str = "",
) -> Why:
    """Explain a rule (or a query) on a stored record (or a text; then no session is needed). Raises Unknown or QueryError."""
    chosen = named("rule", rule, config.rules) if rule is not None else None
    wanted = config.query_of(chosen) if chosen else config.parsed(query)
    if session is None or record is None:
        return Why(explain_match(wanted, Record(title=title, link="", text=text), ()))
    stored = next(queries.tagged(session, ids=[record]), None)
    if stored is None:
        raise Unknown(tr("no record {record}", record=record))
    explanation = explain_match(wanted, stored.record, stored.tags)
    return Why(explanation, journey(session, config, chosen, stored, explanation.matched) if chosen else None)


def journey(session: Session, config: Config, rule: RuleConfig, stored: Candidate, matched: bool) -> Journey | None:
    """The way of a record's match with a rule."""
    record, policy = stored.record, policy_of(rule, config.zone, config.alerts.first_poll)
    standing = ledger.standing(session, stored.at.id)
    if standing is None:
        return None
    seen = standing.first_seen
    due = policy.due(seen)
    reached = _reached(session, rule.name, stored.at.id, standing.story)
    muted = retold(policy.muted(record, standing.baseline, seen))
    if matched and standing.baseline and policy.first_poll and not muted and not reached:
        muted = tr("beyond the newest {n} of a first poll", n=policy.first_poll)
    return Journey(
        enabled=rule.enabled,
        source=record.source,
        watched=Rule(rule.name, config.query_of(rule), rule.sources).watches(record.source, stored.tags),
        age=seen - record.published if record.published else None,
        muted=muted,
        story=standing.story,
        reason=standing.reason,
        reprint_of=standing.reprint_of,
        folds=rule.stories,
        send=str(rule.send),
        quiet=str(rule.quiet) if rule.quiet else None,
        cooldown=rule.cooldown,
        due=due if due is not None and due > seen else None,
        alerts=reached,
    )


def _reached(session: Session, rule: str, record: int, story: int) -> tuple[Reached, ...]:
    """The record's own alerts; where it has none, those that it was counted on."""
    entries = queries.alerts(session, rule=rule, story=story)
    told = ledger.duplicates(session, [one.id for one in entries])
    counted = {one.alert_id: one.reason for one in told if one.article_id == record}
    own = [entry for entry in entries if entry.article_id == record]
    return tuple(Reached(entry, counted.get(entry.id)) for entry in own or [e for e in entries if e.id in counted])
