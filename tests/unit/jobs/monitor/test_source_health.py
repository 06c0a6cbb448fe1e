"""How a source does, judged by its own past; and a month of forty of them."""

import asyncio
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.record import Fact, Reason, Record
from jobs.cli.source_table import print_table
from jobs.monitor import source_health
from jobs.monitor.source_health import State, judge
from jobs.services.status import SourceStatus
from storage.db.database import open_database
from storage.queue import arrival_rate, baseline
from storage.queue.baseline import Habits, Reading
from storage.queue.sources import State as Row
from tests import month

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)  # a Tuesday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ROW = Row(
    name="a", url="https://a.example/", kind="auto", found_kind="feed", title=None, enabled=True, first_polled_at=NOW - 30 * DAY,
    last_polled_at=NOW, last_ok_at=NOW, last_new_at=NOW, newest_at=NOW, last_outcome="unchanged", last_detail=None, fail_count=0,
    told_state=None, polls=1000, not_modified=500, articles=200, next_due=NOW,
)  # fmt: skip


def appeared(*ago: timedelta, listed: int = 30) -> Habits:
    """The habits of a source whose articles appeared so long ago."""
    return baseline.polled(Habits(), listed, [NOW - time for time in ago], None, NOW)


def judged(known: Habits, row: Row = ROW) -> source_health.Health:
    return judge(row, arrival_rate.begin(known.moments, NOW), known, NOW)


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Reason.DNS, State.FAILING),
        (Reason.SERVER_ERROR, State.FAILING),
        (Reason.TIMEOUT, State.FAILING),
        (Reason.BLOCKED, State.BLOCKED),
        (Reason.RATE_LIMITED, State.BLOCKED),
        (Reason.ROBOTS, State.BLOCKED),
        (Reason.GONE, State.GONE),
        (Reason.UNREADABLE, State.CHANGED),
    ],
)
def test_a_failure_is_named_by_what_the_site_answers(outcome: Reason, state: State) -> None:
    row = replace(ROW, fail_count=3, last_outcome=outcome.value, last_detail="why", last_ok_at=NOW - DAY)
    told = judged(appeared(HOUR), row)
    assert (told.state, told.sure) == (state, True)
    assert "why" in told.reason
    assert "3 times in a row" in told.reason
    assert judged(appeared(HOUR), replace(row, last_ok_at=None)).state is State.NEVER


def test_a_failure_is_told_when_it_lasts() -> None:
    row = replace(ROW, last_outcome="timeout", last_ok_at=NOW - DAY)
    assert [judged(Habits(), replace(row, fail_count=count)).sure for count in (1, 2, 3)] == [False, False, True]
    assert not judged(Habits(), replace(row, fail_count=9, last_ok_at=NOW - timedelta(minutes=5))).sure


def test_a_network_that_is_down_here_is_no_sources_fault() -> None:
    lost = [replace(ROW, name=str(n), fail_count=5, last_outcome="connect", last_ok_at=NOW - DAY) for n in range(12)]
    assert source_health.cut_off(lost)
    assert not source_health.cut_off(lost[:3])  # two or three sources may well be dead
    well = [replace(ROW, name=f"w{n}", last_polled_at=NOW + HOUR) for n in range(4)]
    assert not source_health.cut_off([*lost, *well])
    assert not judge(lost[0], None, Habits(), NOW + HOUR, blind_until=NOW).sure  # not polled since the network is back
    assert judge(replace(lost[0], last_polled_at=NOW + HOUR), None, Habits(), NOW + HOUR, blind_until=NOW).sure


HOURLY, WEEKLY = ([n * HOUR for n in range(1, 61)], [n * 7 * DAY for n in range(1, 21)])
PAUSES = [
    ("an hourly source after five hours", HOURLY, 5 * HOUR, State.HEALTHY),
    ("an hourly source after a day, its weekends unknown", HOURLY, DAY, State.HEALTHY),
    ("an hourly source after five days", HOURLY, 5 * DAY, State.FROZEN),
    ("a weekly source after eight days", WEEKLY, 8 * DAY, State.HEALTHY),
    ("a weekly source after eight weeks", WEEKLY, 56 * DAY, State.FROZEN),
    ("a source of which little is known, after a month", [DAY, 9 * DAY], 30 * DAY, State.HEALTHY),
    ("a source of which little is known, after half a year", [DAY, 9 * DAY], 180 * DAY, State.FROZEN),
]


@pytest.mark.parametrize(("before", "pause", "state"), [case[1:] for case in PAUSES], ids=[case[0] for case in PAUSES])
def test_a_pause_is_silence_when_the_source_hardly_ever_has_one(before: list[timedelta], pause: timedelta, state: State) -> None:
    known = appeared(*(time + pause for time in before))
    told = judged(known, replace(ROW, newest_at=known.latest))
    assert told.state is state, told.reason


def test_what_its_list_shows_tells_frozen_from_silent() -> None:
    known = appeared(*(time + 5 * DAY for time in HOURLY))
    undated = replace(ROW, newest_at=None)
    assert judged(known, undated).state is State.SILENT
    assert judged(replace(known, listed=0), ROW).reason.endswith("its list is empty")


def test_time_in_which_nobody_looked_is_no_silence() -> None:
    known = appeared(*(time + 5 * DAY for time in HOURLY))
    assert judged(known, replace(ROW, last_ok_at=NOW - 5 * DAY)).state is State.HEALTHY


def test_a_weekend_without_articles_is_usual_for_a_source_that_has_none() -> None:
    monday = NOW.replace(hour=9) - 8 * DAY
    office = [monday - n * HOUR for n in range(24 * 42) if (m := monday - n * HOUR).weekday() < 5 and 8 <= m.hour < 18]
    friday = max(moment for moment in office if moment.weekday() == 4)
    known = replace(Habits(), moments=tuple(sorted(m for m in office if m <= friday))[-64:], latest=friday, listed=30)
    learned = arrival_rate.learn(arrival_rate.Rhythm(NOW - 56 * DAY, NOW - 42 * DAY), office, NOW - 7 * DAY, NOW)
    learned = replace(learned, since=NOW - 56 * DAY, hours=_by_hour(office))
    sunday = friday.replace(hour=20) + 2 * DAY
    told = judge(replace(ROW, last_ok_at=sunday), learned, known, sunday)
    assert told.state is State.HEALTHY, told
    wednesday = sunday + 3 * DAY
    assert judge(replace(ROW, last_ok_at=wednesday), learned, known, wednesday).state is State.FROZEN


def _by_hour(moments: list[datetime]) -> tuple[float, ...]:
    counts = [0.0] * arrival_rate.HOURS
    for moment in moments:
        counts[arrival_rate.hour_of_week(moment)] += 1
    return tuple(counts)


def test_regular_sources_are_missed_sooner_than_bursty_ones() -> None:
    rng = random.Random(1)
    until = NOW + 8 * DAY
    regular = tuple(NOW - n * DAY for n in range(40, -1, -1))
    gaps = [rng.choice([0.05, 0.05, 0.05, 4]) * DAY for _ in range(40)]
    bursty = tuple(NOW - sum(gaps[:n], timedelta(0)) for n in range(40, -1, -1))
    chance = [source_health.chance_of_pause(None, moments, NOW, until) for moments in (regular, bursty)]
    assert chance[0] is not None
    assert chance[1] is not None
    assert chance[0] < 1e-6 < chance[1]


def test_judging_survives_clocks_that_jump_and_empty_histories() -> None:
    for row in (ROW, replace(ROW, last_ok_at=NOW + 400 * DAY), replace(ROW, last_ok_at=None), replace(ROW, last_polled_at=None)):
        for known in (Habits(), appeared(HOUR), replace(appeared(*HOURLY), latest=NOW + 9 * DAY)):
            for learned in (None, arrival_rate.Rhythm(NOW + DAY, NOW + DAY), arrival_rate.begin([], NOW)):
                assert judge(row, learned, known, NOW).state in State


# ---- drift

SOUND = Reading((), 10.5, "zh")


def reads(*readings: Reading) -> Habits:
    known = Habits()
    for reading in readings:
        known = baseline.read(known, reading)
    return known


@pytest.mark.parametrize(
    ("reading", "said"),
    [
        (Reading(("unread",)), "could not be read"),
        (Reading(("empty",), 3.0, "zh"), "have no text"),
        (Reading(("undated",), 10.5, "zh"), "have no date"),
        (Reading(("fallback",), 10.5, "zh"), "without the site's own parser"),
        (Reading((), 7.0, "zh"), "much shorter"),
        (Reading((), 10.5, "en"), "another language"),
    ],
)
def test_a_new_layout_shows_within_eight_articles(reading: Reading, said: str) -> None:
    for flaws in range(4):
        assert source_health.drift_of(reads(*[SOUND] * 60, *[reading] * flaws)) == ""
    drifted = reads(*[SOUND] * 60, *[reading] * 8)
    assert said in source_health.drift_of(drifted)
    assert judged(replace(drifted, latest=NOW)).state is State.CHANGED


def test_a_flaw_that_was_always_there_is_no_drift() -> None:
    undated = Reading(("undated",), 10.5, "zh")
    assert source_health.drift_of(reads(*[undated, SOUND] * 60, *[undated] * 8)) == ""


def test_of_a_new_source_nothing_is_said() -> None:
    assert source_health.drift_of(reads(*[SOUND] * 20, *[Reading(("unread",))] * 19)) == ""


def test_readings_come_by_chance() -> None:
    rng = random.Random(7)
    alarms = 0
    for _ in range(40):
        known = Habits()
        for _ in range(300):
            flaws = tuple(flaw for flaw in baseline.FLAWS if rng.random() < 0.08)
            known = baseline.read(known, Reading(flaws, rng.gauss(10, 1.2), rng.choice(["zh"] * 9 + ["en"])))
            alarms += source_health.drift_of(known) != ""
    assert alarms == 0


def test_what_is_kept_of_a_source_is_small_and_comes_back_from_json() -> None:
    known = reads(*[Reading(("unread", "undated"), 10.52, "zh"), Reading(("empty", "fallback"), 2.0, "en")] * 200)
    known = baseline.polled(known, 30, [NOW - n * HOUR for n in range(100)], None, NOW)
    stored = baseline.to_json(known)
    assert baseline.to_json(baseline.from_json(stored)) == stored
    assert len(str(stored)) < 2500
    assert baseline.from_json(None) == Habits()


def test_a_reading_says_what_is_wrong_with_a_record() -> None:
    whole = Record("t", "https://a.example/1", "字" * 1024, published=NOW, language="zh-Hans")
    assert baseline.reading_of(whole) == Reading((), 10.0, "zh")
    poor = replace(whole, text="short", published=None).with_facts(Fact("reading", "parser-fallback", "", "cctv"))
    assert baseline.reading_of(poor).flaws == ("empty", "undated", "fallback")


# ---- a month


@pytest.mark.slow
def test_of_many_sources_only_those_in_trouble_are_shown_at_a_glance(capsys: pytest.CaptureFixture[str]) -> None:
    well, ill = source_health.Health(State.HEALTHY), source_health.Health(State.FAILING, "HTTP 500", sure=True)
    lines = [SourceStatus(replace(ROW, name=f"source-{n}"), ill if n == 7 else well, None) for n in range(100)]
    print_table(lines, NOW, UTC, most=60)
    few = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in few] == ["source", "source-7", "99"]
    for shown, most in ((lines, None), (lines[:60], 60)):
        print_table(shown, NOW, UTC, most)
        assert len(capsys.readouterr().out.splitlines()) == len(shown) + 1


@pytest.mark.parametrize("jumps", [(), month.BACK_AND_FORTH], ids=["a steady clock", "a clock that is set back and forth"])
def test_in_a_month_each_trouble_is_told_once_and_in_time_and_no_other(tmp_path: Path, jumps: month.Jumps) -> None:
    db = open_database(f"sqlite:///{tmp_path}/zhixun.db")
    db.upgrade()
    try:
        done = asyncio.run(month.run(db, seed=1, jumps=jumps))
    finally:
        db.close()
    for model in done.models:
        told = done.of(model)
        if model.fate in month.EXPECTED:
            assert [one.change.now.state.value for one in told] == [month.EXPECTED[model.fate]], model
            assert timedelta(0) < told[0].at - model.at <= month.allowed(model), model
    assert done.false_alarms() == []


@pytest.mark.parametrize(("answers", "state"), [(2, State.HEALTHY), (3, State.UNSTABLE)])
def test_links_that_change_at_every_poll_are_a_state(answers: int, state: State) -> None:
    known = appeared(HOUR)
    for _ in range(answers):
        known = baseline.answered(known, 1000, "visit")
    found = judged(known)
    assert (found.state, "visit" in found.reason) == (state, state is State.UNSTABLE)
    assert judged(baseline.answered(known, 1000, None)).state is State.HEALTHY
