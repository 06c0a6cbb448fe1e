"""Names that somebody may have meant."""

import pytest

from jobs.near import did_you_mean, instead, near

KNOWN = ["值班群", "desk", "desk-night", "央视科技", "quay-news"]


@pytest.mark.parametrize(
    ("word", "first"),
    [
        ("Desk", "desk"),
        ("dsek", "desk"),
        ("央视", "央视科技"),
        ("央視科技", "央视科技"),
        ("quay", "quay-news"),
        ("值斑群", "值班群"),
    ],
)
def test_the_nearest_comes_first(word: str, first: str) -> None:
    assert near(word, KNOWN)[0] == first


def test_several_are_offered_and_a_foreign_word_gets_none() -> None:
    assert did_you_mean("desk-nigth", KNOWN) == 'did you mean "desk-night" or "desk"?'
    assert did_you_mean("邮件", KNOWN) == ""


def test_of_few_all_are_told_of_many_the_first() -> None:
    assert instead("邮件", KNOWN) == "there are: 值班群, desk, desk-night, 央视科技, quay-news"
    assert instead("邮件", [f"source{n}" for n in range(80)]).endswith("source9, … (80 in all)")
    assert instead("x", []) == "there is none yet"
