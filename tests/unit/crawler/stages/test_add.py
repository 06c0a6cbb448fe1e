"""Analyzers say themselves where they stand and what they make."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from crawler.errors import PluginError
from crawler.record import Fact, Record
from crawler.stages import add as adding


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    adding.analyzers.cache_clear()
    adding.added.cache_clear()
    yield
    adding.analyzers.cache_clear()
    adding.added.cache_clear()


def use(monkeypatch: pytest.MonkeyPatch, **analyzers: dict[str, Any]) -> None:
    found = {name: SimpleNamespace(name=name, module=SimpleNamespace(**said)) for name, said in analyzers.items()}
    monkeypatch.setattr(adding, "family", lambda package, verb: found)


def test_each_runs_behind_those_it_builds_on_and_one_that_names_none_runs_last(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, a={}, last={"AFTER": ("middle",)}, middle={"AFTER": ("zero",)}, zero={"AFTER": ()})
    assert [one.name for one in adding.analyzers()] == ["zero", "middle", "last", "a"]


@pytest.mark.parametrize(
    ("analyzers", "complaint"),
    [({"a": {"AFTER": ("b",)}, "b": {"AFTER": ("a",)}}, "each waits"), ({"a": {"AFTER": ("nobody",)}}, "nobody")],
)
def test_an_order_that_cannot_be_is_an_error(
    monkeypatch: pytest.MonkeyPatch, analyzers: dict[str, dict[str, Any]], complaint: str
) -> None:
    use(monkeypatch, **analyzers)
    with pytest.raises(PluginError, match=complaint):
        adding.analyzers()


def test_one_that_does_not_say_what_it_makes_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, a={"AFTER": ()})
    with pytest.raises(PluginError, match="KINDS"):
        adding.added()


def test_what_analyzers_make_goes_before_a_record_is_analysed_again_and_what_others_said_stays() -> None:
    facts = (
        Fact("reading", "generic", "title: t", "generic"),
        Fact("keyword", "云港", "meta keywords: 云港", "page"),
        Fact("keyword", "星河", "title: t", "builtin"),
        Fact("event", "星河发布芯片", "title: t", "model:m"),
    )
    bare = adding.bare(Record("t", "https://a.example/1", "", keywords=("云港", "星河"), facts=facts))
    assert (bare.facts, bare.keywords) == (facts[:2], ("云港",))


def test_analysis_makes_only_the_facts_it_declares() -> None:
    text = "星河智算7月2日在澜州发布新一代推理芯片，并完成3亿元融资。\n云港集团与星河智算签署合作协议，开发医疗大模型。"
    made = adding.add(Record("星河智算发布推理芯片", "https://a.example/1", text))
    assert {fact.kind for fact in made.facts} <= adding.added()
    assert adding.add(adding.bare(made)) == made
