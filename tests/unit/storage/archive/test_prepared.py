"""What a child works out beforehand is what the writer would have worked out."""

import json
import pickle
import re
import subprocess
import sys
from collections import namedtuple
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from crawler.record import Company, Event, Fact, Record
from storage.archive import articles, derived
from storage.archive.prepared import prepare
from storage.db import mapping, texts
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


EVENTS = (
    Event("河湾厂发布质检模型", "河湾厂发布质检模型，产线质检提速。", "release", ("河湾厂",), None, None, "2026-11-24"),
    Event("Nobody said this", "It stands nowhere in the text.", "other"),
)
SUMMARIES = [
    "",
    "[[0, 5]]",
    "河湾厂发布质检模型，产线质检提速。别处没有的一句。",
    "a. b. c.",
    RECORD.text[:40],
    f"{RECORD.text[:30]}…",
    "\n \n",
]


def _row(record: Record, **other: object) -> Any:
    columns = mapping.record_to_row(record) | {"id": 1, "story": 1, "first_seen": NOW} | other
    return namedtuple("Row", columns)(**columns)


@pytest.mark.parametrize("summary", SUMMARIES)
@pytest.mark.parametrize(
    "text", [RECORD.text, "河湾厂发布质检模型，产线质检提速。\n第二段 with 3.5 words. 完。", ""], ids=["own", "told", "none"]
)
def test_what_stands_in_the_text_comes_back_from_its_place(summary: str, text: str) -> None:
    quoted = Fact("industry", text[2:5], text[2:5], "builtin", 2, 5, 0.7)
    record = replace(RECORD, text=text, summary=summary, facts=(*FACTS, quoted, replace(quoted, value="制造")), events=EVENTS)
    back = mapping.record_from_row(_row(record))
    assert (back.summary, back.facts, back.events) == (record.summary, record.facts, record.events)


def test_a_row_says_nothing_of_the_text_twice() -> None:
    text = "河湾厂十一月发布质检模型。" + "产线上的每块面板都由它看过。" * 5
    record = replace(
        RECORD,
        text=text,
        summary=text[:40],
        events=(Event(text[:12], text[:13]),),
        facts=(Fact("keyword", text[2:9], text[2:9], "k", 2, 9),),
    )
    row = mapping.record_to_row(record)
    assert not set(re.findall("[\u4e00-\u9fff]", json.dumps([row["summary"], row["events"], row["facts"]], ensure_ascii=False)))


def test_rows_of_older_versions_are_read_as_ever() -> None:
    record = replace(RECORD, facts=FACTS, events=EVENTS, summary="一句话。")
    named = mapping.plain(record, ("facts", "events"))
    listed = [[getattr(fact, name) for name in Fact.__dataclass_fields__] for fact in FACTS]
    for facts in (named["facts"], listed):
        back = mapping.record_from_row(_row(record, facts=facts, events=named["events"], summary="一句话。"))
        assert (back.summary, back.facts, back.events) == (record.summary, FACTS, EVENTS)


@pytest.mark.parametrize("text", ["", "短", "智" * 999, "words and words. " * 50, "\x00\x1f", "𠮷🙂" * 200])
def test_a_packed_text_comes_back(text: str) -> None:
    assert texts.unpacked(texts.packed(text)) == text
    assert texts.unpacked(text) == text, "as older versions kept it"
    assert isinstance(texts.packed(text), bytes) == (len(text.encode()) > 200)


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
