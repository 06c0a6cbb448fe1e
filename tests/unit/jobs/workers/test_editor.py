"""What one worker reads another one stores: once, in the order of one, and never by right of a lease that is gone."""

import asyncio
from collections import Counter
from contextlib import aclosing, closing
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from crawler.url import link_key
from jobs.workers.editor import Finished
from storage.archive import queries
from storage.db import models, signals
from storage.db.database import Database, open_database
from storage.queue import frontier, inbox, leases
from tests.desk import LEASE, NOW, TEXT, Desk, Member


async def test_who_edits_stores_at_once(db: Database) -> None:
    desk = Desk(db, 1)
    await desk.editor(Member(desk.lead("one"))).take(desk.read(0))
    assert desk.rows() == (1, 1, 0)
    assert (desk.states(), desk.alerted) == (Counter(done=1), 1)


async def test_what_another_has_read_is_stored_with_all_that_was_read(db: Database) -> None:
    desk = Desk(db, 2)
    reader, leader = desk.editor(Member()), desk.editor(Member(desk.lead("one")))
    await reader.take(desk.read(0))
    assert desk.rows() == (0, 0, 1)
    assert desk.states() == Counter(leased=2)
    assert db.write_now(lambda s: frontier.recover(s, NOW, ["w"])) == 0, "it waits, and nobody's death brings it back"
    assert db.write_now(lambda s: frontier.recover_expired(s, NOW + 9 * LEASE)) == 1, "the other one's lease"
    await leader.work()
    assert desk.rows() == (1, 1, 0)
    assert desk.states() == Counter(done=1, due=1)
    record = db.read(lambda s: queries.record(s, 1))
    assert record is not None
    assert (record.text, record.facts, record.published) == (TEXT, desk.read(0).record.facts, NOW)  # type: ignore[union-attr]


async def test_copies_read_at_one_moment_by_several_are_one_story_and_one_alert(db: Database) -> None:
    desk = Desk(db, 6)
    readers, leader = [desk.editor(Member()) for _ in range(3)], desk.editor(Member(desk.lead("one")))
    await asyncio.gather(*(readers[n % 3].take(desk.read(n)) for n in range(5)), leader.take(desk.read(5)))
    while await leader.work():
        pass
    assert desk.rows() == (6, 1, 0)
    assert db.read(lambda s: s.scalar(select(models.alert.c.reprints))) == 5


async def test_a_text_at_one_path_under_another_query_is_the_article_that_is_known(db: Database) -> None:
    desk = Desk(db, 3)
    editor = desk.editor(Member(desk.lead("one")))
    for number, address in enumerate(("tides-2026.html?from=list", "tides-2026.html", "tides-2026.html?pos=top")):
        url = f"https://a.example/{address}"
        read = desk.read(number)
        await editor.take(replace(read, task=replace(read.task, url=url, key=link_key(url))))
    assert desk.rows() == (1, 1, 0)


async def test_who_lost_the_lease_and_does_not_know_changes_nothing_and_hands_over(db: Database) -> None:
    desk = Desk(db, 2)
    old = desk.editor(Member(desk.lead("one")))
    new = desk.editor(Member(desk.lead("two", NOW + leases.LENGTH)))
    await old.take(desk.read(0))
    assert desk.rows() == (0, 0, 1)
    await old.work()
    assert desk.rows() == (0, 0, 1)
    await new.work()
    assert desk.rows() == (1, 1, 0)


async def test_an_article_is_handed_over_once_and_only_by_who_holds_its_task(db: Database) -> None:
    desk = Desk(db, 1)
    reader = desk.editor(Member())
    await reader.take(desk.read(0))
    db.write_now(lambda s: s.execute(update(models.task).values(fence=models.task.c.fence + 1)))
    await reader.take(desk.read(0))
    assert desk.rows() == (0, 0, 1)


async def test_what_was_matched_by_another_configuration_is_matched_again(db: Database) -> None:
    desk = Desk(db, 1)
    await desk.editor(Member(config=1), "old").take(desk.read(0))
    await desk.editor(Member(desk.lead("one"), config=2), "new").work()
    assert db.read(lambda s: s.scalars(select(models.alert.c.rule)).all()) == ["new"]


async def test_a_letter_that_nobody_can_read_holds_up_no_other(db: Database) -> None:
    desk = Desk(db, 2)
    reader, leader = desk.editor(Member()), desk.editor(Member(desk.lead("one")))
    await reader.take(desk.read(0))
    db.write_now(lambda s: s.execute(update(models.inbox).values(finished={"written": "by a later version"})))
    await reader.take(desk.read(1))
    await leader.work()
    assert desk.rows() == (1, 1, 0)
    assert desk.states() == Counter(done=1, due=1), "its article is read again"


@pytest.mark.parametrize("told", [True, False])
async def test_a_page_that_is_gone_is_handed_over_too(db: Database, told: bool) -> None:
    desk = Desk(db, 1)
    gone = Finished(desk.tasks[0], None, detail="HTTP 410")
    await desk.editor(Member(desk.lead("one") if told else None)).take(gone)
    if not told:
        assert db.read(inbox.waiting)[0] == 1
        await desk.editor(Member(desk.lead("one"))).work()
    assert (desk.rows(), desk.states()) == ((0, 0, 0), Counter(done=1))


async def test_words_that_no_database_keeps_can_be_handed_over(db: Database) -> None:
    desk = Desk(db, 1)
    odd = TEXT + "\x00 \ud800"
    finished = desk.read(0, odd)
    assert finished.record is not None
    await desk.editor(Member()).take(finished)
    await desk.editor(Member(desk.lead("one"))).work()
    assert desk.rows() == (1, 1, 0)


@pytest.mark.postgres
async def test_handing_over_wakes_who_edits_and_what_that_raises_wakes_who_sends(postgres_template: str, postgres_url) -> None:
    with closing(open_database(postgres_url(postgres_template))) as db:
        desk, heard = Desk(db, 1), list[str]()
        reader, leader = desk.editor(Member()), desk.editor(Member(desk.lead("one")))
        async with asyncio.timeout(60), aclosing(signals.heard(db)) as topics:  # type: ignore[type-var]
            async for topic in topics:
                heard.append(topic)
                if topic == signals.MESSAGES:
                    break
                await (reader.take(desk.read(0)) if topic == signals.HEARS else leader.work())
    assert heard == [signals.HEARS, signals.LETTERS, signals.MESSAGES]
