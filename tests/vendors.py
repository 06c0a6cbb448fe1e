"""Stand-ins for the vendors of chat and push services, on 127.0.0.1: each answers as its original documents say, or misbehaves."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qs

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session

Trouble = Literal["hang", "reset", "lost"]  # never answer · break the connection · take the message, then break the connection


def units(text: str) -> int:
    """UTF-16 units, which is how these vendors count."""
    return len(text.encode("utf-16-le")) // 2


@dataclass(frozen=True)
class FetchResult:
    """What a vendor answers."""

    body: str | dict[str, Any] = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """One request as a vendor received it. `said` is the JSON body, or the form."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> dict[str, Any]:
        if self.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
            return {key: values[0] for key, values in parse_qs(self.body.decode()).items()}
        value: dict[str, Any] = json.loads(self.body)
        return value


class Vendor:
    """A server that gives the answers of its script in turn, the last one again and again."""

    def __init__(self, *script: FetchResult | Trouble) -> None:
        self.script = list(script)
        self.asked: list[Asked] = []
        self.host = ""
        self._ended = asyncio.Event()

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    async def __aenter__(self) -> Vendor:
        app = web.Application(client_max_size=2**24)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.host = f"127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_exception: object) -> None:
        self._ended.set()
        await self._runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.asked.append(Asked(request.path, dict(request.query), dict(request.headers), body))
        turn = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(turn, FetchResult):
            text = turn.body if isinstance(turn.body, str) else json.dumps(turn.body)
            return web.Response(text=text, status=turn.status, headers=turn.headers)
        if turn == "hang":
            await self._ended.wait()
        if request.transport is None:  # the other side has gone
            return web.Response()
        assert isinstance(request.transport, asyncio.Transport)
        if turn == "reset":
            raw = request.transport.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            request.transport.abort()
        request.transport.close()
        return web.Response()


@dataclass(frozen=True)
class Refusal:
    """An answer that is a refusal, and how it has to be taken."""

    answer: FetchResult
    code: str
    permanent: bool
    poison: bool = False
    retry_after: float | None = None


@dataclass(frozen=True)
class Known:
    """What a test must know of one vendor. `text` takes what the reader will see out of a request; `limit` is its bound."""

    name: str
    address: Callable[[Vendor], str]
    accepts: FetchResult
    refuses: tuple[Refusal, ...]
    text: Callable[[dict[str, Any]], str]
    limit: int
    size: Callable[[str], int] = lambda text: len(text.encode())


def _in_200(code: int | str, words: str, *, key: str = "errcode", message: str = "errmsg") -> FetchResult:
    return FetchResult({key: code, message: words})


def _feishu_text(body: dict[str, Any]) -> str:
    if body["msg_type"] == "text":
        return str(body["content"]["text"])
    card = body["card"]
    return "\n".join([card["header"]["title"]["content"], json.dumps(card["elements"], ensure_ascii=False)])


def _markdown_text(body: dict[str, Any]) -> str:
    part = body[body["msgtype"]]
    return str(part.get("text") or part.get("content"))


HTTP_REFUSALS = (
    Refusal(FetchResult("no such thing", 404), "404", permanent=True),
    Refusal(FetchResult("cannot read that", 400), "400", permanent=True, poison=True),
    Refusal(FetchResult("slow down", 429, {"Retry-After": "7"}), "429", permanent=False, retry_after=7.0),
    Refusal(FetchResult("slow down", 429), "429", permanent=False),
    Refusal(FetchResult("<html>oops</html>", 500), "500", permanent=False),
    Refusal(FetchResult("busy", 503, {"Retry-After": "Tue, 01 Dec 2026 00:00:30 GMT"}), "503", permanent=False, retry_after=30.0),
    Refusal(FetchResult("", 302, {"Location": "http://127.0.0.1:9/"}), "302", permanent=False),
)
HTML_INSTEAD = Refusal(FetchResult("<html>login</html>"), "200", permanent=False)

VENDORS = (
    Known(
        "feishu",
        lambda v: f"feishu://TOKEN-1?api={v.url}&secret=s3cret&keyword=智讯",
        FetchResult({"code": 0, "msg": "success", "data": {}}),
        (
            Refusal(_in_200(19024, "Key Words Not Found", key="code", message="msg"), "19024", permanent=True),
            Refusal(
                _in_200(19021, "sign match fail or timestamp is not within one hour", key="code", message="msg"), "19021", True
            ),
            Refusal(_in_200(11232, "frequency limited psm", key="code", message="msg"), "11232", False, retry_after=60.0),
            Refusal(FetchResult({"code": 9499, "msg": "Bad Request"}, 400), "9499", permanent=True, poison=True),
            Refusal(_in_200(9499, "too many request", key="code", message="msg"), "9499", False, retry_after=60.0),
            Refusal(_in_200(11246, "card content is invalid", key="code", message="msg"), "11246", True, True),
            Refusal(FetchResult("", 429, {"x-ogw-ratelimit-reset": "42"}), "429", permanent=False, retry_after=42.0),
            Refusal(_in_200(4711, "never heard of", key="code", message="msg"), "4711", permanent=False),
        ),
        _feishu_text,
        20_000,
    ),
    Known(
        "dingtalk",
        lambda v: f"dingtalk://TOKEN-1?api={v.url}&secret=SECs3cret",
        _in_200(0, "ok"),
        (
            Refusal(_in_200(310000, "keywords not in content"), "310000", permanent=True),
            Refusal(_in_200(130101, "send too fast, exceed 20 times per minute"), "130101", False, retry_after=600.0),
            Refusal(_in_200(430104, "含有不合适的内容"), "430104", permanent=True, poison=True),
            Refusal(_in_200(460101, "message too long, exceed 20000 bytes"), "460101", permanent=True, poison=True),
            Refusal(_in_200(-1, "系统繁忙"), "-1", False, retry_after=5.0),
        ),
        _markdown_text,
        20_000,
    ),
    Known(
        "wecom",
        lambda v: f"wecom://KEY-1?api={v.url}",
        _in_200(0, "ok"),
        (
            Refusal(_in_200(93000, "invalid webhook url"), "93000", permanent=True),
            Refusal(_in_200(45009, "api freq out of limit"), "45009", False, retry_after=60.0),
            Refusal(_in_200(40058, "markdown.content exceed max length 4096"), "40058", permanent=True, poison=True),
        ),
        _markdown_text,
        4096,
    ),
    Known(
        "telegram",
        lambda v: f"telegram://123:ABC/-100200?api={v.url}",
        FetchResult({"ok": True, "result": {"message_id": 5}}),
        (
            Refusal(
                FetchResult({"ok": False, "error_code": 400, "description": "Bad Request: chat not found"}, 400), "400", True
            ),
            Refusal(
                FetchResult({"ok": False, "error_code": 400, "description": "Bad Request: can't parse entities"}, 400),
                "400",
                True,
                True,
            ),
            Refusal(
                FetchResult({"ok": False, "error_code": 429, "description": "Too Many", "parameters": {"retry_after": 11}}, 429),
                "429",
                False,
                retry_after=11.0,
            ),
            Refusal(FetchResult({"ok": False, "error_code": 429}, 429, {"Retry-After": "9"}), "429", False, retry_after=9.0),
            Refusal(FetchResult({"ok": False, "error_code": 401, "description": "Unauthorized"}, 401), "401", True),
            Refusal(FetchResult({"ok": False, "error_code": "502", "parameters": [1]}, 502), "502", permanent=False),
        ),
        lambda body: str(body["text"]),
        4096,
        units,
    ),
    Known(
        "slack",
        lambda v: f"slack://T0/B0/XYZ?api={v.url}",
        FetchResult("ok"),
        (
            Refusal(FetchResult("invalid_payload", 400), "400", permanent=True, poison=True),
            Refusal(FetchResult("no_service", 404), "404", permanent=True),
            Refusal(FetchResult("channel_is_archived", 410), "410", permanent=True),
        ),
        lambda body: str(body["text"]),
        4000,
        units,
    ),
    Known(
        "discord",
        lambda v: f"discord://12345/TOKEN?api={v.url}",
        FetchResult({"id": "998", "content": "…"}),
        (
            Refusal(FetchResult({"message": "Unknown Webhook", "code": 10015}, 404), "10015", permanent=True),
            Refusal(FetchResult({"message": "Invalid Form Body", "code": 50035}, 400), "50035", permanent=True, poison=True),
            Refusal(
                FetchResult({"message": "You are being rate limited.", "retry_after": 1.5, "global": False}, 429),
                "429",
                False,
                retry_after=1.5,
            ),
        ),
        lambda body: str(body["content"]),
        2000,
        units,
    ),
    Known(
        "ntfy",
        lambda v: f"ntfy://reader:pass@{v.host}/topic?tls=off",
        FetchResult({"id": "hwQ2YpKdmg", "event": "message"}),
        (
            Refusal(FetchResult({"code": 42901, "http": 429, "error": "limit reached"}, 429), "429", permanent=False),
            Refusal(FetchResult({"code": 40301, "http": 403, "error": "forbidden"}, 403), "403", permanent=True),
        ),
        lambda body: f"{body['title']}\n{body['message']}",
        4096 + 1024,
    ),
    Known(
        "bark",
        lambda v: f"bark://{v.host}/KEY1?tls=off",
        FetchResult({"code": 200, "message": "success", "timestamp": 1}),
        (
            Refusal(FetchResult({"code": 400, "message": "failed to get device token"}, 400), "400", permanent=True),
            Refusal(FetchResult({"code": 500, "message": "push failed"}), "500", permanent=False),
        ),
        lambda body: f"{body['title']}\n{body['body']}",
        3000,
    ),
    Known(
        "serverchan",
        lambda v: f"serverchan://SCT1ABC?api={v.url}",
        FetchResult({"code": 0, "message": "", "data": {"pushid": "1", "error": "SUCCESS", "errno": 0}}),
        (
            Refusal(FetchResult({"code": 40001, "message": "[AUTH]错误的Key"}, 400), "40001", permanent=True),
            Refusal(
                FetchResult({"code": 40001, "message": "[AUTH]超过当天的发送次数限制[5]"}), "40001", False, retry_after=21_600.0
            ),
        ),
        lambda body: f"{body['title']}\n{body['desp']}",
        32_768,
    ),
    Known(
        "pushplus",
        lambda v: f"pushplus://TOKEN-1?api={v.url}",
        FetchResult({"code": 200, "msg": "请求成功", "data": "075074e3"}),
        (
            Refusal(_in_200(903, "无效的用户令牌", key="code", message="msg"), "903", permanent=True),
            Refusal(_in_200("903", "无效的用户令牌", key="code", message="msg"), "903", permanent=True),
            Refusal(_in_200(900, "用户账号使用受限", key="code", message="msg"), "900", False, retry_after=21_600.0),
            Refusal(_in_200(999, "服务端验证错误", key="code", message="msg"), "999", permanent=True, poison=True),
        ),
        lambda body: f"{body['title']}\n{body['content']}",
        21_000,
    ),
)


class Mailbox:
    """A mail server's handler that keeps what it takes. `refuse` maps a recipient to the answer it gets instead."""

    def __init__(self, *, refuse: dict[str, str] | None = None, data: str = "250 taken") -> None:
        self.taken: list[Envelope] = []
        self._refuse = refuse or {}
        self._data = data

    async def handle_RCPT(self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]) -> str:
        if address in self._refuse:
            return self._refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        self.taken.append(envelope)
        if self._data == "lost":
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return self._data


@asynccontextmanager
async def mail_server(mailbox: Mailbox) -> AsyncIterator[int]:
    """A mail server on a free port of 127.0.0.1."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(mailbox, hostname="localhost", loop=loop), "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()
