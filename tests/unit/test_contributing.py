"""The components that CONTRIBUTING.md shows work as they stand there: each is put into its family and does its verb."""

import asyncio
import importlib
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crawler import plugins
from crawler.errors import SpiderError
from crawler.record import Link, Page, Record, Source
from crawler.stages import add as adding
from crawler.stages import find as finding
from crawler.stages import read as reading
from jobs.config.load import load
from jobs.deliver.message import Message
from jobs.deliver.transport import Reply, channel_for

TEXT = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text("utf-8")
SHOWN: dict[str, str] = dict(re.findall(r"```python\n# (\S+\.py)\n(.*?)```", TEXT, re.DOTALL))
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")


def _forget() -> None:
    plugins.family.cache_clear()
    finding.spiders.cache_clear()
    adding.analyzers.cache_clear()
    adding.added.cache_clear()
    reading._sites.cache_clear()


@pytest.fixture
def added(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The shown component of the file that the test names, as a member of its family."""
    path: str = request.param
    package, name = path.removesuffix(".py").replace("/", ".").rsplit(".", 1)
    (tmp_path / f"{name}.py").write_text(SHOWN[path], "utf-8")
    family = importlib.import_module(package)
    monkeypatch.setattr(family, "__path__", [*family.__path__, str(tmp_path)])
    _forget()
    module = importlib.import_module(f"{package}.{name}")
    yield module
    monkeypatch.undo()
    del sys.modules[f"{package}.{name}"]
    delattr(family, name)
    _forget()


def page(body: str, content_type: str, url: str = "https://news.paper.example/list") -> Page:
    return Page(url, body.encode(), NOW, content_type)


def test_there_is_an_example_for_each_family() -> None:
    assert [path.rsplit("/", 1)[0] for path in SHOWN] == [
        "crawler/spiders",
        "crawler/parsers",
        "crawler/analyzers",
        "jobs/channels",
    ]


@pytest.mark.parametrize("added", ["crawler/spiders/lines.py"], indirect=True)
def test_the_source_type_finds_links(added: ModuleType, tmp_path: Path) -> None:
    source = Source("s", "https://news.paper.example/list", options={"separator": "|"})
    found = finding.find(page("/a/1|江湾发布新规\n/a/2|\n", "text/tab-separated-values"), source, NOW, ZONE)
    assert (found.kind, [(link.url, link.title) for link in found.links]) == (
        "lines",
        [("https://news.paper.example/a/1", "江湾发布新规"), ("https://news.paper.example/a/2", None)],
    )
    (tmp_path / "config.yaml").write_text("sources: [{name: s, url: 'https://a.example/', kind: lines, separator: '|'}]", "utf-8")
    assert load(tmp_path / "config.yaml", {}).sources[0].kind == "lines"
    with pytest.raises(SpiderError):
        added.find(page("\n", "text/plain"), Source("s", source.url), NOW, ZONE)


@pytest.mark.parametrize("added", ["crawler/parsers/example_paper.py"], indirect=True)
def test_the_site_parser_reads_its_site(added: ModuleType) -> None:
    story = "".join(f"<p>江湾市第{n}批企业把大语言模型接入产线质检，误检率平均下降四成，明年扩大试点。</p>" for n in range(4))
    html = f"<html><body><article><h1>江湾市的新试点</h1><div class=story>{story}<div class=sources>来源清单</div></div></article></body></html>"
    read = reading.read(page(html, "text/html; charset=utf-8"), Link("https://news.paper.example/a/1"), "s", ZONE)
    assert (read.title, read.publisher, len(read.text.split("\n"))) == ("江湾市的新试点", "The Example Paper", 4)
    assert reading.parser_of("https://news.paper.example/a/1") == ("example_paper", added)


@pytest.mark.parametrize("added", ["crawler/analyzers/sums.py"], indirect=True)
def test_the_analyzer_adds_facts_with_their_place(added: ModuleType) -> None:
    text = "完成8亿元融资；raised $120 million."
    made = added.add(Record("t", "https://paper.example/1", text))
    assert [fact.value for fact in made.facts] == ["8亿元", "$120 million"]
    assert all(text[fact.start : fact.end] == fact.quote for fact in made.facts)


@pytest.mark.parametrize("added", ["crawler/analyzers/sums.py"], indirect=True)
def test_the_analyzer_runs_last_and_its_facts_are_not_doubled_by_another_analysis(added: ModuleType) -> None:
    assert adding.analyzers()[-1].module is added
    once = adding.add(Record("t", "https://paper.example/1", "星河智算完成8亿元融资。"))
    again = adding.add(adding.bare(once))
    assert [fact.value for fact in once.facts if fact.kind == "sum"] == ["8亿元"]
    assert again == once


@pytest.mark.parametrize("added", ["jobs/channels/note.py"], indirect=True)
def test_the_channel_sends(added: ModuleType) -> None:
    posted: list[tuple[str, dict[str, Any]]] = []

    async def post(url: str, **rest: Any) -> Reply:
        posted.append((url, rest))
        return Reply(503 if len(posted) > 1 else 200, b"thanks")

    channel = channel_for("note://paper.example/desk")
    assert channel.shown == "note://paper.example/desk"
    message = Message(1, "key-1", "r", "江湾市的新试点")
    receipts = [asyncio.run(channel.send(message, post)) for _ in range(2)]  # type: ignore[arg-type]
    assert [(receipt.accepted, receipt.permanent) for receipt in receipts] == [(True, False), (False, False)]
    assert posted[0][0] == "https://paper.example/desk"
    assert posted[0][1]["headers"] == {"Idempotency-Key": "key-1"}
    assert "江湾市的新试点" in posted[0][1]["body"].decode()
