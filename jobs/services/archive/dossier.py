"""One record with all that is known of it: what it said before, why it was told, by which rule, and what became of each message."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from crawler.record import Record
from jobs.config.load import Config
from jobs.services.archive import history, records
from jobs.services.archive.history import Change
from jobs.services.trials import explain
from jobs.services.trials.explain import Why
from storage.alerts import ledger
from storage.alerts.ledger import Standing
from storage.archive import queries
from storage.archive.annotations import Annotation
from storage.archive.queries import AlertView, AttemptView

MOST_ALERTS = 20  # of one story


@dataclass(frozen=True, slots=True)
class Telling:
    """An alert of the record's story. `own`: this record raised it; else `counted` says why it was counted on it, or it came before.

    `why` is None where the rule is not in the configuration any more.
    """

    alert: AlertView
    own: bool
    counted: str | None
    why: Why | None
    tries: tuple[AttemptView, ...]


@dataclass(frozen=True, slots=True)
class Dossier:
    """A record and what goes with it."""

    record: Record
    note: Annotation | None
    standing: Standing
    tellings: tuple[Telling, ...]
    changes: tuple[Change, ...]
    versions: int


def dossier(session: Session, config: Config, number: int) -> Dossier:
    """All of it. Raises Unknown."""
    shown = records.show(session, number)
    versions = records.versions(session, number)
    standing = ledger.standing(session, number)
    assert standing is not None
    tellings = _tellings(session, config, number, standing.story)
    return Dossier(shown.record, shown.note, standing, tellings, tuple(history.changes(versions)), len(versions))


def _tellings(session: Session, config: Config, number: int, story: int) -> tuple[Telling, ...]:
    alerts = queries.alerts(session, story=story, limit=MOST_ALERTS)
    told = ledger.duplicates(session, [one.id for one in alerts])
    counted = {one.alert_id: one.reason for one in told if one.article_id == number}
    rules = {rule.name for rule in config.rules} & {one.rule for one in alerts}
    why = {rule: explain.why(session, config, rule=rule, record=number) for rule in rules}
    return tuple(
        Telling(one, one.article_id == number, counted.get(one.id), why.get(one.rule), tuple(queries.attempts(session, one.id)))
        for one in alerts
    )
