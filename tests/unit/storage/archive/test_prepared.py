"""What a child works out beforehand is what the writer would have worked out."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections import namedtuple
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crawler.record import Company, Fact, Record
from storage.archive import articles, derived
from storage.archive.prepared import prepare
from storage.db import mapping
from storage.db.database import Database
from storage.rules import plan
from storage.rules.match import View
from storage.stories.tokens import stands
from tests.samples import OTHER, TEXT

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
RECORD = Record(
    "青禾医疗在西岭扩建病历质控",
    "https://q.example/7",
    TEXT,
    ai_technologies=("大语言模型",),
    companies=(Company("英伟达", "actor"),),
    language="zh",
    first_seen=NOW,
)


def test_a_prepared_record_is_stored_as_the_record_itself(db: Database) -> None:
    made = pickle.loads(pickle.dumps(prepare(RECORD)))
    first = db.write_now(lambda s: articles.store(s, made, key="q/7", tags=("央视", "AI Desk"), now=NOW))
    copy = replace(RECORD, link="https://r.example/1")
    second = db.write_now(lambda s: articles.store(s, prepare(copy), key="r/1", now=NOW))
    unlike = db.write_now(lambda s: articles.store(s, replace(RECORD, title="南屏大学开源", text=OTHER), key="q/8", now=NOW))
    assert [first.verdict, second.verdict, unlike.verdict] == ["new", "reprint", "new"]
    assert db.read(derived.check) == []


def test_a_prepared_article_that_changed_is_found_by_its_new_words(db: Database) -> None:
    db.write_now(lambda s: articles.store(s, prepare(RECORD), key="q/7", tags=("x",), now=NOW))
    later = db.write_now(lambda s: articles.store(s, prepare(replace(RECORD, text=OTHER)), key="q/7", tags=("x",), now=NOW))
    copy = db.write_now(lambda s: articles.store(s, prepare(replace(RECORD, text=OTHER)), key="r/2", now=NOW))
    assert (later.verdict, copy.verdict, copy.story) == ("changed", "reprint", later.article_id)
    assert db.read(derived.check) == []


@pytest.mark.parametrize("tags", [(), ("央视",), ("ＡＩ Desk", "a\nb", "")])
def test_tags_may_be_added_to_tokens_afterwards(tags: tuple[str, ...]) -> None:
    assert plan.with_tags(plan.tokens(View(RECORD)), tags) == plan.tokens(View(RECORD, tags))


@pytest.mark.parametrize("record", [RECORD, Record("", "https://n.example/", "")], ids=["long", "of nothing"])
def test_the_tokens_are_those_of_the_index(record: Record) -> None:
    assert prepare(record).tokens == plan.tokens(View(record))


def test_preparing_needs_no_database() -> None:
    code = "import sys, storage.archive.prepared; sys.exit('sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


FACTS = (
    Fact("keyword", "质检", "产线质检", "keywords", 30, 32, 0.5),
    Fact("reading", "x", "y", "z"),
    Fact("company", "英伟达", "title: 英伟达", "lexicon", concept="nvidia"),
)


def test_facts_come_back_whether_they_were_stored_with_names_or_without() -> None:
    row = mapping.record_to_row(replace(RECORD, facts=FACTS))
    assert [len(fact) for fact in row["facts"]] == [7, 4, 8]
    named = mapping.plain(replace(RECORD, facts=FACTS), ("facts",))["facts"]
    for facts in (row["facts"], named):
        columns = row | {"facts": facts, "id": 1, "story": 1, "first_seen": NOW}
        stored = namedtuple("Row", columns)(**columns)
        assert mapping.record_from_row(stored).facts == FACTS


@pytest.mark.parametrize(
    ("word", "text", "found"),
    [
        ("meta", "metal, meta!", True),
        ("meta", "metal betameta", False),
        ("ai", "国产ai大模型", True),
        ("x.ai", "grok by x.ai", True),
    ],
)
def test_a_latin_word_stands_between_what_is_no_letter(word: str, text: str, found: bool) -> None:
    assert stands(word, text) is found
