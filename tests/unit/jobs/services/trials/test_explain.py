"""Why a text matches, and the way of a match to a message."""

from datetime import UTC, datetime, timedelta

import pytest

from crawler.record import Record
from jobs.parts import policy_of
from jobs.services.lookup import Unknown
from jobs.services.trials.explain import Why, why
from storage.db.database import Database
from storage.rules.parser import QueryError
from tests.archive import CONFIG, HOUR, deliver, fill, survives_json


def asked(db: Database, **about: object) -> Why:
    found = db.read(lambda s: why(s, CONFIG, **about))  # type: ignore[arg-type]
    assert survives_json(found)
    return found


def test_a_text_needs_no_archive() -> None:
    found = why(None, CONFIG, query="@car AND NOT 二手", title="北原轿车", text="开始路测")
    assert (found.explanation.matched, found.journey) == (True, None)
    assert survives_json(found)
    stopped = why(None, CONFIG, rule="models", text="大模型招聘")
    assert [one.term for one in stopped.explanation.stopped] == ["招聘"]


def test_a_match_is_followed_to_its_message(db: Database) -> None:
    deliver(fill(db))
    way = asked(db, rule="models", record=5).journey
    assert way is not None
    assert (way.enabled, way.watched, way.source, way.muted, way.reason, way.reprint_of) == (
        True,
        True,
        "江湾晚报",
        "",
        None,
        None,
    )
    assert (way.age, way.folds, way.send, way.quiet, way.due) == (2 * HOUR, "events", "instant", "22:00-07:00", None)
    [reached] = way.alerts
    assert (reached.alert.article_id, reached.counted, reached.alert.deliveries[0].state) == (5, None, "sent")


def test_what_stops_a_match_is_said(db: Database) -> None:
    fill(db)
    way = asked(db, rule="local", record=2).journey
    assert way is not None
    assert (way.enabled, way.watched, way.alerts) == (False, False, ())
    undated = asked(db, rule="models", record=7).journey
    assert undated is not None
    assert undated.age is None
    assert asked(db, query="大模型", record=1).journey is None, "a query has no channels to reach"


def test_an_old_article_is_silent_of_its_age(db: Database) -> None:
    fill(db)
    short = CONFIG.model_copy(update={"rules": (CONFIG.rules[0].model_copy(update={"max_age": timedelta(hours=1)}),)})
    way = db.read(lambda s: why(s, short, rule="models", record=1)).journey
    assert way is not None
    assert way.muted == "older than 1h"


@pytest.mark.parametrize(("hour", "muted"), [(0, ""), (1, "older than 6h")], ids=["a day without a time", "a time"])
def test_an_article_that_tells_only_its_day_is_as_old_as_the_end_of_it(hour: int, muted: str) -> None:
    policy = policy_of(CONFIG.rules[0].model_copy(update={"max_age": timedelta(hours=6)}), CONFIG.zone)
    published = datetime(2026, 11, 24, hour, tzinfo=CONFIG.zone).astimezone(UTC)
    for since, said in ((23, muted), (29, muted), (31, "older than 6h")):
        record = Record("", "", "", published=published)
        assert policy.muted(record, False, datetime(2026, 11, 24, tzinfo=CONFIG.zone) + timedelta(hours=since)) == said


def test_what_is_not_there_is_told(db: Database) -> None:
    with pytest.raises(Unknown, match="no record 99"):
        asked(db, rule="models", record=99)
    with pytest.raises(Unknown, match="no rule 'x'"):
        why(None, CONFIG, rule="x", text="y")
    with pytest.raises(QueryError):
        why(None, CONFIG, query="(", text="y")
