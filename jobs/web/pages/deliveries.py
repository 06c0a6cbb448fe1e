"""Deliveries: what was raised, where it went, what each channel answered; and once more what did not arrive."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Annotated, Any, Literal

from fastapi import Path, Query

from crawler.i18n import plural, tr
from jobs.deliver.message import short_id
from jobs.services import channels as channelling
from jobs.services import ledger
from jobs.services.channels import ChannelView
from jobs.services.ledger import Shown
from jobs.web.access import Asked
from jobs.web.errors import Trouble
from jobs.web.screens import Done, Limit, Name, Screen
from storage.archive import queries
from storage.archive.queries import AlertView

screen = Screen("deliveries")
State = Annotated[Literal["pending", "sent", "dead", "held"] | None, Query(description="alerts with a delivery in this state")]
Before = Annotated[int | None, Query(ge=1, description="where to go on: `next` of the page before")]
AlertId = Annotated[str, Path(max_length=20, description="such as 00A7")]


@dataclass(frozen=True, slots=True)
class DeliveriesPage:
    """Alerts with their deliveries, the newest first; `counts` is by state."""

    state: str | None
    rule: str | None
    alerts: tuple[AlertView, ...]
    counts: Mapping[str, int]
    channels: tuple[ChannelView, ...]
    rules: tuple[str, ...]
    next: str | None


def _rows(page: DeliveriesPage, _zone: tzinfo) -> Iterator[Sequence[object]]:
    """A row for each delivery."""
    yield "alert", "raised", "rule", "record", "title", "link", "channel", "state", "attempts", "sent", "answer"
    for alert in page.alerts:
        told = short_id(alert.id), alert.created_at, alert.rule, alert.article_id, alert.title, alert.link
        for one in alert.deliveries:
            yield *told, one.channel, one.state, one.attempts, one.sent_at, one.last_error or one.vendor_answer


@screen.page("/deliveries", "deliveries.html", twin="/alerts", sheet=_rows)
def deliveries(
    ask: Asked,
    state: State = None,
    rule: Annotated[str | None, Query(max_length=200)] = None,
    since: Annotated[
        datetime | None, Query(alias="from", description="raised then or later; without an offset, in the configured zone")
    ] = None,
    after: Before = None,
    limit: Limit = 50,
) -> DeliveriesPage:
    """The ledger."""

    begins = since.replace(tzinfo=ask.zone) if since is not None and since.tzinfo is None else since

    def work(session: Any) -> tuple[list[AlertView], Mapping[str, int]]:
        found = queries.alerts(session, rule=rule or None, state=state, since=begins, before=after, limit=limit + 1)
        return found, ledger.counts(session)

    found, counts = ask.read(work)
    config = ask.config
    following = str(found[limit - 1].id) if len(found) > limit else None
    rules = tuple(row.name for row in config.rules)
    return DeliveriesPage(state, rule, tuple(found[:limit]), counts, channelling.channels(config), rules, following)


@screen.page("/alerts/{alert}", "alert.html")
def alert(ask: Asked, alert: AlertId) -> Shown:
    """One alert: what was sent, and each attempt."""
    return ask.read(lambda s: ledger.show(s, f"#{alert.removeprefix('#')}"))


@screen.action("POST", "/alerts/{alert}/retry")
def retry(ask: Asked, alert: AlertId) -> Done:
    """Send once more what did not arrive."""
    return _retried(ledger.retry(ask.parts.db, [f"#{alert.removeprefix('#')}"], ask.now))


@screen.action("POST", "/deliveries/retry")
def retry_all(ask: Asked) -> Done:
    """Send once more everything that did not arrive."""
    return _retried(ledger.retry(ask.parts.db, (), ask.now))


def _retried(n: int) -> Done:
    return Done(
        plural("{n} delivery is due again.", "{n} deliveries are due again.", n)
        if n
        else tr("Nothing was waiting for another try.")
    )


@screen.action("POST", "/channels/{name:path}/test")
def test(ask: Asked, name: Name) -> Done:
    """Send a test message."""
    receipt = asyncio.run(channelling.test(ask.config, name, ask.now))
    if not receipt.accepted:
        raise Trouble(
            502,
            "not_accepted",
            tr("{channel} did not accept the test message: {answer}", channel=name, answer=receipt.detail),
            name,
        )
    return Done(tr("{channel} accepted the test message. {answer}", channel=name, answer=receipt.detail).strip())
