"""Polls where articles are expected, within bounds and within the budget."""

import asyncio
import math
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.fetch.messages import Fetch, FetchResult
from crawler.record import Found, Link, Outcome, Page, Reason, Source
from jobs import pacing
from jobs.config.load import ConfigError, load
from jobs.pacing import LONGEST, SHORTEST, Pace
from jobs.parts import watch_of
from jobs.pipeline import Pipeline
from jobs.watch import Hooks
from storage.db.database import Database
from storage.queue import arrival_rate as rhythms
from storage.queue import frontier, sources, usage
from storage.queue.arrival_rate import HOURS, Rhythm

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)  # a Tuesday
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
ANY_TIME = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def posting(*hours: int, a_day: int = 4, weeks: int = 4, minute: int | None = None, days: int = 7) -> Rhythm:
    """The rhythm of a source that posts so often on each of the first `days` of the week, in these hours (UTC)."""
    rng = random.Random(1)
    begin = NOW - weeks * WEEK
    dates = [
        (begin + day * DAY).replace(hour=rng.choice(hours), minute=rng.randrange(60) if minute is None else minute, second=1)
        for day in range(weeks * 7 + 1)
        if (begin + day * DAY).weekday() < days
        for _ in range(a_day)
    ]
    return rhythms.begin([date for date in dates if date <= NOW], NOW)


def flat(a_day: float, **more: tuple[int, ...]) -> Pace:
    return Pace((math.sqrt(a_day / 24),) * HOURS, **more)


def polls(paced: Pace, by: float, days: int, start: datetime = NOW) -> list[datetime]:
    found, now = [], start
    while (now := pacing.next_poll(paced, by, now)) < start + days * DAY:
        found.append(now)
    return found


# ---- the rate


def test_the_rate_is_what_was_counted_over_what_was_observed() -> None:
    for weeks in (1, 2, 4, 7):
        assert pacing.articles_a_day(posting(*range(24), a_day=10, weeks=weeks), NOW) == pytest.approx(10, rel=0.1)


def test_nothing_known_is_two_articles_a_day_at_any_hour() -> None:
    assert pacing.rates(Rhythm(NOW, NOW), NOW) == [pytest.approx(2 / 24)] * HOURS


def test_the_rate_of_a_silent_source_sinks() -> None:
    told = [pacing.articles_a_day(Rhythm(NOW - days * DAY, NOW), NOW) for days in (0, 1, 7, 60)]
    assert told == sorted(told, reverse=True)
    assert told[-1] < 0.02


def test_its_hours_show() -> None:
    rates = pacing.rates(posting(8, 9, 10), NOW)
    assert min(rates[day * 24 + 9] for day in range(7)) > 10 * max(rates[day * 24 + 20] for day in range(7))


def test_its_weekend_shows() -> None:
    rates = pacing.rates(posting(*range(8, 20), days=5), NOW)
    assert rates[2 * 24 + 12] > 3 * rates[6 * 24 + 12]


def test_ten_dates_are_enough_to_begin_with() -> None:
    feed = rhythms.begin([NOW.replace(hour=9, minute=n) - n * DAY for n in range(10)], NOW)
    rates = pacing.rates(feed, NOW)
    assert 0.5 < pacing.articles_a_day(feed, NOW) < 1.5
    assert sum(rates[9::24]) > 3 * sum(rates[20::24])


# ---- polls


@given(
    st.lists(st.floats(0, 1e4), min_size=HOURS, max_size=HOURS),
    st.floats(1e-9, 1e9),
    ANY_TIME,
    st.sets(st.integers(0, 59), max_size=8),
)
def test_never_sooner_than_the_shortest_pause_nor_later_than_the_longest(
    wish: list[float], by: float, now: datetime, marks: set[int]
) -> None:
    due = pacing.next_poll(Pace(tuple(wish), tuple(sorted(marks))), by, now)
    assert SHORTEST - timedelta(seconds=1) <= due - now <= LONGEST + timedelta(seconds=1)


@given(
    st.lists(st.none() | ANY_TIME, max_size=40),
    st.lists(st.none() | ANY_TIME, max_size=40),
    st.lists(ANY_TIME, min_size=4, max_size=4),
    st.floats(0.01, 1000),
    st.floats(1, 1e6),
)
def test_absurd_histories_and_clocks_leave_it_within_bounds(
    first: list[datetime | None], then: list[datetime | None], clock: list[datetime], weight: float, a_day: float
) -> None:
    begun, last, learned, now = clock
    known = rhythms.learn(rhythms.begin(first, begun), then, last, learned)
    plan = pacing.plan({"a": weight, "b": 1.0}, {"a": known}, now, budget=int(a_day))
    due = plan.cadence("a")(now)
    assert SHORTEST - timedelta(seconds=1) <= due - now <= LONGEST + timedelta(seconds=1)


@given(st.floats(0.01, 500), st.floats(0.01, 500), st.floats(0.1, 50))
def test_the_busier_source_is_polled_no_later(one: float, other: float, by: float) -> None:
    slow, fast = sorted((one, other))
    assert pacing.next_poll(flat(fast), by, NOW) <= pacing.next_poll(flat(slow), by, NOW)


def test_four_times_the_rate_or_the_weight_is_twice_the_polls() -> None:
    once, fourfold = len(polls(flat(2), 4, 10)), len(polls(flat(8), 4, 10))
    assert fourfold == pytest.approx(2 * once, rel=0.02)
    known = posting(9)
    assert pacing.pace(known, NOW, weight=4).wish == pytest.approx([2 * wish for wish in pacing.pace(known, NOW).wish])


def test_it_is_polled_in_its_hours() -> None:
    paced = pacing.pace(posting(8, 9, 10, 11), NOW)
    found = polls(paced, pacing.factor([paced], 48), 7)
    assert sum(7 <= poll.hour <= 12 for poll in found) > len(found) / 2


def test_a_zone_changes_nothing() -> None:
    paced = pacing.pace(posting(8, 9), NOW)
    there = NOW.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert pacing.next_poll(paced, 3, there) == pacing.next_poll(paced, 3, NOW)


@pytest.mark.parametrize("a_day", [30, 300, 3000])
def test_the_polls_are_as_many_as_there_are_to_spend(a_day: int) -> None:
    paces = [pacing.pace(posting(*range(n, n + 8), a_day=1 + 3 * n), NOW) for n in range(6)]
    by = pacing.factor(paces, a_day)
    made = sum(len(polls(paced, by, 14)) for paced in paces)
    assert made / 14 == pytest.approx(a_day, rel=0.05)


def test_too_few_to_spend_leaves_the_longest_pause() -> None:
    assert pacing.next_poll(flat(2), pacing.factor([flat(2)], 0), NOW) == NOW + LONGEST


def test_half_the_pause_is_the_expected_delay() -> None:
    assert pacing.expected_delay(flat(24), 2.0) == timedelta(minutes=15)


# ---- minutes and hours that a source keeps


def test_a_poll_waits_until_just_after_the_minute_on_which_a_source_posts() -> None:
    paced = pacing.pace(posting(*range(24), a_day=6, minute=0), NOW)
    assert paced.marks == (0,)
    found = polls(replace(paced, wish=flat(6).wish), pacing.factor([flat(6)], 24), 3, NOW + timedelta(minutes=20))
    assert {(poll.minute, poll.second) for poll in found} == {(1, 30)}


def test_minutes_by_chance_are_no_marks() -> None:
    assert pacing.pace(posting(*range(24), a_day=6), NOW).marks == ()


def test_marks_cost_no_polls() -> None:
    by = pacing.factor([flat(6)], 50)
    plain, marked = polls(flat(6), by, 20), polls(flat(6, marks=(0, 30)), by, 20)
    assert len(marked) == pytest.approx(len(plain), rel=0.05)


def test_hours_in_which_a_site_wants_no_polls_are_kept() -> None:
    asleep = (22, 23, 0, 1, 2, 3, 4, 5)
    found = polls(flat(50, skip_hours=asleep, marks=(0, 30)), 5, 14)
    assert found
    assert not {poll.hour for poll in found} & set(asleep)


def test_a_site_cannot_forbid_the_whole_day() -> None:
    silent = Rhythm(NOW, NOW, skip_hours=tuple(range(24)))
    assert pacing.pace(silent, NOW).skip_hours == ()


# ---- the budget


@pytest.mark.parametrize(
    ("budget", "articles", "others", "polls_a_day"),
    [(None, 500, 500, 960), (1000, 100, 50, 800), (1000, 900, 500, 0)],
    ids=["none: as many as every 15m", "what articles and other polls leave", "nothing left"],
)
def test_adaptive_sources_share_what_is_left(budget: int | None, articles: float, others: float, polls_a_day: float) -> None:
    assert pacing.polls_to_share(10, budget, articles, others) == polls_a_day


def test_a_plan_fits_the_budget_articles_included() -> None:
    known = {f"s{n}": posting(*range(n, n + 6), a_day=2 + 4 * n) for n in range(5)}
    plan = pacing.plan(dict.fromkeys(known, 1.0), known, NOW, budget=500, others=24)
    made = sum(len(polls(paced, plan.by, 14)) for paced in plan.paces.values()) / 14
    articles = sum(pacing.articles_a_day(one, NOW) for one in known.values())
    assert 0.9 * 500 < made + articles + 24 <= 500


# ---- from the configuration to the next poll

CONFIG = """\
timezone: Asia/Shanghai
crawl: {{budget: {budget}, delay: 0s}}
sources:
  - {{name: a, url: "https://a.example/feed", every: adaptive, weight: 2}}
  - {{name: b, url: "https://b.example/feed", every: 1h}}
  - {{name: c, url: "https://c.example/feed", cron: "0 8-17 * * *"}}
"""


class FakeReaders:
    """Finds in every answer the links of the moment."""

    def __init__(self) -> None:
        self.links: tuple[Link, ...] = ()
        self.more: tuple[tuple[str, None], ...] = ()

    async def find(self, page: Page, source: Source, now: datetime, zone: object) -> Found:
        return Found(self.links, "feed", more=self.more, skip_hours=(19,))


class Watcher:
    """A pipeline on a configuration and a clock of its own."""

    def __init__(self, db: Database, folder: Path, budget: int = 200) -> None:
        file = folder / "config.yaml"
        file.write_text(CONFIG.format(budget=budget), "utf-8")
        self.db, self.now, self.readers = db, NOW, FakeReaders()
        watch = watch_of(load(file, {}))
        self.pipeline = Pipeline(db, self.readers, watch, "me", lambda: self.now)  # type: ignore[arg-type]
        db.write_now(lambda s: sources.sync(s, [(one.source, NOW) for one in watch.sources.values()], NOW))

    async def claims(self) -> list[Fetch]:
        self.pipeline.look_now()
        claimed = []
        while fetch := await self.pipeline.claim():
            claimed.append(fetch)
        return claimed

    async def poll(self, name: str, outcome: Outcome | None = None) -> datetime:
        """Polls one source; when it is next due."""
        for fetch in await self.claims():
            if fetch.work.source == name and fetch.work.kind == "poll":
                page = None if outcome else Page(fetch.url, b"", self.now)
                await self.pipeline.answered(FetchResult(fetch, outcome or Outcome(Reason.OK), page))
        [due] = [state.next_due for state in self.db.read(sources.states) if state.name == name]
        assert due
        return due


async def test_an_adaptive_source_loads_and_is_next_due_as_planned(db: Database, tmp_path: Path) -> None:
    watcher = Watcher(db, tmp_path)
    watcher.readers.links = tuple(Link(f"https://a.example/{n}", published=NOW - n * 6 * HOUR) for n in range(20))
    first = await watcher.poll("a")
    assert first == NOW + pacing.SECOND_POLL
    watcher.now = first
    second = await watcher.poll("a")
    known = db.read(sources.rhythms)
    assert known.keys() == {"a"}
    assert sum(known["a"].hours) == pytest.approx(17, abs=1)
    assert known["a"].skip_hours == (19,)
    plan = pacing.plan({"a": 2.0}, known, first, budget=200, others=24 + 10)
    assert second == plan.cadence("a")(first) != first + pacing.SECOND_POLL


async def test_new_links_are_learned_with_the_poll_that_found_them(db: Database, tmp_path: Path) -> None:
    watcher = Watcher(db, tmp_path)
    await watcher.poll("a")
    watcher.now += HOUR
    watcher.readers.links = (Link("https://a.example/new", published=watcher.now - timedelta(minutes=10)),)
    await watcher.poll("a")
    watcher.now += HOUR
    await watcher.poll("a")  # the same link again
    assert sum(db.read(sources.rhythms)["a"].hours) == 1


def test_a_failing_adaptive_source_is_asked_again_later(db: Database, tmp_path: Path) -> None:
    watcher = Watcher(db, tmp_path)
    due = asyncio.run(watcher.poll("a", Outcome(Reason.RATE_LIMITED, retry_after=7200)))
    assert due == NOW + 2 * HOUR


async def test_a_used_up_budget_stops_polls_but_not_articles_until_the_day_is_over(db: Database, tmp_path: Path) -> None:
    watcher = Watcher(db, tmp_path, budget=3)
    watcher.readers.links = tuple(Link(f"https://a.example/{n}") for n in range(4))
    await watcher.poll("a")
    kinds = []
    for _ in range(12):
        watcher.now += HOUR / 2
        kinds += [fetch.work.kind for fetch in await watcher.claims()]
        if watcher.now == NOW + 3 * HOUR:
            assert watcher.pipeline.resting
            assert db.read(lambda s: usage.of_day(s, "2026-11-24")) == 3 + 4, "three polls, four articles"
    watcher.now = NOW + 4 * HOUR + timedelta(minutes=1)  # 00:01 in Shanghai
    assert kinds.count("article") == 4
    assert kinds[:4] == ["article"] * 4
    assert "poll" in kinds[4:], "the next day has a budget of its own"
    assert not watcher.pipeline.resting


async def test_a_used_up_budget_stops_what_goes_on_and_further_pages_too(db: Database, tmp_path: Path) -> None:
    watcher = Watcher(db, tmp_path, budget=3)
    watcher.readers.links, watcher.readers.more = (Link("https://a.example/1"),), (("https://a.example/more", None),)
    [a, b, _] = await watcher.claims()
    await watcher.pipeline.answered(FetchResult(a, Outcome(Reason.OK), Page(a.url, b"", watcher.now)))
    await watcher.pipeline.answered(FetchResult(b, Outcome(Reason.OVERLOADED)))
    for _ in range(4):
        watcher.now += HOUR / 2
        assert {fetch.work.kind for fetch in await watcher.claims()} <= {"article"}
    left = lambda s: frontier.pending(s, frontier.NEVER, watcher.now, watcher.now)  # noqa: E731
    await watcher.pipeline.release()
    assert db.read(left) == 1, "an article"
    watcher.now = NOW + 4 * HOUR + timedelta(minutes=1)
    assert {fetch.url for fetch in await watcher.claims()} >= {"https://a.example/more", b.url}


def test_requests_that_nobody_claimed_are_on_account_too(db: Database, tmp_path: Path) -> None:
    watcher = Watcher(db, tmp_path, budget=5)
    more = [4]
    watcher.pipeline.hooks = Hooks(further=lambda: more.pop() if more else 0)
    assert len(asyncio.run(watcher.claims())) == 1, "four are spent on robots.txt and redirects"
    assert db.read(lambda s: usage.of_day(s, "2026-11-24")) == 5


def test_no_more_polls_than_the_budget_has(db: Database, tmp_path: Path) -> None:
    watcher = Watcher(db, tmp_path, budget=2)
    assert len(asyncio.run(watcher.claims())) == 2
    assert watcher.pipeline.resting


@pytest.mark.parametrize("every", ["every: 15m", "cron: '0 8 * * *'"])
def test_a_weight_without_adaptive_is_a_mistake(tmp_path: Path, every: str) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(f"sources:\n  - {{name: a, url: 'https://a.example/', weight: 2, {every}}}\n", "utf-8")
    with pytest.raises(ConfigError, match="weight: has no meaning without every: adaptive"):
        load(file, {})
