"""What one configuration asks of the pipeline, and what the pipeline asks of the rest of the program. Nouns, and one set of hooks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Literal

from crawler.durations import show_duration
from crawler.fetch.messages import FetchResult
from crawler.record import Record, Source
from jobs import schedule
from storage.archive import articles
from storage.queue.frontier import Task
from storage.rules.ruleset import Ruleset


@dataclass(frozen=True, slots=True)
class RulePolicy:
    """What the configuration says of one rule: where its alerts go and when, what it tells once, from which age on it is silent."""

    channels: tuple[str, ...]
    max_age: timedelta
    due: Callable[[datetime], datetime | None]
    fold: articles.Fold = "events"
    again_when: int | None = None
    on_update: bool = False
    cooldown: timedelta | None = None
    digest_size: int | None = None
    zone: tzinfo = UTC
    first_poll: int | None = None  # the most alerts of first polls, the newest; None: no bound

    def muted(self, record: Record, baseline: bool, now: datetime) -> str:
        """Why a match of this record raises no alert; "" when it does. `baseline`: it was there before we watched."""
        if record.published is None and baseline:
            return "without a date, on its source's first poll"
        if baseline and self.first_poll == 0:
            return "found on its source's first poll"
        if record.published is not None and now - self._latest(record.published) > self.max_age:
            return f"older than {show_duration(self.max_age)}"
        return ""

    def _latest(self, published: datetime) -> datetime:
        """The latest it may mean: a midnight is a day without a time, which is over at the next."""
        said = published.astimezone(self.zone)
        return said if said.time() > time.min else said + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WatchedSource:
    """What the configuration says of one source. Without a cadence it is polled where its articles are expected."""

    source: Source
    cadence: schedule.Cadence | None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    weight: float = 1.0
    render: Literal[False, True, "list"] = False


@dataclass(frozen=True, slots=True)
class Watch:
    """One configuration, ready to work with. A reload replaces it whole, between two answers.

    `budget`: requests a day. `timed_polls`: so many polls a day have a cadence.
    """

    sources: Mapping[str, WatchedSource]
    rules: Ruleset
    routing: Mapping[str, RulePolicy]
    zone: tzinfo
    delay: timedelta
    budget: int | None = None
    timed_polls: float = 0.0

    def day(self, now: datetime) -> str:
        """The day on whose account a request goes."""
        return f"{now.astimezone(self.zone):%Y-%m-%d}"


@dataclass(frozen=True, slots=True)
class Part:
    """An article of several pages, read as far as `record` goes; the answer to this request is its next page."""

    task: Task
    record: Record
    asked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to the hub of a source."""

    source: str


Work = Task | Part | Asked  # what a request is made for, and comes back with its answer


@dataclass(frozen=True, slots=True)
class Hooks:
    """What the pipeline tells and asks the other parts of the program.

    `alerted`: an alert was raised, or an article counted on one. `has_work`: there may be something to fetch. `host_delay`: seconds
    that robots.txt asks for. `further`: requests since the last call beside those that were claimed. `polled`: a source was
    polled, with the hub and topic that its feed names and how many links were new. `pause`: what its hub makes of a source's pause.
    `hub_answered`: a hub answered the request that was made for a source.
    """

    alerted: Callable[[], None] = lambda: None
    has_work: Callable[[], None] = lambda: None
    host_delay: Callable[[str], float] = lambda _host: 0.0
    further: Callable[[], int] = lambda: 0
    polled: Callable[[str, tuple[str, str] | None, int], Awaitable[None]] | None = None
    pause: Callable[[str, timedelta], timedelta] = lambda _source, own: own
    hub_answered: Callable[[FetchResult[Work], Asked], None] = lambda _answer, _asked: None
