"""What people work with, in a real browser: rules, sources, deliveries, a team. One archive and one browser for all, in which each changes what is its own."""

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from jobs.config.load import load
from jobs.services.readers import people
from jobs.web.access import Parts
from tests import press
from tests.web.served import chromium, needs_browser, serving, visiting

pytestmark = needs_browser
EN = {"locale": "en-GB", "viewport": {"width": 1280, "height": 800}}
PASSWORD = "four quiet boats at noon"
CONFIG = """\
database: sqlite:///z.db
timezone: Asia/Shanghai
crawl:
  delay: 20ms
  allow_networks: ["127.0.0.0/8"]
sources:
  - name: 江湾科技网   # the first
    url: https://1.example/feed
  - name: 滨江智能报
    url: https://2.example/feed
rules:
  - name: 大模型   # kept
    query: '大模型 OR LLM'
    channels: [desk]
channels:
  - name: desk
    url: console://
"""


@dataclass(frozen=True)
class Desk:
    """Where the pages are, the configuration that they change, and a browser."""

    address: str
    file: Path
    browser: Any


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    file = tmp_path_factory.mktemp("desk") / "config.yaml"
    file.write_text(CONFIG, "utf-8")
    db = press.opened(file.parent / "z.db")
    for name, role in (("lin", "owner"), ("mei", "viewer")):
        db.write_now(lambda s, n=name, r=role: people.add(s, 0, n, password=PASSWORD, role=r, now=press.NOW))
    parts = Parts(db, lambda: load(file, os.environ), file, lambda: press.NOW)
    with chromium() as browser, serving(parts) as address:
        yield Desk(address, file, browser)
    db.close()


def log_in(page: Any, address: str, name: str) -> None:
    page.goto(f"{address}/login")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_selector(".entries")


@pytest.fixture(scope="module")
def editor(desk: Desk) -> Iterator[Any]:
    """The owner's own window."""
    with visiting(desk.browser, "400", **EN) as page:  # a query that is not whole yet
        log_in(page, desk.address, "lin")
        yield page


def test_a_search_becomes_a_rule(desk: Desk, editor: Any) -> None:
    editor.keyboard.press("/")
    editor.keyboard.type("AI芯片 OR 推理成本")
    editor.keyboard.press("Enter")
    editor.wait_for_url("**/search?q=**")
    found = editor.locator(".entry h2").all_inner_texts()
    editor.locator(".facets a").first.click()
    assert 0 < editor.locator(".entry h2").count() < len(found)
    editor.go_back()
    editor.get_by_role("link", name="Save as a rule").click()
    editor.get_by_label("Name").fill("芯片")
    assert editor.get_by_label("Query").input_value() == "AI芯片 OR 推理成本"
    editor.get_by_text(f"{len(found)} matches").wait_for()
    editor.get_by_role("button", name="Save into the configuration").click()
    assert "Saved: 芯片" in editor.inner_text("h1")
    assert "query: AI芯片 OR 推理成本" in desk.file.read_text("utf-8")
    editor.get_by_role("link", name="All rules").click()
    assert editor.get_by_role("link", name="芯片", exact=True).is_visible()


def test_a_rule_is_tried_while_it_is_written_and_saved_with_its_comments(desk: Desk, editor: Any) -> None:
    editor.goto(f"{desk.address}/rules/大模型")
    editor.get_by_text("What it would have sent").wait_for()
    editor.get_by_label("Query").fill("(大模型 OR LLM) NOT 融资 AND")
    editor.wait_for_selector("#trial .mistake mark")
    editor.get_by_label("Query").fill("大模型 NOT 推理成本")
    editor.wait_for_selector("#trial summary:has-text('no longer')")
    lost = editor.locator("#trial details li a").all_inner_texts()
    assert "星河智算发布“岚图”大模型，推理成本下降七成" in lost
    editor.get_by_role("button", name="Save into the configuration").click()
    assert "大模型 NOT 推理成本" in editor.inner_text("pre ins")
    assert "- name: 大模型   # kept\n    query: '大模型 NOT 推理成本'" in desk.file.read_text("utf-8")


class Newspaper(BaseHTTPRequestHandler):
    """A site with a page and a feed."""

    def do_GET(self) -> None:
        items = "".join(
            f"<item><title>Pier {n} gets a crane</title><link>http://127.0.0.1:{self.server.server_address[1]}/{n}</link>"
            f"<pubDate>Tue, 24 Nov 2026 0{n}:00:00 GMT</pubDate></item>" for n in range(1, 9)
        )  # fmt: skip
        answers = {
            "/": (
                "text/html",
                '<title>The Pier</title><link rel="alternate" type="application/rss+xml" href="/feed"><p>Welcome.</p>',
            ),
            "/feed": ("application/rss+xml", f'<rss version="2.0"><channel><title>The Pier</title>{items}</channel></rss>'),
        }
        kind, body = answers.get(self.path, ("text/plain", ""))
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_said: Any) -> None:
        """Nothing."""


@pytest.fixture
def newspaper() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Newspaper)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_a_source_is_added_by_the_address_of_its_site(desk: Desk, editor: Any, newspaper: str) -> None:
    editor.goto(f"{desk.address}/sources")
    editor.get_by_role("link", name="Add a source").click()
    editor.get_by_label("Address").fill(newspaper)
    editor.get_by_role("button", name="Look at it").click()
    first = editor.locator(".candidate").first
    assert f"{newspaper}/feed" in first.inner_text(timeout=60_000)
    assert "Pier 1 gets a crane" in first.inner_text()
    first.get_by_label("Name").fill("The Pier")
    first.get_by_role("button", name="Watch this").click()
    editor.wait_for_url("**/sources")
    assert "The Pier is watched from now on." in editor.inner_text(".said")
    assert editor.get_by_role("link", name="The Pier", exact=True).is_visible()
    assert f"url: {newspaper}/feed" in desk.file.read_text("utf-8")
    assert "# the first" in desk.file.read_text("utf-8")


def test_what_was_not_delivered_is_tried_again(desk: Desk, editor: Any) -> None:
    editor.goto(desk.address)
    editor.get_by_role("navigation", name="Screens").get_by_role("link", name="Deliveries 1").click()
    editor.get_by_role("navigation", name="Which deliveries").get_by_role("link", name="Failed").click()
    assert "the token is not known" in editor.inner_text(".ledger")
    editor.get_by_role("button", name="Try again").click()
    assert "1 delivery is due again." in editor.inner_text(".said")
    assert "No alert stands here." in editor.inner_text("main")
    assert editor.locator(".top .count.bad:near(:text('Deliveries'))").count() == 0
    editor.get_by_role("link", name="Waiting").click()
    assert "waiting desk" in editor.inner_text(".ledger")


def test_a_colleague_who_views_reads_and_stars_and_is_offered_nothing_else(desk: Desk) -> None:
    with visiting(desk.browser, "403", **EN) as page:
        log_in(page, desk.address, "mei")
        page.locator(".entry .star button").first.click()
        page.wait_for_selector('.star button[aria-pressed="true"]')
        for path, editing in (
            ("/records/1", "Keep the note"), ("/stories/1", "Not the same"), ("/rules", "New rule"), ("/rules/大模型", "Save into"),
            ("/sources", "Turn off"), ("/deliveries", "Send a test message"), ("/people", "The team"),
        ):  # fmt: skip
            page.goto(desk.address + path)
            assert page.locator("main").is_visible()
            assert editing not in page.inner_text("main"), path
        page.goto(f"{desk.address}/rules/大模型")
        assert page.get_by_label("Query").is_disabled()
        page.goto(f"{desk.address}/rules/new")
        assert "This needs the role “editor”." in page.inner_text("main")
        page.goto(f"{desk.address}/people")
        page.get_by_role("button", name="Log out").click()
        page.goto(f"{desk.address}/deliveries")
        page.wait_for_url("**/login?back=**")
