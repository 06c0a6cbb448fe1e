"""The marks of articles that others are compared with, as the writer keeps them."""

from datetime import UTC, datetime, timedelta

from crawler.record import Record
from storage.stories.assign import REMEMBERED, _Kept
from storage.stories.fingerprint import StoryPrint, fingerprint
from storage.stories.marks import packed

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def marks(number: int) -> StoryPrint:
    return fingerprint(Record(f"北原科技{number}号发布新模型", "", f"北原科技24日发布第{number}代模型，融资{number}亿元。"))


def kept(known: _Kept, number: int) -> StoryPrint | None:
    try:
        return known.of(number, "hash", None, lambda: 1 / 0).whole  # type: ignore[arg-type,return-value]
    except ZeroDivisionError:
        return None


def test_marks_that_were_put_away_come_back_as_they_were() -> None:
    known = _Kept(most=4)
    for number in range(6):
        known.know(number, "hash", packed(marks(number)), NOW)
    assert [kept(known, number) == marks(number) for number in range(6)] == [False, False, True, True, True, True]


def test_marks_of_articles_that_nobody_asks_for_any_more_are_forgotten() -> None:
    known = _Kept()
    for number, at in enumerate((NOW, NOW, NOW + REMEMBERED, NOW + REMEMBERED + timedelta(seconds=1))):
        known.know(number, "hash", packed(marks(number)), at)
    assert kept(known, 0) is None
    assert kept(known, 2) == marks(2)
