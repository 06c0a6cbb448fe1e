"""A poll that does not overlap the one before leaves a gap, which older pages may fill."""

from datetime import UTC, datetime, timedelta

import pytest

from crawler.record import Found, Link, Source
from storage.db.database import Database
from storage.queue import gaps, sources
from storage.queue.frontier import Task
from tests import polling

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
OLDER = "https://a.example/feed?paged=2"


def page(*numbers: int, dated: bool = True) -> dict[str, Link]:
    """Links by key; article n appeared n hours after NOW."""
    return {str(n): Link(str(n), published=NOW + n * HOUR if dated else None) for n in numbers}


CASES = [
    ("new ones above a known one", page(9, 8, 1), {"1"}, None),
    ("all of them new", page(9, 8, 7), set(), (NOW, NOW + 7 * HOUR)),
    ("all of them new, without dates", page(9, 8, 7, dated=False), set(), (NOW, NOW + 10 * HOUR)),
    ("all of them new, but one is older than the poll before", page(9, 8, -1), set(), None),
    ("known ones are pinned to the top", page(1, 2, 9, 8), {"1", "2"}, (NOW, NOW + 8 * HOUR)),
    ("three known ones on top are no pins", page(1, 2, 3, 9, 8), {"1", "2", "3"}, None),
    ("a single link", page(9), set(), None),
    ("nothing new", page(1, 2), {"1", "2"}, None),
    ("an empty list", {}, set(), None),
]


@pytest.mark.parametrize(("listed", "known", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_polls_that_overlap_prove_that_nothing_was_missed(
    listed: dict[str, Link], known: set[str], expected: tuple[datetime, datetime] | None
) -> None:
    assert gaps.between(listed, known, NOW, NOW + 10 * HOUR) == expected


def test_without_a_poll_before_there_is_no_gap() -> None:
    assert gaps.between(page(9, 8), set(), None, NOW + 10 * HOUR) is None
    assert gaps.between(page(9, 8), set(), NOW + 20 * HOUR, NOW + 10 * HOUR) is None  # a clock went back


# ---- through the frontier


def claim(db: Database, now: datetime) -> dict[str, Task]:
    return {task.url: task for task in polling.claim(db, now, lease=HOUR)}


def poll(db: Database, now: datetime, *numbers: int, url: str = "https://a.example/feed", older: str = "") -> None:
    links = tuple(Link(f"https://a.example/{n}", published=NOW + n * HOUR) for n in numbers)
    polling.found(db, claim(db, now)[url], Found(links, "feed", older=(older,) if older else ()), now)


@pytest.fixture
def watched(db: Database) -> Database:
    """A source whose first poll showed three articles."""
    db.write_now(lambda s: sources.sync(s, [(Source("a", "https://a.example/feed"), NOW)], NOW))
    poll(db, NOW, -1, -2, -3, older=OLDER)
    return db


def found(db: Database) -> list[gaps.Gap]:
    return db.read(lambda s: gaps.since(s, NOW))


def test_a_first_poll_and_one_that_overlaps_ask_for_no_older_pages(watched: Database) -> None:
    poll(watched, NOW + 2 * HOUR, 1, -1, -2, older=OLDER)
    assert found(watched) == []
    assert OLDER not in claim(watched, NOW + 3 * HOUR)


def test_a_gap_is_noted_and_filled_from_older_pages_until_they_overlap(watched: Database) -> None:
    now = NOW + 10 * HOUR
    poll(watched, now, 9, 8, older=OLDER)
    [gap] = found(watched)
    assert (gap.source, gap.begins, gap.ends, gap.filled_at) == ("a", NOW, NOW + 8 * HOUR, None)
    poll(watched, now, 7, 6, url=OLDER, older=f"{OLDER}3")
    assert found(watched)[0].filled_at is None
    poll(watched, now, 5, -1, url=f"{OLDER}3", older=f"{OLDER}4")
    assert found(watched)[0].filled_at == now
    assert {url for url in claim(watched, now) if "paged" in url} == set()
    assert len(found(watched)) == 1


def test_a_source_whose_address_was_changed_begins_anew(watched: Database) -> None:
    watched.write_now(lambda s: sources.sync(s, [(Source("a", "https://b.example/feed"), NOW + HOUR)], NOW + HOUR))
    poll(watched, NOW + HOUR, 9, 8, url="https://b.example/feed")
    assert found(watched) == []


def test_where_a_source_has_moved_to_is_remembered_until_it_moves_back(watched: Database) -> None:
    for address in ("https://new.example/feed", "https://new.example/feed", None):
        watched.write_now(lambda s, a=address: sources.moved(s, 1, a))
        assert watched.read(sources.states)[0].moved_to == address
