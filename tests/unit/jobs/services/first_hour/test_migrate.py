"""A move into a configuration: all or none, twice is once, nothing of what is there changes."""

from pathlib import Path
from typing import get_args

from jobs.cli.first_hour.migrate import System
from jobs.config.load import Config, load
from jobs.migrate.moved import Foreign, Moved
from jobs.services.configuration import Edited, Refused
from jobs.services.first_hour import migrate
from jobs.services.first_hour.migrate import SYSTEMS

OWN = """\
# mine
aliases: {lab: [星河]}
sources:
  - name: 江湾  # the paper
    url: https://jw.example/rss
rules:
  - {name: ours, query: '算力', channels: [desk]}
channels:
  - {name: desk, url: 'file:///tmp/a.jsonl'}
"""
WORDS = "大模型\n\n/大模型/\n芯片\n\n[GLOBAL_FILTER]\n广告\n"
FEEDS = "rss: {feeds: [{name: 江湾, url: 'https://else.example/rss'}, {name: b, url: 'http://jw.example/rss'}]}"


def moved(words: str = WORDS, feeds: str = FEEDS) -> Moved:
    return SYSTEMS["trendradar"]([Foreign("config.yaml", feeds.encode()), Foreign("w.txt", words.encode())])


def test_what_is_there_stays_and_twice_is_once(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(OWN, "utf-8")
    first = migrate.write(path, migrate.plan(moved(), load(path, {})), {})
    assert isinstance(first, Edited)
    text = path.read_text("utf-8")
    assert text.startswith("# mine\naliases:")
    assert "  # the paper\n" in text
    config = load(path, {})
    assert [(row.name, row.url) for row in config.sources] == [
        ("江湾", "https://jw.example/rss"),
        ("else", "https://else.example/rss"),
    ]
    assert [rule.channels for rule in config.rules] == [("desk",)] * 3
    assert config.aliases["trendradar-filter"] == ("广告",)
    again = migrate.plan(moved(), config)
    assert again.edits == ()
    assert isinstance(migrate.write(path, again, {}), Refused)
    assert path.read_text("utf-8") == text


def test_a_dry_run_writes_nothing_and_shows_what_it_would(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    new = migrate.write(path, migrate.plan(moved(), Config()), {}, dry=True)
    assert isinstance(new, Edited)
    assert any("trendradar-filter" in line for line in new.difference)
    assert not path.exists()
    path.write_text(OWN, "utf-8")
    old = migrate.write(path, migrate.plan(moved(), load(path, {})), {}, dry=True)
    assert isinstance(old, Edited)
    assert path.read_text("utf-8") == OWN


def test_a_rule_that_adds_nothing_to_a_wider_one_is_named_and_does_not_spoil_the_rest() -> None:
    decided = migrate.plan(moved("芯片\n\n芯片\n+出口\n\n江湾"), Config())
    assert [rule["name"] for rule in decided.rules] == ["芯片", "江湾"]
    assert any("adds nothing to 芯片" in remark.why for remark in decided.remarks)
    assert decided.lost == 0


def test_a_rule_in_whose_shadow_one_of_ours_would_stand_does_not_come(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(OWN.replace("'算力'", "'title:大模型 title:芯片'"), "utf-8")
    decided = migrate.plan(moved("芯片\n\n江湾"), load(path, {}))
    assert [rule["name"] for rule in decided.rules] == ["江湾"]
    assert decided.lost == 1


def test_the_rules_alert_what_came_along_else_what_was_named_else_what_is_there() -> None:
    hook = "notification: {webhooks: {ntfy_topic: topic1234}}"
    along = migrate.plan(moved(feeds=hook), Config())
    assert [row["name"] for row in along.channels] == ["ntfy"]
    assert all(rule["channels"] == ["ntfy"] for rule in along.rules)
    assert all(rule["channels"] == ["other"] for rule in migrate.plan(moved(), Config(), ["other"]).rules)
    alone = migrate.plan(moved(), Config())
    assert [row["url"] for row in alone.channels] == ["console://"]


def test_every_system_can_be_named_on_the_command_line() -> None:
    assert list(get_args(System)) == list(SYSTEMS)
