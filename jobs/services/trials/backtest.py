"""What a rule would have done in the past. Pure: stored articles in, alerts and messages out.

It goes the way of the pipeline: match, age, one alert a story (or text, or article), `again_when`, `send`, `quiet`, `cooldown`,
digests. It cannot know what a channel's bound on messages a minute would have folded in a storm; then it counts more messages.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from jobs.watch import RulePolicy
from storage.alerts.raise_alerts import Cooldown, Place, cooled, publisher_of
from storage.archive.search import Candidate
from storage.rules.match import Evidence
from storage.rules.parser import Query
from storage.rules.ruleset import is_true, search


@dataclass(frozen=True, slots=True)
class Case:
    """An article that the query matches, and where it stands in the archive."""

    place: Place
    title: str
    source: str
    named: str | None  # the publisher, by its page
    seen: datetime
    published: datetime | None
    evidence: tuple[Evidence, ...]
    muted: str = ""

    @property
    def publisher(self) -> str:
        """Who carries it."""
        return publisher_of(self.named, self.place.link_key)


@dataclass(slots=True)
class SimulatedAlert:
    """An alert that would have been raised, when it would have left, and what would have been counted on it."""

    case: Case
    due: datetime
    duplicates: list[Case] = field(default_factory=list)
    again: bool = False  # it tells a story once more


@dataclass(frozen=True, slots=True)
class Report:
    """All of it. `messages` is by channel; `muted` by reason."""

    cases: tuple[Case, ...]
    alerts: tuple[SimulatedAlert, ...]
    muted: Counter[str]
    messages: dict[str, int]

    def noise(self) -> list[tuple[str, int, int]]:
        """(source, matches, alerts), the loudest first."""
        matches = Counter(case.source for case in self.cases)
        alerts = Counter(would.case.source for would in self.alerts)
        return [(source, count, alerts[source]) for source, count in matches.most_common()]


def case_of(
    query: Query, found: Candidate, copy_of: int | None, routing: RulePolicy | None, evidence: bool = True
) -> Case | None:
    """The article as a case; None when the query does not match it. It is judged as of when it was first seen."""
    record = found.record
    seen = record.first_seen or record.fetched or record.published
    assert seen is not None  # storage fills first_seen in
    if not evidence and not (found.true or is_true(query, record, found.tags, seen)):
        return None
    why = search(query, record, found.tags, seen) if evidence else ()
    if why is None:
        return None
    number = record.id or 0
    return Case(
        place=Place(number, record.story or number, copy_of or number, record.link),
        title=record.title,
        source=record.source or "",
        named=record.publisher,
        seen=seen,
        published=record.published,
        evidence=why,
        muted=routing.muted(record, False, seen) if routing else "",
    )


def simulate(cases: Iterable[Case], routing: RulePolicy, folding: Mapping[str, bool]) -> Report:
    """Raise what the rule would have raised. `folding`: its channels, and whether each takes a digest for several alerts at once."""
    ordered = sorted(cases, key=lambda case: (case.seen, case.place.article_id))
    heard = [case for case in ordered if not case.muted]
    first: dict[str, SimulatedAlert] = {}
    alerts: list[SimulatedAlert] = []
    last: datetime | None = None
    for case in heard:
        scope = case.place.scope(routing.fold)
        if scope in first:
            alerts += _told_again(first[scope], case, routing)
            continue
        due = routing.due(case.seen) or case.seen
        if routing.cooldown:
            due = cooled(Cooldown(routing.cooldown, routing.due), due, last, case.seen)
        last = due
        first[scope] = SimulatedAlert(case, due)
        alerts.append(first[scope])
    muted = Counter(case.muted for case in ordered if case.muted)
    messages = {channel: _messages(alerts, fold) for channel, fold in folding.items()}
    return Report(tuple(ordered), tuple(alerts), muted, messages)


def _told_again(would: SimulatedAlert, case: Case, routing: RulePolicy) -> list[SimulatedAlert]:
    would.duplicates.append(case)
    if routing.again_when is None:
        return []
    before = {one.publisher for one in (would.case, *would.duplicates[:-1])}
    reached = len(before) < routing.again_when <= len(before | {case.publisher})
    return [SimulatedAlert(would.case, routing.due(case.seen) or case.seen, again=True)] if reached else []


def _messages(alerts: Sequence[SimulatedAlert], fold: bool) -> int:
    """Those that wait for the same moment leave as one, if the channel takes digests."""
    if not fold:
        return len(alerts)
    waited = Counter(would.due for would in alerts if would.due > would.case.seen)
    return len(waited) + sum(would.due <= would.case.seen for would in alerts)
