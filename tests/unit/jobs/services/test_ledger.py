"""The ledger: one alert whole, and once more what did not arrive."""

import pytest

from jobs.services import ledger
from jobs.services.lookup import Unknown
from storage.archive import queries
from storage.db.database import Database
from tests.archive import NOW, deliver, fill, survives_json


def test_an_alert_is_shown_with_its_record_its_channels_and_each_attempt(db: Database) -> None:
    deliver(fill(db), error="token is wrong")
    shown = db.read(lambda s: ledger.show(s, "#0002"))
    assert survives_json(shown)
    assert (shown.alert.article_id, shown.alert.rule, shown.payload["record"]["title"]) == (5, "models", "江湾大模型进工厂")
    assert [(one.outcome, one.code, one.detail) for one in shown.tries] == [("dead", "9499", "token is wrong")]
    assert shown.standing is not None
    assert (shown.standing.story, shown.tellers, shown.later) == (shown.alert.story, (), ())


@pytest.mark.parametrize("text", ["2", "#0002", " #2 ", "0002"])
def test_an_id_may_be_written_as_people_write_it(text: str) -> None:
    assert ledger.number_of(text) == 2


@pytest.mark.parametrize("text", ["", "#", "#!!", "告警", "1.5"])
def test_what_is_no_id_is_unknown(text: str) -> None:
    with pytest.raises(Unknown, match="no alert id"):
        ledger.number_of(text)


def test_an_alert_that_is_not_there_is_unknown(db: Database) -> None:
    with pytest.raises(Unknown, match="no alert #0ZZ9"):
        db.read(lambda s: ledger.show(s, "#0ZZ9"))


def test_the_dead_are_due_again_all_or_those_that_are_named(db: Database) -> None:
    deliver(fill(db), error="no such group")
    assert ledger.retry(db, ["#0002"], NOW) == 1
    assert ledger.retry(db, (), NOW) == 2
    assert ledger.retry(db, (), NOW) == 0
    with pytest.raises(Unknown):
        ledger.retry(db, ["x y"], NOW)


def test_the_list_goes_on_before_an_alert(db: Database) -> None:
    fill(db)
    assert [entry.id for entry in db.read(lambda s: queries.alerts(s, before=3, limit=1))] == [2]
