"""The catalogue: every entry is one that the configuration takes, and the shipped configuration watches its defaults."""

import re
from pathlib import Path

import pytest

from crawler import i18n
from crawler.url import link_key
from jobs.config.load import Config, SourceConfig, load
from jobs.config.yaml_file import read_document
from jobs.services.configuration import Refused
from jobs.services.sourcing.catalogue import catalogue
from jobs.services.sourcing.sources import add

ROOT = Path(__file__).parents[5]
SHIPPED = ROOT / "config.yaml"


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """A configuration with the whole catalogue in it."""
    path = tmp_path_factory.mktemp("all") / "config.yaml"
    path.write_text("sources: []\n", "utf-8")
    add(path, load(path, {}), [{"name": each.name, **each.entry} for each in catalogue().values()], {})
    return load(path, {})


def test_all_66_can_be_taken(taken: Config) -> None:
    assert [row.name for row in taken.sources] == list(catalogue())
    assert len(taken.sources) == 66


def test_what_is_taken_is_what_the_catalogue_says(taken: Config) -> None:
    for row in taken.sources:
        listed = catalogue()[row.name]
        assert row.model_dump() == SourceConfig.model_validate({"name": row.name, **listed.entry}).model_dump()


def test_defaults_are_the_shipped_configuration() -> None:
    shipped = {entry.pop("name"): entry for _, entry in read_document(str(SHIPPED), SHIPPED.read_bytes(), {}).entries("sources")}
    assert {name: dict(each.entry) for name, each in catalogue().items() if each.default} == shipped
    assert len(shipped) == 33


def test_taking_a_default_again_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(SHIPPED.read_bytes())
    for name in (each.name for each in catalogue().values() if each.default):
        answer = add(path, load(path, {}), [{"name": name, **catalogue()[name].entry}], {})
        assert isinstance(answer, Refused)
        assert "already" in answer.reason
    assert path.read_bytes() == SHIPPED.read_bytes()


def test_addresses_and_names_are_there_once() -> None:
    keys = [(link_key(each.entry["url"]), str(each.entry.get("body"))) for each in catalogue().values()]
    assert len(set(keys)) == len(keys)


def test_names_titles_notes_and_tags_are_in_the_catalogues_own_style() -> None:
    for name, each in catalogue().items():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
        assert each.title
        assert each.language in ("zh", "en")
        assert {"zh": "中文", "en": "English"}[each.language] in each.tags
        assert each.note == "" or (each.note.endswith(".") and each.note.count(". ") == 0)
        assert set(each.entry) >= {"url", "kind", "tags"}
        assert each.entry["kind"] in ("feed", "listing", "sitemap", "api")


def test_what_needs_a_browser_is_no_default() -> None:
    assert [name for name, each in catalogue().items() if each.needs_js and each.default] == []
    assert any(each.needs_js for each in catalogue().values())


def test_what_is_noted_of_a_source_stands_in_chinese_too() -> None:
    assert [entry.note for entry in catalogue().values() if entry.note and entry.note not in i18n.catalogue()] == []
