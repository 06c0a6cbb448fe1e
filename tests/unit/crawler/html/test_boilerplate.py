"""Furniture told by its words, in whatever case it is set."""

import pytest

from crawler.html import boilerplate


@pytest.mark.parametrize(
    "text",
    [
        "Please turn off your ad blocker to go on reading",
        "WHITELIST US IN YOUR AD-BLOCK",
        "Harbour lights at dusk, back to video",
        "The Larkin kettle, now in copper: Shop Now",
        "Larkin kettle, 1.7 litres - Check Rates",
        "Gazette readers get a tenth off",
        "This platform only provides information storage",
        "SHARE THIS",
        "BY THE HARROW DESK",
        "by jonas pell",
        "Today's letter is brought to you by the Larkin kettle, which never sleeps.",
        "Jonas Pell covers courts. Reach him at jpell@gazette.example or 555-0199.",
        "To view this video please enable JavaScript",
        "任何媒体、网站或个人未经授权不得转载，违者必究",
        "感谢本站网友 风起、雪域 的线索投递！",
        "如果喜欢这篇文章，请点赞、在看",
    ],
)
def test_furniture_is_known_in_any_case(text: str) -> None:
    assert boilerplate.is_noise(text)


@pytest.mark.parametrize(
    "text",
    [
        "The council voted to block the road at noon, and the ferries stopped.",
        "Readers of the river gauges said the price of diesel had doubled by now.",
    ],
)
def test_prose_with_a_word_of_furniture_is_prose(text: str) -> None:
    assert not boilerplate.is_noise(text)


@pytest.mark.parametrize(
    "text", ["Jane Holt is a staff writer at The Harrow Gazette.", "Jane Holt covers the harbour for the Gazette."]
)
def test_a_line_on_its_author_is_a_bio(text: str) -> None:
    assert boilerplate.is_bio(text)


@pytest.mark.parametrize(
    ("text", "opens"),
    [
        ("Related work", False),
        ("Latest results of the trial", False),
        ("Trending now", True),
        ("更多报道", True),
        ("更多人选择坐船", False),
    ],
)
def test_a_heading_opens_a_box(text: str, opens: bool) -> None:
    assert boilerplate.opens_box(text) is opens
