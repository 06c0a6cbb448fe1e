"""From an address to an open channel, and the one way by which channels reach the network.

`Post` never raises for what a network or a server does: it gives a `Reply`, and `refusal` puts the failures that all of HTTP
shares into a `Receipt`. What a vendor says inside an HTTP 200 is for its channel to read.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from crawler import durations
from crawler.errors import OptionError
from crawler.plugins import Component
from jobs import clock
from jobs.deliver.address import component_of, parse_address, shown
from jobs.deliver.message import Message
from jobs.redaction import redacted
from jobs.safe_text import bare

if TYPE_CHECKING:  # whoever sends nothing, such as `check`, does not wait for it
    import aiohttp

TIMEOUT = 10.0  # seconds for one request, everything included
MAX_REPLY = 64 * 1024  # bytes read of an answer
MAX_DETAIL = 300  # code points of a vendor's words kept in the ledger
TOKEN_MARGIN = timedelta(minutes=5)
MAX_RETRY_AFTER = 86_400.0  # seconds; whoever asks for more is not obeyed to the letter
MAX_TAKEN = 1000  # messages of which is kept who has them
MAX_CODE = 20  # digits of a code that is written as a string
TOO_FAST = 60.0  # seconds to leave a channel alone whose vendor says so without a figure
_too_fast = re.compile(
    r"(?i)too many requests?|too (?:fast|frequent)|(?:rate|frequency|freq)[ _-]?limit|(?:过于|太)频繁|频率(?:限制|超限)|请求过多"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TEMPORARY = (408, 409, 425, 429)
_PAUSE_HEADERS = ("Retry-After", "x-ogw-ratelimit-reset")  # the second is 飞书's
_UNREADABLE = (400, 413, 422)  # the server could not read the message: another form may pass


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one attempt. `permanent` is the one bit for retry; `code` is the vendor's own.

    `handed_over`: a library took the message and its word is all we have. `poison`: it is this message that the vendor cannot read.
    """

    accepted: bool
    permanent: bool = False
    detail: str = ""
    code: str | None = None
    retry_after: float | None = None
    handed_over: bool = False
    poison: bool = False


def accepted(detail: str = "", code: object = None) -> Receipt:
    """The channel took the message."""
    return Receipt(True, detail=_words(detail), code=None if code is None else str(code))


def refused(
    detail: str, code: object = None, *, permanent: bool = False, poison: bool = False, retry_after: object = None
) -> Receipt:
    """The channel did not take the message. `retry_after`: seconds, as the vendor has them in whatever it answered."""
    wait = _seconds(retry_after)
    return Receipt(False, permanent, _words(detail), None if code is None else str(code), wait, poison=poison)


def _seconds(asked: object) -> float | None:
    """A time that a vendor names, within bounds (nan is none); None when it is no number, as one or in words."""
    with contextlib.suppress(ValueError):
        asked = float(asked) if isinstance(asked, str) else asked
    return min(max(0.0, asked), MAX_RETRY_AFTER) if isinstance(asked, int | float) else None


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's answer, in our words. `status` is 0 when there was none; `error` then says why."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    error: str = ""
    now: datetime = _EPOCH

    @property
    def text(self) -> str:
        """The body, leniently decoded."""
        return self.body.decode("utf-8", "replace")

    @property
    def json(self) -> dict[str, Any]:
        """The body as a JSON object; an empty one if it is anything else."""
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return value if isinstance(value, dict) else {}

    @property
    def retry_after(self) -> float | None:
        """Seconds that the server asks us to wait (RFC 9110 §10.2.3: seconds, or a date), in the header that it has for that."""
        asked = next((self.headers[name] for name in _PAUSE_HEADERS if name in self.headers), None)
        return _seconds(durations.retry_after(asked, self.now))

    def refusal(self) -> Receipt | None:
        """What HTTP itself says against the message; None when the status is a 2xx."""
        if 200 <= self.status < 300:
            return None
        if not self.status:
            return refused(self.error)
        words = f"HTTP {self.status} {self.text}"
        if 300 <= self.status < 400:
            return refused(f"HTTP {self.status}: redirects of channels are not followed", self.status)
        if self.status in _TEMPORARY or self.status >= 500:
            return refused(words, self.status, retry_after=self.retry_after)
        return refused(words, self.status, permanent=True, poison=self.status in _UNREADABLE)


@dataclass(frozen=True, slots=True)
class Codes:
    """How a vendor's own codes are to be read. A code that stands nowhere is a failure that may pass.

    `wait` gives the seconds to leave the channel alone; `final` will not change by trying again; `poison` is about this one message.
    Where the words say "too fast" it is that, whatever the code; a code may be written as a string.
    """

    ok: tuple[object, ...]
    wait: Mapping[object, float] = field(default_factory=dict)
    final: tuple[object, ...] = ()
    poison: tuple[object, ...] = ()

    def read(self, reply: Reply, code: object, words: str) -> Receipt:
        """The receipt of an answer that carries `code`, the vendor's own, which goes before the status of HTTP."""
        if not isinstance(code, str | int | float):
            return reply.refusal() or refused(f"an answer without a code: {reply.text}", reply.status)
        said = f"{code} {words}"
        if isinstance(code, str) and code.isdecimal() and len(code) < MAX_CODE:
            code = int(code)
        if any(code == one and isinstance(code, bool) == isinstance(one, bool) for one in self.ok):  # false is no 0
            return reply.refusal() or accepted(said, code)
        if code in self.wait:
            return refused(said, code, retry_after=reply.retry_after or self.wait[code])
        if _too_fast.search(words):
            return refused(said, code, retry_after=reply.retry_after or TOO_FAST)
        if code in self.final or code in self.poison:
            return refused(said, code, permanent=True, poison=code in self.poison)
        general = reply.refusal()
        return replace(general, detail=_words(said), code=str(code)) if general else refused(said, code)


class Post:
    """Sends one request and brings the answer back. One session, made when it is first needed; `close` ends it."""

    def __init__(self, now: Callable[[], datetime], timeout: float = TIMEOUT) -> None:
        self.now = now
        self._tokens: dict[str, tuple[str, datetime]] = {}
        self._taken: dict[str, set[str]] = {}
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None

    async def __call__(
        self,
        url: str,
        *,
        json_body: object = None,
        body: bytes | None = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        method: str = "POST",
    ) -> Reply:
        """POST to `url`, with at most one of `json_body` (sent as UTF-8 JSON), `body` and `form`."""
        import aiohttp  # noqa: PLC0415

        head = {"User-Agent": "Zhixun/1.0", **(headers or {})}
        if json_body is not None:
            body = json.dumps(json_body, ensure_ascii=False).encode("utf-8", "replace")
            head["Content-Type"] = "application/json; charset=utf-8"
        if auth:
            head["Authorization"] = "Basic " + base64.b64encode(":".join(auth).encode()).decode()
        try:
            data = body if form is None else form
            async with self._open().request(method, url, data=data, headers=head, allow_redirects=False) as answer:
                return Reply(answer.status, await _read(answer), answer.headers.copy(), now=self.now())
        except TimeoutError:
            return Reply(0, error=f"no answer within {self._timeout:g} s")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return Reply(0, error=_network_words(error))

    async def token(self, key: str, ask: Callable[[], Awaitable[tuple[str, object] | Receipt]]) -> str | Receipt:
        """The access token kept under `key`; when there is none or it ends soon, a new one from `ask`, good for so many seconds."""
        kept, until = self._tokens.get(key, ("", _EPOCH))
        if self.now() < until - TOKEN_MARGIN:
            return kept
        asked = await ask()
        if isinstance(asked, Receipt):
            return asked
        self._tokens[key] = (asked[0], self.now() + timedelta(seconds=_seconds(asked[1]) or 0.0))
        return asked[0]

    def taken_by(self, key: str) -> set[str]:
        """Those of several recipients who have the message of this key already; a channel adds to it what it hears."""
        while len(self._taken) > MAX_TAKEN:
            del self._taken[next(iter(self._taken))]
        return self._taken.setdefault(key, set())

    def forget(self, key: str) -> None:
        """The vendor does not take the token kept under `key` any more."""
        self._tokens.pop(key, None)

    def _open(self) -> aiohttp.ClientSession:
        import aiohttp  # noqa: PLC0415

        if self._session is None or self._session.closed:
            total = aiohttp.ClientTimeout(total=self._timeout)
            self._session = aiohttp.ClientSession(timeout=total, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False)
        return self._session

    async def close(self) -> None:
        """End the session and its connections."""
        if self._session is not None:
            await self._session.close()
            await asyncio.sleep(0)  # lets the transports of the session see that they are closed


@contextlib.asynccontextmanager
async def posting(now: Callable[[], datetime] = clock.now, timeout: float = TIMEOUT) -> AsyncIterator[Post]:
    """A `Post` that is closed at the end of the block."""
    post = Post(now, timeout)
    try:
        yield post
    finally:
        await post.close()


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    """The first `MAX_REPLY` bytes of an answer, or what came before it broke off: its status was said, and stands."""
    import aiohttp  # noqa: PLC0415

    body = b""
    with contextlib.suppress(aiohttp.ClientError, TimeoutError, OSError):
        async for part in answer.content.iter_any():
            body += part
            if len(body) >= MAX_REPLY:
                answer.close()
                break
    return body[:MAX_REPLY]


def _network_words(error: Exception) -> str:
    """What went wrong, without the address: it may hold a token."""
    import aiohttp  # noqa: PLC0415

    if isinstance(error, aiohttp.ClientConnectorCertificateError):  # is a ValueError, too
        told = error.certificate_error
        return f"no connection to {error.host}: {getattr(told, 'verify_message', '') or type(told).__name__}"
    if isinstance(error, aiohttp.InvalidURL | ValueError):
        return "the channel's address is not a web address"
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"no connection to {error.host}: {error.os_error.strerror or type(error.os_error).__name__}"
    return f"the connection broke: {type(error).__name__}"


def _words(text: str) -> str:
    """A vendor's words for the ledger and other channels; many a server repeats the address it was asked at, with its token."""
    return bare(redacted(text[: 4 * MAX_DETAIL]))[:MAX_DETAIL]


@dataclass(frozen=True, slots=True)
class OpenChannel:
    """A channel with its options, ready to send. `rate` is messages a minute; None means as fast as it takes them.

    `template` is the operator's own wording of an alert; `zone` that in which times are shown. Channels with one `target` are one to
    the vendor, who counts their messages together.
    """

    name: str
    scheme: str
    shown: str
    options: BaseModel
    rate: float | None
    component: Component = field(repr=False)
    template: str = ""
    zone: tzinfo = UTC
    target: tuple[str, ...] = field(default=(), repr=False)

    def obstacle(self) -> str:
        """What on this machine is in the way of its messages; "" where its component knows of nothing."""
        look: Callable[[BaseModel], str] = getattr(self.component.module, "obstacle", lambda _options: "")
        return look(self.options)

    async def send(self, message: Message, post: Post) -> Receipt:
        """Hand the message to the vendor and read its answer."""
        worded = replace(message.in_zone(self.zone), template=self.template or message.template)
        receipt: Receipt = await self.component.module.send(worded, self.options, post)
        return receipt


def no_channel(text: str) -> str:
    """What is wrong with the address of a channel, or missing; "" where it is one."""
    try:
        channel_for(text)
    except OptionError as error:
        return str(error)
    return ""


def channel_for(text: str, template: str = "", zone: tzinfo = UTC) -> OpenChannel:
    """The channel of an address; raises OptionError that says what is wrong or missing."""
    address = parse_address(text)
    component = component_of(address)
    options: BaseModel = component.module.options(address)
    target = (
        component.name,
        address.user or "",
        address.authority,
        address.path,
    )  # not what stands behind the ?: keywords, groups
    return OpenChannel(
        component.name, address.scheme, shown(address), options, component.module.RATE, component, template, zone, target
    )
