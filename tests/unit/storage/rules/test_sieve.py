"""The sieve: whatever a query is true of passes, and most of what only has the words does not."""

import json
import re
from dataclasses import asdict

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crawler.record import Event, Record
from crawler.text import indirect, normal, ways_of
from storage.db.texts import as_stored
from storage.rules.ast import compile_regex
from storage.rules.match import View
from storage.rules.parser import parse
from storage.rules.ruleset import search
from storage.rules.sieve import Verdict, sieve
from tests.queries import ALIASES, MORE_ALIASES, NOW, queries, records

DIRECT = st.text(st.sampled_from([*'aA ＡbBkK1.,…·-— \n，。云雲臺台港é机機々〇・ー“”"「']), max_size=24)


def fields_of(record: Record, names: tuple[str, ...]) -> dict[str, bytes]:
    """As the archive hands them over: in UTF-8, lists in their JSON."""
    record = as_stored(record)
    lists = {"keyword": record.keywords, "tech": record.ai_technologies, "industry": record.industries,
             "company": [asdict(one) for one in record.companies], "event": [asdict(one) for one in record.events]}  # fmt: skip
    return {
        name: (json.dumps(lists[name], ensure_ascii=False) if name in lists else View(record).original(name)).encode()
        for name in names
    }


def verdict(query: str, record: Record) -> Verdict:
    test = sieve(parse(query, MORE_ALIASES).root)
    return Verdict.MAYBE if test is None else test.verdict(fields_of(record, test.fields))


def passes(query: str, record: Record) -> bool:
    return verdict(query, record) is not Verdict.NO


@settings(max_examples=400, deadline=None)
@given(records(), queries)
def test_what_the_rules_take_passes(made: tuple[Record, tuple[str, ...]], written: str) -> None:
    record, tags = made
    if search(parse(written, ALIASES), record, tags, NOW) is not None:
        assert passes(written, record)
    else:
        assert verdict(written, record) is not Verdict.YES


plain_query = st.sampled_from(
    ["ai", "elm", "云杉 OR elm*", '"elm 云杉"', "title:ab atleast(2, 云, 云杉, maple)", "c++", "@parks", "@laughs k", '"a b"', "bé", "a+ b", "k2 elm"]
)  # fmt: skip


@settings(max_examples=1000, deadline=None)
@given(
    st.lists(
        st.sampled_from([*'aA ＡbBｂkKiI1.,…·-— \n，。云雲杉é_①℃+\u0301\u200b\u3099กか\\”"「', "elm", "Maple"]), max_size=14
    ),
    plain_query,
)
def test_what_the_sieve_alone_takes_the_rules_take(text: list[str], written: str) -> None:
    record = as_stored(Record("AB", "https://a.example/", "".join(text)))
    if verdict(written, record) is Verdict.YES:
        assert search(parse(written, MORE_ALIASES), record, (), NOW) is not None


@pytest.mark.parametrize(
    ("query", "takes"),
    [("云杉", "yes"), ("maple OR 云杉", "yes"), ("atleast(1, elm, 云杉)", "yes"), ("云杉 NOT elm", "maybe"), ("near(云杉, 开园, 3)", "maybe"),
     ('"开园 5"', "maybe"), ("云杉 lang:zh", "maybe"), ("count(云杉) >= 1", "maybe"), ("elm", "no")],
)  # fmt: skip
def test_words_alone_are_decided_at_once(query: str, takes: str) -> None:
    assert verdict(query, Record("", "https://a.example/", "云杉公园开园 5 天", language="zh")).value == takes


@pytest.mark.parametrize(
    ("query", "text", "takes"),
    [("云杉", "①号林：云杉①号", "maybe"), ("云杉", "①号林：云杉公园", "yes"), ("elm", "25℃, an elm in the sun", "yes"),
     ("elm", "an elm\u0301 in the sun", "maybe"), ("elm*", "an elm\u0301 in the sun", "maybe"), ("elm*", "25℃ elms", "yes"),
     ("か", "か\u3099ある", "no")],
)  # fmt: skip
def test_odd_characters_matter_where_they_stand_beside_a_word(query: str, text: str, takes: str) -> None:
    assert verdict(query, Record("", "https://a.example/", text)).value == takes


@settings(max_examples=600, deadline=None)
@given(DIRECT, st.integers(0, 20), st.integers(1, 6))
@example("a …b", 0, 5)
@example("雲 —港", 0, 2)
def test_wherever_a_needle_stands_in_the_normal_form_its_ways_find_it(text: str, start: int, length: int) -> None:
    needle = normal(text)[start : start + length].strip()
    if needle and "\n" not in needle and not re.search(indirect(), text):
        assert re.search(ways_of(needle), text)


@pytest.mark.parametrize(
    ("query", "title", "text"),
    [
        ('"云杉公园"', "云杉", "公园里的云杉"),
        ('"Elm Street"', "Elm", "The street of elms, Elm and Birch"),
        ("title:Maple", "Birch", "maple"),
        ("event:云杉", "云杉", "云杉"),
        ("(Maple OR Alder OR Aspen OR Rowan) AND 云杉", "Birch", "云杉"),
        ("atleast(2, Maple, Alder, 云杉)", "Maple", ""),
    ],
)
def test_words_in_the_wrong_place_are_seen_through(query: str, title: str, text: str) -> None:
    assert not passes(query, Record(title, "https://a.example/", text))


@pytest.mark.parametrize(
    "query",
    ["lang:en NOT Maple", "/ma.le/", "lang:en", "published:>=2026-01-01", "Maple OR source:desk", "count(Maple) < 2 lang:en"],
)
def test_what_says_nothing_about_words_has_no_sieve(query: str) -> None:
    assert sieve(parse(query, MORE_ALIASES).root) is None


def test_what_the_normal_form_changes_in_other_ways_is_looked_through_in_it() -> None:
    for text, word in (
        ("㍿云杉", "株式会社云杉"),
        ("cafe\u0301", "café"),
        ("25℃ at noon", '"25°c at"'),
        ("path\\maple", "maple"),
    ):
        assert passes(word, Record("", "https://a.example/", text))
        assert not passes("Rowan", Record("", "https://a.example/", text))


def test_a_value_whose_json_says_it_otherwise_passes() -> None:
    assert passes("keyword:Rowan", Record("", "https://a.example/", "", keywords=('a "quoted" word',)))


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("ai", "They said that it rains"),
        ("maple", "mapleleaf"),
        ("芯片 oak", "芯片 soaked"),
        ("oak*", "soaked"),
        ('"oak tree"', "oak trees"),
    ],
)
def test_a_part_of_a_longer_word_is_no_word(query: str, text: str) -> None:
    assert not passes(query, Record("", "https://a.example/", text))


@pytest.mark.parametrize(
    ("query", "text"),
    [("ai", "用AI写"), ("ai", "open_AI."), ("oak*", "oaks"), ("c++", "C++11"), ('"gpt 5"', "the GPT-5-mini"), ("ai", "ＡＩ")],
)
def test_a_word_stands_beside_han_hyphens_and_marks(query: str, text: str) -> None:
    assert passes(query, Record("", "https://a.example/", text))


def test_values_are_looked_through_in_their_json() -> None:
    record = Record(
        "云", "https://a.example/", "云", events=(Event("云杉 公司开园", "云杉公司在“雲山”开园"),), keywords=("云山",)
    )
    assert passes("event:云杉公司 event:云山 keyword:云山", record)
    assert not passes("event:松林", record)


def test_what_people_search_for_is_not_kept_for_ever() -> None:
    for pier in range(300):  # two expressions each, and more
        sieve(parse(f"pier{pier} OR quay{pier}").root)
    assert compile_regex.cache_info().currsize <= 512
