"""What stands before every page: whose name we answer to, who may send a form, what the browser may do with an answer.

Host        a name that is not ours is refused (421), so that no page of another site reaches us by DNS rebinding
Origin      what changes something must come from a page of ours (403)
headers     nothing but our own files, no inline code, no frames, no search engines
size        a body is bounded
language    the answer is in the reader's: the cookie's, else the browser's
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from crawler.i18n import Language, preferred, speaking, tr
from jobs.web.access import UNSAFE
from jobs.web.errors import Trouble

LANGUAGE = "language"  # the cookie that keeps it
MAX_BODY = 1_000_000  # bytes of a form or a JSON body
CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # not no-referrer: browsers would then call the origin of our own forms null
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def is_ours(host: str, names: Collection[str]) -> bool:
    """Whether a Host header names us: by an IP address, which no foreign name server can forge, as localhost, or by one of `names`."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    if name == "localhost" or name in names:
        return True
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def is_foreign(headers: Headers) -> bool:
    """Whether a request that changes something comes from a page of another site, as the browser says."""
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return True
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower()


def language_of(headers: Headers) -> Language:
    """The cookie's, else the browser's."""
    kept = cookie_parser(headers.get("cookie", "")).get(LANGUAGE)
    return "zh" if kept == "zh" else "en" if kept == "en" else preferred(headers.get("accept-language", ""))


class Guard:
    """The outermost layer of the app. `names`: the host names that are ours beside localhost; `refuse` words a refusal."""

    def __init__(self, app: ASGIApp, names: Callable[[], Collection[str]], refuse: Callable[[Scope, Trouble], ASGIApp]) -> None:
        self._app = app
        self._names = names
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    given.setdefault(name, value)
            await send(message)

        with speaking(language_of(headers)):
            trouble = self._trouble(scope, headers)
            if trouble is not None:
                await self._refuse(scope, trouble)(scope, receive, sealed)
                return
            asked = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope  # the server leaves out the body by itself
            await self._app(asked, _bounded(receive), sealed)

    def _trouble(self, scope: Scope, headers: Headers) -> Trouble | None:
        if not is_ours(headers.get("host", ""), self._names()):
            return Trouble(421, "foreign_host", tr("Zhixun does not answer to this name; add it to `web_names` if it is yours."))
        if scope["method"] in UNSAFE and is_foreign(headers):
            return Trouble(403, "foreign_origin", tr("This came from a page of another site, and was not done."))
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > MAX_BODY:
            return Trouble(413, "too_large", tr("That is too much at once."))
        return None


def _bounded(receive: Receive) -> Receive:
    """The same, but a body that goes on and on ends as if its sender had gone."""
    seen = 0

    async def bounded() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        return message if seen <= MAX_BODY else {"type": "http.disconnect"}

    return bounded
