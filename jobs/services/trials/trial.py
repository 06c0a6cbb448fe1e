"""A rule, or a query, tried on the archive: what it would have alerted on, and what only another version of it would match."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from jobs.config.load import Config, RuleConfig
from jobs.deliver.transport import channel_for
from jobs.parts import policy_of
from jobs.services.lookup import named
from jobs.services.trials.backtest import Case, SimulatedAlert, case_of, simulate
from jobs.watch import RulePolicy
from storage.alerts import ledger
from storage.archive import search as searching
from storage.archive.search import Bounds
from storage.rules.match import Evidence
from storage.rules.parser import Query
from storage.rules.ruleset import Rule

MAX_LISTED = 10_000  # records of one side of a comparison that are named
_PLAIN = RulePolicy(("alert",), timedelta.max, lambda _now: None)


@dataclass(frozen=True, slots=True)
class TriedAlert:
    """An alert that would have been raised. `again`: it tells a story once more; `tellers` would have been counted on it."""

    record: int
    story: int
    title: str
    source: str
    published: datetime | None
    leaves: datetime
    again: bool
    tellers: tuple[int, ...]
    matched: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Noise:
    """How much of it comes from one source."""

    source: str
    matches: int
    alerts: int


@dataclass(frozen=True, slots=True)
class Side:
    """Records that one of two queries matches, or both. `records` are the first of them: (id, source, title)."""

    count: int
    records: tuple[tuple[int, str, str], ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What a new query matches beside an old one."""

    only_in_new: Side
    only_in_old: Side
    in_both: Side


@dataclass(frozen=True, slots=True)
class Trial:
    """All of it. `records` were looked at; `silent` is by reason, `messages` by channel; `noise` begins with the loudest source."""

    rule: str
    records: int
    matches: int
    alerts: tuple[TriedAlert, ...]
    silent: dict[str, int]
    messages: dict[str, int]
    noise: tuple[Noise, ...]
    difference: Difference | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A query on trial: as the rule whose name it has, or with the defaults of rules. `older`: the one it is compared with."""

    name: str
    query: Query
    rule: RuleConfig | None
    older: Query | None = None

    def watches(self, source: str | None, tags: Sequence[str]) -> bool:
        """Whether the rule listens to a record's source."""
        return self.rule is None or Rule(self.name, self.query, self.rule.sources).watches(source, tags)


def asked(config: Config, name: str | None, query: str | None, against: str | None = None) -> Asked:
    """A rule by name, a query, or a query in the rule's place. Raises Unknown or QueryError."""
    rule = named("rule", name, config.rules) if name is not None else None
    assert rule is not None or query is not None

    own = rule.query_text() if rule else ""

    def parsed(text: str) -> Query:
        return config.query_of(rule) if rule and text == own else config.parsed(text)  # a list of keywords may be longer

    wanted = parsed(own if query is None else query)
    return Asked(rule.name if rule else "query", wanted, rule, parsed(against) if against is not None else None)


def trial(session: Session, config: Config, asked: Asked, since: datetime | None = None, *, evidence: bool = True) -> Trial:
    """What it would have alerted on since then, and how many messages that had been. Without `evidence` it is the quicker by far."""
    policy = policy_of(asked.rule, config.zone) if asked.rule else _PLAIN
    copies = ledger.copies(session) if policy.fold == "reprints" else {}
    bounds = Bounds(since=since)

    def cases(query: Query, policy: RulePolicy | None, evidence: bool) -> list[Case]:  # texts are not kept
        rows = searching.candidates(session, query, bounds, read_all=evidence)
        watched = (row for row in rows if asked.watches(row.record.source, row.tags))
        found = (case_of(query, row, copies.get(row.record.id or 0), policy, evidence) for row in watched)
        return [case for case in found if case is not None]

    now = cases(asked.query, policy if asked.rule else None, evidence)
    likely = ledger.only_likely(session, [case.place.article_id for case in now]) if policy.fold == "events" else {}
    now = [replace(case, place=replace(case.place, proven=likely.get(case.place.article_id))) for case in now]
    report = simulate(now, policy, _folding(config, policy.channels))
    difference = _difference(now, cases(asked.older, None, False)) if asked.older is not None else None
    return Trial(
        rule=asked.name,
        records=searching.count(session, bounds),
        matches=len(report.cases),
        alerts=tuple(map(_alert, report.alerts)),
        silent=dict(report.muted),
        messages=report.messages,
        noise=tuple(Noise(*row) for row in report.noise()),
        difference=difference,
    )


def _folding(config: Config, channels: Sequence[str]) -> dict[str, bool]:
    """The channels, and whether each folds alerts into digests."""
    rates = {row.name: channel_for(row.url).rate for row in config.channels if row.name in channels}
    return {channel: rates.get(channel) is not None for channel in channels}


def _alert(would: SimulatedAlert) -> TriedAlert:
    case, place = would.case, would.case.place
    return TriedAlert(
        place.article_id,
        place.story,
        case.title,
        case.source,
        case.published,
        would.due,
        would.again,
        tuple(one.place.article_id for one in would.duplicates),
        case.evidence,
    )


def _difference(new: Sequence[Case], old: Sequence[Case]) -> Difference:
    mine, theirs = ({case.place.article_id: case for case in cases} for cases in (new, old))
    sides = (mine.keys() - theirs.keys(), mine), (theirs.keys() - mine.keys(), theirs), (mine.keys() & theirs.keys(), mine)
    return Difference(*(_side([case for number, case in cases.items() if number in side]) for side, cases in sides))


def _side(cases: Sequence[Case]) -> Side:
    return Side(len(cases), tuple((case.place.article_id, case.source, case.title) for case in cases[:MAX_LISTED]))
