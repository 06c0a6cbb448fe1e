"""Outlines: whatever a query is true of passes, and most of what has its words, but not together, does not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.record import Record
from storage.rules.match import View
from storage.rules.outline import LONGEST, outline, outlined
from storage.rules.parser import parse
from storage.rules.plan import LONGEST as CUT
from storage.rules.plan import tokens
from storage.rules.ruleset import search
from tests.queries import MORE_ALIASES, NOW, queries, records


def passes(query: str, record: Record) -> bool:
    """What it is told of beginnings may only say more."""
    view, root = View(record), parse(query, MORE_ALIASES).root
    known = tokens(view)

    def words(start: str) -> list[str]:
        found = [word for word in known if word.startswith(start)]
        return [] if any(len(word) >= CUT for word in found) else found

    tests = outlined(root), outlined(root, words)
    first, told = (test is None or test(outline(view)) for test in tests)
    assert first or not told
    return told


@settings(max_examples=400, deadline=None)
@given(records(), queries)
def test_what_the_rules_take_passes(made: tuple[Record, tuple[str, ...]], written: str) -> None:
    record, tags = made
    if search(parse(written, MORE_ALIASES), record, tags, NOW) is not None:
        assert passes(written, record)


near_text = st.lists(
    st.sampled_from(
        ["云杉", "杉林", "Maple", "new", "Elm", "Street", "火", "哈", "哈哈", "at", "的", "，", "x", "①", "℃", "㍿", "x①y", "\n"]
    ),
    max_size=14,
)
near_query = st.sampled_from(
    ["near(@parks, 火, 2)", "near(@parks, @laughs, 1)", "near(Maple, 火, at, 3)", "near(哈哈, 哈, 0)", "near(@parks, Elm, 1)", "near(Map*, 火, 1)",
     'near("Elm Str"*, 火, at, 1)', "near(@laughs, 的, @parks, x, 0)", "near(title:火, @laughs, 2)", "count(@laughs) >= 2",
     "count(Maple OR 火) >= 2", "count(云杉 OR Elm) = 2", '"new elm street"', "哈哈哈", '"x 云杉的"']
)  # fmt: skip


@settings(max_examples=800, deadline=None)
@given(near_text, near_text, near_query)
def test_what_is_near_or_often_there_passes(title: list[str], text: list[str], written: str) -> None:
    for blank in ("", " "):
        record = Record(blank.join(title), "https://a.example/", blank.join(text))
        if search(parse(written, MORE_ALIASES), record, (), NOW) is not None:
            assert passes(written, record)


FAR = "一条小路从山脚开始，经过许多人家和两座老桥，又经过一片茶园，"


@pytest.mark.parametrize(
    ("query", "title", "text"),
    [
        ("near(云杉, 松林, 3)", "云杉", f"云杉在山的那一边，{FAR}很远的地方才有松林"),
        ("near(云杉, 松林, 3)", "云杉", "松林"),
        ("near(@parks, 松林, 3)", "云杉", f"杉林在山的那一边，{FAR}才有一片不大的松林"),
        ("near(Maple OR Birch, fire, 2)", "Fire", "The maple stood far away, on another hill, and nobody there knew where a fire was seen"),
        ("near(云杉, 松林, 小溪, 3)", "", f"云杉和松林，{FAR}{FAR}小溪"),
        ("count(云杉) >= 3", "云杉", "云杉，一棵树"),
        ("count(Maple OR Birch) > 2", "Maple", "a birch and an alder"),
        ("count(title:云杉) >= 2", "云杉", "云杉和云杉"),
        ("near(Map*, 松林, 3)", "", f"Maples on the hill，{FAR}才有松林"),
        ("near(Map*, bir*, 2)", "", "Maples stood on one hill of the land and birches on another one"),
        ("count(Map*) >= 2", "Maple", "a birch and an alder"),
        ('"old new map"*', "", "old maps, and a new map"),
        ("云杉公园", "云杉", "公园里的云杉"),
        ('"new elm street"', "", "a new street with an elm"),
        ("atleast(2, 云杉公园, 松林公园, Maple)", "", "公园里的云杉和松林"),
    ],
)  # fmt: skip
def test_words_that_are_not_together_are_seen_through(query: str, title: str, text: str) -> None:
    assert not passes(query, Record(title, "https://a.example/", text))


@pytest.mark.parametrize(
    "query",
    ["云杉", "云杉 OR Maple", "near(title:云杉, keyword:松林, 3)", "keyword:云杉公园", "/云.林/", "title:云杉 lang:zh", "count(云杉) < 2 Maple", "near(Map*, 松林, 3)"],
)  # fmt: skip
def test_what_the_index_of_words_knows_better_is_not_looked_for(query: str) -> None:
    assert outlined(parse(query, MORE_ALIASES).root) is None


def test_where_it_has_other_words_so_many_more_may_lie_between() -> None:
    assert passes("near(云杉, 松林, 0)", Record("", "https://a.example/", "云杉㍿松林"))
    assert not passes("near(云杉, 松林, 1)", Record("", "https://a.example/", f"云杉①{FAR}{FAR}的松林"))


def test_a_record_that_is_too_long_has_no_outline_and_passes() -> None:
    long = Record("云杉", "https://a.example/", "的" * LONGEST + "松林")
    assert outline(View(long)) == b""
    assert passes("near(云杉, 松林, 3)", long)
