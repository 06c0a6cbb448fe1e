"""A task that is done becomes a short row; whatever is asked of the link is answered as before."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from crawler.record import Found, Link, Outcome, Reason, Record, Source
from crawler.url import link_key
from storage.alerts import ledger
from storage.archive import articles, pruning, queries
from storage.db.database import Database
from storage.db.models import known_link, task
from storage.queue import frontier, known_links, links, sources
from tests.polling import claim, found

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
FAR = datetime(2100, 1, 1, tzinfo=UTC)
LINKS = tuple(
    Link(f"https://paper.example/{name}", f"{name} 的标题", guid=f"tag:{name}") for name in ("bridge", "harbour", "ferry")
)


@pytest.fixture
def read(db: Database) -> list[str]:
    """The first poll of a paper found three links; two were read, one is no article. Their keys."""
    db.write_now(lambda s: sources.sync(s, [(Source("paper", "https://paper.example/feed"), NOW)], NOW))
    [poll] = claim(db, NOW)
    found(db, poll, Found(LINKS, "feed"), NOW, next_due=FAR, keys=link_key)
    first, second, third = sorted(claim(db, NOW), key=lambda one: one.key)
    for one in (first, second):
        record = Record(one.url, one.url, f"{one.url} 的全文。" * 5, source="paper")
        db.write_now(lambda s, r=record, t=one: articles.store(s, r, key=t.key, task=t, now=NOW))
    no_article = Outcome(Reason.NOT_AN_ARTICLE, "a list")
    db.write_now(lambda s: frontier.failed(s, third, no_article, now=NOW, next_due=None))
    return [first.key, second.key, third.key]


def take_all(db: Database) -> None:
    while db.write_now(lambda s: known_links.take(s, link_key, NOW + 3 * DAY, 1)):
        pass


def test_only_what_is_done_moves_and_all_stay_known(db: Database, read: list[str]) -> None:
    before = db.read(lambda s: queries.status(s, NOW)).tasks
    take_all(db)
    left = db.read(lambda s: s.execute(select(task.c.kind, task.c.state)).all())
    assert sorted(map(tuple, left)) == [("article", "skipped"), ("poll", "due")]
    assert db.read(lambda s: links.known(s, [*read, "paper.example/other"])) == set(read)
    assert db.read(lambda s: queries.status(s, NOW)).tasks == before


def test_what_was_done_lately_stays_a_task_by_which_a_first_poll_counts_its_alerts(db: Database, read: list[str]) -> None:
    assert db.write_now(lambda s: known_links.take(s, link_key, NOW + DAY)) == 0
    assert db.write_now(lambda s: known_links.take(s, link_key, NOW + 3 * DAY)) == 2


def test_what_was_there_before_the_source_was_watched_is_still_said_so(db: Database, read: list[str]) -> None:
    take_all(db)
    standing = db.read(lambda s: ledger.standing(s, 1))
    assert standing is not None
    assert standing.baseline


def test_a_link_without_its_article_is_known_by_its_name_too_and_not_read_again(db: Database, read: list[str]) -> None:
    take_all(db)
    assert db.write_now(lambda s: pruning.prune(s, FAR)) == 2
    db.write_now(lambda s: frontier.force_due(s, NOW))
    [poll] = claim(db, NOW)
    moved = Found((Link("https://paper.example/moved", "别的标题", guid="tag:bridge"),), "feed")
    kept = found(db, poll, moved, NOW, next_due=FAR, keys=link_key)
    assert (kept.new, kept.known, claim(db, NOW)) == (0, 1, [])


def test_an_id_that_is_given_again_makes_nobodys_article_anothers(db: Database, read: list[str]) -> None:
    take_all(db)
    db.write_now(lambda s: pruning.prune(s, FAR))
    other = Record("另一篇", "https://other.example/1", "别处的全文。" * 9, source="paper")
    db.write_now(lambda s: articles.insert_record(s, other, key="other.example/1", now=NOW))
    source_id = db.read(lambda s: s.scalar(select(known_link.c.source_id).limit(1)))
    assert {one.title for one in db.read(lambda s: list(known_links.of_source(s, source_id, read)))} == {None}
    assert {known_links.key_of(row) for _, row in db.read(lambda s: list(known_links.called(s, source_id, ["tag:bridge"])))} == {
        None
    }
