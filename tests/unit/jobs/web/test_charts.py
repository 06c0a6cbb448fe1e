"""The lanes of a story: in the order in which they begin, over a line of round times."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from jobs.web.charts import LEFT, MOST_TICKS, RIGHT, WIDTH, Point, lanes

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def at(minutes: float, lane: str = "zh") -> Point:
    return Point(lane, NOON + timedelta(minutes=minutes), "", "")


def test_one_moment_is_no_line_of_time() -> None:
    assert lanes([at(0), at(0, "en")], UTC) is None
    assert lanes([], UTC) is None


def test_the_language_that_told_it_first_is_the_first_lane() -> None:
    drawn = lanes([at(90, "zh"), at(0, "en"), at(100, "en")], UTC)
    assert drawn is not None
    assert [name for name, _ in drawn.lanes] == ["en", "zh"]
    assert [dot.x for dot in drawn.dots] == [LEFT, LEFT + 0.9 * (WIDTH - LEFT - RIGHT), WIDTH - RIGHT]


@given(st.lists(st.floats(0, 10_000_000, allow_nan=False), min_size=2, max_size=30))
def test_all_stands_inside_and_the_times_are_few(minutes: list[float]) -> None:
    drawn = lanes([at(one) for one in minutes], UTC)
    if drawn is not None:
        assert all(LEFT <= dot.x <= WIDTH - RIGHT and 0 < dot.y < drawn.height for dot in drawn.dots)
        assert len(drawn.ticks) <= MOST_TICKS + 1
        assert all(LEFT <= tick.x <= WIDTH - RIGHT for tick in drawn.ticks)
