"""One table of payloads through every place where foreign text leaves the program. Nothing in it is obeyed anywhere."""

from __future__ import annotations

import csv
import email
import io
import itertools
import json
import logging
from datetime import UTC, datetime
from email.policy import default
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from crawler.record import Event, Record
from jobs import formats, log, output, rendering
from jobs.channels import email as mail
from jobs.message import Message
from jobs.metrics import Metric, exposition
from jobs.rendering import details, headline, render
from jobs.sending import channel_for
from storage.query import QueryError, parse
from storage.rules import search
from tests.payloads import LINKS, OBEYED, TEXTS

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, tzinfo=UTC)
ALL = [*TEXTS.values()]
PAIRS = [pytest.param(text, link, id=f"{a} / {b}") for (a, text), (b, link) in zip(TEXTS.items(), itertools.cycle(LINKS.items()))]
DIALECTS = {name: value for name, value in vars(rendering).items() if isinstance(value, rendering.Dialect)}


def record(text: str, link: str = "https://example.org/1") -> Record:
    return Record(
        text, link, text, summary=text, keywords=(text,), ai_technologies=(text,), industries=(text,), events=(Event(text, text),),
        author=text, publisher=text, source="s", first_seen=NOW,
    )  # fmt: skip


def message(text: str, link: str = "https://example.org/1") -> Message:
    return Message(
        7, "key", "rule", text, link, source=text, publisher=text, summary=text, keywords=(text,), technologies=(text,), industries=(text,),
        matched=((text, text),), note=text,
    )  # fmt: skip


class Tags(HTMLParser):
    """The tags and attributes that a browser would see."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, tuple[str, ...]]] = []
        self.links: list[str] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, tuple(name for name, _ in attrs)))
        self.links += [value or "" for name, value in attrs if name == "href"]


def test_the_table_reaches_every_dialect() -> None:
    assert {"PLAIN", "CHAT", "HTML", "MAIL", "TELEGRAM", "SLACK", "DISCORD", "WIDE_MARKDOWN", "ENTITY_MARKDOWN"} <= set(DIALECTS)


@pytest.mark.parametrize(("text", "link"), PAIRS)
def test_no_channel_s_wording_holds_anything_a_screen_obeys(text: str, link: str) -> None:
    for name, dialect in DIALECTS.items():
        for worded in (render(message(text, link), dialect, 4000), details(message(text, link), dialect, 4000)):
            assert not [one for one in OBEYED if one in worded], name
            if name not in ("PLAIN", "MAIL"):  # what is plain text rings nobody
                assert "<!channel>" not in worded, name
                assert "<at user_id" not in worded, name
                if "MARKDOWN" in name or name == "DISCORD":
                    assert "](javascript:" not in worded, name
                assert "|javascript:" not in worded, name


@pytest.mark.parametrize(("text", "link"), PAIRS)
def test_html_has_our_tags_only_and_links_to_the_web_only(text: str, link: str) -> None:
    for dialect in (rendering.HTML, rendering.MAIL, rendering.TELEGRAM):
        tags = Tags(render(message(text, link), dialect, 10_000))
        assert set(tags.seen) <= {("b", ()), ("a", ("href",)), ("br", ())}
        assert all(one.startswith(("http://", "https://")) for one in tags.links)


@pytest.mark.parametrize(("text", "link"), PAIRS)
def test_a_mail_has_our_headers_only(text: str, link: str) -> None:
    options = channel_for("smtp://mail.example.org?from=a@example.org&to=b@example.org").options
    assert isinstance(options, mail.Options)
    made = email.message_from_bytes(mail.compose(message(text, link), options).as_bytes(), policy=default)
    headers = {"Subject", "From", "To", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"}
    assert set(made.keys()) - headers <= {"Content-Transfer-Encoding"}
    assert made["To"] == "b@example.org"
    assert len(headline(message(text, link))) <= 100


@pytest.mark.parametrize("text", ALL, ids=TEXTS)
def test_a_table_on_a_terminal_shows_words_only(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    monkeypatch.setattr(output, "out", Console(file=written, force_terminal=False, width=200))
    output.table(("title",), [(text,)])
    assert not [one for one in OBEYED if one in written.getvalue()]
    if text.startswith("[bold red]"):
        assert "[bold red]" in written.getvalue()  # shown, not obeyed


@pytest.mark.parametrize("text", ALL, ids=TEXTS)
def test_a_log_line_stays_one_line_and_harmless(text: str) -> None:
    written = io.StringIO()
    root = logging.getLogger()
    before = root.handlers[:], root.level
    try:
        log.set_up(stream=written)
        log.get("test").info("stored", title=text)
        logging.getLogger("library").warning("from a page: %s", text)
    finally:
        root.handlers[:], level = before
        root.setLevel(level)
    assert written.getvalue().count("\n") == 2
    assert not [one for one in OBEYED if one in written.getvalue()]


@pytest.mark.parametrize("text", ALL, ids=TEXTS)
def test_a_spreadsheet_computes_nothing(text: str) -> None:
    cells = formats.to_csv(record(text), ZONE)
    assert not [cell for cell in cells if str(cell).startswith(("=", "+", "-", "@", "\t", "\r", "＝"))]
    rows = io.StringIO()
    csv.writer(rows).writerow(cells)
    assert len(list(csv.reader(io.StringIO(rows.getvalue(), newline="")))) == 1
    assert not [one for one in OBEYED if one in rows.getvalue()]


@pytest.mark.parametrize(("text", "link"), PAIRS)
def test_text_and_markdown_exports_obey_nothing(text: str, link: str) -> None:
    for written in (formats.to_markdown(record(text, link), ZONE), formats.to_text(record(text, link))):
        assert not [one for one in OBEYED if one in written]
    assert "<script" not in formats.to_markdown(record(text, link), ZONE).replace("\\<", "")


@pytest.mark.parametrize("text", ALL, ids=TEXTS)
def test_json_is_one_line_whatever_it_carries(text: str) -> None:
    line = json.dumps(formats.to_json(record(text.replace("\ud800", "")), ZONE), ensure_ascii=True)
    assert "\n" not in line
    assert json.loads(line)["title"] == text.replace("\ud800", "")


@pytest.mark.parametrize("text", ALL, ids=TEXTS)
def test_a_metric_stays_one_line(text: str) -> None:
    lines = exposition([Metric("m", "gauge", "Help.", {(text,): 1}, ("label",))]).split("\n")
    assert len(lines) == 4
    assert lines[2].startswith('m{label="')
    assert lines[2].endswith('"} 1')


@pytest.mark.parametrize("text", ALL, ids=TEXTS)
def test_a_query_is_a_query_or_a_mistake(text: str) -> None:
    try:
        found = search(parse(text, {}), record("江湾"), (), NOW)
    except QueryError:
        return
    assert found is None or isinstance(found, tuple)
