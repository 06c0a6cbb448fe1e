"""The rules as they are configured, and how busy each is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from jobs.config.load import Config
from storage.alerts import ledger


@dataclass(frozen=True, slots=True)
class RuleView:
    """One rule. `last` is its last match; `week` and `month` count matches, `alerts` all that it raised."""

    name: str
    query: str
    channels: tuple[str, ...]
    send: str
    enabled: bool
    last: datetime | None = None
    week: int = 0
    month: int = 0
    alerts: int = 0


def rules(session: Session, config: Config, now: datetime) -> tuple[RuleView, ...]:
    """Those of the configuration, in its order."""
    tallies = ledger.tallies(session, now)
    found = []
    for rule in config.rules:
        tally = tallies.get(rule.name)
        busy = (tally.last_match, tally.week, tally.month, tally.alerts) if tally else ()
        found.append(RuleView(rule.name, rule.query_text(), rule.channels, str(rule.send), rule.enabled, *busy))
    return tuple(found)
