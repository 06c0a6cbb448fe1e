"""The marks of an article, packed, are those that were, and their gist never says less than they do."""

import pickle
import random
from datetime import UTC, datetime

from crawler.record import Record
from storage.stories.fingerprint import StoryPrint, fingerprint
from storage.stories.marks import packed
from tests.samples import ENGLISH, OTHER, TEXT

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)


def story(title: str, text: str) -> StoryPrint:
    return fingerprint(Record(title, "", text, published=NOW))


def test_packed_marks_travel_and_come_back() -> None:
    for title, text in (("北原科技完成3亿元融资", TEXT), ("Harbor Robotics raises $30M", ENGLISH), ("", "")):
        marks = pickle.loads(pickle.dumps(packed(story(title, text))))
        assert marks.whole == story(title, text)
        assert marks.published == NOW
        assert marks.gist.grams == len(marks.whole.said.grams)


def test_a_gist_never_says_that_less_is_shared() -> None:
    rng = random.Random(4)
    parts = [text[i : i + 9] for text in (TEXT, OTHER, ENGLISH) for i in range(0, len(text), 9)]
    marks = [
        packed(story("".join(rng.choices(parts, k=3)), "".join(rng.choices(parts, k=rng.randint(0, 50))))) for _ in range(40)
    ]
    for one in marks:
        for other in marks:
            mine, theirs = one.whole.said.grams, other.whole.said.grams
            share = len(mine & theirs) / max(1, min(len(mine), len(theirs)))
            assert share <= one.gist.share(other.gist)


def test_a_gist_sees_that_texts_have_nothing_in_common() -> None:
    one, other = packed(story("", TEXT[:180])), packed(story("", OTHER * 3))
    assert one.gist.share(other.gist) < 0.5
