"""A small web server for the engine's tests, on the loopback range, in the test's own loop; and one call that fetches through it."""

import asyncio
import contextlib
import inspect
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from crawler.fetch.engine import Engine, Fetch, FetchResult, FetchRules

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
LOOPBACK = ("127.0.0.0/8",)


@dataclass(frozen=True)
class Seen:
    """One request as the server saw it. `at` is in loop time."""

    method: str
    path: str
    headers: Mapping[str, str]
    at: float
    body: bytes = b""


Reply = Callable[[Seen], "bytes | Awaitable[bytes]"]


def http(status: int = 200, body: bytes = b"", /, **headers: str) -> bytes:
    """A whole answer. `Content_Type="text/html"` becomes a header."""
    lines = [f"HTTP/1.1 {status} x"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in ({"Content_Length": str(len(body))} | headers).items()]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


@dataclass
class Site:
    """A running server: what to answer, and what it has seen."""

    reply: Reply | Mapping[str, bytes]
    robots: bytes = field(default_factory=lambda: http(404))
    port: int = 0
    seen: list[Seen] = field(default_factory=list)
    connections: int = 0
    busy: int = 0
    most_busy: int = 0

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        """The address of a path on this server."""
        return f"http://{host}:{self.port}{path}"

    def paths(self, robots: bool = False) -> list[str]:
        """What was asked for, in order."""
        return [seen.path for seen in self.seen if robots or seen.path != "/robots.txt"]

    async def _answer(self, seen: Seen) -> bytes:
        if callable(self.reply):
            given = self.reply(seen)
            made = await given if inspect.isawaitable(given) else given
            if made or seen.path != "/robots.txt":
                return bytes(made)
        elif seen.path in self.reply:
            return self.reply[seen.path]
        return self.robots if seen.path == "/robots.txt" else http(404)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                at = asyncio.get_running_loop().time()
                first, *lines = head.decode("latin-1").strip().split("\r\n")
                method, path, _ = first.split(" ", 2)
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                seen = Seen(method, path, headers, at, body)
                self.seen.append(seen)
                self.busy += 1
                self.most_busy = max(self.most_busy, self.busy)
                try:
                    writer.write(await self._answer(seen))
                    await writer.drain()
                finally:
                    self.busy -= 1
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):  # the last: its test is over
            pass
        finally:
            writer.close()


@asynccontextmanager
async def serving(
    reply: Reply | Mapping[str, bytes], *, also_v6: bool = False, tls: Any = None, **more: Any
) -> AsyncIterator[Site]:
    """A site on a free port, on every address of the loopback range."""
    site = Site(reply, **more)
    servers = [await asyncio.start_server(site._serve, "0.0.0.0", 0, ssl=tls)]
    site.port = servers[0].sockets[0].getsockname()[1]
    if also_v6:
        with contextlib.suppress(OSError):  # a machine without IPv6
            servers.append(await asyncio.start_server(site._serve, "::", site.port, ssl=tls))
    try:
        yield site
    finally:
        for server in servers:
            server.close()


def names(monkeypatch: Any, look_up: Callable[[str], str | None]) -> None:
    """Let names stand for addresses that `look_up` gives; None leaves a name to the machine."""
    real = socket.getaddrinfo

    def fake(host: Any, port: Any, *args: Any, **named: Any) -> Any:
        address = look_up(str(host))
        if address is None:
            return real(host, port, *args, **named)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in address.split()]

    monkeypatch.setattr(socket, "getaddrinfo", fake)


def rules(**changed: Any) -> FetchRules:
    """Rules for tests: quick, and allowed to visit the loopback range."""
    usual: dict[str, Any] = {
        "user_agent": "Zhixun/1.0 (+https://example.org)",
        "delay": 0.01,
        "timeout": 5.0,
        "allow_networks": LOOPBACK,
    }
    return FetchRules(**(usual | changed))


async def fetch(fetches: Sequence[Fetch | str], with_rules: FetchRules | None = None) -> list[FetchResult]:
    """The answers, in the order of the requests."""
    asked = [each if isinstance(each, Fetch) else Fetch(each) for each in fetches]
    waiting = list(asked)
    got: dict[int, FetchResult] = {}
    done = asyncio.Event()

    async def claim() -> Fetch | None:
        return waiting.pop(0) if waiting else None

    async def answered(answer: FetchResult) -> None:
        assert id(answer.fetch) not in got, "answered twice"
        got[id(answer.fetch)] = answer
        if len(got) == len(asked):
            done.set()

    engine = Engine(with_rules or rules(), claim, answered, lambda: NOW)
    running = asyncio.create_task(engine.run())
    async with asyncio.timeout(60):
        await done.wait()
        await engine.stop(5)
        await running
    assert engine.in_flight == 0
    return [got[id(each)] for each in asked]


async def fetch_one(url: Fetch | str, with_rules: FetchRules | None = None) -> FetchResult:
    """The answer to one request."""
    return (await fetch([url], with_rules))[0]
