"""What people come for, in a real browser: each journey from its first page to its end. No dialog, no error on the console, axe finds nothing serious."""

from collections.abc import Iterator
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from crawler.record import Record
from storage.db.database import Database
from tests import press
from tests.web.served import chromium, needs_browser, serving, visiting
from tests.web.shots import screens

pytestmark = needs_browser
EN = {"locale": "en-GB", "viewport": {"width": 1280, "height": 800}}
PHONE = {"locale": "zh-CN", "viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[Database]:
    db = press.opened(tmp_path / "zhixun.db")
    yield db
    db.close()


def grave(page: Any) -> list[str]:
    """What axe calls serious or worse on a page."""
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415  (with the browser, an extra)

    rules = {"resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
    found = Axe().run(page, options=rules).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found if one["impact"] in ("serious", "critical")]


def titles(page: Any) -> list[str]:
    return page.locator(".entry h2").all_inner_texts()


def test_first_start_with_nothing_says_what_comes_and_shows_it_when_it_is_there(browser: Any, sqlite: Database) -> None:
    with serving(press.parts(sqlite)) as address, visiting(browser, **EN) as page:
        page.goto(address)
        assert "Nothing has come in yet" in page.inner_text("main")
        page.wait_for_timeout(2500)  # one look of the live updates
        press.fill(sqlite)
        page.get_by_text("new alerts: show them").click(timeout=15_000)
        assert len(titles(page)) == 6


def test_reading_and_starring_need_no_mouse(browser: Any, filled: Database) -> None:
    with serving(press.parts(filled)) as address, visiting(browser, **EN) as page:
        page.goto(address)
        first, second, *_ = titles(page)
        page.keyboard.press("j")
        page.keyboard.press("f")
        page.wait_for_selector('.entry.chosen .star button[aria-pressed="true"]')
        page.keyboard.press("j")
        page.keyboard.press("M")
        page.wait_for_selector(".entry:nth-child(2).read")
        page.keyboard.press("k")
        page.keyboard.press("m")
        page.wait_for_selector(".entry:nth-child(1):not(.read)")
        page.keyboard.press("o")
        page.wait_for_url("**/records/*")
        assert page.inner_text("h1") == first
        page.keyboard.press("g")
        page.keyboard.press("t")
        page.wait_for_selector(".entries")
        assert second not in titles(page)
        page.goto(f"{address}/?tab=starred")
        assert titles(page) == [first]
        page.keyboard.press("?")
        assert page.locator("#keys").is_visible()
        page.keyboard.press("Escape")
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.name") == "q"


def test_the_records_of_a_list_are_gone_through_one_by_one_and_left_where_one_was(browser: Any, filled: Database) -> None:
    with serving(press.parts(filled)) as address, visiting(browser, **EN) as page:
        page.goto(address)
        second, *_, last = titles(page)[1:]
        page.keyboard.press("j")
        page.keyboard.press("o")
        page.wait_for_selector("z-record")
        page.keyboard.press("m")
        page.wait_for_selector('z-record.read .mark-read button[aria-pressed="true"]')
        page.keyboard.press("j")
        page.wait_for_function("said => document.querySelector('z-record h1')?.innerText === said", arg=second)
        page.keyboard.press("u")
        page.wait_for_selector(".entries")
        assert titles(page)[0] == second  # what was read is gone from the unread
        assert page.inner_text(".entry.chosen h2") == second
        page.get_by_text(last).click()
        page.wait_for_function("said => document.querySelector('z-record h1')?.innerText === said", arg=last)
        page.keyboard.press("j")  # there is no more
        page.keyboard.press("k")
        page.wait_for_function("said => (document.querySelector('z-record h1') ?? {}).innerText !== said", arg=last)


def test_an_article_of_last_month_is_some_pages_away(browser: Any, sqlite: Database) -> None:
    for number in range(70):
        at = press.NOW - timedelta(days=0.5 * (70 - number))
        text = f"Depot {number} on the quay opened its {number + 3} gates. " + " ".join(f"lamp{number}x{n}" for n in range(60))
        press.keep(sqlite, Record(f"Gate {number} opens", f"https://g.example/{number}", text, published=at, first_seen=at, source="g"), f"g{number}")  # fmt: skip
    with serving(press.parts(sqlite)) as address, visiting(browser, **EN) as page:
        page.goto(f"{address}/stories")
        assert "Gate 8 opens" not in titles(page)
        page.get_by_role("link", name="Older").click()
        page.get_by_role("link", name="Gate 8 opens", exact=True).click()
        page.wait_for_url("**/records/9")
        assert "Depot 8 on the quay" in page.inner_text(".body")


def test_evidence_and_values_lead_to_each_other(browser: Any, filled: Database) -> None:
    with serving(press.parts(filled)) as address, visiting(browser, **EN) as page:
        page.goto(f"{address}/records/1")
        value = page.locator(".chips .fact.t a").first
        value.hover()
        assert page.locator(".mark.lit").count() > 0
        value.click()
        place = page.url.partition("#")[2]
        assert page.locator(f"#{place}").is_visible()
        page.locator(f"#{place}").click()
        assert page.url.partition("#")[2] in page.locator(f"#{place}").get_attribute("data-of").split()


def test_a_wrong_fold_is_split_and_its_alert_is_raised(browser: Any, filled: Database) -> None:
    with serving(press.parts(filled)) as address, visiting(browser, **EN) as page:
        page.goto(f"{address}/stories/1")
        page.get_by_role("button", name="Not the same").click()
        page.wait_for_url("**/stories/4")
        assert "story of its own" in page.inner_text(".said")
        assert "The alert that was withheld is raised" in page.inner_text(".said")
        page.goto(address)
        assert len(titles(page)) == 7


def test_on_a_phone_nothing_is_cut_off_and_fingers_hit(browser: Any, filled: Database) -> None:
    with serving(press.parts(filled)) as address, visiting(browser, "400", "404", **PHONE) as page:
        for path in screens(filled).values():
            page.goto(address + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
        for path in ("/", "/search?q=大模型", "/deliveries"):
            page.goto(address + path)
            assert not grave(page)
            assert page.evaluate("(at => at.left >= 0 && at.right <= 360)($('.top nav [aria-current]').getBoundingClientRect())")
        page.goto(f"{address}/sources")
        assert "下次查询" in page.locator("tbody tr").first.evaluate(
            "row => [...row.cells].map(cell => getComputedStyle(cell, '::before').content).join()"
        )
        page.goto(f"{address}/week/2026-W48?edit=true")
        assert page.locator('[name="comments"]').first.is_visible()
        page.goto(address)
        star = page.locator(".entry .star button").first
        box = star.bounding_box()
        assert box["width"] >= 44
        assert box["height"] >= 44
        star.tap()
        page.wait_for_selector('.star button[aria-pressed="true"]')
        page.locator(".entry h2 a").first.tap()
        page.wait_for_url("**/records/*")
        page.goto(f"{address}/search?q=大模型 OR LLM")
        assert page.locator(".facets").count() == 0
        page.get_by_role("link", name="缩小范围").tap()
        page.locator(".facets a").first.tap()
        page.wait_for_url("**%3A**")


def test_everything_works_without_a_script(browser: Any, filled: Database) -> None:
    with serving(press.parts(filled)) as address, visiting(browser, **EN, java_script_enabled=False) as page:
        page.goto(address)
        first = titles(page)[0]
        page.locator(".entry .star button").first.click()
        assert "Starred." in page.inner_text(".said")
        page.locator(".entry .mark-read button").first.click()
        assert first not in titles(page)
        page.get_by_role("button", name="中文").click()
        assert page.locator("html").get_attribute("lang") == "zh-Hans"
        page.goto(f"{address}/?tab=starred")
        assert titles(page) == [first]


def test_axe_finds_nothing_serious_on_any_screen(browser: Any, filled: Database) -> None:
    """Each once, light and dark in turn: both take their colours from one list."""
    with serving(press.parts(filled)) as address, visiting(browser, "400", "404", **EN) as page:
        like_others = {"all", "starred", "attention"}
        for number, path in enumerate(path for name, path in screens(filled).items() if name not in like_others):
            page.emulate_media(color_scheme=("light", "dark")[number % 2])
            page.goto(address + path)
            assert not grave(page), path
        page.goto(address)
        page.keyboard.press("?")
        assert not grave(page)


def test_axe_is_there_and_finds_what_is_wrong(browser: Any) -> None:
    assert find_spec("axe_playwright_python")
    with visiting(browser, **EN) as page:
        page.set_content("<html><body><img src=x><button></button></body></html>")
        assert grave(page)
