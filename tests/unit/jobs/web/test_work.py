"""The screens on which people work: search, rules, sources, deliveries, trends, the week."""

import csv
import html
import io
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, quote_plus

import httpx
import openpyxl
import pytest

from crawler.record import Record
from jobs.config.load import load
from jobs.formats import opml, pdf
from jobs.web.access import Parts
from jobs.web.app import create, routes
from jobs.web.pages.sources import DISCOVERIES
from jobs.web.render import OWN, page_of
from jobs.web.screens import API
from storage.db.database import Database, open_database
from storage.queue import leases, workers
from storage.queue.workers import DEAD_AFTER, Worker
from storage.rules.parser import MAX_LENGTH, MAX_NODES
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
    db = press.opened(tmp_path / "z.db")
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


def test_a_search_is_narrowed_by_what_its_records_have(desk: Desk) -> None:
    found = desk.get("/api/v1/facets?q=大模型 OR LLM").json()
    assert found["exact"]
    [value, *_] = [one for one in found["kinds"]["source"] if one["to"]]
    page = desk.get("/search/facets?q=大模型 OR LLM").text
    assert f"q={quote_plus(value['to']['query'])}" in page
    assert 'href="/search/facets?q=' in desk.get("/search?q=大模型 OR LLM").text
    hits = desk.get("/api/v1/records", params={"q": value["to"]["query"], "limit": 100}).json()["hits"]
    assert len(hits) == value["value"]["count"]
    assert desk.get("/search/facets?q=(").status_code == 400
    assert desk.get("/api/v1/facets?since=2027-01-01").json()["kinds"] == {}


def test_a_language_is_called_by_its_name(desk: Desk) -> None:
    assert ">Chinese<" in desk.get("/search/facets").text
    assert ">中文<" in desk.get("/search/facets", headers={"accept-language": "zh"}).text


def rows(answer: httpx.Response) -> list[list[str]]:
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(answer.text)))


def test_a_list_is_a_sheet_too_and_says_where_it_goes_on(desk: Desk) -> None:
    first = desk.get("/api/v1/records.csv?q=大模型&limit=2")
    heading, *found = rows(first)
    assert heading[:4] == ["id", "story", "title", "link"]
    assert len(found) == 2
    following = re.fullmatch(r'<(http://127.0.0.1:8480/api/v1/records.csv\?.*)>; rel="next"', first.headers["link"])
    assert following
    assert {row[0] for row in rows(desk.get(following[1]))[1:]}.isdisjoint(row[0] for row in found)
    assert desk.get("/api/v1/records.csv?limits=2").status_code == 400
    assert rows(desk.get("/api/v1/sources.csv?q=江湾"))[1][0] == "江湾科技网"
    heading, *sent = rows(desk.get("/api/v1/alerts.csv?state=dead"))
    assert (heading[0], sent[0][heading.index("state")]) == ("alert", "dead")
    assert sent[0][heading.index("raised")].endswith("+08:00")


def test_sources_leave_as_a_list_for_other_readers(desk: Desk) -> None:
    answer = desk.get("/api/v1/sources.opml")
    assert answer.headers["content-disposition"] == 'attachment; filename="sources.opml"'
    listed = [(one.title, one.url) for one in opml.read(answer.content).outlines]
    assert listed == [(row.name, row.url) for row in load(desk.file, os.environ).sources]


def test_no_cell_of_a_sheet_is_a_formula(tmp_path: Path) -> None:
    db = open_database(f"sqlite:///{tmp_path}/z.db")
    db.upgrade()
    title = '=HYPERLINK("http://evil.example";"大模型")'
    press.keep(db, Record(title, "https://p.example/1", f"大模型 {'wharf ' * 60}", first_seen=press.NOW, source="@x"), "1")
    browser = Browser(create(press.parts(db)))
    for path, place in (("records.csv", 2), ("alerts.csv", 4)):
        assert rows(browser.get(f"/api/v1/{path}"))[1][place] == f"'{title}"
    db.close()


def test_a_search_and_a_rule_have_addresses_for_a_feed_reader(desk: Desk) -> None:
    desk.get("/search?q=大模型")
    form = {"token": desk.token, "name": "大模型", "scope": "feed:*", "q": "大模型 OR LLM"}
    page = desk.ask("POST", "/tokens", data=form, headers={"origin": "https://127.0.0.1:8480"})
    found = re.findall(r"<code>https://127.0.0.1:8480(/feeds/[^<]+)</code>", page.text)
    assert len(found) == 2
    assert desk.get(html.unescape(found[0])).text.count("<entry>") >= 3
    desk.get("/rules/大模型")
    page = desk.send("/tokens", name="大模型", scope="feed:大模型")
    [atom, feed] = re.findall(r"<code>http://127.0.0.1:8480(/feeds/[^<]+)</code>", page.text)
    assert desk.get(feed).json()["title"] == "智讯 · 大模型"
    assert desk.get(atom.replace(".atom", ".atom?q=x")).status_code == 404
    assert "/feeds/" not in desk.send("/tokens", name="script", scope="read").text


# ---- rules


def test_a_rule_is_tried_as_it_is_written_and_compared_with_what_is_saved(desk: Desk) -> None:
    tried = desk.get("/api/v1/rules/大模型?query=芯片").json()
    assert tried["saved"] == "大模型 OR LLM"
    assert tried["trial"]["difference"]["only_in_old"]["count"] > 0
    assert desk.get("/api/v1/rules/大模型?days=7").json()["trial"]["matches"] > 0
    assert 'href="/rules/大模型?days=30"' in desk.get("/rules/大模型").text
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


def test_a_rule_is_shown_beside_a_file_that_is_broken_meanwhile(desk: Desk) -> None:
    kept = load(desk.file, os.environ)
    reader = Browser(create(Parts(desk.db, lambda: kept, desk.file, lambda: press.NOW)))
    whole = reader.get("/api/v1/rules/大模型").json()["version"]
    desk.file.write_text(CONFIG + "rules: [\n", "utf-8")
    assert reader.get("/api/v1/rules/大模型").json()["version"] not in (whole, "")


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


def test_a_refused_rule_is_shown_again_with_what_was_typed(desk: Desk) -> None:
    desk.get("/rules/new")
    typed = {"name": "融资", "query": "(融资 AND", "channels": "desk", "send": "hourly", "should_match": "完成A轮融资\n获得融资"}
    for path, said in (("/rules/new", "AND needs something"), ("/rules/大模型", "AND needs something")):
        page = desk.send(path, **typed)
        assert page.status_code == 400
        assert all(
            part in page.text for part in (said, ">(融资 AND</textarea>", 'value="hourly"', ">完成A轮融资\n获得融资</textarea>")
        )
    assert f'action="/rules/{quote("大模型")}"' in page.text
    assert desk.file.read_text("utf-8") == CONFIG
    assert desk.call("POST", "/rules", typed | {"channels": ["desk"]}).json()["error"]["code"] == "refused"


@pytest.mark.parametrize("name", ["芯片/算力", "AI/ML remove"])
def test_a_name_with_a_slash_leads_to_its_rule(desk: Desk, name: str) -> None:
    desk.get("/rules/new")
    assert desk.send("/rules/new", name=name, query="芯片", channels="desk").status_code == 200
    assert desk.get(f"/rules/{quote(name)}").status_code == 200
    assert desk.get(f"/api/v1/rules/{quote(name)}").json()["name"] == name
    assert desk.send(f"/rules/{quote(name)}", query="算力", channels="desk").status_code == 200
    assert desk.send(f"/rules/{quote(name)}/remove").headers["location"] == "/rules"
    assert desk.file.read_text("utf-8") == CONFIG


# ---- sources


@pytest.mark.parametrize(
    ("name", "status"),
    [("河湾: {url: http://169.254.169.254/}", 200), ("- &x [1]", 200), ("*x", 200), ("!!python/object:os.system", 200), ("'\"#", 200),
     ("yes", 200), ("123", 200), ("${HOME}", 200), ("a\n  url: http://evil.example/", 409), ("名\u2028字", 409)],
)  # fmt: skip
def test_a_name_is_a_name_in_the_file_whatever_it_looks_like(desk: Desk, name: str, status: int) -> None:
    desk.get("/sources/add")
    assert desk.call("POST", "/sources", {"name": name, "url": "https://3.example/feed"}).status_code == status
    added = load(desk.file, os.environ).sources[2:]
    assert [(row.name, row.url) for row in added] == ([(name, "https://3.example/feed")] if status == 200 else [])
    if status != 200:
        assert desk.file.read_text("utf-8") == CONFIG


@pytest.mark.parametrize("name", ["河湾: [x]", "*x", "'\"#", "yes"])
def test_a_rule_s_name_is_a_name_as_well(desk: Desk, name: str) -> None:
    desk.get("/rules/new?query=x")
    assert desk.send("/rules/new", name=name, query="融资", channels="desk").status_code == 200
    assert [row.name for row in load(desk.file, os.environ).rules] == ["大模型", name]


def test_no_more_than_three_sites_are_looked_at_at_once(desk: Desk) -> None:
    desk.get("/sources/add")
    for _ in range(3):
        assert DISCOVERIES.acquire(blocking=False)
    try:
        refused = desk.call("POST", "/sources/discover", {"url": "https://4.example/"})
    finally:
        for _ in range(3):
            DISCOVERIES.release()
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "busy")


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


def test_a_company_has_a_page_that_its_records_and_the_trends_lead_to(desk: Desk) -> None:
    number = desk.get("/api/v1/records/1").json()["companies"]["岚图汽车"]
    for path in ("/records/1", "/trends/share", "/trends?name=岚图汽车"):
        assert f'href="/companies/{number}"' in desk.get(path).text, path
    page = desk.get(f"/companies/{number}?days=7")
    assert "岚图汽车" in page.text
    found = desk.get(f"/api/v1/companies/{number}?days=7").json()
    query = {"q": found["company"]["company"]["query"], "since": found["since"], "until": found["until"], "limit": 100}
    hits = desk.get("/api/v1/records", params=query).json()["hits"]
    assert len({hit["record"]["story"] for hit in hits}) == found["company"]["stories"] > 0
    assert desk.get("/companies/999999").status_code == 404


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


def test_a_table_of_events_is_a_file_with_the_same_rows(desk: Desk) -> None:
    rows = desk.get("/api/v1/trends/events?type=release").json()["table"]["rows"]
    answer = desk.get("/api/v1/trends/events.csv?type=release")
    assert answer.headers["content-type"].startswith("text/csv")
    heading, *told = csv.reader(answer.text.splitlines())
    sheet = openpyxl.load_workbook(io.BytesIO(desk.get("/api/v1/trends/events.xlsx?type=release").content)).active
    for lines in (told, [list(line) for line in sheet.iter_rows(min_row=2, values_only=True)]):
        assert [int(line[heading.index("record")]) for line in lines] == [row["record"] for row in rows] != []
    assert "release" in desk.get("/trends/events?type=release&since=2026-11-24").text
    assert desk.get("/api/v1/trends/events?type=release&until=2026-11-20").json()["table"]["rows"] == []
    assert desk.get("/api/v1/trends/events.pdf").status_code == 404


def test_two_editors_of_a_week_do_not_write_over_each_other(desk: Desk) -> None:
    path = "/week/2026-W48/edits"
    seen = desk.get("/api/v1/week/2026-W48").json()["version"]
    assert f'name="version" value="{seen}"' in desk.get("/week/2026-W48?edit=true").text
    assert desk.send(path, intro="mine", version=seen).status_code == 303
    late = desk.send(path, intro="theirs", version=seen)
    assert (late.status_code, "<pre>theirs" in late.text, "<pre>mine" in late.text) == (409, True, True)
    assert desk.get("/api/v1/week/2026-W48").json()["intro"] == "mine"


def test_an_editor_edits_the_week_by_form_and_it_can_be_handed_on(desk: Desk) -> None:
    before = [one["record"] for one in desk.get("/api/v1/week/2026-W48").json()["top"]]
    assert "Leave out" in desk.get("/week/2026-W48?edit=true").text
    form = {
        "intro": "<b>Hello</b>",
        "records": before,
        "places": list(range(len(before), 0, -1)),
        "comments": ["", "odd", *[""] * (len(before) - 2)],
    }
    assert desk.send("/week/2026-W48/edits", **form, dropped=[before[0]]).status_code == 303
    shown = desk.get("/api/v1/week/2026-W48").json()
    assert [one["record"] for one in shown["top"]] == before[:0:-1]
    assert [one["comment"] for one in shown["top"] if one["comment"]] == ["odd"]
    assert len(desk.get("/api/v1/week/2026-W48?edit=true").json()["top"]) == len(before)
    said = desk.call("POST", "/week/2026-W48/freeze", {"days": 2}).json()["said"]
    desk.call("PUT", "/week/2026-W48/edits", {"intro": "later"})
    stranger = Browser(desk._app)
    page = stranger.get("/w/" + said.rpartition("/w/")[2])
    assert page.status_code == 200
    assert "&lt;b&gt;Hello" in page.text, "as it was when it was frozen, and as text"
    assert "later" not in page.text
    assert "大模型</h2>" not in page.text, "what rules there are is nobody else's business"
    assert "'sha256-" in page.headers["content-security-policy"]
    assert desk.call("POST", "/week/2026-W48/thaw").json()["said"] == "1 link was taken back."
    assert stranger.get("/w/" + said.rpartition("/w/")[2]).status_code == 404


def test_a_week_is_a_file_and_where_there_is_no_browser_the_pdf_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "<style>" in desk.get("/api/v1/week/2026-W48/html").text
    assert desk.get("/api/v1/week/2026-W48/markdown").text.startswith("# Week 2026-W48")
    monkeypatch.setattr("jobs.formats.pdf.chromium", lambda: None)
    answer = desk.get("/api/v1/week/2026-W48/pdf")
    assert answer.status_code == 400
    assert "none is installed here" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("log", "said"),
    [
        ("No usable sandbox! See https://browser.example\n#0 0x55d0 base::debug::StackTrace", "set crawl.sandbox: false"),
        ("[8:8:1201/04.3:ERROR:host/zygote_linux.cc:103] The disk is full.", "Chromium made no PDF: The disk is full."),
        ("", "Chromium made no PDF: –"),
    ],
)
def test_why_there_is_no_pdf_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, log: str, said: str) -> None:
    browser = tmp_path / "browser"
    browser.write_text(f"#!/bin/sh\ncat >&2 <<'END'\n{log}\nEND\nexit 1\n", "utf-8")
    browser.chmod(0o755)
    monkeypatch.setattr(pdf, "chromium", lambda: str(browser))
    with pytest.raises(pdf.NotPrinted, match=re.escape(said)):
        pdf.printed("<p>", sandbox=True)


@pytest.mark.parametrize(
    ("user", "sandbox", "without"), [(0, True, True), (0, False, True), (1000, True, False), (1000, False, True)]
)
def test_the_browser_of_a_pdf_has_its_sandbox_unless_root_or_the_configuration_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, user: int, sandbox: bool, without: bool
) -> None:
    browser = tmp_path / "browser"
    browser.write_text("#!/bin/sh\ncase $* in *--no-sandbox*) echo without >&2;; esac\n", "utf-8")
    browser.chmod(0o755)
    monkeypatch.setattr(pdf, "chromium", lambda: str(browser))
    monkeypatch.setattr("os.geteuid", lambda: user)
    with pytest.raises(pdf.NotPrinted) as caught:
        pdf.printed("<p>", sandbox=sandbox)
    assert ("without" in str(caught.value)) == without


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/stories/1/star", {"star": False}),
        ("PUT", "/stories/1/labels", {"label": ["x"]}),
        ("PUT", "/week/2026-W48/edits", {"introduction": "x"}),
        ("POST", "/rules/test", {"query": "芯片", "day": 3}),
        ("POST", "/tokens", {"name": "x", "scopes": "feed:*"}),
    ],
)
def test_a_key_of_a_body_that_nobody_reads_is_refused(desk: Desk, method: str, path: str, body: dict[str, object]) -> None:
    desk.get("/")
    answer = desk.call(method, path, body)
    assert (answer.status_code, answer.json()["error"]["where"]) == (400, list(body)[-1])


OF_OURS = ["new", "test", "add", "remove", "大模型/remove", "a/", "feeds/new", "a b/c?d#e%2F"]


@pytest.mark.parametrize("name", OF_OURS)
def test_a_rule_called_like_a_page_of_ours_has_its_own(desk: Desk, name: str) -> None:
    desk.get("/rules")
    given = {"name": name, "query": "芯片", "channels": ["desk"]}
    assert desk.call("POST", "/rules", given).status_code == 200
    assert f'href="/rules/{page_of(name)}"' in desk.get("/rules").text
    assert desk.get(f"/api/v1/rules/{page_of(name)}").json()["saved"] == "芯片"
    page = desk.get(f"/rules/{page_of(name)}").text
    change, *_, remove = re.findall(r'action="(/rules/[^"]*)"', page)
    assert desk.call("POST", f"/rules/{page_of(name)}", given | {"query": "晶圆"}).status_code == 200
    assert desk.send(change, query="晶圆厂", channels="desk").status_code == 200
    assert [rule.query for rule in load(desk.file, {}).rules if rule.name == name] == ["晶圆厂"]
    assert desk.send(remove).status_code == 303
    assert [rule.name for rule in load(desk.file, {}).rules] == ["大模型"]


@pytest.mark.parametrize("name", OF_OURS)
def test_a_source_called_like_a_page_of_ours_has_its_own(desk: Desk, name: str) -> None:
    desk.get("/sources")
    assert desk.call("POST", "/sources", {"url": "https://9.example/feed", "name": name}).status_code == 200
    assert f'href="/sources/{page_of(name)}"' in desk.get("/sources").text
    assert desk.get(f"/api/v1/sources/{page_of(name)}").json()["line"]["name"] == name
    assert desk.send(f"/sources/{page_of(name)}", enabled="false").status_code == 303
    assert [row.enabled for row in load(desk.file, {}).sources] == [True, True, False]


def test_each_word_that_stands_where_a_name_does_is_known(desk: Desk) -> None:
    known, words = routes(), set()
    for named in (route for route in known if route.path.removeprefix(API).startswith(("/rules/{", "/sources/{"))):
        words |= {named.path.rpartition("}")[2].strip("/")} | {
            other.path.rpartition("/")[2]
            for other in known
            if "{" not in other.path and other.methods & named.methods and named.path_regex.match(other.path)
        }
    assert words - {""} == set(OWN)


LONG = " OR ".join(["大模型", *(f"第{'一二三四五六七八九'[n % 9]}机构{n}号" for n in range(900))])[:MAX_LENGTH].rpartition(
    " OR "
)[0]


def test_a_query_of_the_longest_is_searched_tried_and_saved(desk: Desk) -> None:
    assert MAX_LENGTH - 20 < len(LONG) <= MAX_LENGTH
    assert len(desk.get("/api/v1/records", params={"q": LONG}).json()["hits"]) >= 3
    assert desk.get("/search", params={"q": LONG}).status_code == 200
    assert desk.get("/rules/大模型", params={"query": LONG}).status_code == 200
    assert desk.call("POST", "/rules/test", {"query": LONG, "rule": "大模型"}).status_code == 200
    assert desk.send("/rules/大模型", query=LONG, channels="desk").status_code == 200
    assert load(desk.file, {}).rules[0].query == LONG
    assert f'maxlength="{MAX_LENGTH}"' in desk.get("/rules/new").text
    refused = desk.call("POST", "/rules/大模型", {"query": LONG + LONG, "channels": ["desk"]})
    assert (refused.status_code, "at most" in refused.json()["error"]["message"]) == (400, True)


def test_a_rule_that_lists_more_keywords_than_a_query_may_have_is_tried_and_keeps_them(desk: Desk) -> None:
    words = ["大模型", *(f"机构{n}号" for n in range(MAX_NODES + 500))]
    listed = CONFIG.replace("query: '大模型 OR LLM'", f"keywords: [{', '.join(words)}]")
    desk.file.write_text(listed, "utf-8")
    page = desk.get("/rules/大模型?days=7").text
    assert "What it would have sent" in page
    assert '<input type="hidden" name="query"' not in page, "the trial of what is saved needs no query in its address"
    saved = desk.get("/api/v1/rules/大模型").json()["saved"]
    assert desk.call("POST", "/rules/test", {"query": saved, "rule": "大模型"}).status_code == 200
    assert desk.call("POST", "/rules/大模型", {"query": saved, "channels": ["desk"], "send": "hourly"}).status_code == 200
    (rule,) = load(desk.file, {}).rules
    assert (rule.keywords, rule.query, str(rule.send)) == (tuple(words), None, "hourly")
