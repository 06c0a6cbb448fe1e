"""Every component of every family has help, options and evidence. Adding one file adds it here by itself."""

from pathlib import Path

import pytest

from crawler import plugins

TESTS = Path(__file__).parents[1]
FAMILIES = {"crawler.spiders": "find", "crawler.parsers": "read", "crawler.analyzers": "add", "jobs.channels": "send"}
COMPONENTS = [
    (package, name, component) for package, verb in FAMILIES.items() for name, component in plugins.family(package, verb).items()
]


@pytest.mark.parametrize(("package", "name", "component"), COMPONENTS, ids=[f"{p}.{n}" for p, n, _ in COMPONENTS])
class TestComponent:
    def test_its_first_docstring_line_is_help(self, package: str, name: str, component: plugins.Component) -> None:
        assert 10 <= len(component.help) <= 160
        assert component.help.endswith(".")

    def test_its_options_refuse_unknown_keys(self, package: str, name: str, component: plugins.Component) -> None:
        assert component.options.model_config.get("extra") == "forbid"

    def test_it_is_named_in_some_test(self, package: str, name: str, component: plugins.Component) -> None:
        texts = (path.read_text("utf-8") for path in TESTS.rglob("test_*.py") if path != Path(__file__))
        assert any(f"{package}.{name}" in text or f"{package} import {name}" in text or f'"{name}"' in text for text in texts)


def test_each_family_has_members() -> None:
    for package, verb in FAMILIES.items():
        assert plugins.family(package, verb), package


def test_every_kind_of_source_is_right_without_keys_of_its_own() -> None:
    """The configuration does not import a kind whose keys no source gives."""
    for component in plugins.family("crawler.spiders", "find").values():
        component.options()
