"""What was missed, what a source is worth, and where one source carries a topic."""

import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from crawler.i18n import speaking
from crawler.record import Record
from jobs.services.insight import completeness, trends
from jobs.services.insight.trends import told_in
from storage.archive import articles
from storage.db.database import Database
from storage.db.models import article
from storage.trends import statistics

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
PERIOD = trends.last_days(10, NOW, UTC)


def _put(db: Database, told: Iterable[Iterable[str]], **more: object) -> None:
    """Stories, each told by these sources in turn, an hour apart."""
    for n, names in enumerate(told):
        numbers = []
        for place, name in enumerate(names):
            words = " ".join(f"w{n}x{place}x{k}" for k in range(50))
            row = Record(f"told {n} {place}", f"http://{name}.example/{n}", words, source=name, language="en",
                         published=NOW - timedelta(days=3, hours=-place), **more)  # type: ignore[arg-type]  # fmt: skip
            numbers.append(db.write_now(lambda s, r=row: articles.store(s, r, key=r.link, now=NOW).article_id))
        db.write_now(lambda s, ids=numbers: s.execute(update(article).where(article.c.id.in_(ids)).values(story=ids[0])))


def test_independent_sources_say_how_many_were_missed(db: Database) -> None:
    rng = random.Random(6)
    told = [[name for name, chance in (("a", 0.6), ("b", 0.5), ("c", 0.4)) if rng.random() < chance] for _ in range(60)]
    _put(db, [names for names in told if names])
    found = db.read(lambda s: completeness.coverage(s, PERIOD, told_in(s, PERIOD, UTC)))
    assert found.estimate.trusted
    assert found.estimate.low <= 60 <= found.estimate.high
    assert (found.estimate.seen, found.sources) == (sum(map(bool, told)), 3)
    with speaking("zh"):
        assert completeness.in_words(found)[0] == f"看到 {found.estimate.seen} 个故事，来自 3 个来源。"


def test_two_sources_are_counted_by_what_both_tell_and_it_is_said_that_nothing_checks_them(db: Database) -> None:
    _put(db, [["a", "b"]] * 8 + [["a"]] * 4 + [["b"]] * 6)
    found = db.read(lambda s: completeness.coverage(s, PERIOD, told_in(s, PERIOD, UTC)))
    assert found.estimate == statistics.chapman(12, 14, 8)
    assert found.estimate.low <= 21 <= found.estimate.high
    assert "Of two sources alone" in completeness.in_words(found)[-1]


def test_reprints_witness_nothing(db: Database) -> None:
    _put(db, [["a", "b"]] * 12)
    db.write_now(lambda s: s.execute(update(article).where(article.c.source == "b").values(reprint_of=1)))
    found = db.read(lambda s: completeness.coverage(s, PERIOD, told_in(s, PERIOD, UTC)))
    assert (found.sources, found.estimate.trusted, found.estimate.why) == (1, False, "few")
    [a, b] = db.read(lambda s: completeness.worth(s, told_in(s, PERIOD, UTC)))
    assert (a.source, a.only, b.reprints, b.stories) == ("a", 12, 12, 0)
    assert b.adds_nothing


def test_a_source_is_worth_what_it_told_first_or_alone(db: Database) -> None:
    _put(db, [["a"], ["a", "b"], ["b", "a"], ["c", "b"]])
    found = {one.source: one for one in db.read(lambda s: completeness.worth(s, told_in(s, PERIOD, UTC)))}
    assert {name: (one.stories, one.first, one.only) for name, one in found.items()} == {
        "a": (3, 1, 1),
        "b": (3, 1, 0),
        "c": (1, 1, 0),
    }


def test_a_topic_of_which_a_source_tells_just_half_alone_is_thin_and_one_of_less_is_not(db: Database) -> None:
    _put(db, [["a"]] * 6 + [["a", "b"]] * 3 + [["b"], ["c"], ["c", "b", "c"]], industries=("Gaming",))
    _put(db, [["a"]] * 5 + [["a", "b"]] * 7, industries=("Robotics",))
    found = db.read(lambda s: completeness.thin(s, PERIOD, told_in(s, PERIOD, UTC), ()))
    assert [(one.topic.name, one.stories, one.source, one.share) for one in found] == [("Gaming", 12, "a", 0.5)]


def test_a_topic_of_one_source_is_thin(db: Database) -> None:
    _put(db, [["a"]] * 10 + [["a", "b"]] * 2, industries=("Gaming",))
    [one] = db.read(lambda s: completeness.thin(s, PERIOD, told_in(s, PERIOD, UTC), ()))
    assert (one.topic.name, one.stories, one.source, round(one.share, 2)) == ("Gaming", 12, "a", 0.83)
