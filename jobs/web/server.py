"""uvicorn inside a loop that belongs to somebody else: no signal handlers, no exit, and whatever goes wrong stays a log line."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import Callable, Iterable, Iterator

import uvicorn
from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI, Response
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from jobs import log
from jobs.web.metrics import CONTENT_TYPE, Health, Measure, Metric, exposition
from storage.db.database import READERS

GRACE = 1  # seconds that open answers have when the server ends
REQUEST_WITHIN = 30.0  # seconds for a whole request, at most twice that
MOST_CONNECTIONS = 256  # at once
LONGEST_HEAD = 2**17  # bytes of a request before its body: a query of the longest, in Chinese, each character as nine

_log = log.get("web")


class _Guest(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them to the loop's owner."""
        yield


class Connection(H11Protocol):
    """Ends what only holds a place: a request that does not come to its end in time, and connections that are too many. Each is an open
    file of the program, and the crawl needs some, too."""

    _look: asyncio.TimerHandle | None = None
    _cycle: object = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody comes."""
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.abort()
        else:
            self._look = self.loop.call_later(REQUEST_WITHIN, self._end_if_late)

    def connection_lost(self, exc: Exception | None) -> None:
        """… and goes."""
        if self._look is not None:
            self._look.cancel()
        super().connection_lost(exc)

    def _end_if_late(self) -> None:
        if str(self.conn.their_state) in ("IDLE", "SEND_BODY") and self._cycle is self.cycle:  # nothing new since the last look
            self.transport.abort()
            return
        self._cycle = self.cycle
        self._look = self.loop.call_later(REQUEST_WITHIN, self._end_if_late)


class Listener:
    """One address that an app is served at. `warm`: what is worked out, in a thread, before the first who asks would wait for it."""

    def __init__(
        self, app: ASGIApp, address: str, *, own_signals: bool = False, warm: Callable[[], object] = lambda: None
    ) -> None:
        config = uvicorn.Config(
            app,
            http=Connection,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=GRACE,
            ws="none",
            proxy_headers=False,
            h11_max_incomplete_event_size=LONGEST_HEAD,
        )
        self._server = uvicorn.Server(config) if own_signals else _Guest(config)
        self._address = address
        self._warm = warm
        self._socket: socket.socket | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._socket.getsockname()[1]) if self._socket else 0

    def bind(self) -> None:
        """Take the address. Raises OSError where somebody else has it."""
        host, port = host_and_port(self._address)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.create_server((host, port), family=family, backlog=128)
        self._socket.setblocking(False)

    def open(self) -> None:
        """Serve from now on, in this loop. Raises OSError."""
        if self._socket is None:
            self.bind()
        self._task = asyncio.create_task(self.serve(), name="web")

    async def serve(self) -> None:
        """Serve until `close`. An error ends the pages, and nothing else."""
        bound_threads()
        asyncio.get_running_loop().run_in_executor(None, self._warm)
        try:
            await self._server.serve([self._socket] if self._socket else None)
        except Exception as error:  # noqa: BLE001  (whatever it is, the daemon goes on)
            _log.error("the pages ended", address=self._address, error=repr(error))

    async def close(self) -> None:
        """Answer what was asked, and no more."""
        if self._task is None:
            return
        self._server.should_exit = True
        await asyncio.wait([self._task], timeout=GRACE + 2)
        self._task.cancel()


def serve_alone(app: ASGIApp, host: str, port: int) -> None:
    """Serve an app as the whole of a program, until a signal ends it, to people who may be as slow and as many as the pages' own."""
    uvicorn.run(app, host=host, port=port, log_level="warning", http=Connection, server_header=False, ws="none")


def bound_threads() -> None:
    """Answer as many at once as there are connections to read from, in this loop: more would only wait for one, and give up."""
    current_default_thread_limiter().total_tokens = READERS


def host_and_port(address: str) -> tuple[str, int]:
    """``127.0.0.1:8480``, ``[::1]:80``."""
    host, _, port = address.rpartition(":")
    return host.strip("[]").replace("localhost", "127.0.0.1"), int(port)


# ---- figures, on an address of this machine; off unless the configuration names one


def web_app(measure: Measure, health: Callable[[], Health]) -> FastAPI:
    """The two alone, on an address of their own. They are read, never written, and need no secret."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)

    @app.get("/metrics")
    async def metrics() -> Response:
        return metrics_answer(await measure())

    @app.get("/healthz")
    async def healthz() -> Response:
        return health_answer(health())

    return app


def metrics_answer(metrics: Iterable[Metric]) -> Response:
    """/metrics"""
    return Response(exposition(metrics), media_type=CONTENT_TYPE)


def health_answer(found: Health) -> Response:
    """/healthz: 200, or 503 and what is not well. In ASCII: what a store says of itself may hold a page's words."""
    body = json.dumps({"ok": found.ok, **found.detail})
    return Response(body, 200 if found.ok else 503, media_type="application/json")
