"""The screens on which people work: search, rules, sources, deliveries, trends, the week."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from jobs.config.load import load
from jobs.web.access import Parts
from jobs.web.app import create
from storage.db.database import Database, open_database
from storage.queue import leases, workers
from storage.queue.workers import DEAD_AFTER, Worker
from tests import press
from tests.web_client import Browser

CONFIG = """\
database: sqlite:///z.db
timezone: Asia/Shanghai
sources:
  - name: 江湾科技网   # the first
    url: https://1.example/feed
  - name: 滨江智能报
    url: https://2.example/feed
rules:
  - name: 大模型   # kept
    query: '大模型 OR LLM'
    channels: [desk]
    should_match: [大模型发布]
channels:
  - name: desk
    url: console://
"""


class Desk(Browser):
    """A reader, and the file that he changes."""

    file: Path
    db: Database


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    file = tmp_path / "config.yaml"
    file.write_text(CONFIG, "utf-8")
    db = open_database(f"sqlite:///{tmp_path}/z.db")
    db.upgrade()
    press.fill(db)
    found = Desk(create(Parts(db, lambda: load(file, os.environ), file, lambda: press.NOW)))
    found.file, found.db = file, db
    yield found
    db.close()


# ---- search


def test_a_search_marks_the_place_and_goes_on(desk: Desk) -> None:
    page = desk.get("/search?q=大模型&limit=2")
    assert "<mark>大模型</mark>" in page.text
    assert "/rules/new?query=" in page.text
    first = desk.get("/api/v1/records?q=大模型&limit=2").json()
    rest = desk.get(f"/api/v1/records?q=大模型&limit=100&after={first['next']}").json()
    numbers = [hit["record"]["id"] for hit in (*first["hits"], *rest["hits"])]
    assert len(numbers) == len(set(numbers)) >= 3
    assert set(first["hits"][0]["record"]) >= {"title", "link", "text", "keywords", "ai_technologies", "industries", "events"}


def test_without_a_query_all_is_there_and_days_bound_it(desk: Desk) -> None:
    everything = desk.get("/api/v1/records?limit=100").json()["hits"]
    assert len(everything) == 10
    assert desk.get("/api/v1/records?until=2026-11-23").json()["hits"] == []
    assert len(desk.get("/api/v1/records?since=2026-11-24&until=2026-11-24&limit=100").json()["hits"]) == 10


def test_a_mistake_in_a_query_is_shown_at_its_place(desk: Desk) -> None:
    page = desk.get("/search?q=(大模型")
    assert page.status_code == 400
    assert 'class="mistake"' in page.text
    said = desk.get("/api/v1/records?q=(大模型").json()["error"]
    assert said["code"] == "bad_query"
    assert isinstance(said["where"], int)


def test_a_cursor_that_is_none_is_named(desk: Desk) -> None:
    assert desk.get("/api/v1/records?q=大模型&after=x").json()["error"]["where"] == "after"


# ---- rules


def test_a_rule_is_tried_as_it_is_written_and_compared_with_what_is_saved(desk: Desk) -> None:
    tried = desk.get("/api/v1/rules/大模型?query=芯片").json()
    assert tried["saved"] == "大模型 OR LLM"
    assert tried["trial"]["difference"]["only_in_old"]["count"] > 0
    desk.get("/rules/大模型")
    assert (
        "What it would have sent"
        in desk.ask("POST", "/rules/test", data={"token": desk.token, "query": "芯片", "rule": "大模型"}).text
    )
    assert desk.call("POST", "/rules/test", {"query": "("}).status_code == 400


def test_a_rule_is_saved_with_the_comments_of_the_file(desk: Desk) -> None:
    version = desk.get("/api/v1/rules/大模型").json()["version"]
    desk.get("/rules/大模型")
    page = desk.send("/rules/大模型", query="大模型", channels="desk", should_match="大模型发布", version=version)
    assert page.status_code == 200
    assert "大模型   # kept\n    query: '大模型'" in desk.file.read_text("utf-8")
    assert desk.get("/api/v1/rules/大模型").json()["saved"] == "大模型"


def test_a_file_that_was_changed_meanwhile_is_not_overwritten(desk: Desk) -> None:
    version = desk.get("/api/v1/rules/大模型").json()["version"]
    changed = CONFIG.replace("# the first", "# somebody else was here")
    desk.file.write_text(changed, "utf-8")
    desk.get("/rules/大模型")
    refused = desk.call("POST", "/rules/大模型", {"query": "LLM", "channels": ["desk"], "version": version})
    assert refused.status_code == 409
    assert "somebody else was here" in refused.json()["error"]["theirs"]
    assert "LLM" in refused.json()["error"]["mine"]
    assert desk.file.read_text("utf-8") == changed


@pytest.mark.parametrize(
    ("given", "says"),
    [({"query": "芯片"}, "大模型发布"), ({"query": "(("}, ""), ({"query": "LLM", "channels": ["nowhere"]}, "nowhere"), ({"query": "LLM", "send": "yearly"}, "yearly")],
)  # fmt: skip
def test_what_does_not_prove_is_refused_with_its_reason(desk: Desk, given: dict[str, object], says: str) -> None:
    desk.get("/rules/大模型")
    body = {"channels": ["desk"], "should_match": "大模型发布", **given}
    refused = desk.call("POST", "/rules/大模型", body)
    assert refused.status_code == 400
    assert says in refused.json()["error"]["message"]
    assert desk.file.read_text("utf-8") == CONFIG


def test_a_new_rule_and_its_end(desk: Desk) -> None:
    desk.get("/rules/new?query=融资")
    assert desk.send("/rules/new", name="融资", query="融资", channels="desk").status_code == 200
    assert desk.get("/rules/融资").status_code == 200
    assert desk.send("/rules/融资/remove").headers["location"] == "/rules"
    assert desk.file.read_text("utf-8") == CONFIG
    assert desk.send("/rules/new", name=" ", query="x").status_code == 400


# ---- sources


def test_a_source_in_trouble_comes_first_with_its_reason(desk: Desk) -> None:
    lines = desk.get("/api/v1/sources").json()["lines"]
    assert (lines[0]["name"], lines[0]["family"]) == ("滨江智能报", "down")
    assert "never worked" in desk.get("/sources?show=trouble").text
    assert desk.get("/api/v1/sources?q=江湾").json()["lines"][0]["name"] == "江湾科技网"
    assert desk.get("/sources/江湾科技网").status_code == 200
    assert desk.get("/sources/nobody").status_code == 404


def test_the_programs_that_watch_are_listed_with_what_each_does(desk: Desk) -> None:
    assert desk.get("/api/v1/sources").json()["workers"] == []
    assert "<h2>Workers" not in desk.get("/sources").text
    one = Worker("a", "wharf", "p", 1, ("fetch", "edit"), "9.8.7", 3, press.NOW, press.NOW, "2 polls late")
    gone = replace(one, id="b", host="<quay>", roles=("deliver",), config=None, beat_at=press.NOW - DEAD_AFTER)
    for worker in (one, gone):
        desk.db.write_now(lambda s, w=worker: workers.beat(s, w))
    desk.db.write_now(lambda s: leases.take(s, leases.EDIT, "a", press.NOW))
    first, second = desk.get("/api/v1/sources").json()["workers"]
    assert (first["host"], first["roles"], first["version"], first["config"]) == ("wharf", ["fetch", "edit"], "9.8.7", 3)
    assert (first["alive"], first["lag"], first["alone"]) == (True, "2 polls late", ["edit"])
    assert (second["alive"], second["alone"]) == (False, [])
    page = desk.get("/sources").text
    assert all(
        word in page for word in ("wharf", "fetch, edit", "9.8.7", "configuration 3", "2 polls late", "&lt;quay&gt;", "silent")
    )


def test_a_source_rests_and_works_again(desk: Desk) -> None:
    desk.get("/sources")
    desk.send("/sources/江湾科技网", enabled="false")
    assert "enabled: false" in desk.file.read_text("utf-8")
    assert "# the first" in desk.file.read_text("utf-8")
    assert desk.call("PATCH", "/sources/江湾科技网", {"enabled": True}).status_code == 200


def test_a_source_is_added_once(desk: Desk) -> None:
    desk.get("/sources/add")
    assert desk.send("/sources", name="新", url="https://9.example/feed").headers["location"] == "/sources"
    again = desk.call("POST", "/sources", {"name": "另一个", "url": "https://9.example/feed"})
    assert again.status_code == 409
    assert "新" in again.json()["error"]["message"]


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9/", "http://[::1]/", "http://169.254.169.254/latest", "http://localhost:1/"]
)
def test_private_addresses_are_not_looked_at(desk: Desk, address: str) -> None:
    desk.get("/sources/add")
    found = desk.call("POST", "/sources/discover", {"url": address})
    assert found.status_code in (200, 400)
    assert not found.json().get("found", {}).get("judged")
    assert "allow_networks" in found.text or "refused" in found.text or "private" in found.text


# ---- deliveries, trends, the week


def test_what_did_not_arrive_is_sent_again(desk: Desk) -> None:
    dead = desk.get("/api/v1/alerts?state=dead").json()["alerts"]
    assert len(dead) == 1
    desk.get("/deliveries")
    desk.send("/deliveries/retry")
    assert desk.get("/api/v1/alerts?state=dead").json()["alerts"] == []
    shown = desk.get("/alerts/0002")
    assert "the token is not known" in shown.text
    assert desk.get("/alerts/zzzzz").status_code == 404


def test_a_test_message_shows_what_the_channel_said(desk: Desk) -> None:
    desk.get("/deliveries")
    assert "accepted" in desk.call("POST", "/channels/desk/test").json()["said"]
    assert desk.call("POST", "/channels/nobody/test").status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/trends?name=LLM", "/trends/emerging", "/trends/bursts", "/trends/matrix", "/trends/share", "/trends/first", "/trends/events?type=release",
     "/trends/coverage?lang=zh", "/week", "/week/2026-W48"],
)  # fmt: skip
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_view_is_a_page_in_both_languages(desk: Desk, path: str, language: str) -> None:
    page = desk.get(path, headers={"accept-language": language})
    assert page.status_code == 200
    assert 'lang="zh-Hans"' in page.text if language == "zh-CN" else 'lang="en"' in page.text


def test_each_mark_of_a_line_leads_to_as_many_records(desk: Desk) -> None:
    [line] = desk.get("/api/v1/trends/attention?name=大语言模型&days=3").json()["lines"]
    for day in line["days"]:
        found = desk.get(
            "/api/v1/records", params={"q": line["concept"]["query"], "since": day["day"], "until": day["day"], "limit": 100}
        )
        assert len({hit["record"]["story"] for hit in found.json()["hits"]}) == day["stories"]
    assert sum(day["stories"] for day in line["days"]) > 0


def test_what_is_no_week_or_no_concept_is_404(desk: Desk) -> None:
    assert desk.get("/week/2026-W54").status_code == 404
    assert desk.get("/trends?name=nothing of the kind").status_code == 404
    assert desk.get("/api/v1/trends/events.csv").headers["content-type"].startswith("text/csv")
