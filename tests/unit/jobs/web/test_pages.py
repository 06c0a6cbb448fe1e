"""What every page and every endpoint owes its reader: roles, refusals with a sentence, answers that need not be loaded twice."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from jobs.services.readers import people
from jobs.web.access import COOKIE, UNSAFE, Parts
from jobs.web.app import create, routes
from jobs.web.screens import API, Screen
from storage.db.database import Database
from storage.db.errors import TooSlow
from tests import press
from tests.web_client import Browser

ROLES = ("viewer", "editor", "owner")
PASSWORD = "four quiet boats at noon"
PASSWORDS = ("/login", "/accounts/ClientLogin", "/api/greader.php/accounts/ClientLogin")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    db = press.opened(tmp_path_factory.mktemp("pages") / "zhixun.db")
    yield db
    db.close()


@pytest.fixture
def browser(app: FastAPI) -> Browser:
    return Browser(app)


# ---- who may what


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FastAPI, dict[str, str]]]:
    """An archive with a person of each role, and the secret of a session of each."""
    db = press.opened(tmp_path_factory.mktemp("team") / "zhixun.db")
    parts: Parts = press.parts(db)
    secrets = {}
    for role in reversed(ROLES):
        db.write_now(lambda s, role=role: people.add(s, 0, f"{role}-one", password=PASSWORD, role=role, now=press.NOW))
        came = people.sign_in(db, parts.tries, f"{role}-one", PASSWORD, address="127.0.0.1", agent="", now=press.NOW)
        secrets[role] = came.secret
    yield create(parts), secrets
    db.close()


def _table() -> list[tuple[str, str, str]]:
    """(method, path, role that it needs) of every route; ids are filled in."""
    filled = {"number": "1", "story": "1", "name": "app.css"}
    found = []
    for route in routes():
        path = route.path
        for name, value in filled.items():
            path = path.replace("{" + name + "}", value)
        found += [(method, path, route.role) for method in route.methods]
    return found


def test_every_route_says_which_role_it_needs() -> None:
    assert {route.role for route in routes()} == {"anyone", *ROLES}


@pytest.mark.parametrize("role", ["", *ROLES])
@pytest.mark.parametrize(("method", "path", "needs"), _table())
def test_a_route_lets_in_who_has_its_role_and_nobody_else(
    team: tuple[FastAPI, dict[str, str]], method: str, path: str, needs: str, role: str
) -> None:
    if path in ("/api/v1/events", "/logout") or path in PASSWORDS:
        return  # has no end; ends the session of all that follow; tells people apart by passwords
    app, secrets = team
    browser = Browser(app)
    if role:
        browser.cookies.set(COOKIE, secrets[role])
        browser.get("/")
    answer = browser.ask(method, path, headers={"x-form-token": browser.token})
    allowed = needs == "anyone" or (role in ROLES and ROLES.index(role) >= ROLES.index(needs))
    if not role and needs != "anyone":
        for_programs = path.startswith(("/api/", "/reader/"))
        told = answer.status_code == 401 if for_programs else answer.headers.get("location", "").startswith("/login")
        assert told or (answer.status_code == 403 and method in UNSAFE)
    elif allowed:
        assert answer.status_code not in (401, 403) or (not role and method in UNSAFE)
    else:
        assert answer.status_code == 403


@pytest.mark.parametrize("role", ["viewer", "editor"])
def test_nobody_is_offered_a_form_that_he_may_not_send(team: tuple[FastAPI, dict[str, str]], role: str) -> None:
    browser = Browser(team[0])
    browser.cookies.set(COOKIE, team[1][role])
    more = (
        "/rules/大模型",
        "/sources/江湾科技网",
        "/records/4",
        "/alerts/0002",
        "/?tab=all",
        "/verdicts?record=1",
        "/search?q=大模型",
    )
    offered = {
        unquote(action)
        for path in (*more, *(path for method, path, _ in _table() if method == "GET" and not path.startswith("/api/v1/events")))
        for action in re.findall(r'<form method="post" action="([^"]+)"', browser.get(path).text)
    }
    assert {"/stories/read", "/preferences", "/tokens"} <= offered
    for action in offered:
        routed = [route for route in routes() if "POST" in route.methods and route.path_regex.match(action)]
        needs = routed[0].role
        assert needs == "anyone" or ROLES.index(role) >= ROLES.index(needs), action


@pytest.mark.parametrize(
    ("method", "path"), [(method, path) for method, path, _ in _table() if method in UNSAFE and not path.endswith("/ClientLogin")]
)
def test_what_changes_something_needs_the_token_of_a_form(browser: Browser, method: str, path: str) -> None:
    answer = browser.ask(method, path, headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "stale_form")


def test_a_session_that_is_not_known_is_a_stranger(team: tuple[FastAPI, dict[str, str]]) -> None:
    browser = Browser(team[0])
    browser.cookies.set(COOKIE, "made up")
    assert browser.get("/").headers["location"] == "/login?back=%2F"


def test_a_token_that_is_not_known_lets_nobody_in_even_without_people(browser: Browser) -> None:
    answer = browser.get("/api/v1/today", headers={"authorization": "Bearer zx_nothing"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unknown_token")


# ---- whom we answer, and from where


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8480", "", "[::1", "zhixun"])
def test_a_host_name_that_is_not_ours_is_refused(browser: Browser, host: str) -> None:
    assert browser.get("/", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("host", ["127.0.0.1:8480", "localhost", "localhost:99", "[::1]:8480"])
def test_this_machine_is_ours(browser: Browser, host: str) -> None:
    assert browser.get("/", headers={"host": host}).status_code == 200


def test_an_address_is_ours_and_asks_who_one_is(browser: Browser) -> None:
    assert browser.get("/", headers={"host": "10.1.2.3"}).headers["location"] == "/login?back=%2F"


def test_a_name_of_the_configuration_is_ours(archive: Database) -> None:
    config = press.CONFIG.model_copy(update={"web_names": ("news.example.org",)})
    browser = Browser(create(press.parts(archive, config)))
    assert browser.get("/login", headers={"host": "News.example.org"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [{"origin": "http://evil.example"}, {"origin": "null"}, {"origin": "http://127.0.0.1:1"}, {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}],
)  # fmt: skip
def test_a_form_of_another_site_changes_nothing(browser: Browser, headers: dict[str, str]) -> None:
    browser.get("/")
    answer = browser.ask("POST", "/stories/1/star", data={"token": browser.token}, headers=headers)
    assert answer.status_code == 403
    assert not browser.get("/api/v1/today?tab=starred").json()["entries"]


def test_every_answer_forbids_what_is_not_ours(browser: Browser) -> None:
    for path in ("/", "/nothing", "/api/v1/today", "/static/app.css", "/records/999"):
        headers = browser.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
        assert "require-trusted-types-for 'script'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert "noindex" in headers["x-robots-tag"]


def test_no_template_and_no_script_goes_round_what_protects_the_reader() -> None:
    for file in (Path(create.__code__.co_filename).parent / "templates").glob("*.html"):
        text = file.read_text("utf-8")
        if file.name == "week_alone.html":  # is shown by itself, so it brings its style, which is ours and nobody's words
            text = text.replace("<style>{{ style }}</style>", "", 1)
        assert not any(bad in text for bad in ("|safe", "| safe", "autoescape", " style=", " onclick", "javascript:", "<style"))
        assert text.count("<script") == (1 if file.name == "base.html" else 0)
    script = (Path(create.__code__.co_filename).parent / "static/app.js").read_text("utf-8")
    assert not any(bad in script for bad in ("innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", "document.write"))


# ---- refusals


@pytest.mark.parametrize("path", ["/records/999", "/records/abc", "/records/0", "/records/99999999999999999999", "/nothing"])
def test_what_is_not_there_is_404_with_a_sentence(browser: Browser, path: str) -> None:
    page = browser.get(path)
    assert page.status_code == 404
    assert "To Today" in page.text
    error = browser.get("/api/v1" + path).json()["error"]
    assert error["message"].strip()
    assert set(error) == {"code", "message", "where", "did_you_mean"}


@pytest.mark.parametrize(
    ("query", "where", "cure"),
    [
        ("tab=unraed", "tab", "must be one of 'unread', 'all', 'starred' or 'mine'"),
        ("limit=0", "limit", "at least 1"),
        ("limit=101", "limit", "at most 100"),
        ("limit=many", "limit", "whole number"),
        ("after=yesterday", "after", "take it from the answer before"),
        ("limits=5", "limits", "there is no such parameter"),
    ],
)
def test_a_wrong_parameter_is_400_and_named_with_its_cure(browser: Browser, query: str, where: str, cure: str) -> None:
    answer = browser.get(f"/api/v1/today?{query}")
    assert (answer.status_code, answer.json()["error"]["where"]) == (400, where)
    assert cure in answer.json()["error"]["message"]
    assert browser.get(f"/?{query}").status_code == 400


def test_every_question_refuses_a_parameter_that_nobody_reads(app: FastAPI) -> None:
    answers = (
        route for route in routes() if route.methods == {"GET"} and route.path.startswith(API) and "events" not in route.path
    )
    for route in answers:
        path = re.sub(r"{form}", "markdown", re.sub(r"{name}", "2026-W48", re.sub(r"{\w+}", "1", route.path)))
        answer = Browser(app).get(f"{path}?unread=1")
        assert (answer.status_code, answer.json()["error"]["where"]) == (400, "unread"), path


LISTS = ("records?", "records?q=a&", "today?", "stories?", "trends/events?")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/alerts?after=99999999999999999999", 404),
        ("/alerts/ZZZZZZZZZZZZZZZZ", 404),
        ("/verdicts?record=99999999999999999999", 404),
        ("/trends/events?type=funding&company=99999999999999999999", 404),
        ("/alerts?from=2026-11-24", 200),
        ("/alerts?from=2026-11-24T08:00:00Z", 200),
        ("/alerts?since=2026-11-24", 400),
        ("/records?since=0001-01-01&until=9999-12-31", 200),
        ("/records?q=published:>=0001-01-01", 200),
        ("/facets?until=9999-12-31", 200),
        ("/trends/events?since=0001-01-01&until=9999-12-31", 200),
        ("/week/9999-W52", 404),
        ("/week/0001-W01", 404),
        *((f"/{path}after={at}999999999999999999-1", 400) for path in LISTS for at in ("", "-")),
    ],
)
def test_a_number_or_a_time_is_read_or_refused(browser: Browser, path: str, status: int) -> None:
    assert browser.get(f"/api/v1{path}").status_code == status


def test_alerts_are_those_raised_since_a_moment(browser: Browser) -> None:
    every = browser.get("/api/v1/alerts").json()["alerts"]
    middle = every[len(every) // 2]["created_at"]
    for moment in (
        middle,
        f"{datetime.fromisoformat(middle).astimezone(press.CONFIG.zone).replace(tzinfo=None):%Y-%m-%dT%H:%M:%S.%f}",
    ):
        found = browser.get("/api/v1/alerts", params={"from": moment}).json()["alerts"]
        assert [one["id"] for one in found] == [one["id"] for one in every if one["created_at"] >= middle] != []


def test_a_mistyped_parameter_is_told_what_was_meant(browser: Browser) -> None:
    assert browser.get("/api/v1/today?limits=5").json()["error"]["did_you_mean"] == "limit"


def test_a_body_is_bounded(browser: Browser) -> None:
    browser.get("/")
    assert browser.ask("POST", "/stories/read", content=b"x" * 2_000_000).status_code == 413


def test_what_breaks_in_here_is_a_page_and_not_told_to_strangers(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.services.readers.reading.inbox", lambda *_a: 1 / 0)
    answer = Browser(app).get("/")
    assert answer.status_code == 500
    assert "division" not in answer.text


def test_a_slow_question_is_stopped_and_says_so(app: FastAPI, archive: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_args: object) -> None:
        raise TooSlow("too slow")

    monkeypatch.setattr("jobs.services.readers.reading.inbox", slow)
    assert Browser(app).get("/api/v1/today").status_code == 503


# ---- answers


def test_a_page_that_did_not_change_is_not_sent_again(browser: Browser) -> None:
    for path in ("/records/1", "/api/v1/records/1"):
        first = browser.get(path)
        again = browser.get(path, headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_pages_are_in_the_language_of_the_browser_or_the_chosen_one(browser: Browser) -> None:
    assert "要素" in browser.get("/records/1", headers={"accept-language": "zh-CN,zh;q=0.9"}).text
    browser.get("/records/1")
    browser.send("/preferences", language="zh")
    assert 'lang="zh-Hans"' in browser.get("/records/1").text


def test_a_chosen_look_is_kept(browser: Browser) -> None:
    browser.get("/")
    browser.send("/preferences", theme="dark")
    assert 'data-theme="dark"' in browser.get("/").text


@pytest.mark.parametrize("referer", ["http://evil.example/x", "http://127.0.0.1:8480//evil.example", ""])
def test_a_form_leads_nowhere_but_to_a_page_of_ours(browser: Browser, referer: str) -> None:
    browser.get("/")
    answer = browser.ask("POST", "/preferences", data={"token": browser.token, "theme": "auto"}, headers={"referer": referer})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_the_api_describes_itself(browser: Browser) -> None:
    described = browser.get("/api/v1/openapi.json").json()
    assert "/api/v1/records/{number}" in described["paths"]
    assert all(path.startswith("/api/v1/") for path in described["paths"])


def test_the_description_says_what_is_answered_and_what_a_refusal_looks_like(browser: Browser) -> None:
    answers = browser.get("/api/v1/openapi.json").json()["paths"]["/api/v1/stories/{story}"]["get"]["responses"]
    schemas = {state: answer["content"]["application/json"]["schema"] for state, answer in answers.items() if state != "422"}
    named = {state: schema["$ref"].rpartition("/")[2] for state, schema in schemas.items()}
    assert named == {"200": "StoryPage", **dict.fromkeys(("400", "401", "403", "404", "503"), "ErrorAnswer")}


def test_a_route_is_built_once_when_it_is_first_asked(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[str] = []

    def noted(path: str, *given: Any, **more: Any) -> APIRoute:
        built.append(path)
        return APIRoute(path, *given, **more)

    def high_water(hour: int) -> dict[str, int]:
        return {"high": hour}

    monkeypatch.setattr("jobs.web.screens.APIRoute", noted)
    tides = Screen("tides")
    tides.route("GET", "/tides/{hour}", high_water, "anyone", answers=dict[str, int])
    app.router.routes += tides.routes
    browser = Browser(app)
    assert built == []
    assert [browser.get(f"/tides/{hour}").json() for hour in (6, 18)] == [{"high": 6}, {"high": 18}]
    assert built == ["/tides/{hour}"]
    assert (browser.get("/tides/noon").status_code, browser.ask("POST", "/tides/6").status_code) == (404, 405)
