"""Pages that are there only after their scripts ran: one Chromium, which has no network of its own.

The page itself is fetched like any other. What its scripts then ask for, the engine fetches in the browser's stead: robots.txt, the pace of
the host, the guard of addresses, redirects and the limits hold for it as for everything. The browser knows no name and no open door (names
lead nowhere, the proxy is a closed port), so nothing leaves but through crawler/fetch/handler.py: no web socket, no prefetch, no redirect of its own,
and no second look-up that a rebound name could turn to a private address. Needs the extra `render`, and Chromium on the PATH.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from playwright.async_api import Browser as Chromium
from playwright.async_api import BrowserContext, Page, Playwright, ProxySettings, Route, async_playwright
from playwright.async_api import Error as PlaywrightError
from playwright.async_api._context_manager import PlaywrightContextManager
from scrapy import Request, signals
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawler.fetch.handler import too_large
from crawler.fetch.messages import Ended, ended, max_age
from crawler.fetch.middlewares import fresh_meta, header
from crawler.fetch.settings import MIB, Part
from crawler.record import Reason

PLACES = 2  # pages open at once
QUEUE = 4  # that wait for a place; beyond, a page is given back, or its lease would run out here
PATIENCE = 30.0  # seconds until the page is read as it stands
LAST_WORD = 5.0  # seconds to hand it over after that; a page that cannot is given up
START = 20.0  # seconds for the browser to start
IDLE = 60.0  # seconds without a page until the browser is closed: with its driver it holds some 400 MB
RENEW = 200  # pages until it is started anew: browsers grow
MAX_ASKED = 100  # requests of one page …
AT_ONCE = 4  # … and of those on their way
MAX_MEMORY = 768 * MIB  # of one page's process
KEPT, MAX_KEPT = 200, 16 * MIB  # scripts, and bytes of them, that may be used again as far as their servers allow it

ARGUMENTS = (
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--js-flags=--max-old-space-size=256",
    "--disable-dev-shm-usage",  # containers have 64 MB of it
    "--disable-gpu",
)
NOWHERE: ProxySettings = {"server": "http://127.0.0.1:9", "bypass": "<-loopback>"}  # the discard port; loopback is no exception
ASKS = ("script", "xhr", "fetch")  # no pictures, films, fonts, frames, beacons
_OURS = frozenset(("host", "cookie", "user-agent", "accept-encoding", "accept-language", "content-length", "connection"))
_HANDED_ON = ("content-type", "access-control-allow-origin", "access-control-allow-credentials", "access-control-expose-headers")

# Loaded, and a turn in which the page had nothing to do, or two seconds in which it always had.
_RESTED = """new Promise(done => {
    const rest = () => requestIdleCallback(done, {timeout: 2000})
    document.readyState === "complete" ? rest() : addEventListener("load", rest)
}).then(() => 0)"""

Ask = Callable[[str, str, Mapping[str, str], bytes], Awaitable[Response]]


class Rendering(Part):
    """Downloader middleware: what a fetch wants rendered comes out as its scripts leave it."""

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        rules = self._context.rules
        self._browser = Browser(rules.browser or "", rules.user_agent, sandbox=rules.sandbox)
        self._kept: OrderedDict[str, tuple[float, Response]] = OrderedDict()
        self._rendering: set[asyncio.Task[Any]] = set()
        self._draining = False
        self._closing: asyncio.Future[None] | None = None
        self._context.lines.append(self)
        crawler.signals.connect(self._closed, signals.spider_closed)

    def process_request(self, request: Request) -> None:
        """Refuse what would wait too long, before it is fetched. Raises Ended."""
        if request.meta["render"] and self._draining:
            raise ended(Reason.STOPPED, "stopped before it began")
        if request.meta["render"] and len(self._rendering) >= PLACES + QUEUE:
            raise ended(Reason.OVERLOADED, "too many pages wait for the browser")

    async def process_response(self, request: Request, response: Response) -> Response:
        """A page as its scripts leave it; whatever else was answered, as it is. Raises Ended."""
        if not request.meta["render"] or response.status != 200 or "html" not in (header(response, "Content-Type") or "html"):
            return response
        self.process_request(request)
        task = asyncio.current_task()
        assert task is not None
        self._rendering.add(task)
        visit = Visit(request.url, response, partial(self._ask, request.meta), self._context.rules.max_page_size)
        try:
            html = await self._browser.render(visit)
        except asyncio.CancelledError:
            if not self._draining:
                raise
            task.uncancel()
            raise ended(Reason.STOPPED, "stopped before it was done") from None
        finally:
            self._rendering.discard(task)
            request.meta["partly"] = visit.partly
        headers = response.headers.copy()
        headers["Content-Type"] = "text/html; charset=utf-8"
        return response.replace(body=html.encode("utf-8", "replace"), headers=headers)

    async def _ask(self, page: dict[str, Any], method: str, url: str, headers: Mapping[str, str], body: bytes) -> Response:
        """What a page asks for, by the ordinary way or from what is kept; `page` is its meta. Raises Ended."""
        now = asyncio.get_running_loop().time()
        until, kept = self._kept.get(url, (0.0, None))
        if kept is not None and until > now and method == "GET":
            return kept
        sent = {**headers, "User-Agent": self._context.rules.user_agent, "Accept-Encoding": "gzip, deflate, br, zstd"}
        request = Request(url, method=method, headers=sent, body=body, callback=NO_CALLBACK, dont_filter=True, meta=fresh_meta())
        page["also"] += 1
        response: Response = await self._crawler.engine.download_async(request)
        page["wire_bytes"] += (response.request or request).meta["wire_bytes"]
        good_for = max_age(header(response, "Cache-Control"))
        if method == "GET" and response.status == 200 and good_for and "javascript" in (header(response, "Content-Type") or ""):
            self._keep(url, now + min(good_for, 86_400), response)
        return response

    def _keep(self, url: str, until: float, response: Response) -> None:
        self._kept[url] = until, response
        self._kept.move_to_end(url)
        while len(self._kept) > KEPT or sum(len(kept.body) for _, kept in self._kept.values()) > MAX_KEPT:
            self._kept.popitem(last=False)

    def drain(self) -> None:
        """End what is under way: a page whose scripts get nothing any more would be taken for an empty one."""
        self._draining = True
        for task in tuple(self._rendering):
            task.cancel()
        self._closing = self._closing or asyncio.ensure_future(self._browser.close())

    abort = drain

    async def _closed(self) -> None:
        await asyncio.shield(self._closing or asyncio.ensure_future(self._browser.close()))


class Visit:
    """One page, from its bytes to what its scripts make of it. `most` is the largest page, in bytes.

    `partly`: something that it asked for could not be had this time, or not in time.
    """

    def __init__(self, url: str, response: Response, ask: Ask, most: int) -> None:
        self._url = url
        self._response = response
        self._ask = ask
        self._most = most
        self.partly = False
        self._asked = self._bytes = 0
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._asking: set[asyncio.Task[Response]] = set()
        self._shown = False
        self._over = False

    async def html(self, context: BrowserContext) -> str:
        """The page after its scripts have come to rest, or as it stands after `PATIENCE`. Raises Ended or PlaywrightError."""
        await context.route("**/*", self._answer)
        page = await context.new_page()
        context.on("page", _close)  # what it opens beside itself
        try:
            async with asyncio.timeout(PATIENCE):
                await page.goto(self._url, wait_until="commit")
                await page.wait_for_load_state("networkidle", timeout=0)
                await self._at_rest(page)
        except TimeoutError:
            self.partly = True
        self.end()
        return await self._content(page)

    async def _at_rest(self, page: Page) -> None:
        """Wait for the scripts too: on a busy machine the network is quiet long before a page has run what came over it."""
        asked = -1
        while asked != self._asked or self._asking:
            asked = self._asked
            await _inside(page, _RESTED)
            if self._asking:
                await asyncio.wait(self._asking)

    def end(self) -> None:
        """Ask for nothing more."""
        self._over = True
        for asking in self._asking:
            asking.cancel()

    async def _answer(self, route: Route) -> None:
        """Give the browser what it asks for, or nothing. Never raises."""
        with suppress(PlaywrightError):  # the page is closed meanwhile
            asked = route.request
            if asked.is_navigation_request():
                if self._shown or asked.url.partition("#")[0] != self._url:
                    await route.abort("aborted")  # a script that leads elsewhere, or a frame: the page stays as it is
                    return
                self._shown = True
                kind = header(self._response, "Content-Type") or "text/html"
                await route.fulfill(status=200, headers={"content-type": kind}, body=self._response.body)
            elif asked.resource_type == "stylesheet":
                await route.fulfill(status=200, content_type="text/css", body="")  # programs wait for theirs
            elif (response := await self._fetched(route)) is None:
                await route.abort()
            else:
                headers = {name: value for name in _HANDED_ON if (value := header(response, name)) is not None}
                await route.fulfill(status=response.status, headers=headers, body=response.body)

    async def _fetched(self, route: Route) -> Response | None:
        asked = route.request
        wanted = asked.resource_type in ASKS and asked.method in ("GET", "POST") and asked.url.startswith(("http://", "https://"))
        self._asked += wanted
        if not wanted or self._over or self._asked > MAX_ASKED or self._bytes > 2 * self._most:
            return None
        headers = {k: v for k, v in asked.headers.items() if k not in _OURS and not k.startswith("sec-")}
        asking = asyncio.create_task(self._in_turn(asked.method, asked.url, headers, asked.post_data_buffer or b""))
        self._asking.add(asking)
        await asyncio.wait([asking])
        self._asking.discard(asking)
        failed = asyncio.CancelledError() if asking.cancelled() else asking.exception()
        if failed is not None:
            self.partly |= not (isinstance(failed, Ended) and failed.outcome.permanent)
            return None
        self._bytes += len(asking.result().body)
        self.partly |= asking.result().status in (408, 425, 429) or asking.result().status >= 500
        return asking.result()

    async def _in_turn(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Response:
        async with self._at_once:
            return await self._ask(method, url.partition("#")[0], headers, body)

    async def _content(self, page: Page) -> str:
        """The page's markup, cut in the browser and read beside the page's own scripts, which have no part in it. Raises Ended."""
        expression = f"document.documentElement ? document.documentElement.outerHTML.slice(0, {self._most + 1}) : ''"
        html = str(await _inside(page, expression) or "")
        if len(html) > self._most:
            raise too_large(self._most)
        return "<!DOCTYPE html>" + html


class Browser:
    """The one Chromium: started when it is needed, closed when it is not, started again when it has crashed."""

    def __init__(self, path: str, user_agent: str, *, sandbox: bool = True) -> None:
        self._path = path
        self._sandbox = sandbox and os.geteuid() != 0  # it refuses to be root's
        self._user_agent = user_agent
        self._places = asyncio.Semaphore(PLACES)
        self._starting = asyncio.Lock()
        self._driver: PlaywrightContextManager | None = None
        self._chromium: Chromium | None = None
        self._watching: asyncio.Task[None] | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._open = self._opened = 0

    async def render(self, visit: Visit) -> str:
        """The markup of one page, in a profile of its own: no cookie and nothing stored outlives it. Raises Ended."""
        async with self._places:
            self._open += 1
            self._opened += 1
            try:
                async with asyncio.timeout(2 * START):
                    browser, context = await self._profile()
                async with asyncio.timeout(PATIENCE + LAST_WORD):
                    return await self._visit(browser, context, visit)
            except TimeoutError:
                raise ended(Reason.KILLED, f"the page does not come to rest within {PATIENCE + LAST_WORD:g} s") from None
            except PlaywrightError as error:
                raise ended(Reason.KILLED, f"the page broke in the browser: {error.message.splitlines()[0]}"[:300]) from error
            finally:
                self._open -= 1
                self._sleep_later()

    async def _profile(self) -> tuple[Chromium, BrowserContext]:
        wishes: dict[str, Any] = {
            "locale": "zh-CN",
            "user_agent": self._user_agent,
            "service_workers": "block",
            "accept_downloads": False,
        }
        browser = await self.start()
        try:
            return browser, await browser.new_context(**wishes)
        except PlaywrightError:  # it had just died
            await self.close()
            browser = await self.start()
            return browser, await browser.new_context(**wishes)

    async def _visit(self, browser: Chromium, context: BrowserContext, visit: Visit) -> str:
        try:
            return await visit.html(context)
        finally:
            visit.end()
            await asyncio.shield(asyncio.ensure_future(self._leave(browser, context)))

    async def _leave(self, browser: Chromium, context: BrowserContext) -> None:
        """Close one page's profile. Where that hangs, the whole browser is closed, and the next page starts another."""
        try:
            async with asyncio.timeout(LAST_WORD):
                await context.close()
        except (TimeoutError, PlaywrightError):
            if browser is self._chromium:
                await self.close()

    async def start(self) -> Chromium:
        """The running browser. Raises Ended where it cannot be had."""
        if self._idle is not None:
            self._idle.cancel()
        async with self._starting:
            if self._chromium is not None and self._chromium.is_connected() and (self._opened < RENEW or self._open > 1):
                return self._chromium
            await self.close()
            try:
                self._driver = driver = async_playwright()
                self._chromium = await (await _begun(driver)).chromium.launch(
                    executable_path=self._path, args=ARGUMENTS, proxy=NOWHERE, timeout=START * 1000,
                    chromium_sandbox=self._sandbox,
                    env={name: value for name in ("PATH", "HOME", "LANG", "TMPDIR") if (value := os.environ.get(name))},
                    handle_sigint=False, handle_sigterm=False, handle_sighup=False,
                )  # fmt: skip
            except (PlaywrightError, OSError) as error:
                await self.close()
                raise ended(Reason.BROWSER, f"Chromium does not start: {_why(str(error))}") from error
            self._opened = 0
            self._watching = asyncio.create_task(_watch(self._chromium))
            return self._chromium

    def _sleep_later(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        if not self._open:
            loop = asyncio.get_running_loop()
            self._idle = loop.call_later(IDLE, lambda: asyncio.ensure_future(self.close()))

    async def close(self) -> None:
        """End the browser and all that belongs to it. It may be started again."""
        if self._idle is not None:
            self._idle.cancel()
        if self._watching is not None:
            self._watching.cancel()
        running, driver = self._chromium, self._driver
        self._chromium = self._driver = None
        try:
            with suppress(TimeoutError, PlaywrightError):
                async with asyncio.timeout(LAST_WORD):
                    if running is not None:
                        await running.close()
        finally:
            if driver is not None:
                await _ended(driver)


async def try_out(path: str, *, sandbox: bool) -> tuple[str, bool]:
    """Start the browser and end it again: its version, or why it does not start, and whether it failed."""
    browser = Browser(path, "", sandbox=sandbox)
    try:
        return f"Chromium {(await browser.start()).version} starts", False
    except Ended as error:
        return error.outcome.detail, True
    finally:
        await browser.close()


async def _begun(driver: PlaywrightContextManager) -> Playwright:
    """Its first words. Whoever gives up waiting for them does not leave it behind: it holds 100 MB."""
    beginning = asyncio.ensure_future(driver.start())
    try:
        return await asyncio.shield(beginning)
    except asyncio.CancelledError:
        await asyncio.wait([beginning], timeout=LAST_WORD)
        await _ended(driver)
        raise


async def _ended(driver: PlaywrightContextManager) -> None:
    """End a driver. One that does not end by itself, or for which nobody waits, is killed, and its browser with it."""
    transport = getattr(getattr(driver, "_client", None), "_transport", None)  # Playwright has no word for its process
    process = getattr(transport, "_proc", None)
    try:
        with suppress(TimeoutError, PlaywrightError):
            async with asyncio.timeout(2 * LAST_WORD):
                await driver.__aexit__()
                if process is not None:
                    await process.wait()
    finally:
        if process is not None and process.returncode is None:
            process.kill()
            await process.wait()


async def _inside(page: Page, expression: str) -> Any:
    """What an expression, or its promise, comes to on the page, in a world that the page's own scripts have no part in."""
    session = await page.context.new_cdp_session(page)
    frame = (await session.send("Page.getFrameTree"))["frameTree"]["frame"]["id"]
    world = (await session.send("Page.createIsolatedWorld", {"frameId": frame}))["executionContextId"]
    asked = {"expression": expression, "contextId": world, "returnByValue": True, "awaitPromise": True}
    return (await session.send("Runtime.evaluate", asked))["result"].get("value")


async def _close(page: Page) -> None:
    with suppress(PlaywrightError):
        await page.close()


async def _watch(browser: Chromium) -> None:
    """Kill the process of a page that grows too large; the page is then told as crashed."""
    with suppress(PlaywrightError):  # the browser is gone
        session = await browser.new_browser_cdp_session()
        while True:
            await asyncio.sleep(0.5)
            for process in (await session.send("SystemInfo.getProcessInfo"))["processInfo"]:
                if process["type"] == "renderer" and _resident(process["id"]) > MAX_MEMORY:
                    with suppress(ProcessLookupError):
                        os.kill(process["id"], signal.SIGKILL)


def _why(error: str) -> str:
    """The line that says it, of a browser's many."""
    if "usable sandbox" in error or "SUID sandbox" in error:
        return "it has no sandbox here; allow user namespaces, install chromium-sandbox, or set crawl.sandbox: false"
    return error.strip().splitlines()[0][:300]


def _resident(pid: int) -> int:
    """Bytes of memory that a process holds; 0 when it is gone."""
    try:
        with open(f"/proc/{pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * 4096
    except (OSError, ValueError):
        return 0
