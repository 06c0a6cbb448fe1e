"""Paths of the configuration begin at its file, wherever the program is started; what is allowed and seldom meant is told."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jobs.config.load import Config, ConfigError, changes, load, needs_restart, warnings
from storage.db.database import open_database
from storage.db.errors import AlreadyRunning, NoArchive
from storage.db.lock import InstanceLock

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def written(folder: Path, text: str) -> Config:
    path = folder / "config.yaml"
    path.write_text(text, "utf-8")
    return load(path, {})


PLACES = """
database: sqlite:///data/news.db
feeds: {folder: feeds}
backup: {folder: ../copies}
channels:
  - {name: log, url: "file://alerts.jsonl"}
  - {name: there, url: "file:///var/log/alerts.jsonl"}
  - {name: desk, url: "console://"}
"""


@pytest.mark.parametrize("start", [".", "/"])
def test_a_relative_path_begins_at_the_configuration(tmp_path: Path, start: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path if start == "." else start)
    config = written(tmp_path, PLACES)
    assert config.database == f"sqlite:///{tmp_path}/data/news.db"
    assert config.feeds.folder == str(tmp_path / "feeds")
    assert config.backup.folder == str(tmp_path.parent / "copies")
    assert [channel.url for channel in config.channels] == [
        f"file://{tmp_path}/alerts.jsonl",
        "file:///var/log/alerts.jsonl",
        "console://",
    ]


def test_the_database_that_nobody_named_lies_beside_the_file_too(tmp_path: Path) -> None:
    assert written(tmp_path, "sources: []").database == f"sqlite:///{tmp_path}/data/zhixun.db"


def test_a_server_stays_a_server(tmp_path: Path) -> None:
    assert written(tmp_path, "database: postgresql://user@host/news").database == "postgresql://user@host/news"


def test_reading_makes_no_archive(tmp_path: Path) -> None:
    db = open_database(written(tmp_path, "sources: []").database)
    with pytest.raises(NoArchive, match=f"there is no archive yet at {tmp_path}/data/zhixun.db"):
        db.must_exist()
    db.close()
    assert not (tmp_path / "data").exists()


def test_one_file_has_one_daemon_however_it_is_spelled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    monkeypatch.chdir(tmp_path / "real")
    one, other = open_database("sqlite:///a.db"), open_database(f"sqlite:///{tmp_path}/link/a.db")
    one.upgrade()
    first, second = InstanceLock(one), InstanceLock(other)
    first.acquire()
    try:
        with pytest.raises(AlreadyRunning):
            second.acquire()
    finally:
        first.release()
        one.close()
        other.close()


SIGNED = ["+技术", "!广告", "！广告", "-招聘", "＋上市", "/大模型|LLM/"]


@pytest.mark.parametrize("word", SIGNED)
def test_a_sign_before_a_keyword_is_refused_with_its_cure(tmp_path: Path, word: str) -> None:
    with pytest.raises(ConfigError) as caught:
        written(
            tmp_path,
            f"rules: [{{name: r, keywords: [人工智能, '{word}'], channels: [c]}}]\nchannels: [{{name: c, url: 'console://'}}]",
        )
    (mistake,) = caught.value.mistakes
    assert f'"{word}" is not a word to look for' in mistake.message
    assert "write query:" in mistake.cure


@pytest.mark.parametrize("word", ["C++", "GPT-5", "-5", "A+轮", "AI"])
def test_a_sign_inside_a_word_is_part_of_it(tmp_path: Path, word: str) -> None:
    config = written(
        tmp_path, f"rules: [{{name: r, keywords: ['{word}'], channels: [c]}}]\nchannels: [{{name: c, url: 'console://'}}]"
    )
    assert len(config.compiled_rules()) == 1


def test_every_change_is_told_and_what_needs_a_restart_is_named(tmp_path: Path) -> None:
    old = written(tmp_path, "metrics: 127.0.0.1:9464")
    new = written(tmp_path, "database: sqlite:///other.db\nbackup: {keep: 3}\ntimezone: UTC")
    assert changes(old, new) == [
        "database changed",
        "timezone: Asia/Shanghai → UTC",
        "backup.keep: 7 → 3",
        "metrics: 127.0.0.1:9464 → None",
    ]
    assert needs_restart(old, new) == ["database", "metrics"]


def test_a_rule_that_matches_everything_and_an_address_that_stands_twice_are_warned_of(tmp_path: Path) -> None:
    config = written(
        tmp_path,
        "sources: [{name: a, url: 'https://news.example/feed'}, {name: b, url: 'http://news.example/feed?utm_source=x'}]\n"
        "rules: [{name: all, query: '/./', channels: [c]}, {name: some, query: 大模型, channels: [c]}]\n"
        "channels: [{name: c, url: 'console://'}]",
    )
    said = warnings(config, NOW)
    assert [line.split(";")[0] for line in said] == [
        "rule all matches everything, whatever an article says",
        "sources a and b are one address",
    ]


RULES = """\
sources: [{name: a, url: 'https://news.example/feed', tags: [x]}, {name: b, url: 'https://b.example/feed'}]
channels: [{name: c, url: 'console://'}]
rules:
"""


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("query: 'AI published:<2020'", "rule r raises no alert: what is published:<2020 is older than its max_age of 3d"),
        ("query: 'AI published:<-5d'", "rule r raises no alert: what is published:<-5d is older than its max_age of 3d"),
        ("query: 'AI published:<2020 OR chip published:2021'", "rule r raises no alert: what is published:<2020 is older"),
        ("query: 'AI published:<2020 OR chip'", ""),
        ("query: 'AI NOT published:<2020'", ""),
        ("query: 'AI published:<-5d', max_age: 9d", ""),
        ("query: 'AI published:<-3d'", ""),  # what tells only its day is as young as the end of that day
        ("query: 'AI published:<2030'", ""),
        ("query: 'AI published:<2020', enabled: false", ""),
        ("query: AI, sources: ", "rule r listens to all sources: nothing stands behind its key sources"),
        ("query: AI, sources: [a]", ""),
    ],
)
def test_a_rule_that_alerts_of_nothing_or_of_all_by_a_slip_is_warned_of(tmp_path: Path, rule: str, said: str) -> None:
    told = warnings(written(tmp_path, f"{RULES}  - {{name: r, channels: [c], {rule}}}"), NOW)
    assert len(told) == bool(said)
    assert said in "".join(told)


@pytest.mark.parametrize(
    "query",
    [
        "source:a AI", "source:A", "tag:x AND source:a", "source:zzz OR AI", "AI NOT source:zzz", "AI NOT tag:zzz", "source:a OR tag:zzz",
        "source:/^a$/ AI", "atleast(1, source:zzz, AI)",
    ],
)  # fmt: skip
def test_a_source_that_is_not_there_is_no_mistake_where_the_query_can_do_without_it(tmp_path: Path, query: str) -> None:
    config = written(tmp_path, f"{RULES}  - {{name: r, query: '{query}', channels: [c]}}")
    assert len(config.compiled_rules()) == 1


@pytest.mark.parametrize("place", ["", "pipe", "alerts.jsonl/below"])
def test_a_file_of_alerts_that_can_never_be_one_is_warned_of(tmp_path: Path, place: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "alerts.jsonl").touch()
    channels = f"{{name: c, url: 'file://{tmp_path}/{place}'}}, {{name: d, url: 'file://alerts.jsonl'}}"
    (said,) = warnings(written(tmp_path, f"channels: [{channels}, {{name: e, url: 'file://new/alerts.jsonl'}}]"), NOW)
    assert said.startswith(f"channel c: {tmp_path}")
    assert "is no file" in said


def test_a_rule_of_ten_thousand_keywords_works(tmp_path: Path) -> None:
    words = ", ".join(f"机构{number}号" for number in range(10_000))
    config = written(
        tmp_path, f"rules: [{{name: r, keywords: [{words}], channels: [c]}}]\nchannels: [{{name: c, url: 'console://'}}]"
    )
    assert len(config.rules[0].keywords) == 10_000
    assert len(config.compiled_rules()) == 1
    assert os.path.isabs(config.database.removeprefix("sqlite:///"))
