"""One configuration for all workers: the first file is it, another is refused, and whoever says nothing follows."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from jobs.config.load import ConfigError
from jobs.services import publication
from storage.db.database import Database
from storage.queue import published

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
ENVIRON = {"DB": "postgresql+psycopg://reader@db/zx", "HOOK": "https://hooks.example/secret-part"}
FIRST = "database: ${DB}\nsources:\n  - {name: tides, url: 'https://tides.example/feed'}\n"


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_the_first_file_becomes_what_all_follow(db: Database, tmp_path: Path) -> None:
    first = write(tmp_path, "config.yaml", FIRST)
    assert publication.joined(db, first, ENVIRON, NOW) == (1, None)
    same = write(tmp_path, "same.yaml", "\ufeff" + FIRST.replace("\n", "\r\n"))
    assert publication.joined(db, same, ENVIRON, NOW) == (1, None)
    last = db.read(published.latest)
    assert last is not None
    assert last.text == FIRST, "as it was written: what the environment fills in is no one's to keep"


def test_another_file_is_refused_until_it_is_published(db: Database, tmp_path: Path) -> None:
    publication.joined(db, write(tmp_path, "config.yaml", FIRST), ENVIRON, NOW)
    other = write(tmp_path, "other.yaml", FIRST.replace("tides", "gauges"))
    with pytest.raises(ConfigError, match=r"version 1.*config publish"):
        publication.joined(db, other, ENVIRON, NOW)
    assert publication.publish(db, other, ENVIRON, NOW).version == 2
    assert publication.publish(db, other, ENVIRON, NOW).version == 2, "nothing new"
    assert publication.joined(db, other, ENVIRON, NOW) == (2, None)
    assert db.read(published.version) == 2


def test_a_file_with_nothing_but_the_database_follows_on_its_own_address(db: Database, tmp_path: Path) -> None:
    publication.joined(db, write(tmp_path, "config.yaml", FIRST), ENVIRON, NOW)
    bare = write(tmp_path, "bare.yaml", "database: postgresql+psycopg://here@pool/zx\n")
    version, config = publication.joined(db, bare, {}, NOW)
    assert version == 1
    assert config is not None
    assert [source.name for source in config.sources] == ["tides"]
    assert config.database.startswith("postgresql+psycopg://here@pool/")


def test_what_is_no_configuration_is_never_published(db: Database, tmp_path: Path) -> None:
    for text in ("sources: [{name: a}]\n", "colour: blue\n", "", "database: sqlite:///a.db\n"):
        with pytest.raises(ConfigError):
            publication.publish(db, write(tmp_path, "config.yaml", text), ENVIRON, NOW)
    assert db.read(published.latest) is None


def test_a_variable_that_is_not_set_here_is_said(db: Database, tmp_path: Path) -> None:
    hook = FIRST + "channels:\n  - {name: desk, url: 'webhook+${HOOK}'}\n"
    publication.joined(db, write(tmp_path, "config.yaml", hook), ENVIRON, NOW)
    bare = write(tmp_path, "bare.yaml", "database: postgresql+psycopg://here@pool/zx\n")
    with pytest.raises(ConfigError, match="HOOK"):
        publication.joined(db, bare, {}, NOW)
