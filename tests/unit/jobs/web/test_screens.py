"""The screens: one entry a story, marks by form and by API, proof beside each value, who told a story first."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI

from crawler.record import Record
from jobs.web.app import create, screens
from storage.archive import articles
from storage.db.database import Database, open_database
from tests import press
from tests.web_client import Browser

HERE = Path(create.__code__.co_filename).parent
QUAY = " ".join(f"pier{n}" for n in range(80))


@pytest.fixture
def browser(app: FastAPI) -> Browser:
    browser = Browser(app)
    browser.get("/")
    return browser


def stories(browser: Browser, query: str = "") -> list[int]:
    return [entry["story"] for entry in browser.get(f"/api/v1/today{query}").json()["entries"]]


# ---- today


def test_today_has_one_entry_a_story_with_every_rule_that_it_matters_to(browser: Browser) -> None:
    entries = browser.get("/api/v1/today").json()["entries"]
    assert [entry["story"] for entry in entries] == [9, 8, 7, 3, 2, 1]
    assert [hit["rule"] for hit in entries[2]["rules"]] == ["大模型", "融资与芯片"]
    assert entries[-1]["others"] == 1  # the reprint is no entry of its own


def test_today_says_what_was_watched(browser: Browser) -> None:
    said = {"records": 9, "alerts": 8, "watched": 5, "well": 4, "gaps": 0, "failed": 1}
    assert browser.get("/api/v1/today").json()["coverage"] == said
    assert "4 of 5 sources well" in browser.get("/").text


def test_what_is_read_leaves_the_unread_and_stays_in_all(browser: Browser) -> None:
    browser.send("/stories/read", stories="9")
    assert stories(browser) == [8, 7, 3, 2, 1]
    assert stories(browser, "?tab=all") == [9, 8, 7, 3, 2, 1]
    assert browser.call("PUT", "/stories/read", {"stories": [9], "read": False}).status_code == 200
    assert stories(browser)[0] == 9


def test_several_are_marked_at_once_and_the_page_says_so(browser: Browser) -> None:
    answer = browser.send("/stories/read", stories=["9", "8"])
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "2 stories marked as read." in browser.get("/").text
    assert "2 stories marked as read." not in browser.get("/").text


def test_a_star_is_set_and_taken_by_form_and_by_api(browser: Browser) -> None:
    browser.send("/stories/7/star", starred="true")
    assert stories(browser, "?tab=starred") == [7]
    browser.call("PUT", "/stories/7/star", {"starred": False})
    assert stories(browser, "?tab=starred") == []


@pytest.mark.parametrize("path", ["/stories/99/star", "/stories/abc/star"])
def test_a_mark_on_nothing_is_refused(browser: Browser, path: str) -> None:
    assert browser.call("PUT", path, {"starred": True}).status_code == 404


def test_the_pages_of_a_list_hold_all_of_it_once(browser: Browser) -> None:
    seen, after = [], ""
    while after is not None:
        page = browser.get(f"/api/v1/today?limit=2{after and '&after=' + after}").json()
        seen += [entry["story"] for entry in page["entries"]]
        after = page["next"]
    assert seen == [9, 8, 7, 3, 2, 1]
    assert 'rel="next"' in browser.get("/?limit=2").text


def test_a_list_can_be_that_of_a_rule(browser: Browser) -> None:
    assert stories(browser, "?rule=融资与芯片") == [9, 7, 3, 2]


def test_an_empty_archive_says_what_comes(tmp_path: Path) -> None:
    db = open_database(f"sqlite:///{tmp_path}/empty.db")
    db.upgrade()
    assert "Nothing has come in yet" in Browser(create(press.parts(db))).get("/").text
    db.close()


def test_a_database_that_is_not_ready_is_a_sentence(tmp_path: Path) -> None:
    db = open_database(f"sqlite:///{tmp_path}/none.db")
    answer = Browser(create(press.parts(db))).get("/api/v1/today")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "no_archive")
    db.close()


# ---- a record


def test_the_twin_of_a_record_has_its_keys(browser: Browser) -> None:
    record = browser.get("/api/v1/records/1").json()["record"]
    assert record["title"] == "星河智算发布“岚图”大模型，推理成本下降七成"
    assert record["published"].endswith("+08:00")
    assert {"keywords", "ai_technologies", "industries", "companies", "events", "facts", "story"} <= record.keys()


def test_each_value_of_a_record_has_its_proof(browser: Browser) -> None:
    values = browser.get("/api/v1/records/1").json()["values"]
    assert {field: bool(found) for field, found in values.items()} == dict.fromkeys(values, True)
    assert all(one["places"] or one["elsewhere"] for found in values.values() for one in found)


def test_a_record_says_why_it_was_told_and_what_became_of_it(browser: Browser) -> None:
    [telling] = browser.get("/api/v1/records/2").json()["tellings"]
    assert telling["alert"]["rule"] == "融资与芯片"
    assert telling["why"]["explanation"]["matched"]
    page = browser.get("/records/2").text
    assert "the token is not known" in page
    assert 'data-of="why-2"' in page  # the matches are marked in the text


def test_a_reprint_says_whose_text_it_is(browser: Browser) -> None:
    found = browser.get("/api/v1/records/4").json()
    assert found["reprint_of"] == 1
    assert 'href="/records/1"' in browser.get("/records/4").text


def test_what_was_changed_stands_below_the_text(archive: Database, browser: Browser) -> None:
    first = Record("Pier opens", "https://p.example/1", f"{QUAY}. It has four gates. It opens in May.", published=press.NOW, first_seen=press.NOW)  # fmt: skip
    number = press.keep(archive, first, "p1").article_id
    second = replace(first, text=first.text.replace("four gates", "five gates"))
    archive.write_now(lambda s: articles.store(s, second, key="p1", now=press.NOW + timedelta(hours=1)))
    [change] = browser.get(f"/api/v1/records/{number}").json()["changes"]
    assert {"how": "gone", "text": "It has four gates."} in change["lines"]
    assert "<ins>It has five gates.</ins>" in browser.get(f"/records/{number}").text


# ---- a story


def test_a_story_says_who_told_it_first_and_who_later(browser: Browser) -> None:
    told = browser.get("/api/v1/stories/1").json()["told"]
    assert [(one["record"], one["after"], one["reprint_of"]) for one in told["tellers"]] == [(1, "PT0S", None), (4, "PT2H15M", 1)]
    assert browser.get("/api/v1/stories/4").json()["told"]["story"] == 1  # by any of its records


def test_a_story_shows_the_figures_that_the_first_has_not(archive: Database, browser: Browser) -> None:
    at = {"published": press.NOW, "first_seen": press.NOW}
    later = {"published": press.NOW + timedelta(hours=3), "first_seen": press.NOW}
    english = f"Quay Labs raised $30 million for its cranes. {QUAY}"
    chinese = f"码头实验室宣布融资3000万美元，公司估值4.5亿美元。{'栈桥' * 40}"
    first = Record("Quay Labs raises $30 million", "https://a.example/q", english, language="en", publisher="A", **at)
    other = Record("码头实验室融资三千万美元", "https://b.example/q", chinese, language="zh", publisher="B", **later)
    one, two = (press.keep(archive, record, key).article_id for record, key in ((first, "qa"), (other, "qb")))
    assert browser.send(f"/stories/{one}/join", other=str(two)).headers["location"] == f"/stories/{one}"
    told = browser.get(f"/api/v1/stories/{one}").json()["told"]
    assert [teller["own"] for teller in told["tellers"]] == [[], ["4.5亿美元"]]
    assert (told["languages"], told["lag"]) == ({"en": 1, "zh": 1}, "PT3H")
    assert [name for name, _ in browser.get(f"/api/v1/stories/{one}").json()["lanes"]["lanes"]] == ["en", "zh", "alerts"]


def test_a_split_raises_the_alert_that_was_withheld(browser: Browser) -> None:
    answer = browser.send("/records/4/split")
    assert answer.headers["location"] == "/stories/4"
    assert 4 in stories(browser)
    assert browser.send("/records/4/split").status_code == 400  # it is the first of its story now


def test_all_stories_are_there_whether_a_rule_told_them_or_not(browser: Browser) -> None:
    found = browser.get("/api/v1/stories?limit=4").json()
    assert [entry["story"] for entry in found["entries"]] == [10, 9, 8, 7]
    rest = browser.get(f"/api/v1/stories?after={found['next']}").json()
    assert [entry["story"] for entry in rest["entries"]] == [6, 5, 3, 2, 1]
    assert rest["next"] is None


# ---- every screen


def test_a_screen_is_found_by_its_file() -> None:
    assert {file.stem for file in (HERE / "pages").glob("*.py")} - {"__init__"} == set(screens())


def test_what_a_browser_loads_stays_small() -> None:
    assert len((HERE / "static/app.css").read_text("utf-8").splitlines()) <= 300
    assert len((HERE / "static/app.js").read_text("utf-8").splitlines()) <= 300


def test_our_files_are_kept_by_the_browser_under_an_address_that_changes_with_them(browser: Browser) -> None:
    page = browser.get("/").text
    address = page.split('<link rel="stylesheet" href="')[1].split('"')[0]
    assert "immutable" in browser.get(address).headers["cache-control"]
    assert browser.get("/static/../app.py").status_code == 404


def test_a_head_is_answered_as_a_get(browser: Browser) -> None:
    assert browser.ask("HEAD", "/records/1").headers["etag"] == browser.get("/records/1").headers["etag"]
