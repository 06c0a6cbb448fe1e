"""What `zhixun run` shows on a terminal: one block, in place, with what has come so far. Logs and alerts go above it."""

from __future__ import annotations

import logging
import socket
import threading
import webbrowser
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import tzinfo
from urllib.parse import urlsplit

from rich.console import Console
from rich.live import Live
from rich.text import Text

from crawler.i18n import language, speaking, tr
from crawler.retold import retold
from jobs import clock, log
from jobs.app import App
from jobs.config.load import Config
from jobs.config.times import show_first_poll
from jobs.monitor.source_health import FEWEST_POLLED, OF_THE_NETWORK

PATIENCE = 60.0  # seconds until a page that does not come up is not opened any more


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is. `outcomes` counts the sources by how their last poll ended; `old` and `over` were kept silently.

    `sent` were delivered; `troubles`: channels whose last attempt failed, and why.
    """

    page: str | None
    sources: int
    outcomes: Mapping[str, int]
    links: int
    read: int
    alerts: int
    old: int
    over: int
    first_poll: str
    resting: bool = False
    sent: int = 0
    troubles: Mapping[str, str] = field(default_factory=dict)

    @property
    def answered(self) -> int:
        """Sources whose last poll went well."""
        return sum(count for reason, count in self.outcomes.items() if reason in ("ok", "unchanged"))

    @property
    def failed(self) -> dict[str, int]:
        """Sources whose last poll failed, by reason, most first."""
        bad = Counter({reason: count for reason, count in self.outcomes.items() if reason not in ("ok", "unchanged")})
        return dict(bad.most_common())

    @property
    def cut_off(self) -> bool:
        """Nearly nothing can be reached: it is the network here."""
        lost = sum(count for reason, count in self.failed.items() if reason in OF_THE_NETWORK)
        return lost >= min(FEWEST_POLLED, self.sources) and lost >= 0.8 * sum(self.outcomes.values()) > 0


def page_of(config: Config) -> str | None:
    """The address of the page, where one is served."""
    return f"http://{config.web}/" if config.web else None


def progress(app: App) -> Progress:
    """How far a running Zhixun is."""
    counts, watched = app.pipeline.counts, app.pipeline.watch.sources
    outcomes = Counter(reason.value for name, reason in list(app.pipeline.outcomes.items()) if name in watched)
    return Progress(
        page=page_of(app.config),
        sources=len(watched),
        outcomes=outcomes,
        links=counts["links"],
        read=sum(counts[verdict] for verdict in ("new", "reprint", "same", "changed")),
        alerts=counts["alerts"],
        old=counts["too old"],
        over=counts["beyond first poll"],
        first_poll=show_first_poll(app.config.alerts.first_poll),
        resting=app.pipeline.resting,
        sent=app.deliverer.sent,
        troubles=app.deliverer.troubles,
    )


def lines(now: Progress) -> list[str]:
    """The block, a line a matter."""
    failed, reasons = sum(now.failed.values()), tr(", ").join(f"{tr(reason)} {count}" for reason, count in now.failed.items())
    shown = [tr("page      {address}", address=now.page)] if now.page else []
    if now.cut_off:
        cut = tr("network   no network here: {failed} of {sources} sources cannot be reached", failed=failed, sources=now.sources)
        shown.append(cut + tr(" ({reasons})", reasons=reasons))
    else:
        later = now.sources - sum(now.outcomes.values())
        numbers = {"sources": now.sources, "answered": now.answered, "later": later, "failed": failed}
        told = tr("sources   {sources}: {answered} answered, {later} later, {failed} failed", **numbers)
        shown.append(told + (tr(" ({reasons})", reasons=reasons) if failed else ""))
    shown.append(tr("articles  {links} links found, {read} read", links=now.links, read=now.read))
    shown.append(tr("alerts    {alerts} raised, {sent} sent", alerts=now.alerts, sent=now.sent))
    shown += [
        tr("channel   {channel} does not take them: {why}; they are sent again", channel=name, why=retold(why))
        for name, why in now.troubles.items()
    ]
    if now.old:
        shown.append(tr("silent    {old} matches older than max_age, or undated", old=now.old))
    if now.over:
        shown.append(tr("silent    {over} matches beyond a first poll's {bound}", over=now.over, bound=now.first_poll))
    if now.resting:
        shown.append(tr("budget    used up: polls wait for the next day"))
    return shown


@contextmanager
def block(app: App, console: Console, *, quiet: bool) -> Iterator[None]:
    """Show the block while something runs; nothing where there is no terminal. `quiet`: logs go there too, so only troubles are told."""
    if not console.is_terminal:
        yield
        return
    spoken = language()

    def render() -> Text:
        with speaking(spoken):  # the block is drawn by a thread of its own
            return Text("\n".join(lines(progress(app))), style="bold")

    with (
        Live(get_renderable=render, console=console, refresh_per_second=2),
        _few_words(app.config.log_zone) if quiet else nullcontext(),
    ):
        yield


@contextmanager
def _few_words(zone: tzinfo) -> Iterator[None]:
    """Logs through the block, which tells of polls and deliveries itself."""
    log.set_up("WARNING", zone=zone)
    told = [logging.getLogger(name) for name in ("pipeline", "deliver")]
    for logger in told:
        logger.setLevel("ERROR")
    try:
        yield
    finally:
        for logger in told:
            logger.setLevel("NOTSET")


def open_when_up(address: str) -> None:
    """Open the page in a browser as soon as it is served."""

    def wait() -> None:
        parts, until = urlsplit(address), clock.monotonic() + PATIENCE
        pause = threading.Event()
        while clock.monotonic() < until:
            try:
                socket.create_connection((parts.hostname or "", parts.port or 80), 1).close()
            except OSError:
                pause.wait(0.3)
                continue
            webbrowser.open(address)
            return

    threading.Thread(target=wait, name="open", daemon=True).start()
