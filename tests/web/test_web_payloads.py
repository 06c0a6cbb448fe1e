"""What strangers write, on every page, in a real browser: it is text. No dialog, no report against the content policy, nothing loaded."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from crawler.record import Company, Event, Fact, Record
from jobs.services.readers import people, reading, verdicts
from jobs.web.app import routes
from storage.archive import articles
from storage.db.database import Database, open_database
from storage.db.models import concept
from tests import press
from tests.payloads import LINKS, TEXTS
from tests.web.served import chromium, needs_browser, serving, visiting

pytestmark = needs_browser
NASTY = [text for name, text in TEXTS.items() if name != "long"]


def hostile(number: int, text: str, link: str) -> Record:
    """A record of which every field is hostile; the rule `大模型` matches it."""
    body = f"大模型 {text}\n" + " ".join(f"w{number}x{n}" for n in range(60))
    facts = (
        Fact("keyword", text, text, text, 0, 5),
        Fact("technology", text, f"title: {text}", text),
        Fact("event", text, text, text, 2, 9),
        Fact("reading", text, text, text),
    )
    return Record(
        f"{text} {number}", link, body, summary=text, keywords=(text,), ai_technologies=(text,), industries=(text,), events=(Event(text, text),),
        author=text, publisher=text, source=text, language="zh", published=press.NOW - timedelta(minutes=number), first_seen=press.NOW,
        facts=facts, companies=(Company(text),),
    )  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    db = open_database(f"sqlite:///{tmp_path_factory.mktemp('payloads')}/zhixun.db")
    db.upgrade()
    links = list(LINKS.values())
    for number, text in enumerate(NASTY, 1):
        press.keep(db, hostile(number, text, links[number % len(links)]), f"n{number}")
    changed = replace(hostile(1, NASTY[0], links[1]), text="another 大模型 <script>alert(2)</script> " + "y " * 200)
    db.write_now(lambda s: articles.store(s, changed, key="n1", now=press.NOW))
    me = db.read(people.nobody)
    assert me is not None
    for number, text in enumerate(NASTY, 1):
        db.write_now(
            lambda s, n=number, t=text: reading.add_note(s, me.person, n, t, press.NOW, record=n) if t.strip("\x00") else None
        )
        db.write_now(
            lambda s, n=number, t=text: verdicts.say(s, press.CONFIG, me.person, "match", n, now=press.NOW, rule="大模型", note=t)
        )
    yield db
    db.close()


def addresses(archive: Database) -> list[str]:
    """Every page, with each id that there is."""
    companies = archive.read(lambda s: s.scalars(select(concept.c.id).where(concept.c.kind == "company")).all())
    pages = [
        route.path
        for route in routes()
        if "GET" in route.methods and not route.path.startswith(("/api/", "/static/", "/metrics", "/healthz"))
    ]
    found = []
    for path in pages:
        if "{" not in path:
            found.append(path)
        elif "{number}" in path or "{story}" in path:
            numbers = companies if path.startswith("/companies/") else range(1, len(NASTY) + 1)
            found += [path.replace("{number}", str(n)).replace("{story}", str(n)) for n in numbers]
    assert len(companies) > len(NASTY) / 2
    return [*found, "/?tab=all", "/?label=%3Cscript%3Ealert(1)%3C/script%3E", "/?rule=%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E"]


def test_nothing_that_a_stranger_wrote_is_obeyed_on_any_page(browser: Any, archive: Database) -> None:
    asked: list[str] = []
    with serving(press.parts(archive)) as address, visiting(browser, locale="en-GB") as page:
        page.on("request", lambda request: asked.append(request.url))
        for path in addresses(archive):
            page.goto(address + path)
            planted = page.evaluate(
                "document.querySelectorAll('main script, main img, main iframe, main [onmouseover], main [onerror], main a[href^=javascript], main a[href^=data]').length"
            )
            assert planted == 0, path
        assert all(url.startswith(address) for url in asked)
        assert page.evaluate("window.pwned") is None


def test_a_report_against_the_content_policy_would_be_noticed(browser: Any, archive: Database) -> None:
    plant = "document.body.appendChild(Object.assign(document.createElement('img'), {src: 'http://127.0.0.1:9/x.png'}))"

    def go() -> None:
        with serving(press.parts(archive)) as address, visiting(browser) as page:
            page.goto(address)
            page.evaluate(plant)
            page.wait_for_timeout(300)

    with pytest.raises(AssertionError, match="Content Security Policy"):
        go()
