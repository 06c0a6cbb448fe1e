"""Feeds of what rules told, and of what a query finds: the entries that jobs/formats/alert_feeds.py makes Atom and JSON Feed of."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from jobs.config.load import Config
from jobs.deliver.message import payload
from jobs.formats.alert_feeds import Feed
from jobs.services.archive import records
from jobs.services.lookup import named
from storage.alerts import ledger
from storage.alerts.ledger import Entry
from storage.rules.parser import parse
from storage.rules.ruleset import Hit

MOST = 50  # entries of one feed


def of_rule(session: Session, config: Config, name: str) -> Feed:
    """The newest alerts of a rule. Raises Unknown."""
    rule = named("rule", name, config.rules)
    return Feed(rule.name, "", ledger.entries(session, rule.name, MOST), config.zone)


def of_search(session: Session, config: Config, query: str, now: datetime) -> Feed:
    """The newest records that a query is true of. Raises QueryError."""
    asked = parse(query, config.aliases, config.zone)
    found = records.search(session, asked, now, limit=MOST)
    entries = [
        Entry(0, payload(one.record, Hit("", asked.version, one.evidence)), seen, seen, 0, ())
        for one in found.found
        if (seen := one.record.first_seen) is not None
    ]
    return Feed(query, "", entries, config.zone)
