"""Where the database is, read without the rest of the file, is what the whole configuration says."""

from pathlib import Path

import pytest

from jobs.config.database_key import database_of
from jobs.config.load import ConfigError, load

WAYS = [
    "database: sqlite:///news.db\ntimezone: UTC\n",
    "timezone: UTC\ndatabase:\n  sqlite:///later.db\n# a comment\ncrawl: {delay: 1s}\n",
    "timezone: UTC\n",
    "database: 'sqlite:////srv/数据/news.db'  # there\n",
    "{database: 'sqlite:///flow.db', timezone: UTC}\n",
    '"database": sqlite:///quoted.db\n',
    "database: >-\n  sqlite:///folded.db\ntimezone: UTC\n",
    "database: sqlite:///${NAME}.db\n",
    "database: sqlite:///${OTHER:-usual}.db\n",
    "database:\n",
    "database: postgresql+psycopg://desk@localhost/news\n",
    "rules:\n  - name: r\n    query: >-\n      \"database: news\" OR\n      LLM\n    channels: [c]\nchannels: [{name: c, url: 'console://'}]\n",
]


@pytest.mark.parametrize("text", WAYS)
def test_it_is_what_the_whole_file_says(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.yaml").write_text(text, "utf-8")
    environ = {"NAME": "by-name"}
    assert database_of(tmp_path / "config.yaml", environ) == load(tmp_path / "config.yaml", environ).database


def test_the_rest_of_the_file_is_not_looked_at(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("database: sqlite:///a.db\nsources: [{url: ftp://x}]\nrules: 5\n", "utf-8")
    assert database_of(tmp_path / "config.yaml", {}).endswith("/a.db")


@pytest.mark.parametrize(
    "text", ["timezone: UTC\ndatabase: sqlite:///${UNSET}.db\n", "timezone: UTC\ndatabase: 'never\n", "\ndatabase: [a]\n"]
)
def test_a_mistake_in_it_is_told_at_its_true_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.yaml").write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=r"config.yaml:[23]: "):
        database_of(tmp_path / "config.yaml", {})
