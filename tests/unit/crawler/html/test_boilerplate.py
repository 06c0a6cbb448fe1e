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
