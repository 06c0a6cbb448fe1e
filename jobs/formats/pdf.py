"""A page of our own as PDF, printed by Chromium where one is installed. The browser reaches nothing, and the page forbids itself scripts."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from threading import Lock

from crawler.errors import ZhixunError
from crawler.i18n import tr
from jobs.config.values import chromium

PATIENCE = 60  # seconds
_ARGUMENTS = "--headless --disable-gpu --disable-dev-shm-usage --no-pdf-header-footer --no-first-run".split()
_ARGUMENTS += ["--host-resolver-rules=MAP * ~NOTFOUND"]
_one = Lock()  # at a time: a browser takes hundreds of megabytes


class NotPrinted(ZhixunError):
    """There is no PDF. The text says why, and what to do instead."""


def printed(html: str, sandbox: bool) -> bytes:
    """The PDF of a page that needs no other file. Its `sandbox` is never had by root, to whom it is refused. Raises NotPrinted."""
    browser = chromium()
    if browser is None:
        raise NotPrinted(tr("PDF needs Chromium, and none is installed here; print the page from your own browser instead."))
    if not _one.acquire(timeout=PATIENCE):
        raise NotPrinted(tr("Another PDF is being made; try again in a minute."))
    try:
        with tempfile.TemporaryDirectory(prefix="zhixun-pdf-") as folder:
            return _print(Path(folder), html, [browser, *_ARGUMENTS, *([] if sandbox and os.geteuid() else ["--no-sandbox"])])
    finally:
        _one.release()


def _print(folder: Path, html: str, command: list[str]) -> bytes:
    page, made = folder / "page.html", folder / "page.pdf"
    page.write_text(html, "utf-8", errors="replace")
    command = [*command, f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={made}", page.as_uri()]
    said = b""
    with suppress(subprocess.TimeoutExpired, OSError):
        said = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False).stderr
    if not made.exists():
        raise NotPrinted(tr("Chromium made no PDF: {why}", why=_why(said.decode(errors="replace"))))
    return made.read_bytes()


def _why(log: str) -> str:
    """The line that says it, of a log's many, without its process and place."""
    if "usable sandbox" in log:
        return tr("it has no sandbox here; allow user namespaces, install chromium-sandbox, or set crawl.sandbox: false")
    return re.sub(r"^\[[^\]]*\] *", "", (log.strip().splitlines() or ["–"])[-1])[:200]
