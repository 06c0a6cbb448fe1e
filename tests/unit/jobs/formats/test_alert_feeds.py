"""The alerts of a rule as Atom and JSON Feed: valid whatever a page says, written whole, and only when something changed."""

import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from crawler.record import Record
from jobs.deliver.message import payload
from jobs.formats.alert_feeds import Feed, Feeds, file_name, to_atom, to_json_feed
from storage.alerts.ledger import Entry
from storage.archive import articles
from storage.db.database import Database
from storage.rules.ruleset import Hit

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
ATOM = {"a": "http://www.w3.org/2005/Atom"}
HOSTILE = 'x]]></content><script>&"\x00\x1b[31m\ud800\ufffe\u202e'


def feed(record: Record, reprints: int = 0, address: str = "") -> Feed:
    frozen = json.loads(json.dumps(payload(record, Hit("r", "v1", ()))))
    return Feed("r", address, [Entry(367, frozen, NOW, NOW, reprints, ())])


RECORD = Record("上海发布大模型新政", "https://example.org/a", "全文。", keywords=("大模型",), published=NOW, language="zh")


def test_an_entry_has_what_rfc_4287_asks_for() -> None:
    root = etree.fromstring(to_atom(feed(RECORD, address="https://feeds.example/")))
    for path in (
        "a:id",
        "a:title",
        "a:updated",
        "a:entry/a:id",
        "a:entry/a:title",
        "a:entry/a:updated",
        "a:entry/a:author/a:name",
    ):
        assert root.findtext(path, namespaces=ATOM), path
    assert [link.get("href") for link in root.findall(".//a:link", ATOM)] == [
        "https://feeds.example/r.xml",
        "https://example.org/a",
    ]
    assert "#00A7" in root.findtext("a:entry/a:content", "", ATOM)


def test_a_json_feed_says_the_same() -> None:
    made = json.loads(to_json_feed(feed(RECORD)))
    [item] = made["items"]
    atom = etree.fromstring(to_atom(feed(RECORD)))
    assert made["version"] == "https://jsonfeed.org/version/1.1"
    assert (item["id"], item["title"]) == (atom.findtext("a:entry/a:id", namespaces=ATOM), RECORD.title)
    assert (item["url"], item["tags"]) == ("https://example.org/a", ["大模型"])


@given(st.text(max_size=60))
def test_whatever_a_page_says_the_feeds_stay_feeds(text: str) -> None:
    for words in (text, HOSTILE + text):
        made = replace(
            feed(Record(words, "javascript:alert(1)", words, keywords=(words,), author=words)),
            rule=words.encode(errors="replace").decode(),
        )
        root = etree.fromstring(to_atom(made))
        assert len(root.findall("a:entry", ATOM)) == 1
        assert root.find("a:entry/a:link", ATOM) is None
        assert "url" not in json.loads(to_json_feed(made))["items"][0]


def test_who_told_it_later_is_in_the_entry(db: Database, tmp_path: Path) -> None:
    raise_alert(db, "OpenAI acquires Windsurf for $3 billion", 1)
    raise_alert(db, "OpenAI 以 30 亿美元收购 Windsurf", 2)
    Feeds(db).write(["r"], str(tmp_path))
    [item] = json.loads((tmp_path / "r.json").read_text("utf-8"))["items"]
    assert "OpenAI 以 30 亿美元收购 Windsurf (s2)" in item["content_text"]
    assert item["date_modified"] == (NOW + timedelta(minutes=2)).isoformat()


def raise_alert(db: Database, title: str, number: int) -> None:
    record = Record(title, f"https://x.example/{number}", f"{title}.", source=f"s{number}", published=NOW)
    draft = articles.AlertDraft("r", "v1", (), payload(record, Hit("r", "v1", ())))
    at = NOW + timedelta(minutes=number)
    db.write_now(lambda s: articles.store(s, record, key=record.link, alerts=[draft], now=at))


def test_files_are_written_when_the_alerts_change_and_not_else(db: Database, tmp_path: Path) -> None:
    feeds, folder = Feeds(db), tmp_path / "feeds"
    assert feeds.write(["r", "silent"], str(folder)) == ["r", "silent"]
    assert feeds.write(["r", "silent"], str(folder)) == []
    raise_alert(db, "星河智算完成 B 轮融资", 1)
    assert feeds.write(["r", "silent"], str(folder)) == ["r"]
    assert sorted(os.listdir(folder)) == ["r.json", "r.xml", "silent.json", "silent.xml"]
    assert len(json.loads((folder / "r.json").read_text("utf-8"))["items"]) == 1


def test_a_folder_that_cannot_be_written_is_tried_again(db: Database, tmp_path: Path) -> None:
    feeds, folder = Feeds(db), tmp_path / "feeds"
    folder.write_text("a file is in the way")
    assert feeds.write(["r"], str(folder)) == ["r"]
    folder.unlink()
    feeds.write(["r"], str(folder))
    assert (folder / "r.xml").exists()


NAMES: list[Any] = [("上海", "上海"), ("a-b.c", "a-b.c"), ("../x", None), ("a/b", None), (".", None), ("?", None)]


@pytest.mark.parametrize(("rule", "name"), NAMES)
def test_a_rule_s_name_makes_a_harmless_file_name(rule: str, name: str | None) -> None:
    made = file_name(rule)
    assert Path(made).name == made
    assert not made.startswith(".")
    assert made == name or (name is None and made != rule)


def test_two_rules_never_share_a_file() -> None:
    names = ["a/b", "a b", "a-b", "a?b", ".a-b"]
    assert len({file_name(name) for name in names}) == len(names)


def test_a_feed_without_entries_stays_the_same() -> None:
    assert etree.fromstring(to_atom(Feed("silent", "", ()))).findtext("a:updated", None, ATOM) == "1970-01-01T00:00:00+00:00"
