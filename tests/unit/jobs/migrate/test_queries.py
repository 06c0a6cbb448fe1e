"""Expressions of other systems in the words of RE2."""

import re

import pytest

from jobs.migrate.queries import expression, sound
from storage.rules.ast import compile_regex

HEADLINES = ["ai", "AI 新芯片", "国产ai模型", "said", "mail", "ai2", "open ai.", "claim: ai", "xai"]


@pytest.mark.parametrize(
    "pattern", ["(?<![a-z])ai(?![a-z])", "(?<![a-zA-Z0-9])ai(?![a-zA-Z0-9])", "模型|(?<![a-z])ai", "(?:(?<![0-9a-z])ai(?![0-9]))"]
)
def test_a_look_at_the_letters_beside_a_word_says_the_same(pattern: str) -> None:
    term = expression(pattern)
    assert sound(term) == ""
    ours = compile_regex(term.strip("/"))
    assert [bool(ours.search(text)) for text in HEADLINES] == [bool(re.search(pattern, text)) for text in HEADLINES]


@pytest.mark.parametrize("pattern", ["(?!news)ai", "ai(?=芯片)", "(?<!open )ai", r"(a)\1"])
def test_any_other_look_is_refused_with_its_reason(pattern: str) -> None:
    assert "cannot take it" in sound(expression(pattern))
