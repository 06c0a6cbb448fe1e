"""Feeds of what rules told, of what a query finds, and of the events of a type: the entries that jobs/formats/alert_feeds.py makes Atom and JSON Feed of."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from crawler.i18n import tr
from crawler.record import Record
from jobs.config.load import Config
from jobs.deliver.message import payload
from jobs.formats.alert_feeds import Feed
from jobs.services.archive import records
from jobs.services.insight import events, trends
from jobs.services.insight.events import Row
from jobs.services.lookup import Unknown, named
from storage.alerts import ledger
from storage.alerts.ledger import Entry
from storage.archive import queries
from storage.rules.ruleset import Hit

MOST = 50  # entries of one feed


def of_rule(session: Session, config: Config, name: str) -> Feed:
    """The newest alerts of a rule. Raises Unknown."""
    rule = named("rule", name, config.rules)
    return Feed(rule.name, "", ledger.entries(session, rule.name, MOST), config.zone)


def of_events(session: Session, config: Config, kind: str, company: int | None = None) -> Feed:
    """The newest events of a type, perhaps of one company: a row's headline, and what it says. Raises Unknown for a type without a table,
    and for what is no company."""
    if kind not in events.TABLES:
        raise Unknown(tr("there is no table of {kind}; there are: {known}", kind=repr(kind), known=", ".join(events.TABLES)))
    about = f"{trends.named(trends.company_of(session, company)).name} · " if company is not None else ""
    found = events.table(session, kind, config.money, company=company, limit=MOST)
    known = {one.id: one for one in queries.records(session, ids=[row.record for row in found.rows], fields=())}
    entries = [
        Entry(0, payload(_as_record(row, record), Hit("", "", ())), seen, seen, 0, ())
        for row in found.rows
        if (record := known.get(row.record)) is not None and (seen := record.first_seen) is not None
    ]
    return Feed(about + tr(kind), "", entries, config.zone)


def _as_record(row: Row, record: Record) -> Record:
    """A row of a table as feeds show records."""
    said = [*([tr(row.state)] if row.state else []), *(f"{tr(name)}: {cell.value}" for name, cell in row.cells.items())]
    return replace(record, title=row.headline, summary="\n".join(said) or record.title)


def of_search(session: Session, config: Config, query: str, now: datetime) -> Feed:
    """The newest records that a query is true of. Raises QueryError."""
    asked = config.parsed(query)
    found = records.search(session, asked, now, limit=MOST)
    entries = [
        Entry(0, payload(one.record, Hit("", asked.version, one.evidence)), seen, seen, 0, ())
        for one in found.found
        if (seen := one.record.first_seen) is not None
    ]
    return Feed(query, "", entries, config.zone)
