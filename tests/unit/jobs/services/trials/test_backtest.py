"""What a rule would have done: alerts after stories, age, again_when; messages after send, quiet, cooldown and digest."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawler.record import Record
from jobs.config.models import RuleConfig
from jobs.services.trials.backtest import Case, case_of, simulate
from jobs.watch import RulePolicy
from storage.alerts.raise_alerts import Place
from storage.archive.search import Candidate
from storage.rules.parser import parse

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def due_of(**keys: object) -> Callable[[datetime], datetime | None]:
    return RuleConfig.model_validate({"name": "r", "query": "x", "channels": ["desk"], **keys}).due


AT_ONCE = RulePolicy(("desk",), timedelta(days=3), lambda _now: None)


def case(number: int, story: int | None = None, minute: float = 0, *, copy_of: int | None = None, source: str = "a") -> Case:
    place = Place(number, story or number, copy_of or number, f"link {number}")
    return Case(place, f"title {number}", source, f"publisher {number}", NOON + timedelta(minutes=minute), NOON, ())


DAY = [case(n, story=n // 5, minute=n * 20, source="loud" if n % 3 else "calm") for n in range(5, 60)]


def test_a_day_of_matches_becomes_few_messages() -> None:
    hourly = replace(AT_ONCE, due=due_of(send="hourly"))
    report = simulate(DAY, hourly, {"chat": True, "webhook": False})
    assert (len(report.cases), len(report.alerts)) == (55, 11)
    assert report.messages == {"chat": 11, "webhook": 11}
    daily = simulate(DAY, replace(AT_ONCE, due=due_of(send="daily 08:30")), {"chat": True, "webhook": False})
    assert daily.messages == {"chat": 1, "webhook": 11}


@pytest.mark.parametrize(("fold", "alerts"), [("events", 1), ("reprints", 2), ("off", 3)])
def test_a_story_a_text_or_each_article(fold: str, alerts: int) -> None:
    cases = [case(1), case(2, story=1), case(3, story=1, copy_of=2)]
    report = simulate(cases, replace(AT_ONCE, fold=fold), {"desk": False})  # type: ignore[arg-type]
    assert len(report.alerts) == alerts
    assert sum(len(would.duplicates) for would in report.alerts) == 3 - alerts


def test_the_order_is_that_of_the_day_not_of_the_archive() -> None:
    report = simulate([case(2, story=1, minute=5), case(1)], AT_ONCE, {"desk": False})
    assert [would.case.place.article_id for would in report.alerts] == [1]


def test_quiet_hours_make_one_message_of_a_night() -> None:
    night = [case(n, minute=600 + n) for n in range(1, 9)]
    report = simulate(night, replace(AT_ONCE, due=due_of(quiet="22:00-07:00")), {"chat": True})
    assert (len(report.alerts), report.messages["chat"]) == (8, 1)


def test_a_cooldown_gathers_what_comes_meanwhile() -> None:
    report = simulate(
        [case(1), case(2, minute=5), case(3, minute=10)], replace(AT_ONCE, cooldown=timedelta(hours=1)), {"chat": True}
    )
    assert [(would.due - NOON).total_seconds() / 60 for would in report.alerts] == [0, 60, 60]
    assert report.messages == {"chat": 2}


def test_a_story_is_told_again_once_when_enough_publishers_carry_it() -> None:
    cases = [case(number, story=1, minute=number) for number in range(1, 6)]
    report = simulate(cases, replace(AT_ONCE, again_when=3), {"desk": False})
    assert [would.again for would in report.alerts] == [False, True]


def test_what_is_too_old_is_counted_and_silent() -> None:
    record = Record("大模型", "https://x.example/1", "", published=NOON - timedelta(days=9), first_seen=NOON, id=7, story=7)
    old = case_of(parse("大模型"), Candidate(record, (), False), None, AT_ONCE)
    assert old is not None
    report = simulate([old], AT_ONCE, {"desk": False})
    assert (len(report.cases), report.alerts, dict(report.muted)) == (1, (), {"older than 3d": 1})


def test_noise_is_told_by_source_the_loudest_first() -> None:
    assert simulate(DAY, AT_ONCE, {"desk": False}).noise() == [("loud", 37, 8), ("calm", 18, 3)]


def test_what_the_query_does_not_match_is_no_case() -> None:
    record = Record("天气", "https://x.example/1", "", first_seen=NOON)
    assert case_of(parse("大模型"), Candidate(record, (), False), None, None) is None
