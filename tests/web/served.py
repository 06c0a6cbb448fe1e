"""The pages at a real address, with a real browser in front of them. Where there is no Chromium, skipped; with ZHIXUN_NO_SKIPS=1 they fail."""

import asyncio
import gc
import os
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

import pytest

from jobs.config import values
from jobs.web.access import Parts
from jobs.web.app import create
from jobs.web.server import Listener

FOUND = values.chromium() if find_spec("playwright") else None
needs_browser = pytest.mark.skipif(
    FOUND is None and os.environ.get("ZHIXUN_NO_SKIPS") != "1", reason="no Chromium, or no extra `render`"
)


@contextmanager
def serving(parts: Parts) -> Iterator[str]:
    """The pages in a loop of their own, in a thread; their address."""
    listener = Listener(create(parts), "127.0.0.1:0")
    listener.bind()
    loop = asyncio.new_event_loop()

    async def run() -> None:
        listener.open()

    async def end() -> None:
        await listener.close()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(run(), loop).result(10)
    try:
        yield f"http://127.0.0.1:{listener.port}"
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser. For one module of tests: while it runs, its thread can have no other loop."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  (an extra)

    try:
        with sync_playwright() as tool:
            browser = tool.chromium.launch(executable_path=FOUND, args=["--no-sandbox"])
            try:
                yield browser
            finally:
                browser.close()
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # of the driver, which would be told to whichever test is next
            gc.collect()


@contextmanager
def visiting(browser: Any, *expected: str, **options: Any) -> Iterator[Any]:
    """A page of a reader of his own. Whatever it reports against the content security policy, and each dialog, is a failure, but for what
    is `expected` to be said."""
    context = browser.new_context(**options)
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if _is_wrong(message) else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", lambda dialog: wrong.append(dialog.message) or dialog.dismiss())
    try:
        yield page
    finally:
        context.close()
    wrong = [said for said in wrong if not any(part in said for part in expected)]
    assert not wrong, wrong


def _is_wrong(message: Any) -> bool:
    """An error of a page. For an answer that is no page, such as a program's list, a browser asks for /favicon.ico by itself."""
    return message.type == "error" and not str(message.location.get("url", "")).endswith("/favicon.ico")
