"""Miniflux: an entry that it would show meets the rule of its feed, and no other; both forms of export say the same."""

import json
import re

import pytest

from jobs.migrate import miniflux
from jobs.migrate.moved import MoveError
from tests.unit.jobs.migrate.moving import foreign, hits, lost, taken

FILTERED = {
    "id": 7, "feed_url": "https://lamp.example/feed?a=1&b=2", "title": "Lamp Lab", "category": {"id": 1, "title": "AI / Labs"},
    "blocklist_rules": "(?i)sponsored", "keeplist_rules": "never looked at",
    "block_filter_entry_rules": "EntryTitle=(?i)webinar\nEntryAuthor=^Press$", "keep_filter_entry_rules": "EntryTitle=\\bLLMs?\\b\r\nEntryTitle=大模型",
}  # fmt: skip
BLOCKED = {"feed_url": "https://jw.example/rss", "title": "江湾", "blocklist_rules": "招聘|a/b", "category": {"title": "本地"}}
PLAIN = {"feed_url": "https://plain.example/rss", "title": "", "disabled": True, "user_agent": "Reader/1.0"}
USER = {"username": "me", "block_filter_entry_rules": "EntryTitle=(?i)giveaway", "keep_filter_entry_rules": ""}
ENTRIES = [
    ("New LLMs", ""), ("new llms", ""), ("国产大模型", ""), ("LLM webinar", ""), ("An LLM", "Press"), ("An LLM", "Press Desk"),
    ("Sponsored: an LLM", ""), ("LLM giveaway", ""), ("招聘大模型工程师", ""), ("weather", ""), ("a/b test of an LLM", ""),
]  # fmt: skip


def shown(feed: dict[str, str], title: str, author: str) -> bool:
    """The other system's own way, as its documents have it."""
    fields = {"EntryTitle": title, "EntryAuthor": author}

    def any_rule(key: str, *rows: dict[str, str]) -> bool:
        lines = [line for row in rows for line in str(row.get(key, "")).splitlines()]
        return any(re.search(value, fields[name]) for name, value in (line.split("=", 1) for line in lines))

    if any_rule("block_filter_entry_rules", USER, feed):
        return False
    if (old := feed.get("blocklist_rules")) and (re.search(old, title) or re.search(old, author)):
        return False
    return any_rule("keep_filter_entry_rules", feed) if feed.get("keep_filter_entry_rules") else True


def test_what_it_would_show_of_a_feed_meets_the_rule_of_that_feed() -> None:
    rows = json.dumps([FILTERED, BLOCKED, PLAIN], ensure_ascii=False)
    config, decided = taken(miniflux.read([foreign("feeds.json", rows), foreign("me.json", json.dumps(USER))]))
    assert [(row.name, row.tags, row.enabled) for row in config.sources] == [
        ("Lamp Lab", ("AI / Labs",), True), ("江湾", ("本地",), True), ("plain.example", (), False),
    ]  # fmt: skip
    assert config.sources[2].headers == {"User-Agent": "Reader/1.0"}
    for feed, name in ((FILTERED, "Lamp Lab"), (BLOCKED, "江湾")):
        for title, author in ENTRIES:
            assert (name in hits(config, title, name, author=author)) == shown(feed, title, author), (name, title)
    assert lost(decided) == []


OPML = """\
<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0" xmlns:miniflux="https://miniflux.app/opml"><head><title>Miniflux</title></head><body>
<outline text="AI / Labs">
  <outline title="Lamp Lab" text="Lamp Lab" xmlUrl="https://lamp.example/feed?a=1&amp;b=2" type="rss"
    miniflux:blocklistRules="(?i)sponsored" miniflux:keepFilterEntryRules="EntryTitle=\\bLLMs?\\b&#10;EntryTitle=大模型"
    miniflux:blockFilterEntryRules="EntryTitle=(?i)webinar&#10;EntryAuthor=^Press$" miniflux:crawler="true"></outline>
</outline>
<outline text="off" xmlUrl="https://off.example/rss" miniflux:disabled="true" miniflux:urlRewriteRules="rewrite(x)" miniflux:fetchViaProxy="true"/>
</body></opml>"""


@pytest.mark.parametrize("text", [OPML, OPML.replace(' xmlns:miniflux="https://miniflux.app/opml"', "").replace("miniflux:", "")])
def test_the_opml_export_says_the_same_as_the_api(text: str) -> None:
    config, decided = taken(miniflux.read([foreign("feeds.opml", text)]))
    theirs, _ = taken(miniflux.read([foreign("feeds.json", json.dumps([FILTERED | {"keeplist_rules": ""}]))]))
    assert config.rules[0].query == theirs.rules[0].query
    assert [row.enabled for row in config.sources] == [True, False]
    assert lost(decided) == [(8, "off, fetch_via_proxy"), (8, "off, urlrewrite_rules")]


@pytest.mark.parametrize(
    ("rule", "query"),
    [
        ("EntryDate=before:2026-01-01", "NOT published:<2026-01-01"),
        ("EntryDate=between:2026-01-01,2026-02-01", "NOT (published:>=2026-01-01 published:<2026-02-01)"),
        ("EntryDate=max-age:30d", "NOT published:<-30d"),
        ("EntryURL=/jobs/", r"NOT link:/\/jobs\//"),
        ("EntryContent=免费", "NOT text:/免费/"),
    ],
)
def test_a_rule_of_entries_is_said_in_our_fields(rule: str, query: str) -> None:
    config, _ = taken(miniflux.read([foreign("f.json", json.dumps([PLAIN | {"block_filter_entry_rules": rule}]))]))
    assert config.rules[0].query_text() == f'source:"plain.example" {query}'


def test_a_keep_rule_that_cannot_come_widens_nothing() -> None:
    rows = [
        PLAIN | {"keep_filter_entry_rules": "EntryCommentsURL=x\nEntryDate=future"},
        PLAIN | {"feed_url": "https://b.example/", "keeplist_rules": "[a"},
    ]
    moved = miniflux.read([foreign("f.json", json.dumps(rows, indent=1))])
    assert moved.rules == ()
    assert [line for line, _ in lost(moved)] == [3, 3, 3, 10, 10]


def test_secrets_are_named_and_not_shown() -> None:
    moved = miniflux.read(
        [foreign("f.json", json.dumps([PLAIN | {"password": "hunter22", "webhook_url": "https://h.example/secret"}]))]
    )
    assert {what for _, what in lost(moved)} == {"plain.example, password", "plain.example, webhook_url"}
    assert "hunter22" not in str(moved)


@pytest.mark.parametrize("text", ["[]", "{", '"x"', "<opml/>", '{"id": 1}'])
def test_what_holds_no_feeds_is_refused(text: str) -> None:
    with pytest.raises(MoveError):
        miniflux.read([foreign("x.json", text)])
