"""Pages are rendered in a real Chromium that reaches nothing by itself. Where there is none, skipped; with ZHIXUN_NO_SKIPS=1 they fail."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil
import pytest

from crawler.fetch.engine import Fetch, FetchResult
from crawler.record import Reason
from jobs.config.values import chromium
from jobs.services.sourcing.fetch_one import Fetcher, fetching
from tests.unit.crawler.fetch.local_site import Seen, Site, fetch, fetch_one, http, names, rules, serving

FOUND = chromium() if find_spec("playwright") else None
needs_browser = pytest.mark.skipif(
    FOUND is None and os.environ.get("ZHIXUN_NO_SKIPS") != "1", reason="no Chromium, or no extra `render`"
)
pytestmark = needs_browser

SHELL = http(
    200, b'<html><head><script src="/app.js"></script></head><body><div id="root"></div></body></html>', Content_Type="text/html"
)
APP = """
document.addEventListener("DOMContentLoaded", async () => {
  const items = await (await fetch("/api/list")).json();
  document.getElementById("root").innerHTML = items.map(item => `<a href="${item.url}">${item.title}</a>`).join("");
});
"""
ITEMS = [{"url": f"/a/{number}.html", "title": f"大模型新闻第{number}条"} for number in range(3)]
SITE = {
    "/": SHELL,
    "/app.js": http(200, APP.encode(), Content_Type="text/javascript; charset=utf-8"),
    "/api/list": http(200, json.dumps(ITEMS).encode(), Content_Type="application/json"),
}


def news(seen: Seen) -> bytes:
    """A site whose list is there only after its scripts ran."""
    return SITE.get(seen.path.partition("?")[0], b"" if seen.path == "/robots.txt" else http(404))


def html(body: str, **headers: str) -> bytes:
    return http(200, f"<!DOCTYPE html><meta charset=utf-8><body>{body}".encode(), Content_Type="text/html", **headers)


def with_browser(**changed: Any) -> Any:
    assert FOUND, "no Chromium, or no extra `render`"
    return rules(browser=FOUND, **changed)


async def rendered(url: str, **changed: Any) -> FetchResult:
    return await fetch_one(Fetch(url, render=True), with_browser(**changed))


def text_of(answer: FetchResult) -> str:
    assert answer.page is not None, answer.outcome
    return answer.page.body.decode()


@asynccontextmanager
async def watched() -> AsyncIterator[Callable[[str], Awaitable[FetchResult]]]:
    """An engine that lives on between two pages."""
    async with fetching(with_browser()) as fetcher:
        yield lambda url: fetcher.get(url, render=True)


def browsers() -> list[psutil.Process]:
    found = []
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            found += [child] * ("chrom" in child.name())
    return found


class TestRendering:
    async def test_what_is_there_only_after_scripts_ran_is_there(self) -> None:
        async with serving(SITE) as site:
            assert "/a/0.html" not in text_of(await fetch_one(Fetch(site.url("/")), with_browser()))
            answer = await rendered(site.url("/"))
            assert all(f'<a href="{item["url"]}">{item["title"]}</a>' in text_of(answer) for item in ITEMS)
            assert answer.page
            assert answer.page.content_type == "text/html; charset=utf-8"
            assert answer.bytes > len(APP)
            assert site.paths() == ["/", "/", "/app.js", "/api/list"]

    async def test_status_redirects_and_robots_are_those_of_any_fetch(self) -> None:
        pages = SITE | {
            "/old": http(301, Location="/"),
            "/gone": http(410),
            "/feed": http(200, b"<rss/>", Content_Type="text/xml"),
        }
        async with serving(pages, robots=http(200, b"User-agent: *\nDisallow: /secret\nDisallow: /api")) as site:
            moved = await rendered(site.url("/old"))
            assert moved.moved_to == site.url("/")
            assert "大模型" not in text_of(moved), "what robots.txt disallows is not fetched for a page either"
            assert (await rendered(site.url("/gone"))).outcome.reason is Reason.GONE
            assert (await rendered(site.url("/secret"))).outcome.reason is Reason.ROBOTS
            assert text_of(await rendered(site.url("/feed"))) == "<rss/>"
            assert "/api/list" not in site.paths()

    async def test_what_a_page_asks_for_keeps_the_pace_of_its_host(self) -> None:
        async with serving(SITE) as site:
            assert "大模型" in text_of(await rendered(site.url("/"), delay=0.3))
            times = [seen.at for seen in site.seen]
            assert min(later - sooner for sooner, later in pairwise(times)) >= 0.29

    async def test_a_script_that_may_be_kept_is_asked_for_once(self) -> None:
        script = http(200, APP.encode(), Content_Type="text/javascript", Cache_Control="max-age=600")
        async with serving(lambda seen: script if seen.path == "/app.js" else news(seen)) as site, watched() as ask:
            assert all(["大模型" in text_of(await ask(site.url(path))) for path in ("/?1", "/?2")])
        assert site.paths() == ["/?1", "/app.js", "/api/list", "/?2", "/api/list"]

    async def test_nothing_of_a_page_outlives_it(self) -> None:
        page = html("<script>document.body.append(document.cookie + (localStorage.x || 'none'));document.cookie = 'seen=1'; localStorage.x = 'seen'</script>")  # fmt: skip
        async with serving(lambda seen: page if seen.path != "/robots.txt" else http(404)) as site:
            answers = await fetch([Fetch(site.url(f"/{n}"), render=True) for n in range(4)], with_browser())
        assert all("none</body>" in text_of(answer) for answer in answers)

    async def test_no_more_than_a_few_pages_wait_for_the_browser(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("crawler.fetch.browser.QUEUE", 1)
        async with serving(news) as site:
            found = await fetch([Fetch(site.url(f"/?{n}"), render=True) for n in range(9)], with_browser())
        assert {answer.outcome.reason for answer in found} == {Reason.OK, Reason.OVERLOADED}


CANARY = "127.0.0.2"
TRIES = """
<link rel=preconnect href="http://{0}/"><link rel=prefetch href="http://{0}/"><link rel=dns-prefetch href="//{0}"><link rel=preload as=fetch href="http://{0}/">
<img src="http://{0}/"><iframe src="http://{0}/"></iframe><video src="http://{0}/"></video><object data="http://{0}/"></object>
<script>
const quiet = () => 0;
new WebSocket("ws://{0}/"); new EventSource("http://{0}/"); navigator.sendBeacon("http://{0}/", "x"); window.open("http://{0}/");
fetch("/moved").catch(quiet); fetch("http://{0}/").catch(quiet); fetch("http://{1}/").catch(quiet); fetch("file:///etc/hostname").catch(quiet);
try {{ new RTCPeerConnection({{iceServers: [{{urls: "stun:{0}"}}]}}).createDataChannel("x"); }} catch (e) {{}}
navigator.serviceWorker && navigator.serviceWorker.register("/worker.js").catch(quiet);
setTimeout(() => {{ document.body.append("came here"); location.href = "http://{0}/"; }}, 300);
</script>
"""


class TestTheGate:
    async def visit(self, monkeypatch: pytest.MonkeyPatch, *networks: str) -> tuple[FetchResult, Site, Site]:
        """A page that tries every door to another site: by address, by name, by redirect."""
        names(monkeypatch, {"inside.example": CANARY}.get)
        async with serving(lambda seen: http(200, b"inside", Access_Control_Allow_Origin="*")) as canary:
            places = f"{CANARY}:{canary.port}", f"inside.example:{canary.port}"
            page = html(TRIES.format(*places))
            async with serving({"/": page, "/moved": http(302, Location=f"http://{places[0]}/")}) as site:
                return await rendered(site.url("/"), allow_networks=networks), site, canary

    async def test_no_door_leads_to_a_private_address(self, monkeypatch: pytest.MonkeyPatch) -> None:
        answer, site, canary = await self.visit(monkeypatch, "127.0.0.1/32")
        assert "came here" in text_of(answer)
        assert "/moved" in site.paths()
        assert canary.connections == 0
        assert sorted(site.paths()) == ["/", "/moved"]

    async def test_an_allowed_one_is_reached_by_scripts_alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        _, _, canary = await self.visit(monkeypatch, "127.0.0.0/8")
        kinds = {(seen.method, "upgrade" in seen.headers) for seen in canary.seen}
        assert kinds == {("GET", False)}
        assert 2 <= len(canary.paths()) <= 4

    async def test_the_browser_by_itself_reaches_nothing(self) -> None:
        from crawler.fetch.browser import Browser, PlaywrightError  # noqa: PLC0415 - the library is an extra

        assert FOUND
        async with serving(SITE) as site:
            browser = Browser(FOUND, "x")
            page = await (await browser.start()).new_page()
            for host in ("127.0.0.1", "localhost", "[::1]"):
                with pytest.raises(PlaywrightError, match="net::ERR_"):
                    await page.goto(site.url("/", host))
            await browser.close()
        assert site.connections == 0


class TestBounds:
    async def test_a_page_that_grows_too_large_is_refused(self) -> None:
        page = html("<script>document.body.hidden = true; document.body.append('x'.repeat(200000))</script>")
        async with serving({"/": page}) as site:
            answer = await rendered(site.url("/"), max_page_size=100_000)
        assert answer.outcome.reason is Reason.TOO_LARGE

    @pytest.mark.parametrize(("status", "partly"), [(503, True), (404, False), (200, False)])
    async def test_it_is_said_when_a_script_got_no_answer_this_time(self, status: int, partly: bool) -> None:
        async with serving({"/": html("<script>fetch('/api')</script>"), "/api": http(status)}) as site:
            answer = await rendered(site.url("/"))
        assert (answer.partly, answer.also) == (partly, 1)

    async def test_a_slow_script_is_waited_for_after_the_network_is_quiet(self) -> None:
        slow = """
            const until = Date.now() + 1500;
            while (Date.now() < until);
            fetch("/api").then(answer => answer.text()).then(text => document.body.append(text))"""
        pages = {
            "/": html("<script src='/slow.js'></script>"),
            "/slow.js": http(200, slow.encode(), Content_Type="text/javascript"),
            "/api": html("The model is there"),
        }
        async with serving(pages) as site:
            answer = await rendered(site.url("/"))
        assert "The model is there" in text_of(answer)
        assert (answer.partly, answer.also) == (False, 2)

    async def test_a_page_that_never_rests_is_read_as_it_stands(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("crawler.fetch.browser.PATIENCE", 1.5)
        page = html("so far<script>setInterval(() => fetch('/more').catch(() => 0), 50)</script>")
        async with serving({"/": page}) as site:
            answer = await rendered(site.url("/"))
        assert "so far" in text_of(answer)
        assert answer.partly

    @pytest.mark.parametrize(
        ("script", "patience"),
        [("while (true) {}", 4.0), ("const held = []; while (true) held.push(new Uint8Array(2e7).fill(1))", 60.0)],
    )
    async def test_a_page_that_hangs_or_eats_memory_ends_alone(
        self, script: str, patience: float, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("crawler.fetch.browser.PATIENCE", patience)
        monkeypatch.setattr("crawler.fetch.browser.LAST_WORD", 3.0)
        monkeypatch.setattr("crawler.fetch.browser.MAX_MEMORY", 300 * 2**20)
        async with serving(lambda seen: html(f"<script>{script}</script>") if seen.path == "/bad" else news(seen)) as site:
            killed, good = await fetch([Fetch(site.url(path), render=True) for path in ("/bad", "/")], with_browser())
        assert killed.outcome.reason is Reason.KILLED
        assert "大模型" in text_of(good)


class TestLife:
    async def test_a_browser_that_crashed_is_started_again_and_ends_with_the_engine(self) -> None:
        async with serving(news) as site, watched() as ask:
            assert "大模型" in text_of(await ask(site.url("/?1")))
            assert browsers()
            for process in browsers():
                with suppress(psutil.NoSuchProcess):
                    process.kill()
            assert "大模型" in text_of(await ask(site.url("/?2")))
        assert browsers() == []

    async def test_a_stop_does_not_wait_for_a_page_and_takes_none_by_half(self) -> None:
        came = asyncio.Event()

        async def reply(seen: Seen) -> bytes:
            if seen.path == "/slow":
                came.set()
                await asyncio.sleep(60)
            return html("<script>fetch('/slow').catch(() => 0)</script>") if seen.path == "/" else http(404)

        async with serving(reply) as site:
            fetcher = Fetcher(with_browser())
            asking = asyncio.create_task(fetcher.get(site.url("/"), render=True))
            await came.wait()
            await fetcher.close()
            assert (await asking).outcome.reason is Reason.STOPPED
        assert browsers() == []

    async def test_a_browser_that_nobody_needs_is_closed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("crawler.fetch.browser.IDLE", 0.2)
        async with serving(news) as site, watched() as ask:
            assert "大模型" in text_of(await ask(site.url("/?1")))
            while browsers():  # the test's own time limit ends this
                await asyncio.sleep(0.1)
            assert "大模型" in text_of(await ask(site.url("/?2")))

    async def test_a_driver_that_stands_still_is_ended_with_its_browser(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from crawler.fetch.browser import Browser  # noqa: PLC0415 - the library is an extra

        before = set(psutil.Process().children())
        browser = Browser(FOUND, "", sandbox=False)
        await browser.start()
        monkeypatch.setattr("crawler.fetch.browser.LAST_WORD", 0.2)
        drivers = [child for child in psutil.Process().children() if child not in before]
        started = [*drivers, *browsers()]
        for driver in drivers:
            driver.suspend()
        await browser.close()
        assert len(started) > 1
        assert psutil.wait_procs(started, timeout=20)[1] == []

    def test_nothing_is_left_of_it_when_we_are_killed(self, tmp_path: Path) -> None:
        script = tmp_path / "visit.py"
        script.write_text(HANGING)
        environment = {**os.environ, "PYTHONPATH": os.getcwd()}
        with subprocess.Popen([sys.executable, str(script)], env=environment, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            assert process.stdout.readline() == "open\n"
            started = psutil.Process(process.pid).children(recursive=True)
            process.kill()
        assert started
        assert psutil.wait_procs(started, timeout=20)[1] == []


HANGING = """
import asyncio
from tests.unit.crawler.fetch.test_browser import *

def reply(seen):
    if seen.path == "/ping":
        print("open", flush=True)
    return html("<script>fetch('/ping').then(() => { while (true) {} })</script>") if seen.path == "/" else http(404)

async def go():
    async with serving(reply) as site:
        await rendered(site.url("/"))

asyncio.run(go())
"""
