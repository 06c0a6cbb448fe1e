"""A month of 40 sources in seconds: pure models instead of sites, the real store and the real judgement, a clock that is a number.

Also a program: ``python -m tests.month --seeds 20`` prints what was told of each source that was made ill, and every false alarm.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import random
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from crawler.record import Found, Link, Outcome, Reason, Source
from jobs import schedule
from jobs.monitor.source_monitor import Change, Checkup
from storage.db.database import Database, open_database
from storage.db.models import source as source_table
from storage.queue import sources
from storage.queue.baseline import Reading

START = datetime(2026, 11, 2, 0, 20, tzinfo=UTC)  # a Monday
DAYS = 30
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LISTED = 30  # articles that a list shows
DEATHS = {  # fate → what its poll ends with from then on
    "dns": Outcome(Reason.DNS, "name not found"),
    "gone": Outcome(Reason.GONE, "HTTP 404"),
    "blocked": Outcome(Reason.BLOCKED, "HTTP 403"),
    "broken": Outcome(Reason.SERVER_ERROR, "HTTP 500"),
    "unreadable": Outcome(Reason.UNREADABLE, "this is no feed"),
}
FATES = (*DEATHS, "empty", "freeze busy", "freeze slow", "layout", "double")
EXPECTED = {
    "dns": "failing", "gone": "gone", "blocked": "blocked", "broken": "failing", "unreadable": "changed", "empty": "silent",
    "freeze busy": "frozen", "freeze slow": "frozen", "layout": "changed",
}  # fmt: skip
OUTAGE = (START + 12.3 * DAY, START + 12.5 * DAY)  # the network here is down
ASLEEP = (START + 20.1 * DAY, START + 20.8 * DAY)  # the program does not run


Jumps = Sequence[tuple[datetime, timedelta]]  # from when on the machine's clock is off, and by how much
BACK_AND_FORTH: Jumps = (
    (START + 3.1 * DAY, timedelta(minutes=-1)),
    (START + 6.2 * DAY, timedelta(hours=-3)),
    (START + 7.4 * DAY, timedelta(0)),
    (START + 10.3 * DAY, timedelta(hours=5)),
    (START + 11.2 * DAY, timedelta(hours=-1)),
    (START + 22.6 * DAY, timedelta(0)),
)


@dataclass
class Model:
    """One source. `a_day`: its articles; `habit`: when they come; `fate` befalls it at `at`."""

    name: str
    a_day: float
    habit: str
    every: timedelta
    dated: bool
    fate: str = ""
    at: datetime = START + 60 * DAY
    articles: list[datetime] = field(default_factory=list)
    seen: int = 0
    polled: bool = False
    failures: int = 0
    due: datetime = START

    @property
    def pause(self) -> timedelta:
        """Between two articles, on average."""
        return DAY / self.a_day


def build(rng: random.Random) -> list[Model]:
    """Thirty that stay well, and ten that something happens to."""
    models = []
    for number in range(30 + len(FATES)):
        fate = FATES[number - 30] if number >= 30 else ""
        a_day = min(max(rng.lognormvariate(math.log(5), 1.2), 0.25), 60.0)
        habit = ("office", "flat", "bursts", "daily")[number % 4]
        if fate:
            a_day, habit = {"freeze slow": (1.0, "daily"), "freeze busy": (25.0, "office")}.get(fate, (max(a_day, 4.0), "office"))
        every = timedelta(hours=2 if a_day > 8 else 4)
        models.append(Model(f"s{number:02}", a_day, habit, every, dated=bool(fate) or number % 5 > 0, fate=fate))
        models[-1].at = START + rng.uniform(14, 18) * DAY if fate else models[-1].at
        models[-1].articles = _articles(models[-1], rng)
    return models


def _articles(model: Model, rng: random.Random) -> list[datetime]:
    """When they appear, from eight weeks before the month to its end."""
    found: list[datetime] = []
    moment, end = START - 56 * DAY, START + DAYS * DAY
    if model.habit == "daily":
        weekdays_only = rng.random() < 0.5
        while moment < end:
            moment += DAY
            if rng.random() < 0.97 and not (weekdays_only and moment.weekday() >= 5):
                found.append(moment.replace(hour=1, minute=0) + rng.random() * HOUR)
        return _until_frozen(model, found)
    peak = 4.0
    zone = rng.choice([0, 0, 8])  # hours
    while moment < end:
        rate = model.a_day * peak * (2 if model.fate == "double" and moment > model.at else 1)
        moment += rng.expovariate(rate) * DAY * (3.0 if model.habit == "bursts" else 1.0)
        if rng.random() < _share(model.habit, moment + zone * HOUR) / peak:
            batch = 1 + (min(int(rng.expovariate(0.5)), 8) if model.habit == "bursts" else 0)
            found += [moment + n * rng.uniform(0, 0.5) * HOUR for n in range(batch)]
    return _until_frozen(model, found)


def _share(habit: str, local: datetime) -> float:
    if habit != "office":
        return 1.0
    day = 0.15 if local.weekday() >= 5 else 1.0
    return day * (2.2 if 8 <= local.hour < 19 else 0.1)


def _until_frozen(model: Model, found: list[datetime]) -> list[datetime]:
    return sorted(moment for moment in found if not (model.fate.startswith("freeze") and moment > model.at))


@dataclass
class Told:
    """What was told, and when."""

    at: datetime
    change: Change


class Month:
    """Runs it."""

    def __init__(self, db: Database, seed: int, jumps: Jumps = ()) -> None:
        self.db = db
        self.jumps = jumps
        self.rng = random.Random(seed)
        self.models = build(self.rng)
        self.told: list[Told] = []
        self.polls = self.read = 0
        self.now = START
        watched = [(Source(model.name, f"https://{model.name}.example/feed"), START) for model in self.models]
        db.write_now(lambda s: sources.sync(s, watched, START))
        columns = select(source_table.c.name, source_table.c.id)
        self.ids = {row.name: row.id for row in db.read(lambda s: list(s.execute(columns)))}
        self.checkup = Checkup(db, lambda: self.shown(self.now), UTC, ["health"], coverage=False)

    def shown(self, moment: datetime) -> datetime:
        """What the machine's clock shows at that moment."""
        return moment + next((by for since, by in reversed(self.jumps) if since <= moment), timedelta(0))

    async def run(self) -> Month:
        """An hour at a time: all polls that are due, then a look."""
        while self.now < START + DAYS * DAY:
            self.now += HOUR
            if ASLEEP[0] <= self.now < ASLEEP[1]:
                continue
            self.db.write_now(self._hour)
            if self.now.hour % 2:
                continue
            self.told += [Told(self.now, change) for change in await self.checkup.look()]
        return self

    def _hour(self, session: Session) -> None:
        for model in self.models:
            if model.due <= self.now:
                moment = max(model.due, self.now - HOUR)
                self._poll(session, model, moment)
                self.polls += 1

    def _poll(self, session: Session, model: Model, now: datetime) -> None:
        bad, shown = self._outcome(model, now), self.shown(now)
        if bad is not None:
            model.failures += 1
            model.due = schedule.next_poll_after_failure(lambda t: t + model.every, now, bad, model.failures)
            sources.polled(session, self.ids[model.name], shown, bad, root=True)
            return
        model.failures, model.due = 0, now + model.every
        appeared = sum(moment <= now for moment in model.articles)
        empty = model.fate == "empty" and now > model.at
        if (appeared == model.seen and model.polled and not empty) or (empty and model.seen < 0):
            sources.polled(session, self.ids[model.name], shown, Outcome(Reason.UNCHANGED), root=True)
            return
        listed = [] if empty else model.articles[max(appeared - LISTED, 0) : appeared]
        new = [] if empty else listed[max(model.seen - appeared, -len(listed)) :]
        links = [self._link(model, moment) for moment in reversed(listed)]
        found = Found(tuple(links), "feed", newest=max((link.published for link in links if link.published), default=None))
        told = [self._link(model, moment) for moment in new]
        heard = sources.Heard(found, told, not model.polled)
        sources.polled(session, self.ids[model.name], shown, Outcome(Reason.OK), root=True, heard=heard)
        for moment in new:
            sources.read(session, self.ids[model.name], self._reading(model, moment))
            self.read += 1
        model.seen, model.polled = (-1 if empty else appeared), True

    def _outcome(self, model: Model, now: datetime) -> Outcome | None:
        if OUTAGE[0] <= now < OUTAGE[1]:
            return Outcome(Reason.CONNECT, "network unreachable")
        if model.fate in DEATHS and now > model.at:
            return DEATHS[model.fate]
        return Outcome(Reason.TIMEOUT, "30 s") if self.rng.random() < 0.01 else None

    @staticmethod
    def _link(model: Model, moment: datetime) -> Link:
        return Link(f"https://{model.name}.example/{moment:%s%f}", "A title", moment if model.dated else None)

    def _reading(self, model: Model, moment: datetime) -> Reading:
        flaws = tuple(
            flaw for flaw, odds in (("unread", 0.03), ("undated", 0.02), ("fallback", 0.05)) if self.rng.random() < odds
        )
        if model.fate == "layout" and moment > model.at:
            flaws = ("undated", "fallback")
        return Reading(flaws, self.rng.gauss(10.5, 1.0), "zh" if self.rng.random() < 0.95 else "en")

    # ---- what came of it

    def of(self, model: Model) -> list[Told]:
        """What was told of a source."""
        return [told for told in self.told if told.change.name == model.name]

    def false_alarms(self) -> list[Told]:
        """What was told of sources that were well."""
        well = {model.name for model in self.models if model.fate in ("", "double")}
        before = {model.name: model.at for model in self.models}
        return [told for told in self.told if told.change.name in well or told.at < before[told.change.name]]


def allowed(model: Model) -> timedelta:
    """Within which time a trouble must be told: some polls; for silence and layout, what its rhythm allows."""
    if model.fate in DEATHS:
        return 4 * model.every + 3 * HOUR
    if model.fate == "layout":
        return 12 * model.pause + 2 * DAY
    return 16 * model.pause + 2 * DAY  # a weekend may lie between


async def run(db: Database, seed: int, jumps: Jumps = ()) -> Month:
    """One month."""
    return await Month(db, seed, jumps).run()


def _report(seed: int, month: Month) -> Sequence[str]:
    lines = []
    for model in month.models:
        if model.fate and model.fate != "double":
            told = [f"{one.change.now.state.value} after {(one.at - model.at) / HOUR:.0f} h" for one in month.of(model)]
            lines.append(
                f"  {model.fate:12} pause {model.pause / HOUR:5.1f} h, every {model.every}: {'; '.join(told) or 'NOT TOLD'}"
            )
    alarms = [f"  FALSE {one.at:%m-%d %H:%M} {one.change}" for one in month.false_alarms()]
    return [f"seed {seed}: {month.polls} polls, {month.read} articles, {len(alarms)} false alarms", *lines, *alarms]


def main() -> None:
    """Some months, one line a trouble."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--jumps", action="store_true", help="with a machine's clock that is set back and forth")
    asked = parser.parse_args()
    for seed in range(asked.seeds):
        with tempfile.TemporaryDirectory(prefix="zhixun-month-") as folder:
            db = open_database(f"sqlite:///{folder}/zhixun.db")
            db.upgrade()
            with closing(db):
                print("\n".join(_report(seed, asyncio.run(run(db, seed, BACK_AND_FORTH if asked.jumps else ())))), flush=True)


if __name__ == "__main__":
    main()
