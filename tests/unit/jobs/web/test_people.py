"""Signing in and out, tokens, and what the team does with stories, through the pages and through the API."""

import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from jobs import log
from jobs.services.readers import people, reading
from jobs.services.readers.reading import Wanted
from jobs.web.access import COOKIE, SAFE_COOKIE
from jobs.web.app import create
from storage.archive import queries
from storage.db.database import Database
from storage.people import audit
from tests import press
from tests.web_client import HOST, Browser

PASSWORD = "four quiet boats at noon"
HTTPS = {"origin": f"https://{HOST}"}


def team(db: Database, **roles: str) -> None:
    for name, role in {"lin": "owner", **roles}.items():
        db.write_now(lambda s, n=name, r=role: people.add(s, 0, n, password=PASSWORD, role=r, now=press.NOW))  # type: ignore[misc]


def login(browser: Browser, name: str, password: str = PASSWORD, **more: Any) -> Any:
    browser.get("/login")
    return browser.ask(
        "POST", "/login", data={"token": browser.token, "name": name, "password": password, **more.pop("form", {})}, **more
    )


def signed_in(app: FastAPI, name: str) -> Browser:
    browser = Browser(app)
    assert login(browser, name).status_code == 303
    browser.get("/")
    return browser


def stories(db: Database) -> list[int]:
    return [
        entry.story
        for entry in db.read(
            lambda s: reading.inbox(s, people.whose(s, "lin") if people.owner_exists(s) else people.whose(s), Wanted("all"))
        ).entries
    ]


# ---- signing in


def test_one_signs_in_reads_and_signs_out(app: FastAPI, archive: Database) -> None:
    team(archive)
    browser = Browser(app)
    assert browser.get("/records/1").headers["location"] == "/login?back=%2Frecords%2F1"
    back = browser.get("/search", params={"q": "大模型 OR " * 200}).headers["location"]
    assert browser.get(back).status_code == 200, "of a search that is too long to come back to, the page"
    done = login(browser, "LIN", form={"back": "/records/1"})
    assert (done.status_code, done.headers["location"]) == (303, "/records/1")
    assert "lin" in browser.get("/").text
    secret = browser.cookies[COOKIE]
    assert browser.send("/logout").headers["location"] == "/login"
    other = Browser(app)
    other.cookies.set(COOKIE, secret)
    assert other.get("/").status_code == 303


def test_the_cookie_is_for_no_script_and_by_https_for_no_other_host(app: FastAPI, archive: Database) -> None:
    team(archive)
    plain = login(Browser(app), "lin").headers["set-cookie"]
    safe = login(Browser(app), "lin", headers=HTTPS).headers["set-cookie"]
    assert plain.startswith(f"{COOKIE}=")
    assert safe.startswith(f"{SAFE_COOKIE}=")
    for cookie in (plain, safe):
        assert {"HttpOnly", "Path=/", "SameSite=lax"} <= {part.strip() for part in cookie.split(";")}
        assert "domain" not in cookie.lower()
    assert ("Secure" in safe, "Secure" in plain) == (True, False)


def test_the_cookie_that_no_other_host_can_set_counts_first(app: FastAPI, archive: Database) -> None:
    team(archive, mara="viewer")
    mine, theirs = (
        people.sign_in(archive, people.Tries(), name, PASSWORD, address="", agent="", now=press.NOW) for name in ("lin", "mara")
    )
    browser = Browser(app)
    browser.cookies.set(SAFE_COOKIE, mine.secret)
    browser.cookies.set(COOKIE, theirs.secret)
    assert browser.call("GET", "/me").json()["name"] == "lin"


def test_a_session_that_somebody_brought_along_is_not_the_one_he_gets(app: FastAPI, archive: Database) -> None:
    team(archive)
    browser = Browser(app)
    browser.cookies.set(COOKIE, "fixed")
    assert "fixed" not in login(browser, "lin").headers["set-cookie"]
    fixed = Browser(app)
    fixed.cookies.set(COOKIE, "fixed")
    assert fixed.get("/").status_code == 303


def test_a_wrong_password_is_401_and_the_sixth_try_429(app: FastAPI, archive: Database) -> None:
    team(archive)
    browser = Browser(app)
    answers = [login(browser, "lin", "wrong wrong wrong") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert "wrong wrong" not in answers[0].text
    assert login(browser, "lin").status_code == 429


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_signing_in_leads_to_no_other_site(app: FastAPI, archive: Database, back: str) -> None:
    team(archive)
    assert login(Browser(app), "lin", form={"back": back}).headers["location"] == "/"
    assert "evil" not in Browser(app).get(f"/login?back={back}").text


def test_a_page_of_another_site_signs_nobody_in(app: FastAPI, archive: Database) -> None:
    team(archive)
    assert login(Browser(app), "lin", headers={"origin": "http://evil.example"}).status_code == 403
    assert Browser(app).ask("POST", "/login", data={"name": "lin", "password": PASSWORD}).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"x-forwarded-for": "203.0.113.9"},
        {"forwarded": "for=203.0.113.9"},
        {"x-forwarded-host": "news.example"},
        {"x-forwarded-proto": "https"},
        {"via": "1.1 proxy"},
        {"cf-connecting-ip": "203.0.113.9"},
        {"host": "192.0.2.7:8480"},
    ],
)
def test_without_people_what_comes_from_elsewhere_is_a_stranger(app: FastAPI, headers: dict[str, str]) -> None:
    assert Browser(app).get("/", headers=headers).status_code == 303
    assert "users add" in Browser(app).get("/login", headers=headers).text


def test_language_and_look_come_along_with_who_signs_in(app: FastAPI, archive: Database) -> None:
    team(archive)
    browser = signed_in(app, "lin")
    browser.send("/preferences", language="zh")
    browser.send("/preferences", theme="dark")
    page = signed_in(app, "lin").get("/")
    assert 'lang="zh-Hans" data-theme="dark"' in page.text


def test_no_secret_stands_in_a_log(app: FastAPI, archive: Database, tmp_path: Path) -> None:
    team(archive)
    with (tmp_path / "log").open("w+") as stream:
        log.set_up("DEBUG", stream=stream)
        try:
            browser = signed_in(app, "lin")
            made = browser.call("POST", "/tokens", {"name": "script", "scope": "read"}).json()["token"]
            login(Browser(app), "lin", "a wrong one indeed")
            for headers in ({"authorization": f"Bearer {made}"}, {"authorization": f"Bearer x{made}"}):
                Browser(app).get("/api/v1/today", headers=headers)
            Browser(app).get(f"/nothing?token={made}")
            logging.getLogger("test").warning("the end")
        finally:
            log.set_up("INFO")
        stream.seek(0)
        written = stream.read()
    assert "the end" in written
    assert not any(secret in written for secret in (PASSWORD, "a wrong one indeed", made, browser.cookies[COOKIE]))


# ---- tokens


def test_a_token_is_shown_once_works_and_is_revoked(app: FastAPI, archive: Database) -> None:
    team(archive)
    browser = signed_in(app, "lin")
    page = browser.send("/tokens", name="phone", scope="read")
    secret = page.text.partition("<code>zx_")[2].partition("<")[0]
    assert (bool(secret), page.headers["cache-control"]) == (True, "no-store")
    assert secret not in browser.get("/people").text
    program = Browser(app, authorization=f"Bearer zx_{secret}")
    assert program.call("GET", "/me").json() == {"name": "lin", "role": "owner", "writes": False, "language": None, "theme": None}
    assert program.call("PUT", "/stories/1/star", {}).json()["error"]["code"] == "read_only"
    assert program.call("POST", "/rules/test", {"query": "芯片"}).status_code == 200, "a long question changes nothing"
    assert program.call("POST", "/rules", {"name": "x", "query": "芯片"}).json()["error"]["code"] == "read_only"
    assert program.call("POST", "/tokens", {"name": "more"}).status_code == 403
    browser.send("/tokens/1/revoke")
    assert program.call("GET", "/me").status_code == 401


def test_a_token_that_writes_needs_no_form_and_makes_no_further_token(app: FastAPI, archive: Database) -> None:
    team(archive)
    made = signed_in(app, "lin").call("POST", "/tokens", {"name": "script", "scope": "write"}).json()["token"]
    program = Browser(app, authorization=f"Bearer {made}")
    story = stories(archive)[0]
    assert program.call("PUT", f"/stories/{story}/star", {}).status_code == 200
    assert program.call("POST", "/tokens", {"name": "more"}).json()["error"]["code"] == "not_by_token"
    assert program.call("PUT", "/me/password", {"old": PASSWORD, "password": "x" * 12}).json()["error"]["code"] == "not_by_token"


def test_a_token_for_a_feed_opens_nothing_else(app: FastAPI, archive: Database) -> None:
    team(archive)
    made = signed_in(app, "lin").call("POST", "/tokens", {"name": "feed", "scope": "feed:大模型"}).json()["token"]
    for path in ("/today", "/records/1", "/me", "/people"):
        assert Browser(app, authorization=f"Bearer {made}").call("GET", path).status_code == 403


def test_everybody_sees_his_own_tokens_and_an_owner_all(app: FastAPI, archive: Database) -> None:
    team(archive, mara="viewer")
    lin, mara = signed_in(app, "lin"), signed_in(app, "mara")
    lin.call("POST", "/tokens", {"name": "of lin"})
    mara.call("POST", "/tokens", {"name": "of mara"})
    assert [one["name"] for one in mara.call("GET", "/people").json()["tokens"]] == ["of mara"]
    assert len(lin.call("GET", "/people").json()["tokens"]) == 2
    assert mara.call("PUT", "/tokens/1/revoke", {}).status_code == 404
    assert mara.call("GET", "/people").json()["people"] == []


# ---- people


def test_the_first_owner_is_added_on_the_page_and_from_then_on_one_signs_in(app: FastAPI, archive: Database) -> None:
    browser = Browser(app)
    story = stories(archive)[0]
    browser.get("/")
    browser.send(f"/stories/{story}/star", starred="true")
    assert browser.send("/people", name="王", password=PASSWORD, role="owner").status_code == 303
    assert browser.get("/").status_code == 303
    page = signed_in(app, "王").get("/?tab=starred")
    assert f'data-story="{story}"' in page.text


def test_an_owner_changes_roles_and_takes_people_off_the_list_and_it_is_noted(app: FastAPI, archive: Database) -> None:
    team(archive)
    browser = signed_in(app, "lin")
    browser.send("/people", name="小美", password=PASSWORD, role="viewer")
    browser.send("/people/小美/role", role="editor")
    assert browser.call("DELETE", "/people/小美").status_code == 200
    assert browser.call("DELETE", "/people/lin").status_code == 200
    changed = archive.read(audit.changes)
    assert [(one.person, one.what, one.object) for one in changed[:4]] == [
        ("lin", "person removed", "lin"), ("lin", "person removed", "小美"), ("lin", "role changed", "小美"), ("lin", "person added", "小美"),
    ]  # fmt: skip


def test_a_password_is_changed_by_who_knows_the_old_one_and_ends_other_sessions(app: FastAPI, archive: Database) -> None:
    team(archive)
    here, elsewhere = signed_in(app, "lin"), signed_in(app, "lin")
    assert here.call("PUT", "/me/password", {"old": "not it at all", "password": "nine grey herons"}).status_code == 400
    assert here.call("PUT", "/me/password", {"old": PASSWORD, "password": "nine grey herons"}).status_code == 200
    assert (here.get("/").status_code, elsewhere.get("/").status_code) == (200, 303)
    assert login(Browser(app), "lin", "nine grey herons").status_code == 303


# ---- marks


@pytest.mark.parametrize(
    ("had", "given", "others", "kept"),
    [
        ("a", "a, b", "a, c", ["a", "b", "c"]),
        ("a, b", "a", "a, b, c", ["a", "c"]),
        ("a, b", "a, b, d", "a", ["a", "d"]),
        ("", "x", "", ["x"]),
    ],
)
def test_two_who_set_labels_keep_what_the_other_did(
    app: FastAPI, archive: Database, had: str, given: str, others: str, kept: list[str]
) -> None:
    team(archive, mara="editor")
    lin, mara = signed_in(app, "lin"), signed_in(app, "mara")
    story = stories(archive)[0]
    lin.send(f"/stories/{story}/labels", labels=had)
    mara.send(f"/stories/{story}/labels", labels=others, had=had)
    lin.send(f"/stories/{story}/labels", labels=given, had=had)
    assert f'name="had" value="{", ".join(kept)}"' in lin.get(f"/records/{story}").text


def test_what_the_team_says_of_a_story_is_on_its_record_for_all(app: FastAPI, archive: Database) -> None:
    team(archive, mara="editor", kai="viewer")
    lin, mara, kai = (signed_in(app, name) for name in ("lin", "mara", "kai"))
    story = stories(archive)[0]
    record = archive.read(lambda s: queries.record(s, story))
    assert record is not None
    words = record.text[3:9]
    lin.send(f"/stories/{story}/notes", text="call <b>them</b>", record=story, quote=words)
    lin.send(f"/stories/{story}/labels", labels="周报, follow up，周报")
    lin.send(f"/stories/{story}/task", to="mara", note="today")
    page = kai.get(f"/records/{story}").text
    assert "call &lt;b&gt;them&lt;/b&gt;" in page
    assert f"<q>{words}</q>" in page
    assert 'href="#n1"' in page
    assert "Keep the note" not in page
    assert f'data-story="{story}"' in mara.get("/?tab=mine").text
    assert "follow up" in mara.get("/?tab=all&label=周报").text
    mara.send(f"/stories/{story}/done", done="true")
    assert f'data-story="{story}"' not in mara.get("/?tab=mine").text
    assert mara.call("DELETE", "/notes/1").status_code == 404
    assert lin.call("DELETE", "/notes/1").status_code == 200


def test_the_marks_are_set_by_the_api(app: FastAPI, archive: Database) -> None:
    browser = Browser(app)
    browser.get("/")
    story, *others = stories(archive)
    for path, body in (
        (f"/stories/{story}/seen", {"read": True}), (f"/stories/{story}/star", {"starred": True}),
        (f"/stories/{story}/labels", {"labels": ["a", "b"]}), (f"/stories/{story}/task", {"to": "", "note": "mine"}),
    ):  # fmt: skip
        assert browser.call("PUT", path, body).status_code == 200, path
    entry = browser.call("GET", "/today?tab=all").json()["entries"][0]
    assert (entry["read"], bool(entry["starred_at"]), entry["labels"], len(entry["tasks"])) == (True, True, ["a", "b"], 1)
    made = browser.call("POST", f"/stories/{story}/notes", {"text": "x", "record": story, "start": 0, "end": 2}).json()["note"]
    assert (made["start"], made["end"], len(made["quote"])) == (0, 2, 2)
    last = browser.call("GET", "/today?tab=all").json()["entries"][-1]["at"]
    browser.call("PUT", "/lists/read", {"at": last, "tab": "all"})
    assert browser.call("GET", "/today").json()["entries"] == []
    assert others


# ---- called wrong


def test_a_wrong_fold_is_proposed_taken_and_told(app: FastAPI, archive: Database) -> None:
    browser = Browser(app)
    browser.get("/")
    entries = browser.call("GET", "/today?tab=all").json()["entries"]
    folded = next(entry for entry in entries if entry["others"])
    other = folded["tellers"][0]["record"]
    said = browser.call("POST", "/verdicts", {"about": "fold", "record": other}).json()
    assert "Set apart" in browser.get(said["go"]).text
    before = len(archive.read(queries.alerts))
    assert browser.send(f"/verdicts/{said['verdict']}/apply").headers["location"] == f"/records/{other}"
    assert len(archive.read(queries.alerts)) >= before
    assert browser.get(f"/api/v1/records/{other}").json()["record"]["story"] == other
    again = browser.call("PUT", f"/verdicts/{said['verdict']}/apply", {})
    assert (again.status_code, again.json()["error"]["code"]) == (400, "refused")


def test_a_wrong_match_changes_the_rule_when_a_term_is_taken(archive: Database, tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    rule = next(rule for rule in press.CONFIG.rules if rule.name == "大模型")
    lines = [
        "rules:",
        "  - name: 大模型  # 盯着",
        f"    query: '{rule.query_text()}'",
        "    channels: [desk]",
        "channels:",
        "  - {name: desk, url: 'console://'}",
    ]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    parts = press.parts(archive)
    browser = Browser(create(type(parts)(parts.db, parts.config, path, parts.now)))
    browser.get("/")
    alert = next(one for one in archive.read(queries.alerts) if one.rule == "大模型")
    said = browser.call("POST", "/verdicts", {"about": "match", "record": alert.article_id, "rule": "大模型"}).json()
    found = browser.call("GET", said["go"]).json()
    term = found["proposal"]["terms"][0]["term"]
    taken = {"term": term, "version": found["version"]}
    assert browser.call("PUT", f"/verdicts/{said['verdict']}/apply", {"term": term, "version": "other"}).status_code == 409
    assert browser.call("PUT", f"/verdicts/{said['verdict']}/apply", taken).status_code == 200
    assert ("NOT" in path.read_text("utf-8"), "# 盯着" in path.read_text("utf-8")) == (True, True)
    noted = archive.read(audit.changes)[0]
    assert (noted.what, noted.object) == ("rule changed", "大模型")
    assert (noted.before, "NOT" in str(noted.after)) == ({"query": rule.query_text()}, True)


def test_a_wrong_value_is_counted_and_listed(app: FastAPI, archive: Database) -> None:
    browser = Browser(app)
    page = browser.get("/records/1").text
    assert 'name="value" value="' in page
    browser.send("/verdicts", about="field", record="1", value="keyword:大模型")
    assert "keyword:大模型 ×1" in browser.get("/verdicts").text
    browser.send("/verdicts/1/dismiss")
    assert browser.call("GET", "/verdicts").json()["verdicts"][0]["settled"] == "dismissed"


def test_the_list_of_changes_goes_on(app: FastAPI, archive: Database) -> None:
    for number in range(35):
        archive.write_now(lambda s, n=number: audit.write(s, 0, "rule changed", f"r{n}", press.NOW + timedelta(minutes=n)))  # type: ignore[misc]
    browser = Browser(app)
    first = browser.call("GET", "/people").json()["changes"]
    rest = browser.call("GET", f"/people?after={first['next']}").json()["changes"]
    assert (len(first["changes"]), len(rest["changes"]), rest["next"]) == (30, 5, None)


def test_the_configuration_is_shown_without_its_secrets_or_with_its_mistakes_to_who_may_change_it(
    archive: Database, tmp_path: Path
) -> None:
    path = tmp_path / "config.yaml"
    parts = press.parts(archive)
    app = create(type(parts)(parts.db, parts.config, path, parts.now))
    path.write_text(
        "channels:\n  - {name: desk, url: 'feishu://0123456789abcdef0123?secret=hunter22hunter22'}  # 值班\n", "utf-8"
    )
    page = Browser(app).get("/settings").text
    assert ("# 值班" in page, "hunter22" in page, "0123456789abcdef" in page) == (True, False, False)
    path.write_text("chanels: []\nsources:\n  - {name: a, url: 'ftp://x', secret: hunter22}\n", "utf-8")
    page = Browser(app).get("/settings").text
    assert ("config.yaml:1" in page, "channels" in page, "hunter22" in page) == (True, True, False)
    team(archive, kai="viewer")
    assert str(path) not in signed_in(app, "kai").get("/settings").text
